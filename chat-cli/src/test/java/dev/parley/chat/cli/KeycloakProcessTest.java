package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.TrustedIssuer;
import dev.parley.chat.worker.WorkerConfig;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The commands of the login with a real Keycloak, in which nobody but a script types; by the profile of its name. */
@EnabledIfSystemProperty(named = "parley.keycloak", matches = ".+")
@Timeout(900)
class KeycloakProcessTest extends ProcessTest {
    private static final Duration START = Duration.ofMinutes(10);
    private static final Pattern FORM =
            Pattern.compile("<form[^>]*action=\"([^\"]+)\"[^>]*>(.*?)</form>", Pattern.DOTALL);
    private static final Pattern INPUT = Pattern.compile("<(?:input|button)[^>]*>");

    private static final String REALM = """
            {"realm": "tea", "enabled": true, "sslRequired": "none", "accessTokenLifespan": 300,
             "clients": [{"clientId": "parley", "enabled": true, "publicClient": true, "standardFlowEnabled": true,
               "redirectUris": ["http://127.0.0.1/*"],
               "attributes": {"oauth2.device.authorization.grant.enabled": "true"},
               "protocolMappers": [{"name": "audience", "protocol": "openid-connect",
                 "protocolMapper": "oidc-audience-mapper",
                 "config": {"included.custom.audience": "parley-worker", "access.token.claim": "true"}}]}],
             "users": [{"username": "ada", "enabled": true, "email": "ada@example.org", "emailVerified": true,
               "firstName": "Ada", "lastName": "L", "credentials": [{"type": "password", "value": "tea for two"}]}]}
            """;

    /** The cookies by their names: Keycloak marks them Secure, which a client of Java does not send back over http. */
    private final Map<String, String> cookies = new TreeMap<>();

    private final HttpClient http = HttpClient.newHttpClient();

    private Process keycloak = noProcess();
    private String base = "";
    private String url = "";
    private Runnable stop = () -> {};

    private static Process noProcess() {
        try {
            return new ProcessBuilder("true").start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() throws Exception {
        Path home = Path.of(System.getProperty("parley.keycloak", ""));
        Files.createDirectories(home.resolve("data/import"));
        Files.writeString(home.resolve("data/import/tea-realm.json"), REALM);
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        base = "http://127.0.0.1:" + port;
        File log = folder.resolve("keycloak.log").toFile();
        ProcessBuilder builder = new ProcessBuilder(
                "bash",
                home.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--db=dev-mem",
                "--import-realm");
        builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xms128m -Xmx768m");
        keycloak = builder.redirectErrorStream(true).redirectOutput(log).start();
        Awaitility.await("Keycloak")
                .atMost(START)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    try {
                        return http.send(
                                                HttpRequest.newBuilder(URI.create(
                                                                base + "/realms/tea/.well-known/openid-configuration"))
                                                        .build(),
                                                BodyHandlers.discarding())
                                        .statusCode()
                                == 200;
                    } catch (IOException e) {
                        assertThat(keycloak.isAlive()).as(() -> read(log)).isTrue();
                        return false;
                    }
                });
        SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .issuer(TrustedIssuer.of(URI.create(base + "/realms/tea"), "parley-worker"))
                .build());
        url = worker.url().toString();
        stop = worker::close;
    }

    private static String read(File file) {
        try {
            return Files.readString(file.toPath());
        } catch (IOException e) {
            return e.toString();
        }
    }

    @AfterEach
    void stop() throws Exception {
        stop.run();
        keycloak.descendants().forEach(ProcessHandle::destroyForcibly);
        keycloak.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    private ChildProcess parley(String... arguments) throws Exception {
        return startIn(folder.resolve("home"), arguments[0], arguments);
    }

    private int exit(String... arguments) throws Exception {
        return parley(arguments).awaitExit(TIME);
    }

    /** Sends a request as a browser does, and follows where it leads; ends at a page. */
    private HttpResponse<String> browse(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = sendWithCookies(request);
        for (int hops = 0; response.statusCode() / 100 == 3 && hops < 10; hops++) {
            URI next = response.uri()
                    .resolve(response.headers().firstValue("Location").orElseThrow());
            response = sendWithCookies(HttpRequest.newBuilder(next));
        }
        return response;
    }

    private HttpResponse<String> sendWithCookies(HttpRequest.Builder request) throws Exception {
        if (!cookies.isEmpty()) {
            request.setHeader(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        for (String cookie : response.headers().allValues("Set-Cookie")) {
            String pair = cookie.split(";", 2)[0];
            cookies.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return response;
    }

    /** Fills in the one form of a page, and sends it. */
    private HttpResponse<String> submit(HttpResponse<String> page, Map<String, String> typed) throws Exception {
        Matcher form = FORM.matcher(page.body());
        assertThat(form.find()).as(page.body()).isTrue();
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher input = INPUT.matcher(form.group(2));
        while (input.find()) {
            String name = attribute(input.group(), "name");
            if (!name.isEmpty() && !name.equals("cancel")) {
                fields.put(name, attribute(input.group(), "value"));
            }
        }
        fields.putAll(typed);
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return browse(HttpRequest.newBuilder(page.uri().resolve(form.group(1).replace("&amp;", "&")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    private static String attribute(String tag, String name) {
        Matcher matcher = Pattern.compile("\\b" + name + "=\"([^\"]*)\"").matcher(tag);
        return matcher.find() ? matcher.group(1) : "";
    }

    @Test
    void aPersonLogsInByACodeOnAnotherDeviceAndByBrowser() throws Exception {
        ChildProcess login = parley("login", "--signaling", url, "--device");
        JsonNode prompt = login.await("the code", TIME, is("login"));
        assertThat(prompt.path("flow").asText()).isEqualTo("DEVICE");
        HttpResponse<String> page = browse(
                HttpRequest.newBuilder(URI.create(prompt.path("linkWithCode").asText())));
        page = submit(page, Map.of("username", "ada", "password", "tea for two"));
        // Whether the program may have the account.
        assertThat(submit(page, Map.of()).body()).contains("Device Login Successful");
        JsonNode account = login.await("the account", TIME, is("account"));
        assertThat(account.path("name").asText()).isEqualTo("ada");
        assertThat(account.path("issuer").asText()).isEqualTo(base + "/realms/tea");
        assertThat(account.path("renewable").asBoolean()).isTrue();
        assertThat(login.awaitExit(TIME)).isZero();

        assertThat(exit("rooms", "--signaling", url))
                .as("the worker takes the token")
                .isZero();
        assertThat(exit("whoami", "--signaling", url)).isZero();

        Path file;
        try (var files = Files.list(folder.resolve("home/logins"))) {
            List<Path> all = files.filter(f -> f.toString().endsWith(".json")).toList();
            assertThat(all).hasSize(1);
            file = all.get(0);
        }
        ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
        String before = json.path("access_token").asText();
        Files.writeString(file, json.put("expires_at", 1).toString());
        assertThat(exit("rooms", "--signaling", url)).as("the login is renewed").isZero();
        JsonNode renewed = JSON.readTree(file.toFile());
        assertThat(renewed.path("access_token").asText()).isNotEqualTo(before);

        ChildProcess logout = parley("logout", "--signaling", url);
        assertThat(logout.awaitExit(TIME)).isZero();
        logout.await("the end", TIME, notice("revoked the login"));
        assertThat(exit("rooms", "--signaling", url)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        // Keycloak has ended the session: the refresh token of before is good for nothing.
        Files.writeString(file, ((ObjectNode) renewed).put("expires_at", 1).toString());
        Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        ChildProcess over = parley("rooms", "--signaling", url);
        assertThat(over.awaitExit(TIME)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        assertThat(over.await("an error", TIME, is("error")).path("message").asText())
                .contains("the login is over");

        cookies.clear();
        // A display, though nothing is there to open the link with: the way by browser is taken.
        ChildProcess browser = startIn(
                folder.resolve("home"),
                "browser",
                Map.of("DISPLAY", ":none", "SSH_CONNECTION", ""),
                "login",
                "--signaling",
                url);
        JsonNode link = browser.await("the link", TIME, is("login"));
        assertThat(link.path("flow").asText()).isEqualTo("BROWSER");
        HttpResponse<String> back = submit(
                browse(HttpRequest.newBuilder(URI.create(link.path("link").asText()))),
                Map.of("username", "ada", "password", "tea for two"));
        assertThat(back.body()).contains("You are logged in");
        assertThat(browser.awaitExit(TIME)).isZero();
        assertThat(exit("rooms", "--signaling", url)).isZero();
    }
}
