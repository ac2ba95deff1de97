package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The standard output holds JSON lines and nothing else, to the end of the process, however it ends:
 * {@link ChildProcess#awaitExit} fails for a single line that is something else.
 */
class JsonOutputProcessTest extends ProcessTest {

    private static final int SIGINT = 2;

    @Test
    void anInterruptEndsEveryLongCommandInAnOrderlyWay() throws Exception {
        assumeFalse(isInterruptIgnored(), "started where SIGINT is ignored, which children inherit");
        ChildProcess worker = start("worker", "serve", "--port", "0");
        ChildProcess host = create(url(worker));
        ChildProcess guest = join("Grace", invite(host));
        for (ChildProcess process : List.of(guest, host, worker)) {
            interrupt(process);
            assertThat(process.awaitExit(TIME)).as(process.name()).isZero();
        }
        assertThat(lastKind(guest)).isEqualTo("closed");
        assertThat(lastKind(host)).isEqualTo("closed");
    }

    @Test
    void aSignalEndsTheDemoAndTheWorker() throws Exception {
        ChildProcess worker = start("worker", "serve", "--port", "0");
        ChildProcess demo = start("demo", "demo");
        demo.await("its first line", TIME, is("demo"));
        assertThat(demo.terminate()).isTrue();
        demo.awaitExit(TIME);
        assertThat(demo.events("result")).isEmpty();
        url(worker);
        assertThat(worker.terminate()).isTrue();
        assertThat(worker.awaitExit(TIME)).isZero();
    }

    @Test
    void theEndOfARoomEndsTheOutputOfAllWithClosed() throws Exception {
        ChildProcess host = create(worker());
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        ChildProcess sender = start("sender", "send", invite, "one", "shot");
        assertThat(sender.awaitExit(TIME)).isZero();
        host.leave();
        for (ChildProcess process : List.of(sender, guest, host)) {
            assertThat(process.awaitExit(TIME)).isZero();
            assertThat(lastKind(process)).isEqualTo("closed");
        }
    }

    @Test
    void aFailureIsTheLastThingThatIsSaid() throws Exception {
        String nowhere = "http://127.0.0.1:1";
        String invite = nowhere + "/r/" + "a".repeat(32);
        List<ChildProcess> failing = List.of(
                start("host", "create", "Tea", "--signaling", nowhere),
                start("guest", "join", invite),
                start("sender", "send", invite, "hello"),
                start("lister", "rooms", "--signaling", nowhere),
                start("worker", "serve", "--port", "99999"),
                start("typist", "create", "Tea", "--no-such-flag"));
        for (ChildProcess process : failing) {
            assertThat(process.awaitExit(TIME)).as(process.name()).isNotZero();
            assertThat(process.events("error")).as(process.name()).hasSize(1);
            assertThat(lastKind(process)).as(process.name()).isIn("error", "closed");
        }
    }

    @Test
    void theDoctorSaysOnlyChecks() throws Exception {
        ChildProcess doctor = start("doctor", "doctor");
        doctor.awaitExit(TIME);
        assertThat(doctor.events()).isNotEmpty().allMatch(is("check"));
    }

    @Test
    void theDemoShowsAConversationAndMeasuresTheStackBesideTheBareChannel() throws Exception {
        ChildProcess demo = start("demo", "demo", "--stats");
        assertThat(demo.awaitExit(TIME)).isZero();
        assertThat(demo.events("result")).hasSize(1);
        assertThat(demo.events("result").get(0).path("same").asBoolean()).isTrue();
        for (String part : List.of(
                "join to first message received, whole stack",
                "connect, bare WebRTC channel",
                "round trip of 200 B, host to guest to host, whole stack",
                "round trip of 200 B, bare WebRTC channel")) {
            assertThat(demo.events("figure"))
                    .as(part)
                    .anyMatch(figure -> figure.path("name").asText().contains(part)
                            && figure.path("unit").asText().equals("ms")
                            && figure.path("p50").asDouble() > 0
                            && figure.path("samples").asInt() > 0);
        }
    }

    private static String lastKind(ChildProcess process) {
        List<JsonNode> events = process.events();
        return events.get(events.size() - 1).path("event").asText();
    }

    private static void interrupt(ChildProcess process) throws Exception {
        Process kill = new ProcessBuilder(
                        "kill", "-INT", Long.toString(process.process().pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor(TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }

    /** A shell without job control ignores SIGINT for what it runs in the background, and that is inherited. */
    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line ->
                            new BigInteger(line.substring(line.indexOf(':') + 1).strip(), 16).testBit(SIGINT - 1));
        }
    }
}
