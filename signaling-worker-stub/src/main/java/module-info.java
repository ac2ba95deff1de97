import org.jspecify.annotations.NullMarked;

/** The signaling worker of Parley: introduces peers to each other and never sees content. */
@NullMarked
module dev.parley.chat.worker {
    requires static org.jspecify;
    // For RedisBackend alone, and only if a Redis is configured.
    requires static redis.clients.jedis;
    requires static org.apache.commons.pool2;
    requires com.fasterxml.jackson.databind;
    requires com.github.benmanes.caffeine;
    requires com.nimbusds.jose.jwt;
    requires dev.parley.chat.emotes.images;
    requires java.management;
    requires java.net.http;
    requires java.sql;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.websocket.core.server;
    requires org.slf4j;
    requires org.xerial.sqlitejdbc;

    exports dev.parley.chat.worker;
}
