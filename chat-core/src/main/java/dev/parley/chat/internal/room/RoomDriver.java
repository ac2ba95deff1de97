package dev.parley.chat.internal.room;

import dev.parley.chat.ChatException;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.FileTransfer;
import dev.parley.chat.FileTransferException;
import dev.parley.chat.IdentityAlert;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PairingOffer;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import dev.parley.chat.Reaction;
import dev.parley.chat.Room;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomListener;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.RoomStats;
import dev.parley.chat.SignalingException;
import dev.parley.chat.StoreException;
import dev.parley.chat.TransportException;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.pairing.PairingCodes;
import dev.parley.chat.internal.protocol.Descriptor;
import dev.parley.chat.internal.protocol.Input;
import dev.parley.chat.internal.protocol.Output;
import dev.parley.chat.internal.protocol.RoomMachine;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one {@link RoomMachine}: brings what happens in the world to it, and carries out what it wants, all in tasks
 * of one serial executor, the room's loop. It decides nothing. docs/concurrency.md draws the hand-offs.
 */
public final class RoomDriver implements Room {

    private static final Logger log = LoggerFactory.getLogger(RoomDriver.class);

    /** How long an ended room waits for links and signaling to close in an orderly way. */
    private static final Duration MAX_CLOSING = Duration.ofSeconds(2);

    /** How long the links are waited for when somebody asks for figures. */
    private static final Duration MAX_SAMPLING = Duration.ofSeconds(1);

    /** The ticket of what is done in this room because of another one. */
    private static final long NOBODY_WAITS = -1;

    private static final CloseReason LEFT =
            new CloseReason(CloseReason.Code.LEFT, CloseReason.Origin.LOCAL, "the room is closed");

    /**
     * What a driver works with.
     *
     * @param environment time, randomness and threads
     * @param signaling introduces peers
     * @param transport makes links
     * @param ice servers and policy of one's own
     * @param store keeps events
     * @param peers remembers peers
     * @param storeExecutor runs all calls of the store and of the book of peers, in order
     * @param listenerExecutor runs all calls of the listener, in order
     * @param rooms all that this profile has open, as they are now
     */
    public record Services(
            Environment environment,
            Signaling signaling,
            Transport transport,
            IceConfig ice,
            ChatStore store,
            PeerBook peers,
            Executor storeExecutor,
            Executor listenerExecutor,
            Set<RoomDriver> rooms) {}

    private final Descriptor descriptor;
    private final SignedDescriptor signedDescriptor;
    private final Invites invites;
    private final Participant self;
    private final RoomListener listener;
    private final Services services;
    private final Executor loop;
    private final long startNanos;
    private final PairingCodes codes;
    private final RoomFiles files;

    private final Map<Long, CompletableFuture<MessageId>> tickets = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Void>> requests = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<RoomStats>> samples = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Set<MessageId>>> withheldAsked = new ConcurrentHashMap<>();
    private final AtomicLong nextTicket = new AtomicLong();
    private final CompletableFuture<Room> opened = new CompletableFuture<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

    private volatile ConnectionState state = ConnectionState.IDLE;
    private volatile List<Participant> participants = List.of();
    private volatile RoomSettings settings;
    private volatile List<RoomEmoji> emoji;
    private volatile long queuedBytes;
    private volatile Map<PeerId, Presence> presences = Map.of();
    private volatile Invite invite;
    private volatile Output.@Nullable EpochChanged epoch;

    // Below: touched by tasks of the loop only.
    private RoomMachine machine;
    private final Map<Integer, PeerLink> links = new HashMap<>();

    /** Links over which a frame could not be sent, and none is sent any more. */
    private final Set<Integer> broken = new HashSet<>();

    private final Map<Integer, Long> linksBegunNanos = new HashMap<>();
    private final Set<Integer> openLinks = new LinkedHashSet<>();

    private final List<Output.Notice> notices = new ArrayList<>();
    private final List<StoredEvent> unsaved = new ArrayList<>();
    private List<IceServer> offeredIce = List.of();
    private @Nullable SignalingSession session;
    private int sessionNumber;
    private Environment.@Nullable Cancellable timer;
    private long timerNanos = Long.MAX_VALUE;
    private boolean ended;
    private boolean sessionLeft = true;
    private boolean withdrawn = true;
    private @Nullable Runnable afterClosing;

    /** What waits on the store executor to be kept; filled by the loop, emptied by the store's task. */
    private final List<StoredEvent> saving = new ArrayList<>();

    private @Nullable StoreException storeFailure;

    /** What was removed and is to leave the store. Touched by tasks of the store's executor only. */
    private final Set<MessageId> removed = new LinkedHashSet<>();

    /** Touched by tasks of the store's executor only. */
    private final PeerWatch watch;

    /** Makes the invites of the room. */
    @FunctionalInterface
    public interface Invites {
        /**
         * Makes an invite.
         *
         * @param secret the room's, as it is now
         * @param leastSuccession the least version of a succession by which who comes with it is led; 0 for any
         * @return the invite
         */
        Invite of(RoomSecret secret, int leastSuccession);
    }

    /**
     * Makes a driver. Nothing happens until {@link #start}.
     *
     * @param machine decides
     * @param descriptor of the room
     * @param signedDescriptor the same, as announced
     * @param invite of the room, as it is now
     * @param invites makes the invite when another one is due
     * @param self this process as a participant
     * @param listener is told what happens
     * @param services what the driver works with
     */
    public RoomDriver(
            RoomMachine machine,
            Descriptor descriptor,
            SignedDescriptor signedDescriptor,
            Invite invite,
            Invites invites,
            Participant self,
            RoomListener listener,
            Services services) {
        this.machine = machine;
        this.descriptor = descriptor;
        this.signedDescriptor = signedDescriptor;
        this.invite = invite;
        this.settings = machine.settings();
        this.emoji = machine.emoji();
        this.invites = invites;
        this.self = self;
        this.listener = listener;
        this.services = services;
        this.loop = services.environment()
                .newSerialExecutor("room-" + descriptor.room().value().substring(0, 8));
        this.startNanos = services.environment().nanoTime();
        this.codes = new PairingCodes(
                new PairingCodes.Services(services.environment(), services.signaling(), services.listenerExecutor()),
                () -> this.invite.link());
        this.files = new RoomFiles(
                new RoomFiles.Ways(
                        loop,
                        services.listenerExecutor(),
                        this::handle,
                        message -> this.machine.fileOffer(message),
                        input -> request(tickets, input),
                        (message, there) -> request(ticket -> new Input.FetchFile(ticket, message, there))),
                services.environment()
                        .newSerialExecutor("files-" + descriptor.room().value().substring(0, 8)));
        this.watch = new PeerWatch(services.peers(), services.environment());
    }

    /**
     * Begins.
     *
     * @return completes with this room once it is CONNECTED, or fails as {@code RoomManager} says
     */
    public CompletableFuture<Room> start() {
        post(new Input.Start());
        return opened;
    }

    // ---- Room

    @Override
    public RoomId id() {
        return descriptor.room();
    }

    @Override
    public String name() {
        return descriptor.name();
    }

    @Override
    public Visibility visibility() {
        return descriptor.visibility();
    }

    @Override
    public Invite invite() {
        return invite;
    }

    @Override
    public Participant self() {
        // Who leads may change.
        return participants.stream().filter(Participant::self).findFirst().orElse(self);
    }

    @Override
    public ConnectionState state() {
        return state;
    }

    @Override
    public List<Participant> participants() {
        return participants;
    }

    @Override
    public Presence presence(PeerId peer) {
        boolean isThere = participants.stream().anyMatch(each -> each.id().equals(peer));
        return isThere ? presences.getOrDefault(peer, Presence.ONLINE) : Presence.OFFLINE;
    }

    @Override
    public void away(boolean isAway) {
        post(new Input.Away(isAway));
    }

    @Override
    public void typing(boolean isTyping) {
        post(new Input.Type(isTyping));
    }

    @Override
    public void markRead(MessageId message) {
        post(new Input.MarkRead(message));
    }

    @Override
    public Optional<RoomCode> roomCode() {
        Output.EpochChanged now = epoch;
        return now == null || now.members() < 2 || state != ConnectionState.CONNECTED
                ? Optional.empty()
                : Optional.of(RoomCode.of(id(), now.epoch(), now.authenticator()));
    }

    @Override
    public long queuedBytes() {
        return queuedBytes;
    }

    @Override
    public CompletableFuture<RoomStats> stats() {
        CompletableFuture<RoomStats> future = new CompletableFuture<>();
        long ticket = nextTicket.getAndIncrement();
        samples.put(ticket, future);
        loop.execute(() -> sample(ticket));
        if (closed.isDone()) {
            failTickets();
        }
        return future.copy();
    }

    @Override
    public CompletableFuture<Set<MessageId>> withheld() {
        return whenOpen(
                withheldAsked,
                ticket -> loop.execute(() -> {
                    // What a room that has ended has not answered by then fails with the rest.
                    CompletableFuture<Set<MessageId>> future = ended ? null : withheldAsked.remove(ticket);
                    if (future != null) {
                        Set<MessageId> withheld = machine.withheld();
                        services.listenerExecutor().execute(() -> future.complete(withheld));
                    }
                }));
    }

    /** Asks all links that are open, and waits for them for a moment. */
    private void sample(long ticket) {
        Map<Integer, LinkStats> transports = new HashMap<>();
        List<Integer> asked = List.copyOf(openLinks);
        Runnable finish = () -> {
            // What a room that ends has not answered by then fails with the rest.
            CompletableFuture<RoomStats> future = ended ? null : samples.remove(ticket);
            if (future != null) {
                RoomStats stats = machine.stats(services.environment().nanoTime() - startNanos, transports);
                services.listenerExecutor().execute(() -> future.complete(stats));
            }
        };
        if (asked.isEmpty()) {
            finish.run();
            return;
        }
        Environment.Cancellable limit = services.environment().schedule(MAX_SAMPLING, () -> loop.execute(finish));
        for (Integer number : asked) {
            PeerLink link = links.get(number);
            if (link != null) {
                link.stats(stats -> {
                    transports.put(number, stats);
                    if (transports.size() == asked.size()) {
                        limit.cancel();
                        finish.run();
                    }
                });
            }
        }
    }

    @Override
    public CompletableFuture<MessageId> send(OutgoingMessage message) {
        return request(tickets, ticket -> new Input.Submit(ticket, message));
    }

    @Override
    public CompletableFuture<Void> edit(MessageId message, OutgoingMessage wording) {
        EventBody.Edit edit = new EventBody.Edit(message, wording);
        return request(ticket -> new Input.Affect(ticket, edit));
    }

    @Override
    public CompletableFuture<Void> delete(MessageId message) {
        return request(ticket -> new Input.Affect(ticket, new EventBody.Delete(message)));
    }

    @Override
    public CompletableFuture<Void> react(MessageId message, Reaction reaction, boolean add) {
        return request(ticket -> new Input.Affect(ticket, new EventBody.Reaction(message, reaction, add)));
    }

    @Override
    public CompletableFuture<MessageId> sendPrivate(PeerId to, OutgoingMessage message) {
        byte[] fresh = freshSecret();
        return request(tickets, ticket -> new Input.Whisper(ticket, to, message, fresh));
    }

    @Override
    public CompletableFuture<MessageId> offerFile(Path file, String mediaType) {
        return files.offer(file, mediaType, freshSecret());
    }

    @Override
    public FileTransfer fetchFile(MessageId message, Path place) {
        FileTransfer transfer = files.fetch(message, place);
        if (closed.isDone()) {
            failTickets();
        }
        return transfer;
    }

    @Override
    public List<RoomEmoji> emoji() {
        return emoji;
    }

    @Override
    public CompletableFuture<MessageId> addEmoji(String shortcode, byte[] image, @Nullable String mediaType) {
        String claim = mediaType == null ? RoomEmoji.UNKNOWN_MEDIA_TYPE : mediaType;
        RoomEmoji.requireShortcode(shortcode);
        RoomEmoji.requireSize(image.length);
        FileOffer.requireMediaType(claim);
        byte[] copy = image.clone();
        byte[] fresh = freshSecret();
        return request(tickets, ticket -> new Input.AddEmoji(ticket, shortcode, claim, copy, fresh));
    }

    @Override
    public CompletableFuture<Void> removeEmoji(MessageId id) {
        return request(ticket -> new Input.RemoveEmoji(ticket, id));
    }

    @Override
    public CompletableFuture<byte[]> emojiImage(String sha256) {
        CompletableFuture<byte[]> image = new CompletableFuture<>();
        CompletionStage<Void> unused = request(ticket -> new Input.FetchImage(ticket, sha256))
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        image.completeExceptionally(failure);
                    } else {
                        services.storeExecutor().execute(() -> giveImage(sha256, image));
                    }
                });
        return image.copy();
    }

    private void giveImage(String sha256, CompletableFuture<byte[]> image) {
        byte[] bytes = readImage(sha256);
        if (bytes == null) {
            post(new Input.ImageLost(sha256));
        }
        services.listenerExecutor().execute(() -> {
            if (bytes == null) {
                image.completeExceptionally(new FileTransferException(
                        FileTransferException.Problem.UNAVAILABLE,
                        "the image of the emoji is not in the store any more; it is fetched again, ask for it later"));
            } else {
                image.complete(bytes);
            }
        });
    }

    @Override
    public RoomSettings settings() {
        return settings;
    }

    @Override
    public CompletableFuture<Void> change(RoomSettings settings) {
        return request(ticket -> new Input.ChangeSettings(ticket, settings));
    }

    @Override
    public CompletableFuture<Void> giveRole(PeerId peer, Participant.Role role) {
        return moderate(new EventBody.GiveRole(peer, role, 0));
    }

    @Override
    public CompletableFuture<Void> mute(PeerId peer, Optional<Instant> until) {
        OptionalLong untilMillis =
                until.isPresent() ? OptionalLong.of(until.get().toEpochMilli()) : OptionalLong.empty();
        return moderate(new EventBody.Mute(peer, untilMillis, 0));
    }

    @Override
    public CompletableFuture<Void> unmute(PeerId peer) {
        return moderate(new EventBody.Unmute(peer));
    }

    private CompletableFuture<Void> moderate(EventBody.PeerAct act) {
        return request(ticket -> new Input.Moderate(ticket, act));
    }

    @Override
    public CompletableFuture<Void> block(PeerId peer) {
        return blocking(peer, true);
    }

    @Override
    public CompletableFuture<Void> unblock(PeerId peer) {
        return blocking(peer, false);
    }

    /** Keeps it, and then hides or shows in all rooms: one that is entered meanwhile reads the book after that. */
    private CompletableFuture<Void> blocking(PeerId peer, boolean isBlocked) {
        if (peer.equals(self.id())) {
            // Nothing to be kept: the machine says that it cannot be.
            return request(ticket -> new Input.Block(ticket, peer, isBlocked));
        }
        return whenOpen(
                requests,
                ticket -> services.storeExecutor().execute(() -> {
                    RuntimeException failure = keepBlock(peer, isBlocked);
                    if (failure != null) {
                        loop.execute(() -> reject(ticket, failure));
                        return;
                    }
                    post(new Input.Block(ticket, peer, isBlocked));
                    for (RoomDriver other : services.rooms()) {
                        if (other != this) {
                            other.post(new Input.Block(NOBODY_WAITS, peer, isBlocked));
                        }
                    }
                }));
    }

    private @Nullable RuntimeException keepBlock(PeerId peer, boolean isBlocked) {
        try {
            Instant now = Instant.ofEpochMilli(services.environment().epochMillis());
            if (!isBlocked) {
                services.peers().unblock(peer);
            } else if (!services.peers().block(peer, now)) {
                return new NotAllowedException(
                        PeerBook.MAX_BLOCKED + " peers are blocked, which is the limit; unblock one first");
            }
            return null;
        } catch (StoreException e) {
            return e;
        } catch (RuntimeException e) {
            log.error("the book of peers failed", e);
            return new StoreException("the book of peers could not be written", e);
        }
    }

    private void reject(long ticket, RuntimeException cause) {
        CompletableFuture<?> message = tickets.remove(ticket);
        CompletableFuture<?> future = message != null ? message : requests.remove(ticket);
        if (future != null) {
            services.listenerExecutor().execute(() -> future.completeExceptionally(cause));
        }
    }

    @Override
    public CompletableFuture<PairingOffer> createCode() {
        return codes.create().copy();
    }

    @Override
    public CompletableFuture<Void> kick(PeerId participant) {
        byte[] fresh = freshSecret();
        return request(ticket -> new Input.Remove(ticket, participant, false, fresh));
    }

    @Override
    public CompletableFuture<Void> ban(PeerId peer) {
        byte[] fresh = freshSecret();
        return request(ticket -> new Input.Remove(ticket, peer, true, fresh));
    }

    @Override
    public CompletableFuture<Void> unban(PeerId peer) {
        return request(ticket -> new Input.Unban(ticket, peer));
    }

    @Override
    public CompletableFuture<Void> nameDeputies(List<PeerId> deputies) {
        List<PeerId> order = List.copyOf(deputies);
        return request(ticket -> new Input.NameDeputies(ticket, order));
    }

    private byte[] freshSecret() {
        byte[] fresh = new byte[RoomSecret.BYTES];
        services.environment().fillRandom(fresh);
        return fresh;
    }

    private CompletableFuture<Void> request(LongFunction<Input> input) {
        return request(requests, input);
    }

    private <T> CompletableFuture<T> request(Map<Long, CompletableFuture<T>> waiting, LongFunction<Input> input) {
        return whenOpen(waiting, ticket -> post(input.apply(ticket)));
    }

    private <T> CompletableFuture<T> whenOpen(Map<Long, CompletableFuture<T>> waiting, LongConsumer begin) {
        CloseReason ended = closed.getNow(null);
        if (ended != null) {
            // The loop may have ended with its environment.
            return CompletableFuture.failedFuture(new RoomClosedException(ended));
        }
        long ticket = nextTicket.getAndIncrement();
        CompletableFuture<T> future = new CompletableFuture<>();
        waiting.put(ticket, future);
        begin.accept(ticket);
        if (closed.isDone()) {
            failTickets();
        }
        // A copy, so that the caller cannot complete ours.
        return future.copy();
    }

    @Override
    public CompletableFuture<CloseReason> leave() {
        post(new Input.Leave());
        return closed.copy();
    }

    /**
     * Completes what still waits, when the environment is about to end and with it the tasks that would have done so.
     *
     * @param reason why the room is closed
     */
    public void abandon(CloseReason reason) {
        opened.completeExceptionally(new RoomClosedException(reason));
        closed.complete(reason);
        failTickets();
        codes.abandon();
    }

    /** What is still to be accepted when the room has ended never will be. */
    private void failTickets() {
        RoomClosedException failure = new RoomClosedException(closed.getNow(LEFT));
        failAll(tickets, failure);
        failAll(requests, failure);
        failAll(samples, failure);
        failAll(withheldAsked, failure);
        files.failAll(failure);
    }

    private static <T> void failAll(Map<Long, CompletableFuture<T>> waiting, RoomClosedException failure) {
        for (Long ticket : List.copyOf(waiting.keySet())) {
            CompletableFuture<T> future = waiting.remove(ticket);
            if (future != null) {
                future.completeExceptionally(failure);
            }
        }
    }

    @Override
    public CompletableFuture<CloseReason> closed() {
        return closed.copy();
    }

    // ---- the loop

    private void post(Input input) {
        loop.execute(() -> handle(input));
    }

    private void handle(Input input) {
        Environment environment = services.environment();
        guarded(() -> machine.handle(environment.nanoTime() - startNanos, environment.epochMillis(), input));
        for (Output output = machine.poll(); output != null; output = machine.poll()) {
            if (output instanceof Output.Transmit && input instanceof Input.FrameReceived) {
                // What somebody said is told before anything is sent because of it: a call of the native library takes
                // longer than handing over, and a host makes one for each link.
                tell();
            }
            Output next = output;
            guarded(() -> carryOut(next));
        }
        queuedBytes = machine.queuedBytes();
        save();
        tell();
        rearm();
    }

    /** A defect ends the room and says so: what the machine holds, or the world does, cannot be trusted any more. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.error("the room failed and is closed", e);
            machine.fail("an internal error; please report it");
        }
    }

    private void carryOut(Output output) {
        if (output instanceof Output.Transmit transmit) {
            PeerLink link = links.get(transmit.link());
            if (link != null && !broken.contains(transmit.link()) && !link.send(transmit.frame())) {
                // The link is on its way to CLOSED, or full against all expectation. A frame is missing from now on, so
                // that nothing behind it may arrive. What has come from the other side is taken first: perhaps it says
                // why it closes.
                broken.add(transmit.link());
                loop.execute(link::close);
            }
        } else if (output instanceof Output.TransmitEphemeral transmit) {
            PeerLink link = links.get(transmit.link());
            if (link != null) {
                link.sendEphemeral(transmit.frame());
            }
        } else if (output instanceof Output.Notice notice) {
            note(notice);
            if (notice instanceof Output.Deliver deliver) {
                RoomEvents.messageDelivered(id(), deliver.message().sender());
            }
            if (notice instanceof Output.EmojiChanged) {
                // What a newcomer is given changes them many times over: the last of it says all.
                notices.removeIf(Output.EmojiChanged.class::isInstance);
            }
            // Who comes in takes the invite from the room; it has had no other one of it.
            if (state != ConnectionState.CONNECTING || !(notice instanceof Output.InviteChanged)) {
                notices.add(notice);
            }
        } else if (output instanceof Output.Persist persist) {
            unsaved.add(persist.event());
        } else if (output instanceof Output.ReadEvents read) {
            save();
            services.storeExecutor().execute(() -> post(new Input.EventsRead(read.ticket(), read(read))));
        } else if (output instanceof Output.BeginTime begin) {
            services.storeExecutor()
                    .execute(() -> inStore(() -> services.store().beginTime(id(), begin.time())));
        } else if (output instanceof Output.EndTime end) {
            services.storeExecutor()
                    .execute(() -> inStore(() -> services.store().endTime(id(), end.member())));
        } else if (output instanceof Output.QueryBuffered query) {
            // Asked when the answer is used: an older answer would open the window for what is in the link already.
            loop.execute(() -> {
                PeerLink link = links.get(query.link());
                if (link != null) {
                    handle(new Input.LinkBuffered(query.link(), link.bufferedBytes()));
                }
            });
        } else if (output instanceof Output.Accepted accepted) {
            RoomEvents.messageSent(id(), machine::queuedBytes);
            files.accepted(accepted);
            accept(accepted);
        } else if (output instanceof Output.Rejected rejected) {
            files.rejected(rejected.ticket());
            reject(rejected.ticket(), rejected.cause());
        } else if (output instanceof Output.Completed completed) {
            CompletableFuture<Void> future = requests.remove(completed.ticket());
            if (future != null) {
                services.listenerExecutor().execute(() -> future.complete(null));
            }
        } else if (output instanceof Output.EpochChanged changed) {
            epoch = changed;
            RoomEvents.epochChanged(id(), changed.epoch(), changed.members());
        } else if (output instanceof Output.CardSeen seen) {
            watch(() -> watch.card(seen.card()));
        } else if (output instanceof Output.Acknowledge acknowledge) {
            save();
            services.storeExecutor()
                    .execute(() -> inStore(() -> {
                        services.store().acknowledge(id(), self.id(), acknowledge.upToSeq());
                        deleteRemoved();
                    }));
        } else if (output instanceof Output.SendMail mail) {
            sendMail(mail);
        } else if (output instanceof Output.OpenLink open) {
            openLink(open);
        } else if (output instanceof Output.ApplySignal apply) {
            PeerLink link = links.get(apply.link());
            if (link != null) {
                link.accept(apply.signal());
            }
        } else if (output instanceof Output.RestartIce restart) {
            PeerLink link = links.get(restart.link());
            if (link != null && !link.restartIce()) {
                // It has been restarted too often: a new one takes its place.
                link.close();
            }
        } else if (output instanceof Output.ProbeSignaling) {
            SignalingSession current = session;
            if (current != null) {
                current.probe();
            }
        } else if (output instanceof Output.CloseLink close) {
            PeerLink link = links.get(close.link());
            if (link != null) {
                link.close();
            }
        } else if (output instanceof Output.AcquireLease acquire) {
            acquireLease(acquire.fence());
        } else if (output instanceof Output.ReleaseLease release) {
            SignalingSession current = session;
            if (current != null) {
                CompletionStage<Void> unused = current.releaseLease(release.fence());
            }
        } else if (output instanceof Output.FindLeader) {
            services.signaling()
                    .find(id())
                    .whenComplete((entry, failure) -> post(
                            failure == null
                                    ? new Input.LeaderFound(entry.lease(), entry.succession())
                                    : new Input.LeaderNotFound()));
        } else if (output instanceof Output.PublishSuccession publish) {
            services.signaling()
                    .publishSuccession(id(), publish.succession())
                    .whenComplete((done, failure) -> post(new Input.SuccessionPublished(
                            publish.succession(), failure == null ? null : signalingFailure(failure))));
        } else if (output instanceof Output.Become become) {
            machine = become.next();
            guarded(() -> machine.handle(
                    services.environment().nanoTime() - startNanos,
                    services.environment().epochMillis(),
                    new Input.Start()));
        } else if (output instanceof Output.Announce) {
            services.signaling()
                    .announce(id(), signedDescriptor)
                    .whenComplete((done, failure) -> post(
                            failure == null
                                    ? new Input.Announced()
                                    : new Input.AnnounceFailed(signalingFailure(failure))));
        } else if (output instanceof Output.Withdraw) {
            withdrawn = false;
            services.signaling()
                    .withdraw(id())
                    .whenComplete((done, failure) -> loop.execute(() -> {
                        withdrawn = true;
                        closeWhenDone();
                    }));
        } else if (output instanceof Output.JoinSignaling) {
            joinSignaling();
        } else if (output instanceof Output.LeaveSignaling) {
            leaveSignaling();
        } else if (output instanceof Output.Closed end) {
            end(end);
        } else if (!carryOutImage(output) && !files.carryOut(output)) {
            throw new IllegalStateException("nobody carries out " + output.getClass());
        }
    }

    /** What concerns the images of the room's emoji, which are in the store; false if it is something else. */
    private boolean carryOutImage(Output output) {
        Executor disk = services.storeExecutor();
        if (output instanceof Output.KeepImage keep) {
            disk.execute(() -> inStore(() -> {
                services.store().keepImage(id(), keep.sha256(), keep.image());
                post(new Input.ImageKept(keep.sha256()));
            }));
        } else if (output instanceof Output.KeepOnlyImages keep) {
            disk.execute(() -> inStore(() -> services.store().keepOnlyImages(id(), keep.sha256())));
        } else if (output instanceof Output.ReadImage read) {
            disk.execute(() -> {
                byte[] image = readImage(read.sha256());
                int end = read.offset() + read.length();
                boolean isWithin = image != null && end <= image.length;
                post(new Input.FileRead(read.read(), isWithin ? Arrays.copyOfRange(image, read.offset(), end) : null));
            });
        } else {
            return false;
        }
        return true;
    }

    /** Reads an image on the store's executor; null if it is not there, or is not what its hash says. */
    private byte @Nullable [] readImage(String sha256) {
        try {
            byte[] image = services.store().image(id(), sha256).orElse(null);
            return image != null && HexFormat.of().formatHex(Sha256.of(image)).equals(sha256) ? image : null;
        } catch (RuntimeException e) {
            log.warn("the image of an emoji could not be read from the store: {}", e.getMessage());
            return null;
        }
    }

    private void accept(Output.Accepted accepted) {
        CompletableFuture<MessageId> message = tickets.remove(accepted.ticket());
        CompletableFuture<Void> deed = message == null ? requests.remove(accepted.ticket()) : null;
        if (message != null) {
            whenSaved(message, () -> message.complete(accepted.id()));
        } else if (deed != null) {
            whenSaved(deed, () -> deed.complete(null));
        }
    }

    private void whenSaved(CompletableFuture<?> future, Runnable complete) {
        save();
        services.storeExecutor().execute(() -> {
            StoreException failure = storeFailure;
            if (failure == null) {
                complete.run();
            } else {
                future.completeExceptionally(failure);
            }
        });
    }

    // ---- the store

    /** Hands what is to be kept to the store's executor; what comes meanwhile goes in the same write. */
    private void save() {
        if (unsaved.isEmpty()) {
            return;
        }
        boolean scheduled;
        synchronized (saving) {
            scheduled = !saving.isEmpty();
            saving.addAll(unsaved);
        }
        unsaved.clear();
        if (!scheduled) {
            services.storeExecutor().execute(this::writeSaving);
        }
    }

    /** Reads on the store's executor. What cannot be read is not there for others; it ends nothing here. */
    private List<StoredEvent> read(Output.ReadEvents wanted) {
        try {
            Output.ReadEvents.Part part = wanted.part();
            if (part instanceof Output.ReadEvents.Chain chain) {
                return services.store().chain(id(), chain.author(), chain.fromSeq(), wanted.limit());
            } else if (part instanceof Output.ReadEvents.Before before) {
                return services.store().timeline(id(), before.place(), wanted.limit());
            } else if (part instanceof Output.ReadEvents.After after) {
                return services.store().timelineAfter(id(), after.place(), wanted.limit());
            }
        } catch (RuntimeException e) {
            log.warn("what others lack could not be read from the store: {}", e.getMessage());
        }
        return List.of();
    }

    private void writeSaving() {
        List<StoredEvent> batch;
        synchronized (saving) {
            batch = List.copyOf(saving);
            saving.clear();
        }
        inStore(() -> services.store().append(batch));
    }

    /** What somebody deleted, or what has disappeared, is not kept either. */
    private void forget(MessageId message) {
        save();
        services.storeExecutor()
                .execute(() -> inStore(() -> {
                    removed.add(message);
                    deleteRemoved();
                }));
    }

    private void deleteRemoved() {
        for (MessageId message : List.copyOf(removed)) {
            try {
                services.store().delete(id(), message);
                removed.remove(message);
            } catch (StoreException e) {
                log.debug("a message that nobody has yet stays until somebody has it: {}", e.getMessage());
            }
        }
    }

    /** Runs on the store's executor. The first failure ends the room: it would go on without keeping what it says. */
    private void inStore(Runnable task) {
        if (storeFailure != null) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException e) {
            log.error("the store failed; the room is closed", e);
            storeFailure = e instanceof StoreException failure
                    ? failure
                    : new StoreException("the local history could not be written", e);
            post(new Input.Leave());
        }
    }

    // ---- links

    private void openLink(Output.OpenLink open) {
        int number = open.link();
        IceConfig ice = services.ice().withMore(offeredIce);
        try {
            PeerLink link = services.transport().open(open.role(), ice, loop, new PeerLinkListener() {
                @Override
                public void onSignal(LinkSignal signal) {
                    handle(new Input.LinkSignalled(number, signal));
                }

                @Override
                public void onOpen() {
                    PeerLink self = links.get(number);
                    if (self != null) {
                        openLinks.add(number);
                        long begun = linksBegunNanos.getOrDefault(number, 0L);
                        RoomEvents.linkOpened(
                                id(),
                                machine.peerOf(number),
                                number,
                                Duration.ofNanos(services.environment().nanoTime() - begun)
                                        .toMillis());
                        handle(new Input.LinkOpened(number, self.channelBinding()));
                    }
                }

                @Override
                public void onFrame(byte[] frame) {
                    handle(new Input.FrameReceived(number, frame));
                }

                @Override
                public void onPath(PathState path) {
                    RoomEvents.pathChanged(id(), machine.peerOf(number), number, path == PathState.INTERRUPTED);
                    handle(new Input.PathChanged(number, path));
                }

                @Override
                public void onEphemeral(byte[] frame) {
                    handle(new Input.EphemeralReceived(number, frame));
                }

                @Override
                public void onClosed(CloseReason reason) {
                    links.remove(number);
                    broken.remove(number);
                    openLinks.remove(number);
                    linksBegunNanos.remove(number);
                    RoomEvents.linkClosed(id(), machine.peerOf(number), number, reason);
                    handle(new Input.LinkClosed(number, reason));
                    closeWhenDone();
                }
            });
            links.put(number, link);
            linksBegunNanos.put(number, services.environment().nanoTime());
        } catch (TransportException e) {
            log.warn("a link could not be made: {}", e.getMessage());
            CloseReason reason = new CloseReason(CloseReason.Code.FAILED, CloseReason.Origin.LOCAL, e.getMessage());
            post(new Input.LinkClosed(number, reason));
        }
    }

    // ---- signaling

    private void joinSignaling() {
        leaveSignaling();
        int number = ++sessionNumber;
        sessionLeft = false;
        session = services.signaling().join(id(), self.id(), loop, new SignalingListener() {
            @Override
            public void onConnected(List<IceServer> iceServers) {
                if (number == sessionNumber) {
                    offeredIce = List.copyOf(iceServers);
                    handle(new Input.SignalingUp());
                }
            }

            @Override
            public void onMessage(PeerId from, MessageType type, byte[] payload) {
                if (number == sessionNumber) {
                    handle(new Input.MailReceived(from, type, payload));
                }
            }

            @Override
            public void onInterrupted(SignalingException cause) {
                if (number == sessionNumber) {
                    handle(new Input.SignalingDown(cause));
                }
            }

            @Override
            public void onEnded(SignalingException cause) {
                if (number == sessionNumber) {
                    session = null;
                    sessionLeft = true;
                    handle(new Input.SignalingEnded(cause));
                }
            }
        });
    }

    private void leaveSignaling() {
        SignalingSession leaving = session;
        if (leaving == null) {
            return;
        }
        session = null;
        int number = ++sessionNumber;
        leaving.leave()
                .whenComplete((done, failure) -> loop.execute(() -> {
                    if (number == sessionNumber) {
                        sessionLeft = true;
                        closeWhenDone();
                    }
                }));
    }

    private void sendMail(Output.SendMail mail) {
        SignalingSession current = session;
        if (current == null || mail.payload().length > SignalingSession.MAX_PAYLOAD_BYTES) {
            log.debug("a message for the worker was dropped: {}", current == null ? "no session" : "too large");
            return;
        }
        current.send(mail.to(), mail.type(), mail.payload()).whenComplete((done, failure) -> {
            if (failure != null) {
                // The attempt it was part of is tried again by its own timer.
                log.debug("a message through the worker failed: {}", failure.getMessage());
            }
        });
    }

    private void acquireLease(long fence) {
        SignalingSession current = session;
        if (current == null) {
            post(new Input.LeaseFailed(
                    new SignalingException(SignalingException.Problem.UNREACHABLE, "there is no session")));
            return;
        }
        current.acquireLease(fence)
                .whenComplete((lease, failure) -> post(
                        failure == null
                                ? new Input.LeaseAnswered(lease)
                                : new Input.LeaseFailed(signalingFailure(failure))));
    }

    private static SignalingException signalingFailure(Throwable failure) {
        Throwable cause =
                failure.getCause() != null && !(failure instanceof ChatException) ? failure.getCause() : failure;
        return cause instanceof SignalingException known
                ? known
                : new SignalingException(
                        SignalingException.Problem.PROTOCOL, "signaling failed unexpectedly", null, cause);
    }

    // ---- the listener

    /** Keeps the snapshots that a caller may ask for. */
    private void note(Output.Notice notice) {
        if (notice instanceof Output.StateChanged changed) {
            state = changed.state();
        } else if (notice instanceof Output.Joined joined) {
            List<Participant> now = new ArrayList<>(participants);
            int at = joined.participant().role() == Participant.Role.HOST ? 0 : now.size();
            now.add(at, joined.participant());
            participants = List.copyOf(now);
        } else if (notice instanceof Output.ParticipantChanged changed) {
            List<Participant> now = new ArrayList<>(participants);
            now.replaceAll(each -> each.equals(changed.before()) ? changed.participant() : each);
            participants = List.copyOf(now);
        } else if (notice instanceof Output.SettingsChanged changed) {
            settings = changed.settings();
        } else if (notice instanceof Output.EmojiChanged changed) {
            emoji = changed.emoji();
        } else if (notice instanceof Output.Left left) {
            List<Participant> now = new ArrayList<>(participants);
            now.remove(left.participant());
            participants = List.copyOf(now);
            presences = with(left.participant().id(), Presence.ONLINE);
        } else if (notice instanceof Output.Removed gone) {
            forget(gone.message());
        } else if (notice instanceof Output.PresenceChanged changed) {
            presences = with(changed.peer(), changed.presence());
        } else if (notice instanceof Output.InviteChanged changed) {
            invite = invites.of(changed.secret(), changed.leastSuccession());
        }
    }

    /** Those who are not just ONLINE. */
    private Map<PeerId, Presence> with(PeerId peer, Presence presence) {
        Map<PeerId, Presence> now = new HashMap<>(presences);
        if (presence == Presence.ONLINE) {
            now.remove(peer);
        } else {
            now.put(peer, presence);
        }
        return Map.copyOf(now);
    }

    /** Hands the notices that have come up to the listener in one task. */
    private void tell() {
        if (notices.isEmpty()) {
            return;
        }
        boolean isConnected = !opened.isDone() && state == ConnectionState.CONNECTED;
        List<Output.Notice> batch = List.copyOf(notices);
        notices.clear();
        services.listenerExecutor().execute(() -> {
            for (Output.Notice notice : batch) {
                tell(notice);
            }
            if (isConnected) {
                opened.complete(this);
            }
        });
        // Behind the notices, so that a listener hears of an alert after the participant that it is about.
        for (Output.Notice notice : batch) {
            if (notice instanceof Output.Joined joined) {
                watch(() -> watch.joined(joined.participant()));
            } else if (notice instanceof Output.Left left) {
                watch(() -> watch.left(left.participant()));
            }
        }
    }

    /** Compares with what is known of peers, where the disk may be waited for. */
    private void watch(Supplier<List<IdentityAlert>> task) {
        services.storeExecutor()
                .execute(() -> inStore(() -> {
                    for (IdentityAlert alert : task.get()) {
                        services.listenerExecutor().execute(() -> tell(alert));
                    }
                }));
    }

    private void tell(IdentityAlert alert) {
        try {
            listener.onIdentityAlert(this, alert);
        } catch (RuntimeException | Error e) {
            log.error("a room listener failed", e);
        }
    }

    private void tell(Output.Notice notice) {
        try {
            if (notice instanceof Output.Deliver deliver) {
                listener.onMessage(this, deliver.message());
            } else if (!tellOfActs(notice)) {
                tellOfRoom(notice);
            }
        } catch (RuntimeException | Error e) {
            log.error("a room listener failed", e);
        }
    }

    /** What was done to what was said, and to whom it was done; false if it is something else. */
    private boolean tellOfActs(Output.Notice notice) {
        if (notice instanceof Output.DeliverPrivate deliver) {
            listener.onPrivateMessage(this, deliver.message(), deliver.to());
        } else if (notice instanceof Output.OfferFile offered) {
            listener.onFileOffer(this, offered.id(), offered.sender(), offered.offer());
        } else if (notice instanceof Output.FileFetched fetched) {
            listener.onFileFetched(this, fetched.offer(), fetched.peer());
        } else if (notice instanceof Output.EmojiFetched fetched) {
            listener.onEmojiFetched(this, fetched.emoji(), fetched.peer());
        } else if (notice instanceof Output.Edited edited) {
            listener.onMessageEdited(this, edited.message(), edited.revisions());
        } else if (notice instanceof Output.Removed removed) {
            listener.onMessageRemoved(this, removed.message(), removed.by());
        } else if (notice instanceof Output.Hidden hidden) {
            listener.onMessageHidden(this, hidden.message());
        } else if (notice instanceof Output.Reacted reacted) {
            listener.onReactions(this, reacted.message(), reacted.reactions());
        } else if (notice instanceof Output.SettingsChanged changed) {
            listener.onSettings(this, changed.settings());
        } else if (notice instanceof Output.EmojiChanged changed) {
            listener.onEmoji(this, changed.emoji());
        } else if (notice instanceof Output.Moderated moderated) {
            listener.onModeration(this, moderated.act());
        } else if (notice instanceof Output.ModerationVoided voided) {
            listener.onModerationVoided(this, voided.act());
        } else if (notice instanceof Output.ParticipantChanged changed) {
            listener.onParticipantChanged(this, changed.before(), changed.participant());
        } else {
            return false;
        }
        return true;
    }

    private void tellOfRoom(Output.Notice notice) {
        if (notice instanceof Output.Delivery delivery) {
            listener.onDelivery(this, delivery.message(), delivery.peer(), delivery.state());
        } else if (notice instanceof Output.StateChanged changed) {
            // The last call of all comes when everything is closed; see closeWhenDone.
            if (changed.state() != ConnectionState.CLOSED) {
                listener.onState(this, changed.state(), changed.reason());
            }
        } else if (notice instanceof Output.Joined joined) {
            listener.onParticipantJoined(this, joined.participant());
        } else if (notice instanceof Output.Left left) {
            listener.onParticipantLeft(this, left.participant());
        } else if (notice instanceof Output.PresenceChanged changed) {
            listener.onPresence(this, changed.peer(), changed.presence());
        } else if (notice instanceof Output.Typing typing) {
            listener.onTyping(this, typing.peer(), typing.isTyping());
        } else if (notice instanceof Output.SignalingReachable reachable) {
            listener.onSignalingReachable(this, reachable.reachable());
        } else if (notice instanceof Output.InviteChanged changed) {
            listener.onInviteChanged(this, invites.of(changed.secret(), changed.leastSuccession()));
        } else if (notice instanceof Output.LeaderChanged changed) {
            listener.onLeaderChanged(this, changed.leader(), changed.isHost());
        } else if (notice instanceof Output.CaughtUp caughtUp) {
            listener.onHistoryProgress(this, caughtUp.progress());
        } else if (notice instanceof Output.HistoryGap gap) {
            listener.onHistoryGap(this, gap.author(), gap.fromSeq(), gap.toSeq());
        } else if (notice instanceof Output.Forked forked) {
            listener.onHistoryFork(this, forked.author());
        }
    }

    // ---- timers and the end

    private void rearm() {
        long deadline = ended ? Long.MAX_VALUE : machine.deadlineNanos();
        if (deadline == Long.MAX_VALUE || (timer != null && timerNanos <= deadline)) {
            // A timer that rings early finds nothing due and is set again.
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerNanos = deadline;
        long now = services.environment().nanoTime() - startNanos;
        timer = services.environment()
                .schedule(Duration.ofNanos(Math.max(0, deadline - now)), () -> loop.execute(this::ring));
    }

    private void ring() {
        timer = null;
        timerNanos = Long.MAX_VALUE;
        handle(new Input.Tick());
    }

    private void end(Output.Closed end) {
        ended = true;
        codes.close();
        files.close();
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        Environment.Cancellable deadline =
                services.environment().schedule(MAX_CLOSING, () -> loop.execute(this::runAfterClosing));
        afterClosing = () -> {
            deadline.cancel();
            StoreException failure = storeFailure;
            services.storeExecutor()
                    .execute(() -> services.listenerExecutor().execute(() -> {
                        try {
                            listener.onState(this, ConnectionState.CLOSED, Optional.of(end.reason()));
                        } catch (RuntimeException | Error e) {
                            log.error("a room listener failed", e);
                        }
                        ChatException cause = failure != null ? failure : end.cause();
                        opened.completeExceptionally(cause != null ? cause : new RoomClosedException(end.reason()));
                        closed.complete(end.reason());
                        failTickets();
                    }));
        };
        closeWhenDone();
    }

    private void closeWhenDone() {
        if (ended && links.isEmpty() && sessionLeft && withdrawn) {
            runAfterClosing();
        }
    }

    private void runAfterClosing() {
        Runnable last = afterClosing;
        afterClosing = null;
        if (last != null) {
            last.run();
        }
    }
}
