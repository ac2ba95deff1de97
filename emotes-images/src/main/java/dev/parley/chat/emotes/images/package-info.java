/**
 * Checks, decodes and draws images that come from strangers.
 *
 * <p>A file is taken as bytes, of which nothing is believed: its format is told by its first bytes, its container is
 * walked from end to end, and no memory is reserved for what a header claims before that has been compared with
 * {@link dev.parley.chat.emotes.images.ImageLimits}. Nothing here does I/O, has threads or keeps state: all methods may
 * be called from any thread. Decoding takes processor time; keep it off threads that must not wait.
 */
package dev.parley.chat.emotes.images;
