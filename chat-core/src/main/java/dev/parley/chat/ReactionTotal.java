package dev.parley.chat;

/**
 * How many have put one reaction under a message.
 *
 * @param reaction which
 * @param count how many, at least 1; without those whom this side has blocked
 */
public record ReactionTotal(Reaction reaction, int count) {}
