package dev.parley.chat.testkit.emotes;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A thread for steps into a provider: it is given up if they never return, and knows which threads they have started.
 */
final class LentThread {
    private LentThread() {}

    /** A step into a provider. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /**
     * Runs steps, and waits for them.
     *
     * @param what they are, for the failure
     * @param limit how long is waited for what may never return
     * @return the names of threads that they have started and that are still there; not those of pools that all share
     * @throws AssertionError if they fail, or do not return
     */
    static List<String> run(String what, Duration limit, Step steps) {
        ThreadGroup group = new ThreadGroup("provider");
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            steps.run();
            return true;
        });
        Thread thread = new Thread(group, task, "provider");
        thread.setDaemon(true);
        thread.start();
        try {
            task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            thread.join();
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new AssertionError(what + " did not return", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failed) {
                throw failed;
            }
            throw new AssertionError(what + " failed", e.getCause());
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new AssertionError("the test was given up", e);
        }
        Thread[] left = new Thread[group.activeCount() + 1];
        group.enumerate(left);
        return Arrays.stream(left).filter(Objects::nonNull).map(Thread::getName).toList();
    }
}
