/**
 * Peer-to-peer, end-to-end encrypted chat rooms.
 *
 * <p>Start at {@code RoomManager}. Everything that is not exported is free to change.
 */
@org.jspecify.annotations.NullMarked
module dev.parley.chat {
    requires com.fasterxml.jackson.databind;
    requires java.sql;
    requires org.bouncycastle.mls;
    requires org.bouncycastle.provider;
    requires org.slf4j;
    requires org.xerial.sqlitejdbc;
    requires static jdk.jfr;
    requires static org.jspecify;
    requires webrtc.java;

    exports dev.parley.chat;
    exports dev.parley.chat.crypto;
    exports dev.parley.chat.store;
    exports dev.parley.chat.transport;
}
