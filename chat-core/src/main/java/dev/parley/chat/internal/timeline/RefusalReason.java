package dev.parley.chat.internal.timeline;

/** Why an event has no effect. */
public enum RefusalReason {
    /** The body breaks the rules of its type. */
    MALFORMED,
    /** The clock is not behind that of the author's event before. */
    CLOCK_NOT_AFTER_PREVIOUS,
    /** An act from before all acts that are remembered. */
    TOO_LATE,
    /** The author's role does not give this right. */
    NO_RIGHT,
    /** It is done to somebody whose role is the same or higher. */
    ROLE_NOT_BELOW,
    /** The author is banned. */
    BANNED,
    /** The author was removed, and who removed it had not seen this. */
    KICKED,
    /** The author is muted. */
    MUTED,
    /** The author may only read. */
    READ_ONLY,
    /** Only moderators speak at the moment. */
    LOCKED,
    /** The author spoke a moment before. */
    SLOW_MODE,
    /** Only the author may change a message. */
    NOT_THE_AUTHOR,
    /** This cannot be done to that kind of event. */
    WRONG_TARGET,
    /** What it is done to did not come, and there is no room to wait for it. */
    TARGET_UNKNOWN,
    /** The message is older than {@link ActLimits#MAX_EDIT_AGE}. */
    TOO_OLD_TO_EDIT,
    /** The message was changed {@link ActLimits#MAX_EDITS} times. */
    TOO_MANY_EDITS,
    /** One peer's bounds of reactions under one message. */
    TOO_MANY_REACTIONS,
    /** The room has an emoji of that shortcode. */
    SHORTCODE_TAKEN,
    /** One peer's bound of emoji. */
    TOO_MANY_EMOJI,
    /** One peer's bound of removals of one emoji. */
    TOO_MANY_EMOJI_REMOVALS,
    /** The room's bounds of emoji. */
    ROOM_FULL_OF_EMOJI,
    /** The author claims a time that has not come, and would gain by it; counts when it has come. */
    CLOCK_AHEAD,
    /** This side has blocked the author; others see it. */
    BLOCKED
}
