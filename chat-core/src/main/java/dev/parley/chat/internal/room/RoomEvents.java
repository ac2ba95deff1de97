package dev.parley.chat.internal.room;

import dev.parley.chat.CloseReason;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import java.util.function.LongSupplier;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * What happens in a room, as events of the JDK Flight Recorder; docs/observability.md lists them. Does nothing in a
 * Java without the module jdk.jfr, and next to nothing while nobody records. No event holds an address, a secret or
 * anything that was said.
 */
final class RoomEvents {

    private static final boolean IS_RECORDER_THERE = isRecorderThere();

    private static final int ROOM_CHARACTERS = 8;

    private RoomEvents() {}

    private static boolean isRecorderThere() {
        try {
            Class.forName("jdk.jfr.Event");
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    static void linkOpened(RoomId room, @Nullable PeerId peer, int link, long setupMillis) {
        if (IS_RECORDER_THERE) {
            Recorder.linkOpened(room, peer, link, setupMillis);
        }
    }

    static void linkClosed(RoomId room, @Nullable PeerId peer, int link, CloseReason reason) {
        if (IS_RECORDER_THERE) {
            Recorder.linkClosed(room, peer, link, reason);
        }
    }

    static void pathChanged(RoomId room, @Nullable PeerId peer, int link, boolean interrupted) {
        if (IS_RECORDER_THERE) {
            Recorder.pathChanged(room, peer, link, interrupted);
        }
    }

    static void epochChanged(RoomId room, long epoch, int members) {
        if (IS_RECORDER_THERE) {
            Recorder.epochChanged(room, epoch, members);
        }
    }

    static void messageSent(RoomId room, LongSupplier queuedBytes) {
        if (IS_RECORDER_THERE) {
            Recorder.messageSent(room, queuedBytes);
        }
    }

    static void messageDelivered(RoomId room, PeerId sender) {
        if (IS_RECORDER_THERE) {
            Recorder.messageDelivered(room, sender);
        }
    }

    private static String shortOf(RoomId room) {
        return room.value().substring(0, ROOM_CHARACTERS);
    }

    private static String textOf(@Nullable PeerId peer) {
        return peer == null ? "" : peer.value();
    }

    /** Apart, so that a Java without the recorder does not load it. */
    private static final class Recorder {

        private Recorder() {}

        static void linkOpened(RoomId room, @Nullable PeerId peer, int link, long setupMillis) {
            LinkOpened event = new LinkOpened();
            if (event.shouldCommit()) {
                event.room = shortOf(room);
                event.peer = textOf(peer);
                event.link = link;
                event.setupMillis = setupMillis;
                event.commit();
            }
        }

        static void linkClosed(RoomId room, @Nullable PeerId peer, int link, CloseReason reason) {
            LinkClosed event = new LinkClosed();
            if (event.shouldCommit()) {
                event.room = shortOf(room);
                event.peer = textOf(peer);
                event.link = link;
                event.code = reason.code().name();
                event.origin = reason.origin().name();
                event.commit();
            }
        }

        static void pathChanged(RoomId room, @Nullable PeerId peer, int link, boolean interrupted) {
            PathChanged event = new PathChanged();
            if (event.shouldCommit()) {
                event.room = shortOf(room);
                event.peer = textOf(peer);
                event.link = link;
                event.interrupted = interrupted;
                event.commit();
            }
        }

        static void epochChanged(RoomId room, long epoch, int members) {
            EpochChanged event = new EpochChanged();
            if (event.shouldCommit()) {
                event.room = shortOf(room);
                event.epoch = epoch;
                event.members = members;
                event.commit();
            }
        }

        static void messageSent(RoomId room, LongSupplier queuedBytes) {
            MessageSent event = new MessageSent();
            if (event.shouldCommit()) {
                event.room = shortOf(room);
                event.queuedBytes = queuedBytes.getAsLong();
                event.commit();
            }
        }

        static void messageDelivered(RoomId room, PeerId sender) {
            MessageDelivered event = new MessageDelivered();
            if (event.shouldCommit()) {
                event.room = shortOf(room);
                event.sender = sender.value();
                event.commit();
            }
        }
    }

    @Name("dev.parley.LinkOpened")
    @Label("Link Opened")
    @Category("Parley")
    @StackTrace(false)
    static final class LinkOpened extends Event {
        @Label("Room")
        String room = "";

        @Label("Peer")
        String peer = "";

        @Label("Link")
        int link;

        @Label("Setup Milliseconds")
        long setupMillis;
    }

    @Name("dev.parley.LinkClosed")
    @Label("Link Closed")
    @Category("Parley")
    @StackTrace(false)
    static final class LinkClosed extends Event {
        @Label("Room")
        String room = "";

        @Label("Peer")
        String peer = "";

        @Label("Link")
        int link;

        @Label("Code")
        String code = "";

        @Label("Origin")
        String origin = "";
    }

    @Name("dev.parley.PathChanged")
    @Label("Path Changed")
    @Category("Parley")
    @StackTrace(false)
    static final class PathChanged extends Event {
        @Label("Room")
        String room = "";

        @Label("Peer")
        String peer = "";

        @Label("Link")
        int link;

        @Label("Interrupted")
        boolean interrupted;
    }

    @Name("dev.parley.EpochChanged")
    @Label("Epoch Changed")
    @Category("Parley")
    @StackTrace(false)
    static final class EpochChanged extends Event {
        @Label("Room")
        String room = "";

        @Label("Epoch")
        long epoch;

        @Label("Members")
        int members;
    }

    @Name("dev.parley.MessageSent")
    @Label("Message Sent")
    @Category("Parley")
    @StackTrace(false)
    static final class MessageSent extends Event {
        @Label("Room")
        String room = "";

        @Label("Queued Bytes")
        @DataAmount
        long queuedBytes;
    }

    @Name("dev.parley.MessageDelivered")
    @Label("Message Delivered")
    @Category("Parley")
    @StackTrace(false)
    static final class MessageDelivered extends Event {
        @Label("Room")
        String room = "";

        @Label("Sender")
        String sender = "";
    }
}
