package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.internal.webrtc.SharedFactory;
import dev.parley.chat.transport.Transport.LinkRole;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Two ends in one JVM over the real native library, on this machine's own interface. */
class WebRtcTransportTest {

    private final Environment environment = Environment.system();
    private WebRtcTransport transport;
    private final List<LinkEnd> ends = new ArrayList<>();

    @BeforeEach
    void makeTransport() {
        transport = WebRtcTransport.create(environment);
    }

    @AfterEach
    void nothingIsLeft() {
        transport.close();
        for (LinkEnd end : ends) {
            end.awaitClosed();
            assertThat(end.broken).isEmpty();
        }
        assertThat(SharedFactory.leases()).isZero();
        environment.close();
    }

    private LinkEnd end(LinkRole role) {
        LinkEnd end = new LinkEnd(transport, environment, role, IceConfig.defaults());
        ends.add(end);
        return end;
    }

    private LinkEnd[] pair() {
        LinkEnd[] pair = {end(LinkRole.INITIATOR), end(LinkRole.RESPONDER)};
        LinkEnd.wire(pair[0], pair[1]);
        return pair;
    }

    private LinkEnd[] openPair() {
        LinkEnd[] pair = pair();
        pair[0].awaitOpen();
        pair[1].awaitOpen();
        return pair;
    }

    @Test
    void carries_frames_of_every_size_in_order_both_ways() {
        LinkEnd[] pair = openPair();
        int count = 4_000;
        List<CompletableFuture<Integer>> done = new ArrayList<>();
        for (int side = 0; side < 2; side++) {
            LinkEnd from = pair[side];
            LinkEnd to = pair[1 - side];
            done.add(expect(to, side, count));
            new Pump(from, side, count).run();
        }
        for (CompletableFuture<Integer> side : done) {
            assertThat(LinkEnd.await(side)).isEqualTo(count);
        }
    }

    @Test
    void refuses_frames_past_its_buffer_and_takes_them_once_it_has_drained() {
        LinkEnd[] pair = openPair();
        int count = 2_000;
        CompletableFuture<Integer> done = expect(pair[1], 7, count);
        Pump pump = new Pump(pair[0], 7, count);
        // All in one task, and made before: the network takes longer for 32 MB than memory does.
        pump.run();
        assertThat(LinkEnd.await(done)).isEqualTo(count);
        assertThat(pump.refusals.get()).isPositive();
        assertThat(pump.mostBuffered).isLessThanOrEqualTo(PeerLink.MAX_BUFFERED_BYTES);
    }

    @Test
    void refuses_frames_that_are_empty_or_too_large_and_lives_on() {
        LinkEnd[] pair = openPair();
        pair[0].ask(link -> {
            assertThatIllegalArgumentException().isThrownBy(() -> link.send(new byte[0]));
            assertThatIllegalArgumentException().isThrownBy(() -> link.send(new byte[PeerLink.MAX_FRAME_BYTES + 1]));
            return null;
        });
        CompletableFuture<byte[]> arrived = new CompletableFuture<>();
        pair[1].onFrame(arrived::complete);
        byte[] largest = new byte[PeerLink.MAX_FRAME_BYTES];
        new Random(1).nextBytes(largest);
        assertThat(pair[0].<Boolean>ask(link -> link.send(largest))).isTrue();
        assertThat(LinkEnd.await(arrived)).isEqualTo(largest);
    }

    @Test
    void ephemeral_frames_that_the_owner_does_not_take_are_dropped_and_the_rest_goes_on() {
        LinkEnd sender = end(LinkRole.INITIATOR);
        Executor real = environment.newSerialExecutor("held");
        List<Runnable> held = new ArrayList<>();
        AtomicBoolean holding = new AtomicBoolean();
        Executor holdable = task -> {
            synchronized (held) {
                if (holding.get()) {
                    held.add(task);
                } else {
                    real.execute(task);
                }
            }
        };
        LinkEnd receiver =
                new LinkEnd(transport, holdable, LinkRole.RESPONDER, IceConfig.defaults(), listener -> listener);
        ends.add(receiver);
        LinkEnd.wire(sender, receiver);
        sender.awaitOpen();
        receiver.awaitOpen();
        CompletableFuture<byte[]> last = new CompletableFuture<>();
        receiver.onFrame(last::complete);

        holding.set(true);
        int sent = 4 * PeerLink.MAX_UNREAD_EPHEMERAL;
        sender.ask(link -> {
            for (int i = 0; i < sent; i++) {
                assertThat(link.sendEphemeral(new byte[] {7})).isTrue();
            }
            assertThat(link.send(new byte[] {8})).isTrue();
            return null;
        });
        Awaitility.await().until(() -> {
            synchronized (held) {
                return held.size() > PeerLink.MAX_UNREAD_EPHEMERAL;
            }
        });
        synchronized (held) {
            holding.set(false);
            held.forEach(real::execute);
        }

        assertThat(LinkEnd.await(last)).containsExactly(8);
        assertThat(receiver.ephemeral).hasSize(PeerLink.MAX_UNREAD_EPHEMERAL);
    }

    @Test
    void frames_stay_as_they_were_after_the_callback_that_brought_them() {
        LinkEnd[] pair = openPair();
        int count = 500;
        CountDownLatch all = new CountDownLatch(count);
        pair[1].onFrame(frame -> {
            pair[1].frames.add(frame);
            all.countDown();
        });
        new Pump(pair[0], 3, count).run();
        awaitLatch(all);
        int index = 0;
        for (byte[] frame : pair[1].frames) {
            assertThat(frame).isEqualTo(frame(3, index++));
        }
    }

    @Test
    void sends_nothing_before_it_is_open_or_after_it_was_closed() {
        LinkEnd early = end(LinkRole.INITIATOR);
        assertThat(early.<Boolean>ask(link -> link.send(new byte[1]))).isFalse();
        assertThat(early.<Long>ask(PeerLink::bufferedBytes)).isZero();
        early.ask(link -> {
            assertThatIllegalStateException().isThrownBy(link::channelBinding);
            return null;
        });
        LinkEnd[] pair = openPair();
        pair[0].ask(link -> {
            link.close();
            assertThat(link.send(new byte[1])).isFalse();
            link.close();
            return null;
        });
        pair[0].awaitClosed();
        assertThat(pair[0].<Boolean>ask(link -> link.send(new byte[1]))).isFalse();
        assertThat(pair[0].<Long>ask(PeerLink::bufferedBytes)).isZero();
    }

    @Test
    void signals_the_description_first_then_candidates_then_their_end() {
        LinkEnd[] pair = openPair();
        for (LinkEnd end : pair) {
            assertThat(end.signals.get(0)).isInstanceOfAny(LinkSignal.Offer.class, LinkSignal.Answer.class);
            assertThat(end.signals.get(1)).isInstanceOf(LinkSignal.Candidate.class);
        }
    }

    @Test
    void candidates_that_overtake_the_description_wait_for_it() {
        LinkEnd initiator = end(LinkRole.INITIATOR);
        LinkEnd responder = end(LinkRole.RESPONDER);
        CompletableFuture<Void> gathered = new CompletableFuture<>();
        initiator.sendSignalsTo(signal -> {
            if (signal instanceof LinkSignal.EndOfCandidates) {
                gathered.complete(null);
            }
        });
        responder.sendSignalsTo(initiator::accept);
        LinkEnd.await(gathered);
        List<LinkSignal> reversed = new ArrayList<>(initiator.signals);
        java.util.Collections.reverse(reversed);
        reversed.forEach(responder::accept);
        initiator.awaitOpen();
        responder.awaitOpen();
    }

    @Test
    void signals_that_arrive_twice_change_nothing() {
        LinkEnd initiator = end(LinkRole.INITIATOR);
        LinkEnd responder = end(LinkRole.RESPONDER);
        initiator.sendSignalsTo(signal -> {
            responder.accept(signal);
            responder.accept(signal);
        });
        responder.sendSignalsTo(signal -> {
            initiator.accept(signal);
            initiator.accept(signal);
        });
        assertThat(initiator.awaitOpen()).isEqualTo(responder.awaitOpen());
    }

    @Test
    void both_sides_have_the_same_channel_binding_and_no_two_links_do() {
        LinkEnd[] one = openPair();
        LinkEnd[] other = openPair();
        assertThat(one[0].awaitOpen()).hasSize(32).isEqualTo(one[1].awaitOpen());
        assertThat(other[0].awaitOpen()).isEqualTo(other[1].awaitOpen()).isNotEqualTo(one[0].awaitOpen());
    }

    @ParameterizedTest
    @EnumSource
    void a_close_is_seen_by_both_sides(LinkRole closer) {
        LinkEnd[] pair = openPair();
        int side = closer == LinkRole.INITIATOR ? 0 : 1;
        pair[side].close();
        assertEnd(pair[side], Code.LEFT, Origin.LOCAL);
        assertEnd(pair[1 - side], Code.LEFT, Origin.PEER);
    }

    @Test
    void what_was_sent_before_a_close_arrives() {
        LinkEnd[] pair = openPair();
        int count = 150;
        CompletableFuture<Integer> done = expect(pair[1], 9, count);
        pair[0].ask(link -> {
            for (int i = 0; i < count; i++) {
                assertThat(link.send(frame(9, i))).isTrue();
            }
            link.close();
            return null;
        });
        assertThat(LinkEnd.await(done)).isEqualTo(count);
        assertEnd(pair[0], Code.LEFT, Origin.LOCAL);
        assertEnd(pair[1], Code.LEFT, Origin.PEER);
    }

    @Test
    void closing_the_transport_closes_its_links_and_their_other_ends() {
        try (WebRtcTransport other = WebRtcTransport.create(environment)) {
            LinkEnd here = end(LinkRole.INITIATOR);
            LinkEnd there = new LinkEnd(other, environment, LinkRole.RESPONDER, IceConfig.defaults());
            ends.add(there);
            LinkEnd.wire(here, there);
            here.awaitOpen();
            there.awaitOpen();
            transport.close();
            transport.close();
            assertEnd(here, Code.LEFT, Origin.LOCAL);
            assertEnd(there, Code.LEFT, Origin.PEER);
            assertThatIllegalStateException()
                    .isThrownBy(() -> transport.open(LinkRole.INITIATOR, IceConfig.defaults(), here.owner, here));
        }
    }

    @Test
    void a_transport_frees_its_links_even_if_their_owners_run_nothing_any_more() {
        WebRtcTransport orphaned = WebRtcTransport.create(environment);
        Environment gone = Environment.system();
        LinkEnd initiator = new LinkEnd(orphaned, gone, LinkRole.INITIATOR, IceConfig.defaults());
        LinkEnd responder = new LinkEnd(orphaned, gone, LinkRole.RESPONDER, IceConfig.defaults());
        LinkEnd.wire(initiator, responder);
        initiator.awaitOpen();
        responder.awaitOpen();
        gone.close();
        orphaned.close();
        assertThat(SharedFactory.leases()).isZero();
    }

    @Test
    void a_listener_that_throws_hurts_nobody() {
        List<LinkEnd> throwing = new ArrayList<>();
        for (LinkRole role : LinkRole.values()) {
            throwing.add(new LinkEnd(
                    transport, environment.newSerialExecutor("throwing"), role, IceConfig.defaults(), Throwing::new));
        }
        ends.addAll(throwing);
        LinkEnd.wire(throwing.get(0), throwing.get(1));
        throwing.get(0).awaitOpen();
        throwing.get(1).awaitOpen();
        CompletableFuture<byte[]> arrived = new CompletableFuture<>();
        throwing.get(1).onFrame(arrived::complete);
        assertThat(throwing.get(0).<Boolean>ask(link -> link.send(new byte[] {42})))
                .isTrue();
        assertThat(LinkEnd.await(arrived)).containsExactly(42);
        throwing.get(0).close();
        assertEnd(throwing.get(1), Code.LEFT, Origin.PEER);
    }

    @Test
    void an_owner_that_refuses_tasks_from_native_threads_hurts_nobody_else() {
        Executor good = environment.newSerialExecutor("moody");
        CountDownLatch refused = new CountDownLatch(1);
        Executor moody = task -> {
            // Tasks from the test and from timers pass; those that native callbacks hand over do not.
            if (Thread.currentThread().getName().startsWith("Thread-")) {
                refused.countDown();
                throw new AssertionError("no");
            }
            good.execute(task);
        };
        LinkEnd moodyEnd =
                new LinkEnd(transport, moody, LinkRole.INITIATOR, IceConfig.defaults(), listener -> listener);
        ends.add(moodyEnd);
        awaitLatch(refused);
        LinkEnd[] pair = openPair();
        assertThat(pair[0].awaitOpen()).isEqualTo(pair[1].awaitOpen());
        moodyEnd.close();
        assertEnd(moodyEnd, Code.LEFT, Origin.LOCAL);
    }

    @Test
    void closing_races_with_sending_and_receiving_without_harm() {
        for (int round = 0; round < 200; round++) {
            LinkEnd[] pair = openPair();
            int closer = round % 3;
            for (LinkEnd end : pair) {
                end.owner.execute(new Runnable() {
                    private int left = 200;

                    @Override
                    public void run() {
                        if (left-- > 0 && end.link.send(new byte[1 + left * 50])) {
                            end.owner.execute(this);
                        }
                    }
                });
            }
            if (closer < 2) {
                pair[closer].close();
                if (round % 2 == 0) {
                    pair[1 - closer].close();
                }
            } else {
                transport.close();
                transport = WebRtcTransport.create(environment);
            }
            for (LinkEnd end : pair) {
                assertThat(end.awaitClosed().code()).isEqualTo(Code.LEFT);
                assertThat(end.broken).isEmpty();
            }
            ends.clear();
        }
    }

    @Test
    void a_link_that_nobody_answers_ends_when_its_time_is_up() {
        try (WebRtcTransport hasty = new WebRtcTransport(environment, Duration.ofMillis(1))) {
            LinkEnd lonely = new LinkEnd(hasty, environment, LinkRole.INITIATOR, IceConfig.defaults());
            assertEnd(lonely, Code.NO_CONNECTION, Origin.NETWORK);
        }
    }

    @Test
    void relayed_paths_only_and_no_relay_makes_no_connection() {
        // Both ends have all that they will ever know of each other before the time runs out.
        ManualTimers timers = new ManualTimers(environment);
        try (WebRtcTransport relayed = new WebRtcTransport(timers, Duration.ofSeconds(30))) {
            IceConfig relay = IceConfig.builder().policy(IceConfig.Policy.RELAY).build();
            LinkEnd initiator = new LinkEnd(relayed, environment, LinkRole.INITIATOR, relay);
            LinkEnd responder = new LinkEnd(relayed, environment, LinkRole.RESPONDER, relay);
            LinkEnd.wire(initiator, responder);
            CompletableFuture<Void> answered = new CompletableFuture<>();
            responder.sendSignalsTo(signal -> {
                initiator.accept(signal);
                if (signal instanceof LinkSignal.EndOfCandidates) {
                    answered.complete(null);
                }
            });
            LinkEnd.await(answered);
            assertThat(initiator.opened).isNotDone();
            timers.fireAll();
            assertEnd(initiator, Code.NO_CONNECTION, Origin.NETWORK);
            assertEnd(responder, Code.NO_CONNECTION, Origin.NETWORK);
            assertThat(initiator.signals).noneMatch(LinkSignal.Candidate.class::isInstance);
            assertThat(responder.signals).noneMatch(LinkSignal.Candidate.class::isInstance);
        }
    }

    @ParameterizedTest
    @CsvSource({"stun, 1", "turn, 3"})
    void servers_are_asked_in_their_own_protocol(String scheme, int messageType) throws Exception {
        // RFC 8489 section 5 and RFC 8656 section 18: a Binding request is type 0x0001, an Allocate request 0x0003.
        try (DatagramSocket server = new DatagramSocket(0, ownAddress())) {
            server.setSoTimeout(
                    (int) Duration.ofSeconds(LinkEnd.DEADLINE_SECONDS).toMillis());
            IceConfig ice = IceConfig.builder()
                    .server(new IceServer(
                            List.of(scheme
                                    + ':'
                                    + server.getLocalAddress().getHostAddress()
                                    + ':'
                                    + server.getLocalPort()),
                            "user",
                            "password"))
                    .build();
            ends.add(new LinkEnd(transport, environment, LinkRole.INITIATOR, ice));
            DatagramPacket request = new DatagramPacket(new byte[2048], 2048);
            do {
                // The library asks a TURN server for a binding as well.
                server.receive(request);
                assertThat(request.getData()[0]).isZero();
            } while (request.getData()[1] != messageType);
        }
    }

    private static InetAddress ownAddress() throws Exception {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_description_out_of_place_closes_that_link_only() {
        LinkEnd[] bystanders = openPair();
        LinkEnd initiator = end(LinkRole.INITIATOR);
        LinkSignal.Offer offer = (LinkSignal.Offer) bystanders[0].signals.get(0);
        initiator.accept(offer);
        assertEnd(initiator, Code.PROTOCOL_VIOLATION, Origin.PEER);
        LinkEnd responder = end(LinkRole.RESPONDER);
        responder.accept(bystanders[1].signals.get(0));
        assertEnd(responder, Code.PROTOCOL_VIOLATION, Origin.PEER);
        // A second, other description on a link that is open.
        LinkEnd[] late = openPair();
        late[1].accept(offer);
        assertEnd(late[1], Code.PROTOCOL_VIOLATION, Origin.PEER);
        assertThat(bystanders[0].<Boolean>ask(link -> link.send(new byte[1]))).isTrue();
        // On a closed link nothing happens.
        late[1].accept(offer);
    }

    private static void assertEnd(LinkEnd end, Code code, Origin origin) {
        CloseReason reason = end.awaitClosed();
        assertThat(reason.code()).as(reason.detail()).isEqualTo(code);
        assertThat(reason.origin()).as(reason.detail()).isEqualTo(origin);
        assertThat(end.broken).isEmpty();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(LinkEnd.DEADLINE_SECONDS, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The index-th frame of a stream: its size and content follow from the seed. */
    static byte[] frame(int seed, int index) {
        Random random = new Random(seed * 1_000_003L + index);
        int size = index % 50 == 0 ? PeerLink.MAX_FRAME_BYTES : index % 7 == 0 ? 1 : 1 + random.nextInt(4_000);
        byte[] bytes = new byte[seed == 7 ? PeerLink.MAX_FRAME_BYTES : size];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Checks every frame of a stream as it comes; completes with their number. */
    private static CompletableFuture<Integer> expect(LinkEnd end, int seed, int count) {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        AtomicInteger next = new AtomicInteger();
        end.onFrame(frame -> {
            int index = next.getAndIncrement();
            if (!Arrays.equals(frame, frame(seed, index))) {
                done.completeExceptionally(new AssertionError("frame " + index + " is not what was sent"));
            } else if (index == count - 1) {
                done.complete(count);
            }
        });
        end.whenClosed(reason ->
                done.completeExceptionally(new AssertionError("closed after " + next.get() + " frames: " + reason)));
        return done;
    }

    /** Sends a stream of frames, pausing in the way that users of a link do when it refuses one. */
    private static final class Pump implements Runnable {

        final AtomicInteger refusals = new AtomicInteger();
        volatile long mostBuffered;
        private final LinkEnd end;
        private final List<byte[]> frames = new ArrayList<>();
        private final Environment timers = Environment.system();
        private int next;

        Pump(LinkEnd end, int seed, int count) {
            this.end = end;
            for (int i = 0; i < count; i++) {
                frames.add(frame(seed, i));
            }
        }

        @Override
        public void run() {
            end.owner.execute(this::pump);
        }

        private void pump() {
            while (next < frames.size() && end.link.send(frames.get(next))) {
                next++;
            }
            mostBuffered = Math.max(mostBuffered, end.link.bufferedBytes());
            if (next < frames.size() && !end.closed.isDone()) {
                refusals.incrementAndGet();
                timers.schedule(Duration.ofMillis(2), this);
            } else {
                timers.close();
            }
        }
    }

    private record Throwing(PeerLinkListener next) implements PeerLinkListener {

        @Override
        public void onSignal(LinkSignal signal) {
            next.onSignal(signal);
            throw new AssertionError("from onSignal");
        }

        @Override
        public void onOpen() {
            next.onOpen();
            throw new StackOverflowError("from onOpen");
        }

        @Override
        public void onFrame(byte[] frame) {
            next.onFrame(frame);
            throw new IllegalStateException("from onFrame");
        }

        @Override
        public void onClosed(CloseReason reason) {
            next.onClosed(reason);
            throw new NoClassDefFoundError("from onClosed");
        }
    }
}
