package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final List<Integer> reached = new ArrayList<>();

    @Test
    void tenthsAreRoundedDown() {
        assertThat(Progress.tenths(0, 1_000)).isZero();
        assertThat(Progress.tenths(99, 1_000)).isZero();
        assertThat(Progress.tenths(100, 1_000)).isEqualTo(1);
        assertThat(Progress.tenths(999, 1_000)).isEqualTo(9);
        assertThat(Progress.tenths(1_000, 1_000)).isEqualTo(10);
        assertThat(Progress.tenths(2_000, 1_000)).isEqualTo(10);
        assertThat(Progress.tenths(Long.MAX_VALUE / 2, Long.MAX_VALUE)).isEqualTo(5);
        assertThat(Progress.tenths(0, 0)).isEqualTo(10);
    }

    @Test
    void whateverTheWayAStreamIsReadEachTenthIsToldOnce() throws Exception {
        byte[] bytes = new byte[100];
        bytes[3] = 1;
        InputStream in = Progress.watch(new ByteArrayInputStream(bytes), bytes.length, reached::add);
        for (int i = 0; i < 10; i++) {
            assertThat(in.read()).isEqualTo(bytes[i]);
        }
        assertThat(reached).containsExactly(1);
        assertThat(in.read(new byte[50], 0, 35)).isEqualTo(35);
        assertThat(reached).containsExactly(1, 4);
        assertThat(in.skip(5)).isEqualTo(5);
        assertThat(reached).containsExactly(1, 4, 5);
        assertThat(in.readAllBytes()).hasSize(50);
        assertThat(in.read()).isEqualTo(-1);
        assertThat(reached).containsExactly(1, 4, 5, 10);
    }
}
