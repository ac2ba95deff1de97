package dev.parley.chat;

import dev.parley.chat.crypto.RoomCode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A room that this process is in. Made by {@link RoomManager}; not to be implemented by others, methods may be added.
 * Methods may be called from any thread and never block.
 */
public interface Room {

    /**
     * Returns the room's id.
     *
     * @return the id
     */
    RoomId id();

    /**
     * Returns the room's name, as its host signed it.
     *
     * @return the name; free of control characters
     */
    String name();

    /**
     * Returns who may find the room.
     *
     * @return the visibility
     */
    RoomOptions.Visibility visibility();

    /**
     * Returns the invite, with the room's secret if it is private. Who has it can join.
     *
     * @return the invite
     */
    Invite invite();

    /**
     * Returns this process as the others see it.
     *
     * @return oneself
     */
    Participant self();

    /**
     * Returns where the room stands; the listener may hear of it a moment later.
     *
     * @return the state
     */
    ConnectionState state();

    /**
     * Returns who is in the room now, oneself included.
     *
     * @return an immutable snapshot of those who have said their name: the host first, then in the order in which this
     *     process was told of them
     */
    List<Participant> participants();

    /**
     * Returns whether somebody is there.
     *
     * @param peer whose
     * @return {@link Presence#OFFLINE} for who is not among the {@link #participants}
     */
    Presence presence(PeerId peer);

    /**
     * Tells the others whether anybody sits in front of this program. At the beginning somebody does.
     *
     * @param isAway whether nobody does; {@link Presence#AWAY} for the others
     */
    void away(boolean isAway);

    /**
     * Tells the others that a message is being written here. To be called with every key: it is sent at most every 3 s,
     * and may be lost. Sending a message ends it.
     *
     * @param isTyping false when the message was given up
     */
    void typing(boolean isTyping);

    /**
     * Tells the author of a message, and all others in the room, that it was read here, and with it all that its author
     * said before. Told at most once a second. Does nothing for one's own messages and for those that are not among the
     * last that this process remembers (10,000 or 8 MiB).
     *
     * @param message which
     */
    void markRead(MessageId message);

    /**
     * Computes what all members of the room see alike if nobody splits them. It changes whenever somebody comes or
     * goes.
     *
     * @return the code of the current epoch; empty when the room is not CONNECTED or nobody else is in it. Takes some
     *     15 ms of one processor
     */
    Optional<RoomCode> roomCode();

    /**
     * Returns how much waits to be sent, or to be acknowledged by anybody. At rest it is back at zero within seconds.
     *
     * @return bytes, approximately
     */
    long queuedBytes();

    /**
     * Collects the figures of this room and its links. Nothing is counted for it while nobody asks.
     *
     * @return completes on the listener's executor within a second or so; a link whose transport has not answered by
     *     then comes without those figures. Fails with {@link RoomClosedException}
     */
    CompletableFuture<RoomStats> stats();

    /**
     * Asks what is not to be shown of what a store may hold: messages, private messages and file offers whose author
     * had no right to say them (it was muted, for example, or the room was locked) or is blocked by this side, and
     * those that were deleted or have disappeared. A room knows this of what it remembers: of all since it was opened,
     * up to 10,000 messages or 16 MiB, and of the last 1,000 events before.
     *
     * @return completes on the listener's executor, with a set that is not modifiable. Fails with
     *     {@link RoomClosedException}
     */
    CompletableFuture<Set<MessageId>> withheld();

    /**
     * Sends a text; see {@link #send(OutgoingMessage)}.
     *
     * @param text see {@link OutgoingMessage#builder}
     * @return see {@link #send(OutgoingMessage)}
     * @throws IllegalArgumentException if the text is empty or too long
     */
    default CompletableFuture<MessageId> send(String text) {
        return send(OutgoingMessage.of(text));
    }

    /**
     * Sends a message to all in the room. Messages of one thread are sent in the order of its calls.
     *
     * <p>Cancelling the future has no effect.
     *
     * @param message the message
     * @return completes with the message's id once it is accepted on this side: signed, queued for sending and durable
     *     in the store. Fails with {@link BackpressureException} when too much waits (nothing was queued), with
     *     {@link RoomClosedException} when the room is closed, with {@link StoreException} when it could not be stored.
     *     How it gets on is told to {@link RoomListener#onDelivery}
     */
    CompletableFuture<MessageId> send(OutgoingMessage message);

    /**
     * Gives one's own message another wording. Everybody keeps the earlier ones; what it answers stays.
     *
     * @param message one's own, which was sent at most two days ago
     * @param wording the new wording, without {@link OutgoingMessage#replyTo}
     * @return completes when it is accepted on this side: signed, queued for sending and durable in the store. Fails
     *     with {@link NotAllowedException} when there is no right to it, the message is not known here, too old, or was
     *     changed 32 times (nothing has changed), with {@link BackpressureException} when too much waits, with
     *     {@link RoomClosedException}, with {@link StoreException}
     * @throws IllegalArgumentException if the wording answers a message
     */
    CompletableFuture<Void> edit(MessageId message, OutgoingMessage wording);

    /**
     * Gives one's own message another wording; see {@link #edit(MessageId, OutgoingMessage)}.
     *
     * @param message one's own
     * @param text see {@link OutgoingMessage#builder}
     * @return see {@link #edit(MessageId, OutgoingMessage)}
     * @throws IllegalArgumentException if the text is empty or too long
     */
    default CompletableFuture<Void> edit(MessageId message, String text) {
        return edit(message, OutgoingMessage.of(text));
    }

    /**
     * Deletes a message: one's own, or as the host or a moderator that of somebody whose role is lower. It is shown
     * nowhere any more; who has read it has read it, and a program may keep it.
     *
     * @param message which
     * @return completes when it is accepted on this side: signed, queued for sending and durable in the store. Fails
     *     with {@link NotAllowedException} when there is no right to it, or the message is not known here (nothing has
     *     changed), with {@link BackpressureException} when too much waits, with {@link RoomClosedException}, with
     *     {@link StoreException}
     */
    CompletableFuture<Void> delete(MessageId message);

    /**
     * Puts a reaction under a message, or takes it back. One participant has at most 8 under a message at a time, and
     * changes them at most 32 times.
     *
     * @param message which; not a private one
     * @param reaction the reaction
     * @param add whether to add it
     * @return completes when it is accepted on this side: signed, queued for sending and durable in the store. Fails
     *     with {@link NotAllowedException} when there is no right to it, the message is not shown here, or there are
     *     too many already (nothing has changed), with {@link BackpressureException} when too much waits, with
     *     {@link RoomClosedException}, with {@link StoreException}
     */
    CompletableFuture<Void> react(MessageId message, Reaction reaction, boolean add);

    /**
     * Sends a message to one participant. It is sealed to that one's key besides the group's, so that nobody else in
     * the room can read it; all see that it was sent, to whom, and how long it is. {@link RoomListener#onDelivery} is
     * not called for it.
     *
     * @param to a participant that is here now, not oneself
     * @param message the message
     * @return completes with the message's id as {@link #send(OutgoingMessage)} does, and fails likewise; with
     *     {@link NotAllowedException} also when there is no such participant
     */
    CompletableFuture<MessageId> sendPrivate(PeerId to, OutgoingMessage message);

    /**
     * Offers a file to all in the room. Nothing of it is sent until somebody asks for it; then it goes from this
     * process to that one, sealed, as long as this room is open here. It must not be changed meanwhile: from then on
     * nobody is given it any more.
     *
     * @param file a file, at most {@link FileOffer#MAX_SIZE} bytes; read once now, for its hash
     * @param mediaType see {@link FileOffer#mediaType}
     * @return completes with the id of the offer as {@link #send(OutgoingMessage)} does, and fails likewise; with
     *     {@link FileTransferException} if the file cannot be read or is too large, with {@link NotAllowedException} if
     *     there is no right to it
     * @throws IllegalArgumentException if the media type is malformed
     */
    CompletableFuture<MessageId> offerFile(Path file, String mediaType);

    /**
     * Offers a file whose media type is guessed from its name; see {@link #offerFile(Path, String)}.
     *
     * @param file see there
     * @return see there
     */
    default CompletableFuture<MessageId> offerFile(Path file) {
        return offerFile(file, FileOffer.mediaTypeFor(file.toString()));
    }

    /**
     * Returns the emoji that members have added to this room, as all who have heard the same see them; without those of
     * peers whom this side blocks, and of who is banned.
     *
     * @return an immutable snapshot in the order of the timeline, at most {@link RoomEmoji#MAX_PER_ROOM}
     */
    List<RoomEmoji> emoji();

    /**
     * Adds an emoji to the room. Its image goes to the other members, sealed, and to no server; each of them fetches it
     * by itself, and gives it to others from then on, so that it stays when its author leaves. That it is an image is
     * not looked at: check it before, as those who draw it do.
     *
     * <p>If two members take one shortcode at the same time, the one that stands first in the timeline has it, at all
     * members; the other's is not shown as long as that one is there.
     *
     * @param shortcode see {@link RoomEmoji#shortcode}
     * @param image 1 to {@link RoomEmoji#MAX_IMAGE_BYTES} bytes; copied
     * @param mediaType see {@link RoomEmoji#mediaType}; null if it is not known
     * @return completes with the id of the emoji when it is accepted on this side: signed, queued for sending and
     *     durable in the store, with its image. Fails with {@link NotAllowedException} when there is no right to it,
     *     the shortcode is taken or there are too many (nothing has changed), with {@link BackpressureException} when
     *     too much waits, with {@link RoomClosedException}, with {@link StoreException}
     * @throws IllegalArgumentException if the shortcode or the media type is malformed, or the image empty or too long
     */
    CompletableFuture<MessageId> addEmoji(String shortcode, byte[] image, @Nullable String mediaType);

    /**
     * Removes an emoji from the room: one's own, or as the host or a moderator that of somebody whose role is lower.
     * Other members than its author delete its image.
     *
     * @param emoji {@link RoomEmoji#id}
     * @return completes when it is accepted on this side: signed, queued for sending and durable in the store. Fails
     *     with {@link NotAllowedException} when there is no right to it, or no such emoji here (nothing has changed),
     *     with {@link BackpressureException} when too much waits, with {@link RoomClosedException}, with
     *     {@link StoreException}
     */
    CompletableFuture<Void> removeEmoji(MessageId emoji);

    /**
     * Removes an emoji by its shortcode; see {@link #removeEmoji(MessageId)}.
     *
     * @param shortcode in any case of letters
     * @return see there
     */
    default CompletableFuture<Void> removeEmoji(String shortcode) {
        for (RoomEmoji each : emoji()) {
            if (RoomEmoji.isSameShortcode(each.shortcode(), shortcode)) {
                return removeEmoji(each.id());
            }
        }
        return CompletableFuture.failedFuture(
                new NotAllowedException("the room has no emoji of that shortcode; see which it has"));
    }

    /**
     * Returns the image of an emoji of this room: from the store, or, if it has not come yet, from any member that has
     * it. Images are fetched without being asked for, in the background; so that one is looked at here is seen by
     * nobody.
     *
     * @param sha256 {@link RoomEmoji#sha256} of an emoji that the room has
     * @return completes with a new array, whose hash has been checked. Fails with {@link NotAllowedException} if the
     *     room has no such emoji, with {@link FileTransferException} (UNAVAILABLE) if no member that can be reached has
     *     it now; it goes on being looked for, and a later call may succeed. Fails with {@link RoomClosedException}
     */
    CompletableFuture<byte[]> emojiImage(String sha256);

    /**
     * Fetches a file that somebody else has offered, from that participant. What has come is written beside the place,
     * under a name of its own that ends in {@code .part}; only a whole file whose hash is that of the offer gets the
     * name {@code place}. Nothing is opened, run or overwritten.
     *
     * @param message the offer
     * @param place where the file is to be; must not be there yet, its folder must
     * @return the transfer, which has begun
     */
    FileTransfer fetchFile(MessageId message, Path place);

    /**
     * Returns how the room is set; the listener may hear of it a moment later.
     *
     * @return the settings of now
     */
    RoomSettings settings();

    /**
     * Sets the room. Only what differs from {@link #settings} is changed. The host can change all; a moderator the
     * topic, slow mode, the lock and the channels of emotes.
     *
     * @param settings how it is to be
     * @return completes when it is accepted on this side: signed, queued for sending and durable in the store. Fails
     *     with {@link NotAllowedException} when there is no right to it, that is who is neither (nothing has changed),
     *     with {@link BackpressureException} when too much waits, with {@link RoomClosedException}, with
     *     {@link StoreException}
     */
    CompletableFuture<Void> change(RoomSettings settings);

    /**
     * Gives a participant a role. The host can give each to everybody else; a moderator MEMBER and READ_ONLY to those
     * below it.
     *
     * @param peer to whom; need not be in the room
     * @param role MODERATOR, MEMBER or READ_ONLY
     * @return completes when it is accepted on this side: signed, queued for sending and durable in the store. Fails
     *     with {@link NotAllowedException} when there is no right to it, that is who is neither (nothing has changed),
     *     with {@link BackpressureException} when too much waits, with {@link RoomClosedException}, with
     *     {@link StoreException}
     * @throws IllegalArgumentException if the role is HOST
     */
    CompletableFuture<Void> giveRole(PeerId peer, Participant.Role role);

    /**
     * Silences a participant: what it says from then on is shown nowhere. The host and moderators can, to those below
     * them.
     *
     * @param peer whom; need not be in the room
     * @param until when it ends, by the clock of whoever is muted and at most ten minutes early; empty for never
     * @return completes when it is accepted on this side: signed, queued for sending and durable in the store. Fails
     *     with {@link NotAllowedException} when there is no right to it, that is who is neither (nothing has changed),
     *     with {@link BackpressureException} when too much waits, with {@link RoomClosedException}, with
     *     {@link StoreException}
     */
    CompletableFuture<Void> mute(PeerId peer, Optional<Instant> until);

    /**
     * Lets a participant speak again; see {@link #mute}.
     *
     * @param peer whom
     * @return completes when it is accepted on this side: signed, queued for sending and durable in the store. Fails
     *     with {@link NotAllowedException} when there is no right to it, that is who is neither (nothing has changed),
     *     with {@link BackpressureException} when too much waits, with {@link RoomClosedException}, with
     *     {@link StoreException}
     */
    CompletableFuture<Void> unmute(PeerId peer);

    /**
     * Hides what a peer says and has said, and that it writes, on this side alone: nobody is told. Its acts of
     * moderation count. Holds in all rooms of this {@link RoomManager} until {@link #unblock}, and is kept in the
     * {@link dev.parley.chat.store.PeerBook}: in a room that is entered later nothing is told of what the peer says.
     *
     * @param peer whom, another than oneself; need not be in the room; at most
     *     {@link dev.parley.chat.store.PeerBook#MAX_BLOCKED} at a time
     * @return completes when it is kept and holds. Fails with {@link NotAllowedException} for oneself or one too many,
     *     with {@link StoreException} when it could not be kept (nothing has changed), with {@link RoomClosedException}
     */
    CompletableFuture<Void> block(PeerId peer);

    /**
     * Shows again what a peer says and has said, in all rooms of this {@link RoomManager}.
     *
     * @param peer who was blocked; nothing happens if it was not
     * @return completes when it is kept and holds; fails with {@link StoreException} when it could not be kept (nothing
     *     has changed), with {@link RoomClosedException}
     */
    CompletableFuture<Void> unblock(PeerId peer);

    /**
     * Gives out a code that one person can say and another type to get the invite of now: see {@link PairingCode}. It
     * is good for one try within ten minutes.
     *
     * @return completes with the code. Fails with {@link SignalingException} if the worker cannot be reached, with
     *     {@link PairingException} (TOO_MANY_TRIES) when five codes of this room were tried wrongly within ten minutes,
     *     with {@link RoomClosedException}
     */
    CompletableFuture<PairingOffer> createCode();

    /**
     * Removes a participant. Its link is closed, the keys of the group are renewed, and a private room gets a new
     * secret: who was removed can read nothing that is said from then on, and its invite is void. {@link #invite} is a
     * new one then, at every participant. In a public room, which everybody can enter, it can come back; see
     * {@link #ban}.
     *
     * <p>The host, moderators and a deputy that leads can, those below them: a deputy neither the host nor another
     * deputy, and nobody who leads. It is an act that all are told of ({@link RoomListener#onModeration}), and that
     * also hides everywhere what the participant had said and the one who acts had not seen. Where another leads, that
     * one carries it out; where nobody does, who leads next.
     *
     * @param participant who
     * @return completes when the group goes on without the participant. Fails with {@link NotAllowedException} (nothing
     *     has changed), with {@link RoomClosedException}. Where deputies are named and the worker cannot be reached,
     *     the participant is cut off at once, and this completes when the lease has been renewed
     */
    CompletableFuture<Void> kick(PeerId participant);

    /**
     * Removes a peer as {@link #kick} does if it is there, and refuses its identity until the room ends or
     * {@link #unban}. In a public room the person can come back with another identity.
     *
     * @param peer who; need not be in the room
     * @return as {@link #kick}
     */
    CompletableFuture<Void> ban(PeerId peer);

    /**
     * Lets an identity in again; in a private room it needs the invite of now.
     *
     * @param peer who was banned
     * @return completes when it is done; fails as {@link #kick}
     */
    CompletableFuture<Void> unban(PeerId peer);

    /**
     * Names who may lead the room when its host is gone, in this order; replaces whom it named before. With deputies
     * the room outlives its host: when the host leaves or is lost, the first deputy that is there takes the worker's
     * lease and goes on, and the others come to it. A deputy that leads can do what the host can, except for this.
     *
     * <p>Deputies are moderators, and stay it when they are no deputies any more, until {@link #giveRole}.
     *
     * <p>From then on participants can be admitted and removed only while the worker can be reached, since only the
     * worker can tell who leads. What is said does not depend on it.
     *
     * @param deputies participants that are here now, at most 8; none ends the room with its host again
     * @return completes when the worker and the participants know. Fails with {@link NotAllowedException} for anybody
     *     but the host that leads its room, with {@link SignalingException} if the worker cannot be told (nothing has
     *     changed), with {@link RoomClosedException}
     */
    CompletableFuture<Void> nameDeputies(List<PeerId> deputies);

    /**
     * Leaves in an orderly way: the others are told, links and signaling are closed. When the one who leads leaves, the
     * room ends, unless a deputy is there to lead it. Leaving again changes nothing.
     *
     * @return completes with the reason when everything is closed; never fails
     */
    CompletableFuture<CloseReason> leave();

    /**
     * Returns how the room ends.
     *
     * @return completes with the reason when the room is CLOSED, after the listener's last call; never fails
     */
    CompletableFuture<CloseReason> closed();
}
