package dev.parley.chat.crypto;

import dev.parley.chat.PeerId;
import dev.parley.chat.internal.crypto.ComparableHash;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What two people compare, by telephone or face to face, to know that nobody stands between them. Both get the same
 * number; as 60 digits, as 12 words, or as a text for a QR code.
 *
 * <p><b>What it proves.</b> If both see the same, each talks to the identity that the other one really has: the Ed25519
 * key which signs all that it says in any room. It is a property of the two identities, not of a room, and stays until
 * one of them takes a new one. It says nothing about names, and nothing about who else is in a room; that is
 * {@link RoomCode}.
 *
 * <p><b>What goes in.</b> The two peer ids, 160-bit hashes of the Ed25519 keys, and not the X25519 keys of the cards:
 * participants of a room do not see each other's cards, and a card is signed by the Ed25519 key, so that only the owner
 * of the identity can make another. A card that changes raises an alert of its own.
 *
 * <p><b>How strong.</b> Each identity has a half of its own, so that who stands between needs an identity of its own
 * for either half, made to fit: a second preimage of 60 bits (words) or 100 bits (digits), where each try costs a key
 * pair and 2<sup>16</sup> hashes. The QR code holds the whole ids.
 *
 * <p>Immutable; any thread. docs/protocol.md, section 19, has the bytes.
 */
public final class SafetyNumber {

    private static final String LABEL = "parley-safety-number-v1";
    private static final String SCHEME = "parley-verify";
    private static final String VERSION = "1";
    private static final int HALF_GROUPS = 6;
    private static final int HALF_WORDS = 6;

    private final String digits;
    private final String words;
    private final String qrText;

    private SafetyNumber(String digits, String words, String qrText) {
        this.digits = digits;
        this.words = words;
        this.qrText = qrText;
    }

    /**
     * Computes the number of two identities, whichever comes first. Takes some 30 ms of one processor.
     *
     * @param one an identity
     * @param other another
     * @return their number
     * @throws IllegalArgumentException if both are the same
     */
    public static SafetyNumber of(PeerId one, PeerId other) {
        if (one.equals(other)) {
            throw new IllegalArgumentException("a safety number is of two identities, not of one and itself");
        }
        PeerId low = one.compareTo(other) < 0 ? one : other;
        PeerId high = low.equals(one) ? other : one;
        byte[] first = ComparableHash.of(LABEL, low.toBytes());
        byte[] second = ComparableHash.of(LABEL, high.toBytes());
        return new SafetyNumber(
                joined(ComparableHash.digits(first, HALF_GROUPS), ComparableHash.digits(second, HALF_GROUPS)),
                joined(ComparableHash.words(first, HALF_WORDS), ComparableHash.words(second, HALF_WORDS)),
                String.join(":", SCHEME, VERSION, low.value(), high.value()));
    }

    private static String joined(List<String> first, List<String> second) {
        return String.join(" ", Stream.concat(first.stream(), second.stream()).toList());
    }

    /**
     * Returns the number as digits.
     *
     * @return 12 groups of 5 digits, with a space between
     */
    public String digits() {
        return digits;
    }

    /**
     * Returns the number as words.
     *
     * @return 12 words in lower case, with a space between
     */
    public String words() {
        return words;
    }

    /**
     * Returns what a QR code of the number holds.
     *
     * @return {@code parley-verify:1:} and the two peer ids, the lower first
     */
    public String qrText() {
        return qrText;
    }

    /**
     * Compares with what the other side sees, in constant time. Digits may be grouped in any way; words may be in any
     * case and cut off after four letters.
     *
     * @param theirs digits, words, or the text of a scanned QR code
     * @return MATCH, DIFFERENT, OTHER_VERSION or UNREADABLE
     */
    public CodeComparison compare(String theirs) {
        String text = theirs.strip();
        if (text.startsWith(SCHEME + ":")) {
            String[] parts = text.split(":", -1);
            if (!parts[1].equals(VERSION)) {
                return CodeComparison.OTHER_VERSION;
            }
            return parts.length != 4 ? CodeComparison.UNREADABLE : ComparableHash.compare(text, qrText);
        }
        return ComparableHash.compareTyped(text, digits, words);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SafetyNumber that && qrText.equals(that.qrText);
    }

    @Override
    public int hashCode() {
        return qrText.hashCode();
    }

    /**
     * Returns the digits.
     *
     * @return {@link #digits()}
     */
    @Override
    public String toString() {
        return digits;
    }
}
