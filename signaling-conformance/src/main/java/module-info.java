import org.jspecify.annotations.NullMarked;

/** Tries a running signaling worker against docs/signaling.md, over nothing but its base URL. */
@NullMarked
module dev.parley.chat.signaling.conformance {
    requires static org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires java.net.http;

    exports dev.parley.chat.signaling.conformance;
}
