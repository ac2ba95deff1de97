package dev.parley.chat.internal.timeline;

import dev.parley.chat.MessageRevision;
import dev.parley.chat.internal.crypto.PrivateSeal;
import java.time.Duration;

/** Every bound of messages and acts, with its unit. docs/protocol.md lists them for other implementations. */
public final class ActLimits {

    /** Greatest number of an event that an act can name as seen: as many as a chain can have. */
    public static final long MAX_SEQ = Long.MAX_VALUE - 1;

    /** Latest time that a body may name: the end of the year 9999. */
    public static final long MAX_EPOCH_MILLIS = 253_402_300_799_999L;

    /** A body, in bytes: no event is longer. */
    public static final int MAX_BODY_BYTES = 128 * 1024;

    /** What is sealed in a private message, in bytes. */
    public static final int MAX_SEALED_BYTES = PrivateSeal.MAX_SEALED_BYTES;

    /** How long behind a message its author can change it, by the clocks of both events. */
    public static final Duration MAX_EDIT_AGE = MessageRevision.MAX_AGE;

    /** Times that a message can be changed. */
    public static final int MAX_EDITS = MessageRevision.MAX_EDITS;

    /** Reactions that one peer can have under one message at a time. */
    public static final int MAX_REACTIONS_PER_PEER = 8;

    /** Events with which one peer can add and take back reactions under one message. */
    public static final int MAX_REACTION_EVENTS_PER_PEER = 32;

    /** Different reactions that are shown under one message: those of the most peers. */
    public static final int MAX_REACTION_TOTALS = 64;

    /**
     * How far an author's claim of the time is followed where it decides for the author: slow mode and mutes that end.
     */
    public static final Duration MAX_CLOCK_LEAD = Duration.ofMinutes(10);

    /** Peers that one side blocks. */
    public static final int MAX_BLOCKED = 4_096;

    /** Lists of deputies that are remembered with the time from which they hold. */
    public static final int MAX_DEPUTY_LISTS = 64;

    /** The body of an event that adds or removes an emoji, in bytes: everybody remembers many of them. */
    public static final int MAX_EMOJI_BODY_BYTES = 1_024;

    /** Additions of emoji that are remembered, of all peers; those that stand last in the timeline fall out. */
    public static final int MAX_EMOJI_KEPT = 2_000;

    /** Events with which one peer can remove one emoji of another. */
    public static final int MAX_EMOJI_REMOVALS_PER_PEER = 8;

    /** Removals of emoji that do nothing as yet and are remembered, of one peer. */
    public static final int MAX_IDLE_EMOJI_REMOVALS_PER_PEER = 64;

    /** The same, of all peers. */
    public static final int MAX_IDLE_EMOJI_REMOVALS = 1_024;

    private ActLimits() {}
}
