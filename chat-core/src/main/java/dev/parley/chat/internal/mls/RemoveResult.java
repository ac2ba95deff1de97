package dev.parley.chat.internal.mls;

import java.util.Optional;

/** What has to be sent after members were removed. */
public final class RemoveResult {

    private final byte @org.jspecify.annotations.Nullable [] commit;
    private final long epoch;

    RemoveResult(byte @org.jspecify.annotations.Nullable [] commit, long epoch) {
        this.commit = commit;
        this.epoch = epoch;
    }

    /**
     * Returns the commit for all who were members before, the removed ones included if they shall learn of it.
     *
     * @return the commit; empty if nobody is left to read it and the group began anew
     */
    public Optional<byte[]> commit() {
        return Optional.ofNullable(commit);
    }

    /**
     * Says whether the group began anew because the committer is alone; epochs then count from 0 again.
     *
     * @return true if it began anew
     */
    public boolean restarted() {
        return commit == null;
    }

    /**
     * Returns the epoch after the removal.
     *
     * @return the new epoch
     */
    public long epoch() {
        return epoch;
    }
}
