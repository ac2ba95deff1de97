package dev.parley.chat.internal.encoding;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * 1,024 English words, ten bits each, for numbers that people read to each other.
 *
 * <p>The words are common, have 3 to 7 letters of {@code a-z}, stand in alphabetical order, and any two differ within
 * their first four letters and by more than one edit. So four letters are enough to name one, and one slip of the
 * keyboard does not turn a word into another. The list is part of the protocol: changing a word changes what other
 * versions show.
 */
public final class Words {

    /** How many words there are. */
    public static final int SIZE = 1024;

    /** How many bits one word stands for. */
    public static final int BITS = 10;

    private static final int PREFIX = 4;
    private static final String FILE = "/dev/parley/chat/internal/words/english.txt";
    private static final List<String> WORDS = read();
    private static final Map<String, Integer> INDEXES = byPrefix();

    private Words() {}

    /**
     * Returns a word.
     *
     * @param index 0 to 1,023
     * @return the word, in lower case
     * @throws IndexOutOfBoundsException if there is no such word
     */
    public static String word(int index) {
        return WORDS.get(index);
    }

    /**
     * Finds a word as a person may have typed it: in any case, whole or cut off after its first four letters or later.
     *
     * @param word the word, without white space around it
     * @return its index, or -1 if it is not in the list
     */
    public static int indexOf(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        Integer index = INDEXES.get(lower.length() <= PREFIX ? lower : lower.substring(0, PREFIX));
        return index != null && WORDS.get(index).startsWith(lower) ? index : -1;
    }

    private static Map<String, Integer> byPrefix() {
        Map<String, Integer> indexes = new HashMap<>();
        for (int index = 0; index < WORDS.size(); index++) {
            String word = WORDS.get(index);
            indexes.put(word.substring(0, Math.min(PREFIX, word.length())), index);
        }
        return Map.copyOf(indexes);
    }

    private static List<String> read() {
        try (InputStream in = Words.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
