package dev.parley.chat;

/**
 * How far it has come that this side is given what was said before it came, or while it was away. Told while there is
 * more of it than one answer of a participant holds; less comes at once, and nothing is told of it.
 *
 * @param received how many events have come since it began: messages, and all else that a room remembers; never
 *     negative
 * @param remaining how many are still to come, at most: of some of them it shows only in the end that they are not for
 *     this side. As the participant says who gives them, and never negative, but up to {@link Long#MAX_VALUE}: the sum
 *     with {@code received} may not fit. 0 when it is over
 * @param isOver whether all has come, or nothing has come for 10 s; in that case it is asked for again by itself, as
 *     long as somebody has it, and told from 1 on
 */
public record HistoryProgress(long received, long remaining, boolean isOver) {

    /** Refuses negative numbers. */
    public HistoryProgress {
        if (received < 0 || remaining < 0) {
            throw new IllegalArgumentException("neither what has come nor what is to come is less than nothing");
        }
    }

    /**
     * Tells how much has come of all that has come and is to come.
     *
     * @return 0 to 100, rounded down
     */
    public int percent() {
        // The sum may not fit a long.
        return (int) (100.0 * received / Math.max(1, (double) received + remaining));
    }
}
