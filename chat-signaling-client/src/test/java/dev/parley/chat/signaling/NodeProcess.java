package dev.parley.chat.signaling;

import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** One of several workers on a Redis, in a process of its own. Ends with its standard input. */
public final class NodeProcess implements AutoCloseable {

    /** It lives for seconds: what starts sooner counts, not what runs faster. */
    private static final List<String> QUICK_START =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx128m");

    private final Process process;

    NodeProcess(URI redis, int port, URI publicUrl) throws IOException {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(QUICK_START);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName(),
                redis.toString(),
                Integer.toString(port),
                publicUrl.toString()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        Objects.requireNonNull(out.readLine(), "the worker process did not start");
    }

    /** Ends it by SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /**
     * Runs until standard input ends.
     *
     * @param args the URI of Redis, the port, and the URL of what stands before all workers
     */
    public static void main(String[] args) throws Exception {
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .redis(URI.create(args[0]))
                .port(Integer.parseInt(args[1]))
                .publicUrl(URI.create(args[2]))
                .build())) {
            System.out.println(worker.url());
            while (System.in.read() >= 0) {
                // Only its end counts.
            }
        }
    }
}
