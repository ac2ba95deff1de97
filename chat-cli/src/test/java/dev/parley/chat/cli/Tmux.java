package dev.parley.chat.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A tmux of the test's own, in whose terminals shells run. */
final class Tmux implements AutoCloseable {
    private final Path folder;
    private final Path socket;

    Tmux(Path folder) {
        this.folder = folder;
        socket = folder.resolve("tmux");
    }

    /** The program, if this machine has it. */
    static Optional<Path> program() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(part -> Path.of(part, "tmux"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Opens a terminal with a shell that waits for commands. */
    void open(String name, int columns, int rows) throws IOException, InterruptedException {
        run(
                "new-session",
                "-d",
                "-s",
                name,
                "-x",
                String.valueOf(columns),
                "-y",
                String.valueOf(rows),
                "-c",
                folder.toString(),
                "env -i PATH=\"$PATH\" LANG=C.UTF-8 COLORTERM=truecolor TERM=tmux-256color PS1='$ ' sh");
        run("set-option", "-g", "set-clipboard", "on");
        run("set-option", "-g", "status", "off");
        await(name, screen -> screen.startsWith("$"));
    }

    /** Types text, and Enter after it. */
    void type(String name, String text) throws IOException, InterruptedException {
        run("send-keys", "-t", name, "-l", "--", text);
        keys(name, "Enter");
    }

    /** Types text as it is. */
    void write(String name, String text) throws IOException, InterruptedException {
        run("send-keys", "-t", name, "-l", "--", text);
    }

    /** Presses keys by the names that tmux has for them. */
    void keys(String name, String... keys) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("send-keys", "-t", name));
        command.addAll(List.of(keys));
        run(command.toArray(new String[0]));
    }

    void resize(String name, int columns, int rows) throws IOException, InterruptedException {
        run("resize-window", "-t", name, "-x", String.valueOf(columns), "-y", String.valueOf(rows));
    }

    /** What is seen. */
    String screen(String name) throws IOException, InterruptedException {
        return run("capture-pane", "-p", "-t", name);
    }

    /** What was given to the clipboard last. */
    String clipboard() throws IOException, InterruptedException {
        return run("show-buffer");
    }

    /** Whether the program has taken the other screen, and with it the whole terminal. */
    boolean isOtherScreen(String name) throws IOException, InterruptedException {
        return run("display-message", "-p", "-t", name, "#{alternate_on}")
                .strip()
                .equals("1");
    }

    /** Whether a program in it is told of the mouse. */
    boolean takesMouse(String name) throws IOException, InterruptedException {
        return run("display-message", "-p", "-t", name, "#{mouse_any_flag}")
                .strip()
                .equals("1");
    }

    /** The process of the program that runs in the shell. */
    ProcessHandle program(String name) throws IOException, InterruptedException {
        long shell = Long.parseLong(
                run("display-message", "-p", "-t", name, "#{pane_pid}").strip());
        return ProcessHandle.of(shell).orElseThrow().descendants().findFirst().orElseThrow();
    }

    String await(String name, String text) {
        return await(name, "\"" + text + "\"", screen -> screen.contains(text));
    }

    String await(String name, Predicate<String> condition) {
        return await(name, "the screen", condition);
    }

    String await(String name, String what, Predicate<String> condition) {
        String[] last = {""};
        try {
            return Awaitility.await(what)
                    .atMost(ProcessTest.TIME)
                    .until(
                            () -> {
                                last[0] = screen(name);
                                return last[0];
                            },
                            condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(what + " is not on the screen of " + name + ":\n" + last[0], e);
        }
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tmux", "-u", "-S", socket.toString(), "-f", "/dev/null"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(
                    Stream.of(arguments).limit(3).collect(Collectors.joining(" ", "tmux ", ": ")) + output);
        }
        return output;
    }

    @Override
    public void close() {
        try {
            run("kill-server");
        } catch (IOException e) {
            // It has ended by itself, with its last shell, or was never started.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
