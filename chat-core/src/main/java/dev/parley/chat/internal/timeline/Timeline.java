package dev.parley.chat.internal.timeline;

import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.internal.encoding.MalformedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a room's events have made of it: messages as they are now, settings, roles. Takes verified events in any order
 * that keeps the order of each author, and comes to the same on every peer, since nothing depends on when an event
 * came: each is judged by what the timeline says at its own place, and judged again when that changes.
 *
 * <pre>
 *                     of an author below its role, or
 *                     muted, locked out, too fast, …
 *        ┌─────────┐ ────────────────────────────────► ┌────────┐
 *   ───► │  SHOWN  │                                   │ HIDDEN │ ◄───
 *        └─────────┘ ◄──────────────────────────────── └────────┘
 *            │  ▲     an act comes late, or is void now     │
 *   deleted, │  │ the deletion is void now                  │ deleted as well: stays hidden
 *   or its   ▼  │                                           │
 *   time  ┌─────────┐                                       │
 *   is    │ REMOVED │ ◄─────────────────────────────────────┘
 *   over  └─────────┘     its author had the right after all
 * </pre>
 *
 * <p>An event that stands at the end costs the logarithm of what is remembered. A late one costs what it changes: a
 * message itself, an act upon a peer that peer's events behind it, settings all behind them. An act that its author had
 * no right to costs nothing more, so that nobody makes others work by setting a clock back.
 *
 * <p>What is remembered is bounded by {@link TimelineLimits}; the oldest by place falls out, is reported no more and
 * can be changed no more. Two peers that were given the same events differ only where one was given an event so late
 * that what it is about had fallen out there (docs/security.md).
 *
 * <p>No clock, no thread, no input or output: time comes in as an argument. Not thread-safe.
 */
public final class Timeline {

    /** What an event takes besides its body, roughly, in bytes. */
    private static final int EVENT_BYTES = 256;

    private static final long NEVER = Long.MIN_VALUE;

    private final TimelineLimits limits;
    private final Moderation moderation;
    private final EmojiShelf emoji;
    private final Map<PeerId, Author> authors = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<MessageId, Target> targets = new HashMap<>();
    private final TreeMap<Place, Target> spoken = new TreeMap<>();
    private final Map<MessageId, Said> pending = new LinkedHashMap<>();
    private final TreeMap<Long, Set<Said>> due = new TreeMap<>();
    private final Set<PeerId> blocked = new HashSet<>();
    private final Set<Target> dirty = new LinkedHashSet<>();
    private final Map<PeerId, Standing> standings = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private RoomSettings settings = RoomSettings.FIRST;
    private long now;
    private long bytes;
    private long pendingBytes;

    /** What an act, or an event that adds or removes an emoji, is good for. */
    public enum Use {
        /** It does nothing, and never will. */
        NONE,
        /** It does nothing as yet: what gives it its right may come late, or what it is about. */
        WAITS,
        /** It has made the room what it is. */
        COUNTS
    }

    /** An event that speaks or does something to what was spoken. */
    private static final class Said {
        final MessageId id;
        final Place place;
        final EventBody body;
        final int bytes;
        final Target target;

        @Nullable
        RefusalReason reason;

        /** When its author last said something that slow mode counts, up to here. */
        long spokeAtMillis = NEVER;

        /** When it is looked at again; {@link #NEVER} for never. */
        long dueMillis = NEVER;

        Said(TimelineEvent event, EventBody body, Target target) {
            this.id = event.id();
            this.place = event.place();
            this.body = body;
            this.bytes = EVENT_BYTES + event.body().length;
            this.target = target;
        }

        PeerId sender() {
            return place.sender();
        }
    }

    private static final class Author {
        final TreeMap<Long, Said> kept = new TreeMap<>();
        long lastSeq;
        long lastClock = -1;
        int pending;

        /** When it last said something that is not kept any more. */
        long spokeAtMillis = NEVER;

        @Nullable
        String name;
    }

    /** Something that was spoken, or is yet to come, and what was done to it. */
    private static final class Target {
        final MessageId id;
        final TreeMap<Place, Said> edits = new TreeMap<>();
        final TreeMap<Place, Said> deletions = new TreeMap<>();
        final Map<PeerId, TreeMap<Long, Said>> reactions = new LinkedHashMap<>();
        final Map<PeerId, Set<Reaction>> active = new LinkedHashMap<>();
        final Map<Reaction, TreeSet<PeerId>> totals = new HashMap<>();

        @Nullable
        Said said;

        @Nullable
        MessageState reported;

        Target(MessageId id) {
            this.id = id;
        }

        List<Said> effects() {
            List<Said> all = new ArrayList<>(edits.values());
            all.addAll(deletions.values());
            reactions.values().forEach(own -> all.addAll(own.values()));
            return all;
        }

        boolean isEmpty() {
            return said == null && edits.isEmpty() && deletions.isEmpty() && reactions.isEmpty();
        }

        void add(Said effect) {
            if (effect.body instanceof EventBody.Edit) {
                edits.put(effect.place, effect);
            } else if (effect.body instanceof EventBody.Delete) {
                deletions.put(effect.place, effect);
            } else {
                reactions
                        .computeIfAbsent(effect.sender(), peer -> new TreeMap<>())
                        .put(effect.place.seq(), effect);
            }
        }

        void remove(Said effect) {
            edits.remove(effect.place);
            deletions.remove(effect.place);
            TreeMap<Long, Said> own = reactions.get(effect.sender());
            if (own != null) {
                own.remove(effect.place.seq());
                if (own.isEmpty()) {
                    reactions.remove(effect.sender());
                }
            }
        }
    }

    /**
     * Begins with an empty room.
     *
     * @param host the host of the room's descriptor
     */
    public Timeline(PeerId host) {
        this(host, TimelineLimits.STANDARD);
    }

    /**
     * Begins with an empty room.
     *
     * @param host the host of the room's descriptor
     * @param limits how much to remember
     */
    public Timeline(PeerId host, TimelineLimits limits) {
        this.limits = limits;
        this.moderation = new Moderation(host, limits);
        this.emoji = new EmojiShelf(moderation);
    }

    /**
     * Takes an event. One that came before, by its author's numbers, changes nothing.
     *
     * @param event verified; behind all of its author's events that were given before
     * @param nowEpochMillis the wall clock
     * @return what has changed, in an order in which it can be shown
     */
    public List<Change> apply(TimelineEvent event, long nowEpochMillis) {
        enter(event, nowEpochMillis);
        return report();
    }

    /**
     * Takes an event as {@link #apply} does and tells of nothing. When all such events were given, {@link #advance} is
     * to be called, before anything is asked but for the use of acts.
     *
     * @param event verified; behind all of its author's events that were given before
     * @param nowEpochMillis the wall clock
     */
    public void remember(TimelineEvent event, long nowEpochMillis) {
        enter(event, nowEpochMillis);
        changes.clear();
    }

    private void enter(TimelineEvent event, long nowEpochMillis) {
        pass(nowEpochMillis);
        Author author = author(event.sender());
        if (event.seq() > author.lastSeq) {
            author.lastSeq = event.seq();
            if (event.clock() <= author.lastClock) {
                refuse(event, RefusalReason.CLOCK_NOT_AFTER_PREVIOUS);
            } else {
                author.lastClock = event.clock();
                read(event, author);
            }
        }
    }

    /**
     * Lets time pass: messages disappear, and what claims a time that has come now is taken.
     *
     * @param nowEpochMillis the wall clock; one that goes back changes nothing
     * @return what has changed
     */
    public List<Change> advance(long nowEpochMillis) {
        pass(nowEpochMillis);
        return report();
    }

    /**
     * Returns when {@link #advance} has something to do.
     *
     * @return epoch milliseconds; {@link Long#MAX_VALUE} for never
     */
    public long deadlineEpochMillis() {
        return Math.min(due.isEmpty() ? Long.MAX_VALUE : due.firstKey(), emoji.dueMillis());
    }

    /**
     * Sets who counts as a moderator from a time on, besides those to whom the host has given the role.
     *
     * @param sinceClock a reading of the hybrid logical clock, the same on every peer
     * @param deputies all who count from then on, up to the next call with a later time
     * @return what has changed
     */
    public List<Change> deputies(long sinceClock, Set<PeerId> deputies) {
        follow(moderation.deputies(sinceClock, deputies));
        return report();
    }

    /**
     * Hides what a peer says, has said and reacts, on this side alone. Its acts of moderation count.
     *
     * @param peer whom
     * @return what has changed
     * @throws IllegalStateException if {@link ActLimits#MAX_BLOCKED} peers are blocked already
     */
    public List<Change> block(PeerId peer) {
        if (!blocked.contains(peer) && blocked.size() >= ActLimits.MAX_BLOCKED) {
            throw new IllegalStateException(
                    ActLimits.MAX_BLOCKED + " peers are blocked, which is the limit; unblock one first");
        }
        return blocked.add(peer) ? reconsider(peer) : List.of();
    }

    /**
     * Shows a peer's words again.
     *
     * @param peer whose
     * @return what has changed
     */
    public List<Change> unblock(PeerId peer) {
        return blocked.remove(peer) ? reconsider(peer) : List.of();
    }

    /**
     * Says whether this side hides what a peer says.
     *
     * @param peer who
     * @return whether it is blocked
     */
    public boolean isBlocked(PeerId peer) {
        return blocked.contains(peer);
    }

    /**
     * Returns how something is now.
     *
     * @param id of a message, file or private message
     * @return its state; empty if it did not come, or has fallen out
     */
    public Optional<MessageState> message(MessageId id) {
        Target target = targets.get(id);
        return target == null ? Optional.empty() : Optional.ofNullable(target.reported);
    }

    /**
     * Returns all that was spoken and is remembered.
     *
     * @return in the order of the timeline, hidden and removed ones too
     */
    public List<MessageState> messages() {
        List<MessageState> all = new ArrayList<>();
        for (Target target : spoken.values()) {
            MessageState state = target.reported;
            if (state != null) {
                all.add(state);
            }
        }
        return all;
    }

    /**
     * Returns the emoji that the room has, without those of who is blocked.
     *
     * @return in the order of the timeline
     */
    public List<RoomEmoji> emoji() {
        return emoji.shown();
    }

    /**
     * Returns what was said of an emoji.
     *
     * @param id the event that added it
     * @return its body; null if it is not known, or its author has removed it
     */
    public EventBody.@Nullable Emoji emoji(MessageId id) {
        return emoji.body(id);
    }

    /**
     * Returns the hashes of the images of all emoji that an author has added and not removed. The room need not have
     * them: another's removal may turn out to be void, or another's emoji of the same shortcode be removed.
     *
     * @param author whose
     * @return SHA-256 in hexadecimal digits
     */
    public Set<String> emojiHashes(PeerId author) {
        return emoji.hashesOf(author);
    }

    /**
     * Returns an emoji that keeps its author from adding another one though the room does not have it: somebody else
     * has removed it, for example.
     *
     * @param author whose
     * @return the first one; empty if there is none
     */
    public Optional<MessageId> idleEmoji(PeerId author) {
        return emoji.idleOf(author);
    }

    /**
     * Returns what an act, or an event that adds or removes an emoji, is good for by all that has come here.
     *
     * @param id the event
     * @param place where it stands
     * @return its use; {@link Use#NONE} too for what has fallen out
     */
    public Use use(MessageId id, Place place) {
        Use use = moderation.use(place);
        return use == Use.NONE ? emoji.use(id) : use;
    }

    /**
     * Returns which emoji an event takes from the room that another than its author has said.
     *
     * @param removal the event
     * @return the emoji; empty if the event removes nothing as yet
     */
    public Optional<MessageId> emojiRemovedBy(MessageId removal) {
        return emoji.removedBy(removal);
    }

    /**
     * Returns how the room is set at the end of the timeline.
     *
     * @return the settings
     */
    public RoomSettings settings() {
        return moderation.settings();
    }

    /**
     * Returns how a peer stands at the end of the timeline.
     *
     * @param peer anybody
     * @return its standing
     */
    public Standing standing(PeerId peer) {
        return moderation.standing(peer);
    }

    /**
     * Says whether something would have its effect if it were said now, by all that has come here.
     *
     * @param body what
     * @param place where it would stand: behind all that its author has said
     * @return why it would have none; empty if it would. What is done to something that is not shown has none, but for
     *     a deletion
     */
    public Optional<RefusalReason> refusal(EventBody body, Place place) {
        if (body instanceof EventBody.Spoken) {
            RefusalReason reason = moderation.silence(place, Moderation.Voice.SPEAK);
            Author author = authors.get(place.sender());
            boolean isSlow = reason == null && author != null && isTooFast(place, spokeAt(author));
            return isSlow ? Optional.of(RefusalReason.SLOW_MODE) : Optional.ofNullable(reason);
        }
        if (body instanceof EventBody.Effect effect) {
            return Optional.ofNullable(refusalOf(effect, place));
        }
        if (body instanceof EventBody.Emoji added) {
            return Optional.ofNullable(emoji.refusal(added, place));
        }
        if (body instanceof EventBody.RemoveEmoji removal) {
            return Optional.ofNullable(emoji.refusal(removal, place));
        }
        return body instanceof EventBody.Act act
                ? Optional.ofNullable(moderation.refusal(place, act))
                : Optional.empty();
    }

    private @Nullable RefusalReason refusalOf(EventBody.Effect effect, Place place) {
        Target target = targets.get(effect.target());
        Said said = target == null ? null : target.said;
        MessageState state = target == null ? null : target.reported;
        if (target == null || said == null || state == null) {
            return RefusalReason.TARGET_UNKNOWN;
        }
        if (!state.isShown() && !(effect instanceof EventBody.Delete)) {
            return RefusalReason.TARGET_UNKNOWN;
        }
        RefusalReason reason = reasonAgainst(effect, place, said);
        if (reason != null) {
            return reason;
        }
        if (effect instanceof EventBody.Reaction reaction) {
            Set<Reaction> own = target.active.getOrDefault(place.sender(), Set.of());
            TreeMap<Long, Said> events = target.reactions.get(place.sender());
            boolean isOneMore = reaction.isAdded()
                    && !own.contains(reaction.reaction())
                    && own.size() >= ActLimits.MAX_REACTIONS_PER_PEER;
            return isOneMore || (events != null && events.size() >= ActLimits.MAX_REACTION_EVENTS_PER_PEER)
                    ? RefusalReason.TOO_MANY_REACTIONS
                    : null;
        }
        return effect instanceof EventBody.Edit && target.edits.size() >= ActLimits.MAX_EDITS
                ? RefusalReason.TOO_MANY_EDITS
                : null;
    }

    private static long spokeAt(Author author) {
        Said last = last(author);
        return last == null ? author.spokeAtMillis : last.spokeAtMillis;
    }

    /**
     * Returns the number of a peer's last event, to be named as seen in an act upon it.
     *
     * @param peer anybody
     * @return the number, 0 if nothing of it came
     */
    public long seen(PeerId peer) {
        Author author = authors.get(peer);
        return author == null ? 0 : author.lastSeq;
    }

    /**
     * Returns what a peer calls itself.
     *
     * @param peer anybody
     * @return its name; empty if it has said none
     */
    public Optional<String> name(PeerId peer) {
        Author author = authors.get(peer);
        return author == null ? Optional.empty() : Optional.ofNullable(author.name);
    }

    private void read(TimelineEvent event, Author author) {
        Optional<EventBody> known;
        try {
            known = EventBodies.read(event.type(), event.body());
        } catch (MalformedException e) {
            refuse(event, RefusalReason.MALFORMED);
            return;
        }
        EventBody body = known.orElse(null);
        if (body instanceof EventBody.Spoken) {
            hear(event, body, author);
        } else if (body instanceof EventBody.Effect effect) {
            take(event, effect, author);
        } else if (body instanceof EventBody.Act act) {
            follow(moderation.add(event.id(), event.place(), act));
        } else if (body instanceof EventBody.Emoji added) {
            refuseUnlessNull(event, emoji.add(event.id(), event.place(), added));
        } else if (body instanceof EventBody.RemoveEmoji removal) {
            refuseUnlessNull(event, emoji.remove(event.id(), event.place(), removal.target()));
        } else if (body instanceof EventBody.Profile profile && !profile.name().equals(author.name)) {
            author.name = profile.name();
            changes.add(new Change.Named(event.sender(), profile.name()));
        }
    }

    private void refuseUnlessNull(TimelineEvent event, @Nullable RefusalReason reason) {
        if (reason != null) {
            refuse(event, reason);
        }
    }

    private void hear(TimelineEvent event, EventBody body, Author author) {
        Target target = targets.computeIfAbsent(event.id(), Target::new);
        Said said = new Said(event, body, target);
        target.said = said;
        spoken.put(said.place, target);
        author.kept.put(event.seq(), said);
        bytes += said.bytes;
        judge(author, said);
        for (Said effect : target.effects()) {
            // It has waited for this.
            pending.remove(effect.id);
            pendingBytes -= effect.bytes;
            author(effect.sender()).pending--;
            bytes += effect.bytes;
        }
        for (Said effect : target.effects()) {
            judgeEffect(effect, said);
            dropIfFinal(effect);
        }
        dirty.add(target);
    }

    private void take(TimelineEvent event, EventBody.Effect body, Author author) {
        Target target = targets.computeIfAbsent(body.target(), Target::new);
        Said effect = new Said(event, body, target);
        effect.spokeAtMillis = spokeAt(author);
        RefusalReason tooMany = tooMany(target, effect);
        if (tooMany != null) {
            refuse(event, tooMany);
            return;
        }
        target.add(effect);
        author.kept.put(event.seq(), effect);
        Said said = target.said;
        if (said == null) {
            pending.put(effect.id, effect);
            pendingBytes += effect.bytes;
            author.pending++;
            forgetPending(author);
            return;
        }
        bytes += effect.bytes;
        judgeEffect(effect, said);
        RefusalReason reason = effect.reason;
        if (reason != null) {
            refuse(event, reason);
            dropIfFinal(effect);
        }
        dirty.add(target);
    }

    private static @Nullable Said last(Author author) {
        var entry = author.kept.lastEntry();
        return entry == null ? null : entry.getValue();
    }

    /** By the number of an author's events alone, whether they count or not: each peer counts the same. */
    private static @Nullable RefusalReason tooMany(Target target, Said effect) {
        if (effect.body instanceof EventBody.Edit) {
            long own = target.edits.values().stream()
                    .filter(edit -> edit.sender().equals(effect.sender()))
                    .count();
            return own >= ActLimits.MAX_EDITS ? RefusalReason.TOO_MANY_EDITS : null;
        }
        if (effect.body instanceof EventBody.Reaction) {
            TreeMap<Long, Said> own = target.reactions.get(effect.sender());
            return own != null && own.size() >= ActLimits.MAX_REACTION_EVENTS_PER_PEER
                    ? RefusalReason.TOO_MANY_REACTIONS
                    : null;
        }
        return null;
    }

    /** An effect that nothing to come can give its right is not kept. */
    private void dropIfFinal(Said effect) {
        RefusalReason reason = effect.reason;
        if (reason == RefusalReason.NOT_THE_AUTHOR
                || reason == RefusalReason.WRONG_TARGET
                || reason == RefusalReason.TOO_OLD_TO_EDIT) {
            bytes -= effect.bytes;
            drop(effect);
        }
    }

    private void drop(Said effect) {
        unschedule(effect);
        effect.target.remove(effect);
        author(effect.sender()).kept.remove(effect.place.seq());
    }

    private void forgetPending(Author author) {
        if (author.pending > limits.pendingPerPeer()) {
            author.kept.values().stream()
                    .filter(said -> pending.containsKey(said.id))
                    .findFirst()
                    .ifPresent(this::forgetPending);
        }
        while (pending.size() > limits.pending() || pendingBytes > limits.pendingBytes()) {
            forgetPending(pending.values().iterator().next());
        }
    }

    private void forgetPending(Said effect) {
        pending.remove(effect.id);
        pendingBytes -= effect.bytes;
        author(effect.sender()).pending--;
        drop(effect);
        if (effect.target.isEmpty()) {
            targets.remove(effect.target.id);
        }
        changes.add(new Change.Refused(effect.id, effect.sender(), effect.body.type(), RefusalReason.TARGET_UNKNOWN));
    }

    /** Judges one event of an author by its place; those before it are judged. */
    private void judge(Author author, Said said) {
        var before = author.kept.lowerEntry(said.place.seq());
        long spokeAtMillis = before == null ? author.spokeAtMillis : before.getValue().spokeAtMillis;
        if (said.body instanceof EventBody.Spoken) {
            long millis = said.place.epochMillis();
            RefusalReason reason = moderation.silence(said.place, Moderation.Voice.SPEAK);
            if (reason == null && isTooFast(said.place, spokeAtMillis)) {
                reason = RefusalReason.SLOW_MODE;
            }
            decide(said, reason);
            said.spokeAtMillis = said.reason == null ? millis : spokeAtMillis;
            dirty.add(said.target);
        } else {
            said.spokeAtMillis = spokeAtMillis;
            Said spokenTo = said.target.said;
            if (spokenTo != null) {
                judgeEffect(said, spokenTo);
                dirty.add(said.target);
            }
        }
    }

    private boolean isTooFast(Place place, long spokeAtMillis) {
        long pauseMillis = 1_000L * moderation.slowModeSecondsAt(place);
        return pauseMillis > 0
                && spokeAtMillis != NEVER
                && place.epochMillis() - spokeAtMillis < pauseMillis
                && !Permissions.isModerator(moderation.roleAt(place.sender(), place));
    }

    private void judgeEffect(Said effect, Said said) {
        decide(effect, reasonAgainst(effect.body, effect.place, said));
        if (effect.body instanceof EventBody.Reaction) {
            countReactions(effect.target, effect.sender());
        }
    }

    private @Nullable RefusalReason reasonAgainst(EventBody effect, Place place, Said said) {
        if (effect instanceof EventBody.Edit) {
            return reasonAgainstEdit(place, said);
        }
        if (effect instanceof EventBody.Delete) {
            RefusalReason reason = moderation.silence(place, Moderation.Voice.NONE);
            return reason == null && !place.sender().equals(said.sender())
                    ? moderation.silenceDeletion(place, said.sender())
                    : reason;
        }
        return said.body instanceof EventBody.Private
                ? RefusalReason.WRONG_TARGET
                : moderation.silence(place, Moderation.Voice.REACT);
    }

    private @Nullable RefusalReason reasonAgainstEdit(Place place, Said said) {
        if (!(said.body instanceof EventBody.Message)) {
            return RefusalReason.WRONG_TARGET;
        }
        if (!place.sender().equals(said.sender())) {
            return RefusalReason.NOT_THE_AUTHOR;
        }
        if (place.epochMillis() - said.place.epochMillis() > ActLimits.MAX_EDIT_AGE.toMillis()) {
            return RefusalReason.TOO_OLD_TO_EDIT;
        }
        return moderation.silence(place, Moderation.Voice.SPEAK);
    }

    /** Lets an event that is allowed wait if its author gains by a time that has not come. */
    private void decide(Said said, @Nullable RefusalReason reason) {
        long takenAtMillis = said.place.epochMillis() - ActLimits.MAX_CLOCK_LEAD.toMillis();
        unschedule(said);
        said.reason = reason;
        if (reason == null
                && takenAtMillis > now
                && !(said.body instanceof EventBody.Delete)
                && moderation.gainsByTime(said.place)) {
            said.reason = RefusalReason.CLOCK_AHEAD;
            schedule(said, takenAtMillis);
        }
    }

    /** Goes through one peer's reactions under one message in the order in which it made them. */
    private void countReactions(Target target, PeerId peer) {
        Set<Reaction> before = target.active.getOrDefault(peer, Set.of());
        Set<Reaction> after = new LinkedHashSet<>();
        for (Said said : target.reactions.getOrDefault(peer, new TreeMap<>()).values()) {
            EventBody.Reaction body = (EventBody.Reaction) said.body;
            if (said.reason == RefusalReason.TOO_MANY_REACTIONS) {
                said.reason = null;
            }
            if (said.reason == null && !body.isAdded()) {
                after.remove(body.reaction());
            } else if (said.reason == null && !after.contains(body.reaction())) {
                if (after.size() >= ActLimits.MAX_REACTIONS_PER_PEER) {
                    said.reason = RefusalReason.TOO_MANY_REACTIONS;
                } else {
                    after.add(body.reaction());
                }
            }
        }
        if (blocked.contains(peer)) {
            after.clear();
        }
        for (Reaction reaction : before) {
            target.totals.computeIfPresent(reaction, (key, peers) -> {
                peers.remove(peer);
                return peers.isEmpty() ? null : peers;
            });
        }
        for (Reaction reaction : after) {
            target.totals.computeIfAbsent(reaction, key -> new TreeSet<>()).add(peer);
        }
        if (after.isEmpty()) {
            target.active.remove(peer);
        } else {
            target.active.put(peer, after);
        }
    }

    private void follow(Moderation.Consequences consequences) {
        changes.addAll(consequences.changes);
        Place from = consequences.settings;
        if (from != null || !consequences.peers.isEmpty() || !consequences.ranks.isEmpty()) {
            emoji.touch();
        }
        if (from != null) {
            for (Author author : List.copyOf(authors.values())) {
                judgeBehind(author, new Moderation.From(from, Long.MAX_VALUE));
            }
        }
        consequences.peers.forEach((peer, since) -> {
            Author author = authors.get(peer);
            if (author != null) {
                judgeBehind(author, since);
            }
        });
        for (PeerId peer : consequences.ranks) {
            Author author = authors.get(peer);
            if (author != null) {
                judgeRank(author);
            }
        }
        Set<PeerId> concerned = new LinkedHashSet<>(consequences.peers.keySet());
        concerned.addAll(consequences.ranks);
        concerned.forEach(this::reportStanding);
    }

    /** What a peer did, and what was done to its words by those who rank above it or not. */
    private void judgeRank(Author author) {
        for (Said said : List.copyOf(author.kept.values())) {
            judge(author, said);
            if (said.body instanceof EventBody.Spoken) {
                said.target.deletions.values().forEach(deletion -> judgeEffect(deletion, said));
            }
        }
    }

    private void judgeBehind(Author author, Moderation.From from) {
        long firstSeq = Long.MAX_VALUE;
        for (Said said : author.kept.descendingMap().values()) {
            boolean isConcerned =
                    said.place.seq() > from.seen() || (from.place() != null && said.place.compareTo(from.place()) > 0);
            if (!isConcerned) {
                break;
            }
            firstSeq = said.place.seq();
        }
        for (Said said : List.copyOf(author.kept.tailMap(firstSeq, true).values())) {
            judge(author, said);
        }
    }

    private List<Change> reconsider(PeerId peer) {
        emoji.touch();
        Author author = authors.get(peer);
        if (author != null) {
            for (Said said : author.kept.values()) {
                dirty.add(said.target);
                if (said.body instanceof EventBody.Reaction && said.target.said != null) {
                    countReactions(said.target, peer);
                }
            }
        }
        return report();
    }

    private void pass(long nowEpochMillis) {
        now = Math.max(now, nowEpochMillis);
        while (!due.isEmpty() && due.firstKey() <= now) {
            for (Said said : List.copyOf(due.firstEntry().getValue())) {
                unschedule(said);
                dirty.add(said.target);
                if (said.reason == RefusalReason.CLOCK_AHEAD) {
                    // What counts from now on counts for slow mode as well.
                    judgeBehind(author(said.sender()), new Moderation.From(null, said.place.seq() - 1));
                }
            }
        }
    }

    private void schedule(Said said, long millis) {
        said.dueMillis = millis;
        due.computeIfAbsent(millis, key -> new LinkedHashSet<>()).add(said);
    }

    private void unschedule(Said said) {
        if (said.dueMillis != NEVER) {
            Set<Said> same = due.get(said.dueMillis);
            if (same != null) {
                same.remove(said);
                if (same.isEmpty()) {
                    due.remove(said.dueMillis);
                }
            }
            said.dueMillis = NEVER;
        }
    }

    private void refuse(TimelineEvent event, RefusalReason reason) {
        changes.add(new Change.Refused(event.id(), event.sender(), event.type(), reason));
    }

    private List<Change> report() {
        for (Target target : dirty) {
            Said said = target.said;
            if (said != null) {
                reportMessage(target, said);
            }
        }
        dirty.clear();
        RoomSettings after = moderation.settings();
        if (!after.equals(settings)) {
            changes.add(new Change.SettingsChanged(settings, after));
            settings = after;
        }
        if (emoji.refresh(now, blocked)) {
            changes.add(new Change.EmojiChanged(emoji.shown()));
        }
        forgetOldMessages();
        List<Change> reported = List.copyOf(changes);
        changes.clear();
        return reported;
    }

    private void reportStanding(PeerId peer) {
        Standing usual = new Standing(Role.MEMBER, OptionalLong.empty(), false);
        Standing before = standings.getOrDefault(peer, usual);
        Standing after = moderation.standing(peer);
        if (!after.equals(before)) {
            changes.add(new Change.StandingChanged(peer, before, after));
            if (after.equals(usual)) {
                standings.remove(peer);
            } else {
                standings.put(peer, after);
                Iterator<PeerId> any = standings.keySet().iterator();
                if (standings.size() > limits.peers()) {
                    any.next();
                    any.remove();
                }
            }
        }
    }

    private void reportMessage(Target target, Said said) {
        MessageState before = target.reported;
        MessageState after = state(target, said);
        target.reported = after;
        boolean wasShown = before != null && before.isShown();
        if (after.isShown()) {
            if (before == null || !wasShown) {
                changes.add(new Change.Shown(after));
            } else {
                if (!after.revisions().equals(before.revisions())
                        || !after.expiresAtMillis().equals(before.expiresAtMillis())) {
                    changes.add(new Change.Edited(after));
                }
                if (!after.reactions().equals(before.reactions())) {
                    changes.add(new Change.Reacted(after.id(), after.reactions()));
                }
            }
        } else if (after.status() == MessageState.Status.REMOVED) {
            if (before == null || wasShown) {
                changes.add(new Change.Removed(after.id(), said.sender(), after.removedBy()));
            }
        } else if (before == null) {
            changes.add(new Change.Refused(
                    after.id(), said.sender(), said.body.type(), after.reason().orElseThrow()));
        } else if (wasShown) {
            changes.add(new Change.Hidden(after.id(), after.reason().orElseThrow()));
        }
    }

    private MessageState state(Target target, Said said) {
        RefusalReason reason = said.reason;
        if (reason == null && blocked.contains(said.sender())) {
            reason = RefusalReason.BLOCKED;
        }
        EventBody.Spoken body = (EventBody.Spoken) said.body;
        Optional<PeerId> removedBy = target.deletions.values().stream()
                .filter(deletion -> deletion.reason == null)
                .findFirst()
                .map(Said::sender);
        long expiresAtMillis = expiresAtMillis(said);
        MessageState.Status status = MessageState.Status.SHOWN;
        if (reason != null) {
            status = MessageState.Status.HIDDEN;
        } else if (removedBy.isPresent() || now >= expiresAtMillis) {
            status = MessageState.Status.REMOVED;
        }
        boolean isShown = status == MessageState.Status.SHOWN;
        boolean expires = isShown && expiresAtMillis != Long.MAX_VALUE;
        if (expires) {
            unschedule(said);
            schedule(said, expiresAtMillis);
        }
        return new MessageState(
                target.id,
                said.place,
                body,
                status,
                Optional.ofNullable(reason),
                status == MessageState.Status.REMOVED ? removedBy : Optional.empty(),
                isShown ? revisions(target, body) : List.of(),
                isShown ? totals(target) : List.of(),
                expires ? OptionalLong.of(expiresAtMillis) : OptionalLong.empty());
    }

    private long expiresAtMillis(Said said) {
        int seconds = moderation.disappearAfterSecondsAt(said.place);
        return seconds == 0 ? Long.MAX_VALUE : said.place.epochMillis() + 1_000L * seconds;
    }

    private static List<MessageRevision> revisions(Target target, EventBody.Spoken body) {
        List<MessageRevision> revisions = new ArrayList<>();
        if (body instanceof EventBody.Message message) {
            revisions.add(revision(message.content(), message.sentAtMillis()));
            for (Said edit : target.edits.values()) {
                if (edit.reason == null) {
                    revisions.add(revision(((EventBody.Edit) edit.body).content(), edit.place.epochMillis()));
                }
            }
        }
        return List.copyOf(revisions);
    }

    private static MessageRevision revision(OutgoingMessage content, long epochMillis) {
        return new MessageRevision(
                content.text(), content.emotes(), content.mentions(), Instant.ofEpochMilli(epochMillis));
    }

    private static List<ReactionTotal> totals(Target target) {
        return target.totals.entrySet().stream()
                .map(entry -> new ReactionTotal(
                        entry.getKey(),
                        entry.getValue().size(),
                        entry.getValue().stream().limit(ReactionTotal.MAX_NAMED).toList()))
                .sorted(Comparator.comparingInt((ReactionTotal total) -> -total.count())
                        .thenComparing(total -> total.reaction().text())
                        .thenComparing(total -> total.reaction().provider().orElse(""))
                        .thenComparing(total -> total.reaction().emote().orElse("")))
                .limit(ActLimits.MAX_REACTION_TOTALS)
                .toList();
    }

    private Author author(PeerId peer) {
        Author author = authors.get(peer);
        if (author == null) {
            author = new Author();
            authors.put(peer, author);
            if (authors.size() > limits.peers()) {
                // The one that was quiet for the longest time, unless something of it is remembered.
                authors.entrySet().stream()
                        .filter(entry -> entry.getValue().kept.isEmpty()
                                && !entry.getKey().equals(peer))
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .ifPresent(authors::remove);
            }
        }
        return author;
    }

    private void forgetOldMessages() {
        while (spoken.size() > limits.messages() || bytes > limits.bytes()) {
            Target oldest = spoken.pollFirstEntry().getValue();
            targets.remove(oldest.id);
            for (Said effect : oldest.effects()) {
                bytes -= effect.bytes;
                drop(effect);
            }
            Said said = oldest.said;
            if (said != null) {
                bytes -= said.bytes;
                unschedule(said);
                Author author = author(said.sender());
                author.kept.remove(said.place.seq());
                author.spokeAtMillis = Math.max(author.spokeAtMillis, said.spokeAtMillis);
            }
        }
    }

    /** How much is remembered; for tests of bounds. */
    record Held(
            int messages, long bytes, int pending, long pendingBytes, int targets, int events, int authors, int due) {}

    Held held() {
        return new Held(
                spoken.size(),
                bytes,
                pending.size(),
                pendingBytes,
                targets.size(),
                authors.values().stream().mapToInt(author -> author.kept.size()).sum(),
                authors.size(),
                due.size());
    }

    /** Acts, void acts and peers that are remembered; for tests of bounds. */
    int[] heldActs() {
        return moderation.sizes();
    }

    /** Additions and removals of emoji that are remembered; for tests of bounds. */
    int[] heldEmoji() {
        return emoji.sizes();
    }
}
