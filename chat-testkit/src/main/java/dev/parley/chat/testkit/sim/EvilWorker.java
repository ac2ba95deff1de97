package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Nameplate;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.RoomPage;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes any signaling worker evil: it stands between clients and an honest worker, sees all that passes, and gives each
 * client what its {@link Misbehaviour misbehaviours} make of the truth. A client cannot tell it from a worker that is
 * evil itself. All clients of one room must go through the same instance, so that it can play one off against another.
 *
 * <pre>{@code
 * SimWorld world = new SimWorld(42, NetworkProfile.perfect());
 * EvilWorker worker = world.corruptWorker();
 * worker.behave(Misbehaviours.replaying(0.5), Misbehaviours.dropping(0.1));
 * SimPeer ada = world.peer("Ada"); // reaches the worker through the evil one
 *
 * // Against a client of one's own, over the network:
 * EvilWorker other = new EvilWorker(42, Environment.system());
 * RoomManager.builder(identity, other.between("Ben", new MySignaling(...)))
 * }</pre>
 *
 * <p>It keeps all that it has seen: for tests, not for long runs. Thread-safe; calls of a listener keep the promises of
 * {@link SignalingListener}, and no lock is held during them.
 */
public final class EvilWorker {

    /**
     * A message through the worker. Deliver what you like: it need not have been sent.
     *
     * @param room the room
     * @param from who sent it, as the receiver is told
     * @param to who receives it
     * @param type what it is, as the receiver is told
     * @param payload the bytes; not to be changed
     * @param delay how long it is held back
     */
    @SuppressWarnings("ArrayRecordComponent") // Other bytes are another array: that tells a change.
    public record Mail(
            RoomId room, PeerId from, PeerId to, SignalingSession.MessageType type, byte[] payload, Duration delay) {

        /**
         * The same with other bytes.
         *
         * @param other the bytes
         * @return the changed message
         */
        public Mail withPayload(byte[] other) {
            return new Mail(room, from, to, type, other, delay);
        }

        /**
         * The same under another sender's name.
         *
         * @param other the sender that the receiver is told
         * @return the changed message
         */
        public Mail withFrom(PeerId other) {
            return new Mail(room, other, to, type, payload, delay);
        }

        /**
         * The same for another receiver, who may be in another room.
         *
         * @param otherRoom the room
         * @param other the receiver
         * @return the changed message
         */
        public Mail withTo(RoomId otherRoom, PeerId other) {
            return new Mail(otherRoom, from, other, type, payload, delay);
        }

        /**
         * The same as a message of another type.
         *
         * @param other the type that the receiver is told
         * @return the changed message
         */
        public Mail withType(SignalingSession.MessageType other) {
            return new Mail(room, from, to, other, payload, delay);
        }

        /**
         * The same, later.
         *
         * @param more how much longer it is held back
         * @return the changed message
         */
        public Mail later(Duration more) {
            return new Mail(room, from, to, type, payload, delay.plus(more));
        }
    }

    private record Place(RoomId room, PeerId peer) {}

    private final Random random;
    private final Environment clock;
    private final List<Misbehaviour> misbehaviours = new ArrayList<>();
    private final List<Mail> carried = new ArrayList<>();
    private final Map<RoomId, List<SignedDescriptor>> announced = new LinkedHashMap<>();
    private final Map<RoomId, List<SignedSuccession>> successions = new LinkedHashMap<>();
    private final Map<Integer, RoomId> numbers = new LinkedHashMap<>();
    private final Map<Place, EvilSession> sessions = new LinkedHashMap<>();
    private long lastFence;
    private long misdeeds;

    /**
     * Makes a worker that behaves, so far.
     *
     * @param seed all that is random in it follows from this
     * @param clock lets it hold messages back; closed by its owner
     */
    public EvilWorker(long seed, Environment clock) {
        this.random = new Random(seed);
        this.clock = clock;
    }

    /**
     * Makes it misbehave from now on, beside what it does already.
     *
     * @param more what it does, in the order of applying
     */
    public synchronized void behave(Misbehaviour... more) {
        misbehaviours.addAll(Arrays.asList(more));
    }

    /** Makes it honest again. It still sees everything. */
    public synchronized void repent() {
        misbehaviours.clear();
    }

    /**
     * Stands between a client and the worker.
     *
     * @param client names the client to misbehaviours, as an account would
     * @param honest the client's way to an honest worker; closed with the one returned
     * @return the client's way to this one
     */
    public Signaling between(String client, Signaling honest) {
        return new EvilSignaling(client, honest);
    }

    /**
     * Returns randomness for misbehaviours.
     *
     * @return drawn from the seed
     */
    public Random random() {
        return random;
    }

    /**
     * Returns the messages that clients have sent.
     *
     * @return in the order of sending
     */
    public synchronized List<Mail> carried() {
        return List.copyOf(carried);
    }

    /**
     * Returns the descriptors that hosts have announced for a room.
     *
     * @param room the room
     * @return in the order of announcing
     */
    public synchronized List<SignedDescriptor> announced(RoomId room) {
        return List.copyOf(announced.getOrDefault(room, List.of()));
    }

    /**
     * Returns the successions that hosts have published for a room.
     *
     * @param room the room
     * @return in the order of publishing
     */
    public synchronized List<SignedSuccession> successions(RoomId room) {
        return List.copyOf(successions.getOrDefault(room, List.of()));
    }

    /**
     * Returns the short numbers that clients have opened, as an honest worker gave them, those of before included.
     *
     * @return the number, and the room that it was opened for last
     */
    public synchronized Map<Integer, RoomId> numbers() {
        return Map.copyOf(numbers);
    }

    /**
     * Counts fences.
     *
     * @param than any fence
     * @return one more than the greater of this and of what it returned last
     */
    public synchronized long laterFence(long than) {
        lastFence = Math.max(lastFence, than) + 1;
        return lastFence;
    }

    /**
     * Returns everything that a worker sees of its clients: descriptors, successions, signatures and payloads.
     *
     * @return the bytes, one array for each
     */
    public synchronized List<byte[]> seen() {
        List<byte[]> seen = new ArrayList<>();
        announced
                .values()
                .forEach(descriptors -> descriptors.forEach(descriptor -> {
                    seen.add(descriptor.descriptor());
                    seen.add(descriptor.signature());
                }));
        successions
                .values()
                .forEach(each -> each.forEach(succession -> {
                    seen.add(succession.succession());
                    seen.add(succession.signature());
                }));
        carried.forEach(mail -> seen.add(mail.payload().clone()));
        return seen;
    }

    /**
     * Says how often it has told a client something else than the truth, injected messages and ended sessions included.
     * A test whose worker has done nothing shows nothing.
     *
     * @return how often
     */
    public synchronized long misdeeds() {
        return misdeeds;
    }

    /**
     * Delivers a message that nobody may ever have sent. One to a peer that has no session here is lost.
     *
     * @param mail the message
     */
    public void inject(Mail mail) {
        misdeed();
        deliver(mail);
    }

    /**
     * Ends a session.
     *
     * @param room the room
     * @param peer whose session; one that has none is passed over
     * @param cause what its client is told
     */
    public void endSession(RoomId room, PeerId peer, SignalingException cause) {
        EvilSession session;
        synchronized (this) {
            session = sessions.remove(new Place(room, peer));
        }
        if (session != null) {
            misdeed();
            session.end(cause);
        }
    }

    private synchronized void misdeed() {
        misdeeds++;
    }

    private synchronized List<Misbehaviour> misbehaviours() {
        return List.copyOf(misbehaviours);
    }

    private <T> T tell(T truth, BiFunction<Misbehaviour, T, T> lie) {
        T told = truth;
        try {
            for (Misbehaviour misbehaviour : misbehaviours()) {
                told = lie.apply(misbehaviour, told);
            }
        } catch (SignalingException e) {
            misdeed();
            throw e;
        }
        if (told != truth) {
            misdeed();
        }
        return told;
    }

    private @Nullable RoomId numberTold(String client, int number, @Nullable RoomId truth) {
        RoomId told = truth;
        try {
            for (Misbehaviour misbehaviour : misbehaviours()) {
                told = misbehaviour.findNameplate(this, client, number, told);
            }
        } catch (SignalingException e) {
            misdeed();
            throw e;
        }
        if (!Objects.equals(told, truth)) {
            misdeed();
        }
        return told;
    }

    private @Nullable Lease forbiddenLease(String client, PeerId asker) {
        for (Misbehaviour misbehaviour : misbehaviours()) {
            Lease granted = misbehaviour.forbiddenLease(this, client, asker);
            if (granted != null) {
                misdeed();
                return granted;
            }
        }
        return null;
    }

    /** A failure of an honest worker, as a stage hands it on. */
    private static CompletionException wrapped(@Nullable Throwable failure) {
        return failure instanceof CompletionException known ? known : new CompletionException(failure);
    }

    /** How late a client is answered. */
    private Duration lateness(String client) {
        Duration late = Duration.ZERO;
        for (Misbehaviour misbehaviour : misbehaviours()) {
            late = late.plus(misbehaviour.lateness(this, client));
        }
        return late;
    }

    private <T> CompletionStage<T> late(Duration late, CompletionStage<T> answer) {
        if (late.isZero()) {
            return answer;
        }
        misdeed();
        CompletableFuture<T> later = new CompletableFuture<>();
        answer.whenComplete((value, failure) -> clock.schedule(late, () -> {
            if (failure == null) {
                later.complete(value);
            } else {
                later.completeExceptionally(failure);
            }
        }));
        return later;
    }

    private void carry(String client, Mail mail) {
        List<Mail> deliveries = List.of(mail);
        for (Misbehaviour misbehaviour : misbehaviours()) {
            List<Mail> next = new ArrayList<>();
            deliveries.forEach(each -> next.addAll(misbehaviour.carry(this, client, each)));
            deliveries = next;
        }
        if (!deliveries.equals(List.of(mail))) {
            misdeed();
        }
        deliveries.forEach(this::deliver);
    }

    private void deliver(Mail mail) {
        if (mail.delay().isZero()) {
            hand(mail);
        } else {
            clock.schedule(mail.delay(), () -> hand(mail));
        }
    }

    private void hand(Mail mail) {
        EvilSession session;
        synchronized (this) {
            session = sessions.get(new Place(mail.room(), mail.to()));
        }
        if (session != null) {
            session.tell(listener ->
                    listener.onMessage(mail.from(), mail.type(), mail.payload().clone()));
        }
    }

    /** One client's way to the worker. */
    private final class EvilSignaling implements Signaling {
        private final String client;
        private final Signaling honest;

        EvilSignaling(String client, Signaling honest) {
            this.client = client;
            this.honest = honest;
        }

        @Override
        public URI baseUrl() {
            return honest.baseUrl();
        }

        @Override
        public CompletionStage<Void> announce(RoomId room, SignedDescriptor descriptor) {
            synchronized (EvilWorker.this) {
                announced.computeIfAbsent(room, unused -> new ArrayList<>()).add(descriptor);
            }
            return honest.announce(room, descriptor);
        }

        @Override
        public CompletionStage<RoomEntry> find(RoomId room) {
            return late(
                    lateness(client),
                    honest.find(room)
                            .thenApply(truth -> EvilWorker.this.tell(
                                    truth,
                                    (misbehaviour, told) -> misbehaviour.find(EvilWorker.this, client, room, told))));
        }

        @Override
        public CompletionStage<RoomPage> publicRooms(@Nullable String cursor, int limit) {
            return honest.publicRooms(cursor, limit)
                    .thenApply(page -> new RoomPage(
                            EvilWorker.this.tell(
                                    page.rooms(),
                                    (misbehaviour, told) -> misbehaviour.list(EvilWorker.this, client, told)),
                            page.cursor()));
        }

        @Override
        public CompletionStage<Void> withdraw(RoomId room) {
            return honest.withdraw(room);
        }

        @Override
        public CompletionStage<Void> publishSuccession(RoomId room, SignedSuccession succession) {
            synchronized (EvilWorker.this) {
                successions.computeIfAbsent(room, unused -> new ArrayList<>()).add(succession);
            }
            return honest.publishSuccession(room, succession);
        }

        @Override
        public CompletionStage<Nameplate> openNameplate(RoomId room) {
            return honest.openNameplate(room).thenApply(truth -> {
                synchronized (EvilWorker.this) {
                    numbers.put(truth.number(), room);
                }
                return EvilWorker.this.tell(
                        truth, (misbehaviour, told) -> misbehaviour.openNameplate(EvilWorker.this, client, room, told));
            });
        }

        @Override
        public CompletionStage<RoomId> findNameplate(int number) {
            CompletionStage<RoomId> answer = honest.findNameplate(number).handle((truth, failure) -> {
                RoomId told = numberTold(client, number, truth);
                if (told != null) {
                    return told;
                }
                throw failure == null
                        ? new SignalingException(
                                SignalingException.Problem.ROOM_NOT_FOUND, "there is no such short number")
                        : wrapped(failure);
            });
            return late(lateness(client), answer);
        }

        @Override
        public CompletionStage<Void> closeNameplate(int number) {
            return honest.closeNameplate(number);
        }

        @Override
        public SignalingSession join(RoomId room, PeerId self, Executor owner, SignalingListener listener) {
            EvilSession session = new EvilSession(client, room, self, owner, listener);
            synchronized (EvilWorker.this) {
                sessions.put(new Place(room, self), session);
            }
            session.connect(honest);
            return session;
        }

        @Override
        public void close() {
            honest.close();
        }
    }

    /** One client's place in a room. */
    private final class EvilSession implements SignalingSession, SignalingListener {
        private final String client;
        private final RoomId room;
        private final PeerId self;
        private final Executor owner;
        private final SignalingListener listener;
        private volatile boolean over;
        private @Nullable SignalingSession honest;

        EvilSession(String client, RoomId room, PeerId self, Executor owner, SignalingListener listener) {
            this.client = client;
            this.room = room;
            this.self = self;
            this.owner = owner;
            this.listener = listener;
        }

        void connect(Signaling way) {
            try {
                EvilWorker.this.tell(room, (misbehaviour, told) -> {
                    misbehaviour.join(EvilWorker.this, client, room);
                    return told;
                });
            } catch (SignalingException e) {
                end(e);
                return;
            }
            honest = way.join(room, self, owner, this);
        }

        /** Lets the client's listener hear something, unless the session is over by then. */
        void tell(Consumer<SignalingListener> call) {
            owner.execute(() -> {
                if (!over) {
                    call.accept(listener);
                }
            });
        }

        void end(SignalingException cause) {
            synchronized (EvilWorker.this) {
                sessions.remove(new Place(room, self), this);
            }
            closeHonest();
            owner.execute(() -> {
                if (!over) {
                    over = true;
                    listener.onEnded(cause);
                }
            });
        }

        private void closeHonest() {
            SignalingSession open = honest;
            if (open != null) {
                open.close();
            }
        }

        private void forget() {
            over = true;
            synchronized (EvilWorker.this) {
                sessions.remove(new Place(room, self), this);
            }
        }

        @Override
        public void probe() {
            SignalingSession open = honest;
            if (open != null) {
                open.probe();
            }
        }

        @Override
        public void onConnected(List<IceServer> iceServers) {
            listener.onConnected(EvilWorker.this.tell(
                    iceServers, (misbehaviour, told) -> misbehaviour.iceServers(EvilWorker.this, client, told)));
        }

        @Override
        public void onMessage(PeerId from, MessageType type, byte[] payload) {
            carry(client, new Mail(room, from, self, type, payload, Duration.ZERO));
        }

        @Override
        public void onInterrupted(SignalingException cause) {
            listener.onInterrupted(cause);
        }

        @Override
        public void onEnded(SignalingException cause) {
            forget();
            listener.onEnded(cause);
        }

        @Override
        public CompletionStage<Void> send(PeerId to, MessageType type, byte[] payload) {
            synchronized (EvilWorker.this) {
                carried.add(new Mail(room, self, to, type, payload.clone(), Duration.ZERO));
            }
            return honestly(session -> session.send(to, type, payload));
        }

        @Override
        public CompletionStage<Lease> acquireLease(long fence) {
            Duration late = lateness(client);
            return late(
                    late,
                    honestly(session -> session.acquireLease(fence))
                            .handle(this::leaseTold)
                            .thenApply(lease -> lease.holder().equals(self) ? shortened(lease, late) : lease));
        }

        @Override
        public CompletionStage<Void> releaseLease(long fence) {
            return honestly(session -> session.releaseLease(fence));
        }

        private Lease leaseTold(@Nullable Lease truth, @Nullable Throwable failure) {
            if (truth != null) {
                return EvilWorker.this.tell(
                        truth, (misbehaviour, told) -> misbehaviour.lease(EvilWorker.this, client, self, told));
            }
            Throwable cause = wrapped(failure).getCause();
            Lease granted = cause instanceof SignalingException refused
                            && refused.problem() == SignalingException.Problem.FORBIDDEN
                    ? forbiddenLease(client, self)
                    : null;
            if (granted == null) {
                throw wrapped(failure);
            }
            return granted;
        }

        /** A client counts from when it asked, whatever the worker says and however late it says so. */
        private Lease shortened(Lease lease, Duration by) {
            Duration left = lease.validFor().minus(by);
            return new Lease(lease.holder(), lease.fence(), left.isNegative() ? Duration.ZERO : left);
        }

        private <T> CompletionStage<T> honestly(Function<SignalingSession, CompletionStage<T>> request) {
            SignalingSession open = honest;
            return open == null
                    ? CompletableFuture.failedFuture(new SignalingException(
                            SignalingException.Problem.UNREACHABLE, "the worker has ended this session"))
                    : request.apply(open);
        }

        @Override
        public CompletionStage<Void> leave() {
            forget();
            SignalingSession open = honest;
            return open == null ? CompletableFuture.completedFuture(null) : open.leave();
        }

        @Override
        public void close() {
            forget();
            closeHonest();
        }
    }
}
