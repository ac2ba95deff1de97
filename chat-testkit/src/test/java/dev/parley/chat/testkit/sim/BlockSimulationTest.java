package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.Room;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomListener;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.store.PeerBook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whom one profile has blocked, in rooms of real drivers. */
class BlockSimulationTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final SimWorld world = new SimWorld(88, NetworkProfile.wifi());
    private final SimPeer host = world.peer("host");
    private final SimPeer ann = world.peer("ann");
    private final SimPeer bob = world.peer("bob");

    /** What a listener is told of what is said. */
    private static final class Told implements RoomListener {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void onMessage(Room room, ChatMessage message) {
            lines.add(message.text());
        }

        @Override
        public void onPrivateMessage(Room room, ChatMessage message, PeerId to) {
            lines.add("psst " + message.text());
        }

        @Override
        public void onMessageHidden(Room room, MessageId message) {
            lines.add("hidden");
        }

        @Override
        public void onReactions(Room room, MessageId message, List<ReactionTotal> reactions) {
            lines.add("reactions " + reactions.size());
        }

        @Override
        public void onTyping(Room room, PeerId participant, boolean isTyping) {
            lines.add("typing " + isTyping);
        }
    }

    private <T> T done(CompletableFuture<T> future) {
        assertThat(world.runUntil(future::isDone, LIMIT)).isTrue();
        return future.join();
    }

    private Invite open(SimPeer peer, String name) {
        peer.create(RoomOptions.named(name));
        assertThat(world.runUntil(peer::isConnected, LIMIT)).isTrue();
        return peer.room().invite();
    }

    private void say(SimPeer peer, String text) {
        done(peer.send(text));
        world.runFor(Duration.ofSeconds(3));
    }

    @Test
    void whoIsBlockedIsSoAfterARestartAndNothingIsToldOfIt() {
        Invite invite = open(host, "Tea");
        ann.join(invite);
        assertThat(world.runUntil(ann::isConnected, LIMIT)).isTrue();
        Told before = new Told();
        Room first = done(bob.manager().joinRoom(invite, before));
        say(ann, "one");
        done(first.block(ann.identity().peerId()));
        world.runFor(Duration.ofSeconds(1));
        say(ann, "two");
        assertThat(before.lines).containsExactly("one", "hidden");

        bob.crash();
        bob.restart();
        Told after = new Told();
        Room second = done(bob.manager().joinRoom(invite, after));
        say(ann, "three");
        say(host, "four");
        MessageId hosts = host.accepted().get(0);
        done(ann.room().react(hosts, Reaction.of("+"), true));
        ann.room().typing(true);
        done(ann.room().sendPrivate(bob.identity().peerId(), OutgoingMessage.of("you there?")));
        world.runFor(Duration.ofSeconds(3));
        assertThat(after.lines).containsExactly("four");
        assertThat(done(second.withheld()))
                .containsAll(ann.accepted().subList(0, 3))
                .doesNotContain(hosts);

        done(second.unblock(ann.identity().peerId()));
        world.runFor(Duration.ofSeconds(1));
        assertThat(after.lines)
                .containsExactlyInAnyOrder("four", "one", "two", "three", "reactions 1", "psst you there?");
        assertThat(bob.manager().peerBook().blocked()).isEmpty();
        assertThat(done(second.withheld())).isEmpty();
        done(second.leave());
        assertThatThrownBy(second.withheld()::join).hasCauseInstanceOf(RoomClosedException.class);
    }

    @Test
    void whoIsBlockedInOneRoomIsSoInTheOthersThatAreOpen() {
        Invite tea = open(host, "Tea");
        Invite coffee = open(ann, "Coffee");
        Told here = new Told();
        Told there = new Told();
        Room first = done(bob.manager().joinRoom(tea, here));
        done(bob.manager().joinRoom(coffee, there));
        done(first.block(ann.identity().peerId()));
        world.runFor(Duration.ofSeconds(1));
        say(ann, "black");
        assertThat(there.lines).isEmpty();
        done(first.unblock(ann.identity().peerId()));
        world.runFor(Duration.ofSeconds(1));
        assertThat(there.lines).containsExactly("black");
    }

    @Test
    void oneselfAndOneTooManyAreNotBlocked() {
        open(host, "Tea");
        CompletableFuture<Void> oneself = host.room().block(host.identity().peerId());
        assertThat(world.runUntil(oneself::isDone, LIMIT)).isTrue();
        assertThatThrownBy(oneself::join).hasCauseInstanceOf(NotAllowedException.class);
        assertThat(host.manager().peerBook().blocked()).isEmpty();
        for (int i = 0; i < PeerBook.MAX_BLOCKED; i++) {
            byte[] bytes = new byte[PeerId.BYTES];
            bytes[1] = (byte) (i >> 8);
            bytes[2] = (byte) i;
            host.manager().peerBook().block(PeerId.of(bytes), Instant.EPOCH);
        }
        CompletableFuture<Void> oneMore = host.room().block(ann.identity().peerId());
        assertThat(world.runUntil(oneMore::isDone, LIMIT)).isTrue();
        assertThatThrownBy(oneMore::join).hasCauseInstanceOf(NotAllowedException.class);
    }
}
