package dev.parley.chat.testkit.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.Transport;
import dev.parley.chat.transport.Transport.LinkRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Transport} must do. Derive a test class that makes the transports under test and lets time pass.
 *
 * <p>Methods are public so that JUnit reaches them when this module is on the module path.
 */
public abstract class TransportContract {

    /** More than enough of anything that a stranger may repeat. */
    private static final int TOO_MANY = 1_024;

    /** Sixteen times what a link may hold: no network takes it within one task. */
    private static final int MORE_FRAMES_THAN_FIT = 16 * PeerLink.MAX_BUFFERED_BYTES / PeerLink.MAX_FRAME_BYTES;

    private static final LinkSignal.Candidate CANDIDATE =
            new LinkSignal.Candidate("candidate:1 1 udp 1 192.0.2.1 9 typ host", null, 0);

    private final List<LinkProbe> probes = new ArrayList<>();
    private @Nullable Transport ada;
    private @Nullable Transport ben;

    /** For subclasses. */
    protected TransportContract() {}

    /**
     * Makes a transport under test.
     *
     * @param process names the process it belongs to
     * @return a new transport, whose links reach those of the other processes
     * @throws Exception if it cannot be made; the test fails
     */
    protected abstract Transport newTransport(String process) throws Exception;

    /**
     * Makes the executor that owns a link.
     *
     * @param name of the executor
     * @return runs tasks in order, never two at once
     */
    protected abstract Executor newOwner(String name);

    /**
     * Lets time pass until something holds: virtual time is run, real time is waited for.
     *
     * @param condition what must come to hold
     * @throws AssertionError if it does not come to hold within a generous time
     */
    protected abstract void await(BooleanSupplier condition);

    @BeforeEach
    public void makeTransports() throws Exception {
        ada = newTransport("ada");
        ben = newTransport("ben");
    }

    @AfterEach
    public void everyLinkEndsInOrder() {
        if (ada != null) {
            ada.close();
        }
        if (ben != null) {
            ben.close();
        }
        for (LinkProbe probe : probes) {
            await(probe::isClosed);
            // A task behind whatever still comes after the end, if something does.
            CompletableFuture<Void> last = new CompletableFuture<>();
            probe.owner.execute(() -> last.complete(null));
            await(last::isDone);
            assertThat(probe.owner.faults()).isEmpty();
        }
    }

    private record Pair(LinkProbe initiator, LinkProbe responder) {

        LinkProbe other(LinkProbe end) {
            return end.equals(initiator) ? responder : initiator;
        }
    }

    private Transport ada() {
        return Objects.requireNonNull(ada);
    }

    private LinkProbe initiator() {
        return probe(ada(), LinkRole.INITIATOR);
    }

    private LinkProbe responder() {
        return probe(Objects.requireNonNull(ben), LinkRole.RESPONDER);
    }

    private LinkProbe probe(Transport transport, LinkRole role) {
        LinkProbe probe =
                new LinkProbe(transport, role, IceConfig.defaults(), newOwner("owner-" + probes.size() + "-" + role));
        probes.add(probe);
        await(() -> probe.link != null);
        return probe;
    }

    private Pair pair() {
        Pair pair = new Pair(initiator(), responder());
        pair.initiator().carryTo(pair.responder()::accept);
        pair.responder().carryTo(pair.initiator()::accept);
        return pair;
    }

    private Pair openPair() {
        Pair pair = pair();
        awaitOpen(pair);
        return pair;
    }

    private void awaitOpen(Pair pair) {
        await(() -> pair.initiator().isOpen() && pair.responder().isOpen());
    }

    private <T extends @Nullable Object> T ask(LinkProbe end, Function<PeerLink, T> question) {
        CompletableFuture<T> answer = end.use(question);
        await(answer::isDone);
        return answer.join();
    }

    private void close(LinkProbe end) {
        end.run(PeerLink::close);
    }

    private void assertEnd(LinkProbe end, Code code, Origin origin) {
        await(end::isClosed);
        CloseReason reason = Objects.requireNonNull(end.closed);
        assertThat(reason.code()).as(reason.detail()).isEqualTo(code);
        assertThat(reason.origin()).as(reason.detail()).isEqualTo(origin);
    }

    private void assertCarries(Pair pair) {
        for (LinkProbe from : List.of(pair.initiator(), pair.responder())) {
            LinkProbe to = pair.other(from);
            int before = to.frames.size();
            assertThat(this.<Boolean>ask(from, link -> link.send(new byte[] {1, 2, 3})))
                    .isTrue();
            await(() -> to.frames.size() > before);
            assertThat(to.frames.get(before)).containsExactly(1, 2, 3);
        }
    }

    // Connecting

    @Test
    public void connectsOnceTheSignalsOfBothSidesAreCarriedAsTheyCome() {
        Pair pair = openPair();

        assertThat(pair.initiator().signals.get(0)).isInstanceOf(LinkSignal.Offer.class);
        assertThat(pair.responder().signals.get(0)).isInstanceOf(LinkSignal.Answer.class);
        assertCarries(pair);
    }

    @Test
    public void candidatesThatOvertakeTheDescriptionWaitForIt() {
        Pair pair = new Pair(initiator(), responder());
        pair.responder().carryTo(pair.initiator()::accept);
        await(() -> pair.initiator().signals.stream().anyMatch(LinkSignal.EndOfCandidates.class::isInstance));
        List<LinkSignal> reversed = new ArrayList<>(pair.initiator().signals);
        Collections.reverse(reversed);

        reversed.forEach(pair.responder()::accept);

        awaitOpen(pair);
    }

    @Test
    public void signalsThatArriveTwiceChangeNothing() {
        Pair pair = new Pair(initiator(), responder());
        for (LinkProbe from : List.of(pair.initiator(), pair.responder())) {
            from.carryTo(signal -> {
                pair.other(from).accept(signal);
                pair.other(from).accept(signal);
            });
        }
        awaitOpen(pair);

        pair.responder().accept(pair.initiator().signals.get(0));
        pair.initiator().accept(pair.responder().signals.get(0));

        assertCarries(pair);
    }

    @Test
    public void theBindingIsTheSameOnBothSidesAndAnotherOneForEachLink() {
        Pair one = openPair();
        Pair other = openPair();

        assertThat(one.initiator().binding).hasSize(32).isEqualTo(one.responder().binding);
        assertThat(other.initiator().binding)
                .hasSize(32)
                .isEqualTo(other.responder().binding)
                .isNotEqualTo(one.initiator().binding);
    }

    @Test
    public void theBindingIsGivenOutAsACopy() {
        Pair pair = openPair();

        byte[] again = ask(pair.initiator(), link -> {
            Arrays.fill(link.channelBinding(), (byte) 0);
            return link.channelBinding();
        });

        assertThat(again).isEqualTo(pair.responder().binding);
    }

    @Test
    public void aLinkThatIsNotOpenHasNoBindingAndTakesNoFrames() {
        for (LinkProbe end : List.of(initiator(), responder())) {
            ask(end, link -> {
                assertThat(link.send(new byte[1])).isFalse();
                assertThat(link.bufferedBytes()).isZero();
                assertThatIllegalStateException().isThrownBy(link::channelBinding);
                return null;
            });
        }
    }

    // Frames

    @Test
    public void framesOfEverySizeArriveInOrderBothWays() {
        Pair pair = openPair();
        int count = 200;
        for (LinkProbe from : List.of(pair.initiator(), pair.responder())) {
            ask(from, link -> {
                for (int i = 0; i < count; i++) {
                    assertThat(link.send(frame(i))).isTrue();
                }
                return null;
            });
        }
        for (LinkProbe to : List.of(pair.initiator(), pair.responder())) {
            await(() -> to.frames.size() >= count);
            assertThat(to.prints()).isEqualTo(prints(count));
        }
    }

    /** Sizes from the smallest to the largest come soon and often. */
    private static byte[] frame(int index) {
        int size = index % 10 == 0 ? PeerLink.MAX_FRAME_BYTES : index % 10 == 1 ? 1 : 1 + index * 37 % 4_000;
        byte[] bytes = new byte[size];
        new Random(index).nextBytes(bytes);
        return bytes;
    }

    private static List<String> prints(int count) {
        List<String> prints = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            prints.add(LinkProbe.print(frame(i)));
        }
        return prints;
    }

    @Test
    public void framesThatAreEmptyOrTooLargeAreTheCallersFault() {
        Pair pair = openPair();

        ask(pair.initiator(), link -> {
            assertThatIllegalArgumentException().isThrownBy(() -> link.send(new byte[0]));
            assertThatIllegalArgumentException().isThrownBy(() -> link.send(new byte[PeerLink.MAX_FRAME_BYTES + 1]));
            return null;
        });

        assertCarries(pair);
    }

    @Test
    public void refusesFramesPastItsBufferAndTakesThemOnceItHasDrained() {
        Pair pair = openPair();
        byte[] frame = new byte[PeerLink.MAX_FRAME_BYTES];

        // All within one task, so that the link cannot be seen to drain in between.
        int taken = ask(pair.initiator(), link -> {
            int sent = 0;
            while (sent < MORE_FRAMES_THAN_FIT && link.send(frame)) {
                sent++;
                assertThat(link.bufferedBytes()).isLessThanOrEqualTo(PeerLink.MAX_BUFFERED_BYTES);
            }
            return sent;
        });

        assertThat(taken)
                .isGreaterThanOrEqualTo(PeerLink.MAX_BUFFERED_BYTES / PeerLink.MAX_FRAME_BYTES)
                .isLessThan(MORE_FRAMES_THAN_FIT);
        await(() -> pair.responder().frames.size() >= taken);
        await(() -> this.<Long>ask(pair.initiator(), PeerLink::bufferedBytes) == 0);
        assertCarries(pair);
        assertThat(pair.responder().frames).hasSize(taken + 1);
    }

    // Ephemeral frames

    @Test
    public void ephemeralFramesArriveWholeIfTheyDo() {
        Pair pair = openPair();
        List<byte[]> sent =
                List.of(ephemeral(1), ephemeral(2), ephemeral(700), ephemeral(PeerLink.MAX_EPHEMERAL_BYTES));

        for (LinkProbe from : List.of(pair.initiator(), pair.responder())) {
            LinkProbe to = pair.other(from);
            // Any of them may be lost, but not each of them each time.
            for (int round = 0; round < 100; round++) {
                from.run(link -> sent.forEach(link::sendEphemeral));
                assertCarries(pair);
            }
            assertThat(LinkProbe.prints(to.ephemeral))
                    .containsAll(LinkProbe.prints(sent))
                    .isSubsetOf(LinkProbe.prints(sent));
        }
    }

    private static byte[] ephemeral(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    public void ephemeralFramesThatAreEmptyOrTooLargeAreTheCallersFault() {
        Pair pair = openPair();

        ask(pair.initiator(), link -> {
            assertThatIllegalArgumentException().isThrownBy(() -> link.sendEphemeral(new byte[0]));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> link.sendEphemeral(new byte[PeerLink.MAX_EPHEMERAL_BYTES + 1]));
            return null;
        });

        assertCarries(pair);
    }

    @Test
    public void ephemeralFramesPastTheBufferAreDroppedAndTheLinkLivesOn() {
        Pair pair = openPair();
        byte[] frame = new byte[PeerLink.MAX_EPHEMERAL_BYTES];

        // Some networks take them all.
        int taken = ask(pair.initiator(), link -> {
            int sent = 0;
            while (sent < MORE_FRAMES_THAN_FIT && link.sendEphemeral(frame)) {
                sent++;
            }
            assertThat(link.bufferedBytes()).isZero();
            return sent;
        });

        assertThat(taken).isGreaterThanOrEqualTo(PeerLink.MAX_BUFFERED_EPHEMERAL_BYTES / PeerLink.MAX_EPHEMERAL_BYTES);
        assertCarries(pair);
        await(() -> this.<Boolean>ask(pair.initiator(), link -> link.sendEphemeral(frame)));
    }

    @Test
    public void noEphemeralFrameLeavesALinkThatIsNotOpen() {
        for (LinkProbe end : List.of(initiator(), responder())) {
            assertThat(this.<Boolean>ask(end, link -> link.sendEphemeral(new byte[1])))
                    .isFalse();
        }
        Pair pair = openPair();

        ask(pair.initiator(), link -> {
            link.close();
            assertThat(link.sendEphemeral(new byte[1])).isFalse();
            return null;
        });
        pair.responder().run(link -> link.sendEphemeral(new byte[1]));

        assertEnd(pair.initiator(), Code.LEFT, Origin.LOCAL);
        assertThat(this.<Boolean>ask(pair.initiator(), link -> link.sendEphemeral(new byte[1])))
                .isFalse();
        assertThat(pair.initiator().ephemeral).isEmpty();
    }

    // Figures

    @Test
    public void theFiguresOfALinkSayWhatItHasCarried() {
        Pair pair = openPair();
        ask(pair.initiator(), link -> {
            for (int size = 1; size <= 10; size++) {
                assertThat(link.send(new byte[size * 100])).isTrue();
            }
            return link.sendEphemeral(new byte[50]);
        });
        await(() -> pair.responder().frames.size() == 10);
        await(() -> stats(pair.initiator()).roundTrip() != null);
        LinkStats sent = stats(pair.initiator());
        LinkStats received = stats(pair.responder());

        assertThat(sent.messagesSent()).isEqualTo(11);
        assertThat(sent.bytesSent()).isEqualTo(5_550);
        assertThat(sent.messagesReceived()).isZero();
        assertThat(sent.bytesReceived()).isZero();
        // The ephemeral one may have come or not.
        assertThat(received.messagesReceived()).isIn(10L, 11L);
        assertThat(received.bytesReceived()).isEqualTo(received.messagesReceived() == 10 ? 5_500 : 5_550);
        assertThat(received.messagesSent()).isZero();
        assertThat(received.bytesSent()).isZero();
        for (LinkStats stats : List.of(sent, received)) {
            assertThat(stats.bufferedBytes()).isZero();
            assertThat(stats.route()).isNotNull().satisfies(route -> {
                assertThat(route.protocol()).isEqualTo(LinkStats.Protocol.UDP);
                assertThat(route.local()).isIn(LinkStats.CandidateType.HOST, LinkStats.CandidateType.PEER_REFLEXIVE);
            });
        }
    }

    private LinkStats stats(LinkProbe end) {
        CompletableFuture<LinkStats> answer = new CompletableFuture<>();
        end.run(link -> link.stats(stats -> {
            end.owner.requireTask("stats");
            answer.complete(stats);
        }));
        await(answer::isDone);
        return answer.join();
    }

    @Test
    public void aLinkThatIsNotOpenHasNoFigures() {
        LinkProbe never = initiator();
        Pair pair = openPair();
        close(pair.initiator());
        assertEnd(pair.initiator(), Code.LEFT, Origin.LOCAL);
        for (LinkProbe end : List.of(never, pair.initiator())) {
            end.run(link -> link.stats(stats -> end.owner.fault("figures of a link that is not open")));
        }
    }

    @Test
    public void whoeverThrowsOnHearingFiguresHurtsNobody() {
        Pair pair = openPair();
        CompletableFuture<Void> told = new CompletableFuture<>();
        pair.initiator()
                .run(link -> link.stats(stats -> {
                    told.complete(null);
                    throw new IllegalStateException("thrown by a listener, as the contract suite wants it");
                }));
        await(told::isDone);

        assertCarries(pair);
    }

    // Another path

    @Test
    public void aRestartByTheInitiatorKeepsTheChannelsAndTheBinding() {
        Pair pair = openPair();
        assertRestarts(pair, pair.initiator());
    }

    @Test
    public void aRestartThatTheResponderAsksForKeepsTheChannelsAndTheBinding() {
        Pair pair = openPair();
        assertRestarts(pair, pair.responder());
    }

    private void assertRestarts(Pair pair, LinkProbe beginner) {
        byte[] binding = Objects.requireNonNull(pair.initiator().binding);
        for (int round = 1; round <= 3; round++) {
            assertThat(this.<Boolean>ask(beginner, PeerLink::restartIce)).isTrue();
            awaitRestarts(pair, round);
            assertCarries(pair);
        }

        for (LinkProbe end : List.of(pair.initiator(), pair.responder())) {
            assertThat(this.<byte[]>ask(end, PeerLink::channelBinding)).isEqualTo(binding);
        }
    }

    private void awaitRestarts(Pair pair, int count) {
        await(() -> count(pair.initiator(), LinkSignal.Offer.class) == 1 + count
                && count(pair.responder(), LinkSignal.Answer.class) == 1 + count);
    }

    private static long count(LinkProbe end, Class<? extends LinkSignal> kind) {
        return end.signals.stream().filter(kind::isInstance).count();
    }

    @Test
    public void signalsOfARestartThatArriveTwiceChangeNothing() {
        Pair pair = new Pair(initiator(), responder());
        for (LinkProbe from : List.of(pair.initiator(), pair.responder())) {
            from.carryTo(signal -> {
                pair.other(from).accept(signal);
                pair.other(from).accept(signal);
            });
        }
        awaitOpen(pair);

        assertThat(this.<Boolean>ask(pair.initiator(), PeerLink::restartIce)).isTrue();
        awaitRestarts(pair, 1);
        List.copyOf(pair.initiator().signals).forEach(pair.responder()::accept);
        List.copyOf(pair.responder().signals).forEach(pair.initiator()::accept);

        assertCarries(pair);
    }

    @Test
    public void aRestartMayBeBegunAnewWhileItsAnswerIsOverdue() {
        Pair pair = openPair();
        List<LinkSignal> late = Collections.synchronizedList(new ArrayList<>());
        pair.initiator().redirectTo(late::add);
        assertThat(this.<Boolean>ask(pair.initiator(), PeerLink::restartIce)).isTrue();
        await(() -> late.stream().anyMatch(LinkSignal.EndOfCandidates.class::isInstance));

        pair.initiator().redirectTo(pair.responder()::accept);
        assertThat(this.<Boolean>ask(pair.initiator(), PeerLink::restartIce)).isTrue();
        await(() -> count(pair.responder(), LinkSignal.Answer.class) == 2);
        assertCarries(pair);

        // The offer that was held up is overtaken; it comes to nothing, and so does an answer to it.
        List.copyOf(late).forEach(pair.responder()::accept);
        assertCarries(pair);
        assertThat(this.<Boolean>ask(pair.initiator(), PeerLink::restartIce)).isTrue();
        await(() -> count(pair.responder(), LinkSignal.Answer.class) >= 3);
        assertCarries(pair);
    }

    @Test
    public void answersToOffersThatWereMadeAnewComeToNothing() {
        Pair pair = openPair();
        List<LinkSignal> late = Collections.synchronizedList(new ArrayList<>());
        pair.responder().redirectTo(late::add);
        for (int round = 2; round <= 3; round++) {
            int answers = round;
            assertThat(this.<Boolean>ask(pair.initiator(), PeerLink::restartIce))
                    .isTrue();
            await(() -> count(pair.responder(), LinkSignal.Answer.class) == answers);
            await(() -> late.get(late.size() - 1) instanceof LinkSignal.EndOfCandidates);
        }
        List<LinkSignal> newestFirst = new ArrayList<>(late);
        Collections.reverse(newestFirst);

        newestFirst.forEach(pair.initiator()::accept);

        assertCarries(pair);
        assertThat(pair.initiator().isClosed()).isFalse();
    }

    @Test
    public void aLinkThatIsNotOpenIsNotRestarted() {
        for (LinkProbe end : List.of(initiator(), responder())) {
            assertThat(this.<Boolean>ask(end, PeerLink::restartIce)).isFalse();
        }
        Pair pair = openPair();
        close(pair.initiator());
        assertEnd(pair.initiator(), Code.LEFT, Origin.LOCAL);

        assertThat(this.<Boolean>ask(pair.initiator(), PeerLink::restartIce)).isFalse();
    }

    @Test
    public void aLinkIsNotRestartedWithoutEnd() {
        Pair pair = openPair();
        for (LinkProbe beginner : List.of(pair.initiator(), pair.responder())) {
            int begun = ask(beginner, link -> {
                int count = 0;
                while (count <= PeerLink.MAX_RESTARTS && link.restartIce()) {
                    count++;
                }
                return count;
            });
            assertThat(begun).isEqualTo(PeerLink.MAX_RESTARTS);
            assertCarries(pair);
        }
    }

    @Test
    public void aRequestForARestartThatIsOutOfPlaceClosesThatLinkOnly() {
        Pair bystanders = openPair();

        assertViolation(initiator(), new LinkSignal.RestartRequest());
        assertViolation(responder(), new LinkSignal.RestartRequest());
        assertViolation(openPair().responder(), new LinkSignal.RestartRequest());

        assertCarries(bystanders);
    }

    // Ends

    @Test
    public void aCloseIsSeenByBothSidesWhicheverCloses() {
        Pair one = openPair();
        close(one.initiator());
        assertEnd(one.initiator(), Code.LEFT, Origin.LOCAL);
        assertEnd(one.responder(), Code.LEFT, Origin.PEER);

        Pair other = openPair();
        close(other.responder());
        assertEnd(other.responder(), Code.LEFT, Origin.LOCAL);
        assertEnd(other.initiator(), Code.LEFT, Origin.PEER);
    }

    @Test
    public void whatWasSentBeforeACloseArrivesBeforeIt() {
        Pair pair = openPair();
        int count = 100;

        ask(pair.initiator(), link -> {
            for (int i = 0; i < count; i++) {
                assertThat(link.send(frame(i))).isTrue();
            }
            link.close();
            return null;
        });

        assertEnd(pair.responder(), Code.LEFT, Origin.PEER);
        assertEnd(pair.initiator(), Code.LEFT, Origin.LOCAL);
        assertThat(pair.responder().prints()).isEqualTo(prints(count));
    }

    @Test
    public void aClosedLinkTakesNoFramesAndSignalsAndClosingAgainDoesNothing() {
        Pair pair = openPair();

        ask(pair.initiator(), link -> {
            link.close();
            assertThat(link.send(new byte[1])).isFalse();
            link.close();
            return null;
        });
        assertEnd(pair.initiator(), Code.LEFT, Origin.LOCAL);
        ask(pair.initiator(), link -> {
            assertThat(link.send(new byte[1])).isFalse();
            assertThat(link.bufferedBytes()).isZero();
            assertThatIllegalArgumentException().isThrownBy(() -> link.send(new byte[0]));
            link.accept(new LinkSignal.Answer("nonsense"));
            link.close();
            return null;
        });
        assertEnd(pair.initiator(), Code.LEFT, Origin.LOCAL);
    }

    @Test
    public void noFrameComesAfterACloseHere() {
        Pair pair = openPair();
        ask(pair.initiator(), link -> {
            link.close();
            return null;
        });
        pair.responder().run(link -> link.send(new byte[1]));

        assertEnd(pair.initiator(), Code.LEFT, Origin.LOCAL);
        assertThat(pair.initiator().frames).isEmpty();
    }

    @Test
    public void aLinkMayBeClosedBeforeItConnects() {
        for (LinkProbe end : List.of(initiator(), responder())) {
            close(end);
            assertEnd(end, Code.LEFT, Origin.LOCAL);
            assertThat(end.isOpen()).isFalse();
        }
    }

    @Test
    public void aLinkThatIsClosedAsSoonAsItOpensIsNotLeftHalfOpen() {
        Pair pair = new Pair(initiator(), responder());
        pair.responder().whenOpen = PeerLink::close;
        pair.initiator().carryTo(pair.responder()::accept);
        pair.responder().carryTo(pair.initiator()::accept);

        assertEnd(pair.responder(), Code.LEFT, Origin.LOCAL);
        await(pair.initiator()::isClosed);
        assertThat(Objects.requireNonNull(pair.initiator().closed).origin()).isNotEqualTo(Origin.LOCAL);
    }

    @Test
    public void closingTheTransportClosesItsLinksAndTheirOtherEnds() {
        Pair open = openPair();
        LinkProbe negotiating = initiator();

        ada().close();
        ada().close();

        assertEnd(open.initiator(), Code.LEFT, Origin.LOCAL);
        assertEnd(negotiating, Code.LEFT, Origin.LOCAL);
        assertEnd(open.responder(), Code.LEFT, Origin.PEER);
    }

    @Test
    public void aClosedTransportMakesNoLinks() {
        LinkProbe used = initiator();
        ada().close();

        assertThatIllegalStateException()
                .isThrownBy(() -> ada().open(LinkRole.INITIATOR, IceConfig.defaults(), used.owner, used));
    }

    // Strangers

    @Test
    public void malformedSignalsCloseThatLinkOnly() {
        Pair bystanders = openPair();

        assertViolation(responder(), new LinkSignal.Offer("nonsense"));
        assertViolation(responder(), new LinkSignal.Offer(""));
        assertViolation(responder(), new LinkSignal.Candidate("nonsense", null, 0));
        assertViolation(responder(), new LinkSignal.Candidate("candidate:", null, 0));
        LinkProbe initiator = initiator();
        await(() -> !initiator.signals.isEmpty());
        assertViolation(initiator, new LinkSignal.Answer("nonsense"));
        assertViolation(initiator(), new LinkSignal.Candidate("candidate:1 1 udp", null, 0));

        assertCarries(bystanders);
    }

    @Test
    public void signalsOfTheWrongRoleCloseThatLinkOnly() {
        Pair bystanders = openPair();
        LinkSignal offer = bystanders.initiator().signals.get(0);
        LinkSignal answer = bystanders.responder().signals.get(0);

        assertViolation(initiator(), offer);
        assertViolation(responder(), answer);

        assertCarries(bystanders);
    }

    @Test
    public void aSecondDescriptionOnAnOpenLinkClosesItOnBothSides() {
        Pair pair = openPair();
        LinkProbe another = initiator();
        await(() -> !another.signals.isEmpty());

        assertViolation(pair.responder(), another.signals.get(0));

        assertEnd(pair.initiator(), Code.LEFT, Origin.PEER);
    }

    @Test
    public void aCandidateOfAMediaSectionThatThereIsNotClosesTheLink() {
        Pair pair = openPair();

        assertViolation(pair.initiator(), new LinkSignal.Candidate(CANDIDATE.candidate(), null, 7));
    }

    @Test
    public void candidatesWithoutEndCloseTheLink() {
        LinkProbe responder = responder();

        ask(responder, link -> {
            for (int i = 0; i < TOO_MANY; i++) {
                link.accept(CANDIDATE);
            }
            return null;
        });

        assertEnd(responder, Code.PROTOCOL_VIOLATION, Origin.PEER);
    }

    private void assertViolation(LinkProbe end, LinkSignal signal) {
        end.accept(signal);
        assertEnd(end, Code.PROTOCOL_VIOLATION, Origin.PEER);
        // On a closed link nothing happens.
        end.accept(signal);
    }

    // Listeners

    @Test
    public void aListenerThatThrowsHurtsNobody() {
        Pair bystanders = openPair();
        Pair pair = new Pair(initiator(), responder());
        pair.initiator().throwing = true;
        pair.responder().throwing = true;
        pair.initiator().carryTo(pair.responder()::accept);
        pair.responder().carryTo(pair.initiator()::accept);
        awaitOpen(pair);

        assertCarries(pair);
        assertCarries(bystanders);
        close(pair.initiator());
        assertEnd(pair.initiator(), Code.LEFT, Origin.LOCAL);
        assertEnd(pair.responder(), Code.LEFT, Origin.PEER);
    }
}
