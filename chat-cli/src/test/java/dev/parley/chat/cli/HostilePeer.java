package dev.parley.chat.cli;

import dev.parley.chat.CloseReason;
import dev.parley.chat.RoomManager;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.signaling.OkHttpSignaling;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.Transport;
import dev.parley.chat.transport.WebRtcTransport;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hostile peer over real links, with everything of its own. It is Parley itself, and so keeps to the protocol, but
 * for what its {@link BentLink} does; kinds of frames: docs/protocol.md section 6.2.
 */
final class HostilePeer implements AutoCloseable {

    static final int HELLO = 0x01;
    static final int JOIN = 0x02;
    static final int REFUSED = 0x03;
    static final int CONFIRM = 0x05;
    static final int ADMITTED = 0x06;
    static final int APPLICATION = 0x10;
    static final int PING = 0x20;
    static final int PONG = 0x21;
    static final int FRAGMENT = 0x30;
    static final int BYE = 0x40;

    private final Environment environment = Environment.system();
    private final Transport transport = WebRtcTransport.create(environment);
    private final Signaling signaling;
    private final RoomManager rooms;

    /** Connects to a worker; the peer does nothing by itself. */
    HostilePeer(URI worker, LinkBender bender) {
        signaling = OkHttpSignaling.connect(worker);
        rooms = RoomManager.builder(Identity.generate(), signaling)
                .displayName("Mallory")
                .environment(environment)
                .transport(bent(bender))
                .build();
    }

    /** Its rooms, to be opened and joined as those of any other. */
    RoomManager rooms() {
        return rooms;
    }

    @Override
    public void close() {
        rooms.close();
        transport.close();
        signaling.close();
        environment.close();
    }

    private Transport bent(LinkBender bender) {
        return new Transport() {
            @Override
            public PeerLink open(LinkRole role, IceConfig ice, Executor owner, PeerLinkListener listener) {
                BentLink link = bender.bend(listener, environment, owner);
                link.real = transport.open(role, ice, owner, link);
                return link;
            }

            @Override
            public void close() {
                transport.close();
            }
        };
    }

    /** Says what becomes of each link of the peer. */
    interface LinkBender {

        /**
         * Makes the link that the peer's room is given.
         *
         * @param room who hears of the link
         * @param environment the time of the peer
         * @param owner runs what has to do with the link
         */
        BentLink bend(PeerLinkListener room, Environment environment, Executor owner);
    }

    /** Stands between a real link and the room of the peer, and passes on all that is not overridden. */
    static class BentLink implements PeerLink, PeerLinkListener {
        private final PeerLinkListener room;
        private @Nullable PeerLink real;

        BentLink(PeerLinkListener room) {
            this.room = room;
        }

        private PeerLink real() {
            return Objects.requireNonNull(real, "the link is not open yet");
        }

        @Override
        public void accept(LinkSignal signal) {
            real().accept(signal);
        }

        @Override
        public boolean send(byte[] frame) {
            return real().send(frame);
        }

        @Override
        public boolean sendEphemeral(byte[] frame) {
            return real().sendEphemeral(frame);
        }

        @Override
        public long bufferedBytes() {
            return real().bufferedBytes();
        }

        @Override
        public void stats(Consumer<LinkStats> then) {
            real().stats(then);
        }

        @Override
        public byte[] channelBinding() {
            return real().channelBinding();
        }

        @Override
        public boolean restartIce() {
            return real().restartIce();
        }

        @Override
        public void close() {
            real().close();
        }

        @Override
        public void onSignal(LinkSignal signal) {
            room.onSignal(signal);
        }

        @Override
        public void onOpen() {
            room.onOpen();
        }

        @Override
        public void onFrame(byte[] frame) {
            room.onFrame(frame);
        }

        @Override
        public void onEphemeral(byte[] frame) {
            room.onEphemeral(frame);
        }

        @Override
        public void onPath(PathState state) {
            room.onPath(state);
        }

        @Override
        public void onClosed(CloseReason reason) {
            room.onClosed(reason);
        }
    }
}
