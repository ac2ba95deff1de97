package dev.parley.chat.internal.protocol;

import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.transport.PeerLink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What travels over a link: one byte that says the kind, then the body. Longer ones are cut in pieces of
 * {@link PeerLink#MAX_FRAME_BYTES}, each with a kind of its own before it.
 */
@SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody; the bytes are handed on, not copied.
record Frame(Kind kind, byte[] body) {

    /** Kinds of frames and their numbers on the wire. */
    enum Kind {
        /** JSON: versions and features; the first frame from either side. */
        HELLO(0x01),
        /** Participant: proof (32), KeyPackage. */
        JOIN(0x02),
        /** Host: JSON code and detail; the link is closed after it. */
        REFUSED(0x03),
        /** Host: MLS Welcome. */
        WELCOME(0x04),
        /** Participant: tag (32), MLS message with {@link Content.Resume}. */
        CONFIRM(0x05),
        /** Host: tag (32). */
        ADMITTED(0x06),
        /** Between two participants: MLS message with {@link Content.Meet}. */
        MEET(0x07),
        /** MLS application message; passed on verbatim. */
        APPLICATION(0x10),
        /** MLS commits by the host, of one change. */
        COMMIT(0x11),
        /** Count (8) up to which the sender has the receiver's own events. */
        RECEIVED(0x13),
        /** Host: MLS message with {@link Content.Governed}, for all in the group. */
        STATE(0x14),
        /** Receipts of members for authors to whom they have no link; see {@link Receipts}. */
        RECEIPTS(0x15),
        /** Sender (20), receiver (20), sealed envelope: signaling between members without the worker. */
        RELAY(0x16),
        /** Number (8) that two sides have in common which have heard the same. */
        DIGEST(0x17),
        /** Id of a file offer (32), offset (8), length (4): a part that is asked for. */
        FETCH(0x18),
        /** Id of a file offer (32), offset (8), sealed piece. */
        CHUNK(0x19),
        /** Id of a file offer (32) whose content is not given. */
        NO_FILE(0x1A),
        /** Number (8), to be sent back. */
        PING(0x20),
        /** Number (8) of the PING. */
        PONG(0x21),
        /** A piece of a longer frame; more follow. */
        FRAGMENT(0x30),
        /** The last piece of a longer frame. */
        LAST_FRAGMENT(0x31),
        /** JSON code and detail: the sender closes in an orderly way. */
        BYE(0x40);

        private static final @Nullable Kind[] BY_NUMBER = new Kind[256];

        static {
            for (Kind kind : values()) {
                BY_NUMBER[kind.number] = kind;
            }
        }

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    private static final int PIECE_BYTES = PeerLink.MAX_FRAME_BYTES - 1;

    /** Returns the frames for a link, in order; one, unless the body is long. */
    List<byte[]> encode() {
        if (body.length <= PIECE_BYTES) {
            return List.of(encode(kind, body, 0, body.length));
        }
        byte[] whole = encode(kind, body, 0, body.length);
        List<byte[]> frames = new ArrayList<>(whole.length / PIECE_BYTES + 1);
        for (int at = 0; at < whole.length; at += PIECE_BYTES) {
            int length = Math.min(PIECE_BYTES, whole.length - at);
            boolean last = at + length == whole.length;
            frames.add(encode(last ? Kind.LAST_FRAGMENT : Kind.FRAGMENT, whole, at, length));
        }
        return frames;
    }

    private static byte[] encode(Kind kind, byte[] bytes, int offset, int length) {
        byte[] frame = new byte[1 + length];
        frame[0] = (byte) kind.number;
        System.arraycopy(bytes, offset, frame, 1, length);
        return frame;
    }

    /** Reads the frames of one link, in order, and puts pieces together. */
    static final class Decoder {

        private byte[] pieces = new byte[0];
        private int length;

        /**
         * Takes a frame.
         *
         * @param frame as it came over the link
         * @param maxBytes longest whole frame that is accepted now
         * @return a whole frame, or null while pieces are missing
         * @throws MalformedException if it is of an unknown kind, too long or out of place
         */
        @Nullable
        Frame accept(byte[] frame, int maxBytes) throws MalformedException {
            if (frame.length == 0 || frame.length > PeerLink.MAX_FRAME_BYTES) {
                throw new MalformedException("a frame has " + frame.length + " bytes");
            }
            Kind kind = kind(frame[0]);
            if (kind == Kind.FRAGMENT || kind == Kind.LAST_FRAGMENT) {
                append(frame, maxBytes);
                return kind == Kind.FRAGMENT ? null : whole();
            }
            if (length > 0) {
                throw new MalformedException("a frame between the pieces of another");
            }
            if (frame.length > maxBytes) {
                throw new MalformedException("a frame has " + frame.length + " bytes, the limit is " + maxBytes);
            }
            return new Frame(kind, Arrays.copyOfRange(frame, 1, frame.length));
        }

        private void append(byte[] frame, int maxBytes) throws MalformedException {
            int piece = frame.length - 1;
            if (piece == 0 || length + piece > maxBytes) {
                throw new MalformedException("pieces of a frame are empty or more than " + maxBytes + " bytes");
            }
            if (pieces.length < length + piece) {
                pieces = Arrays.copyOf(pieces, Math.min(maxBytes, Math.max(2 * pieces.length, length + piece)));
            }
            System.arraycopy(frame, 1, pieces, length, piece);
            length += piece;
        }

        private Frame whole() throws MalformedException {
            Kind kind = kind(pieces[0]);
            if (kind == Kind.FRAGMENT || kind == Kind.LAST_FRAGMENT) {
                throw new MalformedException("pieces of pieces");
            }
            Frame frame = new Frame(kind, Arrays.copyOfRange(pieces, 1, length));
            pieces = new byte[0];
            length = 0;
            return frame;
        }

        private static Kind kind(byte number) throws MalformedException {
            Kind kind = Kind.BY_NUMBER[number & 0xff];
            if (kind == null) {
                throw new MalformedException("a frame of an unknown kind");
            }
            return kind;
        }
    }
}
