package dev.parley.chat.internal.protocol;

import dev.parley.chat.ChatException;
import dev.parley.chat.FileOffer;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.FileTransferException.Problem;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.crypto.AesGcm;
import dev.parley.chat.internal.crypto.PieceSeal;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.internal.timeline.MessageState;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives the files that this side has offered, and fetches those of others: over the link to their author, in order, in
 * bounded pieces (docs/protocol.md §24). One for each room; it goes on in the machine of another role.
 *
 * <pre>
 *   fetching   WAITING ──► ASKING ──► all written ──► FINISHING ──► fetched
 *                 ▲          │  FETCH ─► CHUNK … ─► block written ─► next FETCH
 *                 └──────────┘ the link is lost
 *              any ──► failed: author left, NO_FILE, no answer, disk, cancelled
 *
 *   giving     FETCH ──► its turn ──► block is read ──► CHUNKs, as the link takes them ──► next FETCH
 * </pre>
 *
 * <p>What is held is bounded: a block for each fetch and some for all who are given to. Who fetches asks for more only
 * when what came is written, who gives lets messages pass before pieces.
 */
final class FileTransfers {

    private static final int HEADER_BYTES = MessageId.BYTES + Long.BYTES;

    /** A file that this side gives; or an image of that hash. */
    record Given(long size, PieceSeal seal, @Nullable String image) {}

    /** A part of a file that somebody has asked for. */
    private record Part(MessageId offer, long offset, int length) {}

    /** One to whom files are given. */
    private static final class Receiver {
        final LinkChannel link;
        final Deque<Part> asked = new ArrayDeque<>();

        /** The number under which a block is read; 0 if none is. */
        long reading;

        byte @Nullable [] block;
        int sent;

        Receiver(LinkChannel link) {
            this.link = link;
        }
    }

    /** A file that this side fetches. */
    private static final class Fetch {
        final long ticket;
        final PeerId author;
        final long size;
        final PieceSeal seal;

        /** Over what it was asked for; null while there is no way to the author. */
        @Nullable
        LinkChannel link;

        /** Up to where it was asked for, has come, was given to the disk, and is on the disk. */
        long asked;

        long taken;
        long issued;
        long written;
        long endNanos;
        int silences;
        byte[] block = new byte[0];
        int blockBytes;

        Fetch(long ticket, PeerId author, long size, PieceSeal seal, long from) {
            this.ticket = ticket;
            this.author = author;
            this.size = size;
            this.seal = seal;
            this.issued = from;
            this.written = from;
        }
    }

    private final Map<MessageId, Given> given = new LinkedHashMap<>();
    private final Map<Integer, Receiver> receivers = new LinkedHashMap<>();
    private final Map<MessageId, Fetch> fetches = new LinkedHashMap<>();
    private RoomMachine machine;
    private long nextRead = 1;
    private int blocks;

    FileTransfers(RoomMachine machine) {
        this.machine = machine;
    }

    /** Goes on in the machine of another role. */
    void handTo(RoomMachine next) {
        machine = next;
        rearm();
    }

    /** Whether anybody may ask this side for a file. */
    boolean hasOffers() {
        return !given.isEmpty();
    }

    /** Bytes that are held to be sent or written. */
    long heldBytes() {
        long bytes = 0;
        for (Receiver receiver : receivers.values()) {
            byte[] block = receiver.block;
            bytes += block == null ? 0 : block.length;
        }
        for (Fetch fetch : fetches.values()) {
            bytes += fetch.block.length + (fetch.issued - fetch.written);
        }
        return bytes;
    }

    // ---- what may be done

    /** What a message offers; null if it offers no file, or is not shown. */
    @Nullable
    FileOffer offer(MessageId offer) {
        return shown(offer).map(state -> fileOf(state).offer()).orElse(null);
    }

    private Optional<MessageState> shown(MessageId offer) {
        return machine.acts
                .timeline
                .message(offer)
                .filter(state -> state.status() == MessageState.Status.SHOWN)
                .filter(state -> state.body() instanceof EventBody.File);
    }

    private static EventBody.File fileOf(MessageState state) {
        return (EventBody.File) state.body();
    }

    /** An offer of our own was said. */
    void offered(MessageId offer, EventBody.File file) {
        given.put(offer, new Given(file.offer().size(), new PieceSeal(machine.room, offer, file.key()), null));
        RoomMachine.removeEldest(given.keySet(), Limits.MAX_OFFERED_FILES);
    }

    /** An offer was deleted, or is not shown any more. */
    void withdrawn(MessageId offer) {
        given.remove(offer);
        Fetch fetch = fetches.get(offer);
        if (fetch != null) {
            fail(offer, fetch, new FileTransferException(Problem.UNAVAILABLE, "the offer of the file was taken back"));
        }
    }

    // ---- fetching

    void onFetchFile(Input.FetchFile input) {
        MessageId offer = input.offer();
        Optional<MessageState> state = shown(offer);
        String refusal = state.map(this::refusal).orElse("there is no such offer of a file in this room");
        if (state.isEmpty() || !refusal.isEmpty()) {
            machine.emit(new Output.Rejected(input.ticket(), new NotAllowedException(refusal)));
            return;
        }
        EventBody.File file = fileOf(state.get());
        PeerId author = state.get().place().sender();
        PieceSeal seal = new PieceSeal(machine.room, offer, file.key());
        Fetch fetch = new Fetch(input.ticket(), author, file.offer().size(), seal, input.from());
        fetches.put(offer, fetch);
        if (!machine.isInRoster(author)) {
            failUnreachable(offer, fetch);
        } else if (fetch.written == fetch.size) {
            machine.emit(new Output.FinishFile(offer));
        } else {
            begin(offer, fetch);
        }
    }

    /** Why an offer is not fetched; empty if it can be. */
    private String refusal(MessageState offer) {
        if (offer.place().sender().equals(machine.self.peerId())) {
            return "this file is offered from here";
        }
        if (fetches.containsKey(offer.id())) {
            return "this file is being fetched already";
        }
        return fetches.size() < Limits.MAX_FETCHES
                ? ""
                : fetches.size() + " files are being fetched, which is the limit; wait until one has come";
    }

    void onStopFetch(MessageId offer) {
        Fetch fetch = fetches.get(offer);
        if (fetch != null) {
            fail(offer, fetch, new FileTransferException(Problem.CANCELLED, "the file is not fetched any more"));
        }
    }

    /** Asks anew for all that has not been given to the disk, if there is a way. */
    private void begin(MessageId offer, Fetch fetch) {
        LinkChannel link = machine.linkTo(fetch.author);
        fetch.link = link;
        fetch.asked = fetch.issued;
        fetch.taken = fetch.issued;
        fetch.block = new byte[0];
        fetch.blockBytes = 0;
        fetch.endNanos = machine.now + (link == null ? Timer.MEETING : Timer.FETCH).nanos();
        if (link == null) {
            machine.mesh.detour(fetch.author);
        } else {
            ask(offer, fetch, link);
        }
        rearm();
    }

    private void ask(MessageId offer, Fetch fetch, LinkChannel link) {
        while (fetch.asked < fetch.size
                && fetch.asked - fetch.written <= (Limits.MAX_FETCHES_AHEAD - 1) * (long) Limits.FETCH_BYTES) {
            int length = (int) Math.min(Limits.FETCH_BYTES, fetch.size - fetch.asked);
            ask(link, offer, fetch.asked, length);
            fetch.asked += length;
        }
    }

    /** Asks for a part; what comes is charged against it. */
    void ask(LinkChannel link, MessageId offer, long offset, int length) {
        link.piecesAsked += length;
        sendFetch(link, offer, offset, length);
    }

    /** Tells who gave a file that it is here and whole. */
    void sayWhole(LinkChannel link, MessageId offer, long size) {
        sendFetch(link, offer, size, 0);
    }

    private void sendFetch(LinkChannel link, MessageId offer, long offset, int length) {
        machine.mesh.onDetour(link.peer);
        link.send(
                machine.now,
                Frame.Kind.FETCH,
                header(offer, offset, Integer.BYTES).putInt(length).array());
    }

    /** Takes a frame about a file. */
    void onFrame(LinkChannel link, Frame frame) throws MalformedException {
        if (!link.isAdmitted()) {
            throw new MalformedException("a file before admission");
        }
        machine.mesh.onDetour(link.peer);
        switch (frame.kind()) {
            case FETCH -> onFetch(link, frame.body());
            case CHUNK -> onChunk(link, frame.body());
            default -> onNoFile(link, frame.body());
        }
    }

    private void onChunk(LinkChannel link, byte[] body) throws MalformedException {
        ByteReader reader = new ByteReader(body);
        MessageId offer = MessageId.of(reader.bytes(MessageId.BYTES));
        long offset = reader.i64();
        byte[] sealed = reader.rest();
        link.piecesAsked -= sealed.length - AesGcm.TAG_BYTES;
        if (link.piecesAsked < 0 || sealed.length <= AesGcm.TAG_BYTES) {
            throw new MalformedException("a piece of a file that was not asked for");
        }
        Fetch fetch = fetches.get(offer);
        if (fetch == null) {
            machine.emoji.onChunk(link, offer, offset, sealed);
            return;
        }
        if (fetch.link != link || offset != fetch.taken || fetch.taken >= fetch.asked) {
            // It was asked for before the fetch was stopped, or began anew.
            return;
        }
        byte[] piece;
        try {
            piece = fetch.seal.open(offset, sealed);
        } catch (SealException e) {
            throw new MalformedException("a piece of a file that does not open");
        }
        if (piece.length != Math.min(Limits.PIECE_BYTES, fetch.size - offset)) {
            throw new MalformedException("a piece of a file of the wrong length");
        }
        fetch.silences = 0;
        fetch.endNanos = machine.now + Timer.FETCH.nanos();
        take(offer, fetch, piece);
    }

    private void take(MessageId offer, Fetch fetch, byte[] piece) {
        int blockLength = (int) Math.min(Limits.FETCH_BYTES, fetch.size - fetch.issued);
        if (fetch.block.length == 0) {
            fetch.block = new byte[blockLength];
        }
        System.arraycopy(piece, 0, fetch.block, fetch.blockBytes, piece.length);
        fetch.blockBytes += piece.length;
        fetch.taken += piece.length;
        if (fetch.blockBytes == blockLength) {
            machine.emit(new Output.WriteFile(offer, fetch.issued, fetch.block));
            fetch.issued += blockLength;
            fetch.block = new byte[0];
            fetch.blockBytes = 0;
        }
    }

    private void onNoFile(LinkChannel link, byte[] body) throws MalformedException {
        ByteReader reader = new ByteReader(body);
        MessageId offer = MessageId.of(reader.bytes(MessageId.BYTES));
        reader.end();
        Fetch fetch = fetches.get(offer);
        machine.emoji.onNoFile(link, offer);
        if (fetch != null && fetch.link == link) {
            fail(
                    offer,
                    fetch,
                    new FileTransferException(
                            Problem.UNAVAILABLE,
                            machine.nameOf(fetch.author) + " does not have the file any more; ask for another offer"));
        }
    }

    void onFileWritten(Input.FileWritten input) {
        Fetch fetch = fetches.get(input.offer());
        if (fetch == null || input.upTo() <= fetch.written) {
            return;
        }
        fetch.written = input.upTo();
        LinkChannel link = fetch.link;
        if (fetch.written == fetch.size) {
            machine.emit(new Output.FinishFile(input.offer()));
        } else if (link != null) {
            ask(input.offer(), fetch, link);
        }
    }

    /** The whole file has its name, or why it, or a part of it, has not. */
    void onFileEnded(Input.FileEnded input) {
        Fetch fetch = fetches.get(input.offer());
        if (fetch == null) {
            return;
        }
        FileTransferException failure = input.failure();
        if (failure != null) {
            fail(input.offer(), fetch, failure);
            return;
        }
        fetches.remove(input.offer());
        rearm();
        machine.emit(new Output.Completed(fetch.ticket));
        LinkChannel link = machine.linkTo(fetch.author);
        if (link != null) {
            sendFetch(link, input.offer(), fetch.size, 0);
        }
    }

    private void fail(MessageId offer, Fetch fetch, ChatException cause) {
        fetches.remove(offer);
        rearm();
        machine.emit(new Output.Rejected(fetch.ticket, cause));
    }

    private void failUnreachable(MessageId offer, Fetch fetch) {
        fail(
                offer,
                fetch,
                new FileTransferException(
                        Problem.UNAVAILABLE,
                        machine.nameOf(fetch.author) + " is not in the room; fetch the file when "
                                + "that participant is back"));
    }

    // ---- giving

    private void onFetch(LinkChannel link, byte[] body) throws MalformedException {
        ByteReader reader = new ByteReader(body);
        MessageId offer = MessageId.of(reader.bytes(MessageId.BYTES));
        long offset = reader.i64();
        int length = reader.length32(Limits.FETCH_BYTES);
        reader.end();
        if (!link.fetches.tryTake(machine.now)) {
            return;
        }
        Given file = given(offer);
        if (file == null) {
            noFile(link, offer);
            return;
        }
        long end = offset + length;
        boolean isWhole = offset == file.size && length == 0;
        if (isWhole) {
            if (link.hasFetched.add(offer)) {
                RoomMachine.removeEldest(link.hasFetched, Limits.MAX_OFFERED_FILES);
                machine.emit(
                        file.image() == null
                                ? new Output.FileFetched(offer, link.peer)
                                : new Output.EmojiFetched(offer, link.peer));
            }
            return;
        }
        if (offset < 0
                || offset % Limits.PIECE_BYTES != 0
                || length < 1
                || end > file.size
                || (end % Limits.PIECE_BYTES != 0 && end != file.size)) {
            throw new MalformedException("a FETCH of a part that a file does not have");
        }
        Receiver receiver = receivers.computeIfAbsent(link.number, number -> new Receiver(link));
        if (receiver.asked.size() >= Limits.MAX_FETCHES_WAITING) {
            return;
        }
        receiver.asked.add(new Part(offer, offset, length));
        readNext();
    }

    private @Nullable Given given(MessageId offer) {
        Given file = given.get(offer);
        return file == null ? machine.emoji.given(offer) : file;
    }

    /** Lets those who wait have their turn, as far as blocks may be held. */
    private void readNext() {
        for (Iterator<Receiver> each = receivers.values().iterator();
                each.hasNext() && blocks < Limits.MAX_BLOCKS_HELD; ) {
            Receiver receiver = each.next();
            Part part = receiver.asked.peek();
            if (receiver.reading == 0 && receiver.block == null && part != null) {
                receiver.reading = nextRead++;
                blocks++;
                Given file = given(part.offer());
                String image = file == null ? null : file.image();
                machine.emit(
                        image == null
                                ? new Output.ReadFile(receiver.reading, part.offer(), part.offset(), part.length())
                                : new Output.ReadImage(receiver.reading, image, (int) part.offset(), part.length()));
            }
        }
    }

    void onFileRead(Input.FileRead input) {
        for (Receiver receiver : receivers.values()) {
            if (receiver.reading == input.read()) {
                receiver.reading = 0;
                byte[] bytes = input.bytes();
                Part part = receiver.asked.element();
                Given file = given(part.offer());
                if (bytes == null || file == null) {
                    given.remove(part.offer());
                    if (file != null && file.image() != null) {
                        machine.emoji.lost(file.image());
                    }
                    blocks--;
                    receiver.asked.remove();
                    noFile(receiver.link, part.offer());
                    readNext();
                } else {
                    receiver.block = bytes;
                    receiver.sent = 0;
                    give(receiver);
                }
                return;
            }
        }
        // Its link is gone.
        blocks--;
        readNext();
    }

    private void noFile(LinkChannel link, MessageId offer) {
        link.send(machine.now, Frame.Kind.NO_FILE, offer.toBytes());
    }

    /** Something of what was sent over a link has left. */
    void drained(LinkChannel link) {
        Receiver receiver = receivers.get(link.number);
        if (receiver != null && receiver.block != null) {
            give(receiver);
        }
    }

    private void give(Receiver receiver) {
        LinkChannel link = receiver.link;
        byte[] block = receiver.block;
        Part part = receiver.asked.element();
        Given file = given(part.offer());
        machine.mesh.onDetour(link.peer);
        while (block != null && file != null && receiver.sent < block.length) {
            if (link.queuedBytes() >= Limits.MAX_FILE_BACKLOG_BYTES) {
                link.lookWhetherDrained(machine.now);
                return;
            }
            int length = Math.min(Limits.PIECE_BYTES, block.length - receiver.sent);
            byte[] piece = Arrays.copyOfRange(block, receiver.sent, receiver.sent + length);
            long offset = part.offset() + receiver.sent;
            byte[] sealed = file.seal().seal(offset, piece);
            link.send(
                    machine.now,
                    Frame.Kind.CHUNK,
                    header(part.offer(), offset, sealed.length).put(sealed).array());
            receiver.sent += length;
        }
        if (file == null) {
            noFile(link, part.offer());
        }
        receiver.block = null;
        receiver.asked.remove();
        blocks--;
        // Behind the others.
        receivers.remove(link.number);
        if (!receiver.asked.isEmpty()) {
            receivers.put(link.number, receiver);
        }
        readNext();
    }

    private static ByteBuffer header(MessageId offer, long offset, int more) {
        return ByteBuffer.allocate(HEADER_BYTES + more).put(offer.toBytes()).putLong(offset);
    }

    // ---- links and time

    /** Looks whether links have gone or come. To be called after each input; costs nothing while there are no files. */
    void look() {
        if (!receivers.isEmpty()) {
            boolean isAnyGone = receivers.values().removeIf(receiver -> {
                boolean isGone = !receiver.link.isOpen();
                if (isGone && receiver.block != null) {
                    blocks--;
                }
                return isGone;
            });
            if (isAnyGone) {
                readNext();
            }
        }
        if (fetches.isEmpty()) {
            return;
        }
        for (MessageId offer : unfinishedWhere(this::isWayChanged)) {
            Fetch fetch = fetches.get(offer);
            if (fetch != null && machine.isInRoster(fetch.author)) {
                begin(offer, fetch);
            } else if (fetch != null) {
                failUnreachable(offer, fetch);
            }
        }
    }

    /** Whether an author has left, its link is gone, or one has come. */
    private boolean isWayChanged(Fetch fetch) {
        LinkChannel link = fetch.link;
        return !machine.isInRoster(fetch.author)
                || (link == null ? machine.linkTo(fetch.author) != null : !link.isAdmitted());
    }

    /** The files of which something is still to come, as far as something holds for their fetches. */
    private List<MessageId> unfinishedWhere(Predicate<Fetch> holds) {
        List<MessageId> found = List.of();
        for (Map.Entry<MessageId, Fetch> each : fetches.entrySet()) {
            if (each.getValue().issued < each.getValue().size && holds.test(each.getValue())) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(each.getKey());
            }
        }
        return found;
    }

    void tick() {
        if (!machine.timers.expire(Timer.FETCH, machine.now)) {
            return;
        }
        for (MessageId offer : unfinishedWhere(fetch -> fetch.endNanos <= machine.now)) {
            Fetch fetch = fetches.get(offer);
            if (fetch == null) {
                continue;
            }
            if (++fetch.silences > Limits.MAX_FETCH_SILENCES) {
                fail(
                        offer,
                        fetch,
                        new FileTransferException(
                                Problem.UNAVAILABLE,
                                machine.nameOf(fetch.author) + " does not answer; fetch the file again later"));
            } else {
                begin(offer, fetch);
            }
        }
        rearm();
    }

    private void rearm() {
        long end = Long.MAX_VALUE;
        for (Fetch fetch : fetches.values()) {
            if (fetch.issued < fetch.size) {
                end = Math.min(end, fetch.endNanos);
            }
        }
        if (end == Long.MAX_VALUE) {
            machine.timers.stop(Timer.FETCH);
        } else {
            machine.timers.startFor(Timer.FETCH, machine.now, Math.max(0, end - machine.now));
        }
    }
}
