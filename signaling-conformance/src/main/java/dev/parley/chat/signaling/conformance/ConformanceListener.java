package dev.parley.chat.signaling.conformance;

/** Is told how a run goes on, on the thread of the run. */
@FunctionalInterface
public interface ConformanceListener {

    /**
     * A case begins; not called for those that are skipped unseen.
     *
     * @param next the case
     */
    default void onBegin(ConformanceCase next) {}

    /**
     * A case is over.
     *
     * @param result what came of it
     */
    void onResult(CaseResult result);
}
