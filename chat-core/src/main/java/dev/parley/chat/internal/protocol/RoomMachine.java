package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.ChatException;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedSuccession;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The protocol of one room on one side, without a thread, clock, socket or lock: time and bytes come in as arguments,
 * what is to be done comes out as values. A driver calls {@link #handle}, then {@link #poll} until it gives nothing
 * more, and {@link Input.Tick} when {@link #deadlineNanos} has come. Never two calls at once.
 *
 * <pre>
 *              ┌───────────────────────────────────────────────┐
 *   Input ───► │ HostMachine          one link a participant   │ ───► Output
 *              │      │ stands down        ▲ takes the lease   │
 *              │      ▼                    │                   │
 *              │ ParticipantMachine   one link, to the leader  │
 *              └───────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Who leads a room is its host, or a deputy that the host has named, under a lease of the worker (docs/protocol.md
 * §18). A change of role is a change of machine: the old one hands all that is not of its role to a new one, in
 * {@link Output.Become}, and is not used any more.
 *
 * <p>The states of the room are those of {@link ConnectionState}, those of a link are in {@link LinkChannel}, all
 * timers in {@link Timer}, all bounds in {@link Limits}. What a peer sends never throws past {@link #handle}: a
 * violation closes that peer's link.
 */
public abstract sealed class RoomMachine permits HostMachine, ParticipantMachine {

    static final int PROTOCOL_VERSION = 1;

    private static final Logger log = LoggerFactory.getLogger(RoomMachine.class);

    private static final byte[] JOIN_CONTEXT = "parley-join-v1".getBytes(StandardCharsets.US_ASCII);

    final RoomConfig config;
    final Identity self;
    final RoomId room;
    final Deadlines timers = new Deadlines();
    final SeededIds ids;
    final Map<PeerId, EventHead> heads;
    final Map<PeerId, Event> profiles;
    final HybridClock clock;

    /** What was said last, in the order in which it came here. */
    final EventLog recent;

    /** Where in {@link #recent} each member's time in the room began. */
    final Map<PeerId, Long> firstOrders;

    /** Who leads the room. */
    PeerCard leader;

    /** The secret of the invite, as it is now. */
    RoomSecret secret;

    Governance governance;

    /** The latest that is known, verified. */
    @Nullable
    Succession succession;

    /** The greatest version that is known to have been signed, whether anybody took it or not. */
    int lastSuccessionVersion;

    /** Secrets of before, of members whose link was lost while it was changed, the latest first. */
    final Deque<FormerSecret> formerSecrets;

    /** By a succession below this version nobody is led who comes with the invite as it is now; 0 if by any. */
    int leastSuccession;

    /** A secret of before, and who knew it and is to know the next one. */
    record FormerSecret(RoomSecret secret, Set<PeerId> holders, long endNanos) {}

    /** Time of the input that is being handled. */
    long now;

    long epochMillis;
    ConnectionState state;
    int nextLink;

    private final Deque<Output> outputs = new ArrayDeque<>();
    private final Map<PeerId, String> names;

    /** What those who are gone were called: their words may come after them. */
    private final Map<PeerId, String> formerNames;

    private final Map<PeerId, Participant> present;
    private Set<PeerId> roster;
    private boolean signalingReachable;
    private RoomSecret toldSecret;
    private PeerId toldLeader;
    private @Nullable CloseReason closeReason;

    RoomMachine(RoomConfig config) {
        this.config = config;
        this.self = config.self();
        this.room = config.descriptor().room();
        this.ids = new SeededIds(config.seed());
        this.heads = new LinkedHashMap<>(config.heads());
        this.profiles = new LinkedHashMap<>();
        this.clock = new HybridClock();
        this.recent = new EventLog();
        this.firstOrders = new LinkedHashMap<>();
        this.leader = config.descriptor().host();
        this.secret = config.secret();
        this.governance = Governance.FIRST;
        this.formerSecrets = new ArrayDeque<>();
        this.epochMillis = config.epochMillis();
        this.state = ConnectionState.IDLE;
        this.nextLink = 1;
        this.toldSecret = secret;
        this.leastSuccession = config.leastSuccession();
        this.toldLeader = leader.peerId();
        this.names = new LinkedHashMap<>();
        this.formerNames = new LinkedHashMap<>();
        this.present = new LinkedHashMap<>();
        this.roster = new LinkedHashSet<>();
    }

    /** Goes on where a machine of the other role ended. */
    RoomMachine(RoomMachine before, PeerCard leader) {
        this.config = before.config;
        this.self = before.self;
        this.room = before.room;
        this.ids = before.ids;
        this.heads = before.heads;
        this.profiles = before.profiles;
        this.clock = before.clock;
        this.recent = before.recent;
        this.firstOrders = before.firstOrders;
        this.leader = leader;
        this.secret = before.secret;
        this.governance = before.governance;
        this.succession = before.succession;
        this.lastSuccessionVersion = before.lastSuccessionVersion;
        this.formerSecrets = before.formerSecrets;
        this.now = before.now;
        this.epochMillis = before.epochMillis;
        this.state = before.state;
        this.nextLink = before.nextLink;
        this.names = before.names;
        this.formerNames = before.formerNames;
        this.present = before.present;
        this.roster = before.roster;
        this.signalingReachable = before.signalingReachable;
        this.toldSecret = before.toldSecret;
        this.leastSuccession = before.leastSuccession;
        this.toldLeader = before.toldLeader;
    }

    /**
     * Lets something happen.
     *
     * @param nowNanos monotonic time since the machine was made
     * @param nowEpochMillis the wall clock
     * @param input what happens
     */
    public final void handle(long nowNanos, long nowEpochMillis, Input input) {
        now = nowNanos;
        epochMillis = nowEpochMillis;
        CloseReason reason = closeReason;
        if (reason != null) {
            if (input instanceof Input.Request request) {
                emit(new Output.Rejected(request.ticket(), new RoomClosedException(reason)));
            }
            return;
        }
        if (input instanceof Input.FrameReceived frame) {
            onFrame(frame.link(), frame.frame());
        } else if (input instanceof Input.Submit submit) {
            onSubmit(submit.ticket(), submit.message());
        } else if (input instanceof Input.Tick) {
            onTick();
        } else if (input instanceof Input.LinkBuffered buffered) {
            LinkChannel link = link(buffered.link());
            if (link != null) {
                link.buffered(now, buffered.bytes());
            }
        } else if (input instanceof Input.MailReceived mail) {
            onMail(mail.from(), mail.type(), mail.payload());
        } else if (input instanceof Input.LinkSignalled signalled) {
            LinkChannel link = link(signalled.link());
            if (link != null) {
                sealSignal(link, signalled.signal());
            }
        } else if (input instanceof Input.LinkOpened opened) {
            LinkChannel link = link(opened.link());
            if (link != null) {
                emit(new Output.CardSeen(cardOf(link)));
                onLinkOpened(link, opened.binding());
            }
        } else if (input instanceof Input.LinkClosed closed) {
            LinkChannel link = link(closed.link());
            if (link != null) {
                link.closed();
                onLinkLost(link, closed.reason());
            }
        } else if (input instanceof Input.SignalingUp) {
            reachable(true);
            onSignalingUp();
        } else if (input instanceof Input.SignalingDown down) {
            reachable(false);
            onSignalingDown(down.cause());
        } else if (input instanceof Input.SignalingEnded ended) {
            reachable(false);
            onSignalingEnded(ended.cause());
        } else if (input instanceof Input.Announced) {
            onAnnounced();
        } else if (input instanceof Input.AnnounceFailed failed) {
            onAnnounceFailed(failed.cause());
        } else if (input instanceof Input.LeaseAnswered answered) {
            onLease(answered.lease());
        } else if (input instanceof Input.LeaseFailed failed) {
            onLeaseFailed(failed.cause());
        } else if (input instanceof Input.LeaderFound found) {
            onLeaderFound(found.lease(), found.succession());
        } else if (input instanceof Input.LeaderNotFound) {
            log.debug("the worker could not be asked who leads");
        } else if (input instanceof Input.SuccessionPublished published) {
            onSuccessionPublished(published.succession(), published.failure());
        } else if (input instanceof Input.Remove remove) {
            onRemove(remove.ticket(), remove.peer(), remove.isBan(), remove.freshSecret());
        } else if (input instanceof Input.Unban unban) {
            onUnban(unban.ticket(), unban.peer());
        } else if (input instanceof Input.NameDeputies name) {
            onNameDeputies(name.ticket(), name.deputies());
        } else if (input instanceof Input.Start) {
            onStart();
        } else if (input instanceof Input.Leave) {
            onLeave();
        }
    }

    /**
     * Ends the room because of a defect on this side.
     *
     * @param detail one line for people
     */
    public final void fail(String detail) {
        if (closeReason == null) {
            try {
                sayGoodbye();
            } finally {
                close(new CloseReason(CloseReason.Code.FAILED, CloseReason.Origin.LOCAL, detail), null);
            }
        }
    }

    /** Tells the other sides that this one leaves. */
    abstract void sayGoodbye();

    /**
     * Returns who leads the room, as far as is known here.
     *
     * @return the leader's id
     */
    public final PeerId leaderId() {
        return leader.peerId();
    }

    /**
     * Takes the next thing to be done.
     *
     * @return the next output, or null when there is nothing to do until the next input
     */
    public final @Nullable Output poll() {
        return outputs.poll();
    }

    /**
     * Returns when a {@link Input.Tick} is due.
     *
     * @return in the time of {@link #handle}; {@link Long#MAX_VALUE} for never
     */
    public final long deadlineNanos() {
        long earliest = timers.earliest();
        for (LinkChannel link : links()) {
            earliest = Math.min(earliest, link.deadlines.earliest());
        }
        return earliest;
    }

    /**
     * Returns how many bytes this side holds for others and for itself: queues, unordered events, logs. For tests of
     * bounds and for statistics.
     *
     * @return bytes
     */
    public long heldBytes() {
        return recent.bytes() + queuedBytes();
    }

    /**
     * Returns how much waits to be sent or to be ordered.
     *
     * @return bytes
     */
    public long queuedBytes() {
        long bytes = 0;
        for (LinkChannel link : links()) {
            bytes += link.queuedBytes();
        }
        return bytes;
    }

    abstract Collection<LinkChannel> links();

    abstract @Nullable LinkChannel link(int number);

    abstract void onStart();

    abstract void onSubmit(long ticket, OutgoingMessage message);

    abstract void onRemove(long ticket, PeerId peer, boolean isBan, byte[] freshSecret);

    abstract void onUnban(long ticket, PeerId peer);

    abstract void onNameDeputies(long ticket, List<PeerId> deputies);

    abstract void onLeave();

    abstract void onAnnounced();

    abstract void onAnnounceFailed(SignalingException cause);

    abstract void onSignalingUp();

    abstract void onSignalingDown(SignalingException cause);

    abstract void onSignalingEnded(SignalingException cause);

    abstract void onLease(Lease lease);

    abstract void onLeaseFailed(SignalingException cause);

    abstract void onLeaderFound(@Nullable Lease lease, @Nullable SignedSuccession signed);

    abstract void onSuccessionPublished(SignedSuccession signed, @Nullable SignalingException failure);

    abstract void onMail(PeerId from, MessageType type, byte[] payload);

    abstract void onLinkOpened(LinkChannel link, byte[] binding);

    /** The link is closed already; the machine decides what follows from it. */
    abstract void onLinkLost(LinkChannel link, CloseReason reason);

    abstract void onFrame(int link, byte[] frame);

    abstract void onTick();

    /** The other side's card, to which this link's signals are sealed. */
    abstract PeerCard cardOf(LinkChannel link);

    final void emit(Output output) {
        outputs.add(output);
    }

    final void changeState(ConnectionState newState, @Nullable CloseReason reason) {
        if (state != newState) {
            state = newState;
            emit(new Output.StateChanged(newState, Optional.ofNullable(reason)));
        }
    }

    /** Ends the room: the last thing a machine does. */
    final void close(CloseReason reason, @Nullable ChatException cause) {
        closeReason = reason;
        timers.stopAll();
        for (LinkChannel link : links()) {
            link.close();
        }
        emit(new Output.LeaveSignaling());
        changeState(ConnectionState.CLOSED, reason);
        emit(new Output.Closed(reason, cause));
    }

    /** Why a room ends for which the worker failed. */
    static CloseReason reasonOf(SignalingException cause) {
        CloseReason.Code code = switch (cause.problem()) {
            case ROOM_NOT_FOUND -> CloseReason.Code.ROOM_NOT_FOUND;
            case ROOM_FULL -> CloseReason.Code.ROOM_FULL;
            case UNAUTHORIZED, FORBIDDEN -> CloseReason.Code.UNAUTHORIZED;
            case UNREACHABLE, UNAVAILABLE, RATE_LIMITED -> CloseReason.Code.SIGNALING_UNREACHABLE;
            case PEER_TAKEN -> CloseReason.Code.REPLACED;
            default -> CloseReason.Code.FAILED;
        };
        return new CloseReason(code, CloseReason.Origin.SIGNALING, cause.getMessage());
    }

    private void reachable(boolean isReachable) {
        if (signalingReachable != isReachable) {
            signalingReachable = isReachable;
            emit(new Output.SignalingReachable(isReachable));
        }
    }

    // ---- envelopes

    private void sealSignal(LinkChannel link, LinkSignal signal) {
        byte[] envelope = EnvelopeSeal.seal(
                self, cardOf(link), secret, room, link.session, link.nextSentCounter++, LinkSignals.encode(signal));
        onEnvelopeSealed(link, envelope);
        emit(new Output.SendMail(link.peer, MessageType.ENVELOPE, envelope));
    }

    void onEnvelopeSealed(LinkChannel link, byte[] envelope) {}

    // ---- the room's timeline

    /** How an event fits its author's chain. */
    enum Fit {
        /** It is new; there may be a gap before it. */
        NEW,
        /** It has its place already. */
        DUPLICATE,
        /** It contradicts what its author said before. */
        FORK
    }

    final Fit fit(Event event) {
        EventHead head = heads.get(event.sender());
        if (head == null || event.seq() > head.seq() + 1) {
            return Fit.NEW;
        }
        if (event.seq() == head.seq() + 1) {
            return event.follows(head) ? Fit.NEW : Fit.FORK;
        }
        return event.seq() == head.seq() && !event.id().equals(head.id()) ? Fit.FORK : Fit.DUPLICATE;
    }

    /**
     * Gives an event its place in the room: keeps it and tells of it.
     *
     * @throws MalformedException if its body is not what its type demands; then nothing has changed
     */
    final void place(Event event, boolean persist) throws MalformedException {
        ChatMessage message =
                event.type().equals(Event.TYPE_MESSAGE) ? Bodies.message(event, nameOf(event.sender())) : null;
        String name = event.type().equals(Event.TYPE_PROFILE) ? Bodies.profileName(event) : null;
        clock.observe(event.clock(), epochMillis);
        recent.add(event);
        setHead(event.sender(), event.head());
        if (persist) {
            emit(new Output.Persist(event.toStored()));
        }
        if (message != null) {
            emit(new Output.Deliver(message));
        } else if (name != null) {
            nameSaid(event, name);
        }
        // Events of types that this version does not know are kept and skipped.
    }

    final void setHead(PeerId sender, EventHead head) {
        heads.put(sender, head);
        if (heads.size() > Limits.MAX_HEADS) {
            heads.keySet().stream()
                    .filter(author -> !roster.contains(author) && !author.equals(self.peerId()))
                    .findFirst()
                    .ifPresent(heads::remove);
        }
    }

    final void nameSaid(Event profile, String name) {
        PeerId sender = profile.sender();
        if (!roster.contains(sender)) {
            // Brought by another. When it comes itself it says its name again, so that all hear it who are there then.
            keepFormerName(sender, name);
            return;
        }
        profiles.put(sender, profile);
        names.put(sender, name);
        announce(sender);
    }

    final String nameOf(PeerId peer) {
        if (peer.equals(self.peerId())) {
            return config.displayName();
        }
        String name = names.getOrDefault(peer, formerNames.get(peer));
        return name == null ? peer.value().substring(0, 8) : name;
    }

    // ---- who is there

    /** Takes note of who is in the group now. */
    final void updateRoster(Collection<PeerId> members) {
        roster = new LinkedHashSet<>(members);
        for (PeerId gone :
                present.keySet().stream().filter(peer -> !roster.contains(peer)).toList()) {
            Participant participant = present.remove(gone);
            if (participant != null) {
                emit(new Output.Left(participant));
            }
        }
        profiles.keySet().retainAll(roster);
        names.forEach((peer, name) -> {
            if (!roster.contains(peer)) {
                keepFormerName(peer, name);
            }
        });
        names.keySet().retainAll(roster);
        roster.forEach(this::announce);
    }

    private void keepFormerName(PeerId peer, String name) {
        formerNames.put(peer, name);
        if (formerNames.size() > Limits.MAX_HEADS) {
            formerNames.remove(formerNames.keySet().iterator().next());
        }
    }

    /** Tells by what members see that they share this epoch; to be called after each {@link #updateRoster}. */
    final void epochChanged(MlsGroup group) {
        emit(new Output.EpochChanged(group.epoch(), roster.size(), group.epochAuthenticator()));
        timers.startUnlessRunning(Timer.OLD_KEYS, now);
    }

    /** Wipes keys by time, also when nothing is sent or received any more. */
    final void wipeOldKeys(MlsGroup group) {
        long lastMillis = group.forgetExpired(epochMillis);
        if (lastMillis != Long.MAX_VALUE) {
            long leftMillis = Math.max(0, lastMillis - epochMillis) + 1;
            timers.startFor(
                    Timer.OLD_KEYS,
                    now,
                    Math.min(
                            Timer.OLD_KEYS.nanos(),
                            Duration.ofMillis(leftMillis).toNanos()));
        }
    }

    final boolean isInRoster(PeerId peer) {
        return roster.contains(peer);
    }

    final int rosterSize() {
        return roster.size();
    }

    /** Tells of a member that is in the group and has said its name; of a new name as of someone else. */
    private void announce(PeerId peer) {
        String name = peer.equals(self.peerId()) ? config.displayName() : names.get(peer);
        if (name == null || !roster.contains(peer)) {
            return;
        }
        Participant.Role role = peer.equals(leader.peerId()) ? Participant.Role.HOST : Participant.Role.MEMBER;
        Participant participant = new Participant(peer, name, role, peer.equals(self.peerId()));
        Participant before = present.put(peer, participant);
        if (participant.equals(before)) {
            return;
        }
        if (before != null) {
            emit(new Output.Left(before));
        }
        emit(new Output.Joined(participant));
    }

    // ---- who leads

    /** The card of a peer that may lead; null if it may not. */
    final @Nullable PeerCard cardOfLeader(PeerId peer) {
        PeerCard host = config.descriptor().host();
        if (peer.equals(host.peerId())) {
            return host;
        }
        Succession order = succession;
        return order == null ? null : order.card(peer).orElse(null);
    }

    /** Whether anybody but the host may lead, so that it takes a lease to change the group. */
    final boolean hasDeputies() {
        Succession order = succession;
        return order != null && !order.deputies().isEmpty();
    }

    /** Takes over a succession unless it is older than what is known; returns its version. */
    final int adopt(SignedSuccession signed) throws MalformedException {
        Succession order = Succession.verify(signed, room, config.descriptor().host());
        adopt(order, signed);
        return order.version();
    }

    /** Takes over a verified succession unless it is older than what is known. */
    final void adopt(Succession order, SignedSuccession signed) {
        Succession known = succession;
        if (known == null || order.version() > known.version()) {
            succession = order;
            governance = governance.knowing(signed);
            lastSuccessionVersion = Math.max(lastSuccessionVersion, order.version());
        }
    }

    /** Tells of another invite, if what one would give to others is not what was told. */
    final void tellInvite() {
        Succession order = succession;
        int least = order == null ? 0 : order.least();
        // The first version of all is not older than any.
        boolean isRaised = least > Math.max(1, leastSuccession);
        if (isRaised || !secret.equals(toldSecret)) {
            leastSuccession = Math.max(leastSuccession, least);
            toldSecret = secret;
            emit(new Output.InviteChanged(secret, leastSuccession));
        }
    }

    /** Tells who leads, if that is not who was told to lead; the host does until another is told of. */
    final void tellLeader() {
        if (!leader.peerId().equals(toldLeader)) {
            toldLeader = leader.peerId();
            emit(new Output.LeaderChanged(
                    toldLeader, toldLeader.equals(config.descriptor().host().peerId())));
        }
    }

    // ---- secrets of before

    /** The secret is about to be changed: those who are to know the next one may be away. */
    final void rememberSecret(Set<PeerId> holders) {
        formerSecrets.addFirst(
                new FormerSecret(secret, new LinkedHashSet<>(holders), now + Limits.FORMER_SECRET_LIFETIME.toNanos()));
        while (formerSecrets.size() > Limits.MAX_FORMER_SECRETS) {
            formerSecrets.removeLast();
        }
    }

    /** The secrets of before that a peer knew, if it is to know the present one. */
    final List<RoomSecret> formerSecretsOf(PeerId peer) {
        formerSecrets.removeIf(former -> former.endNanos() <= now);
        return formerSecrets.stream()
                .filter(former -> former.holders().contains(peer))
                .map(FormerSecret::secret)
                .toList();
    }

    // ---- parts of the handshake that both sides write and check alike

    static void require(Frame frame, Frame.Kind kind) throws MalformedException {
        if (frame.kind() != kind) {
            throw new MalformedException("a frame of kind " + frame.kind() + " where " + kind + " was due");
        }
    }

    static byte[] hello() {
        ObjectNode json = Json.object();
        json.putArray("versions").add(PROTOCOL_VERSION);
        json.putArray("features");
        return Json.write(json);
    }

    /** Says whether the other side speaks a version that this side speaks. */
    static boolean isCompatible(byte[] hello) throws MalformedException {
        if (hello.length > Limits.MAX_CONTROL_BYTES) {
            throw new MalformedException("a HELLO has " + hello.length + " bytes");
        }
        for (var version : Json.parseObject(hello).path("versions")) {
            if (version.isInt() && version.intValue() == PROTOCOL_VERSION) {
                return true;
            }
        }
        return false;
    }

    static byte[] goodbye(CloseReason.Code code, String detail) {
        return Json.write(Json.object().put("code", code.name()).put("detail", detail));
    }

    /** Reads REFUSED and BYE. A code of a later version is one of no consequence. */
    static CloseReason goodbye(byte[] body) throws MalformedException {
        if (body.length > Limits.MAX_CONTROL_BYTES) {
            throw new MalformedException("a BYE has " + body.length + " bytes");
        }
        String name = Json.text(Json.parseObject(body), "code", 64);
        for (CloseReason.Code code : CloseReason.Code.values()) {
            if (code.name().equals(name)) {
                return new CloseReason(code, CloseReason.Origin.PEER, describe(code));
            }
        }
        return new CloseReason(CloseReason.Code.NO_CONNECTION, CloseReason.Origin.PEER, "the peer closed the link");
    }

    /** Our own words for a peer's code: what a peer writes is not shown as if it were ours. */
    private static String describe(CloseReason.Code code) {
        return switch (code) {
            case LEFT -> "the peer left";
            case ROOM_ENDED -> "the host closed the room";
            case WRONG_SECRET -> "the room refused the secret of the invite; ask the host for a new invite link";
            case ROOM_FULL -> "the room is full; try again when somebody has left";
            case KICKED -> "the host has removed you from the room";
            case BANNED -> "the room does not want this participant";
            case HANDOVER -> "the host has given the room to a deputy";
            case INCOMPATIBLE ->
                "the host speaks no version of the protocol that this side speaks; update the older one";
            case REPLACED -> "this identity joined again from elsewhere";
            case SLOW_PEER -> "the peer could not send as fast as messages came";
            default -> "the peer closed the link (" + code + ")";
        };
    }

    /** What a JOIN's proof is an HMAC of: whoever made it has the room's secret and speaks over this very link. */
    static byte[] joinTranscript(RoomId room, byte[] binding, PeerId joiner, byte[] keyPackage) {
        return ByteBuffer.allocate(
                        JOIN_CONTEXT.length + RoomId.BYTES + binding.length + PeerId.BYTES + keyPackage.length)
                .put(JOIN_CONTEXT)
                .put(room.toBytes())
                .put(binding)
                .put(joiner.toBytes())
                .put(keyPackage)
                .array();
    }

    /** Context of the exporter values by which both sides confirm that they share a group over this very link. */
    static byte[] confirmContext(RoomId room, byte[] binding) {
        return ByteBuffer.allocate(RoomId.BYTES + binding.length)
                .put(room.toBytes())
                .put(binding)
                .array();
    }

    static final String CONFIRM_MEMBER_LABEL = "parley confirm member";
    static final String CONFIRM_HOST_LABEL = "parley confirm host";
    static final int CONFIRM_BYTES = 32;
}
