package dev.parley.chat.cli.screen;

import java.util.ArrayList;
import java.util.List;

/**
 * Text that a person edits, of several lines, with a history of what was typed before. Moves by what people see as
 * characters. Knows the keys of Emacs that terminals have everywhere. For one thread.
 */
public final class Editor {
    /** What was typed before and can be had again. */
    public static final int MAX_HISTORY = 200;

    private final int maxChars;
    private final boolean isMultiline;
    private final List<String> history = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int cursor;
    private int historyAt;
    private String draft = "";
    private String killed = "";

    /**
     * Makes an empty one.
     *
     * @param maxChars what goes beyond is not taken
     * @param isMultiline whether it may have line breaks; else they become blanks
     */
    public Editor(int maxChars, boolean isMultiline) {
        this.maxChars = maxChars;
        this.isMultiline = isMultiline;
    }

    public String text() {
        return text.toString();
    }

    /** Where the cursor stands, in UTF-16 units. */
    public int cursor() {
        return cursor;
    }

    public boolean isEmpty() {
        return text.length() == 0;
    }

    /** Puts other text in place of all, with the cursor behind it. */
    public void set(String newText) {
        text.setLength(0);
        cursor = 0;
        insert(newText);
    }

    /** Empties it, and remembers what was there. */
    public String submit() {
        String submitted = text();
        if (!submitted.isBlank()
                && (history.isEmpty() || !history.get(history.size() - 1).equals(submitted))) {
            history.add(submitted);
            if (history.size() > MAX_HISTORY) {
                history.remove(0);
            }
        }
        set("");
        historyAt = history.size();
        return submitted;
    }

    /** Inserts text at the cursor, as far as it fits. */
    public void insert(String inserted) {
        String fit = isMultiline ? inserted : inserted.replace('\n', ' ');
        int room = maxChars - text.length();
        if (fit.length() > room) {
            int end = Math.max(0, room);
            fit = fit.substring(0, end > 0 && Character.isHighSurrogate(fit.charAt(end - 1)) ? end - 1 : end);
        }
        text.insert(cursor, fit);
        cursor += fit.length();
        passJoined();
    }

    /** Replaces a part of it, and puts the cursor behind. */
    public void replace(int start, int end, String with) {
        text.delete(start, end);
        cursor = start;
        insert(with);
    }

    /** Does what a key means in a text; false if it means nothing here. */
    public boolean take(Keypress key) {
        if (key instanceof Keypress.Typed typed) {
            insert(typed.text());
            return true;
        }
        if (key instanceof Keypress.Pasted pasted) {
            insert(pasted.text());
            return true;
        }
        if (key instanceof Keypress.Chord chord) {
            return chord.held() == Keypress.Held.CONTROL ? control(chord.letter()) : alt(chord.letter());
        }
        return key instanceof Keypress.Pressed pressed && pressed(pressed);
    }

    private boolean pressed(Keypress.Pressed pressed) {
        boolean byWord =
                pressed.held().contains(Keypress.Held.CONTROL) || pressed.held().contains(Keypress.Held.ALT);
        switch (pressed.key()) {
            case ENTER -> {
                if (!isMultiline || pressed.held().isEmpty()) {
                    return false;
                }
                insert("\n");
            }
            case BACKSPACE -> {
                if (byWord) {
                    kill(wordBefore(), cursor);
                } else {
                    delete(before(cursor), cursor);
                }
            }
            case DELETE -> delete(cursor, after(cursor));
            case LEFT -> cursor = byWord ? wordBefore() : before(cursor);
            case RIGHT -> cursor = byWord ? wordAfter() : after(cursor);
            case HOME -> cursor = lineStart(cursor);
            case END -> cursor = lineEnd(cursor);
            case UP -> {
                return up();
            }
            case DOWN -> {
                return down();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean control(char letter) {
        switch (letter) {
            case 'a' -> cursor = lineStart(cursor);
            case 'e' -> cursor = lineEnd(cursor);
            case 'b' -> cursor = before(cursor);
            case 'f' -> cursor = after(cursor);
            case 'd' -> delete(cursor, after(cursor));
            case 'h' -> delete(before(cursor), cursor);
            case 'k' -> kill(cursor, lineEnd(cursor));
            case 'u' -> kill(lineStart(cursor), cursor);
            case 'w' -> kill(wordBefore(), cursor);
            case 'y' -> insert(killed);
            case 'j' -> {
                if (!isMultiline) {
                    return false;
                }
                insert("\n");
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean alt(char letter) {
        switch (letter) {
            case 'b' -> cursor = wordBefore();
            case 'f' -> cursor = wordAfter();
            case 'd' -> kill(cursor, wordAfter());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean up() {
        int start = lineStart(cursor);
        if (start > 0) {
            cursor = Math.min(lineStart(start - 1) + (cursor - start), start - 1);
            snap();
            return true;
        }
        if (historyAt == 0) {
            return false;
        }
        if (historyAt == history.size()) {
            draft = text();
        }
        historyAt--;
        set(history.get(historyAt));
        return true;
    }

    private boolean down() {
        int end = lineEnd(cursor);
        if (end < text.length()) {
            int column = cursor - lineStart(cursor);
            cursor = Math.min(end + 1 + column, lineEnd(end + 1));
            snap();
            return true;
        }
        if (historyAt >= history.size()) {
            return false;
        }
        historyAt++;
        set(historyAt == history.size() ? draft : history.get(historyAt));
        return true;
    }

    /** Not into the middle of a character. */
    private void snap() {
        int at = lineStart(cursor);
        while (at < cursor) {
            int next = after(at);
            if (next > cursor) {
                break;
            }
            at = next;
        }
        cursor = at;
    }

    private void kill(int start, int end) {
        if (start < end) {
            killed = text.substring(start, end);
            delete(start, end);
        }
    }

    private void delete(int start, int end) {
        text.delete(start, end);
        cursor = start;
        passJoined();
    }

    /** What was edited may have become one character with what stands behind it, as two halves of a flag do. */
    private void passJoined() {
        int at = lineStart(cursor);
        while (at < cursor) {
            at = after(at);
        }
        cursor = at;
    }

    private int before(int at) {
        int start = lineStart(at);
        if (start == at) {
            return Math.max(0, at - 1);
        }
        int last = start;
        for (int next = start; next < at; next = after(next)) {
            last = next;
        }
        return last;
    }

    private int after(int at) {
        return at >= text.length() ? at : at + Graphemes.lengthAt(text, at);
    }

    /** Where the word begins that the cursor stands in or behind. */
    private int wordBefore() {
        int begin = 0;
        boolean isInWord = false;
        for (int at = 0; at < cursor; at = after(at)) {
            boolean isWord = isWord(at);
            if (isWord && !isInWord) {
                begin = at;
            }
            isInWord = isWord;
        }
        return begin;
    }

    private int wordAfter() {
        int at = cursor;
        while (at < text.length() && !isWord(at)) {
            at = after(at);
        }
        while (at < text.length() && isWord(at)) {
            at = after(at);
        }
        return at;
    }

    /** Whether the character there belongs to a word, whatever marks it has. */
    private boolean isWord(int at) {
        return Character.isLetterOrDigit(Character.codePointAt(text, at));
    }

    private int lineStart(int at) {
        return text.lastIndexOf("\n", at - 1) + 1;
    }

    private int lineEnd(int at) {
        int end = text.indexOf("\n", at);
        return end < 0 ? text.length() : end;
    }

    /**
     * Draws it, wrapped to the width; of more rows than there are, those around the cursor.
     *
     * @param ink of the text
     * @param isFocused whether the cursor is shown
     */
    public void draw(Canvas canvas, Ink ink, boolean isFocused) {
        List<int[]> rows = rows(canvas.columns());
        int cursorRow = cursorRow(rows);
        int first = Math.max(0, Math.min(cursorRow - canvas.rows() + 1, rows.size() - canvas.rows()));
        first = Math.max(first, cursorRow - canvas.rows() + 1);
        for (int i = first; i < rows.size() && i - first < canvas.rows(); i++) {
            int[] row = rows.get(i);
            canvas.put(i - first, 0, text.substring(row[0], row[1]), ink);
        }
        if (isFocused) {
            int start = rows.get(cursorRow)[0];
            int column = Math.min(Graphemes.width(text.substring(start, cursor)), canvas.columns() - 1);
            canvas.cursor(cursorRow - first, column);
        }
    }

    /** Tells how many rows it takes at a width. */
    public int height(int columns) {
        return rows(columns).size();
    }

    private int cursorRow(List<int[]> rows) {
        for (int i = rows.size() - 1; i > 0; i--) {
            if (cursor >= rows.get(i)[0]) {
                return i;
            }
        }
        return 0;
    }

    /** Cuts it into rows, each by its beginning and end. */
    private List<int[]> rows(int columns) {
        List<int[]> rows = new ArrayList<>();
        int start = 0;
        int width = 0;
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) == '\n') {
                rows.add(new int[] {start, at});
                at++;
                start = at;
                width = 0;
                continue;
            }
            int next = after(at);
            String cluster = Graphemes.printable(text.substring(at, next));
            int wide = cluster.isEmpty() ? 0 : Graphemes.columns(cluster);
            if (width + wide > columns && start < at) {
                rows.add(new int[] {start, at});
                start = at;
                width = 0;
            }
            width += wide;
            at = next;
        }
        rows.add(new int[] {start, text.length()});
        // The cursor behind a full row stands on the next.
        if (width >= columns && cursor == text.length()) {
            rows.add(new int[] {text.length(), text.length()});
        }
        return rows;
    }
}
