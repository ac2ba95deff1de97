package dev.parley.chat.worker.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.worker.HostKey;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.store.RoomStore.Accepted;
import dev.parley.chat.worker.internal.store.RoomStore.Announcement;
import dev.parley.chat.worker.internal.store.RoomStore.Lease;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Posted;
import dev.parley.chat.worker.internal.store.RoomStore.RoomEntry;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import dev.parley.chat.worker.internal.store.RoomStore.Succession;
import dev.parley.chat.worker.internal.store.RoomStore.Waiting;
import dev.parley.chat.worker.internal.store.SignedRooms.Hosted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of every {@link RoomStore}: entries with a time to live, whichever it is. */
abstract class RoomStoreContract {
    static final Duration TTL = Duration.ofSeconds(90);
    private static final long TTL_MILLIS = TTL.toMillis();

    /** The time at which each test begins. */
    private static final long T = 1_800_000_000_000L;

    private static final String ALICE = "a".repeat(32);
    private static final String BOB = "b".repeat(32);
    private static final String CAROL = "c".repeat(32);
    private static final int ROUNDS = 20;

    private RoomStore store;

    /** An empty store with a time to live of 90 s. */
    abstract RoomStore open() throws Exception;

    /** How many rooms, peers, messages, ids of messages and numbers the storage holds, expired ones included. */
    abstract long stored(RoomStore store);

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private static Member member(String room, String peer, String account) {
        return new Member(new Slot(room, peer), account);
    }

    private static Posted message(String to, String msgId) {
        return new Posted(to, "envelope", "AAAA", msgId);
    }

    private static void assertRefused(ProblemCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }

    private static void assertRefused(ProblemCode code, int retryAfterSeconds, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.retryAfterSeconds()).isEqualTo(retryAfterSeconds);
        });
    }

    /** A room of Alice with Alice and Bob in it, at time T. */
    private String roomOfTwo() {
        SignedDescriptor descriptor = SignedRooms.descriptor();
        String room = descriptor.roomId();
        store.announce(descriptor, "alice", T);
        store.join(member(room, ALICE, "alice"), T);
        store.join(member(room, BOB, "bob"), T);
        return room;
    }

    private List<Long> seqs(Member receiver, long after, long now) {
        return store.waiting(receiver, after, 1_000_000, now).stream()
                .map(Waiting::seq)
                .toList();
    }

    // Rooms

    @Test
    void aRoomIsReturnedAsItWasAnnounced() {
        SignedDescriptor descriptor = SignedRooms.descriptor();
        assertThat(store.room(descriptor.roomId(), T)).isEmpty();
        assertThat(store.announce(descriptor, "alice", T)).isEqualTo(Announcement.CREATED);
        RoomStore.Room room = store.room(descriptor.roomId(), T).orElseThrow();
        assertThat(room.entry().roomId()).isEqualTo(descriptor.roomId());
        assertThat(room.entry().descriptor()).isEqualTo(Encoding.base64Url(descriptor.descriptor()));
        assertThat(room.entry().signature()).isEqualTo(Encoding.base64Url(descriptor.signature()));
        assertThat(room.entry().peers()).isZero();
        assertThat(room.entry().lastActiveMillis()).isEqualTo(T);
        assertThat(room.succession()).isNull();
        assertThat(room.lease()).isNull();
        assertThat(store.publicRooms(Long.MAX_VALUE, 10, T)).containsExactly(room.entry());
    }

    @Test
    void aRoomVanishesFromEveryAnswerAtTheMillisecondOfItsEnd() {
        String room = roomOfTwo();
        int number = store.openNameplate(room, "alice", T).number();
        long end = T + TTL_MILLIS;
        assertThat(store.room(room, end - 1)).isPresent();
        assertThat(store.publicRooms(Long.MAX_VALUE, 10, end - 1)).hasSize(1);
        assertThat(store.requirePresent(member(room, BOB, "bob"), end - 1)).isEqualTo(T);
        assertThat(store.findNameplate(number, end - 1)).isEqualTo(room);

        assertThat(store.room(room, end)).isEmpty();
        assertThat(store.publicRooms(Long.MAX_VALUE, 10, end)).isEmpty();
        Member alice = member(room, ALICE, "alice");
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.requirePresent(alice, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.join(alice, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.renew(alice, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.leave(alice, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.post(alice, message(BOB, "m"), end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.acknowledge(alice, 1, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.waiting(alice, 0, 1000, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.acquireLease(alice, 0, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.releaseLease(alice, 1, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.connected(alice, 1, end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.requireOwner(room, "alice", end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.delete(room, "alice", end));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.openNameplate(room, "alice", end));
        assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.findNameplate(number, end));
    }

    @Test
    void announcingJoiningAndRenewingKeepARoomAlive() {
        SignedDescriptor descriptor = SignedRooms.descriptor();
        String room = descriptor.roomId();
        store.announce(descriptor, "alice", T);
        assertThat(store.announce(descriptor, "alice", T + 60_000)).isEqualTo(Announcement.RENEWED);
        store.join(member(room, BOB, "bob"), T + 120_000);
        store.renew(member(room, BOB, "bob"), T + 180_000);
        assertThat(store.room(room, T + 269_999).orElseThrow().entry().lastActiveMillis())
                .isEqualTo(T + 180_000);
        assertThat(store.room(room, T + 270_000)).isEmpty();
    }

    @Test
    void anotherAccountOrDescriptorUnderTheSameIdIsRefusedUntilTheRoomIsGone() {
        HostKey host = new HostKey();
        SignedDescriptor descriptor = SignedRooms.verify(host.body());
        SignedDescriptor other = SignedRooms.verify(host.body(fields -> fields.put("name", "coffee")));
        store.announce(descriptor, "alice", T);
        assertRefused(ProblemCode.ROOM_EXISTS, () -> store.announce(descriptor, "bob", T));
        assertRefused(ProblemCode.ROOM_EXISTS, () -> store.announce(other, "alice", T));
        assertThat(store.announce(other, "bob", T + TTL_MILLIS)).isEqualTo(Announcement.CREATED);
    }

    @Test
    void nothingOfARoomIsFoundUnderALaterOneOfTheSameId() {
        Hosted hosted = SignedRooms.hosted(10);
        HostKey deputy = new HostKey();
        for (boolean isDeleted : List.of(true, false)) {
            long start = isDeleted ? T : T + 10 * TTL_MILLIS;
            store.announce(hosted.descriptor(), "alice", start);
            Member host = member(hosted.id(), hosted.host(), "alice");
            Member bob = member(hosted.id(), BOB, "bob");
            assertThat(store.join(host, start)).isZero();
            assertThat(store.join(bob, start)).isZero();
            store.publishSuccession(hosted.id(), hosted.succession(1, deputy), "alice", start);
            store.acquireLease(host, 5, start);
            int number = store.openNameplate(hosted.id(), "alice", start).number();
            store.post(host, message(BOB, "m1"), start);
            store.post(host, message(BOB, "m2"), start);
            store.acknowledge(bob, 1, start);

            long later = isDeleted ? start + 1 : start + TTL_MILLIS;
            if (isDeleted) {
                store.delete(hosted.id(), "alice", start);
            }
            assertThat(store.announce(hosted.descriptor(), "alice", later)).isEqualTo(Announcement.CREATED);

            RoomStore.Room room = store.room(hosted.id(), later).orElseThrow();
            assertThat(room.entry().peers()).isZero();
            assertThat(room.succession()).isNull();
            assertThat(room.lease()).isNull();
            assertRefused(ProblemCode.PEER_EXPIRED, () -> store.waiting(bob, 0, 1000, later));
            assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.findNameplate(number, later));
            assertThat(store.join(bob, later)).as("acknowledged").isZero();
            assertThat(store.join(member(hosted.id(), deputy.peerId(), "anybody"), later))
                    .isZero();
            assertThat(seqs(bob, 0, later)).isEmpty();
            store.join(host, later);
            assertThat(store.post(host, message(BOB, "m1"), later)).isEqualTo(new Accepted(1, true));
            assertThat(store.acquireLease(host, 0, later).fence()).isEqualTo(1);
            store.delete(hosted.id(), "alice", later);
        }
    }

    @Test
    void onlyPublicRoomsAreListedNewestFirstPageByPage() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            SignedDescriptor descriptor = SignedRooms.descriptor();
            store.announce(descriptor, "alice", T);
            store.announce(SignedRooms.privateDescriptor(), "alice", T);
            expected.add(0, descriptor.roomId());
        }
        List<String> listed = new ArrayList<>();
        long before = Long.MAX_VALUE;
        for (List<RoomEntry> page = store.publicRooms(before, 3, T);
                !page.isEmpty();
                page = store.publicRooms(before, 3, T)) {
            page.forEach(room -> listed.add(room.roomId()));
            before = page.get(page.size() - 1).ordinal();
        }
        assertThat(listed).isEqualTo(expected);
        assertThat(store.publicRooms(Long.MIN_VALUE, 3, T)).isEmpty();
        assertThat(store.publicRooms(Long.MAX_VALUE - 1, 3, T)).hasSize(3);
    }

    @Test
    void onlyTheOwnerDeletesARoomAndEverythingInIt() {
        String room = roomOfTwo();
        store.post(member(room, ALICE, "alice"), message(BOB, "m"), T);
        assertRefused(ProblemCode.FORBIDDEN, () -> store.requireOwner(room, "bob", T));
        assertRefused(ProblemCode.FORBIDDEN, () -> store.delete(room, "bob", T));
        store.requireOwner(room, "alice", T);
        store.delete(room, "alice", T);
        assertThat(store.room(room, T)).isEmpty();
        assertThat(store.publicRooms(Long.MAX_VALUE, 10, T)).isEmpty();
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.delete(room, "alice", T));
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.renew(member(room, BOB, "bob"), T));
    }

    @Test
    void anAccountHas64RoomsAndRoomForAnotherWhenOneIsGone() {
        SignedDescriptor first = SignedRooms.descriptor();
        store.announce(first, "alice", T);
        for (int i = 1; i < RoomStore.MAX_ROOMS_PER_ACCOUNT; i++) {
            store.announce(SignedRooms.many().get(i), "alice", T + 1);
        }
        SignedDescriptor another = SignedRooms.descriptor();
        assertRefused(ProblemCode.RATE_LIMITED, 90, () -> store.announce(another, "alice", T + 1));
        assertThat(store.announce(first, "alice", T + 1)).isEqualTo(Announcement.RENEWED);
        assertThat(store.announce(another, "bob", T + 1)).isEqualTo(Announcement.CREATED);
        SignedDescriptor third = SignedRooms.descriptor();
        assertRefused(ProblemCode.RATE_LIMITED, () -> store.announce(third, "alice", T + TTL_MILLIS));
        assertThat(store.announce(third, "alice", T + 1 + TTL_MILLIS)).isEqualTo(Announcement.CREATED);
    }

    // Successions and leases

    @Test
    void aSuccessionIsReplacedByALaterOneAndReturnedAsItWasPublished() {
        Hosted hosted = SignedRooms.hosted(10);
        store.announce(hosted.descriptor(), "alice", T);
        var first = hosted.succession(2, new HostKey());
        var same = hosted.succession(2, new HostKey());
        var earlier = hosted.succession(1);
        var later = hosted.succession(3, new HostKey(), new HostKey());
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.publishSuccession(ALICE, first, "alice", T));
        assertRefused(ProblemCode.FORBIDDEN, () -> store.publishSuccession(hosted.id(), first, "bob", T));
        store.publishSuccession(hosted.id(), first, "alice", T);
        store.publishSuccession(hosted.id(), first, "alice", T);
        assertRefused(ProblemCode.SUCCESSION_EXISTS, () -> store.publishSuccession(hosted.id(), same, "alice", T));
        assertRefused(ProblemCode.SUCCESSION_EXISTS, () -> store.publishSuccession(hosted.id(), earlier, "alice", T));
        store.publishSuccession(hosted.id(), later, "alice", T);
        assertThat(store.room(hosted.id(), T).orElseThrow().succession())
                .isEqualTo(
                        new Succession(Encoding.base64Url(later.succession()), Encoding.base64Url(later.signature())));
    }

    @Test
    void theIdOfTheHostBelongsToTheOwnerAndThatOfADeputyToWhoWasThere() {
        Hosted hosted = SignedRooms.hosted(10);
        HostKey present = new HostKey();
        HostKey absent = new HostKey();
        String room = hosted.id();
        store.announce(hosted.descriptor(), "alice", T);
        assertRefused(ProblemCode.PEER_TAKEN, () -> store.join(member(room, hosted.host(), "mallory"), T));
        store.join(member(room, present.peerId(), "bob"), T);
        store.publishSuccession(room, hosted.succession(1, present, absent), "alice", T);
        store.leave(member(room, present.peerId(), "bob"), T);
        assertRefused(ProblemCode.PEER_TAKEN, () -> store.join(member(room, present.peerId(), "mallory"), T));
        // Away, and named anew: it keeps its account.
        store.publishSuccession(room, hosted.succession(2, present, absent), "alice", T);
        assertRefused(ProblemCode.PEER_TAKEN, () -> store.join(member(room, present.peerId(), "mallory"), T));
        store.join(member(room, present.peerId(), "bob"), T);
        // Whoever comes first.
        store.join(member(room, absent.peerId(), "carol"), T);
        store.leave(member(room, absent.peerId(), "carol"), T);
        assertRefused(ProblemCode.PEER_TAKEN, () -> store.join(member(room, absent.peerId(), "mallory"), T));
        // Not named any more.
        store.publishSuccession(room, hosted.succession(3, present), "alice", T);
        store.join(member(room, absent.peerId(), "mallory"), T);
    }

    @Test
    void aRefusedJoinOfADeputyLeavesItsIdToNobody() {
        Hosted hosted = SignedRooms.hosted(2);
        HostKey deputy = new HostKey();
        String room = hosted.id();
        store.announce(hosted.descriptor(), "alice", T);
        store.publishSuccession(room, hosted.succession(1, deputy), "alice", T);
        store.join(member(room, ALICE, "alice"), T);
        store.join(member(room, BOB, "bob"), T);
        assertRefused(ProblemCode.ROOM_FULL, () -> store.join(member(room, deputy.peerId(), "mallory"), T));
        store.leave(member(room, BOB, "bob"), T);
        assertThat(store.join(member(room, deputy.peerId(), "dave"), T)).isZero();
    }

    @Test
    void aLeaseIsHeldToItsLastMillisecondAndItsFenceOnlyGrows() {
        Hosted hosted = SignedRooms.hosted(10);
        HostKey deputy = new HostKey();
        String room = hosted.id();
        store.announce(hosted.descriptor(), "alice", T);
        Member host = member(room, hosted.host(), "alice");
        Member second = member(room, deputy.peerId(), "bob");
        Member third = member(room, CAROL, "carol");
        store.join(host, T);
        store.join(second, T);
        store.join(third, T);
        assertRefused(ProblemCode.FORBIDDEN, () -> store.acquireLease(second, 0, T));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.acquireLease(member(room, BOB, "bob"), 0, T));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.releaseLease(member(room, BOB, "bob"), 0, T));
        store.publishSuccession(room, hosted.succession(1, deputy), "alice", T);
        assertRefused(ProblemCode.FORBIDDEN, () -> store.acquireLease(third, 0, T));

        String first = hosted.host();
        assertThat(store.acquireLease(host, 6, T)).isEqualTo(new Lease(first, 7, 30_000));
        assertThat(store.acquireLease(second, 0, T + 29_999)).isEqualTo(new Lease(first, 7, 1));
        assertThat(store.room(room, T + 29_999).orElseThrow().lease()).isEqualTo(new Lease(first, 7, 1));
        assertThat(store.room(room, T + 30_000).orElseThrow().lease()).isEqualTo(new Lease(first, 7, 0));
        assertThat(store.acquireLease(host, 7, T + 29_999)).as("renewed").isEqualTo(new Lease(first, 7, 30_000));
        assertThat(store.acquireLease(host, 3, T + 30_000))
                .as("forgotten by the holder")
                .isEqualTo(new Lease(first, 8, 30_000));
        assertThat(store.acquireLease(second, 1_000_007, T + 30_000))
                .as("forgotten by the worker")
                .isEqualTo(new Lease(first, 1_000_007, 30_000));
        assertThat(store.acquireLease(second, 2_000_007, T + 30_000).fence()).isEqualTo(1_000_007);
        store.releaseLease(second, 1_000_007, T + 30_000);
        store.releaseLease(host, 8, T + 30_000);
        assertThat(store.room(room, T + 30_000).orElseThrow().lease()).isEqualTo(new Lease(first, 1_000_007, 30_000));
        store.releaseLease(host, 1_000_007, T + 30_000);
        assertThat(store.room(room, T + 30_000).orElseThrow().lease()).isEqualTo(new Lease(first, 1_000_007, 0));
        assertThat(store.acquireLease(second, 0, T + 30_000)).isEqualTo(new Lease(deputy.peerId(), 1_000_008, 30_000));
        store.publishSuccession(room, hosted.succession(2), "alice", T + 30_000);
        assertThat(store.room(room, T + 30_000).orElseThrow().lease())
                .as("not named any more")
                .isEqualTo(new Lease(deputy.peerId(), 1_000_008, 0));
        assertThat(store.acquireLease(host, 0, T + 30_000)).isEqualTo(new Lease(first, 1_000_009, 30_000));
    }

    @Test
    void aFenceIsExactToItsGreatestAndRisesByAMillionAtMost() {
        Hosted hosted = SignedRooms.hosted(10);
        String room = hosted.id();
        store.announce(hosted.descriptor(), "alice", T);
        Member host = member(room, hosted.host(), "alice");
        store.join(host, T);
        assertRefused(ProblemCode.INVALID_REQUEST, () -> store.acquireLease(host, 1_000_000, T));
        assertThat(store.acquireLease(host, 999_999, T).fence()).isEqualTo(1_000_000);
        assertRefused(ProblemCode.INVALID_REQUEST, () -> store.acquireLease(host, RoomStore.MAX_HEARD_FENCE, T));
        for (long fence = 1_000_000; fence < 300_000_000; ) {
            fence = store.acquireLease(host, fence + 999_999, T).fence();
        }
        assertThat(store.acquireLease(host, 0, T).fence()).isEqualTo(300_000_001);
    }

    // Places

    /** A room with places for two, of which Alice's is taken by a peer that is not its host, at time T. */
    private String roomForTwo() {
        Hosted hosted = SignedRooms.hosted(2);
        store.announce(hosted.descriptor(), "alice", T);
        store.join(member(hosted.id(), ALICE, "alice"), T);
        store.renew(member(hosted.id(), ALICE, "alice"), T);
        return hosted.id();
    }

    private int peers(String room, long now) {
        return store.room(room, now).orElseThrow().entry().peers();
    }

    private void assertFullUntil(String room, long time) {
        Member carol = member(room, CAROL, "carol");
        assertRefused(ProblemCode.ROOM_FULL, () -> store.join(carol, time - 1));
        assertThat(store.join(carol, time)).isZero();
        assertThat(peers(room, time)).isEqualTo(2);
        assertThat(store.publicRooms(Long.MAX_VALUE, 10, time))
                .extracting(RoomEntry::peers)
                .containsExactly(2);
    }

    @Test
    void whoJoinedAndWasNotHeardOfGivesItsPlaceUpAfterTenSecondsHoweverOftenItJoins() {
        String room = roomForTwo();
        store.join(member(room, BOB, "bob"), T);
        store.join(member(room, BOB, "bob"), T + 9_000);
        assertFullUntil(room, T + 10_000);
        assertThat(store.requirePresent(member(room, ALICE, "alice"), T + 10_000))
                .as("she was heard of")
                .isEqualTo(T);
    }

    @Test
    void whoIsAwayForTenSecondsGivesItsPlaceUp() {
        String room = roomForTwo();
        Member bob = member(room, BOB, "bob");
        store.join(bob, T);
        store.renew(bob, T);
        store.away(bob, 1, T + 1_000);
        store.away(bob, 1, T + 2_000);
        assertFullUntil(room, T + 11_000);
    }

    @Test
    void whoIsHeardOfIsNotAwayAndYieldsWhenItFallsSilent() {
        Member[] bob = new Member[1];
        List<Runnable> signs = List.of(
                () -> store.renew(bob[0], T),
                () -> store.acknowledge(bob[0], 0, T),
                () -> store.connected(bob[0], 2, T));
        for (Runnable sign : signs) {
            String room = roomForTwo();
            bob[0] = member(room, BOB, "bob");
            store.join(bob[0], T);
            store.away(bob[0], 1, T);
            sign.run();
            store.renew(member(room, ALICE, "alice"), T + 1);
            assertFullUntil(room, T + 35_000);
            store.delete(room, "alice", T + 35_000);
        }
    }

    @Test
    void awayConcernsOnlyAPeerThatIsThereUnderItsAccount() {
        String room = roomForTwo();
        Member bob = member(room, BOB, "bob");
        store.away(bob, 1, T);
        store.away(member(ALICE, BOB, "bob"), 1, T);
        store.join(bob, T);
        store.renew(bob, T);
        store.away(member(room, BOB, "mallory"), 1, T);
        store.renew(member(room, ALICE, "alice"), T + 1);
        assertFullUntil(room, T + 35_000);
        store.away(bob, 1, T + TTL_MILLIS);
    }

    @Test
    void ofThoseThatAreGoneTheOneThatIsForLongestYieldsAndNeverTheHostOrADeputy() {
        Hosted hosted = SignedRooms.hosted(5);
        HostKey deputy = new HostKey();
        String room = hosted.id();
        store.announce(hosted.descriptor(), "alice", T);
        store.publishSuccession(room, hosted.succession(1, deputy), "alice", T);
        store.join(member(room, hosted.host(), "alice"), T);
        store.join(member(room, deputy.peerId(), "dora"), T);
        Member silent = member(room, ALICE, "silent");
        Member away = member(room, BOB, "away");
        Member longAway = member(room, CAROL, "longAway");
        for (Member peer : List.of(away, silent, longAway)) {
            store.join(peer, T);
            store.renew(peer, T + 2_000);
        }
        // Its sign of life is newer than that of the silent one, and it has been away for longer.
        store.away(longAway, 1, T + 1_000);
        store.away(away, 1, T + 3_000);
        long now = T + 37_000;
        assertThat(store.join(member(room, "d".repeat(32), "d"), now)).isZero();
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.requirePresent(longAway, now));
        store.join(member(room, "e".repeat(32), "e"), now);
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.requirePresent(silent, now));
        assertThat(store.requirePresent(away, now)).isEqualTo(T + 2_000);
        store.join(member(room, "f".repeat(32), "f"), now);
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.requirePresent(away, now));
        Member late = member(room, "g".repeat(32), "g");
        assertRefused(ProblemCode.ROOM_FULL, () -> store.join(late, now + 9_999));
        assertThat(store.requirePresent(member(room, hosted.host(), "alice"), now))
                .isEqualTo(T);
        assertThat(store.requirePresent(member(room, deputy.peerId(), "dora"), now))
                .isEqualTo(T);
        assertThat(peers(room, now)).isEqualTo(5);
    }

    @Test
    void whoYieldedKeepsItsIdAndMailboxAndIsRefusedUntilThereIsAPlace() {
        String room = roomForTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        Member carol = member(room, CAROL, "carol");
        store.join(bob, T);
        store.post(alice, message(BOB, "m1"), T);
        long now = T + 10_000;
        store.renew(alice, now);
        store.join(carol, now);
        store.renew(carol, now);
        assertThat(store.post(carol, message(BOB, "m2"), now)).isEqualTo(new Accepted(2, true));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.renew(bob, now));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.connected(bob, 1, now));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.requirePresent(bob, now));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.acknowledge(bob, 1, now));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.waiting(bob, 0, 1000, now));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.post(bob, message(ALICE, "m"), now));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.leave(bob, now));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.acquireLease(bob, 0, now));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.releaseLease(bob, 0, now));
        assertRefused(ProblemCode.ROOM_FULL, () -> store.join(bob, now));
        assertRefused(ProblemCode.PEER_TAKEN, () -> store.join(member(room, BOB, "mallory"), now));
        store.leave(carol, now);
        assertThat(peers(room, now)).isEqualTo(1);
        assertThat(seqs(bob, 0, now)).containsExactly(1L, 2L);
        assertThat(peers(room, now)).isEqualTo(2);
    }

    @Test
    void whoYieldedAndJoinsMakesAnotherYieldAndKnowsWhatItAcknowledged() {
        String room = roomForTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        Member carol = member(room, CAROL, "carol");
        store.join(bob, T);
        store.post(alice, message(BOB, "m1"), T);
        store.post(alice, message(BOB, "m2"), T);
        store.acknowledge(bob, 1, T);
        store.away(bob, 1, T);
        store.join(carol, T + 10_000);
        assertThat(store.join(bob, T + 20_000)).isEqualTo(1);
        assertThat(seqs(bob, 1, T + 20_000)).containsExactly(2L);
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.renew(carol, T + 20_000));
        assertThat(peers(room, T + 20_000)).isEqualTo(2);
    }

    @Test
    void everySignOfLifeTakesAFreePlaceAndOneThatIsRefusedDoesNot() {
        String room = roomForTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        Member carol = member(room, CAROL, "carol");
        store.join(bob, T);
        store.renew(bob, T);
        long now = T;
        List<LongConsumer> signs = List.of(
                time -> store.renew(bob, time),
                time -> store.connected(bob, 9, time),
                time -> store.requirePresent(bob, time),
                time -> store.acknowledge(bob, 0, time),
                time -> store.waiting(bob, 0, 1000, time),
                time -> store.post(bob, message(ALICE, "m" + time), time),
                time -> store.releaseLease(bob, 1, time),
                time -> store.join(bob, time));
        for (LongConsumer sign : signs) {
            store.away(bob, 9, now);
            now += RoomStore.AWAY_MILLIS;
            long time = now;
            store.renew(alice, time);
            store.join(carol, time);
            assertRefused(ProblemCode.PEER_EXPIRED, () -> store.renew(bob, time));
            store.leave(carol, time);
            assertRefused(ProblemCode.PEER_NOT_FOUND, () -> store.post(bob, message(CAROL, "m"), time));
            assertThat(peers(room, time)).isEqualTo(1);
            sign.accept(time);
            assertThat(peers(room, time)).isEqualTo(2);
            store.renew(bob, time);
        }
        // Leaving is one too, and nothing is left of it.
        store.away(bob, 9, now);
        long end = now + RoomStore.AWAY_MILLIS;
        store.renew(alice, end);
        store.join(carol, end);
        store.leave(carol, end);
        store.leave(bob, end);
        assertThat(peers(room, end)).isEqualTo(1);
        assertThat(store.join(member(room, BOB, "anybody"), end)).isZero();
        assertThat(peers(room, end)).isEqualTo(2);
    }

    @Test
    void whoYieldedExpiresAsOthersDo() {
        String room = roomForTwo();
        Member alice = member(room, ALICE, "alice");
        Member carol = member(room, CAROL, "carol");
        store.join(member(room, BOB, "bob"), T);
        store.join(carol, T + 10_000);
        store.renew(alice, T + 89_999);
        store.renew(carol, T + 89_999);
        assertRefused(ProblemCode.PEER_TAKEN, () -> store.join(member(room, BOB, "mallory"), T + 89_999));
        assertThat(peers(room, T + 90_000)).isEqualTo(2);
        assertRefused(ProblemCode.ROOM_FULL, () -> store.join(member(room, BOB, "mallory"), T + 90_000));
        store.leave(carol, T + 90_000);
        assertThat(store.join(member(room, BOB, "mallory"), T + 90_000)).isZero();
        assertThat(peers(room, T + 90_000)).isEqualTo(2);
        while (store.sweep(100, T + 90_000)) {
            // Until there is no more.
        }
        assertThat(peers(room, T + 90_000)).isEqualTo(2);
    }

    @Test
    void theCensusIsThatOfWhatLives() {
        String room = roomForTwo();
        store.join(member(room, BOB, "bob"), T);
        store.join(member(room, CAROL, "carol"), T + 10_000);
        Member alice = member(room, ALICE, "alice");
        store.post(alice, message(BOB, "m1"), T + 10_000);
        store.post(alice, message(CAROL, "m2"), T + 20_000);
        store.announce(SignedRooms.privateDescriptor(), "bob", T);
        assertThat(store.census(T + 20_000)).isEqualTo(new RoomStore.Census(2, 2, 2, 0));
        assertThat(store.census(T + 70_000)).isEqualTo(new RoomStore.Census(2, 2, 1, 0));
        while (store.sweep(1, T + 70_000)) {
            // Until there is no more.
        }
        assertThat(store.census(T + 70_000)).isEqualTo(new RoomStore.Census(2, 2, 1, 1));
        assertThat(store.census(T + 90_000)).isEqualTo(new RoomStore.Census(1, 1, 0, 1));
        assertThat(store.census(T + 100_000)).isEqualTo(new RoomStore.Census(0, 0, 0, 1));
    }

    @Test
    void theCensusCountsEachOfManyRoomsOnce() {
        for (int i = 0; i < 700; i++) {
            store.announce(SignedRooms.privateDescriptor(), "account " + i, T);
        }
        assertThat(store.census(T)).isEqualTo(new RoomStore.Census(700, 0, 0, 0));
    }

    // Peers

    @Test
    void aPeerExpiresAtItsMillisecondAndItsMailboxWithIt() {
        String room = roomOfTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        store.renew(alice, T + 89_999);
        store.post(alice, message(BOB, "m"), T + 89_999);
        assertThat(store.room(room, T + 89_999).orElseThrow().entry().peers()).isEqualTo(2);
        assertThat(store.room(room, T + 90_000).orElseThrow().entry().peers()).isEqualTo(1);
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.requirePresent(bob, T + 90_000));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.renew(bob, T + 90_000));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.leave(bob, T + 90_000));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.waiting(bob, 0, 1000, T + 90_000));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.acknowledge(bob, 1, T + 90_000));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.post(bob, message(ALICE, "m"), T + 90_000));
        assertRefused(ProblemCode.PEER_NOT_FOUND, () -> store.post(alice, message(BOB, "m2"), T + 90_000));
        // The id is free for another, who sees nothing of the mailbox of before.
        Member other = member(room, BOB, "carol");
        assertThat(store.join(other, T + 90_000)).isZero();
        assertThat(seqs(other, 0, T + 90_000)).isEmpty();
        assertThat(store.post(alice, message(BOB, "m"), T + 90_000)).isEqualTo(new Accepted(1, true));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.renew(bob, T + 90_000));
    }

    @Test
    void aPeerIdBelongsToItsAccountUntilItLeaves() {
        String room = roomOfTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        Member mallory = member(room, BOB, "mallory");
        store.post(alice, message(BOB, "m1"), T);
        store.post(alice, message(BOB, "m2"), T);
        store.acknowledge(bob, 1, T);
        assertRefused(ProblemCode.PEER_TAKEN, () -> store.join(mallory, T));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.renew(mallory, T));
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.waiting(mallory, 0, 1000, T));
        assertThat(store.join(bob, T + 5)).as("joins again").isEqualTo(1);
        assertThat(store.requirePresent(bob, T + 5)).isEqualTo(T + 5);
        assertThat(seqs(bob, 1, T + 5)).containsExactly(2L);
        store.leave(bob, T + 5);
        assertRefused(ProblemCode.PEER_EXPIRED, () -> store.leave(bob, T + 5));
        assertThat(store.join(mallory, T + 5)).isZero();
        assertThat(seqs(mallory, 0, T + 5)).isEmpty();
    }

    @Test
    void aRoomTakesItsCapacityAndAnExpiredPeerTakesNoPlace() {
        Hosted hosted = SignedRooms.hosted(2);
        String room = hosted.id();
        store.announce(hosted.descriptor(), "alice", T);
        // The host, which yields to nobody.
        store.join(member(room, hosted.host(), "alice"), T);
        store.join(member(room, BOB, "bob"), T + 1);
        store.renew(member(room, BOB, "bob"), T + 60_000);
        assertRefused(ProblemCode.ROOM_FULL, () -> store.join(member(room, CAROL, "carol"), T + 89_999));
        assertThat(store.join(member(room, CAROL, "carol"), T + 90_000)).isZero();
    }

    // Messages

    @Test
    void messagesAreNumberedPerReceiverAndComeAsTheyWerePosted() {
        String room = roomOfTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        assertThat(store.post(alice, new Posted(BOB, "envelope", "Zm9v_-", "m1"), T))
                .isEqualTo(new Accepted(1, true));
        assertThat(store.post(alice, new Posted(BOB, "refusal", "", "m2"), T)).isEqualTo(new Accepted(2, true));
        assertThat(store.post(bob, message(ALICE, "m1"), T)).isEqualTo(new Accepted(1, true));
        assertThat(store.post(bob, message(BOB, "m1"), T)).as("to oneself").isEqualTo(new Accepted(3, true));
        assertThat(store.waiting(bob, 0, 1000, T))
                .containsExactly(
                        new Waiting(1, ALICE, "envelope", "Zm9v_-"),
                        new Waiting(2, ALICE, "refusal", ""),
                        new Waiting(3, BOB, "envelope", "AAAA"));
        assertThat(seqs(bob, 2, T)).containsExactly(3L);
        assertThat(seqs(bob, Long.MAX_VALUE, T)).isEmpty();
        assertRefused(ProblemCode.PEER_NOT_FOUND, () -> store.post(alice, message(CAROL, "m3"), T));
    }

    @Test
    void anAnswerHoldsAsManyPayloadsAsFitAndOneAtLeast() {
        String room = roomOfTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        for (int i = 0; i < 3; i++) {
            store.post(alice, new Posted(BOB, "envelope", "x".repeat(10), "m" + i), T);
        }
        assertThat(store.waiting(bob, 0, 0, T)).hasSize(1);
        assertThat(store.waiting(bob, 0, 19, T)).hasSize(1);
        assertThat(store.waiting(bob, 0, 20, T)).hasSize(2);
        assertThat(store.waiting(bob, 0, 30, T)).hasSize(3);
        String largest = "x".repeat(64 * 1024);
        store.post(alice, new Posted(BOB, "envelope", largest, "large"), T);
        assertThat(store.waiting(bob, 3, 0, T)).containsExactly(new Waiting(4, ALICE, "envelope", largest));
    }

    @Test
    void whatIsAcknowledgedIsDroppedAndANumberFromTheFutureIsNot() {
        String room = roomOfTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        for (int i = 0; i < 3; i++) {
            store.post(alice, message(BOB, "m" + i), T);
        }
        store.acknowledge(bob, 2, T);
        assertThat(seqs(bob, 0, T)).containsExactly(3L);
        store.acknowledge(bob, 1, T);
        assertThat(store.join(bob, T)).isEqualTo(2);
        store.acknowledge(bob, Long.MAX_VALUE, T);
        assertThat(seqs(bob, 0, T)).isEmpty();
        assertThat(store.join(bob, T)).isEqualTo(3);
        assertThat(store.post(alice, message(BOB, "m4"), T)).isEqualTo(new Accepted(4, true));
        assertThat(seqs(bob, 0, T)).containsExactly(4L);
    }

    @Test
    void aMessageIsAcceptedOnceForEachIdWithinTheTimeToLive() {
        String room = roomOfTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        assertThat(store.post(alice, message(BOB, "m"), T)).isEqualTo(new Accepted(1, true));
        store.acknowledge(bob, 1, T);
        assertThat(store.post(alice, message(BOB, "m"), T)).isEqualTo(new Accepted(1, false));
        assertThat(store.post(bob, message(BOB, "m"), T))
                .as("of another sender")
                .isEqualTo(new Accepted(2, true));
        store.renew(alice, T + 80_000);
        store.renew(bob, T + 80_000);
        assertThat(store.post(alice, message(BOB, "m"), T + 89_999)).isEqualTo(new Accepted(1, false));
        assertThat(store.post(alice, message(BOB, "m"), T + 90_000)).isEqualTo(new Accepted(3, true));
        assertThat(store.post(alice, message(BOB, "m"), T + 90_001)).isEqualTo(new Accepted(3, false));
        // Who has taken the place of a sender is another sender.
        store.leave(alice, T + 90_001);
        store.join(alice, T + 90_001);
        assertThat(store.post(alice, message(BOB, "m"), T + 90_001)).isEqualTo(new Accepted(4, true));
    }

    @Test
    void aMailboxHolds64MessagesAndEachForSixtySeconds() {
        String room = roomOfTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        store.post(alice, message(BOB, "first"), T);
        for (int i = 1; i < RoomStore.MAX_WAITING_MESSAGES; i++) {
            store.post(alice, message(BOB, "m" + i), T + 1);
        }
        assertRefused(ProblemCode.MAILBOX_FULL, () -> store.post(alice, message(BOB, "x"), T + 59_999));
        assertThat(store.post(alice, message(BOB, "m1"), T + 59_999)).isEqualTo(new Accepted(2, false));
        assertThat(seqs(bob, 0, T + 59_999)).hasSize(64);
        assertThat(seqs(bob, 0, T + 60_000)).hasSize(63).startsWith(2L);
        assertThat(store.post(alice, message(BOB, "x"), T + 60_000)).isEqualTo(new Accepted(65, true));
        assertThat(seqs(bob, 0, T + 60_001)).containsExactly(65L);
    }

    // Nameplates

    @Test
    void aNumberLeadsToItsRoomForTenMinutesAndRestsForOne() {
        SignedDescriptor descriptor = SignedRooms.descriptor();
        String room = descriptor.roomId();
        store.announce(descriptor, "alice", T);
        assertRefused(ProblemCode.ROOM_NOT_FOUND, () -> store.openNameplate(ALICE, "alice", T));
        assertRefused(ProblemCode.FORBIDDEN, () -> store.openNameplate(room, "bob", T));
        RoomStore.Nameplate opened = store.openNameplate(room, "alice", T);
        assertThat(opened.leftMillis()).isEqualTo(600_000);
        assertThat(opened.number()).isBetween(1, 9);
        long end = T + 600_000;
        for (long now = T; now < end; now += 60_000) {
            store.announce(descriptor, "alice", now);
        }
        assertThat(store.findNameplate(opened.number(), end - 1)).isEqualTo(room);
        assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.findNameplate(opened.number(), end));
        assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.closeNameplate(opened.number(), "alice", end));
        // Of the nine numbers of one digit less than half may be taken before one more is.
        for (int i = 0; i < 4; i++) {
            assertThat(store.openNameplate(room, "alice", end - 1).number()).isBetween(1, 9);
        }
        store.announce(descriptor, "alice", T + 629_000);
        assertThat(store.openNameplate(room, "alice", T + 659_999).number())
                .as("while the first rests")
                .isBetween(10, 99);
        assertThat(store.openNameplate(room, "alice", T + 660_000).number()).isBetween(1, 9);
    }

    @Test
    void aNumberIsFoundTwentyTimes() {
        SignedDescriptor descriptor = SignedRooms.descriptor();
        store.announce(descriptor, "alice", T);
        int number = store.openNameplate(descriptor.roomId(), "alice", T).number();
        for (int i = 0; i < RoomStore.MAX_NAMEPLATE_LOOKUPS; i++) {
            assertThat(store.findNameplate(number, T)).isEqualTo(descriptor.roomId());
        }
        assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.findNameplate(number, T));
    }

    @Test
    void onlyWhoOpenedANumberGivesItBack() {
        SignedDescriptor descriptor = SignedRooms.descriptor();
        store.announce(descriptor, "alice", T);
        int number = store.openNameplate(descriptor.roomId(), "alice", T).number();
        assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.closeNameplate(number, "bob", T));
        assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.closeNameplate(999, "alice", T));
        store.closeNameplate(number, "alice", T);
        assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.closeNameplate(number, "alice", T));
        assertRefused(ProblemCode.NAMEPLATE_NOT_FOUND, () -> store.findNameplate(number, T));
    }

    @Test
    void anAccountHasEightNumbersAndThoseThatRestCount() {
        SignedDescriptor descriptor = SignedRooms.descriptor();
        String room = descriptor.roomId();
        store.announce(descriptor, "alice", T);
        Set<Integer> numbers = new HashSet<>();
        for (int i = 0; i < RoomStore.MAX_NAMEPLATES_PER_ACCOUNT; i++) {
            numbers.add(store.openNameplate(room, "alice", T).number());
        }
        assertThat(numbers).hasSize(8);
        assertThat(numbers.stream().filter(number -> number < 10)).hasSize(5);
        assertRefused(ProblemCode.RATE_LIMITED, 660, () -> store.openNameplate(room, "alice", T));
        store.closeNameplate(numbers.iterator().next(), "alice", T + 500);
        assertRefused(ProblemCode.RATE_LIMITED, 60, () -> store.openNameplate(room, "alice", T + 501));
        assertRefused(ProblemCode.RATE_LIMITED, 1, () -> store.openNameplate(room, "alice", T + 60_499));
        assertThat(store.openNameplate(room, "alice", T + 60_500).number()).isPositive();
    }

    @Test
    void theNumbersOfARoomThatIsMadeAnewRestForAMinuteAndNoLonger() {
        SignedDescriptor descriptor = SignedRooms.descriptor();
        store.announce(descriptor, "alice", T);
        for (int i = 0; i < RoomStore.MAX_NAMEPLATES_PER_ACCOUNT; i++) {
            store.openNameplate(descriptor.roomId(), "alice", T);
        }
        // The room has expired, and no sweep has come by.
        assertThat(store.announce(descriptor, "alice", T + 90_000)).isEqualTo(Announcement.CREATED);
        assertRefused(
                ProblemCode.RATE_LIMITED, 1, () -> store.openNameplate(descriptor.roomId(), "alice", T + 149_999));
        store.announce(descriptor, "alice", T + 149_999);
        assertThat(store.openNameplate(descriptor.roomId(), "alice", T + 150_000)
                        .number())
                .isPositive();
    }

    @Test
    void manyNumbersAreAllDifferentAndAsShortAsTheyCanBe() {
        Set<Integer> numbers = new HashSet<>();
        for (int account = 0; account < 20; account++) {
            SignedDescriptor descriptor = SignedRooms.many().get(account);
            store.announce(descriptor, "account-" + account, T);
            for (int i = 0; i < RoomStore.MAX_NAMEPLATES_PER_ACCOUNT; i++) {
                numbers.add(store.openNameplate(descriptor.roomId(), "account-" + account, T)
                        .number());
            }
        }
        assertThat(numbers).hasSize(160);
        assertThat(numbers.stream().filter(number -> number < 10)).hasSize(5);
        assertThat(numbers.stream().filter(number -> number >= 10 && number < 100))
                .hasSize(45);
        assertThat(numbers).allMatch(number -> number < 1000);
    }

    // The store as a whole

    @Test
    void theSweepRemovesWhatHasExpiredInChunksAndNothingElse() {
        for (int i = 0; i < 5; i++) {
            String room = roomOfTwo();
            store.post(member(room, ALICE, "alice"), message(BOB, "m"), T);
            store.openNameplate(room, "alice", T);
        }
        SignedDescriptor kept = SignedRooms.descriptor();
        store.announce(kept, "carol", T + 100);
        Member carol = member(kept.roomId(), CAROL, "carol");
        store.join(carol, T + 100);
        int number = store.openNameplate(kept.roomId(), "carol", T + 100).number();
        assertThat(stored(store)).isEqualTo(5 * 6 + 3);

        assertThat(store.sweep(100, T + 59_999)).isFalse();
        assertThat(stored(store)).isEqualTo(5 * 6 + 3);
        store.renew(carol, T + 59_999);
        sweepInChunks(T + 60_000);
        assertThat(stored(store)).as("without messages").isEqualTo(5 * 5 + 3);
        store.post(carol, message(CAROL, "m"), T + 89_999);
        sweepInChunks(T + 90_000);
        assertThat(stored(store)).as("numbers that rest, and what lives").isEqualTo(5 + 5);
        assertThat(store.findNameplate(number, T + 90_000)).isEqualTo(kept.roomId());
        assertThat(seqs(carol, 0, T + 90_000)).containsExactly(1L);
        store.renew(carol, T + 120_000);
        sweepInChunks(T + 149_999);
        assertThat(stored(store)).as("but the message").isEqualTo(5 + 4);
        sweepInChunks(T + 150_000);
        assertThat(stored(store)).as("numbers have rested").isEqualTo(4);
        sweepInChunks(T + 179_998);
        assertThat(stored(store)).as("with the id of the message").isEqualTo(4);
        sweepInChunks(T + 179_999);
        assertThat(stored(store)).as("without it").isEqualTo(3);
        sweepInChunks(T + 210_000);
        assertThat(stored(store)).as("the number that rests").isEqualTo(1);
        sweepInChunks(T + 270_000);
        assertThat(stored(store)).isZero();
    }

    private void sweepInChunks(long now) {
        int chunks = 0;
        for (boolean isMore = true; isMore; chunks++) {
            long before = stored(store);
            isMore = store.sweep(2, now);
            assertThat(before - stored(store)).isBetween(0L, 10L);
            assertThat(chunks).isLessThan(200);
        }
    }

    @Test
    void aSecretIsMadeOnceAndGivenToAllThatAskForItsName() {
        byte[] first = {1, 2, 3};
        assertThat(store.secret("one", () -> first)).isEqualTo(first);
        assertThat(store.secret("one", () -> new byte[] {9})).isEqualTo(first);
        assertThat(store.secret("two", () -> new byte[] {9})).isEqualTo(new byte[] {9});
        store.sweep(10, T);
        assertThat(store.secret("one", () -> new byte[] {9})).isEqualTo(first);
        store.ping();
    }

    @Test
    void aClosedStoreAnswersUnavailable() {
        String room = roomOfTwo();
        store.close();
        store.close();
        assertRefused(ProblemCode.UNAVAILABLE, () -> store.room(room, T));
        assertRefused(ProblemCode.UNAVAILABLE, () -> store.ping());
    }

    @Test
    void namesMayHoldAnyCharacters() {
        String odd = "a \"b\" {c}\n:d=\u00e9\u0000\ud83c\udf75";
        SignedDescriptor descriptor = SignedRooms.descriptor();
        String room = descriptor.roomId();
        store.announce(descriptor, odd, T);
        Member member = member(room, ALICE, odd);
        store.join(member, T);
        store.post(member, message(ALICE, "m"), T);
        assertThat(seqs(member, 0, T)).containsExactly(1L);
        int number = store.openNameplate(room, odd, T).number();
        store.closeNameplate(number, odd, T);
        store.delete(room, odd, T);
    }

    // Several at once

    private static <X> List<X> atOnce(List<Callable<X>> calls) throws Exception {
        CyclicBarrier start = new CyclicBarrier(calls.size());
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            List<Future<X>> running = new ArrayList<>();
            for (Callable<X> call : calls) {
                running.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            List<X> results = new ArrayList<>();
            for (Future<X> future : running) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static String outcome(Runnable call) {
        try {
            call.run();
            return "done";
        } catch (Problem e) {
            return e.code().wireName();
        }
    }

    @Test
    void ofTwoThatJoinForTheLastPlaceExactlyOneGetsIt() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Hosted hosted = SignedRooms.hosted(2);
            store.announce(hosted.descriptor(), "account-" + round, T);
            store.join(member(hosted.id(), ALICE, "alice"), T);
            assertThat(atOnce(List.of(
                            () -> outcome(() -> store.join(member(hosted.id(), BOB, "bob"), T)),
                            () -> outcome(() -> store.join(member(hosted.id(), CAROL, "carol"), T)))))
                    .containsExactlyInAnyOrder("done", "room_full");
        }
    }

    @Test
    void ofTwoPostsWithOneIdExactlyOneIsNew() throws Exception {
        String room = roomOfTwo();
        Member alice = member(room, ALICE, "alice");
        Member bob = member(room, BOB, "bob");
        for (int round = 1; round <= ROUNDS; round++) {
            String msgId = "m" + round;
            Callable<Accepted> post = () -> store.post(alice, message(BOB, msgId), T);
            assertThat(atOnce(List.of(post, post, post)))
                    .containsExactlyInAnyOrder(
                            new Accepted(round, true), new Accepted(round, false), new Accepted(round, false));
            assertThat(seqs(bob, round - 1, T)).containsExactly((long) round);
            store.acknowledge(bob, round, T);
        }
    }

    @Test
    void ofTwoThatAskForTheLeaseExactlyOneGetsIt() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Hosted hosted = SignedRooms.hosted(10);
            HostKey deputy = new HostKey();
            store.announce(hosted.descriptor(), "account-" + round, T);
            Member host = member(hosted.id(), hosted.host(), "account-" + round);
            Member second = member(hosted.id(), deputy.peerId(), "bob");
            store.join(host, T);
            store.join(second, T);
            store.publishSuccession(hosted.id(), hosted.succession(1, deputy), "account-" + round, T);
            List<Lease> leases =
                    atOnce(List.of(() -> store.acquireLease(host, 0, T), () -> store.acquireLease(second, 0, T)));
            assertThat(leases.get(0)).isEqualTo(leases.get(1));
            assertThat(leases.get(0).fence()).isEqualTo(1);
        }
    }

    @Test
    void ofTwoThatAnnounceOneRoomExactlyOneOwnsIt() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            SignedDescriptor descriptor = SignedRooms.descriptor();
            assertThat(atOnce(List.of(
                            () -> outcome(() -> store.announce(descriptor, "alice", T)),
                            () -> outcome(() -> store.announce(descriptor, "bob", T)))))
                    .containsExactlyInAnyOrder("done", "room_exists");
        }
    }

    // Churn

    @Test
    void twentyThousandRoomsAreListedOnceEachWhileRoomsComeAndGo() {
        Random random = new Random(20_000);
        Churn churn = new Churn(random);
        churn.fill();
        long before = Long.MAX_VALUE;
        for (List<RoomEntry> page = store.publicRooms(before, 100, churn.now);
                !page.isEmpty();
                page = store.publicRooms(before, 100, churn.now)) {
            churn.check(page, before);
            before = page.get(page.size() - 1).ordinal();
            churn.goOn();
        }
        churn.checkAll();
    }

    /**
     * Rooms as they should be. They are made over 30 s and listed from 60 s on for 40 s or so; half of them are
     * renewed.
     */
    private final class Churn {
        private final Random random;
        private final List<SignedDescriptor> descriptors = SignedRooms.many();
        private final Map<String, Integer> indexOf = new HashMap<>();
        private final long[] activeAt = new long[descriptors.size()];
        private final Set<Integer> listed = new HashSet<>();
        private int made;
        private int expired;
        private long now = T;

        Churn(Random random) {
            this.random = random;
            IntStream.range(0, descriptors.size())
                    .forEach(i -> indexOf.put(descriptors.get(i).roomId(), i));
        }

        void fill() {
            while (made < SignedRooms.MANY) {
                now = T + 30_000L * made / SignedRooms.MANY;
                make();
            }
            now = T + 60_000;
            for (int i = 0; i < made; i += 2) {
                renew(i);
            }
        }

        private String account(int i) {
            return "account-" + i / 50;
        }

        private void make() {
            store.announce(descriptors.get(made), account(made), now);
            activeAt[made] = now;
            made++;
        }

        private void renew(int i) {
            store.announce(descriptors.get(i), account(i), now);
            activeAt[i] = now;
        }

        private boolean lives(int i) {
            return activeAt[i] > now - TTL_MILLIS;
        }

        void goOn() {
            now += 200;
            make();
            make();
            for (int i = 0; i < 10; i++) {
                int other = random.nextInt(made);
                if (lives(other) && random.nextBoolean()) {
                    store.delete(descriptors.get(other).roomId(), account(other), now);
                    activeAt[other] = 0;
                } else if (lives(other)) {
                    renew(other);
                }
            }
            store.sweep(16, now);
        }

        void check(List<RoomEntry> page, long before) {
            long last = before;
            for (RoomEntry room : page) {
                int i = Objects.requireNonNull(indexOf.get(room.roomId()));
                assertThat(room.ordinal()).isLessThan(last);
                last = room.ordinal();
                assertThat(listed.add(i)).as("listed once").isTrue();
                assertThat(lives(i)).as("listed while it lives").isTrue();
            }
        }

        void checkAll() {
            for (int i = 0; i < SignedRooms.MANY; i++) {
                if (lives(i)) {
                    assertThat(listed).as("a room that lived throughout").contains(i);
                } else if (activeAt[i] != 0) {
                    expired++;
                }
            }
            assertThat(made).as("rooms came").isGreaterThan(SignedRooms.MANY + 100);
            assertThat(expired).as("rooms expired").isGreaterThan(1_000);
        }
    }
}
