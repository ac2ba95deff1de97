package dev.parley.chat;

import dev.parley.chat.internal.encoding.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A code that one person says and another types to get the invite of a room, like {@code 7-guitar-lemon}: a short
 * number under which the worker finds who gave the code out, and two words that the worker never learns. It holds 20
 * bits of secret and is good for one try. Immutable.
 *
 * <p>Until it is used it is as good as the invite: {@code toString} does not show its words.
 */
public final class PairingCode {

    /** How many words a code has. */
    public static final int WORDS = 2;

    private static final int MAX_CHARS = 128;
    private static final int MAX_NUMBER_CHARS = 9;
    private static final int MAX_SUGGESTIONS = 3;
    private static final Pattern SEPARATOR = Pattern.compile("[\\s-]+");
    private static final Pattern FORM = Pattern.compile("\\s*[0-9]+[\\s-]+\\p{L}+[\\s-]+\\p{L}+\\s*");

    private final int number;
    private final List<Integer> words;

    private PairingCode(int number, List<Integer> words) {
        this.number = number;
        this.words = List.copyOf(words);
    }

    /**
     * Makes a code.
     *
     * @param number the number that the worker gave, 1 or more
     * @param random 4 random bytes, from which the words follow
     * @return the code
     * @throws IllegalArgumentException if the number is not positive or there are other than 4 bytes
     */
    public static PairingCode of(int number, byte[] random) {
        if (number < 1 || random.length != 2 * WORDS) {
            throw new IllegalArgumentException("a code has a positive number and two words");
        }
        List<Integer> words = new ArrayList<>();
        for (int i = 0; i < WORDS; i++) {
            // Words.SIZE is a power of two, so that every word is equally likely.
            words.add(((random[2 * i] & 0xff) << 8 | (random[2 * i + 1] & 0xff)) % Words.SIZE);
        }
        return new PairingCode(number, words);
    }

    /**
     * Says whether a text has the form of a code, so that it is no invite and no room id.
     *
     * @param text what a person typed
     * @return true for a number and two words; whether the words exist is for {@link #parse}
     */
    public static boolean looksLikeCode(String text) {
        return text.length() <= MAX_CHARS && FORM.matcher(text).matches();
    }

    /**
     * Reads a code as a person types it: in any case, with blanks or hyphens between its parts, words cut off after
     * four letters or later.
     *
     * @param text what a person typed
     * @return the code
     * @throws IllegalArgumentException if it is none; the message says what is wrong, and names the words of the list
     *     that are near to one that is not in it
     */
    public static PairingCode parse(String text) {
        if (!looksLikeCode(text)) {
            throw new IllegalArgumentException("not a code: it looks like 7-guitar-lemon");
        }
        String[] parts = SEPARATOR.split(text.strip(), 1 + WORDS);
        if (parts[0].length() > MAX_NUMBER_CHARS || Integer.parseInt(parts[0]) < 1) {
            throw new IllegalArgumentException("not a code: its number is out of range");
        }
        List<Integer> words = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            int index = Words.indexOf(parts[i]);
            if (index < 0) {
                throw new IllegalArgumentException("not a code: no code has the word \"" + parts[i] + "\"; near to it: "
                        + String.join(", ", nearest(parts[i].toLowerCase(Locale.ROOT))));
            }
            words.add(index);
        }
        return new PairingCode(Integer.parseInt(parts[0]), words);
    }

    private static List<String> nearest(String typed) {
        // By distance and then by the list's order; each distance is computed once, since a text may be long.
        int[] ranks = new int[Words.SIZE];
        for (int i = 0; i < Words.SIZE; i++) {
            ranks[i] = distance(Words.word(i), typed) * Words.SIZE + i;
        }
        Arrays.sort(ranks);
        return Arrays.stream(ranks, 0, MAX_SUGGESTIONS)
                .mapToObj(rank -> Words.word(rank % Words.SIZE))
                .toList();
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + change);
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    /**
     * Returns the number, which is no secret.
     *
     * @return 1 or more
     */
    public int number() {
        return number;
    }

    /**
     * Returns the code for people, as they say and type it.
     *
     * @return for example {@code 7-guitar-lemon}
     */
    public String display() {
        StringBuilder text = new StringBuilder().append(number);
        for (int word : words) {
            text.append('-').append(Words.word(word));
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PairingCode that && number == that.number && words.equals(that.words);
    }

    @Override
    public int hashCode() {
        // A hash of the words would leak them.
        return number;
    }

    @Override
    public String toString() {
        return "PairingCode[" + number + "]";
    }
}
