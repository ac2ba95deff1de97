package dev.parley.chat.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each benchmark does what it says; how long it takes is no matter here. */
final class WorkloadsTest {

    @Test
    void everyWorkloadDoesWhatItMeasuresTwiceInTurn() throws Exception {
        Set<String> titles = new HashSet<>();
        for (Comparison comparison : Comparison.all(List.of(3), List.of(4))) {
            assertThat(titles.add(comparison.title())).as(comparison.title()).isTrue();
            List<Workload<?, ?>> workloads = comparison.workloads();
            assertThat(workloads).as(comparison.title()).hasSizeGreaterThan(1);
            for (int turn = 0; turn < 2; turn++) {
                for (Workload<?, ?> workload : workloads) {
                    // Each run checks its own result.
                    Cost cost = workload.measure();
                    assertThat(cost.bytes()).as(workload.name()).isPositive();
                }
            }
        }
        assertThat(titles).hasSize(9);
    }
}
