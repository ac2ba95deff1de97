package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryProgressTest {

    @Test
    void nothingOfItIsNegative() {
        assertThat(new HistoryProgress(0, 0, true).remaining()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> new HistoryProgress(-1, 0, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new HistoryProgress(0, -1, false));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "0, 9223372036854775807, 0",
        "300, 900, 25",
        "999, 1, 99",
        "5, 0, 100",
        "4611686018427387903, 9223372036854775807, 33",
        "9223372036854775807, 9223372036854775807, 50",
        "9223372036854775807, 0, 100"
    })
    void howMuchHasComeIsAShareWhateverIsClaimed(long received, long remaining, int percent) {
        assertThat(new HistoryProgress(received, remaining, false).percent()).isEqualTo(percent);
    }
}
