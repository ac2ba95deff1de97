package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.FileOffer;
import dev.parley.chat.Mention;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.client.Talk.Effect;
import dev.parley.chat.cli.client.Talk.Notice;
import dev.parley.chat.cli.client.Talk.Said;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TalkTest {
    private static final Instant NOW = Instant.parse("2026-11-23T11:34:56Z");
    private static final PeerId ADA = Stage.ADA;
    private static final PeerId GRACE = Stage.GRACE;
    private static final PeerId ALAN = Stage.ALAN;

    private final Talk talk = new Talk(Stage.ZONE);

    @BeforeEach
    void enter() {
        apply(new Event.Entered(Stage.ROOM, "Tea", "invite", RoomOptions.Visibility.PUBLIC));
        come(ADA, "Ada");
        come(GRACE, "Grace");
        talk.items().clear();
    }

    private Effect apply(Event event) {
        return talk.apply(event, NOW);
    }

    private void come(PeerId id, String name) {
        apply(new Event.Presence(person(id, name), Event.Presence.Status.ONLINE));
    }

    private static Participant person(PeerId id, String name) {
        return new Participant(id, name, Participant.Role.MEMBER, id.equals(ADA));
    }

    private static ChatMessage message(int number, PeerId from, String text) {
        return new ChatMessage(Stage.id(number), from, "N", text, NOW, Optional.empty(), List.of(), List.of());
    }

    private Said say(int number, PeerId from, String text) {
        apply(new Event.Message(message(number, from, text)));
        return said(number);
    }

    private Said said(int number) {
        return talk.find(Stage.id(number)).orElseThrow();
    }

    private List<String> notices() {
        return talk.items().stream()
                .filter(item -> item instanceof Notice)
                .map(item -> ((Notice) item).text())
                .toList();
    }

    @Test
    void whatIsSaidIsOwnOrHeardOrAboutOneself() {
        assertThat(apply(new Event.Message(message(1, ADA, "mine")))).isEqualTo(Effect.SAID);
        assertThat(apply(new Event.Message(message(2, GRACE, "hers")))).isEqualTo(Effect.HEARD);
        assertThat(apply(new Event.Message(message(3, GRACE, "well, ada!")))).isEqualTo(Effect.MENTIONED);
        assertThat(apply(new Event.Message(message(4, GRACE, "Adam")))).isEqualTo(Effect.HEARD);
        ChatMessage answer =
                new ChatMessage(Stage.id(5), GRACE, "N", "yes", NOW, Optional.of(Stage.id(1)), List.of(), List.of());
        assertThat(apply(new Event.Message(answer))).as("an answer").isEqualTo(Effect.MENTIONED);
        ChatMessage marked = new ChatMessage(
                Stage.id(6), GRACE, "N", "@you", NOW, Optional.empty(), List.of(), List.of(new Mention(ADA, 0, 4)));
        assertThat(apply(new Event.Message(marked))).as("a mark").isEqualTo(Effect.MENTIONED);
        assertThat(apply(new Event.PrivateMessage(message(7, GRACE, "psst"), ADA, "Ada")))
                .isEqualTo(Effect.MENTIONED);
        assertThat(said(7).privateTo()).contains("you");
        assertThat(apply(new Event.PrivateMessage(message(8, ADA, "psst"), GRACE, "Grace")))
                .isEqualTo(Effect.SAID);
        assertThat(said(8).privateTo()).contains("Grace");
    }

    @Test
    void anEditChangesTheMessageWhereItStands() {
        say(1, GRACE, "teh");
        say(2, ADA, "hm");
        int version = said(1).version();
        assertThat(apply(new Event.Edited(message(1, GRACE, "the"), "teh", NOW)))
                .isEqualTo(Effect.NONE);
        assertThat(said(1).text()).isEqualTo("the");
        assertThat(said(1).isEdited()).isTrue();
        assertThat(said(1).version()).isNotEqualTo(version);
        assertThat(talk.items()).hasSize(2).startsWith(said(1));
        assertThat(apply(new Event.Edited(message(9, GRACE, "?"), "", NOW)))
                .as("of what is not here")
                .isEqualTo(Effect.NONE);
    }

    @Test
    void whatIsGoneSaysWhy() {
        for (int i = 1; i <= 4; i++) {
            say(i, GRACE, "x");
        }
        apply(new Event.Removed(Stage.id(1), Optional.of(GRACE), Optional.of(ADA)));
        apply(new Event.Removed(Stage.id(2), Optional.empty(), Optional.empty()));
        apply(new Event.Hidden(Stage.id(3), Optional.of(GRACE), true));
        apply(new Event.Hidden(Stage.id(4), Optional.of(GRACE), false));

        assertThat(talk.items())
                .extracting(item -> ((Said) item).gone().orElseThrow())
                .containsExactly("deleted", "disappeared", "from somebody you have blocked", "not allowed to be said");
    }

    @Test
    void whatIsShownAgainStandsWhereItStoodAndIsAsItIsNow() {
        say(1, GRACE, "Kappa hi");
        say(2, GRACE, "x");
        apply(new Event.Hidden(Stage.id(1), Optional.of(GRACE), true));
        List<EmoteReference> emotes = List.of(new EmoteReference("7tv", "1", "Kappa", 3, 8));
        ChatMessage now = new ChatMessage(
                Stage.id(1), GRACE, "N", "hi Kappa", NOW, Optional.empty(), emotes, List.of(new Mention(ADA, 0, 2)));

        assertThat(apply(new Event.Message(now))).isEqualTo(Effect.NONE);
        assertThat(talk.items()).hasSize(2).startsWith(said(1));
        assertThat(said(1).gone()).isEmpty();
        assertThat(said(1).text()).isEqualTo("hi Kappa");
        assertThat(said(1).emotes()).isEqualTo(emotes);
        assertThat(said(1).mentions()).hasSize(1);
    }

    @Test
    void reactionsAreThoseThatWereToldLast() {
        say(1, GRACE, "x");
        ReactionTotal two = new ReactionTotal(Reaction.of("+"), 2, List.of(GRACE));
        apply(new Event.Reactions(Stage.id(1), List.of(two)));
        assertThat(said(1).reactions()).containsExactly(two);
        apply(new Event.Reactions(Stage.id(1), List.of()));
        assertThat(said(1).reactions()).isEmpty();
    }

    @Test
    void aMessageIsAsFarAsItHasComeWithAllAndReadByOne() {
        Said said = say(1, ADA, "x");
        assertThat(said.delivery()).isEmpty();
        deliver(GRACE, DeliveryState.QUEUED);
        deliver(ALAN, DeliveryState.QUEUED);
        assertThat(said.delivery()).contains(DeliveryState.QUEUED);
        deliver(GRACE, DeliveryState.SENT);
        assertThat(said.delivery()).contains(DeliveryState.SENT);
        deliver(GRACE, DeliveryState.DELIVERED);
        assertThat(said.delivery()).as("one has it").contains(DeliveryState.SENT);
        deliver(ALAN, DeliveryState.FAILED);
        assertThat(said.delivery()).as("all that can have it").contains(DeliveryState.DELIVERED);
        deliver(GRACE, DeliveryState.FAILED);
        assertThat(said.delivery()).contains(DeliveryState.FAILED);
        deliver(ALAN, DeliveryState.READ);
        assertThat(said.delivery()).as("it came back").contains(DeliveryState.READ);
        assertThat(said.deliveries()).containsEntry(GRACE, DeliveryState.FAILED);
    }

    private void deliver(PeerId to, DeliveryState state) {
        apply(new Event.Delivery(Stage.id(1), to, state));
    }

    @Test
    void aFileHasItsStateAndComesBackOnce() {
        FileOffer offer = new FileOffer("tea.png", 1_000, "image/png", "0".repeat(64));
        Event.FileOffered offered = new Event.FileOffered(3, Stage.id(1), GRACE, "Grace", false, offer);
        assertThat(apply(offered)).isEqualTo(Effect.HEARD);
        apply(new Event.FileProgress(Stage.id(1), offer, 0, 430));
        assertThat(said(1).fileState()).isEqualTo("43 % has come");
        apply(new Event.CancelDone(null, Stage.id(1)));
        assertThat(said(1).fileState()).as("not fetched any more").isEmpty();
        apply(new Event.FileCame(null, Stage.id(1), Path.of("/tmp/tea.png"), 1_000));
        assertThat(said(1).fileState()).isEqualTo("is in /tmp/tea.png");
        apply(new Event.Hidden(Stage.id(1), Optional.of(GRACE), true));
        int before = talk.items().size();

        assertThat(apply(offered)).as("shown again").isEqualTo(Effect.NONE);
        assertThat(talk.items()).hasSize(before);
        assertThat(said(1).gone()).isEmpty();
        FileOffer empty = new FileOffer("nothing", 0, "text/plain", "0".repeat(64));
        apply(new Event.FileOffered(4, Stage.id(2), ADA, "Ada", true, empty));
        apply(new Event.FileProgress(Stage.id(2), empty, 0, 0));
        assertThat(said(2).fileState()).isEqualTo("100 % has come");
    }

    @Test
    void gapsAndForksAreWarningsAndProblemsAreWorse() {
        apply(new Event.Gap(GRACE, "Grace", 3, 5));
        apply(new Event.Fork(GRACE, "Grace"));
        apply(new Event.Problem("code", "it failed", "mend it", null));
        apply(new Event.Notice("for you"));

        assertThat(talk.items())
                .extracting(item -> ((Notice) item).weight())
                .containsExactly(Notice.Weight.WARNING, Notice.Weight.WARNING, Notice.Weight.BAD, Notice.Weight.QUIET);
        assertThat(notices()).noneMatch(text -> text.startsWith("-- ") || text.startsWith("parley: "));
        assertThat(notices().get(0)).startsWith("3 things that Grace said did not come");
    }

    @Test
    void whoIsThereComesGoesAndChanges() {
        apply(new Event.Reached(GRACE, "Grace", dev.parley.chat.Presence.RECONNECTING));
        assertThat(presenceOf(GRACE)).isEqualTo(dev.parley.chat.Presence.RECONNECTING);
        Participant shown = new Participant(GRACE, "Grace", Participant.Role.MODERATOR, false, "Grace·cc");
        apply(new Event.Changed(person(GRACE, "Grace"), shown));
        assertThat(presenceOf(GRACE)).as("is kept").isEqualTo(dev.parley.chat.Presence.RECONNECTING);
        come(GRACE, "Grace");
        assertThat(presenceOf(GRACE)).isEqualTo(dev.parley.chat.Presence.ONLINE);
        assertThat(talk.people()).hasSize(2);
        apply(new Event.Typing(GRACE, "Grace", true));
        assertThat(talk.typing()).containsExactly("Grace");
        apply(new Event.Presence(person(GRACE, "Grace"), Event.Presence.Status.OFFLINE));
        assertThat(talk.people()).hasSize(1);
        assertThat(talk.typing()).isEmpty();
        apply(new Event.Reached(GRACE, "Grace", dev.parley.chat.Presence.AWAY));
        assertThat(talk.people()).as("of one who is not there").hasSize(1);
    }

    private dev.parley.chat.Presence presenceOf(PeerId id) {
        return talk.people().stream()
                .filter(person -> person.participant().id().equals(id))
                .findFirst()
                .orElseThrow()
                .presence();
    }

    @Test
    void whoHasSaidItWritesNoMore() {
        apply(new Event.Typing(GRACE, "Grace", true));
        apply(new Event.Typing(ALAN, "Alan", true));
        apply(new Event.Typing(ALAN, "Alan", false));
        assertThat(talk.typing()).containsExactly("Grace");
        say(1, GRACE, "there");
        assertThat(talk.typing()).isEmpty();
    }

    @Test
    void theConnectionIsAsItWasToldLast() {
        CloseReason lost =
                new CloseReason(CloseReason.Code.NO_CONNECTION, CloseReason.Origin.NETWORK, "the link was lost");
        apply(new Event.State(ConnectionState.RECONNECTING, Optional.of(lost)));
        assertThat(talk.state()).isEqualTo(ConnectionState.RECONNECTING);
        assertThat(talk.why()).isEqualTo("the link was lost");
        apply(new Event.State(ConnectionState.CONNECTED, Optional.empty()));
        assertThat(talk.why()).isEmpty();
        apply(new Event.WorkerReached(false));
        assertThat(talk.isWorkerLost()).isTrue();
        assertThat(talk.items()).as("the status line says all that").isEmpty();
        apply(new Event.Closed(lost));
        assertThat(talk.state()).isEqualTo(ConnectionState.CLOSED);
        assertThat(talk.closed()).contains(lost);
        assertThat(talk.items()).hasSize(1);
    }

    @Test
    void aCodeIsGoodUntilItEnds() {
        apply(new Event.Coded(null, "7-guitar-lemon", java.net.URI.create("http://127.0.0.1:1"), NOW));
        apply(new Event.CodeEnded("8-other-code", dev.parley.chat.PairingOffer.Outcome.USED));
        assertThat(talk.code()).isEqualTo("7-guitar-lemon");
        apply(new Event.CodeEnded("7-guitar-lemon", dev.parley.chat.PairingOffer.Outcome.USED));
        assertThat(talk.code()).isEmpty();
    }

    @Test
    void noMoreIsHeldThanIsSaidAndTheOldestGoFirst() {
        for (int i = 0; i < Talk.MAX_ITEMS + 1; i++) {
            say(i, GRACE, "x");
        }
        assertThat(talk.items()).hasSizeLessThanOrEqualTo(Talk.MAX_ITEMS);
        assertThat(talk.droppedItems()).isPositive();
        assertThat(talk.find(Stage.id(0))).isEmpty();
        assertThat(talk.find(Stage.id(Talk.MAX_ITEMS))).isPresent();
        assertThat(talk.find(Stage.id((int) talk.droppedItems())))
                .contains((Said) talk.items().get(0));

        List<ChatMessage> older = new ArrayList<>();
        for (int i = 0; i < talk.droppedItems(); i++) {
            older.add(message(i, GRACE, "x"));
        }
        talk.prepend(older, Set.of());
        assertThat(talk.items()).as("what was dropped can be read again").hasSize(Talk.MAX_ITEMS);
        assertThat(talk.isFull()).isTrue();
        assertThat(talk.find(Stage.id(0))).as("the oldest has no room").isEmpty();
        assertThat(talk.items().get(0)).isEqualTo(said(1));
    }

    @Test
    void whatWasSaidBeforeStandsInFrontOnceAndInItsOrder() {
        say(5, GRACE, "now");
        Set<MessageId> edited = Set.of(Stage.id(3));
        talk.prepend(List.of(message(3, ADA, "a"), message(4, GRACE, "b"), message(5, GRACE, "now")), edited);

        assertThat(talk.items()).extracting(item -> ((Said) item).text()).containsExactly("a", "b", "now");
        assertThat(said(3).isOwn()).isTrue();
        assertThat(said(3).isEdited()).isTrue();
        assertThat(said(4).isEdited()).isFalse();
        MessageId four = Stage.id(4);
        apply(new Event.Edited(message(4, GRACE, "c"), "b", NOW));
        assertThat(talk.find(four).orElseThrow().text()).isEqualTo("c");
    }

    @Test
    void whoSaysMuchHasRoomForFewerMessages() {
        String much = "x".repeat(16_000);
        for (int i = 0; i < 3_000; i++) {
            apply(new Event.Message(message(i, GRACE, much)));
        }
        int held = talk.items().size();
        assertThat((long) held * much.length()).isLessThanOrEqualTo(Talk.MAX_CHARS);
        assertThat(held).isGreaterThan(400);
        assertThat(talk.droppedItems() + held).isGreaterThanOrEqualTo(3_000);
        assertThat(talk.find(Stage.id(2_999))).isPresent();
        assertThat(talk.find(Stage.id(0))).isEmpty();
    }
}
