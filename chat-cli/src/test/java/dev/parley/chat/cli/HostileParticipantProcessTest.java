package dev.parley.chat.cli;

import static dev.parley.chat.cli.HostilePeer.APPLICATION;
import static dev.parley.chat.cli.HostilePeer.BYE;
import static dev.parley.chat.cli.HostilePeer.CONFIRM;
import static dev.parley.chat.cli.HostilePeer.FRAGMENT;
import static dev.parley.chat.cli.HostilePeer.HELLO;
import static dev.parley.chat.cli.HostilePeer.JOIN;
import static dev.parley.chat.cli.HostilePeer.PING;
import static dev.parley.chat.cli.HostilePeer.PONG;
import static dev.parley.chat.cli.HostilePeer.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason;
import dev.parley.chat.Invite;
import dev.parley.chat.Room;
import dev.parley.chat.RoomListener;
import dev.parley.chat.cli.HostilePeer.BentLink;
import dev.parley.chat.cli.HostilePeer.LinkBender;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import java.net.URI;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * A participant that keeps to the protocol up to some point and then throws rubbish at the host, over a real link: a
 * {@link HostilePeer} whose links swap what is sent.
 */
class HostileParticipantProcessTest extends ProcessTest {

    private static final long SEED = 7_011_970;
    private static final int MAX_FRAME_BYTES = PeerLink.MAX_FRAME_BYTES;
    private static final int MAX_WHOLE_FRAME_BYTES = 256 * 1024;

    /** What the hostile participant sends last as it should; the next frame of its own is where it goes wrong. */
    private enum Phase {
        BEFORE_HELLO(HELLO, APPLICATION),
        AFTER_HELLO(JOIN, CONFIRM),
        INSTEAD_OF_CONFIRM(CONFIRM, APPLICATION),
        ADMITTED(APPLICATION, JOIN);

        private final int swapped;
        private final int outOfPlace;

        Phase(int swapped, int outOfPlace) {
            this.swapped = swapped;
            this.outOfPlace = outOfPlace;
        }
    }

    private enum Rubbish {
        RANDOM,
        TRUNCATED,
        REPEATED,
        OVERSIZED,
        OUT_OF_PLACE
    }

    @Test
    void rubbishClosesTheSendersLinkAndNothingElse() throws Exception {
        String worker = worker();
        ChildProcess host = create(worker);
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        host.await("the guest", TIME, presence("Grace", "ONLINE"));

        for (Phase phase : Phase.values()) {
            for (Rubbish rubbish : Rubbish.values()) {
                String attempt = phase + " " + rubbish;
                Attack attack = new Attack(phase, rubbish);
                try (HostilePeer mallory = new HostilePeer(URI.create(worker), attack)) {
                    CompletableFuture<Room> unused = mallory.rooms().joinRoom(Invite.parse(invite), RoomListener.NONE);
                    attack.thrownOut.get(TIME.toSeconds(), TimeUnit.SECONDS);
                    talk(host, guest, attempt);
                    talk(guest, host, "re: " + attempt);
                }
                host.command(command("participants").put("ref", attempt));
                assertThat(host.await(
                                        "who is there",
                                        TIME,
                                        event -> event.path("ref").asText().equals(attempt))
                                .path("participants"))
                        .as(attempt)
                        .hasSize(2);
            }
        }
        for (ChildProcess process : List.of(host, guest)) {
            assertThat(process.events()).noneMatch(is("error")).noneMatch(state("RECONNECTING"));
        }
    }

    /** Swaps one frame of a participant for rubbish, and notices that the host ends the link. */
    private static final class Attack implements LinkBender {
        final CompletableFuture<Void> thrownOut = new CompletableFuture<>();
        private final Phase phase;
        private final Rubbish rubbish;
        private final Random random;
        private final AtomicBoolean done = new AtomicBoolean();

        Attack(Phase phase, Rubbish rubbish) {
            this.phase = phase;
            this.rubbish = rubbish;
            this.random = new Random(SEED);
        }

        @Override
        public BentLink bend(PeerLinkListener room, Environment environment, Executor owner) {
            return new BentLink(room) {
                @Override
                public void onFrame(byte[] frame) {
                    if (done.get() && (frame[0] == BYE || frame[0] == REFUSED)) {
                        thrownOut.complete(null);
                    }
                    super.onFrame(frame);
                }

                @Override
                public void onClosed(CloseReason reason) {
                    if (done.get() && reason.origin() != CloseReason.Origin.LOCAL) {
                        thrownOut.complete(null);
                    }
                    super.onClosed(reason);
                }

                @Override
                public boolean send(byte[] frame) {
                    if (done.get() && frame[0] != BYE) {
                        // It has said what it had to say.
                        return true;
                    }
                    if (frame[0] != phase.swapped || !done.compareAndSet(false, true)) {
                        return super.send(frame);
                    }
                    instead(frame).forEach(super::send);
                    return true;
                }
            };
        }

        private List<byte[]> instead(byte[] frame) {
            return switch (rubbish) {
                case RANDOM ->
                    random.ints(100, 1, MAX_FRAME_BYTES)
                            .mapToObj(this::randomFrame)
                            .toList();
                case TRUNCATED -> List.of(Arrays.copyOf(frame, frame.length / 2));
                case REPEATED -> Collections.nCopies(100, frame);
                case OVERSIZED ->
                    random.ints(MAX_WHOLE_FRAME_BYTES / MAX_FRAME_BYTES + 2, MAX_FRAME_BYTES, MAX_FRAME_BYTES + 1)
                            .mapToObj(length -> of(FRAGMENT, randomFrame(length)))
                            .toList();
                // What would be right at another time.
                case OUT_OF_PLACE -> List.of(of(phase.outOfPlace, frame));
            };
        }

        private static byte[] of(int kind, byte[] frame) {
            byte[] other = frame.clone();
            other[0] = (byte) kind;
            return other;
        }

        /** Any first byte but those that the host has to take: an empty threat would prove nothing. */
        private byte[] randomFrame(int length) {
            byte[] frame = new byte[length];
            do {
                random.nextBytes(frame);
            } while (frame[0] == PING || frame[0] == PONG || frame[0] == BYE);
            return frame;
        }
    }
}
