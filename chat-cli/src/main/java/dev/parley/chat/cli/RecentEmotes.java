package dev.parley.chat.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The file that keeps which emotes were used lately: one a line, the latest first. Only its owner may read it. */
final class RecentEmotes {
    private static final String NAME = "recent-emotes";

    private static final int MAX_BYTES = 16 * 1024;
    private static final int MAX_CODES = 100;

    private RecentEmotes() {}

    /**
     * Reads it.
     *
     * @return none if there is no such file, or if it is none of ours
     * @throws IOException if it cannot be read
     */
    static List<String> read(Path home) throws IOException {
        Path file = home.resolve(NAME);
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            return List.of();
        }
        // Bytes that are no UTF-8 become signs that no emote has.
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .limit(MAX_CODES)
                .toList();
    }

    /** Writes it: all of it or nothing. */
    static void write(Path home, List<String> codes) throws IOException {
        // Such a file is for its owner alone; in the same folder, so that the move is atomic.
        Path fresh = Files.createTempFile(home, NAME, ".new");
        try {
            Files.writeString(fresh, String.join("\n", codes) + "\n");
            Files.move(fresh, home.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
