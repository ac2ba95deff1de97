package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.IdentityAlert;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.InputCommand;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.KeyDecoder;
import dev.parley.chat.cli.screen.Keypress;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The panels as a person sees and uses them. {@code -Dparley.screens.write=true} writes the screens anew. */
class PanelsTest extends ClientCase {
    // --- People -----------------------------------------------------------------------------------------------------

    @Test
    void whoIsHereIsShownWithWhatCanBeDone() throws IOException {
        enter(Participant.Role.HOST);
        tell(new Event.Reached(EVE, "Eve", dev.parley.chat.Presence.RECONNECTING));
        press(F4);
        trust();
        press(DOWN);

        assertScreens("panel-people");
    }

    @Test
    void somebodyWhoComesOrGoesChangesNotWhomALetterIsAbout() {
        enter(Participant.Role.HOST);
        press(F4);
        press(DOWN + DOWN);
        press("k");
        tell(new Event.Presence(person(GRACE, "Grace"), Event.Presence.Status.OFFLINE));
        press("k");

        assertThat(acts()).containsExactly(kick(EVE));
    }

    @Test
    void aKickThatWasAskedForOfOneWhoLeftIsNotDoneToTheNext() {
        enter(Participant.Role.HOST);
        press(F4);
        press(DOWN);
        press("k");
        tell(new Event.Presence(person(GRACE, "Grace"), Event.Presence.Status.OFFLINE));
        draw(24, 80);
        press("k");

        assertThat(acts()).isEmpty();
    }

    @Test
    void whoMayNotKickIsNotOfferedIt() {
        enter(Participant.Role.MEMBER);
        press(F4);
        press(DOWN);

        assertThat(draw(24, 80)).contains("v verify").doesNotContain("kick");
        press("kkxxur");
        assertThat(acts()).isEmpty();
        assertThat(deeds()).isEmpty();
    }

    @Test
    void aClickOnANameShowsThatPerson() {
        enter(Participant.Role.HOST);
        say(1, GRACE, "Grace", "Hello");
        draw(24, 80);
        press("\033[<0;65;4M");

        assertThat(draw(24, 80)).contains("Who is here").contains("> Eve");
        press(ESCAPE);
        draw(24, 80);
        press("\033[<0;65;20M");
        assertThat(draw(24, 80)).as("nobody stands there").doesNotContain("Who is here");
    }

    @Test
    void theInviteIsCopiedWhole() {
        enter(Participant.Role.HOST);
        press("\033[15~");
        assertThat(draw(30, 40)).contains("c copies the link");
        press("c");

        assertThat(wishes).containsExactly(new Wish.Copy("http://127.0.0.1:1/r/x#s"));
        assertThat(draw(24, 80)).contains("given to the clipboard");
        press(ESCAPE);
        assertThat(draw(24, 80)).doesNotContain("Whoever has this link");
    }

    // --- Verification -----------------------------------------------------------------------------------------------

    @Test
    void whatIsComparedIsShown() throws IOException {
        enter(Participant.Role.HOST);
        press(F6);
        trust();
        press(DOWN);

        assertScreens("panel-verify");
    }

    @Test
    void theRoomHasACodeOfItsOwn() throws IOException {
        enter(Participant.Role.HOST);
        press(F6);
        trust();

        assertScreens("panel-verify-room");
    }

    @Test
    void aNameBehindTheCommandOpensTheNumberOfThatOne() {
        enter(Participant.Role.MEMBER);
        for (String typed : List.of("/verify grace", "/verify \"Grace\" ok", "/verify " + GRACE.value())) {
            press(typed + ENTER);
            assertThat(draw(24, 80)).as(typed).contains("> Grace").contains("33117 22405");
            press(ESCAPE);
        }
        assertThat(asked(InputCommand.Verify.class)).isEmpty();

        press("/verify nobody" + ENTER);
        assertThat(wishes).as("the room says why not").endsWith(new Wish.Type(tab, "/verify nobody"));
    }

    @Test
    void aNameThatTwoHaveOpensNobodysNumber() {
        enter(Participant.Role.MEMBER);
        PeerId other = new PeerId("e".repeat(32));
        tell(new Event.Presence(
                new Participant(other, "Grace", Participant.Role.MEMBER, false, "Grace·eeee"),
                Event.Presence.Status.ONLINE));
        press("/verify grace" + ENTER);

        assertThat(wishes).endsWith(new Wish.Type(tab, "/verify grace"));
    }

    @Test
    void nobodyIsConfirmedWhoseNumberWasNotShown() {
        enter(Participant.Role.HOST);
        press(F6);
        press(DOWN);
        press("c");
        assertThat(asked(InputCommand.Verify.class)).isEmpty();
        draw(8, 40);
        press("c");
        assertThat(asked(InputCommand.Verify.class)).as("cut off").isEmpty();

        draw(24, 80);
        press("c");

        assertThat(asked(InputCommand.Verify.class))
                .containsExactly(new InputCommand.Verify(GRACE.value(), null, true, null));
    }

    @Test
    void aQrCodeIsWholeOrNotThere() throws IOException {
        enter(Participant.Role.HOST);
        press(F6);
        press(DOWN);
        press("q");

        assertThat(draw(100, 40)).doesNotContain("█").contains("too small");
        assertThat(draw(20, 80)).doesNotContain("█").contains("too small");
        assertScreen("panel-verify-qr-80x30", draw(30, 80));
    }

    @Test
    void anotherNumberIsSaidToBeAnother() {
        enter(Participant.Role.HOST);
        press(F6);
        press(DOWN);
        press("\t");
        press("\033[200~" + "12345 ".repeat(12) + "\033[201~" + ENTER);

        assertThat(draw(24, 80)).contains("NOT the same");
        assertThat(asked(InputCommand.Verify.class)).isEmpty();
    }

    // --- Messages ---------------------------------------------------------------------------------------------------

    @Test
    void anAnswerBeginsWithAnyLetter() {
        enter(Participant.Role.HOST);
        say(1, GRACE, "Grace", "Shall we?");
        press(UP);
        press("r");
        press("dear Grace, yes" + ENTER);

        assertThat(deeds()).isEmpty();
        assertThat(wishes).contains(new Wish.Reply(tab, "dear Grace, yes", id(1)));
    }

    @Test
    void aMessageIsShownWhole() throws IOException {
        enter(Participant.Role.HOST);
        say(1, GRACE, "Grace", "Look at https://example.org/tea and http://example.org/pot");
        say(2, ME, "Ada", "A line that is not short at all\n".repeat(12) + "and an end");
        tell(new Event.Delivery(id(2), GRACE, DeliveryState.READ));
        tell(new Event.Delivery(id(2), EVE, DeliveryState.SENT));
        tell(new Event.Reactions(id(2), List.of(new ReactionTotal(Reaction.of("👍"), 3, List.of(ME, GRACE)))));
        press(UP + ENTER);
        assertScreens("panel-message");
        draw(15, 40);
        press("\033[F");
        assertScreen("panel-message-end-40x15", draw(15, 40));
        press(ESCAPE);
        press(UP + UP + ENTER);
        assertScreens("panel-message-links");
    }

    @Test
    void linksAreOpenedAndCopiedByTheirNumber() {
        enter(Participant.Role.HOST);
        say(1, GRACE, "Grace", "https://example.org/tea http://example.org/pot javascript://x");
        press(UP + ENTER);
        press("2");
        press("\0331");
        press("3");

        assertThat(wishes.stream().filter(wish -> !(wish instanceof Wish.Here)))
                .containsExactly(
                        new Wish.Open(URI.create("http://example.org/pot")), new Wish.Copy("https://example.org/tea"));
    }

    @Test
    void aMessageIsDeletedByTheSecondD() {
        enter(Participant.Role.MEMBER);
        say(1, GRACE, "Grace", "Hers");
        say(2, ME, "Ada", "Mine");
        press(UP + UP + ENTER);
        press("dd");
        assertThat(deeds()).as("that of another").isEmpty();
        press(ESCAPE);
        press(DOWN + ENTER);
        press("d");
        assertThat(deeds()).isEmpty();
        press("d");

        assertThat(deeds()).containsExactly(new Deed.Delete(id(2)));
    }

    @Test
    void whatIsDeletedWhileItIsShownIsNotShownAnyMore() {
        enter(Participant.Role.HOST);
        say(1, GRACE, "Grace", "A secret");
        press(UP + ENTER);
        tell(new Event.Removed(id(1), Optional.of(GRACE), Optional.of(GRACE)));

        assertThat(draw(24, 80)).doesNotContain("A secret").contains("(deleted)");
        press("c");
        assertThat(wishes).noneMatch(wish -> wish instanceof Wish.Copy);
    }

    @Test
    void aWarningSaysHowToVerify() {
        enter(Participant.Role.HOST);
        tell(new Event.Alert(new IdentityAlert(
                IdentityAlert.Cause.KNOWN_NAME_OTHER_IDENTITY, EVE, "Grace", Optional.of(GRACE), true)));

        assertThat(draw(24, 80)).contains("WARNING").contains("F6 verifies").doesNotContain("!!");
    }

    @Test
    void nothingRingsWhereTheBellIsOff() {
        enter(Participant.Role.HOST);
        press(F7);
        press(DOWN + DOWN + ENTER);
        press(ESCAPE);
        say(1, GRACE, "Grace", "Ada, listen");

        assertThat(wishes).doesNotContain(new Wish.Bell());
    }

    // --- Settings ---------------------------------------------------------------------------------------------------

    @Test
    void settingsAreShownWithTheirOrigin() throws IOException {
        enter(Participant.Role.HOST);
        press(F7);
        client.handle(
                new Happening.Settings(
                        List.of(
                                new Event.Setting("home", "/home/ada/.local/share/parley", "default"),
                                new Event.Setting("name", "Ada", "environment PARLEY_NAME"),
                                new Event.Setting("token", "(set, not shown)", "file config.toml"),
                                new Event.Setting("bell", null, "default")),
                        Set.of("name", "bell")),
                NOW);
        press(DOWN);

        assertScreens("panel-settings");
    }

    @Test
    void aSettingIsChangedAtOnceAndKeptOnRequest() {
        enter(Participant.Role.MEMBER);
        press(F7);
        press(DOWN + ENTER);
        assertThat(wishes).endsWith(new Wish.Mouse(false));
        press("k");
        assertThat(wishes).endsWith(new Wish.KeepSetting("mouse", "false"));
        client.handle(new Happening.SettingKept("mouse = false is kept in config.toml", true), NOW);
        assertThat(draw(24, 80)).contains("is kept in config.toml");
        press(DOWN + DOWN + DOWN + DOWN + ENTER);

        assertThat(wishes).endsWith(new Wish.ReadMarks(false));
    }

    @Test
    void whatIsNoSecretCanBeTypedForTheNextStart() {
        enter(Participant.Role.MEMBER);
        press(F7);
        client.handle(
                new Happening.Settings(
                        List.of(
                                new Event.Setting("name", "Ada", "file config.toml"),
                                new Event.Setting("token", "(set, not shown)", "file config.toml")),
                        Set.of("name")),
                NOW);
        for (int i = 0; i < 6; i++) {
            press(DOWN);
        }
        press(ENTER);
        assertThat(draw(24, 80)).contains("name: Enter keeps it", "> Ada");
        press(" L");
        press(ENTER);
        assertThat(wishes).endsWith(new Wish.KeepSetting("name", "Ada L"));
        press(ENTER);
        press("x");
        press(ESCAPE);
        assertThat(draw(24, 80)).as("typing is given up, the panel stays").contains("Enter changes");
        press(DOWN + ENTER);

        assertThat(draw(24, 80)).contains("token is set by").doesNotContain("token: Enter");
        press(ESCAPE);
        assertThat(draw(24, 80)).doesNotContain("Settings");
    }

    @Test
    void aListOfSettingsThatIsLongerThanTheScreenMovesWithTheChosenOne() {
        enter(Participant.Role.MEMBER);
        press(F7);
        List<Event.Setting> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            many.add(new Event.Setting("key_" + i, "value", "default"));
        }
        client.handle(new Happening.Settings(many, Set.of()), NOW);
        draw(15, 40);
        press("\033[F");
        assertThat(draw(15, 40)).contains("> key_39").doesNotContain("Mouse");
        press("\033[H");
        assertThat(draw(15, 40)).contains("> Colours").doesNotContain("key_39");
    }

    @Test
    void timesAreWrittenAsThePersonLikes() {
        enter(Participant.Role.MEMBER);
        say(1, GRACE, "Grace", "Tea?");
        assertThat(draw(24, 80)).contains("Grace 12:34").doesNotContain("12:34 PM");
        press(F7);
        press(DOWN + DOWN + DOWN + DOWN + ENTER);
        press(ESCAPE);

        assertThat(draw(24, 80)).contains("Grace 12:34 PM");
    }

    @Test
    void coloursFollowTheTerminalUnlessThePersonChose() {
        String dark = paint();
        press("\033]11;rgb:ffff/ffff/ffff\033\\");
        String light = paint();
        assertThat(light).isNotEqualTo(dark);
        press(F7);
        press(ENTER);
        press(ESCAPE);

        assertThat(paint()).as("dark").isEqualTo(dark);
        press("\033]11;rgb:ffff/ffff/ffff\033\\");
        assertThat(paint()).as("dark still").isEqualTo(dark);
    }

    @Test
    void onlyWhoKeepsOrderSetsTheRoom() {
        enter(Participant.Role.MEMBER);
        press(F7);
        press("r");
        assertThat(draw(24, 80)).contains("Settings").doesNotContain("How the room is set");
    }

    @Test
    void theRoomIsSetByAForm() throws IOException {
        enter(Participant.Role.MODERATOR);
        RoomSettings set = new RoomSettings("Tea", HistoryPolicy.ALL, Duration.ofSeconds(5), false, Duration.ZERO);
        tell(new Event.RoomSet(null, set, Optional.empty()));
        press(F7);
        press("r");

        assertScreens("panel-room");
    }

    @Test
    void whatIsNotChangedInTheFormStaysAsOthersSetItMeanwhile() {
        enter(Participant.Role.MODERATOR);
        RoomSettings set = new RoomSettings("Tea", HistoryPolicy.ALL, Duration.ofSeconds(5), false, Duration.ZERO);
        tell(new Event.RoomSet(null, set, Optional.empty()));
        press(F7);
        press("r");
        press(" and cake");
        tell(new Event.RoomSet(null, set.withLocked(true), Optional.of(set)));
        press(UP + ENTER);

        assertThat(deeds()).containsExactly(new Deed.Change("Tea and cake", null, null, null, null, null));
    }

    @Test
    void theMousePointsAtTheFieldThatIsThere() {
        enter(Participant.Role.MODERATOR);
        press(F7);
        press("r");
        draw(15, 40);
        // The fourth field, in a form that is set without blank rows.
        press("\033[<0;20;5M");
        press(" ");
        assertThat(draw(24, 80)).contains("[moderators]");
        // The same one, in a form with blank rows.
        press("\033[<0;20;11M");
        press(" ");

        assertThat(draw(24, 80)).contains("[all]");
    }

    // --- Rooms ------------------------------------------------------------------------------------------------------

    @Test
    void theLobbyListsPublicRoomsAndThoseThatOneWasIn() throws IOException {
        press("\033OQ");
        assertScreens("lobby-first");
        client.handle(new Happening.PastRooms(List.of(past(1, "Tea room"), past(2, "Old friends"))), NOW);
        client.handle(new Happening.Rooms(List.of(listed(3, "Chess", 3), listed(1, "Tea room", 12))), NOW);
        press(DOWN);

        assertScreens("lobby");
    }

    @Test
    void theLobbySaysWhyThereIsNoList() throws IOException {
        press("\033OQ");
        client.handle(
                new Happening.NoRooms(
                        new Event.Problem("unreachable", "the worker is not reachable", "check the network", null)),
                NOW);
        client.handle(new Happening.PastRooms(List.of(past(2, "Old friends"))), NOW);

        assertScreens("lobby-problem");
    }

    @Test
    void aClickChoosesARoomAndASecondOneJoins() {
        press("\033OQ");
        client.handle(new Happening.Rooms(List.of(listed(3, "Chess", 3), listed(1, "Tea room", 12))), NOW);
        draw(24, 80);
        press("\033[<0;5;7M");
        assertThat(joined()).isEmpty();
        press("\033[<0;5;6M");
        assertThat(joined()).as("another").isEmpty();
        press("\033[<0;5;6M");

        assertThat(joined()).containsExactly("invite-3");
    }

    @Test
    void theChosenRoomStaysChosenWhenTheListIsAnother() {
        press("\033OQ");
        client.handle(new Happening.Rooms(List.of(listed(3, "Chess", 3), listed(1, "Tea room", 12))), NOW);
        press(DOWN);
        client.handle(
                new Happening.Rooms(List.of(listed(4, "Go", 1), listed(1, "Tea room", 12), listed(3, "Chess", 3))),
                NOW);
        press(ENTER);

        assertThat(joined()).containsExactly("invite-1");
    }

    @Test
    void aRoomThatIsOpenIsShownAndNotJoinedTwice() {
        enter(Participant.Role.MEMBER);
        press("\033OQ");
        client.handle(
                new Happening.Rooms(List.of(
                        new Event.Listed(new PublicRoom(ROOM, "Tea room", EVE, 8, 2, NOW, NOW), "invite-open"))),
                NOW);
        press(ENTER);

        assertThat(joined()).isEmpty();
        assertThat(draw(24, 80)).contains("3 here");
    }

    @Test
    void whatWasSaidInARoomOfBeforeCanBeRead() throws IOException {
        press("\033OQ");
        client.handle(new Happening.Rooms(List.of()), NOW);
        client.handle(new Happening.PastRooms(List.of(past(2, "Old friends"))), NOW);
        press(ENTER);
        assertThat(wishes).endsWith(new Wish.ReadPast(room(2), List.of()));
        ChatMessage last = message(2, GRACE, "Grace", "Bye\u001b[2J then");
        client.handle(
                new Happening.PastTalk(
                        room(2), List.of(message(1, ME, "you", "Hello"), last), Set.of(id(1)), false, null),
                NOW);
        assertScreens("panel-past");
        press(UP);

        assertThat(wishes).endsWith(new Wish.ReadPast(room(2), List.of(id(1), id(2))));
        client.handle(new Happening.PastTalk(room(2), List.of(), Set.of(), true, null), NOW);
        wishes.clear();
        press(UP);
        assertThat(wishes).isEmpty();
    }

    @Test
    void aHistoryThatCannotBeReadSaysWhy() {
        press("\033OQ");
        client.handle(new Happening.Rooms(List.of()), NOW);
        client.handle(new Happening.PastRooms(List.of(past(2, "Old friends"))), NOW);
        press(ENTER);
        client.handle(new Happening.PastTalk(room(2), List.of(), Set.of(), true, "the disk is broken"), NOW);

        assertThat(draw(24, 80)).contains("the disk is broken").doesNotContain("Nothing that was said");
    }

    @Test
    void aRoomIsFoundByAPartOfItsName() throws IOException {
        enter(Participant.Role.MEMBER);
        client.handle(new Happening.PastRooms(List.of(past(2, "Old friends of tea"))), NOW);
        client.handle(new Happening.Rooms(List.of(listed(3, "Chess", 3), listed(1, "Tea house", 12))), NOW);
        press("\033k");
        press("tea");
        assertScreens("panel-switcher");
        press(DOWN + ENTER);

        assertThat(joined()).containsExactly("invite-1");
    }

    @Test
    void theSwitcherGoesToOpenRooms() {
        enter(Participant.Role.MEMBER);
        int other = client.open();
        assertThat(draw(24, 80)).contains("entering");
        press("\033k");
        press("tea" + ENTER);

        assertThat(other).isNotEqualTo(tab);
        assertThat(draw(24, 80)).contains("3 here").doesNotContain("Go to a room");
    }

    @Test
    void aTerminalWithoutUnicodeIsGivenAsciiAlone() {
        Client plain =
                new Client(ZoneOffset.UTC, new Theme(Theme.Ground.DARK, Theme.Signs.ASCII), Pictures.NONE, wishes::add);
        int there = plain.open();
        for (Event event : entered(Participant.Role.HOST)) {
            plain.handle(new Happening.InRoom(there, event), NOW);
        }
        plain.handle(new Happening.InRoom(there, new Event.Message(message(1, GRACE, "Grace", "Hi https://a.b"))), NOW);
        plain.handle(new Happening.InRoom(there, new Event.Message(message(2, ME, "Ada", "Hi"))), NOW);
        plain.handle(new Happening.InRoom(there, new Event.Delivery(id(2), GRACE, DeliveryState.READ)), NOW);
        for (String keys : List.of(F4, F6, F7, "\033k", "\033[15~", "\033OP", UP + ENTER)) {
            for (Keypress key : new KeyDecoder().take(keys)) {
                plain.handle(new Happening.Key(key), NOW);
            }
            for (int columns : List.of(40, 80)) {
                Grid grid = new Grid(200, columns);
                plain.draw(grid);
                assertThat(grid.text()).as("%s", keys.substring(1)).matches("[ -~\n]*");
            }
            plain.handle(new Happening.Key(new Keypress.Pressed(Keypress.Key.ESCAPE, Set.of())), NOW);
        }
    }
}
