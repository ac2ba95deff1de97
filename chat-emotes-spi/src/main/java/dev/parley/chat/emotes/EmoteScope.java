package dev.parley.chat.emotes;

/**
 * How widely a set of emotes holds. Where two sets hold the same code, the narrower scope wins; the order of these
 * constants is that precedence.
 */
public enum EmoteScope {
    /** The user's own emotes. */
    PERSONAL,
    /** The emotes of one room or channel. */
    ROOM,
    /** Emotes that hold everywhere. */
    GLOBAL
}
