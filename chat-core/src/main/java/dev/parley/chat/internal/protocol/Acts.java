package dev.parley.chat.internal.protocol;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.PrivateSeal;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.timeline.ActLimits;
import dev.parley.chat.internal.timeline.Change;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.internal.timeline.MessageState;
import dev.parley.chat.internal.timeline.Place;
import dev.parley.chat.internal.timeline.RefusalReason;
import dev.parley.chat.internal.timeline.Timeline;
import dev.parley.chat.internal.timeline.TimelineEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the events of a room have made of it, as far as a machine is concerned: gives each event to the
 * {@link Timeline}, tells what has changed by it, and says what the caller wants done if there is a right to it. One
 * for each room; it goes on in the machine of another role.
 */
final class Acts {

    private static final Logger log = LoggerFactory.getLogger(Acts.class);

    final Timeline timeline;
    private RoomMachine machine;
    private long deadlineMillis = Long.MAX_VALUE;

    /** Where the last messages begin that a newcomer is given, as it was when so much was remembered. */
    private @Nullable Place historyFrom;

    private long historyAt = -1;
    private int historyMessages;

    Acts(RoomMachine machine, PeerId host) {
        this.machine = machine;
        this.timeline = new Timeline(host);
    }

    /** Goes on in the machine of another role. */
    void handTo(RoomMachine next) {
        machine = next;
        deadlineMillis = Long.MAX_VALUE;
        rearm();
    }

    // ---- what was said

    /** Takes an event that has its place in its author's chain; false if its body breaks the rules of its type. */
    boolean take(Event event) {
        return tell(timeline.apply(timelineEvent(event), machine.epochMillis), event);
    }

    /** Takes an event that was told in an earlier life of this process, or to nobody. */
    void remember(Event event) {
        timeline.remember(timelineEvent(event), machine.epochMillis);
    }

    /** All that is to be remembered was. */
    void remembered() {
        timeline.advance(machine.epochMillis);
    }

    /** Lets time pass: messages disappear by themselves. */
    void tick() {
        if (machine.timers.expire(Timer.TIMELINE, machine.now)) {
            deadlineMillis = Long.MAX_VALUE;
            tell(timeline.advance(machine.epochMillis), null);
        }
    }

    Participant.Role roleOf(PeerId peer) {
        return timeline.standing(peer).role();
    }

    /** Whether a newcomer is given what was said before its time, by the settings of now. */
    boolean isHistory(Event event) {
        HistoryPolicy policy = timeline.settings().history();
        boolean isWithin = switch (policy.kind()) {
            case NONE -> false;
            case ALL -> true;
            case LAST_T ->
                event.place().epochMillis()
                        >= machine.epochMillis - policy.time().toMillis();
            case LAST_N -> isAmongLast(event, policy.messages());
        };
        return isWithin && !isRemoved(event);
    }

    /** Whether a newcomer is given anything of what was said before its time. */
    boolean givesHistory() {
        return timeline.settings().history().kind() != HistoryPolicy.Kind.NONE;
    }

    /** Those whom somebody has removed, as far as the acts are remembered. */
    Set<PeerId> putOut() {
        Set<PeerId> removed = new LinkedHashSet<>();
        for (Event act : machine.chains.recent.select(EventLog::isAct)) {
            try {
                EventBodies.read(act.type(), act.body())
                        .filter(body -> body instanceof EventBody.Kick || body instanceof EventBody.Ban)
                        .ifPresent(body -> removed.add(((EventBody.PeerAct) body).peer()));
            } catch (MalformedException e) {
                log.debug("a {} of {} was not understood: {}", act.type(), act.sender(), e.getMessage());
            }
        }
        return removed;
    }

    /** What is remembered and is not to be shown. */
    Set<MessageId> withheld() {
        return timeline.messages().stream()
                .filter(state -> state.status() != MessageState.Status.SHOWN)
                .map(MessageState::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether an event is a message that was deleted, or has disappeared, as far as is known. */
    boolean isRemoved(Event event) {
        return timeline.message(event.id())
                .map(state -> state.status() == MessageState.Status.REMOVED)
                .orElse(false);
    }

    private boolean isAmongLast(Event event, int messages) {
        if (historyAt != machine.chains.recent.added() || historyMessages != messages) {
            historyAt = machine.chains.recent.added();
            historyMessages = messages;
            historyFrom = machine.chains.recent.lastSpoken(messages);
        }
        Place from = historyFrom;
        return from == null || event.place().compareTo(from) >= 0;
    }

    boolean isBanned(PeerId peer) {
        return timeline.standing(peer).isBanned();
    }

    private static TimelineEvent timelineEvent(Event event) {
        return new TimelineEvent(event.id(), event.sender(), event.seq(), event.clock(), event.type(), event.body());
    }

    private boolean tell(List<Change> changes, @Nullable Event cause) {
        boolean isWellFormed = true;
        for (Change change : changes) {
            if (change instanceof Change.Refused refused) {
                log.debug("a {} of {} has no effect: {}", refused.type(), refused.sender(), refused.reason());
                isWellFormed &= cause == null
                        || refused.reason() != RefusalReason.MALFORMED
                        || !refused.event().equals(cause.id());
            } else {
                tell(change);
            }
        }
        rearm();
        return isWellFormed;
    }

    private void tell(Change change) {
        if (change instanceof Change.Shown shown) {
            shown(shown.message());
        } else if (change instanceof Change.Edited edited) {
            if (edited.message().body() instanceof EventBody.Message) {
                machine.emit(new Output.Edited(
                        chatMessage(edited.message()), edited.message().revisions()));
            }
        } else if (change instanceof Change.Reacted reacted) {
            machine.emit(new Output.Reacted(reacted.message(), reacted.reactions()));
        } else if (change instanceof Change.Removed removed) {
            machine.emit(new Output.Removed(removed.message(), removed.by()));
            machine.files.withdrawn(removed.message());
        } else if (change instanceof Change.Hidden hidden) {
            machine.emit(new Output.Hidden(hidden.message()));
            machine.files.withdrawn(hidden.message());
        } else if (change instanceof Change.SettingsChanged changed) {
            machine.emit(new Output.SettingsChanged(changed.after()));
        } else if (change instanceof Change.EmojiChanged changed) {
            machine.emit(new Output.EmojiChanged(changed.emoji()));
            machine.emoji.changed(changed.emoji());
        } else if (change instanceof Change.StandingChanged changed) {
            machine.standingChanged(changed.peer(), changed.before(), changed.after());
        } else if (change instanceof Change.Acted acted) {
            machine.emit(new Output.Moderated(acted.act()));
            machine.acted(acted.act());
        } else if (change instanceof Change.ActVoided voided) {
            machine.emit(new Output.ModerationVoided(voided.act()));
        }
        // Names are told with the participants.
    }

    private void shown(MessageState state) {
        if (state.body() instanceof EventBody.Message) {
            machine.emit(new Output.Deliver(chatMessage(state)));
        } else if (state.body() instanceof EventBody.File file) {
            machine.emit(new Output.OfferFile(state.id(), state.place().sender(), file.offer()));
        } else if (state.body() instanceof EventBody.Private sealed) {
            openPrivate(state, sealed);
        }
        if (!state.reactions().isEmpty()) {
            // They came before what they are under.
            machine.emit(new Output.Reacted(state.id(), state.reactions()));
        }
    }

    private ChatMessage chatMessage(MessageState state) {
        EventBody.Message message = (EventBody.Message) state.body();
        MessageRevision latest = state.revisions().get(state.revisions().size() - 1);
        PeerId sender = state.place().sender();
        return new ChatMessage(
                state.id(),
                sender,
                machine.nameOf(sender),
                latest.text(),
                Instant.ofEpochMilli(message.sentAtMillis()),
                message.content().replyTo(),
                latest.emotes(),
                latest.mentions());
    }

    private void openPrivate(MessageState state, EventBody.Private sealed) {
        PeerId sender = state.place().sender();
        PeerId self = machine.self.peerId();
        if (!sealed.to().equals(self) && !sender.equals(self)) {
            return;
        }
        try {
            byte[] body = PrivateSeal.open(
                    machine.self,
                    machine.room,
                    sender,
                    sealed.to(),
                    state.place().seq(),
                    sealed.sealed());
            Optional<EventBody> read = EventBodies.read(Event.TYPE_MESSAGE, body);
            if (read.isPresent() && read.get() instanceof EventBody.Message message) {
                machine.emit(new Output.DeliverPrivate(
                        message.first(state.id(), sender, machine.nameOf(sender)), sealed.to()));
            }
        } catch (SealException e) {
            log.debug("a private message of {} was not opened: {}", sender, e.kind());
        } catch (MalformedException e) {
            log.debug("a private message of {} holds no message: {}", sender, e.getMessage());
        }
    }

    private void rearm() {
        long deadline = timeline.deadlineEpochMillis();
        if (deadline == deadlineMillis) {
            return;
        }
        deadlineMillis = deadline;
        if (deadline == Long.MAX_VALUE) {
            machine.timers.stop(Timer.TIMELINE);
        } else {
            long leftMillis = Math.max(1, deadline - machine.epochMillis);
            long leftNanos = leftMillis > Timer.TIMELINE.toDuration().toMillis()
                    ? Timer.TIMELINE.nanos()
                    : Duration.ofMillis(leftMillis).toNanos();
            machine.timers.startFor(Timer.TIMELINE, machine.now, leftNanos);
        }
    }

    // ---- what the caller wants

    /** Says why something that the caller wants to say would have no effect; null if it would. */
    @Nullable
    NotAllowedException refusal(EventBody body) {
        return timeline.refusal(body, machine.nextPlace())
                .map(reason -> new NotAllowedException(describe(reason)))
                .orElse(null);
    }

    void onDeed(Input.Deed deed) {
        if (deed instanceof Input.Affect affect) {
            say(deed.ticket(), affect.effect());
        } else if (deed instanceof Input.Moderate moderate) {
            say(deed.ticket(), informed(moderate.act()));
        } else if (deed instanceof Input.ChangeSettings change) {
            changeSettings(change.ticket(), change.settings());
        } else if (deed instanceof Input.Whisper whisper) {
            whisper(whisper);
        } else if (deed instanceof Input.OfferFile offer) {
            offerFile(offer);
        } else if (deed instanceof Input.AddEmoji add) {
            addEmoji(add);
        } else if (deed instanceof Input.RemoveEmoji remove) {
            say(remove.ticket(), new EventBody.RemoveEmoji(remove.emoji()));
            // One's own that the room does not have changes nothing that is shown, and its image goes too.
            machine.emoji.changed(timeline.emoji());
        } else if (deed instanceof Input.Block block) {
            block(block);
        }
    }

    /** An act that names what has come here of its peer, so that the rest is judged by it too. */
    EventBody.PeerAct informed(EventBody.PeerAct act) {
        return act instanceof EventBody.Restriction restriction ? restriction.seeing(timeline.seen(act.peer())) : act;
    }

    private void say(long ticket, EventBody body) {
        Event event = sayIfAllowed(ticket, body);
        if (event != null) {
            machine.emit(new Output.Accepted(ticket, event.id()));
        }
    }

    /** Says an act on a peer; false if it was rejected, with the ticket. */
    boolean said(long ticket, EventBody.PeerAct act) {
        return sayIfAllowed(ticket, informed(act)) != null;
    }

    /** Says an act on a peer if there is a right to it: the one who leads may do more than its role allows. */
    void sayIfAllowed(EventBody.PeerAct act) {
        EventBody.PeerAct informed = informed(act);
        if (refusal(informed) == null) {
            machine.say(informed.type(), EventBodies.write(informed));
        }
    }

    private @Nullable Event sayIfAllowed(long ticket, EventBody body) {
        NotAllowedException refusal = refusal(body);
        if (refusal != null) {
            machine.emit(new Output.Rejected(ticket, refusal));
            return null;
        }
        byte[] bytes = EventBodies.write(body);
        BackpressureException pressure = machine.pressureOf(bytes);
        if (pressure != null) {
            machine.emit(new Output.Rejected(ticket, pressure));
            return null;
        }
        return machine.say(body.type(), bytes);
    }

    private void changeSettings(long ticket, RoomSettings settings) {
        Optional<EventBody.Settings> changes = EventBody.Settings.between(timeline.settings(), settings);
        if (changes.isPresent()) {
            say(ticket, changes.get());
        } else {
            machine.emit(new Output.Completed(ticket));
        }
    }

    private void whisper(Input.Whisper whisper) {
        PeerId to = whisper.to();
        PeerCard card = machine.knownCard(to);
        if (to.equals(machine.self.peerId())) {
            reject(whisper.ticket(), "a private message is for another than oneself");
        } else if (card == null || !machine.isInRoster(to)) {
            reject(whisper.ticket(), "there is no such participant in the room, or its card has not come yet");
        } else {
            byte[] body = Bodies.message(whisper.message(), machine.epochMillis);
            if (body.length > PrivateSeal.MAX_CONTENT_BYTES) {
                reject(whisper.ticket(), "the private message is too long; send it in parts");
                return;
            }
            byte[] sealed = PrivateSeal.seal(
                    machine.self.card(), card, machine.room, machine.nextPlace().seq(), whisper.freshSecret(), body);
            say(whisper.ticket(), new EventBody.Private(to, sealed));
        }
    }

    private void offerFile(Input.OfferFile offer) {
        EventBody.File file = new EventBody.File(offer.offer(), offer.freshKey());
        Event event = sayIfAllowed(offer.ticket(), file);
        if (event != null) {
            machine.files.offered(event.id(), file);
            machine.emit(new Output.Accepted(offer.ticket(), event.id()));
        }
    }

    private void addEmoji(Input.AddEmoji add) {
        String sha256 = HexFormat.of().formatHex(Sha256.of(add.image()));
        EventBody.Emoji body =
                new EventBody.Emoji(add.shortcode(), add.image().length, add.mediaType(), sha256, add.freshKey());
        RefusalReason reason = timeline.refusal(body, machine.nextPlace()).orElse(null);
        // One that a moderator has removed, or that came second, takes no place from now on.
        EventBody removal = reason == RefusalReason.TOO_MANY_EMOJI
                ? timeline.idleEmoji(machine.self.peerId())
                        .map(EventBody.RemoveEmoji::new)
                        .orElse(null)
                : null;
        if (reason != null && removal == null) {
            reject(add.ticket(), describe(reason));
            return;
        }
        byte[] added = EventBodies.write(body);
        byte[][] said = removal == null ? new byte[][] {added} : new byte[][] {EventBodies.write(removal), added};
        BackpressureException pressure = machine.pressureOf(said);
        if (pressure != null) {
            machine.emit(new Output.Rejected(add.ticket(), pressure));
            return;
        }
        // First the image: nobody else has it.
        machine.emoji.keep(sha256, add.image());
        if (removal != null) {
            machine.say(removal.type(), said[0]);
        }
        Event event = machine.say(body.type(), added);
        machine.emit(new Output.Accepted(add.ticket(), event.id()));
    }

    private void block(Input.Block block) {
        if (block.peer().equals(machine.self.peerId())) {
            reject(block.ticket(), "one cannot block oneself");
            return;
        }
        try {
            tell(block.isBlocked() ? timeline.block(block.peer()) : timeline.unblock(block.peer()), null);
            machine.attendance.stopped(block.peer());
            machine.emit(new Output.Completed(block.ticket()));
        } catch (IllegalStateException e) {
            reject(block.ticket(), ActLimits.MAX_BLOCKED + " peers are blocked, which is the limit; unblock one first");
        }
    }

    /** Hides what some peers say before anything is told, so that nothing is told of it. */
    void begin(Collection<PeerId> blocked) {
        blocked.forEach(timeline::block);
    }

    boolean isBlocked(PeerId peer) {
        return timeline.isBlocked(peer);
    }

    private void reject(long ticket, String why) {
        machine.emit(new Output.Rejected(ticket, new NotAllowedException(why)));
    }

    /** One line for who wanted to say something. */
    private String describe(RefusalReason reason) {
        return switch (reason) {
            case MUTED -> "you are muted in this room; ask its host or a moderator";
            case BANNED, KICKED -> "you were removed from this room";
            case READ_ONLY -> "you may only read in this room; ask its host or a moderator";
            case LOCKED -> "the room is locked; only its host and moderators speak";
            case SLOW_MODE ->
                "the room is in slow mode; one message in "
                        + timeline.settings().slowMode().toSeconds() + " s";
            case NO_RIGHT -> "your role in this room does not allow that; ask its host";
            case ROLE_NOT_BELOW -> "that participant's role is not below yours";
            case NOT_THE_AUTHOR -> "only its author may change a message";
            case WRONG_TARGET -> "that cannot be done to this kind of message";
            case TARGET_UNKNOWN -> "there is no such message or emoji here, or it is not shown";
            case SHORTCODE_TAKEN -> "the room has an emoji of that shortcode; choose another one";
            case TOO_MANY_EMOJI ->
                "you have added " + RoomEmoji.MAX_PER_MEMBER + " emoji to this room, which is the limit; remove one"
                        + " first";
            case TOO_MANY_EMOJI_REMOVALS ->
                "you have removed this emoji " + ActLimits.MAX_EMOJI_REMOVALS_PER_PEER
                        + " times, which is the limit; ask the host or another moderator";
            case ROOM_FULL_OF_EMOJI ->
                "the room has as many emoji as it can: " + RoomEmoji.MAX_PER_ROOM + ", or "
                        + RoomEmoji.MAX_ROOM_BYTES / 1024 / 1024 + " MiB; one has to be removed first";
            case TOO_OLD_TO_EDIT ->
                "the message is more than " + ActLimits.MAX_EDIT_AGE.toHours() + " h old and stays as it is";
            case TOO_MANY_EDITS -> "the message was changed " + ActLimits.MAX_EDITS + " times, which is the limit";
            case TOO_MANY_REACTIONS ->
                "you have reacted to this message as often as one may: " + ActLimits.MAX_REACTIONS_PER_PEER
                        + " reactions at a time";
            default -> "it would have no effect in this room (" + reason + ")";
        };
    }
}
