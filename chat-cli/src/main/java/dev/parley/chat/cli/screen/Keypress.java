package dev.parley.chat.cli.screen;

import java.util.List;
import java.util.Set;

/** Something that a person did to the terminal, or that the terminal has answered. */
public sealed interface Keypress {

    /** A key that has no text. */
    enum Key {
        ENTER,
        TAB,
        ESCAPE,
        BACKSPACE,
        DELETE,
        INSERT,
        HOME,
        END,
        PAGE_UP,
        PAGE_DOWN,
        UP,
        DOWN,
        LEFT,
        RIGHT,
        F1,
        F2,
        F3,
        F4,
        F5,
        F6,
        F7,
        F8,
        F9,
        F10,
        F11,
        F12
    }

    /** What was held down with it. */
    enum Held {
        SHIFT,
        ALT,
        CONTROL
    }

    /** Text, as a key or a method of input gives it. */
    record Typed(String text) implements Keypress {
        /** Whether several keys came at once, as those of one who types fast do. */
        public boolean isSeveral() {
            return text.codePointCount(0, text.length()) > 1;
        }

        /** Each of them. */
        public List<Typed> each() {
            return text.codePoints()
                    .mapToObj(c -> new Typed(Character.toString(c)))
                    .toList();
        }
    }

    /** A key without text. */
    record Pressed(Key key, Set<Held> held) implements Keypress {
        /** Keeps what was held. */
        public Pressed {
            held = Set.copyOf(held);
        }

        /** Whether just this key was pressed. */
        public boolean is(Key other) {
            return key == other && held.isEmpty();
        }

        /** Whether it was pressed with just that held. */
        public boolean is(Held with, Key other) {
            return key == other && held.equals(Set.of(with));
        }
    }

    /** A letter with Control or Alt; in lower case. */
    record Chord(Held held, char letter) implements Keypress {}

    /** Text that was pasted, in one piece; line breaks are {@code \n}. */
    record Pasted(String text) implements Keypress {}

    /**
     * The terminal has said what its background looks like.
     *
     * @param colour {@code 0xrrggbb}
     */
    record Background(int colour) implements Keypress {
        /** Whether dark text is read better on it: by its luma (ITU-R BT.601). */
        public boolean isLight() {
            int luma = 299 * ((colour >> 16) & 0xff) + 587 * ((colour >> 8) & 0xff) + 114 * (colour & 0xff);
            return luma > 127_500;
        }
    }

    /** The mouse was pressed, or its wheel was turned, over a cell. */
    record Mouse(Action action, int row, int column) implements Keypress {
        /** What was done. */
        public enum Action {
            PRESS,
            WHEEL_UP,
            WHEEL_DOWN
        }
    }
}
