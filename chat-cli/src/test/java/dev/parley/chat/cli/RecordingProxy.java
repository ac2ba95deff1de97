package dev.parley.chat.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Stands between clients and a worker, hands every byte on and keeps it. */
final class RecordingProxy implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final String END_OF_HEAD = "\r\n\r\n";

    private final ServerSocket server;
    private final AtomicReference<@Nullable InetSocketAddress> target = new AtomicReference<>();
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    /** Both directions of one connection. */
    private record Connection(ByteArrayOutputStream toWorker, ByteArrayOutputStream toClient) {}

    RecordingProxy() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon("accept", this::accept);
    }

    /** Where clients connect. */
    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** Says where the worker is; to be called before the first client comes. */
    void forwardTo(int port) {
        target.set(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket worker = new Socket();
                worker.connect(target.get());
                Connection connection = new Connection(new ByteArrayOutputStream(), new ByteArrayOutputStream());
                connections.add(connection);
                daemon("up", () -> pump(client, worker, connection.toWorker()));
                daemon("down", () -> pump(worker, client, connection.toClient()));
            }
        } catch (SocketException e) {
            // Closed: the end of the test, or of the worker, whose clients then fail by themselves.
        } catch (IOException e) {
            throw new IllegalStateException("the proxy failed", e);
        }
    }

    private static void pump(Socket from, Socket to, ByteArrayOutputStream record) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                // Kept first: what has been acted upon has been recorded.
                record.write(buffer, 0, count);
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException e) {
            // One side is gone; closing both tells the other.
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, "recording-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Everything so far: each direction of each connection as it went over the wire, one character a byte. */
    List<String> streams() {
        List<String> streams = new ArrayList<>();
        for (Connection connection : connections) {
            streams.add(connection.toWorker().toString(StandardCharsets.ISO_8859_1));
            streams.add(connection.toClient().toString(StandardCharsets.ISO_8859_1));
        }
        return streams;
    }

    /** The messages of all WebSockets to the worker, unmasked and inflated. */
    List<String> webSocketMessagesToWorker() {
        return connections.stream()
                .flatMap(connection -> webSocketMessages(connection, connection.toWorker()).stream())
                .toList();
    }

    /** The messages of all WebSockets to clients, inflated. */
    List<String> webSocketMessagesToClients() {
        return connections.stream()
                .flatMap(connection -> webSocketMessages(connection, connection.toClient()).stream())
                .toList();
    }

    private static List<String> webSocketMessages(Connection connection, ByteArrayOutputStream direction) {
        String answer = connection.toClient().toString(StandardCharsets.ISO_8859_1);
        int upgrade = answer.indexOf("HTTP/1.1 101");
        if (upgrade < 0) {
            return List.of();
        }
        byte[] bytes = direction.toByteArray();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int head = direction == connection.toClient()
                ? upgrade
                : text.toLowerCase(Locale.ROOT).indexOf("upgrade: websocket");
        int start = text.indexOf(END_OF_HEAD, head) + END_OF_HEAD.length();
        return messages(ByteBuffer.wrap(bytes, start, bytes.length - start));
    }

    /** Takes WebSocket frames apart (RFC 6455 section 5.2), and undoes permessage-deflate (RFC 7692) where used. */
    private static List<String> messages(ByteBuffer bytes) {
        List<String> messages = new ArrayList<>();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        boolean isCompressed = false;
        Inflater inflater = new Inflater(true);
        try {
            while (bytes.remaining() >= 2) {
                int first = bytes.get() & 0xff;
                int second = bytes.get() & 0xff;
                long length = second & 0x7f;
                int extended = length == 126 ? Short.BYTES : length == 127 ? Long.BYTES : 0;
                boolean isMasked = (second & 0x80) != 0;
                if (bytes.remaining() < extended + (isMasked ? Integer.BYTES : 0)) {
                    break;
                }
                if (extended > 0) {
                    length = extended == Short.BYTES ? bytes.getShort() & 0xffff : bytes.getLong();
                }
                byte[] mask = new byte[Integer.BYTES];
                if (isMasked) {
                    bytes.get(mask);
                }
                // The last frame may be on its way still.
                byte[] payload = new byte[(int) Math.min(length, bytes.remaining())];
                bytes.get(payload);
                for (int i = 0; i < payload.length; i++) {
                    payload[i] ^= mask[i % mask.length];
                }
                int opcode = first & 0x0f;
                if (opcode >= 8) {
                    messages.add(new String(payload, StandardCharsets.ISO_8859_1));
                    continue;
                }
                if (opcode != 0) {
                    isCompressed = (first & 0x40) != 0;
                }
                message.writeBytes(payload);
                if ((first & 0x80) != 0) {
                    byte[] whole = message.toByteArray();
                    messages.add(
                            new String(isCompressed ? inflate(inflater, whole) : whole, StandardCharsets.ISO_8859_1));
                    message.reset();
                }
            }
        } finally {
            inflater.end();
        }
        return messages;
    }

    private static byte[] inflate(Inflater inflater, byte[] message) {
        ByteBuffer whole =
                ByteBuffer.allocate(message.length + 4).put(message).put(new byte[] {0, 0, (byte) 0xff, (byte) 0xff});
        inflater.setInput(whole.array());
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (int count = inflater.inflate(buffer); count > 0; count = inflater.inflate(buffer)) {
                plain.write(buffer, 0, count);
            }
        } catch (DataFormatException e) {
            throw new IllegalStateException("a compressed message does not inflate", e);
        }
        if (inflater.finished()) {
            inflater.reset();
        }
        return plain.toByteArray();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
