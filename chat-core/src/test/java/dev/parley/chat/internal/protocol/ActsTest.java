package dev.parley.chat.internal.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.ChatException;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.EmoteChannel;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.internal.timeline.LinkRate;
import dev.parley.chat.store.StoredEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is done to what was said, and to those who said it, in virtual time. */
final class ActsTest extends MeshedRoom {

    private static final Reaction TEA = Reaction.of("\uD83C\uDF75");

    @BeforeEach
    void enterThree() {
        for (int i = 0; i < 3; i++) {
            enter("P" + i, 10 + i);
        }
        settle();
    }

    private Node enter(String name, int number) {
        Node node = world.participant(world.config(
                MachineHarness.identity(number),
                name,
                host.secret,
                MachineHarness.DEFAULT_MAX_QUEUED_BYTES,
                Map.of(),
                List.of()));
        guests.add(node.start());
        world.advanceMillis(500);
        return node;
    }

    private Node ann() {
        return guests.get(0);
    }

    private Node bob() {
        return guests.get(1);
    }

    private Node cleo() {
        return guests.get(2);
    }

    private static MessageId said(Node node, String text) {
        return node.idOf(node.send(text));
    }

    private static long affect(Node node, EventBody.Effect effect) {
        return node.request(ticket -> new Input.Affect(ticket, effect));
    }

    private static long moderate(Node node, EventBody.PeerAct act) {
        return node.request(ticket -> new Input.Moderate(ticket, act));
    }

    private static EventBody.Mute mute(Node peer) {
        return new EventBody.Mute(peer.id(), OptionalLong.empty(), 0);
    }

    private static long set(Node node, RoomSettings settings) {
        return node.request(ticket -> new Input.ChangeSettings(ticket, settings));
    }

    private static RoomSettings settings(String topic, HistoryPolicy history, long slowSeconds, boolean locked) {
        return new RoomSettings(topic, history, Duration.ofSeconds(slowSeconds), locked, Duration.ZERO);
    }

    /** Says an event whether there is a right to it or not, as a program that keeps to no rule. */
    private void force(Node node, EventBody body) {
        node.machine.say(body.type(), EventBodies.write(body));
        // Whatever it is, it carries the outputs to where they belong.
        node.handle(new Input.Tick());
        world.settle();
    }

    private static Participant.Role roleAt(Node node, PeerId peer) {
        Participant.@Nullable Role role = null;
        for (Output output : node.outputs) {
            if (output instanceof Output.Joined joined
                    && joined.participant().id().equals(peer)) {
                role = joined.participant().role();
            } else if (output instanceof Output.ParticipantChanged changed
                    && changed.participant().id().equals(peer)) {
                role = changed.participant().role();
            }
        }
        return Objects.requireNonNull(role, "it was never told of");
    }

    private void assertToldAll(String... lines) {
        for (Node node : all()) {
            assertThat(node.takeTold()).as(node.name).containsExactly(lines);
        }
    }

    /** What a machine shows, in the order of the timeline. */
    static List<String> viewOf(Node node) {
        return node.machine.acts.timeline.messages().stream()
                .map(state -> state.id() + " " + state.status() + state.reason() + state.removedBy() + state.revisions()
                        + state.reactions())
                .toList();
    }

    private void assertSameView() {
        for (Node node : guests) {
            assertThat(viewOf(node)).as(node.name).isEqualTo(viewOf(host));
            assertThat(node.machine.settings()).as(node.name).isEqualTo(host.machine.settings());
        }
    }

    private static void assertRefused(Node node, long ticket, String why) {
        ChatException refused = node.rejected.get(ticket);
        assertThat(refused).isInstanceOf(NotAllowedException.class).hasMessageContaining(why);
    }

    // ---- messages

    @Test
    void anEditShowsTheNewWordingEverywhere() {
        MessageId id = said(ann(), "tee");
        affect(ann(), new EventBody.Edit(id, OutgoingMessage.of("tea")));
        assertToldAll("P0: tee", "edited: tea");
        assertThat(bob().last(Output.Edited.class).get(0).revisions()).hasSize(2);
        assertSameView();
    }

    @Test
    void nobodyEditsAnothersMessage() {
        MessageId id = said(ann(), "tea");
        assertRefused(bob(), affect(bob(), new EventBody.Edit(id, OutgoingMessage.of("coffee"))), "author");
        force(bob(), new EventBody.Edit(id, OutgoingMessage.of("coffee")));
        assertToldAll("P0: tea");
        assertSameView();
    }

    @Test
    void oneDeletesOnesOwnMessageAndTheHostThatOfOthers() {
        MessageId own = said(ann(), "one");
        affect(ann(), new EventBody.Delete(own));
        MessageId other = said(ann(), "two");
        assertRefused(bob(), affect(bob(), new EventBody.Delete(other)), "role");
        affect(host, new EventBody.Delete(other));
        assertToldAll("P0: one", "removed one by P0", "P0: two", "removed two by Host");
        assertRefused(ann(), affect(ann(), new EventBody.Edit(own, OutgoingMessage.of("again"))), "not shown");
    }

    @Test
    void reactionsAreCountedAndTakenBack() {
        MessageId id = said(ann(), "tea?");
        affect(bob(), new EventBody.Reaction(id, TEA, true));
        affect(cleo(), new EventBody.Reaction(id, TEA, true));
        affect(bob(), new EventBody.Reaction(id, TEA, false));
        String tea = TEA.text();
        assertToldAll(
                "P0: tea?", "under tea? [" + tea + "1]", "under tea? [" + tea + "2]", "under tea? [" + tea + "1]");
        assertSameView();
    }

    @Test
    void anEditThatComesBeforeItsMessageIsShownWithIt() {
        world.cut(ann().linkTo(bob()));
        world.stall(host.linkTo(bob()));
        MessageId id = said(ann(), "tee");
        affect(ann(), new EventBody.Edit(id, OutgoingMessage.of("tea")));
        world.unstall(host.linkTo(bob()));
        world.advanceMillis(10_000);
        assertSameView();
    }

    // ---- settings

    @Test
    void theHostSetsTheRoomAndMembersDoNot() {
        set(host, settings("tea", HistoryPolicy.NONE, 0, false));
        all().forEach(node -> assertThat(node.settings.topic()).as(node.name).isEqualTo("tea"));
        assertRefused(ann(), set(ann(), settings("coffee", HistoryPolicy.NONE, 0, false)), "role");
        force(
                ann(),
                EventBody.Settings.between(RoomSettings.FIRST, settings("coffee", HistoryPolicy.NONE, 0, false))
                        .orElseThrow());
        all().forEach(node -> assertThat(node.settings.topic()).as(node.name).isEqualTo("tea"));
        long nothing = set(host, settings("tea", HistoryPolicy.NONE, 0, false));
        assertThat(host.completed).contains(nothing);
    }

    @Test
    void inALockedRoomOnlyModeratorsSpeak() {
        moderate(host, new EventBody.GiveRole(bob().id(), Participant.Role.MODERATOR, 0));
        set(bob(), settings("", HistoryPolicy.NONE, 0, true));
        assertRefused(ann(), ann().send("let me in"), "locked");
        force(ann(), new EventBody.Message(OutgoingMessage.of("let me in"), world.epochMillis()));
        bob().send("order");
        assertToldAll("P1: order");
    }

    @Test
    void slowModeLetsOneSpeakOnceInAWhile() {
        set(host, settings("", HistoryPolicy.NONE, 10, false));
        ann().send("one");
        assertRefused(ann(), ann().send("two"), "slow mode");
        force(ann(), new EventBody.Message(OutgoingMessage.of("three"), world.epochMillis()));
        world.advanceMillis(10_000);
        ann().send("four");
        assertToldAll("P0: one", "P0: four");
    }

    @Test
    void messagesDisappearByThemselvesAtTheirTime() {
        set(host, new RoomSettings("", HistoryPolicy.NONE, Duration.ZERO, false, Duration.ofSeconds(90)));
        ann().send("gone soon");
        world.advanceMillis(89_000);
        assertToldAll("P0: gone soon");
        world.advanceMillis(1_100);
        assertToldAll("removed gone soon");
    }

    // ---- roles and mutes

    @Test
    void rolesAreToldAndShown() {
        moderate(host, new EventBody.GiveRole(bob().id(), Participant.Role.MODERATOR, 0));
        moderate(bob(), new EventBody.GiveRole(ann().id(), Participant.Role.READ_ONLY, 0));
        for (Node node : all()) {
            assertThat(roleAt(node, bob().id())).as(node.name).isEqualTo(Participant.Role.MODERATOR);
            assertThat(roleAt(node, ann().id())).as(node.name).isEqualTo(Participant.Role.READ_ONLY);
            assertThat(node.acts).as(node.name).extracting(ModerationAct::kind).containsOnly(ModerationAct.Kind.ROLE);
        }
        assertRefused(ann(), ann().send("may I?"), "only read");
        assertRefused(bob(), moderate(bob(), mute(host)), "not below");
        assertRefused(cleo(), moderate(cleo(), mute(ann())), "role");
    }

    @Test
    void whoIsMutedIsHeardNowhereWhateverItsProgramDoes() {
        moderate(host, mute(ann()));
        assertRefused(ann(), ann().send("hello?"), "muted");
        force(ann(), new EventBody.Message(OutgoingMessage.of("hello?"), world.epochMillis()));
        bob().send("quiet here");
        assertToldAll("P1: quiet here");
        moderate(host, new EventBody.Unmute(ann().id()));
        ann().send("at last");
        assertToldAll("P0: at last");
        assertSameView();
    }

    @Test
    void whatIsKeptAndNotShownIsKnownAfterARestartToo() {
        MessageId shown = said(ann(), "with the right to it");
        MessageId deleted = said(ann(), "deleted");
        affect(host, new EventBody.Delete(deleted));
        moderate(host, mute(ann()));
        force(ann(), new EventBody.Message(OutgoingMessage.of("muted"), world.epochMillis()));
        world.advanceMillis(100);
        MessageId muted =
                Objects.requireNonNull(bob().machine.heads.get(ann().id())).id();
        assertThat(bob().stored).extracting(StoredEvent::id).contains(shown, deleted, muted);

        assertThat(bob().machine.withheld()).containsExactlyInAnyOrder(deleted, muted);
        bob().crash();
        Node again = world.again(bob(), host.machine.secret, bob().stored);
        assertThat(again.machine.withheld()).containsExactlyInAnyOrder(deleted, muted);
    }

    @Test
    void aMemberThatMutesWithoutTheRightMutesNobody() {
        force(ann(), mute(bob()));
        bob().send("still here");
        assertToldAll("P1: still here");
        all().forEach(node -> assertThat(node.acts).as(node.name).isEmpty());
    }

    @Test
    void aMuteThatComesLateHidesWhatWasShownAndAVoidedOneShowsIt() {
        moderate(host, new EventBody.GiveRole(cleo().id(), Participant.Role.MODERATOR, 0));
        // Cleo's words wait, and Ann speaks meanwhile.
        List.of(host, ann(), bob()).forEach(node -> world.stall(cleo().linkTo(node)));
        moderate(cleo(), mute(ann()));
        ann().send("before I knew");
        assertThat(bob().takeTold()).containsExactly("P0: before I knew");
        List.of(host, ann(), bob()).forEach(node -> world.unstall(cleo().linkTo(node)));
        assertThat(bob().takeTold()).containsExactly("hidden before I knew");
        assertSameView();
    }

    @Test
    void whoIsBlockedIsHiddenHereAloneAndShownAgain() {
        said(ann(), "spam");
        long ticket = bob().request(number -> new Input.Block(number, ann().id(), true));
        assertThat(bob().completed).contains(ticket);
        ann().send("more spam");
        assertThat(bob().takeTold()).containsExactly("P0: spam", "hidden spam");
        assertThat(cleo().takeTold()).containsExactly("P0: spam", "P0: more spam");
        bob().request(number -> new Input.Block(number, ann().id(), false));
        assertThat(bob().takeTold()).containsExactlyInAnyOrder("P0: spam", "P0: more spam");
    }

    @Test
    void twoOfOneNameAreToldApart() {
        Node other = enter("P0", 20);
        String shown = "P0\u00b7" + other.id().value().substring(0, 4);
        other.send("I am new");
        assertThat(bob().messages()).containsExactly(shown + ": I am new");
        ann().send("I was here");
        assertThat(bob().messages())
                .last()
                .isEqualTo("P0\u00b7" + ann().id().value().substring(0, 4) + ": I was here");
        other.request(ticket -> new Input.Leave());
        world.advanceMillis(1_000);
        bob().takeTold();
        ann().send("alone again");
        assertThat(bob().messages()).containsExactly("P0: alone again");
    }

    // ---- kick and ban

    private void makeModerator(Node node) {
        moderate(host, new EventBody.GiveRole(node.id(), Participant.Role.MODERATOR, 0));
        all().forEach(Node::takeTold);
    }

    @Test
    void aModeratorKicksAndTheLeaderPutsOut() {
        makeModerator(bob());
        long ticket = bob().kick(ann().id());
        world.advanceMillis(1_000);

        assertThat(ann().closedFor()).isEqualTo(Code.KICKED);
        assertThat(bob().completed).contains(ticket);
        assertThat(host.secret).isNotEqualTo(MachineHarness.SECRET).isEqualTo(cleo().secret);
        assertThat(host.machine.isInRoster(ann().id())).isFalse();
        assertThat(cleo().acts).extracting(ModerationAct::kind).contains(ModerationAct.Kind.KICK);
        Node again = enter("P0", 10);
        again.send("with the invite of now");
        assertThat(cleo().messages()).containsExactly("P0: with the invite of now");
    }

    @Test
    void aMemberKicksNobodyWhateverItsProgramDoes() {
        assertRefused(ann(), ann().kick(bob().id()), "role");
        force(ann(), new EventBody.Kick(bob().id(), 0));
        force(ann(), new EventBody.Ban(cleo().id(), 0));
        world.advanceMillis(1_000);
        assertThat(bob().closed).isNull();
        assertThat(cleo().closed).isNull();
        assertThat(host.secret).isEqualTo(MachineHarness.SECRET);
    }

    @Test
    void aModeratorRemovesNeitherTheHostNorWhoLeads() {
        makeModerator(bob());
        assertRefused(bob(), bob().kick(host.id()), "leads");
        makeModerator(cleo());
        assertRefused(bob(), bob().ban(cleo().id()), "not below");
        assertRefused(bob(), bob().kick(bob().id()), "oneself");
    }

    @Test
    void whoAModeratorBansIsRefusedUntilItIsLetInAgain() {
        makeModerator(bob());
        bob().ban(ann().id());
        world.advanceMillis(1_000);
        assertThat(ann().closedFor()).isEqualTo(Code.BANNED);
        assertThat(enter("P0", 10).closedFor()).isEqualTo(Code.BANNED);
        long ticket = bob().request(number -> new Input.Unban(number, ann().id()));
        assertThat(bob().completed).contains(ticket);
        Node again = enter("P0", 10);
        assertThat(again.closed).isNull();
        again.send("back");
        assertThat(cleo().messages()).containsExactly("P0: back");
    }

    @Test
    void whoIsBannedWhileNobodyLeadsIsNotAdmittedByTheDeputyThatTakesOver() {
        host.request(ticket -> new Input.NameDeputies(ticket, List.of(bob().id())));
        world.advanceMillis(2_000);
        assertThat(roleAt(cleo(), bob().id())).isEqualTo(Participant.Role.MODERATOR);
        host.crash();
        long ticket = bob().ban(ann().id());
        assertThat(cleo().acts).extracting(ModerationAct::kind).contains(ModerationAct.Kind.BAN);
        world.advanceMillis(90_000);

        assertThat(bob().machine).isInstanceOf(HostMachine.class);
        assertThat(bob().completed).contains(ticket);
        assertThat(ann().closed).isNotNull();
        assertThat(bob().machine.isInRoster(ann().id())).isFalse();
        assertThat(cleo().machine.isInRoster(ann().id())).isFalse();
        assertThat(cleo().secret).isEqualTo(bob().secret).isNotEqualTo(MachineHarness.SECRET);
    }

    @Test
    void whatAKickedMemberSaidUnseenIsShownNowhere() {
        makeModerator(bob());
        // Ann's words to the others wait: they are said before the kick, and nobody has seen them.
        List.of(host, bob(), cleo()).forEach(node -> world.stall(ann().linkTo(node)));
        ann().send("late words");
        bob().kick(ann().id());
        List.of(host, bob(), cleo()).forEach(node -> {
            if (ann().hasOpenLink()) {
                world.unstall(ann().link());
            }
        });
        world.advanceMillis(12_000);
        for (Node node : List.of(host, bob(), cleo())) {
            assertThat(node.messages()).as(node.name).isEmpty();
        }
    }

    // ---- what newcomers are given

    private void speakBefore() {
        moderate(host, new EventBody.GiveRole(bob().id(), Participant.Role.MODERATOR, 0));
        for (int i = 0; i < 3; i++) {
            ann().send("a" + i);
            world.advanceMillis(60_000);
            bob().send("b" + i);
        }
        moderate(bob(), mute(ann()));
        MessageId gone = said(bob(), "gone");
        affect(bob(), new EventBody.Delete(gone));
        set(bob(), settings("tea", HistoryPolicy.NONE, 0, false));
        world.advanceMillis(5_000);
        all().forEach(Node::takeTold);
    }

    private void assertAct(Node newcomer) {
        assertThat(newcomer.settings.topic()).isEqualTo("tea");
        assertThat(roleAt(newcomer, bob().id())).isEqualTo(Participant.Role.MODERATOR);
        assertThat(newcomer.told).noneMatch(line -> line.startsWith("gap"));
        force(ann(), new EventBody.Message(OutgoingMessage.of("muted"), world.epochMillis()));
        bob().send("welcome");
        assertThat(newcomer.messages()).last().isEqualTo("P1: welcome");
        assertThat(newcomer.messages()).noneMatch(line -> line.contains("muted"));
        world.advanceMillis(15_000);
        assertThat(newcomer.told).noneMatch(line -> line.startsWith("gap"));
    }

    @Test
    void aNewcomerLearnsAllActsAndNoWordOfBefore() {
        speakBefore();
        Node newcomer = enter("New", 30);
        assertThat(newcomer.messages()).isEmpty();
        assertAct(newcomer);
    }

    @Test
    void aNewcomerIsGivenTheLastMessagesIfTheHostSaysSo() {
        speakBefore();
        set(host, settings("tea", HistoryPolicy.last(3), 0, false));
        Node newcomer = enter("New", 30);
        // "gone" is one of the last three, and deleted.
        assertThat(newcomer.messages()).containsExactly("P0: a2", "P1: b2");
        assertAct(newcomer);
    }

    @Test
    void aNewcomerIsGivenWhatWasSaidWithinATimeIfTheHostSaysSo() {
        speakBefore();
        set(host, settings("tea", HistoryPolicy.last(Duration.ofSeconds(90)), 0, false));
        Node newcomer = enter("New", 30);
        assertThat(newcomer.messages()).containsExactly("P1: b1", "P0: a2", "P1: b2");
        assertAct(newcomer);
    }

    @Test
    void aNewcomerIsGivenEverythingIfTheHostSaysSo() {
        speakBefore();
        set(host, settings("tea", HistoryPolicy.ALL, 0, false));
        Node newcomer = enter("New", 30);
        assertThat(newcomer.messages())
                .containsExactlyInAnyOrder("P0: a0", "P1: b0", "P0: a1", "P1: b1", "P0: a2", "P1: b2");
        assertAct(newcomer);
    }

    @Test
    void aNewcomerLearnsTheChannelsOfEmotesThatAreNamedAndWhenOthersAre() {
        List<EmoteChannel> channels = List.of(new EmoteChannel("7tv", "twitch/1"), new EmoteChannel("7tv", "kick/2"));
        set(host, RoomSettings.FIRST.withEmoteChannels(channels));
        world.advanceMillis(1_000);
        Node newcomer = enter("New", 30);
        assertThat(newcomer.settings.emoteChannels()).isEqualTo(channels);
        set(host, host.machine.settings().withEmoteChannels(channels.subList(1, 2)));
        world.advanceMillis(1_000);
        all().forEach(node -> assertThat(node.settings.emoteChannels()).isEqualTo(channels.subList(1, 2)));
        set(ann(), ann().machine.settings().withEmoteChannels(List.of()));
        world.advanceMillis(1_000);
        assertThat(ann().rejected).hasSize(1);
        assertThat(newcomer.settings.emoteChannels()).hasSize(1);
    }

    @Test
    void actsOfThoseWhoAreGoneReachNewcomersToo() {
        speakBefore();
        bob().request(ticket -> new Input.Leave());
        world.advanceMillis(1_000);
        Node newcomer = enter("New", 30);
        assertThat(newcomer.settings.topic()).isEqualTo("tea");
        assertThat(newcomer.acts).hasSize(3);
        world.advanceMillis(15_000);
        assertThat(newcomer.told).noneMatch(line -> line.startsWith("gap"));
    }

    // ---- floods

    @Test
    void whoSaysMoreThanOneMayIsHeldBackAndStaysInTheRoom() {
        long last = 0;
        while (ann().rejected.isEmpty()) {
            last = ann().send("x");
        }
        assertThat(ann().rejected.get(last)).isInstanceOf(BackpressureException.class);
        assertThat(ann().closed).isNull();
        world.advanceMillis(1_000);
        ann().rejected.clear();
        ann().send("after a while");
        assertThat(ann().rejected).isEmpty();
        all().forEach(node -> assertThat(node.messages()).last().isEqualTo("P0: after a while"));
    }

    @Test
    void whoFloodsLosesItsLinksBeforeItsWordsAreOpened() {
        for (int i = 0; i < LinkRate.EVENT_BURST + 10; i++) {
            ann().machine.say(Event.TYPE_MESSAGE, Bodies.message(OutgoingMessage.of("flood"), world.epochMillis()));
        }
        ann().handle(new Input.Tick());
        world.settle();
        assertThat(host.messages()).hasSizeLessThanOrEqualTo(LinkRate.EVENT_BURST);
        assertThat(host.told).as("a violation costs it its place").contains("-P0");
        host.send("quiet again");
        assertThat(bob().messages()).last().isEqualTo("Host: quiet again");
    }

    @Test
    void whoFloodsWithFewButLongWordsLosesItsLinksToo() {
        byte[] body =
                Bodies.message(OutgoingMessage.of("x".repeat(OutgoingMessage.MAX_TEXT_BYTES)), world.epochMillis());
        int fit = LinkRate.BYTE_BURST / body.length;
        assertThat(fit).as("few, so that their number is no reason").isLessThan(LinkRate.EVENT_BURST / 2);
        for (int i = 0; i < fit + 10; i++) {
            ann().machine.say(Event.TYPE_MESSAGE, body);
        }
        ann().handle(new Input.Tick());
        world.settle();
        assertThat(host.messages()).hasSizeLessThanOrEqualTo(fit);
        assertThat(host.told).as("a violation costs it its place").contains("-P0");
        host.send("quiet again");
        assertThat(bob().messages()).last().isEqualTo("Host: quiet again");
    }

    // ---- private messages

    private static long whisper(Node from, Node to, String text) {
        return from.request(
                ticket -> new Input.Whisper(ticket, to.id(), OutgoingMessage.of(text), MachineHarness.filled(77)));
    }

    @Test
    void aPrivateMessageIsReadByItsReceiverAndNobodyElse() {
        world.startTap();
        long ticket = whisper(ann(), bob(), "between us");
        assertThat(ann().accepted).containsKey(ticket);
        assertThat(ann().takeTold()).containsExactly("P0 to P1: between us");
        assertThat(bob().takeTold()).containsExactly("P0 to P1: between us");
        for (Node other : List.of(host, cleo())) {
            assertThat(other.takeTold()).as(other.name).isEmpty();
            // It is kept by all like every event, so that chains have no gap, and is not to be read in what is kept.
            StoredEvent kept = other.stored.get(other.stored.size() - 1);
            assertThat(kept.type()).isEqualTo("private");
            assertThat(new String(kept.bytes(), ISO_8859_1)).doesNotContain("between us");
        }
        affect(ann(), new EventBody.Delete(ann().idOf(ticket)));
        assertThat(bob().takeTold()).containsExactly("removed between us by P0");
    }

    @Test
    void aPrivateMessageThatIsCopiedIntoAnotherEventIsNotShown() {
        whisper(ann(), bob(), "between us");
        StoredEvent kept = cleo().stored.get(cleo().stored.size() - 1);
        all().forEach(Node::takeTold);
        EventBody.Private sealed = (EventBody.Private) bodyOf(kept);
        force(cleo(), new EventBody.Private(bob().id(), sealed.sealed()));
        assertThat(bob().takeTold()).isEmpty();
    }

    private EventBody bodyOf(StoredEvent stored) {
        try {
            Event event = Event.verify(stored.bytes(), world.descriptor.room());
            return EventBodies.read(event.type(), event.body()).orElseThrow();
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneWhispersToOneWhoIsThereAndNotToOneself() {
        assertRefused(ann(), whisper(ann(), ann(), "note to self"), "oneself");
        Node gone = enter("Dan", 31);
        gone.request(ticket -> new Input.Leave());
        world.advanceMillis(1_000);
        assertRefused(ann(), whisper(ann(), gone, "hello?"), "no such participant");
        moderate(host, mute(ann()));
        assertRefused(ann(), whisper(ann(), bob(), "psst"), "muted");
    }

    // ---- a restart

    @Test
    void whoIsStartedAgainKnowsWhatTheActsHaveMadeOfTheRoomAndIsToldNothingTwice() {
        speakBefore();
        MessageId id = said(cleo(), "before the crash");
        Node before = cleo();
        before.crash();
        world.advanceMillis(1_000);
        Node again = world.again(before, host.secret, before.stored);
        again.start();
        guests.set(2, again);
        world.advanceMillis(5_000);

        assertThat(again.machine.settings().topic()).isEqualTo("tea");
        assertThat(roleAt(again, bob().id())).isEqualTo(Participant.Role.MODERATOR);
        assertThat(again.told).noneMatch(line -> line.contains("before the crash"));
        affect(again, new EventBody.Edit(id, OutgoingMessage.of("after it")));
        force(ann(), new EventBody.Message(OutgoingMessage.of("muted still"), world.epochMillis()));
        assertThat(again.told).contains("edited: after it");
        assertThat(bob().told).contains("edited: after it");
        assertThat(again.told).noneMatch(line -> line.startsWith("P0: "));
        assertThat(viewOf(again)).isEqualTo(viewOf(host));
    }
}
