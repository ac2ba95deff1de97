package dev.parley.chat.internal.crypto;

import dev.parley.chat.crypto.CodeComparison;
import dev.parley.chat.internal.encoding.Words;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hash made slow on purpose, and its forms for people: digits and words. The slowness is paid once by who compares,
 * and for every attempt by who looks for a second value with the same digits or words.
 */
public final class ComparableHash {

    /** Hashes that one value costs: some 15 ms, and 16 bits of an attacker's budget. */
    static final int ROUNDS = 1 << 16;

    private static final int GROUP_DIGITS = 5;
    private static final int GROUP_BYTES = 4;
    private static final long GROUP_MODULUS = 100_000;

    private ComparableHash() {}

    /**
     * Hashes an input {@value #ROUNDS} times: {@code h = SHA-256(label ‖ input)}, then {@code h = SHA-256(h ‖ input)}.
     *
     * @param label what it is for, ASCII
     * @param input fixed in length for its label
     * @return 32 new bytes
     */
    public static byte[] of(String label, byte[] input) {
        byte[] ascii = label.getBytes(StandardCharsets.US_ASCII);
        byte[] hash = Sha256.of(ByteBuffer.allocate(ascii.length + input.length)
                .put(ascii)
                .put(input)
                .array());
        byte[] block = ByteBuffer.allocate(hash.length + input.length)
                .put(hash)
                .put(input)
                .array();
        for (int round = 1; round < ROUNDS; round++) {
            System.arraycopy(Sha256.of(block), 0, block, 0, hash.length);
        }
        System.arraycopy(block, 0, hash, 0, hash.length);
        return hash;
    }

    /**
     * Writes the beginning of a hash as groups of five digits: four bytes each, big-endian, modulo 100,000.
     *
     * @param hash the hash
     * @param groups how many groups; at most 8 of 32 bytes
     * @return the groups
     */
    public static List<String> digits(byte[] hash, int groups) {
        List<String> digits = new ArrayList<>();
        for (int group = 0; group < groups; group++) {
            long value = 0;
            for (int i = 0; i < GROUP_BYTES; i++) {
                value = (value << 8) | (hash[group * GROUP_BYTES + i] & 0xff);
            }
            String number = Long.toString(value % GROUP_MODULUS);
            digits.add("0".repeat(GROUP_DIGITS - number.length()) + number);
        }
        return digits;
    }

    /**
     * Writes the beginning of a hash as words of ten bits each, the highest bit first.
     *
     * @param hash the hash
     * @param count how many words
     * @return the words
     */
    public static List<String> words(byte[] hash, int count) {
        List<String> words = new ArrayList<>();
        for (int word = 0; word < count; word++) {
            int index = 0;
            for (int bit = word * Words.BITS; bit < (word + 1) * Words.BITS; bit++) {
                index = (index << 1) | ((hash[bit / 8] >> (7 - bit % 8)) & 1);
            }
            words.add(Words.word(index));
        }
        return words;
    }

    /**
     * Compares what a person typed with digits or words. White space, hyphens, dots and commas separate; words may be
     * in any case and end after four letters; digits may be grouped in any way.
     *
     * @param typed what was typed
     * @param digits as {@link #digits} gives them, with a space between the groups
     * @param words as {@link #words} gives them, with a space between
     * @return UNREADABLE if it is not as many digits or words
     */
    public static CodeComparison compareTyped(String typed, String digits, String words) {
        List<String> parts = Stream.of(typed.split("[\\s.,-]+", -1))
                .filter(part -> !part.isEmpty())
                .toList();
        String joined = String.join("", parts);
        if (joined.matches("[0-9]+")) {
            String wanted = digits.replace(" ", "");
            return joined.length() == wanted.length() ? compare(joined, wanted) : CodeComparison.UNREADABLE;
        }
        List<Integer> indexes = parts.stream().map(Words::indexOf).toList();
        if (indexes.contains(-1) || indexes.size() != words.split(" ", -1).length) {
            return CodeComparison.UNREADABLE;
        }
        return compare(indexes.stream().map(Words::word).collect(Collectors.joining(" ")), words);
    }

    /**
     * Compares two texts without showing by its time where they differ.
     *
     * @param theirs what the other side sees
     * @param own what this side sees
     * @return MATCH or DIFFERENT
     */
    public static CodeComparison compare(String theirs, String own) {
        return MessageDigest.isEqual(theirs.getBytes(StandardCharsets.UTF_8), own.getBytes(StandardCharsets.UTF_8))
                ? CodeComparison.MATCH
                : CodeComparison.DIFFERENT;
    }
}
