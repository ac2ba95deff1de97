package dev.parley.chat.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Bytes to the port of a worker, for what no well-behaved client sends. */
final class RawHttp {
    /** Far above every timeout that the worker is expected to keep; only a hanging test meets it. */
    private static final int READ_TIMEOUT_MILLIS = 30_000;

    private RawHttp() {}

    /** Sends the text and answers everything that comes until the worker closes the connection. */
    static String exchange(URI base, String text) {
        return exchange(base, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String exchange(URI base, byte[] bytes) {
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            try {
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (SocketException reset) {
                return "";
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
