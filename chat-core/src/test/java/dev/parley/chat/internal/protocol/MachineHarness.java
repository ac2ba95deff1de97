package dev.parley.chat.internal.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatException;
import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.InMemoryChatStore;
import dev.parley.chat.store.MemberTime;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A world of machines in virtual time: carries the outputs of each to the inputs of the others, in order, without a
 * thread or a clock. After every step it holds the machine to its promises: no deadline that has passed already, no
 * frame that is too long or goes to a link that is not open, nothing after the end.
 */
final class MachineHarness {

    static final long START_EPOCH_MILLIS = 1_800_000_000_000L;
    static final long DEFAULT_MAX_QUEUED_BYTES = 4L * 1024 * 1024;
    static final RoomSecret SECRET = RoomSecret.of(filled(7));

    static final Duration LEASE = Duration.ofSeconds(30);

    private static final int MAX_DELIVERIES_PER_INSTANT = 200_000;
    private static final int MAX_TICKS_PER_INSTANT = 100;

    /** Who can be reached through the worker and over links: a machine, or a test that plays one by hand. */
    interface Party {

        PeerId id();

        void onMail(PeerId from, MessageType type, byte[] payload);

        void onOpened(int link, byte[] binding);

        void onFrame(int link, byte[] frame);

        void onClosed(int link, CloseReason reason);
    }

    /** Something that went through the worker. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Mail(PeerId from, PeerId to, MessageType type, byte[] payload) {}

    /**
     * A frame as a tap behind the encryption of the link sees it.
     *
     * @param sender whose it is
     * @param link the side that sent it, to put pieces together
     * @param senderSees who the sender takes for members when it sends it
     * @param frame the bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Tapped(String sender, Object link, Set<PeerId> senderSees, byte[] frame) {}

    /** One side of a link. */
    static final class End {
        final Party party;
        final int number;
        private final Deque<byte[]> outgoing = new ArrayDeque<>();
        private @Nullable End other;
        private boolean isOpen;
        private boolean isStalled;
        private boolean isSilent;
        private boolean isInterrupted;
        private @Nullable String token;
        private int restarts;

        End(Party party, int number) {
            this.party = party;
            this.number = number;
        }

        long undeliveredBytes() {
            return outgoing.stream().mapToLong(frame -> frame.length).sum();
        }
    }

    final Identity hostIdentity = identity(1);
    final Descriptor descriptor;
    final List<Mail> mails = new ArrayList<>();
    final Map<PeerId, Party> worker = new LinkedHashMap<>();

    /** Why the worker takes no room, if it does not. */
    @Nullable
    SignalingException announceFailure;

    /** What the worker knows of who leads. */
    @Nullable
    Lease lease;

    @Nullable
    SignedSuccession succession;

    /** When the lease ends, in the harness's time. */
    long leaseEndNanos;

    /** Whether the worker answers questions about who leads. */
    boolean isLeaseServed = true;

    /** Whether the worker takes successions. */
    boolean isSuccessionTaken = true;

    /** Whether the worker's answer to a succession is lost on its way. */
    boolean isAnswerLost;

    /** Whether an ICE restart finds a path. */
    boolean isPathFound = true;

    /** Whether the ends of a link between participants end at somebody in between. */
    boolean isSomebodyBetween;

    /** Whether presence is among what is {@linkplain Node#takeTold told}. */
    boolean tellsPresence;

    /** Whether what may be lost is. */
    boolean ephemeralsAreLost;

    /** How many frames went over ephemeral channels. */
    int ephemerals;

    /** Whether the network lets participants reach each other, and not only who leads. */
    boolean isMeshed;

    /** Whether a session comes up at once when a machine asks for it. */
    boolean isWorkerUp = true;

    /** What becomes of a frame on its way: for a test whose relay is evil. */
    BiFunction<End, byte[], List<byte[]>> tamper = HONEST;

    static final BiFunction<End, byte[], List<byte[]>> HONEST = (end, frame) -> List.of(frame);

    long nowNanos;
    private long aheadMillis;
    private long lastClock;

    private final List<Tapped> tapped = new ArrayList<>();
    private boolean isTapped;
    private int configs;
    private final Deque<Runnable> pending = new ArrayDeque<>();
    private final List<Node> nodes = new ArrayList<>();

    /** Of all there have ever been. */
    private final Map<PeerId, String> names = new HashMap<>();

    private final Map<String, End> initiators = new LinkedHashMap<>();

    MachineHarness() {
        this(RoomOptions.DEFAULT_CAPACITY);
    }

    MachineHarness(int capacity) {
        this.descriptor = descriptor(hostIdentity, capacity);
    }

    static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static Identity identity(int number) {
        return Identity.fromInsecureSeeds(filled(number), filled(100 + number));
    }

    static Descriptor descriptor(Identity host, int capacity) {
        byte[] nonce = new byte[Descriptor.NONCE_BYTES];
        try {
            return Descriptor.verify(
                    signedDescriptor(host, capacity),
                    Descriptor.roomId(host.card().ed25519PublicKey(), nonce),
                    SECRET,
                    Visibility.PRIVATE);
        } catch (MalformedException | Descriptor.WrongSecretException e) {
            throw new AssertionError(e);
        }
    }

    /** A room's descriptor as the worker has it. */
    static SignedDescriptor signedDescriptor(Identity host, int capacity) {
        return Descriptor.sign(
                host,
                RoomOptions.builder("Tea").capacity(capacity).build(),
                SECRET,
                new byte[Descriptor.NONCE_BYTES],
                new byte[Descriptor.SEAL_NONCE_BYTES],
                Instant.ofEpochMilli(START_EPOCH_MILLIS));
    }

    RoomConfig config(Identity self, String name) {
        return config(self, name, SECRET, DEFAULT_MAX_QUEUED_BYTES, Map.of(), List.of());
    }

    RoomConfig config(
            Identity self,
            String name,
            RoomSecret secret,
            long maxQueuedBytes,
            Map<PeerId, EventHead> heads,
            List<StoredEvent> outbox) {
        byte[] seed = Sha256.of(name.getBytes(UTF_8), self.peerId().toBytes(), new byte[] {(byte) configs++});
        return new RoomConfig(self, name, descriptor, secret, maxQueuedBytes, seed, heads, outbox, epochMillis());
    }

    Node host() {
        return host(DEFAULT_MAX_QUEUED_BYTES);
    }

    Node host(long maxQueuedBytes) {
        return add(
                "Host",
                hostIdentity,
                new HostMachine(config(hostIdentity, "Host", SECRET, maxQueuedBytes, Map.of(), List.of())));
    }

    Node participant(String name, int number) {
        return participant(config(identity(number), name));
    }

    Node participant(RoomConfig config) {
        try {
            return add(config.displayName(), config.self(), new ParticipantMachine(config));
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }

    /** A participant that was started again, with its store and what it reads of it on entering. */
    Node again(Node before, RoomSecret secret, Iterable<StoredEvent> said) {
        RoomConfig config = config(
                before.identity, before.name, secret, DEFAULT_MAX_QUEUED_BYTES, before.storedHeads(), before.outbox());
        return participant(new RoomConfig(
                config.self(),
                config.displayName(),
                config.descriptor(),
                config.secret(),
                config.maxQueuedBytes(),
                config.seed(),
                config.heads(),
                config.outbox(),
                said,
                List.copyOf(before.times.values()),
                null,
                null,
                0,
                config.epochMillis()));
    }

    private Node add(String name, Identity identity, RoomMachine machine) {
        Node node = new Node(name, identity, machine);
        nodes.add(node);
        names.put(node.id(), node.name);
        return node;
    }

    /** Sets all wall clocks ahead, as after a time in which nothing happened. */
    void setClocksAhead(Duration by) {
        aheadMillis += by.toMillis();
    }

    long epochMillis() {
        return START_EPOCH_MILLIS + aheadMillis + nowNanos / 1_000_000;
    }

    /** A clock for an event that is made by hand, behind that of the one before. */
    long nextClock() {
        lastClock = Math.max(lastClock + 1, epochMillis() << 16);
        return lastClock;
    }

    // ---- time

    /** Carries everything to where it belongs, without time passing. */
    void settle() {
        int deliveries = 0;
        for (Runnable next = pending.poll(); next != null; next = pending.poll()) {
            assertThat(++deliveries).as("deliveries in one instant").isLessThanOrEqualTo(MAX_DELIVERIES_PER_INSTANT);
            next.run();
        }
    }

    /** Lets time pass, with every timer on its time. */
    void advance(Duration duration) {
        long end = nowNanos + duration.toNanos();
        int ticks = 0;
        settle();
        while (true) {
            long next = Long.MAX_VALUE;
            for (Node node : nodes) {
                next = Math.min(next, node.machine.deadlineNanos());
            }
            if (next > end) {
                nowNanos = end;
                return;
            }
            ticks = next > nowNanos ? 0 : ticks + 1;
            assertThat(ticks).as("ticks in one instant").isLessThanOrEqualTo(MAX_TICKS_PER_INSTANT);
            nowNanos = Math.max(nowNanos, next);
            for (Node node : List.copyOf(nodes)) {
                if (node.machine.deadlineNanos() <= nowNanos) {
                    node.handle(new Input.Tick());
                }
            }
            settle();
        }
    }

    void advanceMillis(long millis) {
        advance(Duration.ofMillis(millis));
    }

    // ---- the worker

    void mail(PeerId from, PeerId to, MessageType type, byte[] payload) {
        mails.add(new Mail(from, to, type, payload));
        pending.add(() -> {
            Party receiver = worker.get(to);
            if (receiver != null) {
                receiver.onMail(from, type, payload);
            }
        });
    }

    /** The worker repeats what it has carried before. */
    void replay(Mail mail) {
        mail(mail.from(), mail.to(), mail.type(), mail.payload());
        settle();
    }

    /** Gives the lease as the worker does; null while it does not answer. */
    private @Nullable Lease acquire(PeerId peer, long fence) {
        if (!isLeaseServed) {
            return null;
        }
        Lease held = lease;
        if (held != null && leaseEndNanos > nowNanos && !held.holder().equals(peer)) {
            return current();
        }
        boolean isRenewed = held != null && leaseEndNanos > nowNanos && held.fence() == fence;
        long next = isRenewed ? fence : Math.max(fence, held == null ? 0 : held.fence()) + 1;
        leaseEndNanos = nowNanos + LEASE.toNanos();
        lease = new Lease(peer, next, LEASE);
        return lease;
    }

    private @Nullable Lease current() {
        Lease held = lease;
        return held == null
                ? null
                : new Lease(held.holder(), held.fence(), Duration.ofNanos(Math.max(0, leaseEndNanos - nowNanos)));
    }

    // ---- links

    End initiate(Party party, int number, String token) {
        End end = new End(party, number);
        initiators.put(token, end);
        return end;
    }

    void respond(End end, String token) {
        End initiator = initiators.get(token);
        if (initiator != null && initiator.other == null) {
            initiator.other = end;
            end.other = initiator;
        }
    }

    void connect(String token) {
        End initiator = initiators.get(token);
        if (initiator == null || initiator.isOpen) {
            return;
        }
        End responder = initiator.other;
        if (responder == null) {
            return;
        }
        if (!isMeshed && isParticipant(initiator.party) && isParticipant(responder.party)) {
            return;
        }
        byte[] binding = Sha256.of(token.getBytes(UTF_8));
        initiator.isOpen = true;
        responder.isOpen = true;
        pending.add(() -> initiator.party.onOpened(initiator.number, binding));
        boolean isBetween = isSomebodyBetween && isParticipant(initiator.party) && isParticipant(responder.party);
        byte[] other = isBetween ? Sha256.of(binding) : binding;
        pending.add(() -> responder.party.onOpened(responder.number, other));
    }

    private static boolean isParticipant(Party party) {
        return party instanceof Node node && node.machine instanceof ParticipantMachine;
    }

    /** From now on every frame on every link is recorded. */
    void startTap() {
        isTapped = true;
    }

    List<Tapped> tapped() {
        return tapped;
    }

    void transmit(End end, byte[] frame) {
        if (isTapped && end.party instanceof Node node) {
            MlsGroup group = node.group();
            tapped.add(new Tapped(node.name, end, group == null ? Set.of() : Set.copyOf(group.members()), frame));
        }
        for (byte[] each : tamper.apply(end, frame)) {
            end.outgoing.add(each);
            pending.add(() -> deliverOne(end));
        }
    }

    private void transmitEphemeral(End end, byte[] frame) {
        ephemerals++;
        pending.add(() -> {
            End other = end.other;
            if (end.isOpen && other != null && other.isOpen && other.party instanceof Node node) {
                node.handle(new Input.EphemeralReceived(other.number, frame));
            }
        });
    }

    private void deliverOne(End end) {
        End other = end.other;
        if (!end.isStalled && end.isOpen && other != null && other.isOpen) {
            byte[] frame = end.outgoing.poll();
            if (frame != null) {
                other.party.onFrame(other.number, frame);
            }
        }
    }

    /** Frames of this side wait until {@link #unstall}. */
    void stall(End end) {
        end.isStalled = true;
    }

    void unstall(End end) {
        end.isStalled = false;
        end.outgoing.forEach(frame -> pending.add(() -> deliverOne(end)));
        settle();
    }

    /** Neither side hears of the other any more, and neither is told. */
    void silence(End end) {
        stall(end);
        end.isSilent = true;
        End other = end.other;
        if (other != null) {
            stall(other);
            other.isSilent = true;
        }
    }

    /** One of the two has another address: nothing arrives until ICE is restarted, as both are told at once. */
    void interrupt(End end) {
        path(end, true);
        path(Objects.requireNonNull(end.other), true);
        settle();
    }

    private void path(End end, boolean isInterrupted) {
        if (end.isInterrupted != isInterrupted) {
            end.isInterrupted = isInterrupted;
            end.isStalled = isInterrupted;
            PathState path = isInterrupted ? PathState.INTERRUPTED : PathState.CONNECTED;
            pending.add(() -> ((Node) end.party).handle(new Input.PathChanged(end.number, path)));
            end.outgoing.forEach(frame -> pending.add(() -> deliverOne(end)));
        }
    }

    /** The network between the two breaks the link; what is under way is lost. */
    void cut(End end) {
        CloseReason reason = new CloseReason(Code.NO_CONNECTION, Origin.NETWORK, "the network broke the link");
        end(end, reason, reason);
        settle();
    }

    void close(End end) {
        // What was sent before has its chance to arrive: the queue is served in order.
        pending.add(() -> end(
                end,
                new CloseReason(Code.LEFT, Origin.LOCAL, "closed"),
                new CloseReason(Code.LEFT, Origin.PEER, "the peer closed the link")));
    }

    private void end(End end, CloseReason toSelf, CloseReason toOther) {
        End other = end.other;
        boolean wasOpen = end.isOpen;
        end.isOpen = false;
        pending.add(() -> end.party.onClosed(end.number, toSelf));
        if (other != null && wasOpen && !end.isSilent) {
            other.isOpen = false;
            pending.add(() -> other.party.onClosed(other.number, toOther));
        }
    }

    // ---- machines

    /** A machine and what it has done. */
    final class Node implements Party {

        final String name;
        final Identity identity;
        RoomMachine machine;

        /** Everything it wanted, and what it wanted for the last input. */
        final List<Output> outputs = new ArrayList<>();

        List<Output> lastOutputs = List.of();

        /** What its listener was told, as text, without deliveries and the worker. */
        final List<String> told = new ArrayList<>();

        final List<String> deliveries = new ArrayList<>();
        final TreeMap<Long, StoredEvent> ownStored = new TreeMap<>();
        final List<StoredEvent> stored = new ArrayList<>();

        /** The same, as the machine reads it; a test may put in what was kept in an earlier life. */
        InMemoryChatStore store = new InMemoryChatStore();

        boolean isStoreFailing;

        /** Whether what is read waits in {@link #heldReads}. */
        boolean isStoreSlow;

        /** What it gives in place of each image; without a byte for none; null for what it has. */
        byte @Nullable [] imageGiven;

        final Deque<Runnable> heldReads = new ArrayDeque<>();

        /** Whether what is kept of images waits in {@link #heldKeeps}. */
        boolean isKeepingSlow;

        final Deque<Runnable> heldKeeps = new ArrayDeque<>();
        final Map<Long, MessageId> accepted = new LinkedHashMap<>();
        final Map<Long, ChatException> rejected = new LinkedHashMap<>();
        final List<Long> completed = new ArrayList<>();

        /** Acts of moderation that have their effect, as its listener was told. */
        final List<ModerationAct> acts = new ArrayList<>();

        RoomSettings settings = RoomSettings.FIRST;
        RoomSecret secret = SECRET;
        final Map<Integer, End> links = new LinkedHashMap<>();
        final Map<PeerId, MemberTime> times = new LinkedHashMap<>();
        long acknowledgedSeq;

        @Nullable
        CloseReason closed;

        private final Map<MessageId, String> texts = new LinkedHashMap<>();
        private long nextTicket = 1;

        Node(String name, Identity identity, RoomMachine machine) {
            this.name = name;
            this.identity = identity;
            this.machine = machine;
        }

        @Override
        public PeerId id() {
            return identity.peerId();
        }

        Node start() {
            handle(new Input.Start());
            settle();
            return this;
        }

        /** Submits a text and lets all follow from it. */
        long send(String text) {
            return send(OutgoingMessage.of(text));
        }

        long send(OutgoingMessage message) {
            long ticket = nextTicket++;
            handle(new Input.Submit(ticket, message));
            settle();
            return ticket;
        }

        /** The machine's group, of which it shows nothing; null before a participant has one. */
        @Nullable
        MlsGroup group() {
            try {
                Field field = machine.getClass().getDeclaredField("group");
                field.setAccessible(true);
                return (MlsGroup) field.get(machine);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("the machine keeps its group elsewhere", e);
            }
        }

        /** Why the room has ended here; null while it has not. */
        CloseReason.@Nullable Code closedFor() {
            CloseReason reason = closed;
            return reason == null ? null : reason.code();
        }

        /** Asks for something and lets all follow from it. */
        long request(LongFunction<Input> input) {
            long ticket = nextTicket++;
            handle(input.apply(ticket));
            settle();
            return ticket;
        }

        long kick(PeerId peer) {
            return request(ticket -> new Input.Remove(ticket, peer, false, filled((int) (40 + ticket))));
        }

        long ban(PeerId peer) {
            return request(ticket -> new Input.Remove(ticket, peer, true, filled((int) (40 + ticket))));
        }

        /** The id of an accepted message. */
        MessageId idOf(long ticket) {
            return Objects.requireNonNull(accepted.get(ticket), "the message was not accepted");
        }

        /** The newest link that is open. */
        End link() {
            End newest = null;
            for (End end : links.values()) {
                newest = end.isOpen ? end : newest;
            }
            if (newest == null) {
                throw new AssertionError(name + " has no open link");
            }
            return newest;
        }

        /** The open link to another. */
        End linkTo(Node peer) {
            for (End end : links.values()) {
                End other = end.other;
                if (end.isOpen && other != null && other.party == peer) {
                    return end;
                }
            }
            throw new AssertionError(name + " has no open link to " + peer.name);
        }

        boolean hasOpenLink() {
            return links.values().stream().anyMatch(end -> end.isOpen);
        }

        /** The host's side of this participant's link. */
        End linkAtHost() {
            End other = link().other;
            if (other == null) {
                throw new AssertionError(name + " has no open link");
            }
            return other;
        }

        /** Takes what it was told since the last call. */
        List<String> takeTold() {
            List<String> taken = List.copyOf(told);
            told.clear();
            return taken;
        }

        List<String> messages() {
            return told.stream().filter(line -> line.contains(": ")).toList();
        }

        <T extends Output> List<T> last(Class<T> type) {
            return lastOutputs.stream().filter(type::isInstance).map(type::cast).toList();
        }

        <T extends Output> List<T> all(Class<T> type) {
            return outputs.stream().filter(type::isInstance).map(type::cast).toList();
        }

        Map<PeerId, EventHead> storedHeads() {
            Map<PeerId, EventHead> heads = new LinkedHashMap<>();
            for (StoredEvent event : stored) {
                EventHead head = heads.get(event.sender());
                if (head == null || head.seq() < event.seq()) {
                    heads.put(event.sender(), new EventHead(event.seq(), event.id()));
                }
            }
            return heads;
        }

        List<StoredEvent> outbox() {
            return List.copyOf(ownStored.tailMap(acknowledgedSeq, false).values());
        }

        /** The process dies: its links break and its place at the worker is soon given up. */
        /** All its links break; the process lives. */
        void cutAll() {
            for (End end : List.copyOf(links.values())) {
                if (end.isOpen) {
                    cut(end);
                }
            }
        }

        void crash() {
            nodes.remove(this);
            worker.remove(id(), this);
            cutAll();
        }

        void signalingDown(Problem problem) {
            worker.remove(id(), this);
            handle(new Input.SignalingDown(new SignalingException(problem, "the worker is away")));
            settle();
        }

        void signalingEnded(Problem problem) {
            worker.remove(id(), this);
            handle(new Input.SignalingEnded(new SignalingException(problem, "the worker is away")));
            settle();
        }

        @Override
        public void onMail(PeerId from, MessageType type, byte[] payload) {
            handle(new Input.MailReceived(from, type, payload));
        }

        @Override
        public void onOpened(int link, byte[] binding) {
            handle(new Input.LinkOpened(link, binding));
        }

        @Override
        public void onFrame(int link, byte[] frame) {
            handle(new Input.FrameReceived(link, frame));
        }

        @Override
        public void onClosed(int link, CloseReason reason) {
            handle(new Input.LinkClosed(link, reason));
        }

        void handle(Input input) {
            machine.handle(nowNanos, epochMillis(), input);
            lastOutputs = new ArrayList<>();
            for (Output output = machine.poll(); output != null; output = machine.poll()) {
                assertThat(closed).as("nothing follows Closed, but " + output).isNull();
                lastOutputs.add(output);
                outputs.add(output);
                carryOut(output);
            }
            long deadline = machine.deadlineNanos();
            if (input instanceof Input.Tick) {
                assertThat(deadline).as(name + "'s deadline after a tick").isGreaterThan(nowNanos);
            } else {
                assertThat(deadline).as(name + "'s deadline").isGreaterThanOrEqualTo(nowNanos);
            }
            if (closed != null) {
                assertThat(deadline).as("a closed machine's deadline").isEqualTo(Long.MAX_VALUE);
            }
            assertThat(machine.heldBytes()).as(name + "'s held bytes").isNotNegative();
        }

        private void carryOut(Output output) {
            if (output instanceof Output.Transmit transmit) {
                End end = endOf(transmit.link());
                assertThat(transmit.frame().length).isBetween(1, PeerLink.MAX_FRAME_BYTES);
                if (end.isOpen) {
                    MachineHarness.this.transmit(end, transmit.frame());
                }
            } else if (output instanceof Output.TransmitEphemeral transmit) {
                End end = endOf(transmit.link());
                assertThat(transmit.frame().length).isBetween(1, PeerLink.MAX_EPHEMERAL_BYTES);
                if (end.isOpen && !ephemeralsAreLost) {
                    MachineHarness.this.transmitEphemeral(end, transmit.frame());
                }
            } else if (output instanceof Output.QueryBuffered query) {
                End end = endOf(query.link());
                pending.add(() -> handle(new Input.LinkBuffered(query.link(), end.undeliveredBytes())));
            } else if (output instanceof Output.OpenLink open) {
                assertThat(links).as("links are numbered once").doesNotContainKey(open.link());
                openLink(open);
            } else if (output instanceof Output.ApplySignal apply) {
                applySignal(apply);
            } else if (output instanceof Output.RestartIce restart) {
                restartIce(endOf(restart.link()));
            } else if (output instanceof Output.CloseLink close) {
                close(endOf(close.link()));
            } else if (output instanceof Output.SendMail mail) {
                if (worker.get(id()) == this) {
                    mail(id(), mail.to(), mail.type(), mail.payload());
                }
            } else if (output instanceof Output.Announce) {
                SignalingException failure = announceFailure;
                pending.add(() -> handle(failure == null ? new Input.Announced() : new Input.AnnounceFailed(failure)));
            } else if (output instanceof Output.JoinSignaling) {
                if (isWorkerUp) {
                    worker.put(id(), this);
                    pending.add(() -> handle(new Input.SignalingUp()));
                }
            } else if (output instanceof Output.LeaveSignaling) {
                worker.remove(id(), this);
            } else if (output instanceof Output.Persist persist) {
                stored.add(persist.event());
                store.append(List.of(persist.event()));
                if (persist.event().sender().equals(id())) {
                    ownStored.put(persist.event().seq(), persist.event());
                }
            } else if (output instanceof Output.ReadEvents read) {
                List<StoredEvent> events = isStoreFailing ? List.of() : read(read);
                (isStoreSlow ? heldReads : pending).add(() -> handle(new Input.EventsRead(read.ticket(), events)));
            } else if (output instanceof Output.KeepImage keep) {
                store.keepImage(descriptor.room(), keep.sha256(), keep.image());
                (isKeepingSlow ? heldKeeps : pending).add(() -> handle(new Input.ImageKept(keep.sha256())));
            } else if (output instanceof Output.KeepOnlyImages keep) {
                store.keepOnlyImages(descriptor.room(), keep.sha256());
            } else if (output instanceof Output.ReadImage read) {
                byte[] image = imageGiven == null
                        ? store.image(descriptor.room(), read.sha256()).orElse(null)
                        : imageGiven;
                byte[] part = image == null || image.length == 0
                        ? null
                        : Arrays.copyOfRange(image, read.offset(), read.offset() + read.length());
                (isStoreSlow ? heldReads : pending).add(() -> handle(new Input.FileRead(read.read(), part)));
            } else if (output instanceof Output.BeginTime begin) {
                times.put(begin.time().member(), begin.time());
            } else if (output instanceof Output.EndTime end) {
                times.remove(end.member());
            } else if (output instanceof Output.Acknowledge acknowledge) {
                assertThat(acknowledge.upToSeq()).isGreaterThan(acknowledgedSeq);
                acknowledgedSeq = acknowledge.upToSeq();
            } else if (output instanceof Output.Accepted answer) {
                accepted.put(answer.ticket(), answer.id());
            } else if (output instanceof Output.Rejected answer) {
                rejected.put(answer.ticket(), answer.cause());
            } else if (output instanceof Output.Completed done) {
                completed.add(done.ticket());
            } else if (output instanceof Output.AcquireLease acquire) {
                Lease answer = worker.get(id()) == this ? acquire(id(), acquire.fence()) : null;
                pending.add(() -> handle(
                        answer == null
                                ? new Input.LeaseFailed(new SignalingException(Problem.UNREACHABLE, "away"))
                                : new Input.LeaseAnswered(answer)));
            } else if (output instanceof Output.ReleaseLease release) {
                Lease held = lease;
                if (isLeaseServed && held != null && held.fence() == release.fence()) {
                    leaseEndNanos = nowNanos;
                }
            } else if (output instanceof Output.FindLeader) {
                Lease answer = isLeaseServed ? current() : null;
                pending.add(() ->
                        handle(isLeaseServed ? new Input.LeaderFound(answer, succession) : new Input.LeaderNotFound()));
            } else if (output instanceof Output.PublishSuccession publish) {
                boolean isTaken = isLeaseServed && isSuccessionTaken;
                if (isTaken) {
                    succession = publish.succession();
                }
                boolean isAnswered = isTaken && !isAnswerLost;
                SignalingException failure = isAnswered ? null : new SignalingException(Problem.UNREACHABLE, "away");
                pending.add(() -> handle(new Input.SuccessionPublished(publish.succession(), failure)));
            } else if (output instanceof Output.Become become) {
                assertThat(machine.poll()).as("nothing follows Become").isNull();
                machine = become.next();
                pending.add(() -> handle(new Input.Start()));
            } else if (output instanceof Output.Closed end) {
                closed = end.reason();
            } else if (output instanceof Output.Notice notice) {
                tell(notice);
            }
        }

        /** Reads what it has kept, in this life and those before it. */
        private List<StoredEvent> read(Output.ReadEvents wanted) {
            Output.ReadEvents.Part part = wanted.part();
            if (part instanceof Output.ReadEvents.Chain chain) {
                return store.chain(descriptor.room(), chain.author(), chain.fromSeq(), wanted.limit());
            } else if (part instanceof Output.ReadEvents.Before before) {
                return store.timeline(descriptor.room(), before.place(), wanted.limit());
            } else if (part instanceof Output.ReadEvents.After after) {
                return store.timelineAfter(descriptor.room(), after.place(), wanted.limit());
            }
            throw new AssertionError("an unknown part");
        }

        private End endOf(int link) {
            End end = links.get(link);
            if (end == null) {
                throw new AssertionError(name + " uses link " + link + ", which it has not opened");
            }
            return end;
        }

        private void openLink(Output.OpenLink open) {
            switch (open.role()) {
                case INITIATOR -> {
                    String token = name + " " + open.link() + " at " + nowNanos;
                    End end = initiate(this, open.link(), token);
                    end.token = token;
                    links.put(open.link(), end);
                    pending.add(() -> handle(new Input.LinkSignalled(open.link(), new LinkSignal.Offer(token))));
                }
                case RESPONDER -> links.put(open.link(), new End(this, open.link()));
            }
        }

        private void restartIce(End end) {
            end.restarts++;
            LinkSignal signal = end.token == null
                    ? new LinkSignal.RestartRequest()
                    : new LinkSignal.Offer(end.token + " again " + end.restarts);
            pending.add(() -> handle(new Input.LinkSignalled(end.number, signal)));
        }

        private void applySignal(Output.ApplySignal apply) {
            if (apply.signal() instanceof LinkSignal.RestartRequest) {
                restartIce(endOf(apply.link()));
            } else if (apply.signal() instanceof LinkSignal.Offer offer && endOf(apply.link()).isOpen) {
                LinkSignal answer = new LinkSignal.Answer(offer.sdp(), offer.sdp());
                pending.add(() -> handle(new Input.LinkSignalled(apply.link(), answer)));
            } else if (apply.signal() instanceof LinkSignal.Answer answer && answer.to() != null) {
                End end = endOf(apply.link());
                if (isPathFound) {
                    path(end, false);
                    path(Objects.requireNonNull(end.other), false);
                }
            } else if (apply.signal() instanceof LinkSignal.Offer offer) {
                respond(endOf(apply.link()), offer.sdp());
                pending.add(() -> handle(new Input.LinkSignalled(apply.link(), new LinkSignal.Answer(offer.sdp()))));
            } else if (apply.signal() instanceof LinkSignal.Answer answer) {
                connect(answer.sdp());
            }
        }

        private void tell(Output.Notice notice) {
            if (notice instanceof Output.Deliver deliver) {
                texts.put(deliver.message().id(), deliver.message().text());
                told.add(deliver.message().senderName() + ": "
                        + deliver.message().text());
            } else if (notice instanceof Output.StateChanged changed) {
                told.add(changed.state()
                        + changed.reason().map(reason -> " " + reason.code()).orElse(""));
            } else if (notice instanceof Output.LeaderChanged changed) {
                told.add("led by " + nameOf(changed.leader()) + (changed.isHost() ? ", the host" : ""));
            } else if (notice instanceof Output.InviteChanged changed) {
                secret = changed.secret();
                told.add("invite" + (changed.leastSuccession() == 0 ? "" : " ." + changed.leastSuccession()));
            } else if (notice instanceof Output.Joined joined) {
                told.add("+" + joined.participant().name());
            } else if (notice instanceof Output.Left left) {
                told.add("-" + left.participant().name());
            } else if (notice instanceof Output.DeliverPrivate whispered) {
                texts.put(whispered.message().id(), whispered.message().text());
                told.add(whispered.message().senderName() + " to " + nameOf(whispered.to()) + ": "
                        + whispered.message().text());
            } else if (notice instanceof Output.Edited edited) {
                told.add("edited: " + edited.message().text());
            } else if (notice instanceof Output.Removed removed) {
                told.add("removed " + describe(removed.message())
                        + removed.by().map(by -> " by " + nameOf(by)).orElse(""));
            } else if (notice instanceof Output.Hidden hidden) {
                told.add("hidden " + describe(hidden.message()));
            } else if (notice instanceof Output.Reacted reacted) {
                told.add("under " + describe(reacted.message()) + " "
                        + reacted.reactions().stream()
                                .map(total -> total.reaction().text() + total.count())
                                .toList());
            } else if (notice instanceof Output.SettingsChanged changed) {
                settings = changed.settings();
            } else if (notice instanceof Output.Moderated moderated) {
                acts.add(moderated.act());
            } else if (notice instanceof Output.ModerationVoided voided) {
                acts.removeIf(act -> act.id().equals(voided.act()));
            } else if (notice instanceof Output.PresenceChanged changed && tellsPresence) {
                told.add(nameOf(changed.peer()) + " is " + changed.presence());
            } else if (notice instanceof Output.Typing typing) {
                told.add(nameOf(typing.peer()) + (typing.isTyping() ? " types" : " stops typing"));
            } else if (notice instanceof Output.HistoryGap gap) {
                told.add("gap " + gap.fromSeq() + " to " + gap.toSeq());
            } else if (notice instanceof Output.Forked) {
                told.add("fork");
            } else if (notice instanceof Output.Delivery delivery) {
                deliveries.add(describe(delivery.message()) + " " + nameOf(delivery.peer()) + " " + delivery.state());
            }
        }

        private String describe(MessageId id) {
            return texts.getOrDefault(id, "?");
        }

        List<DeliveryState> deliveriesOf(MessageId message, PeerId peer) {
            return all(Output.Delivery.class).stream()
                    .filter(delivery -> delivery.message().equals(message)
                            && delivery.peer().equals(peer))
                    .map(Output.Delivery::state)
                    .toList();
        }
    }

    private String nameOf(PeerId peer) {
        return names.getOrDefault(peer, "?");
    }
}
