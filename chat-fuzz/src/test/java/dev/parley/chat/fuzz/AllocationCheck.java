package dev.parley.chat.fuzz;

import com.sun.management.ThreadMXBean;
import dev.parley.chat.fuzz.FuzzTarget.Body;
import java.lang.management.ManagementFactory;

/** Runs an input and holds what was allocated for it against its length: a few bytes must not cost a gigabyte. */
final class AllocationCheck {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocationCheck() {}

    static void run(FuzzTarget target, Body body, byte[] input) throws Exception {
        long allowed = target.freeBytes() + FuzzTarget.BYTES_PER_BYTE * input.length;
        byte[] again = input.clone();
        if (allocated(body, input) > allowed) {
            // What the first input of a kind costs is the loading of classes.
            long allocated = allocated(body, again);
            FuzzTarget.require(
                    allocated <= allowed,
                    again.length + " bytes of input cost " + allocated + " bytes, allowed are " + allowed);
        }
    }

    private static long allocated(Body body, byte[] input) throws Exception {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        body.accept(input);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
