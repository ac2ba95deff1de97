package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.FileOffer;
import dev.parley.chat.Participant;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.HostileText;
import dev.parley.chat.cli.screen.FakeTerminal;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.cli.screen.Painter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever others say, the terminal is told nothing but what a painter says, and the frame stands. */
class HostileScreenTest {
    private static final int ROWS = 24;
    private static final int COLUMNS = 80;

    /** Where the line stands between the talk and who is here. */
    private static final int LINE = 57;

    private final Painter painter = new Painter(Painter.Colours.TRUE);
    private final FakeTerminal terminal = new FakeTerminal(ROWS, COLUMNS);
    private @Nullable Grid shown;

    /** Shows it in a terminal that refuses every command that is no painter's. */
    private List<String> show(Stage stage) {
        Grid grid = new Grid(ROWS, COLUMNS);
        stage.client.draw(grid);
        terminal.take(painter.paint(shown, grid));
        shown = grid;
        assertThat(terminal.text()).isEqualTo(grid.text());
        return terminal.text().lines().toList();
    }

    /** What a peer cannot send, since no peer would take it, is left out. */
    private static void tell(Stage stage, Callable<Event> event) throws Exception {
        Event made;
        try {
            made = event.call();
        } catch (IllegalArgumentException e) {
            return;
        }
        stage.tell(made);
    }

    @Test
    void theFrameOfARoomStandsWhateverIsSaid() throws Exception {
        Stage stage = Stage.inRoom();
        List<String> empty = show(stage);
        assertThat(empty.get(0)).isEqualTo(" Tea room" + " ".repeat(54) + "3 here · private");
        int drawn = 0;
        for (int seed = 0; seed < HostileText.COUNT; seed++) {
            if (seed % 100 == 0) {
                stage = Stage.inRoom();
            }
            say(stage, seed);
            List<String> lines = show(stage);
            assertThat(terminal.sign(0, 79)).as("seed %s", seed).isEqualTo(" ");
            assertThat(lines.get(0)).as("seed %s", seed).endsWith(" here · private");
            for (int row = 1; row < ROWS - 3; row++) {
                assertThat(terminal.sign(row, LINE))
                        .as("seed %s, row %s", seed, row)
                        .isEqualTo("│");
            }
            assertThat(lines.get(ROWS - 2)).as("seed %s", seed).endsWith(" connected");
            assertThat(lines.get(ROWS - 1)).as("seed %s", seed).isEqualTo("> F1 help  F3 emotes  F5 invite");
            drawn++;
        }
        assertThat(drawn).isEqualTo(HostileText.COUNT);
    }

    private static void say(Stage stage, int seed) throws Exception {
        String text = HostileText.of(seed);
        int number = 1 + seed;
        ChatMessage message = new ChatMessage(
                Stage.id(number),
                Stage.GRACE,
                text,
                text,
                stage.now,
                seed > 0 ? Optional.of(Stage.id(number - 1)) : Optional.empty(),
                text.length() > 1 ? emotes(text) : List.of(),
                List.of());
        stage.tell(new Event.Message(message));
        switch (seed % 8) {
            case 0 ->
                tell(
                        stage,
                        () -> new Event.Presence(
                                new Participant(Stage.ALAN, text, Participant.Role.MEMBER, false, text),
                                Event.Presence.Status.ONLINE));
            case 1 ->
                tell(
                        stage,
                        () -> new Event.Reactions(
                                Stage.id(number),
                                List.of(new ReactionTotal(Reaction.of(text), 1, List.of(Stage.GRACE)))));
            case 2 ->
                tell(
                        stage,
                        () -> new Event.FileOffered(
                                1,
                                Stage.id(number + 20_000),
                                Stage.GRACE,
                                text,
                                false,
                                new FileOffer(text, 1, "text/plain", "0".repeat(64))));
            case 3 ->
                stage.tell(new Event.PrivateMessage(
                        new ChatMessage(
                                Stage.id(number + 30_000),
                                Stage.GRACE,
                                text,
                                text,
                                stage.now,
                                Optional.empty(),
                                List.of(),
                                List.of()),
                        Stage.GRACE,
                        text));
            case 4 -> tell(stage, () -> new Event.Problem("code", text, text, null));
            case 5 -> {
                stage.tell(new Event.Typing(Stage.GRACE, text, true));
                stage.tell(new Event.Gap(Stage.GRACE, text, 1, 2));
            }
            case 6 -> tell(stage, () -> new Event.RoomSet(null, RoomSettings.FIRST.withTopic(text), Optional.empty()));
            default -> tell(stage, () -> new Event.FileCame(null, Stage.id(number), Path.of(text), 1));
        }
    }

    private static List<EmoteReference> emotes(String text) {
        List<EmoteReference> emotes = new ArrayList<>();
        try {
            emotes.add(new EmoteReference("7tv", "1", text.substring(0, 1), 0, 1));
        } catch (IllegalArgumentException e) {
            // A code that none of us would take.
            return emotes;
        }
        return emotes;
    }

    @Test
    void theNamesOfRoomsInvitesAndEndsChangeNoFrame() throws Exception {
        for (int seed = 0; seed < HostileText.COUNT; seed += 3) {
            String text = HostileText.of(seed);
            Stage stage = new Stage(Theme.Signs.UNICODE);
            PublicRoom room = new PublicRoom(Stage.ROOM, text, Stage.ALAN, 9, 3, stage.now, stage.now);
            stage.handle(new Happening.Rooms(List.of(new Event.Listed(room, text))));
            List<String> lobby = show(stage);
            assertThat(lobby.get(0)).as("seed %s", seed).startsWith(" Parley ").endsWith("Ctrl-N new room");
            assertThat(lobby).as("seed %s", seed).anyMatch(line -> line.endsWith(" 3/9"));
            stage.handle(new Happening.NoRooms(new Event.Problem("code", text, text, null)));
            show(stage);

            stage.enter("x");
            stage.tell(new Event.Entered(Stage.ROOM, text, "http://127.0.0.1:1/", RoomOptions.Visibility.PUBLIC));
            CloseReason why = new CloseReason(CloseReason.Code.ROOM_ENDED, CloseReason.Origin.SIGNALING, text);
            stage.tell(new Event.State(ConnectionState.RECONNECTING, Optional.of(why)));
            List<String> lines = show(stage);
            assertThat(lines.get(0)).as("seed %s", seed).endsWith("3 here · public");
            assertThat(lines.get(ROWS - 2)).as("seed %s", seed).contains("reconnecting");
            assertThat(lines.get(ROWS - 1)).as("seed %s", seed).isEqualTo("> F1 help  F3 emotes  F5 invite");
            stage.tell(new Event.Closed(why));
            show(stage);
            stage.handle(new Happening.Told(new Event.Problem("code", text, text, null)));
            show(stage);
        }
    }

    @Test
    void whatIsPastedIsNoCommandEither() {
        Stage stage = Stage.inRoom();
        for (int seed = 0; seed < HostileText.COUNT; seed += 5) {
            stage.handle(new Happening.Key(new Keypress.Pasted(HostileText.of(seed))));
            show(stage);
            stage.press("\u0015");
            if (seed % 50 == 0) {
                stage = Stage.inRoom();
            }
        }
    }
}
