package dev.parley.chat.internal.timeline;

import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.PeerId;
import dev.parley.chat.ReactionTotal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message, file or private message as it is now.
 *
 * @param id names it
 * @param place where it stands in the timeline
 * @param body what its author sent
 * @param status whether it is shown
 * @param reason why it is hidden; empty otherwise
 * @param removedBy who deleted it, its author or another; empty if it disappeared by itself, or is not removed
 * @param revisions the wordings of a message that is shown, the first one first; else empty
 * @param reactions under what is shown, those of the most peers first; else empty
 * @param expiresAtMillis when it disappears; empty if it does not, or is not shown
 */
public record MessageState(
        MessageId id,
        Place place,
        EventBody.Spoken body,
        Status status,
        Optional<RefusalReason> reason,
        Optional<PeerId> removedBy,
        List<MessageRevision> revisions,
        List<ReactionTotal> reactions,
        OptionalLong expiresAtMillis) {

    /** Whether it is shown. */
    public enum Status {
        /** It is shown. */
        SHOWN,
        /** Its author had no right to say it. */
        HIDDEN,
        /** It was deleted, or has disappeared. */
        REMOVED
    }

    boolean isShown() {
        return status == Status.SHOWN;
    }
}
