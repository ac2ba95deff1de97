package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the doctor finds, and what it advises. */
class DoctorProcessTest extends ProcessTest {

    private static final Map<String, String> PLAIN = Map.of("PARLEY_IDENTITY_PROTECTION", "file-permissions");

    private Path home() {
        return folder.resolve("home");
    }

    private JsonNode check(ChildProcess doctor, String name, Event.Check.Outcome outcome) throws Exception {
        JsonNode check = doctor.await(
                name, TIME, is("check").and(event -> event.path("name").asText().equals(name)));
        assertThat(check.path("outcome").asText()).as(check.toString()).isEqualTo(outcome.name());
        assertThat(check.path("detail").asText()).isNotEmpty();
        if (outcome == Event.Check.Outcome.FAILED) {
            assertThat(check.path("hint").asText()).isNotEmpty();
        }
        return check;
    }

    private ChildProcess doctor(Map<String, String> environment, String... more) throws Exception {
        Map<String, String> all = new HashMap<>(PLAIN);
        all.putAll(environment);
        String[] arguments = new String[1 + more.length];
        arguments[0] = "doctor";
        System.arraycopy(more, 0, arguments, 1, more.length);
        return startIn(home(), "doctor", all, arguments);
    }

    private enum Answer {
        RIGHT(Event.Check.Outcome.OK),
        OF_ANOTHER_REQUEST(Event.Check.Outcome.FAILED),
        AN_ERROR(Event.Check.Outcome.FAILED);

        private final Event.Check.Outcome outcome;

        Answer(Event.Check.Outcome outcome) {
            this.outcome = outcome;
        }

        /** To a binding request, with no attributes. */
        byte[] to(byte[] request) {
            byte[] answer = ByteBuffer.wrap(request.clone())
                    .putShort((short) (this == AN_ERROR ? 0x0111 : 0x0101))
                    .array();
            if (this == OF_ANOTHER_REQUEST) {
                answer[19]++;
            }
            return answer;
        }
    }

    /** A STUN server that answers all that comes in one way, until its socket is closed. */
    private static DatagramSocket stunServer(Answer answer) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread server = new Thread(
                () -> {
                    DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
                    try {
                        while (true) {
                            socket.receive(packet);
                            byte[] request = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
                            byte[] bytes = answer.to(request);
                            socket.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
                        }
                    } catch (IOException e) {
                        // Closed: the test is over.
                    }
                },
                "stun-server");
        server.setDaemon(true);
        server.start();
        return socket;
    }

    @ParameterizedTest
    @EnumSource
    void aStunServerIsAsked(Answer answer) throws Exception {
        try (DatagramSocket server = stunServer(answer)) {
            ChildProcess doctor = doctor(Map.of(), "--ice-server", "stun:127.0.0.1:" + server.getLocalPort());
            JsonNode check = check(doctor, "ice server 1", answer.outcome);
            assertThat(check.toString()).doesNotContain("127.0.0.1");
            assertThat(doctor.awaitExit(TIME))
                    .isEqualTo(answer == Answer.RIGHT ? ExitCode.DONE.status() : ExitCode.NO_CONNECTION.status());
        }
    }

    @Test
    void aStunServerThatIsNotThereIsToldOfEachInItsTurn() throws Exception {
        int port;
        try (DatagramSocket closed = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        ChildProcess doctor =
                doctor(Map.of("PARLEY_ICE_SERVERS", "stun:127.0.0.1:" + port + " stun:no..such.host stuns:127.0.0.1"));
        check(doctor, "ice server 1", Event.Check.Outcome.FAILED);
        assertThat(check(doctor, "ice server 2", Event.Check.Outcome.FAILED)
                        .path("detail")
                        .asText())
                .contains("name");
        check(doctor, "ice server 3", Event.Check.Outcome.SKIPPED);
        assertThat(doctor.awaitExit(TIME)).isEqualTo(ExitCode.NO_CONNECTION.status());
    }

    @ParameterizedTest
    @CsvSource({"the secret, OK", "another secret, FAILED"})
    void aTurnServerIsAskedForARelay(String secret, Event.Check.Outcome outcome) throws Exception {
        boolean isRequired =
                "required".equals(System.getProperty("parley.coturn")) || Boolean.parseBoolean(System.getenv("CI"));
        if (TurnServer.program().isEmpty() && !isRequired) {
            System.err.println("\n*** NOT TESTED: what the doctor says of a TURN server, since there is no coturn"
                    + " here; on Debian: apt-get install coturn\n");
            assumeTrue(false, "no coturn");
        }
        try (TurnServer turn = TurnServer.start(Files.createDirectory(folder.resolve("turn")), "the secret")) {
            String user = Instant.now().plus(Duration.ofHours(1)).getEpochSecond() + ":ada";
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            String credential = Base64.getEncoder().encodeToString(mac.doFinal(user.getBytes(StandardCharsets.UTF_8)));
            ChildProcess doctor = doctor(Map.of("PARLEY_ICE_SERVERS", turn.url() + "|" + user + "|" + credential));
            JsonNode check = check(doctor, "ice server 1", outcome);
            assertThat(check.toString()).doesNotContain("127.0.0.1", credential);
            assertThat(doctor.awaitExit(TIME))
                    .isEqualTo(
                            outcome == Event.Check.Outcome.OK
                                    ? ExitCode.DONE.status()
                                    : ExitCode.NO_CONNECTION.status());
        }
    }

    @Test
    void whereNothingIsSetNothingIsAskedOutside() throws Exception {
        ChildProcess doctor = doctor(Map.of());
        check(doctor, "ice servers", Event.Check.Outcome.SKIPPED);
        check(doctor, "clock", Event.Check.Outcome.SKIPPED);
        for (String name : new String[] {"java", "home", "native libraries", "connection", "ports", "worker"}) {
            check(doctor, name, Event.Check.Outcome.OK);
        }
        assertThat(doctor.awaitExit(TIME)).isZero();
    }

    /** What answers every request with a refusal and a time of its own. */
    private static ServerSocket refusingWorker(Duration ahead) throws IOException {
        ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread server = new Thread(
                () -> {
                    while (true) {
                        try (Socket client = socket.accept()) {
                            byte[] body = "{\"code\":\"unauthorized\",\"status\":401,\"title\":\"no\"}"
                                    .getBytes(StandardCharsets.UTF_8);
                            String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                    Instant.now().plus(ahead).atOffset(ZoneOffset.UTC));
                            client.getInputStream().read(new byte[8_192]);
                            client.getOutputStream()
                                    .write(("HTTP/1.1 401 Unauthorized\r\nDate: " + date
                                                    + "\r\nContent-Type: application/problem+json\r\nContent-Length: "
                                                    + body.length + "\r\nConnection: close\r\n\r\n")
                                            .getBytes(StandardCharsets.US_ASCII));
                            client.getOutputStream().write(body);
                        } catch (IOException e) {
                            if (socket.isClosed()) {
                                return;
                            }
                        }
                    }
                },
                "refusing-worker");
        server.setDaemon(true);
        server.start();
        return socket;
    }

    @ParameterizedTest
    @CsvSource({"0, OK, ''", "3600, FAILED, behind", "-3600, FAILED, ahead of"})
    void theClockIsComparedAlsoWithAWorkerThatAcceptsNoToken(
            int secondsAhead, Event.Check.Outcome outcome, String where) throws Exception {
        try (ServerSocket worker = refusingWorker(Duration.ofSeconds(secondsAhead))) {
            ChildProcess doctor =
                    doctor(Map.of("PARLEY_TOKEN", "a.b.c"), "--signaling", "http://127.0.0.1:" + worker.getLocalPort());
            check(doctor, "worker", Event.Check.Outcome.FAILED);
            assertThat(check(doctor, "clock", outcome).path("detail").asText()).contains(where);
            assertThat(doctor.awaitExit(TIME)).isEqualTo(ExitCode.UNAUTHORIZED.status());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rwx------, rw-r--r--, OK, ''",
        "rwxr-xr-x, rw-------, OK, ''",
        "rwxr-xr-x, rw-r-----, FAILED, chmod go-rwx",
        "rwxrwxr-x, rw-------, FAILED, chmod go-w"
    })
    void whatOtherUsersCouldReadOrChangeIsTold(String ofHome, String ofConfig, Event.Check.Outcome outcome, String hint)
            throws Exception {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"), "no owners of files");
        Files.createDirectory(home());
        Path config = Files.writeString(home().resolve("config.toml"), "token = \"a.b.c\"\n");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString(ofConfig));
        Files.setPosixFilePermissions(home(), PosixFilePermissions.fromString(ofHome));
        ChildProcess doctor = doctor(Map.of());
        assertThat(check(doctor, "permissions", outcome).path("hint").asText()).contains(hint);
        doctor.awaitExit(TIME);
    }

    @Test
    void aConfigurationWithoutSecretsMayBeReadByAll() throws Exception {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"), "no owners of files");
        Files.createDirectory(home());
        Path config = Files.writeString(home().resolve("config.toml"), "name = \"Ada\"\n");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(home(), PosixFilePermissions.fromString("rwxr-xr-x"));
        ChildProcess doctor = doctor(Map.of());
        check(doctor, "permissions", Event.Check.Outcome.OK);
        assertThat(doctor.awaitExit(TIME)).isZero();
    }
}
