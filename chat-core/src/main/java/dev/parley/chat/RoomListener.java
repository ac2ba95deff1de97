package dev.parley.chat;

import java.util.List;
import java.util.Optional;

/**
 * Is told what happens in a room. Calls are serial per room, in order, on the listener executor of the
 * {@link RoomManager}, under no lock; a call that blocks delays the next ones of its room and nothing else. What a call
 * throws is logged and goes no further.
 *
 * <p>Every participant of a room is told of the same messages, each once, and of those of one author in the order in
 * which they were sent. Messages of several authors that are sent at about the same time may be told in another order
 * elsewhere; the timeline of the {@link dev.parley.chat.store.ChatStore} has one order, the same at everybody.
 */
public interface RoomListener {

    /** A listener that does nothing. */
    RoomListener NONE = new RoomListener() {};

    /**
     * The room's state has changed.
     *
     * @param room the room
     * @param state the new state; {@link ConnectionState#CLOSED} is the last call of all
     * @param reason why, for RECONNECTING and CLOSED
     */
    default void onState(Room room, ConnectionState state, Optional<CloseReason> reason) {}

    /**
     * Someone has come in, and has said its name. On entering a room this is called for everyone there, oneself
     * included, before the first message.
     *
     * @param room the room
     * @param participant who
     */
    default void onParticipantJoined(Room room, Participant participant) {}

    /**
     * A participant has another role, or is shown by another name since another one came or went. Who takes another
     * name of its own, or begins or ceases to lead, is told as someone who leaves and comes.
     *
     * @param room the room
     * @param before as it was
     * @param participant as it is
     */
    default void onParticipantChanged(Room room, Participant before, Participant participant) {}

    /**
     * Someone has left, or was lost.
     *
     * @param room the room
     * @param participant who
     */
    default void onParticipantLeft(Room room, Participant participant) {}

    /**
     * A participant can be reached or not, or has gone away from its program. Who comes in is {@link Presence#ONLINE}
     * until something else is told; who leaves is told by {@link #onParticipantLeft}.
     *
     * @param room the room
     * @param participant who, among the participants
     * @param presence what it is now
     */
    default void onPresence(Room room, PeerId participant, Presence presence) {}

    /**
     * A participant writes, or does not any more: it has said so, has sent what it wrote, or 6.5 s have passed without
     * a word of it.
     *
     * @param room the room
     * @param participant who, among the participants
     * @param isTyping whether it writes
     */
    default void onTyping(Room room, PeerId participant, boolean isTyping) {}

    /**
     * A message has its place in the room, one's own included, which has it at once.
     *
     * @param room the room
     * @param message verified, in its latest wording; told once, and again if it was hidden or removed and is shown
     *     after all
     */
    default void onMessage(Room room, ChatMessage message) {}

    /**
     * A message between one other and oneself is shown, one's own included. Told as {@link #onMessage} is. Nobody else
     * can read it.
     *
     * @param room the room
     * @param message verified
     * @param to to whom it was said: oneself, or the other if one has said it oneself
     */
    default void onPrivateMessage(Room room, ChatMessage message, PeerId to) {}

    /**
     * Somebody offers a file, or oneself. Nothing of it has come: {@link Room#fetchFile} gets it.
     *
     * @param room the room
     * @param message names the offer, to react to it or delete it
     * @param sender who offers it
     * @param offer what is offered; its author's claim
     */
    default void onFileOffer(Room room, MessageId message, PeerId sender, FileOffer offer) {}

    /**
     * A participant has fetched a file that one has offered, and has found it whole.
     *
     * @param room the room
     * @param message the offer
     * @param participant who
     */
    default void onFileFetched(Room room, MessageId message, PeerId participant) {}

    /**
     * A message has another wording, or disappears at another time.
     *
     * @param room the room
     * @param message as it reads now
     * @param revisions all wordings, the first one first and that of now last
     */
    default void onMessageEdited(Room room, ChatMessage message, List<MessageRevision> revisions) {}

    /**
     * A message, private message or file offer was deleted, or has disappeared by itself. May be told of one that was
     * never shown, since its deletion came first.
     *
     * @param room the room
     * @param message which; it is not to be shown any more
     * @param by who deleted it; empty if it disappeared by itself
     */
    default void onMessageRemoved(Room room, MessageId message, Optional<PeerId> by) {}

    /**
     * What was shown is not to be shown any more: something that came late says that its author was muted, for example,
     * when it said this; or this side has blocked its author.
     *
     * @param room the room
     * @param message which
     */
    default void onMessageHidden(Room room, MessageId message) {}

    /**
     * The reactions under a message have changed.
     *
     * @param room the room
     * @param message which
     * @param reactions all that there are now, those of the most participants first
     */
    default void onReactions(Room room, MessageId message, List<ReactionTotal> reactions) {}

    /**
     * The room is set differently.
     *
     * @param room the room
     * @param settings as they are now
     */
    default void onSettings(Room room, RoomSettings settings) {}

    /**
     * The emoji of the room are others: one was added or removed, or its author was banned or blocked. Those that the
     * room has on entering are not told; see {@link Room#emoji}.
     *
     * @param room the room
     * @param emoji all that there are now, as {@link Room#emoji} returns them
     */
    default void onEmoji(Room room, List<RoomEmoji> emoji) {}

    /**
     * A participant has fetched the image of an emoji from here, and keeps it: from now on it can be had without us.
     *
     * @param room the room
     * @param emoji {@link RoomEmoji#id}
     * @param participant who
     */
    default void onEmojiFetched(Room room, MessageId emoji, PeerId participant) {}

    /**
     * The host or a moderator did something that had its effect. What was done before one came is told as well.
     *
     * @param room the room
     * @param act what was done
     */
    default void onModeration(Room room, ModerationAct act) {}

    /**
     * What {@link #onModeration} told of has its effect no more: something that came late says that there was no right
     * to it.
     *
     * @param room the room
     * @param act which
     */
    default void onModerationVoided(Room room, MessageId act) {}

    /**
     * One's own message has come further. Told for each participant that was in the room when it was sent, and for
     * those that come back to it.
     *
     * @param room the room
     * @param message which
     * @param peer to whom
     * @param state how far
     */
    default void onDelivery(Room room, MessageId message, PeerId peer, DeliveryState state) {}

    /**
     * The room has another invite, since somebody was removed or is no deputy any more; give out this one from now on.
     * Where somebody was removed from a private room, invites of before are void. All others still let one in, but do
     * not keep the signaling worker from leading one to who was a deputy then.
     *
     * @param room the room
     * @param invite the invite of now
     */
    default void onInviteChanged(Room room, Invite invite) {}

    /**
     * Somebody may not be who the name says. Told once for each cause while one is in the room, after the participant
     * it is about; show it so that it cannot be missed.
     *
     * @param room the room
     * @param alert what does not fit
     */
    default void onIdentityAlert(Room room, IdentityAlert alert) {}

    /**
     * Another leads the room: a deputy in the host's place, or the host again. Also told on entering a room that a
     * deputy leads. The host has named who may lead; that one does and the host does not is the signaling worker's
     * word. A worker that lies can part those who believe it from the others, which shows in the participants and in
     * the {@linkplain Room#roomCode room code}: show it, and let people compare.
     *
     * @param room the room
     * @param leader who leads, among the participants
     * @param isHost whether it is the room's host
     */
    default void onLeaderChanged(Room room, PeerId leader, boolean isHost) {}

    /**
     * More of what was said before has come. Told after it, for each of its parts of up to 64 KiB, and once when it is
     * over.
     *
     * @param room the room
     * @param progress how far it has come
     */
    default void onHistoryProgress(Room room, HistoryProgress progress) {}

    /**
     * Something that an author said did not come, and is not waited for any more: nobody who can be reached has it, or
     * it was said while one was away for good. What follows has come.
     *
     * @param room the room
     * @param author whose
     * @param fromSeq the first missing count in the author's chain
     * @param toSeq the last
     */
    default void onHistoryGap(Room room, PeerId author, long fromSeq, long toSeq) {}

    /**
     * An author has signed two different things for one place of its chain: its program has lost its history, the
     * identity is used twice at once, or it says one thing to some and another to others. What came first is kept here;
     * others may have kept the other. Told once for each author.
     *
     * @param room the room
     * @param author whose
     */
    default void onHistoryFork(Room room, PeerId author) {}

    /**
     * The signaling worker can be reached, or not. An established room does not need it; newcomers do.
     *
     * @param room the room
     * @param reachable whether it can
     */
    default void onSignalingReachable(Room room, boolean reachable) {}
}
