package dev.parley.chat.signaling.internal;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.Environment;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** One HTTP exchange with a time limit and a bounded answer. Decides nothing about what the answer means. */
public final class WorkerHttp {

    /** Largest answer about one thing. A room's entry has 17 KiB at most. */
    public static final int MAX_ANSWER_BYTES = 64 * 1024;

    /** Largest list of rooms: 100 entries of at most 11 KiB, and room to grow. */
    public static final int MAX_ROOM_LIST_BYTES = 2 * 1024 * 1024;

    /** Largest list of messages: 64 payloads of 48 KiB in base64url, and their wrapping. */
    public static final int MAX_MESSAGE_LIST_BYTES = 5 * 1024 * 1024;

    private final OkHttpClient client;
    private final Environment environment;
    private final String server;

    /**
     * Makes the front of a client.
     *
     * @param client follows no redirects and has no read time limit of its own
     * @param environment runs the time limits
     */
    public WorkerHttp(OkHttpClient client, Environment environment) {
        this(client, environment, "the worker");
    }

    /**
     * Makes the front of a client that talks to another server than a worker.
     *
     * @param client follows no redirects and has no read time limit of its own
     * @param environment runs the time limits
     * @param server what to call it in messages
     */
    public WorkerHttp(OkHttpClient client, Environment environment, String server) {
        this.client = client;
        this.environment = environment;
        this.server = server;
    }

    /**
     * What came back.
     *
     * @param status the status code
     * @param headers the headers
     * @param body the bytes, whole
     */
    public record Answer(int status, Headers headers, ByteString body) {

        boolean isSuccess() {
            return status / 100 == 2;
        }

        boolean hasContentType(String type) {
            String value = headers.get("Content-Type");
            MediaType media = value == null ? null : MediaType.parse(value);
            return media != null && type.equals(media.type() + "/" + media.subtype());
        }
    }

    OkHttpClient client() {
        return client;
    }

    Environment environment() {
        return environment;
    }

    /**
     * Sends a request. The stage completes on an OkHttp thread with any answer that came whole, or fails with a
     * {@link SignalingException}: UNREACHABLE when none came in time, PROTOCOL when it was too large. Cancelling the
     * future cancels the exchange.
     */
    CompletableFuture<Answer> exchange(Request request, Duration timeout, int maxAnswerBytes) {
        CompletableFuture<Answer> result = new CompletableFuture<>();
        Call call = client.newCall(request);
        AtomicBoolean timedOut = new AtomicBoolean();
        Environment.Cancellable timer = environment.schedule(timeout, () -> {
            timedOut.set(true);
            call.cancel();
        });
        Stages.whenDone(result, (answer, failure) -> {
            timer.cancel();
            if (result.isCancelled()) {
                call.cancel();
            }
        });
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call answered, Response response) {
                try (response) {
                    ByteString body = read(response.body(), maxAnswerBytes);
                    timer.cancel();
                    if (body == null) {
                        result.completeExceptionally(new SignalingException(
                                Problem.PROTOCOL,
                                "the answer of " + server + " is above the limit of " + maxAnswerBytes + " bytes"));
                    } else {
                        result.complete(new Answer(response.code(), response.headers(), body));
                    }
                } catch (IOException e) {
                    fail(e);
                }
            }

            @Override
            public void onFailure(Call failed, IOException e) {
                fail(e);
            }

            private void fail(IOException e) {
                timer.cancel();
                result.completeExceptionally(
                        timedOut.get()
                                ? new SignalingException(
                                        Problem.UNREACHABLE,
                                        server + " did not answer within " + timeout.toMillis() + " ms")
                                : unreachable(server, e));
            }
        });
        return result;
    }

    /** The cause is left out: its message names addresses. */
    static SignalingException unreachable(Throwable failure) {
        return unreachable("the worker", failure);
    }

    private static SignalingException unreachable(String server, Throwable failure) {
        return new SignalingException(Problem.UNREACHABLE, server + " cannot be reached: " + inWords(failure));
    }

    private static String inWords(Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return "its host name does not resolve";
        }
        if (failure instanceof ConnectException) {
            return "nothing answers at its address and port";
        }
        if (failure instanceof SSLException) {
            return "no trusted TLS connection could be made";
        }
        return failure instanceof InterruptedIOException ? "it did not answer in time" : "the connection was cut";
    }

    /** Reads a body up to a limit; null if there is more. */
    static @Nullable ByteString read(ResponseBody body, int maxBytes) throws IOException {
        Buffer buffer = new Buffer();
        BufferedSource source = body.source();
        while (buffer.size() <= maxBytes) {
            if (source.read(buffer, maxBytes + 1L - buffer.size()) == -1) {
                return buffer.readByteString();
            }
        }
        return null;
    }
}
