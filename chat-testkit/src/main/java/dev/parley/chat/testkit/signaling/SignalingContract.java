package dev.parley.chat.testkit.signaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.testkit.signaling.HostedRoom.Visibility;
import dev.parley.chat.testkit.signaling.SessionProbe.Message;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
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
