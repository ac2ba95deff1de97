package dev.parley.chat.cli;

import java.util.List;
import java.util.Random;

/** What somebody might send who wants a terminal to do more than show text. The same for the same seed. */
public final class HostileText {
    /** How many a test tries. */
    public static final int COUNT = 10_000;

    private static final int MAX_PIECES = 8;
    private static final int MAX_LONG = 4_000;

    private static final List<String> SEQUENCES = List.of(
            "\033[2J\033[H",
            "\033[3J",
            "\033[?1049l",
            "\033[999;1H",
            "\033[6n",
            "\033[c",
            "\033[>q",
            "\033[21t",
            "\033[?25l",
            "\033[8m",
            "\033[31;1m",
            "\033[1;1r",
            "\033[20h",
            "\033[?2026h",
            "\033[?1003h",
            "\033c",
            "\0337\0338",
            "\033(0",
            "\033#8",
            "\033]0;title\007",
            "\033]2;title\033\\",
            "\033]52;c;cm0gLXJmIH4=\007",
            "\033]8;;https://evil.example\033\\click\033]8;;\033\\",
            "\033]4;1;?\007",
            "\033]11;?\033\\",
            "\033]1337;File=inline=1:AAAA\007",
            "\033]777;notify;a;b\007",
            "\033]9;4;1;50\007",
            "\033P+q544e\033\\",
            "\033P1$r0m\033\\",
            "\033Pq#0;2;0;0;0~\033\\",
            "\033_Ga=T,f=32,s=1,v=1;AAAA\033\\",
            "\033_Gi=1,a=d\033\\",
            "\033^private\033\\",
            "\033Xstring\033\\",
            "\033[200~pasted\033[201~",
            "\033[<0;1;1M",
            "\u009b2J",
            "\u009d0;title\u009c",
            "\u0090q\u009c",
            "\u009eprivate\u009c",
            "\u009fGa=T;AAAA\u009c",
            "\u008d",
            "\u0085",
            "\udbfb\udeee\u0305\u0305",
            "\r> own line",
            "\n> own line",
            "\r\n-- somebody has left",
            "\b\b\b\b",
            "\t\t\t",
            "\u000b\f",
            "\u000e\u000f",
            "\u0005",
            "\u0007\u0007",
            "\u0000",
            "\u007f",
            "\u2028\u2029",
            "\u202egnp.exe\u202c",
            "\u2066\u2067\u2068\u2069",
            "\u061c\u200e\u200f",
            "\u200b\u200c\u200d\u2060\ufeff",
            "\ufff9\ufffa\ufffb",
            "\u00ad\u034f\u180e",
            "\u3164\u115f\u1160\uffa0\u2800",
            "\ufe0f\ufe0e\u20e3",
            "\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc7f",
            "\udb40\udc01\udb40\udc68\udb40\udc69",
            "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66",
            "\ud83c\uddeb\ud83c\uddf7\ud83c\uddeb",
            "\ud83d\udc4d\ud83c\udffd\ud83c\udffd",
            "\ud800",
            "\udfff",
            "\udc00\ud800",
            "\uffff\ufffe\ufdd0",
            "日本語",
            "ﷺﷺ",
            "กำำำ",
            "नि",
            "%n%s%x",
            "\"'`$(reboot)");

    private HostileText() {}

    /** Makes the one of a seed. */
    public static String of(int seed) {
        if (seed < SEQUENCES.size()) {
            return SEQUENCES.get(seed);
        }
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(MAX_PIECES); i >= 0; i--) {
            piece(text, random);
        }
        return text.toString();
    }

    private static void piece(StringBuilder text, Random random) {
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> text.append(SEQUENCES.get(random.nextInt(SEQUENCES.size())));
            case 4 -> text.append((char) random.nextInt(0xA0));
            case 5 -> text.append((char) random.nextInt(0x10000));
            case 6 -> text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
            case 7 -> {
                // What begins a sequence, and not always what ends it.
                text.append(List.of("\033[", "\033]", "\033P", "\033_", "\u009b", "\u009d")
                        .get(random.nextInt(6)));
                for (int i = random.nextInt(12); i > 0; i--) {
                    text.append((char) (0x20 + random.nextInt(0x5F)));
                }
            }
            case 8 -> {
                text.append('a');
                for (int i = random.nextInt(60); i > 0; i--) {
                    text.append((char) (0x300 + random.nextInt(0x70)));
                }
            }
            default ->
                text.append(List.of("x", "日", "👍", "é", "\033[A")
                        .get(random.nextInt(5))
                        .repeat(1 + random.nextInt(random.nextInt(40) == 0 ? MAX_LONG : 20)));
        }
    }
}
