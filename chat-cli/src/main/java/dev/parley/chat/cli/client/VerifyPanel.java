package dev.parley.chat.cli.client;

import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.InputCommand;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Editor;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.crypto.CodeComparison;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.crypto.SafetyNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What people compare: the code of the whole room, and with each other participant a safety number. What the other side
 * sees can be typed or pasted, and is compared by the machine.
 */
final class VerifyPanel implements Panel {
    private static final int MAX_LISTED = 6;
    private static final int MAX_THEIRS_CHARS = 1_000;

    /** The field, what stands above it, and two rows for what is said of it. */
    private static final int FOOT_ROWS = 4;

    /** So many ticks after it was looked up, what is known is looked up again: who comes or goes changes the code. */
    private static final int TRUST_TICKS = 4;

    /** The number that is shared with somebody, which takes a while to compute. */
    private record Numbered(PeerId peer, SafetyNumber number) {}

    private final int tab;
    private final Talk talk;
    private final Theme theme;
    private final Consumer<Wish> wishes;
    private final Editor theirs = new Editor(MAX_THEIRS_CHARS, false);
    private Happening.@Nullable Trust trust;
    private @Nullable PeerId chosen;
    private boolean isTyping;
    private boolean isQrCode;
    private String said = "";
    private boolean isBad;
    private int top;
    private int listed = 1;
    private int ticks;
    private @Nullable Numbered numbered;
    private @Nullable QrPicture qrCode;

    /** Whose number was shown whole. */
    private @Nullable PeerId seen;

    /**
     * Asks for what is known.
     *
     * @param first whose number to show first; null for the room's code
     */
    VerifyPanel(int tab, Talk talk, Theme theme, @Nullable PeerId first, Consumer<Wish> wishes) {
        this.tab = tab;
        this.talk = talk;
        this.theme = theme;
        this.chosen = first;
        this.wishes = wishes;
        wishes.accept(new Wish.LoadTrust(tab));
    }

    @Override
    public String title() {
        return "Verify";
    }

    @Override
    public int wantedRows(int columns) {
        Optional<QrPicture> picture = isQrCode ? qrCode() : Optional.empty();
        if (picture.isPresent()) {
            return picture.get().rows() + 1;
        }
        return Math.min(MAX_LISTED, others().size() + 1)
                + 1
                + detail(columns).stream().mapToInt(List::size).sum()
                + 1
                + FOOT_ROWS;
    }

    @Override
    public void told(Happening happening) {
        if (happening instanceof Happening.Trust now && now.tab() == tab) {
            trust = now;
        } else if (happening instanceof Happening.InRoom in
                && in.tab() == tab
                && in.event() instanceof Event.Presence) {
            wishes.accept(new Wish.LoadTrust(tab));
        } else if (happening instanceof Happening.Tick && ++ticks % TRUST_TICKS == 0) {
            wishes.accept(new Wish.LoadTrust(tab));
        }
    }

    private List<Participant> others() {
        List<Participant> others = new ArrayList<>();
        for (Talk.Person person : talk.people()) {
            if (!person.participant().self()) {
                others.add(person.participant());
            }
        }
        return others;
    }

    /** Who is chosen and still here. */
    private Optional<Participant> other() {
        return others().stream().filter(one -> one.id().equals(chosen)).findFirst();
    }

    private Optional<SafetyNumber> number() {
        Optional<Participant> self = talk.self();
        Optional<Participant> other = other();
        if (self.isEmpty() || other.isEmpty()) {
            return Optional.empty();
        }
        Numbered known = numbered;
        if (known == null || !known.peer().equals(other.get().id())) {
            known = new Numbered(
                    other.get().id(),
                    SafetyNumber.of(self.get().id(), other.get().id()));
            numbered = known;
        }
        return Optional.of(known.number());
    }

    private Optional<RoomCode> code() {
        Happening.Trust known = trust;
        return known == null ? Optional.empty() : known.code();
    }

    /** What is compared, as digits and as words, each set by itself. */
    private List<List<Flow.Line>> detail(int columns) {
        Optional<SafetyNumber> number = number();
        if (number.isPresent()) {
            return forms(number.get().digits(), number.get().words(), columns);
        }
        Optional<RoomCode> code = chosen == null ? code() : Optional.empty();
        if (code.isPresent()) {
            return forms(code.get().digits(), code.get().words(), columns);
        }
        String nothing = chosen == null ? "There is nobody to compare a code with." : "That one is not here any more.";
        return List.of(new Flow().run(nothing, theme.quiet()).lines(columns));
    }

    private List<List<Flow.Line>> forms(String digits, String words, int columns) {
        return List.of(
                new Flow().run(digits, theme.strong()).lines(columns),
                new Flow().run(words, theme.accent()).lines(columns));
    }

    /** What the QR code of what is compared says; empty if there is nothing. */
    private Optional<String> qrText() {
        Optional<String> text = number().map(SafetyNumber::qrText);
        return text.isEmpty() && chosen == null ? code().map(RoomCode::qrText) : text;
    }

    private Optional<QrPicture> qrCode() {
        Optional<QrPicture> now = qrText().map(text -> QrPicture.of(text, theme, qrCode));
        qrCode = now.orElse(null);
        return now;
    }

    private boolean canDrawQrCode() {
        return theme.signs() == Theme.Signs.UNICODE && qrText().isPresent();
    }

    /** Shows the QR code and nothing else. */
    private void drawQrCode(Canvas canvas, QrPicture picture) {
        Canvas above = Panel.above(new Flow().run("q shows digits and words", theme.quiet()), canvas);
        if (picture.rows() <= canvas.rows() - 1 && picture.columns() <= canvas.columns()) {
            picture.draw(canvas);
        } else {
            Flow why = new Flow()
                    .run(
                            "The window is too small for the QR code, which takes " + picture.columns()
                                    + " columns and " + picture.rows() + " rows.",
                            theme.warning());
            Flow.draw(why.lines(canvas.columns()), above, 0);
        }
    }

    @Override
    public void draw(Canvas canvas) {
        Optional<QrPicture> picture = isQrCode ? qrCode() : Optional.empty();
        if (picture.isPresent()) {
            drawQrCode(canvas, picture.get());
            return;
        }
        List<Participant> others = others();
        List<List<Flow.Line>> detail = detail(canvas.columns());
        int text = detail.stream().mapToInt(List::size).sum();
        int most = Math.min(MAX_LISTED, others.size() + 1);
        listed = Math.max(1, Math.min(most, canvas.rows() - text - 1 - FOOT_ROWS));
        int at = index(others);
        top = Math.max(0, Math.min(Math.max(top, at - listed + 1), at));
        for (int i = top; i <= others.size() && i - top < listed; i++) {
            row(canvas.part(i - top, 0, 1, canvas.columns()), i == 0 ? null : others.get(i - 1), i == at);
        }
        int row = listed + 1;
        boolean isFirst = true;
        for (List<Flow.Line> form : detail) {
            // A code that is cut is none.
            if (row + form.size() > canvas.rows() - FOOT_ROWS) {
                break;
            }
            Flow.draw(form, canvas, row);
            row += form.size();
            if (isFirst) {
                seen = number().isPresent() ? chosen : null;
            }
            isFirst = false;
        }
        foot(canvas.part(canvas.rows() - FOOT_ROWS, 0, FOOT_ROWS, canvas.columns()));
    }

    private void foot(Canvas canvas) {
        canvas.put(0, 0, "The other side sees:", theme.quiet());
        canvas.put(1, 0, ">", isTyping ? theme.accent() : theme.quiet());
        theirs.draw(canvas.part(1, 2, 1, canvas.columns() - 2), theme.text(), isTyping);
        String help = isTyping
                ? "Enter compares"
                : Panel.keys(
                        "Tab types it",
                        number().isPresent() ? "c same" : "",
                        number().isPresent() ? "u not verified" : "",
                        canDrawQrCode() ? "q QR code" : "",
                        number().isPresent() ? "" : "Down shows one of them");
        Flow last = said.isEmpty()
                ? new Flow().run(help, theme.quiet())
                : new Flow().run(said, isBad ? theme.bad() : theme.good());
        Flow.draw(last.lines(canvas.columns()), canvas, 2);
    }

    private int index(List<Participant> others) {
        for (int i = 0; i < others.size(); i++) {
            if (others.get(i).id().equals(chosen)) {
                return i + 1;
            }
        }
        return 0;
    }

    private void row(Canvas canvas, @Nullable Participant one, boolean isChosen) {
        Ink ink = isChosen ? theme.selected() : theme.text();
        if (isChosen) {
            canvas.fill(ink);
        }
        canvas.put(0, 0, isChosen ? ">" : " ", ink);
        if (one == null) {
            canvas.put(0, 2, "The whole room", ink);
            return;
        }
        Happening.Trust known = trust;
        String mark = known == null
                ? ""
                : known.isVerified(one.id()) ? "verified" : known.isBlocked(one.id()) ? "blocked" : "not verified";
        int room = canvas.columns() - 3 - mark.length();
        canvas.put(0, 2, Graphemes.cut(TerminalText.clean(one.shownName()), room, theme.more()), ink);
        canvas.putRight(0, mark, ink);
    }

    @Override
    public Taken take(Keypress key) {
        if (key instanceof Keypress.Pressed pressed) {
            switch (pressed.key()) {
                case TAB -> isTyping = !isTyping && !isQrCode;
                case UP -> choose(-1);
                case DOWN -> choose(1);
                case ENTER -> {
                    if (!isQrCode) {
                        compare();
                    }
                }
                case F6 -> {
                    return Taken.CLOSES;
                }
                default -> edit(key);
            }
            return Taken.STAYS;
        }
        if (key instanceof Keypress.Mouse mouse) {
            switch (mouse.action()) {
                case WHEEL_UP -> choose(-1);
                case WHEEL_DOWN -> choose(1);
                case PRESS -> {
                    if (mouse.row() >= 0 && mouse.row() < listed) {
                        choose(top + mouse.row() - index(others()));
                    }
                }
            }
            return Taken.STAYS;
        }
        if (key instanceof Keypress.Pasted) {
            isTyping = !isQrCode;
        }
        if (!isTyping && key instanceof Keypress.Typed typed) {
            letter(typed.text());
        } else {
            edit(key);
        }
        return Taken.STAYS;
    }

    private void edit(Keypress key) {
        if (isTyping && theirs.take(key)) {
            said = "";
        }
    }

    private void choose(int step) {
        List<Participant> others = others();
        int next = Math.max(0, Math.min(others.size(), index(others) + step));
        chosen = next == 0 ? null : others.get(next - 1).id();
        said = "";
        isTyping = false;
        theirs.set("");
        wishes.accept(new Wish.LoadTrust(tab));
    }

    private void letter(String letter) {
        if (letter.equals("q")) {
            isQrCode = canDrawQrCode() && !isQrCode;
            return;
        }
        PeerId peer = chosen;
        if (peer == null || number().isEmpty()) {
            return;
        }
        if (letter.equals("c") && !peer.equals(seen)) {
            tell("its number was not shown yet: make the window larger", true);
        } else if (letter.equals("c")) {
            wishes.accept(new Wish.Ask(tab, new InputCommand.Verify(peer.value(), null, true, null)));
            tell("kept: verified by you", false);
        } else if (letter.equals("u")) {
            wishes.accept(new Wish.Ask(tab, new InputCommand.Unverify(peer.value(), null)));
            tell("taken back: not verified any more", false);
        }
        wishes.accept(new Wish.LoadTrust(tab));
    }

    private void compare() {
        if (theirs.isEmpty()) {
            isTyping = true;
            return;
        }
        Optional<SafetyNumber> number = number();
        Optional<CodeComparison> result = number.isPresent()
                ? number.map(mine -> mine.compare(theirs.text()))
                : chosen == null ? code().map(mine -> mine.compare(theirs.text())) : Optional.empty();
        if (result.isEmpty()) {
            return;
        }
        switch (result.get()) {
            case MATCH -> {
                tell("the same", false);
                PeerId peer = chosen;
                if (number.isPresent() && peer != null) {
                    wishes.accept(new Wish.Ask(tab, new InputCommand.Verify(peer.value(), theirs.text(), false, null)));
                    wishes.accept(new Wish.LoadTrust(tab));
                    tell("the same: verified", false);
                }
            }
            case DIFFERENT -> tell("NOT the same: compare again; if it stays so, trust nothing that is said", true);
            case OTHER_EPOCH -> tell("the code before or after somebody came or went: compare the present ones", true);
            case OTHER_VERSION -> tell("from a Parley that makes other codes: update the older one", true);
            case UNREADABLE ->
                tell("not a whole code: all its digits, all its words, or the text of its QR code", true);
        }
    }

    private void tell(String text, boolean isWrong) {
        said = text;
        isBad = isWrong;
    }
}
