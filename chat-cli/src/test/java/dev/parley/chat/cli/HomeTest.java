package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void onlyOneHasTheProfileUntilItIsClosed() {
        Path home = folder.resolve("home");
        Home first = Home.tryLock(home).orElseThrow();
        assertThat(Home.tryLock(home)).isEmpty();
        first.close();
        Optional<Home> second = Home.tryLock(home);
        assertThat(second).isPresent();
        second.orElseThrow().close();
    }

    @Test
    void aNewFolderIsForItsOwnerAlone() throws IOException {
        Path home = folder.resolve("a/b");
        Home.makeFolder(home);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
    }

    @Test
    void aFolderThatCannotBeMadeIsSaid() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> Home.tryLock(file.resolve("home")))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("cannot be written");
    }
}
