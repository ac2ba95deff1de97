package dev.parley.chat.internal.protocol;

import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.NotAllowedException;
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
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.mls.Opened;
import dev.parley.chat.internal.mls.PendingMember;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedSuccession;
import dev.parley.chat.transport.Transport.LinkRole;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A participant's side: offers a link to the leader of the room, which is its host or a deputy, asks for admission, and
 * makes the link again when it is lost. Beside it stand the links of the {@link Mesh}, over which it goes on being
 * CONNECTED without a leader.
 *
 * <pre>
 *   attempt: offer ─► link open ─► HELLO, JOIN ─► WELCOME ─► CONFIRM ─► ADMITTED ─► SYNC (last) ─► CONNECTED
 *      ▲                                                                                            │
 *      ├──────────── RETRY, with backoff and jitter ◄──── link lost, or ATTEMPT expired ◄───────────┤
 *      │             (RECONNECTING, if no link to anybody is left)                                  │
 *      │                                                                                            ▼
 *      └──────────── another leads ◄──── the worker's answer ◄──── LEADER: who leads? ◄──── link lost, and
 *                                                  │                                     there are deputies
 *                                                  └──► this one leads now: becomes a {@link HostMachine}
 * </pre>
 */
public final class ParticipantMachine extends RoomMachine {

    private static final Logger log = LoggerFactory.getLogger(ParticipantMachine.class);

    /** What is unconfirmed may wait on the link twice, when it is given again; there is no honest reason for more. */
    private static final int MAX_QUEUES_ON_LINK = 3;

    private final Set<ByteBuffer> sentEnvelopes = new LinkedHashSet<>();

    private @Nullable LinkChannel link;
    private @Nullable PendingMember pendingMember;
    private @Nullable MlsGroup group;
    private PeerId host;
    private byte[] hostTag = new byte[0];

    /** Whether the leader has given what we lack, so that we can speak over its link. */
    private boolean isSynced;

    private int attempts;
    private @Nullable String nameInRoom;
    private boolean signalingUp;
    private boolean signalingJoined;
    private long retryPauseNanos = Timer.RETRY.nanos();

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
        SignedSuccession signed = config.succession();
        if (signed != null) {
            trySuccession(signed);
            Lease lease = config.lease();
            if (lease != null) {
                follow(lease);
            }
        }
        remember(config.said(), config.outbox());
    }

    /** Goes on as a participant of another's room, after a deputy has taken it over. */
    ParticipantMachine(HostMachine before, PeerCard leader) {
        super(before, leader);
        this.host = leader.peerId();
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

    @Override
    @Nullable
    MlsGroup group() {
        return group;
    }

    @Override
    void addAdmitted(Collection<LinkChannel> to) {
        LinkChannel channel = link;
        if (channel != null && channel.isAdmitted() && isSynced) {
            to.add(channel);
        }
    }

    @Override
    @Nullable
    LinkChannel admittedLinkTo(PeerId peer) {
        LinkChannel channel = link;
        return channel != null && channel.isAdmitted() && isSynced && channel.peer.equals(peer) ? channel : null;
    }

    @Override
    void neighbourMet(LinkChannel channel) {
        if (state == ConnectionState.RECONNECTING) {
            timers.stop(Timer.RECONNECT);
            changeState(ConnectionState.CONNECTED, null);
        }
    }

    @Override
    void neighbourLost(CloseReason reason) {
        routes.tellNeighboursSoon();
        isolatedIfUnheard(reason);
    }

    @Override
    void pathInterrupted(LinkChannel channel) {
        isolatedIfUnheard(new CloseReason(
                Code.NO_CONNECTION, Origin.NETWORK, "the path is interrupted; another one is looked for"));
        if (!signalingJoined) {
            joinSignaling();
        }
        if (channel == link) {
            // The leader may be the one that is gone: then another is found no later than without a restart.
            askForLeaderSoon(Timer.LEADER);
        }
    }

    @Override
    void pathCarries(LinkChannel channel) {
        if (state == ConnectionState.RECONNECTING && isHeard()) {
            timers.stop(Timer.RECONNECT);
            changeState(ConnectionState.CONNECTED, null);
        }
        if (channel == link) {
            timers.stop(Timer.LEADER);
        }
    }

    private void isolatedIfUnheard(CloseReason reason) {
        if (state == ConnectionState.CONNECTED && !isHeard()) {
            changeState(ConnectionState.RECONNECTING, reason);
            timers.start(Timer.RECONNECT, now);
        }
    }

    private void askForLeaderSoon(Timer pause) {
        if (hasDeputies() && !timers.isRunning(Timer.LEADER)) {
            timers.startFor(Timer.LEADER, now, pause.nanos());
            timesFree = 0;
        }
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
        boolean wasUp = signalingUp;
        signalingUp = true;
        if (!wasUp) {
            // The network is back, and with it perhaps the others: no pause is worth waiting for.
            timers.stop(Timer.RETRY);
            retryPauseNanos = Timer.RETRY.nanos();
            LinkChannel channel = link;
            if (channel != null && !channel.isOpen() && !channel.signalsInBand) {
                // What it has signalled went nowhere.
                channel.close();
                link = null;
            }
        }
        if (link == null && !timers.isRunning(Timer.RETRY)) {
            attempt();
        }
        if (!wasUp) {
            mesh.retryNow();
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
        } else if (link == null) {
            retryLater();
        }
        // A participant with a link to its leader needs the worker only when that is lost: it joins again then.
    }

    @Override
    void onLeave() {
        sayGoodbye();
        close(new CloseReason(Code.LEFT, Origin.LOCAL, "you left the room"), null);
    }

    @Override
    void sayGoodbye() {
        if (link != null) {
            link.send(now, Frame.Kind.BYE, Handshake.goodbye(Code.LEFT, "left"));
        }
    }

    // ---- making the link

    private void attempt() {
        sentEnvelopes.clear();
        nameInRoom = null;
        LinkChannel channel = new LinkChannel(nextLink++, host, ids.next(), this::emit);
        link = channel;
        isSynced = false;
        channel.syncBudget = Long.MAX_VALUE;
        // The leader may be reached by the others, or by the worker: one way after the other.
        channel.signalsInBand = isConnected() && (!signalingUp || ++attempts % 2 == 0);
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
        if (type == MessageType.ENVELOPE) {
            onEnvelope(from, payload, false);
        } else if (from.equals(host) && channel != null) {
            try {
                byte[] refused = Refusal.verify(payload, leader, room, self.peerId());
                if (sentEnvelopes.contains(ByteBuffer.wrap(refused)) && !channel.isAdmitted()) {
                    close(Handshake.goodbye(Handshake.goodbye(Code.WRONG_SECRET, "")), null);
                }
            } catch (MalformedException e) {
                log.debug("a refusal through the worker was not understood: {}", e.getMessage());
            }
        }
    }

    @Override
    void onRelayed(PeerId from, byte[] envelope) {
        onEnvelope(from, envelope, true);
    }

    private void onEnvelope(PeerId from, byte[] payload, boolean isInBand) {
        boolean isLeaders = from.equals(host) && link != null;
        if (!isLeaders && !isMember(from)) {
            return;
        }
        try {
            Envelope envelope = EnvelopeSeal.open(self, secret, room, payload);
            if (!envelope.sender().peerId().equals(from)) {
                return;
            }
            LinkChannel channel = link;
            if (!isLeaders) {
                mesh.onSignal(envelope, LinkSignals.decode(envelope.body()), isInBand);
            } else if (channel != null && envelope.sender().equals(leader)) {
                onLeadersEnvelope(channel, envelope);
            }
        } catch (SealException e) {
            log.debug("an envelope was not opened: {}", e.kind());
        } catch (MalformedException e) {
            log.debug("an envelope was not understood: {}", e.getMessage());
        }
    }

    private void onLeadersEnvelope(LinkChannel channel, Envelope envelope) throws MalformedException {
        if (!Arrays.equals(envelope.session(), channel.session) || !channel.isNewEnvelope(envelope.counter())) {
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
        channel.noteEnvelope(envelope.counter());
        apply(channel, signal);
    }

    @Override
    void onLinkOpened(LinkChannel channel, byte[] binding) {
        channel.opened(now, binding);
        channel.send(now, Frame.Kind.HELLO, Handshake.hello());
        PendingMember member = MlsGroup.prepare(self, epochMillis);
        pendingMember = member;
        byte[] keyPackage = member.keyPackage();
        byte[] proof =
                Hkdf.extract(secret.admission(), Handshake.joinTranscript(room, binding, self.peerId(), keyPackage));
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
        if (isSynced) {
            isSynced = false;
            retryPauseNanos = Timer.RETRY.nanos();
            routes.tellNeighboursSoon();
        }
        isolatedIfUnheard(reason);
        // Who gives the room away has given the lease back; else it runs on for a while.
        askForLeaderSoon(reason.code() == Code.HANDOVER ? Timer.RETRY : Timer.LEADER);
        retryLater();
    }

    private void retryLater() {
        timers.startFor(Timer.RETRY, now, ids.jittered(retryPauseNanos));
        retryPauseNanos = Math.min(2 * retryPauseNanos, Timer.MAX_RETRY.toNanos());
    }

    private void drop(Code code, String detail) {
        LinkChannel channel = link;
        if (channel != null) {
            channel.send(now, Frame.Kind.BYE, Handshake.goodbye(code, detail));
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
            dropIfSlow(channel);
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
            onGoodbye(Handshake.goodbye(frame.body()), frame.kind() == Frame.Kind.REFUSED);
            return;
        }
        if (!channel.helloReceived) {
            Handshake.require(frame, Frame.Kind.HELLO);
            channel.helloReceived = true;
            if (!Handshake.isCompatible(frame.body())) {
                onGoodbye(Handshake.goodbye(Handshake.goodbye(Code.INCOMPATIBLE, "")), true);
            }
            return;
        }
        switch (frame.kind()) {
            case WELCOME -> onWelcome(channel, frame.body());
            case ADMITTED -> onAdmitted(channel, frame.body());
            case COMMIT -> onCommit(channel, frame.body());
            case STATE -> onState(frame.body());
            default -> {
                if (!channel.isAdmitted() || !onMemberFrame(channel, frame)) {
                    throw new MalformedException("a frame of kind " + frame.kind() + " is not for a participant now");
                }
            }
        }
    }

    @Override
    void dropIfSlow(LinkChannel channel) {
        if (!channel.isOpen()) {
            return;
        }
        Mesh.Neighbour neighbour = mesh.neighbour(channel.number);
        long limit = config.maxQueuedBytes() + channel.catchUpBytes;
        if (neighbour != null) {
            if (channel.queuedBytes() > limit) {
                mesh.drop(neighbour, Code.SLOW_PEER, "too much waits to be sent");
            }
        } else if (channel.queuedBytes() > MAX_QUEUES_ON_LINK * limit) {
            drop(Code.SLOW_PEER, "the host does not take what it asks for");
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
        if (group != null) {
            formerGroup = group;
            timers.start(Timer.FORMER, now);
        }
        group = joined;
        byte[] context = Handshake.confirmContext(room, channel.binding);
        byte[] memberTag = joined.export(Handshake.CONFIRM_MEMBER_LABEL, context, Handshake.CONFIRM_BYTES);
        hostTag = joined.export(Handshake.CONFIRM_HOST_LABEL, context, Handshake.CONFIRM_BYTES);
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
        routes.lostByLeader(Set.of());
        eraChanged(joined);
        // Whoever leads gets all that it lacks.
        chains.leads(host);
        rosterIs(joined.members());
        epochChanged(joined);
        takeEarly();
    }

    /** Takes note of who is there; of somebody new also since when, in case that we lead the room one day. */
    private void rosterIs(List<PeerId> members) {
        members.forEach(peer -> chains.came(peer, era()));
        updateRoster(members);
    }

    private void onCommit(LinkChannel channel, byte[] body) throws MalformedException, MlsException {
        MlsGroup joined = group;
        if (joined == null) {
            throw new MalformedException("a COMMIT before admission");
        }
        for (byte[] commit : Content.commits(body)) {
            if (joined.process(commit, epochMillis) == MlsGroup.Outcome.REMOVED) {
                group = null;
                formerGroup = null;
                mesh.closeAll(Code.LEFT, "removed from the group");
                drop(Code.NO_CONNECTION, "the host gave this participant's place up");
                return;
            }
        }
        if (!channel.isAdmitted()) {
            // ADMITTED tells who is there, and the STATE before it how the group is counted.
            return;
        }
        eraChanged(joined);
        rosterIs(joined.members());
        epochChanged(joined);
        takeEarly();
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
        governance = new Governance(
                told.generation(), told.secret(), told.banned(), told.fence(), told.begun(), governance.succession());
        RoomSecret newSecret = told.secret();
        if (newSecret != null) {
            if (!newSecret.equals(secret)) {
                rememberSecret(Set.copyOf(joined.members()));
                // Somebody was removed: who comes back is one who was let in again, and new.
                chains.retainTimes(joined.members());
            }
            changeSecret(newSecret);
            joined.learnPsk(secret.psk(), room.toBytes());
        }
        eraChanged(joined);
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
            say(Event.TYPE_PROFILE, Bodies.profile(config.displayName(), self.card()));
        }
        mesh.refresh();
        routes.tellNeighboursSoon();
    }

    /** Whether the room knows our name: it forgets it with our place, and a restart may have brought another. */
    private boolean isNameSaid() throws MalformedException {
        String said = nameInRoom;
        for (Event event : deliveries.unconfirmed()) {
            if (event.type().equals(Event.TYPE_PROFILE)) {
                said = Bodies.profileName(event);
            }
        }
        return config.displayName().equals(said);
    }

    // ---- what the leader gives

    @Override
    boolean isGivenByLeader(LinkChannel asked) {
        LinkChannel toLeader = link;
        return toLeader != null && toLeader != asked && toLeader.isAdmitted() && !isSynced;
    }

    @Override
    void onSync(LinkChannel channel, Content.Sync sync) throws MalformedException {
        if (channel != link) {
            super.onSync(channel, sync);
            return;
        }
        takeProfiles(channel, sync.profiles());
        chains.takeEvents(channel, sync, true);
        if (!sync.last()) {
            return;
        }
        EventHead roomHas = sync.heads().get(self.peerId());
        if (roomHas != null && !agreeOnOwnHead(roomHas)) {
            return;
        }
        deliveries.heard(channel.peer, sync.heads());
        if (!sync.more()) {
            chains.settleAhead(channel, sync.heads());
            sync.heads().forEach((author, head) -> {
                // What was said before our time. Elsewhere we know where we stand, and ask for what is missing.
                EventHead known = heads.get(author);
                boolean isBehind = known == null || (sync.begins() && known.seq() < head.seq());
                if (isBehind && !author.equals(self.peerId())) {
                    chains.goOnAt(author, head);
                }
            });
        }
        if (!isSynced) {
            isSynced = true;
            chains.offer(channel, sync.heads());
            connected();
        }
        chains.given(channel, sync);
    }

    @Override
    void takeProfile(Event profile) throws MalformedException {
        if (profile.sender().equals(self.peerId())) {
            nameInRoom = Bodies.profileName(profile);
        }
        super.takeProfile(profile);
    }

    /** Takes the room's word for how far our own chain has come; false if it contradicts what we keep. */
    private boolean agreeOnOwnHead(EventHead roomHas) {
        EventHead own = heads.get(self.peerId());
        if (own != null && own.seq() >= roomHas.seq()) {
            return true;
        }
        if (deliveries.unconfirmed().isEmpty()) {
            // Our store knows less than the room does, or nothing: the chain goes on where the room saw it last.
            chains.setHead(self.peerId(), roomHas);
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
        return true;
    }

    /** Asks who leads; one that may lead itself asks for the lease once those before it have let their turn pass. */
    private void askForLeader() {
        emit(isItsTurn() ? new Output.AcquireLease(governance.fence()) : new Output.FindLeader());
        timers.start(Timer.LEADER, now);
    }

    private boolean isItsTurn() {
        if (state == ConnectionState.CONNECTING) {
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
        emit(new Output.Become(new HostMachine(this, lease)));
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

    /** A moderator says so, and who leads the room does it. */
    @Override
    void onRemove(long ticket, PeerId peer, boolean isBan, byte[] freshSecret) {
        if (peer.equals(self.peerId())) {
            reject(ticket, "one cannot remove oneself; leave the room instead");
        } else if (peer.equals(leader.peerId())) {
            reject(ticket, "who leads the room cannot be removed from it");
        } else if (!isBan && !isInRoster(peer)) {
            reject(ticket, "there is no such participant in the room");
        } else if (acts.said(ticket, isBan ? new EventBody.Ban(peer, 0) : new EventBody.Kick(peer, 0))) {
            if (isInRoster(peer)) {
                removalsAsked.put(ticket, peer);
            } else {
                emit(new Output.Completed(ticket));
            }
        }
    }

    @Override
    void onUnban(long ticket, PeerId peer) {
        if (!acts.isBanned(peer) && !governance.banned().contains(peer)) {
            reject(ticket, "this identity is not banned");
        } else if (acts.said(ticket, new EventBody.Unban(peer))) {
            emit(new Output.Completed(ticket));
        }
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
            probeSignaling();
            drop(Code.NO_CONNECTION, "nothing was heard of the host for too long");
        }
        if (timers.expire(Timer.ATTEMPT, now)) {
            drop(Code.NO_CONNECTION, "the host did not admit in time");
        }
        if (timers.expire(Timer.RETRY, now) && link == null) {
            if (signalingUp || isConnected()) {
                attempt();
            }
            if (!signalingJoined) {
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
    }
}
