package dev.parley.chat.worker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** One connection to a worker, byte by byte. */
final class RawConnection implements AutoCloseable {
    /** Far above every timeout that the worker is expected to keep; only a hanging test meets it. */
    private static final int PATIENCE_MILLIS = 30_000;

    /** The pace of a client that sends a byte now and then, kept by waiting for an answer. */
    private static final int TRICKLE_MILLIS = 50;

    private static final int SMALL_BUFFER_BYTES = 4096;

    private final Socket socket = new Socket();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    private RawConnection() {}

    static RawConnection to(URI base) {
        RawConnection connection = new RawConnection();
        try {
            // So that little of what is not read is in the hands of the kernel.
            connection.socket.setReceiveBufferSize(SMALL_BUFFER_BYTES);
            connection.socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
            return connection;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawConnection send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawConnection send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until this text has come. */
    String awaitText(String text) {
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            while (!heard().contains(text)) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    throw new AssertionError("closed before \"" + text + "\" came: " + heard());
                }
                heard.write(next);
            }
            return heard();
        } catch (IOException e) {
            throw new AssertionError("\"" + text + "\" did not come: " + heard(), e);
        }
    }

    /** Reads until the worker closes the connection. */
    String awaitClose() {
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getInputStream().transferTo(heard);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("still open: " + heard(), e);
        } catch (IOException reset) {
            // Closed as well.
        }
        return heard();
    }

    /** Sends this text over and over, one byte at a time, until the worker closes the connection. */
    void trickleUntilClosed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        try {
            socket.setSoTimeout(TRICKLE_MILLIS);
            for (int i = 0; i < PATIENCE_MILLIS / TRICKLE_MILLIS; i++) {
                socket.getOutputStream().write(bytes[i % bytes.length]);
                try {
                    if (socket.getInputStream().read() < 0) {
                        return;
                    }
                } catch (SocketTimeoutException e) {
                    // It is still open, and has nothing to say.
                }
            }
        } catch (IOException closed) {
            return;
        }
        throw new AssertionError("still open");
    }

    /** Sends these bytes over and over and reads nothing, until the worker closes the connection. */
    void sendUntilClosed(byte[] bytes) {
        try {
            while (true) {
                socket.getOutputStream().write(bytes);
            }
        } catch (IOException closed) {
            // That is what is awaited; a worker that never does it leaves the test to its timeout.
        }
    }

    static void awaitUntil(BooleanSupplier condition) {
        Awaitility.await().until(condition::getAsBoolean);
    }

    private String heard() {
        return heard.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
