package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.cli.NetworkLab.Place;
import dev.parley.chat.transport.Transport.LinkRole;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What becomes of a link alone when the network under it fails. Its signals are carried outside the network, so that
 * nothing but the link is tried.
 */
@Timeout(180)
class NetworkLinkTest {

    private static final Duration TIME = Duration.ofMinutes(1);
    private static final Set<String> SIGNALS = Set.of("offer", "answer", "candidate", "end", "request");

    private final List<Process> processes = new ArrayList<>();
    private NetworkLab lab;
    private End host;
    private End guest;

    @BeforeEach
    void openALinkAcrossTheLab() throws Exception {
        lab = NetworkLab.buildOrSkip();
        List<End> ends = openLink();
        host = ends.get(0);
        guest = ends.get(1);
        assertCarries("before");
    }

    private List<End> openLink() throws IOException {
        End responder = new End(lab, Place.HOST, LinkRole.RESPONDER);
        processes.add(responder.process);
        End initiator = new End(lab, Place.GUEST, LinkRole.INITIATOR);
        processes.add(initiator.process);
        responder.carryTo(initiator);
        initiator.carryTo(responder);
        responder.await(is("open"));
        initiator.await(is("open"));
        return List.of(responder, initiator);
    }

    @AfterEach
    void takeTheLabDown() {
        processes.forEach(Process::destroyForcibly);
        if (lab != null) {
            lab.close();
        }
    }

    private void assertCarries(String text) throws IOException {
        guest.command("send", text + ", said the guest");
        host.command("send", text + ", said the host");
        host.await(frame(text + ", said the guest"));
        guest.await(frame(text + ", said the host"));
    }

    private String binding(End end) throws IOException {
        end.command("binding", "");
        return end.await(is("binding")).path("hex").asText();
    }

    private static Predicate<JsonNode> is(String event) {
        return line -> line.path("event").asText().equals(event);
    }

    private static Predicate<JsonNode> frame(String text) {
        return is("frame").and(line -> line.path("text").asText().equals(text));
    }

    private static Predicate<JsonNode> path(String state) {
        return is("path").and(line -> line.path("state").asText().equals(state));
    }

    private static void report(String what, long sinceNanos) {
        System.err.printf("%s after %.1f s%n", what, (System.nanoTime() - sinceNanos) / 1e9);
    }

    @Test
    void aRestartFindsAnotherAddressAndKeepsTheStream() throws Exception {
        String binding = binding(host);
        lab.changeAddress(Place.GUEST);
        guest.command("send", "on its way");
        long changed = System.nanoTime();
        guest.command("restart", "");
        host.await(frame("on its way"));
        report("a link that was restarted at once carried again", changed);
        assertCarries("from another address");

        lab.changeAddress(Place.HOST);
        changed = System.nanoTime();
        host.command("restart", "");
        assertCarries("to another address");
        report("a link whose responder asked for a restart carried again", changed);

        for (End end : List.of(host, guest)) {
            assertThat(binding(end)).isEqualTo(binding);
            assertThat(end.lines).noneMatch(is("closed"));
        }
    }

    /** The link that is left alone says when ICE has given the path up. */
    @Test
    @EnabledIfSystemProperty(named = "parley.netns.long", matches = "true")
    void aPathThatFailsEndsALinkUnlessItIsRestarted() throws Exception {
        List<End> alone = openLink();
        lab.raiseFirewall(Place.GUEST);
        long lost = System.nanoTime();
        for (End end : List.of(host, guest)) {
            end.await(path("INTERRUPTED"));
        }
        report("both ends knew of the interruption", lost);
        guest.command("send", "into the void");
        guest.command("restart", "");
        for (End end : alone) {
            end.await(path("INTERRUPTED"));
            assertThat(end.await(is("closed")).path("reason").asText()).isEqualTo("NO_CONNECTION");
        }
        report("both ends of the other link gave it up", lost);

        lab.lowerFirewall(Place.GUEST);
        long back = System.nanoTime();
        guest.command("restart", "");
        host.await(frame("into the void"));
        report("the link that was restarted carried again", back);
        for (End end : List.of(host, guest)) {
            end.await(path("CONNECTED"));
            assertThat(end.lines).noneMatch(is("closed"));
        }
        assertCarries("after all");
    }

    /** A process with one end of the link. */
    private static final class End {

        private final Process process;
        private final List<JsonNode> lines = new CopyOnWriteArrayList<>();
        private volatile List<End> others = List.of();

        End(NetworkLab lab, Place place, LinkRole role) throws IOException {
            List<String> command = new ArrayList<>(lab.in(place));
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    classPath(),
                    LinkProcess.class.getName(),
                    role.name()));
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Thread reader = new Thread(this::read, "link-process-" + place);
            reader.setDaemon(true);
            reader.start();
        }

        private static String classPath() {
            Path tests = Path.of("target", "test-classes").toAbsolutePath();
            return String.join(
                    ":",
                    tests.toString(),
                    System.getProperty("jdk.module.path", ""),
                    System.getProperty("java.class.path", ""));
        }

        private void read() {
            try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
                for (String text = in.readLine(); text != null; text = in.readLine()) {
                    if (text.startsWith("{")) {
                        JsonNode line = ProcessTest.JSON.readTree(text);
                        lines.add(line);
                        for (End other : others) {
                            other.carry(line);
                        }
                    }
                }
            } catch (IOException e) {
                // The process has ended.
            }
        }

        void carryTo(End other) throws IOException {
            others = List.of(other);
            for (JsonNode line : lines) {
                other.carry(line); // Twice, perhaps; that changes nothing.
            }
        }

        private void carry(JsonNode line) throws IOException {
            if (SIGNALS.contains(line.path("event").asText())) {
                write(line.toString());
            }
        }

        void command(String name, String text) throws IOException {
            write(ProcessTest.JSON
                    .createObjectNode()
                    .put("event", name)
                    .put("text", text)
                    .toString());
        }

        private void write(String line) throws IOException {
            OutputStream in = process.getOutputStream();
            synchronized (in) {
                in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                in.flush();
            }
        }

        JsonNode await(Predicate<JsonNode> fits) {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(TIME)
                    .until(() -> lines.stream().anyMatch(fits));
            return lines.stream().filter(fits).findFirst().orElseThrow();
        }
    }
}
