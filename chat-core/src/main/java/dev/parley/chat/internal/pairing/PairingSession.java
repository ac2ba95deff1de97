package dev.parley.chat.internal.pairing;

import dev.parley.chat.PairingCode;
import dev.parley.chat.PairingOffer;
import dev.parley.chat.PairingOffer.Outcome;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.SignalingException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.pairing.PairingCodes.Services;
import dev.parley.chat.internal.pairing.PairingHost.Phase;
import dev.parley.chat.internal.protocol.Descriptor;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives one code out: announces a pairing room under an identity of its own, which has nothing to do with the real room
 * or its host, joins its mailbox, opens a short number for it, and drives one {@link PairingHost}.
 *
 * <pre>
 *   announce ──► join the mailbox ──► open the number ──► offered ──► outcome: number closed, room withdrawn
 * </pre>
 */
final class PairingSession {

    /** How long a code is good for, at most. */
    static final Duration LIFETIME = Duration.ofMinutes(10);

    /** How long a guest may take from the first message to the last. */
    static final Duration RUN = Duration.ofSeconds(30);

    /** What was sent last waits in the guest's mailbox, which ends with the room: the guest gets a while to read it. */
    private static final Duration READING = Duration.ofSeconds(10);

    private final Services services;
    private final Supplier<String> invite;
    private final Executor loop;
    private final Identity identity = Identity.generate();
    private final byte[] nonce;
    private final RoomId room;
    private final CompletableFuture<PairingOffer> offered = new CompletableFuture<>();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    // Below: touched by tasks of the loop only.
    private @Nullable SignalingSession session;
    private @Nullable PairingHost host;
    private @Nullable Nameplate nameplate;
    private boolean isOpening;
    private boolean isOver;
    private Environment.@Nullable Cancellable timer;

    PairingSession(Services services, Supplier<String> invite) {
        this.services = services;
        this.invite = invite;
        this.loop = services.environment().newSerialExecutor("pairing");
        this.nonce = random(Descriptor.NONCE_BYTES);
        this.room = Descriptor.roomId(identity.card().ed25519PublicKey(), nonce);
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        services.environment().fillRandom(bytes);
        return bytes;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    CompletableFuture<PairingOffer> start() {
        var descriptor = Descriptor.sign(
                identity,
                RoomOptions.builder("pairing").capacity(2).build(),
                RoomSecret.of(random(RoomSecret.BYTES)),
                nonce,
                random(Descriptor.SEAL_NONCE_BYTES),
                Instant.ofEpochMilli(services.environment().epochMillis()));
        services.signaling()
                .announce(room, descriptor)
                .whenComplete((done, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        fail(failure);
                    } else if (!isOver) {
                        join();
                    }
                }));
        return offered;
    }

    private void join() {
        session = services.signaling().join(room, identity.peerId(), loop, new SignalingListener() {
            @Override
            public void onConnected(List<IceServer> iceServers) {
                if (!isOpening) {
                    isOpening = true;
                    openNameplate();
                }
            }

            @Override
            public void onMessage(PeerId from, MessageType type, byte[] payload) {
                receive(from, payload);
            }

            @Override
            public void onInterrupted(SignalingException cause) {
                if (nameplate == null) {
                    fail(cause);
                }
            }

            @Override
            public void onEnded(SignalingException cause) {
                session = null;
                fail(cause);
            }
        });
    }

    private void openNameplate() {
        services.signaling()
                .openNameplate(room)
                .whenComplete((opened, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        fail(failure);
                    } else if (isOver) {
                        CompletionStage<Void> unused = services.signaling().closeNameplate(opened.number());
                    } else {
                        offer(opened);
                    }
                }));
    }

    private void offer(Nameplate opened) {
        nameplate = opened;
        PairingCode code = PairingCode.of(opened.number(), random(2 * PairingCode.WORDS));
        host = new PairingHost(room, identity.peerId(), code.display(), invite);
        Duration lifetime = opened.validFor().compareTo(LIFETIME) < 0 ? opened.validFor() : LIFETIME;
        Instant expires =
                Instant.ofEpochMilli(services.environment().epochMillis()).plus(lifetime);
        endAfter(lifetime, Outcome.EXPIRED);
        services.listenerExecutor().execute(() -> offered.complete(new Offer(code, expires)));
    }

    private void endAfter(Duration duration, Outcome what) {
        if (timer != null) {
            timer.cancel();
        }
        timer = services.environment().schedule(duration, () -> loop.execute(() -> end(what)));
    }

    private void receive(PeerId from, byte[] payload) {
        PairingHost running = host;
        SignalingSession current = session;
        if (running == null || current == null || isOver) {
            return;
        }
        Phase before = running.phase();
        byte[] answer = running.onMessage(from, payload);
        if (answer != null) {
            CompletionStage<Void> unused = current.send(from, MessageType.ENVELOPE, answer);
        }
        if (before == running.phase()) {
            return;
        }
        switch (running.phase()) {
            case RUNNING -> endAfter(RUN, Outcome.BURNT);
            case USED -> end(Outcome.USED);
            case BURNT -> end(Outcome.BURNT);
            case WAITING -> throw new IllegalStateException("a run does not begin again");
        }
    }

    void cancel() {
        loop.execute(() -> end(Outcome.CANCELLED));
    }

    /** Completes what waits, when no task of the loop will do so any more. */
    void abandon() {
        offered.completeExceptionally(PairingCodes.roomClosed());
        outcome.complete(Outcome.CANCELLED);
    }

    private void fail(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        services.listenerExecutor().execute(() -> offered.completeExceptionally(cause));
        end(Outcome.CANCELLED);
    }

    private void end(Outcome what) {
        if (isOver) {
            return;
        }
        isOver = true;
        if (timer != null) {
            timer.cancel();
        }
        // In most cases it has completed long since.
        services.listenerExecutor().execute(() -> offered.completeExceptionally(PairingCodes.roomClosed()));
        Nameplate opened = nameplate;
        if (opened != null) {
            CompletionStage<Void> unused = services.signaling().closeNameplate(opened.number());
        }
        SignalingSession current = session;
        boolean isAnswered = what == Outcome.USED || what == Outcome.BURNT;
        Environment.Cancellable unused = services.environment()
                .schedule(isAnswered ? READING : Duration.ZERO, () -> loop.execute(() -> leave(current)));
        services.listenerExecutor().execute(() -> outcome.complete(what));
    }

    private void leave(@Nullable SignalingSession current) {
        CompletionStage<Void> left = current == null ? CompletableFuture.completedFuture(null) : current.leave();
        CompletionStage<Void> unused =
                left.thenCompose(done -> services.signaling().withdraw(room));
    }

    private final class Offer implements PairingOffer {

        private final PairingCode code;
        private final Instant expires;

        Offer(PairingCode code, Instant expires) {
            this.code = code;
            this.expires = expires;
        }

        @Override
        public PairingCode code() {
            return code;
        }

        @Override
        public Instant expires() {
            return expires;
        }

        @Override
        public CompletableFuture<Outcome> outcome() {
            return outcome.copy();
        }

        @Override
        public void cancel() {
            PairingSession.this.cancel();
        }
    }
}
