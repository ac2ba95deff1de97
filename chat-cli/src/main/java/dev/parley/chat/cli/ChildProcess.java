package dev.parley.chat.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Another {@code parley} process in JSON mode, started with the Java, the class path and the flags of this one. What it
 * says is kept in order. Safe for threads.
 */
final class ChildProcess implements AutoCloseable {

    private static final int MAX_DIAGNOSTIC_LINES = 50;
    private static final Duration KILL_WAIT = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final Process process;
    private final Object lock = new Object();
    private final List<JsonNode> events = new ArrayList<>();
    private final Deque<String> diagnostics = new ArrayDeque<>();
    private @Nullable String noise;
    private boolean ended;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /**
     * Starts a process.
     *
     * @param name for messages
     * @param home its PARLEY_HOME
     * @param environment more variables; those of Parley are not inherited
     * @param arguments of the command
     * @throws IOException if it cannot be started
     */
    static ChildProcess start(String name, Path home, Map<String, String> environment, List<String> arguments)
            throws IOException {
        return start(name, home, environment, List.of(), arguments);
    }

    /**
     * Starts a process with flags of its own for Java.
     *
     * @param name for messages
     * @param home its PARLEY_HOME
     * @param environment more variables; those of Parley are not inherited
     * @param javaFlags behind those of this process and its class path, so that they win
     * @param arguments of the command
     * @throws IOException if it cannot be started
     */
    static ChildProcess start(
            String name, Path home, Map<String, String> environment, List<String> javaFlags, List<String> arguments)
            throws IOException {
        return start(name, List.of(), home, environment, javaFlags, arguments);
    }

    /**
     * Starts a process through another program.
     *
     * @param name for messages
     * @param through a program with arguments that becomes the command line that follows it, as {@code nice} does
     * @param home its PARLEY_HOME
     * @param environment more variables; those of Parley are not inherited
     * @param javaFlags behind those of this process and its class path, so that they win
     * @param arguments of the command
     * @throws IOException if it cannot be started
     */
    static ChildProcess start(
            String name,
            List<String> through,
            Path home,
            Map<String, String> environment,
            List<String> javaFlags,
            List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(through);
        command.addAll(javaCommand(javaFlags));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("PARLEY_"));
        builder.environment().putAll(environment);
        builder.environment().put("PARLEY_HOME", home.toString());
        ChildProcess child = new ChildProcess(name, builder.start());
        child.read("events", child.process.inputReader(StandardCharsets.UTF_8), child::event, child::end);
        child.read(
                "diagnostics",
                new BufferedReader(new InputStreamReader(child.process.getErrorStream(), StandardCharsets.UTF_8)),
                child::diagnostic,
                () -> {});
        return child;
    }

    /** The command line that starts another process like this one, without a command. */
    private static List<String> javaCommand(List<String> moreFlags) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current()
                .info()
                .command()
                .orElse(Path.of(System.getProperty("java.home", ""), "bin", "java")
                        .toString()));
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            // Those belong to this process alone.
            boolean own = flag.startsWith("-D" + ProcessOutput.DESCRIPTOR_PROPERTY)
                    || flag.startsWith("-Dparley.terminal")
                    || flag.startsWith("-XX:ArchiveClassesAtExit")
                    || flag.startsWith("-agentlib")
                    || flag.startsWith("-javaagent");
            if (!own) {
                command.add(flag);
            }
        }
        String modulePath =
                System.getProperty("jdk.module.main") == null ? "" : System.getProperty("jdk.module.path", "");
        String classPath = System.getProperty("java.class.path", "");
        if (!classPath.isEmpty()) {
            command.add("-cp");
            command.add(classPath.replace(File.pathSeparator + File.pathSeparator, File.pathSeparator));
        }
        if (!modulePath.isEmpty() && command.stream().noneMatch(flag -> flag.startsWith("--module-path"))) {
            command.add("--module-path");
            command.add(modulePath);
        }
        command.addAll(moreFlags);
        if (modulePath.isEmpty()) {
            command.add(ParleyMain.class.getName());
        } else {
            command.add("-m");
            command.add("dev.parley.chat.cli/" + ParleyMain.class.getName());
        }
        return command;
    }

    private void read(String what, BufferedReader lines, java.util.function.Consumer<String> sink, Runnable atEnd) {
        Thread reader = new Thread(
                () -> {
                    try (lines) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            sink.accept(line);
                        }
                    } catch (IOException e) {
                        diagnostic("its " + what + " could not be read");
                    } finally {
                        atEnd.run();
                    }
                },
                "parley-child-" + name + "-" + what);
        reader.setDaemon(true);
        reader.start();
    }

    private void event(String line) {
        synchronized (lock) {
            try {
                JsonNode event = JSON.readTree(line);
                if (event == null || !event.isObject() || !event.path("event").isTextual()) {
                    noise = line;
                } else {
                    events.add(event);
                }
            } catch (JsonProcessingException e) {
                noise = line;
            }
            lock.notifyAll();
        }
    }

    private void diagnostic(String line) {
        synchronized (lock) {
            if (diagnostics.size() == MAX_DIAGNOSTIC_LINES) {
                diagnostics.removeFirst();
            }
            diagnostics.addLast(TerminalText.clean(line));
        }
    }

    private void end() {
        synchronized (lock) {
            ended = true;
            lock.notifyAll();
        }
    }

    String name() {
        return name;
    }

    Process process() {
        return process;
    }

    /** Everything that it has said so far. */
    List<JsonNode> events() {
        synchronized (lock) {
            return List.copyOf(events);
        }
    }

    /** What it has said of one kind so far. */
    List<JsonNode> events(String kind) {
        return events().stream().filter(event -> is(event, kind)).toList();
    }

    static boolean is(JsonNode event, String kind) {
        return event.path("event").asText().equals(kind);
    }

    /** The last lines of its standard error. */
    String diagnostics() {
        synchronized (lock) {
            return String.join("\n", diagnostics);
        }
    }

    /**
     * Waits for an event, also one that has been before.
     *
     * @return the first that fits
     * @throws CliException if the time is over, the process has ended without it, or it wrote something else than JSON
     */
    JsonNode await(String what, Duration time, Predicate<JsonNode> fits) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        synchronized (lock) {
            int seen = 0;
            while (true) {
                for (; seen < events.size(); seen++) {
                    if (fits.test(events.get(seen))) {
                        return events.get(seen);
                    }
                }
                if (noise != null) {
                    throw failure(
                            "wrote something else than JSON to its standard output while " + what + " was awaited");
                }
                if (ended) {
                    throw failure("ended before " + what);
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw failure("did not get to " + what + " within " + time.toSeconds() + " s");
                }
                lock.wait(left);
            }
        }
    }

    /** Waits for the n-th event that fits. */
    void awaitCount(String what, Duration time, int count, Predicate<JsonNode> fits) throws InterruptedException {
        int[] seen = {0};
        await(what, time, event -> fits.test(event) && ++seen[0] == count);
    }

    private CliException failure(String what) {
        String said = events.stream()
                .filter(event -> is(event, "error"))
                .map(event -> event.path("message").asText())
                .collect(Collectors.joining("; "));
        return new CliException(
                ExitCode.FAILED,
                "the process of " + name + " " + what + (said.isEmpty() ? "" : ": " + TerminalText.clean(said)),
                diagnostics.isEmpty() ? "run \"parley doctor\"" : "it last said: " + diagnostics.getLast());
    }

    /** Writes a command to its standard input. */
    void command(ObjectNode command) throws IOException {
        OutputStream in = process.getOutputStream();
        synchronized (in) {
            in.write((JSON.writeValueAsString(command) + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
        }
    }

    void send(String text) throws IOException {
        command(JSON.createObjectNode().put("cmd", "send").put("text", text));
    }

    /** Asks it to end as SIGTERM does. {@link Process#destroy} would close its output as well, unread. */
    boolean terminate() {
        return process.toHandle().destroy();
    }

    void leave() throws IOException {
        command(JSON.createObjectNode().put("cmd", "leave"));
    }

    /**
     * Waits for its end.
     *
     * @return its exit code
     * @throws CliException if it does not end in time, or wrote something else than JSON
     */
    int awaitExit(Duration time) throws InterruptedException {
        if (!process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
            synchronized (lock) {
                throw failure("did not end within " + time.toSeconds() + " s");
            }
        }
        long deadline = System.nanoTime() + KILL_WAIT.toNanos();
        synchronized (lock) {
            // The pipe may hold more after the process has gone.
            while (!ended && deadline - System.nanoTime() > 0) {
                lock.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
            if (noise != null) {
                throw failure("wrote something else than JSON to its standard output");
            }
        }
        return process.exitValue();
    }

    /** Ends it the hard way, if it has not ended. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(KILL_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                diagnostic("it could not be killed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
