package dev.parley.chat;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.pairing.PairingRedemption;
import dev.parley.chat.internal.protocol.Descriptor;
import dev.parley.chat.internal.protocol.HostMachine;
import dev.parley.chat.internal.protocol.ParticipantMachine;
import dev.parley.chat.internal.protocol.RoomConfig;
import dev.parley.chat.internal.protocol.RoomMachine;
import dev.parley.chat.internal.room.RoomDriver;
import dev.parley.chat.internal.room.SaidBefore;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.InMemoryChatStore;
import dev.parley.chat.store.InMemoryPeerBook;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.Transport;
import dev.parley.chat.transport.WebRtcTransport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and joins rooms, for one identity. The front door of Parley:
 *
 * <pre>{@code
 * try (var signaling = OkHttpSignaling.connect("https://parley.example.org");
 *         var rooms = RoomManager.builder(Identity.generate(), signaling).displayName("Ada").build()) {
 *     Room room = rooms.createRoom(RoomOptions.named("Tea"), new RoomListener() {
 *         @Override
 *         public void onMessage(Room room, ChatMessage message) {
 *             System.out.println(message.senderName() + ": " + message.text());
 *         }
 *     }).join();
 *     System.out.println("Join me: " + room.invite().link());
 *     room.send("Hello").join();
 * }
 * }</pre>
 *
 * <p>Methods may be called from any thread and never block, but for {@link #close}.
 */
public final class RoomManager implements AutoCloseable {

    /** How many bytes may wait to be sent in a room unless set otherwise. */
    public static final long DEFAULT_MAX_QUEUED_BYTES = 4L * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(RoomManager.class);

    private static final long MIN_MAX_QUEUED_BYTES = 65_536;
    private static final Duration MAX_LEAVING = Duration.ofSeconds(5);
    private static final int MAX_LISTED_ROOMS = 1_000;
    private static final int LISTED_PER_PAGE = 100;
    private static final int SEED_BYTES = 32;

    private final Identity identity;
    private final String displayName;
    private final Signaling signaling;
    private final ChatStore store;
    private final PeerBook peers;
    private final Environment environment;
    private final Transport transport;
    private final IceConfig ice;
    private final @Nullable Executor listenerExecutor;
    private final long maxQueuedBytes;
    private final List<AutoCloseable> owned;
    private final Executor storeExecutor;
    private final Set<RoomDriver> rooms = ConcurrentHashMap.newKeySet();
    private final Map<Long, CompletableFuture<?>> pending = new ConcurrentHashMap<>();
    private final AtomicLong nextPending = new AtomicLong();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private RoomManager(Builder builder) {
        List<AutoCloseable> made = new ArrayList<>();
        identity = builder.identity;
        signaling = builder.signaling;
        displayName = builder.displayName != null
                ? builder.displayName
                : identity.peerId().value().substring(0, 8);
        ice = builder.ice;
        listenerExecutor = builder.listenerExecutor;
        maxQueuedBytes = builder.maxQueuedBytes;
        environment = builder.environment != null ? builder.environment : own(made, Environment.system());
        try {
            store = builder.store != null ? builder.store : own(made, new InMemoryChatStore());
            peers = builder.peers != null ? builder.peers : own(made, new InMemoryPeerBook());
            transport = builder.transport != null ? builder.transport : own(made, WebRtcTransport.create(environment));
        } catch (RuntimeException e) {
            closeAll(made);
            throw e;
        }
        owned = List.copyOf(made);
        storeExecutor = environment.newSerialExecutor("store");
    }

    private static <T extends AutoCloseable> T own(List<AutoCloseable> made, T resource) {
        made.add(resource);
        return resource;
    }

    /**
     * Starts a manager.
     *
     * @param identity who one is in the rooms
     * @param signaling introduces peers; stays open when the manager is closed
     * @return a new builder
     */
    public static Builder builder(Identity identity, Signaling signaling) {
        return new Builder(identity, signaling);
    }

    /**
     * Opens a room and hosts it.
     *
     * @param options what the room is like
     * @param listener is told what happens; may be called before the future completes
     * @return completes with the room, CONNECTED, once it is announced at the worker and set as the options say. Fails
     *     with {@link SignalingException} when the worker refuses it or cannot be reached, with {@link StoreException},
     *     with {@link RoomClosedException} when the manager is closed meanwhile
     * @throws IllegalStateException if the manager is closed
     */
    public CompletableFuture<Room> createRoom(RoomOptions options, RoomListener listener) {
        requireOpen();
        return unwrapped(CompletableFuture.supplyAsync(() -> prepareHost(options, listener), storeExecutor)
                .thenCompose(RoomDriver::start)
                .thenCompose(room -> set(room, options)));
    }

    /** Says what is not in the descriptor; a room that cannot say it does not stay. */
    private static CompletableFuture<Room> set(Room room, RoomOptions options) {
        if (options.emoteChannels().isEmpty()) {
            return CompletableFuture.completedFuture(room);
        }
        return room.change(room.settings().withEmoteChannels(options.emoteChannels()))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        CompletableFuture<CloseReason> unused = room.leave();
                    }
                })
                .thenApply(done -> room);
    }

    private RoomDriver prepareHost(RoomOptions options, RoomListener listener) {
        byte[] nonce = random(Descriptor.NONCE_BYTES);
        RoomId room = Descriptor.roomId(identity.card().ed25519PublicKey(), nonce);
        boolean isPrivate = options.visibility() == RoomOptions.Visibility.PRIVATE;
        byte[] secretBytes = isPrivate ? random(Invite.SECRET_BYTES) : null;
        RoomSecret secret = secretBytes == null ? RoomSecret.forPublicRoom(room) : RoomSecret.of(secretBytes);
        SignedDescriptor signed = Descriptor.sign(
                identity,
                options,
                secret,
                nonce,
                random(Descriptor.SEAL_NONCE_BYTES),
                Instant.ofEpochMilli(environment.epochMillis()));
        Invite invite = new Invite(signaling.baseUrl(), room, secretBytes, 0);
        Descriptor descriptor;
        try {
            descriptor = Descriptor.verify(signed, room, secret, options.visibility());
        } catch (MalformedException | Descriptor.WrongSecretException e) {
            throw new IllegalStateException("what was signed just now verifies", e);
        }
        HostMachine machine = new HostMachine(config(descriptor, secret, Map.of(), List.of(), null, 0));
        return driver(machine, descriptor, signed, invite, true, listener);
    }

    /**
     * Joins a room.
     *
     * @param invite the invite; see {@link Invite#parse} and {@link Invite#toPublicRoom}
     * @param listener is told what happens; may be called before the future completes
     * @return completes with the room, CONNECTED, once the host has admitted this participant. Fails with
     *     {@link RoomClosedException} when the room refuses (its reason says why: ROOM_NOT_FOUND, WRONG_SECRET,
     *     ROOM_FULL, BANNED, INCOMPATIBLE) or no connection comes about within 30 s (NO_CONNECTION), with
     *     {@link SignalingException} when the worker refuses or cannot be reached, with {@link StoreException}, with
     *     {@link RoomClosedException} (LEFT) when the manager is closed meanwhile
     * @throws IllegalStateException if the manager is closed
     */
    public CompletableFuture<Room> joinRoom(Invite invite, RoomListener listener) {
        requireOpen();
        return unwrapped(signaling
                .find(invite.room())
                .toCompletableFuture()
                .exceptionally(failure -> {
                    throw joinFailure(failure);
                })
                .thenApplyAsync(entry -> prepareParticipant(invite, entry, listener), storeExecutor)
                .thenCompose(RoomDriver::start));
    }

    /**
     * Gets the invite that a pairing code stands for.
     *
     * @param code as it was said
     * @return completes with the invite, to be used with {@link #joinRoom}. Fails with {@link PairingException}
     *     (UNKNOWN_CODE, WRONG_CODE, or NO_ANSWER after 30 s), with {@link SignalingException}; in each of these cases
     *     but the last the code is void, since it is good for one try
     * @throws IllegalStateException if the manager is closed
     */
    public CompletableFuture<Invite> redeem(PairingCode code) {
        requireOpen();
        return unwrapped(PairingRedemption.start(environment, signaling, code).thenApply(link -> {
            try {
                return Invite.parse(link);
            } catch (IllegalArgumentException e) {
                throw new PairingException(
                        PairingException.Reason.WRONG_CODE, "what the code stands for is no invite", null);
            }
        }));
    }

    /**
     * The same, failing with the very exception and not one that wraps it, and completing even if this manager is
     * closed under it.
     */
    private <T> CompletableFuture<T> unwrapped(CompletableFuture<T> future) {
        CompletableFuture<T> result = new CompletableFuture<>();
        long number = nextPending.getAndIncrement();
        pending.put(number, result);
        CompletableFuture<T> unused = future.whenComplete((value, failure) -> {
            pending.remove(number);
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(unwrapped(failure));
            }
        });
        return result;
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static RuntimeException joinFailure(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof SignalingException signalingFailure
                && signalingFailure.problem() == SignalingException.Problem.ROOM_NOT_FOUND) {
            return new RoomClosedException(new CloseReason(
                    CloseReason.Code.ROOM_NOT_FOUND,
                    CloseReason.Origin.SIGNALING,
                    "there is no such room, or no longer; ask for a new invite"));
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
    }

    private RoomDriver prepareParticipant(Invite invite, RoomEntry entry, RoomListener listener) {
        SignedDescriptor signed = entry.descriptor();
        RoomId room = invite.room();
        byte[] secretBytes = invite.secret();
        RoomSecret secret = secretBytes == null ? RoomSecret.forPublicRoom(room) : RoomSecret.of(secretBytes);
        Descriptor descriptor;
        try {
            descriptor = Descriptor.verify(
                    signed,
                    room,
                    secret,
                    invite.hasSecret() ? RoomOptions.Visibility.PRIVATE : RoomOptions.Visibility.PUBLIC);
        } catch (Descriptor.WrongSecretException e) {
            throw closed(
                    CloseReason.Code.WRONG_SECRET,
                    CloseReason.Origin.LOCAL,
                    invite.hasSecret()
                            ? "the secret of the invite is not this room's; copy the whole link again"
                            : "the room is private: its id alone does not let one in; ask for the invite link");
        } catch (MalformedException e) {
            throw closed(
                    CloseReason.Code.PROTOCOL_VIOLATION,
                    CloseReason.Origin.SIGNALING,
                    "the worker served a descriptor that is not this room's: " + e.getMessage());
        }
        ParticipantMachine machine;
        try {
            machine = new ParticipantMachine(
                    config(descriptor, secret, store.heads(room), wholeOutbox(room), entry, invite.leastSuccession()));
            if (machine.leaderId().equals(identity.peerId())) {
                throw closed(
                        CloseReason.Code.FAILED,
                        CloseReason.Origin.LOCAL,
                        "this identity is the room's host, and no deputy leads the room; join with another one, or"
                                + " again when a deputy leads");
            }
        } catch (MalformedException e) {
            throw new StoreException("the outbox of room " + room + " is damaged: " + e.getMessage());
        }
        return driver(machine, descriptor, signed, invite, false, listener);
    }

    private List<StoredEvent> wholeOutbox(RoomId room) {
        List<StoredEvent> outbox = store.outbox(room, identity.peerId(), ChatStore.MAX_PAGE);
        if (outbox.size() < ChatStore.MAX_PAGE) {
            return outbox;
        }
        List<StoredEvent> whole = new ArrayList<>(outbox);
        while (outbox.size() == ChatStore.MAX_PAGE) {
            long next = whole.get(whole.size() - 1).seq() + 1;
            outbox = store.chain(room, identity.peerId(), next, ChatStore.MAX_PAGE);
            whole.addAll(outbox);
        }
        return whole;
    }

    private RoomConfig config(
            Descriptor descriptor,
            RoomSecret secret,
            Map<PeerId, EventHead> heads,
            List<StoredEvent> outbox,
            @Nullable RoomEntry entry,
            int leastSuccession) {
        return new RoomConfig(
                identity,
                displayName,
                descriptor,
                secret,
                maxQueuedBytes,
                random(SEED_BYTES),
                heads,
                outbox,
                new SaidBefore(store, descriptor.room(), identity.peerId()),
                store.times(descriptor.room()),
                entry == null ? null : entry.succession(),
                entry == null ? null : entry.lease(),
                leastSuccession,
                environment.epochMillis());
    }

    private RoomDriver driver(
            RoomMachine machine,
            Descriptor descriptor,
            SignedDescriptor signed,
            Invite invite,
            boolean hosted,
            RoomListener listener) {
        Instant now = Instant.ofEpochMilli(environment.epochMillis());
        store.remember(new RoomRecord(descriptor.room(), descriptor.name(), hosted, now));
        // From now on nothing of ours is deleted that nobody has yet.
        store.acknowledge(descriptor.room(), identity.peerId(), 0);
        store.deleteExpired(now);
        store.applyRetention(now);
        Participant self = new Participant(
                identity.peerId(), displayName, hosted ? Participant.Role.HOST : Participant.Role.MEMBER, true);
        Executor listeners = listenerExecutor != null
                ? listenerExecutor
                : environment.newSerialExecutor(
                        "listener-" + descriptor.room().value().substring(0, 8));
        machine.hide(peers.blocked().stream().map(KnownPeer::id).toList());
        machine.holdImages(store.images(descriptor.room()));
        RoomDriver room = new RoomDriver(
                machine,
                descriptor,
                signed,
                invite,
                (secret, least) ->
                        new Invite(invite.base(), invite.room(), invite.hasSecret() ? secret.reveal() : null, least),
                self,
                listener,
                new RoomDriver.Services(
                        environment, signaling, transport, ice, store, peers, storeExecutor, listeners, rooms));
        rooms.add(room);
        CompletableFuture<Boolean> unused = room.closed().thenApply(reason -> rooms.remove(room));
        if (isClosed.get()) {
            // Closed meanwhile: nobody would close this room.
            rooms.remove(room);
            throw closed(CloseReason.Code.LEFT, CloseReason.Origin.LOCAL, "the room manager was closed");
        }
        return room;
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        environment.fillRandom(bytes);
        return bytes;
    }

    private static RoomClosedException closed(CloseReason.Code code, CloseReason.Origin origin, String detail) {
        return new RoomClosedException(new CloseReason(code, origin, detail));
    }

    private void requireOpen() {
        if (isClosed.get()) {
            throw new IllegalStateException("the room manager is closed");
        }
    }

    /**
     * Lists the public rooms of the worker. Entries whose descriptor does not verify are left out.
     *
     * @return completes with the rooms, most recently created first, at most 1,000; fails with
     *     {@link SignalingException}
     * @throws IllegalStateException if the manager is closed
     */
    public CompletableFuture<List<PublicRoom>> publicRooms() {
        requireOpen();
        return unwrapped(morePublicRooms(new ArrayList<>(), null));
    }

    private CompletableFuture<List<PublicRoom>> morePublicRooms(List<PublicRoom> found, @Nullable String cursor) {
        return signaling
                .publicRooms(cursor, LISTED_PER_PAGE)
                .toCompletableFuture()
                .thenCompose(page -> {
                    for (RoomEntry entry : page.rooms()) {
                        verified(entry).ifPresent(found::add);
                    }
                    String next = page.cursor();
                    boolean isLast = next == null || page.rooms().isEmpty() || found.size() >= MAX_LISTED_ROOMS;
                    return isLast
                            ? CompletableFuture.completedFuture(
                                    List.copyOf(found.subList(0, Math.min(found.size(), MAX_LISTED_ROOMS))))
                            : morePublicRooms(found, next);
                });
    }

    private static Optional<PublicRoom> verified(RoomEntry entry) {
        try {
            Descriptor descriptor = Descriptor.verifyPublic(entry.descriptor(), entry.room());
            return Optional.of(new PublicRoom(
                    descriptor.room(),
                    descriptor.name(),
                    descriptor.host().peerId(),
                    descriptor.capacity(),
                    entry.peers(),
                    descriptor.created(),
                    entry.lastActive()));
        } catch (MalformedException | Descriptor.WrongSecretException e) {
            log.warn("the worker lists a room whose descriptor does not verify; it is left out: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Returns the book of the peers that were met. Keep a verification there with {@link PeerBook#verify}.
     *
     * @return the book; its methods block
     */
    public PeerBook peerBook() {
        return peers;
    }

    /**
     * Leaves all rooms in an orderly way and waits for that, at most 5 s; then frees what the manager made itself
     * (environment, transport) and nothing that was given to it. Closing again does nothing. Not to be called from a
     * {@link RoomListener}.
     */
    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<?>[] leaving = rooms.stream().map(RoomDriver::leave).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(leaving).get(MAX_LEAVING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("not every room could be left in an orderly way");
        }
        CloseReason reason =
                new CloseReason(CloseReason.Code.LEFT, CloseReason.Origin.LOCAL, "the room manager was closed");
        rooms.forEach(room -> room.abandon(reason));
        closeAll(owned);
        for (CompletableFuture<?> waiting : pending.values()) {
            waiting.completeExceptionally(new RoomClosedException(reason));
        }
    }

    /** Closes in the opposite order of making. */
    private static void closeAll(List<AutoCloseable> resources) {
        for (int i = resources.size() - 1; i >= 0; i--) {
            try {
                resources.get(i).close();
            } catch (Exception e) {
                log.warn("a resource of the room manager could not be closed", e);
            }
        }
    }

    /** Collects the settings of a {@link RoomManager}. */
    public static final class Builder {

        private final Identity identity;
        private final Signaling signaling;
        private @Nullable String displayName;
        private @Nullable ChatStore store;
        private @Nullable PeerBook peers;
        private @Nullable Transport transport;
        private IceConfig ice = IceConfig.defaults();
        private @Nullable Executor listenerExecutor;
        private long maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES;
        private @Nullable Environment environment;

        private Builder(Identity identity, Signaling signaling) {
            this.identity = identity;
            this.signaling = signaling;
        }

        /**
         * Sets the name that others see. Default: the first eight characters of the peer id.
         *
         * @param name 1…{@link Participant#MAX_NAME_CHARS} characters, none of them a control character
         * @return this
         * @throws IllegalArgumentException if the name is out of bounds
         */
        public Builder displayName(String name) {
            if (name.isBlank() || name.length() > Participant.MAX_NAME_CHARS) {
                throw new IllegalArgumentException(
                        "a name has 1 to " + Participant.MAX_NAME_CHARS + " characters, not " + name.length());
            }
            if (name.codePoints().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("a name has no control characters");
            }
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
                throw new IllegalArgumentException("a name holds half a surrogate pair");
            }
            this.displayName = name;
            return this;
        }

        /**
         * Sets where events are kept. Default: nowhere but in memory.
         *
         * @param store stays open when the manager is closed
         * @return this
         */
        public Builder store(ChatStore store) {
            this.store = store;
            return this;
        }

        /**
         * Sets where peers are remembered, and which of them a person has verified. Default: nowhere but in memory.
         *
         * @param peers stays open when the manager is closed
         * @return this
         */
        public Builder peerBook(PeerBook peers) {
            this.peers = peers;
            return this;
        }

        /**
         * Sets how links are made. Default: WebRTC, made with the manager and closed with it.
         *
         * @param transport stays open when the manager is closed
         * @return this
         */
        public Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /**
         * Sets how links find a path. Default: {@link IceConfig#defaults()}, with the servers that the worker names.
         *
         * @param ice servers and policy
         * @return this
         */
        public Builder ice(IceConfig ice) {
            this.ice = ice;
            return this;
        }

        /**
         * Sets where listeners are called. Default: a serial executor of the environment for each room.
         *
         * @param executor for example a user interface's thread; must run tasks in order, one at a time
         * @return this
         */
        public Builder listenerExecutor(Executor executor) {
            this.listenerExecutor = executor;
            return this;
        }

        /**
         * Sets how much may wait to be sent. A participant's {@link Room#send} fails when more of its own messages wait
         * for the host; a host's when half of it waits for one participant, whose link is closed when all of it does.
         * Default: {@value RoomManager#DEFAULT_MAX_QUEUED_BYTES}.
         *
         * @param bytes at least 65,536
         * @return this
         * @throws IllegalArgumentException if {@code bytes} is too small
         */
        public Builder maxQueuedBytes(long bytes) {
            if (bytes < MIN_MAX_QUEUED_BYTES) {
                throw new IllegalArgumentException("maxQueuedBytes is at least " + MIN_MAX_QUEUED_BYTES);
            }
            this.maxQueuedBytes = bytes;
            return this;
        }

        /**
         * Sets time, randomness and threads. Default: {@link Environment#system()}, made with the manager and closed
         * with it.
         *
         * @param environment stays open when the manager is closed
         * @return this
         */
        public Builder environment(Environment environment) {
            this.environment = environment;
            return this;
        }

        /**
         * Makes the manager.
         *
         * @return a new manager, to be closed by the caller
         * @throws TransportException if the default transport is asked for and cannot work on this machine
         */
        public RoomManager build() {
            return new RoomManager(this);
        }
    }
}
