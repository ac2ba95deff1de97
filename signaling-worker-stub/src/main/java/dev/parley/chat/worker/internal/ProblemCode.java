package dev.parley.chat.worker.internal;

/** The stable error codes of docs/signaling.md, each with its HTTP status and title. */
public enum ProblemCode {
    INVALID_REQUEST(400, "Invalid request"),
    UNAUTHORIZED(401, "Unauthorized"),
    FORBIDDEN(403, "Forbidden"),
    QUOTA_EXCEEDED(403, "Quota exceeded"),
    HOST_NOT_ALLOWED(403, "Host not allowed"),
    NOT_FOUND(404, "Not found"),
    ROOM_NOT_FOUND(404, "Room not found"),
    NAMEPLATE_NOT_FOUND(404, "Nameplate not found"),
    PEER_NOT_FOUND(404, "Peer not found"),
    EMOJI_NOT_FOUND(404, "Emoji not found"),
    IMAGE_NOT_FOUND(404, "Image not found"),
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    ROOM_EXISTS(409, "Room exists"),
    SUCCESSION_EXISTS(409, "Succession exists"),
    LEASE_HELD(409, "Lease held"),
    PEER_TAKEN(409, "Peer id taken"),
    ROOM_FULL(409, "Room full"),
    EMOJI_EXISTS(409, "Emoji exists"),
    PEER_EXPIRED(410, "Peer expired"),
    TOO_LARGE(413, "Too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
    IMAGE_REFUSED(422, "Image refused"),
    RATE_LIMITED(429, "Rate limited"),
    MAILBOX_FULL(429, "Mailbox full"),
    INTERNAL(500, "Internal error"),
    IMAGE_UNAVAILABLE(502, "Image unavailable"),
    UNAVAILABLE(503, "Unavailable");

    private final int status;
    private final String title;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** The {@code code} member of the answer. */
    public String wireName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
