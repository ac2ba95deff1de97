package dev.parley.chat.worker.internal;

import dev.parley.chat.worker.internal.push.Nodes;
import dev.parley.chat.worker.internal.store.EmojiStore;
import dev.parley.chat.worker.internal.store.RoomStore;

/**
 * What a worker stands on.
 *
 * @param description of the store, for the log
 */
public record Backend(RoomStore store, EmojiStore emoji, Nodes nodes, String description) {}
