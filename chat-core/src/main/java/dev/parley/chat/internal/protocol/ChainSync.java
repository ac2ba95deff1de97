package dev.parley.chat.internal.protocol;

import dev.parley.chat.DeliveryState;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.MemberTime;
import dev.parley.chat.store.StoredEvent;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the chains of a room's authors to where they stand at others, and others to where they stand here: takes
 * events by whatever way they come, finds what is missing, asks for it, and gives what others lack. One for each room;
 * it goes on in the machine of another role.
 *
 * <pre>
 *        here                                                          a neighbour
 *   heads change ── DIGEST, 2 s later ──────────────────────────────►  another than its own? 1 s later it still is?
 *                                                                         │
 *   onResume  ◄───────────────────────────── RESUME: its heads ───────────┘   ask
 *      │
 *      └─ give ── SYNC: events beyond those heads that it may have ────►  takeEvents ──► receive ──► fit?
 *              └─ SYNC, last: our heads ───────────────────────────────►  settleAhead         NEW: has its place
 *                                                                                             AHEAD: waits, {@link #ask}
 *                                                                                             DUPLICATE: passed over
 *                                                                                             FORK: told, and not taken
 * </pre>
 *
 * <p>A link begins with a {@link #give} in both directions: the heads are in MEET or CONFIRM. What waits
 * {@link AheadEvents ahead} of its chain is taken when what is before it has come, or behind a gap, when it does not
 * come.
 */
final class ChainSync {

    private static final Logger log = LoggerFactory.getLogger(ChainSync.class);

    /** What was said last, in the order in which it came here. */
    final EventLog recent;

    final AheadEvents ahead = new AheadEvents();

    /** When each member's time in the room began, as far as we were there to see it since we were started. */
    private final Map<PeerId, Era> firstEras = new LinkedHashMap<>();

    /** Where each author's chain stood when this side was started. */
    private final Map<PeerId, Long> seqsBefore = new LinkedHashMap<>();

    /** When the time of members began that were in the room before this side was started, as it has noted then. */
    private final Map<PeerId, Era> erasBefore = new LinkedHashMap<>();

    private final Set<PeerId> forked = new LinkedHashSet<>();
    private RoomMachine machine;
    private long digest;
    private long digestDueNanos;

    /** Reads of the store that are not answered yet. */
    private final Map<Long, Giving> reads = new LinkedHashMap<>();

    /** Those who hold something of the store, or wait for it; the others come after them. */
    private final Set<Giving> readers = new LinkedHashSet<>();

    private final Deque<Giving> waiting = new ArrayDeque<>();
    private long nextRead;

    /** Who gives us so much that one answer does not hold it; null if nobody does. */
    private @Nullable LinkChannel source;

    /** When something new came from it last. */
    private long sourceNanos;

    /** Where chains stand at it. */
    private Map<PeerId, EventHead> sourceHeads = Map.of();

    /** How much has come since it was told first that somebody gives us much; 0 if that is over. */
    private long caughtUp;

    ChainSync(RoomMachine machine, RoomConfig config) {
        this.machine = machine;
        this.recent = new EventLog(machine.acts.timeline);
        machine.heads.forEach((author, head) -> {
            digest ^= digestOf(head);
            // What waits in the outbox is remembered, and is said in this life.
            boolean isOwn = author.equals(machine.self.peerId());
            long before =
                    isOwn && !config.outbox().isEmpty() ? config.outbox().get(0).seq() - 1 : head.seq();
            if (before > 0) {
                seqsBefore.put(author, before);
                recent.isInStoreOnly(author, before);
            }
        });
    }

    /** Takes what was noted before a restart: of those whom an act has removed since, nothing. */
    void timesWere(List<MemberTime> times) {
        Set<PeerId> removed = times.isEmpty() ? Set.of() : machine.acts.putOut();
        for (MemberTime time : times) {
            if (erasBefore.size() < Limits.MAX_HEADS && !removed.contains(time.member())) {
                erasBefore.put(time.member(), new Era(time.fence(), time.epoch()));
            }
        }
    }

    /** Goes on in the machine of another role. */
    void handTo(RoomMachine next) {
        machine = next;
        next.timers.start(Timer.DIGEST, next.now);
        if (!ahead.isEmpty()) {
            next.timers.start(Timer.GAP, next.now);
        }
        if (caughtUp > 0) {
            next.timers.start(Timer.CATCH_UP, next.now);
        }
    }

    RoomMachine machine() {
        return machine;
    }

    // ---- where chains stand

    /** How an event fits its author's chain. */
    enum Fit {
        /** It is the next one. */
        NEW,
        /** What comes before it is not here. */
        AHEAD,
        /** It has its place already. */
        DUPLICATE,
        /** It contradicts what its author said before. */
        FORK
    }

    Fit fit(Event event) {
        EventHead head = machine.heads.get(event.sender());
        if (head == null) {
            return event.seq() == 1 ? Fit.NEW : Fit.AHEAD;
        }
        if (event.seq() > head.seq() + 1) {
            return Fit.AHEAD;
        }
        if (event.seq() == head.seq() + 1) {
            return event.follows(head) ? Fit.NEW : Fit.FORK;
        }
        return event.seq() == head.seq() && !event.id().equals(head.id()) ? Fit.FORK : Fit.DUPLICATE;
    }

    void setHead(PeerId sender, EventHead head) {
        EventHead before = machine.heads.put(sender, head);
        digest ^= digestOf(head) ^ (before == null ? 0 : digestOf(before));
        if (machine.heads.size() > Limits.MAX_HEADS) {
            machine.heads.keySet().stream()
                    .filter(author -> !machine.isInRoster(author) && !author.equals(machine.self.peerId()))
                    .findFirst()
                    .ifPresent(this::dropHead);
        }
        if (!machine.timers.isRunning(Timer.DIGEST)) {
            digestDueNanos = machine.now + Limits.MAX_DIGEST_DELAY.toNanos();
        }
        machine.timers.startFor(
                Timer.DIGEST, machine.now, Math.min(Timer.DIGEST.nanos(), Math.max(0, digestDueNanos - machine.now)));
    }

    void dropHead(PeerId author) {
        EventHead before = machine.heads.remove(author);
        digest ^= before == null ? 0 : digestOf(before);
        recent.forget(author);
        seqsBefore.remove(author);
    }

    /** Ids are hashes: the first bytes of those of all heads, added without carry, say what was heard. */
    private static long digestOf(EventHead head) {
        return ByteBuffer.wrap(head.id().toBytes()).getLong();
    }

    // ---- what comes

    /** Takes another's event, by whatever way it came; true if it has its place now and had none before. */
    boolean receive(Event event, LinkChannel from) throws MalformedException {
        return receive(event, from, false);
    }

    private boolean receive(Event event, LinkChannel from, boolean isGapExpected) throws MalformedException {
        Fit fit = fit(event);
        switch (fit == Fit.AHEAD && isGapExpected ? Fit.NEW : fit) {
            case NEW -> {
                boolean isWellFormed = machine.place(event, true);
                machine.deliveries.owe(event.sender());
                ahead.advanced(event.sender(), machine.now);
                takeAhead(event.sender());
                if (!isWellFormed && event.sender().equals(from.peer)) {
                    // Whoever only passes it on has done nothing wrong.
                    throw new MalformedException("a " + event.type() + " that is not what its type demands");
                }
                return true;
            }
            case DUPLICATE -> {
                machine.deliveries.owe(event.sender());
                if (event.type().equals(Event.TYPE_PROFILE) && !machine.profiles.containsKey(event.sender())) {
                    // Its place is before what we were told of this author first; its name is needed all the same.
                    machine.takeProfile(event);
                }
            }
            case FORK -> {
                forked(event);
                if (event.sender().equals(from.peer)) {
                    throw new MalformedException("an event that contradicts an earlier one of its author");
                }
            }
            case AHEAD -> {
                ahead.keep(event, machine.now);
                machine.timers.startUnlessRunning(Timer.GAP, machine.now);
                ask(from);
            }
        }
        return false;
    }

    /** An author's chain goes on here for us: what comes before it is not for us. */
    void goOnAt(PeerId author, EventHead head) {
        if (ahead.holdsAny(author) && ahead.firstSeq(author) <= head.seq()) {
            acceptGap(author);
        } else {
            setHead(author, head);
            takeAhead(author);
        }
    }

    private void forked(Event event) {
        // Whoever told two stories is its author; who brings one of them may know no other.
        log.debug("{} contradicts itself", event.sender());
        if (forked.size() < Limits.MAX_HEADS && forked.add(event.sender())) {
            machine.emit(new Output.Forked(event.sender()));
        }
    }

    private void takeAhead(PeerId author) {
        EventHead head = machine.heads.get(author);
        while (head != null && ahead.holdsAny(author) && ahead.firstSeq(author) <= head.seq() + 1) {
            takeOneAhead(author);
            head = machine.heads.get(author);
        }
        if (ahead.isEmpty()) {
            machine.timers.stop(Timer.GAP);
        }
    }

    private void takeOneAhead(PeerId author) {
        Event event = ahead.takeFirst(author);
        if (event == null) {
            return;
        }
        Fit fit = fit(event);
        if (fit == Fit.DUPLICATE) {
            return;
        }
        if (fit == Fit.FORK) {
            forked(event);
            return;
        }
        machine.place(event, true);
        machine.deliveries.owe(author);
    }

    /** What is missing does not come: the chain goes on behind it. */
    private void acceptGap(PeerId author) {
        if (!ahead.holdsAny(author)) {
            return;
        }
        EventHead head = machine.heads.get(author);
        long first = ahead.firstSeq(author);
        if (head != null && first > head.seq() + 1) {
            machine.emit(new Output.HistoryGap(author, head.seq() + 1, first - 1));
        }
        takeOneAhead(author);
        takeAhead(author);
    }

    // ---- asking and giving

    /** Asks a neighbour for what is missing here, unless it was asked a moment ago. */
    void ask(LinkChannel link) {
        if (source != link && (isCatchingUp() || machine.isGivenByLeader(link))) {
            // One after the other: they have the same.
            link.hasMore = true;
            machine.timers.startUnlessRunning(Timer.COMPARE, machine.now);
        } else if (link.isAdmitted() && machine.now >= link.nextResumeNanos) {
            link.nextResumeNanos = machine.now + link.resumePauseNanos;
            link.resumePauseNanos = Math.min(2 * link.resumePauseNanos, Limits.MAX_RESUME_PAUSE.toNanos());
            link.syncBudget = Math.max(link.syncBudget, Limits.MAX_LOG_BYTES);
            link.newsGiven = 0;
            link.hasMore = false;
            Map<PeerId, EventHead> has = new LinkedHashMap<>(machine.heads);
            // Of whom one knows nothing one is given the name.
            has.keySet().removeAll(machine.nameless());
            machine.unicast(link, Content.resume(has));
        }
    }

    void onResume(LinkChannel link, Map<PeerId, EventHead> has) {
        machine.deliveries.heard(link.peer, has);
        Giving giving = link.giving;
        if (giving != null) {
            // What is under way is not begun anew.
            giving.asked(has);
            return;
        }
        boolean isTooSoon = link.answeredNanos != Long.MIN_VALUE
                && machine.now - link.answeredNanos < Limits.MIN_RESUME_PAUSE.toNanos() / 2;
        if (!isTooSoon && link.queuedBytes() < Limits.MAX_SYNC_BACKLOG_BYTES) {
            link.answeredNanos = machine.now;
            give(link, unknownProfiles(link, has), has, false, true, Limits.MAX_GIVEN_BYTES);
        }
    }

    /**
     * Gives a member, over a new link, what it lacks and is remembered, and the leader what it lacks of ours. If the
     * store has more, it is told so, and asks one of those who have it.
     */
    void offer(LinkChannel link, Map<PeerId, EventHead> has) {
        give(link, unknownProfiles(link, has), has, false, false, Limits.MAX_GIVEN_BYTES);
    }

    private List<Event> unknownProfiles(LinkChannel link, Map<PeerId, EventHead> has) {
        List<Event> unknown = new ArrayList<>();
        machine.profiles.forEach((peer, profile) -> {
            if (!has.containsKey(peer) && !peer.equals(link.peer)) {
                unknown.add(profile);
            }
        });
        return unknown;
    }

    /** Gives a member that was let in what it lacks; all that it may have of before, if it is new. */
    void give(LinkChannel link, Collection<Event> profilesGiven, Map<PeerId, EventHead> has, boolean begins) {
        give(link, profilesGiven, has, begins, true, Limits.MAX_FIRST_GIVEN_BYTES);
    }

    private void give(
            LinkChannel link,
            Collection<Event> profilesGiven,
            Map<PeerId, EventHead> has,
            boolean begins,
            boolean isAsked,
            long maxBytes) {
        Map<PeerId, Long> behind = behind(link.peer, has, begins);
        Set<PeerId> beyondMemory = new LinkedHashSet<>();
        behind.forEach((author, next) -> {
            if (next < recent.wholeFrom(author)) {
                beyondMemory.add(author);
            }
        });
        Set<PeerId> passedOver = new LinkedHashSet<>();
        if (!isAsked) {
            passedOver.addAll(beyondMemory);
            if (link.peer.equals(machine.leader.peerId())) {
                passedOver.remove(machine.self.peerId());
            }
            beyondMemory.removeAll(passedOver);
            behind.keySet().removeAll(passedOver);
        }
        Predicate<Event> isLacked = event -> {
            EventHead head = has.get(event.sender());
            return (head == null || event.seq() > head.seq())
                    && !passedOver.contains(event.sender())
                    && mayHave(link.peer, event);
        };
        boolean isHistory = begins && machine.acts.givesHistory();
        if (recent.isPart() && (!beyondMemory.isEmpty() || isHistory || lacksItsLast(link.peer, has))) {
            boolean isCut = !passedOver.isEmpty();
            Giving giving = new Giving(
                    this, link, profilesGiven, has, behind, recent.select(isLacked), begins, isCut, maxBytes);
            link.giving = giving;
            giving.goOn();
        } else {
            giveRemembered(link, profilesGiven, has, recent.select(isLacked), begins, !passedOver.isEmpty());
        }
    }

    /** From which count on a member lacks the chains of which it may have all that was said in its time. */
    Map<PeerId, Long> behind(PeerId peer, Map<PeerId, EventHead> has, boolean isNew) {
        // Of authors of whom it names no head, too: where we told it that their chains go on is not in its store.
        boolean wasHere = !isNew || wasHere(peer);
        Map<PeerId, Long> behind = new LinkedHashMap<>();
        machine.heads.forEach((author, head) -> {
            EventHead known = has.get(author);
            long next = known == null ? 1 : known.seq() + 1;
            if ((known != null || wasHere) && next <= head.seq()) {
                behind.put(author, next);
            }
        });
        return behind;
    }

    /** Whether a member does not know its own last event, which tells it where it goes on, and the store has it. */
    private boolean lacksItsLast(PeerId peer, Map<PeerId, EventHead> has) {
        EventHead last = machine.heads.get(peer);
        return last != null && !has.containsKey(peer) && last.seq() < recent.wholeFrom(peer);
    }

    private void giveRemembered(
            LinkChannel link,
            Collection<Event> profilesGiven,
            Map<PeerId, EventHead> has,
            List<Event> missed,
            boolean begins,
            boolean isMore) {
        List<Event> fresh = new ArrayList<>();
        List<Event> known = new ArrayList<>();
        List<Event> ofStrangers = new ArrayList<>();
        for (Event event : missed) {
            boolean isStrangers = begins || !has.containsKey(event.sender());
            (machine.deliveries.isFresh(event) ? fresh : isStrangers ? ofStrangers : known).add(event);
            noteSent(event, link);
        }
        giveInChunks(profilesGiven, chunk -> new Content.Sync(false, false, false, chunk, List.of(), Map.of()), link);
        // Of whom it has heard nothing it is given what it may have, whatever lies between.
        giveInChunks(ofStrangers, chunk -> new Content.Sync(false, false, true, List.of(), chunk, Map.of()), link);
        giveInChunks(known, chunk -> new Content.Sync(false, false, false, List.of(), chunk, Map.of()), link);
        giveInChunks(fresh, chunk -> new Content.Sync(false, true, begins, List.of(), chunk, Map.of()), link);
        giveLast(link, begins, isMore);
    }

    /** An event is given: one of our own is on its way. */
    void noteSent(Event event, LinkChannel link) {
        if (machine.deliveries.isTracked(event)) {
            machine.emit(new Output.Delivery(event.id(), link.peer, DeliveryState.SENT));
        }
    }

    /** Ends an answer. */
    void giveLast(LinkChannel link, boolean begins, boolean isMore) {
        machine.unicast(
                link, Content.sync(new Content.Sync(true, false, begins, isMore, List.of(), List.of(), machine.heads)));
        machine.attendance.met(link);
        Long read = machine.deliveries.readOf(link.peer);
        if (read != null) {
            machine.unicast(link, Content.read(Map.of(link.peer, read)));
        }
        link.catchUpBytes = link.queuedBytes();
    }

    // ---- the store

    /** Bytes of events that were read and are not given yet. */
    long readBytes() {
        long bytes = 0;
        for (Giving giving : readers) {
            bytes += giving.heldBytes();
        }
        return bytes;
    }

    /** Something has left a link: there is room for more. */
    void goOn(LinkChannel link) {
        Giving giving = link.giving;
        if (giving != null) {
            giving.goOn();
        }
    }

    /** Reads for a member, or has it wait for its turn. */
    void read(Giving giving, Output.ReadEvents.Part part, int limit) {
        long ticket = ++nextRead;
        reads.put(ticket, giving);
        machine.emit(new Output.ReadEvents(ticket, part, limit));
    }

    /** Whether it is a member's turn to be read for; if not, it comes. */
    boolean isItsTurn(Giving giving) {
        if (readers.contains(giving)) {
            return true;
        }
        readers.removeIf(Giving::isOver);
        if (readers.size() < Limits.MAX_READERS) {
            readers.add(giving);
            return true;
        }
        if (!waiting.contains(giving)) {
            waiting.add(giving);
        }
        return false;
    }

    /** Nothing is held of the store for a member for now. */
    void turnEnds(Giving giving) {
        if (readers.remove(giving)) {
            Giving next = waiting.poll();
            while (next != null && next.isOver()) {
                next = waiting.poll();
            }
            if (next != null) {
                next.goOn();
            }
        }
    }

    void onRead(long ticket, List<StoredEvent> stored) {
        Giving giving = reads.remove(ticket);
        if (giving == null) {
            return;
        }
        List<Event> events = new ArrayList<>();
        for (StoredEvent each : stored) {
            try {
                events.add(Event.kept(each, machine.room));
            } catch (MalformedException e) {
                log.warn("an event in the store is damaged: {}", e.getMessage());
            }
        }
        giving.onRead(events);
    }

    // ---- since when members are here

    /** A member is in the group; true if its time begins. */
    boolean came(PeerId peer, Era since) {
        boolean isNew = firstEras.putIfAbsent(peer, since) == null;
        RoomMachine.removeEldest(firstEras.keySet(), Limits.MAX_HEADS);
        if (isNew && !wasHere(peer)) {
            note(peer, since);
        }
        return isNew;
    }

    /** Whoever leads is given all that it lacks. */
    void leads(PeerId peer) {
        if (!Era.FIRST.equals(firstEras.put(peer, Era.FIRST))) {
            note(peer, Era.FIRST);
        }
    }

    private void note(PeerId peer, Era since) {
        machine.emit(new Output.BeginTime(new MemberTime(peer, since.fence(), since.epoch())));
    }

    /** A member's time in the room has ended: it is new when it comes again. */
    void left(PeerId peer) {
        Era first = firstEras.remove(peer);
        Era before = erasBefore.remove(peer);
        if (first != null || before != null) {
            machine.emit(new Output.EndTime(peer));
        }
    }

    /** The time of all others has ended. */
    void retainTimes(Collection<PeerId> members) {
        Set<PeerId> others = new LinkedHashSet<>(firstEras.keySet());
        others.addAll(erasBefore.keySet());
        others.removeAll(members);
        others.forEach(this::left);
    }

    /** Whether a member was in the room before this side was started, and has not left since. */
    boolean wasHere(PeerId peer) {
        return erasBefore.containsKey(peer);
    }

    /** When a member's time began; null if it is not known. */
    @Nullable
    Era since(PeerId peer) {
        return firstEras.get(peer);
    }

    /** All whose time has begun and not ended. */
    Set<PeerId> present() {
        return firstEras.keySet();
    }

    void giveInChunks(Collection<Event> events, Function<List<byte[]>, Content.Sync> content, LinkChannel link) {
        List<byte[]> chunk = new ArrayList<>();
        int chunkBytes = 0;
        for (Event event : events) {
            byte[] bytes = event.bytes();
            if (chunkBytes + bytes.length > Limits.SYNC_CHUNK_BYTES && !chunk.isEmpty()) {
                machine.unicast(link, Content.sync(content.apply(chunk)));
                chunk = new ArrayList<>();
                chunkBytes = 0;
            }
            chunk.add(bytes);
            chunkBytes += bytes.length;
        }
        if (!chunk.isEmpty()) {
            machine.unicast(link, Content.sync(content.apply(chunk)));
        }
    }

    /**
     * Whether a member is given an event: it was said in its time, or is said now; it is an act of moderation, without
     * which it would come to another room than the others; the room's settings give it to newcomers; or it is its own
     * last one, so that it goes on behind it.
     */
    boolean mayHave(PeerId peer, Event event) {
        return firstEras.containsKey(peer)
                && (machine.deliveries.isFresh(event)
                        || isOfItsTime(peer, event)
                        || EventLog.isAct(event)
                        || event.head().equals(machine.heads.get(peer))
                        || machine.acts.isHistory(event)
                        || machine.isSaidTo(peer, event));
    }

    /**
     * Whether an event was said when a member was in the room, as far as we saw it, or had noted before we were
     * started.
     */
    boolean isOfItsTime(PeerId peer, Event event) {
        Era first = firstEras.get(peer);
        if (first == null) {
            return false;
        }
        Era before = erasBefore.get(peer);
        boolean isOfBefore = event.seq() <= seqsBefore.getOrDefault(event.sender(), 0L);
        return event.era().compareTo(first) >= 0
                || (isOfBefore && before != null && event.era().compareTo(before) >= 0);
    }

    // ---- what is given

    /** Takes what a member gives of what was said; machines do more with what the leader gives. */
    void onSync(LinkChannel link, Content.Sync sync) throws MalformedException {
        machine.takeProfiles(link, sync.profiles());
        takeEvents(link, sync, false);
        if (sync.last()) {
            machine.deliveries.heard(link.peer, sync.heads());
            if (!sync.more()) {
                settleAhead(link, sync.heads());
            }
            given(link, sync);
        }
    }

    /** An answer has ended. As long as it brings something new, what it could not hold is asked for at once. */
    void given(LinkChannel link, Content.Sync sync) {
        if (source != null && !isCatchingUp()) {
            source = null;
        }
        if (!sync.more()) {
            if (source == link || source == null) {
                source = null;
                catchUpEnds();
            }
            return;
        }
        if (source == null || source == link) {
            if (link.newsGiven > 0) {
                source = link;
                sourceNanos = machine.now;
                sourceHeads = sync.heads();
                link.nextResumeNanos = machine.now;
                if (caughtUp == 0) {
                    tellCatchUp(link.newsGiven);
                }
            } else {
                source = null;
                catchUpEnds();
            }
        }
        if (machine.now >= link.nextResumeNanos) {
            ask(link);
        } else {
            link.hasMore = true;
            machine.timers.startUnlessRunning(Timer.COMPARE, machine.now);
        }
    }

    private void tellCatchUp(long news) {
        caughtUp += news;
        long remaining = 0;
        for (Map.Entry<PeerId, EventHead> head : sourceHeads.entrySet()) {
            EventHead known = machine.heads.get(head.getKey());
            long missing = Math.max(0, head.getValue().seq() - (known == null ? 0 : known.seq()));
            // What it says of its heads is its own claim.
            remaining = missing > Long.MAX_VALUE - remaining ? Long.MAX_VALUE : remaining + missing;
        }
        machine.timers.start(Timer.CATCH_UP, machine.now);
        machine.emit(new Output.CaughtUp(new HistoryProgress(caughtUp, remaining, false)));
    }

    private void catchUpEnds() {
        if (caughtUp > 0) {
            machine.timers.stop(Timer.CATCH_UP);
            machine.emit(new Output.CaughtUp(new HistoryProgress(caughtUp, 0, true)));
            caughtUp = 0;
            sourceHeads = Map.of();
        }
    }

    /** Whether somebody is giving us so much that one answer does not hold it. */
    boolean isCatchingUp() {
        LinkChannel from = source;
        return from != null && from.isAdmitted() && machine.now - sourceNanos < Timer.GAP.nanos();
    }

    static void charge(LinkChannel link, byte[] event) throws MalformedException {
        link.syncBudget -= event.length;
        if (link.syncBudget < 0) {
            throw new MalformedException("more events than were asked for");
        }
    }

    /** Takes events of any authors; strangers' only from who may bring them. */
    void takeEvents(LinkChannel link, Content.Sync sync, boolean areStrangersWelcome) throws MalformedException {
        List<Event> news = new ArrayList<>();
        try {
            for (byte[] bytes : sync.events()) {
                charge(link, bytes);
                Event event = Event.verify(bytes, machine.room);
                PeerId author = event.sender();
                boolean isKnown = machine.isMember(author)
                        || (machine.heads.containsKey(author) && !machine.expelled.contains(author));
                if (author.equals(machine.self.peerId())) {
                    ownMissed(event, link);
                } else if ((isKnown || areStrangersWelcome)
                        && receive(event, link, areStrangersWelcome && sync.begins())) {
                    news.add(event);
                }
            }
        } finally {
            if (!news.isEmpty()) {
                gaveNews(link, news.size());
                link.resumePauseNanos = Limits.MIN_RESUME_PAUSE.toNanos();
                // What has its place is told, whatever came behind it.
                machine.tellNews(link, news, sync.fresh());
                if (source == link) {
                    tellCatchUp(news.size());
                }
            }
        }
    }

    private void gaveNews(LinkChannel link, int count) {
        link.newsGiven += count;
        if (source == link) {
            sourceNanos = machine.now;
        }
    }

    /** An event of our own that we do not know: we said it before our store was lost. */
    private void ownMissed(Event event, LinkChannel link) throws MalformedException {
        if (machine.deliveries.unconfirmed().isEmpty() && (fit(event) == Fit.NEW || fit(event) == Fit.AHEAD)) {
            machine.place(event, true);
            machine.emit(new Output.Acknowledge(event.seq()));
            gaveNews(link, 1);
        }
        // What contradicts our own chain shows in the heads that follow.
    }

    /** A neighbour has given all that it has and may give. */
    void settleAhead(LinkChannel link, Map<PeerId, EventHead> has) {
        boolean isLeader = link.peer.equals(machine.leader.peerId());
        boolean isOnlyLink = machine.admitted().size() == 1;
        for (PeerId author : ahead.authors()) {
            // The author itself has given what it has and knows to be for us; one that was started again knows less of
            // that than others do. Of who is new to us the leader knows best where it stands.
            if ((author.equals(link.peer) && isOnlyLink)
                    || (isLeader && !machine.heads.containsKey(author) && has.containsKey(author))) {
                acceptGap(author);
            }
        }
    }

    /** Lets time pass. */
    void tick() {
        if (machine.timers.expire(Timer.DIGEST, machine.now)) {
            byte[] body = ByteBuffer.allocate(Long.BYTES).putLong(digest).array();
            for (LinkChannel link : machine.admitted()) {
                if (link.toldDigest != digest) {
                    link.toldDigest = digest;
                    link.send(machine.now, Frame.Kind.DIGEST, body);
                }
            }
        }
        if (machine.timers.expire(Timer.COMPARE, machine.now)) {
            for (LinkChannel link : machine.admitted()) {
                Long other = link.otherDigest;
                link.otherDigest = null;
                if (link.hasMore || (other != null && other != digest)) {
                    if (machine.now < link.nextResumeNanos) {
                        // It was asked a moment ago, and perhaps could not open the question.
                        link.otherDigest = other;
                        machine.timers.start(Timer.COMPARE, machine.now);
                    } else {
                        ask(link);
                    }
                }
            }
        }
        if (machine.timers.expire(Timer.GAP, machine.now)) {
            tickGaps();
        }
        if (machine.timers.expire(Timer.CATCH_UP, machine.now)) {
            catchUpEnds();
        }
    }

    /** What has not come nearer for long does not come, unless somebody is giving us much. */
    private void tickGaps() {
        if (!isCatchingUp()) {
            for (PeerId author : ahead.authors()) {
                if (machine.now - ahead.stillSince(author) >= Timer.GAP.nanos()) {
                    acceptGap(author);
                }
            }
        }
        if (!ahead.isEmpty()) {
            long since = isCatchingUp() ? sourceNanos : ahead.stillSince();
            machine.timers.startFor(Timer.GAP, machine.now, Math.max(1, since + Timer.GAP.nanos() - machine.now));
        }
    }
}
