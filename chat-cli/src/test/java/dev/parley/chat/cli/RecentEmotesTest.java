package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecentEmotesTest {
    @TempDir
    private Path home;

    @Test
    void whatWasWrittenIsReadInItsOrder() throws Exception {
        RecentEmotes.write(home, List.of("Kappa", ":teapot:", "😀"));
        RecentEmotes.write(home, List.of(":teapot:", "Kappa"));

        assertThat(RecentEmotes.read(home)).containsExactly(":teapot:", "Kappa");
        try (var files = Files.list(home)) {
            assertThat(files).as("nothing is left beside it").hasSize(1);
        }
    }

    @Test
    void onlyItsOwnerMayReadIt() throws Exception {
        RecentEmotes.write(home, List.of("Kappa"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("recent-emotes"))))
                .isEqualTo("rw-------");
    }

    @Test
    void whereThereIsNoneNothingWasUsed() throws Exception {
        assertThat(RecentEmotes.read(home)).isEmpty();
    }

    @Test
    void aFileThatIsNotOursIsNotTaken() throws Exception {
        Files.write(home.resolve("recent-emotes"), new byte[16 * 1024 + 1]);
        assertThat(RecentEmotes.read(home)).isEmpty();

        Files.write(home.resolve("recent-emotes"), "a\n".repeat(5_000).getBytes(StandardCharsets.UTF_8));
        assertThat(RecentEmotes.read(home)).hasSize(100);

        Files.write(home.resolve("recent-emotes"), new byte[] {(byte) 0xff, '\n', 'a', '\n'});
        assertThat(RecentEmotes.read(home)).hasSize(2).contains("a");
    }
}
