package dev.parley.chat.crypto;

import dev.parley.chat.RoomId;
import dev.parley.chat.internal.crypto.ComparableHash;
import dev.parley.chat.internal.encoding.Base32;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What all members of a room compare to know that they are in one and the same group: as 40 digits, as 12 words, or as
 * a text for a QR code.
 *
 * <p><b>What it proves.</b> It is made of the MLS epoch authenticator (RFC 9420 section 8.7) and the room's id. Members
 * who see the same code agree on who is in the group, on its keys and on all changes that led to this epoch: the host
 * cannot have split them into two groups or put somebody between them. It does not say that they have the same
 * messages, and nothing about names; for those there is {@link SafetyNumber}.
 *
 * <p><b>It changes with each epoch</b>, whenever somebody comes or goes or keys are renewed: compare it with the
 * {@link #epoch()} beside it, and again after a change.
 *
 * <p><b>How strong.</b> The host chooses the randomness of commits, so a dishonest one can try many of them before it
 * sends one, and looks for two groups with one code: a collision, not a second preimage. Hence 120 bits at least, each
 * try made dearer by 2<sup>16</sup> hashes; some 2<sup>76</sup> hashes in all. The QR code holds 256 bits.
 *
 * <p>Immutable; any thread. docs/protocol.md, section 19, has the bytes.
 */
public final class RoomCode {

    /** Length of an epoch authenticator in bytes, with our MLS suite. */
    public static final int AUTHENTICATOR_BYTES = 32;

    private static final String LABEL = "parley-room-code-v1";
    private static final String SCHEME = "parley-room";
    private static final String VERSION = "1";
    private static final int GROUPS = 8;
    private static final int WORDS = 12;

    private final RoomId room;
    private final long epoch;
    private final String digits;
    private final String words;
    private final String qrText;

    private RoomCode(RoomId room, long epoch, byte[] hash) {
        this.room = room;
        this.epoch = epoch;
        this.digits = String.join(" ", ComparableHash.digits(hash, GROUPS));
        this.words = String.join(" ", ComparableHash.words(hash, WORDS));
        this.qrText = String.join(":", SCHEME, VERSION, room.value(), Long.toString(epoch), Base32.encode(hash));
    }

    /**
     * Computes a room's code. Takes some 15 ms of one processor.
     *
     * @param room the room
     * @param epoch the number of the MLS epoch
     * @param epochAuthenticator {@value #AUTHENTICATOR_BYTES} bytes
     * @return the code
     * @throws IllegalArgumentException if the authenticator has another length or the epoch is negative
     */
    public static RoomCode of(RoomId room, long epoch, byte[] epochAuthenticator) {
        if (epochAuthenticator.length != AUTHENTICATOR_BYTES || epoch < 0) {
            throw new IllegalArgumentException(
                    "an epoch from 0 and an authenticator of " + AUTHENTICATOR_BYTES + " bytes make a room code");
        }
        byte[] input = ByteBuffer.allocate(RoomId.BYTES + Long.BYTES + AUTHENTICATOR_BYTES)
                .put(room.toBytes())
                .putLong(epoch)
                .put(epochAuthenticator)
                .array();
        return new RoomCode(room, epoch, ComparableHash.of(LABEL, input));
    }

    /**
     * Returns the epoch that the code is of. Members compare codes of the same epoch.
     *
     * @return 0 or more
     */
    public long epoch() {
        return epoch;
    }

    /**
     * Returns the code as digits.
     *
     * @return 8 groups of 5 digits, with a space between
     */
    public String digits() {
        return digits;
    }

    /**
     * Returns the code as words.
     *
     * @return 12 words in lower case, with a space between
     */
    public String words() {
        return words;
    }

    /**
     * Returns what a QR code of it holds.
     *
     * @return {@code parley-room:1:}, the room id, the epoch and the hash
     */
    public String qrText() {
        return qrText;
    }

    /**
     * Compares with what another member sees, in constant time. Digits may be grouped in any way; words may be in any
     * case and cut off after four letters. They do not name their epoch: where they differ, compare the epochs too.
     *
     * @param theirs digits, words, or the text of a scanned QR code
     * @return MATCH, DIFFERENT, OTHER_EPOCH (QR codes only), OTHER_VERSION or UNREADABLE
     */
    public CodeComparison compare(String theirs) {
        String text = theirs.strip();
        if (text.startsWith(SCHEME + ":")) {
            String[] parts = text.split(":", -1);
            if (!parts[1].equals(VERSION)) {
                return CodeComparison.OTHER_VERSION;
            }
            if (parts.length != 5) {
                return CodeComparison.UNREADABLE;
            }
            return parts[2].equals(room.value()) && !parts[3].equals(Long.toString(epoch))
                    ? CodeComparison.OTHER_EPOCH
                    : ComparableHash.compare(text, qrText);
        }
        return ComparableHash.compareTyped(text, digits, words);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RoomCode that && qrText.equals(that.qrText);
    }

    @Override
    public int hashCode() {
        return qrText.hashCode();
    }

    /**
     * Returns the epoch and the digits.
     *
     * @return for people
     */
    @Override
    public String toString() {
        return "epoch " + epoch + ": " + digits;
    }
}
