package dev.parley.chat.internal.protocol;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.store.EventHead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands inside an MLS application message: one byte that says the kind, then the body. */
@SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody; the bytes are handed on, not copied.
sealed interface Content {

    int EVENT = 1;
    int SYNC = 2;
    int RESUME = 3;
    int NOTHING = 4;
    int GOVERNED = 5;
    int MEET = 6;
    int NEIGHBOURS = 7;
    int PRESENCE = 8;
    int READ = 9;
    int TYPING = 10;
    int LOST = 11;

    /** Flags of a SYNC. */
    int LAST = 1;

    int FRESH = 2;
    int BEGINS = 4;
    int MORE = 8;

    /** Length of a link's channel binding. */
    int BINDING_BYTES = 32;

    /** What a member tells all and nobody keeps: it is passed on as it is. */
    sealed interface Told extends Content {}

    /** An event by the MLS sender. */
    record Said(byte[] event) implements Content {}

    /**
     * To one member: what it missed, and from the leader also what it needs to take part.
     *
     * @param last whether the member has all now
     * @param fresh whether nobody but the sender has these events of its own yet: they are said now
     * @param begins whether the member is new to the sender, so that all chains go on for it at the heads
     * @param more whether there is more than this answer could hold; only in the last
     * @param profiles from the leader: events that say who the members are, the receiver included if the leader knows
     *     its name; outside the chains
     * @param events missed events of any author, each author's in the order of its chain
     * @param heads where each author's chain stands at the sender; only in the last
     */
    record Sync(
            boolean last,
            boolean fresh,
            boolean begins,
            boolean more,
            List<byte[]> profiles,
            List<byte[]> events,
            Map<PeerId, EventHead> heads)
            implements Content {

        Sync(boolean last, List<byte[]> profiles, List<byte[]> events, Map<PeerId, EventHead> heads) {
            this(last, false, false, profiles, events, heads);
        }

        Sync(
                boolean last,
                boolean fresh,
                boolean begins,
                List<byte[]> profiles,
                List<byte[]> events,
                Map<PeerId, EventHead> heads) {
            this(last, fresh, begins, false, profiles, events, heads);
        }

        private int flags() {
            return (last ? LAST : 0) | (fresh ? FRESH : 0) | (begins ? BEGINS : 0) | (more ? MORE : 0);
        }
    }

    /**
     * To one member: what the sender has, to be answered by what it lacks.
     *
     * @param heads where each author's chain stands at the sender
     */
    record Resume(Map<PeerId, EventHead> heads) implements Content {}

    /**
     * The first word of one participant to another over a new link: that it is the member it says, at this very link.
     *
     * @param binding the link's channel binding
     * @param heads where each author's chain stands at the sender
     */
    record Meet(byte[] binding, Map<PeerId, EventHead> heads) implements Content {}

    /**
     * To all: to whom the sender has links over which members are reached, so that others need not pass its words on to
     * them.
     *
     * @param peers at most {@link Limits#MAX_NEIGHBOURS}
     */
    record Neighbours(Set<PeerId> peers) implements Told {}

    /**
     * From the leader to all: who keeps a place though its link to the leader is lost.
     *
     * @param peers at most {@link Limits#MAX_NEIGHBOURS}
     */
    record Lost(Set<PeerId> peers) implements Told {}

    /**
     * To all: whether anybody sits in front of the sender.
     *
     * @param isAway whether nobody does
     */
    record Presence(boolean isAway) implements Told {}

    /**
     * To all: what the sender has read.
     *
     * @param upTo for each author the count of the last event; at most {@link Limits#MAX_NEIGHBOURS}
     */
    record Read(Map<PeerId, Long> upTo) implements Told {}

    /**
     * To all, over the ephemeral channels: whether the sender writes.
     *
     * @param isTyping whether it does
     * @param saidBefore the count of the sender's last event at that time, 0 if there was none
     */
    record Typing(boolean isTyping, long saidBefore) implements Content {}

    /**
     * From the host to all: how the room is run from now on.
     *
     * @param governance as {@link Governance#encode} wrote it
     */
    record Governed(byte[] governance) implements Content {}

    /** Nothing: moves the sender's generation on for all members alike. */
    record Nothing() implements Told {}

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

    static byte[] meet(byte[] binding, Map<PeerId, EventHead> heads) {
        ByteBuffer buffer = ByteBuffer.allocate(1 + BINDING_BYTES + headsLength(heads))
                .put((byte) MEET)
                .put(binding);
        putHeads(buffer, heads);
        return buffer.array();
    }

    static byte[] neighbours(Set<PeerId> peers) {
        return peers(NEIGHBOURS, peers);
    }

    static byte[] lost(Set<PeerId> peers) {
        return peers(LOST, peers);
    }

    private static byte[] peers(int kind, Set<PeerId> peers) {
        ByteBuffer buffer = ByteBuffer.allocate(3 + peers.size() * PeerId.BYTES)
                .put((byte) kind)
                .putShort((short) peers.size());
        peers.forEach(peer -> buffer.put(peer.toBytes()));
        return buffer.array();
    }

    static byte[] presence(boolean isAway) {
        return new byte[] {PRESENCE, (byte) (isAway ? 1 : 0)};
    }

    static byte[] read(Map<PeerId, Long> upTo) {
        ByteBuffer buffer = ByteBuffer.allocate(3 + upTo.size() * (PeerId.BYTES + Long.BYTES))
                .put((byte) READ)
                .putShort((short) upTo.size());
        upTo.forEach((author, seq) -> buffer.put(author.toBytes()).putLong(seq));
        return buffer.array();
    }

    static byte[] typing(boolean isTyping, long saidBefore) {
        return ByteBuffer.allocate(2 + Long.BYTES)
                .put((byte) TYPING)
                .put((byte) (isTyping ? 1 : 0))
                .putLong(saidBefore)
                .array();
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
                .put((byte) sync.flags());
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
                Sync sync = new Sync(
                        (flags & LAST) != 0,
                        (flags & FRESH) != 0,
                        (flags & BEGINS) != 0,
                        (flags & MORE) != 0,
                        list(reader),
                        list(reader),
                        heads(reader));
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
            case MEET -> {
                Meet meet = new Meet(reader.bytes(BINDING_BYTES), heads(reader));
                reader.end();
                yield meet;
            }
            case NEIGHBOURS -> new Neighbours(peers(reader));
            case LOST -> new Lost(peers(reader));
            case PRESENCE -> {
                Presence presence = new Presence(flag(reader));
                reader.end();
                yield presence;
            }
            case READ -> {
                int count = reader.u16();
                if (count > Limits.MAX_NEIGHBOURS) {
                    throw new MalformedException(count + " authors, the limit is " + Limits.MAX_NEIGHBOURS);
                }
                Map<PeerId, Long> upTo = new LinkedHashMap<>();
                for (int i = 0; i < count; i++) {
                    upTo.put(PeerId.of(reader.bytes(PeerId.BYTES)), reader.i64());
                }
                reader.end();
                yield new Read(upTo);
            }
            case TYPING -> {
                Typing typing = new Typing(flag(reader), reader.i64());
                reader.end();
                yield typing;
            }
            case GOVERNED -> new Governed(reader.rest());
            default -> throw new MalformedException("content of an unknown kind");
        };
    }

    private static Set<PeerId> peers(ByteReader reader) throws MalformedException {
        int count = reader.u16();
        if (count > Limits.MAX_NEIGHBOURS) {
            throw new MalformedException(count + " neighbours, the limit is " + Limits.MAX_NEIGHBOURS);
        }
        Set<PeerId> peers = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            peers.add(PeerId.of(reader.bytes(PeerId.BYTES)));
        }
        reader.end();
        return peers;
    }

    private static boolean flag(ByteReader reader) throws MalformedException {
        int flag = reader.u8();
        if (flag > 1) {
            throw new MalformedException("neither yes nor no");
        }
        return flag == 1;
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
