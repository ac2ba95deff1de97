package dev.parley.chat.emotes.seventv;

/** Whose set it is, which decides whether a private emote in it shows. */
enum SetKind {
    /** A set for many: the global one, or a channel's. */
    SHARED,
    /** A set that one person has put together, and that 7TV has looked through. */
    PERSONAL
}
