package dev.parley.chat.internal.timeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.internal.crypto.Sha256;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Writes the events of one author, in the order of its chain, at times that the test names. */
final class Pen {

    /** Time 0 of the tests, in epoch milliseconds. */
    static final long START_MILLIS = 1_800_000_000_000L;

    final PeerId id;
    private long seq;

    Pen(String name) {
        id = peer(name);
    }

    static PeerId peer(String name) {
        return PeerId.of(Arrays.copyOf(Sha256.of(name.getBytes(UTF_8)), PeerId.BYTES));
    }

    long seq() {
        return seq;
    }

    /** An event so many seconds behind the start. */
    TimelineEvent at(double seconds, EventBody body) {
        return atMillis((long) (seconds * 1_000), body.type(), EventBodies.write(body));
    }

    TimelineEvent atMillis(long millis, String type, byte[] body) {
        return withClock((START_MILLIS + millis) << 16, type, body);
    }

    TimelineEvent withClock(long clock, String type, byte[] body) {
        seq++;
        byte[] numbers = ByteBuffer.allocate(16).putLong(seq).putLong(clock).array();
        MessageId event = MessageId.of(Sha256.of(id.toBytes(), numbers, type.getBytes(UTF_8), body));
        return new TimelineEvent(event, id, seq, clock, type, body);
    }

    TimelineEvent says(double seconds, String text) {
        return at(seconds, message(text));
    }

    TimelineEvent edits(double seconds, TimelineEvent target, String text) {
        return at(seconds, new EventBody.Edit(target.id(), OutgoingMessage.of(text)));
    }

    TimelineEvent deletes(double seconds, TimelineEvent target) {
        return at(seconds, new EventBody.Delete(target.id()));
    }

    TimelineEvent reacts(double seconds, TimelineEvent target, String emoji) {
        return at(seconds, new EventBody.Reaction(target.id(), Reaction.of(emoji), true));
    }

    TimelineEvent takesBack(double seconds, TimelineEvent target, String emoji) {
        return at(seconds, new EventBody.Reaction(target.id(), Reaction.of(emoji), false));
    }

    /** Acts having seen all that the other has written. */
    TimelineEvent mutes(double seconds, Pen peer) {
        return at(seconds, new EventBody.Mute(peer.id, OptionalLong.empty(), peer.seq));
    }

    TimelineEvent mutes(double seconds, Pen peer, double untilSeconds, long seen) {
        long until = START_MILLIS + (long) (untilSeconds * 1_000);
        return at(seconds, new EventBody.Mute(peer.id, OptionalLong.of(until), seen));
    }

    TimelineEvent unmutes(double seconds, Pen peer) {
        return at(seconds, new EventBody.Unmute(peer.id));
    }

    TimelineEvent makes(double seconds, Pen peer, Role role) {
        return at(seconds, new EventBody.GiveRole(peer.id, role, peer.seq));
    }

    TimelineEvent bans(double seconds, Pen peer) {
        return at(seconds, new EventBody.Ban(peer.id, peer.seq));
    }

    TimelineEvent slows(double seconds, int slowModeSeconds) {
        return at(
                seconds,
                new EventBody.Settings(
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(slowModeSeconds),
                        Optional.empty(),
                        OptionalInt.empty()));
    }

    TimelineEvent locks(double seconds, boolean isLocked) {
        return at(
                seconds,
                new EventBody.Settings(
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.of(isLocked),
                        OptionalInt.empty()));
    }

    TimelineEvent names(double seconds, String topic) {
        return at(
                seconds,
                new EventBody.Settings(
                        Optional.of(topic),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        OptionalInt.empty()));
    }

    TimelineEvent letsDisappear(double seconds, int afterSeconds) {
        return at(
                seconds,
                new EventBody.Settings(
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        OptionalInt.of(afterSeconds)));
    }

    static EventBody message(String text) {
        return new EventBody.Message(OutgoingMessage.of(text), START_MILLIS);
    }
}
