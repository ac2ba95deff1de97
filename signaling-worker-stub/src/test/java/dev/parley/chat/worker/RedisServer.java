package dev.parley.chat.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * A real Redis of the test's own: on a free port of the loopback, in a folder of its own, without persistence.
 *
 * <p>Where {@code redis-server} is missing the tests are skipped and say so once, aloud; with
 * {@code -Dparley.redis=required} they fail instead.
 */
public final class RedisServer implements AutoCloseable {
    private static final AtomicBoolean NOTICED = new AtomicBoolean();

    private final int port;
    private final List<String> settings;
    private final Path folder;
    private Process process;

    private RedisServer(int port, List<String> settings) throws IOException {
        this.port = port;
        this.settings = settings;
        this.folder = Files.createTempDirectory("parley-redis");
        this.process = launch();
    }

    /** Starts one, or skips the test. */
    public static RedisServer start(String... settings) {
        requireInstalled();
        try {
            return new RedisServer(freePort(), List.of(settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static void requireInstalled() {
        try {
            new ProcessBuilder("redis-server", "--version")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            String notice = "redis-server is missing (Debian: apt-get install -y redis-server)";
            if ("required".equals(System.getProperty("parley.redis"))) {
                throw new AssertionError("the tests with Redis are required, but " + notice, e);
            }
            if (NOTICED.compareAndSet(false, true)) {
                System.err.println("\n*** SKIPPED: the tests of the Redis store. " + notice + " ***\n");
            }
            Assumptions.abort(notice);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                folder.toString()));
        command.addAll(settings);
        Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.contains("eady to accept connections")) {
                return started;
            }
        }
        throw new AssertionError("redis-server did not start:\n" + said);
    }

    public URI uri() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    /** Sends it a command and takes the answer. */
    public Object command(Protocol.Command command, String... words) {
        try (Connection connection = new Connection("127.0.0.1", port)) {
            connection.sendCommand(command, words);
            return connection.getOne();
        }
    }

    /** Ends it as a power cut does; what it held is gone. */
    public void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts it again, empty, at the same port. */
    public void restart() {
        try {
            process = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it from doing anything, while its connections stay open. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new AssertionError("kill ended with " + status);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        kill();
        try {
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
