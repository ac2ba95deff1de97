package dev.parley.chat.signaling.internal;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import java.util.concurrent.CompletionException;

/** Brings whatever a stage failed with into the one family that callers see. */
final class Failures {

    private Failures() {}

    static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /**
     * A failure of this module's own stages. What is not a {@link SignalingException} is a defect and looks like one.
     */
    static SignalingException of(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof SignalingException known
                ? known
                : new SignalingException(Problem.PROTOCOL, "the signaling client failed", null, cause);
    }

    static SignalingException closed() {
        return new SignalingException(Problem.UNREACHABLE, "the signaling client is closed");
    }
}
