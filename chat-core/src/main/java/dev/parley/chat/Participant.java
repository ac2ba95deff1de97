package dev.parley.chat;

/**
 * Someone in the room.
 *
 * @param id proven by key
 * @param name as the participant calls itself; its own claim, not unique, free of control characters, at most
 *     {@link #MAX_NAME_CHARS} characters
 * @param role what it may do; HOST is who leads the room, its host or a deputy
 * @param self whether it is this process
 * @param shownName the name, with a part of the id behind it where others in the room go by the same name: no two
 *     participants are shown alike
 */
public record Participant(PeerId id, String name, Role role, boolean self, String shownName) {

    /** Longest name, in UTF-16 units. */
    public static final int MAX_NAME_CHARS = 64;

    /**
     * Makes a participant whose name nobody else goes by.
     *
     * @param id proven by key
     * @param name as the participant calls itself
     * @param role what it may do
     * @param self whether it is this process
     */
    public Participant(PeerId id, String name, Role role, boolean self) {
        this(id, name, role, self, name);
    }

    /** What a participant may do; each may act on those below it, and on nobody beside or above it. */
    public enum Role {
        /** Opened the room and admits others. */
        HOST,
        /** Speaks also where the room is locked or slow, and keeps order. */
        MODERATOR,
        /** Speaks and listens. */
        MEMBER,
        /** Listens. */
        READ_ONLY;

        /**
         * Says whether this role stands above another.
         *
         * @param other the other
         * @return true if it does; false for the same
         */
        public boolean outranks(Role other) {
            return compareTo(other) < 0;
        }
    }
}
