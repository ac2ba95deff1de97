package dev.parley.chat.internal.mls;

import java.util.List;

/** What has to be sent after members were added. */
public final class AddResult {

    private final List<byte[]> commits;
    private final byte[] welcome;
    private final long epoch;
    private final boolean restarted;

    AddResult(List<byte[]> commits, byte[] welcome, long epoch, boolean restarted) {
        this.commits = List.copyOf(commits);
        this.welcome = welcome;
        this.epoch = epoch;
        this.restarted = restarted;
    }

    /**
     * Returns the commits for those who were members before and still are, in the order in which they apply.
     *
     * @return one commit; two if someone who is a member joins again; none if nobody else was a member
     */
    public List<byte[]> commits() {
        return commits;
    }

    /**
     * Returns the welcome for all who were added.
     *
     * @return one message
     */
    public byte[] welcome() {
        return welcome;
    }

    /**
     * Returns the epoch that the welcome leads to.
     *
     * @return the new epoch
     */
    public long epoch() {
        return epoch;
    }

    /**
     * Says whether the group began anew because the committer was alone for a moment; epochs then count from 0 again.
     *
     * @return true if it began anew
     */
    public boolean restarted() {
        return restarted;
    }
}
