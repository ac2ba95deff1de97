package dev.parley.chat.signaling.conformance;

import dev.parley.chat.signaling.conformance.CaseResult.Outcome;
import java.util.List;

/**
 * What came of a run.
 *
 * @param results of each case that was chosen, in their order
 */
public record Report(List<CaseResult> results) {

    /**
     * Makes a report.
     *
     * @param results of each case
     */
    public Report {
        results = List.copyOf(results);
    }

    /**
     * Says whether no case failed.
     *
     * @return whether all passed, those that were skipped aside
     */
    public boolean isConformant() {
        return count(Outcome.FAILED) == 0;
    }

    /**
     * Counts cases.
     *
     * @param outcome of the cases to count
     * @return how many ended so
     */
    public long count(Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }
}
