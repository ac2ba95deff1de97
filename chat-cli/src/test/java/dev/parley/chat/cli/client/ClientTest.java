package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.screen.Keypress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientTest {
    private final Stage stage = Stage.inRoom();

    @Test
    void theSecondControlAndCEnds() {
        stage.press(Stage.CONTROL_C);
        assertThat(stage.wished(Wish.Quit.class)).isEmpty();
        assertThat(stage.draw()).contains("Ctrl-C again leaves the room and ends");
        stage.pass(Duration.ofSeconds(3));
        stage.press(Stage.CONTROL_C);
        assertThat(stage.wished(Wish.Quit.class)).as("too late").isEmpty();
        stage.press(Stage.CONTROL_C);
        assertThat(stage.wished(Wish.Quit.class)).hasSize(1);
    }

    @Test
    void theFirstEndsWhereThereIsNoRoom() {
        Stage lobby = new Stage(Theme.Signs.UNICODE);
        lobby.press(Stage.CONTROL_C);
        assertThat(lobby.wished(Wish.Quit.class)).hasSize(1);
    }

    @Test
    void itEndsFromEveryPanel() {
        for (String key : List.of("\033OP", "\033OS", "\033[15~", "\033[17~", "\033[18~", "\033k")) {
            stage.press(key);
            stage.press(Stage.CONTROL_C + Stage.CONTROL_C);
            assertThat(stage.wished(Wish.Quit.class)).as(key.substring(1)).hasSize(1);
            stage.wishes.clear();
            stage.press(Stage.ESCAPE);
            stage.pass(Duration.ofMinutes(1));
        }
    }

    @Test
    void roomsAreChangedByKeysAndKeepWhatIsTyped() {
        int first = stage.tab;
        stage.press("draft");
        stage.enter("Second");
        stage.enter("Third");
        assertThat(stage.draw()).contains("Third ");
        stage.press("\0331");
        assertThat(header()).contains("Tea room");
        assertThat(stage.draw()).contains("> draft");
        stage.press("\016");
        assertThat(header()).contains("Second");
        stage.press("\020\020");
        assertThat(header()).as("round").contains("Third");
        stage.press("\0339");
        assertThat(header()).as("there is none").contains("Third");
        stage.press("\0330");
        assertThat(stage.draw()).contains("Search, or paste an invite");
        stage.press(Stage.ESCAPE);
        assertThat(header()).contains("Tea room");
        assertThat(first).isEqualTo(1);
    }

    private String header() {
        return stage.draw().lines().findFirst().orElse("");
    }

    @Test
    void aRoomThatIsLeftIsShownNoMore() {
        int first = stage.tab;
        stage.enter("Second");
        stage.press("/leave\r");
        assertThat(stage.wishes).contains(new Wish.Leave(stage.tab));
        assertThat(header()).contains("Tea room");
        stage.say(Stage.GRACE, "to a room that is gone");
        assertThat(stage.draw()).doesNotContain("that is gone");
        stage.press("/leave\r");
        assertThat(stage.wishes).contains(new Wish.Leave(first), new Wish.ListRooms());
        assertThat(stage.draw()).contains("Search, or paste an invite");
    }

    @Test
    void newsOfOtherRoomsStandInTheStatusLine() {
        int first = stage.tab;
        stage.enter("Second");
        int second = stage.tab;
        stage.tab = first;
        stage.say(Stage.GRACE, "one");
        assertThat(stage.draw()).contains(" 1 Tea room +1 ");
        stage.say(Stage.GRACE, "Ada, two");
        assertThat(stage.draw()).contains(" 1 Tea room !2 ");
        assertThat(second).isEqualTo(2);
    }

    @Test
    void theListIsAskedForWhileOneLooksAtItAndNotInARoom() {
        Stage lobby = new Stage(Theme.Signs.UNICODE);
        lobby.handle(new Happening.Tick());
        lobby.handle(new Happening.Tick());
        assertThat(lobby.wished(Wish.ListRooms.class)).hasSize(1);
        lobby.pass(Duration.ofSeconds(5));
        lobby.handle(new Happening.Tick());
        assertThat(lobby.wished(Wish.ListRooms.class)).hasSize(2);
        stage.pass(Duration.ofSeconds(5));
        stage.handle(new Happening.Tick());
        assertThat(stage.wished(Wish.ListRooms.class)).isEmpty();
    }

    @Test
    void anInviteIsJoinedFromTheList() {
        Stage lobby = new Stage(Theme.Signs.UNICODE);
        lobby.handle(new Happening.Key(new Keypress.Pasted("https://a.example/r/x#s")));
        lobby.press(Stage.ENTER);
        assertThat(lobby.wished(Wish.Join.class)).containsExactly(new Wish.Join(1, "https://a.example/r/x#s"));
        assertThat(lobby.draw()).contains("entering…", "Connecting…");
        lobby.press("\0330", "7-guitar-lemon", Stage.ENTER);
        assertThat(lobby.wished(Wish.Join.class)).endsWith(new Wish.Join(2, "7-guitar-lemon"));
    }

    @Test
    void whatBelongsToNoRoomIsToldWhereOneIs() {
        stage.handle(new Happening.Told(new Event.Notice("for you")));
        assertThat(stage.draw()).contains("for you");
        Stage lobby = new Stage(Theme.Signs.UNICODE);
        lobby.handle(new Happening.Told(new Event.Notice("for you")));
        assertThat(lobby.draw()).contains("for you");
    }

    @Test
    void everythingIsPaintedAnewOnRequest() {
        stage.handle(new Happening.Key(new Keypress.Chord(Keypress.Held.CONTROL, 'l')));
        assertThat(stage.wishes).containsExactly(new Wish.Repaint());
    }

    @Test
    void everyKeyCanBePressedEverywhere() {
        for (String panel : List.of("", "\033OP", "\033OQ", "\033OS", "\033[15~", "\033[17~", "\033[18~", "\033k")) {
            Stage any = Stage.inRoom();
            any.say(Stage.GRACE, "hi");
            if (!panel.isEmpty()) {
                any.press(panel);
            }
            for (Keypress.Key key : Keypress.Key.values()) {
                any.key(key);
                any.key(key, Keypress.Held.SHIFT);
                any.draw();
            }
            for (char c = 'a'; c <= 'z'; c++) {
                if (c != 'c') {
                    any.handle(new Happening.Key(new Keypress.Chord(Keypress.Held.CONTROL, c)));
                    any.handle(new Happening.Key(new Keypress.Chord(Keypress.Held.ALT, c)));
                    any.press(String.valueOf(c));
                    any.draw(5, 12);
                }
            }
            any.handle(new Happening.Key(new Keypress.Pasted("x".repeat(100_000))));
            for (Keypress.Mouse.Action action : Keypress.Mouse.Action.values()) {
                for (int row : Set.of(0, 3, 11, 23, 500)) {
                    any.handle(new Happening.Key(new Keypress.Mouse(action, row, row)));
                    any.draw();
                }
            }
        }
    }

    private void enteredAgain(int tab) {
        stage.tab = tab;
        stage.tell(new Event.Entered(Stage.ROOM, "Tea", "http://127.0.0.1:1/r/x#s", RoomOptions.Visibility.PRIVATE));
    }

    @Test
    void whoHasOpenedARoomIsShownHowOthersComeIn() {
        stage.client.create(RoomOptions.named("Tea"), HistoryPolicy.NONE);
        int tab = stage.wished(Wish.Create.class).get(0).tab();
        enteredAgain(tab);
        assertThat(stage.draw()).contains("Whoever has this link can come in");
        assertThat(stage.wishes).endsWith(new Wish.Type(tab, "/code"));
        stage.tell(new Event.Coded(null, "7-guitar-lemon", URI.create("http://127.0.0.1:1"), stage.now));
        assertThat(stage.draw(40, 80)).contains("7-guitar-lemon", "▄▄▄▄▄");
        assertThat(stage.draw(24, 40)).contains("q shows").doesNotContain("▄▄▄▄▄");
        stage.press("q");
        assertThat(stage.draw(24, 40)).contains("▄▄▄▄▄").doesNotContain("Whoever");
        stage.press("q", "hello", Stage.ENTER);

        assertThat(stage.draw()).as("what is typed is for the room").doesNotContain("Whoever");
        assertThat(stage.wishes).contains(new Wish.Type(tab, "hello"));
    }

    @Test
    void whatNamesNoRoomStaysInTheFieldWithAWord() {
        Stage lobby = new Stage(Theme.Signs.UNICODE);
        lobby.handle(new Happening.Rooms(List.of()));
        lobby.press("hello garbage", Stage.ENTER);
        assertThat(lobby.draw()).contains("> hello garbage", "no room is called so");
        assertThat(lobby.wished(Wish.Join.class)).isEmpty();
        lobby.press("\u0015" + Stage.ROOM.value(), Stage.ENTER);

        assertThat(lobby.wished(Wish.Join.class)).hasSize(1);
    }

    @Test
    void whoComesBackToARoomHasItInOneTab() {
        stage.tell(new Event.Closed(
                new CloseReason(CloseReason.Code.KICKED, CloseReason.Origin.PEER, "the host has removed you")));
        assertThat(stage.draw()).contains("  closed\n").doesNotContain("3 here", "● Grace");
        int again = stage.client.open();
        assertThat(stage.draw()).contains(" 1 Tea room");
        enteredAgain(again);

        assertThat(stage.draw()).doesNotContain(" 1 Tea room").contains(" Tea ");
    }

    @Test
    void thatOneMayEndIsSaidAsLongAsItIsTrue() {
        stage.press(Stage.CONTROL_C);
        assertThat(stage.draw()).contains("Ctrl-C again leaves the room and ends; your room closes for everybody");
        stage.pass(Duration.ofSeconds(3));
        stage.handle(new Happening.Tick());
        assertThat(stage.draw()).doesNotContain("Ctrl-C again");
        stage.press(Stage.CONTROL_C);
        assertThat(stage.wished(Wish.Quit.class)).isEmpty();
        stage.press(Stage.CONTROL_C);
        assertThat(stage.wished(Wish.Quit.class)).hasSize(1);
    }

    @Test
    void whatIsSaidLaterDoesNotGoWithIt() {
        stage.press(Stage.CONTROL_C, "/join", Stage.ENTER);
        stage.pass(Duration.ofSeconds(4));
        stage.handle(new Happening.Tick());
        assertThat(stage.draw()).contains("/join takes an invite");
    }
}
