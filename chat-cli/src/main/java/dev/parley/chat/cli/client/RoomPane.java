package dev.parley.chat.cli.client;

import dev.parley.chat.ConnectionState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import dev.parley.chat.Reaction;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.TypedReaction;
import dev.parley.chat.cli.client.Talk.Said;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Editor;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One room on the screen: what was said, who is there, and what one types. For one thread. */
final class RoomPane {
    /** A message has no more (16 KiB), and a command no more than its message. */
    private static final int MAX_INPUT_CHARS = OutgoingMessage.MAX_TEXT_BYTES;

    private static final int MAX_INPUT_ROWS = 8;

    /** From this width on there is room for who is there. */
    private static final int MIN_COLUMNS_WITH_PEOPLE = 70;

    private static final int PEOPLE_COLUMNS = 22;

    private static final int WHEEL_ROWS = 3;

    /** How often others are told anew that one writes; they forget it after 6.5 s. */
    private static final Duration TYPING_TOLD = Duration.ofSeconds(3);

    private static final Duration HERE_TOLD = Duration.ofSeconds(1);

    /** Nobody makes it ring without end. */
    private static final Duration RINGS_AGAIN = Duration.ofSeconds(2);

    /** More are counted. */
    private static final int MAX_NAMES_IN_LINE = 3;

    /** Of a name in a line, so that nobody can push away what is said of them. */
    private static final int MAX_NAME_COLUMNS = 16;

    /** What Enter does with what is typed. */
    private enum Mode {
        SAY,
        REPLY,
        EDIT
    }

    private final int tab;
    private final Talk talk;
    private final TalkView view;
    private final Editor editor = new Editor(MAX_INPUT_CHARS, true);
    private final Suggestions suggestions = new Suggestions();
    private final Consumer<Wish> wishes;
    private final Panels panels;
    private Theme theme;
    private Pictures pictures;
    private Mode mode = Mode.SAY;
    private @Nullable MessageId target;
    private EmoteCatalog catalog = EmoteCatalog.empty();
    private final List<String> recent;
    /** With whom alone that is, if it is not for all. */
    private @Nullable PeerId alone;

    /** Which message is deleted if that is asked for again. */
    private @Nullable MessageId deleting;

    /** Whether the selected message was clicked at, and not chosen by a key. */
    private boolean isClicked;

    /** Whether one has said something here, and so needs no word about how. */
    private boolean hasSpoken;

    private boolean isLoadingOlder;
    private boolean hasAllOlder;
    private long knownDropped;
    private int mentions;
    private boolean showsPeople = true;
    private Instant typingTold = Instant.MIN;
    private Instant hereTold = Instant.MIN;
    private Instant rang = Instant.MIN;
    private int talkTop;

    /** Who stands in the rows beside the talk, and from which column on. */
    private List<PeerId> listed = List.of();

    private int listedFrom = Integer.MAX_VALUE;

    /** What is shown over the room. */
    interface Panels {
        void message(Said said);

        void person(PeerId peer);
    }

    RoomPane(
            int tab,
            ZoneId zone,
            Theme theme,
            Pictures pictures,
            List<String> recentEmotes,
            Consumer<Wish> wishes,
            Panels panels) {
        this.panels = panels;
        this.tab = tab;
        this.talk = new Talk(zone);
        this.view = new TalkView(tab, talk, zone, theme, pictures);
        this.theme = theme;
        this.pictures = pictures;
        this.recent = recentEmotes;
        this.wishes = wishes;
    }

    int tab() {
        return tab;
    }

    Talk talk() {
        return talk;
    }

    void setCatalog(EmoteCatalog now) {
        catalog = now;
        view.setCatalog(now);
    }

    void use(Theme newTheme, Pictures newPictures) {
        theme = newTheme;
        pictures = newPictures;
        view.use(newTheme, newPictures);
    }

    int unread() {
        return view.unread();
    }

    int mentions() {
        return mentions;
    }

    /** What was said that was not read yet, in few words: how much, and whether it is about oneself. */
    String news() {
        return mentions > 0 ? "!" + unread() : unread() > 0 ? "+" + unread() : "";
    }

    /** Writes text where the cursor stands. */
    void insert(String text) {
        editor.insert(text);
    }

    /** Makes a panel to choose emotes from: for the message that is being written, or under the selected one. */
    Panel picker(Instant now) {
        suggestions.close();
        Optional<Said> said = view.selected();
        return new EmotePicker(
                theme,
                pictures,
                tab,
                catalog,
                recent,
                said.isPresent() ? EmotePicker.Purpose.REACT : EmotePicker.Purpose.INSERT,
                choice -> {
                    if (said.isPresent()) {
                        react(said.get(), choice, now);
                    } else {
                        insert(choice);
                    }
                    used(choice.insert());
                });
    }

    /** Writes it where the cursor stands; an emote is a word by itself. */
    private void insert(EmotePicker.Choice choice) {
        if (choice.emote() == null) {
            editor.insert(choice.insert());
            return;
        }
        int at = editor.cursor();
        boolean isBegin = at == 0 || Character.isWhitespace(editor.text().charAt(at - 1));
        editor.insert((isBegin ? "" : " ") + choice.insert() + " ");
    }

    private void react(Said said, EmotePicker.Choice choice, Instant now) {
        Emote emote = choice.emote();
        if (emote == null) {
            react(said, choice.insert());
            return;
        }
        Optional<Reaction> reaction = TypedReaction.of(emote);
        if (reaction.isPresent()) {
            react(said, reaction.get());
        } else {
            talk.notice("the name of that emote is too long for a reaction", Talk.Notice.Weight.WARNING, now);
        }
    }

    void use(Preferences preferences) {
        showsPeople = preferences.people();
        view.use(preferences.clock());
    }

    /** Sets a message whole; see {@link #drawer}. */
    Flow whole(Said said) {
        return view.body(said);
    }

    Flow.BoxDrawer drawer() {
        return view.drawer();
    }

    /** Something has happened in the room. */
    void apply(Event event, boolean isShown, Instant now) {
        Talk.Effect effect = talk.apply(event, now);
        if (event instanceof Event.Entered) {
            // What was said the last time one was here, if anything is kept.
            loadOlder();
        }
        if (effect == Talk.Effect.NONE) {
            return;
        }
        boolean isSeen = isShown && view.isAtEnd();
        if (effect == Talk.Effect.SAID) {
            hasSpoken = true;
            view.toEnd();
            view.read();
        }
        view.added(isSeen);
        if (effect == Talk.Effect.MENTIONED) {
            mentions += isSeen ? 0 : 1;
            if (Duration.between(rang, now).compareTo(RINGS_AGAIN) >= 0) {
                rang = now;
                wishes.accept(new Wish.Bell());
            }
        }
    }

    void older(Happening.Older older) {
        isLoadingOlder = false;
        hasAllOlder = older.isAll();
        talk.prepend(older.messages(), older.edited());
    }

    /** Somebody looks at it from now on. */
    void shown() {
        if (view.isAtEnd()) {
            view.seen();
            mentions = 0;
        }
    }

    /** Nobody looks at it any more: what comes from now on is new the next time. */
    void hidden() {
        view.read();
    }

    // --- Keys -------------------------------------------------------------------------------------------------------

    /** Takes a key; false if it means nothing here. */
    boolean take(Keypress key, Instant now) {
        boolean taken = takeKey(key, now);
        if (view.isAtEnd()) {
            view.seen();
            mentions = 0;
            if (Duration.between(hereTold, now).compareTo(HERE_TOLD) >= 0) {
                hereTold = now;
                wishes.accept(new Wish.Here(tab));
            }
        }
        return taken;
    }

    private boolean takeKey(Keypress key, Instant now) {
        if (key instanceof Keypress.Mouse mouse) {
            return mouse(mouse);
        }
        if (key instanceof Keypress.Pressed pressed && scrolls(pressed)) {
            return true;
        }
        if (!suggestions.isEmpty() && key instanceof Keypress.Pressed pressed && suggests(pressed)) {
            return true;
        }
        // While a message is edited or answered, letters are its text.
        Optional<Said> chosen = mode == Mode.SAY ? view.selected() : Optional.empty();
        if (chosen.isPresent() && !view.isInView(chosen.get())) {
            // It was scrolled away: nothing is to be done to what cannot be seen.
            view.unselect();
        }
        boolean isAboutSelected =
                mode == Mode.SAY && editor.isEmpty() && view.selected().isPresent();
        if (isAboutSelected && key instanceof Keypress.Typed typed && typed.isSeveral()) {
            // The first of them may do something to it.
            typed.each().forEach(each -> takeKey(each, now));
            return true;
        }
        if (isAboutSelected && onSelected(key, view.selected().get())) {
            return true;
        }
        if (key instanceof Keypress.Pressed pressed) {
            if (pressed.is(Keypress.Key.ENTER)) {
                enter();
                return true;
            }
            if (pressed.is(Keypress.Key.ESCAPE)) {
                escape();
                tellTyping(now);
                return true;
            }
            if (pressed.is(Keypress.Key.UP) && editor.isEmpty() && mode == Mode.SAY) {
                select(-1);
                return true;
            }
            if (pressed.is(Keypress.Key.TAB)) {
                completeName();
                return true;
            }
        }
        int before = editor.text().length();
        boolean taken = editor.take(key);
        if (key instanceof Keypress.Pasted pasted && before + pasted.text().length() > MAX_INPUT_CHARS) {
            talk.notice(
                    "only a part of that has room in a message of " + MAX_INPUT_CHARS
                            + " characters; /file offers a file",
                    Talk.Notice.Weight.WARNING,
                    now);
            view.added(true);
        }
        if (taken) {
            suggestions.update(editor, talk, catalog, recent);
            tellTyping(now);
        }
        return taken;
    }

    private boolean scrolls(Keypress.Pressed pressed) {
        switch (pressed.key()) {
            case PAGE_UP -> {
                view.page(1);
                loadOlder();
            }
            case PAGE_DOWN -> view.page(-1);
            case HOME -> {
                if (!pressed.is(Keypress.Held.CONTROL, Keypress.Key.HOME)) {
                    return false;
                }
                view.scroll(Integer.MAX_VALUE / 2);
                loadOlder();
            }
            case END -> {
                if (!editor.isEmpty() && !pressed.is(Keypress.Held.CONTROL, Keypress.Key.END)) {
                    return false;
                }
                view.toEnd();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean mouse(Keypress.Mouse mouse) {
        switch (mouse.action()) {
            case WHEEL_UP -> {
                view.scroll(WHEEL_ROWS);
                loadOlder();
            }
            case WHEEL_DOWN -> view.scroll(-WHEEL_ROWS);
            case PRESS -> {
                int row = mouse.row() - talkTop;
                if (mouse.column() > listedFrom) {
                    if (row >= 0 && row < listed.size()) {
                        panels.person(listed.get(row));
                    }
                } else {
                    click(row);
                }
            }
        }
        return true;
    }

    /**
     * Who clicks may only want the window: that selects a message, and letters are still text. The second click shows
     * what can be done to it.
     */
    private void click(int row) {
        Optional<Said> before = view.selected();
        deleting = null;
        isClicked = true;
        if (!view.selectAt(row)) {
            view.unselect();
        } else if (before.isPresent() && before.equals(view.selected())) {
            panels.message(before.get());
        }
    }

    private void loadOlder() {
        boolean isAtTop = view.isAtTop() || talk.items().isEmpty();
        if (talk.droppedItems() != knownDropped) {
            // What was dropped is older, and can be read again.
            knownDropped = talk.droppedItems();
            hasAllOlder = false;
        }
        if (isAtTop && !isLoadingOlder && !hasAllOlder && talk.isEntered() && !talk.isFull()) {
            isLoadingOlder = true;
            wishes.accept(new Wish.LoadOlder(tab, talk.messages()));
        }
    }

    private boolean suggests(Keypress.Pressed pressed) {
        if (pressed.is(Keypress.Key.TAB) || (pressed.is(Keypress.Key.ENTER) && suggestions.isChosen())) {
            used(suggestions.take(editor));
            suggestions.update(editor, talk, catalog, recent);
        } else if (pressed.is(Keypress.Key.DOWN)) {
            suggestions.move(1);
        } else if (pressed.is(Keypress.Key.UP)) {
            suggestions.move(-1);
        } else if (pressed.is(Keypress.Key.ESCAPE)) {
            suggestions.close();
        } else {
            return false;
        }
        return true;
    }

    /** An emote was used: it comes first the next time. */
    private void used(String inserted) {
        if (!inserted.startsWith("/") && !inserted.startsWith("@")) {
            Recent.use(recent, inserted);
            wishes.accept(new Wish.KeepRecentEmotes(List.copyOf(recent)));
        }
    }

    /** Keys that mean something for a selected message, while nothing is typed. */
    private boolean onSelected(Keypress key, Said said) {
        boolean isAgain = said.id().equals(deleting);
        deleting = null;
        if (key instanceof Keypress.Pressed pressed) {
            switch (pressed.key()) {
                case UP -> select(-1);
                case DOWN -> select(1);
                case ENTER -> panels.message(said);
                case ESCAPE -> view.toEnd();
                case DELETE -> delete(said, isAgain);
                default -> {
                    return false;
                }
            }
            return true;
        }
        if (!(key instanceof Keypress.Typed typed)) {
            return false;
        }
        if (isClicked || !letter(typed.text(), said, isAgain)) {
            // A command may be about it.
            if (!typed.text().startsWith("/")) {
                view.unselect();
            }
            return false;
        }
        return true;
    }

    private void select(int step) {
        isClicked = false;
        view.select(step);
    }

    private boolean letter(String letter, Said said, boolean isAgain) {
        switch (letter) {
            case "r" -> reply(said);
            case "e" -> edit(said);
            case "d" -> delete(said, isAgain);
            case "c" -> copy(said);
            case "o" -> Links.first(said.text()).ifPresent(link -> wishes.accept(new Wish.Open(link)));
            case "g" -> said.replyTo().ifPresent(view::goTo);
            case "1", "2", "3", "4", "5", "6" -> react(said, QUICK.get(letter.charAt(0) - '1'));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Deletes it for everybody when it is asked for the second time. */
    private void delete(Said said, boolean isAgain) {
        if (!talk.canDelete(said)) {
            return;
        }
        if (isAgain) {
            delete(said);
        } else {
            deleting = said.id();
        }
    }

    void delete(Said said) {
        wishes.accept(new Wish.Do(tab, new Deed.Delete(said.id())));
    }

    void copy(Said said) {
        wishes.accept(new Wish.Copy(said.file().map(FileOffer::name).orElse(said.text())));
    }

    /** What stands on the keys 1 to 6 for a selected message. */
    static final List<String> QUICK = List.of("👍", "❤️", "😂", "🎉", "😮", "😢");

    private void react(Said said, String emoji) {
        react(said, Reaction.of(emoji));
    }

    /** Adds it, or takes it back if one has added it before. */
    private void react(Said said, Reaction reaction) {
        if (!talk.canReact(said)) {
            return;
        }
        wishes.accept(new Wish.Do(tab, new Deed.React(said.id(), reaction, !talk.isOwn(said, reaction))));
        view.toEnd();
    }

    void reply(Said said) {
        mode = Mode.REPLY;
        target = said.id();
        alone = said.privateWith().orElse(null);
        // Letters are text again.
        view.unselect();
    }

    void edit(Said said) {
        if (talk.canEdit(said)) {
            mode = Mode.EDIT;
            target = said.id();
            // As it had to be typed, so that it is no command.
            editor.set(said.text().startsWith("/") ? "/" + said.text() : said.text());
            view.unselect();
        }
    }

    private void escape() {
        if (mode != Mode.SAY) {
            if (mode == Mode.EDIT) {
                editor.set("");
            }
            mode = Mode.SAY;
            target = null;
        } else {
            view.toEnd();
            view.read();
        }
    }

    private void enter() {
        if (editor.text().isBlank()) {
            view.read();
            return;
        }
        // What was pasted may end with the end of a line.
        String text = editor.submit().stripTrailing();
        suggestions.close();
        MessageId about = target;
        Mode done = mode;
        mode = Mode.SAY;
        target = null;
        typingTold = Instant.MIN;
        boolean isCommand = text.startsWith("/") && !text.startsWith("//");
        if (about != null && !isCommand) {
            String words = text.startsWith("//") ? text.substring(1) : text;
            wishes.accept(
                    done == Mode.EDIT ? new Wish.Do(tab, new Deed.Edit(about, words)) : answer(words, about, alone));
        } else {
            Optional<Wish> aboutSelected =
                    isCommand ? view.selected().flatMap(said -> onSelectedByCommand(text, said)) : Optional.empty();
            wishes.accept(aboutSelected.orElse(new Wish.Type(tab, text)));
        }
        view.toEnd();
    }

    /** An answer to what one other can read alone goes to that one alone. */
    private Wish answer(String words, MessageId to, @Nullable PeerId alone) {
        return alone != null ? new Wish.Do(tab, new Deed.Whisper(alone, words, to)) : new Wish.Reply(tab, words, to);
    }

    /**
     * What a command about the last message wants, if one is selected: the same with that one. Empty if it is another
     * command, or lacks something: the room says then what is wrong.
     */
    private Optional<Wish> onSelectedByCommand(String text, Said said) {
        int end = text.indexOf(' ');
        String rest = end < 0 ? "" : text.substring(end).strip();
        String command = end < 0 ? text : text.substring(0, end);
        if (rest.isEmpty() && !command.equals("/delete")) {
            return Optional.empty();
        }
        try {
            return switch (command) {
                case "/react" ->
                    Optional.of(new Wish.Do(tab, new Deed.React(said.id(), TypedReaction.of(rest, catalog), true)));
                case "/unreact" ->
                    Optional.of(new Wish.Do(tab, new Deed.React(said.id(), TypedReaction.of(rest, catalog), false)));
                case "/reply" ->
                    Optional.of(answer(rest, said.id(), said.privateWith().orElse(null)));
                case "/edit" -> Optional.of(new Wish.Do(tab, new Deed.Edit(said.id(), rest)));
                case "/delete" -> Optional.of(new Wish.Do(tab, new Deed.Delete(said.id())));
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException e) {
            // No reaction is made of that.
            return Optional.empty();
        }
    }

    /** A name without an at sign, as in IRC: the first word gets a colon. */
    private void completeName() {
        String text = editor.text().substring(0, editor.cursor());
        int start = text.lastIndexOf(' ') + 1;
        List<String> names = start == text.length() ? List.of() : talk.namesOfOthers(text.substring(start));
        if (!names.isEmpty()) {
            editor.replace(start, editor.cursor(), names.get(0) + (start == 0 ? ": " : " "));
        }
    }

    private void tellTyping(Instant now) {
        boolean isMessage = !editor.isEmpty()
                && (!editor.text().startsWith("/") || editor.text().startsWith("//"));
        if (isMessage && Duration.between(typingTold, now).compareTo(TYPING_TOLD) >= 0) {
            typingTold = now;
            wishes.accept(new Wish.Typing(tab, true));
        } else if (!isMessage && !typingTold.equals(Instant.MIN)) {
            typingTold = Instant.MIN;
            wishes.accept(new Wish.Typing(tab, false));
        }
    }

    // --- Drawing ----------------------------------------------------------------------------------------------------

    /** The room is closed, and takes nothing more: what was typed stays. */
    void notSent(String text, Instant now) {
        if (!text.isEmpty()) {
            editor.set(text);
        }
        talk.notice(
                "the room is closed, so that was not sent; /leave takes the tab away", Talk.Notice.Weight.WARNING, now);
        view.added(true);
    }

    /** Draws all but the status line, for which it leaves a row above the input. */
    Canvas draw(Canvas canvas) {
        int columns = canvas.columns();
        int inputRows = Math.max(1, Math.min(Math.min(MAX_INPUT_ROWS, canvas.rows() / 3), editor.height(columns - 2)));
        int bannerRows = mode == Mode.SAY && view.selected().isEmpty() ? 0 : 1;
        int suggestionRows =
                Math.min(suggestions.rows(pictures), Math.max(0, canvas.rows() - inputRows - bannerRows - 4));
        int talkRows = canvas.rows() - 1 - inputRows - bannerRows - suggestionRows - 2;
        header(canvas.part(0, 0, 1, columns));
        talkTop = 1;
        boolean withPeople = showsPeople && columns >= MIN_COLUMNS_WITH_PEOPLE;
        int talkColumns = withPeople ? columns - PEOPLE_COLUMNS - 1 : columns;
        // Words do not touch the edge.
        Canvas talkCanvas = canvas.part(1, 0, talkRows, talkColumns - 1);
        if (talk.items().isEmpty()) {
            welcome(talkCanvas);
        } else {
            view.draw(talkCanvas);
        }
        listed = List.of();
        listedFrom = talkColumns;
        if (withPeople) {
            people(canvas.part(1, talkColumns, talkRows, PEOPLE_COLUMNS + 1));
        }
        int row = 1 + Math.max(0, talkRows);
        suggestions.draw(canvas.part(row, 0, suggestionRows, columns), theme, pictures, tab);
        row += suggestionRows;
        typing(canvas.part(row, 0, 1, columns));
        row++;
        Canvas status = canvas.part(row, 0, 1, columns);
        row++;
        if (bannerRows > 0) {
            banner(canvas.part(row, 0, 1, columns));
            row++;
        }
        canvas.put(row, 0, ">", theme.accent());
        if (editor.isEmpty() && !hasSpoken && bannerRows == 0) {
            String hint = talk.isEntered() ? "F1 help  F3 emotes  F5 invite" : "";
            canvas.put(row, 2, Graphemes.cut(hint, columns - 2, theme.more()), theme.quiet());
        }
        editor.draw(canvas.part(row, 2, inputRows, columns - 2), theme.text(), true);
        return status;
    }

    private void header(Canvas canvas) {
        canvas.fill(theme.bar());
        int here = talk.people().size();
        String right = "";
        if (talk.isClosed()) {
            right = " closed ";
        } else if (talk.isEntered()) {
            right = " " + (here == 1 ? "you alone" : here + " here") + " " + theme.dot() + " "
                    + (talk.isPublic() ? "public" : "private") + " ";
        }
        int room = canvas.columns() - Graphemes.width(right);
        String name = talk.name().isEmpty() ? "entering" + theme.more() : TerminalText.clean(talk.name());
        String left =
                " " + name + (talk.topic().isEmpty() ? "" : " " + theme.dot() + " " + TerminalText.clean(talk.topic()));
        canvas.put(0, 0, Graphemes.cut(left, room, theme.more()), theme.bar().with(Ink.BOLD));
        canvas.put(0, room, right, theme.bar());
    }

    private void welcome(Canvas canvas) {
        String why = talk.why().isEmpty() ? "Connecting" + theme.more() : TerminalText.clean(talk.why());
        String text = talk.isEntered()
                ? "Nothing was said yet.\n\n/invite shows how others come in, /help what can be done."
                : why;
        Canvas inner = canvas.part(1, 2, canvas.rows() - 1, canvas.columns() - 3);
        Flow.draw(new Flow().run(text, theme.quiet()).lines(Math.max(1, inner.columns())), inner, 0);
    }

    private void people(Canvas canvas) {
        for (int row = 0; row < canvas.rows(); row++) {
            canvas.put(row, 0, theme.vertical(), theme.quiet());
        }
        int row = 0;
        listed = talk.people().stream()
                .map(person -> person.participant().id())
                .limit(canvas.rows())
                .toList();
        for (Talk.Person person : talk.people()) {
            if (row == canvas.rows() - 1 && talk.people().size() > canvas.rows()) {
                canvas.put(row, 2, (talk.people().size() - row) + " more", theme.quiet());
                return;
            }
            Participant one = person.participant();
            // Of a room that is closed nothing is known any more.
            Presence presence = talk.isClosed() ? Presence.OFFLINE : person.presence();
            String sign = switch (presence) {
                case ONLINE -> theme.present();
                case AWAY -> theme.absent();
                case RECONNECTING, OFFLINE -> theme.lost();
            };
            Ink ink = presence == Presence.ONLINE ? theme.good() : theme.quiet();
            canvas.put(row, 2, sign, ink);
            String rank = switch (one.role()) {
                case HOST -> " host";
                case MODERATOR -> " mod";
                case MEMBER, READ_ONLY -> "";
            };
            String name = TerminalText.clean(one.shownName()) + (one.self() ? " (you)" : "");
            int room = canvas.columns() - 4 - rank.length();
            int at = canvas.put(row, 4, Graphemes.cut(name, room, theme.more()), theme.name(one.id()));
            canvas.put(row, at, rank, theme.quiet());
            row++;
        }
    }

    private void typing(Canvas canvas) {
        List<String> names = talk.typing();
        if (names.isEmpty()) {
            return;
        }
        String text = namesOf(names) + (names.size() == 1 ? " is" : " are") + " typing" + theme.more();
        canvas.put(0, 1, Graphemes.cut(text, canvas.columns() - 2, theme.more()), theme.quiet());
    }

    private String namesOf(List<String> names) {
        return names.size() > MAX_NAMES_IN_LINE
                ? names.size() + " people"
                : names.stream()
                        .map(name -> Graphemes.cut(TerminalText.clean(name), MAX_NAME_COLUMNS, theme.more()))
                        .collect(Collectors.joining(", "));
    }

    private void banner(Canvas canvas) {
        String text;
        MessageId about = target;
        if (about != null) {
            String of = talk.find(about).map(said -> said.name()).orElse("somebody");
            text = mode == Mode.EDIT
                    ? "Editing your message; Enter keeps it, Esc gives it up"
                    : "Answering " + TerminalText.clean(of) + (alone != null ? " alone" : "") + "; Esc gives it up";
        } else {
            boolean isWide = canvas.columns() >= MIN_COLUMNS_WITH_PEOPLE;
            text = view.selected().map(said -> keysFor(said, isWide)).orElse("");
        }
        Ink ink = about == null && deleting != null ? theme.warning() : theme.accent();
        canvas.put(0, 0, Graphemes.cut(text, canvas.columns(), theme.more()), ink);
    }

    /** What can be done to a selected message. */
    private String keysFor(Said said, boolean isWide) {
        if (said.id().equals(deleting)) {
            return "d again deletes it for everybody";
        }
        if (isClicked) {
            return isWide ? "Enter or another click shows what can be done to it  Esc" : "Enter shows it  Esc";
        }
        boolean hasLink = Links.first(said.text()).isPresent();
        String quick = theme.signs() == Theme.Signs.UNICODE && isWide ? String.join(" ", QUICK) : "react";
        return Panel.keys(
                isWide ? "Enter shows it" : "Enter",
                isWide ? "r reply" : "r",
                talk.canEdit(said) ? isWide ? "e edit" : "e" : "",
                talk.canDelete(said) ? isWide ? "d delete" : "d" : "",
                isWide ? "c copy" : "c",
                hasLink ? isWide ? "o open link" : "o" : "",
                said.replyTo().isPresent() && isWide ? "g to what it answers" : "",
                talk.canReact(said) ? "1-6 " + quick : "",
                "Esc");
    }

    /** What the status line says of the connection, and how much that matters. */
    Status status() {
        List<String> lost = new ArrayList<>();
        for (Talk.Person person : talk.people()) {
            if (person.presence() == Presence.RECONNECTING) {
                lost.add(person.participant().shownName());
            }
        }
        String why = talk.why().isEmpty() ? "" : ": " + TerminalText.clean(talk.why());
        if (talk.isClosed()) {
            return new Status("closed" + why, theme.bad());
        }
        if (talk.state() == ConnectionState.RECONNECTING) {
            return new Status("reconnecting" + why, theme.warning());
        }
        if (talk.state() != ConnectionState.CONNECTED) {
            return new Status("connecting" + why, theme.quiet());
        }
        Optional<HistoryProgress> catchUp = talk.catchUp();
        if (catchUp.isPresent()) {
            return new Status(
                    "connected; what was said before comes, " + catchUp.get().percent() + " %", theme.quiet());
        }
        if (talk.isWorkerLost()) {
            return new Status("connected; the worker is away, nobody new can join", theme.warning());
        }
        if (talk.isLeaderless()) {
            return new Status("connected; the host is away, nobody new can join", theme.warning());
        }
        if (!lost.isEmpty()) {
            return new Status(namesOf(lost) + " cannot be reached", theme.warning());
        }
        return new Status(talk.people().size() > 1 ? "connected" : "connected, nobody else is here", theme.good());
    }

    /** The state of the connection in words. */
    record Status(String text, Ink ink) {}
}
