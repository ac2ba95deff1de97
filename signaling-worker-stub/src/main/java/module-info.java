import org.jspecify.annotations.NullMarked;

/** The signaling worker of Parley: introduces peers to each other and never sees content. */
@NullMarked
module dev.parley.chat.worker {
    requires static org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires com.github.benmanes.caffeine;
    requires com.nimbusds.jose.jwt;
    requires java.sql;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.websocket.server;
    requires org.slf4j;
    requires org.xerial.sqlitejdbc;

    exports dev.parley.chat.worker;

    // Jetty calls the endpoint through a method handle that its own lookup must be able to make.
    opens dev.parley.chat.worker.internal.push to
            org.eclipse.jetty.websocket.common;
}
