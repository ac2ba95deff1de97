package dev.parley.chat.emotes;

/** The encoding of an emote's image file, as its provider tells it. A decoder still has to look at the bytes. */
public enum EmoteImageFormat {
    /** AVIF, still or animated. */
    AVIF,
    /** WebP, still or animated. */
    WEBP,
    /** GIF, still or animated. */
    GIF,
    /** PNG or APNG. */
    PNG,
    /** JPEG. */
    JPEG,
    /** The provider does not tell. */
    UNKNOWN
}
