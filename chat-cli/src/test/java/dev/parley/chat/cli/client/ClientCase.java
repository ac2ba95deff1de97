package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.InputCommand;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.KeyDecoder;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.cli.screen.Painter;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.RoomRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A client in a room of three, keys for it, and screens to compare it with. */
abstract class ClientCase {
    private static final Path SCREENS = Path.of("src", "test", "resources", "screens");
    static final Instant NOW = Instant.parse("2026-11-23T12:34:56Z");
    static final RoomId ROOM = new RoomId("a".repeat(32));
    static final PeerId ME = new PeerId("b".repeat(32));
    static final PeerId GRACE = new PeerId("c".repeat(32));
    static final PeerId EVE = new PeerId("d".repeat(32));

    static final String UP = "\033[A";
    static final String DOWN = "\033[B";
    static final String F4 = "\033OS";
    static final String F6 = "\033[17~";
    static final String F7 = "\033[18~";
    static final String ENTER = "\r";
    static final String ESCAPE = "\033";

    final List<Wish> wishes = new ArrayList<>();
    final Client client;
    final int tab;

    ClientCase() {
        this(Theme.Signs.UNICODE);
    }

    ClientCase(Theme.Signs signs) {
        client = new Client(ZoneOffset.UTC, new Theme(Theme.Ground.DARK, signs), Pictures.NONE, wishes::add);
        tab = client.open();
    }

    static List<Event> entered(Participant.Role own) {
        return List.of(
                new Event.Entered(ROOM, "Tea room", "http://127.0.0.1:1/r/x#s", RoomOptions.Visibility.PRIVATE),
                new Event.Presence(new Participant(ME, "Ada", own, true), Event.Presence.Status.ONLINE),
                new Event.Presence(person(GRACE, "Grace"), Event.Presence.Status.ONLINE),
                new Event.Presence(person(EVE, "Eve"), Event.Presence.Status.ONLINE),
                new Event.State(ConnectionState.CONNECTED, Optional.empty()));
    }

    void enter(Participant.Role own) {
        entered(own).forEach(this::tell);
        wishes.clear();
    }

    void trust() {
        KnownPeer grace = new KnownPeer(
                GRACE,
                Optional.empty(),
                List.of(),
                Optional.of(new KnownPeer.Verification(NOW, KnownPeer.Means.COMPARED)));
        RoomCode code = RoomCode.of(ROOM, 5, new byte[RoomCode.AUTHENTICATOR_BYTES]);
        client.handle(new Happening.Trust(tab, Optional.of(code), Map.of(GRACE, grace)), NOW);
    }

    static Participant person(PeerId id, String name) {
        return new Participant(id, name, Participant.Role.MEMBER, false);
    }

    static RoomId room(int number) {
        return new RoomId("abcdefgh".charAt(number) + "b".repeat(31));
    }

    static RoomRecord past(int number, String name) {
        return new RoomRecord(room(number), name, false, NOW);
    }

    static Event.Listed listed(int number, String name, int participants) {
        return new Event.Listed(
                new PublicRoom(room(number), name, EVE, 32, participants, NOW, NOW), "invite-" + number);
    }

    List<String> joined() {
        return wishes.stream()
                .filter(wish -> wish instanceof Wish.Join)
                .map(wish -> ((Wish.Join) wish).where())
                .toList();
    }

    static ChatMessage message(int number, PeerId from, String name, String text) {
        return new ChatMessage(id(number), from, name, text, NOW, Optional.empty(), List.of(), List.of());
    }

    static MessageId id(int number) {
        return new MessageId("c".repeat(50) + "abcdefgh".charAt(number) + "a");
    }

    void say(int number, PeerId from, String name, String text) {
        tell(new Event.Message(message(number, from, name, text)));
    }

    void tell(Event event) {
        client.handle(new Happening.InRoom(tab, event), NOW);
    }

    void press(String chars) {
        KeyDecoder decoder = new KeyDecoder();
        List<Keypress> keys = new ArrayList<>();
        // Letters come one by one, as from a hand.
        for (String each : chars.startsWith("\033") ? List.of(chars) : List.of(chars.split("(?<=\\p{Alpha})", -1))) {
            keys.addAll(decoder.take(each));
            keys.addAll(decoder.flush());
        }
        keys.forEach(key -> client.handle(new Happening.Key(key), NOW));
    }

    String draw(int rows, int columns) {
        Grid grid = new Grid(rows, columns);
        client.draw(grid);
        return grid.text();
    }

    /** What a terminal is told, with its colours. */
    String paint() {
        Grid grid = new Grid(24, 80);
        client.draw(grid);
        return new Painter(Painter.Colours.TRUE).paint(null, grid);
    }

    /** Compares what is shown with the three screens of a name. */
    void assertScreens(String name) throws IOException {
        assertScreen(name + "-40x15", draw(15, 40));
        assertScreen(name + "-80x24", draw(24, 80));
        assertScreen(name + "-120x40", draw(40, 120));
    }

    static void assertScreen(String name, String now) throws IOException {
        Path file = SCREENS.resolve(name + ".txt");
        if (Boolean.getBoolean("parley.screens.write")) {
            Files.writeString(file, now);
        }
        assertThat(now).as(name).isEqualTo(Files.readString(file));
    }

    List<Deed> deeds() {
        return wishes.stream()
                .filter(wish -> wish instanceof Wish.Do)
                .map(wish -> ((Wish.Do) wish).deed())
                .toList();
    }

    List<InputCommand.Act> acts() {
        return asked(InputCommand.Act.class);
    }

    <C extends InputCommand> List<C> asked(Class<C> kind) {
        return wishes.stream()
                .filter(wish -> wish instanceof Wish.Ask)
                .map(wish -> ((Wish.Ask) wish).command())
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    static InputCommand.Act kick(PeerId peer) {
        return new InputCommand.Act(InputCommand.Act.Kind.KICK, List.of(peer.value()), null);
    }
}
