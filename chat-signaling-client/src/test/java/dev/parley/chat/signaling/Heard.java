package dev.parley.chat.signaling;

import dev.parley.chat.PeerId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Writes down what a listener is told. */
final class Heard implements SignalingListener {

    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    volatile List<IceServer> iceServers = List.of();

    @Override
    public void onConnected(List<IceServer> servers) {
        iceServers = servers;
        calls.add("connected");
    }

    @Override
    public void onMessage(PeerId from, MessageType type, byte[] payload) {
        calls.add(type + " " + new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void onInterrupted(SignalingException cause) {
        calls.add("interrupted " + cause.problem());
    }

    @Override
    public void onEnded(SignalingException cause) {
        calls.add("ended " + cause.problem());
    }

    String next() throws InterruptedException {
        String call = calls.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (call == null) {
            throw new AssertionError("the listener was not called");
        }
        return call;
    }

    boolean isQuiet() {
        return calls.isEmpty();
    }
}
