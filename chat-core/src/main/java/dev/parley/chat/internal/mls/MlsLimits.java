package dev.parley.chat.internal.mls;

/**
 * What a stranger or a member can make a group hold or do.
 *
 * @param maxMembers most members, ourselves included
 * @param maxApplicationBytes longest application message as it travels
 * @param maxCommitBytes longest commit as it travels
 * @param maxWelcomeBytes longest welcome as it travels
 * @param maxGenerationGap most messages of one sender that may be missing in front of one that arrives
 * @param maxPreviousEpochs most epochs before the current one whose messages can still be read
 * @param maxPreviousEpochMillis how long after an epoch ended its messages can still be read
 * @param maxClockSkewMillis how far the clocks of two members may differ
 */
public record MlsLimits(
        int maxMembers,
        int maxApplicationBytes,
        int maxCommitBytes,
        int maxWelcomeBytes,
        int maxGenerationGap,
        int maxPreviousEpochs,
        long maxPreviousEpochMillis,
        long maxClockSkewMillis) {

    /** 1,000 members, gaps of 1,000 messages, 3 previous epochs for at most 60 s, 24 h of clock skew. */
    public static final MlsLimits DEFAULT =
            new MlsLimits(1_000, 1 << 20, 1 << 20, 1 << 20, 1_000, 3, 60_000, 24L * 3_600_000);

    /** Checks that every limit is positive. */
    public MlsLimits {
        if (maxMembers < 2
                || maxApplicationBytes < 1
                || maxCommitBytes < 1
                || maxWelcomeBytes < 1
                || maxGenerationGap < 0
                || maxPreviousEpochs < 0
                || maxPreviousEpochMillis < 0
                || maxClockSkewMillis < 0) {
            throw new IllegalArgumentException("a group has at least 2 members and no limit below zero");
        }
    }
}
