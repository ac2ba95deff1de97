package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class HistoryProgressTest {

    @Test
    void nothingOfItIsNegative() {
        assertThat(new HistoryProgress(0, 0, true).remaining()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> new HistoryProgress(-1, 0, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new HistoryProgress(0, -1, false));
    }
}
