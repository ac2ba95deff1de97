package dev.parley.chat.internal.encoding;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class Base32Test {

    /** RFC 4648 section 10, in lower case and without padding. */
    @ParameterizedTest
    @CsvSource({"'',''", "f,my", "fo,mzxq", "foo,mzxw6", "foob,mzxw6yq", "fooba,mzxw6ytb", "foobar,mzxw6ytboi"})
    void theVectorsOfTheRfcHold(String text, String encoded) {
        assertThat(Base32.encode(text.getBytes(US_ASCII))).isEqualTo(encoded);
        assertThat(Base32.decode(encoded)).isEqualTo(text.getBytes(US_ASCII));
    }

    @Test
    void everyByteAtEveryPlaceSurvives() {
        Random random = new Random(4648);
        for (int length = 0; length <= 64; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            String text = Base32.encode(bytes);
            assertThat(text).hasSize((8 * length + 4) / 5);
            assertThat(Base32.decode(text)).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MY",
                "mY",
                "my======",
                "m y",
                "my\n",
                "m0",
                "m1",
                "m8",
                "m9",
                "m-",
                "m\u0080",
                "m\u00e4",
                "m\uffff"
            })
    void foreignCharactersAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Base32.decode(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mz", "mzxr", "mzxw7", "mzxw6yr"})
    void trailingBitsThatAreNotZeroAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Base32.decode(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "aaa", "aaaaaa", "aaaaaaaaa"})
    void lengthsThatNoBytesHaveAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Base32.decode(text));
    }
}
