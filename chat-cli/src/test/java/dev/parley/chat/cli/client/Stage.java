package dev.parley.chat.cli.client;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.KeyDecoder;
import dev.parley.chat.cli.screen.Keypress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A client with its rooms, at a time and in a zone that are always the same, and the people who are in them. */
final class Stage {
    static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    static final RoomId ROOM = new RoomId("a".repeat(32));
    static final PeerId ADA = peer('b');
    static final PeerId GRACE = peer('c');
    static final PeerId ALAN = peer('d');
    static final String UP = "\033[A";
    static final String DOWN = "\033[B";
    static final String PAGE_UP = "\033[5~";
    static final String END = "\033[F";
    static final String ENTER = "\r";
    static final String ESCAPE = "\033";
    static final String CONTROL_C = "\003";

    final List<Wish> wishes = new ArrayList<>();
    final Client client;
    int tab;
    Instant now = Instant.parse("2026-11-23T11:34:56Z");
    private int lastMessage;

    Stage(Theme.Signs signs) {
        client = new Client(ZONE, new Theme(Theme.Ground.DARK, signs), Pictures.NONE, wishes::add);
    }

    /** Makes one with a room that Ada is in, and Grace and Alan. */
    static Stage inRoom() {
        return inRoom(Theme.Signs.UNICODE);
    }

    static Stage inRoom(Theme.Signs signs) {
        Stage stage = new Stage(signs);
        stage.enter("Tea room");
        return stage;
    }

    /** Makes one with a room that Ada is a guest in, of Grace's. */
    static Stage asGuest() {
        Stage stage = new Stage(Theme.Signs.UNICODE);
        stage.tab = stage.client.open();
        stage.tell(new Event.Entered(ROOM, "Tea room", "http://127.0.0.1:1/r/x#s", RoomOptions.Visibility.PRIVATE));
        stage.come(ADA, "Ada", Participant.Role.MEMBER);
        stage.come(GRACE, "Grace", Participant.Role.HOST);
        stage.come(ALAN, "Alan", Participant.Role.MEMBER);
        stage.tell(new Event.State(ConnectionState.CONNECTED, Optional.empty()));
        return stage;
    }

    /** Opens one more room, which is shown. */
    void enter(String name) {
        tab = client.open();
        tell(new Event.Entered(ROOM, name, "http://127.0.0.1:1/r/x#s", RoomOptions.Visibility.PRIVATE));
        come(ADA, "Ada", Participant.Role.HOST);
        come(GRACE, "Grace", Participant.Role.MEMBER);
        come(ALAN, "Alan", Participant.Role.MODERATOR);
        tell(new Event.State(ConnectionState.CONNECTED, Optional.empty()));
        wishes.clear();
    }

    void come(PeerId id, String name, Participant.Role role) {
        tell(new Event.Presence(new Participant(id, name, role, id.equals(ADA)), Event.Presence.Status.ONLINE));
    }

    static PeerId peer(char of) {
        return new PeerId(String.valueOf(of).repeat(32));
    }

    static MessageId id(int number) {
        byte[] bytes = new byte[MessageId.BYTES];
        bytes[0] = (byte) number;
        bytes[1] = (byte) (number >> 8);
        return MessageId.of(bytes);
    }

    ChatMessage message(int number, PeerId from, String text, Optional<MessageId> replyTo) {
        String name = from.equals(ADA) ? "Ada" : from.equals(GRACE) ? "Grace" : "Alan";
        return new ChatMessage(id(number), from, name, text, now, replyTo, List.of(), List.of());
    }

    /** Somebody says something, a second after what was said before. */
    MessageId say(PeerId from, String text) {
        return answer(from, text, Optional.empty());
    }

    MessageId answer(PeerId from, String text, Optional<MessageId> to) {
        pass(Duration.ofSeconds(1));
        lastMessage++;
        tell(new Event.Message(message(lastMessage, from, text, to)));
        return id(lastMessage);
    }

    void tell(Event event) {
        handle(new Happening.InRoom(tab, event));
    }

    void handle(Happening happening) {
        client.handle(happening, now);
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /** Presses keys, each by itself as a hand does. */
    void press(String... chunks) {
        for (String chunk : chunks) {
            List<String> each = chunk.startsWith("\033") ? List.of(chunk) : List.of(chunk.split(""));
            for (String one : each) {
                KeyDecoder decoder = new KeyDecoder();
                List<Keypress> keys = new ArrayList<>(decoder.take(one));
                keys.addAll(decoder.flush());
                keys.forEach(key -> handle(new Happening.Key(key)));
            }
        }
    }

    void key(Keypress.Key key, Keypress.Held... held) {
        handle(new Happening.Key(new Keypress.Pressed(key, Set.of(held))));
    }

    String draw(int rows, int columns) {
        Grid grid = new Grid(rows, columns);
        client.draw(grid);
        return grid.text();
    }

    String draw() {
        return draw(24, 80);
    }

    /** What is wanted of one kind, in its order. */
    <W extends Wish> List<W> wished(Class<W> kind) {
        return wishes.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<Deed> deeds() {
        return wished(Wish.Do.class).stream().map(Wish.Do::deed).toList();
    }
}
