package dev.parley.chat.store;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which words a text has, for a message and for a search alike, so that they meet. Every store uses these and no rules
 * of a database.
 *
 * <ul>
 *   <li>Compatibility forms are made one (NFKC's), case is folded, marks on letters and invisible characters are left
 *       out: "Straße", "STRASSE" and "Strasse" are one word, as are "café" and "cafe".
 *   <li>A word is a run of letters and digits. Of a longer one the first {@value #MAX_WORD_CHARS} characters count.
 *   <li>Scripts that are written without spaces have a word for each character and for each two that stand side by
 *       side. A search for two or more looks for the pairs.
 *   <li>A symbol outside ASCII, such as an emoji, is a word.
 * </ul>
 */
final class SearchWords {

    /** Goes up with each change of the rules: a file's index of an older version is made anew. */
    static final int VERSION = 1;

    private static final int MAX_WORD_CHARS = 64;

    private static final int FIRST_NON_ASCII = 0x80;

    /** The mark of a long vowel, which Unicode gives to no script. */
    private static final int PROLONGED_SOUND = 0x30FC;

    private final Set<String> words = new LinkedHashSet<>();
    private final List<String> unspaced = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private final boolean asked;

    private SearchWords(boolean asked) {
        this.asked = asked;
    }

    /** The words of a message. */
    static Set<String> of(String text) {
        return new SearchWords(false).read(text);
    }

    /** The words that a message must have to be found; none if the query has no word. */
    static Set<String> asked(String query) {
        return new SearchWords(true).read(query);
    }

    private Set<String> read(String text) {
        fold(text).codePoints().forEach(this::take);
        endUnspaced();
        endWord();
        return words;
    }

    private static String fold(String text) {
        // Upper case first: it brings together what has several lower forms, as sigma does, and writes out sharp s.
        String upper = Normalizer.normalize(text, Normalizer.Form.NFKD).toUpperCase(Locale.ROOT);
        StringBuilder lower = new StringBuilder(upper.length());
        upper.codePoints().map(Character::toLowerCase).forEach(lower::appendCodePoint);
        return Normalizer.normalize(lower, Normalizer.Form.NFKD);
    }

    private void take(int c) {
        switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> {
                // Neither part of a word nor the end of one.
            }
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER -> {
                if (isUnspaced(c)) {
                    endWord();
                    unspaced.add(Character.toString(c));
                } else {
                    endUnspaced();
                    if (word.length() < MAX_WORD_CHARS) {
                        word.appendCodePoint(c);
                    }
                }
            }
            case Character.OTHER_SYMBOL -> {
                endUnspaced();
                endWord();
                if (c >= FIRST_NON_ASCII) {
                    words.add(Character.toString(c));
                }
            }
            default -> {
                endUnspaced();
                endWord();
            }
        }
    }

    private static boolean isUnspaced(int c) {
        return c == PROLONGED_SOUND
                || switch (Character.UnicodeScript.of(c)) {
                    case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
                    default -> false;
                };
    }

    private void endWord() {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    private void endUnspaced() {
        if (!asked || unspaced.size() == 1) {
            words.addAll(unspaced);
        }
        for (int i = 1; i < unspaced.size(); i++) {
            words.add(unspaced.get(i - 1) + unspaced.get(i));
        }
        unspaced.clear();
    }
}
