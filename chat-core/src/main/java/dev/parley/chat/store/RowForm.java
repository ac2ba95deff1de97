package dev.parley.chat.store;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.crypto.Sha256;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;

/**
 * How the content of rows stands in a file: as it is, or sealed. Reading throws {@link SealException} for a row that is
 * not of this form, or was changed or moved to another place.
 */
interface RowForm extends AutoCloseable {

    /** The column {@code event.hash}. */
    byte[] hash(StoredEvent event);

    /** The column {@code event.bytes}. */
    byte[] bytes(StoredEvent event);

    /** The event of a row. */
    StoredEvent event(RoomId room, PeerId sender, long seq, long clock, String type, byte[] hash, byte[] bytes)
            throws SealException;

    /**
     * Reads an event from a row that holds its room, author, count, clock, type, hash and bytes, in this order.
     *
     * @param row the row
     * @param first the column of the room
     * @return the event, as {@link #event} makes it
     * @throws SQLException if the row cannot be read
     * @throws SealException if it does not open
     */
    default StoredEvent event(ResultSet row, int first) throws SQLException, SealException {
        return event(
                new RoomId(row.getString(first)),
                new PeerId(row.getString(first + 1)),
                row.getLong(first + 2),
                row.getLong(first + 3),
                row.getString(first + 4),
                row.getBytes(first + 5),
                row.getBytes(first + 6));
    }

    /** The column {@code room.name}. */
    String roomName(RoomId room, String name);

    String readRoomName(RoomId room, String column) throws SealException;

    /** The column {@code peer_name.name}. Of a sealed one no two are the same, also for the same name. */
    String peerName(PeerId peer, String name);

    String readPeerName(PeerId peer, String column) throws SealException;

    /** The column {@code peer_name.name_key}: the same for names that {@link KnownPeer#nameKey} takes for the same. */
    String nameKey(String name);

    /** The column {@code event.id_key}: nearly always another one for another id. */
    long idKey(MessageId id);

    /** The column {@code gone.id}. */
    byte[] goneId(RoomId room, PeerId sender, long seq, MessageId id);

    MessageId readGoneId(RoomId room, PeerId sender, long seq, byte[] column) throws SealException;

    /** The column {@code image.image_key}: the same for the same image of the same room. */
    String imageKey(RoomId room, byte[] hash);

    /** The column {@code image.hash}. */
    byte[] imageHash(RoomId room, byte[] hash);

    byte[] readImageHash(RoomId room, byte[] column) throws SealException;

    /** The column {@code image.bytes}. */
    byte[] image(RoomId room, byte[] hash, byte[] image);

    byte[] readImage(RoomId room, byte[] hash, byte[] column) throws SealException;

    /** What stands for a word of a room in the index of words: letters and digits, or outside ASCII. */
    String word(RoomId room, String word);

    /** Wipes what it holds. */
    @Override
    void close();

    /** As it is. */
    RowForm PLAIN = new RowForm() {
        @Override
        public byte[] hash(StoredEvent event) {
            return event.id().toBytes();
        }

        @Override
        public byte[] bytes(StoredEvent event) {
            return event.bytes();
        }

        @Override
        public StoredEvent event(
                RoomId room, PeerId sender, long seq, long clock, String type, byte[] hash, byte[] bytes)
                throws SealException {
            if (hash.length != MessageId.BYTES) {
                throw new SealException(SealException.Kind.MALFORMED, "the row is sealed");
            }
            return new StoredEvent(room, sender, seq, MessageId.of(hash), clock, type, bytes);
        }

        @Override
        public String roomName(RoomId room, String name) {
            return name;
        }

        @Override
        public String readRoomName(RoomId room, String column) {
            return column;
        }

        @Override
        public String peerName(PeerId peer, String name) {
            return name;
        }

        @Override
        public String readPeerName(PeerId peer, String column) {
            return column;
        }

        @Override
        public String nameKey(String name) {
            return KnownPeer.nameKey(name);
        }

        @Override
        public long idKey(MessageId id) {
            return ByteBuffer.wrap(id.toBytes()).getLong();
        }

        @Override
        public byte[] goneId(RoomId room, PeerId sender, long seq, MessageId id) {
            return id.toBytes();
        }

        @Override
        public MessageId readGoneId(RoomId room, PeerId sender, long seq, byte[] column) throws SealException {
            if (column.length != MessageId.BYTES) {
                throw new SealException(SealException.Kind.MALFORMED, "the row is sealed");
            }
            return MessageId.of(column);
        }

        @Override
        public String imageKey(RoomId room, byte[] hash) {
            return HexFormat.of().formatHex(hash);
        }

        @Override
        public byte[] imageHash(RoomId room, byte[] hash) {
            return hash;
        }

        @Override
        public byte[] readImageHash(RoomId room, byte[] column) throws SealException {
            if (column.length != Sha256.BYTES) {
                throw new SealException(SealException.Kind.MALFORMED, "the row is sealed");
            }
            return column;
        }

        @Override
        public byte[] image(RoomId room, byte[] hash, byte[] image) {
            return image;
        }

        @Override
        public byte[] readImage(RoomId room, byte[] hash, byte[] column) {
            return column;
        }

        @Override
        public String word(RoomId room, String word) {
            return word;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    };
}
