package dev.parley.chat.emotes;

/** What a provider warns of, so that a program can leave such emotes out or ask first. */
public enum EmoteWarning {
    /** Sexual content. */
    SEXUAL,
    /** Flashing that may trigger epilepsy. */
    EPILEPSY,
    /** Content that offends some. */
    EDGY,
    /** Not allowed on the platform that the set is made for. */
    DISALLOWED_ON_PLATFORM
}
