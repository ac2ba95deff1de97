package dev.parley.chat.internal.protocol;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.ChatException;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.MessageId;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.RoomStats;
import dev.parley.chat.SignalingException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.mls.Opened;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.internal.timeline.LinkRate;
import dev.parley.chat.internal.timeline.Place;
import dev.parley.chat.internal.timeline.Standing;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.LinkStats;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedSuccession;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 *              ┌────────────────────────────────────────────────────────────┐
 *   Input ───► │ HostMachine          one link a participant                │ ───► Output
 *              │      │ stands down        ▲ takes the lease                │
 *              │      ▼                    │                                │
 *              │ ParticipantMachine   a link to the leader, and a {@link Mesh}      │
 *              └────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>The leader admits and removes; what is said needs no leader. An event has its place in its author's chain, and
 * goes from its author over all its links. Who gets it passes it on to those of its own neighbours whom the author does
 * not reach itself. Two sides of a new link tell each other what they have and give what the other lacks; later they
 * compare a digest:
 *
 * <pre>
 *   event ──► opened before? ──► fits its author's chain?
 *                                  next: has its place, is passed on, and acknowledged to its author
 *                                  ahead: waits, the sender is asked for what is missing ──► it comes, or GAP: a gap
 *                                  contradicts what the author said before: a fork, which is told and goes no further
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

    /** Length of a piece of a file, in bytes; what is there of a file is a whole number of them, or all. */
    public static final int PIECE_BYTES = Limits.PIECE_BYTES;

    private static final Logger log = LoggerFactory.getLogger(RoomMachine.class);

    final RoomConfig config;
    final Identity self;
    final RoomId room;
    final Deadlines timers = new Deadlines();
    final SeededIds ids;
    final Map<PeerId, EventHead> heads;
    final Map<PeerId, Event> profiles;
    final HybridClock clock;

    /** What the events have made of the room. */
    final Acts acts;

    /** Takes, asks for and gives what was said. */
    final ChainSync chains;

    /** When what is said now is said. */
    private Era era = Era.FIRST;

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

    /** Links to other participants. */
    final Mesh mesh;

    /** Who has what of what we said, and the other way round. */
    final Deliveries deliveries;

    /** Who reaches whom. */
    final Routes routes;

    private final Map<PeerId, PeerCard> cards;

    /** The group of the leader before, in which some of the others still speak; null if there is none. */
    @Nullable
    MlsGroup formerGroup;

    /** Time of the input that is being handled. */
    long now;

    long epochMillis;
    ConnectionState state;
    int nextLink;

    private final Deque<Output> outputs = new ArrayDeque<>();
    private final Map<PeerId, String> names;

    /** What those who are gone were called: their words may come after them. */
    private final Map<PeerId, String> formerNames;

    /** What those have said of themselves who are not in the group here yet. */
    private final Map<PeerId, Event> earlyProfiles;

    private final Map<PeerId, Participant> present;
    private final NameTags tags;
    private final LinkRate ownRate;
    final Attendance attendance;
    final FileTransfers files;

    /** Gets and gives the images of the room's emoji. */
    final EmojiImages emoji;

    private Set<PeerId> roster;
    private boolean signalingReachable;
    private RoomSecret toldSecret;
    PeerId toldLeader;
    private @Nullable CloseReason closeReason;

    RoomMachine(RoomConfig config) {
        this.config = config;
        this.self = config.self();
        this.room = config.descriptor().room();
        this.ids = new SeededIds(config.seed());
        this.heads = new LinkedHashMap<>(config.heads());
        this.profiles = new LinkedHashMap<>();
        this.clock = new HybridClock();
        this.acts = new Acts(this, config.descriptor().host().peerId());
        this.chains = new ChainSync(this, config);
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
        this.earlyProfiles = new LinkedHashMap<>();
        this.present = new LinkedHashMap<>();
        this.tags = new NameTags();
        this.ownRate = LinkRate.ofOwn(0);
        this.attendance = new Attendance(this);
        this.files = new FileTransfers(this);
        this.emoji = new EmojiImages(this);
        this.deliveries = new Deliveries(this);
        this.routes = new Routes(this);
        this.roster = new LinkedHashSet<>();
        this.mesh = new Mesh(this);
        this.cards = new LinkedHashMap<>();
        this.seen = new LinkedHashSet<>();
        this.early = new ArrayDeque<>();
        this.unwanted = new LinkedHashSet<>();
        this.removalsAsked = new LinkedHashMap<>();
    }

    /** Takes what was said before a restart: what others may lack of it is given to them. */
    final void remember(Iterable<StoredEvent> said, List<StoredEvent> outbox) throws MalformedException {
        long firstWaiting = outbox.isEmpty() ? Long.MAX_VALUE : outbox.get(0).seq();
        for (StoredEvent stored : said) {
            boolean isOwn = stored.sender().equals(self.peerId());
            if (!isOwn || stored.seq() < firstWaiting) {
                Event event = Event.kept(stored, room);
                chains.recent.add(event);
                acts.remember(event);
                if (isOwn) {
                    clock.continueAfter(event.clock());
                } else {
                    clock.observe(event.clock(), epochMillis);
                }
            }
        }
        for (StoredEvent stored : outbox) {
            Event event = Event.verify(stored.bytes(), room);
            deliveries.unsent(event);
            chains.recent.add(event);
            deliveries.keepUntilConfirmed(event);
            acts.remember(event);
            clock.continueAfter(event.clock());
        }
        acts.remembered();
        chains.timesWere(config.times());
    }

    /**
     * Hides what is said by those that this profile has blocked. To be called before the first input.
     *
     * @param blocked at most 4,096
     */
    public final void hide(Collection<PeerId> blocked) {
        acts.begin(blocked);
    }

    /**
     * Says which images of the room's emoji are in the store. To be called after {@link #hide}, before the first input.
     *
     * @param images their lengths in bytes, by their hashes
     */
    public final void holdImages(Map<String, Integer> images) {
        emoji.begin(images);
    }

    /**
     * Returns the emoji that the room has, as far as is known here.
     *
     * @return in the order of the timeline
     */
    public final List<RoomEmoji> emoji() {
        return acts.timeline.emoji();
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
        this.acts = before.acts;
        this.chains = before.chains;
        this.era = before.era;
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
        this.earlyProfiles = before.earlyProfiles;
        this.present = before.present;
        this.tags = before.tags;
        this.ownRate = before.ownRate;
        this.attendance = before.attendance;
        this.files = before.files;
        this.emoji = before.emoji;
        this.deliveries = before.deliveries;
        this.routes = before.routes;
        this.roster = before.roster;
        this.signalingReachable = before.signalingReachable;
        this.toldSecret = before.toldSecret;
        this.leastSuccession = before.leastSuccession;
        this.toldLeader = before.toldLeader;
        this.mesh = before.mesh;
        this.cards = before.cards;
        this.seen = before.seen;
        this.early = new ArrayDeque<>();
        this.unwanted = before.unwanted;
        this.removalsAsked = before.removalsAsked;
        this.formerGroup = before.group();
        mesh.handTo(this);
        routes.handTo(this);
        deliveries.handTo(this);
        acts.handTo(this);
        attendance.handTo(this);
        files.handTo(this);
        emoji.handTo(this);
        timers.start(Timer.FORMER, now);
        timers.start(Timer.MESH, now);
        chains.handTo(this);
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
            Mesh.Neighbour neighbour = mesh.neighbour(frame.link());
            if (neighbour == null) {
                onFrame(frame.link(), frame.frame());
            } else {
                onNeighbourFrame(neighbour, frame.frame());
            }
        } else if (input instanceof Input.EphemeralReceived ephemeral) {
            LinkChannel link = anyLink(ephemeral.link());
            if (link != null) {
                onEphemeral(link, ephemeral.frame());
            }
        } else if (input instanceof Input.Type type) {
            attendance.typing(type.isTyping());
        } else if (input instanceof Input.Away away) {
            attendance.away(away.isAway());
        } else if (input instanceof Input.MarkRead mark) {
            deliveries.markRead(mark.message());
        } else if (input instanceof Input.Submit submit) {
            onSubmit(submit.ticket(), submit.message());
        } else if (input instanceof Input.Tick) {
            onTalkTick();
            onTick();
        } else if (input instanceof Input.LinkBuffered buffered) {
            LinkChannel link = anyLink(buffered.link());
            if (link != null) {
                link.buffered(now, buffered.bytes());
                files.drained(link);
                chains.goOn(link);
            }
        } else if (input instanceof Input.EventsRead read) {
            chains.onRead(read.ticket(), read.events());
        } else if (input instanceof Input.MailReceived mail) {
            onMail(mail.from(), mail.type(), mail.payload());
        } else if (input instanceof Input.LinkSignalled signalled) {
            Mesh.Neighbour neighbour = mesh.neighbour(signalled.link());
            LinkChannel link = neighbour == null ? link(signalled.link()) : neighbour.link;
            if (link != null) {
                sealSignal(link, neighbour == null ? cardOf(link) : neighbour.card, signalled.signal());
            }
        } else if (input instanceof Input.LinkOpened opened) {
            Mesh.Neighbour neighbour = mesh.neighbour(opened.link());
            LinkChannel link = link(opened.link());
            if (neighbour != null) {
                emit(new Output.CardSeen(neighbour.card));
                onNeighbourOpened(neighbour, opened.binding());
            } else if (link != null) {
                emit(new Output.CardSeen(cardOf(link)));
                onLinkOpened(link, opened.binding());
            }
        } else if (input instanceof Input.PathChanged changed) {
            onPath(changed.link(), changed.path());
        } else if (input instanceof Input.LinkClosed closed) {
            if (closed.reason().code() == CloseReason.Code.NO_CONNECTION) {
                probeSignaling();
            }
            Mesh.Neighbour neighbour = mesh.neighbour(closed.link());
            LinkChannel link = link(closed.link());
            if (neighbour != null) {
                neighbour.link.closed();
                mesh.lost(neighbour, closed.reason());
            } else if (link != null) {
                link.closed();
                onLinkLost(link, closed.reason());
            }
        } else if (input instanceof Input.SignalingUp) {
            reachable(true);
            restartInterrupted();
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
        } else if (input instanceof Input.Deed deed) {
            acts.onDeed(deed);
        } else if (input instanceof Input.FileRead read) {
            files.onFileRead(read);
        } else if (input instanceof Input.FileWritten written) {
            files.onFileWritten(written);
        } else if (input instanceof Input.FileEnded end) {
            files.onFileEnded(end);
        } else if (input instanceof Input.FetchFile fetch) {
            files.onFetchFile(fetch);
        } else if (input instanceof Input.StopFetch stop) {
            files.onStopFetch(stop.offer());
        } else if (input instanceof Input.FetchImage fetch) {
            emoji.onFetchImage(fetch);
        } else if (input instanceof Input.ImageKept kept) {
            emoji.onKept(kept.sha256());
        } else if (input instanceof Input.ImageLost lost) {
            emoji.lost(lost.sha256());
        } else if (input instanceof Input.Start) {
            onStart();
            emoji.changed(acts.timeline.emoji());
        } else if (input instanceof Input.Leave) {
            onLeave();
        }
        if (!unwanted.isEmpty() && closeReason == null) {
            putOutUnwanted();
        }
        if (closeReason == null) {
            files.look();
            emoji.look();
        }
    }

    /** Somebody was removed by an act of another. */
    void putOutUnwanted() {}

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
     * Returns how the room is set, as far as is known here.
     *
     * @return the settings
     */
    public final RoomSettings settings() {
        return acts.timeline.settings();
    }

    /**
     * Returns what a message offers.
     *
     * @param message its id
     * @return the file; null if it offers none, or is not shown here
     */
    public final @Nullable FileOffer fileOffer(MessageId message) {
        return files.offer(message);
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
        for (LinkChannel link : mesh.links()) {
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
        return chains.recent.bytes()
                + chains.ahead.bytes()
                + chains.readBytes()
                + earlyBytes
                + queuedBytes()
                + files.heldBytes()
                + emoji.heldBytes();
    }

    /**
     * Returns how much waits to be sent, or to be acknowledged by anybody.
     *
     * @return bytes
     */
    public long queuedBytes() {
        long bytes = deliveries.unconfirmedBytes();
        for (LinkChannel link : links()) {
            bytes += link.queuedBytes();
        }
        for (LinkChannel link : mesh.links()) {
            bytes += link.queuedBytes();
        }
        return bytes;
    }

    /**
     * Returns what is not to be shown, as far as it is remembered.
     *
     * @return the ids of what was said without the right to it, was deleted or has disappeared
     */
    public final Set<MessageId> withheld() {
        return acts.withheld();
    }

    /**
     * Returns the figures of the room.
     *
     * @param nowNanos in the time of {@link #handle}
     * @param transports what the transport says of the links that are open, by their numbers
     * @return the figures
     */
    public final RoomStats stats(long nowNanos, Map<Integer, LinkStats> transports) {
        MlsGroup members = group();
        List<RoomStats.Link> all = new ArrayList<>();
        for (LinkChannel link : links()) {
            all.add(link.stats(nowNanos, RoomStats.Kind.LEADER, transports.get(link.number)));
        }
        for (LinkChannel link : mesh.links()) {
            all.add(link.stats(nowNanos, RoomStats.Kind.PARTICIPANT, transports.get(link.number)));
        }
        return new RoomStats(
                members == null ? 0 : members.epoch(),
                rosterSize(),
                chains.recent.size(),
                heldBytes(),
                queuedBytes(),
                deliveries.unconfirmed().size(),
                deliveries.unsent(),
                chains.ahead.size(),
                all);
    }

    /**
     * Returns to whom a link is.
     *
     * @param link its number
     * @return the peer; null if the link is not there any more
     */
    public final @Nullable PeerId peerOf(int link) {
        LinkChannel channel = anyLink(link);
        return channel == null ? null : channel.peer;
    }

    private @Nullable LinkChannel anyLink(int number) {
        Mesh.Neighbour neighbour = mesh.neighbour(number);
        return neighbour == null ? link(number) : neighbour.link;
    }

    abstract Collection<LinkChannel> links();

    abstract @Nullable LinkChannel link(int number);

    abstract void onStart();

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
        mesh.closeAll(
                reason.code() == CloseReason.Code.LEFT ? CloseReason.Code.LEFT : CloseReason.Code.NO_CONNECTION, "");
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

    private void sealSignal(LinkChannel link, PeerCard card, LinkSignal signal) {
        byte[] envelope = EnvelopeSeal.seal(
                self, card, secret, room, link.session, link.nextSentCounter++, LinkSignals.encode(signal));
        onEnvelopeSealed(link, envelope);
        // Whether it is the others or the worker that reach a peer whose path has broken is not known: it counts one of
        // two envelopes.
        boolean goesBothWays = link.isAdmitted() && link.isRestarting(now);
        if (link.signalsInBand || goesBothWays) {
            routes.sendRelay(self.peerId(), link.peer, envelope, null);
        }
        if (!link.signalsInBand || goesBothWays) {
            emit(new Output.SendMail(link.peer, MessageType.ENVELOPE, envelope));
        }
    }

    void onEnvelopeSealed(LinkChannel link, byte[] envelope) {}

    // ---- paths of links

    private long nextProbeNanos = Long.MIN_VALUE;

    /** A link keeps its place in the room while another path is looked for; a new link would have to be let in anew. */
    private void onPath(int number, PathState path) {
        LinkChannel link = anyLink(number);
        if (link == null || !link.isAdmitted()) {
            // One that is on its way in is tried again as a whole.
            return;
        }
        if (path == PathState.INTERRUPTED) {
            link.interrupted(now);
            probeSignaling();
            pathInterrupted(link);
            restart(link);
        } else {
            link.carries(now);
            pathCarries(link);
        }
        routes.tellNeighboursSoon();
    }

    /** A link over which members are reached carries nothing for now. */
    abstract void pathInterrupted(LinkChannel link);

    /** A link over which members are reached carries again. */
    abstract void pathCarries(LinkChannel link);

    private void restart(LinkChannel link) {
        emit(new Output.RestartIce(link.number));
        link.deadlines.startFor(Timer.RESTART, now, ids.jittered(link.restartPauseNanos));
        link.restartPauseNanos = Math.min(2 * link.restartPauseNanos, Timer.MAX_RETRY.toNanos());
    }

    /** The worker is back: what it may carry now is said at once. */
    private void restartInterrupted() {
        for (LinkChannel link : admitted()) {
            if (link.isInterrupted) {
                link.restartPauseNanos = Timer.RESTART.nanos();
                restart(link);
            }
        }
    }

    private void restartDue(Collection<LinkChannel> links) {
        for (LinkChannel link : links) {
            if (link.deadlines.expire(Timer.RESTART, now) && link.isInterrupted) {
                restart(link);
            }
        }
    }

    /** Gives the transport a signal of the other side. */
    final void apply(LinkChannel link, LinkSignal signal) {
        if (link.isAdmitted() && (signal instanceof LinkSignal.Offer || signal instanceof LinkSignal.RestartRequest)) {
            link.restartSignalled(now);
        }
        emit(new Output.ApplySignal(link.number, signal));
    }

    /** A link that is lost, or its path, is often a network that has changed: then the worker is not heard either. */
    final void probeSignaling() {
        if (now >= nextProbeNanos) {
            nextProbeNanos = now + Limits.MIN_PROBE_PAUSE.toNanos();
            emit(new Output.ProbeSignaling());
        }
    }

    // ---- the room's timeline

    /**
     * Gives an event its place in the room: keeps it, lets it have its effect and tells of that.
     *
     * @return false if its body is not what its type demands: then it is kept and has no effect
     */
    final boolean place(Event event, boolean persist) {
        if (event.sender().equals(self.peerId())) {
            clock.continueAfter(event.clock());
        } else {
            clock.observe(event.clock(), epochMillis);
        }
        chains.recent.add(event);
        chains.setHead(event.sender(), event.head());
        if (persist) {
            emit(new Output.Persist(event.toStored()));
        }
        // Events of types that this version does not know are kept and skipped.
        boolean isWellFormed = acts.take(event);
        if (event.type().equals(Event.TYPE_MESSAGE)) {
            attendance.stopped(event.sender());
        }
        if (isWellFormed && event.type().equals(Event.TYPE_PROFILE)) {
            try {
                cardSaid(event);
                nameSaid(event, Bodies.profileName(event));
            } catch (MalformedException e) {
                log.debug("a profile of {} was not understood: {}", event.sender(), e.getMessage());
                return false;
            }
        }
        return isWellFormed;
    }

    /** Where what we say next stands. */
    final Place nextPlace() {
        EventHead own = heads.get(self.peerId());
        return new Place(clock.peek(epochMillis), self.peerId(), own == null ? 1 : own.seq() + 1);
    }

    /** An act of moderation has its effect. */
    void acted(ModerationAct act) {
        PeerId subject = act.subject().orElse(null);
        boolean isRemoval = act.kind() == ModerationAct.Kind.KICK || act.kind() == ModerationAct.Kind.BAN;
        boolean isAbsent = subject != null && act.kind() == ModerationAct.Kind.KICK && !isInRoster(subject);
        // Who leads and does this itself puts it out with its own fresh secret.
        boolean isDoneAnyway = leads() && act.by().equals(self.peerId());
        if (subject != null && isRemoval && !isAbsent && !isDoneAnyway && !subject.equals(self.peerId())) {
            // Whoever leads puts it out of the group; if nobody does now, the next one.
            unwanted.add(subject);
        }
    }

    /** Members whom somebody has removed, and who are in the group still. */
    final Set<PeerId> unwanted;

    /** What waits until a member is not in the group any more, by ticket. */
    final Map<Long, PeerId> removalsAsked;

    /** Somebody stands differently by the acts of moderation. */
    void standingChanged(PeerId peer, Standing before, Standing after) {
        announce(peer);
    }

    final void nameSaid(Event profile, String name) {
        PeerId sender = profile.sender();
        Event known = profiles.get(sender);
        if (known != null && known.seq() > profile.seq()) {
            return;
        }
        if (!roster.contains(sender)) {
            // Brought by another, or sooner than the commit that lets it in.
            keepFormerName(sender, name);
            earlyProfiles.put(sender, profile);
            removeEldest(earlyProfiles.keySet(), Limits.MAX_HEADS);
            return;
        }
        profiles.put(sender, profile);
        names.put(sender, name);
        announce(sender);
        profileSaid(sender);
        mesh.refresh();
    }

    /** A member has said its name. */
    void profileSaid(PeerId member) {}

    /** Takes profiles of members, whoever has kept them. */
    final void takeProfiles(LinkChannel link, List<byte[]> given) throws MalformedException {
        for (byte[] bytes : given) {
            ChainSync.charge(link, bytes);
            Event profile = Event.verify(bytes, room);
            if (!profile.type().equals(Event.TYPE_PROFILE)) {
                throw new MalformedException("an event that is no profile among the profiles");
            }
            takeProfile(profile);
        }
    }

    void takeProfile(Event profile) throws MalformedException {
        String name = Bodies.profileName(profile);
        if (isInRoster(profile.sender()) && !profile.sender().equals(self.peerId())) {
            cardSaid(profile);
            nameSaid(profile, name);
        }
    }

    /** Members whose names have not come. */
    List<PeerId> nameless() {
        return roster.stream()
                .filter(peer -> !peer.equals(self.peerId()) && !names.containsKey(peer))
                .toList();
    }

    /** Takes note of the card of somebody: by it links are negotiated and receipts are known. */
    final void cardSaid(Event profile) throws MalformedException {
        PeerCard card = Bodies.profileCard(profile);
        if (card != null) {
            cards.put(card.peerId(), card);
            if (cards.size() > Limits.MAX_HEADS) {
                cards.keySet().stream()
                        .filter(peer -> !roster.contains(peer))
                        .findFirst()
                        .ifPresent(cards::remove);
            }
        }
    }

    final String nameOf(PeerId peer) {
        Participant participant = present.get(peer);
        if (participant != null) {
            return participant.shownName();
        }
        if (peer.equals(self.peerId())) {
            return config.displayName();
        }
        String name = names.getOrDefault(peer, formerNames.get(peer));
        return name == null ? peer.value().substring(0, 8) : name;
    }

    // ---- links to members

    /** The group, as it is now; null before admission. */
    abstract @Nullable MlsGroup group();

    /** Adds the links, besides those of the mesh, over which members are reached. */
    abstract void addAdmitted(Collection<LinkChannel> to);

    /** The link, besides those of the mesh, over which a member is reached; null if there is none. */
    abstract @Nullable LinkChannel admittedLinkTo(PeerId peer);

    /** A link of the mesh is gone. */
    abstract void neighbourLost(CloseReason reason);

    /** A link of the mesh has come about. */
    abstract void neighbourMet(LinkChannel link);

    /** A message was sealed for the group. */
    void sealed() {}

    /** Closes a link whose other side takes less than is said. */
    abstract void dropIfSlow(LinkChannel link);

    /** An envelope came over the links of others. */
    abstract void onRelayed(PeerId from, byte[] envelope);

    /** Why these are not taken to be sent now: too much waits, or others would take us for one who floods. */
    final @Nullable BackpressureException pressureOf(byte[]... bodies) {
        int bytes = 0;
        for (byte[] body : bodies) {
            bytes += body.length;
        }
        BackpressureException pressure = pressure(bytes);
        return pressure == null && !ownRate.has(now, bodies.length, bytes)
                ? new BackpressureException(LinkRate.OWN_BYTE_BURST, LinkRate.OWN_BYTE_BURST)
                : pressure;
    }

    /** Why nothing more is taken to be sent now; null if something is. */
    @Nullable
    BackpressureException pressure(int bytes) {
        long waiting = deliveries.unconfirmedBytes();
        return waiting + bytes > config.maxQueuedBytes()
                ? new BackpressureException(waiting, config.maxQueuedBytes())
                : null;
    }

    final List<LinkChannel> admitted() {
        List<LinkChannel> links = new ArrayList<>();
        addAdmitted(links);
        mesh.addAdmitted(links);
        return links;
    }

    /** Whether anybody can be reached. */
    final boolean isConnected() {
        return !admitted().isEmpty();
    }

    /** Whether anybody can be reached now, and not only once a path has been found again. */
    final boolean isHeard() {
        return admitted().stream().anyMatch(link -> !link.isInterrupted);
    }

    final @Nullable LinkChannel linkTo(PeerId peer) {
        LinkChannel link = admittedLinkTo(peer);
        return link == null ? mesh.admitted(peer) : link;
    }

    final boolean hasOtherLinkTo(PeerId peer) {
        return admittedLinkTo(peer) != null;
    }

    final Set<PeerId> wantedNeighbours() {
        return Overlay.MESH_THEN_RING.neighbours(self.peerId(), roster, leader.peerId());
    }

    /** Whether somebody is in the group, or was in that of the leader before and may be on its way here. */
    final boolean isMember(PeerId peer) {
        MlsGroup former = formerGroup;
        return roster.contains(peer)
                || (former != null
                        && former.members().contains(peer)
                        && !governance.banned().contains(peer));
    }

    final @Nullable PeerCard knownCard(PeerId peer) {
        return peer.equals(leader.peerId()) ? leader : cards.get(peer);
    }

    final boolean leads() {
        return leader.peerId().equals(self.peerId());
    }

    // ---- what comes over the link to another participant

    private void onNeighbourOpened(Mesh.Neighbour neighbour, byte[] binding) {
        LinkChannel link = neighbour.link;
        MlsGroup members = group();
        link.opened(now, binding);
        link.send(now, Frame.Kind.HELLO, Handshake.hello());
        if (members == null) {
            mesh.drop(neighbour, CloseReason.Code.NO_CONNECTION, "no group to meet in");
            return;
        }
        byte[] meet = members.protect(Content.meet(binding, heads));
        noteSeen(meet);
        link.send(now, Frame.Kind.MEET, meet);
        link.syncBudget = Limits.MAX_LOG_BYTES;
        unicasted();
    }

    private void onNeighbourFrame(Mesh.Neighbour neighbour, byte[] bytes) {
        LinkChannel link = neighbour.link;
        if (!link.isOpen()) {
            return;
        }
        try {
            Frame frame = link.receive(now, bytes, Limits.MAX_MESSAGE_BYTES);
            if (frame == null) {
                return;
            }
            if (frame.kind() == Frame.Kind.BYE) {
                CloseReason reason = Handshake.goodbye(frame.body());
                link.close();
                mesh.lost(neighbour, reason);
            } else if (!link.helloReceived) {
                Handshake.require(frame, Frame.Kind.HELLO);
                link.helloReceived = true;
                if (!Handshake.isCompatible(frame.body())) {
                    mesh.drop(neighbour, CloseReason.Code.INCOMPATIBLE, "no common version");
                }
            } else if (!link.isAdmitted()) {
                Handshake.require(frame, Frame.Kind.MEET);
                onMeet(neighbour, frame.body());
            } else if (!onMemberFrame(link, frame)) {
                throw new MalformedException("a frame of kind " + frame.kind() + " between two participants");
            }
        } catch (MalformedException e) {
            log.debug("{} broke the protocol: {}", link.peer, e.getMessage());
            mesh.drop(neighbour, CloseReason.Code.PROTOCOL_VIOLATION, "the protocol was broken");
        }
    }

    private void onMeet(Mesh.Neighbour neighbour, byte[] body) throws MalformedException {
        LinkChannel link = neighbour.link;
        Opened opened = open(link, body);
        if (opened == null) {
            mesh.drop(neighbour, CloseReason.Code.NO_CONNECTION, "the two are not in one epoch yet");
            return;
        }
        if (!opened.sender().equals(link.peer)
                || !(Content.decode(opened.plaintext()) instanceof Content.Meet meet)
                || !MessageDigest.isEqual(meet.binding(), link.binding)) {
            throw new MalformedException("a MEET that is not this link's");
        }
        mesh.met(neighbour);
        neighbourMet(link);
        routes.tellNeighboursSoon();
        deliveries.heard(link.peer, meet.heads());
        chains.offer(link, meet.heads());
    }

    /** Takes a frame that any member may send; false if it is none of those. */
    final boolean onMemberFrame(LinkChannel link, Frame frame) throws MalformedException {
        switch (frame.kind()) {
            case APPLICATION -> onApplication(link, frame.body());
            case RECEIVED -> {
                long upToSeq = number(frame);
                EventHead own = heads.get(self.peerId());
                if (own == null || upToSeq > own.seq()) {
                    throw new MalformedException("a RECEIVED of what was not sent");
                }
                deliveries.delivered(link.peer, upToSeq);
            }
            case RECEIPTS -> deliveries.onReceipts(link, Receipts.decode(frame.body()));
            case RELAY -> routes.onRelay(link, frame.body());
            case FETCH, CHUNK, NO_FILE -> files.onFrame(link, frame);
            case DIGEST -> {
                link.otherDigest = number(frame);
                timers.startUnlessRunning(Timer.COMPARE, now);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static long number(Frame frame) throws MalformedException {
        ByteReader reader = new ByteReader(frame.body());
        long number = reader.i64();
        reader.end();
        return number;
    }

    // ---- messages

    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    private record Early(int link, byte[] message) {}

    private final Deque<Early> early;
    private long earlyBytes;

    /** Those that were opened, by their tags: each may come over several links. */
    private final Set<Long> seen;

    private int unicastsInARow;

    private static long tagOf(byte[] message) {
        return ByteBuffer.wrap(message).getLong(message.length - Long.BYTES);
    }

    private void noteSeen(byte[] message) {
        seen.add(tagOf(message));
        removeEldest(seen, Limits.MAX_SEEN_MESSAGES);
    }

    /**
     * Opens a message of a member. Null if it was opened before, or cannot be opened for an honest reason: what it said
     * comes by another way.
     */
    final @Nullable Opened open(LinkChannel link, byte[] message) throws MalformedException {
        MlsGroup members = group();
        if (members == null) {
            throw new MalformedException("a message before admission");
        }
        if (message.length < Long.BYTES) {
            throw new MalformedException("a message has " + message.length + " bytes");
        }
        if (seen.contains(tagOf(message))) {
            return null;
        }
        Opened opened;
        try {
            opened = members.unprotect(message, epochMillis);
            isOfFormerGroup = false;
        } catch (MlsException e) {
            opened = openFormer(message);
            isOfFormerGroup = true;
            if (opened == null) {
                excuse(link, message, members, e);
                return null;
            }
        }
        noteSeen(message);
        return opened;
    }

    /** Whether the message that was opened last is of the group of the leader before. */
    boolean isOfFormerGroup;

    private @Nullable Opened openFormer(byte[] message) {
        MlsGroup former = formerGroup;
        if (former == null) {
            return null;
        }
        try {
            Opened opened = former.unprotect(message, epochMillis);
            return governance.banned().contains(opened.sender()) ? null : opened;
        } catch (MlsException e) {
            log.trace("a message is not of the group before either: {}", e.kind());
            return null;
        }
    }

    /** Throws unless there is an honest reason why a message cannot be opened. */
    private void excuse(LinkChannel link, byte[] message, MlsGroup members, MlsException e) throws MalformedException {
        boolean isOfOtherEpoch = e.kind() == MlsException.Kind.WRONG_EPOCH;
        // Another participant may still be, or already be, in the group of another leader, whose epochs count alike.
        boolean isOfOtherGroup = e.kind() == MlsException.Kind.REPLAYED_OR_FORGED
                && (formerGroup != null || mesh.neighbour(link.number) != null);
        if (!isOfOtherEpoch && !isOfOtherGroup) {
            throw new MalformedException("a message that cannot be opened: " + e.kind());
        }
        if (++link.staleMessages > Limits.MAX_STALE_MESSAGES) {
            throw new MalformedException("too many messages that cannot be opened");
        }
        try {
            if (isOfOtherEpoch
                    && MlsGroup.epochOf(message, MlsLimits.DEFAULT) > members.epoch()
                    && early.size() < Limits.MAX_EARLY_MESSAGES) {
                early.add(new Early(link.number, message));
                earlyBytes += message.length;
            }
        } catch (MlsException unreadable) {
            throw new MalformedException("a message that cannot be read: " + unreadable.kind());
        }
    }

    /** The group is in another epoch: takes what came too early. */
    final void takeEarly() {
        List<Early> waiting = List.copyOf(early);
        early.clear();
        earlyBytes = 0;
        for (Early each : waiting) {
            LinkChannel link = anyLink(each.link());
            if (link == null || !link.isAdmitted()) {
                continue;
            }
            try {
                onApplication(link, each.message());
            } catch (MalformedException e) {
                log.debug("a message of {} that came early was not understood: {}", link.peer, e.getMessage());
            }
        }
    }

    private void onApplication(LinkChannel link, byte[] message) throws MalformedException {
        if (!link.isAdmitted()) {
            throw new MalformedException("a message before admission");
        }
        if (!link.rate.has(now, 1, message.length)) {
            // Before it costs anything: only the peer's own words have used this up.
            throw new MalformedException("more than an author may say at once");
        }
        Opened opened = open(link, message);
        if (opened == null) {
            return;
        }
        PeerId author = opened.sender();
        if (!isMember(author)) {
            // It was removed; whoever had it before that, gives it.
            return;
        }
        checkGenerations(opened);
        Content content = Content.decode(opened.plaintext());
        if (author.equals(link.peer) && !(content instanceof Content.Sync)) {
            link.rate.tryTake(now, message.length);
        }
        if (content instanceof Content.Said said) {
            Event event = Event.verify(said.event(), room, opened.senderKey());
            if (!event.sender().equals(author)) {
                throw new MalformedException("an event of another author than its sealer");
            }
            boolean isNew = !author.equals(self.peerId()) && chains.receive(event, link);
            passOn(link, message, opened);
            if (isNew) {
                passOnToNewcomers(event, opened, link);
            }
        } else if (content instanceof Content.Told told) {
            onTold(author, told);
            passOn(link, message, opened);
        } else if (!author.equals(link.peer)) {
            throw new MalformedException("content for one member, passed on by another");
        } else if (content instanceof Content.Resume resume) {
            chains.onResume(link, resume.heads());
        } else if (content instanceof Content.Sync sync) {
            onSync(link, sync);
        } else {
            throw new MalformedException("content that is out of place");
        }
    }

    /** Takes what a member tells all, and nobody keeps. */
    private void onTold(PeerId author, Content.Told told) {
        if (told instanceof Content.Lost lost) {
            if (author.equals(leader.peerId())) {
                routes.lostByLeader(lost.peers());
                attendance.look();
            }
        } else if (!isInRoster(author)) {
            log.trace("{} is on its way here, or gone", author);
        } else if (told instanceof Content.Neighbours neighbours) {
            routes.neighboursOf(author, neighbours.peers());
            attendance.look();
        } else if (told instanceof Content.Presence presence) {
            attendance.presenceOf(author, presence.isAway());
        } else if (told instanceof Content.Read read) {
            Long upToSeq = read.upTo().get(self.peerId());
            if (upToSeq != null) {
                deliveries.readBy(author, upToSeq);
            }
        }
    }

    /** Whether a message lies further ahead than others can follow. */
    void checkGenerations(Opened opened) throws MalformedException {}

    /**
     * A message goes to those of our neighbours that can open it and to whom its author, or the leader, does not bring
     * it. Every message, also one that tells nothing new: a member that is passed over some sees a gap in the sender's
     * generations, and beyond {@link MlsLimits#maxGenerationGap} it would take us for a forger.
     */
    private void passOn(LinkChannel from, byte[] message, Opened opened) {
        passingOn(opened);
        List<byte[]> frames = null;
        for (LinkChannel link : admitted()) {
            if (link != from && canOpen(link, opened) && !routes.isReached(link.peer, opened.sender())) {
                if (frames == null) {
                    frames = new Frame(Frame.Kind.APPLICATION, message).encode();
                }
                send(link, frames);
            }
        }
    }

    /** A message is about to be passed on to whom it does not reach. */
    void passingOn(Opened opened) {}

    /** Whether the other side of a link is in the group of a message, as far as is known. */
    boolean canOpen(LinkChannel link, Opened opened) {
        return true;
    }

    /** A member that is not in the epoch of a message yet is told the event another way. */
    void passOnToNewcomers(Event event, Opened opened, LinkChannel from) {}

    final void send(LinkChannel link, List<byte[]> frames) {
        frames.forEach(frame -> link.sendEncoded(now, frame));
        dropIfSlow(link);
    }

    /** Sends to all; false if nobody can be reached. */
    final boolean broadcast(byte[] content) {
        MlsGroup members = group();
        List<LinkChannel> links = admitted();
        if (members == null || links.isEmpty()) {
            return false;
        }
        unicastsInARow = 0;
        byte[] message = members.protect(content);
        noteSeen(message);
        List<byte[]> frames = new Frame(Frame.Kind.APPLICATION, message).encode();
        MlsGroup former = leads() ? formerGroup : null;
        // Who was in the room before we led it, and has not come to our group yet, is told in the former one.
        List<byte[]> formerFrames = former == null || mesh.links().isEmpty()
                ? frames
                : new Frame(Frame.Kind.APPLICATION, former.protect(content)).encode();
        for (LinkChannel link : links) {
            send(link, mesh.neighbour(link.number) == null ? frames : formerFrames);
        }
        sealed();
        return true;
    }

    /** Sends to all what may be lost: it goes once, and is passed on once by who gets it. */
    final void broadcastEphemeral(byte[] content) {
        MlsGroup members = group();
        List<LinkChannel> links = admitted();
        if (members != null && !links.isEmpty()) {
            byte[] message = members.protect(content);
            noteSeen(message);
            links.forEach(link -> emit(new Output.TransmitEphemeral(link.number, message)));
            // Those who lose some of it find a gap in our generations, which is bounded as with what is for one member.
            unicasted();
        }
    }

    /** Takes what may be lost: what cannot be opened, or is out of place, is passed over. */
    private void onEphemeral(LinkChannel link, byte[] message) {
        MlsGroup members = group();
        if (!link.isAdmitted()
                || members == null
                || message.length < Long.BYTES
                || !link.ephemerals.tryTake(now)
                || seen.contains(tagOf(message))) {
            return;
        }
        try {
            Opened opened = members.unprotect(message, epochMillis);
            noteSeen(message);
            PeerId author = opened.sender();
            if (!isInRoster(author) || !(Content.decode(opened.plaintext()) instanceof Content.Typing typing)) {
                return;
            }
            EventHead head = heads.get(author);
            if (head == null || head.seq() <= typing.saidBefore()) {
                attendance.typingOf(author, typing.isTyping());
            }
            for (LinkChannel each : admitted()) {
                if (each != link && !routes.isReached(each.peer, author)) {
                    emit(new Output.TransmitEphemeral(each.number, message));
                }
            }
        } catch (MlsException e) {
            log.trace("an ephemeral message was not opened: {}", e.kind());
        } catch (MalformedException e) {
            log.debug("an ephemeral message of {} was not understood: {}", link.peer, e.getMessage());
        }
    }

    final long ownSeq() {
        EventHead own = heads.get(self.peerId());
        return own == null ? 0 : own.seq();
    }

    final void unicast(LinkChannel link, byte[] content) {
        MlsGroup members = group();
        if (members != null) {
            byte[] message = members.protect(content);
            noteSeen(message);
            link.send(now, Frame.Kind.APPLICATION, message);
            unicasted();
        }
    }

    final void unicasted() {
        sealed();
        if (++unicastsInARow >= Limits.MAX_UNICASTS_IN_A_ROW) {
            broadcast(Content.nothing());
        }
    }

    // ---- what we say

    private void onSubmit(long ticket, OutgoingMessage message) {
        EventBody.Message said = new EventBody.Message(message, epochMillis);
        NotAllowedException refusal = acts.refusal(said);
        if (refusal != null) {
            emit(new Output.Rejected(ticket, refusal));
            return;
        }
        byte[] body = EventBodies.write(said);
        BackpressureException pressure = pressureOf(body);
        if (pressure != null) {
            emit(new Output.Rejected(ticket, pressure));
            return;
        }
        Event event = say(Event.TYPE_MESSAGE, body);
        attendance.said();
        // Behind the frames, so that handing over to the store does not delay them.
        emit(new Output.Accepted(ticket, event.id()));
        DeliveryState delivery = isConnected() ? DeliveryState.SENT : DeliveryState.QUEUED;
        for (PeerId peer : roster) {
            if (!peer.equals(self.peerId())) {
                emit(new Output.Delivery(event.id(), peer, delivery));
            }
        }
    }

    /** Signs an event, gives it its place, and sends it to all. */
    final Event say(String type, byte[] body) {
        Event event = Event.sign(self, room, heads.get(self.peerId()), clock.next(epochMillis), era, type, body);
        ownRate.tryTake(now, event.bytes().length);
        if (!place(event, true)) {
            throw new IllegalStateException("what we say ourselves is well-formed");
        }
        deliveries.keepUntilConfirmed(event);
        if (broadcast(Content.said(event.bytes()))) {
            deliveries.sent();
        } else {
            deliveries.unsent(event);
        }
        if (isAlone()) {
            deliveries.confirmAll();
        }
        return event;
    }

    /** Whether nobody is there to whom anything could be said. */
    private boolean isAlone() {
        return roster.size() == 1 && formerGroup == null;
    }

    // ---- what others have said

    /** Whom we have removed ourselves: what they say from then on is not taken from others either. */
    final Set<PeerId> expelled = new LinkedHashSet<>();

    /** Takes what a member gives of what was said; machines do more with what the leader gives. */
    void onSync(LinkChannel link, Content.Sync sync) throws MalformedException {
        chains.onSync(link, sync);
    }

    /** Whether the leader is giving us what we lack, over another link than this. */
    boolean isGivenByLeader(LinkChannel asked) {
        return false;
    }

    /** Others may lack what one had to give. */
    void tellNews(LinkChannel from, List<Event> news, boolean areFresh) {}

    /** Whether an event of before is said to a member now. */
    boolean isSaidTo(PeerId peer, Event event) {
        return false;
    }

    private void onTalkTick() {
        restartDue(links());
        restartDue(mesh.links());
        mesh.tick();
        acts.tick();
        if (timers.expire(Timer.MESH, now)) {
            mesh.refresh();
        }
        if (timers.expire(Timer.NEIGHBOURS, now)) {
            routes.tellNeighbours();
        }
        if (timers.expire(Timer.RECEIVED, now)) {
            deliveries.acknowledge();
        }
        if (timers.expire(Timer.READ, now)) {
            deliveries.tellRead();
        }
        chains.tick();
        attendance.tick();
        files.tick();
        emoji.tick();
        if (timers.expire(Timer.NAMES, now) && !nameless().isEmpty()) {
            admitted().forEach(chains::ask);
            timers.start(Timer.NAMES, now);
        }
        if (timers.expire(Timer.FORMER, now)) {
            formerGroup = null;
            if (isAlone()) {
                deliveries.confirmAll();
            }
            mesh.refresh();
        }
    }

    // ---- who is there

    /** Takes note of who is in the group now. */
    final void updateRoster(Collection<PeerId> members) {
        boolean hasNewcomers = !roster.containsAll(members);
        roster = new LinkedHashSet<>(members);
        attendance.rosterIs(roster, hasNewcomers);
        routes.rosterIs(roster, hasNewcomers);
        for (PeerId gone :
                present.keySet().stream().filter(peer -> !roster.contains(peer)).toList()) {
            deliveries.failTo(gone);
            gone(gone);
        }
        unwanted.retainAll(roster);
        removalsDone();
        profiles.keySet().retainAll(roster);
        names.forEach((peer, name) -> {
            if (!roster.contains(peer)) {
                keepFormerName(peer, name);
            }
        });
        names.keySet().retainAll(roster);
        roster.forEach(this::nameEarly);
        roster.forEach(this::announce);
        deliveries.rosterIs(roster);
        if (isAlone()) {
            deliveries.confirmAll();
        }
        if (!nameless().isEmpty()) {
            timers.startUnlessRunning(Timer.NAMES, now);
        }
        mesh.refresh();
        routes.tellNeighboursSoon();
    }

    /** Somebody came whose name had come before. */
    private void nameEarly(PeerId peer) {
        Event profile = earlyProfiles.remove(peer);
        String name = formerNames.get(peer);
        if (profile != null && name != null && !names.containsKey(peer)) {
            nameSaid(profile, name);
        }
    }

    private void keepFormerName(PeerId peer, String name) {
        formerNames.put(peer, name);
        removeEldest(formerNames.keySet(), Limits.MAX_HEADS);
    }

    /** Tells by what members see that they share this epoch; to be called after each {@link #updateRoster}. */
    final void epochChanged(MlsGroup group) {
        emit(new Output.EpochChanged(group.epoch(), roster.size(), group.epochAuthenticator()));
        eraChanged(group);
        timers.startUnlessRunning(Timer.OLD_KEYS, now);
    }

    /** The group, or the fence under which it is led, is another. */
    final void eraChanged(MlsGroup group) {
        era = Era.of(governance, group.epoch());
    }

    final Era era() {
        return era;
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
    final void announce(PeerId peer) {
        String name = peer.equals(self.peerId()) ? config.displayName() : names.get(peer);
        if (name == null || !roster.contains(peer) || attendance.isGone(peer)) {
            return;
        }
        Set<PeerId> alike = tags.named(peer, name);
        Participant participant =
                new Participant(peer, name, roleOf(peer), peer.equals(self.peerId()), tags.shown(peer, name));
        Participant before = present.put(peer, participant);
        if (before == null) {
            emit(new Output.Joined(participant));
        } else if (!before.name().equals(name) || isLeading(before) != isLeading(participant)) {
            emit(new Output.Left(before));
            emit(new Output.Joined(participant));
        } else if (!before.equals(participant)) {
            emit(new Output.ParticipantChanged(before, participant));
        }
        alike.forEach(this::announce);
    }

    private static boolean isLeading(Participant participant) {
        return participant.role() == Participant.Role.HOST;
    }

    /** What somebody may do; who leads is shown as the host, and a host that does not as a moderator. */
    private Participant.Role roleOf(PeerId peer) {
        if (peer.equals(leader.peerId())) {
            return Participant.Role.HOST;
        }
        Participant.Role role = acts.roleOf(peer);
        return role == Participant.Role.HOST ? Participant.Role.MODERATOR : role;
    }

    private void removalsDone() {
        removalsAsked.entrySet().removeIf(asked -> {
            boolean isDone = !roster.contains(asked.getValue());
            if (isDone) {
                emit(new Output.Completed(asked.getKey()));
            }
            return isDone;
        });
    }

    /** A member to whom no way leads any more. */
    final void gone(PeerId peer) {
        Participant participant = present.remove(peer);
        if (participant != null) {
            emit(new Output.Left(participant));
            tags.gone(peer).forEach(this::announce);
        }
    }

    final Set<PeerId> roster() {
        return roster;
    }

    /** Whether a member was told to be in the room. */
    final boolean isToldToBeThere(PeerId peer) {
        return present.containsKey(peer);
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

    /** Keeps a set bounded in which the eldest come first. */
    static <T> void removeEldest(Set<T> set, int max) {
        if (set.size() > max) {
            set.remove(set.iterator().next());
        }
    }
}
