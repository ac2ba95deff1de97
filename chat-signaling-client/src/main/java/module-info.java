/**
 * The client of the signaling worker, over HTTP and WebSocket, and where its access tokens come from.
 *
 * <p>Start at {@link dev.parley.chat.signaling.OkHttpSignaling}.
 */
@org.jspecify.annotations.NullMarked
module dev.parley.chat.signaling {
    requires com.fasterxml.jackson.databind;
    requires jdk.httpserver;
    requires org.slf4j;
    requires static org.jspecify;
    requires transitive dev.parley.chat;
    requires transitive okhttp3;

    exports dev.parley.chat.signaling;
}
