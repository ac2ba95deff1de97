package dev.parley.chat.internal.protocol;

import java.time.Duration;

/** Every timer of the room protocol and how long it runs. */
enum Timer {
    /** Participant: from the first step to CONNECTED; then the join has failed. */
    CONNECT(Duration.ofSeconds(30)),
    /** Participant: from the loss of the link to CONNECTED again; then the room is closed. */
    RECONNECT(Duration.ofSeconds(60)),
    /** Participant: one try, from the offer to admission. */
    ATTEMPT(Duration.ofSeconds(10)),
    /** Participant: pause before the next try; doubled up to {@link #MAX_RETRY}, with jitter. */
    RETRY(Duration.ofMillis(500)),
    /** Any side: pause in which what it received is acknowledged at once. */
    RECEIVED(Duration.ofMillis(20)),
    /** Any side: from the last change of what it has heard to the comparison with its neighbours. */
    DIGEST(Duration.ofSeconds(2)),
    /** Any side: from a digest that differs to the question for what is missing. */
    COMPARE(Duration.ofSeconds(1)),
    /** Any side: how long an event waits for one before it in its author's chain; then there is a gap. */
    GAP(Duration.ofSeconds(10)),
    /** Any side: how long nothing may come of what was said before until it is told that no more comes. */
    CATCH_UP(Duration.ofSeconds(10)),
    /** Any side: how long a member may be without a name here until the neighbours are asked for it. */
    NAMES(Duration.ofSeconds(5)),
    /** Any side: longest time until it is looked whether messages are to disappear, since the wall clock may be set. */
    TIMELINE(Duration.ofMinutes(1)),
    /** Participant: pause before a link to another participant is tried again; doubled likewise. */
    MESH(Duration.ofMillis(500)),
    /** Participant's link to another: from the offer to MEET. */
    MEETING(Duration.ofSeconds(10)),
    /** Participant: pause in which changes of its links are told at once. */
    NEIGHBOURS(Duration.ofMillis(250)),
    /**
     * Link: how often it is looked whether anything has come; if nothing has, a PING goes out. So over a link that
     * works something comes at least every two of these and a round trip: a heartbeat of 5 s.
     */
    PING(Duration.ofSeconds(2)),
    /**
     * Link: nothing heard for two heartbeats; then it counts as lost. The transport tells sooner of a path that breaks,
     * at the latest 5 s after the last packet, which may have come 4 s after the last frame.
     */
    SILENCE(Duration.ofSeconds(10)),
    /**
     * Link: the same, from the interruption of its path, or from an offer to look for another one. After a longer one
     * SCTP waits about as long again before it sends what was lost (RFC 9260 §6.3.3), and a new link is sooner.
     */
    INTERRUPTION(Duration.ofSeconds(8)),
    /** Link whose path is interrupted: pause between two ICE restarts; doubled likewise. */
    RESTART(Duration.ofSeconds(1)),
    /** Link: from more bytes than the window to the next question how many have left. */
    DRAIN(Duration.ofMillis(5)),
    /** Host's link: from the offer to JOIN, and from WELCOME to CONFIRM. */
    ADMISSION(Duration.ofSeconds(15)),
    /** Host: longest pause between two commits, in which joins and removals are collected. */
    COMMIT(Duration.ofMillis(250)),
    /** Host: how long a member that lost its link keeps its place. */
    GRACE(Duration.ofSeconds(10)),
    /** Any side: until a member to whom no way leads counts as gone; as long as GRACE. */
    MISSING(Duration.ofSeconds(10)),
    /** Any side: pause in which what was read is told at once. */
    READ(Duration.ofSeconds(1)),
    /** Any side: until the first of those who are writing counts as not writing any more. */
    TYPING(Duration.ofMillis(6_500)),
    /** Any side that is away: longest pause until it tells newcomers so; a random part of it. */
    PRESENCE(Duration.ofSeconds(2)),
    /** Host: from the first message after a renewal of the group's keys to the next renewal. */
    REKEY(Duration.ofMinutes(10)),
    /** Any side: how long the group of the leader before can still be spoken in. */
    FORMER(Duration.ofSeconds(60)),
    /** Any side: from a change of the group to a look whether keys of the epochs before are to be wiped. */
    OLD_KEYS(Duration.ofMillis(60_001)),
    /** Whoever leads under a lease: pause between two renewals of it. */
    LEASE(Duration.ofSeconds(10)),
    /** Participant whose link is lost: pause between two questions who leads; a deputy asks for the lease then. */
    LEADER(Duration.ofSeconds(2)),
    /** Who fetches a file: how long none of what it has asked for may come. */
    FETCH(Duration.ofSeconds(30)),
    /** Any side: pause before it is looked again who has the image of an emoji; doubled, with jitter. */
    EMOJI(Duration.ofSeconds(2)),
    /** Link that is there for files: how long it is kept after the last word about one. */
    DETOUR(Duration.ofSeconds(30)),
    /** Host: how long an admitted member may take to say its name. */
    PROFILE(Duration.ofSeconds(10)),
    /** Host: pause before the room is announced again after the worker forgot it; doubled likewise. */
    ANNOUNCE(Duration.ofSeconds(1));

    /** Longest pause of a timer that is doubled. */
    static final Duration MAX_RETRY = Duration.ofSeconds(8);

    private final long nanos;

    Timer(Duration duration) {
        this.nanos = duration.toNanos();
    }

    Duration toDuration() {
        return Duration.ofNanos(nanos);
    }

    long nanos() {
        return nanos;
    }
}
