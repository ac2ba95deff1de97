package dev.parley.chat.cli.screen;

/**
 * How a cell of the screen looks.
 *
 * @param foreground {@link #DEFAULT}, a colour of the palette (0 to 255), or one made by {@link #rgb}
 * @param background the same
 * @param attributes any of {@link #BOLD} and its like, added up
 */
public record Ink(int foreground, int background, int attributes) {
    /** The colour that the terminal has by itself. */
    public static final int DEFAULT = -1;

    public static final int BOLD = 1;
    public static final int DIM = 2;
    public static final int ITALIC = 4;
    public static final int UNDERLINE = 8;
    public static final int REVERSE = 16;
    public static final int STRIKE = 32;

    /** Nothing special. */
    public static final Ink PLAIN = new Ink(DEFAULT, DEFAULT, 0);

    private static final int RGB = 1 << 24;

    /** A colour by its parts, {@code 0xrrggbb}. */
    public static int rgb(int colour) {
        return RGB | (colour & 0xffffff);
    }

    static boolean isRgb(int colour) {
        return (colour & RGB) != 0 && colour != DEFAULT;
    }

    /** The same with another foreground. */
    public Ink on(int newForeground) {
        return new Ink(newForeground, background, attributes);
    }

    /** The same before another background. */
    public Ink before(int newBackground) {
        return new Ink(foreground, newBackground, attributes);
    }

    /** The same with one more attribute. */
    public Ink with(int attribute) {
        return new Ink(foreground, background, attributes | attribute);
    }
}
