package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The configuration of {@code parley serve}, by {@code --check-config}. */
class WorkerSettingsTest {

    @TempDir
    Path folder = Path.of("");

    private final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int check(String... flags) {
        environment.put("PARLEY_HOME", folder.resolve("home").toString());
        CliContext context = new CliContext(
                environment,
                InputStream.nullInputStream(),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                ZoneOffset.UTC,
                false,
                Optional.empty(),
                new Stop());
        List<String> arguments = new ArrayList<>(List.of("serve", "--check-config"));
        arguments.addAll(List.of(flags));
        return ParleyMain.run(context, arguments.toArray(new String[0]));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private Path file(String... lines) throws IOException {
        return Files.write(folder.resolve("worker.toml"), List.of(lines));
    }

    @Test
    void eachSettingIsShownWithItsSource() throws IOException {
        Path file = file("# a worker", "port = 9000", "host = \"127.0.0.2\"", "drain_time = \"3s\"");
        environment.put("PARLEY_WORKER_HOST", "127.0.0.3");
        environment.put("PARLEY_WORKER_DRAIN_TIME", "4s");

        assertThat(check("--config", file.toString(), "--drain-time", "5s")).isZero();

        assertThat(out())
                .contains("port = 9000    [file " + file + ", line 2]")
                .contains("host = 127.0.0.3    [environment PARLEY_WORKER_HOST]")
                .contains("drain_time = 5s    [flag --drain-time]")
                .contains("idle_timeout = 30s    [default]")
                .contains("issuer = (not set)    [default]")
                .contains("data = " + folder.resolve("home") + "/worker    [default]");
        assertThat(err()).isEmpty();
        assertThat(folder.resolve("home")).as("nothing is made").doesNotExist();
    }

    @Test
    void theFileMayBeNamedByTheEnvironment() throws IOException {
        environment.put("PARLEY_WORKER_CONFIG", file("port = 9001").toString());
        assertThat(check()).isZero();
        assertThat(out()).contains("port = 9001");
    }

    @Test
    void everySettingMayStandInTheFile() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "a secret of 16 characters and more\n");
        assertThat(check(
                        "--config",
                        file(
                                        "host = \"0.0.0.0\"",
                                        "port = 0",
                                        "public_url = \"https://worker.example\"",
                                        "data = \"" + folder + "\"",
                                        "issuer = [\"https://issuer.example\", \"https://other.example\"]",
                                        "audience = \"parley\"",
                                        "jwks = [\"https://issuer.example/jwks\", \"https://other.example/jwks\"]",
                                        "scope = [\"chat\"]",
                                        "moderator_scope = \"moderate\"",
                                        "anonymous_guests = true",
                                        "ice_server = [\"stun:a.example\", \"turn:b.example\"]",
                                        "turn_secret_file = \"" + secret + "\"",
                                        "request_rate = \"10/20\"",
                                        "address_rate = \"10/20\"",
                                        "room_rate = \"10/20\"",
                                        "connections = 10",
                                        "connections_per_address = 10",
                                        "sockets_per_account = 10",
                                        "header_timeout = \"500ms\"",
                                        "body_timeout = \"1s\"",
                                        "answer_timeout = \"1m\"",
                                        "idle_timeout = \"1s\"",
                                        "trusted_proxy = [\"10.0.0.0/8\", \"::1\"]",
                                        "forwarding_header = \"Forwarded\"",
                                        "allowed_origin = [\"https://chat.example\"]",
                                        "no_emoji = true",
                                        "emoji_per_account = 5",
                                        "emoji_bytes_per_account = \"512KiB\"",
                                        "emoji_total = 10",
                                        "emoji_bytes_total = \"1GiB\"",
                                        "image_hosts = [\"cdn.example\", \"127.0.0.1:8080\"]",
                                        "image_timeout = \"2s\"",
                                        "metrics = \"[::1]:9187\"",
                                        "metrics_token_file = \"" + secret + "\"",
                                        "log_format = \"json\"",
                                        "access_log = true",
                                        "log_salt_file = \"" + secret + "\"",
                                        "drain_time = \"0s\"")
                                .toString()))
                .as(err())
                .isZero();
        assertThat(out())
                .contains("ice_server = stun:a.example turn:b.example", "access_log = true")
                .doesNotContain("a secret of");
        for (WorkerKey key : WorkerKey.values()) {
            // A worker has one store.
            if (!key.isSecret() && key != WorkerKey.REDIS && key != WorkerKey.REDIS_PASSWORD_FILE) {
                assertThat(out()).containsPattern("(?m)^" + key.key() + " = .*\\[file .*, line \\d+\\]$");
            }
        }
    }

    @Test
    void aRedisTakesThePlaceOfTheFolderAndItsPasswordIsNotShown() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "open sesame\n");
        Path file =
                file("redis = \"rediss://worker@redis.example:6380/1\"", "redis_password_file = \"" + secret + "\"");
        assertThat(check("--config", file.toString())).as(err()).isZero();
        assertThat(out())
                .contains("redis = rediss://worker@redis.example:6380/1    [file " + file + ", line 1]")
                .contains("redis_password_file = " + secret + "    [file " + file + ", line 2]")
                .contains("data = (not set)    [default]")
                .doesNotContain("sesame");
    }

    @Test
    void aWorkerHasOneStore() {
        assertThat(check("--redis", "redis://127.0.0.1", "--data", folder.toString()))
                .isEqualTo(ExitCode.USAGE.status());
        assertThat(err()).contains("a data directory or Redis, not both").hasLineCount(1);
    }

    @Test
    void aPasswordOfRedisInItsUriIsRefusedAndNotRepeated() {
        assertThat(check("--redis", "redis://worker:sesame@127.0.0.1")).isEqualTo(ExitCode.USAGE.status());
        assertThat(err())
                .contains("redis (flag --redis): a password does not belong")
                .doesNotContain("sesame");
        assertThat(out()).doesNotContain("sesame");
    }

    @Test
    void aPasswordWithoutARedisIsRefused() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "open sesame\n");
        assertThat(check("--redis-password-file", secret.toString())).isEqualTo(ExitCode.USAGE.status());
        assertThat(err()).contains("redis_password_file (flag --redis-password-file): it goes with redis");
    }

    @ParameterizedTest
    @EnumSource
    void everySettingHasAFlagUnlessItIsASecret(WorkerKey key) {
        String help = ServeCommand.of(context()).getUsageMessage();
        if (key.isSecret()) {
            assertThat(key.flag()).isEmpty();
            assertThat(help).doesNotContain("--turn-secret=");
        } else {
            assertThat(help).contains(key.flag().orElseThrow());
        }
    }

    private CliContext context() {
        return new CliContext(
                Map.of(),
                InputStream.nullInputStream(),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                ZoneOffset.UTC,
                false,
                Optional.empty(),
                new Stop());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "prot = 1 @ line 2, key prot: not known; did you mean port?",
                "drain-time = \"1s\" @ line 2, key drain-time: not known; did you mean drain_time?",
                "turn_secret = \"x\" @ line 2, key turn_secret: it does not belong into this file",
                "port = 70000 @ port (file FILE, line 2): port must be within 0 and 65535",
                "port = \"x\" @ port (file FILE, line 2): it must be a whole number",
                "public_url = \"ftp://x\" @ public_url (file FILE, line 2): publicUrl must be an http or https URL",
                "public_url = \"a b\" @ public_url (file FILE, line 2): it is no URL",
                "issuer = \"https://i.example\" @ issuer (file FILE, line 2): it goes with audience, which is not set",
                "jwks = \"https://i.example\" @ jwks (file FILE, line 2): it goes with issuer, which is not set",
                "host = \"0.0.0.0\" @ host (file FILE, line 2): without an issuer it must be loopback",
                "ice_server = [\"http://x\"] @ ice_server (file FILE, line 2): the URL of an ICE server begins",
                "turn_secret_file = \"/no/such\" @ turn_secret_file (file FILE, line 2): the file cannot be read",
                "metrics_token_file = \"FILE\" @ metrics_token_file (file FILE, line 2): metricsToken must have at least",
                "request_rate = 5 @ request_rate (file FILE, line 2): write it as 100/500",
                "request_rate = \"0/5\" @ request_rate (file FILE, line 2): perSecond and burst must be at least 1",
                "idle_timeout = \"5\" @ idle_timeout (file FILE, line 2): write it as 500ms, 10s or 2m",
                "idle_timeout = \"0s\" @ idle_timeout (file FILE, line 2): idleTimeout is too short",
                "trusted_proxy = [\"localhost\"] @ trusted_proxy (file FILE, line 2): \"localhost\" is no IP address",
                "forwarding_header = \"X-Real-IP\" @ forwarding_header (file FILE, line 2): forwardingHeader must be",
                "allowed_origin = [\"*\"] @ allowed_origin (file FILE, line 2): an origin is like",
                "metrics = \"9187\" @ metrics (file FILE, line 2): write it as host:port",
                "log_format = \"xml\" @ log_format (file FILE, line 2): it must be text or json",
                "access_log = \"yes\" @ access_log (file FILE, line 2): it must be true or false",
                "data = \"FILE/x\" @ data (file FILE, line 2): the folder is not writable",
                "moderator_scope = \"m\" @ moderator_scope (file FILE, line 2): it goes with issuer, which is not set",
                "emoji_bytes_total = 500 @ emoji_bytes_total (file FILE, line 2): write it as 512KiB",
                "emoji_bytes_per_account = \"0KiB\" @ emoji_bytes_per_account (file FILE, line 2): emojiBytesPerAccount must be",
                "emoji_per_account = 0 @ emoji_per_account (file FILE, line 2): emojiPerAccount must be at least 1",
                "image_hosts = [\"https://x\"] @ image_hosts (file FILE, line 2): a host of images is like",
                "connections = 0 @ connections (file FILE, line 2): connections must be at least 1"
            })
    void aMistakeIsNamedWithKeyAndLine(String line, String expected) throws IOException {
        String path = folder.resolve("worker.toml").toString();
        file("# first", line.replace("FILE", path));
        assertThat(check("--config", path)).isEqualTo(ExitCode.USAGE.status());
        assertThat(err()).contains(expected.replace("FILE", path)).hasLineCount(1);
    }

    @Test
    void noneStandsForNoHostOfImages() {
        assertThat(check("--image-hosts", "none", "--no-emoji")).as(err()).isZero();
        assertThat(out()).contains("image_hosts = none", "no_emoji = true");
    }

    @Test
    void everyMistakeIsTold() throws IOException {
        Path file = file("port = 70000", "idle_timeout = \"x\"");
        assertThat(check("--config", file.toString(), "--connections", "none")).isEqualTo(ExitCode.USAGE.status());
        assertThat(err())
                .hasLineCount(3)
                .contains("port (file", "idle_timeout (file", "connections (flag --connections)");
    }

    @Test
    void aSecretIsNeitherShownNorRepeated() {
        environment.put("PARLEY_WORKER_TURN_SECRET", "my secret");
        assertThat(check()).isZero();
        assertThat(out())
                .contains("turn_secret = (set, not shown)    [environment PARLEY_WORKER_TURN_SECRET]")
                .doesNotContain("my secret");
    }

    @Test
    void theVariableOfBeforeStillCounts() {
        environment.put("PARLEY_TURN_SECRET", "my secret");
        assertThat(check()).isZero();
        assertThat(out()).contains("turn_secret = (set, not shown)    [environment PARLEY_TURN_SECRET]");
    }

    @Test
    void aFileThatIsNotThereIsAMistake() {
        assertThat(check("--config", folder.resolve("none.toml").toString())).isEqualTo(ExitCode.USAGE.status());
        assertThat(err()).contains("cannot be read").hasLineCount(1);
    }
}
