package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomStats;
import dev.parley.chat.transport.LinkStats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a room tells of itself, by figures and by events of the Flight Recorder. */
final class StatsSimulationTest {

    private final SimWorld world = new SimWorld(11, NetworkProfile.wifi());
    private final SimPeer host = world.peer("host");
    private final SimPeer ann = world.peer("ann");
    private final SimPeer bob = world.peer("bob");

    private void open() {
        host.create(RoomOptions.named("Figures"));
        assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30))).isTrue();
        ann.join(host.room().invite());
        bob.join(host.room().invite());
        assertThat(world.runUntil(() -> ann.isConnected() && bob.isConnected(), Duration.ofSeconds(60)))
                .isTrue();
        world.runFor(Duration.ofSeconds(20));
    }

    private RoomStats statsOf(SimPeer peer) {
        CompletableFuture<RoomStats> stats = peer.room().stats();
        assertThat(world.runUntil(stats::isDone, Duration.ofSeconds(5))).isTrue();
        return stats.join();
    }

    @Test
    void aRoomAtRestSaysWhomItReachesAndThatNothingWaits() {
        open();
        CompletableFuture<?> unused = ann.send("hello");
        world.runFor(Duration.ofSeconds(20));
        RoomStats stats = statsOf(ann);
        assertThat(stats.members()).isEqualTo(3);
        assertThat(stats.epoch()).isPositive();
        assertThat(stats.eventsKnown()).as("three names and a message").isGreaterThanOrEqualTo(2);
        assertThat(stats.heldBytes()).isPositive();
        assertThat(stats.unconfirmedEvents()).isZero();
        assertThat(stats.unsentEvents()).isZero();
        assertThat(stats.aheadEvents()).isZero();
        assertThat(stats.links())
                .extracting(RoomStats.Link::peer, RoomStats.Link::kind)
                .containsExactlyInAnyOrder(
                        org.assertj.core.api.Assertions.tuple(host.identity().peerId(), RoomStats.Kind.LEADER),
                        org.assertj.core.api.Assertions.tuple(bob.identity().peerId(), RoomStats.Kind.PARTICIPANT));
        for (RoomStats.Link link : stats.links()) {
            assertThat(link.phase()).isEqualTo(RoomStats.Phase.ADMITTED);
            assertThat(link.interrupted()).isFalse();
            assertThat(Objects.requireNonNull(link.roundTrip())).isBetween(Duration.ofMillis(1), Duration.ofSeconds(1));
            assertThat(Objects.requireNonNull(link.sinceHeard())).isLessThan(Duration.ofSeconds(5));
            LinkStats transport = Objects.requireNonNull(link.transport());
            assertThat(transport.bytesSent()).isPositive();
            assertThat(transport.route()).isNotNull();
        }
        assertThat(stats.toString()).doesNotContain("sim-offer", "127.0.0.1");
    }

    @Test
    void whatIsSaidWhileNobodyIsReachedWaits() {
        open();
        world.network().moveTo("ann", 1);
        world.network().cutFromWorker("ann", true);
        world.runFor(Duration.ofSeconds(8));
        CompletableFuture<?> unused = ann.send("into the dark");
        RoomStats interrupted = statsOf(ann);
        assertThat(interrupted.links()).hasSize(2).allMatch(RoomStats.Link::interrupted);
        assertThat(interrupted.unconfirmedEvents()).isEqualTo(1);
        world.runFor(Duration.ofSeconds(40));
        CompletableFuture<?> unusedAgain = ann.send("and again");
        assertThat(statsOf(ann).unsentEvents()).isEqualTo(1);
    }

    @Test
    void aClosedRoomHasNoFigures() {
        open();
        var room = ann.room();
        CompletableFuture<?> unused = ann.leave();
        CompletableFuture<RoomStats> late = room.stats();
        world.runFor(Duration.ofSeconds(5));
        CompletableFuture<RoomStats> later = room.stats();
        for (CompletableFuture<RoomStats> each : List.of(late, later)) {
            assertThat(each).isDone();
            assertThatThrownBy(each::join).hasCauseInstanceOf(RoomClosedException.class);
        }
    }

    @Test
    void aRecordingHoldsWhatHappened(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("room.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            open();
            CompletableFuture<?> unused = ann.send("a word that is not to be recorded");
            world.runFor(Duration.ofSeconds(2));
            world.network().changeAddress("bob");
            world.runFor(Duration.ofSeconds(30));
            CompletableFuture<?> unusedLeaving = ann.leave();
            world.runFor(Duration.ofSeconds(5));
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.parley."))
                .toList();
        Set<String> names = events.stream()
                .map(event -> event.getEventType().getName().substring("dev.parley.".length()))
                .collect(Collectors.toSet());
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "LinkOpened", "LinkClosed", "PathChanged", "EpochChanged", "MessageSent", "MessageDelivered");
        assertThat(events)
                .allSatisfy(event -> assertThat(host.room().id().value()).startsWith(event.getString("room")))
                .noneSatisfy(event -> assertThat(event.toString()).contains("not to be recorded"));
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().equals("dev.parley.LinkOpened"))
                .hasSize(6)
                .allSatisfy(event -> assertThat(world.peers())
                        .anyMatch(peer -> peer.identity().peerId().value().equals(event.getString("peer"))));
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().equals("dev.parley.MessageDelivered"))
                .hasSize(3)
                .allSatisfy(event -> assertThat(event.getString("sender"))
                        .isEqualTo(ann.identity().peerId().value()));
    }
}
