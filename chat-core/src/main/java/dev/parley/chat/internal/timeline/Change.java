package dev.parley.chat.internal.timeline;

import dev.parley.chat.MessageId;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.PeerId;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomSettings;
import java.util.List;
import java.util.Optional;

/** What has become different by an event, or by time. */
public sealed interface Change {

    /**
     * Something is shown: it is new, or it was hidden or removed before.
     *
     * @param message as it is now, with what was done to it already
     */
    record Shown(MessageState message) implements Change {}

    /**
     * What is shown has another wording, or disappears at another time.
     *
     * @param message as it is now
     */
    record Edited(MessageState message) implements Change {}

    /**
     * The reactions under what is shown have changed.
     *
     * @param message under what
     * @param reactions all that there are now
     */
    record Reacted(MessageId message, List<ReactionTotal> reactions) implements Change {}

    /**
     * It is not shown any more, or never was since its removal came first.
     *
     * @param message what
     * @param author who said it
     * @param by who deleted it; empty if it disappeared by itself
     */
    record Removed(MessageId message, PeerId author, Optional<PeerId> by) implements Change {}

    /**
     * It was shown and is not any more: something that came late says that its author had no right to say it.
     *
     * @param message what
     * @param reason why
     */
    record Hidden(MessageId message, RefusalReason reason) implements Change {}

    /**
     * An event that has just come has no effect. A later one can change that.
     *
     * @param event which
     * @param sender whose
     * @param type of which type
     * @param reason why
     */
    record Refused(MessageId event, PeerId sender, String type, RefusalReason reason) implements Change {}

    /**
     * An act of moderation has its effect.
     *
     * @param act which
     */
    record Acted(ModerationAct act) implements Change {}

    /**
     * An act of moderation that had its effect has it no more: something that came late says that there was no right.
     *
     * @param act which
     * @param reason why
     */
    record ActVoided(MessageId act, RefusalReason reason) implements Change {}

    /**
     * The room is set differently.
     *
     * @param before how it was set
     * @param after how it is set
     */
    record SettingsChanged(RoomSettings before, RoomSettings after) implements Change {}

    /**
     * The room has other emoji.
     *
     * @param emoji all that are shown now, in the order of the timeline
     */
    record EmojiChanged(List<RoomEmoji> emoji) implements Change {}

    /**
     * A peer stands differently.
     *
     * @param peer who
     * @param before how it stood
     * @param after how it stands
     */
    record StandingChanged(PeerId peer, Standing before, Standing after) implements Change {}

    /**
     * A peer goes by another name.
     *
     * @param peer who
     * @param name its own claim
     */
    record Named(PeerId peer, String name) implements Change {}
}
