package dev.parley.chat.cli.client;

import dev.parley.chat.DeliveryState;
import dev.parley.chat.PeerId;
import dev.parley.chat.cli.screen.Ink;
import java.util.List;

/**
 * How the client looks: its inks for a dark or a light background, and its signs with or without Unicode. The colours
 * of names have a contrast of at least 4.5 to 1 (WCAG 2.1, 1.4.3) on every background that a theme is meant for.
 *
 * @param ground what the terminal's background is like
 * @param signs which characters may be used
 */
public record Theme(Ground ground, Signs signs) {

    /** What the background of the terminal is like. */
    public enum Ground {
        DARK,
        LIGHT
    }

    /** Which characters the client uses for lines and marks. */
    public enum Signs {
        UNICODE,
        ASCII
    }

    private static final List<Integer> NAMES_ON_DARK = List.of(
            0xff8a80, 0xffab66, 0xe6c04d, 0xb5cc5c, 0x7fd18b, 0x5fd0b8, 0x62c6e8, 0x8ab4ff, 0xb3a1ff, 0xd99bf0,
            0xf590c8, 0xd7b899);

    private static final List<Integer> NAMES_ON_LIGHT = List.of(
            0xa3190f, 0x8a4100, 0x6b5000, 0x4a5c00, 0x136128, 0x00604f, 0x005a80, 0x1747a6, 0x4e32a8, 0x7a1f96,
            0x96145f, 0x5f4425);

    private boolean isDark() {
        return ground == Ground.DARK;
    }

    private boolean isUnicode() {
        return signs == Signs.UNICODE;
    }

    /** The colour of a name: the same wherever that one is met. */
    public Ink name(PeerId peer) {
        List<Integer> colours = isDark() ? NAMES_ON_DARK : NAMES_ON_LIGHT;
        int colour = colours.get(Math.floorMod(peer.value().hashCode(), colours.size()));
        return Ink.PLAIN.on(Ink.rgb(colour)).with(Ink.BOLD);
    }

    /** Those of names, to be held to their contrast. */
    static List<Integer> nameColours(Ground ground) {
        return ground == Ground.DARK ? NAMES_ON_DARK : NAMES_ON_LIGHT;
    }

    Ink text() {
        return Ink.PLAIN;
    }

    Ink quiet() {
        return Ink.PLAIN.on(Ink.rgb(isDark() ? 0x9a9a9a : 0x5f5f5f));
    }

    Ink accent() {
        return Ink.PLAIN.on(Ink.rgb(isDark() ? 0x62c6e8 : 0x005a80));
    }

    Ink strong() {
        return Ink.PLAIN.with(Ink.BOLD);
    }

    Ink good() {
        return Ink.PLAIN.on(Ink.rgb(isDark() ? 0x7fd18b : 0x136128));
    }

    Ink warning() {
        return Ink.PLAIN.on(Ink.rgb(isDark() ? 0xffab66 : 0x8a4100));
    }

    Ink bad() {
        return Ink.PLAIN.on(Ink.rgb(isDark() ? 0xff8a80 : 0xa3190f)).with(Ink.BOLD);
    }

    Ink link() {
        return accent().with(Ink.UNDERLINE);
    }

    Ink code() {
        return Ink.PLAIN.on(Ink.rgb(isDark() ? 0xd7b899 : 0x5f4425));
    }

    Ink emote() {
        return Ink.PLAIN.on(Ink.rgb(isDark() ? 0xe6c04d : 0x6b5000));
    }

    /** Of a mention of oneself: seen without any colour as well. */
    Ink mention() {
        return Ink.PLAIN.with(Ink.REVERSE).with(Ink.BOLD);
    }

    /** Of bars at the edges, seen without any colour as well. */
    Ink bar() {
        return Ink.PLAIN.with(Ink.REVERSE);
    }

    Ink selected() {
        return Ink.PLAIN.with(Ink.REVERSE);
    }

    /** Of a QR code, whose blocks are its light parts. */
    Ink qrCode() {
        return isDark() ? Ink.PLAIN : Ink.PLAIN.with(Ink.REVERSE);
    }

    String horizontal() {
        return isUnicode() ? "─" : "-";
    }

    String vertical() {
        return isUnicode() ? "│" : "|";
    }

    String dot() {
        return isUnicode() ? "·" : "-";
    }

    String more() {
        return isUnicode() ? "…" : "...";
    }

    String pointer() {
        return isUnicode() ? "▌" : ">";
    }

    String reply() {
        return isUnicode() ? "╭ " : "/ ";
    }

    /** How far an own message has come. */
    String sign(DeliveryState state) {
        return switch (state) {
            case QUEUED -> isUnicode() ? "◷" : "~";
            case SENT -> isUnicode() ? "✓" : "+";
            case DELIVERED -> isUnicode() ? "✓✓" : "++";
            case READ -> isUnicode() ? "✓✓" : "+R";
            case FAILED -> "!";
        };
    }

    /** The colour of that: {@code READ} differs from {@code DELIVERED} by it alone, where there are other signs. */
    Ink ink(DeliveryState state) {
        return switch (state) {
            case QUEUED -> warning();
            case SENT, DELIVERED -> quiet();
            case READ -> accent();
            case FAILED -> bad();
        };
    }

    String present() {
        return isUnicode() ? "●" : "*";
    }

    String absent() {
        return isUnicode() ? "○" : "o";
    }

    String lost() {
        return isUnicode() ? "◌" : "?";
    }
}
