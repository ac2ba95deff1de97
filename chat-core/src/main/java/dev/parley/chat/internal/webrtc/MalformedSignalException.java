package dev.parley.chat.internal.webrtc;

/** A description or candidate of the other side is not acceptable. The message names the rule, never the content. */
public final class MalformedSignalException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedSignalException(String rule) {
        super(rule);
    }
}
