package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ConnectionState;
import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.MessageId;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is not remembered any more is given from the store, to whom it may be given, and only there. */
class StoreSyncTest {

    private final MachineHarness world = new MachineHarness();
    private final Node host = world.host().start();
    private final Node ann = enter("Ann", 2);
    private final Node bob = enter("Bob", 3);

    private Node enter(String name, int number) {
        return entered(world.participant(name, number));
    }

    private Node entered(Node node) {
        node.start();
        world.advanceMillis(1_000);
        return node;
    }

    /** All that the room has heard so far is in the stores alone, as if much more had been said since. */
    private void forget() {
        for (Node node : List.of(host, ann, bob)) {
            node.machine.heads.forEach((author, head) -> node.machine.chains.recent.isInStoreOnly(author, head.seq()));
        }
    }

    private Node again(Node before) {
        List<StoredEvent> acts = before.stored.stream()
                .filter(event -> EventBodies.isAct(event.type()))
                .toList();
        Node again = world.again(before, host.machine.secret, acts);
        before.stored.forEach(event -> again.store.append(List.of(event)));
        return again;
    }

    private static List<String> heard(Node node) {
        return node.messages();
    }

    private void setHistory(HistoryPolicy policy) {
        RoomSettings settings = host.machine.settings().withHistory(policy);
        host.request(ticket -> new Input.ChangeSettings(ticket, settings));
        world.advanceMillis(100);
    }

    private void say(Node node, String text) {
        node.send(text);
        world.advanceMillis(1_000);
    }

    @Test
    void whoComesBackIsGivenWhatOnlyTheStoresHaveInTheOrderOfTheTimeline() {
        bob.crash();
        for (int i = 0; i < 3; i++) {
            say(ann, "ann " + i);
            say(host, "host " + i);
        }
        forget();
        Node back = entered(again(bob));
        assertThat(heard(back))
                .containsExactly(
                        "Ann: ann 0", "Host: host 0", "Ann: ann 1", "Host: host 1", "Ann: ann 2", "Host: host 2");
        assertThat(host.all(Output.ReadEvents.class)).isNotEmpty();
        assertThat(back.all(Output.HistoryGap.class)).isEmpty();
    }

    @Test
    void itIsGivenWithoutTheStoreWhatIsRemembered() {
        bob.crash();
        say(ann, "one");
        Node back = entered(again(bob));
        assertThat(heard(back)).containsExactly("Ann: one");
        assertThat(host.all(Output.ReadEvents.class)).isEmpty();
    }

    @Test
    void aStoreThatFailsGivesNothingAndHoldsUpNothing() {
        bob.crash();
        say(ann, "one");
        forget();
        host.isStoreFailing = true;
        ann.isStoreFailing = true;
        Node back = entered(again(bob));
        assertThat(back.machine.state).isEqualTo(ConnectionState.CONNECTED);
        say(host, "two");
        assertThat(heard(back)).containsExactly("Host: two");
    }

    @Test
    void whatOneAnswerDoesNotHoldIsAskedForAtOnce() {
        bob.crash();
        String filler = "x".repeat(15_000);
        List<String> said = new ArrayList<>();
        long bytes = 0;
        while (bytes < 2 * Limits.MAX_FIRST_GIVEN_BYTES) {
            String text = said.size() + " " + filler;
            say(ann, text);
            said.add("Ann: " + text);
            bytes += filler.length();
        }
        forget();
        Node back = entered(again(bob));
        assertThat(heard(back)).isEqualTo(said);
        assertThat(back.all(Output.HistoryGap.class)).isEmpty();
    }

    @Test
    void howFarItHasComeIsToldWhereOneAnswerDoesNotHoldIt() {
        bob.crash();
        String filler = "x".repeat(15_000);
        int count = 0;
        for (long bytes = 0; bytes < 3 * Limits.MAX_FIRST_GIVEN_BYTES; bytes += filler.length()) {
            say(ann, count + " " + filler);
            count++;
        }
        forget();
        Node back = entered(again(bob));

        List<HistoryProgress> told = progress(back);
        assertThat(told).hasSizeGreaterThan(2);
        long before = 0;
        for (HistoryProgress each : told.subList(0, told.size() - 1)) {
            assertThat(each.isOver()).isFalse();
            assertThat(each.received()).isGreaterThan(before);
            // That one is not for it shows in the end.
            assertThat(each.received() + each.remaining()).isBetween((long) count, count + 1L);
            before = each.received();
        }
        assertThat(told).last().isEqualTo(new HistoryProgress(count, 0, true));
    }

    private static List<HistoryProgress> progress(Node node) {
        return node.all(Output.CaughtUp.class).stream()
                .map(Output.CaughtUp::progress)
                .toList();
    }

    @Test
    void moreThanCanBeCountedIsToldAsTheMostThatCan() {
        bob.crash();
        String filler = "x".repeat(15_000);
        for (long bytes = 0; bytes < 3 * Limits.MAX_FIRST_GIVEN_BYTES; bytes += filler.length()) {
            say(ann, filler);
        }
        forget();
        for (Node node : List.of(host, ann)) {
            for (int nobody = 50; nobody < 53; nobody++) {
                MessageId made = MessageId.of(MachineHarness.filled(nobody));
                node.machine.heads.put(
                        MachineHarness.identity(nobody).peerId(), new EventHead(Long.MAX_VALUE - 1, made));
            }
        }
        Node back = entered(again(bob));

        assertThat(progress(back))
                .anyMatch(each -> each.remaining() == Long.MAX_VALUE)
                .allMatch(each -> each.remaining() >= 0);
    }

    @Test
    void thatItIsOverIsToldWhenAnAnswerEndsOverAnotherLinkThanItBeganOver() {
        bob.crash();
        String filler = "x".repeat(15_000);
        for (int i = 0; i < 120; i++) {
            say(ann, i + " " + filler);
        }
        forget();
        host.isStoreSlow = true;
        Node back = again(bob).start();
        world.settle();
        while (progress(back).isEmpty()) {
            readOn();
            world.advanceMillis(10);
        }
        assertThat(progress(back)).last().matches(each -> !each.isOver());
        world.cut(back.link());
        host.isStoreSlow = false;
        world.advance(Timer.CATCH_UP.toDuration().dividedBy(2));

        assertThat(heard(back)).hasSize(120);
        assertThat(progress(back)).last().matches(each -> each.isOver());
    }

    @Test
    void ofWhatComesAtOnceNoProgressIsTold() {
        bob.crash();
        say(ann, "one");
        forget();
        Node back = entered(again(bob));
        assertThat(heard(back)).containsExactly("Ann: one");
        assertThat(progress(back)).isEmpty();
    }

    @Test
    void thatNoMoreComesIsTold() {
        bob.crash();
        String filler = "x".repeat(15_000);
        for (int i = 0; i < 120; i++) {
            say(ann, i + " " + filler);
        }
        forget();
        host.isStoreSlow = true;
        ann.isStoreFailing = true;
        Node back = again(bob).start();
        world.settle();
        while (progress(back).isEmpty()) {
            readOn();
            world.advanceMillis(10);
        }
        assertThat(progress(back)).last().matches(each -> !each.isOver() && each.remaining() > 0);
        long come = progress(back).get(progress(back).size() - 1).received();
        world.advance(Timer.CATCH_UP.toDuration());
        world.advanceMillis(1);

        assertThat(progress(back)).last().isEqualTo(new HistoryProgress(come, 0, true));
        for (int page = 0; page < 30; page++) {
            readOn();
            world.advanceMillis(100);
        }
        assertThat(heard(back)).hasSize(120);
    }

    @Test
    void aMemberThatGoesOnGivingWhileOthersSpeakLeavesNoGap() {
        bob.crash();
        String filler = "x".repeat(15_000);
        for (int i = 0; i < 150; i++) {
            say(ann, i + " " + filler);
        }
        forget();
        Node back = again(bob).start();
        for (int i = 0; i < 50; i++) {
            ann.send("live " + i);
            world.advanceMillis(50);
        }
        world.advanceMillis(20_000);
        assertThat(heard(back)).hasSize(200).last().isEqualTo("Ann: live 49");
        assertThat(back.all(Output.HistoryGap.class)).isEmpty();
    }

    private void readOn() {
        Runnable read = host.heldReads.poll();
        if (read != null) {
            read.run();
            world.settle();
        }
    }

    @Test
    void whatComesSlowlyIsNoGapAsLongAsItComes() {
        bob.crash();
        String filler = "x".repeat(15_000);
        for (int i = 0; i < 120; i++) {
            say(ann, i + " " + filler);
        }
        forget();
        host.isStoreSlow = true;
        ann.isStoreFailing = true;
        Node back = again(bob).start();
        world.settle();
        while (back.machine.state != ConnectionState.CONNECTED) {
            readOn();
            world.advanceMillis(10);
        }
        assertThat(heard(back)).hasSizeLessThan(100);
        // What is said now waits for the rest.
        ann.send("live");
        for (int page = 0; page < 30; page++) {
            world.advanceMillis(4_000);
            readOn();
        }
        assertThat(heard(back)).hasSize(121).last().isEqualTo("Ann: live");
        assertThat(back.all(Output.HistoryGap.class)).isEmpty();
    }

    @Test
    void whatTheStoreHasNoMoreIsAGapAndWhatIsBehindItComes() {
        say(ann, "zero");
        bob.crash();
        say(ann, "one");
        long ticket = ann.send("two");
        say(ann, "three");
        MessageId doomed = ann.idOf(ticket);
        for (Node node : List.of(host, ann)) {
            node.store.acknowledge(world.descriptor.room(), ann.id(), Long.MAX_VALUE);
            assertThat(node.store.delete(world.descriptor.room(), doomed)).isTrue();
        }
        forget();
        Node back = entered(again(bob));
        world.advance(Timer.GAP.toDuration());
        world.advanceMillis(1_000);
        assertThat(heard(back)).containsExactly("Ann: one", "Ann: three");
        assertThat(back.all(Output.HistoryGap.class)).hasSize(1);
        say(ann, "four");
        assertThat(heard(back)).last().isEqualTo("Ann: four");
    }

    /** The leader cannot give it; who was started again meanwhile can. */
    private Node comesBackToOneThatWasStartedAgain() {
        world.isMeshed = true;
        Node annAgain = entered(again(ann));
        world.advanceMillis(5_000);
        host.isStoreFailing = true;
        host.machine.heads.forEach((author, head) -> host.machine.chains.recent.isInStoreOnly(author, head.seq()));
        Node back = entered(again(bob));
        world.advanceMillis(60_000);
        assertThat(annAgain.machine.isConnected()).isTrue();
        return back;
    }

    @Test
    void whoWasStartedAgainHasNotedWhoWasInTheRoom() {
        say(ann, "zero");
        say(host, "zero");
        bob.crash();
        say(ann, "one");
        say(host, "two");
        ann.crash();
        world.advanceMillis(15_000);
        Node back = comesBackToOneThatWasStartedAgain();
        assertThat(heard(back)).containsExactlyInAnyOrder("Ann: one", "Host: two");
    }

    @Test
    void whoWasRemovedIsAsNewToThoseWhoAreStartedAgainAsToTheOthers() {
        say(bob, "zero");
        host.kick(bob.id());
        world.advanceMillis(1_000);
        ann.crash();
        world.advanceMillis(15_000);
        Node annAgain = entered(again(ann));
        assertThat(annAgain.machine.chains.wasHere(host.id())).isTrue();
        assertThat(annAgain.machine.chains.wasHere(bob.id())).isFalse();
    }

    @Test
    void whoWasRemovedIsGivenNothingOfTheStoresThatWasSaidBeforeItCameAgain() {
        setHistory(HistoryPolicy.NONE);
        say(ann, "zero");
        host.kick(bob.id());
        world.advanceMillis(1_000);
        say(ann, "one");
        say(host, "two");
        forget();
        Node back = entered(again(bob));
        assertThat(host.all(Output.ReadEvents.class)).isNotEmpty();
        say(ann, "three");
        assertThat(heard(back)).containsExactly("Ann: three");
    }

    @Test
    void aNewcomerIsGivenNothingOfTheStoresButTheActs() {
        setHistory(HistoryPolicy.NONE);
        RoomSettings settings = host.machine.settings().withTopic("tea");
        host.request(ticket -> new Input.ChangeSettings(ticket, settings));
        say(ann, "one");
        forget();
        Node cleo = enter("Cleo", 4);
        assertThat(heard(cleo)).isEmpty();
        assertThat(cleo.machine.settings().topic()).isEqualTo("tea");
        say(ann, "two");
        assertThat(heard(cleo)).containsExactly("Ann: two");
    }

    @Test
    void aNewcomerIsGivenAllIfTheRoomGivesAll() {
        setHistory(HistoryPolicy.ALL);
        say(ann, "one");
        say(bob, "two");
        forget();
        say(ann, "three");
        Node cleo = enter("Cleo", 4);
        assertThat(heard(cleo)).containsExactly("Ann: one", "Bob: two", "Ann: three");
        assertThat(cleo.all(Output.HistoryGap.class)).isEmpty();
        say(ann, "four");
        assertThat(heard(cleo)).last().isEqualTo("Ann: four");
    }

    @Test
    void aNewcomerIsGivenTheLastMessagesThatTheRoomGives() {
        setHistory(HistoryPolicy.last(3));
        for (int i = 0; i < 5; i++) {
            say(ann, "ann " + i);
            say(bob, "bob " + i);
        }
        forget();
        Node cleo = enter("Cleo", 4);
        assertThat(heard(cleo)).containsExactly("Bob: bob 3", "Ann: ann 4", "Bob: bob 4");
    }

    @Test
    void aNewcomerIsGivenWhatWasSaidWithinTheTimeThatTheRoomGives() {
        setHistory(HistoryPolicy.last(Duration.ofSeconds(10)));
        say(ann, "early");
        world.advanceMillis(20_000);
        say(ann, "late");
        forget();
        assertThat(heard(enter("Cleo", 4))).containsExactly("Ann: late");
    }

    @Test
    void aNewcomerIsGivenMoreHistoryThanOneAnswerHolds() {
        setHistory(HistoryPolicy.ALL);
        String filler = "x".repeat(15_000);
        for (int i = 0; i < 150; i++) {
            say(i % 2 == 0 ? ann : bob, i + " " + filler);
        }
        forget();
        Node cleo = enter("Cleo", 4);
        world.advanceMillis(3_000);
        assertThat(heard(cleo)).hasSize(150).first().isEqualTo("Ann: 0 " + filler);
        assertThat(cleo.all(Output.HistoryGap.class)).isEmpty();
    }

    @Test
    void whatWasDeletedIsNotInTheHistory() {
        setHistory(HistoryPolicy.ALL);
        say(ann, "one");
        long ticket = ann.send("two");
        world.advanceMillis(1_000);
        MessageId doomed = ann.idOf(ticket);
        ann.request(deletion -> new Input.Affect(deletion, new EventBody.Delete(doomed)));
        world.advanceMillis(1_000);
        forget();
        assertThat(heard(enter("Cleo", 4))).containsExactly("Ann: one");
    }

    @Test
    void whoDoesNotTakeWhatItIsGivenCostsNoMemory() {
        bob.crash();
        String filler = "x".repeat(15_000);
        for (int i = 0; i < 200; i++) {
            say(ann, i + " " + filler);
        }
        forget();
        host.isStoreSlow = true;
        Node back = again(bob).start();
        world.settle();
        // Before anything of the store has come.
        world.stall(back.linkAtHost());
        host.isStoreSlow = false;
        readOn();
        world.advanceMillis(3_000);
        assertThat(host.machine.queuedBytes())
                .isBetween(
                        (long) Limits.GIVING_WINDOW_BYTES,
                        (long) Limits.GIVING_WINDOW_BYTES + 2 * Limits.SYNC_CHUNK_BYTES);
        assertThat(host.machine.chains.readBytes()).isZero();
        world.unstall(back.linkAtHost());
        world.advanceMillis(5_000);
        List<StoredEvent> kept = back.stored;
        assertThat(kept.stream().filter(event -> event.sender().equals(ann.id())))
                .hasSizeGreaterThanOrEqualTo(200);
    }
}
