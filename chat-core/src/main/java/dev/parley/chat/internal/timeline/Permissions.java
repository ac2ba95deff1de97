package dev.parley.chat.internal.timeline;

import dev.parley.chat.Participant.Role;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what to whom. The host may do all that can be done to others; a moderator what keeps order, to those
 * below; everybody to its own words. The host itself cannot be acted upon.
 *
 * <pre>
 *                                            HOST  MODERATOR  MEMBER  READ_ONLY
 *   speak, offer files, edit one's own       yes   yes        unless  no          muted, locked, slow (not edits)
 *   react                                    yes   yes        unless  no          muted
 *   delete one's own                         yes   yes        yes     yes
 *   delete another's                         below below      no      no
 *   mute, unmute, kick, ban, unban           below below      no      no
 *   make member or read-only                 below below      no      no
 *   make moderator                           yes   no         no      no
 *   topic, slow mode, lock, emote channels   yes   yes        no      no
 *   history, disappearing messages           yes   no         no      no
 * </pre>
 */
final class Permissions {

    private Permissions() {}

    /** Says why somebody may not do this; null if it may. The role of the subject does not matter for settings. */
    static @Nullable RefusalReason check(Role actor, EventBody.Act act, Role subject) {
        if (!isModerator(actor)) {
            return RefusalReason.NO_RIGHT;
        }
        if (act instanceof EventBody.Settings settings) {
            boolean isHostsAlone = settings.history().isPresent()
                    || settings.disappearAfterSeconds().isPresent();
            return isHostsAlone && actor != Role.HOST ? RefusalReason.NO_RIGHT : null;
        }
        if (act instanceof EventBody.GiveRole give && give.role() == Role.MODERATOR && actor != Role.HOST) {
            return RefusalReason.NO_RIGHT;
        }
        return actor.outranks(subject) ? null : RefusalReason.ROLE_NOT_BELOW;
    }

    /** Says why somebody may not delete what another has said; null if it may. */
    static @Nullable RefusalReason checkDelete(Role actor, Role author) {
        if (!isModerator(actor)) {
            return RefusalReason.NO_RIGHT;
        }
        return actor.outranks(author) ? null : RefusalReason.ROLE_NOT_BELOW;
    }

    /** Whether a role speaks in a locked or slow room, and keeps order. */
    static boolean isModerator(Role role) {
        return role.outranks(Role.MEMBER);
    }
}
