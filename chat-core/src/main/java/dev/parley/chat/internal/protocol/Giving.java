package dev.parley.chat.internal.protocol;

import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.timeline.Place;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.TimelinePosition;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one member is given that is not remembered any more: read from the store in small parts, as fast as its link
 * takes it, so that it needs little memory however much it is.
 *
 * <pre>
 *   profiles ──► acts and what is remembered ──► history, for newcomers ──► chains, side by side ──► last
 *                                                   │                          │
 *                                                   └── the answer is full ────┴──► last, with more: goes on when asked
 *
 *   read ──► onRead ──► give ──► the link is full: what was read is dropped ──► goOn, when something has left it ──► read
 * </pre>
 */
final class Giving {

    /** Part of an author's chain that is given. */
    private static final class Chain {
        final PeerId author;
        final Deque<Event> read = new ArrayDeque<>();
        long nextSeq;
        boolean isAtEnd;

        Chain(PeerId author, long nextSeq) {
            this.author = author;
            this.nextSeq = nextSeq;
        }
    }

    private final ChainSync chains;
    private final LinkChannel link;
    private final Map<PeerId, EventHead> has;
    private final Deque<Event> remembered = new ArrayDeque<>();
    private final Map<PeerId, Chain> side = new LinkedHashMap<>();
    private final Deque<Chain> later = new ArrayDeque<>();

    /** Up to where each author's chain was given. */
    private final Map<PeerId, Long> givenUpTo = new HashMap<>();

    private final boolean begins;
    private boolean isCut;
    private boolean isLastUnknown;

    /** Whether the room's history is still to be given. */
    private boolean isHistory;

    /** How many messages are still to be found, backwards, before the history begins. */
    private int messagesToFind;

    private @Nullable TimelinePosition searchedFrom;
    private boolean isBeginKnown;

    /** Behind which place the history goes on. */
    private @Nullable TimelinePosition historyAfter;

    private final Deque<Event> historyRead = new ArrayDeque<>();
    private List<byte[]> chunk = new ArrayList<>();
    private int chunkBytes;
    private boolean isChunkOfStrangers;
    private boolean isChunkFresh;
    private long left;
    private @Nullable Reading reading;
    private boolean isWaitingToBeAsked;
    private boolean isOver;

    private enum Reading {
        BEGIN,
        HISTORY,
        LAST,
        CHAIN
    }

    private @Nullable Chain readingChain;

    /**
     * Begins.
     *
     * @param chains the room's
     * @param link to the member
     * @param profiles of whom it does not know
     * @param has where each author's chain stands at the member
     * @param behind from which counts on which authors' chains are given
     * @param missed what it lacks of what is remembered
     * @param begins whether it is new
     * @param isCut whether there is more that is not given now
     * @param maxBytes of events in the first answer
     */
    Giving(
            ChainSync chains,
            LinkChannel link,
            Collection<Event> profiles,
            Map<PeerId, EventHead> has,
            Map<PeerId, Long> behind,
            List<Event> missed,
            boolean begins,
            boolean isCut,
            long maxBytes) {
        this.chains = chains;
        this.left = maxBytes;
        this.link = link;
        this.has = new HashMap<>(has);
        this.begins = begins;
        this.isCut = isCut;
        RoomMachine machine = chains.machine();
        behind.forEach((author, next) -> later.add(new Chain(author, next)));
        isHistory = begins && machine.acts.givesHistory();
        for (Event event : missed) {
            if (!behind.containsKey(event.sender()) && (!isHistory || EventLog.isAct(event))) {
                remembered.add(event);
            }
        }
        isLastUnknown = !has.containsKey(link.peer) && machine.heads.containsKey(link.peer);
        chains.giveInChunks(profiles, some -> new Content.Sync(false, false, false, some, List.of(), Map.of()), link);
        beginHistory(machine.acts.timeline.settings().history());
    }

    private void beginHistory(HistoryPolicy policy) {
        switch (policy.kind()) {
            case LAST_N -> messagesToFind = policy.messages();
            case LAST_T -> {
                isBeginKnown = true;
                historyAfter = TimelinePosition.at(Instant.ofEpochMilli(
                        Math.max(0, chains.machine().epochMillis - policy.time().toMillis())));
            }
            default -> isBeginKnown = true;
        }
    }

    boolean isOver() {
        return isOver || !link.isAdmitted();
    }

    /** What was read and is not given yet, in bytes. */
    long heldBytes() {
        long bytes = chunkBytes;
        for (Event event : historyRead) {
            bytes += event.bytes().length;
        }
        for (Chain chain : side.values()) {
            for (Event event : chain.read) {
                bytes += event.bytes().length;
            }
        }
        return bytes;
    }

    /** The member asks for more. What it has counts, not what it was given: perhaps it could not keep all of that. */
    void asked(Map<PeerId, EventHead> nowHas) {
        if (isWaitingToBeAsked) {
            isWaitingToBeAsked = false;
            isCut = false;
            left = Limits.MAX_GIVEN_BYTES;
            has.clear();
            has.putAll(nowHas);
            givenUpTo.clear();
            side.clear();
            later.clear();
            chains.behind(link.peer, nowHas, begins).forEach((author, next) -> later.add(new Chain(author, next)));
            goOn();
        }
    }

    /** Goes on, as far as the link and the store let it. */
    void goOn() {
        if (isOver()) {
            end();
            return;
        }
        if (isWaitingToBeAsked) {
            return;
        }
        while (!isOver && !isWaitingToBeAsked && reading == null) {
            if (!link.isAdmitted()) {
                end();
            } else if (link.queuedBytes() >= Limits.GIVING_WINDOW_BYTES) {
                // What was read is read again, so that who takes it slowly costs no memory.
                flush();
                dropRead();
                chains.turnEnds(this);
                return;
            } else if (!chains.isItsTurn(this)) {
                return;
            } else {
                step();
            }
        }
    }

    private void step() {
        if (left <= 0) {
            cut();
        } else if (isHistory && !isBeginKnown) {
            read(Reading.BEGIN, new Output.ReadEvents.Before(searchedFrom), Limits.MAX_READ_EVENTS);
        } else if (!remembered.isEmpty()) {
            giveRemembered(remembered.remove());
        } else if (isHistory) {
            giveHistory();
        } else if (isLastUnknown) {
            EventHead last = chains.machine().heads.get(link.peer);
            if (last == null || givenUpTo.getOrDefault(link.peer, 0L) >= last.seq()) {
                isLastUnknown = false;
            } else {
                read(Reading.LAST, new Output.ReadEvents.Chain(link.peer, last.seq()), 1);
            }
        } else {
            giveChains();
        }
    }

    private void giveRemembered(Event event) {
        // What stands where the history begins comes with it.
        TimelinePosition after = historyAfter;
        boolean isBeforeHistory = after != null && positionOf(event).compareTo(after) <= 0;
        if (!isHistory || isBeforeHistory) {
            give(event);
        }
    }

    private void giveHistory() {
        Event event = historyRead.poll();
        if (event == null) {
            read(Reading.HISTORY, new Output.ReadEvents.After(historyAfter), Limits.MAX_READ_EVENTS);
            return;
        }
        historyAfter = positionOf(event);
        if (!chains.machine().acts.isRemoved(event) && event.seq() > seqAt(event.sender())) {
            give(event);
        }
    }

    /** Up to where a member has an author's chain, with what it has been given. */
    private long seqAt(PeerId author) {
        EventHead known = has.get(author);
        return Math.max(known == null ? 0 : known.seq(), givenUpTo.getOrDefault(author, 0L));
    }

    /** The authors' words in the order of the timeline, as far as each chain's own order lets them be. */
    private void giveChains() {
        while (side.size() < Limits.MAX_CHAINS_AT_ONCE && !later.isEmpty()) {
            Chain next = later.remove();
            side.put(next.author, next);
        }
        Chain first = null;
        for (Chain chain : List.copyOf(side.values())) {
            if (chain.read.isEmpty() && chain.isAtEnd) {
                side.remove(chain.author);
            } else if (chain.read.isEmpty()) {
                readingChain = chain;
                read(Reading.CHAIN, new Output.ReadEvents.Chain(chain.author, chain.nextSeq), Limits.MAX_READ_EVENTS);
                return;
            } else if (first == null || isBefore(chain.read.element(), first.read.element())) {
                first = chain;
            }
        }
        if (first != null) {
            Event event = first.read.remove();
            first.nextSeq = event.seq() + 1;
            if (event.seq() > seqAt(event.sender()) && mayHave(event)) {
                give(event);
            }
        } else if (later.isEmpty()) {
            finish();
        }
    }

    /** What is said now comes behind what was said before. */
    private boolean isBefore(Event one, Event other) {
        boolean isFresh = chains.machine().deliveries.isFresh(one);
        return isFresh == chains.machine().deliveries.isFresh(other)
                ? one.place().compareTo(other.place()) < 0
                : !isFresh;
    }

    private boolean mayHave(Event event) {
        RoomMachine machine = chains.machine();
        HistoryPolicy.Kind history = machine.acts.timeline.settings().history().kind();
        // Which are the last messages is known of those that are remembered.
        boolean isUnknownWhichAreLast =
                history == HistoryPolicy.Kind.LAST_N && event.seq() < chains.recent.wholeFrom(event.sender());
        return isUnknownWhichAreLast
                ? chains.isOfItsTime(link.peer, event) || EventLog.isAct(event) || machine.deliveries.isFresh(event)
                : chains.mayHave(link.peer, event);
    }

    private void read(Reading what, Output.ReadEvents.Part part, int limit) {
        // It may take long, and what is there already shows the member that more comes.
        flush();
        reading = what;
        chains.read(this, part, limit);
    }

    /** Takes what was read; empty if there is nothing, or the store has failed. */
    void onRead(List<Event> events) {
        Reading what = reading;
        Chain chain = readingChain;
        reading = null;
        readingChain = null;
        if (isOver() || what == null) {
            end();
            return;
        }
        switch (what) {
            case BEGIN -> findBegin(events);
            case HISTORY -> {
                historyRead.addAll(first(events));
                isHistory = !events.isEmpty();
            }
            case LAST -> {
                isLastUnknown = false;
                events.stream()
                        .filter(event ->
                                event.head().equals(chains.machine().heads.get(link.peer)))
                        .forEach(this::give);
            }
            case CHAIN -> {
                if (chain != null) {
                    chain.read.addAll(first(events));
                    EventHead head = chains.machine().heads.get(chain.author);
                    chain.isAtEnd = chain.read.isEmpty()
                            || head == null
                            || chain.read.getLast().seq() >= head.seq();
                }
            }
        }
        goOn();
    }

    /** As many of the first events as may be held. */
    private static List<Event> first(List<Event> events) {
        int count = 0;
        long bytes = 0;
        for (Event event : events) {
            bytes += event.bytes().length;
            if (bytes > Limits.MAX_READ_BYTES && count > 0) {
                break;
            }
            count++;
        }
        return events.subList(0, count);
    }

    /** Counts messages backwards. */
    private void findBegin(List<Event> events) {
        for (int i = events.size() - 1; i >= 0; i--) {
            Event event = events.get(i);
            TimelinePosition position = positionOf(event);
            if (EventLog.isSpoken(event.type()) && --messagesToFind == 0) {
                historyAfter = new TimelinePosition(position.clock(), position.sender(), position.seq() - 1);
                isBeginKnown = true;
                return;
            }
            searchedFrom = position;
        }
        isBeginKnown = events.isEmpty();
    }

    private static TimelinePosition positionOf(Event event) {
        Place place = event.place();
        return new TimelinePosition(place.clock(), place.sender(), place.seq());
    }

    private void dropRead() {
        historyRead.clear();
        for (Chain chain : side.values()) {
            if (!chain.read.isEmpty()) {
                chain.read.clear();
                chain.isAtEnd = false;
            }
        }
    }

    private void give(Event event) {
        boolean isFresh = chains.machine().deliveries.isFresh(event);
        boolean isStrangers = begins || !has.containsKey(event.sender());
        int length = event.bytes().length;
        if (!chunk.isEmpty()
                && (chunkBytes + length > Limits.SYNC_CHUNK_BYTES
                        || isFresh != isChunkFresh
                        || isStrangers != isChunkOfStrangers)) {
            flush();
        }
        isChunkFresh = isFresh;
        isChunkOfStrangers = isStrangers;
        chunk.add(event.bytes());
        chunkBytes += length;
        left -= length;
        givenUpTo.merge(event.sender(), event.seq(), Math::max);
        chains.noteSent(event, link);
    }

    private void flush() {
        if (!chunk.isEmpty()) {
            chains.machine()
                    .unicast(
                            link,
                            Content.sync(new Content.Sync(
                                    false, isChunkFresh, isChunkOfStrangers, List.of(), chunk, Map.of())));
            chunk = new ArrayList<>();
            chunkBytes = 0;
        }
    }

    /** The answer is full: it ends here, and what is left waits until the member asks for it. */
    private void cut() {
        flush();
        dropRead();
        isWaitingToBeAsked = true;
        chains.giveLast(link, begins, true);
        chains.turnEnds(this);
    }

    private void finish() {
        flush();
        isOver = true;
        link.giving = null;
        chains.giveLast(link, begins, isCut);
        chains.turnEnds(this);
    }

    private void end() {
        isOver = true;
        link.giving = null;
        dropRead();
        chunk.clear();
        chunkBytes = 0;
        chains.turnEnds(this);
    }
}
