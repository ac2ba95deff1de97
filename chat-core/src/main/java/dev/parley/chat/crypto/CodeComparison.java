package dev.parley.chat.crypto;

/** What comes of comparing one's own {@link SafetyNumber} or {@link RoomCode} with what the other side sees. */
public enum CodeComparison {
    /** Both sides see the same. */
    MATCH,
    /**
     * They see different things: it is the code of other people or of another room, or somebody stands between. Also
     * when one letter or digit was misheard.
     */
    DIFFERENT,
    /** It is the room's code of another epoch: somebody came or went meanwhile. Compare again. */
    OTHER_EPOCH,
    /** It was made by a version of Parley that makes codes in another way. Update the older one. */
    OTHER_VERSION,
    /** It is not a code, or not a whole one. */
    UNREADABLE
}
