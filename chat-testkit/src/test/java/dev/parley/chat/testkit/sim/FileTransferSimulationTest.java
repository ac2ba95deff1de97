package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.chat.CloseReason;
import dev.parley.chat.FileOffer;
import dev.parley.chat.FileTransfer;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.FileTransferException.Problem;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files between members: whole or not at all, whatever becomes of the links, and real ones on a real disk. */
class FileTransferSimulationTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private SimWorld world = new SimWorld(7, NetworkProfile.wifi());
    private final List<SimPeer> peers = new ArrayList<>();

    /** Lets so many come into a room, the host first. */
    private void enter(int count) {
        SimPeer host = world.peer("host");
        peers.add(host);
        host.create(RoomOptions.named("Tea"));
        assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30))).isTrue();
        for (int i = 1; i < count; i++) {
            SimPeer guest = world.peer("guest" + i);
            peers.add(guest);
            guest.join(host.room().invite());
        }
        assertThat(world.runUntil(() -> peers.stream().allMatch(SimPeer::isConnected), LONG))
                .as("all are in")
                .isTrue();
        world.runFor(Duration.ofSeconds(20));
    }

    private Path file(String name, int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MessageId offer(SimPeer author, Path file) {
        CompletableFuture<MessageId> offered = author.room().offerFile(file);
        world.runFor(Duration.ofSeconds(5));
        return offered.join();
    }

    private Path place(SimPeer peer) {
        return folder.resolve("got-by-" + peer.name());
    }

    private FileTransfer fetch(SimPeer peer, MessageId offer) {
        return peer.room().fetchFile(offer, place(peer));
    }

    /** A fetch of which more than so much has come. */
    private FileTransfer begun(SimPeer peer, MessageId offer, long bytes) {
        FileTransfer transfer = fetch(peer, offer);
        assertThat(world.runUntil(() -> transfer.receivedBytes() > bytes, LONG)).isTrue();
        return transfer;
    }

    private void runUntilDone(FileTransfer transfer) {
        assertThat(world.runUntil(transfer.done()::isDone, LONG)).as("it ends").isTrue();
    }

    private void assertWhole(FileTransfer transfer, Path original, SimPeer peer) {
        runUntilDone(transfer);
        assertThat(transfer.done().join()).isEqualTo(place(peer)).hasSameBinaryContentAs(original);
    }

    private void assertFailed(FileTransfer transfer, Problem problem) {
        runUntilDone(transfer);
        Throwable failure = catchThrowable(() -> transfer.done().join());
        assertThat(failure).isInstanceOf(CompletionException.class);
        assertThat(failure.getCause())
                .isInstanceOfSatisfying(
                        FileTransferException.class,
                        cause -> assertThat(cause.problem()).isEqualTo(problem));
    }

    private List<Path> beginnings() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".part")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15_999, 16_000, 16_001, 256_000, 256_001, 3_000_000})
    void aFileOfEachLengthComesWholeAndItsAuthorIsTold(int size) {
        enter(3);
        Path original = file("tea leaves.png", size);
        SimPeer author = peers.get(1);
        SimPeer other = peers.get(2);
        MessageId offer = offer(author, original);
        FileOffer seen = Objects.requireNonNull(other.offers().get(offer));
        assertThat(seen).isEqualTo(author.offers().get(offer));
        assertThat(seen.name()).isEqualTo("tea leaves.png");
        assertThat(seen.size()).isEqualTo(size);
        assertThat(seen.mediaType()).isEqualTo("image/png");
        FileTransfer transfer = fetch(other, offer);
        assertWhole(transfer, original, other);
        assertThat(transfer.receivedBytes()).isEqualTo(size);
        assertThat(beginnings()).isEmpty();
        world.runFor(Duration.ofSeconds(1));
        assertThat(author.fetchers()).containsExactly(other.identity().peerId());
    }

    @Test
    void allFetchAtOnceFromTheHostAndTalkGoesOn() {
        enter(6);
        Path original = file("large.bin", 2_000_000);
        SimPeer host = peers.get(0);
        MessageId offer = offer(host, original);
        List<FileTransfer> transfers = new ArrayList<>();
        for (SimPeer peer : peers.subList(1, 6)) {
            transfers.add(fetch(peer, offer));
        }
        world.runFor(Duration.ofMillis(200));
        CompletableFuture<MessageId> said = host.send("meanwhile");
        for (int i = 0; i < 5; i++) {
            assertWhole(transfers.get(i), original, peers.get(i + 1));
        }
        assertThat(said).isCompleted();
        assertThat(peers)
                .allMatch(peer -> peer.delivered().stream()
                        .anyMatch(message -> message.text().equals("meanwhile")));
        world.runFor(Duration.ofSeconds(2));
        assertThat(host.fetchers()).hasSize(5);
    }

    @Test
    void twoWhoAreNoNeighboursMakeALinkForItWhicheverOfThemAsks() {
        enter(14);
        SimPeer author = peers.get(5);
        Path original = file("far.bin", 700_000);
        MessageId offer = offer(author, original);
        int before = linksOf(author);
        List<SimPeer> others = peers.stream().filter(peer -> peer != author).toList();
        for (SimPeer peer : others) {
            assertWhole(fetch(peer, offer), original, peer);
        }
        world.runFor(Duration.ofMinutes(2));
        assertThat(linksOf(author)).as("links that were made for it are closed").isEqualTo(before);
    }

    private int linksOf(SimPeer peer) {
        CompletableFuture<RoomStats> stats = peer.room().stats();
        world.runFor(Duration.ofSeconds(2));
        return stats.join().links().size();
    }

    @Test
    void itGoesOnBehindWhatHasComeAfterTheLinkWasLost() {
        world = new SimWorld(11, NetworkProfile.cellular());
        enter(2);
        Path original = file("long.bin", 6_000_000);
        SimPeer host = peers.get(0);
        SimPeer guest = peers.get(1);
        MessageId offer = offer(host, original);
        FileTransfer transfer = begun(guest, offer, 1_000_000);
        world.network().moveTo("guest1", 1);
        world.runFor(Duration.ofSeconds(9));
        long come = transfer.receivedBytes();
        assertThat(transfer.done()).isNotDone();
        world.network().heal();
        assertThat(world.runUntil(() -> transfer.receivedBytes() > come, LONG)).isTrue();
        assertWhole(transfer, original, guest);
    }

    @Test
    void itGoesOnBehindWhatHasComeAfterOneWasAway() {
        enter(3);
        Path original = file("long.bin", 6_000_000);
        SimPeer author = peers.get(1);
        SimPeer other = peers.get(2);
        MessageId offer = offer(author, original);
        FileTransfer first = begun(other, offer, 1_000_000);
        long come = first.receivedBytes();
        CompletableFuture<CloseReason> left = other.leave();
        world.runFor(Duration.ofSeconds(30));
        assertThat(left).isCompleted();
        assertThat(catchThrowable(() -> first.done().join())).hasCauseInstanceOf(RoomClosedException.class);
        other.join(peers.get(0).room().invite());
        assertThat(world.runUntil(other::isConnected, LONG)).isTrue();
        world.runFor(Duration.ofSeconds(10));
        FileTransfer second = begun(other, offer, 0);
        assertThat(second.receivedBytes()).isGreaterThanOrEqualTo(come);
        assertWhole(second, original, other);
    }

    @Test
    void aFileThatHasChangedIsNotGiven() throws IOException {
        enter(2);
        Path original = file("notes.txt", 100_000);
        MessageId offer = offer(peers.get(0), original);
        Files.writeString(original, "something else");
        assertFailed(fetch(peers.get(1), offer), Problem.UNAVAILABLE);
        assertThat(place(peers.get(1))).doesNotExist();
        assertThat(beginnings()).isEmpty();
    }

    @Test
    void aBeginningThatIsNotOfThisFileIsThrownAwayAtTheEnd() throws IOException {
        enter(2);
        Path original = file("notes.txt", 100_000);
        SimPeer guest = peers.get(1);
        MessageId offer = offer(peers.get(0), original);
        String hash = Objects.requireNonNull(guest.offers().get(offer)).sha256().substring(0, 16);
        Files.write(folder.resolve("got-by-guest1." + hash + ".part"), new byte[48_000]);
        assertFailed(fetch(guest, offer), Problem.CORRUPT);
        assertThat(place(guest)).doesNotExist();
        assertWhole(fetch(guest, offer), original, guest);
    }

    @Test
    void itFailsWhenTheAuthorLeavesAndWhenTheOfferIsDeleted() {
        enter(4);
        SimPeer author = peers.get(1);
        Path original = file("long.bin", 20_000_000);
        MessageId offer = offer(author, original);
        MessageId other = offer(peers.get(0), file("more.bin", 20_000_000));
        FileTransfer first = fetch(peers.get(2), offer);
        FileTransfer second = fetch(peers.get(3), other);
        world.runFor(Duration.ofMillis(300));
        CompletableFuture<CloseReason> left = author.leave();
        CompletableFuture<Void> deleted = peers.get(0).room().delete(other);
        assertFailed(first, Problem.UNAVAILABLE);
        assertFailed(second, Problem.UNAVAILABLE);
        assertThat(deleted).isCompleted();
        assertThat(left).isCompleted();
        assertThat(peers).filteredOn(peer -> peer != author).allMatch(SimPeer::isConnected);
    }

    @Test
    void whatIsCancelledCanBeFetchedAgainAtOnce() {
        enter(2);
        Path original = file("long.bin", 5_000_000);
        MessageId offer = offer(peers.get(0), original);
        SimPeer guest = peers.get(1);
        FileTransfer first = begun(guest, offer, 500_000);
        first.cancel();
        assertFailed(first, Problem.CANCELLED);
        assertThat(guest.isConnected()).isTrue();
        assertWhole(fetch(guest, offer), original, guest);
        assertThat(peers).allMatch(SimPeer::isConnected);
    }

    @Test
    void nobodysFileIsOverwrittenAndNothingIsFetchedTwiceAtATime() throws IOException {
        enter(2);
        SimPeer guest = peers.get(1);
        MessageId offer = offer(peers.get(0), file("tea.txt", 1_000_000));
        Files.writeString(place(guest), "mine");
        assertFailed(fetch(guest, offer), Problem.DISK);
        assertThat(place(guest)).hasContent("mine");
        Files.delete(place(guest));
        FileTransfer first = fetch(guest, offer);
        FileTransfer second = guest.room().fetchFile(offer, folder.resolve("elsewhere"));
        runUntilDone(second);
        assertThat(catchThrowable(() -> second.done().join())).hasCauseInstanceOf(NotAllowedException.class);
        runUntilDone(first);
        assertThat(first.done()).isCompleted();
    }

    @Test
    void whatCannotBeOfferedIsRefusedInWords() throws IOException {
        enter(2);
        SimPeer host = peers.get(0);
        Map<String, CompletableFuture<MessageId>> refused = Map.of(
                "nothing", host.room().offerFile(folder.resolve("nothing")),
                "a folder", host.room().offerFile(Files.createDirectory(folder.resolve("sub"))));
        world.runFor(Duration.ofSeconds(1));
        refused.forEach((what, offered) ->
                assertThat(catchThrowable(offered::join)).as(what).hasCauseInstanceOf(FileTransferException.class));
        MessageId own = offer(host, file("own.txt", 10));
        FileTransfer transfer = fetch(host, own);
        runUntilDone(transfer);
        assertThat(catchThrowable(() -> transfer.done().join())).hasCauseInstanceOf(NotAllowedException.class);
    }

    @Test
    void memoryIsBoundedWhileMuchIsFetched() {
        world = new SimWorld(3, NetworkProfile.satellite());
        enter(4);
        Path original = file("large.bin", 8_000_000);
        MessageId offer = offer(peers.get(0), original);
        List<FileTransfer> transfers = new ArrayList<>();
        peers.subList(1, 4).forEach(peer -> transfers.add(fetch(peer, offer)));
        long most = 0;
        while (transfers.stream().anyMatch(transfer -> !transfer.done().isDone())) {
            for (SimPeer peer : peers) {
                CompletableFuture<RoomStats> stats = peer.room().stats();
                world.runFor(Duration.ofSeconds(2));
                most = Math.max(most, stats.join().heldBytes());
            }
        }
        for (FileTransfer transfer : transfers) {
            assertThat(transfer.done()).isCompleted();
        }
        assertThat(most).as("bytes held at once").isPositive().isLessThan(3 * 2L * 1024 * 1024);
    }

    @Test
    void underTheWorstOfNetworksAllComesWholeInAnyCase() {
        for (int seed = 1; seed <= 5; seed++) {
            world = new SimWorld(seed, NetworkProfile.wifi());
            peers.clear();
            enter(3);
            world.network().become(NetworkProfile.terrible());
            Path original = file("seed" + seed, 1_500_000);
            MessageId offer = offer(peers.get(1), original);
            assertThat(world.runUntil(() -> peers.get(2).offers().containsKey(offer), LONG))
                    .isTrue();
            Path place = folder.resolve("got" + seed);
            FileTransfer transfer = peers.get(2).room().fetchFile(offer, place);
            assertThat(world.runUntil(transfer.done()::isDone, Duration.ofMinutes(30)))
                    .as("seed " + seed)
                    .isTrue();
            assertThat(transfer.done()).as("seed " + seed).isCompleted();
            assertThat(Arrays.equals(read(place), read(original)))
                    .as("seed " + seed)
                    .isTrue();
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
