package dev.parley.chat.testkit.sim;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still while something is done and jumps from event to event. Everything in a simulation runs on the
 * thread that calls {@link #runFor} or {@link #runUntil}; two runs of the same seed do the same things in the same
 * order.
 */
public final class VirtualTime {

    /** Most events at one instant before the simulation is found to run in circles. */
    private static final int MAX_EVENTS_PER_INSTANT = 200_000;

    private static final Comparator<Event> ORDER =
            Comparator.<Event>comparingLong(event -> event.atNanos).thenComparingLong(event -> event.number);

    /** Something that will happen, and can be prevented. */
    static final class Event {
        private final long atNanos;
        private final long number;
        private @Nullable Runnable task;

        private Event(long atNanos, long number, Runnable task) {
            this.atNanos = atNanos;
            this.number = number;
            this.task = task;
        }

        void cancel() {
            task = null;
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>(ORDER);
    private long nowNanos;
    private long nextNumber;
    private int eventsAtThisInstant;

    /** Starts at zero. */
    public VirtualTime() {}

    /**
     * Returns the time.
     *
     * @return nanoseconds since the simulation began
     */
    public long nowNanos() {
        return nowNanos;
    }

    /** Lets something happen later; at the same instant in the order of the calls. */
    Event at(long atNanos, Runnable task) {
        Event event = new Event(Math.max(atNanos, nowNanos), nextNumber++, task);
        events.add(event);
        return event;
    }

    /**
     * Lets time pass.
     *
     * @param duration how long
     */
    public void runFor(Duration duration) {
        long end = nowNanos + duration.toNanos();
        runUntil(() -> false, end);
        nowNanos = end;
    }

    /**
     * Lets time pass until something holds.
     *
     * @param condition looked at after every event
     * @param limit the longest time to pass
     * @return whether the condition holds
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        return runUntil(condition, nowNanos + limit.toNanos());
    }

    private boolean runUntil(BooleanSupplier condition, long endNanos) {
        while (!condition.getAsBoolean()) {
            Event event = events.peek();
            if (event == null || event.atNanos > endNanos) {
                return false;
            }
            events.remove();
            Runnable task = event.task;
            if (task == null) {
                continue;
            }
            if (event.atNanos > nowNanos) {
                nowNanos = event.atNanos;
                eventsAtThisInstant = 0;
            } else if (++eventsAtThisInstant > MAX_EVENTS_PER_INSTANT) {
                throw new AssertionError("the simulation runs in circles: more than " + MAX_EVENTS_PER_INSTANT
                        + " events at " + Duration.ofNanos(nowNanos));
            }
            task.run();
        }
        return true;
    }
}
