package dev.parley.chat.signaling.conformance;

import dev.parley.chat.signaling.conformance.Fault.Answered;
import dev.parley.chat.signaling.conformance.Fault.Asked;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Stands before a worker and breaks what it says. One connection upstream for each request; the frames of WebSockets
 * pass one by one from the worker, and untouched from the client.
 */
final class BreakingProxy implements AutoCloseable {
    /** A character for each byte, so that what is no text passes as it is. */
    private static final Charset BODY = StandardCharsets.ISO_8859_1;

    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int FINAL = 0x80;

    private final ServerSocket server;
    private volatile int upstreamPort;
    private volatile Fault fault = Fault.NONE;

    BreakingProxy() throws IOException {
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        run(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** To be called before the first request. */
    void leadTo(URI worker) {
        upstreamPort = worker.getPort();
    }

    void breakBy(Fault next) {
        fault = next;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void run(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // A connection that is over.
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "breaking-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            run(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException, InterruptedException {
        Fault broken = fault;
        try (client;
                Socket upstream = new Socket(InetAddress.getLoopbackAddress(), upstreamPort)) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            String[] head = readHead(in);
            if (head[0].isEmpty()) {
                return;
            }
            String[] line = head[0].split(" ", -1);
            Map<String, String> headers = headers(head);
            String body =
                    new String(in.readNBytes(Integer.parseInt(headers.getOrDefault("Content-Length", "0"))), BODY);
            Asked asked = broken.ask(new Asked(line[0], line[1], headers, body));
            boolean upgrade = headers.containsKey("Upgrade") && headers.containsKey("Sec-WebSocket-Key");
            send(upstream.getOutputStream(), asked, upgrade);
            DataInputStream from = new DataInputStream(upstream.getInputStream());
            String[] answerHead = readHead(from);
            if (answerHead[0].isEmpty()) {
                return;
            }
            int status = Integer.parseInt(answerHead[0].split(" ", -1)[1]);
            if (status == 101) {
                tunnel(client, in, upstream, from, answerHead, broken);
                return;
            }
            // As a reverse proxy does: what the worker says of its own address is made that of the proxy.
            String here = url().toString();
            String there = "http://127.0.0.1:" + upstreamPort;
            Map<String, String> answerHeaders = headers(answerHead);
            answerHeaders.replaceAll((name, value) -> value.replace(there, here));
            // A handshake that is refused leaves the connection open.
            String length = answerHeaders.get("Content-Length");
            byte[] answerBody = length == null ? from.readAllBytes() : from.readNBytes(Integer.parseInt(length));
            if (answerHeaders.getOrDefault("Transfer-Encoding", "").equalsIgnoreCase("chunked")) {
                answerBody = unchunk(answerBody);
            }
            Answered answered = broken.answer(
                    asked, new Answered(status, answerHeaders, new String(answerBody, BODY).replace(there, here)));
            send(client.getOutputStream(), answered);
        }
    }

    private static String[] readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int state = 0;
        while (state < 4) {
            int next = in.read();
            if (next < 0) {
                return new String[] {""};
            }
            head.write(next);
            state = next == "\r\n\r\n".charAt(state) ? state + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1).split("\r\n", 0);
    }

    private static Map<String, String> headers(String[] head) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            headers.merge(
                    head[i].substring(0, colon),
                    head[i].substring(colon + 1).strip(),
                    (one, other) -> one + "\n" + other);
        }
        return headers;
    }

    private static byte[] unchunk(byte[] chunked) throws IOException {
        DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(chunked));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            StringBuilder size = new StringBuilder();
            for (int next = in.read(); next != '\r' && next >= 0; next = in.read()) {
                size.append((char) next);
            }
            in.read();
            int length = Integer.parseInt(size.toString(), 16);
            if (length == 0) {
                return body.toByteArray();
            }
            body.write(in.readNBytes(length));
            in.readNBytes(2);
        }
    }

    private static void send(OutputStream out, Asked asked, boolean upgrade) throws IOException {
        byte[] body = asked.body().getBytes(BODY);
        StringBuilder head = new StringBuilder(asked.method() + " " + asked.target() + " HTTP/1.1\r\n");
        asked.headers().forEach((name, value) -> {
            boolean own = name.equalsIgnoreCase("Content-Length")
                    || (!upgrade
                            && (name.equalsIgnoreCase("Connection")
                                    || name.equalsIgnoreCase("Upgrade")
                                    || name.equalsIgnoreCase("HTTP2-Settings")));
            if (!own) {
                append(head, name, value);
            }
        });
        if (!upgrade) {
            head.append("Connection: close\r\nContent-Length: ")
                    .append(body.length)
                    .append("\r\n");
        }
        write(out, head, body);
    }

    private static void send(OutputStream out, Answered answered) throws IOException {
        byte[] body = answered.body().getBytes(BODY);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + answered.status() + " x\r\nConnection: close\r\n");
        answered.headers().forEach((name, value) -> {
            if (!name.equalsIgnoreCase("Connection")
                    && !name.equalsIgnoreCase("Content-Length")
                    && !name.equalsIgnoreCase("Transfer-Encoding")) {
                append(head, name, value);
            }
        });
        if (answered.status() != 204) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        write(out, head, body);
    }

    /** A header that came several times stands there with its values on a line each, and goes on so. */
    private static void append(StringBuilder head, String name, String value) {
        for (String one : value.split("\n", -1)) {
            head.append(name).append(": ").append(one).append("\r\n");
        }
    }

    private static void write(OutputStream out, StringBuilder head, byte[] body) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        all.write(body);
        out.write(all.toByteArray());
        out.flush();
    }

    private static void tunnel(
            Socket client, InputStream fromClient, Socket upstream, DataInputStream in, String[] head, Fault broken)
            throws IOException {
        OutputStream out = client.getOutputStream();
        write(out, new StringBuilder(String.join("\r\n", head) + "\r\n"), new byte[0]);
        OutputStream toWorker = upstream.getOutputStream();
        run(() -> {
            fromClient.transferTo(toWorker);
            upstream.shutdownOutput();
        });
        try {
            while (true) {
                pass(in, out, broken);
            }
        } catch (EOFException e) {
            // The worker has closed.
        }
    }

    /** One frame of the worker, which is never masked (RFC 6455 section 5.1). */
    private static void pass(DataInputStream in, OutputStream out, Fault broken) throws IOException {
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = (int) in.readLong();
        }
        byte[] payload = in.readNBytes(length);
        int opcode = first & 0x0f;
        if (opcode == TEXT && (first & FINAL) != 0) {
            for (String text : broken.push(new String(payload, StandardCharsets.UTF_8))) {
                frame(out, first, text.getBytes(StandardCharsets.UTF_8));
            }
        } else if (opcode == CLOSE && length >= 2) {
            ByteBuffer close = ByteBuffer.wrap(payload);
            close.putShort(0, (short) broken.close(close.getShort(0) & 0xffff));
            frame(out, first, payload);
        } else {
            frame(out, first, payload);
        }
    }

    private static void frame(OutputStream out, int first, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(payload.length);
        } else if (payload.length < 65_536) {
            frame.write(126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(127);
            frame.write(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.write(payload);
        out.write(frame.toByteArray());
        out.flush();
    }
}
