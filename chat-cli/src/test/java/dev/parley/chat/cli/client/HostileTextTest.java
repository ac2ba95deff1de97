package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.Participant;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.screen.FakeTerminal;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.Painter;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What strangers may send instead of text: nothing of it reaches the terminal but characters, and the frame stands. */
class HostileTextTest extends ClientCase {
    private static final int STRINGS = 10_000;
    private static final int ROWS = 24;
    private static final int COLUMNS = 80;

    private static final List<String> PIECES = List.of(
            "\033[2J",
            "\033[1;1H",
            "\033]0;title\007",
            "\033]52;c;Y3VybA==\007",
            "\033]8;;http://x\033\\link\033]8;;\033\\",
            "\033[31m",
            "\033[?1049l",
            "\033[6n",
            "\033P+q\033\\",
            "\033_Ga=T;AAAA\033\\",
            "\033c",
            "\033(0",
            "\033[?2004l",
            "\u009b2J",
            "\u009d0;x\u009c",
            "\u0090x\u009c",
            "\r",
            "\n",
            "\b\b\b",
            "\t",
            "\0",
            "\u007f",
            "\u000e",
            "\u202e",
            "\u202a",
            "\u2066",
            "\u2069",
            "\u200e",
            "\u061c",
            "\u200b",
            "\u2060",
            "\ufeff",
            "\u2028",
            "\u00ad",
            "\ud800",
            "\udfff",
            "\udbfb\udeee\u0305\u0305",
            "e\u0300\u0301\u0302\u0303".repeat(20),
            "\u0300".repeat(300),
            "日".repeat(40),
            "👨\u200d👩\u200d👧\u200d👦",
            "🇫🇷",
            "❤\ufe0f",
            "\udb40\udc01",
            "\udb40\udc7f",
            "\u1160".repeat(30),
            "\u3164",
            "ﷺ".repeat(9),
            "x".repeat(500),
            "https://x.example/" + "a".repeat(300),
            "@Ada",
            "`",
            ":smile:",
            " ",
            "plain",
            "\u00a0",
            "\u2003");

    private static String hostile(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            text.append(
                    random.nextInt(4) == 0
                            ? String.valueOf((char) random.nextInt(0x10000))
                            : PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    /** As much as a field of the wire holds; never empty. */
    private static String cut(String text, int chars) {
        return text.length() <= chars ? text : text.substring(0, chars);
    }

    @Test
    void nothingButCharactersReachesTheTerminalAndTheFrameStands() {
        Painter painter = new Painter(Painter.Colours.TRUE);
        FakeTerminal terminal = new FakeTerminal(ROWS, COLUMNS);
        Grid shown = null;
        enter(Participant.Role.HOST);
        for (int seed = 0; seed < STRINGS; seed++) {
            Random random = new Random(seed);
            String text = hostile(random);
            say(seed % 8, seed % 2 == 0 ? GRACE : EVE, text, text);
            tell(new Event.Removed(id(seed % 8), Optional.empty(), Optional.empty()));
            switch (seed % 10) {
                case 0 -> tell(new Event.Notice(text));
                case 1 -> tell(new Event.Problem("x", text, text, null));
                case 2 -> tell(new Event.Typing(GRACE, text, seed % 4 == 2));
                case 3 ->
                    tell(new Event.Changed(
                            person(GRACE, "Grace"),
                            new Participant(GRACE, text, Participant.Role.MEMBER, false, text)));
                case 4 -> tell(new Event.PrivateMessage(message(7, GRACE, text, text), ME, text));
                case 5 ->
                    tell(new Event.State(
                            ConnectionState.CONNECTED,
                            Optional.of(new CloseReason(CloseReason.Code.LEFT, CloseReason.Origin.LOCAL, text))));
                case 6 -> tell(new Event.Entered(ROOM, text, "http://127.0.0.1:1/r/x#s", visibility(seed)));
                case 7 -> client.handle(new Happening.NoRooms(new Event.Problem("x", text, text, null)), NOW);
                case 8 -> client.handle(new Happening.Rooms(List.of(listed(1, text, 2))), NOW);
                default -> topic(text);
            }
            if (seed % 3 == 0) {
                Grid grid = new Grid(ROWS, COLUMNS);
                client.draw(grid);
                terminal.take(painter.paint(shown, grid));
                assertThat(terminal.text()).as("seed %s", seed).isEqualTo(grid.text());
                assertThat(terminal.text().lines().toList().get(ROWS - 1))
                        .as("input, seed %s", seed)
                        .isEqualTo(">");
                shown = grid;
            }
        }
    }

    private static dev.parley.chat.RoomOptions.Visibility visibility(int seed) {
        return seed % 4 == 0
                ? dev.parley.chat.RoomOptions.Visibility.PUBLIC
                : dev.parley.chat.RoomOptions.Visibility.PRIVATE;
    }

    private void topic(String text) {
        try {
            tell(new Event.RoomSet(
                    null, RoomSettings.FIRST.withTopic(cut(text, RoomSettings.MAX_TOPIC_CHARS)), Optional.empty()));
        } catch (IllegalArgumentException e) {
            // A topic that the core does not let in.
            assertThat(e).hasMessageContaining("topic");
        }
    }

    @Test
    void namesOfFilesAndReactionsAreNoException() {
        enter(Participant.Role.HOST);
        FakeTerminal terminal = new FakeTerminal(ROWS, COLUMNS);
        Painter painter = new Painter(Painter.Colours.PALETTE);
        int shown = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            String text = hostile(new Random(seed));
            try {
                tell(new Event.FileOffered(
                        1, id(1), EVE, text, false, new FileOffer(text, 5, "image/png", "a".repeat(64))));
                say(2, EVE, "Eve", "x");
                tell(new Event.Reactions(id(2), List.of(new ReactionTotal(dev.parley.chat.Reaction.of(text), 2))));
                shown++;
            } catch (IllegalArgumentException e) {
                // Most of it no name is made of; the rest has to be shown.
                continue;
            }
            Grid grid = new Grid(ROWS, COLUMNS);
            client.draw(grid);
            terminal.take(painter.paint(null, grid));
            assertThat(terminal.text()).as("seed %s", seed).isEqualTo(grid.text());
        }
        assertThat(shown).isPositive();
    }
}
