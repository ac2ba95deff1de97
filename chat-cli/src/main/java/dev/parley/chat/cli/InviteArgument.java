package dev.parley.chat.cli;

import dev.parley.chat.Invite;
import dev.parley.chat.PairingCode;
import dev.parley.chat.RoomId;
import java.net.URI;
import java.util.regex.Pattern;

/** Reads what people paste to name a room. */
final class InviteArgument {

    private static final Pattern ROOM_ID = Pattern.compile("[a-z2-7]{32}");

    private InviteArgument() {}

    /**
     * Reads a pairing code.
     *
     * @throws CliException if it has the form of one and is none
     */
    static PairingCode code(String text) {
        try {
            return PairingCode.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    e.getMessage() == null ? "not a code" : e.getMessage(),
                    "ask again how it is said; nothing was tried yet");
        }
    }

    /** Returns the worker at which a code can be looked up. */
    static URI workerOfCode(Settings settings) {
        return settings.signalingUrl()
                .orElseThrow(() -> new CliException(
                        ExitCode.USAGE,
                        "a code alone does not say which worker to ask",
                        "add --signaling URL or set PARLEY_SIGNALING_URL, or use the whole invite"));
    }

    /**
     * Reads an invite, or the id of a public room at the worker of the settings.
     *
     * @throws CliException if it is neither
     */
    static Invite parse(String text, Settings settings) {
        String stripped = text.strip();
        if (ROOM_ID.matcher(stripped).matches()) {
            URI worker = settings.signalingUrl()
                    .orElseThrow(() -> new CliException(
                            ExitCode.USAGE,
                            "a room id alone does not say which worker to ask",
                            "add --signaling URL or set PARLEY_SIGNALING_URL, or use the whole invite"));
            try {
                return Invite.toPublicRoom(worker, new RoomId(stripped));
            } catch (IllegalArgumentException e) {
                throw new CliException(ExitCode.USAGE, "not a room id", "copy it again", e);
            }
        }
        try {
            return Invite.parse(stripped);
        } catch (IllegalArgumentException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    e.getMessage() == null ? "not an invite" : e.getMessage(),
                    "an invite is printed by parley create; put it in quotes");
        }
    }
}
