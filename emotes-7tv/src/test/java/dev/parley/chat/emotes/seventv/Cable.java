package dev.parley.chat.emotes.seventv;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Passes bytes between clients and a local port, until it is cut: then all its connections end without a word. */
final class Cable implements AutoCloseable {
    private static final int BUFFER_BYTES = 8_192;

    private final ServerSocket listening;
    private final int target;
    private final List<Socket> sockets = new ArrayList<>();

    Cable(int target) throws IOException {
        this.target = target;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Ends all connections; new ones may come. */
    synchronized void cut() {
        sockets.forEach(Cable::end);
        sockets.clear();
    }

    private void accept() {
        boolean open = true;
        while (open) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                synchronized (this) {
                    sockets.add(client);
                    sockets.add(server);
                }
                start(() -> pass(client, server));
                start(() -> pass(server, client));
            } catch (IOException e) {
                // Closed; or the client left at once.
                open = !listening.isClosed();
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // Cut, or ended by either side: for the other one it is the same.
            end(from);
        } finally {
            end(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
