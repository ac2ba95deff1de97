package dev.parley.chat.internal.protocol;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.SignalingException;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.Envelope;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.crypto.Sha256;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.mls.Opened;
import dev.parley.chat.internal.mls.PendingMember;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedSuccession;
import dev.parley.chat.transport.Transport.LinkRole;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A participant's side: offers a link to the leader of the room, which is its host or a deputy, asks for admission,
 * sends its events until the leader has given each its place, and makes the link again when it is lost.
 *
 * <pre>
 *   attempt: offer ─► link open ─► HELLO, JOIN ─► WELCOME ─► CONFIRM ─► ADMITTED ─► SYNC (last) ─► CONNECTED
 *      ▲                                                                                            │
 *      ├──────────── RETRY, with backoff and jitter ◄──── link lost, or ATTEMPT expired ◄───────────┤
 *      │                                                                                            ▼
 *      └──────────── another leads ◄──── the worker's answer ◄──── LEADER: who leads? ◄──── link lost, and
 *                                                  │                                     there are deputies
 *                                                  └──► this one leads now: becomes a {@link HostMachine}
 * </pre>
 */
public final class ParticipantMachine extends RoomMachine {

    private static final Logger log = LoggerFactory.getLogger(ParticipantMachine.class);

    private static final int RECEIVED_BATCH = 64;

    /** What is unordered may wait on the link twice, when it is sent again; there is no honest reason for more. */
    private static final int MAX_QUEUES_ON_LINK = 3;

    private final Deque<Event> unordered = new ArrayDeque<>();
    private final Set<ByteBuffer> sentEnvelopes = new LinkedHashSet<>();
    private final BitSet envelopes = new BitSet();

    private @Nullable LinkChannel link;
    private @Nullable PendingMember pendingMember;
    private @Nullable MlsGroup group;
    private @Nullable EventHead ownHead;
    private PeerId host;
    private byte[] hostTag = new byte[0];
    private long unorderedBytes;
    private @Nullable String nameInRoom;
    private boolean signalingUp;
    private boolean signalingJoined;
    private long retryPauseNanos = Timer.RETRY.nanos();
    private int staleMessages;
    private long hostSeqReceived;
    private long hostSeqAcknowledged;

    private @Nullable PeerId lastAdmittedBy;
    private long recoveredBytes;

    /** How often in a row the worker said that nobody leads. */
    private int timesFree;

    /** Whether what the worker served last of who may lead is too old to be led by. */
    private boolean isSuccessionStale;

    /** The succession of which a leader has told us, with all else that it says of how the room is run. */
    private int toldVersion;

    /**
     * Makes the machine of a participant.
     *
     * @param config what it starts from
     * @throws MalformedException if the outbox, or what one has said, holds what this version cannot have written
     */
    public ParticipantMachine(RoomConfig config) throws MalformedException {
        super(config);
        this.host = leader.peerId();
        this.ownHead = heads.get(self.peerId());
        SignedSuccession signed = config.succession();
        if (signed != null) {
            trySuccession(signed);
            Lease lease = config.lease();
            if (lease != null) {
                follow(lease);
            }
        }
        for (StoredEvent stored : config.outbox()) {
            Event event = Event.verify(stored.bytes(), room);
            unordered.add(event);
            unorderedBytes += event.bytes().length;
            clock.continueAfter(event.clock());
        }
        for (StoredEvent stored : config.said()) {
            Event event = Event.verify(stored.bytes(), room);
            Event next = unordered.peek();
            if (next == null || event.seq() < next.seq()) {
                recent.add(event);
            }
        }
        // What the room has ordered of our own events ends where the outbox begins.
        Event first = unordered.peek();
        if (first != null) {
            EventHead before = first.previous();
            if (before == null) {
                heads.remove(self.peerId());
            } else {
                heads.put(self.peerId(), before);
            }
        }
    }

    /** Goes on as a participant of another's room, after a deputy has taken it over. */
    ParticipantMachine(HostMachine before, PeerCard leader) {
        super(before, leader);
        this.host = leader.peerId();
        this.ownHead = heads.get(self.peerId());
    }

    @Override
    public long queuedBytes() {
        return unorderedBytes + super.queuedBytes();
    }

    @Override
    Collection<LinkChannel> links() {
        return link == null ? List.of() : List.of(link);
    }

    @Override
    @Nullable
    LinkChannel link(int number) {
        return link != null && link.number == number ? link : null;
    }

    @Override
    PeerCard cardOf(LinkChannel channel) {
        return leader;
    }

    // ---- the worker

    @Override
    void onStart() {
        if (state == ConnectionState.IDLE) {
            changeState(ConnectionState.CONNECTING, null);
            timers.start(Timer.CONNECT, now);
            joinSignaling();
            return;
        }
        // It led the room until now, so that its session with the worker is up.
        signalingUp = true;
        signalingJoined = true;
        lostLink(new CloseReason(Code.HANDOVER, Origin.SIGNALING, "a deputy leads the room now"));
    }

    private void joinSignaling() {
        signalingJoined = true;
        emit(new Output.JoinSignaling());
    }

    @Override
    void onAnnounced() {}

    @Override
    void onAnnounceFailed(SignalingException cause) {}

    @Override
    void onSignalingUp() {
        signalingUp = true;
        if (link == null && state != ConnectionState.CONNECTED && !timers.isRunning(Timer.RETRY)) {
            attempt();
        }
    }

    @Override
    void onSignalingDown(SignalingException cause) {
        boolean wasUp = signalingUp;
        signalingUp = false;
        if (state == ConnectionState.CONNECTING && !wasUp) {
            close(new CloseReason(Code.SIGNALING_UNREACHABLE, Origin.SIGNALING, cause.getMessage()), cause);
        }
    }

    @Override
    void onSignalingEnded(SignalingException cause) {
        signalingUp = false;
        signalingJoined = false;
        if (state == ConnectionState.CONNECTING) {
            close(reasonOf(cause), cause);
        } else if (state == ConnectionState.RECONNECTING) {
            retryLater();
        }
        // A connected participant needs the worker only when its link is lost: it joins again then.
    }

    @Override
    void onLeave() {
        sayGoodbye();
        close(new CloseReason(Code.LEFT, Origin.LOCAL, "you left the room"), null);
    }

    @Override
    void sayGoodbye() {
        if (link != null) {
            link.send(now, Frame.Kind.BYE, goodbye(Code.LEFT, "left"));
        }
    }

    // ---- making the link

    private void attempt() {
        envelopes.clear();
        sentEnvelopes.clear();
        nameInRoom = null;
        LinkChannel channel = new LinkChannel(nextLink++, host, ids.next(), this::emit);
        link = channel;
        timers.start(Timer.ATTEMPT, now);
        emit(new Output.OpenLink(channel.number, LinkRole.INITIATOR));
    }

    @Override
    void onEnvelopeSealed(LinkChannel channel, byte[] envelope) {
        if (sentEnvelopes.size() < Limits.MAX_ENVELOPES_PER_SESSION) {
            sentEnvelopes.add(ByteBuffer.wrap(Sha256.of(envelope)));
        }
    }

    @Override
    void onMail(PeerId from, MessageType type, byte[] payload) {
        LinkChannel channel = link;
        if (!from.equals(host) || channel == null) {
            return;
        }
        try {
            if (type == MessageType.REFUSAL) {
                byte[] refused = Refusal.verify(payload, leader, room, self.peerId());
                if (sentEnvelopes.contains(ByteBuffer.wrap(refused)) && !channel.isAdmitted()) {
                    close(goodbye(goodbye(Code.WRONG_SECRET, "")), null);
                }
                return;
            }
            Envelope envelope = EnvelopeSeal.open(self, secret, room, payload);
            int counter = envelope.counter();
            if (!envelope.sender().equals(leader)
                    || !Arrays.equals(envelope.session(), channel.session)
                    || counter >= Limits.MAX_ENVELOPES_PER_SESSION
                    || envelopes.get(counter)) {
                return;
            }
            RoomSecret newSecret = SecretNotice.decode(envelope.body());
            if (newSecret != null) {
                // The secret was changed while our link was lost.
                changeSecret(newSecret);
                governance = governance.knowing(newSecret);
                channel.close();
                attempt();
                return;
            }
            LinkSignal signal = LinkSignals.decode(envelope.body());
            envelopes.set(counter);
            emit(new Output.ApplySignal(channel.number, signal));
        } catch (SealException e) {
            log.debug("an envelope was not opened: {}", e.kind());
        } catch (MalformedException e) {
            log.debug("a message through the worker was not understood: {}", e.getMessage());
        }
    }

    @Override
    void onLinkOpened(LinkChannel channel, byte[] binding) {
        channel.opened(now, binding);
        channel.send(now, Frame.Kind.HELLO, hello());
        PendingMember member = MlsGroup.prepare(self, epochMillis);
        pendingMember = member;
        byte[] keyPackage = member.keyPackage();
        byte[] proof = Hkdf.extract(secret.admission(), joinTranscript(room, binding, self.peerId(), keyPackage));
        channel.send(
                now,
                Frame.Kind.JOIN,
                ByteBuffer.allocate(proof.length + keyPackage.length)
                        .put(proof)
                        .put(keyPackage)
                        .array());
        channel.phase = LinkChannel.Phase.JOINING;
    }

    @Override
    void onLinkLost(LinkChannel channel, CloseReason reason) {
        lostLink(reason);
    }

    /** The link is closed: tries again, unless the time for that has run out. */
    private void lostLink(CloseReason reason) {
        link = null;
        pendingMember = null;
        timers.stop(Timer.ATTEMPT);
        timers.stop(Timer.RESEND);
        timers.stop(Timer.RECEIVED);
        if (state == ConnectionState.CONNECTED) {
            changeState(ConnectionState.RECONNECTING, reason);
            timers.start(Timer.RECONNECT, now);
            retryPauseNanos = Timer.RETRY.nanos();
        }
        if (hasDeputies() && !timers.isRunning(Timer.LEADER)) {
            // Who gives the room away has given the lease back; else it runs on for a while.
            timers.startFor(
                    Timer.LEADER, now, reason.code() == Code.HANDOVER ? Timer.RETRY.nanos() : Timer.LEADER.nanos());
            timesFree = 0;
        }
        retryLater();
    }

    private void retryLater() {
        timers.startFor(Timer.RETRY, now, ids.jittered(retryPauseNanos));
        retryPauseNanos = Math.min(2 * retryPauseNanos, Timer.MAX_RETRY.toNanos());
    }

    private void drop(Code code, String detail) {
        LinkChannel channel = link;
        if (channel != null) {
            channel.send(now, Frame.Kind.BYE, goodbye(code, detail));
            channel.close();
            lostLink(new CloseReason(code, code == Code.PROTOCOL_VIOLATION ? Origin.PEER : Origin.NETWORK, detail));
        }
    }

    // ---- frames

    @Override
    void onFrame(int number, byte[] bytes) {
        LinkChannel channel = link(number);
        if (channel == null || !channel.isOpen()) {
            return;
        }
        try {
            Frame frame = channel.receive(now, bytes, Limits.MAX_MESSAGE_BYTES);
            if (frame != null) {
                onFrame(channel, frame);
            }
            if (channel.isOpen()
                    && channel.queuedBytes() > MAX_QUEUES_ON_LINK * config.maxQueuedBytes() + recoveredBytes) {
                drop(Code.SLOW_PEER, "the host does not take what it asks for");
            }
        } catch (MlsException e) {
            log.debug("the host broke the protocol: {} {}", e.kind(), e.getMessage());
            drop(Code.PROTOCOL_VIOLATION, "the host sent what the group does not accept: " + e.kind());
        } catch (MalformedException e) {
            log.debug("the host broke the protocol: {}", e.getMessage());
            drop(Code.PROTOCOL_VIOLATION, "the host broke the protocol: " + e.getMessage());
        }
    }

    private void onFrame(LinkChannel channel, Frame frame) throws MalformedException, MlsException {
        if (frame.kind() == Frame.Kind.BYE || frame.kind() == Frame.Kind.REFUSED) {
            onGoodbye(goodbye(frame.body()), frame.kind() == Frame.Kind.REFUSED);
            return;
        }
        if (!channel.helloReceived) {
            require(frame, Frame.Kind.HELLO);
            channel.helloReceived = true;
            if (!isCompatible(frame.body())) {
                onGoodbye(goodbye(goodbye(Code.INCOMPATIBLE, "")), true);
            }
            return;
        }
        switch (frame.kind()) {
            case WELCOME -> onWelcome(channel, frame.body());
            case ADMITTED -> onAdmitted(channel, frame.body());
            case COMMIT -> onCommit(frame.body());
            case STATE -> onState(frame.body());
            case APPLICATION -> onApplication(channel, frame.body());
            case ORDERED -> onOrdered(frame.body());
            default -> throw new MalformedException("a frame of kind " + frame.kind() + " is not for a participant");
        }
    }

    private void onGoodbye(CloseReason reason, boolean refused) {
        boolean isFinal = switch (reason.code()) {
            case ROOM_ENDED, WRONG_SECRET, ROOM_FULL, KICKED, BANNED, INCOMPATIBLE, REPLACED -> true;
            default -> refused;
        };
        if (isFinal) {
            close(reason, null);
        } else if (link != null) {
            link.close();
            lostLink(reason);
        }
    }

    // ---- admission

    private void onWelcome(LinkChannel channel, byte[] welcome) throws MalformedException, MlsException {
        PendingMember member = pendingMember;
        if (member == null || channel.phase != LinkChannel.Phase.JOINING) {
            throw new MalformedException("a WELCOME that was not asked for");
        }
        pendingMember = null;
        MlsGroup joined = member.join(
                welcome, secret.psk(), room.toBytes(), room.toBytes(), host, MlsLimits.DEFAULT, epochMillis);
        group = joined;
        staleMessages = 0;
        byte[] context = confirmContext(room, channel.binding);
        byte[] memberTag = joined.export(CONFIRM_MEMBER_LABEL, context, CONFIRM_BYTES);
        hostTag = joined.export(CONFIRM_HOST_LABEL, context, CONFIRM_BYTES);
        byte[] resume = joined.protect(Content.resume(heads));
        channel.send(
                now,
                Frame.Kind.CONFIRM,
                ByteBuffer.allocate(memberTag.length + resume.length)
                        .put(memberTag)
                        .put(resume)
                        .array());
    }

    private void onAdmitted(LinkChannel channel, byte[] tag) throws MalformedException {
        MlsGroup joined = group;
        if (joined == null || channel.phase != LinkChannel.Phase.JOINING || !MessageDigest.isEqual(tag, hostTag)) {
            throw new MalformedException("an ADMITTED that does not agree");
        }
        channel.phase = LinkChannel.Phase.ADMITTED;
        if (host.equals(lastAdmittedBy)) {
            firstOrders.keySet().retainAll(joined.members());
        }
        lastAdmittedBy = host;
        recoveredBytes = 0;
        rosterIs(joined.members());
        epochChanged(joined);
    }

    /** Takes note of who is there; of somebody new also since when, in case that we lead the room one day. */
    private void rosterIs(List<PeerId> members) {
        members.forEach(peer -> firstOrders.putIfAbsent(peer, recent.lastOrder()));
        updateRoster(members);
    }

    private void onCommit(byte[] body) throws MalformedException, MlsException {
        MlsGroup joined = group;
        if (joined == null) {
            throw new MalformedException("a COMMIT before admission");
        }
        for (byte[] commit : Content.commits(body)) {
            if (joined.process(commit, epochMillis) == MlsGroup.Outcome.REMOVED) {
                drop(Code.NO_CONNECTION, "the host gave this participant's place up");
                return;
            }
        }
        firstOrders
                .keySet()
                .removeIf(peer -> isInRoster(peer) && !joined.members().contains(peer));
        rosterIs(joined.members());
        epochChanged(joined);
    }

    private void onState(byte[] body) throws MalformedException, MlsException {
        MlsGroup joined = group;
        if (joined == null) {
            throw new MalformedException("a STATE before admission");
        }
        Opened opened = joined.unprotect(body, epochMillis);
        if (!opened.sender().equals(host)
                || !(Content.decode(opened.plaintext()) instanceof Content.Governed governed)) {
            throw new MalformedException("a STATE that the leader did not seal");
        }
        Governance told = Governance.decode(governed.governance());
        if (!told.isAsNewAs(governance)) {
            throw new MalformedException("a STATE of before");
        }
        if (told.fence() - governance.fence() > Limits.MAX_FENCE_STEP) {
            throw new MalformedException("a STATE of a fence that the worker cannot have given");
        }
        SignedSuccession signed = told.succession();
        if (signed != null) {
            toldVersion = adopt(signed);
        }
        governance =
                new Governance(told.generation(), told.secret(), told.banned(), told.fence(), governance.succession());
        RoomSecret newSecret = told.secret();
        if (newSecret != null) {
            if (!newSecret.equals(secret)) {
                rememberSecret(Set.copyOf(joined.members()));
            }
            changeSecret(newSecret);
            joined.learnPsk(secret.psk(), room.toBytes());
        }
        tellInvite();
    }

    private void changeSecret(RoomSecret newSecret) throws MalformedException {
        if (!newSecret.equals(secret)) {
            // Else a leader could give out invites that open no descriptor, and a public room's secret is its id's.
            if (config.descriptor().visibility() != Visibility.PRIVATE
                    || !MessageDigest.isEqual(newSecret.descriptor(), secret.descriptor())) {
                throw new MalformedException("a secret that is not one of this room");
            }
            secret = newSecret;
        }
    }

    private void connected() throws MalformedException {
        timers.stop(Timer.CONNECT);
        timers.stop(Timer.RECONNECT);
        timers.stop(Timer.ATTEMPT);
        timers.stop(Timer.LEADER);
        retryPauseNanos = Timer.RETRY.nanos();
        changeState(ConnectionState.CONNECTED, null);
        tellLeader();
        if (!isNameSaid()) {
            sign(Event.TYPE_PROFILE, Bodies.profile(config.displayName()));
        }
        sendUnordered();
    }

    /** Gives a leader what the one before has ordered and it has not heard of, our own words included. */
    private void sendRecovered(Map<PeerId, EventHead> leaderHas) {
        List<byte[]> chunk = new ArrayList<>();
        int chunkBytes = 0;
        for (Event event : recent.after(0, event -> {
            EventHead head = leaderHas.get(event.sender());
            return head == null || event.seq() > head.seq();
        })) {
            if (chunkBytes + event.bytes().length > Limits.SYNC_CHUNK_BYTES && !chunk.isEmpty()) {
                send(Content.recovered(chunk));
                chunk = new ArrayList<>();
                chunkBytes = 0;
            }
            chunk.add(event.bytes());
            chunkBytes += event.bytes().length;
            recoveredBytes += event.bytes().length;
        }
        if (!chunk.isEmpty()) {
            send(Content.recovered(chunk));
        }
    }

    /** Whether the room knows our name: it forgets it with our place, and a restart may have brought another. */
    private boolean isNameSaid() throws MalformedException {
        String said = nameInRoom;
        for (Event event : unordered) {
            if (event.type().equals(Event.TYPE_PROFILE)) {
                said = Bodies.profileName(event);
            }
        }
        return config.displayName().equals(said);
    }

    // ---- messages

    private void onApplication(LinkChannel channel, byte[] message) throws MalformedException, MlsException {
        MlsGroup joined = group;
        if (joined == null || !channel.isAdmitted()) {
            throw new MalformedException("a message before admission");
        }
        Opened opened;
        try {
            opened = joined.unprotect(message, epochMillis);
        } catch (MlsException e) {
            if (e.kind() == MlsException.Kind.WRONG_EPOCH && ++staleMessages <= Limits.MAX_STALE_MESSAGES) {
                return;
            }
            throw e;
        }
        Content content = Content.decode(opened.plaintext());
        if (content instanceof Content.Said said) {
            Event event = Event.verify(said.event(), room, opened.senderKey());
            if (!event.sender().equals(opened.sender()) || event.sender().equals(self.peerId())) {
                throw new MalformedException("an event of another author than its sealer");
            }
            receive(event);
        } else if (content instanceof Content.Sync sync) {
            if (!opened.sender().equals(host)) {
                throw new MalformedException("a SYNC that the host did not seal");
            }
            onSync(sync);
        } else if (!(content instanceof Content.Nothing)) {
            throw new MalformedException("content that is not for a participant");
        }
    }

    private void onSync(Content.Sync sync) throws MalformedException {
        for (byte[] bytes : sync.profiles()) {
            Event profile = Event.verify(bytes, room);
            if (!profile.type().equals(Event.TYPE_PROFILE)) {
                throw new MalformedException("an event that is no profile among the profiles");
            }
            if (profile.sender().equals(self.peerId())) {
                nameInRoom = Bodies.profileName(profile);
            } else if (isInRoster(profile.sender())) {
                nameSaid(profile, Bodies.profileName(profile));
            }
        }
        for (byte[] bytes : sync.events()) {
            Event event = Event.verify(bytes, room);
            if (event.sender().equals(self.peerId())) {
                ownMissed(event);
            } else {
                receive(event);
            }
        }
        if (sync.last()) {
            for (var head : sync.heads().entrySet()) {
                EventHead known = heads.get(head.getKey());
                if (head.getKey().equals(self.peerId())) {
                    if (!agreeOnOwnHead(head.getValue())) {
                        return;
                    }
                } else if (known == null || known.seq() < head.getValue().seq()) {
                    setHead(head.getKey(), head.getValue());
                }
            }
            if (hasDeputies()) {
                sendRecovered(sync.heads());
            }
            connected();
        }
    }

    /** An event of our own that the room has: one that waits here, or one that we said before our store was lost. */
    private void ownMissed(Event event) throws MalformedException {
        if (unordered.stream().anyMatch(waiting -> waiting.id().equals(event.id()))) {
            ownOrdered(event.head());
        } else if (unordered.isEmpty() && fit(event) == Fit.NEW) {
            place(event, true);
            emit(new Output.Acknowledge(event.seq()));
            ownHead = event.head();
        }
        // What contradicts our own chain shows in the heads that follow.
    }

    /** Takes the room's word for how far our own chain has come; false if it contradicts what we keep. */
    private boolean agreeOnOwnHead(EventHead roomHas) throws MalformedException {
        EventHead ordered = heads.get(self.peerId());
        if (ordered != null && ordered.seq() >= roomHas.seq()) {
            return true;
        }
        if (unordered.isEmpty()) {
            // Our store knows less than the room does, or nothing: the chain goes on where the room saw it last.
            setHead(self.peerId(), roomHas);
            ownHead = roomHas;
            return true;
        }
        if (unordered.stream().anyMatch(event -> event.head().equals(roomHas))) {
            ownOrdered(roomHas);
            return true;
        }
        close(
                new CloseReason(
                        Code.FAILED,
                        Origin.LOCAL,
                        "the history kept here contradicts the room's: this identity has spoken from elsewhere;"
                                + " use another identity"),
                null);
        return false;
    }

    /** Another's event has its place. */
    private void receive(Event event) throws MalformedException {
        switch (fit(event)) {
            case DUPLICATE -> {}
            case FORK -> throw new MalformedException("an event that contradicts an earlier one of its author");
            case NEW -> place(event, true);
        }
        if (event.sender().equals(host)) {
            hostSeqReceived = Math.max(hostSeqReceived, event.seq());
            if (hostSeqReceived - hostSeqAcknowledged >= RECEIVED_BATCH) {
                acknowledge();
            } else {
                timers.startUnlessRunning(Timer.RECEIVED, now);
            }
        }
    }

    private void acknowledge() {
        timers.stop(Timer.RECEIVED);
        if (link != null && link.isAdmitted() && hostSeqReceived > hostSeqAcknowledged) {
            hostSeqAcknowledged = hostSeqReceived;
            link.send(
                    now,
                    Frame.Kind.RECEIVED,
                    ByteBuffer.allocate(Long.BYTES).putLong(hostSeqReceived).array());
        }
    }

    private void onOrdered(byte[] body) throws MalformedException {
        ByteReader reader = new ByteReader(body);
        long seq = reader.i64();
        MessageId id = MessageId.of(reader.bytes(MessageId.BYTES));
        reader.end();
        EventHead ordered = heads.get(self.peerId());
        if (ordered != null && seq <= ordered.seq()) {
            return;
        }
        if (seq < 1) {
            throw new MalformedException("an ORDERED counts from 1");
        }
        ownOrdered(new EventHead(seq, id));
    }

    /** Our own events up to this one have their place now. */
    private void ownOrdered(EventHead upTo) throws MalformedException {
        EventHead ordered = heads.get(self.peerId());
        if (ordered != null && upTo.seq() <= ordered.seq()) {
            return;
        }
        while (!unordered.isEmpty() && unordered.element().seq() <= upTo.seq()) {
            Event event = unordered.element();
            if (event.seq() == upTo.seq() && !event.id().equals(upTo.id())) {
                throw new MalformedException("the host has ordered an event of ours that we did not say");
            }
            unordered.remove();
            unorderedBytes -= event.bytes().length;
            place(event, false);
            emit(new Output.Acknowledge(event.seq()));
            if (event.type().equals(Event.TYPE_MESSAGE)) {
                emit(new Output.Delivery(event.id(), host, DeliveryState.DELIVERED));
            }
        }
        EventHead placed = heads.get(self.peerId());
        if (placed == null || placed.seq() != upTo.seq()) {
            throw new MalformedException("the host has ordered an event of ours that we do not know");
        }
        if (unordered.isEmpty()) {
            timers.stop(Timer.RESEND);
        } else {
            timers.start(Timer.RESEND, now);
        }
    }

    @Override
    void onSubmit(long ticket, OutgoingMessage message) {
        byte[] body = Bodies.message(message, epochMillis);
        if (unorderedBytes + body.length > config.maxQueuedBytes()) {
            emit(new Output.Rejected(ticket, new BackpressureException(unorderedBytes, config.maxQueuedBytes())));
            return;
        }
        Event event = sign(Event.TYPE_MESSAGE, body);
        if (state == ConnectionState.CONNECTED) {
            transmit(event);
        } else {
            emit(new Output.Delivery(event.id(), host, DeliveryState.QUEUED));
        }
        // Behind the frame, so that handing over to the store does not delay it.
        emit(new Output.Accepted(ticket, event.id()));
    }

    /** Signs an event and keeps it until the room has ordered it. */
    private Event sign(String type, byte[] body) {
        Event event = Event.sign(self, room, ownHead, clock.next(epochMillis), type, body);
        ownHead = event.head();
        unordered.add(event);
        unorderedBytes += event.bytes().length;
        emit(new Output.Persist(event.toStored()));
        return event;
    }

    private void sendUnordered() {
        for (Event event : unordered) {
            transmit(event);
        }
    }

    private boolean send(byte[] content) {
        LinkChannel channel = link;
        MlsGroup joined = group;
        if (channel == null || joined == null) {
            return false;
        }
        channel.send(now, Frame.Kind.APPLICATION, joined.protect(content));
        return true;
    }

    private void transmit(Event event) {
        if (!send(Content.said(event.bytes()))) {
            return;
        }
        timers.startUnlessRunning(Timer.RESEND, now);
        if (event.type().equals(Event.TYPE_MESSAGE)) {
            emit(new Output.Delivery(event.id(), host, DeliveryState.SENT));
        }
    }

    // ---- who leads

    /**
     * Looks at a succession that the worker served. It may be an old one, and a worker that lies can choose which: the
     * host's end date and the invite bound that.
     */
    private void trySuccession(SignedSuccession signed) {
        try {
            Succession order =
                    Succession.verify(signed, room, config.descriptor().host());
            Succession known = succession;
            // What a leader has told us does not end by time.
            boolean isNew = known == null || order.version() > known.version();
            isSuccessionStale = order.version() < leastSuccession || (isNew && order.expiresMillis() < epochMillis);
            if (isSuccessionStale) {
                log.debug("the worker served a succession of before");
            } else {
                adopt(order, signed);
            }
        } catch (MalformedException e) {
            // The worker cannot make one; one of its own leads nobody anywhere.
            log.debug("the worker served a succession that is not the host's: {}", e.getMessage());
        }
    }

    /** Turns to whom the worker names, if the host has named it too and it does not hold an old lease. */
    private boolean follow(Lease lease) {
        PeerCard card = cardOfLeader(lease.holder());
        if (card == null
                || lease.holder().equals(self.peerId())
                || lease.holder().equals(host)
                || lease.fence() <= governance.fence()) {
            return false;
        }
        leader = card;
        host = card.peerId();
        governance = governance.ledUnder(lease.fence());
        hostSeqReceived = 0;
        hostSeqAcknowledged = 0;
        return true;
    }

    /** Asks who leads; one that may lead itself asks for the lease once those before it have let their turn pass. */
    private void askForLeader() {
        emit(isItsTurn() ? new Output.AcquireLease(governance.fence()) : new Output.FindLeader());
        timers.start(Timer.LEADER, now);
    }

    private boolean isItsTurn() {
        if (state != ConnectionState.RECONNECTING) {
            return false;
        }
        if (self.peerId().equals(config.descriptor().host().peerId())) {
            return timesFree > 0;
        }
        Succession order = succession;
        // The host signs a new one when it removes somebody. Who has not been told of it would lead the room with the
        // secret of before, and with whom it removed.
        if (order == null || order.version() != toldVersion) {
            return false;
        }
        int place = order.placeOf(self.peerId());
        return place >= 0 && timesFree > place;
    }

    @Override
    void onLease(Lease lease) {
        if (!timers.isRunning(Timer.LEADER)) {
            // The leader was back before the answer was.
            if (lease.holder().equals(self.peerId())) {
                emit(new Output.ReleaseLease(lease.fence()));
            }
            return;
        }
        if (!lease.holder().equals(self.peerId())) {
            onLeaderFound(lease, null);
            return;
        }
        if (lease.fence() <= governance.fence()) {
            log.debug("the worker answered with a lease of before");
            return;
        }
        if (link != null) {
            link.close();
            link = null;
        }
        timers.stopAll();
        emit(new Output.Become(new HostMachine(this, lease, List.copyOf(unordered))));
    }

    @Override
    void onLeaseFailed(SignalingException cause) {
        log.debug("the lease could not be asked for: {}", cause.getMessage());
    }

    @Override
    void onLeaderFound(@Nullable Lease lease, @Nullable SignedSuccession signed) {
        if (!timers.isRunning(Timer.LEADER)) {
            return;
        }
        if (signed != null) {
            trySuccession(signed);
        }
        // One of our own of which we have not heard is there for us to take.
        boolean isFree =
                lease == null || lease.validFor().isZero() || lease.holder().equals(self.peerId());
        timesFree = isFree ? timesFree + 1 : 0;
        if (isItsTurn()) {
            askForLeader();
        } else if (lease != null && follow(lease)) {
            if (link != null) {
                link.close();
                link = null;
            }
            pendingMember = null;
            timers.stop(Timer.RETRY);
            retryPauseNanos = Timer.RETRY.nanos();
            if (signalingUp) {
                attempt();
            }
        }
    }

    @Override
    void onSuccessionPublished(SignedSuccession signed, @Nullable SignalingException failure) {}

    @Override
    void onRemove(long ticket, PeerId peer, boolean isBan, byte[] freshSecret) {
        reject(ticket, "only who leads the room can remove participants");
    }

    @Override
    void onUnban(long ticket, PeerId peer) {
        reject(ticket, "only who leads the room can let somebody in again");
    }

    @Override
    void onNameDeputies(long ticket, List<PeerId> deputies) {
        reject(ticket, "only the room's host can name deputies");
    }

    private void reject(long ticket, String why) {
        emit(new Output.Rejected(ticket, new NotAllowedException(why)));
    }

    // ---- time

    @Override
    void onTick() {
        if (timers.expire(Timer.CONNECT, now) || timers.expire(Timer.RECONNECT, now)) {
            close(
                    new CloseReason(
                            Code.NO_CONNECTION,
                            Origin.NETWORK,
                            isSuccessionStale
                                    ? "no connection to the host came about, and what the worker says of its deputies"
                                            + " is too old to be believed; ask for a new invite, or for the host"
                                    : "no connection to the host came about; is the host online, and does the network"
                                            + " let WebRTC through?"),
                    null);
            return;
        }
        if (link != null && !link.tick(now)) {
            drop(Code.NO_CONNECTION, "nothing was heard of the host for too long");
        }
        if (timers.expire(Timer.ATTEMPT, now)) {
            drop(Code.NO_CONNECTION, "the host did not admit in time");
        }
        if (timers.expire(Timer.RETRY, now) && link == null) {
            if (signalingUp) {
                attempt();
            } else if (!signalingJoined) {
                joinSignaling();
            }
        }
        MlsGroup joined = group;
        if (timers.expire(Timer.OLD_KEYS, now) && joined != null) {
            wipeOldKeys(joined);
        }
        if (timers.expire(Timer.LEADER, now)) {
            askForLeader();
        }
        if (timers.expire(Timer.RESEND, now) && state == ConnectionState.CONNECTED) {
            sendUnordered();
        }
        if (timers.expire(Timer.RECEIVED, now)) {
            acknowledge();
        }
    }
}
