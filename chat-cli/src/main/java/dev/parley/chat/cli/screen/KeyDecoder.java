package dev.parley.chat.cli.screen;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jline.terminal.KeyEvent;
import org.jline.terminal.KeyParser;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what comes from a terminal into keypresses. What is pasted (bracketed paste of xterm) and the mouse (its SGR
 * form, 1006) are told apart here; what a sequence means otherwise, JLine knows. For one thread.
 */
public final class KeyDecoder {
    /** Of more that is pasted the rest is left out; no message is that long. */
    public static final int MAX_PASTED_CHARS = 256 * 1024;

    /** A sequence of a terminal is shorter; what is longer is none. */
    private static final int MAX_SEQUENCE_CHARS = 64;

    /** Of a longer answer of a terminal the rest is text; those that are asked for here are short. */
    static final int MAX_ANSWER_CHARS = 8 * 1024;

    /** So often nothing may have followed before an answer is given up that was begun. */
    static final int MAX_PATIENCE = 10;

    /** And before a paste counts as whole whose end is lost; else no key would be one any more. */
    static final int MAX_PASTE_PATIENCE = 200;

    private static final char ESCAPE = '\033';
    private static final char BELL = '\007';
    private static final String PASTE_BEGINS = "\033[200~";
    private static final String PASTE_ENDS = "\033[201~";
    private static final Pattern MOUSE = Pattern.compile("\033\\[<([0-9]{1,4});([0-9]{1,5});([0-9]{1,5})([Mm])");
    private static final int WHEEL = 64;

    /** The bits of Shift, Alt and Control. */
    private static final int HELD_WITH_MOUSE = 0x1C;

    /** How the answer to OSC 11 of xterm looks: one to four digits of each colour. */
    private static final Pattern BACKGROUND = Pattern.compile(
            "\\033\\]11;rgba?:(\\p{XDigit}{1,4})/(\\p{XDigit}{1,4})/(\\p{XDigit}{1,4})(?:/\\p{XDigit}{1,4})?(?:\\007|\\033\\\\)");

    /** Of tmux, screen, rxvt and the console of Linux, and Enter of a number pad. */
    private static final Map<String, String> OTHER_FORMS = Map.ofEntries(
            Map.entry("\033[1~", "\033[H"),
            Map.entry("\033[7~", "\033[H"),
            Map.entry("\033[4~", "\033[F"),
            Map.entry("\033[8~", "\033[F"),
            Map.entry("\033[[A", "\033OP"),
            Map.entry("\033[[B", "\033OQ"),
            Map.entry("\033[[C", "\033OR"),
            Map.entry("\033[[D", "\033OS"),
            Map.entry("\033[[E", "\033[15~"),
            Map.entry("\033OM", "\r"));

    private final StringBuilder pending = new StringBuilder();
    private @Nullable StringBuilder pasted;
    private int patience;

    /** Takes what came, and gives the keypresses that are whole. */
    public List<Keypress> take(String chars) {
        List<Keypress> keys = new ArrayList<>();
        pending.append(chars);
        while (pending.length() > 0) {
            StringBuilder paste = pasted;
            int used = paste != null ? paste(paste, keys) : key(keys);
            if (used == 0) {
                break;
            }
            pending.delete(0, used);
        }
        patience = pasted != null ? MAX_PASTE_PATIENCE : MAX_PATIENCE;
        return keys;
    }

    /** Whether something is begun that is whole if nothing follows, such as the Escape key. */
    public boolean isWaiting() {
        return pending.length() > 0 || pasted != null;
    }

    /** Nothing has followed for a while: what is begun is whole. */
    public List<Keypress> flush() {
        List<Keypress> keys = new ArrayList<>();
        StringBuilder paste = pasted;
        if ((paste != null || isAnswer(pending)) && --patience > 0) {
            return keys;
        }
        if (paste != null) {
            add(paste, pending.length());
            pending.setLength(0);
            endPaste(paste, keys);
        } else if (isWaiting()) {
            String rest = pending.toString();
            pending.setLength(0);
            if (rest.length() == 1 && rest.charAt(0) == ESCAPE) {
                keys.add(new Keypress.Pressed(Keypress.Key.ESCAPE, Set.of()));
            } else if (!isAnswer(rest)) {
                interpret(rest).ifPresent(keys::add);
            }
        }
        return keys;
    }

    private int paste(StringBuilder paste, List<Keypress> keys) {
        int end = pending.indexOf(PASTE_ENDS);
        // The end may have come in part.
        int safe = end >= 0 ? end : Math.max(0, pending.length() - PASTE_ENDS.length() + 1);
        add(paste, safe);
        if (end < 0) {
            pending.delete(0, safe);
            return 0;
        }
        endPaste(paste, keys);
        return end + PASTE_ENDS.length();
    }

    /** Adds the beginning of what is pending, as far as a paste may be long. */
    private void add(StringBuilder paste, int length) {
        paste.append(pending, 0, Math.min(length, MAX_PASTED_CHARS - paste.length()));
    }

    private void endPaste(StringBuilder paste, List<Keypress> keys) {
        keys.add(new Keypress.Pasted(paste.toString().replace("\r\n", "\n").replace('\r', '\n')));
        pasted = null;
    }

    /** Takes one key; returns how many characters it has, 0 if it is not whole. */
    private int key(List<Keypress> keys) {
        char first = pending.charAt(0);
        if (first != ESCAPE) {
            return text(keys);
        }
        int length = sequence();
        if (length == 0) {
            return 0;
        }
        String sequence = pending.substring(0, length);
        if (sequence.equals(PASTE_BEGINS)) {
            pasted = new StringBuilder();
        } else {
            interpret(sequence).ifPresent(keys::add);
        }
        return length;
    }

    /** How long the sequence is that begins with Escape: ECMA-48, with the SS3 of function keys. */
    private int sequence() {
        if (pending.length() == 1) {
            return 0;
        }
        char second = pending.charAt(1);
        if (second == 'O') {
            return pending.length() < 3 ? 0 : 3;
        }
        if (second == ESCAPE) {
            return 1;
        }
        if (pending.length() == 2 && "]_P".indexOf(second) >= 0) {
            return 0;
        }
        if (isAnswer(pending)) {
            return answer();
        }
        if (second != '[') {
            // Half of a character is not whole.
            boolean isHalf = Character.isHighSurrogate(second) && pending.length() == 2;
            return isHalf ? 0 : 1 + Character.charCount(pending.codePointAt(1));
        }
        for (int i = 2; i < pending.length(); i++) {
            char c = pending.charAt(i);
            if (c >= 0x40 && c <= 0x7E && !(i == 2 && c == '[')) {
                return i + 1;
            }
            if (c < 0x20 || c > 0x7E || i > MAX_SEQUENCE_CHARS) {
                // No sequence: what came is dropped, and what does not belong to it is read on its own.
                return i;
            }
        }
        return 0;
    }

    /** Whether it begins like a string of control (ECMA-48, 5.6) that terminals send: OSC, APC of kitty, DCS. */
    private static boolean isAnswer(CharSequence begun) {
        if (begun.length() < 3) {
            return false;
        }
        char third = begun.charAt(2);
        return switch (begun.charAt(1)) {
            case ']' -> third >= '0' && third <= '9';
            case '_' -> third == 'G';
            case 'P' -> third == '>' || third == '!' || (third >= '0' && third <= '9');
            default -> false;
        };
    }

    /** How long the answer is, with its end; 0 if that has not come. */
    private int answer() {
        for (int i = 2; i < pending.length(); i++) {
            char c = pending.charAt(i);
            if (c == BELL) {
                return i + 1;
            }
            if (c == ESCAPE) {
                boolean isUnknown = i + 1 == pending.length();
                return isUnknown ? 0 : pending.charAt(i + 1) == '\\' ? i + 2 : i;
            }
            if (c < ' ' || c > '~' || i >= MAX_ANSWER_CHARS) {
                return i;
            }
        }
        return 0;
    }

    private int text(List<Keypress> keys) {
        char first = pending.charAt(0);
        if (Character.isHighSurrogate(first) && pending.length() == 1) {
            return 0;
        }
        if (first < ' ' || first == 0x7F) {
            interpret(String.valueOf(first)).ifPresent(keys::add);
            return 1;
        }
        int end = 0;
        while (end < pending.length() && pending.charAt(end) >= ' ' && pending.charAt(end) != 0x7F) {
            end++;
        }
        if (Character.isHighSurrogate(pending.charAt(end - 1))) {
            end--;
        }
        keys.add(new Keypress.Typed(pending.substring(0, end)));
        return end;
    }

    private static Optional<Keypress> interpret(String sequence) {
        Matcher mouse = MOUSE.matcher(sequence);
        if (mouse.matches()) {
            return mouse(mouse);
        }
        Matcher background = BACKGROUND.matcher(sequence);
        if (background.matches()) {
            return Optional.of(new Keypress.Background(
                    (part(background.group(1)) << 16) | (part(background.group(2)) << 8) | part(background.group(3))));
        }
        if (isAnswer(sequence)) {
            return Optional.empty();
        }
        if (sequence.equals("\n")) {
            // Control and J: Enter is \r in raw mode. Terminals that know no Shift+Enter can be told to send this.
            return Optional.of(new Keypress.Chord(Keypress.Held.CONTROL, 'j'));
        }
        KeyEvent event = KeyParser.parse(usual(sequence));
        if (event.getEventType() == KeyEvent.EventType.Release) {
            return Optional.empty();
        }
        Set<Keypress.Held> held = held(event);
        return switch (event.getType()) {
            case Character -> character(event.getCharacter(), held);
            case Arrow -> pressed(event.getArrow().name(), held);
            case Function -> pressed("F" + event.getFunctionKey(), held);
            case Special -> special(event.getSpecial(), held);
            default -> Optional.empty();
        };
    }

    /** Gives the form of xterm that JLine knows, of keys that have others as well. */
    private static String usual(String sequence) {
        // In application mode arrows have another form.
        boolean isApplication =
                sequence.length() == 3 && sequence.charAt(1) == 'O' && "ABCDHF".indexOf(sequence.charAt(2)) >= 0;
        if (isApplication) {
            return "\033[" + sequence.charAt(2);
        }
        return OTHER_FORMS.getOrDefault(sequence, sequence);
    }

    /** A part of a colour, of as many bits as it has digits, in 8 bits. */
    private static int part(String digits) {
        int most = (1 << (4 * digits.length())) - 1;
        return (Integer.parseInt(digits, 16) * 255 + most / 2) / most;
    }

    private static Optional<Keypress> mouse(Matcher mouse) {
        int button = Integer.parseInt(mouse.group(1));
        int column = Integer.parseInt(mouse.group(2)) - 1;
        int row = Integer.parseInt(mouse.group(3)) - 1;
        boolean isPress = mouse.group(4).equals("M");
        if (!isPress || row < 0 || column < 0) {
            return Optional.empty();
        }
        return switch (button & ~HELD_WITH_MOUSE) {
            case 0 -> Optional.of(new Keypress.Mouse(Keypress.Mouse.Action.PRESS, row, column));
            case WHEEL -> Optional.of(new Keypress.Mouse(Keypress.Mouse.Action.WHEEL_UP, row, column));
            case WHEEL + 1 -> Optional.of(new Keypress.Mouse(Keypress.Mouse.Action.WHEEL_DOWN, row, column));
            // Another button, a wheel that goes sideways, or a move.
            default -> Optional.empty();
        };
    }

    private static Set<Keypress.Held> held(KeyEvent event) {
        Set<Keypress.Held> held = EnumSet.noneOf(Keypress.Held.class);
        if (event.hasModifier(KeyEvent.Modifier.Shift)) {
            held.add(Keypress.Held.SHIFT);
        }
        if (event.hasModifier(KeyEvent.Modifier.Alt) || event.hasModifier(KeyEvent.Modifier.Meta)) {
            held.add(Keypress.Held.ALT);
        }
        if (event.hasModifier(KeyEvent.Modifier.Control)) {
            held.add(Keypress.Held.CONTROL);
        }
        return held;
    }

    private static Optional<Keypress> character(char c, Set<Keypress.Held> held) {
        if (held.contains(Keypress.Held.CONTROL)) {
            return Optional.of(new Keypress.Chord(Keypress.Held.CONTROL, Character.toLowerCase(c)));
        }
        if (held.contains(Keypress.Held.ALT)) {
            return Optional.of(new Keypress.Chord(Keypress.Held.ALT, Character.toLowerCase(c)));
        }
        return c < ' ' || c == 0x7F ? Optional.empty() : Optional.of(new Keypress.Typed(String.valueOf(c)));
    }

    private static Optional<Keypress> special(KeyEvent.Special special, Set<Keypress.Held> held) {
        return switch (special) {
            case PageUp -> pressed("PAGE_UP", held);
            case PageDown -> pressed("PAGE_DOWN", held);
            case Enter, Tab, Escape, Backspace, Delete, Home, End, Insert -> pressed(special.name(), held);
            default -> Optional.empty();
        };
    }

    private static Optional<Keypress> pressed(String name, Set<Keypress.Held> held) {
        try {
            return Optional.of(new Keypress.Pressed(Keypress.Key.valueOf(name.toUpperCase(Locale.ROOT)), held));
        } catch (IllegalArgumentException e) {
            // A key of some keyboards that means nothing here.
            return Optional.empty();
        }
    }
}
