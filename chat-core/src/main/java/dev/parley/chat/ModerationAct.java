package dev.parley.chat;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that the host or a moderator did, and had the right to do.
 *
 * @param id names the act; the same on every peer
 * @param kind what was done
 * @param by who did it
 * @param subject to whom; empty for {@link Kind#SETTINGS}
 * @param role which role was given, for {@link Kind#ROLE}
 * @param until when a mute ends; empty for one that lasts, and for other kinds
 * @param at when; the clock of who did it, its own claim
 */
public record ModerationAct(
        MessageId id,
        Kind kind,
        PeerId by,
        Optional<PeerId> subject,
        Optional<Participant.Role> role,
        Optional<Instant> until,
        Instant at) {

    /** What was done. */
    public enum Kind {
        /** Changed the room's settings. */
        SETTINGS,
        /** Gave a role. */
        ROLE,
        /** Removed somebody. */
        KICK,
        /** Removed somebody for good. */
        BAN,
        /** Took a ban back. */
        UNBAN,
        /** Silenced somebody. */
        MUTE,
        /** Took a mute back. */
        UNMUTE
    }
}
