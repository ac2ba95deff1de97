package dev.parley.chat.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What one run cost. Time is that of the processor: nothing that is measured waits, and what else the machine does is
 * not in it, apart from the caches that are shared.
 *
 * @param nanos processor time of its thread
 * @param bytes heap that its thread allocated
 */
record Cost(long nanos, long bytes) {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Processor time that this thread has used so far. */
    static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** Heap that this thread has allocated so far. */
    static long allocatedBytes() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
