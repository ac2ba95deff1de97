package dev.parley.chat;

import java.util.List;

/**
 * Who has put one reaction under a message.
 *
 * @param reaction which
 * @param count how many have, at least 1; without those whom this side has blocked
 * @param by who they are, in the order of their ids; the first {@value #MAX_NAMED} of them
 */
public record ReactionTotal(Reaction reaction, int count, List<PeerId> by) {
    /** So many are named at most; the rest are counted. */
    public static final int MAX_NAMED = 64;

    public ReactionTotal {
        by = List.copyOf(by);
    }
}
