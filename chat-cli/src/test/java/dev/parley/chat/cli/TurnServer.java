package dev.parley.chat.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A coturn of the test's own, on loopback, that takes the credentials of a shared secret. */
final class TurnServer implements AutoCloseable {

    private static final Pattern ALLOCATION =
            Pattern.compile("user <([^>]*)>: incoming packet ALLOCATE processed, success");

    private final Process process;
    private final Path logFile;
    private final int port;

    private TurnServer(Process process, Path logFile, int port) {
        this.process = process;
        this.logFile = logFile;
        this.port = port;
    }

    /** The program, if this machine has it. */
    static Optional<Path> program() {
        return Stream.of("/usr/bin/turnserver", "/usr/local/bin/turnserver", "/opt/homebrew/bin/turnserver")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts a server; returns when it listens.
     *
     * @param folder an empty one, for its files
     * @param secret shared with the worker
     */
    static TurnServer start(Path folder, String secret) throws IOException, InterruptedException {
        Path program = program().orElseThrow();
        int port = freePort();
        Path logFile = folder.resolve("turn.log");
        Path config = folder.resolve("turn.conf");
        Files.createFile(config, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                config,
                String.join(
                        "\n",
                        "listening-ip=127.0.0.1",
                        "relay-ip=127.0.0.1",
                        "listening-port=" + port,
                        "use-auth-secret",
                        "static-auth-secret=" + secret,
                        "realm=parley.example",
                        "allow-loopback-peers",
                        "no-tls",
                        "no-dtls",
                        "no-cli",
                        "verbose",
                        "log-file=" + logFile,
                        "simple-log",
                        "userdb=" + folder.resolve("turndb"),
                        "pidfile=" + folder.resolve("turn.pid"),
                        ""));
        Process process = new ProcessBuilder(List.of(program.toString(), "-c", config.toString()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("turn.out").toFile())
                .start();
        TurnServer server = new TurnServer(process, logFile, port);
        server.awaitListening();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DatagramSocket udp = new DatagramSocket(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort()))) {
            return udp.getLocalPort();
        }
    }

    private void awaitListening() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ProcessTest.TIME.toNanos();
        while (!log().contains("IPv4. UDP listener opened on: 127.0.0.1:" + port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                close();
                throw new IllegalStateException("coturn did not start:\n" + log());
            }
            Thread.onSpinWait();
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    /** Under which URL clients reach it by UDP. */
    String url() {
        return "turn:127.0.0.1:" + port + "?transport=udp";
    }

    /** Who was given a relay address. */
    List<String> users() {
        return ALLOCATION
                .matcher(log())
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
    }

    private String log() {
        try {
            return Files.exists(logFile) ? Files.readString(logFile, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
