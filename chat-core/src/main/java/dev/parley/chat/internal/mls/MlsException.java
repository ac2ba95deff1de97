package dev.parley.chat.internal.mls;

/** Bytes or a request that the group refused. Its state is as before, and the message holds no secret. */
public final class MlsException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why it was refused. */
    public enum Kind {
        /** The bytes are not what RFC 9420 and the profile of this package describe. */
        MALFORMED,
        /** A length or a count is above the limit. */
        TOO_LARGE,
        /** The message belongs to another group. */
        WRONG_GROUP,
        /** The message belongs to an epoch whose keys are not, or not any more, here. */
        WRONG_EPOCH,
        /** The message was seen before, was changed on its way, or its sender skipped too many messages. */
        REPLAYED_OR_FORGED,
        /** A commit of a member that is not the committer. */
        NOT_COMMITTER,
        /** The welcome is for another key package, or does not open with ours. */
        NOT_FOR_US,
        /** Sound MLS that this profile forbids; see the message. */
        POLICY,
        /** The pre-shared key was not used, or is another than ours. */
        PSK_MISSING,
        /** This group has ended: we were removed. */
        REMOVED
    }

    private final Kind kind;

    MlsException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    MlsException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /**
     * Says why.
     *
     * @return the kind of refusal
     */
    public Kind kind() {
        return kind;
    }
}
