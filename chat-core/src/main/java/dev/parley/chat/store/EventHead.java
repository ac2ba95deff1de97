package dev.parley.chat.store;

import dev.parley.chat.MessageId;

/**
 * Where an author's chain of events stands.
 *
 * @param seq the highest count, from 1
 * @param id the hash of that event
 */
public record EventHead(long seq, MessageId id) {}
