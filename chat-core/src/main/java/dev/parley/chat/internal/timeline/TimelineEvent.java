package dev.parley.chat.internal.timeline;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * What the timeline needs of an event whose signature, room and place in its author's chain are verified.
 *
 * @param id names the event
 * @param sender who signed it
 * @param seq its number in the sender's chain, from 1
 * @param clock the hybrid logical clock
 * @param type the type, known here or not
 * @param body the bytes that were signed; not copied, not changed
 */
@SuppressWarnings("ArrayRecordComponent") // Within this module; compared by id alone.
public record TimelineEvent(MessageId id, PeerId sender, long seq, long clock, String type, byte[] body) {

    /**
     * Returns where the event stands.
     *
     * @return its place
     */
    public Place place() {
        return new Place(clock, sender, seq);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TimelineEvent that && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }
}
