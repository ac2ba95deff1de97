package dev.parley.chat.internal.protocol;

import java.util.Comparator;

/**
 * When something was said, as the group counts it: who was a member then could hear it, and who came later could not.
 * Clocks may be wrong; this is only as wrong as its author wants it for its own words.
 *
 * @param fence under which the group is led; a deputy that takes over begins a group of its own under a greater one
 * @param epoch of the group (RFC 9420), behind those of the groups that were begun before it under this fence
 */
record Era(long fence, long epoch) implements Comparable<Era> {

    /** Before anybody was let in. */
    static final Era FIRST = new Era(0, 0);

    private static final Comparator<Era> ORDER =
            Comparator.comparingLong(Era::fence).thenComparingLong(Era::epoch);

    /** Returns the era of an epoch of the group of now. */
    static Era of(Governance governance, long epoch) {
        return new Era(governance.fence(), ((long) governance.begun() << Integer.SIZE) + epoch);
    }

    @Override
    public int compareTo(Era other) {
        return ORDER.compare(this, other);
    }
}
