package dev.parley.chat.store;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much of a room's history is kept. What is beyond either bound is deleted by {@link ChatStore#applyRetention};
 * what makes the room what it is, its acts of moderation, settings and emoji, is not, and does not count.
 *
 * @param maxAge how long after it was said an event is kept, in whole milliseconds; empty for ever
 * @param maxEvents how many events are kept, the newest ones; empty for all
 */
public record Retention(Optional<Duration> maxAge, OptionalLong maxEvents) {

    /** Everything is kept: what holds for a room of which nothing else was said. */
    public static final Retention FOREVER = new Retention(Optional.empty(), OptionalLong.empty());

    /** Longest age that can be asked for: about a thousand years. */
    public static final Duration LONGEST_AGE = Duration.ofDays(365_000);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if the age is not 1 ms to {@link #LONGEST_AGE}, or the number less than 1
     */
    public Retention {
        if (maxAge.isPresent()
                && (maxAge.get().compareTo(Duration.ofMillis(1)) < 0
                        || maxAge.get().compareTo(LONGEST_AGE) > 0)) {
            throw new IllegalArgumentException(
                    "events are kept for 1 ms to " + LONGEST_AGE.toDays() + " days, not " + maxAge.get());
        }
        if (maxEvents.isPresent() && maxEvents.getAsLong() < 1) {
            throw new IllegalArgumentException("at least 1 event is kept, not " + maxEvents.getAsLong());
        }
        maxAge = maxAge.map(age -> Duration.ofMillis(age.toMillis()));
    }

    /**
     * Keeps what is not older.
     *
     * @param age 1 ms to {@link #LONGEST_AGE}
     * @return the bound
     */
    public static Retention ofAge(Duration age) {
        return new Retention(Optional.of(age), OptionalLong.empty());
    }

    /**
     * Keeps the newest.
     *
     * @param events at least 1
     * @return the bound
     */
    public static Retention ofEvents(long events) {
        return new Retention(Optional.empty(), OptionalLong.of(events));
    }
}
