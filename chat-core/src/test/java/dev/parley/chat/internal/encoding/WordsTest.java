package dev.parley.chat.internal.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WordsTest {

    private static final List<String> WORDS =
            IntStream.range(0, Words.SIZE).mapToObj(Words::word).toList();

    @Test
    void thereAreAsManyAsTenBitsCount() {
        assertThat(Words.SIZE).isEqualTo(1 << Words.BITS);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Words.word(Words.SIZE));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Words.word(-1));
    }

    @Test
    void theyAreShortLowerCaseSortedAndDistinct() {
        assertThat(WORDS).allSatisfy(word -> assertThat(word).matches("[a-z]{3,7}"));
        assertThat(WORDS).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void theFirstFourLettersNameOne() {
        assertThat(WORDS)
                .extracting(word -> word.substring(0, Math.min(4, word.length())))
                .doesNotHaveDuplicates();
        for (String word : WORDS) {
            assertThat(WORDS).filteredOn(other -> other.startsWith(word)).containsExactly(word);
        }
    }

    @Test
    void oneSlipOfTheKeyboardIsNotAnotherWord() {
        for (int i = 0; i < WORDS.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(isOneEdit(WORDS.get(i), WORDS.get(j)))
                        .as("%s and %s", WORDS.get(j), WORDS.get(i))
                        .isFalse();
            }
        }
    }

    @Test
    void eachIsFoundWholeInAnyCaseAndByItsFirstLetters() {
        for (int index = 0; index < WORDS.size(); index++) {
            String word = WORDS.get(index);
            assertThat(Words.indexOf(word)).isEqualTo(index);
            assertThat(Words.indexOf(word.toUpperCase(Locale.ROOT))).isEqualTo(index);
            for (int length = Math.min(4, word.length()); length < word.length(); length++) {
                assertThat(Words.indexOf(word.substring(0, length))).isEqualTo(index);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "z", "guit4r", "guitars", " guitar", "gui", "gu\u0131tar", "qwertz", "zzzz"})
    void anythingElseIsNotFound(String text) {
        assertThat(Words.indexOf(text)).isEqualTo(-1);
    }

    /** Whether one inserted, missing or wrong letter makes one of the other. */
    private static boolean isOneEdit(String a, String b) {
        if (a.length() < b.length()) {
            return isOneEdit(b, a);
        }
        if (a.length() - b.length() > 1) {
            return false;
        }
        int i = 0;
        while (i < b.length() && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        return a.length() == b.length()
                ? a.substring(Math.min(i + 1, a.length())).equals(b.substring(Math.min(i + 1, b.length())))
                : a.substring(i + 1).equals(b.substring(i));
    }
}
