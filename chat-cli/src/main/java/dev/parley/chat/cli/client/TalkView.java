package dev.parley.chat.cli.client;

import dev.parley.chat.EmoteReference;
import dev.parley.chat.MessageId;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.client.Talk.Item;
import dev.parley.chat.cli.client.Talk.Notice;
import dev.parley.chat.cli.client.Talk.Said;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Flow;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteTokenizer;
import dev.parley.chat.emotes.MessageToken;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Draws a conversation from its end upwards, as far as it fits, and can be moved back into what was said before. Each
 * item is set once for a width. For one thread.
 */
final class TalkView {
    /** Messages of one person within this time stand under one name. */
    private static final Duration GROUPED = Duration.ofMinutes(5);

    /** Of a message that is answered so many columns are shown. */
    private static final int MAX_QUOTED_CHARS = 200;

    /** Of one message so many rows are shown; the rest can be seen when it is opened. */
    private static final int MAX_ROWS = 60;

    /** Of more emotes none is made larger because nothing else is said. */
    private static final int MAX_EMOTES_ALONE = 8;

    private static final int INDENT = 2;

    private static final DateTimeFormatter HOURS_24 = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final DateTimeFormatter HOURS_12 = DateTimeFormatter.ofPattern("h:mm a", Locale.ENGLISH);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu", Locale.ENGLISH);

    private final int tab;
    private final Talk talk;
    private final ZoneId zone;
    private EmoteCatalog catalog = EmoteCatalog.empty();
    private Theme theme;
    private Pictures pictures;
    private DateTimeFormatter clock = HOURS_24;

    /** How many rows of the end are below the screen. */
    private int scrolled;

    /** The lowest item that is shown while one looks at what was said before, and how many rows are below it. */
    private @Nullable Item anchor;

    private int belowAnchor;

    private @Nullable MessageId selected;
    private @Nullable Item unreadFrom;
    private int unread;

    /** While rows are counted the lines of so many are kept, since those that are shown may be among them. */
    private static final int MAX_WITH_LINES = 200;

    private static final int MAX_DROPPED_LAID = 1_000;

    private final IdentityHashMap<Item, Laid> laid = new IdentityHashMap<>();

    /** Those of which the lines are kept. */
    private final List<Item> withTheirLines = new ArrayList<>();

    private int laidColumns;
    private long laidPictures;
    private int shownRows;
    private boolean isAtTop;
    private List<Shown> shown = List.of();

    /** What it depends on how an item is set, besides the width. */
    private record Setting(int version, int quotedVersion, boolean isGrouped, boolean isDayNew, boolean isUnread) {}

    /**
     * An item as it is set.
     *
     * @param lines null for those that are not shown: they would take much room
     */
    private record Laid(Setting setting, int rows, @Nullable List<Flow.Line> lines) {
        Laid withoutLines() {
            return new Laid(setting, rows, null);
        }
    }

    /** An item and the rows of the canvas where it stands. */
    private record Shown(Item item, int fromRow, int toRow) {}

    TalkView(int tab, Talk talk, ZoneId zone, Theme theme, Pictures pictures) {
        this.tab = tab;
        this.talk = talk;
        this.zone = zone;
        this.theme = theme;
        this.pictures = pictures;
    }

    void use(Theme newTheme, Pictures newPictures) {
        theme = newTheme;
        pictures = newPictures;
        clearLaid();
    }

    /** Which emotes there are: others have no picture. */
    void setCatalog(EmoteCatalog now) {
        catalog = now;
        clearLaid();
    }

    void use(Preferences.Clock preferred) {
        clock = preferred == Preferences.Clock.HOURS_24 ? HOURS_24 : HOURS_12;
        clearLaid();
    }

    /** Something was added at the end. */
    void added(boolean isSeen) {
        Item last = talk.items().get(talk.items().size() - 1);
        if (!isSeen && last instanceof Said said && !said.isOwn()) {
            if (unreadFrom == null) {
                unreadFrom = last;
            }
            unread++;
        }
        // What is selected stays where it can be seen.
        selected()
                .filter(said -> shown.stream().anyMatch(each -> each.item() == said))
                .ifPresent(this::reveal);
        if (laid.size() > Talk.MAX_ITEMS + MAX_DROPPED_LAID) {
            // Of items that were dropped since.
            clearLaid();
        }
    }

    /** Everything was read: the line above what was new goes. */
    void read() {
        unread = 0;
        unreadFrom = null;
    }

    /** Everything that is there is seen, and marked as new for as long as one looks. */
    void seen() {
        unread = 0;
    }

    int unread() {
        return unread;
    }

    boolean isAtEnd() {
        return scrolled == 0;
    }

    /** Whether what is shown begins with the first that is held. */
    boolean isAtTop() {
        return isAtTop;
    }

    /** Moves by rows; positive is back. */
    void scroll(int rows) {
        scrolled = Math.max(0, scrolled + rows);
    }

    void page(int pages) {
        scroll(pages * Math.max(1, shownRows - 2));
    }

    void toEnd() {
        scrolled = 0;
        selected = null;
    }

    Optional<Said> selected() {
        return Optional.ofNullable(selected)
                .flatMap(talk::find)
                .filter(said -> said.gone().isEmpty());
    }

    void unselect() {
        selected = null;
    }

    /** Whether any of it is on the screen. */
    boolean isInView(Said said) {
        if (shownRows == 0) {
            // Nothing was drawn yet, and nothing scrolled.
            return true;
        }
        int index = talk.items().indexOf(said);
        int below = rowsBelow(index);
        return index >= 0 && below + rowsOf(index) > scrolled && below < scrolled + shownRows;
    }

    /** Selects the message before or behind the selected one; the last if there is none. */
    void select(int step) {
        List<Said> all = messages();
        if (all.isEmpty()) {
            return;
        }
        int at = all.size();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).id().equals(selected)) {
                at = i;
            }
        }
        int next = Math.max(0, at + step);
        if (next >= all.size()) {
            toEnd();
            return;
        }
        selected = all.get(next).id();
        reveal(all.get(next));
    }

    /** Selects what stands in a row of the canvas. */
    boolean selectAt(int row) {
        for (Shown each : shown) {
            if (row >= each.fromRow() && row < each.toRow() && each.item() instanceof Said said) {
                selected = said.id();
                return true;
            }
        }
        return false;
    }

    /** Selects a message and shows it. */
    void goTo(MessageId id) {
        talk.find(id).ifPresent(said -> {
            selected = id;
            reveal(said);
        });
    }

    private List<Said> messages() {
        List<Said> all = new ArrayList<>();
        for (Item item : talk.items()) {
            if (item instanceof Said said && said.gone().isEmpty()) {
                all.add(said);
            }
        }
        return all;
    }

    private void reveal(Item item) {
        if (shownRows == 0) {
            // It is done when it is drawn first.
            return;
        }
        int index = talk.items().indexOf(item);
        if (index < 0) {
            return;
        }
        follow();
        int below = rowsBelow(index);
        if (below < scrolled) {
            scrolled = below;
        } else if (below + rowsOf(index) > scrolled + shownRows) {
            scrolled = Math.max(0, below + rowsOf(index) - shownRows);
        }
    }

    /** How many rows stand below an item. */
    private int rowsBelow(int index) {
        int rows = 0;
        for (int i = talk.items().size() - 1; i > index; i--) {
            rows += rowsOf(i);
        }
        return rows;
    }

    private void clearLaid() {
        laid.clear();
        withTheirLines.clear();
    }

    private int rowsOf(int index) {
        return set(index, false).rows();
    }

    /** Draws it. */
    void draw(Canvas canvas) {
        boolean isOfAnotherSize = laidColumns != canvas.columns() || shownRows != canvas.rows();
        if (laidColumns != canvas.columns() || laidPictures != pictures.version()) {
            clearLaid();
            laidColumns = canvas.columns();
            laidPictures = pictures.version();
        }
        shownRows = canvas.rows();
        follow();
        if (isOfAnotherSize) {
            selected().ifPresent(this::reveal);
        }
        keepInside();
        List<Shown> drawn = new ArrayList<>();
        int bottom = canvas.rows() + scrolled;
        for (int index = talk.items().size() - 1; index >= 0 && bottom > 0; index--) {
            int top = bottom - rowsOf(index);
            if (top < canvas.rows()) {
                draw(set(index, true), talk.items().get(index), canvas, top);
                drawn.add(new Shown(talk.items().get(index), top, bottom));
            }
            bottom = top;
        }
        shown = drawn;
        dropLines();
        // Nothing is to be done to what cannot be seen.
        selected()
                .filter(said -> shown.stream().noneMatch(each -> each.item() == said))
                .ifPresent(said -> unselect());
        hold();
        if (scrolled > 0) {
            String below = unread > 0 ? " " + unread + " new below, End " : " more below, End ";
            canvas.putRight(canvas.rows() - 1, below, theme.bar());
        }
    }

    /** Who looks at what was said before goes on seeing that, whatever is said or changed below it. */
    private void follow() {
        if (anchor == null || scrolled == 0) {
            return;
        }
        int index = talk.items().indexOf(anchor);
        if (index >= 0) {
            int below = rowsBelow(index);
            scrolled = Math.max(0, scrolled + below - belowAnchor);
            belowAnchor = below;
        }
    }

    private void hold() {
        if (scrolled == 0 || shown.isEmpty()) {
            anchor = null;
            return;
        }
        Shown lowest = shown.get(0);
        anchor = lowest.item();
        belowAnchor = shownRows + scrolled - lowest.toRow();
    }

    /** Not beyond the first row of the first item. */
    private void keepInside() {
        int needed = scrolled + shownRows;
        int rows = 0;
        for (int i = talk.items().size() - 1; i >= 0 && rows <= needed; i--) {
            rows += rowsOf(i);
        }
        isAtTop = rows <= needed;
        scrolled = Math.min(scrolled, Math.max(0, rows - shownRows));
    }

    private void draw(Laid item, Item of, Canvas canvas, int top) {
        int row = top;
        for (Flow.Line line : Objects.requireNonNull(item.lines())) {
            if (row + line.rows() > 0 && row < canvas.rows()) {
                Flow.draw(line, canvas, row, drawer());
            }
            row += line.rows();
        }
        if (of instanceof Said said && said.id().equals(selected)) {
            for (int i = Math.max(0, top + leading(item)); i < Math.min(canvas.rows(), row); i++) {
                canvas.put(i, 0, theme.pointer(), theme.accent());
            }
        }
    }

    /** Draws the pictures of what {@link #body} sets. */
    Flow.BoxDrawer drawer() {
        return (name, part, hidden) -> pictures.draw((Pictures.Shape) name, part, hidden);
    }

    /** How many of the first lines are not of the item itself. */
    private static int leading(Laid item) {
        return (item.setting().isDayNew() ? 1 : 0) + (item.setting().isUnread() ? 1 : 0);
    }

    /** How an item is to be set. */
    private Setting setting(int index) {
        Item item = talk.items().get(index);
        Item before = index > 0 ? talk.items().get(index - 1) : null;
        boolean isDayNew = before == null || !day(before).equals(day(item));
        boolean isUnread = item == unreadFrom;
        boolean isGrouped = !isDayNew && !isUnread && isGrouped(before, item);
        return new Setting(item.version(), quotedVersion(item), isGrouped, isDayNew, isUnread);
    }

    private Laid set(int index, boolean withLines) {
        Item item = talk.items().get(index);
        Setting setting = setting(index);
        Laid known = laid.get(item);
        if (known != null && known.setting().equals(setting) && (known.lines() != null || !withLines)) {
            return known;
        }
        List<Flow.Line> lines = lines(item, setting);
        Laid now = new Laid(setting, Scroll.rows(lines), lines);
        if (!withLines && withTheirLines.size() >= MAX_WITH_LINES) {
            now = now.withoutLines();
        } else {
            withTheirLines.add(item);
        }
        laid.put(item, now);
        return now;
    }

    private List<Flow.Line> lines(Item item, Setting setting) {
        List<Flow.Line> lines = new ArrayList<>();
        if (setting.isDayNew()) {
            lines.add(rule(DAY.format(day(item)), laidColumns, theme.quiet()));
        }
        if (setting.isUnread()) {
            lines.add(rule("new", laidColumns, theme.warning()));
        }
        if (item instanceof Said said) {
            lines.addAll(said(said, setting.isGrouped(), laidColumns));
        } else if (item instanceof Notice notice) {
            lines.addAll(notice(notice, laidColumns));
        }
        return lines;
    }

    /** Keeps the lines of what is shown, and of nothing else. */
    private void dropLines() {
        Set<Item> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        shown.forEach(each -> kept.add(each.item()));
        for (Item item : withTheirLines) {
            if (!kept.contains(item)) {
                laid.computeIfPresent(item, (key, known) -> known.withoutLines());
            }
        }
        withTheirLines.clear();
        withTheirLines.addAll(kept);
    }

    /** Another whenever what it answers looks different. */
    private int quotedVersion(Item item) {
        return item instanceof Said said
                ? said.replyTo().flatMap(talk::find).map(Item::version).orElse(-1)
                : -1;
    }

    private LocalDate day(Item item) {
        return item.at().atZone(zone).toLocalDate();
    }

    private static boolean isGrouped(@Nullable Item before, Item item) {
        return item instanceof Said said
                && before instanceof Said last
                && last.sender().equals(said.sender())
                && last.privateTo().equals(said.privateTo())
                && last.name().equals(said.name())
                && Duration.between(last.at(), said.at()).abs().compareTo(GROUPED) < 0;
    }

    private Flow.Line rule(String text, int columns, Ink ink) {
        String middle = " " + text + " ";
        int left = Math.max(0, (columns - Graphemes.width(middle)) / 2);
        int right = Math.max(0, columns - left - Graphemes.width(middle));
        String line =
                theme.horizontal().repeat(left) + middle + theme.horizontal().repeat(right);
        return new Flow.Line(1, List.of(new Flow.Placed(0, new Flow.Run(Graphemes.cut(line, columns, ""), ink))));
    }

    private List<Flow.Line> notice(Notice notice, int columns) {
        Ink ink = switch (notice.weight()) {
            case QUIET -> theme.quiet();
            case WARNING -> theme.warning();
            case BAD -> theme.bad();
        };
        return indented(new Flow().run(notice.text(), ink).lines(columns - INDENT));
    }

    private List<Flow.Line> said(Said said, boolean isGrouped, int columns) {
        List<Flow.Line> lines = new ArrayList<>();
        if (!isGrouped) {
            lines.add(header(said, columns));
        }
        said.replyTo().ifPresent(id -> lines.add(quote(id, columns)));
        lines.addAll(indented(cut(body(said).lines(columns - INDENT))));
        if (!said.reactions().isEmpty() && said.gone().isEmpty()) {
            lines.addAll(indented(reactions(said).lines(columns - INDENT)));
        }
        return lines;
    }

    private static List<Flow.Line> indented(List<Flow.Line> lines) {
        List<Flow.Line> moved = new ArrayList<>();
        for (Flow.Line line : lines) {
            List<Flow.Placed> parts = new ArrayList<>();
            for (Flow.Placed placed : line.parts()) {
                parts.add(new Flow.Placed(placed.column() + INDENT, placed.part()));
            }
            moved.add(new Flow.Line(line.rows(), parts));
        }
        return moved;
    }

    private List<Flow.Line> cut(List<Flow.Line> lines) {
        if (lines.size() <= MAX_ROWS) {
            return lines;
        }
        List<Flow.Line> first = new ArrayList<>(lines.subList(0, MAX_ROWS - 1));
        String more = (lines.size() - MAX_ROWS + 1) + " more lines: select it with Up, Enter shows them";
        first.addAll(new Flow().run(more, theme.quiet()).lines(Math.max(1, laidColumns - INDENT)));
        return first;
    }

    private Flow.Line header(Said said, int columns) {
        String time = clock.format(said.at().atZone(zone));
        String to = said.privateTo()
                .map(name -> said.isOwn() ? " to " + name + " alone" : " to you alone")
                .orElse("");
        int room = Math.max(1, columns - Graphemes.width(time) - 2);
        String name = Graphemes.cut(TerminalText.clean(said.name()), room, theme.more());
        List<Flow.Placed> parts = new ArrayList<>();
        // The first column is the pointer's.
        parts.add(new Flow.Placed(1, new Flow.Run(name, theme.name(said.sender()))));
        int at = 1 + Graphemes.width(name);
        if (!to.isEmpty()) {
            String fit = Graphemes.cut(to, Math.max(0, room + 1 - at), "");
            parts.add(new Flow.Placed(at, new Flow.Run(fit, theme.warning())));
            at += Graphemes.width(fit);
        }
        parts.add(new Flow.Placed(at + 1, new Flow.Run(time, theme.quiet())));
        return new Flow.Line(1, parts);
    }

    private Flow.Line quote(MessageId id, int columns) {
        String text = talk.find(id)
                .map(said -> said.name() + ": "
                        + said.gone().map(gone -> "(" + gone + ")").orElse(shortOf(said.text())))
                .orElse("something that was said before");
        String line = Graphemes.cut(theme.reply() + TerminalText.clean(text), columns - INDENT, theme.more());
        return new Flow.Line(1, List.of(new Flow.Placed(INDENT, new Flow.Run(line, theme.quiet()))));
    }

    private static String shortOf(String text) {
        return text.length() <= MAX_QUOTED_CHARS ? text : text.substring(0, MAX_QUOTED_CHARS);
    }

    private Flow reactions(Said said) {
        List<ReactionTotal> totals = said.reactions();
        Flow flow = new Flow();
        for (int i = 0; i < totals.size(); i++) {
            ReactionTotal total = totals.get(i);
            flow.run(i > 0 ? "  " : "", theme.quiet());
            Optional<Pictures.Shape> shape = total.reaction()
                    .provider()
                    .flatMap(provider -> find(provider, total.reaction().emote().orElse("")))
                    .flatMap(emote -> pictures.shape(tab, List.of(emote), Pictures.Size.ROW));
            if (shape.isPresent()) {
                flow.box(shape.get().rows(), shape.get().columns(), shape.get());
            } else {
                flow.run(TerminalText.clean(total.reaction().text()), theme.emote());
            }
            // The count stays with its sign.
            flow.run("\u00a0" + total.count(), talk.isOwn(said, total.reaction()) ? theme.accent() : theme.quiet());
        }
        return flow;
    }

    /** Sets what a message says, without what stands around it. */
    Flow body(Said said) {
        Flow flow = new Flow();
        if (said.gone().isPresent()) {
            return flow.run("(" + said.gone().get() + ")", theme.quiet().with(Ink.ITALIC));
        }
        if (said.file().isPresent()) {
            return file(said, flow);
        }
        List<EmoteReference> emotes = said.emotes();
        String text = said.text();
        Pictures.Size size = isEmotesAlone(said) ? Pictures.Size.ALONE : Pictures.Size.TEXT;
        int at = 0;
        for (int i = 0; i < emotes.size(); i++) {
            EmoteReference emote = emotes.get(i);
            if (emote.start() < at || emote.end() > text.length()) {
                continue;
            }
            List<EmoteReference> over = new ArrayList<>();
            int end = emote.end();
            while (i + 1 < emotes.size() && liesOver(emotes.get(i + 1), text, end)) {
                i++;
                over.add(emotes.get(i));
                end = emotes.get(i).end();
            }
            words(flow, said, text.substring(at, emote.start()));
            emote(flow, emote, over, size, text.substring(emote.start(), end));
            at = end;
        }
        words(flow, said, text.substring(at));
        if (said.isEdited()) {
            flow.run("\u00a0(edited)", theme.quiet());
        }
        if (said.isOwn()) {
            mark(flow, said);
        }
        return flow;
    }

    /** Whether a message is nothing but a few emotes. */
    private static boolean isEmotesAlone(Said said) {
        if (said.emotes().size() > MAX_EMOTES_ALONE) {
            return false;
        }
        int at = 0;
        for (EmoteReference emote : said.emotes()) {
            if (emote.start() < at
                    || emote.end() > said.text().length()
                    || !said.text().substring(at, emote.start()).isBlank()) {
                return false;
            }
            at = emote.end();
        }
        return said.text().substring(at).isBlank();
    }

    /** The emote that a peer refers to, if it is one of those that are known here. */
    private Optional<Emote> find(String provider, String emote) {
        try {
            return catalog.find(new EmoteId(provider, emote));
        } catch (IllegalArgumentException e) {
            // No emote of a catalog is called so.
            return Optional.empty();
        }
    }

    private Optional<Emote> find(EmoteReference emote) {
        return find(emote.provider(), emote.emote());
    }

    private boolean liesOver(EmoteReference emote, String text, int end) {
        return find(emote).filter(Emote::zeroWidth).isPresent()
                && emote.start() >= end
                && emote.end() <= text.length()
                && text.substring(end, emote.start()).isBlank();
    }

    private void emote(Flow flow, EmoteReference emote, List<EmoteReference> over, Pictures.Size size, String written) {
        Optional<Pictures.Shape> shape = find(emote).flatMap(base -> {
            List<Emote> layers = new ArrayList<>(List.of(base));
            over.forEach(each -> find(each).ifPresent(layers::add));
            return pictures.shape(tab, layers, size);
        });
        if (shape.isPresent()) {
            flow.box(shape.get().rows(), shape.get().columns(), shape.get());
        } else {
            flow.run(TerminalText.clean(written), theme.emote());
        }
    }

    private Flow file(Said said, Flow flow) {
        dev.parley.chat.FileOffer file = Objects.requireNonNull(said.file().orElse(null));
        flow.run(TerminalText.clean(file.name()), theme.strong());
        flow.run("  " + size(file.size()) + ", " + TerminalText.clean(file.mediaType()), theme.quiet());
        if (!said.fileState().isEmpty()) {
            flow.run("\n" + TerminalText.clean(said.fileState()), theme.good());
        } else if (!said.isOwn()) {
            flow.run("\n/get " + said.fileNumber() + " fetches it", theme.quiet());
        }
        return flow;
    }

    private static String size(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        String[] units = {"kB", "MB", "GB"};
        double value = bytes / 1e3;
        int unit = 0;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1e3;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** Text without emotes: links, mentions, code and the rest. */
    private void words(Flow flow, Said said, String text) {
        if (text.isEmpty()) {
            return;
        }
        for (MessageToken token : EmoteTokenizer.tokenize(text, EmoteCatalog.empty())) {
            String clean = clean(token.text());
            if (token instanceof MessageToken.Link) {
                flow.run(clean, theme.link());
            } else if (token instanceof MessageToken.Code) {
                flow.run(clean, theme.code());
            } else if (token instanceof MessageToken.Mention) {
                flow.run(clean, isSelf(clean) ? theme.mention() : theme.accent());
            } else {
                names(flow, said, clean);
            }
        }
    }

    private boolean isSelf(String mention) {
        return talk.self()
                .filter(self -> Mentions.names(mention, self.shownName()))
                .isPresent();
    }

    private void names(Flow flow, Said said, String text) {
        String own =
                said.isOwn() ? "" : talk.self().map(self -> self.shownName()).orElse("");
        int at = 0;
        for (Mentions.Span found : Mentions.all(text, own)) {
            flow.run(text.substring(at, found.start()), theme.text());
            flow.run(text.substring(found.start(), found.end()), theme.mention());
            at = found.end();
        }
        flow.run(text.substring(at), theme.text());
    }

    /** Line breaks stay, everything else that is not text goes. */
    private static String clean(String text) {
        if (text.indexOf('\n') < 0) {
            return TerminalText.clean(text);
        }
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            lines.add(TerminalText.clean(line));
        }
        return String.join("\n", lines);
    }

    private void mark(Flow flow, Said said) {
        said.delivery().ifPresent(state -> flow.run("\u00a0" + theme.sign(state), theme.ink(state)));
    }
}
