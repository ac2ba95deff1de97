package dev.parley.chat.cli;

import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomSettings;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A room that accepts all and remembers what was asked of it. */
final class FakeRoom {

    static final PeerId SELF = new PeerId("a".repeat(32));
    static final PeerId ANN = new PeerId("b".repeat(32));
    static final PeerId BOB = new PeerId("e".repeat(32));
    static final MessageId SENT = new MessageId("e".repeat(51) + "a");

    private static final List<Participant> PARTICIPANTS = List.of(
            new Participant(SELF, "me", Participant.Role.HOST, true),
            new Participant(ANN, "Ann", Participant.Role.MEMBER, false),
            new Participant(BOB, "Bob B", Participant.Role.MEMBER, false));

    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final List<String> asked = new ArrayList<>();

    /** How it is set, and which emoji it has; guarded by this. */
    private RoomSettings settings = RoomSettings.FIRST;

    private List<RoomEmoji> emoji = List.of();
    private final Room room = (Room) Proxy.newProxyInstance(
            Room.class.getClassLoader(),
            new Class<?>[] {Room.class},
            (proxy, method, arguments) -> answer(method, arguments));

    Room room() {
        return room;
    }

    /** What changes something, in its order. */
    synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    synchronized void set(RoomSettings now) {
        settings = now;
    }

    synchronized void setEmoji(List<RoomEmoji> now) {
        emoji = now;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Whoever asks the room gets them.
    private synchronized @Nullable Object answer(Method method, Object[] arguments) {
        switch (method.getName()) {
            case "id" -> {
                return Examples.ROOM;
            }
            case "name" -> {
                return "Tea";
            }
            case "visibility" -> {
                return RoomOptions.Visibility.PUBLIC;
            }
            case "invite" -> {
                return Invite.toPublicRoom(URI.create("http://127.0.0.1:1"), Examples.ROOM);
            }
            case "self" -> {
                return PARTICIPANTS.get(0);
            }
            case "participants" -> {
                return PARTICIPANTS;
            }
            case "state" -> {
                return closed.isDone() ? ConnectionState.CLOSED : ConnectionState.CONNECTED;
            }
            case "closed" -> {
                return closed;
            }
            case "leave" -> {
                closed.complete(new CloseReason(CloseReason.Code.LEFT, CloseReason.Origin.LOCAL, "you left"));
                return closed;
            }
            case "settings" -> {
                return settings;
            }
            case "emoji" -> {
                return emoji;
            }
            case "send" -> {
                asked.add("send " + ((OutgoingMessage) arguments[0]).text());
                return CompletableFuture.completedFuture(SENT);
            }
            case "markRead" -> {
                asked.add("read " + arguments[0]);
                return null;
            }
            default -> throw new UnsupportedOperationException(method.getName());
        }
    }
}
