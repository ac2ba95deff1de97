package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.chat.CloseReason;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The emoji of a room, whatever becomes of links and members: all see the same, and have every image. */
class EmojiSimulationTest {

    private static final int SEEDS = Integer.getInteger("parley.sim.seeds", 5);
    private static final Duration LONG = Duration.ofMinutes(10);

    private SimWorld world = new SimWorld(7, NetworkProfile.wifi());
    private final List<SimPeer> peers = new ArrayList<>();

    private void enter(int count) {
        SimPeer host = world.peer("host");
        peers.add(host);
        host.create(RoomOptions.named("Tea"));
        assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30))).isTrue();
        for (int i = 1; i < count; i++) {
            join();
        }
        world.runFor(Duration.ofSeconds(20));
    }

    private SimPeer join() {
        SimPeer guest = world.peer("guest" + peers.size());
        peers.add(guest);
        guest.join(peers.get(0).room().invite());
        assertThat(world.runUntil(guest::isConnected, LONG)).as("is in").isTrue();
        return guest;
    }

    private static byte[] image(int number) {
        byte[] image = new byte[1 + number * 9_973 % RoomEmoji.MAX_IMAGE_BYTES];
        new Random(number).nextBytes(image);
        return image;
    }

    private MessageId add(SimPeer peer, String shortcode, byte[] image) {
        CompletableFuture<MessageId> added = peer.room().addEmoji(shortcode, image, "image/png");
        world.runFor(Duration.ofSeconds(1));
        return added.join();
    }

    private static List<String> shortcodes(SimPeer peer) {
        return peer.room().emoji().stream().map(RoomEmoji::shortcode).toList();
    }

    /** Whether somebody has the images of all emoji that it sees. */
    private static boolean hasAll(SimPeer peer) {
        return peer.room().emoji().stream()
                .allMatch(emoji ->
                        peer.store().image(peer.room().id(), emoji.sha256()).isPresent());
    }

    private boolean allAgree(List<SimPeer> some) {
        List<RoomEmoji> first = some.get(0).room().emoji();
        return some.stream()
                .allMatch(peer -> peer.isConnected() && peer.room().emoji().equals(first) && hasAll(peer));
    }

    private byte[] imageAt(SimPeer peer, String sha256) {
        CompletableFuture<byte[]> image = peer.room().emojiImage(sha256);
        world.runFor(Duration.ofSeconds(5));
        return image.join();
    }

    @Test
    void itIsSeenByAllWithItsImageAndTold() {
        enter(4);
        byte[] image = image(3);
        add(peers.get(2), "Tea_Pot", image);
        assertThat(world.runUntil(() -> allAgree(peers), LONG)).isTrue();
        for (SimPeer peer : peers) {
            RoomEmoji emoji = peer.room().emoji().get(0);
            assertThat(emoji.shortcode()).isEqualTo("Tea_Pot");
            assertThat(emoji.author()).isEqualTo(peers.get(2).identity().peerId());
            assertThat(emoji.sizeBytes()).isEqualTo(image.length);
            assertThat(imageAt(peer, emoji.sha256())).isEqualTo(image);
            assertThat(peer.emoji()).isEqualTo(peer.room().emoji());
        }
        CompletableFuture<Void> removed = peers.get(0).room().removeEmoji("TEA_pot");
        assertThat(world.runUntil(
                        () -> peers.stream().allMatch(peer -> shortcodes(peer).isEmpty()), LONG))
                .isTrue();
        assertThat(removed).isCompleted();
        world.runFor(Duration.ofSeconds(2));
        for (SimPeer peer : peers) {
            assertThat(peer.store().images(peer.room().id())).hasSize(peer == peers.get(2) ? 1 : 0);
            assertThat(peer.emoji()).isEmpty();
        }
    }

    @Test
    void itStaysWhenItsAuthorLeavesAndComesToWhoIsThereLaterWhateverHistoryIsGiven() {
        enter(3);
        CompletableFuture<Void> set =
                peers.get(0).room().change(peers.get(0).room().settings().withHistory(HistoryPolicy.NONE));
        byte[] image = image(9);
        SimPeer author = peers.get(1);
        add(author, "tea", image);
        assertThat(world.runUntil(
                        () -> hasAll(peers.get(2)) && !shortcodes(peers.get(2)).isEmpty(), LONG))
                .isTrue();
        assertThat(set).isCompleted();
        CompletableFuture<CloseReason> left = author.leave();
        world.runFor(Duration.ofSeconds(30));
        assertThat(left).isCompleted();
        peers.remove(author);
        SimPeer late = join();
        assertThat(world.runUntil(() -> allAgree(peers), LONG)).isTrue();
        assertThat(shortcodes(late)).containsExactly("tea");
        assertThat(imageAt(late, late.room().emoji().get(0).sha256())).isEqualTo(image);
    }

    @Test
    void itIsThereAfterANewStartAndGivenToOthers() {
        enter(3);
        byte[] image = image(5);
        SimPeer author = peers.get(1);
        SimPeer other = peers.get(2);
        add(author, "tea", image);
        assertThat(world.runUntil(() -> allAgree(peers), LONG)).isTrue();
        other.crash();
        world.runFor(Duration.ofSeconds(30));
        other.restart();
        other.join(peers.get(0).room().invite());
        assertThat(world.runUntil(other::isConnected, LONG)).isTrue();
        assertThat(shortcodes(other)).containsExactly("tea");
        assertThat(imageAt(other, other.room().emoji().get(0).sha256())).isEqualTo(image);
        // The host's store loses it, and its author goes: the one that was started anew gives it.
        peers.get(0).store().keepOnlyImages(other.room().id(), Set.of());
        CompletableFuture<CloseReason> left = author.leave();
        world.runFor(Duration.ofSeconds(30));
        assertThat(left).isCompleted();
        peers.remove(author);
        join();
        assertThat(world.runUntil(() -> allAgree(peers), LONG)).isTrue();
    }

    @Test
    void whoWantsAnImageThatTheStoreHasLostIsToldAndGetsItTheNextTime() {
        enter(3);
        byte[] image = image(6);
        add(peers.get(1), "tea", image);
        assertThat(world.runUntil(() -> allAgree(peers), LONG)).isTrue();
        SimPeer reader = peers.get(2);
        String sha256 = reader.room().emoji().get(0).sha256();
        reader.store().keepOnlyImages(reader.room().id(), Set.of());
        CompletableFuture<byte[]> lost = reader.room().emojiImage(sha256);
        world.runFor(Duration.ofSeconds(1));
        assertThat(catchThrowable(lost::join)).hasCauseInstanceOf(FileTransferException.class);
        assertThat(imageAt(reader, sha256)).isEqualTo(image);
    }

    @Test
    void whoeverIsFarFromTheAuthorInALargeRoomGetsItOverTheOthers() {
        enter(14);
        add(peers.get(5), "tea", image(20));
        assertThat(world.runUntil(() -> allAgree(peers), LONG)).isTrue();
        assertThat(shortcodes(peers.get(11))).containsExactly("tea");
    }

    @Test
    void whoBlocksDoesNotSeeItAndRemovesItsImage() {
        enter(3);
        SimPeer author = peers.get(1);
        SimPeer blocker = peers.get(2);
        add(author, "tea", image(2));
        assertThat(world.runUntil(() -> allAgree(peers), LONG)).isTrue();
        CompletableFuture<Void> blocked = blocker.room().block(author.identity().peerId());
        world.runFor(Duration.ofSeconds(2));
        assertThat(blocked).isCompleted();
        assertThat(shortcodes(blocker)).isEmpty();
        assertThat(blocker.store().images(blocker.room().id())).isEmpty();
        assertThat(shortcodes(peers.get(0))).containsExactly("tea");
    }

    @Test
    void whatIsNotThereIsRefusedInWords() {
        enter(2);
        CompletableFuture<byte[]> image = peers.get(1).room().emojiImage("0".repeat(64));
        CompletableFuture<Void> removed = peers.get(1).room().removeEmoji("nothing");
        world.runFor(Duration.ofSeconds(1));
        assertThat(catchThrowable(image::join)).hasCauseInstanceOf(NotAllowedException.class);
        assertThat(catchThrowable(removed::join)).hasCauseInstanceOf(NotAllowedException.class);
    }

    /** Adds and removals at all members, while links break, members crash and leave, and islands form. */
    @Test
    void underLossAndChurnAllSeeTheSameInTheEndAndHaveEveryImage() {
        int most = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            world = new SimWorld(seed, NetworkProfile.wifi());
            peers.clear();
            enter(4);
            world.network().become(NetworkProfile.cellular());
            Random random = world.random();
            int number = 0;
            for (int step = 0; step < 40; step++) {
                SimPeer peer = peers.get(random.nextInt(peers.size()));
                int what = random.nextInt(20);
                if (what < 10 && peer.isConnected()) {
                    var unused = peer.room().addEmoji("e" + random.nextInt(12), image(number++ % 15), null);
                } else if (what < 14
                        && peer.isConnected()
                        && !peer.room().emoji().isEmpty()) {
                    List<RoomEmoji> there = peer.room().emoji();
                    var unused = peer.room()
                            .removeEmoji(there.get(random.nextInt(there.size())).id());
                } else if (what == 14) {
                    world.network().moveTo(peer.name(), 1 + random.nextInt(2));
                } else if (what == 15) {
                    world.network().heal();
                } else if (what == 16 && peer != peers.get(0)) {
                    peer.crash();
                    world.runFor(Duration.ofSeconds(random.nextInt(1, 15)));
                    peer.restart();
                    peer.join(peers.get(0).room().invite());
                } else if (what == 17 && peers.size() < 7) {
                    SimPeer guest = world.peer("guest" + peers.size());
                    peers.add(guest);
                    guest.join(peers.get(0).room().invite());
                } else {
                    world.network()
                            .become(random.nextBoolean() ? NetworkProfile.cellular() : NetworkProfile.terrible());
                }
                world.runFor(Duration.ofMillis(random.nextInt(50, 3_000)));
            }
            world.network().heal();
            world.network().become(NetworkProfile.wifi());
            comeBack();
            boolean isSame = world.runUntil(() -> allAgree(peers), LONG);
            assertThat(isSame)
                    .as(
                            "seed %s: %s",
                            seed,
                            peers.stream().map(EmojiSimulationTest::describe).toList())
                    .isTrue();
            world.runFor(Duration.ofSeconds(30));
            for (SimPeer peer : peers) {
                assertThat(peer.store().images(peer.room().id()).size())
                        .as("images of %s, seed %s", peer, seed)
                        .isLessThanOrEqualTo(peer.room().emoji().size() + RoomEmoji.MAX_PER_MEMBER);
                CompletableFuture<RoomStats> stats = peer.room().stats();
                world.runFor(Duration.ofSeconds(2));
                assertThat(stats.join().heldBytes()).as("held by %s", peer).isLessThan(2 * 1024 * 1024);
            }
            most = Math.max(most, peers.get(0).room().emoji().size());
        }
        assertThat(most).isGreaterThan(3);
    }

    /** Whose room was closed meanwhile enters it again. */
    private void comeBack() {
        for (int round = 0; round < 5; round++) {
            world.runFor(Duration.ofMinutes(1));
            for (SimPeer peer : peers.subList(1, peers.size())) {
                if (!peer.isInRoom() && peer.entering().isDone()) {
                    peer.join(peers.get(0).room().invite());
                }
            }
        }
        assertThat(world.runUntil(() -> peers.stream().allMatch(SimPeer::isConnected), LONG))
                .as("all are back, seed %s", world.seed())
                .isTrue();
    }

    private static String describe(SimPeer peer) {
        return peer + " " + (peer.isConnected() ? shortcodes(peer) + " " + hasAll(peer) : "is not there") + "\n";
    }
}
