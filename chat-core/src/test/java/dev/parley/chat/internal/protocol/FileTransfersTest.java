package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatException;
import dev.parley.chat.FileOffer;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.FileTransferException.Problem;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.internal.crypto.PieceSeal;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes over a link about a file, frame by frame; the test is the disk. */
final class FileTransfersTest extends MeshedRoom {

    private static final int PIECE = Limits.PIECE_BYTES;
    private static final int BLOCK = Limits.FETCH_BYTES;
    private static final byte[] KEY = MachineHarness.filled(9);

    /** A file of more than four blocks, the last of which is shorter. */
    private static final long SIZE = 5L * BLOCK + PIECE + 5;

    private Node author = host;
    private Node reader = host;
    private MessageId offer = MessageId.of(MachineHarness.filled(1));

    @BeforeEach
    void offerOne() {
        enter(2);
        author = guests.get(0);
        reader = guests.get(1);
        offer = offer(author, SIZE);
    }

    private static MessageId offer(Node node, long size) {
        FileOffer file = new FileOffer("tea.bin", size, "a/b", "0".repeat(64));
        return node.idOf(node.request(ticket -> new Input.OfferFile(ticket, file, KEY)));
    }

    private long fetch(long from) {
        return reader.request(ticket -> new Input.FetchFile(ticket, offer, from));
    }

    private LinkChannel linkOf(Node from, Node to) {
        return Objects.requireNonNull(from.machine.linkTo(to.id()));
    }

    private void give(Node to, Node from, Frame.Kind kind, byte[] body) {
        int link = linkOf(to, from).number;
        for (byte[] frame : new Frame(kind, body).encode()) {
            to.handle(new Input.FrameReceived(link, frame));
        }
        world.settle();
    }

    private byte[] part(long offset, int length) {
        return ByteBuffer.allocate(44)
                .put(offer.toBytes())
                .putLong(offset)
                .putInt(length)
                .array();
    }

    private byte[] chunk(long offset, byte[] sealed) {
        return ByteBuffer.allocate(40 + sealed.length)
                .put(offer.toBytes())
                .putLong(offset)
                .put(sealed)
                .array();
    }

    private byte[] sealed(long offset, int length) {
        return new PieceSeal(world.descriptor.room(), offer, KEY).seal(offset, content(offset, length));
    }

    private static byte[] content(long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (((offset + i) * 31) >> 3);
        }
        return bytes;
    }

    private void answerReads(Node node) {
        List<Output.ReadFile> reads = node.all(Output.ReadFile.class);
        node.outputs.removeIf(Output.ReadFile.class::isInstance);
        for (Output.ReadFile read : reads) {
            node.handle(new Input.FileRead(read.read(), content(read.offset(), read.length())));
        }
        world.settle();
    }

    /** Answers what is read and written until nothing has been for a while; returns what was written. */
    private byte[] copyAll(Node to) {
        byte[] copy = new byte[(int) SIZE];
        for (int idle = 0; idle < 5; idle++) {
            idle = author.all(Output.ReadFile.class).isEmpty() ? idle : 0;
            answerReads(author);
            List<Output.WriteFile> writes = to.all(Output.WriteFile.class);
            to.outputs.removeIf(Output.WriteFile.class::isInstance);
            for (Output.WriteFile write : writes) {
                idle = 0;
                System.arraycopy(write.bytes(), 0, copy, (int) write.offset(), write.bytes().length);
                to.handle(new Input.FileWritten(offer, write.offset() + write.bytes().length));
            }
            world.advanceMillis(10);
        }
        return copy;
    }

    /** Answers what is read until no more is, and nothing of what is written. */
    private void readAll() {
        for (int i = 0; i < 20; i++) {
            answerReads(author);
            world.advanceMillis(10);
        }
    }

    private Problem problemOf(long ticket) {
        ChatException cause = reader.rejected.get(ticket);
        assertThat(cause).isInstanceOf(FileTransferException.class);
        return ((FileTransferException) Objects.requireNonNull(cause)).problem();
    }

    @Test
    void whatIsReadThereIsWrittenHereInOrder() {
        long heldBefore = author.machine.heldBytes();
        long ticket = fetch(0);
        assertThat(Arrays.equals(copyAll(reader), content(0, (int) SIZE))).isTrue();
        assertThat(reader.all(Output.FinishFile.class)).hasSize(1);
        assertThat(reader.completed).doesNotContain(ticket);
        reader.handle(new Input.FileEnded(offer, null));
        world.settle();
        assertThat(reader.completed).contains(ticket);
        assertThat(author.all(Output.FileFetched.class)).containsExactly(new Output.FileFetched(offer, reader.id()));
        assertThat(author.machine.heldBytes()).isLessThanOrEqualTo(heldBefore);
    }

    @Test
    void noMoreIsAskedForThanMayWaitForTheDisk() {
        fetch(0);
        readAll();
        assertThat(reader.all(Output.WriteFile.class)).hasSize(Limits.MAX_FETCHES_AHEAD);
        assertThat(reader.machine.heldBytes()).isLessThan(6L * BLOCK);
        reader.handle(new Input.FileWritten(offer, BLOCK));
        readAll();
        assertThat(reader.all(Output.WriteFile.class)).hasSize(Limits.MAX_FETCHES_AHEAD + 1);
    }

    @Test
    void aMessagePassesWhatWaitsOnTheLink() {
        fetch(0);
        world.stall(author.linkTo(reader));
        readAll();
        assertThat(linkOf(author, reader).queuedBytes())
                .isBetween((long) Limits.MAX_FILE_BACKLOG_BYTES, (long) Limits.MAX_FILE_BACKLOG_BYTES + PIECE + 100);
        world.unstall(author.linkTo(reader));
        assertThat(Arrays.equals(copyAll(reader), content(0, (int) SIZE))).isTrue();
    }

    @Test
    void whatIsThereAlreadyIsNotAskedFor() {
        fetch(5L * BLOCK);
        assertThat(author.all(Output.ReadFile.class))
                .containsExactly(new Output.ReadFile(1, offer, 5L * BLOCK, PIECE + 5));
        offer = offer(author, SIZE);
        fetch(SIZE);
        assertThat(reader.all(Output.FinishFile.class)).containsExactly(new Output.FinishFile(offer));
    }

    @Test
    void aLinkThatIsLostMakesItAskAnewBehindWhatWentToTheDisk() {
        long ticket = fetch(0);
        answerReads(author);
        world.advanceMillis(10);
        assertThat(reader.all(Output.WriteFile.class)).hasSize(1);
        world.cut(author.linkTo(reader));
        author.outputs.clear();
        world.advance(Duration.ofSeconds(5));
        assertThat(author.all(Output.ReadFile.class).get(0).offset()).isEqualTo(BLOCK);
        copyAll(reader);
        assertThat(reader.rejected).doesNotContainKey(ticket);
        assertThat(reader.all(Output.FinishFile.class)).hasSize(1);
    }

    @Test
    void aLinkThatIsMadeForAFileIsClosedWhenNothingHasGoneOverItForAWhile() {
        enter(12);
        reader = guests.stream()
                .filter(guest -> guest != author && author.machine.linkTo(guest.id()) == null)
                .findFirst()
                .orElseThrow();
        fetch(0);
        world.advanceMillis(1_000);
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
        assertThat(Arrays.equals(copyAll(reader), content(0, (int) SIZE))).isTrue();
        reader.handle(new Input.FileEnded(offer, null));
        world.advance(Timer.DETOUR.toDuration().minusSeconds(1));
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
        world.advanceMillis(5_000);
        assertThat(reader.machine.linkTo(author.id())).isNull();
        assertThat(author.machine.linkTo(reader.id())).isNull();
    }

    @Test
    void whoDoesNotAnswerIsAskedAgainAndThenGivenUp() {
        long ticket = fetch(0);
        int asked = author.all(Output.ReadFile.class).size();
        assertThat(asked).isEqualTo(1);
        world.advance(
                Timer.FETCH.toDuration().multipliedBy(Limits.MAX_FETCH_SILENCES).plusSeconds(1));
        assertThat(reader.rejected).doesNotContainKey(ticket);
        world.advance(Timer.FETCH.toDuration());
        assertThat(problemOf(ticket)).isEqualTo(Problem.UNAVAILABLE);
    }

    @Test
    void whatCannotBeReadAnyMoreIsNotThere() {
        long ticket = fetch(0);
        author.handle(
                new Input.FileRead(author.all(Output.ReadFile.class).get(0).read(), null));
        world.settle();
        assertThat(problemOf(ticket)).isEqualTo(Problem.UNAVAILABLE);
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
    }

    @Test
    void anOfferThatIsTakenBackIsGivenNoMore() {
        long ticket = fetch(0);
        author.request(each -> new Input.Affect(each, new dev.parley.chat.internal.timeline.EventBody.Delete(offer)));
        world.settle();
        assertThat(problemOf(ticket)).isEqualTo(Problem.UNAVAILABLE);
        long again = fetch(0);
        assertThat(reader.rejected.get(again)).isInstanceOf(NotAllowedException.class);
        give(author, reader, Frame.Kind.FETCH, part(0, PIECE));
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
    }

    @Test
    void aDiskThatFailsEndsIt() {
        long ticket = fetch(0);
        reader.handle(new Input.FileEnded(offer, new FileTransferException(Problem.DISK, "full")));
        assertThat(problemOf(ticket)).isEqualTo(Problem.DISK);
        copyAll(reader);
        assertThat(reader.all(Output.FinishFile.class)).isEmpty();
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "-16000, 16000",
        "1, 16000",
        "0, 0",
        "0, 15999",
        "0, 256001",
        "1280000, 16006",
        "1296005, 16000",
        "9223372036854768000, 16000"
    })
    void aPartThatTheFileDoesNotHaveIsAViolation(long offset, int length) {
        give(author, reader, Frame.Kind.FETCH, part(offset, length));
        assertThat(author.machine.linkTo(reader.id())).isNull();
        assertThat(author.all(Output.ReadFile.class)).isEmpty();
    }

    @Test
    void aPieceThatWasNotAskedForIsAViolation() {
        give(reader, author, Frame.Kind.CHUNK, chunk(0, sealed(0, PIECE)));
        assertThat(reader.machine.linkTo(author.id())).isNull();
    }

    @ParameterizedTest
    @CsvSource({"16000, 16000", "0, 15999", "0, 16001"})
    void aPieceThatDoesNotFitOrOpenIsAViolation(long sealedFor, int length) {
        fetch(0);
        give(reader, author, Frame.Kind.CHUNK, chunk(0, sealed(sealedFor, length)));
        assertThat(reader.machine.linkTo(author.id())).isNull();
        assertThat(reader.all(Output.WriteFile.class)).isEmpty();
    }

    @Test
    void aPieceFromAnotherPlaceIsPassedOver() {
        fetch(0);
        long heldBefore = reader.machine.heldBytes();
        give(reader, author, Frame.Kind.CHUNK, chunk(PIECE, sealed(PIECE, PIECE)));
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
        assertThat(reader.machine.heldBytes()).isEqualTo(heldBefore);
    }

    @Test
    void aFloodOfQuestionsCostsNoMoreThanItsBound() {
        int link = linkOf(author, reader).number;
        byte[] frame = new Frame(Frame.Kind.FETCH, part(0, BLOCK)).encode().get(0);
        for (int i = 0; i < 2 * Limits.MAX_FETCHES_PER_SECOND; i++) {
            author.handle(new Input.FrameReceived(link, frame));
        }
        assertThat(author.all(Output.ReadFile.class)).hasSize(1);
        int answered = 0;
        while (!author.all(Output.ReadFile.class).isEmpty()) {
            author.outputs.removeIf(Output.Transmit.class::isInstance);
            answerReads(author);
            world.advanceMillis(20);
            answered++;
        }
        assertThat(answered).isLessThanOrEqualTo(Limits.MAX_FETCHES_WAITING + 1);
    }

    @Test
    void aStrangerIsAskedForNothingAndGivenNothing() {
        byte[] unknown = part(0, PIECE);
        Arrays.fill(unknown, 0, 32, (byte) 4);
        give(author, reader, Frame.Kind.FETCH, unknown);
        assertThat(author.all(Output.ReadFile.class)).isEmpty();
        assertThat(linkOf(author, reader).isAdmitted()).isTrue();
        give(reader, author, Frame.Kind.NO_FILE, offer.toBytes());
        assertThat(linkOf(reader, author).isAdmitted()).isTrue();
    }

    @Test
    void asManyAsMayBeAreFetchedAtATime() {
        for (int i = 0; i < Limits.MAX_FETCHES; i++) {
            offer = offer(author, SIZE);
            assertThat(reader.rejected).doesNotContainKey(fetch(0));
        }
        offer = offer(author, SIZE);
        assertThat(reader.rejected.get(fetch(0))).isInstanceOf(NotAllowedException.class);
    }
}
