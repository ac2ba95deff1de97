package dev.parley.chat.bench.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark does what it says; how long it takes is no matter here. */
final class HistoryBenchTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void everythingIsMeasuredPlainAndSealedAndChecksItself() throws Exception {
        String table = HistoryBench.measure(2_000, folder);
        assertThat(table).contains("| 2,000 messages | plain | sealed |").doesNotContain("–");
        assertThat(table.lines().count()).isGreaterThan(20);
        assertThat(folder.toFile().list()).isEmpty();
    }
}
