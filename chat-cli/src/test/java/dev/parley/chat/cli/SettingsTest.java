package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.IceServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @TempDir
    Path home = Path.of("");

    private Settings settings(Map<SettingKey, String> flags, Map<String, String> environment) {
        return Settings.load(home, flags, environment);
    }

    @Test
    void aFlagGoesOverTheEnvironmentOverTheFile() throws IOException {
        Files.writeString(home.resolve("config.toml"), """
                name = "file"
                signaling_url = "https://file.example"
                emoji_domain = "file.example"
                """);
        Settings settings = settings(
                Map.of(SettingKey.NAME, "flag"),
                Map.of("PARLEY_NAME", "environment", "PARLEY_SIGNALING_URL", "https://environment.example"));
        assertThat(settings.find(SettingKey.NAME)).contains(new Settings.Value("flag", "flag"));
        assertThat(settings.find(SettingKey.SIGNALING_URL))
                .contains(new Settings.Value("https://environment.example", "environment PARLEY_SIGNALING_URL"));
        assertThat(settings.find(SettingKey.EMOJI_DOMAIN))
                .contains(new Settings.Value("file.example", "file config.toml"));
        assertThat(settings.find(SettingKey.TOKEN)).isEmpty();
    }

    @Test
    void aBlankValueCountsAsNotSet() {
        assertThat(settings(Map.of(), Map.of("PARLEY_NAME", "  ")).find(SettingKey.NAME))
                .isEmpty();
    }

    @Test
    void readMarksAreSentUnlessTheyAreTurnedOff() {
        assertThat(settings(Map.of(), Map.of()).readMarks()).isTrue();
        assertThat(settings(Map.of(SettingKey.READ_MARKS, "false"), Map.of("PARLEY_READ_MARKS", "true"))
                        .readMarks())
                .isFalse();
        Settings unclear = settings(Map.of(), Map.of("PARLEY_READ_MARKS", "no"));
        assertThatThrownBy(unclear::readMarks).isInstanceOf(CliException.class).hasMessageContaining("read_marks");
    }

    @Test
    void picturesAreAsTheTerminalCanUnlessSetAndMoveUnlessThatIsTurnedOff() {
        Settings unset = Settings.load(null, Map.of(), Map.of());
        assertThat(unset.pictures()).isEqualTo("auto");
        assertThat(unset.pictureRows()).isZero();
        assertThat(unset.animate()).isTrue();

        Settings set = Settings.load(
                null,
                Map.of(SettingKey.PICTURES, "blocks", SettingKey.ANIMATE, "false"),
                Map.of("PARLEY_PICTURES", "kitty", "PARLEY_PICTURE_ROWS", "1"));
        assertThat(set.pictures()).isEqualTo("blocks");
        assertThat(set.pictureRows()).isEqualTo(1);
        assertThat(set.animate()).isFalse();

        Settings wrong = Settings.load(null, Map.of(), Map.of("PARLEY_PICTURE_ROWS", "9"));
        assertThatThrownBy(wrong::pictureRows).isInstanceOf(CliException.class).hasMessageContaining("picture_rows");
    }

    @ParameterizedTest
    @CsvSource({
        "auto, xterm-kitty, '', C.UTF-8, KITTY",
        "auto, xterm-256color, '', C.UTF-8, NAMES",
        "blocks, xterm-256color, '', C.UTF-8, BLOCKS",
        "kitty, xterm-kitty, 1, C.UTF-8, NAMES",
        "kitty, xterm-kitty, '', C, NAMES",
    })
    void withoutColoursOrWithoutUnicodeNamesStandForPictures(
            String wanted, String term, String noColour, String locale, EmotePictures.Form form) {
        assertThat(Screens.pictures(wanted, Map.of("TERM", term, "NO_COLOR", noColour, "LANG", locale)))
                .isEqualTo(form);
    }

    @Test
    void theHomeComesFromTheFlagThenTheEnvironmentThenTheXdgRules() {
        Map<String, String> none = Map.of();
        assertThat(Settings.load(Path.of("/a"), Map.of(), Map.of("PARLEY_HOME", "/b"))
                        .home())
                .isEqualTo(Path.of("/a"));
        assertThat(Settings.load(null, Map.of(), Map.of("PARLEY_HOME", "/b", "XDG_DATA_HOME", "/c"))
                        .home())
                .isEqualTo(Path.of("/b"));
        assertThat(Settings.load(null, Map.of(), Map.of("XDG_DATA_HOME", "/c")).home())
                .isEqualTo(Path.of("/c/parley"));
        Path byDefault = Settings.load(null, Map.of(), none).home();
        assertThat(byDefault).isEqualTo(Path.of(System.getProperty("user.home"), ".local", "share", "parley"));
        assertThat(Settings.load(null, Map.of(), Map.of("XDG_DATA_HOME", "relative"))
                        .home())
                .isEqualTo(byDefault);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://host",
                "host:80",
                "http://",
                "http://user:secret@host",
                "http://host?x=secret",
                "http://host#secret",
                "http://ho st"
            })
    void aBadWorkerUrlIsRefusedWithoutRepeatingIt(String url) {
        assertThatThrownBy(() -> Settings.workerUrl(url))
                .isInstanceOf(CliException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void iceServersAreReadWithAndWithoutCredentials() {
        Settings settings =
                settings(Map.of(), Map.of("PARLEY_ICE_SERVERS", " stun:a:1\n turn:b:2?transport=tcp|user|pass "));
        assertThat(settings.iceServers())
                .containsExactly(IceServer.stun("stun:a:1"), IceServer.turn("turn:b:2?transport=tcp", "user", "pass"));
        assertThat(settings.ice(true).policy()).isEqualTo(IceConfig.Policy.RELAY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a", "turn:a|secret", "turn:a|b|secret|d"})
    void aBadIceServerIsRefusedWithoutRepeatingIt(String server) {
        Settings settings = settings(Map.of(SettingKey.ICE_SERVERS, server), Map.of());
        assertThatThrownBy(settings::iceServers)
                .isInstanceOf(CliException.class)
                .hasMessageContaining("number 1")
                .hasMessageNotContaining("secret");
    }

    @Test
    void noEmoteProviderIsUsedUnlessAskedFor() {
        assertThat(settings(Map.of(), Map.of()).emotes().providers()).isEmpty();
    }

    @Test
    void settingTheAddressOfAnEmoteProviderTurnsItOnAndNoOther() {
        Settings.EmoteChoice choice = settings(Map.of(), Map.of("PARLEY_EMOJI_DOMAIN", "example.social"))
                .emotes();
        assertThat(choice.providers()).containsExactly("custom");
        assertThat(choice.settings()).containsExactly(Map.entry("custom.domains", "example.social"));
    }

    @Test
    void emotesCanBeTurnedOnByNameAndOffAltogether() {
        Map<String, String> environment = Map.of("PARLEY_EMOJI_DOMAIN", "example.social");
        assertThat(settings(Map.of(SettingKey.EMOTES, "7TV, custom"), environment)
                        .emotes()
                        .providers())
                .isEqualTo(java.util.Set.copyOf(List.of("7tv", "custom")));
        assertThat(settings(Map.of(SettingKey.EMOTES, "off"), environment)
                        .emotes()
                        .providers())
                .isEmpty();
    }

    @Test
    void ofTheChannelsThatARoomNamesThoseOf7tvAreLoadedUnlessTheUserSaysOtherwise() {
        assertThat(settings(Map.of(), Map.of()).emotes().channels()).isEqualTo(Settings.EmoteChannels.KNOWN);
        assertThat(settings(Map.of(), Map.of("PARLEY_EMOTE_CHANNELS", "all"))
                        .emotes()
                        .channels())
                .isEqualTo(Settings.EmoteChannels.ALL);
        assertThat(settings(Map.of(SettingKey.EMOTE_CHANNELS, "off"), Map.of())
                        .emotes()
                        .channels())
                .isEqualTo(Settings.EmoteChannels.OFF);
        Settings settings = settings(Map.of(SettingKey.EMOTE_CHANNELS, "some"), Map.of());
        assertThatThrownBy(settings::emotes).isInstanceOf(CliException.class).hasMessageContaining("emote_channels");
    }

    @Test
    void emotesAreKeptInTheHomeThatIsNamedElseWhereCachesAre() {
        Map<String, String> environment =
                Map.of("XDG_CACHE_HOME", home.resolve("caches").toString());
        assertThat(Settings.load(home, Map.of(), environment).emoteCache())
                .isEqualTo(home.resolve("cache").resolve("emotes"));
        assertThat(Settings.load(null, Map.of(), Map.of("PARLEY_HOME", home.toString()))
                        .emoteCache())
                .isEqualTo(home.resolve("cache").resolve("emotes"));
        assertThat(Settings.load(
                                null,
                                Map.of(),
                                Map.of(
                                        "XDG_DATA_HOME", home.toString(),
                                        "XDG_CACHE_HOME", home.resolve("caches").toString()))
                        .emoteCache())
                .isEqualTo(home.resolve("caches").resolve("parley").resolve("emotes"));
        assertThat(Settings.load(null, Map.of(), Map.of("XDG_DATA_HOME", home.toString(), "XDG_CACHE_HOME", "relative"))
                        .emoteCache())
                .endsWithRaw(Path.of(".cache", "parley", "emotes"));
    }

    @Test
    void settingsOfEmoteProvidersAreGivenByTheirOwnKeys() {
        Settings.EmoteChoice choice = settings(
                        Map.of(SettingKey.EMOTES, "tea"),
                        Map.of("PARLEY_EMOTE_SETTINGS", "tea.url=https://tea.example/?a=b  tea.token=x"))
                .emotes();
        assertThat(choice.settings()).isEqualTo(Map.of("tea.url", "https://tea.example/?a=b", "tea.token", "x"));
        assertThat(SettingKey.EMOTE_SETTINGS.isSecret()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tea.url", "=x"})
    void aSettingOfAnEmoteProviderWithoutKeyOrValueIsRefused(String value) {
        Settings settings = settings(Map.of(), Map.of("PARLEY_EMOTE_SETTINGS", value));
        assertThatThrownBy(settings::emotes)
                .isInstanceOf(CliException.class)
                .hasMessageContaining("emote_settings")
                .hasMessageNotContaining(value);
    }

    @ParameterizedTest
    @EnumSource(SettingKey.class)
    void aValueIsCheckedAsWhatItIsFor(SettingKey key) {
        // Of the others anything is a value, or it shows only when it is used.
        Set<SettingKey> free = EnumSet.of(
                SettingKey.TOKEN,
                SettingKey.TOKEN_FILE,
                SettingKey.CLIENT_ID,
                SettingKey.LOG_FILE,
                SettingKey.PASSPHRASE,
                SettingKey.PASSPHRASE_FILE,
                SettingKey.EMOTES,
                SettingKey.SEVENTV_URL,
                SettingKey.EMOJI_DOMAIN);
        assertThatCode(() -> Settings.check(key, "")).doesNotThrowAnyException();
        if (free.contains(key)) {
            assertThatCode(() -> Settings.check(key, "no such value")).doesNotThrowAnyException();
        } else {
            String wrong = "no such value".repeat(10);
            assertThatThrownBy(() -> Settings.check(key, wrong)).isInstanceOf(CliException.class);
        }
    }
}
