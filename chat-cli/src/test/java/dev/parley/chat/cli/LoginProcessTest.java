package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.TrustedIssuer;
import dev.parley.chat.worker.WorkerConfig;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands of the login, as processes, with a worker that trusts an issuer of another project. */
class LoginProcessTest extends ProcessTest {
    private final MockOAuth2Server issuer = new MockOAuth2Server(OAuth2Config.Companion.fromJson("""
            {"httpServer": "NettyWrapper", "rotateRefreshToken": true, "tokenCallbacks": [
              {"issuerId": "tea", "tokenExpiry": 300, "requestMappings": [
                {"requestParam": "grant_type", "match": "*", "claims": {"sub": "ada", "aud": ["parley"]}}]}]}
            """));
    private final HttpClient browser =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    private String url = "";
    private Runnable stop = () -> {};

    @BeforeEach
    void start() throws Exception {
        issuer.start(InetAddress.getLoopbackAddress(), 0);
        SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .issuer(TrustedIssuer.of(issuer.issuerUrl("tea").uri(), "parley"))
                .anonymousGuests(true)
                .build());
        url = worker.url().toString();
        stop = worker::close;
    }

    @AfterEach
    void stop() {
        stop.run();
        issuer.shutdown();
    }

    private Path home() {
        return folder.resolve("home");
    }

    private ChildProcess parley(String... arguments) throws Exception {
        return startIn(home(), arguments[0], arguments);
    }

    private int exit(String... arguments) throws Exception {
        return parley(arguments).awaitExit(TIME);
    }

    private void login() throws Exception {
        ChildProcess login = parley("login", "--signaling", url, "--scope", "openid", "--scope", "offline_access");
        JsonNode prompt = login.await("the link", TIME, is("login"));
        assertThat(prompt.path("flow").asText()).isEqualTo("BROWSER");
        String page = browser.send(
                        HttpRequest.newBuilder(URI.create(prompt.path("link").asText()))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        assertThat(page).contains("You are logged in");
        JsonNode account = login.await("the account", TIME, is("account"));
        assertThat(account.path("issuer").asText())
                .isEqualTo(issuer.issuerUrl("tea").toString());
        assertThat(account.path("subject").asText()).isEqualTo("ada");
        assertThat(login.awaitExit(TIME)).isZero();
    }

    private Path loginFile() throws Exception {
        try (Stream<Path> files = Files.list(home().resolve("logins"))) {
            List<Path> logins =
                    files.filter(file -> file.toString().endsWith(".json")).toList();
            assertThat(logins).hasSize(1);
            return logins.get(0);
        }
    }

    private void expire() throws Exception {
        ObjectNode json = (ObjectNode) JSON.readTree(loginFile().toFile());
        Files.writeString(loginFile(), json.put("expires_at", 1).toString());
    }

    @Test
    void aLoginIsKeptForItsOwnerUsedByTheOtherCommandsAndEndedByALogout() throws Exception {
        ChildProcess before = parley("rooms", "--signaling", url);
        assertThat(before.awaitExit(TIME)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        JsonNode error = before.await("an error", TIME, error("unauthorized"));
        assertThat(error.path("message").asText()).contains("nobody is logged in");
        assertThat(error.path("hint").asText()).contains("parley login");
        assertThat(exit("whoami", "--signaling", url)).isEqualTo(ExitCode.UNAUTHORIZED.status());

        login();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(loginFile())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(loginFile().getParent())))
                .isEqualTo("rwx------");
        assertThat(exit("rooms", "--signaling", url)).isZero();
        ChildProcess whoami = parley("whoami", "--signaling", url);
        assertThat(whoami.awaitExit(TIME)).isZero();
        assertThat(whoami.await("the account", TIME, is("account"))
                        .path("renewable")
                        .asBoolean())
                .isTrue();
        assertThat(whoami.diagnostics()).doesNotContain("eyJ");

        ChildProcess logout = parley("logout", "--signaling", url);
        assertThat(logout.awaitExit(TIME)).isZero();
        logout.await("the end", TIME, notice("revoked the login"));
        assertThat(exit("rooms", "--signaling", url)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        assertThat(exit("logout", "--signaling", url)).isZero();
    }

    @Test
    void twoProcessesThatFindTheTokenOldBothGoOn() throws Exception {
        login();
        expire();
        String before =
                JSON.readTree(loginFile().toFile()).path("refresh_token").asText();
        ChildProcess one = parley("rooms", "--signaling", url);
        ChildProcess two = parley("rooms", "--signaling", url);
        assertThat(one.awaitExit(TIME)).isZero();
        assertThat(two.awaitExit(TIME)).isZero();
        JsonNode after = JSON.readTree(loginFile().toFile());
        assertThat(after.path("refresh_token").asText()).isNotEqualTo(before);
        assertThat(after.path("expires_at").asLong()).isGreaterThan(System.currentTimeMillis());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(loginFile())))
                .isEqualTo("rw-------");
    }

    @Test
    void aLoginThatIsOverOrReadableByOthersSaysSo() throws Exception {
        login();
        Files.setPosixFilePermissions(loginFile(), PosixFilePermissions.fromString("rw-r--r--"));
        ChildProcess readable = parley("rooms", "--signaling", url);
        assertThat(readable.awaitExit(TIME)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        assertThat(readable.await("an error", TIME, is("error")).path("message").asText())
                .contains("can be read by other users");
        Files.setPosixFilePermissions(loginFile(), PosixFilePermissions.fromString("rw-------"));

        ObjectNode json = (ObjectNode) JSON.readTree(loginFile().toFile());
        Files.writeString(
                loginFile(),
                json.put("expires_at", 1).put("refresh_token", "not one").toString());
        ChildProcess over = parley("rooms", "--signaling", url);
        assertThat(over.awaitExit(TIME)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        assertThat(over.await("an error", TIME, is("error")).path("message").asText())
                .contains("the login is over");
    }

    @Test
    void aGuestListsWithoutALoginAndOpensNoRoom() throws Exception {
        assertThat(exit("rooms", "--signaling", url, "--guest")).isZero();
        assertThat(exit("create", "Tea", "--signaling", url, "--guest")).isEqualTo(ExitCode.UNAUTHORIZED.status());
    }

    @Test
    void aWorkerThatNeedsNoLoginSaysSo() throws Exception {
        ChildProcess login = parley("login", "--signaling", worker());
        assertThat(login.awaitExit(TIME)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        assertThat(login.await("an error", TIME, is("error")).path("message").asText())
                .contains("needs no login");
        ChildProcess device = parley("login", "--signaling", url, "--device");
        assertThat(device.awaitExit(TIME)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        assertThat(device.await("an error", TIME, is("error")).path("message").asText())
                .contains("offers no login by a code");
    }
}
