package dev.parley.chat.internal.protocol;

import dev.parley.chat.internal.timeline.TimelineLimits;
import java.time.Duration;

/** Every bound of the room protocol, with its unit. docs/protocol.md lists them for other implementations. */
final class Limits {

    /** Greatest number of an event in its author's chain: each has room for a next one, so that none overflows. */
    static final long MAX_SEQ = Long.MAX_VALUE - 1;

    /** A whole event: header, body, signature. */
    static final int MAX_EVENT_BYTES = 128 * 1024;

    /** A frame before it is cut in fragments, from an admitted peer. */
    static final int MAX_MESSAGE_BYTES = 256 * 1024;

    /** Body of a HELLO, REFUSED or BYE frame. */
    static final int MAX_CONTROL_BYTES = 4 * 1024;

    /** An MLS KeyPackage in a JOIN frame; it fits one frame, so that a stranger needs no reassembly. */
    static final int MAX_KEY_PACKAGE_BYTES = 2 * 1024;

    /** Events in one SYNC are collected up to this size before the next SYNC begins. */
    static final int SYNC_CHUNK_BYTES = 64 * 1024;

    /** Authors that a SYNC or a CONFIRM may name. */
    static final int MAX_HEADS = 4_096;

    /** Events that a host remembers, to give to participants that come back. */
    static final int MAX_LOG_EVENTS = 10_000;

    /** The same, in bytes. */
    static final long MAX_LOG_BYTES = 8L * 1024 * 1024;

    /** Events from the store that one answer holds, in bytes; less than a receiver takes, for what goes with them. */
    static final long MAX_GIVEN_BYTES = 6L * 1024 * 1024;

    /** The same of the answer to who comes in: it counts as connected when it has ended. */
    static final long MAX_FIRST_GIVEN_BYTES = 1024 * 1024;

    /** Events that are read from the store at once. */
    static final int MAX_READ_EVENTS = 128;

    /** What is held of events that were read from the store at once, in bytes; one event at least. */
    static final int MAX_READ_BYTES = 64 * 1024;

    /** Authors whose chains are read from the store side by side for one member. */
    static final int MAX_CHAINS_AT_ONCE = 16;

    /** Members for whom the store is read at the same time. */
    static final int MAX_READERS = 4;

    /** What may wait on a link before more is read from the store for it. */
    static final int GIVING_WINDOW_BYTES = 512 * 1024;

    /**
     * Acts of moderation that are remembered behind that, as many as a timeline has a use for, and as many events of
     * emoji; a quarter of the bytes each at most.
     */
    static final int MAX_LOG_ACTS = TimelineLimits.STANDARD.acts() + TimelineLimits.STANDARD.voidActs();

    /** Links that are not admitted yet, at a host; the oldest gives way. */
    static final int MAX_PENDING_LINKS = 64;

    /** Bytes handed to a link and not known to have left; more waits in the machine. */
    static final int LINK_WINDOW_BYTES = 1024 * 1024;

    /** Bytes handed to a link after which it is asked how much is left. */
    static final int LINK_REPORT_BYTES = 128 * 1024;

    /** Messages that cannot be opened for an honest reason (an old epoch) before a peer is closed. */
    static final int MAX_STALE_MESSAGES = 1_024;

    /** Messages for one peer only, after which all are sent one: bounds the gap in the sender's generations. */
    static final int MAX_UNICASTS_IN_A_ROW = 256;

    /** Envelopes of one session, from either side. */
    static final int MAX_ENVELOPES_PER_SESSION = 512;

    /** Latest time that a stranger may name: the end of the year 9999. */
    static final long MAX_EPOCH_MILLIS = 253_402_300_799_999L;

    /** Links a host begins to answer in one second. */
    static final int MAX_LINKS_BEGUN_PER_SECOND = 32;

    /** Refusals a host signs in one second, so that rubbish costs it little. */
    static final int MAX_REFUSALS_PER_SECOND = 16;

    /** An own clock never follows a peer's further than this ahead of the wall clock. */
    static final Duration MAX_CLOCK_LEAD = Duration.ofMinutes(10);

    /** Pause after a commit, for each member: a commit costs each of them work, and a small room need not wait long. */
    static final Duration COMMIT_PAUSE_PER_MEMBER = Duration.ofMillis(5);

    /** Identities that a room refuses. */
    static final int MAX_BANNED = 1_024;

    /** Deputies that a host names. */
    static final int MAX_DEPUTIES = 8;

    /** How long newcomers are led by a succession; its host signs it anew long before that. */
    static final Duration SUCCESSION_LIFETIME = Duration.ofDays(7);

    /** Age of a succession at which its host signs it anew. */
    static final Duration SUCCESSION_RENEWAL = Duration.ofDays(1);

    /** A holder counts its lease as over this much earlier than the worker: its clock may run slower. */
    static final Duration LEASE_MARGIN = Duration.ofSeconds(1);

    /** Greatest fence of a lease: what a JSON number holds without loss, less one. */
    static final long MAX_FENCE = (1L << 53) - 2;

    /** How far a leader's fence goes beyond the one that is known: the worker lets nobody skip more. */
    static final long MAX_FENCE_STEP = 1_000_000;

    /** Members up to which each has a link to every other. */
    static final int MAX_FULL_MESH = 8;

    /** Neighbours that a member may name. */
    static final int MAX_NEIGHBOURS = 1_024;

    /** Opened messages that are remembered, since each may come over several links. */
    static final int MAX_SEEN_MESSAGES = 4_096;

    /** Messages of an epoch that has not begun here yet, which wait for its commit. */
    static final int MAX_EARLY_MESSAGES = 256;

    /** Events that wait for one before them in their author's chain, of all authors, in bytes. */
    static final long MAX_AHEAD_BYTES = 2L * 1024 * 1024;

    /** Sessions of links that are remembered, so that an offer that is replayed begins no second one. */
    static final int MAX_SESSIONS_REMEMBERED = 1_024;

    /** Ephemeral messages that are taken over one link in a second; opening each costs work. */
    static final int MAX_EPHEMERALS_PER_SECOND = 100;

    /** How often who goes on writing says so. */
    static final Duration TYPING_PAUSE = Duration.ofSeconds(3);

    /** How long who has said that it writes is taken to write: one word of it may be lost. */
    static final Duration TYPING_LIFETIME = Duration.ofMillis(6_500);

    /** Shortest time between two questions over one link for what is missing. */
    static final Duration MIN_RESUME_PAUSE = Duration.ofSeconds(1);

    /** The same, if the answers held nothing. */
    static final Duration MAX_RESUME_PAUSE = Duration.ofMinutes(1);

    /** What may wait on a link before it is given more of what is missing there. */
    static final int MAX_SYNC_BACKLOG_BYTES = 1024 * 1024;

    /** Shortest time between two looks whether the worker is still heard. */
    static final Duration MIN_PROBE_PAUSE = Duration.ofSeconds(5);

    /** Receipts in one frame. */
    static final int MAX_RECEIPTS = 512;

    /** Envelopes that a member passes on for another in one second. */
    static final int MAX_RELAYS_PER_SECOND = 64;

    /** Envelopes that are remembered, so that they are not passed round in a circle. */
    static final int MAX_RELAYS_REMEMBERED = 1_024;

    /** How far heads may differ while messages come, before they are compared all the same. */
    static final Duration MAX_DIGEST_DELAY = Duration.ofSeconds(10);

    /** Messages of a group after which its keys are renewed. */
    static final int REKEY_MESSAGES = 10_000;

    /** Shortest time between two renewals: what was sealed before the last three commits can still be opened. */
    static final Duration MIN_REKEY_PAUSE = Duration.ofSeconds(30);

    /** Secrets of before that are remembered, for members whose link was lost while it was changed. */
    static final int MAX_FORMER_SECRETS = 64;

    /** How long a secret of before is remembered: longer than a participant tries to reconnect. */
    static final Duration FORMER_SECRET_LIFETIME = Duration.ofMinutes(2);

    /** A piece of a file, which with its seal and header fits one frame. */
    static final int PIECE_BYTES = 16_000;

    /** What one FETCH asks for at most: a whole number of pieces. */
    static final int FETCH_BYTES = 16 * PIECE_BYTES;

    /** FETCHes for one file that are sent before the first of them is answered and written. */
    static final int MAX_FETCHES_AHEAD = 4;

    /** FETCHes of one link that wait to be answered; others are passed over. */
    static final int MAX_FETCHES_WAITING = 256;

    /** FETCHes of one link in a second; others are passed over. */
    static final int MAX_FETCHES_PER_SECOND = 1_000;

    /** How often nothing may come of what was asked for, before a fetch has failed. */
    static final int MAX_FETCH_SILENCES = 3;

    /** Files that are fetched at a time. */
    static final int MAX_FETCHES = 16;

    /** Offers of one's own that are remembered; the oldest falls out and is not given any more. */
    static final int MAX_OFFERED_FILES = 1_000;

    /** Parts of files that are read and not sent yet, each for another link. */
    static final int MAX_BLOCKS_HELD = 16;

    /** What waits on a link before pieces of files wait for it: a message behind them is not to wait long. */
    static final int MAX_FILE_BACKLOG_BYTES = 128 * 1024;

    /** Links beside those of the overlay, which are made for files. */
    static final int MAX_DETOURS = 64;

    /** Images of emoji that are fetched at a time. */
    static final int MAX_IMAGE_FETCHES = 4;

    /** The same over one link, so that one that gives nothing leaves room for others. */
    static final int MAX_IMAGE_FETCHES_PER_LINK = 2;

    /** How long an image may take to come from one member, however much of it has come. */
    static final Duration MAX_IMAGE_FETCH = Duration.ofMinutes(1);

    /** Longest pause until it is looked again who has the image of an emoji. */
    static final Duration MAX_IMAGE_PAUSE = Duration.ofMinutes(1);

    private Limits() {}
}
