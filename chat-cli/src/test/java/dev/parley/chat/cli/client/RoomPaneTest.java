package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.Presence;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.Deed;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.store.KnownPeer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoomPaneTest {
    private final Stage stage = Stage.inRoom();

    private void typed(String text) {
        stage.press(text, Stage.ENTER);
    }

    @Test
    void whatIsTypedIsSaid() {
        typed("hello");
        assertThat(stage.wished(Wish.Type.class)).containsExactly(new Wish.Type(stage.tab, "hello"));
        typed("   ");
        assertThat(stage.wished(Wish.Type.class)).hasSize(1);
    }

    @Test
    void anAnswerIsGivenUpByEscape() {
        MessageId one = stage.say(Stage.GRACE, "tea?");
        stage.press(Stage.UP, "r");
        assertThat(stage.draw()).contains("Answering Grace");
        stage.press(Stage.ESCAPE);
        assertThat(stage.draw()).doesNotContain("Answering");
        typed("no answer");
        stage.press(Stage.UP, "r");
        typed("delicious");

        assertThat(stage.wished(Wish.Reply.class)).containsExactly(new Wish.Reply(stage.tab, "delicious", one));
        assertThat(stage.deeds()).isEmpty();
        typed("next");
        assertThat(stage.wished(Wish.Type.class))
                .containsExactly(new Wish.Type(stage.tab, "no answer"), new Wish.Type(stage.tab, "next"));
    }

    @Test
    void onlyOnesOwnWordsAreEdited() {
        stage.say(Stage.GRACE, "hers");
        stage.press(Stage.UP, "e");
        assertThat(stage.draw()).doesNotContain("Editing");
        stage.press(Stage.ESCAPE);
        MessageId mine = stage.say(Stage.ADA, "mine");
        stage.press(Stage.UP, "e");
        assertThat(stage.draw()).contains("Editing your message", "> mine");
        typed("!");

        assertThat(stage.deeds()).containsExactly(new Deed.Edit(mine, "mine!"));
        FileOffer file = new FileOffer("tea.png", 1, "image/png", "0".repeat(64));
        stage.tell(new Event.FileOffered(1, Stage.id(9), Stage.ADA, "Ada", true, file));
        stage.press(Stage.UP, "e");
        assertThat(stage.draw()).as("a file has no words").doesNotContain("Editing");
    }

    @Test
    void anEditThatIsEmptiedTakesNoLetterForACommand() {
        stage.say(Stage.ADA, "ab");
        stage.press(Stage.UP, "e", "\u007f\u007f", "d");
        assertThat(stage.deeds()).isEmpty();
        assertThat(stage.draw()).contains("> d");
        stage.press(Stage.ESCAPE);
        assertThat(stage.draw()).doesNotContain("> d", "Editing");
    }

    @Test
    void wordsThatBeginWithASlashStayWords() {
        MessageId mine = stage.say(Stage.ADA, "/shrug");
        stage.press(Stage.UP, "e");
        typed("s");
        stage.press(Stage.UP, "r");
        typed("//me too");

        assertThat(stage.deeds()).containsExactly(new Deed.Edit(mine, "/shrugs"));
        assertThat(stage.wished(Wish.Reply.class)).containsExactly(new Wish.Reply(stage.tab, "/me too", mine));
        assertThat(stage.wished(Wish.Type.class)).isEmpty();
    }

    @Test
    void commandsAreAboutWhatIsSelected() {
        MessageId one = stage.say(Stage.GRACE, "one");
        stage.say(Stage.GRACE, "two");
        for (String command : List.of("/react 🎉", "/unreact 🎉", "/edit else", "/delete")) {
            stage.press(Stage.UP, Stage.UP);
            typed(command);
        }
        stage.press(Stage.UP, Stage.UP);
        typed("/reply well");

        assertThat(stage.deeds())
                .containsExactly(
                        new Deed.React(one, Reaction.of("🎉"), true),
                        new Deed.React(one, Reaction.of("🎉"), false),
                        new Deed.Edit(one, "else"),
                        new Deed.Delete(one));
        assertThat(stage.wished(Wish.Reply.class)).containsExactly(new Wish.Reply(stage.tab, "well", one));
        assertThat(stage.wished(Wish.Type.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/react", "/react  ", "/unreact", "/edit", "/reply", "/react \u200b"})
    void aCommandThatIsNotCompleteIsLeftToTheRoom(String command) {
        stage.say(Stage.GRACE, "one");
        stage.press(Stage.UP);
        typed(command);

        assertThat(stage.wished(Wish.Type.class)).containsExactly(new Wish.Type(stage.tab, command.stripTrailing()));
        assertThat(stage.deeds()).isEmpty();
    }

    @Test
    void aReactionThatIsTooLongIsLeftToTheRoom() {
        stage.say(Stage.GRACE, "one");
        stage.press(Stage.UP);
        typed("/react " + "x".repeat(Reaction.MAX_TEXT_CHARS + 1));

        assertThat(stage.wished(Wish.Type.class)).hasSize(1);
    }

    @Test
    void keysOfDigitsReact() {
        MessageId one = stage.say(Stage.GRACE, "one");
        stage.press(Stage.UP, "2");

        assertThat(stage.deeds()).containsExactly(new Deed.React(one, Reaction.of("❤️"), true));
    }

    @Test
    void severalKeysAtOnceAreSeveralKeys() {
        MessageId one = stage.say(Stage.GRACE, "tea?");
        stage.press(Stage.UP);
        stage.handle(new Happening.Key(new Keypress.Typed("ryes")));
        stage.press(Stage.ENTER);

        assertThat(stage.wished(Wish.Reply.class)).containsExactly(new Wish.Reply(stage.tab, "yes", one));
    }

    @Test
    void longNamesPushNothingAway() {
        stage.come(Stage.GRACE, "G".repeat(64), Participant.Role.MEMBER);
        stage.tell(new Event.Reached(Stage.GRACE, "G".repeat(64), Presence.RECONNECTING));
        stage.tell(new Event.Typing(Stage.ALAN, "A".repeat(64), true));

        assertThat(stage.draw(15, 40)).contains("cannot be reached", "is typing");
    }

    @Test
    void whoIsAloneIsToldWhatToDoOnANarrowTerminalToo() {
        Stage alone = new Stage(Theme.Signs.UNICODE);
        alone.tab = alone.client.open();
        alone.tell(new Event.Entered(Stage.ROOM, "Tea", "http://127.0.0.1:1/r/x#s", RoomOptions.Visibility.PRIVATE));

        assertThat(alone.draw(15, 40)).contains("Nothing was said yet.", "can be done.");
    }

    @Test
    void theSameKeyTakesAReactionBack() {
        MessageId one = stage.say(Stage.GRACE, "tea?");
        Reaction thumb = Reaction.of("👍");
        stage.tell(new Event.Reactions(one, List.of(new ReactionTotal(thumb, 2, List.of(Stage.ADA, Stage.GRACE)))));
        stage.press(Stage.UP, "1");
        stage.tell(new Event.Reactions(one, List.of(new ReactionTotal(thumb, 1, List.of(Stage.GRACE)))));
        stage.press(Stage.UP, "1");

        assertThat(stage.deeds()).containsExactly(new Deed.React(one, thumb, false), new Deed.React(one, thumb, true));
    }

    @Test
    void aLetterWithoutMeaningIsTyped() {
        stage.say(Stage.GRACE, "one");
        stage.press(Stage.UP, "x", "d");

        assertThat(stage.draw()).contains("> xd");
        assertThat(stage.deeds()).isEmpty();
    }

    @Test
    void commandsNamesAndEmotesAreOffered() {
        stage.press("/inv");
        assertThat(stage.draw()).contains("/invite ");
        stage.press("\t", "\u0015", "hi @gr");
        assertThat(stage.draw()).contains("Grace");
        stage.press("\t");
        assertThat(stage.draw()).contains("> hi @Grace");
        stage.press("\u0015", "al", "\t");
        assertThat(stage.draw()).contains("> Alan:");
        EmoteSet set = EmoteSet.builder()
                .add(Emote.builder(new EmoteId("7tv", "1"), "teaTime").build())
                .add(Emote.builder(new EmoteId("7tv", "2"), "teaPot").build())
                .build();
        stage.handle(new Happening.Emotes(
                stage.tab, EmoteCatalog.of(List.of(new EmoteCatalog.Layer(EmoteScope.GLOBAL, set)))));
        stage.press("\u0015", ":tea");
        assertThat(stage.draw()).contains("teaTime", "teaPot");
        stage.press(Stage.DOWN, Stage.DOWN, Stage.ENTER);
        assertThat(stage.draw()).containsPattern("> tea(Time|Pot)");
        assertThat(stage.wished(Wish.Type.class)).isEmpty();
    }

    @Test
    void offersThatNobodyLooksAtAreNotInTheWay() {
        typed("/inv");
        assertThat(stage.wished(Wish.Type.class)).containsExactly(new Wish.Type(stage.tab, "/inv"));
        stage.press("/inv", Stage.ESCAPE);
        assertThat(stage.draw()).doesNotContain("/invite").contains("> /inv");
    }

    @Test
    void othersAreToldThatOneWritesNowAndThenAndThatOneDoesNotAnyMore() {
        stage.press("h");
        stage.press("e");
        assertThat(stage.wished(Wish.Typing.class)).containsExactly(new Wish.Typing(stage.tab, true));
        stage.pass(Duration.ofSeconds(3));
        stage.press("y");
        assertThat(stage.wished(Wish.Typing.class)).hasSize(2);
        stage.press("\u0015");
        assertThat(stage.wished(Wish.Typing.class))
                .endsWith(new Wish.Typing(stage.tab, false))
                .hasSize(3);
        stage.press("/who");
        assertThat(stage.wished(Wish.Typing.class)).as("a command is not said").hasSize(3);
    }

    @Test
    void whoGivesAnEditUpWritesNoMore() {
        stage.say(Stage.ADA, "mine");
        stage.press(Stage.UP, "e", "!", Stage.ESCAPE);

        assertThat(stage.wished(Wish.Typing.class))
                .containsExactly(new Wish.Typing(stage.tab, true), new Wish.Typing(stage.tab, false));
    }

    @Test
    void manyMentionsAreOneBell() {
        for (int i = 0; i < 50; i++) {
            stage.tell(new Event.Message(stage.message(100 + i, Stage.GRACE, "Ada!", Optional.empty())));
        }
        assertThat(stage.wished(Wish.Bell.class)).hasSize(1);
        stage.pass(Duration.ofSeconds(2));
        stage.say(Stage.GRACE, "Ada?");
        assertThat(stage.wished(Wish.Bell.class)).hasSize(2);
    }

    @Test
    void whatWasDroppedIsReadAgain() {
        stage.say(Stage.GRACE, "first");
        stage.handle(new Happening.Older(stage.tab, List.of(), Set.of(), true));
        stage.draw();
        stage.press(Stage.PAGE_UP);
        assertThat(stage.wished(Wish.LoadOlder.class))
                .as("there is nothing before it")
                .isEmpty();
        for (int i = 0; i < Talk.MAX_ITEMS; i++) {
            stage.say(Stage.GRACE, "line " + i);
        }
        stage.draw();
        stage.key(Keypress.Key.HOME, Keypress.Held.CONTROL);
        stage.draw();
        stage.press(Stage.PAGE_UP);

        assertThat(stage.wished(Wish.LoadOlder.class)).hasSize(1);
    }

    @Test
    void aPersonIsHereWhenAKeyIsPressedAtTheEnd() {
        stage.press("a");
        stage.press("b");
        assertThat(stage.wished(Wish.Here.class)).containsExactly(new Wish.Here(stage.tab));
        stage.pass(Duration.ofSeconds(1));
        stage.press("c");
        assertThat(stage.wished(Wish.Here.class)).hasSize(2);
    }

    @Test
    void theStatusLineSaysWhoCannotBeReached() {
        stage.tell(new Event.Reached(Stage.GRACE, "Grace", dev.parley.chat.Presence.RECONNECTING));
        assertThat(stage.draw()).contains("Grace cannot be reached");
        stage.tell(new Event.WorkerReached(false));
        assertThat(stage.draw()).contains("connected; the worker is away, nobody new can join");
        stage.tell(new Event.WorkerReached(true));
        stage.tell(new Event.Presence(
                new Participant(Stage.GRACE, "Grace", Participant.Role.MEMBER, false), Event.Presence.Status.OFFLINE));
        stage.tell(new Event.Presence(
                new Participant(Stage.ALAN, "Alan", Participant.Role.MEMBER, false), Event.Presence.Status.OFFLINE));
        assertThat(stage.draw()).contains("connected, nobody else is here");
    }

    @Test
    void theStatusLineSaysHowMuchOfBeforeHasCome() {
        stage.tell(new Event.CaughtUp(new HistoryProgress(300, 900, false)));
        assertThat(stage.draw()).contains("what was said before comes, 25 %");
        stage.tell(new Event.CaughtUp(new HistoryProgress(1_200, 0, true)));
        assertThat(stage.draw()).contains(" connected").doesNotContain("before");
    }

    private MessageId sayToAda(int number, String text) {
        stage.tell(
                new Event.PrivateMessage(stage.message(number, Stage.GRACE, text, Optional.empty()), Stage.ADA, "Ada"));
        return Stage.id(number);
    }

    @Test
    void anAnswerToWhatOneSaidAloneGoesToThatOneAlone() {
        MessageId secret = sayToAda(50, "What is the password?");
        stage.press(Stage.UP, "r");
        assertThat(stage.draw()).contains("Answering Grace alone");
        typed("hunter2");
        stage.press(Stage.UP, "/reply hunter3", Stage.ENTER);
        MessageId own = Stage.id(51);
        stage.tell(new Event.PrivateMessage(
                stage.message(51, Stage.ADA, "Did it work?", Optional.empty()), Stage.GRACE, "Grace"));
        stage.press(Stage.UP, "r");
        typed("Well?");

        assertThat(stage.deeds())
                .containsExactly(
                        new Deed.Whisper(Stage.GRACE, "hunter2", secret),
                        new Deed.Whisper(Stage.GRACE, "hunter3", secret),
                        new Deed.Whisper(Stage.GRACE, "Well?", own));
        assertThat(stage.wished(Wish.Reply.class)).isEmpty();
    }

    @Test
    void whatOneSaidAloneHasNoReactionsAndNoOtherWording() {
        sayToAda(50, "secret");
        stage.press(Stage.UP, "1");
        stage.press(Stage.UP, "e");
        assertThat(stage.draw()).doesNotContain("Editing");

        assertThat(stage.deeds()).isEmpty();
    }

    @Test
    void lettersAfterAClickAreTextAndASecondClickShowsWhatCanBeDone() {
        MessageId mine = stage.say(Stage.ADA, "see https://evil.example/x");
        int row = stage.draw().lines().toList().indexOf("  see https://evil.example/x                             │");
        Keypress.Mouse click = new Keypress.Mouse(Keypress.Mouse.Action.PRESS, row, 5);
        stage.handle(new Happening.Key(click));
        assertThat(stage.draw()).contains("another click");
        stage.press("done, ok");
        assertThat(stage.draw()).contains("> done, ok").doesNotContain("another click");
        assertThat(stage.wishes).noneMatch(wish -> wish instanceof Wish.Open || wish instanceof Wish.Do);

        stage.handle(new Happening.Key(click));
        stage.handle(new Happening.Key(click));
        assertThat(stage.draw()).contains("Message of Ada");
        stage.press("dd");
        assertThat(stage.deeds()).containsExactly(new Deed.Delete(mine));
    }

    @Test
    void aMessageIsDeletedWhenThatIsAskedForTwice() {
        MessageId mine = stage.say(Stage.ADA, "mine");
        stage.press(Stage.UP, "d");
        assertThat(stage.draw()).contains("d again deletes it");
        stage.press(Stage.UP, "d");
        assertThat(stage.deeds()).isEmpty();
        stage.press(Stage.DOWN, Stage.UP, "d", "d");

        assertThat(stage.deeds()).containsExactly(new Deed.Delete(mine));
    }

    @Test
    void nothingIsDoneToWhatWasScrolledAway() {
        stage.say(Stage.ADA, "mine");
        for (int i = 0; i < 100; i++) {
            stage.say(Stage.GRACE, "line " + i);
        }
        stage.say(Stage.ADA, "mine as well");
        stage.draw();
        stage.press(Stage.UP, Stage.PAGE_UP, Stage.PAGE_UP, "d", "d");

        assertThat(stage.deeds()).isEmpty();
        assertThat(stage.draw()).contains("> dd");
    }

    @Test
    void whatIsTypedInAClosedRoomStays() {
        stage.tell(new Event.Closed(
                new CloseReason(CloseReason.Code.KICKED, CloseReason.Origin.PEER, "the host has removed you")));
        typed("what was that?");

        assertThat(stage.wished(Wish.Type.class)).isEmpty();
        assertThat(stage.draw()).contains("> what was that?", "was not sent");
        stage.press("\u0015");
        typed("/leave");
        assertThat(stage.wishes).contains(new Wish.Leave(stage.tab));
    }

    @Test
    void thatNobodyCanLetOthersInIsSaid() {
        Stage guest = Stage.asGuest();
        assertThat(guest.draw()).contains(" connected\n");
        guest.tell(new Event.Presence(
                new Participant(Stage.GRACE, "Grace", Participant.Role.HOST, false), Event.Presence.Status.OFFLINE));
        assertThat(guest.draw()).contains("the host is away, nobody new can join");
        guest.tell(new Event.Led(Stage.ALAN, "Alan", false));
        assertThat(guest.draw()).doesNotContain("nobody new can join");
    }

    @Test
    void aPasteThatHasNoRoomIsNotCutInSilence() {
        stage.handle(new Happening.Key(new Keypress.Pasted("x".repeat(20_000))));
        assertThat(stage.draw()).contains("only a part of that has room");
    }

    @Test
    void theEndOfAPastedLineIsNoLine() {
        stage.handle(new Happening.Key(new Keypress.Pasted("one\ntwo\n")));
        stage.press(Stage.ENTER);
        assertThat(stage.wished(Wish.Type.class)).containsExactly(new Wish.Type(stage.tab, "one\ntwo"));
    }

    @Test
    void whatCanBeDoneIsSaidUntilOneHasSpoken() {
        assertThat(stage.draw()).contains("> F1 help");
        stage.press("h");
        assertThat(stage.draw()).doesNotContain("F1 help");
        stage.press("\u0015");
        stage.say(Stage.ADA, "hello");
        assertThat(stage.draw()).doesNotContain("F1 help");
    }

    @Test
    void whoIsVerifiedIsToldByName() {
        KnownPeer grace = new KnownPeer(
                Stage.GRACE,
                Optional.empty(),
                List.of(),
                Optional.of(new KnownPeer.Verification(stage.now, KnownPeer.Means.COMPARED)));
        stage.tell(new Event.Peer(null, grace));
        assertThat(stage.draw()).contains("Grace is verified");
    }

    @Test
    void thatShareIsOneHoweverManyAreSaidToBeToCome() {
        assertThat(shareToldOf(0, Long.MAX_VALUE)).contains("comes, 0 %");
        assertThat(shareToldOf(Long.MAX_VALUE / 2, Long.MAX_VALUE)).contains("comes, 33 %");
        assertThat(shareToldOf(Long.MAX_VALUE, Long.MAX_VALUE)).contains("comes, 50 %");
        assertThat(shareToldOf(Long.MAX_VALUE, 0)).contains("comes, 100 %");
        assertThat(shareToldOf(0, 0)).contains("comes, 0 %");
    }

    private String shareToldOf(long received, long remaining) {
        stage.tell(new Event.CaughtUp(new HistoryProgress(received, remaining, false)));
        return stage.draw();
    }
}
