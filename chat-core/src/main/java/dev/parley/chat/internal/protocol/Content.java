package dev.parley.chat.internal.protocol;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.store.EventHead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What stands inside an MLS application message: one byte that says the kind, then the body. */
@SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody; the bytes are handed on, not copied.
sealed interface Content {

    int EVENT = 1;
    int SYNC = 2;
    int RESUME = 3;
    int NOTHING = 4;
    int GOVERNED = 5;
    int RECOVERED = 6;

    /** An event by the MLS sender. */
    record Said(byte[] event) implements Content {}

    /**
     * From the host to one member: what it needs to take part, or what it missed.
     *
     * @param last whether the member has all now
     * @param profiles events that say who the members are, the receiver included if the host knows its name; outside
     *     the chains
     * @param events missed events of any author, in the host's order
     * @param heads where each author's chain stands; only in the last
     */
    record Sync(boolean last, List<byte[]> profiles, List<byte[]> events, Map<PeerId, EventHead> heads)
            implements Content {}

    /**
     * From a new or returning member to the host: what it has.
     *
     * @param heads where each author's chain stands at the member
     */
    record Resume(Map<PeerId, EventHead> heads) implements Content {}

    /**
     * From the host to all: how the room is run from now on.
     *
     * @param governance as {@link Governance#encode} wrote it
     */
    record Governed(byte[] governance) implements Content {}

    /**
     * From a participant to a leader that has not heard all that the one before has ordered.
     *
     * @param events what it lacks, of any author, in the order in which the participant got them
     */
    record Recovered(List<byte[]> events) implements Content {}

    /** Nothing: moves the sender's generation on for all members alike. */
    record Nothing() implements Content {}

    static byte[] said(byte[] event) {
        return ByteBuffer.allocate(1 + event.length)
                .put((byte) EVENT)
                .put(event)
                .array();
    }

    static byte[] governed(byte[] governance) {
        return ByteBuffer.allocate(1 + governance.length)
                .put((byte) GOVERNED)
                .put(governance)
                .array();
    }

    static byte[] recovered(List<byte[]> events) {
        ByteBuffer buffer = ByteBuffer.allocate(1 + listLength(events)).put((byte) RECOVERED);
        putList(buffer, events);
        return buffer.array();
    }

    static byte[] nothing() {
        return new byte[] {NOTHING};
    }

    /** Body of a COMMIT frame: the commits of one change, which apply one after the other. */
    static byte[] commits(List<byte[]> commits) {
        ByteBuffer buffer = ByteBuffer.allocate(listLength(commits));
        putList(buffer, commits);
        return buffer.array();
    }

    static List<byte[]> commits(byte[] body) throws MalformedException {
        ByteReader reader = new ByteReader(body);
        List<byte[]> commits = list(reader);
        reader.end();
        return commits;
    }

    static byte[] resume(Map<PeerId, EventHead> heads) {
        ByteBuffer buffer = ByteBuffer.allocate(1 + headsLength(heads)).put((byte) RESUME);
        putHeads(buffer, heads);
        return buffer.array();
    }

    static byte[] sync(Sync sync) {
        ByteBuffer buffer = ByteBuffer.allocate(
                        2 + listLength(sync.profiles()) + listLength(sync.events()) + headsLength(sync.heads()))
                .put((byte) SYNC)
                .put((byte) (sync.last() ? 1 : 0));
        putList(buffer, sync.profiles());
        putList(buffer, sync.events());
        putHeads(buffer, sync.heads());
        return buffer.array();
    }

    static Content decode(byte[] bytes) throws MalformedException {
        ByteReader reader = new ByteReader(bytes);
        return switch (reader.u8()) {
            case EVENT -> new Said(reader.rest());
            case SYNC -> {
                int flags = reader.u8();
                Sync sync = new Sync((flags & 1) != 0, list(reader), list(reader), heads(reader));
                reader.end();
                yield sync;
            }
            case RESUME -> {
                Resume resume = new Resume(heads(reader));
                reader.end();
                yield resume;
            }
            case NOTHING -> {
                reader.end();
                yield new Nothing();
            }
            case RECOVERED -> {
                Recovered recovered = new Recovered(list(reader));
                reader.end();
                yield recovered;
            }
            case GOVERNED -> new Governed(reader.rest());
            default -> throw new MalformedException("content of an unknown kind");
        };
    }

    private static int listLength(List<byte[]> items) {
        int length = 4;
        for (byte[] item : items) {
            length += 4 + item.length;
        }
        return length;
    }

    private static void putList(ByteBuffer buffer, List<byte[]> items) {
        buffer.putInt(items.size());
        for (byte[] item : items) {
            buffer.putInt(item.length).put(item);
        }
    }

    private static List<byte[]> list(ByteReader reader) throws MalformedException {
        int count = reader.length32(Limits.MAX_MESSAGE_BYTES / 4);
        List<byte[]> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(reader.bytes(reader.length32(Limits.MAX_MESSAGE_BYTES)));
        }
        return items;
    }

    private static int headsLength(Map<PeerId, EventHead> heads) {
        return 2 + heads.size() * (PeerId.BYTES + 8 + MessageId.BYTES);
    }

    private static void putHeads(ByteBuffer buffer, Map<PeerId, EventHead> heads) {
        buffer.putShort((short) heads.size());
        heads.forEach((sender, head) ->
                buffer.put(sender.toBytes()).putLong(head.seq()).put(head.id().toBytes()));
    }

    private static Map<PeerId, EventHead> heads(ByteReader reader) throws MalformedException {
        int count = reader.u16();
        if (count > Limits.MAX_HEADS) {
            throw new MalformedException(count + " heads, the limit is " + Limits.MAX_HEADS);
        }
        Map<PeerId, EventHead> heads = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            PeerId sender = PeerId.of(reader.bytes(PeerId.BYTES));
            long seq = reader.i64();
            MessageId id = MessageId.of(reader.bytes(MessageId.BYTES));
            if (seq < 1 || seq > Limits.MAX_SEQ) {
                throw new MalformedException("a head out of bounds");
            }
            if (heads.put(sender, new EventHead(seq, id)) != null) {
                throw new MalformedException("two heads of one author");
            }
        }
        return heads;
    }
}
