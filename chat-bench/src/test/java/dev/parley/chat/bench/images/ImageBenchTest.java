package dev.parley.chat.bench.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The benchmark does what it says; how long it takes is no matter here. */
final class ImageBenchTest {

    @Test
    void eachImageIsMeasuredAndChecked() throws Exception {
        String table = ImageBench.measure(1);

        assertThat(table).contains("| refused |", "PNG of 60,000×60,000", "GIF of 32 frames of 512×512");
        assertThat(table.lines().count()).isGreaterThan(60);
    }
}
