package dev.parley.chat.testkit.signaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.testkit.signaling.HostedRoom.Visibility;
import dev.parley.chat.testkit.signaling.SessionProbe.Message;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedSuccession;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Signaling} must do, over a network without faults. Derive a test class that makes the clients under
 * test, stops and starts their worker, and lets time pass.
 *
 * <p>Methods are public so that JUnit reaches them when this module is on the module path.
 */
public abstract class SignalingContract {

    private static final PeerId ADA = peer(1);
    private static final PeerId BEN = peer(2);
    private static final PeerId CLEO = peer(3);
    private static final PeerId NOBODY = peer(9);
    private static final int CAPACITY = 3;
    private static final int MAX_PAGE = 100;
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Identity DEPUTY = Identity.generate();
    private static final Identity OTHER_DEPUTY = Identity.generate();

    private final List<SessionProbe> probes = new ArrayList<>();
    private @Nullable Signaling ada;
    private @Nullable Signaling ben;

    /** For subclasses. */
    protected SignalingContract() {}

    /**
     * Makes a client under test.
     *
     * @param account the account at the worker; the same name, the same account
     * @return a new client of the one worker, which runs
     * @throws Exception if it cannot be made; the test fails
     */
    protected abstract Signaling newSignaling(String account) throws Exception;

    /**
     * Makes the executor that owns a session.
     *
     * @param name of the executor
     * @return runs tasks in order, never two at once
     */
    protected abstract Executor newOwner(String name);

    /**
     * Lets time pass until something holds: virtual time is run, real time is waited for.
     *
     * @param condition what must come to hold
     * @throws AssertionError if it does not come to hold within a generous time
     */
    protected abstract void await(BooleanSupplier condition);

    /**
     * Lets time pass at the worker: its leases and short numbers grow older by this much.
     *
     * @param duration less than half the time to live of a peer at the worker
     */
    protected abstract void letPass(Duration duration);

    /** Takes the worker away. It keeps what it has stored. */
    protected abstract void workerDown();

    /** Brings the worker back, under the same address and with what it has stored. */
    protected abstract void workerUp();

    /**
     * Says whether a session learns that a newer session of the same peer has replaced it. A worker can say so over a
     * WebSocket; a long poll only ends, as it does when no message has come.
     *
     * @return whether it does; by default, it does
     */
    protected boolean tellsReplacedSessions() {
        return true;
    }

    @BeforeEach
    public void makeClients() throws Exception {
        ada = newSignaling("ada");
        ben = newSignaling("ben");
    }

    @AfterEach
    public void nothingWasToldInAWrongWay() {
        if (ada != null) {
            ada.close();
        }
        if (ben != null) {
            ben.close();
        }
        for (SessionProbe probe : probes) {
            // A task behind whatever still comes after the end, if something does.
            CompletableFuture<Void> last = new CompletableFuture<>();
            probe.owner.execute(() -> last.complete(null));
            await(last::isDone);
            assertThat(probe.owner.faults()).isEmpty();
        }
    }

    private static PeerId peer(int value) {
        byte[] bytes = new byte[PeerId.BYTES];
        Arrays.fill(bytes, (byte) value);
        return PeerId.of(bytes);
    }

    private Signaling ada() {
        return Objects.requireNonNull(ada);
    }

    private Signaling ben() {
        return Objects.requireNonNull(ben);
    }

    private <T extends @Nullable Object> T done(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        await(future::isDone);
        return future.join();
    }

    private Problem failure(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        await(future::isDone);
        try {
            future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SignalingException refused) {
                return refused.problem();
            }
            throw e;
        }
        throw new AssertionError("the stage did not fail");
    }

    private HostedRoom announced(Visibility visibility, String name) {
        HostedRoom room = HostedRoom.of(visibility, CAPACITY, name);
        done(ada().announce(room.id(), room.descriptor()));
        return room;
    }

    private HostedRoom announced() {
        return announced(Visibility.PRIVATE, "Tea");
    }

    private SessionProbe join(Signaling signaling, HostedRoom room, PeerId self) {
        SessionProbe probe = new SessionProbe(signaling, room.id(), self, newOwner("session-" + probes.size()));
        probes.add(probe);
        return probe;
    }

    private SessionProbe connected(Signaling signaling, HostedRoom room, PeerId self) {
        SessionProbe probe = join(signaling, room, self);
        await(probe::isConnected);
        return probe;
    }

    private void awaitEnd(SessionProbe probe, Problem problem) {
        await(probe::isEnded);
        assertThat(probe.ended).isEqualTo(problem);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Closes or leaves in a task of the owner, so that no call may follow. */
    private <T extends @Nullable Object> T inOwner(SessionProbe probe, Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        probe.owner.execute(() -> {
            result.complete(work.get());
            probe.silence();
        });
        return done(result);
    }

    private void close(SessionProbe probe) {
        inOwner(probe, () -> {
            probe.session.close();
            return true;
        });
    }

    private void leave(SessionProbe probe) {
        done(inOwner(probe, probe.session::leave));
    }

    // Rooms

    @Test
    public void anAnnouncedRoomIsFoundAsItWasSigned() {
        HostedRoom room = announced(Visibility.PRIVATE, "Hidden");

        RoomEntry entry = done(ben().find(room.id()));

        assertThat(entry.room()).isEqualTo(room.id());
        assertThat(entry.descriptor()).isEqualTo(room.descriptor());
        assertThat(entry.peers()).isZero();
    }

    @Test
    public void aRoomMayBeAnnouncedAgainWithTheSameDescriptorOnly() {
        HostedRoom room = announced(Visibility.PUBLIC, "Tea");
        HostedRoom other = room.renamed("Coffee");

        done(ada().announce(room.id(), room.descriptor()));
        assertThat(failure(ada().announce(room.id(), other.descriptor()))).isEqualTo(Problem.ROOM_EXISTS);

        assertThat(done(ada().find(room.id())).descriptor()).isEqualTo(room.descriptor());
    }

    @Test
    public void aRoomThatIsNotKnownIsNotFound() {
        assertThat(failure(ada().find(HostedRoom.of(Visibility.PUBLIC, CAPACITY, "Tea")
                        .id())))
                .isEqualTo(Problem.ROOM_NOT_FOUND);
    }

    @Test
    public void anEntryCountsThePeersOfTheRoom() {
        HostedRoom room = announced();
        connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);

        assertThat(done(ben().find(room.id())).peers()).isEqualTo(2);
        leave(two);
        assertThat(done(ben().find(room.id())).peers()).isEqualTo(1);
    }

    @Test
    public void publicRoomsAreListedNewestFirstInPages() {
        HostedRoom first = announced(Visibility.PUBLIC, "First");
        HostedRoom hidden = announced(Visibility.PRIVATE, "Hidden");
        HostedRoom second = announced(Visibility.PUBLIC, "Second");
        HostedRoom third = announced(Visibility.PUBLIC, "Third");
        // Announcing again is not creating again.
        done(ada().announce(first.id(), first.descriptor()));

        assertThat(pages(2))
                .containsExactly(third.id(), second.id(), first.id())
                .doesNotContain(hidden.id());
        assertThat(pages(1)).containsExactly(third.id(), second.id(), first.id());
        assertThat(pages(MAX_PAGE)).containsExactly(third.id(), second.id(), first.id());
    }

    private List<RoomId> pages(int limit) {
        List<RoomId> rooms = new ArrayList<>();
        String cursor = null;
        do {
            RoomPage page = done(ben().publicRooms(cursor, limit));
            assertThat(page.rooms()).hasSizeLessThanOrEqualTo(limit);
            page.rooms().forEach(entry -> rooms.add(entry.room()));
            cursor = page.cursor();
        } while (cursor != null);
        return rooms;
    }

    @Test
    public void aListWithoutRoomsIsAnEmptyPage() {
        assertThat(pages(MAX_PAGE)).isEmpty();
    }

    @Test
    public void aPageOfNoRoomsOrTooManyIsTheCallersFault() {
        assertThatIllegalArgumentException().isThrownBy(() -> ada().publicRooms(null, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> ada().publicRooms(null, MAX_PAGE + 1));
    }

    @Test
    public void aWithdrawnRoomIsForgottenAndMayBeWithdrawnAgain() {
        HostedRoom room = announced(Visibility.PUBLIC, "Tea");

        done(ada().withdraw(room.id()));
        done(ada().withdraw(room.id()));

        assertThat(failure(ada().find(room.id()))).isEqualTo(Problem.ROOM_NOT_FOUND);
        assertThat(pages(MAX_PAGE)).isEmpty();
    }

    @Test
    public void aRoomOfAnotherAccountIsNotWithdrawn() {
        HostedRoom room = announced();

        // To others it is as if there were no such room, which is what they want.
        done(ben().withdraw(room.id()));

        done(ben().find(room.id()));
    }

    // Succession

    @Test
    public void aSuccessionIsFoundAsItWasSigned() {
        HostedRoom room = announced();
        assertThat(done(ben().find(room.id())).succession()).isNull();
        SignedSuccession first = room.succession(3, DEPUTY, OTHER_DEPUTY);

        done(ada().publishSuccession(room.id(), first));
        done(ada().publishSuccession(room.id(), first));

        assertThat(done(ben().find(room.id())).succession()).isEqualTo(first);
        SignedSuccession next = room.succession(4);
        done(ada().publishSuccession(room.id(), next));
        assertThat(done(ben().find(room.id())).succession()).isEqualTo(next);
    }

    @Test
    public void aSuccessionIsReplacedByALaterVersionOnly() {
        HostedRoom room = announced();
        SignedSuccession stored = room.succession(3, DEPUTY);
        done(ada().publishSuccession(room.id(), stored));

        for (SignedSuccession other : List.of(room.succession(3, OTHER_DEPUTY), room.succession(2, DEPUTY))) {
            assertThat(failure(ada().publishSuccession(room.id(), other))).isEqualTo(Problem.ROOM_EXISTS);
        }

        assertThat(done(ada().find(room.id())).succession()).isEqualTo(stored);
    }

    @Test
    public void onlyTheOwnerOfARoomPublishesItsSuccession() {
        HostedRoom room = announced();
        HostedRoom unknown = HostedRoom.of(Visibility.PRIVATE, CAPACITY, "Tea");

        assertThat(failure(ben().publishSuccession(room.id(), room.succession(1, DEPUTY))))
                .as("others do not learn that there is such a room")
                .isEqualTo(Problem.ROOM_NOT_FOUND);
        assertThat(failure(ada().publishSuccession(unknown.id(), unknown.succession(1, DEPUTY))))
                .isEqualTo(Problem.ROOM_NOT_FOUND);
    }

    @Test
    public void aSuccessionThatIsNotTheHostsOrNamesWrongDeputiesIsRefused() {
        HostedRoom room = announced();
        HostedRoom other = HostedRoom.of(Visibility.PRIVATE, CAPACITY, "Tea");
        SignedSuccession good = room.succession(1, DEPUTY);
        Identity[] nine = Stream.generate(Identity::generate).limit(9).toArray(Identity[]::new);

        for (SignedSuccession wrong : List.of(
                other.succession(1, DEPUTY),
                new SignedSuccession(
                        good.succession(), room.succession(2, DEPUTY).signature()),
                room.succession(0, DEPUTY),
                room.succession(1, DEPUTY, DEPUTY),
                room.succession(1, room.host()),
                room.succession(1, nine))) {
            assertThat(failure(ada().publishSuccession(room.id(), wrong))).isEqualTo(Problem.PROTOCOL);
        }

        assertThat(done(ada().find(room.id())).succession()).isNull();
        done(ada().publishSuccession(room.id(), room.succession(1, Arrays.copyOf(nine, 8))));
    }

    // Lease

    @Test
    public void theHostTakesTheLeaseAndEverybodySeesIt() {
        HostedRoom room = announced();
        SessionProbe host = connected(ada(), room, room.host().peerId());
        assertThat(done(ben().find(room.id())).lease()).isNull();

        Lease lease = done(host.session.acquireLease(0));

        assertHeld(lease, room.host(), 1);
        assertHeld(Objects.requireNonNull(done(ben().find(room.id())).lease()), room.host(), 1);
    }

    @Test
    public void whoIsNeitherTheHostNorADeputyMayNotTakeTheLease() {
        HostedRoom room = announced();
        SessionProbe stranger = connected(ben(), room, DEPUTY.peerId());
        assertThat(failure(stranger.session.acquireLease(0))).isEqualTo(Problem.FORBIDDEN);

        done(ada().publishSuccession(room.id(), room.succession(1, DEPUTY)));

        assertHeld(done(stranger.session.acquireLease(0)), DEPUTY, 1);
    }

    @Test
    public void aLeaseHasOneHolderUntilItIsGivenBack() {
        Led led = led();
        assertHeld(done(led.host.session.acquireLease(0)), led.room.host(), 1);

        assertHeld(done(led.deputy.session.acquireLease(0)), led.room.host(), 1);
        assertHeld(done(led.deputy.session.acquireLease(1)), led.room.host(), 1);
        done(led.deputy.session.releaseLease(1));
        assertHeld(done(led.deputy.session.acquireLease(1)), led.room.host(), 1);
        done(led.host.session.releaseLease(1));

        assertFree(led.room, 1);
        assertHeld(done(led.deputy.session.acquireLease(0)), DEPUTY, 2);
        assertHeld(done(led.host.session.acquireLease(1)), DEPUTY, 2);
    }

    @Test
    public void aHolderThatRenewsKeepsItsFenceAndOneThatForgotItTakesANewHolding() {
        Led led = led();
        done(led.host.session.acquireLease(0));
        letPass(LEASE.dividedBy(2));
        assertHeld(done(led.host.session.acquireLease(1)), led.room.host(), 1);
        letPass(LEASE.dividedBy(2));
        assertHeld(done(led.deputy.session.acquireLease(0)), led.room.host(), 1);

        assertHeld(done(led.host.session.acquireLease(0)), led.room.host(), 2);

        done(led.host.session.releaseLease(1));
        assertHeld(done(led.deputy.session.acquireLease(0)), led.room.host(), 2);
    }

    @Test
    public void aWorkerThatHasForgottenAFenceLearnsOfIt() {
        Led led = led();
        assertHeld(done(led.deputy.session.acquireLease(0)), DEPUTY, 1);
        // The host has led under fence 7, of which the worker knows nothing.
        assertHeld(done(led.host.session.acquireLease(7)), DEPUTY, 7);
        assertHeld(done(led.deputy.session.acquireLease(1)), DEPUTY, 8);
        assertHeld(done(led.host.session.acquireLease(7)), DEPUTY, 8);
        assertHeld(done(led.host.session.acquireLease(8 + 1_000_000)), DEPUTY, 8);
    }

    @Test
    public void aLeaseThatIsNotRenewedIsOver() {
        Led led = led();
        done(led.host.session.acquireLease(0));

        letPass(LEASE);

        assertFree(led.room, 1);
        assertHeld(done(led.deputy.session.acquireLease(0)), DEPUTY, 2);
        assertHeld(done(led.host.session.acquireLease(1)), DEPUTY, 2);
        letPass(LEASE);
        assertHeld(done(led.host.session.acquireLease(1)), led.room.host(), 3);
    }

    @Test
    public void ofTwoThatTakeAFreeLeaseAtOnceExactlyOneGetsIt() {
        Led led = led();
        for (int round = 0; round < 10; round++) {
            CompletionStage<Lease> one = led.host.session.acquireLease(round);
            CompletionStage<Lease> two = led.deputy.session.acquireLease(round);

            Lease lease = done(one);
            assertThat(done(two).holder()).isEqualTo(lease.holder());
            assertThat(done(two).fence()).isEqualTo(lease.fence()).isEqualTo(round + 1);
            assertThat(lease.holder()).isIn(led.room.host().peerId(), DEPUTY.peerId());
            done(led.host.session.releaseLease(lease.fence()));
            done(led.deputy.session.releaseLease(lease.fence()));
        }
    }

    @Test
    public void aNewHoldingHasAGreaterFenceThanAnyThatWasHeardOfWithinBounds() {
        Led led = led();
        assertHeld(done(led.host.session.acquireLease(41)), led.room.host(), 42);
        done(led.host.session.releaseLease(42));

        assertThat(failure(led.deputy.session.acquireLease(42 + 1_000_000))).isEqualTo(Problem.PROTOCOL);
        assertThat(failure(led.deputy.session.acquireLease((1L << 53) - 1))).isEqualTo(Problem.PROTOCOL);
        assertThat(failure(led.deputy.session.acquireLease(Long.MAX_VALUE))).isEqualTo(Problem.PROTOCOL);

        assertHeld(done(led.deputy.session.acquireLease(42 + 999_999)), DEPUTY, 42 + 1_000_000);
        assertThatIllegalArgumentException().isThrownBy(() -> led.deputy.session.acquireLease(-1));
    }

    @Test
    public void aHolderThatIsNoLongerNamedHoldsNothing() {
        Led led = led();
        assertHeld(done(led.deputy.session.acquireLease(0)), DEPUTY, 1);

        done(ada().publishSuccession(led.room.id(), led.room.succession(2, OTHER_DEPUTY)));

        assertFree(led.room, 1);
        assertThat(failure(led.deputy.session.acquireLease(1))).isEqualTo(Problem.FORBIDDEN);
        assertHeld(done(led.host.session.acquireLease(0)), led.room.host(), 2);
    }

    @Test
    public void aLeaseIsNotTakenWithoutAConnection() {
        Led led = led();
        done(led.host.session.acquireLease(0));
        workerDown();
        await(() -> led.host.interruptions.get() > 0 && led.deputy.interruptions.get() > 0);

        assertThat(failure(led.host.session.acquireLease(1))).isEqualTo(Problem.UNREACHABLE);
        done(led.deputy.session.releaseLease(1));
        workerUp();
        await(() -> led.host.connections.get() > 1 && led.deputy.connections.get() > 1);

        assertHeld(done(led.deputy.session.acquireLease(0)), led.room.host(), 1);
        assertHeld(done(led.host.session.acquireLease(1)), led.room.host(), 1);
    }

    @Test
    public void whoGivesTheLeaseBackAndLeavesLeavesItFree() {
        Led led = led();
        done(led.host.session.acquireLease(0));

        CompletionStage<Void> released = inOwner(led.host, () -> {
            CompletionStage<Void> release = led.host.session.releaseLease(1);
            CompletionStage<Void> left = led.host.session.leave();
            return release.thenCompose(given -> left);
        });

        done(released);
        assertHeld(done(led.deputy.session.acquireLease(0)), DEPUTY, 2);
        failure(led.host.session.acquireLease(1));
        done(led.host.session.releaseLease(1));
    }

    /** A room with its host and its one deputy in it. */
    private record Led(HostedRoom room, SessionProbe host, SessionProbe deputy) {}

    private Led led() {
        HostedRoom room = announced();
        done(ada().publishSuccession(room.id(), room.succession(1, DEPUTY)));
        return new Led(room, connected(ada(), room, room.host().peerId()), connected(ben(), room, DEPUTY.peerId()));
    }

    private static void assertHeld(Lease lease, Identity holder, long fence) {
        assertThat(lease.holder()).isEqualTo(holder.peerId());
        assertThat(lease.fence()).isEqualTo(fence);
        assertThat(lease.validFor()).isPositive().isLessThanOrEqualTo(LEASE);
    }

    private void assertFree(HostedRoom room, long lastFence) {
        Lease lease = Objects.requireNonNull(done(ben().find(room.id())).lease());
        assertThat(lease.fence()).isEqualTo(lastFence);
        assertThat(lease.validFor()).isZero();
    }

    // Short numbers

    @Test
    public void aRoomIsFoundByItsShortNumberUntilThatIsGivenBack() {
        HostedRoom room = announced();

        Nameplate one = done(ada().openNameplate(room.id()));
        Nameplate two = done(ada().openNameplate(room.id()));

        assertThat(one.validFor()).isEqualTo(Duration.ofMinutes(10));
        assertThat(one.number()).isBetween(1, 9).isNotEqualTo(two.number());
        assertThat(done(ben().findNameplate(one.number()))).isEqualTo(room.id());
        done(ben().closeNameplate(one.number()));
        assertThat(done(ben().findNameplate(one.number()))).isEqualTo(room.id());
        done(ada().closeNameplate(one.number()));
        done(ada().closeNameplate(one.number()));
        assertThat(failure(ben().findNameplate(one.number()))).isEqualTo(Problem.ROOM_NOT_FOUND);
        assertThat(done(ben().findNameplate(two.number()))).isEqualTo(room.id());
        assertThatIllegalArgumentException().isThrownBy(() -> ben().findNameplate(0));
        assertThatIllegalArgumentException().isThrownBy(() -> ben().closeNameplate(0));
    }

    @Test
    public void onlyTheOwnerOfARoomGivesItAShortNumber() {
        HostedRoom room = announced();

        assertThat(failure(ben().openNameplate(room.id())))
                .as("others do not learn that there is such a room")
                .isEqualTo(Problem.ROOM_NOT_FOUND);
        assertThat(failure(ada().openNameplate(HostedRoom.of(Visibility.PUBLIC, CAPACITY, "Tea")
                        .id())))
                .isEqualTo(Problem.ROOM_NOT_FOUND);
    }

    @Test
    public void anAccountHasEightShortNumbersAndThoseGivenBackRestForAMinute() {
        HostedRoom room = announced();
        Set<Integer> numbers = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            numbers.add(done(ada().openNameplate(room.id())).number());
        }
        assertThat(numbers).hasSize(8);

        assertThat(failure(ada().openNameplate(room.id()))).isEqualTo(Problem.RATE_LIMITED);
        int back = numbers.iterator().next();
        done(ada().closeNameplate(back));
        assertThat(failure(ada().openNameplate(room.id()))).isEqualTo(Problem.RATE_LIMITED);
        passMinutes(room, 1);

        done(ada().openNameplate(room.id()));
        assertThat(failure(ada().openNameplate(room.id()))).isEqualTo(Problem.RATE_LIMITED);
    }

    @Test
    public void aShortNumberIsGoneWithItsTime() {
        HostedRoom room = announced();
        int number = done(ada().openNameplate(room.id())).number();

        passMinutes(room, 9);
        assertThat(done(ben().findNameplate(number))).isEqualTo(room.id());
        passMinutes(room, 1);

        assertThat(failure(ben().findNameplate(number))).isEqualTo(Problem.ROOM_NOT_FOUND);
    }

    @Test
    public void aShortNumberIsGoneWithItsRoom() {
        HostedRoom room = announced();
        int number = done(ada().openNameplate(room.id())).number();

        done(ada().withdraw(room.id()));

        assertThat(failure(ben().findNameplate(number))).isEqualTo(Problem.ROOM_NOT_FOUND);
    }

    @Test
    public void shortNumbersCannotBeTriedOut() {
        HostedRoom room = announced();
        int number = done(ada().openNameplate(room.id())).number();
        for (int i = 0; i < 10; i++) {
            done(ben().findNameplate(number));
            done(ada().findNameplate(number));
        }
        assertThat(failure(ben().findNameplate(number))).isEqualTo(Problem.RATE_LIMITED);

        passMinutes(room, 1);

        assertThat(failure(ben().findNameplate(number)))
                .as("it was looked up 20 times")
                .isEqualTo(Problem.ROOM_NOT_FOUND);
    }

    private void passMinutes(HostedRoom room, int minutes) {
        for (int i = 0; i < 2 * minutes; i++) {
            letPass(Duration.ofSeconds(30));
            done(ada().announce(room.id(), room.descriptor()));
        }
    }

    // Messages

    @Test
    public void messagesOfBothTypesArriveInOrderFromWhoSentThem() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);
        List<CompletionStage<Void>> sent = new ArrayList<>();
        List<Message> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            MessageType type = i % 3 == 0 ? MessageType.REFUSAL : MessageType.ENVELOPE;
            sent.add(one.session.send(BEN, type, ascii("message " + i)));
            expected.add(new Message(ADA, type, "message " + i));
        }
        sent.forEach(this::done);
        await(() -> two.messages.size() >= expected.size());
        assertThat(two.messages).isEqualTo(expected);

        done(two.session.send(ADA, MessageType.ENVELOPE, ascii("answer")));
        await(() -> !one.messages.isEmpty());
        assertThat(one.messages).containsExactly(new Message(BEN, MessageType.ENVELOPE, "answer"));
    }

    @Test
    public void aPayloadMayBeAsLargeAsTheLimitAndNoLarger() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);
        byte[] largest = new byte[SignalingSession.MAX_PAYLOAD_BYTES];
        new Random(1).nextBytes(largest);

        done(one.session.send(BEN, MessageType.ENVELOPE, largest));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> one.session.send(BEN, MessageType.ENVELOPE, Arrays.copyOf(largest, largest.length + 1)));
        done(one.session.send(BEN, MessageType.ENVELOPE, ascii("after")));

        await(() -> two.messages.size() >= 2);
        assertThat(two.messages).extracting(Message::print).containsExactly(SessionProbe.print(largest), "after");
    }

    @Test
    public void aMessageToAPeerThatIsNotThereFails() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);

        assertThat(failure(one.session.send(NOBODY, MessageType.ENVELOPE, ascii("hello"))))
                .isEqualTo(Problem.PEER_NOT_FOUND);
    }

    @Test
    public void aMessageToOneselfArrives() {
        SessionProbe one = connected(ada(), announced(), ADA);

        done(one.session.send(ADA, MessageType.ENVELOPE, ascii("note")));

        await(() -> !one.messages.isEmpty());
        assertThat(one.messages).containsExactly(new Message(ADA, MessageType.ENVELOPE, "note"));
    }

    @Test
    public void aMessageThatIsSentBeforeTheSessionIsConnectedWaits() {
        HostedRoom room = announced();
        SessionProbe two = connected(ben(), room, BEN);

        SessionProbe one = join(ada(), room, ADA);
        done(one.session.send(BEN, MessageType.ENVELOPE, ascii("early")));

        await(() -> !two.messages.isEmpty());
        assertThat(two.messages).containsExactly(new Message(ADA, MessageType.ENVELOPE, "early"));
    }

    @Test
    public void roomsDoNotHearEachOther() {
        HostedRoom room = announced();
        HostedRoom other = announced();
        SessionProbe one = connected(ada(), room, ADA);
        connected(ben(), other, BEN);

        assertThat(failure(one.session.send(BEN, MessageType.ENVELOPE, ascii("hello"))))
                .isEqualTo(Problem.PEER_NOT_FOUND);
    }

    // Ends

    @Test
    public void leavingFreesThePlaceAndEndsTheCalls() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);

        leave(two);

        assertThat(failure(one.session.send(BEN, MessageType.ENVELOPE, ascii("hello"))))
                .isEqualTo(Problem.PEER_NOT_FOUND);
        // Not refused as the caller's fault, but not accepted either.
        failure(two.session.send(ADA, MessageType.ENVELOPE, ascii("hello")));
        done(two.session.leave());
        two.session.close();
    }

    @Test
    public void aClosedSessionIsToldNothingAndKeepsItsPlace() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);

        close(two);
        two.session.close();

        // What is sent to the place waits there for the next session of the same peer.
        done(one.session.send(BEN, MessageType.ENVELOPE, ascii("waits")));
        failure(two.session.send(ADA, MessageType.ENVELOPE, ascii("hello")));
        SessionProbe next = connected(ben(), room, BEN);
        await(() -> !next.messages.isEmpty());
        assertThat(next.messages).containsExactly(new Message(ADA, MessageType.ENVELOPE, "waits"));
    }

    @Test
    public void aSessionOfARoomThatIsNotKnownEnds() {
        HostedRoom room = HostedRoom.of(Visibility.PRIVATE, CAPACITY, "Tea");

        SessionProbe one = join(ada(), room, ADA);

        awaitEnd(one, Problem.ROOM_NOT_FOUND);
        failure(one.session.send(BEN, MessageType.ENVELOPE, ascii("hello")));
        done(one.session.leave());
    }

    @Test
    public void withdrawingTheRoomEndsItsSessions() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);

        done(ada().withdraw(room.id()));

        awaitEnd(one, Problem.ROOM_NOT_FOUND);
        awaitEnd(two, Problem.ROOM_NOT_FOUND);
    }

    @Test
    public void aSecondSessionOfTheSamePeerReplacesTheFirst() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe old = connected(ben(), room, BEN);

        SessionProbe newer = connected(ben(), room, BEN);
        if (tellsReplacedSessions()) {
            awaitEnd(old, Problem.PEER_TAKEN);
        } else {
            close(old);
        }

        done(one.session.send(BEN, MessageType.ENVELOPE, ascii("hello")));
        await(() -> !newer.messages.isEmpty());
        assertThat(old.messages).isEmpty();
        assertThat(newer.isEnded()).isFalse();
    }

    @Test
    public void aRoomTakesAsManyPeersAsItsDescriptorSays() {
        HostedRoom room = HostedRoom.of(Visibility.PRIVATE, 2, "Small");
        done(ada().announce(room.id(), room.descriptor()));
        connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);

        awaitEnd(join(ben(), room, CLEO), Problem.ROOM_FULL);

        leave(two);
        connected(ben(), room, CLEO);
    }

    @Test
    public void closingTheClientEndsItsSessionsAndRequests() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);

        inOwner(one, () -> {
            ada().close();
            ada().close();
            return true;
        });

        failure(one.session.send(ADA, MessageType.ENVELOPE, ascii("hello")));
        failure(ada().find(room.id()));
        assertThatIllegalStateException().isThrownBy(() -> ada().join(room.id(), ADA, one.owner, one));
    }

    @Test
    public void theIdsOfTheHostAndItsDeputiesAreTheirAccountsAloneAlsoWhileTheyAreAway() {
        HostedRoom room = announced();
        awaitEnd(join(ben(), room, room.host().peerId()), Problem.PEER_TAKEN);
        leave(connected(ben(), room, DEPUTY.peerId()));
        leave(connected(ada(), room, DEPUTY.peerId()));
        SessionProbe deputy = connected(ben(), room, DEPUTY.peerId());
        awaitEnd(join(ada(), room, DEPUTY.peerId()), Problem.PEER_TAKEN);

        done(ada().publishSuccession(room.id(), room.succession(1, DEPUTY, OTHER_DEPUTY)));
        leave(deputy);

        awaitEnd(join(ada(), room, DEPUTY.peerId()), Problem.PEER_TAKEN);
        leave(connected(ben(), room, OTHER_DEPUTY.peerId()));
        awaitEnd(join(ada(), room, OTHER_DEPUTY.peerId()), Problem.PEER_TAKEN);

        SessionProbe back = connected(ben(), room, DEPUTY.peerId());
        assertHeld(done(back.session.acquireLease(0)), DEPUTY, 1);
        leave(back);
        done(ada().publishSuccession(room.id(), room.succession(2, OTHER_DEPUTY)));
        connected(ada(), room, DEPUTY.peerId());
    }

    // Interruptions

    @Test
    public void sessionsGoOnWhenTheWorkerIsBack() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);
        workerDown();
        await(() -> one.interruptions.get() > 0 && two.interruptions.get() > 0);

        CompletionStage<Void> meanwhile = one.session.send(BEN, MessageType.ENVELOPE, ascii("meanwhile"));
        workerUp();
        done(meanwhile);

        await(() -> one.connections.get() > 1 && two.connections.get() > 1 && !two.messages.isEmpty());
        assertThat(two.messages).containsExactly(new Message(ADA, MessageType.ENVELOPE, "meanwhile"));
        done(two.session.send(ADA, MessageType.ENVELOPE, ascii("afterwards")));
        await(() -> !one.messages.isEmpty());
    }

    @Test
    public void aProbeOfASessionThatIsHeardChangesNothing() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe two = connected(ben(), room, BEN);
        two.session.probe();
        two.session.probe();
        for (String text : List.of("one", "two", "three")) {
            done(one.session.send(BEN, MessageType.ENVELOPE, ascii(text)));
        }
        await(() -> two.messages.size() == 3);
        assertThat(two.messages)
                .containsExactly(
                        new Message(ADA, MessageType.ENVELOPE, "one"),
                        new Message(ADA, MessageType.ENVELOPE, "two"),
                        new Message(ADA, MessageType.ENVELOPE, "three"));
        assertThat(two.interruptions.get()).isZero();
    }

    @Test
    public void aSessionIsProbedWhileTheWorkerIsAwayAndAfterItHasEnded() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        workerDown();
        one.session.probe();
        await(() -> one.interruptions.get() > 0);
        one.session.probe();
        workerUp();
        await(() -> one.connections.get() > 1);
        leave(one);
        one.session.probe();
    }

    @Test
    public void aSessionThatBeginsWhileTheWorkerIsAwayConnectsLater() {
        HostedRoom room = announced();
        workerDown();

        SessionProbe one = join(ada(), room, ADA);
        await(() -> one.interruptions.get() > 0);
        assertThat(one.isConnected()).isFalse();
        workerUp();

        await(one::isConnected);
    }

    @Test
    public void aSessionMayBeLeftWhileTheWorkerIsAway() {
        SessionProbe one = connected(ada(), announced(), ADA);
        workerDown();
        await(() -> one.interruptions.get() > 0);

        leave(one);
        workerUp();
    }

    @Test
    public void requestsFailWhileTheWorkerIsAway() {
        HostedRoom room = announced();
        workerDown();

        assertThat(failure(ada().find(room.id()))).isEqualTo(Problem.UNREACHABLE);
        workerUp();
        assertThat(done(ada().find(room.id())).room()).isEqualTo(room.id());
    }

    // Listeners

    @Test
    public void aListenerThatThrowsHurtsNobody() {
        HostedRoom room = announced();
        SessionProbe one = connected(ada(), room, ADA);
        SessionProbe two = join(ben(), room, BEN);
        two.throwing = true;
        await(two::isConnected);

        done(one.session.send(BEN, MessageType.ENVELOPE, ascii("first")));
        done(one.session.send(BEN, MessageType.ENVELOPE, ascii("second")));

        await(() -> two.messages.size() >= 2);
        done(ada().withdraw(room.id()));
        awaitEnd(two, Problem.ROOM_NOT_FOUND);
        awaitEnd(one, Problem.ROOM_NOT_FOUND);
    }
}
