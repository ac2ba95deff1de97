package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

    private static final String ROOM_ID = "a".repeat(32);
    private static final String INVITE = "https://example.org/r/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    @TempDir
    Path home = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... arguments) {
        CliContext context = new CliContext(
                environment,
                InputStream.nullInputStream(),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                ZoneOffset.UTC,
                false,
                Optional.empty(),
                new Stop());
        return ParleyMain.run(context, arguments);
    }

    private int run(String line) {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ", -1);
        return run(Map.of("PARLEY_HOME", home.toString(), "PARLEY_IDENTITY_PROTECTION", "file-permissions"), arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fly",
                "--fly",
                "serve --port x",
                "serve --port 70000",
                "serve --port -1",
                "serve --fly",
                "serve extra",
                "serve --issuer https://issuer.example",
                "serve --audience a",
                "serve --jwks https://issuer.example/jwks",
                "serve --host 0.0.0.0 --port 0",
                "serve --redis http://x --port 0",
                "serve --redis redis://u:secret@127.0.0.1 --port 0",
                "serve --redis redis://127.0.0.1 --data x --port 0",
                "serve --redis-password-file x --port 0",
                "serve --redis redis://127.0.0.1 --redis-password-file no-such-file --port 0",
                "serve --ice-server http://x --port 0",
                "create",
                "create Tea extra",
                "create Tea --capacity x",
                "create Tea --emotes-channel 7tv",
                "create Tea --emotes-channel 7TV=twitch/1",
                "create Tea --emotes-channel 7tv=",
                "create Tea --emotes-channel 7tv=a --emotes-channel 7tv=a",
                "create Tea --capacity 1",
                "create Tea --capacity 1001",
                "create Tea --signaling nonsense",
                "create Tea --signaling http://example.org",
                "create Tea --signaling https://example.org/path",
                "create Tea --signaling http://127.0.0.1:1 --ice-server http://x",
                "join",
                "join nonsense",
                "join https://example.org/r/short",
                "join aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "join a b",
                "tail",
                "tail nonsense",
                "tail a b",
                "tail 7-guitar-lemon",
                "tail " + INVITE + " --lines 0",
                "tail " + INVITE + " --lines 1001",
                "tail " + INVITE + " --lines x",
                "tail " + INVITE + " --leave-on-eof",
                "send",
                "send https://example.org/r/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "rooms",
                "rooms extra",
                "rooms --signaling ftp://x",
                "demo extra",
                "demo --fly",
                "doctor extra",
                "doctor --signaling nonsense",
                "identity",
                "identity fly",
                "identity show extra",
                "identity create extra",
                "identity export",
                "identity import",
                "identity passphrase --file-permissions-only --new-passphrase-file x",
                "config extra",
                "completion",
                "completion csh",
                "man",
                "history",
                "history --fly",
                "history Tea",
                "history list extra",
                "history show",
                "history show Tea extra",
                "history show Tea --limit 0",
                "history show Tea --limit 1001",
                "history show Tea --limit x",
                "history show Tea --before 2026-11-23 --after 2026-11-23",
                "history search",
                "history search tea --after 2026-11-23",
                "history search tea --limit 0",
                "history export",
                "history export a b",
                "history import",
                "history delete",
                "history delete Tea",
                "history delete Tea aaaa --before 2026-11-23",
                "history retain"
            })
    void aMistakeEndsWithTwoAndOneLineThatSaysWhatAndWhatNext(String line) {
        assertThat(run(line)).isEqualTo(ExitCode.USAGE.status());
        assertThat(out()).isEmpty();
        assertThat(err()).startsWith("parley: ").contains(";").hasLineCount(1);
    }

    @Test
    void inJsonAMistakeIsAnEventAndNothingElse() {
        assertThat(run("create --json")).isEqualTo(ExitCode.USAGE.status());
        assertThat(out()).hasLineCount(1).startsWith("{\"event\":\"error\",\"code\":\"usage\"");
        assertThat(err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "serve",
                "create",
                "join",
                "tail",
                "rooms",
                "send",
                "identity show",
                "identity import",
                "config",
                "completion",
                "doctor"
            })
    void everyCommandHasHelp(String command) {
        assertThat(run(command + " --help")).isZero();
        assertThat(out()).contains("Usage: parley " + command);
    }

    @Test
    void theVersionIsShown() {
        assertThat(run("--version")).isZero();
        assertThat(out()).matches("(?s)parley \\d+\\.\\d+\\.\\d+\\S*\\R.*Java .*");
    }

    @Test
    void theConfigurationIsShownWithItsSourcesAndWithoutSecrets() {
        int status =
                run(Map.of("PARLEY_HOME", home.toString(), "PARLEY_TOKEN", "my-token", "PARLEY_NAME", "Ada"), "config");
        assertThat(status).isZero();
        assertThat(out())
                .contains("home = " + home, "[environment PARLEY_HOME]")
                .contains("name = Ada    [environment PARLEY_NAME]")
                .contains("token = (set, not shown)")
                .contains("signaling_url = (not set)    [default]")
                .doesNotContain("my-token");
    }

    @Test
    void theIdentityIsMadeOnceAndShownAgain() {
        assertThat(run("identity show --json")).isZero();
        String first = out();
        out.reset();
        assertThat(run("identity show --json")).isZero();
        assertThat(out()).isEqualTo(first).startsWith("{\"event\":\"identity\",\"peerId\":\"");
    }

    @Test
    void aTokenThatIsNoneIsRefusedWithoutRepeatingIt() {
        int status = run(
                Map.of("PARLEY_HOME", home.toString(), "PARLEY_TOKEN", "my secret"),
                "rooms",
                "--signaling",
                "http://127.0.0.1:1");
        assertThat(status).isEqualTo(ExitCode.USAGE.status());
        assertThat(err()).contains("PARLEY_TOKEN").doesNotContain("secret");
    }

    @Test
    void aWorkerThatIsNotThereEndsWithThree() {
        assertThat(run("rooms --signaling http://127.0.0.1:1")).isEqualTo(ExitCode.WORKER_UNREACHABLE.status());
        assertThat(err()).startsWith("parley: ").hasLineCount(1);
    }

    @Test
    void anInviteIsTakenWithAndWithoutItsSchemeAndARoomIdWithAWorker() {
        Settings settings = Settings.load(home, Map.of(SettingKey.SIGNALING_URL, "https://example.org"), Map.of());
        for (String text : List.of(
                ROOM_ID, "https://example.org/r/" + ROOM_ID, " parley:https://example.org/r/" + ROOM_ID + "\n")) {
            assertThat(InviteArgument.parse(text, settings).link()).isEqualTo("https://example.org/r/" + ROOM_ID);
        }
    }
}
