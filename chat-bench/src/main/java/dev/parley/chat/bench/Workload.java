package dev.parley.chat.bench;

/**
 * One thing whose cost is measured. Only {@link #run} is timed; what it needs is made before, and what it gave is
 * looked at behind it, every time, so that nothing that does not work is measured.
 *
 * @param <I> what a run takes
 * @param <O> what a run gives
 */
abstract class Workload<I, O> {

    private final String name;

    Workload(String name) {
        this.name = name;
    }

    /** What is measured, for people. */
    final String name() {
        return name;
    }

    /** Makes what one run takes. */
    abstract I prepare() throws Exception;

    /** The part that is timed. */
    abstract O run(I input) throws Exception;

    /**
     * Checks what a run gave and brings the world to where the next one can begin.
     *
     * @throws IllegalStateException if the result is not what it has to be
     */
    abstract void finish(I input, O output) throws Exception;

    /**
     * Does it once.
     *
     * @return what it cost
     */
    final Cost measure() throws Exception {
        I input = prepare();
        long bytes = Cost.allocatedBytes();
        long start = Cost.cpuNanos();
        O output = run(input);
        long nanos = Cost.cpuNanos() - start;
        long allocated = Cost.allocatedBytes() - bytes;
        finish(input, output);
        return new Cost(nanos, allocated);
    }

    static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("a benchmark does not do what it measures: " + what);
        }
    }
}
