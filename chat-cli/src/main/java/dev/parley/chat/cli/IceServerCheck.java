package dev.parley.chat.cli;

import dev.parley.chat.CloseReason;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Transport;
import dev.parley.chat.transport.WebRtcTransport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Looks whether a STUN or TURN server does what it is for, from here and now. What is told names no address. */
final class IceServerCheck {

    /** The ports of RFC 7064 and RFC 7065 where none is written. */
    private static final int PORT = 3478;

    private static final short BINDING_REQUEST = 0x0001;
    private static final short BINDING_SUCCESS = 0x0101;
    private static final int MAGIC_COOKIE = 0x2112A442;
    private static final int TRANSACTION_BYTES = 12;
    private static final int HEADER_BYTES = 20;

    /** How long each try waits, doubled as in RFC 8489 section 6.2.1. */
    private static final int[] TRY_MILLIS = {500, 1_000, 2_000};

    private static final int MAX_ANSWER_BYTES = 1_500;
    private static final long RELAY_SECONDS = 15;

    private IceServerCheck() {}

    /** Why a server cannot be looked at; empty where it can. */
    static Optional<String> obstacle(IceServer server, boolean hasNatives) {
        if (isTurn(server)) {
            return hasNatives ? Optional.empty() : Optional.of("needs the native libraries");
        }
        return server.urls().get(0).startsWith("stuns:")
                ? Optional.of("is not asked: links ask STUN servers by UDP only, as stun:")
                : Optional.empty();
    }

    private static boolean isTurn(IceServer server) {
        return server.urls().get(0).startsWith("turn");
    }

    /**
     * Looks at a server, to which there is no obstacle.
     *
     * @return what was found, if all is well
     * @throws CliException if it is not, with what that means
     */
    static String run(IceServer server) throws InterruptedException {
        return isTurn(server) ? relay(server) : binding(server.urls().get(0));
    }

    /** Asks for one's own address as RFC 8489 says. */
    private static String binding(String url) throws InterruptedException {
        InetSocketAddress server = address(url);
        if (server.isUnresolved()) {
            throw new CliException(
                    ExitCode.NO_CONNECTION,
                    "the name of this STUN server is not known here",
                    "check how it is written in ice_servers or --ice-server, and the name service of this network");
        }
        byte[] transaction = new byte[TRANSACTION_BYTES];
        new SecureRandom().nextBytes(transaction);
        byte[] request = ByteBuffer.allocate(HEADER_BYTES)
                .putShort(BINDING_REQUEST)
                .putShort((short) 0)
                .putInt(MAGIC_COOKIE)
                .put(transaction)
                .array();
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            long start = System.nanoTime();
            for (int millis : TRY_MILLIS) {
                socket.send(new DatagramPacket(request, request.length));
                if (isAnswered(socket, transaction, millis)) {
                    return "STUN answers within " + (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + 1)
                            + " ms";
                }
            }
        } catch (PortUnreachableException e) {
            throw silent("nobody listens at this STUN server's port", e);
        } catch (IOException e) {
            throw silent("this STUN server cannot be reached", e);
        }
        throw silent("this STUN server did not answer", null);
    }

    private static CliException silent(String what, @Nullable Throwable cause) {
        return new CliException(
                ExitCode.NO_CONNECTION,
                what + ", so that others beyond this network may not find a way here",
                "check its port, that it runs and that this network lets UDP out; where it does not, a TURN server by TCP or"
                        + " TLS helps",
                cause);
    }

    private static boolean isAnswered(DatagramSocket socket, byte[] transaction, int millis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        DatagramPacket packet = new DatagramPacket(new byte[MAX_ANSWER_BYTES], MAX_ANSWER_BYTES);
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            socket.setSoTimeout((int) left);
            try {
                socket.receive(packet);
            } catch (SocketTimeoutException e) {
                return false;
            }
            // Anything else that comes is no answer.
            if (isSuccess(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()), transaction)) {
                return true;
            }
        }
    }

    private static boolean isSuccess(ByteBuffer answer, byte[] transaction) {
        if (answer.remaining() < HEADER_BYTES
                || answer.getShort() != BINDING_SUCCESS
                || answer.getShort() < 0
                || answer.getInt() != MAGIC_COOKIE) {
            return false;
        }
        byte[] theirs = new byte[TRANSACTION_BYTES];
        answer.get(theirs);
        return Arrays.equals(theirs, transaction);
    }

    private static InetSocketAddress address(String url) {
        String place = url.substring(url.indexOf(':') + 1);
        int colon = place.lastIndexOf(':');
        boolean hasPort = colon > place.lastIndexOf(']') && colon >= 0;
        String host = (hasPort ? place.substring(0, colon) : place).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(host, hasPort ? Integer.parseInt(place.substring(colon + 1)) : PORT);
    }

    /** Lets WebRTC look for addresses by this server alone: what it finds is a relay that the server has given. */
    private static String relay(IceServer server) throws InterruptedException {
        IceConfig ice = IceConfig.builder()
                .policy(IceConfig.Policy.RELAY)
                .server(server)
                .build();
        long start = System.nanoTime();
        try (Environment environment = Environment.system();
                Transport transport = WebRtcTransport.create(environment)) {
            Executor owner = environment.newSerialExecutor("doctor-relay");
            Relayed relayed = new Relayed();
            owner.execute(() -> transport.open(Transport.LinkRole.INITIATOR, ice, owner, relayed));
            relayed.found.get(RELAY_SECONDS, TimeUnit.SECONDS);
            return "TURN accepts the credential and gives a relay within "
                    + (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + 1) + " ms";
        } catch (ExecutionException | TimeoutException e) {
            throw new CliException(
                    ExitCode.NO_CONNECTION,
                    "this TURN server gives no relay, so that there is no way to those who can be reached by one only",
                    "check its host and port, that it runs, and the user name and the credential, which may have ended",
                    e);
        }
    }

    /** Hears of the first address, or that there is none. */
    private static final class Relayed implements PeerLinkListener {
        private final CompletableFuture<Void> found = new CompletableFuture<>();

        @Override
        public void onSignal(LinkSignal signal) {
            if (signal instanceof LinkSignal.Candidate) {
                found.complete(null);
            } else if (signal instanceof LinkSignal.EndOfCandidates) {
                found.completeExceptionally(new IOException("no candidate"));
            }
        }

        @Override
        public void onOpen() {
            // There is nobody at the other end.
        }

        @Override
        public void onFrame(byte[] frame) {
            // Nobody sends one.
        }

        @Override
        public void onClosed(CloseReason reason) {
            found.completeExceptionally(new IOException(reason.code().name()));
        }
    }
}
