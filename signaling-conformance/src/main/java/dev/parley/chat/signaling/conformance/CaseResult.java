package dev.parley.chat.signaling.conformance;

import java.time.Duration;

/**
 * What came of one case.
 *
 * @param of the case
 * @param outcome whether the worker does what the case says
 * @param detail for a failure what was done, what was expected and what came; for a case that was skipped why; else
 *     empty. Never a token, a payload or an address
 * @param took how long it ran
 */
public record CaseResult(ConformanceCase of, Outcome outcome, String detail, Duration took) {

    /** Whether the worker does what a case says. */
    public enum Outcome {
        /** It does. */
        PASSED,
        /** It does not. */
        FAILED,
        /** The case could not be tried, or was not asked for. */
        SKIPPED
    }
}
