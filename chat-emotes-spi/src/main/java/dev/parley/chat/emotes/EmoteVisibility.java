package dev.parley.chat.emotes;

/** Where an emote may appear. */
public enum EmoteVisibility {
    /** Matched in messages and offered in pickers and completions. */
    LISTED,
    /** Matched in messages, but not offered. */
    NOT_OFFERED,
    /** Hidden by its provider: neither matched nor offered, unless the registry was told to show such emotes. */
    UNLISTED
}
