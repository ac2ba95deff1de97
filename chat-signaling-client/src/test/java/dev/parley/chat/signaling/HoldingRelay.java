package dev.parley.chat.signaling;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between a client and a worker. What it holds stays open and silent, as after a change of address. */
final class HoldingRelay implements AutoCloseable {

    private final ServerSocket server;
    private final int targetPort;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    HoldingRelay(int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** From now on nothing goes over the connections that there are; new ones are as they should be. */
    void hold() {
        connections.forEach(connection -> connection.isHeld = true);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Connection connection : connections) {
            connection.client.close();
            connection.worker.close();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            Connection connection = new Connection(client, new Socket(InetAddress.getLoopbackAddress(), targetPort));
            connections.add(connection);
            start("up", () -> connection.pump(connection.client, connection.worker));
            start("down", () -> connection.pump(connection.worker, connection.client));
        }
    }

    private static final class Connection {
        private final Socket client;
        private final Socket worker;
        private volatile boolean isHeld;

        Connection(Socket client, Socket worker) {
            this.client = client;
            this.worker = worker;
        }

        void pump(Socket from, Socket to) throws IOException {
            byte[] buffer = new byte[8192];
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (!isHeld) {
                    out.write(buffer, 0, length);
                }
            }
            if (!isHeld) {
                to.close();
            }
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // One of the two has closed; the other finds out by itself.
                    }
                },
                "relay-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
