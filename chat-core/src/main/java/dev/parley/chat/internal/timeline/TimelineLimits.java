package dev.parley.chat.internal.timeline;

/**
 * How much a timeline remembers. What falls out can be changed no more: see {@link Timeline}.
 *
 * @param messages messages, files and private messages with what was done to them
 * @param bytes the same, in bytes of their events
 * @param pending edits, deletions and reactions whose message has not come
 * @param pendingPerPeer the same, of one peer
 * @param pendingBytes the same of all, in bytes of their events
 * @param acts acts of moderation that had their right
 * @param voidActs acts without a right, that a later act may still give their right
 * @param voidActsPerPeer the same, of one peer
 * @param peers authors, and peers on whom somebody has acted
 */
public record TimelineLimits(
        int messages,
        long bytes,
        int pending,
        int pendingPerPeer,
        long pendingBytes,
        int acts,
        int voidActs,
        int voidActsPerPeer,
        int peers) {

    /** What a room uses. */
    public static final TimelineLimits STANDARD =
            new TimelineLimits(10_000, 16L * 1024 * 1024, 4_096, 64, 4L * 1024 * 1024, 4_096, 1_024, 64, 4_096);
}
