package dev.parley.chat.cli;

import static dev.parley.chat.cli.HostilePeer.ADMITTED;
import static dev.parley.chat.cli.HostilePeer.APPLICATION;
import static dev.parley.chat.cli.HostilePeer.CONFIRM;
import static dev.parley.chat.cli.HostilePeer.FRAGMENT;
import static dev.parley.chat.cli.HostilePeer.HELLO;
import static dev.parley.chat.cli.HostilePeer.PING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.CloseReason;
import dev.parley.chat.Invite;
import dev.parley.chat.Room;
import dev.parley.chat.RoomListener;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.HostilePeer.BentLink;
import dev.parley.chat.cli.HostilePeer.LinkBender;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.PeerLinkListener;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/**
 * A process with a heap of 64 MiB under a flood of frames, over real links. It ends at once if its heap does not
 * suffice; so that it lives is the proof that what a stranger or a member can make it hold is bounded. Counts decide,
 * not times; the rate that was reached is reported.
 */
class SmallHeapProcessTest extends ProcessTest {

    private static final List<String> SMALL_HEAP = List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError");

    private static final int STRANGERS = 4;
    private static final int PINGS_OF_A_STRANGER = 2_700;
    private static final int PINGS_OF_A_MEMBER = 9_000;
    private static final int PINGS_OF_A_HOST = 10_000;

    /** Fewer than a link may bring before it is closed: docs/protocol.md section 8. */
    private static final int GONE_MESSAGES = 1_000;

    /** As far as a member may jump in its generations: docs/protocol.md section 8. */
    private static final int GENERATIONS = 1_000;

    /** All of them together are less than what a host lets wait for one participant. */
    private static final int LARGE_MESSAGES = 150;

    private static final int LARGE_TEXT_CHARS = 12_000;

    /** Where the epoch stands in an APPLICATION frame: kind, version, wire format, group id with its length. */
    private static final int EPOCH_AT = 1 + 2 + 2 + 1 + 20;

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void aHostOutlivesStrangersAndAMemberThatFloodIt(TestReporter reporter) throws Exception {
        String worker = worker();
        ChildProcess host =
                startIn(home("host"), "host", SMALL_HEAP, "create", "Tea", "--signaling", worker, "--name", "Ada");
        String invite = invite(host);
        ChildProcess guest = join("Grace", invite);
        host.await("the guest", TIME, presence("Grace", "ONLINE"));

        int talks = 0;
        int frames = 0;
        long nanos = 0;
        for (int i = 0; i < STRANGERS; i++) {
            Flood flood = new Flood(Trigger.OPEN, Flood.ofAStranger());
            try (HostilePeer mallory = new HostilePeer(URI.create(worker), flood)) {
                CompletableFuture<Room> unused = mallory.rooms().joinRoom(Invite.parse(invite), RoomListener.NONE);
                talks += talkUntil(flood.ended, guest, host, "stranger " + i);
            }
            frames += flood.sent.get();
            nanos += flood.nanos();
        }
        report(reporter, "strangers", frames, nanos);

        Flood flood = new Flood(Trigger.ADMITTED, Flood.ofAMember());
        try (HostilePeer mallory = new HostilePeer(URI.create(worker), flood)) {
            Room room = mallory.rooms()
                    .joinRoom(Invite.parse(invite), RoomListener.NONE)
                    .get(TIME.toSeconds(), TimeUnit.SECONDS);
            talks += talkUntil(flood.done, guest, host, "member");
            report(reporter, "member", flood.sent.get(), flood.nanos());
            sayAll(room, LARGE_MESSAGES, "x".repeat(LARGE_TEXT_CHARS));
            host.awaitCount("the large messages", TIME, LARGE_MESSAGES, large());
            flood.jump();
            sayAll(room, GENERATIONS, "dropped");
            room.send("after the jump").get(TIME.toSeconds(), TimeUnit.SECONDS);
            host.await("the message after the jump", TIME, message("after the jump"));
            talks += talkUntil(CompletableFuture.completedFuture(null), guest, host, "large");
            frames += flood.sent.get() + LARGE_MESSAGES;
        }

        assertThat(frames).isGreaterThan(20_000);
        assertThat(talks).isGreaterThan(STRANGERS);
        ChildProcess newcomer = join("Alan", invite);
        talk(newcomer, host, "what was that noise?");
        talk(host, guest, "nothing");
        for (ChildProcess process : List.of(host, guest)) {
            assertThat(process.process().isAlive()).isTrue();
            assertThat(process.events()).noneMatch(is("error")).noneMatch(state("RECONNECTING"));
        }
    }

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void aParticipantOutlivesAHostThatFloodsIt(TestReporter reporter) throws Exception {
        String worker = worker();
        Flood flood = new Flood(Trigger.CONFIRM, Flood.ofAHost());
        try (HostilePeer mallory = new HostilePeer(URI.create(worker), flood)) {
            Room room = mallory.rooms()
                    .createRoom(RoomOptions.named("Trap"), RoomListener.NONE)
                    .get(TIME.toSeconds(), TimeUnit.SECONDS);
            ChildProcess guest = startIn(
                    home("Grace"), "Grace", SMALL_HEAP, "join", room.invite().link(), "--name", "Grace");
            guest.await("connected", TIME, state("CONNECTED"));
            flood.done.get(TIME.toSeconds(), TimeUnit.SECONDS);
            report(reporter, "host", flood.sent.get(), flood.nanos());
            sayAll(room, LARGE_MESSAGES, "x".repeat(LARGE_TEXT_CHARS));
            room.send("that was all").get(TIME.toSeconds(), TimeUnit.SECONDS);
            guest.await("the last message", TIME, message("that was all"));
            assertThat(flood.sent.get()).isGreaterThan(PINGS_OF_A_HOST);
            assertThat(guest.process().isAlive()).isTrue();
            assertThat(guest.events()).noneMatch(is("error")).noneMatch(state("RECONNECTING"));
        }
    }

    private Path home(String name) {
        return folder.resolve(name);
    }

    /** Says something many times, and waits until the room has taken the last one. */
    private static void sayAll(Room room, int times, String text) throws Exception {
        CompletableFuture<?> last = CompletableFuture.completedFuture(null);
        for (int i = 0; i < times; i++) {
            last = room.send(text);
        }
        last.get(TIME.toSeconds(), TimeUnit.SECONDS);
    }

    private static Predicate<JsonNode> large() {
        return is("message").and(event -> event.path("text").asText().length() == LARGE_TEXT_CHARS);
    }

    /** Chats at least once, and until something is done; every message has to arrive. */
    private static int talkUntil(CompletableFuture<?> done, ChildProcess from, ChildProcess to, String about)
            throws Exception {
        long deadline = System.nanoTime() + TIME.toNanos();
        int talks = 0;
        do {
            talk(from, to, about + ", word " + talks++);
            assertThat(System.nanoTime()).as("the flood ends in time").isLessThan(deadline);
        } while (!done.isDone());
        return talks;
    }

    private static void report(TestReporter reporter, String who, int frames, long nanos) {
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
        reporter.publishEntry(who, frames + " frames in " + millis + " ms, " + 1_000L * frames / millis + " a second");
    }

    /** After what the flood begins. */
    private enum Trigger {
        /** The link is open; the room of this side is not told. */
        OPEN,
        /** The host has let this side in. */
        ADMITTED,
        /** The other side has come in; once it has had its answer. */
        CONFIRM
    }

    /** Sends hostile frames over one link, a few at a time, from the tasks of the link's owner. */
    private static final class Flood implements LinkBender {
        private static final Duration PAUSE = Duration.ofMillis(5);
        private static final int FRAMES_IN_A_ROW = 50;
        private static final long MAX_BUFFERED_BYTES = 256 * 1024;

        final AtomicInteger sent = new AtomicInteger();

        /** All was sent. */
        final CompletableFuture<Void> done = new CompletableFuture<>();

        /** The other side has closed the link. */
        final CompletableFuture<Void> ended = new CompletableFuture<>();

        private final Trigger trigger;
        private final Deque<byte[]> frames = new ArrayDeque<>();
        private byte @Nullable [] template;
        private final AtomicInteger toDrop = new AtomicInteger();
        private boolean hasBegun;
        private volatile long firstNanos;
        private volatile long lastNanos;

        Flood(Trigger trigger, List<byte[]> frames) {
            this.trigger = trigger;
            this.frames.addAll(frames);
        }

        private static byte[] ping() {
            return ByteBuffer.allocate(9).put((byte) PING).putLong(7).array();
        }

        private static byte[] of(int kind, byte[] body) {
            return ByteBuffer.allocate(1 + body.length)
                    .put((byte) kind)
                    .put(body)
                    .array();
        }

        /** All that a host takes from a peer that is not admitted, then what closes the link. */
        static List<byte[]> ofAStranger() {
            List<byte[]> frames = new ArrayList<>();
            frames.add(of(HELLO, "{\"versions\":[1],\"features\":[]}".getBytes(UTF_8)));
            for (int i = 0; i < PINGS_OF_A_STRANGER; i++) {
                frames.add(ping());
            }
            for (int i = 0; i < 200; i++) {
                // Pieces that never end; the last ones are more than a stranger may send.
                frames.add(of(FRAGMENT, new byte[100]));
            }
            return frames;
        }

        /** All that costs a host and is no violation; an empty frame stands for a message of an epoch that is gone. */
        static List<byte[]> ofAMember() {
            List<byte[]> frames = new ArrayList<>();
            for (int i = 0; i < PINGS_OF_A_MEMBER; i++) {
                frames.add(ping());
                if (i < GONE_MESSAGES) {
                    frames.add(new byte[0]);
                }
            }
            return frames;
        }

        static List<byte[]> ofAHost() {
            List<byte[]> frames = new ArrayList<>();
            for (int i = 0; i < PINGS_OF_A_HOST; i++) {
                frames.add(ping());
                if (i < GONE_MESSAGES) {
                    frames.add(new byte[0]);
                }
            }
            return frames;
        }

        /** From the first frame to the last. */
        long nanos() {
            return lastNanos - firstNanos;
        }

        /** The next messages are kept back, as many as a member may jump, while the generations go on. */
        void jump() {
            toDrop.set(GENERATIONS);
        }

        @Override
        public BentLink bend(PeerLinkListener room, Environment environment, Executor owner) {
            return new FloodedLink(room, environment, owner);
        }

        private void begin(FloodedLink link, Environment environment, Executor owner) {
            if (!hasBegun) {
                hasBegun = true;
                firstNanos = System.nanoTime();
                owner.execute(() -> sendSome(link, environment, owner));
            }
        }

        private void sendSome(FloodedLink link, Environment environment, Executor owner) {
            for (int i = 0; i < FRAMES_IN_A_ROW && link.bufferedBytes() < MAX_BUFFERED_BYTES; i++) {
                byte[] frame = frames.peek();
                if (frame == null) {
                    done.complete(null);
                    return;
                }
                byte[] genuine = template;
                if (frame.length == 0 && genuine == null) {
                    // Nothing was said yet that could be bent.
                    break;
                }
                frames.remove();
                boolean taken = link.sendPast(frame.length == 0 && genuine != null ? gone(genuine) : frame);
                if (!taken) {
                    return;
                }
                sent.incrementAndGet();
            }
            lastNanos = System.nanoTime();
            var unused = environment.schedule(PAUSE, () -> owner.execute(() -> sendSome(link, environment, owner)));
        }

        private static byte[] gone(byte[] genuine) {
            byte[] bent = genuine.clone();
            ByteBuffer.wrap(bent).putLong(EPOCH_AT, 1L << 40);
            return bent;
        }

        private final class FloodedLink extends BentLink {
            private final Environment environment;
            private final Executor owner;

            FloodedLink(PeerLinkListener room, Environment environment, Executor owner) {
                super(room);
                this.environment = environment;
                this.owner = owner;
            }

            private void beginIf(boolean isTime) {
                if (isTime) {
                    begin(this, environment, owner);
                }
            }

            @Override
            public void onOpen() {
                if (trigger == Trigger.OPEN) {
                    beginIf(true);
                } else {
                    super.onOpen();
                }
            }

            @Override
            public void onFrame(byte[] frame) {
                if (trigger != Trigger.OPEN) {
                    super.onFrame(frame);
                }
                beginIf(trigger == Trigger.ADMITTED && frame[0] == ADMITTED);
                beginIf(trigger == Trigger.CONFIRM && frame[0] == CONFIRM);
            }

            @Override
            public void onClosed(CloseReason reason) {
                ended.complete(null);
                super.onClosed(reason);
            }

            @Override
            public boolean send(byte[] frame) {
                if (frame[0] == APPLICATION) {
                    template = frame.clone();
                    if (toDrop.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        return true;
                    }
                }
                return super.send(frame);
            }

            /** Sends what the room of this side knows nothing of. */
            boolean sendPast(byte[] frame) {
                return super.send(frame);
            }
        }
    }

    @Test
    void theEpochStandsWhereTheFloodBendsIt() {
        byte[] frame = new byte[EPOCH_AT + 8];
        byte[] bent = Flood.gone(frame);
        assertThat(Arrays.mismatch(frame, bent)).isEqualTo(EPOCH_AT + 2);
    }
}
