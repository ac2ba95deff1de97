package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {

    private static final Path FILE = Path.of("config.toml");

    @Test
    void stringsListsAndCommentsAreRead() {
        Map<SettingKey, String> settings = ConfigFile.parse(
                List.of(
                        "# my settings",
                        "",
                        "name = \"Ada \\\"the\\\" # first\"  # comment",
                        "ice_servers = [\"stun:a:1\", \"turn:b:2|u|p\",]",
                        "7tv_url = \"https://example.org/v3\""),
                FILE);
        assertThat(settings)
                .containsOnly(
                        Map.entry(SettingKey.NAME, "Ada \"the\" # first"),
                        Map.entry(SettingKey.ICE_SERVERS, "stun:a:1 turn:b:2|u|p"),
                        Map.entry(SettingKey.SEVENTV_URL, "https://example.org/v3"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "nam = \"x\" @ line 2, key nam: not known",
                "name = \"x @ line 2, key name: the value is missing or not finished",
                "name = @ line 2, key name: the value is missing or not finished",
                "name = x @ line 2, key name: expected a \"string\"",
                "name = \"x\" y @ line 2, key name: something follows",
                "name = \"\\q\" @ line 2, key name: only",
                "ice_servers = [1] @ line 2, key ice_servers: a list holds strings",
                "ice_servers = [\"a\" \"b\"] @ line 2, key ice_servers: expected , or ]",
                "name @ line 2: expected key",
                "[section] @ line 2: sections are not used here"
            })
    void anErrorNamesTheLineAndTheKey(String line, String expected) {
        assertThatThrownBy(() -> ConfigFile.parse(List.of("# first", line), FILE))
                .isInstanceOfSatisfying(CliException.class, e -> {
                    assertThat(e.failure().exit()).isEqualTo(ExitCode.USAGE);
                    assertThat(e.failure().message()).contains("config.toml", expected);
                });
    }

    @Test
    void aKeyThatIsSetTwiceIsAnError() {
        assertThatThrownBy(() -> ConfigFile.parse(List.of("name = \"a\"", "name = \"b\""), FILE))
                .hasMessageContaining("line 2, key name: set twice");
    }

    @Test
    void aMissingFileIsNoError(@TempDir Path folder) {
        assertThat(ConfigFile.read(folder.resolve("none.toml"))).isEmpty();
    }

    @Test
    void aFileThatIsNotTextIsAnError(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("config.toml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> ConfigFile.read(file)).hasMessageContaining("cannot be read");
    }

    @Test
    void aSettingIsKeptAmidAllOtherLines(@TempDir Path home) throws IOException {
        Path file = home.resolve("config.toml");
        Files.writeString(file, """
                # mine
                name = "Ada"

                "theme" = "auto" # old
                token = "t"
                """);

        ConfigFile.keep(file, SettingKey.THEME, "light");
        ConfigFile.keep(file, SettingKey.MOUSE, "false");
        ConfigFile.keep(file, SettingKey.DOWNLOADS, "C:\\a \"b\"");

        assertThat(file).hasContent("""
                # mine
                name = "Ada"

                theme = "light"
                token = "t"
                mouse = false
                downloads = "C:\\\\a \\"b\\""
                """);
        assertThat(ConfigFile.read(file)).containsEntry(SettingKey.DOWNLOADS, "C:\\a \"b\"");
        assertThat(home.toFile().list()).containsExactly("config.toml");
    }

    @Test
    void aFileThatIsNotUnderstoodIsNotWrittenTo(@TempDir Path home) throws IOException {
        Path file = home.resolve("config.toml");
        Files.writeString(file, "nam = \"Ada\"\n");

        assertThatThrownBy(() -> ConfigFile.keep(file, SettingKey.BELL, "false"))
                .isInstanceOf(CliException.class);

        assertThat(file).hasContent("nam = \"Ada\"\n");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theFirstSettingThatIsKeptMakesAFileForItsOwnerAlone(@TempDir Path home) throws IOException {
        Path file = home.resolve("new").resolve("config.toml");

        ConfigFile.keep(file, SettingKey.BELL, "false");

        assertThat(ConfigFile.read(file)).containsExactly(Map.entry(SettingKey.BELL, "false"));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkToTheFileStaysOneAndItsPermissionsToo(@TempDir Path home) throws IOException {
        Path real = Files.writeString(home.resolve("dotfiles.toml"), "bell = true\n");
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r--r--"));
        Path file = Files.createSymbolicLink(home.resolve("config.toml"), real);

        ConfigFile.keep(file, SettingKey.BELL, "false");

        assertThat(Files.isSymbolicLink(file)).isTrue();
        assertThat(real).hasContent("bell = false\n");
        assertThat(Files.getPosixFilePermissions(real)).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void nothingTakesASettingAway(@TempDir Path home) throws IOException {
        Path file = Files.writeString(home.resolve("config.toml"), "# mine\nname = \"Ada\"\nbell = true\n");

        ConfigFile.keep(file, SettingKey.NAME, "");
        ConfigFile.keep(file, SettingKey.CLOCK, "");

        assertThat(file).hasContent("# mine\nbell = true\n");
    }
}
