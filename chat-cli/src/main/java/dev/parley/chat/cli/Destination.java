package dev.parley.chat.cli;

import dev.parley.chat.Invite;
import dev.parley.chat.PairingCode;
import dev.parley.chat.RoomManager;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The room that somebody has named to go there: by its invite, by its id, or by a code that stands for its invite. */
final class Destination {

    private final URI worker;
    private final @Nullable Invite invite;
    private final @Nullable PairingCode code;

    private Destination(URI worker, @Nullable Invite invite, @Nullable PairingCode code) {
        this.worker = worker;
        this.invite = invite;
        this.code = code;
    }

    /**
     * Reads what names a room.
     *
     * @throws CliException if it is neither an invite, a code nor an id, or does not say at which worker
     */
    static Destination parse(String text, Settings settings) {
        if (PairingCode.looksLikeCode(text)) {
            PairingCode code = InviteArgument.code(text);
            return new Destination(InviteArgument.workerOfCode(settings), null, code);
        }
        Invite invite = InviteArgument.parse(text, settings);
        return new Destination(invite.base(), invite, null);
    }

    URI worker() {
        return worker;
    }

    /** Gets the invite; a code is used up by that. */
    CompletableFuture<Invite> invite(RoomManager rooms) {
        return invite != null ? CompletableFuture.completedFuture(invite) : rooms.redeem(Objects.requireNonNull(code));
    }
}
