package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who of the members is there, is away, is writing.
 *
 * <pre>
 *   ONLINE ◄──► AWAY            by PRESENCE, over the links on which messages go
 *     ▲ a way leads to it
 *     ▼ none does
 *   RECONNECTING ──► gone       after MISSING; told to be there again when it is reached
 * </pre>
 *
 * <p>Typing is told by TYPING over the ephemeral channels, again every {@link Limits#TYPING_PAUSE} while it goes on,
 * and ends by itself after {@link Limits#TYPING_LIFETIME}, or with the words that were typed.
 */
final class Attendance {

    private RoomMachine machine;

    /** Members to whom no way leads, not even over others, and since when. */
    private final Map<PeerId, Long> missing = new LinkedHashMap<>();

    private final Set<PeerId> away = new LinkedHashSet<>();
    private final Map<PeerId, Long> typing = new LinkedHashMap<>();
    private final Map<PeerId, Presence> told = new LinkedHashMap<>();
    private boolean isAway;
    private boolean isTyping;
    private long nextTypingNanos = Long.MIN_VALUE;

    Attendance(RoomMachine machine) {
        this.machine = machine;
    }

    /** Goes on in the machine of another role. */
    void handTo(RoomMachine next) {
        machine = next;
    }

    /** Forgets who is not in the group any more, and tells newcomers what they cannot know. */
    void rosterIs(Set<PeerId> roster, boolean hasNewcomers) {
        missing.keySet().retainAll(roster);
        away.retainAll(roster);
        typing.keySet().retainAll(roster);
        told.keySet().retainAll(roster);
        if (isAway && hasNewcomers) {
            machine.timers.startFor(Timer.PRESENCE, machine.now, machine.ids.jittered(Timer.PRESENCE.nanos()));
        }
    }

    /** Whether no way has led to a member for so long that a leader would have removed it. */
    boolean isGone(PeerId peer) {
        Long since = missing.get(peer);
        return since != null && machine.now - since >= Timer.MISSING.nanos();
    }

    /**
     * Looks to whom a way leads, over one's own links and those that others say they have. A leader removes whose link
     * is lost; without one, who is not reached any more is told to be gone, and to be there again when it is reached.
     */
    void look() {
        Set<PeerId> reached = reached();
        if (machine.isHeard()) {
            long next = Long.MAX_VALUE;
            for (PeerId peer : machine.roster()) {
                if (reached.contains(peer)) {
                    if (missing.remove(peer) != null) {
                        machine.announce(peer);
                    }
                } else {
                    long end = missing.computeIfAbsent(peer, unused -> machine.now) + Timer.MISSING.nanos();
                    if (end > machine.now) {
                        next = Math.min(next, end);
                    } else {
                        told.remove(peer);
                        machine.gone(peer);
                    }
                }
            }
            if (next == Long.MAX_VALUE) {
                machine.timers.stop(Timer.MISSING);
            } else {
                machine.timers.startFor(Timer.MISSING, machine.now, next - machine.now);
            }
        }
        // Else it is perhaps we who are gone: they are not reached, and not gone either.
        for (PeerId peer : machine.roster()) {
            tell(peer, reached.contains(peer));
        }
    }

    /** Tells of a member that was told to be there; that one is ONLINE goes without saying at first. */
    private void tell(PeerId peer, boolean isReached) {
        if (!machine.isToldToBeThere(peer)) {
            return;
        }
        Presence now = !isReached ? Presence.RECONNECTING : away.contains(peer) ? Presence.AWAY : Presence.ONLINE;
        Presence before = told.put(peer, now);
        if (now != (before == null ? Presence.ONLINE : before)) {
            machine.emit(new Output.PresenceChanged(peer, now));
        }
    }

    private Set<PeerId> reached() {
        Set<PeerId> reached = new LinkedHashSet<>();
        Deque<PeerId> next = new ArrayDeque<>();
        reached.add(machine.self.peerId());
        machine.admitted().stream()
                .filter(link -> !link.isInterrupted)
                .forEach(link -> reach(link.peer, reached, next));
        for (PeerId peer = next.poll(); peer != null; peer = next.poll()) {
            machine.routes.reachedFrom(peer).forEach(each -> reach(each, reached, next));
        }
        return reached;
    }

    private static void reach(PeerId peer, Set<PeerId> reached, Deque<PeerId> next) {
        if (reached.add(peer)) {
            next.add(peer);
        }
    }

    // ---- our own word

    void away(boolean nowAway) {
        if (isAway != nowAway) {
            isAway = nowAway;
            if (nowAway) {
                away.add(machine.self.peerId());
            } else {
                away.remove(machine.self.peerId());
            }
            machine.broadcast(Content.presence(isAway));
            look();
        }
    }

    /** A link has come about: its peer may not know. */
    void met(LinkChannel link) {
        if (isAway) {
            machine.unicast(link, Content.presence(true));
        }
    }

    void typing(boolean nowTyping) {
        if (nowTyping && machine.now >= nextTypingNanos) {
            nextTypingNanos = machine.now + Limits.TYPING_PAUSE.toNanos();
            isTyping = true;
            machine.broadcastEphemeral(Content.typing(true, machine.ownSeq()));
        } else if (!nowTyping && isTyping) {
            isTyping = false;
            machine.broadcastEphemeral(Content.typing(false, machine.ownSeq()));
        }
    }

    /** What was being typed is said. */
    void said() {
        isTyping = false;
        nextTypingNanos = Long.MIN_VALUE;
    }

    // ---- what others tell

    void presenceOf(PeerId peer, boolean isNowAway) {
        if (isNowAway ? away.add(peer) : away.remove(peer)) {
            look();
        }
    }

    /** A member writes, or does not any more. One that is older than the member's words is of no interest. */
    void typingOf(PeerId peer, boolean isNowTyping) {
        if (!isNowTyping) {
            stopped(peer);
        } else if (machine.isToldToBeThere(peer) && !machine.acts.isBlocked(peer)) {
            if (typing.put(peer, machine.now + Limits.TYPING_LIFETIME.toNanos()) == null) {
                machine.emit(new Output.Typing(peer, true));
            }
            setTypingTimer();
        }
    }

    /** Somebody is not writing any more, or has said what it wrote. */
    void stopped(PeerId peer) {
        if (typing.remove(peer) != null) {
            machine.emit(new Output.Typing(peer, false));
            setTypingTimer();
        }
    }

    private void setTypingTimer() {
        typing.values().stream()
                .min(Long::compare)
                .ifPresentOrElse(
                        end -> machine.timers.startFor(Timer.TYPING, machine.now, end - machine.now),
                        () -> machine.timers.stop(Timer.TYPING));
    }

    void tick() {
        if (machine.timers.expire(Timer.MISSING, machine.now)) {
            look();
        }
        if (machine.timers.expire(Timer.TYPING, machine.now)) {
            for (PeerId peer : List.copyOf(typing.keySet())) {
                Long end = typing.get(peer);
                if (end != null && end <= machine.now) {
                    stopped(peer);
                }
            }
            setTypingTimer();
        }
        if (machine.timers.expire(Timer.PRESENCE, machine.now)) {
            machine.broadcast(Content.presence(isAway));
        }
    }
}
