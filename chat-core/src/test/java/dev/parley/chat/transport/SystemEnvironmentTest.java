package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The timeout only ends a test that hangs. */
@Timeout(60)
final class SystemEnvironmentTest {

    private final Environment environment = Environment.system();

    @AfterEach
    void close() {
        environment.close();
    }

    @Test
    void tasksOfManyThreadsRunOneAtATimeInTheOrderOfEachThread() throws Exception {
        int threads = 8;
        int tasks = 2_000;
        Executor serial = environment.newSerialExecutor("room");
        // Plain fields on purpose: they are right only if no two tasks overlap and each sees what was before it.
        int[] running = {0};
        int[] overlaps = {0};
        List<List<Integer>> seen = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            seen.add(new ArrayList<>());
        }
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Thread> submitters = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            List<Integer> mine = seen.get(i);
            Thread submitter = new Thread(() -> {
                await(start);
                for (int count = 0; count < tasks; count++) {
                    int number = count;
                    serial.execute(() -> {
                        if (++running[0] != 1) {
                            overlaps[0]++;
                        }
                        mine.add(number);
                        running[0]--;
                    });
                }
            });
            submitter.start();
            submitters.add(submitter);
        }
        for (Thread submitter : submitters) {
            submitter.join();
        }
        finish(serial);

        assertThat(overlaps[0]).isZero();
        for (List<Integer> numbers : seen) {
            assertThat(numbers).hasSize(tasks).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void aTaskThatIsSubmittedByATaskRunsAfterIt() {
        Executor serial = environment.newSerialExecutor("room");
        List<String> order = new ArrayList<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        serial.execute(() -> {
            serial.execute(() -> {
                order.add("inner");
                done.complete(null);
            });
            order.add("outer");
        });
        done.join();
        assertThat(order).containsExactly("outer", "inner");
    }

    @Test
    void aTaskThatThrowsDoesNotStopTheOnesBehindIt() {
        Executor serial = environment.newSerialExecutor("room");
        AtomicInteger ran = new AtomicInteger();
        for (Throwable thrown : List.of(new IllegalStateException("on purpose"), new AssertionError("on purpose"))) {
            serial.execute(() -> SystemEnvironmentTest.<RuntimeException>sneak(thrown));
            serial.execute(ran::incrementAndGet);
        }
        finish(serial);
        assertThat(ran).hasValue(2);
    }

    @Test
    void anExecutorThatIsBusyDoesNotHoldUpAnother() {
        CompletableFuture<Void> release = new CompletableFuture<>();
        Executor busy = environment.newSerialExecutor("busy");
        busy.execute(release::join);
        finish(environment.newSerialExecutor("free"));
        release.complete(null);
        finish(busy);
    }

    @Test
    void threadsAreDaemonsWithTheNameOfTheirExecutor() {
        CompletableFuture<String> name = new CompletableFuture<>();
        CompletableFuture<Boolean> daemon = new CompletableFuture<>();
        environment.newSerialExecutor("room-7").execute(() -> {
            name.complete(Thread.currentThread().getName());
            daemon.complete(Thread.currentThread().isDaemon());
        });
        assertThat(name.join()).isEqualTo("parley-room-7");
        assertThat(daemon.join()).isTrue();
    }

    @Test
    void timersFireOnceAndNotBeforeTheirTime() {
        for (Duration delay : List.of(Duration.ofMillis(20), Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE))) {
            CompletableFuture<Long> fired = new CompletableFuture<>();
            long start = environment.nanoTime();
            environment.schedule(delay, () -> fired.complete(environment.nanoTime()));
            long least = delay.isNegative() ? 0 : delay.toNanos();
            assertThat(fired.join() - start).isGreaterThanOrEqualTo(least);
        }
    }

    @Test
    void aTimerDoesNotWaitForALaterOne() {
        List<String> order = new ArrayList<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        environment.schedule(Duration.ofDays(1), () -> order.add("tomorrow"));
        environment.schedule(Duration.ofMillis(1), () -> order.add("sooner"));
        environment.schedule(Duration.ofMillis(2), () -> {
            order.add("later");
            done.complete(null);
        });
        done.join();
        assertThat(order).containsExactly("sooner", "later");
    }

    @Test
    void aCancelledTimerDoesNotFire() {
        AtomicInteger fired = new AtomicInteger();
        CompletableFuture<Void> release = new CompletableFuture<>();
        environment.schedule(Duration.ZERO, release::join);
        Environment.Cancellable cancelled = environment.schedule(Duration.ofMillis(1), fired::incrementAndGet);
        CompletableFuture<Void> later = new CompletableFuture<>();
        environment.schedule(Duration.ofMillis(2), () -> later.complete(null));
        cancelled.cancel();
        cancelled.cancel();
        release.complete(null);
        later.join();
        assertThat(fired).hasValue(0);
    }

    @Test
    void cancellingAfterTheTaskHasBegunDoesNotDisturbIt() {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Void> release = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Environment.Cancellable timer = environment.schedule(Duration.ZERO, () -> {
            begun.countDown();
            release.join();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        await(begun);
        timer.cancel();
        release.complete(null);
        assertThat(interrupted.join()).isFalse();
    }

    @Test
    void aTimerTaskThatThrowsDoesNotStopTheNext() {
        environment.schedule(Duration.ZERO, () -> {
            throw new IllegalStateException("on purpose");
        });
        CompletableFuture<Void> next = new CompletableFuture<>();
        environment.schedule(Duration.ofMillis(1), () -> next.complete(null));
        assertThatCode(next::join).doesNotThrowAnyException();
    }

    @Test
    void theLongestDelayIsAccepted() {
        environment.schedule(ChronoUnit.FOREVER.getDuration(), () -> {}).cancel();
        CompletableFuture<Void> next = new CompletableFuture<>();
        environment.schedule(Duration.ZERO, () -> next.complete(null));
        assertThatCode(next::join).doesNotThrowAnyException();
    }

    @Test
    void closingLetsRunningTasksEndDropsTheWaitingAndLeavesNoThread() throws Exception {
        CompletableFuture<Void> release = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(2);
        AtomicInteger waited = new AtomicInteger();
        List<CompletableFuture<Boolean>> undisturbed = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        List<CompletableFuture<Thread>> threads = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        Executor serial = environment.newSerialExecutor("room");
        Runnable first = holding(threads.get(0), begun, release, undisturbed.get(0));
        Runnable second = holding(threads.get(1), begun, release, undisturbed.get(1));
        serial.execute(first);
        serial.execute(waited::incrementAndGet);
        environment.schedule(Duration.ZERO, second);
        environment.schedule(Duration.ZERO, waited::incrementAndGet);
        environment.schedule(Duration.ofMillis(1), waited::incrementAndGet);
        environment.schedule(Duration.ofDays(1), waited::incrementAndGet);
        await(begun);

        environment.close();
        environment.close();
        release.complete(null);

        for (CompletableFuture<Thread> thread : threads) {
            thread.join().join();
        }
        assertThat(undisturbed).allMatch(CompletableFuture::join);
        assertThat(waited).hasValue(0);
    }

    private static Runnable holding(
            CompletableFuture<Thread> thread,
            CountDownLatch begun,
            CompletableFuture<Void> release,
            CompletableFuture<Boolean> undisturbed) {
        return () -> {
            thread.complete(Thread.currentThread());
            begun.countDown();
            release.join();
            undisturbed.complete(!Thread.currentThread().isInterrupted());
        };
    }

    @Test
    void closingEndsIdleThreads() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        environment.newSerialExecutor("room").execute(() -> thread.complete(Thread.currentThread()));
        thread.join();
        environment.close();
        thread.join().join();
        assertThat(thread.join().isAlive()).isFalse();
    }

    @Test
    void whatComesAfterCloseIsDroppedWithoutAnError() {
        Executor serial = environment.newSerialExecutor("room");
        environment.close();
        AtomicInteger ran = new AtomicInteger();
        assertThatCode(() -> {
                    serial.execute(ran::incrementAndGet);
                    environment.newSerialExecutor("late").execute(ran::incrementAndGet);
                    environment.schedule(Duration.ZERO, ran::incrementAndGet).cancel();
                })
                .doesNotThrowAnyException();
        assertThat(ran).hasValue(0);
    }

    @Test
    void randomBytesFillTheWholeArray() {
        byte[] sum = new byte[32];
        // A byte that stays zero through 40 draws is one in 2^320.
        for (int draw = 0; draw < 40; draw++) {
            byte[] bytes = new byte[sum.length];
            environment.fillRandom(bytes);
            for (int i = 0; i < sum.length; i++) {
                sum[i] |= bytes[i];
            }
        }
        for (byte b : sum) {
            assertThat(b).isNotZero();
        }
    }

    private static void finish(Executor serial) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        serial.execute(() -> done.complete(null));
        done.join();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("unchecked") // throws errors and exceptions alike without wrapping them
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
