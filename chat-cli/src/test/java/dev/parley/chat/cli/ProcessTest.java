package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts the real command in processes of its own, and ends those that a test leaves behind. */
@Timeout(180)
abstract class ProcessTest {

    /** How long anything may take before a test gives up. */
    static final Duration TIME = Duration.ofSeconds(60);

    static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder = Path.of("");

    private int refs;

    private final Deque<ChildProcess> children = new ArrayDeque<>();

    @AfterEach
    void killChildren() {
        children.forEach(ChildProcess::close);
    }

    /** Starts a command in JSON mode, with a PARLEY_HOME of its own that bears its name. */
    ChildProcess start(String name, String... arguments) throws IOException {
        return startIn(folder.resolve(name), name, arguments);
    }

    ChildProcess startIn(Path home, String name, String... arguments) throws IOException {
        return startIn(home, name, List.of(), arguments);
    }

    /** Starts a command in JSON mode, with flags for its Java. */
    ChildProcess startIn(Path home, String name, List<String> javaFlags, String... arguments) throws IOException {
        // The choice that a command does not make by itself; nobody is there to be asked.
        return startIn(home, name, Map.of("PARLEY_IDENTITY_PROTECTION", "file-permissions"), javaFlags, arguments);
    }

    ChildProcess startIn(Path home, String name, Map<String, String> environment, String... arguments)
            throws IOException {
        return startIn(home, name, environment, List.of(), arguments);
    }

    private ChildProcess startIn(
            Path home, String name, Map<String, String> environment, List<String> javaFlags, String... arguments)
            throws IOException {
        return startThrough(List.of(), home, name, environment, javaFlags, arguments);
    }

    /** Starts a command in JSON mode through another program. */
    ChildProcess startThrough(List<String> program, String name, String... arguments) throws IOException {
        return startThrough(
                program,
                folder.resolve(name),
                name,
                Map.of("PARLEY_IDENTITY_PROTECTION", "file-permissions"),
                List.of(),
                arguments);
    }

    private ChildProcess startThrough(
            List<String> program,
            Path home,
            String name,
            Map<String, String> environment,
            List<String> javaFlags,
            String... arguments)
            throws IOException {
        List<String> flags = new ArrayList<>(QuickStart.FLAGS);
        flags.addAll(javaFlags);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        ChildProcess child = ChildProcess.start(name, program, home, environment, flags, all);
        children.push(child);
        return child;
    }

    /** Starts a worker and returns its URL. */
    String worker() throws Exception {
        return url(start("worker", "serve", "--port", "0"));
    }

    static String url(ChildProcess worker) throws InterruptedException {
        return worker.await("listening", TIME, is("listening")).path("url").asText();
    }

    static String portOf(String url) {
        return url.substring(url.lastIndexOf(':') + 1);
    }

    ChildProcess create(String worker, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("create", "Tea", "--signaling", worker, "--name", "Ada"));
        arguments.addAll(List.of(more));
        return start("host", arguments.toArray(new String[0]));
    }

    /** Waits until a host has opened its room. */
    static String invite(ChildProcess host) throws InterruptedException {
        host.await("connected", TIME, state("CONNECTED"));
        return host.await("room", TIME, is("room")).path("invite").asText();
    }

    /** Joins a room and waits to be admitted. */
    ChildProcess join(String name, String invite) throws Exception {
        ChildProcess guest = start(name, "join", invite, "--name", name);
        guest.await("connected", TIME, state("CONNECTED"));
        return guest;
    }

    /** Writes a command and waits for what answers it, of whatever kind. */
    final JsonNode ask(ChildProcess who, ObjectNode command) throws IOException, InterruptedException {
        String ref = "r" + refs++;
        who.command(command.put("ref", ref));
        return answer(who, ref);
    }

    /** Writes a command that is answered with an error of this code. */
    final void refused(ChildProcess who, ObjectNode command, String code) throws Exception {
        JsonNode answer = ask(who, command);
        assertThat(answer.path("event").asText()).as("the answer %s", answer).isEqualTo("error");
        assertThat(answer.path("code").asText()).isEqualTo(code);
        assertThat(answer.path("message").asText()).isNotEmpty();
    }

    /** What answers a command that has a reference. */
    static JsonNode answer(ChildProcess who, String ref) throws InterruptedException {
        return who.await(
                "the answer to " + ref,
                TIME,
                event -> event.path("ref").asText().equals(ref));
    }

    /** The peer id of the one that a process is. */
    static String peerId(ChildProcess process) throws InterruptedException {
        return process.await(
                        "itself",
                        TIME,
                        is("participant").and(event -> event.path("self").asBoolean()))
                .path("peerId")
                .asText();
    }

    /** Says something and waits until another has it. */
    static void talk(ChildProcess from, ChildProcess to, String text) throws Exception {
        from.send(text);
        to.await("\"" + text + "\"", TIME, message(text));
    }

    static Predicate<JsonNode> is(String kind) {
        return event -> ChildProcess.is(event, kind);
    }

    static Predicate<JsonNode> state(String state) {
        return is("state").and(event -> event.path("state").asText().equals(state));
    }

    static Predicate<JsonNode> message(String text) {
        return is("message").and(event -> event.path("text").asText().equals(text));
    }

    static Predicate<JsonNode> error(String code) {
        return is("error").and(event -> event.path("code").asText().equals(code));
    }

    static Predicate<JsonNode> notice(String part) {
        return is("notice").and(event -> event.path("text").asText().contains(part));
    }

    static Predicate<JsonNode> presence(String name, String status) {
        return is("participant")
                .and(event -> event.path("name").asText().equals(name)
                        && event.path("status").asText().equals(status));
    }

    static ObjectNode command(String name) {
        return JSON.createObjectNode().put("cmd", name);
    }
}
