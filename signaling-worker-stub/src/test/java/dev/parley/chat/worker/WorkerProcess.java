package dev.parley.chat.worker;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A worker in a process of its own, for tests that kill it. Ends with its standard input. */
public final class WorkerProcess implements AutoCloseable {
    /** It lives for seconds: what starts sooner counts, not what runs faster. */
    private static final List<String> QUICK_START =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx128m");

    private final Process process;
    private final URI url;

    private WorkerProcess(String store, int port) throws IOException {
        process = new ProcessBuilder(command(classPath(), store, port))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        url = URI.create(Objects.requireNonNull(out.readLine(), "the worker process did not start"));
    }

    /** The tests run on the module path; the child needs no modules, so everything goes on its class path. */
    private static String classPath() {
        return Stream.of(
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        Path.of("target", "classes").toAbsolutePath().toString(),
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path", ""))
                .filter(path -> !path.isEmpty())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> command(String classPath, String store, int port) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(QUICK_START);
        command.addAll(List.of("-cp", classPath, WorkerProcess.class.getName(), store, Integer.toString(port)));
        return command;
    }

    /** Starts one with a database in this directory, at a port, or at a free one for 0. */
    static WorkerProcess onDisk(Path directory, int port) throws IOException {
        return new WorkerProcess(directory.toUri().toString(), port);
    }

    /** What one says that is to use a Redis and has not got its client on the class path. */
    static String saidWithoutTheClientOfRedis() throws IOException {
        String classPath = Stream.of(classPath().split(File.pathSeparator, -1))
                .filter(path -> !path.contains("jedis"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = command(classPath, "redis://127.0.0.1:1", 0);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    URI url() {
        return url;
    }

    /** Ends it by SIGKILL. */
    void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        kill();
    }

    /**
     * Runs until standard input ends.
     *
     * @param args the URI of the data directory or of a Redis, and the port
     */
    public static void main(String[] args) throws Exception {
        URI store = URI.create(args[0]);
        WorkerConfig.Builder config =
                WorkerConfig.builder().port(Integer.parseInt(args[1])).requestRate(100_000, 100_000);
        if ("file".equals(store.getScheme())) {
            config.dataDirectory(Path.of(store));
        } else {
            config.redis(store);
        }
        try (SignalingWorker worker = SignalingWorker.start(config.build())) {
            System.out.println(worker.url());
            while (System.in.read() >= 0) {
                // Only its end counts.
            }
        }
    }
}
