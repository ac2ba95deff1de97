package dev.parley.chat.cli;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.CloseReason;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.IdentityException;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.PairingException;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.SignalingException;
import dev.parley.chat.StoreException;
import dev.parley.chat.TransportException;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.worker.WorkerStartException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * A failure as people and scripts are told of it.
 *
 * @param exit how the process ends if the failure ends it
 * @param code stable, for scripts
 * @param message one line that says what happened
 * @param hint one line that says what to do next
 */
record Failure(ExitCode exit, String code, String message, String hint) {

    private static final String PROVIDER_ADVICE = "configure an access-token provider";
    private static final String TRY_DOCTOR = "run \"parley doctor\" to see what is wrong";

    /** Says what a failure means to the user. */
    static Failure of(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof CliException e) {
            return e.failure();
        }
        if (cause instanceof RoomClosedException e) {
            return of(e.reason());
        }
        if (cause instanceof SignalingException e) {
            return of(e);
        }
        if (cause instanceof TransportException) {
            return new Failure(
                    ExitCode.NATIVE_LIBRARY_MISSING,
                    ExitCode.NATIVE_LIBRARY_MISSING.code(),
                    oneLine(cause),
                    TRY_DOCTOR);
        }
        if (cause instanceof FileTransferException e) {
            return adviceOfItsOwn("file_" + e.problem().name().toLowerCase(java.util.Locale.ROOT), e, "");
        }
        if (cause instanceof NotAllowedException) {
            return new Failure(ExitCode.FAILED, "not_allowed", oneLine(cause), "");
        }
        if (cause instanceof EmoteLoadException e) {
            return of(e);
        }
        if (cause instanceof PairingException e) {
            return of(e);
        }
        if (cause instanceof IdentityException e) {
            return adviceOfItsOwn("identity_" + e.problem().name().toLowerCase(java.util.Locale.ROOT), e, "");
        }
        if (cause instanceof StoreException e) {
            return adviceOfItsOwn(
                    "store", e, "check the free space and the permissions of PARLEY_HOME, or use --ephemeral");
        }
        if (cause instanceof BackpressureException) {
            return new Failure(ExitCode.FAILED, "backpressure", oneLine(cause), "send more slowly");
        }
        if (cause instanceof WorkerStartException e) {
            return of(e);
        }
        if (cause instanceof UnsatisfiedLinkError) {
            return new Failure(
                    ExitCode.NATIVE_LIBRARY_MISSING,
                    ExitCode.NATIVE_LIBRARY_MISSING.code(),
                    "a native library could not be loaded",
                    TRY_DOCTOR);
        }
        String what = cause.getMessage() == null
                ? cause.getClass().getSimpleName()
                : cause.getClass().getSimpleName() + ": " + oneLine(cause);
        return new Failure(ExitCode.FAILED, ExitCode.FAILED.code(), what, "run again with --verbose to see more");
    }

    private static Failure of(EmoteLoadException e) {
        String code = "emote_" + e.reason().name().toLowerCase(java.util.Locale.ROOT);
        return switch (e.reason()) {
            case UNREACHABLE, TIMED_OUT, SERVER_ERROR ->
                adviceOfItsOwn(ExitCode.WORKER_UNREACHABLE, code, e, "check the address and the network");
            case REQUEST_REFUSED -> adviceOfItsOwn(ExitCode.UNAUTHORIZED, code, e, "");
            case RATE_LIMITED -> adviceOfItsOwn(ExitCode.FAILED, code, e, "try again later");
            case CODE_TAKEN -> adviceOfItsOwn(ExitCode.FAILED, code, e, "choose another shortcode");
            case BROKEN_PLUGIN, BAD_SETTING, ADDRESS_REFUSED, NOT_FOUND, TOO_LARGE, MALFORMED, CRASHED ->
                adviceOfItsOwn(ExitCode.FAILED, code, e, "");
        };
    }

    /** The messages of core may end in advice, behind a semicolon. */
    private static Failure adviceOfItsOwn(String code, Throwable thrown, String otherwise) {
        return adviceOfItsOwn(ExitCode.FAILED, code, thrown, otherwise);
    }

    static Failure adviceOfItsOwn(ExitCode exit, String code, Throwable thrown, String otherwise) {
        String message = oneLine(thrown);
        int advice = message.indexOf("; ");
        return advice < 0
                ? new Failure(exit, code, message, otherwise)
                : new Failure(exit, code, message.substring(0, advice), message.substring(advice + 2));
    }

    /** Says what the end of a room means to the user; {@link ExitCode#DONE} where it is no failure. */
    static Failure of(CloseReason reason) {
        ExitCode exit = exitOf(reason.code());
        String code = reason.code().name().toLowerCase(java.util.Locale.ROOT);
        String hint = hintOf(reason.code());
        String detail = TerminalText.clean(reason.detail());
        // The details of core may end in advice of their own; one is enough.
        int advice = hint.isEmpty() ? -1 : detail.indexOf("; ");
        return new Failure(exit, code, advice < 0 ? detail : detail.substring(0, advice), hint);
    }

    private static ExitCode exitOf(CloseReason.Code code) {
        return switch (code) {
            case LEFT, ROOM_ENDED -> ExitCode.DONE;
            case WRONG_SECRET, ROOM_FULL, KICKED, BANNED, INCOMPATIBLE -> ExitCode.REFUSED;
            case ROOM_NOT_FOUND -> ExitCode.ROOM_NOT_FOUND;
            case UNAUTHORIZED -> ExitCode.UNAUTHORIZED;
            case SIGNALING_UNREACHABLE -> ExitCode.WORKER_UNREACHABLE;
            case NO_CONNECTION, SLOW_PEER, HANDOVER -> ExitCode.NO_CONNECTION;
            case PROTOCOL_VIOLATION, REPLACED, FAILED -> ExitCode.FAILED;
        };
    }

    private static String hintOf(CloseReason.Code code) {
        return switch (code) {
            case LEFT, ROOM_ENDED -> "";
            case WRONG_SECRET -> "copy the whole invite again, with the part behind the #";
            case ROOM_FULL -> "try again when someone has left";
            case KICKED, BANNED -> "ask the host of the room";
            case INCOMPATIBLE -> "use the same version of Parley as the host";
            case ROOM_NOT_FOUND -> "ask for a new invite; a room ends when its host leaves";
            case UNAUTHORIZED ->
                "run \"parley login\", or set PARLEY_TOKEN or PARLEY_TOKEN_FILE to a token that the worker accepts";
            case SIGNALING_UNREACHABLE -> "check the URL of the worker and the network; " + TRY_DOCTOR;
            case HANDOVER -> "join again with the same invite";
            case NO_CONNECTION -> "check that the host is still there, or name a TURN server with --ice-server";
            case SLOW_PEER -> "send more slowly, or check the network";
            case REPLACED -> "use one process per identity, or --ephemeral";
            case PROTOCOL_VIOLATION, FAILED -> "run again with --verbose to see more";
        };
    }

    private static Failure of(PairingException e) {
        ExitCode exit = switch (e.reason()) {
            case UNKNOWN_CODE -> ExitCode.ROOM_NOT_FOUND;
            case WRONG_CODE -> ExitCode.REFUSED;
            case NO_ANSWER -> ExitCode.NO_CONNECTION;
            case TOO_MANY_TRIES -> ExitCode.FAILED;
        };
        String message = oneLine(e);
        int advice = message.indexOf("; ");
        return new Failure(
                exit,
                e.reason().name().toLowerCase(java.util.Locale.ROOT),
                advice < 0 ? message : message.substring(0, advice),
                advice < 0 ? "" : message.substring(advice + 2));
    }

    private static Failure of(SignalingException e) {
        return switch (e.problem()) {
            case UNREACHABLE, UNAVAILABLE, PROTOCOL ->
                new Failure(
                        ExitCode.WORKER_UNREACHABLE,
                        ExitCode.WORKER_UNREACHABLE.code(),
                        oneLine(e),
                        "check the URL of the worker and that it runs (\"parley serve\" starts one)");
            case UNAUTHORIZED, FORBIDDEN ->
                new Failure(
                        ExitCode.UNAUTHORIZED,
                        ExitCode.UNAUTHORIZED.code(),
                        // What to do there is for programmers.
                        oneLine(e).contains(PROVIDER_ADVICE)
                                ? "the worker wants a login, and nobody is logged in there"
                                : oneLine(e),
                        hintOf(CloseReason.Code.UNAUTHORIZED));
            case ROOM_NOT_FOUND ->
                new Failure(
                        ExitCode.ROOM_NOT_FOUND,
                        ExitCode.ROOM_NOT_FOUND.code(),
                        oneLine(e),
                        hintOf(CloseReason.Code.ROOM_NOT_FOUND));
            case ROOM_FULL ->
                new Failure(ExitCode.REFUSED, "room_full", oneLine(e), hintOf(CloseReason.Code.ROOM_FULL));
            case RATE_LIMITED ->
                new Failure(
                        ExitCode.FAILED,
                        "rate_limited",
                        oneLine(e),
                        e.retryAfter()
                                .map(wait -> "try again in " + Math.max(1, wait.toSeconds()) + " s")
                                .orElse("try again in a minute"));
            case PEER_NOT_FOUND, ROOM_EXISTS, PEER_TAKEN, TOO_LARGE ->
                new Failure(
                        ExitCode.FAILED,
                        e.problem().name().toLowerCase(java.util.Locale.ROOT),
                        oneLine(e),
                        "run again with --verbose to see more");
        };
    }

    private static Failure of(WorkerStartException e) {
        return switch (e.reason()) {
            case UNPROTECTED_ADDRESS ->
                new Failure(
                        ExitCode.USAGE,
                        ExitCode.USAGE.code(),
                        oneLine(e),
                        "use --issuer and --audience for a worker that others can reach");
            case ADDRESS_UNAVAILABLE ->
                new Failure(
                        ExitCode.FAILED,
                        "address_unavailable",
                        oneLine(e),
                        "stop what uses the port, or take another one with --port (0 picks a free one)");
            case STORE_UNAVAILABLE ->
                new Failure(ExitCode.FAILED, "store", oneLine(e), "check the folder, or name another one with --data");
            case SERVER_FAILED ->
                new Failure(
                        ExitCode.FAILED, ExitCode.FAILED.code(), oneLine(e), "run again with --verbose to see more");
        };
    }

    private static String oneLine(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : TerminalText.clean(message);
    }
}
