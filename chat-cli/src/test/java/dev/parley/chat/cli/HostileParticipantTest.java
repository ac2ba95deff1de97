package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.Invite;
import dev.parley.chat.Participant;
import dev.parley.chat.Room;
import dev.parley.chat.RoomListener;
import dev.parley.chat.RoomManager;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.signaling.OkHttpSignaling;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.Transport;
import dev.parley.chat.transport.WebRtcTransport;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A participant that keeps to the protocol up to some point and then throws rubbish at the host, over a real link. It
 * is Parley itself, with a transport that swaps what is sent; kinds of frames: docs/protocol.md section 6.2.
 */
@Timeout(120)
class HostileParticipantTest {

    private static final Duration TIME = Duration.ofSeconds(30);
    private static final long SEED = 7_011_970;
    private static final long MAX_QUEUED_BYTES = 256 * 1024;
    private static final int MAX_FRAME_BYTES = PeerLink.MAX_FRAME_BYTES;
    private static final int MAX_WHOLE_FRAME_BYTES = 256 * 1024;

    private static final int HELLO = 0x01;
    private static final int JOIN = 0x02;
    private static final int REFUSED = 0x03;
    private static final int CONFIRM = 0x05;
    private static final int APPLICATION = 0x10;
    private static final int PING = 0x20;
    private static final int PONG = 0x21;
    private static final int FRAGMENT = 0x30;
    private static final int BYE = 0x40;

    private static SignalingWorker worker;
    private static Person host;
    private static Person guest;
    private static Room room;

    /** What the hostile participant sends last as it should; the next frame of its own is where it goes wrong. */
    private enum Phase {
        BEFORE_HELLO(HELLO),
        AFTER_HELLO(JOIN),
        INSTEAD_OF_CONFIRM(CONFIRM),
        ADMITTED(APPLICATION);

        private final int swapped;

        Phase(int swapped) {
            this.swapped = swapped;
        }
    }

    private enum Rubbish {
        RANDOM,
        TRUNCATED,
        REPEATED,
        OVERSIZED,
        OUT_OF_PLACE
    }

    @BeforeAll
    static void openARoom() throws Exception {
        worker = SignalingWorker.start(WorkerConfig.builder().build());
        host = new Person("Ada", null);
        room = host.rooms
                .createRoom(RoomOptions.named("Tea"), host)
                .get(TIME.toSeconds(), TimeUnit.SECONDS);
        guest = new Person("Grace", null);
        guest.join(room.invite());
    }

    @AfterAll
    static void close() {
        guest.close();
        host.close();
        worker.close();
    }

    @ParameterizedTest
    @CsvSource({
        "BEFORE_HELLO,       RANDOM",
        "BEFORE_HELLO,       TRUNCATED",
        "BEFORE_HELLO,       REPEATED",
        "BEFORE_HELLO,       OVERSIZED",
        "BEFORE_HELLO,       OUT_OF_PLACE",
        "AFTER_HELLO,        RANDOM",
        "AFTER_HELLO,        TRUNCATED",
        "AFTER_HELLO,        REPEATED",
        "AFTER_HELLO,        OVERSIZED",
        "AFTER_HELLO,        OUT_OF_PLACE",
        "INSTEAD_OF_CONFIRM, RANDOM",
        "INSTEAD_OF_CONFIRM, TRUNCATED",
        "INSTEAD_OF_CONFIRM, REPEATED",
        "INSTEAD_OF_CONFIRM, OVERSIZED",
        "INSTEAD_OF_CONFIRM, OUT_OF_PLACE",
        "ADMITTED,           RANDOM",
        "ADMITTED,           TRUNCATED",
        "ADMITTED,           REPEATED",
        "ADMITTED,           OVERSIZED",
        "ADMITTED,           OUT_OF_PLACE",
    })
    void rubbishClosesOneLinkAndNothingElse(Phase phase, Rubbish rubbish) throws Exception {
        Attack attack = new Attack(phase, rubbish);
        try (Person mallory = new Person("Mallory", attack)) {
            CompletableFuture<Room> unused = mallory.rooms.joinRoom(room.invite(), mallory);
            attack.thrownOut.get(TIME.toSeconds(), TimeUnit.SECONDS);
            assertThat(room.queuedBytes()).isLessThanOrEqualTo(MAX_QUEUED_BYTES);

            String said = phase + " " + rubbish;
            assertThat(host.say(said, guest)).isEqualTo(said);
            assertThat(guest.say("re: " + said, host)).isEqualTo("re: " + said);
        }
        // Real links and timers at the edge: the place of one that was not thrown out for good is kept for a while.
        await().atMost(TIME).untilAsserted(() -> {
            assertThat(room.queuedBytes()).isZero();
            assertThat(names(room)).containsExactlyInAnyOrder("Ada", "Grace");
        });
        assertThat(host.broken).isEmpty();
        assertThat(guest.broken).isEmpty();
        assertThat(room.state()).isEqualTo(ConnectionState.CONNECTED);
    }

    private static Set<String> names(Room room) {
        return room.participants().stream().map(Participant::name).collect(Collectors.toSet());
    }

    /** Someone with everything of their own. */
    private static final class Person implements RoomListener, AutoCloseable {
        final RoomManager rooms;
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final Set<String> broken = ConcurrentHashMap.newKeySet();
        private final Environment environment = Environment.system();
        private final Transport transport = WebRtcTransport.create(environment);
        private final Signaling signaling = OkHttpSignaling.connect(worker.url());
        private final AtomicBoolean leaving = new AtomicBoolean();
        private Room entered;

        Person(String name, Attack attack) {
            rooms = RoomManager.builder(Identity.generate(), signaling)
                    .displayName(name)
                    .environment(environment)
                    .transport(attack == null ? transport : attack.over(transport))
                    .maxQueuedBytes(MAX_QUEUED_BYTES)
                    .build();
        }

        void join(Invite invite) throws Exception {
            entered = rooms.joinRoom(invite, this).get(TIME.toSeconds(), TimeUnit.SECONDS);
        }

        String say(String text, Person to) throws Exception {
            (entered == null ? room : entered).send(text).get(TIME.toSeconds(), TimeUnit.SECONDS);
            return to.heard.poll(TIME.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public void onMessage(Room where, ChatMessage message) {
            if (!message.sender().equals(where.self().id())) {
                heard.add(message.text());
            }
        }

        @Override
        public void onState(Room where, ConnectionState state, java.util.Optional<CloseReason> reason) {
            if (reason.isPresent() && !leaving.get()) {
                broken.add(state + " " + reason.get());
            }
        }

        @Override
        public void close() {
            leaving.set(true);
            rooms.close();
            transport.close();
            signaling.close();
            environment.close();
        }
    }

    /** Swaps one frame of a participant for rubbish, and notices that the host ends the link. */
    private static final class Attack {
        final CompletableFuture<Void> thrownOut = new CompletableFuture<>();
        private final Phase phase;
        private final Rubbish rubbish;
        private final Random random;
        private final AtomicBoolean done = new AtomicBoolean();

        Attack(Phase phase, Rubbish rubbish) {
            this.phase = phase;
            this.rubbish = rubbish;
            this.random = new Random(SEED + 31L * phase.ordinal() + rubbish.ordinal());
        }

        Transport over(Transport real) {
            return new Transport() {
                @Override
                public PeerLink open(LinkRole role, IceConfig ice, Executor owner, PeerLinkListener listener) {
                    return swapping(real.open(role, ice, owner, watching(listener)));
                }

                @Override
                public void close() {
                    real.close();
                }
            };
        }

        private PeerLinkListener watching(PeerLinkListener listener) {
            return new PeerLinkListener() {
                @Override
                public void onSignal(LinkSignal signal) {
                    listener.onSignal(signal);
                }

                @Override
                public void onOpen() {
                    listener.onOpen();
                }

                @Override
                public void onFrame(byte[] frame) {
                    if (done.get() && (frame[0] == BYE || frame[0] == REFUSED)) {
                        thrownOut.complete(null);
                    }
                    listener.onFrame(frame);
                }

                @Override
                public void onClosed(CloseReason reason) {
                    if (done.get() && reason.origin() != CloseReason.Origin.LOCAL) {
                        thrownOut.complete(null);
                    }
                    listener.onClosed(reason);
                }
            };
        }

        private PeerLink swapping(PeerLink link) {
            return new PeerLink() {
                @Override
                public void accept(LinkSignal signal) {
                    link.accept(signal);
                }

                @Override
                public boolean send(byte[] frame) {
                    if (done.get() && frame[0] != BYE) {
                        // It has said what it had to say.
                        return true;
                    }
                    if (frame[0] != phase.swapped || !done.compareAndSet(false, true)) {
                        return link.send(frame);
                    }
                    instead(frame).forEach(link::send);
                    return true;
                }

                @Override
                public long bufferedBytes() {
                    return link.bufferedBytes();
                }

                @Override
                public byte[] channelBinding() {
                    return link.channelBinding();
                }

                @Override
                public void close() {
                    link.close();
                }
            };
        }

        private List<byte[]> instead(byte[] frame) {
            return switch (rubbish) {
                case RANDOM -> random.ints(100, 1, MAX_FRAME_BYTES).mapToObj(this::randomFrame).toList();
                case TRUNCATED -> List.of(Arrays.copyOf(frame, frame.length / 2));
                case REPEATED -> java.util.Collections.nCopies(100, frame);
                case OVERSIZED ->
                    random.ints(MAX_WHOLE_FRAME_BYTES / MAX_FRAME_BYTES + 2, MAX_FRAME_BYTES, MAX_FRAME_BYTES + 1)
                            .mapToObj(length -> of(FRAGMENT, randomFrame(length)))
                            .toList();
                // What would be right at another time.
                case OUT_OF_PLACE -> List.of(of(OUT_OF_PLACE.get(phase), frame));
            };
        }

        private static final Map<Phase, Integer> OUT_OF_PLACE = Map.of(
                Phase.BEFORE_HELLO, APPLICATION,
                Phase.AFTER_HELLO, CONFIRM,
                Phase.INSTEAD_OF_CONFIRM, APPLICATION,
                Phase.ADMITTED, JOIN);

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
