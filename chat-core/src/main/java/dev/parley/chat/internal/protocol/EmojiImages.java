package dev.parley.chat.internal.protocol;

import dev.parley.chat.ChatException;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.FileTransferException.Problem;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.internal.crypto.PieceSeal;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.EventBody;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets the images of the room's emoji, from whichever member has them, as soon as the room has the emoji; and knows
 * which are there, to be given to others by {@link FileTransfers}, whose frames these are (docs/protocol.md §25). One
 * for each room; it goes on in the machine of another role.
 *
 * <pre>
 *   wanted ──► asks a member ──► all pieces ──► hash is right ──► kept ──► held, given to others
 *     ▲            │  NO_FILE, silence, link lost, hash is wrong
 *     │            ▼
 *     │        asks another ──► nobody left ──► who waits for it is told; a pause, doubled ──┐
 *     └───────────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>What is held in memory is bounded: an image for each of {@link Limits#MAX_IMAGE_FETCHES} fetches, which last until
 * it is in the store, and those that this side adds. What is in the store is what the room has, which is bounded by
 * {@link RoomEmoji#MAX_ROOM_BYTES}, and what this side has added.
 */
final class EmojiImages {

    private static final Logger log = LoggerFactory.getLogger(EmojiImages.class);

    private static final long NEVER = Long.MAX_VALUE;

    /** What an image is known by: who lies about its length keeps nobody from getting it by another's emoji. */
    private record Name(String sha256, int size) {}

    private static final class Wanted {
        final MessageId id;
        final Name name;
        final PeerId author;
        final PieceSeal seal;

        /** Who was asked in this round and did not have it. */
        final Set<PeerId> without = new HashSet<>();

        /** Who gave something else for it. */
        final Set<PeerId> wrong = new HashSet<>();

        long pauseNanos = Timer.EMOJI.nanos();

        /** When the next round begins; {@link #NEVER} while one goes on. */
        long retryNanos = NEVER;

        @Nullable
        Fetch fetch;

        Wanted(MessageId id, Name name, PeerId author, PieceSeal seal) {
            this.id = id;
            this.name = name;
            this.author = author;
            this.seal = seal;
        }
    }

    private static final class Fetch {
        final LinkChannel link;
        final byte[] image;
        private final long lastNanos;
        int taken;
        long endNanos;

        Fetch(LinkChannel link, int size, long now) {
            this.link = link;
            this.image = new byte[size];
            this.lastNanos = now + Limits.MAX_IMAGE_FETCH.toNanos();
            heard(now);
        }

        /** Something has come: more may, but not for ever. */
        void heard(long now) {
            endNanos = Math.min(lastNanos, now + Timer.FETCH.nanos());
        }
    }

    /** Who gave an image, and as that of which emoji. */
    private record Source(LinkChannel link, MessageId id) {}

    /** What is in the store, by hash. */
    private final Map<String, Integer> held = new HashMap<>();

    /** What is on its way to the store, by hash. */
    private final Map<String, Integer> keeping = new HashMap<>();

    /** Who gave what is on its way to the store, by hash; it is told when the image is there. */
    private final Map<String, Source> sources = new HashMap<>();

    private final Map<Name, Wanted> wanted = new LinkedHashMap<>();

    /** Requests that wait for an image, by its hash. */
    private final Map<String, List<Long>> waiting = new LinkedHashMap<>();

    private RoomMachine machine;
    private int fetching;
    private boolean isDue;

    EmojiImages(RoomMachine machine) {
        this.machine = machine;
    }

    /** Goes on in the machine of another role. */
    void handTo(RoomMachine next) {
        machine = next;
        isDue = true;
        rearm();
    }

    /** Bytes that are held to be completed, or until they are in the store. */
    long heldBytes() {
        long bytes = 0;
        for (Wanted each : wanted.values()) {
            bytes += each.fetch == null ? 0 : each.name.size();
        }
        for (int size : keeping.values()) {
            bytes += size;
        }
        return bytes;
    }

    /** How many images are looked for. */
    int missing() {
        return wanted.size();
    }

    // ---- what is there

    /** Says what is in the store. To be called before the first input. */
    void begin(Map<String, Integer> inStore) {
        held.putAll(inStore);
    }

    /** Keeps an image that is added here. */
    void keep(String sha256, byte[] image) {
        keeping.put(sha256, image.length);
        machine.emit(new Output.KeepImage(sha256, image));
    }

    /** An image is in the store. */
    void onKept(String sha256) {
        Integer size = keeping.remove(sha256);
        if (size == null) {
            return;
        }
        held.put(sha256, size);
        isDue = true;
        Source source = sources.remove(sha256);
        if (source != null && source.link().isAdmitted()) {
            machine.files.sayWhole(source.link(), source.id(), size);
        }
        List<Long> tickets = waiting.remove(sha256);
        if (tickets != null) {
            tickets.forEach(ticket -> machine.emit(new Output.Completed(ticket)));
        }
        forgetUnlisted(machine.acts.timeline.emoji());
    }

    /** An image that was there is not any more, or not whole. */
    void lost(String sha256) {
        if (held.remove(sha256) != null) {
            log.warn("the image of an emoji is not in the store any more; it is fetched again");
            changed(machine.acts.timeline.emoji());
        }
    }

    /** What can be given of an image; null if it is not there. */
    FileTransfers.@Nullable Given given(MessageId emoji) {
        EventBody.Emoji body = machine.acts.timeline.emoji(emoji);
        Integer size = body == null ? null : held.get(body.sha256());
        return body == null || size == null || size != body.size()
                ? null
                : new FileTransfers.Given(size, new PieceSeal(machine.room, emoji, body.key()), body.sha256());
    }

    // ---- what is wanted

    /** The room has other emoji. */
    void changed(List<RoomEmoji> emoji) {
        Set<Name> listed = new HashSet<>();
        for (RoomEmoji each : emoji) {
            Name name = new Name(each.sha256(), each.sizeBytes());
            listed.add(name);
            Wanted known = wanted.get(name);
            boolean isSought = known != null && machine.acts.timeline.emoji(known.id) != null;
            EventBody.Emoji body = machine.acts.timeline.emoji(each.id());
            if (!isThere(each.sha256()) && !isSought && body != null) {
                stop(known);
                PieceSeal seal = new PieceSeal(machine.room, each.id(), body.key());
                wanted.put(name, new Wanted(each.id(), name, each.author(), seal));
                isDue = true;
            }
        }
        for (Wanted each : List.copyOf(wanted.values())) {
            if (!listed.contains(each.name)) {
                drop(each);
            }
        }
        for (String sha256 : List.copyOf(waiting.keySet())) {
            if (emoji.stream().noneMatch(each -> each.sha256().equals(sha256))) {
                reject(sha256, unknown());
            }
        }
        forgetUnlisted(emoji);
        rearm();
    }

    private boolean isThere(String sha256) {
        return held.containsKey(sha256) || keeping.containsKey(sha256);
    }

    private void forgetUnlisted(List<RoomEmoji> emoji) {
        Set<String> listed = new HashSet<>();
        emoji.forEach(each -> listed.add(each.sha256()));
        // Its author keeps what the room may come to have yet: nobody else would.
        listed.addAll(machine.acts.timeline.emojiHashes(machine.self.peerId()));
        if (held.keySet().retainAll(listed)) {
            // What is on its way to the store is looked at when it is there.
            listed.addAll(keeping.keySet());
            machine.emit(new Output.KeepOnlyImages(Set.copyOf(listed)));
        }
    }

    /** Somebody waits for an image. */
    void onFetchImage(Input.FetchImage input) {
        String sha256 = input.sha256();
        boolean isListed = machine.acts.timeline.emoji().stream()
                .anyMatch(each -> each.sha256().equals(sha256));
        if (!isListed) {
            machine.emit(new Output.Rejected(input.ticket(), unknown()));
        } else if (held.containsKey(sha256)) {
            machine.emit(new Output.Completed(input.ticket()));
        } else {
            waiting.computeIfAbsent(sha256, key -> new ArrayList<>()).add(input.ticket());
            for (Wanted each : wanted.values()) {
                if (each.name.sha256().equals(sha256) && each.retryNanos != NEVER) {
                    beginRound(each);
                }
            }
        }
    }

    private static NotAllowedException unknown() {
        return new NotAllowedException("the room has no emoji of that image, or not any more");
    }

    private void beginRound(Wanted each) {
        each.retryNanos = NEVER;
        each.without.clear();
        isDue = true;
    }

    /** Links have come or gone. */
    void linksChanged() {
        isDue = true;
    }

    // ---- fetching

    /**
     * Goes on with what is wanted. To be called after each input; costs next to nothing while nothing is to be done.
     */
    void look() {
        if (wanted.isEmpty()) {
            return;
        }
        if (fetching > 0) {
            for (Wanted each : wanted.values()) {
                Fetch fetch = each.fetch;
                if (fetch != null && !fetch.link.isAdmitted()) {
                    stop(each);
                }
            }
        }
        if (!isDue) {
            return;
        }
        isDue = false;
        List<LinkChannel> links = machine.admitted().stream()
                .filter(link -> link.isAdmitted() && !link.isInterrupted)
                .toList();
        Set<PeerId> peers = new HashSet<>();
        links.forEach(link -> peers.add(link.peer));
        List<Wanted> order = new ArrayList<>(wanted.values());
        order.sort((one, other) -> Boolean.compare(isWaitedFor(other), isWaitedFor(one)));
        for (Wanted each : order) {
            // Who is gone and comes back may have got it elsewhere.
            each.without.retainAll(peers);
            if (each.fetch == null && fetching + keeping.size() < Limits.MAX_IMAGE_FETCHES) {
                askNext(each, links);
            }
        }
        rearm();
    }

    private boolean isWaitedFor(Wanted each) {
        return waiting.containsKey(each.name.sha256());
    }

    private void askNext(Wanted each, List<LinkChannel> links) {
        LinkChannel best = null;
        int bestLoad = 0;
        boolean isAnyBusy = false;
        for (LinkChannel link : links) {
            if (each.without.contains(link.peer) || each.wrong.contains(link.peer)) {
                continue;
            }
            int load = load(link);
            if (load >= Limits.MAX_IMAGE_FETCHES_PER_LINK) {
                isAnyBusy = true;
                continue;
            }
            // The author has it for sure; else those are asked first of whom the least is wanted.
            load = link.peer.equals(each.author) ? -1 : load;
            if (best == null || load < bestLoad) {
                best = link;
                bestLoad = load;
            }
        }
        if (best == null) {
            // Who is busy is asked when what it gives now has come, or does not come.
            if (!isAnyBusy) {
                nobodyHas(each);
            }
            return;
        }
        Fetch fetch = new Fetch(best, each.name.size(), machine.now);
        each.fetch = fetch;
        each.retryNanos = NEVER;
        fetching++;
        for (int offset = 0; offset < fetch.image.length; offset += Limits.FETCH_BYTES) {
            int length = Math.min(Limits.FETCH_BYTES, fetch.image.length - offset);
            machine.files.ask(best, each.id, offset, length);
        }
    }

    private int load(LinkChannel link) {
        int load = 0;
        for (Wanted each : wanted.values()) {
            Fetch fetch = each.fetch;
            load += fetch != null && fetch.link == link ? 1 : 0;
        }
        return load;
    }

    private void nobodyHas(Wanted each) {
        if (each.retryNanos == NEVER) {
            each.retryNanos = machine.now + machine.ids.jittered(each.pauseNanos);
            each.pauseNanos = Math.min(2 * each.pauseNanos, Limits.MAX_IMAGE_PAUSE.toNanos());
        }
        boolean isSoughtElsewhere = wanted.values().stream()
                .anyMatch(other ->
                        other != each && other.name.sha256().equals(each.name.sha256()) && other.retryNanos == NEVER);
        if (!isSoughtElsewhere) {
            reject(
                    each.name.sha256(),
                    new FileTransferException(
                            Problem.UNAVAILABLE,
                            "nobody who can be reached has the image of the emoji now; ask for it again later"));
        }
    }

    private void reject(String sha256, ChatException cause) {
        List<Long> tickets = waiting.remove(sha256);
        if (tickets != null) {
            tickets.forEach(ticket -> machine.emit(new Output.Rejected(ticket, cause)));
        }
    }

    private void drop(Wanted each) {
        stop(each);
        wanted.remove(each.name);
    }

    /** Asks nobody for it any more for now. */
    private void stop(@Nullable Wanted each) {
        if (each != null && each.fetch != null) {
            each.fetch = null;
            fetching--;
            isDue = true;
        }
    }

    private @Nullable Wanted fetchOver(LinkChannel link, MessageId id) {
        for (Wanted each : wanted.values()) {
            Fetch fetch = each.fetch;
            if (fetch != null && fetch.link == link && each.id.equals(id)) {
                return each;
            }
        }
        return null;
    }

    /** A piece came that was asked for, of an image or of what is not fetched any more. */
    void onChunk(LinkChannel link, MessageId id, long offset, byte[] sealed) throws MalformedException {
        Wanted each = fetchOver(link, id);
        Fetch fetch = each == null ? null : each.fetch;
        if (each == null || fetch == null || offset != fetch.taken) {
            // It was asked for before the fetch was stopped, or began anew.
            return;
        }
        byte[] piece;
        try {
            piece = each.seal.open(offset, sealed);
        } catch (SealException e) {
            throw new MalformedException("a piece of an image that does not open");
        }
        if (piece.length != Math.min(Limits.PIECE_BYTES, fetch.image.length - fetch.taken)) {
            throw new MalformedException("a piece of an image of the wrong length");
        }
        System.arraycopy(piece, 0, fetch.image, fetch.taken, piece.length);
        fetch.taken += piece.length;
        fetch.heard(machine.now);
        if (fetch.taken == fetch.image.length) {
            whole(each, fetch);
        }
    }

    private void whole(Wanted each, Fetch fetch) {
        if (!HexFormat.of().formatHex(Sha256.of(fetch.image)).equals(each.name.sha256())) {
            log.debug("{} gave another image than that of the emoji", fetch.link.peer);
            each.wrong.add(fetch.link.peer);
            RoomMachine.removeEldest(each.wrong, Limits.MAX_NEIGHBOURS);
            stop(each);
            return;
        }
        for (Wanted same : List.copyOf(wanted.values())) {
            if (same.name.sha256().equals(each.name.sha256())) {
                drop(same);
            }
        }
        sources.put(each.name.sha256(), new Source(fetch.link, each.id));
        keep(each.name.sha256(), fetch.image);
        rearm();
    }

    /** Somebody does not have what it was asked for. */
    void onNoFile(LinkChannel link, MessageId id) {
        Wanted each = fetchOver(link, id);
        if (each != null) {
            each.without.add(link.peer);
            stop(each);
        }
    }

    // ---- time

    void tick() {
        if (!machine.timers.expire(Timer.EMOJI, machine.now)) {
            return;
        }
        for (Wanted each : wanted.values()) {
            Fetch fetch = each.fetch;
            if (fetch != null && fetch.endNanos <= machine.now) {
                each.without.add(fetch.link.peer);
                stop(each);
            } else if (fetch == null && each.retryNanos <= machine.now) {
                beginRound(each);
            }
        }
        rearm();
    }

    private void rearm() {
        long end = NEVER;
        for (Wanted each : wanted.values()) {
            Fetch fetch = each.fetch;
            end = Math.min(end, fetch == null ? each.retryNanos : fetch.endNanos);
        }
        if (end == NEVER) {
            machine.timers.stop(Timer.EMOJI);
        } else {
            machine.timers.startFor(Timer.EMOJI, machine.now, Math.max(0, end - machine.now));
        }
    }
}
