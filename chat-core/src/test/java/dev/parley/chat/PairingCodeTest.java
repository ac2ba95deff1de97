package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PairingCodeTest {

    private static final PairingCode CODE = PairingCode.of(7, new byte[] {1, 2, 3, 4});

    @Test
    void whatIsShownIsReadInAnyManner() {
        String shown = CODE.display();
        assertThat(shown).matches("7-[a-z]+-[a-z]+");
        assertThat(PairingCode.parse(shown)).isEqualTo(CODE);
        assertThat(PairingCode.parse("  " + shown.toUpperCase(java.util.Locale.ROOT) + " "))
                .isEqualTo(CODE);
        assertThat(PairingCode.parse(shown.replace('-', ' '))).isEqualTo(CODE);
        assertThat(PairingCode.parse(shown.replace("-", " - "))).isEqualTo(CODE);
        assertThat(CODE.number()).isEqualTo(7);
    }

    @Test
    void itsWordsAreNotShownByAccident() {
        assertThat(CODE.toString()).isEqualTo("PairingCode[7]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "7", "guitar-lemon", "7-guitar", "-7-guitar-lemon", "7-guitar-lemon-tree", "7-gui3tar-lemon"
            })
    void whatHasAnotherFormIsNoCode(String text) {
        assertThat(PairingCode.looksLikeCode(text)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> PairingCode.parse(text));
    }

    @Test
    void aWordThatNoCodeHasIsAnsweredWithThoseNearToIt() {
        String first = CODE.display().split("-", -1)[1];
        String mistyped = "x" + first.substring(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PairingCode.parse("7-" + mistyped + "-" + first))
                .withMessageContaining(mistyped)
                .withMessageContaining(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1000000000", "99999999999999999999"})
    void aNumberOutOfRangeIsRefused(String number) {
        String words = CODE.display().substring(1);
        assertThatIllegalArgumentException().isThrownBy(() -> PairingCode.parse(number + words));
    }
}
