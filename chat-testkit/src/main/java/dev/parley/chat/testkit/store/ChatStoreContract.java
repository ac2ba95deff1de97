package dev.parley.chat.testkit.store;

import static dev.parley.chat.testkit.store.StoredEvents.event;
import static dev.parley.chat.testkit.store.StoredEvents.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.StoreException;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.MemberTime;
import dev.parley.chat.store.Retention;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.SearchPosition;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.store.TimelinePosition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
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
    private volatile long nowMillis = 1_000;

    /** For subclasses. */
    protected ChatStoreContract() {}

    /**
     * Makes the store under test.
     *
     * @param clock the clock by which events disappear
     * @return a new, empty store
     * @throws Exception if it cannot be made; the test fails
     */
    protected abstract ChatStore newStore(InstantSource clock) throws Exception;

    @BeforeEach
    public void makeStore() throws Exception {
        made = newStore(() -> Instant.ofEpochMilli(nowMillis));
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
        assertThat(store().roomsWithEvents()).isEmpty();
        assertThat(store().timelineAfter(ROOM, null, 10)).isEmpty();
        assertThat(store().search(null, "word", null, 10)).isEmpty();
        assertThat(store().search(ROOM, "word", null, 10)).isEmpty();
        assertThat(store().event(ROOM, event(ROOM, LOW, 1, 1, "").id())).isEmpty();
        assertThat(store().nextExpiry()).isEmpty();
        assertThat(store().retention(ROOM)).isEqualTo(Retention.FOREVER);
        assertThat(store().applyRetention(Instant.EPOCH)).isZero();
        assertThat(store().deleteExpired(Instant.EPOCH)).isZero();
        assertThat(store().deleteBefore(ROOM, Instant.EPOCH)).isZero();
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
                limit -> store().ofType(ROOM, "message", null, limit),
                limit -> store().ofType(ROOM, "message", new TimelinePosition(Long.MAX_VALUE, HIGH, 1), limit),
                limit -> store().ofTypeAfter(ROOM, "message", null, limit),
                limit -> store().ofTypeAfter(ROOM, "message", new TimelinePosition(0, LOW, 1), limit),
                limit -> store().timelineAfter(ROOM, null, limit),
                limit -> store().timelineAfter(ROOM, new TimelinePosition(0, LOW, 1), limit),
                limit -> store().timelineAround(
                                ROOM, event(ROOM, LOW, 501, 501, "event").id(), limit),
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

    private static String hash(int number) {
        return String.format(Locale.ROOT, "%064x", number);
    }

    @Test
    public void imagesAreKeptByRoomAndListedWithTheirLengths() {
        assertThat(store().images(ROOM)).isEmpty();
        assertThat(store().image(ROOM, hash(1))).isEmpty();
        byte[] image = {1, 2, 3};
        store().keepImage(ROOM, hash(1), image);
        store().keepImage(ROOM, hash(2), new byte[RoomEmoji.MAX_IMAGE_BYTES]);
        store().keepImage(OTHER_ROOM, hash(1), new byte[] {4});
        image[0] = 9;
        assertThat(store().image(ROOM, hash(1))).hasValue(new byte[] {1, 2, 3});
        store().image(ROOM, hash(1)).orElseThrow()[1] = 9;
        assertThat(store().image(ROOM, hash(1))).hasValue(new byte[] {1, 2, 3});
        assertThat(store().image(OTHER_ROOM, hash(1))).hasValue(new byte[] {4});
        assertThat(store().images(ROOM))
                .containsOnly(Map.entry(hash(1), 3), Map.entry(hash(2), RoomEmoji.MAX_IMAGE_BYTES));
        assertThat(store().roomsWithEvents()).isEmpty();
        assertThat(store().rooms()).isEmpty();
        store().keepImage(ROOM, hash(1), new byte[] {7, 7});
        assertThat(store().images(ROOM)).containsEntry(hash(1), 2).hasSize(2);
        assertThat(store().image(ROOM, hash(1))).hasValue(new byte[] {7, 7});
    }

    @Test
    public void anImageOfNoLengthOrTooLongIsRefused() {
        for (int length : new int[] {0, RoomEmoji.MAX_IMAGE_BYTES + 1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> store().keepImage(ROOM, hash(1), new byte[length]));
        }
        assertThat(store().images(ROOM)).isEmpty();
    }

    @Test
    public void allImagesButSomeAreDeletedAndThoseOfARoomWithIt() {
        for (int i = 1; i <= 4; i++) {
            store().keepImage(ROOM, hash(i), new byte[i]);
            store().keepImage(OTHER_ROOM, hash(i), new byte[i]);
        }
        assertThat(store().keepOnlyImages(ROOM, Set.of(hash(2), hash(4), hash(5))))
                .isEqualTo(2);
        assertThat(store().images(ROOM)).containsOnlyKeys(hash(2), hash(4));
        assertThat(store().keepOnlyImages(ROOM, Set.of(hash(2), hash(4)))).isZero();
        store().forget(ROOM);
        assertThat(store().images(ROOM)).isEmpty();
        assertThat(store().image(ROOM, hash(2))).isEmpty();
        assertThat(store().images(OTHER_ROOM)).hasSize(4);
        assertThat(store().keepOnlyImages(OTHER_ROOM, Set.of())).isEqualTo(4);
        assertThat(store().images(OTHER_ROOM)).isEmpty();
        assertThat(store().keepOnlyImages(ROOM, Set.of())).isZero();
    }

    @Test
    public void forgettingAnUnknownRoomDoesNothing() {
        assertThatCode(() -> store().forget(ROOM)).doesNotThrowAnyException();
    }

    @Test
    public void pagingForwardsMeetsTheSameEventsAsPagingBackwards() {
        List<StoredEvent> events = new ArrayList<>();
        for (PeerId sender : List.of(HIGH, LOW)) {
            for (int seq = 1; seq <= 11; seq++) {
                events.add(event(ROOM, sender, seq, 100 + seq / 5, "event"));
            }
        }
        store().append(events);
        events.sort(Comparator.comparing(TimelinePosition::of));

        for (int limit = 1; limit <= events.size() + 1; limit++) {
            List<StoredEvent> read = new ArrayList<>();
            List<StoredEvent> page = store().timelineAfter(ROOM, null, limit);
            while (!page.isEmpty()) {
                assertThat(page).hasSizeLessThanOrEqualTo(limit);
                read.addAll(page);
                page = store().timelineAfter(ROOM, TimelinePosition.of(page.get(page.size() - 1)), limit);
            }
            assertThat(read).isEqualTo(events);
        }
        assertThat(store().timelineAfter(OTHER_ROOM, null, 10)).isEmpty();
    }

    @Test
    public void eventsOfATypeAreReadBothWaysAndNoOthers() {
        List<StoredEvent> bans = new ArrayList<>();
        for (PeerId sender : List.of(HIGH, LOW)) {
            for (int seq = 1; seq <= 12; seq++) {
                StoredEvent event = event(ROOM, sender, seq, 100 + seq / 5, "event");
                StoredEvent typed = seq % 3 == 0
                        ? new StoredEvent(ROOM, sender, seq, event.id(), event.clock(), "ban", event.bytes())
                        : event;
                store().append(List.of(typed));
                if (seq % 3 == 0) {
                    bans.add(typed);
                }
            }
        }
        bans.sort(Comparator.comparing(TimelinePosition::of));

        for (int limit = 1; limit <= bans.size() + 1; limit++) {
            List<StoredEvent> read = new ArrayList<>();
            List<StoredEvent> page = store().ofType(ROOM, "ban", null, limit);
            while (!page.isEmpty()) {
                assertThat(page).hasSizeLessThanOrEqualTo(limit);
                read.addAll(0, page);
                page = store().ofType(ROOM, "ban", TimelinePosition.of(page.get(0)), limit);
            }
            assertThat(read).isEqualTo(bans);
            read.clear();
            page = store().ofTypeAfter(ROOM, "ban", null, limit);
            while (!page.isEmpty()) {
                assertThat(page).hasSizeLessThanOrEqualTo(limit);
                read.addAll(page);
                page = store().ofTypeAfter(ROOM, "ban", TimelinePosition.of(page.get(page.size() - 1)), limit);
            }
            assertThat(read).isEqualTo(bans);
        }
        assertThat(store().ofType(ROOM, "kick", null, 10)).isEmpty();
        assertThat(store().ofType(OTHER_ROOM, "ban", null, 10)).isEmpty();
        assertThat(store().ofTypeAfter(ROOM, "kick", null, 10)).isEmpty();
        assertThat(store().ofTypeAfter(OTHER_ROOM, "ban", null, 10)).isEmpty();
        store().delete(ROOM, bans.get(0).id());
        assertThat(store().ofType(ROOM, "ban", null, 100)).isEqualTo(bans.subList(1, bans.size()));
        assertThat(store().ofTypeAfter(ROOM, "ban", null, 100)).isEqualTo(bans.subList(1, bans.size()));
    }

    @Test
    public void sinceWhenMembersAreInARoomIsAsItWasNotedLast() {
        MemberTime low = new MemberTime(LOW, 3, (1L << 32) + 7);
        MemberTime high = new MemberTime(HIGH, 0, 0);
        assertThat(store().times(ROOM)).isEmpty();
        store().endTime(ROOM, LOW);
        store().beginTime(ROOM, high);
        store().beginTime(ROOM, new MemberTime(LOW, 1, 1));
        store().beginTime(ROOM, low);
        store().beginTime(OTHER_ROOM, high);
        assertThat(store().times(ROOM)).containsExactly(low, high);
        store().endTime(ROOM, HIGH);
        assertThat(store().times(ROOM)).containsExactly(low);
        store().forget(ROOM);
        assertThat(store().times(ROOM)).isEmpty();
        assertThat(store().times(OTHER_ROOM)).containsExactly(high);
    }

    @Test
    public void aPageAroundAnEventHasItInTheMiddle() {
        List<StoredEvent> events = LongStream.rangeClosed(1, 9)
                .mapToObj(seq -> event(ROOM, LOW, seq, seq, "event"))
                .toList();
        store().append(events);
        MessageId fifth = events.get(4).id();
        assertThat(store().timelineAround(ROOM, fifth, 1)).isEqualTo(events.subList(4, 5));
        assertThat(store().timelineAround(ROOM, fifth, 2)).isEqualTo(events.subList(4, 6));
        assertThat(store().timelineAround(ROOM, fifth, 5)).isEqualTo(events.subList(2, 7));
        assertThat(store().timelineAround(ROOM, fifth, 1_000)).isEqualTo(events);
        assertThat(store().timelineAround(ROOM, events.get(0).id(), 5)).isEqualTo(events.subList(0, 3));
        assertThat(store().timelineAround(OTHER_ROOM, fifth, 5)).isEmpty();
    }

    @Test
    public void anEventIsFoundByItsIdInItsRoomOnly() {
        StoredEvent event = event(ROOM, LOW, 1, 1, "event");
        store().append(List.of(event, event(ROOM, LOW, 2, 2, "another"), event(OTHER_ROOM, LOW, 1, 1, "there")));
        assertThat(store().event(ROOM, event.id())).contains(event);
        assertThat(store().event(OTHER_ROOM, event.id())).isEmpty();
        assertThat(store().event(ROOM, event(ROOM, LOW, 3, 3, "never seen").id()))
                .isEmpty();
    }

    @Test
    public void roomsWithEventsAreListedLowestIdFirst() {
        List<RoomId> rooms = IntStream.range(0, 5)
                .mapToObj(i -> StoredEvents.room("room " + i))
                .toList();
        rooms.forEach(room -> store().append(List.of(event(room, LOW, 1, 1, "event"))));
        store().acknowledge(ROOM, LOW, 1);
        store().remember(new RoomRecord(OTHER_ROOM, "remembered only", false, Instant.EPOCH));
        assertThat(store().roomsWithEvents()).isEqualTo(rooms.stream().sorted().toList());
    }

    // ---- search

    private List<String> found(String words) {
        return store().search(ROOM, words, null, 100).stream()
                .map(event -> event.text().orElseThrow())
                .toList();
    }

    private void say(String... texts) {
        List<StoredEvent> said = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            said.add(message(ROOM, LOW, i + 1, i + 1, texts[i]));
        }
        store().append(said);
    }

    @Test
    public void aMessageIsFoundByAllOfItsWordsInAnyOrder() {
        say("the quick brown fox", "a brown dog", "nothing of that");
        assertThat(found("brown")).containsExactly("a brown dog", "the quick brown fox");
        assertThat(found("fox brown")).containsExactly("the quick brown fox");
        assertThat(found("brown cat")).isEmpty();
        assertThat(found("bro")).isEmpty();
        assertThat(found("brown brown")).hasSize(2);
    }

    @Test
    public void caseAccentsAndCompatibilityFormsDoNotMatter() {
        say(
                "Stra\u00dfe nach \u00c5rhus",
                "CAF\u00c9 cr\u00e8me",
                "\u039f\u0394\u039f\u03a3 \ufb01ne \uff21\uff22\uff23",
                "\u0130stanbul");
        assertThat(found("STRASSE")).hasSize(1);
        assertThat(found("stra\u00dfe a\u030arhus")).hasSize(1);
        assertThat(found("cafe CREME")).hasSize(1);
        assertThat(found("cafe\u0301")).hasSize(1);
        assertThat(found("\u03bf\u03b4\u03cc\u03c2 fine abc")).hasSize(1);
        assertThat(found("istanbul")).hasSize(1);
    }

    @Test
    public void scriptsWithoutSpacesAreFoundByAnyPiece() {
        say(
                "\u6211\u4eec\u660e\u5929\u89c1\u9762",
                "\u660e\u65e5\u306f\u30ab\u30ec\u30fc\u3067\u3059",
                "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a");
        assertThat(found("\u660e\u5929")).hasSize(1);
        assertThat(found("\u660e")).hasSize(2);
        assertThat(found("\u5929\u660e")).isEmpty();
        assertThat(found("\u30ab\u30ec\u30fc")).hasSize(1);
        assertThat(found("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35")).hasSize(1);
    }

    @Test
    public void anEmojiIsAWord() {
        say("well done \ud83c\udf89\ud83c\udf89", "well");
        assertThat(found("\ud83c\udf89")).hasSize(1);
        assertThat(found("well \ud83c\udf89")).hasSize(1);
        assertThat(found("\ud83d\ude00")).isEmpty();
    }

    @Test
    public void rubbishFindsNothingAndHarmsNothing() {
        say("plain AND text NEAR column", "x*", "NULL \u0000 inside", "half \ud83c pair", "drop table event");
        for (String rubbish : List.of(
                "",
                " ",
                "\"",
                "'",
                "\"\"\"",
                "*",
                "^",
                "( ) : - + ~",
                "\u0000",
                "\ud83c",
                "\udf89\ud83c",
                "\u0301\u0301",
                "\u200d\ufe0f",
                "!?.,;")) {
            assertThat(found(rubbish)).as(rubbish).isEmpty();
        }
        assertThat(found("AND")).hasSize(1);
        assertThat(found("text AND column")).hasSize(1);
        assertThat(found("NEAR(plain text)")).hasSize(1);
        assertThat(found("word: plain")).isEmpty();
        assertThat(found("\"text plain\"")).hasSize(1);
        assertThat(found("x*")).hasSize(1);
        assertThat(found("null\u0000inside")).hasSize(1);
        assertThat(found("half\ud83cpair")).hasSize(1);
        assertThat(found("'; drop table event; --")).hasSize(1);
    }

    @Test
    public void anyRubbishCanBeSearchedForAndSaid() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            StringBuilder rubbish = new StringBuilder();
            int length = 1 + random.nextInt(ChatStore.MAX_QUERY_CHARS);
            while (rubbish.length() < length) {
                rubbish.append((char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(1 << 16)));
            }
            String text = rubbish.substring(0, length);
            StoredEvent said = message(OTHER_ROOM, LOW, round + 1, round, text + " always");
            store().append(List.of(said));
            assertThat(store().search(OTHER_ROOM, text.substring(0, Math.min(length, 240)) + " always", null, 1))
                    .as("round %s", round)
                    .containsExactly(said);
        }
        assertThat(store().search(OTHER_ROOM, "always", null, 1_000)).hasSize(200);
    }

    @Test
    public void aLongQueryIsRefusedAndALongWordIsCut() {
        String longest = "w".repeat(ChatStore.MAX_QUERY_CHARS);
        say("w".repeat(10_000), "w".repeat(10));
        assertThat(found(longest)).hasSize(1);
        assertThat(found(" a".repeat(ChatStore.MAX_QUERY_CHARS / 2))).isEmpty();
        assertThat(found(IntStream.range(0, ChatStore.MAX_QUERY_CHARS / 2)
                        .mapToObj(i -> Character.toString('a' + i % 26) + (char) ('!' + i % 2))
                        .reduce("", String::concat)))
                .isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> store().search(ROOM, longest + "w", null, 1));
        for (int limit : new int[] {-1, 0, ChatStore.MAX_PAGE + 1}) {
            assertThatIllegalArgumentException().isThrownBy(() -> store().search(ROOM, "w", null, limit));
        }
    }

    @Test
    public void onlyMessagesAreFound() {
        StoredEvent said = message(ROOM, LOW, 1, 1, "word");
        store().append(List.of(
                said,
                new StoredEvent(ROOM, LOW, 2, event(ROOM, LOW, 2, 2, "").id(), 2, "profile", said.bytes()),
                event(ROOM, LOW, 3, 3, "word")));
        assertThat(store().search(ROOM, "word", null, 10)).containsExactly(said);
    }

    @Test
    public void pagingThroughASearchMeetsEveryHitOnceNewestFirstAcrossEqualClocksAndRooms() {
        List<StoredEvent> hits = new ArrayList<>();
        List<StoredEvent> all = new ArrayList<>();
        Random random = new Random(3);
        for (RoomId room : List.of(ROOM, OTHER_ROOM)) {
            for (PeerId sender : List.of(HIGH, LOW, StoredEvents.peer("a third"))) {
                for (int seq = 1; seq <= 15; seq++) {
                    long clock = random.nextInt(6) + (seq % 5 == 0 ? Long.MAX_VALUE - 6 : 0);
                    boolean hit = seq % 3 != 0;
                    StoredEvent event = message(room, sender, seq, clock, hit ? "a word" : "another");
                    all.add(event);
                    if (hit) {
                        hits.add(event);
                    }
                }
            }
        }
        Collections.shuffle(all, random);
        store().append(all);
        hits.sort(Comparator.comparing(SearchPosition::of).reversed());
        List<StoredEvent> here =
                hits.stream().filter(event -> event.room().equals(ROOM)).toList();

        for (int limit = 1; limit <= hits.size() + 1; limit++) {
            assertThat(searched(null, limit)).isEqualTo(hits);
            assertThat(searched(ROOM, limit)).isEqualTo(here);
        }
    }

    private List<StoredEvent> searched(@Nullable RoomId room, int limit) {
        List<StoredEvent> read = new ArrayList<>();
        List<StoredEvent> page = store().search(room, "word", null, limit);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(limit);
            read.addAll(page);
            page = store().search(room, "word", SearchPosition.of(page.get(page.size() - 1)), limit);
        }
        return read;
    }

    @Test
    public void manyEventsOfOneClockAreFoundInOrder() {
        List<StoredEvent> events = LongStream.rangeClosed(1, 900)
                .mapToObj(seq -> message(ROOM, LOW, seq, 7, "word"))
                .toList();
        store().append(events);
        store().append(List.of(message(ROOM, HIGH, 1, 8, "word"), message(ROOM, HIGH, 2, 6, "word")));
        List<StoredEvent> found = store().search(ROOM, "word", null, 1_000);
        assertThat(found)
                .hasSize(902)
                .isSortedAccordingTo(Comparator.comparing(TimelinePosition::of).reversed());
        assertThat(store().search(ROOM, "word", SearchPosition.of(found.get(899)), 10))
                .isEqualTo(found.subList(900, 902));
    }

    // ---- deletion

    @Test
    public void aDeletedMessageIsGoneAndIsNotTakenAgain() {
        StoredEvent first = message(ROOM, LOW, 1, 1, "first word");
        StoredEvent second = message(ROOM, LOW, 2, 2, "second word");
        StoredEvent head = message(ROOM, LOW, 3, 3, "third word");
        store().append(List.of(first, second, head));

        assertThat(store().delete(ROOM, second.id())).isTrue();
        assertThat(store().delete(ROOM, head.id())).isTrue();
        assertThat(store().delete(ROOM, head.id())).isFalse();
        assertThat(store().delete(OTHER_ROOM, first.id())).isFalse();

        assertThat(store().timeline(ROOM, null, 10)).containsExactly(first);
        assertThat(store().timelineAfter(ROOM, null, 10)).containsExactly(first);
        assertThat(store().chain(ROOM, LOW, 1, 10)).containsExactly(first);
        assertThat(store().outbox(ROOM, LOW, 10)).containsExactly(first);
        assertThat(store().search(ROOM, "word", null, 10)).containsExactly(first);
        assertThat(store().event(ROOM, head.id())).isEmpty();
        assertThat(store().heads(ROOM)).containsOnly(entry(LOW, new EventHead(3, head.id())));
        assertThat(store().append(List.of(first, second, head))).isZero();
        assertThat(store().timeline(ROOM, null, 10)).containsExactly(first);
    }

    @Test
    public void anotherEventInThePlaceOfADeletedOneIsAFork() {
        StoredEvent kept = event(ROOM, LOW, 1, 1, "kept");
        store().append(List.of(kept));
        store().delete(ROOM, kept.id());
        List<StoredEvent> fork = List.of(event(ROOM, HIGH, 1, 1, "with it"), event(ROOM, LOW, 1, 1, "fork"));
        assertThatThrownBy(() -> store().append(fork)).isInstanceOf(StoreException.class);
        assertThat(store().timeline(ROOM, null, 10)).isEmpty();
    }

    @Test
    public void aChainGoesOnAfterItsHeadWasDeleted() {
        StoredEvent first = event(ROOM, LOW, 1, 1, "first");
        StoredEvent second = event(ROOM, LOW, 2, 2, "second");
        store().append(List.of(first));
        store().delete(ROOM, first.id());
        assertThat(store().append(List.of(second))).isEqualTo(1);
        assertThat(store().heads(ROOM)).containsOnly(entry(LOW, new EventHead(2, second.id())));
        assertThat(store().chain(ROOM, LOW, 1, 10)).containsExactly(second);
    }

    @Test
    public void whatIsStillToBeSentIsNotDeleted() {
        StoredEvent sent = event(ROOM, LOW, 1, 1, "sent");
        StoredEvent waiting = event(ROOM, LOW, 2, 2, "waiting").expiringAt(Instant.ofEpochMilli(500));
        store().append(List.of(sent, waiting, event(ROOM, HIGH, 5, 2, "of another")));
        store().acknowledge(ROOM, LOW, 1);

        assertThatThrownBy(() -> store().delete(ROOM, waiting.id()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("not sent yet");
        store().retain(ROOM, Retention.ofAge(Duration.ofMillis(1)));
        assertThat(store().deleteExpired(Instant.ofEpochMilli(9_000))).isZero();
        assertThat(store().nextExpiry()).isEmpty();
        assertThat(store().applyRetention(Instant.ofEpochMilli(9_000))).isEqualTo(2);
        assertThat(store().deleteBefore(ROOM, Instant.ofEpochMilli(9_000))).isZero();
        assertThat(store().outbox(ROOM, LOW, 10)).containsExactly(waiting);

        store().acknowledge(ROOM, LOW, 2);
        assertThat(store().nextExpiry()).contains(Instant.ofEpochMilli(500));
        assertThat(store().deleteExpired(Instant.ofEpochMilli(500))).isEqualTo(1);
        assertThat(store().heads(ROOM)).containsEntry(LOW, new EventHead(2, waiting.id()));
    }

    private static long at(long millis) {
        return millis << 16;
    }

    @Test
    public void whatWasSaidBeforeATimeIsDeleted() {
        StoredEvent old = message(ROOM, LOW, 1, at(999) + 0xffff, "old word");
        StoredEvent just = message(ROOM, LOW, 2, at(1_000), "new word");
        StoredEvent elsewhere = message(OTHER_ROOM, LOW, 1, at(1), "word elsewhere");
        store().append(List.of(old, just, elsewhere));

        TimelinePosition place = TimelinePosition.at(Instant.ofEpochMilli(1_000));
        assertThat(store().timeline(ROOM, place, 10)).containsExactly(old);
        assertThat(store().timelineAfter(ROOM, place, 10)).containsExactly(just);
        assertThat(store().deleteBefore(ROOM, Instant.ofEpochMilli(1_000))).isEqualTo(1);
        assertThat(store().deleteBefore(ROOM, Instant.ofEpochMilli(1_000))).isZero();
        assertThat(store().deleteBefore(ROOM, Instant.MIN)).isZero();

        assertThat(store().timeline(ROOM, null, 10)).containsExactly(just);
        assertThat(store().search(null, "word", null, 10)).containsExactly(just, elsewhere);
        assertThat(store().append(List.of(old))).isZero();
        assertThat(store().deleteBefore(ROOM, Instant.MAX)).isEqualTo(1);
        assertThat(store().heads(ROOM)).containsOnly(entry(LOW, new EventHead(2, just.id())));
        assertThat(store().roomsWithEvents()).containsExactly(OTHER_ROOM);
    }

    @Test
    public void retentionByAgeAndByNumberIsOfEachRoom() {
        List<StoredEvent> here = LongStream.rangeClosed(1, 10)
                .mapToObj(seq -> message(ROOM, seq % 2 == 0 ? LOW : HIGH, seq, at(seq * 100), "word"))
                .toList();
        StoredEvent there = message(OTHER_ROOM, LOW, 1, at(1), "word");
        store().append(here);
        store().append(List.of(there));
        Map<PeerId, EventHead> heads = store().heads(ROOM);

        store().retain(ROOM, Retention.ofAge(Duration.ofMillis(700)));
        assertThat(store().applyRetention(Instant.ofEpochMilli(1_000))).isEqualTo(2);
        assertThat(store().timeline(ROOM, null, 100)).isEqualTo(here.subList(2, 10));
        store().retain(ROOM, Retention.ofEvents(3));
        assertThat(store().applyRetention(Instant.ofEpochMilli(1_000))).isEqualTo(5);
        assertThat(store().applyRetention(Instant.ofEpochMilli(1_000))).isZero();
        assertThat(store().timeline(ROOM, null, 100)).isEqualTo(here.subList(7, 10));
        store().retain(ROOM, new Retention(Optional.of(Duration.ofMillis(150)), OptionalLong.of(1)));
        assertThat(store().applyRetention(Instant.ofEpochMilli(1_000))).isEqualTo(2);
        assertThat(store().search(null, "word", null, 100)).containsExactly(here.get(9), there);
        assertThat(store().heads(ROOM)).isEqualTo(heads);
        assertThat(store().append(here)).isZero();
        assertThat(store().retention(OTHER_ROOM)).isEqualTo(Retention.FOREVER);
    }

    private static StoredEvent ofType(String type, long seq) {
        StoredEvent event = event(ROOM, HIGH, seq, at(seq), type);
        return new StoredEvent(ROOM, HIGH, seq, event.id(), event.clock(), type, event.bytes());
    }

    @Test
    public void whatMakesTheRoomWhatItIsStaysWhenWhatWasSaidGoes() {
        List<StoredEvent> acts = new ArrayList<>();
        for (String type : List.of("emoji", "unemoji", "settings", "role", "kick", "ban", "unban", "mute", "unmute")) {
            acts.add(ofType(type, acts.size() + 1));
        }
        List<StoredEvent> said = LongStream.rangeClosed(1, 4)
                .mapToObj(seq -> message(ROOM, LOW, seq, at(100 + seq), "word"))
                .toList();
        List<StoredEvent> later =
                List.of(ofType("emoji", 201), ofType("unemoji", 202), ofType("emoji", 203), ofType("ban", 204));
        store().append(acts);
        store().append(said);
        store().append(later);

        store().retain(ROOM, Retention.ofEvents(3));
        assertThat(store().applyRetention(Instant.ofEpochMilli(1_000))).isEqualTo(1);
        assertThat(store().applyRetention(Instant.ofEpochMilli(1_000))).isZero();
        assertThat(store().search(ROOM, "word", null, 10)).hasSize(3);
        assertThat(store().deleteBefore(ROOM, Instant.ofEpochMilli(103))).isEqualTo(1);
        store().retain(ROOM, Retention.ofAge(Duration.ofMillis(1)));
        assertThat(store().applyRetention(Instant.ofEpochMilli(1_000))).isEqualTo(2);
        assertThat(store().deleteBefore(ROOM, Instant.MAX)).isZero();

        List<StoredEvent> left = new ArrayList<>(acts);
        left.addAll(later);
        assertThat(store().timeline(ROOM, null, 100)).isEqualTo(left);
        assertThat(store().delete(ROOM, acts.get(0).id())).isTrue();
    }

    @Test
    public void retentionIsRememberedUntilTheRoomIsForgotten() {
        Retention bounds = new Retention(Optional.of(Duration.ofDays(30)), OptionalLong.of(5));
        store().retain(ROOM, bounds);
        store().remember(new RoomRecord(ROOM, "here", true, Instant.EPOCH));
        assertThat(store().retention(ROOM)).isEqualTo(bounds);
        store().retain(ROOM, Retention.FOREVER);
        assertThat(store().retention(ROOM)).isEqualTo(Retention.FOREVER);
        store().retain(ROOM, bounds);
        store().forget(ROOM);
        assertThat(store().retention(ROOM)).isEqualTo(Retention.FOREVER);
    }

    @Test
    public void whatDisappearsIsNotReturnedFromItsTimeOn() {
        StoredEvent stays = message(ROOM, LOW, 1, 1, "word that stays");
        StoredEvent secret = message(ROOM, LOW, 2, 2, "word that goes").expiringAt(Instant.ofEpochMilli(2_000));
        StoredEvent later = message(ROOM, LOW, 3, 3, "later word").expiringAt(Instant.ofEpochMilli(3_000));
        store().append(List.of(stays, secret, later));
        nowMillis = 1_999;
        assertThat(store().timeline(ROOM, null, 10)).containsExactly(stays, secret, later);
        assertThat(store().event(ROOM, secret.id())).contains(secret);
        assertThat(store().nextExpiry()).contains(Instant.ofEpochMilli(2_000));

        nowMillis = 2_000;
        assertThat(store().timeline(ROOM, null, 10)).containsExactly(stays, later);
        assertThat(store().timeline(ROOM, TimelinePosition.of(later), 10)).containsExactly(stays);
        assertThat(store().timelineAfter(ROOM, null, 10)).containsExactly(stays, later);
        assertThat(store().timelineAfter(ROOM, TimelinePosition.of(stays), 10)).containsExactly(later);
        assertThat(store().timelineAround(ROOM, secret.id(), 10)).isEmpty();
        assertThat(store().chain(ROOM, LOW, 1, 2)).containsExactly(stays, later);
        assertThat(store().search(ROOM, "word", null, 2)).containsExactly(later, stays);
        assertThat(store().event(ROOM, secret.id())).isEmpty();
        assertThat(store().outbox(ROOM, LOW, 10)).containsExactly(stays, secret, later);

        assertThat(store().deleteExpired(Instant.ofEpochMilli(2_000))).isEqualTo(1);
        assertThat(store().deleteExpired(Instant.ofEpochMilli(2_000))).isZero();
        assertThat(store().nextExpiry()).contains(Instant.ofEpochMilli(3_000));
        nowMillis = 1;
        assertThat(store().timeline(ROOM, null, 10)).containsExactly(stays, later);
        assertThat(store().append(List.of(secret))).isZero();
        assertThat(store().heads(ROOM)).containsOnly(entry(LOW, new EventHead(3, later.id())));
    }

    @Test
    public void manyAreDeletedAsFewAre() {
        // More than half of all, less than half, and few: a store may go about each in another way.
        for (int doomed : new int[] {1_500, 1_050, 10}) {
            RoomId room = StoredEvents.room("of " + doomed);
            List<StoredEvent> events = LongStream.rangeClosed(1, 2_400)
                    .mapToObj(seq -> message(room, LOW, seq, at(seq), seq % 2 == 0 ? "even word" : "odd word"))
                    .toList();
            store().append(events);
            assertThat(store().deleteBefore(room, Instant.ofEpochMilli(doomed + 1)))
                    .isEqualTo(doomed);
            List<StoredEvent> left = events.subList(doomed, 2_400);
            List<StoredEvent> newest = new ArrayList<>(left.subList(left.size() - 500, left.size()));
            Collections.reverse(newest);
            assertThat(store().search(room, "word", null, 500)).isEqualTo(newest);
            assertThat(store().search(room, "odd", null, 1_000)).hasSize(Math.min(1_000, (2_400 - doomed) / 2));
            assertThat(store().timelineAfter(room, null, 1_000))
                    .isEqualTo(left.subList(0, Math.min(1_000, left.size())));
            assertThat(store().append(events)).isZero();
            assertThat(store().heads(room))
                    .containsOnly(
                            entry(LOW, new EventHead(2_400, events.get(2_399).id())));
            store().forget(room);
            assertThat(store().search(null, "word", null, 1)).isEmpty();
            assertThat(store().append(events.subList(0, 1))).isEqualTo(1);
            store().forget(room);
        }
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
                () -> store().ofType(ROOM, "ban", null, 1),
                () -> store().ofTypeAfter(ROOM, "ban", null, 1),
                () -> store().acknowledge(ROOM, LOW, 1),
                () -> store().outbox(ROOM, LOW, 1),
                () -> store().remember(new RoomRecord(ROOM, "late", false, Instant.EPOCH)),
                () -> store().find(ROOM),
                () -> store().rooms(),
                () -> store().timelineAfter(ROOM, null, 1),
                () -> store().event(ROOM, event(ROOM, LOW, 1, 1, "late").id()),
                () -> store().search(ROOM, "late", null, 1),
                () -> store().delete(ROOM, event(ROOM, LOW, 1, 1, "late").id()),
                () -> store().deleteBefore(ROOM, Instant.EPOCH),
                () -> store().deleteExpired(Instant.EPOCH),
                () -> store().nextExpiry(),
                () -> store().retain(ROOM, Retention.FOREVER),
                () -> store().retention(ROOM),
                () -> store().applyRetention(Instant.EPOCH),
                () -> store().roomsWithEvents(),
                () -> store().keepImage(ROOM, hash(1), new byte[1]),
                () -> store().image(ROOM, hash(1)),
                () -> store().images(ROOM),
                () -> store().keepOnlyImages(ROOM, Set.of()),
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
