package dev.parley.chat.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class FiguresTest {

    @Test
    void aRatioIsTakenWithinARound() {
        Figures figures = new Figures();
        // The second round was on a machine that was ten times as slow: the ratio is the same.
        figures.add("seal", "ours", new long[] {3_000, 2_000, 1_000}, 1_024);
        figures.add("seal", "raw", new long[] {1_000, 500, 4_000}, 512);
        figures.add("seal", "ours", new long[] {20_000, 20_000, 20_000}, 1_024);
        figures.add("seal", "raw", new long[] {10_000, 10_000, 10_000}, 512);

        assertThat(figures.table().lines())
                .containsExactly(
                        "| seal | p50 µs | p99 µs | KB | ours : this | runs |",
                        "|---|---:|---:|---:|---:|---:|",
                        "| ours | 3.0 | 20.0 | 1.0 |  | 6 |",
                        "| raw | 4.0 | 10.0 | 0.5 | 2.00 (2.00–2.00) | 6 |",
                        "");
    }

    @Test
    void aPercentileIsAValueThatWasMeasured() {
        long[] sorted = {1, 2, 3, 4};

        assertThat(Figures.percentile(sorted, 0.5)).isEqualTo(2);
        assertThat(Figures.percentile(sorted, 0.51)).isEqualTo(3);
        assertThat(Figures.percentile(sorted, 0.99)).isEqualTo(4);
        assertThat(Figures.percentile(sorted, 0)).isEqualTo(1);
    }

    @Test
    void aRoundHasARun() {
        Figures figures = new Figures();
        long[] none = {};

        assertThatThrownBy(() -> figures.add("seal", "ours", none, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
