package dev.parley.chat.internal.pairing;

import dev.parley.chat.PairingCode;
import dev.parley.chat.PairingException;
import dev.parley.chat.PairingException.Reason;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.protocol.Descriptor;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Turns one code into an invite link: finds the pairing room, joins its mailbox, and drives one {@link PairingGuest}.
 */
public final class PairingRedemption {

    private final Environment environment;
    private final Signaling signaling;
    private final PairingCode code;
    private final Executor loop;
    private final Identity identity = Identity.generate();
    private final CompletableFuture<String> link = new CompletableFuture<>();

    // Below: touched by tasks of the loop only.
    private @Nullable SignalingSession session;
    private @Nullable PairingGuest guest;
    private Environment.@Nullable Cancellable timer;

    private PairingRedemption(Environment environment, Signaling signaling, PairingCode code) {
        this.environment = environment;
        this.signaling = signaling;
        this.code = code;
        this.loop = environment.newSerialExecutor("pairing");
    }

    /**
     * Begins.
     *
     * @param environment time and threads
     * @param signaling the worker at which the code was made
     * @param code the code
     * @return completes with the link; fails with {@link PairingException} or {@link SignalingException}
     */
    public static CompletableFuture<String> start(Environment environment, Signaling signaling, PairingCode code) {
        PairingRedemption redemption = new PairingRedemption(environment, signaling, code);
        signaling
                .findNameplate(code.number())
                .thenCompose(signaling::find)
                .whenComplete((entry, failure) -> redemption.loop.execute(() -> {
                    if (failure != null) {
                        redemption.fail(notFound(failure));
                    } else {
                        redemption.begin(entry);
                    }
                }));
        return redemption.link;
    }

    private static Throwable notFound(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof SignalingException signaling && signaling.problem() == Problem.ROOM_NOT_FOUND
                ? unknown()
                : cause;
    }

    private static PairingException unknown() {
        return new PairingException(
                Reason.UNKNOWN_CODE, "there is no such code, or no longer; ask for a new one", null);
    }

    private void begin(RoomEntry entry) {
        RoomId room = entry.room();
        PeerId host;
        try {
            host = Descriptor.hostOf(entry.descriptor(), room).peerId();
        } catch (MalformedException e) {
            fail(new SignalingException(Problem.PROTOCOL, "the worker served a room that is not signed by its host"));
            return;
        }
        guest = new PairingGuest(room, host, identity.peerId(), code.display());
        timer = environment.schedule(
                PairingSession.RUN,
                () -> loop.execute(() -> fail(new PairingException(
                        Reason.NO_ANSWER, "who gave the code out does not answer; is it still there?", null))));
        session = signaling.join(room, identity.peerId(), loop, new SignalingListener() {
            private boolean isBegun;

            @Override
            public void onConnected(List<IceServer> iceServers) {
                if (!isBegun) {
                    isBegun = true;
                    send(host, guest == null ? null : guest.hello());
                }
            }

            @Override
            public void onMessage(PeerId from, MessageType type, byte[] payload) {
                if (from.equals(host)) {
                    receive(host, payload);
                }
            }

            @Override
            public void onInterrupted(SignalingException cause) {
                // It tries again by itself until the time is over.
            }

            @Override
            public void onEnded(SignalingException cause) {
                session = null;
                // Another is trying the code, or it is void already.
                boolean isGone = cause.problem() == Problem.ROOM_NOT_FOUND || cause.problem() == Problem.ROOM_FULL;
                fail(isGone ? unknown() : cause);
            }
        });
    }

    private void send(PeerId host, byte @Nullable [] message) {
        SignalingSession current = session;
        if (message != null && current != null) {
            CompletionStage<Void> unused = current.send(host, MessageType.ENVELOPE, message);
        }
    }

    private void receive(PeerId host, byte[] payload) {
        PairingGuest running = guest;
        if (running == null || link.isDone()) {
            return;
        }
        send(host, running.onMessage(payload));
        String invite = running.invite();
        if (invite != null) {
            end();
            link.complete(invite);
        } else if (running.isFailed()) {
            fail(new PairingException(
                    Reason.WRONG_CODE, "the code is not the one that was given out; ask for a new one", null));
        }
    }

    private void fail(Throwable cause) {
        end();
        link.completeExceptionally(cause);
    }

    private void end() {
        if (timer != null) {
            timer.cancel();
        }
        SignalingSession current = session;
        session = null;
        if (current != null) {
            CompletionStage<Void> unused = current.leave();
        }
    }
}
