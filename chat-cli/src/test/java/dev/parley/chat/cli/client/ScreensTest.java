package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.cli.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The main views as a person sees them, at three sizes. */
class ScreensTest extends ClientCase {
    private static final String PAGE_UP = "\033[5~";
    private static final String END = "\033[F";
    private static final String CONTROL_N = "\016";

    /** In a terminal that shows ASCII alone. */
    private static final class Ascii extends ClientCase {
        Ascii() {
            super(Theme.Signs.ASCII);
        }
    }

    private static ChatMessage message(
            int number, PeerId from, String name, String text, Duration before, Optional<MessageId> replyTo) {
        return new ChatMessage(id(number), from, name, text, NOW.minus(before), replyTo, List.of(), List.of());
    }

    private static void talk(ClientCase in) {
        in.enter(Participant.Role.HOST);
        in.tell(new Event.RoomSet(null, RoomSettings.FIRST.withTopic("Leaves and water"), Optional.empty()));
        in.tell(new Event.Message(
                message(0, GRACE, "Grace", "Who brings the kettle?", Duration.ofDays(1), Optional.empty())));
        in.tell(new Event.Message(message(
                1, ME, "Ada", "I do, see https://tea.example/kettle", Duration.ofMinutes(9), Optional.of(id(0)))));
        in.tell(new Event.Delivery(id(1), GRACE, DeliveryState.READ));
        in.tell(new Event.Message(
                message(2, GRACE, "Grace", "Thank you, Ada", Duration.ofMinutes(3), Optional.empty())));
        in.tell(new Event.Message(message(3, GRACE, "Grace", "日本茶も 👍", Duration.ofMinutes(2), Optional.empty())));
        in.tell(new Event.Reactions(id(3), List.of(new ReactionTotal(Reaction.of("🎉"), 2, List.of(GRACE)))));
        ChatMessage edited = message(4, EVE, "Eve", "Some `code` and more", Duration.ofMinutes(1), Optional.empty());
        in.tell(new Event.Message(edited));
        in.tell(new Event.Edited(edited, "Some code", NOW));
        in.tell(new Event.Message(message(5, ME, "Ada", "On its way", Duration.ZERO, Optional.empty())));
        in.tell(new Event.Delivery(id(5), GRACE, DeliveryState.QUEUED));
        in.tell(new Event.FileOffered(
                1, id(6), GRACE, "Grace", false, new FileOffer("tea.png", 2_345_678, "image/png", "a".repeat(64))));
        in.tell(new Event.Typing(EVE, "Eve", true));
    }

    @Test
    void aTalkWithAllThatCanStandInIt() throws IOException {
        talk(this);
        assertScreens("talk");
    }

    @Test
    void aTalkWithoutUnicode() throws IOException {
        ClientCase ascii = new Ascii();
        talk(ascii);
        ascii.assertScreens("talk-ascii");
    }

    @Test
    void anEmptyRoomSaysWhatToDo() throws IOException {
        enter(Participant.Role.HOST);
        assertScreens("talk-empty");
    }

    @Test
    void aSelectedMessageSaysWhatCanBeDone() throws IOException {
        talk(this);
        press(UP);
        press(UP);
        assertScreens("talk-selected");
    }

    @Test
    void whatIsOfferedStandsAboveTheInput() throws IOException {
        talk(this);
        press("/m");
        assertScreens("talk-commands");
    }

    @Test
    void whatComesWhileOneReadsOlderThingsMovesNothing() {
        enter(Participant.Role.HOST);
        for (int i = 0; i < 200; i++) {
            tell(new Event.Notice("number " + i));
        }
        draw(24, 80);
        press(PAGE_UP);
        press(PAGE_UP);
        String before = draw(24, 80);
        tell(new Event.Message(message(1, GRACE, "Grace", "new", Duration.ZERO, Optional.empty())));
        String after = draw(24, 80);

        assertThat(before).contains("more below");
        assertThat(after).contains("1 new below");
        // All but the last row of the talk, where that is told.
        assertThat(after.lines().limit(18).toList())
                .isEqualTo(before.lines().limit(18).toList());
        press(END);
        assertThat(draw(24, 80)).contains("new ──").doesNotContain("below");
    }

    @Test
    void theStatusLineSaysHowTheConnectionIsAndWhy() {
        enter(Participant.Role.HOST);
        assertThat(draw(24, 80)).contains(" connected");
        tell(new Event.WorkerReached(false));
        assertThat(draw(24, 80)).contains("the worker is away, nobody new can join");
        tell(new Event.WorkerReached(true));
        tell(new Event.Reached(EVE, "Eve", Presence.RECONNECTING));
        assertThat(draw(24, 80)).contains("Eve cannot be reached");
        CloseReason lost =
                new CloseReason(CloseReason.Code.NO_CONNECTION, CloseReason.Origin.LOCAL, "the host is silent");
        tell(new Event.State(ConnectionState.RECONNECTING, Optional.of(lost)));
        assertThat(draw(24, 80)).contains("reconnecting: the host is silent");
        tell(new Event.Closed(lost));
        assertThat(draw(24, 80)).contains("closed: the host is silent");
    }

    @Test
    void aNewRoomIsAskedFor() throws IOException {
        client.handle(
                new Happening.Key(new dev.parley.chat.cli.screen.Keypress.Pressed(
                        dev.parley.chat.cli.screen.Keypress.Key.F2, java.util.Set.of())),
                NOW);
        press(CONTROL_N);
        assertScreens("creator");
    }

    @Test
    void helpListsKeysAndCommands() throws IOException {
        enter(Participant.Role.HOST);
        press("\033OP");
        assertScreens("help");
    }

    @Test
    void theInviteIsShownWithItsQrCode() throws IOException {
        enter(Participant.Role.HOST);
        press("\033[15~");
        assertScreens("invite");
    }

    @Test
    void controlCTwiceEndsAndOnceDoesNot() {
        enter(Participant.Role.HOST);
        press("\003");
        assertThat(wishes).isEmpty();
        assertThat(draw(24, 80)).contains("Ctrl-C again");
        press("\003");
        assertThat(wishes).containsExactly(new Wish.Quit());
    }
}
