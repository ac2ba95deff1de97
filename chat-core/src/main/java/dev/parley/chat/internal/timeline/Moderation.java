package dev.parley.chat.internal.timeline;

import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The acts of moderation and what they have made of the room, at each place of the timeline.
 *
 * <p>An act has its effect if its author had the right at the act's own place. That nothing goes in circles comes from
 * the order of ranks: only the host makes moderators and acts on them, and nobody acts on the host. So who is a
 * moderator where follows from the host's acts alone, which need no judgement; and whether any other act counts follows
 * from that.
 */
final class Moderation {

    private static final long NOT_MUTED = 0;

    private final PeerId host;
    private final TimelineLimits limits;
    private final TreeMap<Place, Act> acts = new TreeMap<>();
    private final TreeMap<Place, Act> voidActs = new TreeMap<>();
    private final Map<PeerId, Integer> voidActsOf = new HashMap<>();
    private final Map<PeerId, Subject> subjects = new LinkedHashMap<>();
    private final TreeMap<Long, Set<PeerId>> deputies = new TreeMap<>();
    private final History<String> topic = new History<>(RoomSettings.FIRST.topic());
    private final History<HistoryPolicy> history = new History<>(RoomSettings.FIRST.history());
    private final History<Integer> slowModeSeconds = new History<>(0);
    private final History<Boolean> locked = new History<>(false);
    private final History<Integer> disappearAfterSeconds = new History<>(0);
    private final History<List<EmoteChannel>> emoteChannels = new History<>(RoomSettings.FIRST.emoteChannels());

    /** Acts up to here are not remembered one by one. */
    private @Nullable Place horizon;

    /** What one wants to say, by what keeps one from it. */
    enum Voice {
        /** A ban alone: deletions of one's own. */
        NONE,
        /** A mute and reading only as well: reactions. */
        REACT,
        /** The lock as well: all that is said. */
        SPEAK
    }

    private static final class Act {
        final MessageId id;
        final Place place;
        final EventBody.Act body;

        Act(MessageId id, Place place, EventBody.Act body) {
            this.id = id;
            this.place = place;
            this.body = body;
        }

        PeerId actor() {
            return place.sender();
        }

        @Nullable
        PeerId subject() {
            return body instanceof EventBody.PeerAct act ? act.peer() : null;
        }
    }

    /** A restriction, which also judges what stands before it and was not seen by who made it. */
    private record Cut(EventBody.Restriction act, boolean isByHost) {

        boolean hadNotSeen(Place event) {
            return act.seen() < event.seq();
        }

        /** What this act alone keeps from its subject, as if its subject had spoken behind it. */
        @Nullable
        RefusalReason silence(Place event, Voice voice) {
            if (act instanceof EventBody.Kick) {
                return RefusalReason.KICKED;
            }
            if (act instanceof EventBody.Ban) {
                return RefusalReason.BANNED;
            }
            if (voice == Voice.NONE) {
                return null;
            }
            if (act instanceof EventBody.Mute mute) {
                return mute.untilMillis().orElse(Long.MAX_VALUE) > event.epochMillis() ? RefusalReason.MUTED : null;
            }
            boolean isReadOnly = act instanceof EventBody.GiveRole give && give.role() == Role.READ_ONLY;
            return isReadOnly ? RefusalReason.READ_ONLY : null;
        }
    }

    private static final class Subject {
        final History<Boolean> moderator = new History<>(false);
        final History<Boolean> readOnly = new History<>(false);
        final History<Boolean> banned = new History<>(false);
        final History<Long> mutedUntil = new History<>(NOT_MUTED);
        final TreeMap<Place, Cut> cuts = new TreeMap<>();
        Place last;

        Subject(Place last) {
            this.last = last;
        }

        void forgetUpTo(Place horizon) {
            moderator.forgetUpTo(horizon);
            readOnly.forgetUpTo(horizon);
            banned.forgetUpTo(horizon);
            mutedUntil.forgetUpTo(horizon);
            cuts.headMap(horizon, true).clear();
        }
    }

    /** From where on something has to be judged again: behind a place, or beyond a number. */
    record From(@Nullable Place place, long seen) {
        From earlier(From other) {
            Place first =
                    place == null || (other.place != null && place.compareTo(other.place) < 0) ? place : other.place;
            return new From(first, Math.min(seen, other.seen));
        }
    }

    /** What follows from an act. */
    static final class Consequences {
        final Map<PeerId, From> peers = new LinkedHashMap<>();
        final Set<PeerId> ranks = new LinkedHashSet<>();
        final List<Change> changes = new ArrayList<>();

        @Nullable
        Place settings;

        private void concern(PeerId peer, From from) {
            peers.merge(peer, from, From::earlier);
        }

        private void settings(Place place) {
            Place known = settings;
            settings = known == null || place.compareTo(known) < 0 ? place : known;
        }
    }

    Moderation(PeerId host, TimelineLimits limits) {
        this.host = host;
        this.limits = limits;
    }

    /** Takes an act that came now, wherever it stands. */
    Consequences add(MessageId id, Place place, EventBody.Act body) {
        Consequences consequences = new Consequences();
        Act act = new Act(id, place, body);
        Place known = horizon;
        RefusalReason reason = known != null && place.compareTo(known) <= 0 ? RefusalReason.TOO_LATE : judge(act);
        if (reason == null) {
            take(act, consequences);
            forgetOldActs();
        } else {
            consequences.changes.add(new Change.Refused(id, place.sender(), body.type(), reason));
            // Only a moderator that is not known yet can be found to have had the right.
            if (reason != RefusalReason.TOO_LATE && !act.actor().equals(host)) {
                keepVoid(act);
            }
        }
        return consequences;
    }

    /**
     * Sets who counts as a moderator from a time on, besides those whom the host has made moderators.
     *
     * @param sinceClock a reading of the hybrid logical clock
     */
    Consequences deputies(long sinceClock, Set<PeerId> now) {
        Set<PeerId> before = deputiesAt(sinceClock);
        deputies.put(sinceClock, Set.copyOf(now));
        if (deputies.size() > ActLimits.MAX_DEPUTY_LISTS) {
            deputies.pollFirstEntry();
        }
        Consequences consequences = new Consequences();
        Set<PeerId> changed = new LinkedHashSet<>(before);
        changed.addAll(now);
        consequences.ranks.addAll(changed);
        changed.forEach(peer -> judgeActsAround(peer, consequences));
        forgetOldActs();
        return consequences;
    }

    Role roleAt(PeerId peer, Place place) {
        return roleAt(peer, place.clock(), place);
    }

    Standing standing(PeerId peer) {
        Subject subject = subjects.get(peer);
        long until = subject == null ? NOT_MUTED : subject.mutedUntil.latest();
        return new Standing(
                roleAt(peer, Long.MAX_VALUE, null),
                until == NOT_MUTED ? OptionalLong.empty() : OptionalLong.of(until),
                subject != null && subject.banned.latest());
    }

    RoomSettings settings() {
        return new RoomSettings(
                topic.latest(),
                history.latest(),
                Duration.ofSeconds(slowModeSeconds.latest()),
                locked.latest(),
                Duration.ofSeconds(disappearAfterSeconds.latest()),
                emoteChannels.latest());
    }

    int slowModeSecondsAt(Place place) {
        return slowModeSeconds.at(place);
    }

    int disappearAfterSecondsAt(Place place) {
        return disappearAfterSeconds.at(place);
    }

    /** Says what keeps the author of an event from saying it at its place; null if nothing does. */
    @Nullable
    RefusalReason silence(Place event, Voice voice) {
        PeerId sender = event.sender();
        if (sender.equals(host)) {
            return null;
        }
        RefusalReason reason = silenceAt(event, voice);
        Subject subject = subjects.get(sender);
        if (reason != null || subject == null) {
            return reason;
        }
        for (Cut cut : subject.cuts.tailMap(event, false).values()) {
            reason = cut.hadNotSeen(event) ? cut.silence(event, voice) : null;
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /** Says why the author of a deletion may not delete what another has said; null if it may. */
    @Nullable
    RefusalReason silenceDeletion(Place event, PeerId author) {
        return rightOf(event, Permissions.checkDelete(roleAt(event.sender(), event), roleAt(author, event)));
    }

    /** Whether the author of an event gains if its clock runs ahead: a mute has ended by it, or slow mode is on. */
    boolean gainsByTime(Place event) {
        if (Permissions.isModerator(roleAt(event.sender(), event)) && !isMutedOnce(event)) {
            return false;
        }
        return slowModeSecondsAt(event) > 0 || isMutedOnce(event);
    }

    private boolean isMutedOnce(Place event) {
        Subject subject = subjects.get(event.sender());
        return subject != null
                && (subject.mutedUntil.at(event) != NOT_MUTED
                        || subject.cuts.tailMap(event, false).values().stream()
                                .anyMatch(cut -> cut.hadNotSeen(event) && cut.act() instanceof EventBody.Mute));
    }

    private @Nullable RefusalReason silenceAt(Place event, Voice voice) {
        Subject subject = subjects.get(event.sender());
        if (subject != null && subject.banned.at(event)) {
            return RefusalReason.BANNED;
        }
        if (voice == Voice.NONE) {
            return null;
        }
        if (subject != null && subject.mutedUntil.at(event) > event.epochMillis()) {
            return RefusalReason.MUTED;
        }
        Role role = roleAt(event.sender(), event);
        if (role == Role.READ_ONLY) {
            return RefusalReason.READ_ONLY;
        }
        boolean isLocked = voice == Voice.SPEAK && locked.at(event);
        return isLocked && !Permissions.isModerator(role) ? RefusalReason.LOCKED : null;
    }

    private @Nullable RefusalReason judge(Act act) {
        return refusal(act.place, act.body);
    }

    /** Says why there is no right to an act at a place; null if there is. */
    @Nullable
    RefusalReason refusal(Place place, EventBody.Act body) {
        PeerId subject = body instanceof EventBody.PeerAct act ? act.peer() : null;
        Role roleOfSubject = subject == null ? Role.READ_ONLY : roleAt(subject, place);
        return rightOf(place, Permissions.check(roleAt(place.sender(), place), body, roleOfSubject));
    }

    /** Takes the right away from who has lost its role to the host, and had not shown this event by then. */
    private @Nullable RefusalReason rightOf(Place event, @Nullable RefusalReason reason) {
        Subject actor = subjects.get(event.sender());
        if (reason != null || actor == null || event.sender().equals(host)) {
            return reason;
        }
        for (Map.Entry<Place, Cut> entry : actor.cuts.tailMap(event, false).entrySet()) {
            Cut cut = entry.getValue();
            if (cut.isByHost()
                    && cut.hadNotSeen(event)
                    && takesOrGivesRights(cut.act())
                    && !deputiesAt(entry.getKey().clock()).contains(event.sender())) {
                return RefusalReason.NO_RIGHT;
            }
        }
        return null;
    }

    private Role roleAt(PeerId peer, long clock, @Nullable Place place) {
        if (peer.equals(host)) {
            return Role.HOST;
        }
        if (deputiesAt(clock).contains(peer)) {
            return Role.MODERATOR;
        }
        Subject subject = subjects.get(peer);
        if (subject == null) {
            return Role.MEMBER;
        }
        if (place == null ? subject.moderator.latest() : subject.moderator.at(place)) {
            return Role.MODERATOR;
        }
        boolean isReadOnly = place == null ? subject.readOnly.latest() : subject.readOnly.at(place);
        return isReadOnly ? Role.READ_ONLY : Role.MEMBER;
    }

    private Set<PeerId> deputiesAt(long clock) {
        var entry = deputies.floorEntry(clock);
        return entry == null ? Set.of() : entry.getValue();
    }

    private void take(Act act, Consequences consequences) {
        acts.put(act.place, act);
        apply(act, consequences);
        consequences.changes.add(new Change.Acted(describe(act)));
        PeerId subject = act.subject();
        if (subject != null && act.actor().equals(host) && takesOrGivesRights(act.body)) {
            judgeActsAround(subject, consequences);
        }
    }

    private static boolean takesOrGivesRights(EventBody.Act body) {
        return body instanceof EventBody.GiveRole || body instanceof EventBody.Kick || body instanceof EventBody.Ban;
    }

    /** Judges again all acts by and on somebody upon whom the host has acted. */
    private void judgeActsAround(PeerId peer, Consequences consequences) {
        List<Act> concerned = new ArrayList<>();
        for (TreeMap<Place, Act> some : List.of(acts, voidActs)) {
            some.values().stream()
                    .filter(act -> !act.actor().equals(host))
                    .filter(act -> act.actor().equals(peer) || peer.equals(act.subject()))
                    .forEach(concerned::add);
        }
        for (Act act : concerned) {
            RefusalReason reason = judge(act);
            boolean was = acts.containsKey(act.place);
            if (reason == null && !was) {
                dropVoid(act);
                take(act, consequences);
            } else if (reason != null && was) {
                acts.remove(act.place);
                unapply(act, consequences);
                keepVoid(act);
                consequences.changes.add(new Change.ActVoided(act.id, reason));
            }
        }
    }

    private void apply(Act act, Consequences consequences) {
        Place place = act.place;
        if (act.body instanceof EventBody.Settings settings) {
            settings.topic().ifPresent(value -> topic.set(place, value));
            settings.history().ifPresent(value -> history.set(place, value));
            settings.slowModeSeconds().ifPresent(value -> slowModeSeconds.set(place, value));
            settings.locked().ifPresent(value -> locked.set(place, value));
            settings.disappearAfterSeconds().ifPresent(value -> disappearAfterSeconds.set(place, value));
            settings.emoteChannels().ifPresent(value -> emoteChannels.set(place, value));
            consequences.settings(place);
        } else if (act.body instanceof EventBody.PeerAct body) {
            boolean isByHost = act.actor().equals(host);
            Subject subject = subject(body.peer(), place);
            if (body instanceof EventBody.GiveRole give) {
                if (isByHost) {
                    makeModerator(subject, act.place, give.peer(), give.role() == Role.MODERATOR, consequences);
                }
                subject.readOnly.set(place, give.role() == Role.READ_ONLY);
            } else if (body instanceof EventBody.Mute mute) {
                subject.mutedUntil.set(place, mute.untilMillis().orElse(Long.MAX_VALUE));
            } else if (body instanceof EventBody.Unmute) {
                subject.mutedUntil.set(place, NOT_MUTED);
            } else {
                if (!(body instanceof EventBody.Kick)) {
                    subject.banned.set(place, body instanceof EventBody.Ban);
                }
                if (isByHost && body instanceof EventBody.Restriction) {
                    makeModerator(subject, place, body.peer(), false, consequences);
                }
            }
            long seen = Long.MAX_VALUE;
            if (body instanceof EventBody.Restriction restriction && cuts(restriction)) {
                seen = restriction.seen();
                subject.cuts.put(place, new Cut(restriction, isByHost));
            }
            consequences.concern(body.peer(), new From(place, seen));
        }
    }

    private static void makeModerator(
            Subject subject, Place place, PeerId peer, boolean isModerator, Consequences consequences) {
        if (subject.moderator.at(place) != isModerator) {
            consequences.ranks.add(peer);
        }
        subject.moderator.set(place, isModerator);
    }

    /** To make somebody a moderator takes nothing from it. */
    private static boolean cuts(EventBody.Restriction restriction) {
        return !(restriction instanceof EventBody.GiveRole give && give.role() == Role.MODERATOR);
    }

    private void unapply(Act act, Consequences consequences) {
        Place place = act.place;
        if (act.body instanceof EventBody.PeerAct body) {
            Subject subject = subject(body.peer(), place);
            subject.moderator.unset(place);
            subject.readOnly.unset(place);
            subject.banned.unset(place);
            subject.mutedUntil.unset(place);
            Cut cut = subject.cuts.remove(place);
            consequences.concern(
                    body.peer(),
                    new From(place, cut == null ? Long.MAX_VALUE : cut.act().seen()));
        } else {
            topic.unset(place);
            history.unset(place);
            slowModeSeconds.unset(place);
            locked.unset(place);
            disappearAfterSeconds.unset(place);
            emoteChannels.unset(place);
            consequences.settings(place);
        }
    }

    private Subject subject(PeerId peer, Place place) {
        Subject subject = subjects.get(peer);
        if (subject == null) {
            if (subjects.size() >= limits.peers()) {
                subjects.entrySet().stream()
                        .min(Map.Entry.comparingByValue((one, other) -> one.last.compareTo(other.last)))
                        .ifPresent(oldest -> subjects.remove(oldest.getKey()));
            }
            subject = new Subject(place);
            subjects.put(peer, subject);
        } else if (subject.last.compareTo(place) < 0) {
            subject.last = place;
        }
        return subject;
    }

    private void forgetOldActs() {
        while (acts.size() > limits.acts()) {
            Act oldest = acts.pollFirstEntry().getValue();
            horizon = oldest.place;
            PeerId peer = oldest.subject();
            Subject subject = peer == null ? null : subjects.get(peer);
            if (subject != null) {
                subject.forgetUpTo(oldest.place);
            } else if (peer == null) {
                topic.forgetUpTo(oldest.place);
                history.forgetUpTo(oldest.place);
                slowModeSeconds.forgetUpTo(oldest.place);
                locked.forgetUpTo(oldest.place);
                disappearAfterSeconds.forgetUpTo(oldest.place);
                emoteChannels.forgetUpTo(oldest.place);
            }
            while (!voidActs.isEmpty() && voidActs.firstKey().compareTo(oldest.place) < 0) {
                dropVoid(voidActs.firstEntry().getValue());
            }
        }
    }

    private void keepVoid(Act act) {
        PeerId actor = act.actor();
        voidActs.put(act.place, act);
        int own = voidActsOf.merge(actor, 1, Integer::sum);
        if (own > limits.voidActsPerPeer()) {
            voidActs.values().stream()
                    .filter(other -> other.actor().equals(actor))
                    .findFirst()
                    .ifPresent(this::dropVoid);
        } else if (voidActs.size() > limits.voidActs()) {
            dropVoid(voidActs.firstEntry().getValue());
        }
    }

    private void dropVoid(Act act) {
        voidActs.remove(act.place);
        voidActsOf.computeIfPresent(act.actor(), (peer, count) -> count == 1 ? null : count - 1);
    }

    private static ModerationAct describe(Act act) {
        ModerationAct.Kind kind;
        Optional<Role> role = Optional.empty();
        Optional<Instant> until = Optional.empty();
        if (act.body instanceof EventBody.GiveRole give) {
            kind = ModerationAct.Kind.ROLE;
            role = Optional.of(give.role());
        } else if (act.body instanceof EventBody.Mute mute) {
            kind = ModerationAct.Kind.MUTE;
            until = mute.untilMillis().isPresent()
                    ? Optional.of(Instant.ofEpochMilli(mute.untilMillis().getAsLong()))
                    : Optional.empty();
        } else if (act.body instanceof EventBody.Kick) {
            kind = ModerationAct.Kind.KICK;
        } else if (act.body instanceof EventBody.Ban) {
            kind = ModerationAct.Kind.BAN;
        } else if (act.body instanceof EventBody.Unban) {
            kind = ModerationAct.Kind.UNBAN;
        } else if (act.body instanceof EventBody.Unmute) {
            kind = ModerationAct.Kind.UNMUTE;
        } else {
            kind = ModerationAct.Kind.SETTINGS;
        }
        return new ModerationAct(
                act.id,
                kind,
                act.actor(),
                Optional.ofNullable(act.subject()),
                role,
                until,
                Instant.ofEpochMilli(act.place.epochMillis()));
    }

    /** What the act at a place is good for. */
    Timeline.Use use(Place place) {
        if (acts.containsKey(place)) {
            return Timeline.Use.COUNTS;
        }
        return voidActs.containsKey(place) ? Timeline.Use.WAITS : Timeline.Use.NONE;
    }

    /** How many acts, void acts and peers are remembered; for tests of bounds. */
    int[] sizes() {
        return new int[] {acts.size(), voidActs.size(), subjects.size()};
    }
}
