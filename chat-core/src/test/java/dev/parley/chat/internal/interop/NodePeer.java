package dev.parley.chat.internal.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * The second implementation of docs/protocol.md, in {@code src/test/interop}, as a child process: one request a line,
 * one answer a line. Not thread-safe.
 *
 * <p>Where Node or the packages are missing, who asks for one is skipped, with one notice; with {@code CI=true} in the
 * environment or {@code -Dparley.interop=required} it fails instead.
 */
public final class NodePeer implements AutoCloseable {

    /** The oldest major version of Node that the script runs on: that of Debian 12. */
    private static final int MIN_NODE_MAJOR = 18;

    /** How long the child may take for one answer; a slow machine with a cold start needs a few seconds. */
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /** How much of what the child says on standard error is kept for a failure. */
    private static final int MAX_COMPLAINT_CHARS = 8_192;

    private static final Path FOLDER = Path.of(System.getProperty("basedir", ""), "src", "test", "interop");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What keeps the script from running; empty if nothing does; null before the first look. */
    private static @Nullable String missing;

    private final Process process;
    private final ExecutorService io = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "interop-io");
        thread.setDaemon(true);
        return thread;
    });
    private final Writer requests;
    private final BufferedReader answers;
    private final StringBuilder complaints = new StringBuilder();

    private NodePeer(Process process) {
        this.process = process;
        this.requests = new OutputStreamWriter(process.getOutputStream(), UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        io.execute(this::collectComplaints);
    }

    /**
     * Starts the script.
     *
     * @return the running child
     * @throws org.opentest4j.TestAbortedException if Node or the packages are missing and they are not required
     * @throws AssertionError if they are missing and required, or the script does not start
     */
    public static NodePeer start() {
        String missing = missing();
        if (!missing.isEmpty()) {
            String notice = notice(missing);
            if (isRequired()) {
                throw new AssertionError("the interop tests are required, but " + notice);
            }
            Assumptions.abort(notice);
        }
        try {
            NodePeer peer = new NodePeer(new ProcessBuilder("node", "peer.js")
                    .directory(FOLDER.toFile())
                    .start());
            peer.exchange(null);
            return peer;
        } catch (IOException e) {
            throw new AssertionError("node does not start", e);
        } catch (Refused e) {
            throw new AssertionError("the script begins with a refusal", e);
        }
    }

    private static boolean isRequired() {
        return "true".equals(System.getenv("CI")) || "required".equals(System.getProperty("parley.interop"));
    }

    /** Looks once, and gives the notice once, unless it would be a failure. */
    private static synchronized String missing() {
        String known = missing;
        if (known == null) {
            known = look();
            missing = known;
            if (!known.isEmpty() && !isRequired()) {
                System.err.println("\n*** THE INTEROP TESTS ARE SKIPPED: " + notice(known) + "\n");
            }
        }
        return known;
    }

    private static String notice(String missing) {
        return missing + "; install Node " + MIN_NODE_MAJOR
                + " or newer with npm, then run: (cd chat-core/src/test/interop && npm ci)";
    }

    private static String look() {
        String version;
        try {
            Process node = new ProcessBuilder("node", "--version")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!node.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                node.destroyForcibly();
                throw new AssertionError("node --version does not end");
            }
            version = new String(node.getInputStream().readAllBytes(), UTF_8).strip();
        } catch (IOException e) {
            return "there is no node";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        if (!version.matches("v\\d{1,4}\\..*")
                || Integer.parseInt(version.substring(1, version.indexOf('.'))) < MIN_NODE_MAJOR) {
            return "node is " + version;
        }
        return Files.exists(FOLDER.resolve("node_modules/ts-mls/package.json"))
                ? ""
                : "the packages of chat-core/src/test/interop are not installed";
    }

    /**
     * Asks for something and waits for the answer.
     *
     * @param call what is asked for
     * @param peer who is asked, by a name of the caller's choice
     * @param arguments names and values in turn; bytes become hexadecimal
     * @return the answer
     * @throws Refused if what came from this side breaks the rules of the document
     * @throws AssertionError if the child has a defect, ends, or does not answer in time
     */
    public JsonNode ask(String call, String peer, Object... arguments) throws Refused {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("call", call);
        request.put("peer", peer);
        for (int i = 0; i < arguments.length; i += 2) {
            Object value = arguments[i + 1];
            request.put((String) arguments[i], value instanceof byte[] bytes ? hex(bytes) : value);
        }
        return exchange(request);
    }

    /**
     * Reads bytes of an answer.
     *
     * @param answer the answer
     * @param field which
     * @return new bytes
     */
    public static byte[] bytes(JsonNode answer, String field) {
        return HexFormat.of().parseHex(answer.path(field).asText());
    }

    /**
     * Writes bytes as an answer and a request have them.
     *
     * @param bytes any
     * @return hexadecimal digits
     */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private JsonNode exchange(@Nullable Map<String, Object> request) throws Refused {
        JsonNode answer;
        try {
            String line = io.submit(() -> {
                        if (request != null) {
                            requests.write(JSON.writeValueAsString(request) + "\n");
                            requests.flush();
                        }
                        return answers.readLine();
                    })
                    .get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            if (line == null) {
                throw new AssertionError("the script has ended: " + complaints());
            }
            answer = JSON.readTree(line);
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("the script does not answer within " + DEADLINE + ": " + complaints(), e);
        } catch (ExecutionException | IOException e) {
            throw new AssertionError("the script cannot be spoken to: " + complaints(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        if (answer.has("refused")) {
            throw new Refused(answer.get("refused").asText());
        }
        if (!answer.has("ok")) {
            throw new AssertionError(
                    "the script has a defect: " + answer.path("failed").asText());
        }
        return answer.get("ok");
    }

    private void collectComplaints() {
        byte[] buffer = new byte[1_024];
        try (InputStream errors = process.getErrorStream()) {
            for (int length = errors.read(buffer); length >= 0; length = errors.read(buffer)) {
                complain(new String(buffer, 0, length, UTF_8));
            }
        } catch (IOException e) {
            complain("(standard error broke off: " + e.getMessage() + ")");
        }
    }

    private void complain(String text) {
        synchronized (complaints) {
            if (complaints.length() < MAX_COMPLAINT_CHARS) {
                complaints.append(text);
            }
        }
    }

    private String complaints() {
        synchronized (complaints) {
            return complaints.toString();
        }
    }

    /** Lets the script end, and fails if it does not end well. */
    @Override
    public void close() {
        try {
            requests.close();
            if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the script does not end with its input: " + complaints());
            }
            if (process.exitValue() != 0) {
                throw new AssertionError("the script ended with " + process.exitValue() + ": " + complaints());
            }
        } catch (IOException e) {
            throw new AssertionError("the script has ended too early: " + complaints(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            process.destroyForcibly();
            io.shutdownNow();
        }
    }

    /** The other implementation refuses what came from this one. */
    public static final class Refused extends Exception {

        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }
}
