package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.MessageId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.store.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is deleted, or disappears, is in nobody's history any more, and harms no chain. */
class DeletionSimulationTest {

    private final SimWorld world = new SimWorld(7, NetworkProfile.wifi());
    private final SimPeer host = world.peer("host");
    private final SimPeer ann = world.peer("ann");
    private final SimPeer bob = world.peer("bob");
    private RoomId room = new RoomId("a".repeat(32));

    @BeforeEach
    void enter() {
        host.create(RoomOptions.named("Tea"));
        assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30))).isTrue();
        room = host.room().id();
        ann.join(host.room().invite());
        bob.join(host.room().invite());
        world.runFor(Duration.ofSeconds(10));
    }

    private MessageId say(SimPeer peer, String text) {
        CompletableFuture<MessageId> sent = peer.send(text);
        world.runFor(Duration.ofSeconds(2));
        return sent.join();
    }

    private List<String> textsAt(SimPeer peer) {
        return peer.store().timeline(room, null, 100).stream()
                .map(StoredEvent::text)
                .flatMap(Optional::stream)
                .toList();
    }

    @Test
    void whatItsAuthorDeletesIsInNoStoreAlsoOfWhoWasAway() {
        say(ann, "first");
        bob.crash();
        MessageId doomed = say(ann, "rosebud");
        say(ann, "last");
        CompletableFuture<?> deleted = ann.room().delete(doomed);
        world.runFor(Duration.ofSeconds(2));
        assertThat(deleted).isCompleted();
        bob.restart();
        bob.join(host.room().invite());
        world.runFor(Duration.ofSeconds(30));
        for (SimPeer peer : List.of(host, ann, bob)) {
            assertThat(textsAt(peer)).as(peer.name()).contains("first", "last").doesNotContain("rosebud");
            assertThat(peer.store().event(room, doomed)).as(peer.name()).isEmpty();
        }
        say(ann, "and on");
        List<SimPeer> all = new ArrayList<>(List.of(host, ann, bob));
        all.forEach(peer -> assertThat(textsAt(peer)).as(peer.name()).contains("and on"));
    }

    @Test
    void whatDisappearsLeavesTheStoresOfAll() {
        CompletableFuture<?> changed =
                host.room().change(host.room().settings().withDisappearAfter(Duration.ofMinutes(1)));
        world.runFor(Duration.ofSeconds(2));
        assertThat(changed).isCompleted();
        say(ann, "rosebud");
        for (SimPeer peer : List.of(host, ann, bob)) {
            assertThat(textsAt(peer)).as(peer.name()).contains("rosebud");
        }
        world.runFor(Duration.ofSeconds(70));
        for (SimPeer peer : List.of(host, ann, bob)) {
            assertThat(textsAt(peer)).as(peer.name()).doesNotContain("rosebud");
        }
    }
}
