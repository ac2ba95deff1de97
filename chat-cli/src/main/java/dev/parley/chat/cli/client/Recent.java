package dev.parley.chat.cli.client;

import java.util.List;

/** Which emotes were used lately, the latest first. */
final class Recent {
    static final int MAX = 24;

    private Recent() {}

    static void use(List<String> recent, String code) {
        recent.remove(code);
        recent.add(0, code);
        while (recent.size() > MAX) {
            recent.remove(recent.size() - 1);
        }
    }
}
