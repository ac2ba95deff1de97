package dev.parley.chat.testkit.store;

import static dev.parley.chat.testkit.store.StoredEvents.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.StoreException;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ChatStore} must do. Derive a test class that makes the store under test.
 *
 * <p>Methods are public so that JUnit reaches them when this module is on the module path.
 */
public abstract class ChatStoreContract {

    private static final RoomId ROOM = StoredEvents.room("here");
    private static final RoomId OTHER_ROOM = StoredEvents.room("elsewhere");

    // The digits of base32 sort before its letters as text, but stand for higher bytes: an order by bytes is found out.
    private static final PeerId LOW = new PeerId("2".repeat(PeerId.BYTES * 8 / 5));
    private static final PeerId HIGH = new PeerId("a".repeat(PeerId.BYTES * 8 / 5));

    private @Nullable ChatStore made;

    /** For subclasses. */
    protected ChatStoreContract() {}

    /**
     * Makes the store under test.
     *
     * @return a new, empty store
     * @throws Exception if it cannot be made; the test fails
     */
    protected abstract ChatStore newStore() throws Exception;

    @BeforeEach
    public void makeStore() throws Exception {
        made = newStore();
    }

    @AfterEach
    public void closeStore() {
        if (made != null) {
            made.close();
        }
    }

    private ChatStore store() {
        return Objects.requireNonNull(made);
    }

    @Test
    public void aNewStoreIsEmpty() {
        assertThat(store().heads(ROOM)).isEmpty();
        assertThat(store().chain(ROOM, LOW, 1, 10)).isEmpty();
        assertThat(store().timeline(ROOM, null, 10)).isEmpty();
        assertThat(store().outbox(ROOM, LOW, 10)).isEmpty();
        assertThat(store().find(ROOM)).isEmpty();
        assertThat(store().rooms()).isEmpty();
    }

    @Test
    public void anEventComesBackAsItWasAppended() {
        byte[] bytes = new byte[70_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        StoredEvent plain = event(ROOM, LOW, Long.MAX_VALUE, Long.MAX_VALUE, "");
        StoredEvent event =
                new StoredEvent(ROOM, LOW, Long.MAX_VALUE, plain.id(), Long.MAX_VALUE, "r\u00e9action", bytes);

        assertThat(store().append(List.of(event))).isEqualTo(1);

        assertThat(store().timeline(ROOM, null, 1)).containsExactly(event);
        assertThat(store().chain(ROOM, LOW, Long.MAX_VALUE, 1)).containsExactly(event);
    }

    @Test
    public void anEmptyEventIsKept() {
        StoredEvent event = event(ROOM, LOW, 1, 1, "");
        store().append(List.of(event));
        assertThat(store().timeline(ROOM, null, 1)).containsExactly(event);
    }

    @Test
    public void returnedBytesAreCopies() {
        StoredEvent event = event(ROOM, LOW, 1, 1, "as signed");
        store().append(List.of(event));

        Arrays.fill(store().timeline(ROOM, null, 1).get(0).bytes(), (byte) 0);
        Arrays.fill(store().chain(ROOM, LOW, 1, 1).get(0).bytes(), (byte) 0);

        assertThat(store().timeline(ROOM, null, 1)).containsExactly(event);
    }

    @Test
    public void appendingNothingKeepsNothing() {
        assertThat(store().append(List.of())).isZero();
    }

    @Test
    public void anEventThatIsThereIsPassedOver() {
        StoredEvent first = event(ROOM, LOW, 1, 1, "first");
        StoredEvent second = event(ROOM, LOW, 2, 2, "second");

        assertThat(store().append(List.of(first, first))).isEqualTo(1);
        assertThat(store().append(List.of(first, second))).isEqualTo(1);
        assertThat(store().append(List.of(first, second))).isZero();

        assertThat(store().timeline(ROOM, null, 10)).containsExactly(first, second);
    }

    @Test
    public void aForkIsRefusedWithAllThatCameWithIt() {
        StoredEvent kept = event(ROOM, LOW, 1, 1, "kept");
        StoredEvent fork = event(ROOM, LOW, 1, 1, "fork");
        store().append(List.of(kept));

        List<StoredEvent> batch =
                List.of(event(ROOM, HIGH, 1, 1, "before"), event(OTHER_ROOM, LOW, 1, 1, "there"), fork);
        assertThatThrownBy(() -> store().append(batch)).isInstanceOf(StoreException.class);

        assertThat(store().timeline(ROOM, null, 10)).containsExactly(kept);
        assertThat(store().timeline(OTHER_ROOM, null, 10)).isEmpty();
        assertThat(store().append(batch.subList(0, 2))).isEqualTo(2);
    }

    @Test
    public void aForkWithinOneCallIsRefused() {
        List<StoredEvent> batch = List.of(event(ROOM, LOW, 1, 1, "one"), event(ROOM, LOW, 1, 1, "another"));
        assertThatThrownBy(() -> store().append(batch)).isInstanceOf(StoreException.class);
        assertThat(store().timeline(ROOM, null, 10)).isEmpty();
    }

    @Test
    public void headsAreTheHighestCountOfEachAuthor() {
        StoredEvent head = event(ROOM, LOW, 7, 1, "head of a chain with gaps");
        StoredEvent other = event(ROOM, HIGH, 1, 9, "only one");
        store().append(List.of(event(ROOM, LOW, 2, 5, "second"), head, event(ROOM, LOW, 5, 9, "fifth"), other));

        assertThat(store().heads(ROOM))
                .containsOnly(entry(LOW, new EventHead(7, head.id())), entry(HIGH, new EventHead(1, other.id())));
    }

    @Test
    public void headsOfManyAuthorsAreComplete() {
        List<StoredEvent> events = IntStream.range(0, 50)
                .mapToObj(i -> event(ROOM, StoredEvents.peer("author " + i), 1 + i, i, "hello"))
                .toList();
        store().append(events);
        assertThat(store().heads(ROOM)).hasSize(50);
        for (StoredEvent event : events) {
            assertThat(store().heads(ROOM)).containsEntry(event.sender(), new EventHead(event.seq(), event.id()));
        }
    }

    @Test
    public void aChainIsReadByCountAndMayHaveGaps() {
        StoredEvent second = event(ROOM, LOW, 2, 90, "second");
        StoredEvent fifth = event(ROOM, LOW, 5, 10, "fifth");
        StoredEvent sixth = event(ROOM, LOW, 6, 50, "sixth");
        store().append(List.of(sixth, second, event(ROOM, HIGH, 4, 1, "of another"), fifth));

        assertThat(store().chain(ROOM, LOW, 1, 10)).containsExactly(second, fifth, sixth);
        assertThat(store().chain(ROOM, LOW, 2, 2)).containsExactly(second, fifth);
        assertThat(store().chain(ROOM, LOW, 3, 1)).containsExactly(fifth);
        assertThat(store().chain(ROOM, LOW, 7, 10)).isEmpty();
    }

    @Test
    public void theTimelineIsByClockThenAuthorThenCount() {
        StoredEvent first = event(ROOM, HIGH, 9, Long.MIN_VALUE, "lowest clock");
        StoredEvent second = event(ROOM, LOW, 1, 5, "low author");
        StoredEvent third = event(ROOM, LOW, 10, 5, "low author, higher count");
        StoredEvent fourth = event(ROOM, HIGH, 1, 5, "high author");
        StoredEvent fifth = event(ROOM, LOW, 2, 6, "highest clock");
        store().append(List.of(fifth, third, first, fourth, second));

        assertThat(store().timeline(ROOM, null, 10)).containsExactly(first, second, third, fourth, fifth);
    }

    @Test
    public void pagingBackwardsMeetsEveryEventOnceAcrossEqualClocks() {
        List<StoredEvent> events = new ArrayList<>();
        for (PeerId sender : List.of(HIGH, LOW, StoredEvents.peer("a third"))) {
            for (int seq = 1; seq <= 13; seq++) {
                events.add(event(ROOM, sender, seq, 100 + seq / 5, "event"));
            }
        }
        store().append(events);
        events.sort(Comparator.comparing(TimelinePosition::of));

        for (int limit = 1; limit <= events.size() + 1; limit++) {
            List<StoredEvent> read = new ArrayList<>();
            List<StoredEvent> page = store().timeline(ROOM, null, limit);
            while (!page.isEmpty()) {
                assertThat(page).hasSizeLessThanOrEqualTo(limit);
                read.addAll(0, page);
                page = store().timeline(ROOM, TimelinePosition.of(page.get(0)), limit);
            }
            assertThat(read).isEqualTo(events);
        }
    }

    @Test
    public void aPlaceNeedNotBeThatOfAnEvent() {
        StoredEvent event = event(ROOM, LOW, 3, 5, "event");
        store().append(List.of(event));
        assertThat(store().timeline(ROOM, new TimelinePosition(5, LOW, 4), 1)).containsExactly(event);
        assertThat(store().timeline(ROOM, new TimelinePosition(5, LOW, 3), 1)).isEmpty();
        assertThat(store().timeline(ROOM, new TimelinePosition(5, HIGH, 1), 1)).containsExactly(event);
        assertThat(store().timeline(ROOM, new TimelinePosition(4, HIGH, 9), 1)).isEmpty();
    }

    @Test
    public void aPageHasAtMostAThousandEvents() {
        store().append(LongStream.rangeClosed(1, ChatStore.MAX_PAGE + 1)
                .mapToObj(seq -> event(ROOM, LOW, seq, seq, "event"))
                .toList());
        for (IntFunction<List<StoredEvent>> page : pages()) {
            assertThat(page.apply(1)).hasSize(1);
            assertThat(page.apply(ChatStore.MAX_PAGE)).hasSize(ChatStore.MAX_PAGE);
        }
    }

    @Test
    public void limitsOutsideOneToAThousandAreRefused() {
        for (IntFunction<List<StoredEvent>> page : pages()) {
            for (int limit : new int[] {Integer.MIN_VALUE, -1, 0, ChatStore.MAX_PAGE + 1, Integer.MAX_VALUE}) {
                assertThatIllegalArgumentException().isThrownBy(() -> page.apply(limit));
            }
        }
    }

    private List<IntFunction<List<StoredEvent>>> pages() {
        return List.of(
                limit -> store().chain(ROOM, LOW, 1, limit),
                limit -> store().timeline(ROOM, null, limit),
                limit -> store().timeline(ROOM, new TimelinePosition(Long.MAX_VALUE, HIGH, 1), limit),
                limit -> store().outbox(ROOM, LOW, limit));
    }

    @Test
    public void theOutboxHasOnesOwnEventsThatAreNotAcknowledged() {
        StoredEvent first = event(ROOM, LOW, 1, 9, "first");
        StoredEvent second = event(ROOM, LOW, 2, 8, "second");
        StoredEvent fourth = event(ROOM, LOW, 4, 7, "fourth");
        store().append(List.of(fourth, second, first, event(ROOM, HIGH, 1, 1, "of another")));

        assertThat(store().outbox(ROOM, LOW, 10)).containsExactly(first, second, fourth);
        assertThat(store().outbox(ROOM, LOW, 2)).containsExactly(first, second);
        store().acknowledge(ROOM, LOW, 1);
        assertThat(store().outbox(ROOM, LOW, 10)).containsExactly(second, fourth);
        store().acknowledge(ROOM, LOW, 4);
        assertThat(store().outbox(ROOM, LOW, 10)).isEmpty();
        assertThat(store().timeline(ROOM, null, 10)).hasSize(4);
    }

    @Test
    public void aMarkNeverGoesBack() {
        StoredEvent third = event(ROOM, LOW, 3, 3, "third");
        store().append(List.of(event(ROOM, LOW, 1, 1, "first"), event(ROOM, LOW, 2, 2, "second"), third));
        store().acknowledge(ROOM, LOW, 2);
        store().acknowledge(ROOM, LOW, 1);
        store().acknowledge(ROOM, LOW, 0);
        assertThat(store().outbox(ROOM, LOW, 10)).containsExactly(third);
    }

    @Test
    public void aMarkMayBeAheadOfTheEvents() {
        store().acknowledge(ROOM, LOW, 2);
        StoredEvent third = event(ROOM, LOW, 3, 3, "third");
        store().append(List.of(event(ROOM, LOW, 2, 2, "second"), third));
        assertThat(store().outbox(ROOM, LOW, 10)).containsExactly(third);
        assertThat(store().find(ROOM)).isEmpty();
    }

    @Test
    public void marksOfRoomsAndProfilesAreApart() {
        StoredEvent other = event(ROOM, HIGH, 1, 1, "other profile");
        StoredEvent elsewhere = event(OTHER_ROOM, LOW, 1, 1, "other room");
        store().append(List.of(event(ROOM, LOW, 1, 1, "here"), other, elsewhere));
        store().acknowledge(ROOM, LOW, 1);
        assertThat(store().outbox(ROOM, HIGH, 10)).containsExactly(other);
        assertThat(store().outbox(OTHER_ROOM, LOW, 10)).containsExactly(elsewhere);
    }

    @Test
    public void roomsAreApart() {
        StoredEvent here = event(ROOM, LOW, 1, 1, "here");
        StoredEvent there = event(OTHER_ROOM, LOW, 1, 1, "there");
        assertThat(store().append(List.of(here, there, here))).isEqualTo(2);

        assertThat(store().timeline(ROOM, null, 10)).containsExactly(here);
        assertThat(store().timeline(OTHER_ROOM, null, 10)).containsExactly(there);
        assertThat(store().chain(OTHER_ROOM, LOW, 1, 10)).containsExactly(there);
        assertThat(store().heads(ROOM)).containsOnly(entry(LOW, new EventHead(1, here.id())));
    }

    @Test
    public void aRoomIsRememberedExactly() {
        RoomRecord record = new RoomRecord(
                ROOM, "B\u00fcro \u4e2d\uD83D\uDE00 'quoted'", true, Instant.parse("2026-02-28T23:59:59.123456789Z"));
        store().remember(record);
        assertThat(store().find(ROOM)).contains(record);
        assertThat(store().find(OTHER_ROOM)).isEmpty();
    }

    @Test
    public void rememberingAgainReplaces() {
        store().append(List.of(event(ROOM, LOW, 1, 1, "event")));
        store().remember(new RoomRecord(ROOM, "old", true, Instant.ofEpochSecond(1)));
        RoomRecord newer = new RoomRecord(ROOM, "", false, Instant.EPOCH);
        store().remember(newer);
        assertThat(store().rooms()).containsExactly(newer);
        assertThat(store().timeline(ROOM, null, 10)).hasSize(1);
    }

    @Test
    public void roomsAreListedLastEnteredFirst() {
        RoomRecord before1970 = new RoomRecord(StoredEvents.room("old"), "old", false, Instant.ofEpochSecond(-1, 5));
        RoomRecord earlier =
                new RoomRecord(StoredEvents.room("earlier"), "earlier", false, Instant.ofEpochSecond(9, 1));
        RoomRecord later = new RoomRecord(StoredEvents.room("later"), "later", false, Instant.ofEpochSecond(9, 2));
        List<RoomRecord> same = IntStream.range(0, 4)
                .mapToObj(i -> new RoomRecord(StoredEvents.room("same " + i), "same", true, Instant.ofEpochSecond(10)))
                .sorted(Comparator.comparing(RoomRecord::room))
                .toList();
        for (RoomRecord record :
                List.of(earlier, same.get(2), same.get(0), before1970, same.get(3), later, same.get(1))) {
            store().remember(record);
        }
        assertThat(store().rooms())
                .containsExactly(same.get(0), same.get(1), same.get(2), same.get(3), later, earlier, before1970);
    }

    @Test
    public void roomsWithEventsOnlyAreNotRemembered() {
        store().append(List.of(event(ROOM, LOW, 1, 1, "event")));
        assertThat(store().rooms()).isEmpty();
        assertThat(store().find(ROOM)).isEmpty();
    }

    @Test
    public void forgettingDeletesTheRoomItsEventsAndItsMarks() {
        StoredEvent event = event(ROOM, LOW, 1, 1, "event");
        StoredEvent there = event(OTHER_ROOM, LOW, 1, 1, "there");
        RoomRecord elsewhere = new RoomRecord(OTHER_ROOM, "elsewhere", false, Instant.EPOCH);
        store().append(List.of(event, there));
        store().acknowledge(ROOM, LOW, 1);
        store().remember(new RoomRecord(ROOM, "here", true, Instant.EPOCH));
        store().remember(elsewhere);

        store().forget(ROOM);

        assertThat(store().rooms()).containsExactly(elsewhere);
        assertThat(store().heads(ROOM)).isEmpty();
        assertThat(store().timeline(ROOM, null, 10)).isEmpty();
        assertThat(store().timeline(OTHER_ROOM, null, 10)).containsExactly(there);
        assertThat(store().append(List.of(event))).isEqualTo(1);
        assertThat(store().outbox(ROOM, LOW, 10)).containsExactly(event);
    }

    @Test
    public void forgettingAnUnknownRoomDoesNothing() {
        assertThatCode(() -> store().forget(ROOM)).doesNotThrowAnyException();
    }

    @Test
    public void threadsMayAppendAndReadAtTheSameTime() throws Exception {
        int threads = 4;
        int calls = 25;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                PeerId own = StoredEvents.peer("thread " + i);
                tasks.add(() -> {
                    start.await();
                    int fresh = 0;
                    for (int seq = 1; seq <= calls; seq++) {
                        StoredEvent mine = event(ROOM, own, seq, seq, "own");
                        StoredEvent shared = event(ROOM, HIGH, seq, seq, "by all");
                        fresh += store().append(List.of(mine, shared));
                        assertThat(store().heads(ROOM)).containsEntry(own, new EventHead(seq, mine.id()));
                        assertThat(store().chain(ROOM, own, seq, 1)).containsExactly(mine);
                        assertThat(store().timeline(ROOM, null, ChatStore.MAX_PAGE))
                                .contains(mine, shared)
                                .isSortedAccordingTo(Comparator.comparing(TimelinePosition::of));
                    }
                    return fresh;
                });
            }
            int fresh = 0;
            for (Future<Integer> done : pool.invokeAll(tasks)) {
                fresh += done.get();
            }
            assertThat(fresh).isEqualTo((threads + 1) * calls);
            assertThat(store().timeline(ROOM, null, ChatStore.MAX_PAGE)).hasSize((threads + 1) * calls);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    public void nothingCanBeDoneAfterClose() {
        store().close();
        List<ThrowingCallable> calls = List.of(
                () -> store().append(List.of()),
                () -> store().append(List.of(event(ROOM, LOW, 1, 1, "late"))),
                () -> store().heads(ROOM),
                () -> store().chain(ROOM, LOW, 1, 1),
                () -> store().timeline(ROOM, null, 1),
                () -> store().acknowledge(ROOM, LOW, 1),
                () -> store().outbox(ROOM, LOW, 1),
                () -> store().remember(new RoomRecord(ROOM, "late", false, Instant.EPOCH)),
                () -> store().find(ROOM),
                () -> store().rooms(),
                () -> store().forget(ROOM));
        for (ThrowingCallable call : calls) {
            assertThatIllegalStateException().isThrownBy(call);
        }
    }

    @Test
    public void closingAgainDoesNothing() {
        store().close();
        assertThatCode(store()::close).doesNotThrowAnyException();
    }

    private static Map.Entry<PeerId, EventHead> entry(PeerId sender, EventHead head) {
        return Map.entry(sender, head);
    }
}
