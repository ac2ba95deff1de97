package dev.parley.chat.cli.client;

import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Editor;
import dev.parley.chat.cli.screen.Graphemes;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteCompletion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the word before the cursor may become: a command, a name, an emote. Offered while one types, taken by Tab; who
 * does not look at it is not in its way.
 */
final class Suggestions {
    static final int MAX_SHOWN = 8;

    /** Letters behind the colon before emotes are offered: ":D" is none. */
    private static final int MIN_EMOTE_CHARS = 2;

    /**
     * One of them.
     *
     * @param insert what to write in place of the word
     * @param name how it is shown
     * @param about what it is, in a few words
     * @param emote whose picture is shown with it; null for none
     */
    private record Suggestion(
            String insert,
            String name,
            String about,
            @Nullable Emote emote) {}

    /** For a picture of one row beside a name. */
    private static final int PICTURE_COLUMNS = 5;

    private List<Suggestion> all = List.of();
    private int start;
    private int end;
    private int chosen = -1;

    /** Looks what fits to what is typed by now. */
    void update(Editor editor, Talk talk, EmoteCatalog catalog, List<String> recent) {
        all = List.of();
        chosen = -1;
        String text = editor.text();
        end = editor.cursor();
        start = end;
        while (start > 0 && !Character.isWhitespace(text.charAt(start - 1))) {
            start--;
        }
        String word = text.substring(start, end);
        if (text.startsWith("/") && !text.startsWith("//") && text.indexOf('\n') < 0) {
            all = commands(text.substring(0, end));
            if (!all.isEmpty()) {
                start = 0;
                return;
            }
        }
        if (word.startsWith("@") && word.length() > 1) {
            all = names(word.substring(1), talk);
        } else if (word.startsWith(":") && word.length() > MIN_EMOTE_CHARS) {
            all = emotes(word, catalog, recent);
        }
    }

    private static List<Suggestion> commands(String typed) {
        List<Suggestion> found = new ArrayList<>();
        for (Commands.Command command : Commands.ALL) {
            if (command.name().startsWith(typed) && !command.name().equals(typed)) {
                String arguments = command.arguments().isEmpty() ? "" : " " + command.arguments();
                found.add(new Suggestion(
                        command.name() + (arguments.isEmpty() ? "" : " "),
                        command.name() + arguments,
                        command.meaning(),
                        null));
            }
        }
        return found;
    }

    private static List<Suggestion> names(String typed, Talk talk) {
        String begin = typed.toLowerCase(Locale.ROOT);
        List<Suggestion> found = new ArrayList<>();
        for (Talk.Person person : talk.people()) {
            String name = person.participant().shownName();
            if (!person.participant().self() && name.toLowerCase(Locale.ROOT).startsWith(begin)) {
                found.add(new Suggestion("@" + name + " ", name, "", null));
            }
        }
        return found;
    }

    private static List<Suggestion> emotes(String word, EmoteCatalog catalog, List<String> recent) {
        List<Suggestion> found = new ArrayList<>();
        for (EmoteCompletion.Candidate candidate : EmoteCompletion.complete(word, catalog, recent, MAX_SHOWN)) {
            Emote emote = candidate.emote();
            found.add(new Suggestion(
                    candidate.insert() + " ",
                    candidate.name(),
                    emote == null ? candidate.insert() : emote.id().providerId(),
                    emote));
        }
        return found;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Whether somebody has moved to one, and so means it. */
    boolean isChosen() {
        return chosen >= 0;
    }

    void move(int step) {
        chosen = Math.floorMod(chosen < 0 ? (step > 0 ? 0 : -1) : chosen + step, shown());
    }

    /** Writes the one that is chosen, or the first; returns it without blanks. */
    String take(Editor editor) {
        Suggestion taken = all.get(Math.max(0, chosen));
        editor.replace(start, end, taken.insert());
        close();
        return taken.insert().strip();
    }

    void close() {
        all = List.of();
        chosen = -1;
    }

    /** How many rows they need: those of a large picture too, where pictures of one row are too small. */
    int rows(Pictures pictures) {
        boolean hasLarge = hasEmotes() && pictures.rows(Pictures.Size.ROW) == 0;
        return Math.max(shown(), hasLarge ? pictures.rows(Pictures.Size.ALONE) : 0);
    }

    private int shown() {
        return Math.min(MAX_SHOWN, all.size());
    }

    private boolean hasEmotes() {
        return all.stream().anyMatch(each -> each.emote() != null);
    }

    /** Draws them; with pictures of one row beside their names, or of the one that Tab takes at the right. */
    void draw(Canvas canvas, Theme theme, Pictures pictures, int tab) {
        boolean isBeside = hasEmotes() && pictures.rows(Pictures.Size.ROW) > 0;
        int left = isBeside ? 1 + PICTURE_COLUMNS : 1;
        Optional<Pictures.Shape> large =
                isBeside ? Optional.empty() : picture(Math.max(0, chosen), Pictures.Size.ALONE, pictures, tab);
        // All of it or nothing.
        large = large.filter(shape -> shape.rows() <= canvas.rows() && shape.columns() <= canvas.columns() / 3);
        int columns = canvas.columns() - large.map(shape -> shape.columns() + 1).orElse(0);
        int width = 0;
        for (int i = 0; i < shown(); i++) {
            width = Math.max(
                    width, Graphemes.width(TerminalText.clean(all.get(i).name())));
        }
        width = Math.min(width, Math.max(8, columns / 2));
        for (int i = 0; i < canvas.rows() && i < all.size(); i++) {
            Suggestion each = all.get(i);
            boolean isChosen = i == chosen;
            Canvas line = canvas.part(i, 0, 1, columns);
            line.fill(isChosen ? theme.selected() : theme.text());
            if (isBeside) {
                Canvas place = canvas.part(i, 1, 1, PICTURE_COLUMNS - 1);
                picture(i, Pictures.Size.ROW, pictures, tab).ifPresent(shape -> pictures.draw(shape, place, 0));
            }
            String name = Graphemes.cut(TerminalText.clean(each.name()), width, theme.more());
            line.put(0, left, name, isChosen ? theme.selected() : theme.accent());
            line.put(
                    0,
                    left + width + 2,
                    Graphemes.cut(TerminalText.clean(each.about()), columns - left - width - 2, theme.more()),
                    isChosen ? theme.selected() : theme.quiet());
        }
        large.ifPresent(shape -> pictures.draw(shape, canvas.part(0, columns + 1, shape.rows(), shape.columns()), 0));
    }

    private Optional<Pictures.Shape> picture(int number, Pictures.Size size, Pictures pictures, int tab) {
        Emote emote = number < all.size() ? all.get(number).emote() : null;
        return emote == null ? Optional.empty() : pictures.shape(tab, List.of(emote), size);
    }
}
