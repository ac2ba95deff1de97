package dev.parley.chat;

import java.time.Duration;

/**
 * What a newcomer is given of what was said before it came.
 *
 * @param kind what is given
 * @param messages how many messages, for {@link Kind#LAST_N}; otherwise 0
 * @param time of how long ago, in whole seconds, for {@link Kind#LAST_T}; otherwise zero
 */
public record HistoryPolicy(Kind kind, int messages, Duration time) {

    /** Most messages that a policy can name. */
    public static final int MAX_MESSAGES = 10_000;

    /** Longest time that a policy can name. */
    public static final Duration MAX_TIME = Duration.ofDays(365);

    /** Nothing is given: how every room begins. */
    public static final HistoryPolicy NONE = new HistoryPolicy(Kind.NONE, 0, Duration.ZERO);

    /** Everything is given that the members have. */
    public static final HistoryPolicy ALL = new HistoryPolicy(Kind.ALL, 0, Duration.ZERO);

    /** What is given. */
    public enum Kind {
        /** Nothing. */
        NONE,
        /** The last messages, so many. */
        LAST_N,
        /** What was said within a time. */
        LAST_T,
        /** Everything. */
        ALL
    }

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a number is out of bounds, or there for a kind that has none
     */
    public HistoryPolicy {
        if (kind == Kind.LAST_N ? messages < 1 || messages > MAX_MESSAGES : messages != 0) {
            throw new IllegalArgumentException("LAST_N has 1 to " + MAX_MESSAGES + " messages, others none");
        }
        if (kind == Kind.LAST_T
                ? !time.equals(Duration.ofSeconds(time.toSeconds()))
                        || time.toSeconds() < 1
                        || time.compareTo(MAX_TIME) > 0
                : !time.isZero()) {
            throw new IllegalArgumentException("LAST_T has a time of whole seconds, at most 365 days, others none");
        }
    }

    /**
     * Gives the last messages.
     *
     * @param messages 1 to {@link #MAX_MESSAGES}
     * @return the policy
     * @throws IllegalArgumentException if the number is out of bounds
     */
    public static HistoryPolicy last(int messages) {
        return new HistoryPolicy(Kind.LAST_N, messages, Duration.ZERO);
    }

    /**
     * Gives what was said within a time.
     *
     * @param time whole seconds, at least one, at most {@link #MAX_TIME}
     * @return the policy
     * @throws IllegalArgumentException if the time is out of bounds
     */
    public static HistoryPolicy last(Duration time) {
        return new HistoryPolicy(Kind.LAST_T, 0, time);
    }
}
