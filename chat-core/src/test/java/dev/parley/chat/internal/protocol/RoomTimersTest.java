package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.transport.Transport.LinkRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Failing workers, links that do not come about, slow peers: what is tried again, how often, and when it is enough. */
final class RoomTimersTest {

    private final MachineHarness world = new MachineHarness(RoomOptions.DEFAULT_CAPACITY);

    private Node join(String name, int number) {
        Node node = world.participant(name, number).start();
        world.advanceMillis(500);
        assertThat(node.told).contains("CONNECTED");
        return node;
    }

    private static SignalingException failure(Problem problem) {
        return new SignalingException(problem, "the worker is away");
    }

    private static Code codeOf(Problem problem) {
        return switch (problem) {
            case ROOM_NOT_FOUND -> Code.ROOM_NOT_FOUND;
            case ROOM_FULL -> Code.ROOM_FULL;
            case UNAUTHORIZED, FORBIDDEN -> Code.UNAUTHORIZED;
            case UNREACHABLE, UNAVAILABLE, RATE_LIMITED -> Code.SIGNALING_UNREACHABLE;
            case PEER_TAKEN -> Code.REPLACED;
            default -> Code.FAILED;
        };
    }

    // ---- exact outputs

    @Test
    void aHostBeginsByAnnouncingItsRoom() {
        Node host = world.host();
        host.handle(new Input.Start());
        assertThat(host.lastOutputs)
                .containsExactly(
                        new Output.StateChanged(ConnectionState.CONNECTING, java.util.Optional.empty()),
                        new Output.Announce());
        host.handle(new Input.Announced());
        assertThat(host.lastOutputs).containsExactly(new Output.JoinSignaling());
        assertThat(host.machine.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aParticipantBeginsByJoiningTheWorkerAndThenOffersALink() {
        world.isWorkerUp = false;
        Node ann = world.participant("Ann", 2);
        ann.handle(new Input.Start());
        assertThat(ann.lastOutputs)
                .containsExactly(
                        new Output.StateChanged(ConnectionState.CONNECTING, java.util.Optional.empty()),
                        new Output.JoinSignaling());
        assertThat(ann.machine.deadlineNanos()).isEqualTo(Timer.CONNECT.nanos());
        ann.handle(new Input.SignalingUp());
        assertThat(ann.lastOutputs)
                .containsExactly(new Output.SignalingReachable(true), new Output.OpenLink(1, LinkRole.INITIATOR));
        assertThat(ann.machine.deadlineNanos()).isEqualTo(Timer.ATTEMPT.nanos());
        ann.handle(new Input.SignalingUp());
        assertThat(ann.lastOutputs).isEmpty();
    }

    @Test
    void leavingClosesEverythingAndIsTheLastThing() {
        world.host().start();
        Node ann = join("Ann", 2);
        ann.handle(new Input.Leave());
        assertThat(ann.lastOutputs).hasSize(5);
        assertThat(ann.lastOutputs.get(0)).isInstanceOf(Output.Transmit.class);
        assertThat(ann.lastOutputs.get(1)).isEqualTo(new Output.CloseLink(1));
        assertThat(ann.lastOutputs.get(2)).isEqualTo(new Output.LeaveSignaling());
        assertThat(ann.lastOutputs.get(3)).isInstanceOf(Output.StateChanged.class);
        assertThat(ann.lastOutputs.get(4)).isInstanceOf(Output.Closed.class);
        ann.handle(new Input.Leave());
        ann.handle(new Input.Tick());
        ann.handle(new Input.SignalingUp());
        ann.handle(new Input.LinkOpened(1, new byte[32]));
        assertThat(ann.lastOutputs).isEmpty();
    }

    @Test
    void aClosedRoomAnswersASubmitWithWhy() {
        Node host = world.host().start();
        host.handle(new Input.Leave());
        MachineHarness.Node again = host;
        again.machine.handle(
                world.nowNanos, world.epochMillis(), new Input.Submit(7, dev.parley.chat.OutgoingMessage.of("late")));
        Output output = again.machine.poll();
        assertThat(output).isInstanceOf(Output.Rejected.class);
        assertThat(((Output.Rejected) java.util.Objects.requireNonNull(output)).ticket())
                .isEqualTo(7);
        assertThat(((Output.Rejected) output).cause()).isInstanceOf(RoomClosedException.class);
        assertThat(again.machine.poll()).isNull();
    }

    @Test
    void inputsOfLinksThatAreNotThereDoNothing() {
        Node host = world.host().start();
        Node ann = join("Ann", 2);
        for (Node node : List.of(host, ann)) {
            for (Input input : List.of(
                    new Input.FrameReceived(99, new byte[] {1}),
                    new Input.LinkBuffered(99, 5),
                    new Input.LinkOpened(99, new byte[32]),
                    new Input.LinkClosed(
                            99,
                            new dev.parley.chat.CloseReason(Code.LEFT, dev.parley.chat.CloseReason.Origin.PEER, "")),
                    new Input.LinkSignalled(99, new dev.parley.chat.transport.LinkSignal.EndOfCandidates()))) {
                node.handle(input);
                assertThat(node.lastOutputs).isEmpty();
            }
        }
    }

    // ---- the worker fails

    @ParameterizedTest
    @EnumSource(Problem.class)
    void anOpeningRoomFailsWithItsWorker(Problem problem) {
        world.announceFailure = failure(problem);
        Node host = world.host().start();
        assertThat(host.takeTold()).containsExactly("CONNECTING", "CLOSED " + codeOf(problem));
        assertThat(host.all(Output.Closed.class).get(0).cause()).isSameAs(world.announceFailure);
    }

    @ParameterizedTest
    @EnumSource(Problem.class)
    void anAnnouncedRoomThatCannotJoinTheWorkerFails(Problem problem) {
        world.isWorkerUp = false;
        Node host = world.host().start();
        host.signalingEnded(problem);
        assertThat(host.takeTold()).containsExactly("CONNECTING", "CLOSED " + codeOf(problem));
    }

    @ParameterizedTest
    @EnumSource(Problem.class)
    void anOpenRoomOutlivesItsWorkerAndIsAnnouncedAgain(Problem problem) {
        Node host = world.host().start();
        Node ann = join("Ann", 2);
        host.signalingDown(problem);
        assertThat(host.all(Output.Announce.class)).hasSize(1);
        host.signalingEnded(problem);
        ann.signalingEnded(problem);
        host.send("still here");
        assertThat(ann.messages()).containsExactly("Host: still here");
        assertThat(host.all(Output.Announce.class)).hasSize(1);

        world.advance(Duration.ofNanos(Timer.ANNOUNCE.nanos()));
        assertThat(host.all(Output.Announce.class)).hasSize(2);
        assertThat(host.all(Output.JoinSignaling.class)).hasSize(2);
        join("Bob", 3);
        assertThat(host.closed).isNull();
        assertThat(ann.closed).isNull();
    }

    @Test
    void theRoomIsAnnouncedAgainWithABackoffThatHasACap() {
        Node host = world.host().start();
        world.announceFailure = failure(Problem.UNREACHABLE);
        host.signalingEnded(Problem.UNREACHABLE);
        List<Long> at = new ArrayList<>();
        long last = 0;
        while (at.size() < 12) {
            int before = host.all(Output.Announce.class).size();
            world.advanceMillis(10);
            if (host.all(Output.Announce.class).size() > before) {
                at.add((world.nowNanos - last) / 1_000_000);
                last = world.nowNanos;
            }
        }
        long bound = Timer.ANNOUNCE.nanos() / 1_000_000;
        for (long pause : at) {
            assertThat(pause).isBetween(bound / 2 - 10, bound + 20);
            bound = Math.min(2 * bound, Timer.MAX_RETRY.toMillis());
        }
        world.announceFailure = null;
        world.advance(Timer.MAX_RETRY);
        int announced = host.all(Output.Announce.class).size();
        // And the next failure begins with the short pause.
        host.signalingEnded(Problem.UNREACHABLE);
        world.advance(Duration.ofNanos(Timer.ANNOUNCE.nanos()));
        assertThat(host.all(Output.Announce.class)).hasSize(announced + 1);
    }

    @ParameterizedTest
    @EnumSource(Problem.class)
    void aJoinFailsWithTheWorker(Problem problem) {
        world.isWorkerUp = false;
        Node ann = world.participant("Ann", 2).start();
        ann.signalingEnded(problem);
        assertThat(ann.takeTold()).containsExactly("CONNECTING", "CLOSED " + codeOf(problem));

        Node bob = world.participant("Bob", 3).start();
        bob.signalingDown(problem);
        assertThat(bob.takeTold()).containsExactly("CONNECTING", "CLOSED SIGNALING_UNREACHABLE");
    }

    @ParameterizedTest
    @EnumSource(Problem.class)
    void aConnectedParticipantAsksTheWorkerAgainOnlyWhenItsLinkIsLost(Problem problem) {
        world.host().start();
        Node ann = join("Ann", 2);
        ann.takeTold();
        ann.signalingEnded(problem);
        world.advance(Duration.ofMinutes(5));
        assertThat(ann.all(Output.JoinSignaling.class)).hasSize(1);
        world.cut(ann.link());
        world.advanceMillis(1_000);
        assertThat(ann.all(Output.JoinSignaling.class)).hasSize(2);
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION", "CONNECTED");
    }

    @ParameterizedTest
    @EnumSource(Problem.class)
    void aReconnectingParticipantTriesTheWorkerAgainUntilItsTimeIsOver(Problem problem) {
        world.host().start();
        Node ann = join("Ann", 2);
        ann.takeTold();
        world.isWorkerUp = false;
        ann.signalingEnded(problem);
        world.cut(ann.link());
        long lostAt = world.nowNanos;
        world.advanceMillis(1_000);
        ann.signalingEnded(problem);
        world.advance(Timer.MAX_RETRY);
        assertThat(ann.all(Output.JoinSignaling.class)).hasSize(3);
        ann.signalingDown(problem);
        assertThat(ann.closed).isNull();
        world.advance(Duration.ofNanos(lostAt + Timer.RECONNECT.nanos() - 1 - world.nowNanos));
        assertThat(ann.closed).isNull();
        world.advance(Duration.ofNanos(1));
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION", "CLOSED NO_CONNECTION");
    }

    @Test
    void theListenerIsToldOfTheWorkerOnChangesOnly() {
        Node host = world.host().start();
        Node ann = join("Ann", 2);
        ann.handle(new Input.SignalingUp());
        ann.signalingDown(Problem.UNREACHABLE);
        ann.signalingDown(Problem.UNREACHABLE);
        ann.signalingEnded(Problem.UNREACHABLE);
        assertThat(ann.all(Output.SignalingReachable.class))
                .containsExactly(new Output.SignalingReachable(true), new Output.SignalingReachable(false));
        assertThat(host.all(Output.SignalingReachable.class)).containsExactly(new Output.SignalingReachable(true));
    }

    // ---- the link does not come about

    @Test
    void aJoinIsGivenUpInTimeAndTriedAgainBefore() {
        Node ann = world.participant("Ann", 2).start();
        world.advance(Duration.ofNanos(Timer.ATTEMPT.nanos()));
        assertThat(ann.all(Output.CloseLink.class)).hasSize(1);
        world.advance(Duration.ofNanos(Timer.CONNECT.nanos() - 1 - world.nowNanos));
        assertThat(ann.closed).isNull();
        assertThat(ann.all(Output.OpenLink.class).size()).isBetween(2, 3);
        world.advance(Duration.ofNanos(1));
        assertThat(ann.takeTold()).containsExactly("CONNECTING", "CLOSED NO_CONNECTION");
    }

    /** Both have lost the worker, and then each other. */
    private Node joinAndLoseAll(Node host) {
        Node ann = join("Ann", 2);
        ann.signalingDown(Problem.UNREACHABLE);
        host.signalingDown(Problem.UNREACHABLE);
        ann.outputs.clear();
        world.cut(ann.link());
        return ann;
    }

    private void assertTriesAtOnceWhenTheWorkerIsBack(Node host, Node ann) {
        assertThat(ann.machine.state).isEqualTo(ConnectionState.RECONNECTING);
        host.handle(new Input.SignalingUp());
        world.worker.put(host.id(), host);
        world.worker.put(ann.id(), ann);
        ann.outputs.clear();
        ann.handle(new Input.SignalingUp());
        assertThat(ann.all(Output.OpenLink.class)).as("without time passing").hasSize(1);
        world.settle();
        assertThat(ann.machine.state).isEqualTo(ConnectionState.CONNECTED);
    }

    @Test
    void whoseWorkerIsBackTriesAtOnceAndAnewWhatWasSignalledToNobody() {
        Node host = world.host().start();
        Node ann = joinAndLoseAll(host);
        world.advance(Duration.ofSeconds(25));
        assertTriesAtOnceWhenTheWorkerIsBack(host, ann);
    }

    @Test
    void whoseWorkerIsBackDoesNotWaitForItsPause() {
        Node host = world.host().start();
        Node ann = joinAndLoseAll(host);
        assertThat(ann.all(Output.OpenLink.class)).as("it waits").isEmpty();
        assertTriesAtOnceWhenTheWorkerIsBack(host, ann);
        world.advance(Timer.RETRY.toDuration());
        assertThat(ann.all(Output.OpenLink.class)).as("once").hasSize(1);
    }

    @Test
    void theNextTryWaitsLongerUpToACap() {
        world.host().start();
        Node ann = join("Ann", 2);
        world.cut(ann.link());
        // From here on every link fails as soon as it is begun.
        List<Long> at = new ArrayList<>();
        long failedAt = world.nowNanos;
        int links = ann.all(Output.OpenLink.class).size();
        while (ann.closed == null) {
            world.advance(Duration.ofNanos(ann.machine.deadlineNanos() - world.nowNanos - 1));
            ann.handle(new Input.SignalingUp());
            world.nowNanos++;
            ann.handle(new Input.Tick());
            List<Output.OpenLink> opened = ann.all(Output.OpenLink.class);
            if (opened.size() > links) {
                links = opened.size();
                at.add((world.nowNanos - failedAt) / 1_000_000);
                failedAt = world.nowNanos;
                ann.handle(new Input.LinkClosed(
                        opened.get(links - 1).link(),
                        new dev.parley.chat.CloseReason(
                                Code.NO_CONNECTION, dev.parley.chat.CloseReason.Origin.NETWORK, "no path")));
            }
        }
        assertThat(at.size()).isGreaterThan(6);
        long bound = Timer.RETRY.nanos() / 1_000_000;
        for (long pause : at) {
            assertThat(pause).isBetween(bound / 2, bound);
            bound = Math.min(2 * bound, Timer.MAX_RETRY.toMillis());
        }
        assertThat(ann.closed.code()).isEqualTo(Code.NO_CONNECTION);
        assertThat(world.nowNanos).isLessThanOrEqualTo(Timer.RECONNECT.nanos() + 500_000_000L);
    }

    @Test
    void aSilentLinkIsAskedOnceAndThenGivenUp() {
        Node host = world.host().start();
        Node ann = join("Ann", 2);
        world.advanceMillis(1_000);
        ann.takeTold();
        long lastHeard = world.nowNanos;
        host.send("the last thing that is heard");
        world.silence(ann.link());
        world.advance(Duration.ofNanos(lastHeard + Timer.SILENCE.nanos() - 1 - world.nowNanos));
        assertThat(ann.hasOpenLink()).isTrue();
        assertThat(ann.takeTold()).containsExactly("Host: the last thing that is heard");
        world.advance(Duration.ofNanos(1));
        assertThat(ann.takeTold()).containsExactly("RECONNECTING NO_CONNECTION");
    }

    // ---- too much

    @Test
    void aParticipantsMessageIsRejectedWhenTooMuchIsUnorderedAndNothingIsLost() {
        world.host().start();
        long max = 100_000;
        Node ann = world.participant(world.config(
                        MachineHarness.identity(2), "Ann", MachineHarness.SECRET, max, Map.of(), List.of()))
                .start();
        world.advanceMillis(500);
        world.stall(ann.link());
        String text = "x".repeat(10_000);
        int sent = 0;
        while (ann.rejected.isEmpty()) {
            ann.send(text);
            sent++;
            assertThat(sent).isLessThan(20);
        }
        assertThat(ann.accepted).hasSize(sent - 1);
        assertThat(ann.rejected.values()).singleElement().isInstanceOf(BackpressureException.class);
        BackpressureException cause =
                (BackpressureException) ann.rejected.values().iterator().next();
        assertThat(cause.maxQueuedBytes()).isEqualTo(max);
        assertThat(cause.queuedBytes()).isLessThanOrEqualTo(max + 300);
        assertThat(cause.queuedBytes() + text.length()).isGreaterThan(max - 100);

        world.unstall(ann.link());
        world.advanceMillis(100);
        assertThat(ann.messages()).hasSize(sent - 1);
        assertThat(ann.accepted).containsKey(ann.send("again"));
        assertThat(ann.messages()).hasSize(sent);
    }

    @Test
    void aHostsMessageIsRejectedWhenAParticipantIsSlowAndTheRoomDrains() {
        long max = 1024 * 1024;
        Node host = world.host(max).start();
        Node ann = join("Ann", 2);
        world.stall(ann.linkAtHost());
        String text = "x".repeat(10_000);
        int sent = 0;
        while (host.rejected.isEmpty()) {
            host.send(text);
            sent++;
            assertThat(sent).isLessThan(200);
        }
        assertThat(sent * 10_000L).isGreaterThan(max / 2 - 20_000);
        assertThat(host.rejected.values()).singleElement().isInstanceOf(BackpressureException.class);
        assertThat(ann.hasOpenLink()).isTrue();

        world.unstall(ann.linkAtHost());
        world.advance(Duration.ofNanos(Timer.PING.nanos()));
        assertThat(ann.messages()).hasSize(sent - 1);
        assertThat(host.accepted).containsKey(host.send("again"));
        assertThat(ann.messages()).hasSize(sent);
        assertThat(host.machine.heldBytes() - sent * 10_500L).isLessThan(2L * Limits.LINK_REPORT_BYTES);
    }

    @Test
    void aSlowPeerIsDroppedAtTheBoundAndGetsWhatItMissedWhenItIsBack() {
        long max = 1024 * 1024;
        Node host = world.host(max).start();
        Node ann = join("Ann", 2);
        Node bob = join("Bob", 3);
        world.stall(bob.linkAtHost());
        String text = "x".repeat(10_000);
        int sent = 0;
        while (!host.told.contains("-Bob")) {
            ann.send(text);
            sent++;
            assertThat(sent).isLessThan(200);
            assertThat(host.machine.heldBytes()).isLessThan(sent * 10_500L + max + 2L * Limits.LINK_REPORT_BYTES);
        }
        world.advanceMillis(5_000);
        assertThat(ann.messages()).hasSize(sent);
        assertThat(ann.closed).isNull();
        assertThat(bob.told).anyMatch(line -> line.startsWith("RECONNECTING"));
        assertThat(bob.told.get(bob.told.size() - 1)).isEqualTo("CONNECTED");
        assertThat(bob.messages()).as("each once").hasSize(sent);
        assertThat(host.told).containsSequence("-Bob", "+Bob");
    }

    @Test
    void aPeerTooSlowForTheCommitOfARemovalIsRemovedToo() {
        // The bound is to be passed by the commit itself, hence first: how many short messages do it?
        SlowBob rehearsal = new SlowBob();
        int messages = 0;
        while (!rehearsal.host.told.contains("-Bob")) {
            rehearsal.ann.send("x");
            messages++;
        }
        SlowBob slow = new SlowBob();
        for (int i = 1; i < messages; i++) {
            slow.ann.send("x");
        }
        assertThat(slow.host.told).doesNotContain("-Bob");
        slow.cleo.handle(new Input.Leave());
        slow.room.settle();
        assertThat(slow.host.told).contains("-Cleo", "-Bob");
        slow.room.advanceMillis(300);
        assertThat(slow.ann.told).as("her group is without both").contains("-Cleo", "-Bob");
    }

    /** A room in which nearly all that may wait for Bob waits. */
    private static final class SlowBob {
        final MachineHarness room = new MachineHarness();
        final Node host = room.host(300_000).start();
        final Node ann = room.participant("Ann", 2).start();
        final Node bob = room.participant("Bob", 3).start();
        final Node cleo = room.participant("Cleo", 4).start();

        SlowBob() {
            room.advanceMillis(2_000);
            room.stall(bob.linkAtHost());
            for (int i = 0; i < 29; i++) {
                ann.send("x".repeat(10_000 - 1));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1048576, 1048576", "4194304, 1048576"})
    void noMoreThanTheWindowIsHandedToALink(long max, long window) {
        Node host = world.host(max).start();
        Node ann = join("Ann", 2);
        world.stall(ann.linkAtHost());
        for (int i = 0; i < 400; i++) {
            host.send("x".repeat(10_000));
        }
        assertThat(ann.linkAtHost().undeliveredBytes()).isLessThanOrEqualTo(window);
    }
}
