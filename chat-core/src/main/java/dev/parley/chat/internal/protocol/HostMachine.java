package dev.parley.chat.internal.protocol;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.MessageId;
import dev.parley.chat.NotAllowedException;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.SignalingException;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.Envelope;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.AddResult;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.mls.Opened;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.internal.timeline.Standing;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedSuccession;
import dev.parley.chat.transport.Transport.LinkRole;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's side, which is the host or a deputy that has taken the room over: announces the room, answers offers,
 * admits participants to the group and removes them. It has a link to everybody and passes on what does not reach all:
 * the very bytes that the author sealed; only a participant that was not yet in the author's epoch gets the signed
 * event sealed anew by the leader.
 *
 * <p>Once the host has named deputies, the group is changed under the worker's lease only:
 *
 * <pre>
 *   no deputies ──► LEASE: asks ──► holds it, until a time ──► renewed …
 *                        │                │
 *                        │                └─ the time is over: commits wait, messages do not
 *                        └─ another holds it under a greater fence: stands down, becomes a {@link ParticipantMachine}
 * </pre>
 *
 * <p>A deputy that takes over begins a group of its own: everybody comes to it over a new link and by a Welcome anyway,
 * and nothing of the old group's keys is left in the new one.
 */
public final class HostMachine extends RoomMachine {

    private static final Logger log = LoggerFactory.getLogger(HostMachine.class);

    /** A link to a participant, admitted or on its way. */
    private static final class Guest {
        final LinkChannel link;
        final PeerCard card;
        byte @Nullable [] keyPackage;
        byte[] memberTag = new byte[0];
        byte[] hostTag = new byte[0];
        long joinEpoch;

        /** For each epoch, the generation behind the last message of this member that was passed on. */
        final TreeMap<Long, Integer> passedOn = new TreeMap<>();

        Guest(LinkChannel link, PeerCard card) {
            this.link = link;
            this.card = card;
        }
    }

    private final Map<Integer, Guest> guests = new LinkedHashMap<>();

    private final Collection<LinkChannel> links = new LinksOf<>(guests.values(), guest -> guest.link);
    private final Map<PeerId, Guest> members = new LinkedHashMap<>();
    private final Map<PeerId, Guest> joining = new LinkedHashMap<>();
    private final Set<PeerId> leaving = new LinkedHashSet<>();
    private final Map<PeerId, Long> graceEnds = new LinkedHashMap<>();
    private final Set<ByteBuffer> sessions = new LinkedHashSet<>();
    private final List<Long> removalTickets = new ArrayList<>();
    private final MlsGroup group;
    private final long maxLinkBytes;

    private long announcePauseNanos = Timer.ANNOUNCE.nanos();
    private final PerSecond refusals = new PerSecond(Limits.MAX_REFUSALS_PER_SECOND);
    private final PerSecond linksBegun = new PerSecond(Limits.MAX_LINKS_BEGUN_PER_SECOND);
    private int sealedSinceRekey;
    private long lastRekeyNanos;
    private boolean isRekeyDue;
    private byte @Nullable [] nextSecret;
    private long leaseEndNanos = Long.MIN_VALUE;
    private Governance published = Governance.FIRST;

    /** A naming of deputies that the worker is asked to take. */
    private @Nullable Naming naming;

    /** Whether the worker has what {@link #governance} says of who may lead. */
    private boolean isSuccessionPublished = true;

    private record Naming(long ticket, Succession succession, SignedSuccession signed) {}

    /** What was said to us first, and to nobody before: when. */
    private final Map<MessageId, Era> fresh = new LinkedHashMap<>();

    /** The worker names another holder under a fence that is not greater than ours: it has lost what it knew. */
    private boolean hasWorkerForgotten;

    /**
     * Makes the machine of a room's host.
     *
     * @param config what it starts from
     */
    public HostMachine(RoomConfig config) {
        super(config);
        this.group = MlsGroup.create(self, room.toBytes(), MlsLimits.DEFAULT, epochMillis);
        this.maxLinkBytes = config.maxQueuedBytes();
    }

    /** Goes on as the leader, under a lease. */
    HostMachine(ParticipantMachine before, Lease lease) {
        super(before, before.self.card());
        this.group = MlsGroup.create(self, room.toBytes(), MlsLimits.DEFAULT, epochMillis);
        this.maxLinkBytes = config.maxQueuedBytes();
        this.governance = governance.ledUnder(lease.fence());
        holdLease(lease);
    }

    @Override
    Collection<LinkChannel> links() {
        return links;
    }

    @Override
    @Nullable
    LinkChannel link(int number) {
        Guest guest = guests.get(number);
        return guest == null ? null : guest.link;
    }

    @Override
    MlsGroup group() {
        return group;
    }

    @Override
    void addAdmitted(Collection<LinkChannel> to) {
        for (Guest guest : members.values()) {
            to.add(guest.link);
        }
    }

    @Override
    @Nullable
    LinkChannel admittedLinkTo(PeerId peer) {
        Guest guest = members.get(peer);
        return guest == null ? null : guest.link;
    }

    @Override
    void neighbourMet(LinkChannel link) {}

    @Override
    void neighbourLost(CloseReason reason) {
        attendance.look();
    }

    @Override
    void pathInterrupted(LinkChannel link) {}

    @Override
    void pathCarries(LinkChannel link) {}

    @Override
    PeerCard cardOf(LinkChannel link) {
        Guest guest = guests.get(link.number);
        if (guest == null) {
            throw new IllegalStateException("a link that is not there has no card");
        }
        return guest.card;
    }

    // ---- the worker

    @Override
    void onStart() {
        if (state == ConnectionState.IDLE) {
            changeState(ConnectionState.CONNECTING, null);
            emit(new Output.Announce());
            return;
        }
        Set<PeerId> removedMeanwhile = Set.copyOf(unwanted);
        updateRoster(List.of(self.peerId()));
        epochChanged(group);
        changeState(ConnectionState.CONNECTED, null);
        tellLeader();
        unwanted.addAll(removedMeanwhile);
        putOutUnwanted();
        say(Event.TYPE_PROFILE, Bodies.profile(config.displayName(), self.card()));
    }

    @Override
    void onAnnounced() {
        emit(new Output.JoinSignaling());
    }

    @Override
    void onAnnounceFailed(SignalingException cause) {
        if (!isHost() && cause.problem() == SignalingException.Problem.ROOM_EXISTS) {
            // The worker knows the room from its host.
            emit(new Output.JoinSignaling());
            return;
        }
        signalingFailed(cause);
    }

    /** Whether we are the one whose key certifies the room, and no deputy. */
    private boolean isHost() {
        return self.peerId().equals(config.descriptor().host().peerId());
    }

    @Override
    void onSignalingUp() {
        announcePauseNanos = Timer.ANNOUNCE.nanos();
        if (state == ConnectionState.CONNECTING) {
            updateRoster(List.of(self.peerId()));
            changeState(ConnectionState.CONNECTED, null);
            say(Event.TYPE_PROFILE, Bodies.profile(config.displayName(), self.card()));
        }
        // The worker may have lost what it knew.
        publishKnownSuccession();
        if (hasDeputies()) {
            askForLease();
        }
    }

    @Override
    void onSignalingDown(SignalingException cause) {
        if (state == ConnectionState.CONNECTING) {
            signalingFailed(cause);
        }
    }

    @Override
    void onSignalingEnded(SignalingException cause) {
        signalingFailed(cause);
    }

    /** An opening room fails with its worker; an open one goes on and is announced again. */
    private void signalingFailed(SignalingException cause) {
        if (state == ConnectionState.CONNECTING) {
            close(reasonOf(cause), cause);
            return;
        }
        timers.startFor(Timer.ANNOUNCE, now, ids.jittered(announcePauseNanos));
        announcePauseNanos = Math.min(2 * announcePauseNanos, Timer.MAX_RETRY.toNanos());
    }

    @Override
    void onLeave() {
        boolean goesOn = canGoOn();
        sayGoodbye();
        close(
                new CloseReason(
                        Code.LEFT, Origin.LOCAL, goesOn ? "you left the room to a deputy" : "you closed the room"),
                null);
    }

    /** Whether somebody is there who may lead the room after us. */
    private boolean canGoOn() {
        return members.keySet().stream().anyMatch(peer -> cardOfLeader(peer) != null);
    }

    @Override
    void sayGoodbye() {
        boolean goesOn = canGoOn();
        byte[] goodbye = goesOn
                ? Handshake.goodbye(Code.HANDOVER, "the room is a deputy's now")
                : Handshake.goodbye(Code.ROOM_ENDED, "the host closed the room");
        if (goesOn) {
            emit(new Output.ReleaseLease(governance.fence()));
        }
        for (LinkChannel link : links()) {
            link.send(now, Frame.Kind.BYE, goodbye);
        }
        if (!goesOn) {
            emit(new Output.Withdraw());
        }
    }

    // ---- envelopes

    @Override
    void onMail(PeerId from, MessageType type, byte[] payload) {
        if (type == MessageType.ENVELOPE) {
            onEnvelope(from, payload, false);
        }
    }

    @Override
    void onRelayed(PeerId from, byte[] envelope) {
        onEnvelope(from, envelope, true);
    }

    private void onEnvelope(PeerId from, byte[] payload, boolean isInBand) {
        Envelope envelope;
        LinkSignal signal;
        try {
            envelope = EnvelopeSeal.open(self, secret, room, payload);
            signal = LinkSignals.decode(envelope.body());
        } catch (SealException e) {
            log.debug("an envelope was not opened: {}", e.kind());
            if (!isInBand && e.kind() == SealException.Kind.NOT_FOR_US && !tellSecret(from, payload)) {
                refuse(from, payload);
            }
            return;
        } catch (MalformedException e) {
            log.debug("an envelope held no signal: {}", e.getMessage());
            return;
        }
        PeerCard card = envelope.sender();
        if (!card.peerId().equals(from) || from.equals(self.peerId())) {
            log.debug("an envelope came from another peer than its author");
            return;
        }
        Guest guest = guestOf(from, envelope.session());
        if (guest == null) {
            if (!(signal instanceof LinkSignal.Offer)) {
                return;
            }
            guest = beginLink(card, envelope.session());
            if (guest == null) {
                return;
            }
            guest.link.signalsInBand = isInBand;
        }
        if (guest.link.isNewEnvelope(envelope.counter())) {
            guest.link.noteEnvelope(envelope.counter());
            apply(guest.link, signal);
        }
    }

    private @Nullable Guest guestOf(PeerId peer, byte[] session) {
        for (Guest guest : guests.values()) {
            if (guest.link.peer.equals(peer) && Arrays.equals(guest.link.session, session)) {
                return guest;
            }
        }
        return null;
    }

    /** Begins the answering side of a link; null for a session that has been before, which is a replay. */
    private @Nullable Guest beginLink(PeerCard card, byte[] session) {
        // Each costs memory that the native library does not give back: whoever comes too late tries again by itself.
        if (!linksBegun.has(now) || !sessions.add(ByteBuffer.wrap(session))) {
            return null;
        }
        linksBegun.tryTake(now);
        removeEldest(sessions, Limits.MAX_SESSIONS_REMEMBERED);
        List<Guest> pending = guests.values().stream()
                .filter(guest -> !guest.link.isAdmitted())
                .toList();
        // A peer negotiates one link at a time; it may do so while an older one of it still counts as admitted.
        pending.stream()
                .filter(guest -> guest.link.peer.equals(card.peerId()))
                .forEach(guest -> drop(guest, Code.REPLACED, "a newer link of the same peer"));
        if (pending.size() >= Limits.MAX_PENDING_LINKS) {
            // Who has its Welcome already is nearly in; who only sent an offer has cost it nothing.
            Guest oldest = pending.stream()
                    .filter(guest -> guest.link.phase == LinkChannel.Phase.NEGOTIATING)
                    .findFirst()
                    .orElse(pending.get(0));
            drop(oldest, Code.NO_CONNECTION, "too many links at once");
        }
        LinkChannel link = new LinkChannel(nextLink++, card.peerId(), session, this::emit);
        Guest guest = new Guest(link, card);
        guests.put(link.number, guest);
        link.deadlines.start(Timer.ADMISSION, now);
        emit(new Output.OpenLink(link.number, LinkRole.RESPONDER));
        return guest;
    }

    /** Tells the room's new secret to a member whose link was lost while it was changed; false if it is none. */
    private boolean tellSecret(PeerId from, byte[] payload) {
        for (RoomSecret former : formerSecretsOf(from)) {
            try {
                Envelope envelope = EnvelopeSeal.open(self, former, room, payload);
                PeerCard card = envelope.sender();
                // Once for each attempt.
                if (card.peerId().equals(from) && sessions.add(ByteBuffer.wrap(envelope.session()))) {
                    removeEldest(sessions, Limits.MAX_SESSIONS_REMEMBERED);
                    byte[] notice = EnvelopeSeal.seal(
                            self, card, former, room, envelope.session(), 0, SecretNotice.encode(secret));
                    emit(new Output.SendMail(from, MessageType.ENVELOPE, notice));
                }
                return true;
            } catch (SealException e) {
                log.debug("an envelope was not opened with a former secret: {}", e.kind());
            }
        }
        return false;
    }

    private void refuse(PeerId from, byte[] envelope) {
        if (refusals.tryTake(now)) {
            emit(new Output.SendMail(from, MessageType.REFUSAL, Refusal.sign(self, room, from, envelope)));
        }
    }

    // ---- links

    @Override
    void onLinkOpened(LinkChannel link, byte[] binding) {
        link.opened(now, binding);
        link.send(now, Frame.Kind.HELLO, Handshake.hello());
    }

    @Override
    void onLinkLost(LinkChannel link, CloseReason reason) {
        Guest guest = guests.remove(link.number);
        if (guest != null) {
            forget(guest, reason.code() == Code.PROTOCOL_VIOLATION);
        }
    }

    @Override
    void onFrame(int number, byte[] bytes) {
        Guest guest = guests.get(number);
        if (guest == null || !guest.link.isOpen()) {
            return;
        }
        try {
            // A stranger's frames fit one piece; nothing is put together for it. A CONFIRM that names many authors does
            // not, but then the peer is in the group already.
            boolean isStranger = guest.link.phase == LinkChannel.Phase.OPEN;
            Frame frame = guest.link.receive(now, bytes, isStranger ? bytes.length : Limits.MAX_MESSAGE_BYTES);
            if (frame != null) {
                onFrame(guest, frame);
            }
            dropIfSlow(guest.link);
        } catch (MalformedException e) {
            log.debug("peer {} broke the protocol: {}", guest.link.peer, e.getMessage());
            drop(guest, Code.PROTOCOL_VIOLATION, e.getMessage());
        }
    }

    private void onFrame(Guest guest, Frame frame) throws MalformedException {
        LinkChannel link = guest.link;
        if (frame.kind() == Frame.Kind.BYE) {
            CloseReason reason = Handshake.goodbye(frame.body());
            guests.remove(link.number);
            link.close();
            // Who closes for another reason than to leave tries again and keeps its place, as with a lost link.
            forget(guest, reason.code() == Code.LEFT);
            if (reason.code() == Code.LEFT) {
                chains.left(link.peer);
            }
        } else if (!link.helloReceived) {
            Handshake.require(frame, Frame.Kind.HELLO);
            link.helloReceived = true;
            if (!Handshake.isCompatible(frame.body())) {
                reject(guest, Code.INCOMPATIBLE, "no common version");
            }
        } else if (link.phase == LinkChannel.Phase.OPEN) {
            Handshake.require(frame, Frame.Kind.JOIN);
            onJoin(guest, frame.body());
        } else if (link.phase == LinkChannel.Phase.JOINING) {
            Handshake.require(frame, Frame.Kind.CONFIRM);
            onConfirm(guest, frame.body());
        } else if (!onMemberFrame(link, frame)) {
            throw new MalformedException("a frame of kind " + frame.kind() + " is not for a leader");
        }
    }

    /** Closes a link and says why to the peer. */
    private void drop(Guest guest, Code code, String detail) {
        guests.remove(guest.link.number);
        guest.link.send(now, Frame.Kind.BYE, Handshake.goodbye(code, detail));
        guest.link.close();
        forget(guest, code == Code.PROTOCOL_VIOLATION || code == Code.SLOW_PEER);
    }

    private void reject(Guest guest, Code code, String detail) {
        guests.remove(guest.link.number);
        guest.link.send(now, Frame.Kind.REFUSED, Handshake.goodbye(code, detail));
        guest.link.close();
        forget(guest, false);
    }

    /** A link is gone: its member keeps its place for a while, unless it left or was thrown out. */
    private void forget(Guest guest, boolean forGood) {
        PeerId peer = guest.link.peer;
        joining.remove(peer, guest);
        if (members.remove(peer, guest)) {
            if (forGood) {
                remove(peer);
            } else {
                graceEnds.put(peer, now + Timer.GRACE.nanos());
                timers.startUnlessRunning(Timer.GRACE, now);
                routes.tellNeighboursSoon();
            }
        } else if (guest.memberTag.length > 0 && !members.containsKey(peer) && !graceEnds.containsKey(peer)) {
            // It had its Welcome and never confirmed.
            remove(peer);
        }
    }

    // ---- admission

    private void onJoin(Guest guest, byte[] body) throws MalformedException {
        if (guest.keyPackage != null) {
            throw new MalformedException("a second JOIN");
        }
        if (body.length <= Handshake.CONFIRM_BYTES
                || body.length > Handshake.CONFIRM_BYTES + Limits.MAX_KEY_PACKAGE_BYTES) {
            throw new MalformedException("a JOIN has " + body.length + " bytes");
        }
        byte[] proof = Arrays.copyOf(body, Handshake.CONFIRM_BYTES);
        byte[] keyPackage = Arrays.copyOfRange(body, Handshake.CONFIRM_BYTES, body.length);
        PeerId peer = guest.link.peer;
        byte[] transcript = Handshake.joinTranscript(room, guest.link.binding, peer, keyPackage);
        if (!proves(secret, transcript, proof)) {
            if (formerSecretsOf(peer).stream().anyMatch(former -> proves(former, transcript, proof))) {
                // The secret was changed while it made its link: it is told the new one when it tries again.
                drop(guest, Code.NO_CONNECTION, "the secret was changed meanwhile");
            } else {
                reject(guest, Code.WRONG_SECRET, "the proof does not match");
            }
            return;
        }
        if (governance.banned().contains(peer) || acts.isBanned(peer)) {
            reject(guest, Code.BANNED, "this identity is banned");
            return;
        }
        if (nextSecret != null) {
            // A removal waits for the lease, and until then the secret that it is to end is good still. Who came in by
            // it now would be told the next one, and could be the one that is removed.
            drop(guest, Code.NO_CONNECTION, "somebody is being removed");
            return;
        }
        try {
            if (!MlsGroup.identityOf(keyPackage, MlsLimits.DEFAULT, epochMillis).equals(peer)) {
                throw new MalformedException("a KeyPackage of another identity");
            }
        } catch (MlsException e) {
            throw new MalformedException("a KeyPackage that is not valid: " + e.kind());
        }
        long newcomers =
                joining.keySet().stream().filter(other -> !isInRoster(other)).count();
        if (!isInRoster(peer) && rosterSize() + newcomers >= config.descriptor().capacity()) {
            reject(guest, Code.ROOM_FULL, "the room is full");
            return;
        }
        guest.keyPackage = keyPackage;
        joining.put(peer, guest);
        commitSoon();
    }

    private static boolean proves(RoomSecret secret, byte[] transcript, byte[] proof) {
        return MessageDigest.isEqual(proof, Hkdf.extract(secret.admission(), transcript));
    }

    /** Commits at once, or when the pause since the last commit is over. */
    private void commitSoon() {
        if (!timers.isRunning(Timer.COMMIT)) {
            commit();
        }
    }

    private void remove(PeerId peer) {
        graceEnds.remove(peer);
        leaving.add(peer);
        updateRoster(presentMembers());
        epochChanged(group);
        commitSoon();
    }

    private List<PeerId> presentMembers() {
        return group.members().stream().filter(peer -> !leaving.contains(peer)).toList();
    }

    private void commit() {
        if (!mayCommit()) {
            // The next lease goes on with it.
            return;
        }
        changeGroup();
        for (Long ticket : removalTickets) {
            emit(new Output.Completed(ticket));
        }
        removalTickets.clear();
    }

    private void changeGroup() {
        List<Guest> newcomers = joining.values().stream()
                .filter(guest -> guest.keyPackage != null)
                .toList();
        Set<PeerId> removed = new LinkedHashSet<>(leaving);
        newcomers.forEach(guest -> removed.add(guest.link.peer));
        removed.retainAll(group.members());
        if (newcomers.isEmpty()
                && (removed.size() >= group.members().size() - 1 || (removed.isEmpty() && !isRekeyDue))) {
            // With nobody left to tell, a removal waits for the next one who comes: nothing is sealed meanwhile.
            changeSecret();
            return;
        }
        long pause = group.members().size() * Limits.COMMIT_PAUSE_PER_MEMBER.toNanos();
        timers.startFor(Timer.COMMIT, now, Math.min(pause, Timer.COMMIT.nanos()));
        // Those who stay get the commits of one change in one frame: who joins again was never gone for them.
        List<byte[]> removals = new ArrayList<>();
        if (!removed.isEmpty()) {
            long epochBefore = group.epoch();
            group.remove(List.copyOf(removed), epochMillis).commit().ifPresent(removals::add);
            countGroups(epochBefore);
            rekeyed();
        } else if (isRekeyDue) {
            removals.add(group.rekey(epochMillis));
            rekeyed();
        }
        // Before anything is sent: a peer that turns out too slow for it leaves with the next commit.
        leaving.clear();
        joining.clear();
        newcomers.forEach(this::replaceEarlierLink);
        if (newcomers.isEmpty() || !admit(newcomers, removals)) {
            sendToGroup(removals);
            // One of them spoils it for all: each by itself, then.
            for (Guest guest : newcomers) {
                if (!admit(List.of(guest), List.of())) {
                    reject(guest, Code.INCOMPATIBLE, "the group did not take the KeyPackage");
                }
            }
        }
        updateRoster(presentMembers());
        // Those who have just come in proved that they know the secret of before; they get the new one with the others.
        changeSecret();
        epochChanged(group);
    }

    /** A commit has given the group fresh keys. */
    private void rekeyed() {
        isRekeyDue = false;
        sealedSinceRekey = 0;
        lastRekeyNanos = now;
        timers.stop(Timer.REKEY);
    }

    /** A message was sealed for the group: its keys are renewed after a time and after so many. */
    @Override
    void sealed() {
        timers.startUnlessRunning(Timer.REKEY, now);
        if (++sealedSinceRekey == Limits.REKEY_MESSAGES) {
            long pauseEnd = lastRekeyNanos + Limits.MIN_REKEY_PAUSE.toNanos();
            timers.startFor(Timer.REKEY, now, Math.max(0, pauseEnd - now));
        }
    }

    /** With nobody left but us the group begins anew, and so do its epochs. */
    private void countGroups(long epochBefore) {
        if (group.epoch() < epochBefore) {
            governance = governance.withGroupBegun();
        }
    }

    private void replaceEarlierLink(Guest guest) {
        Guest before = members.remove(guest.link.peer);
        graceEnds.remove(guest.link.peer);
        if (before != null) {
            guests.remove(before.link.number);
            before.link.send(now, Frame.Kind.BYE, Handshake.goodbye(Code.REPLACED, "a newer link of the same peer"));
            before.link.close();
        }
    }

    /** Adds newcomers to the group, all or none; false if the group does not take them. */
    private boolean admit(List<Guest> newcomers, List<byte[]> commitsBefore) {
        List<byte[]> keyPackages = new ArrayList<>();
        for (Guest guest : newcomers) {
            if (guest.keyPackage != null) {
                keyPackages.add(guest.keyPackage);
            }
        }
        AddResult result;
        long epochBefore = group.epoch();
        try {
            result = group.add(keyPackages, List.of(), secret.psk(), room.toBytes(), epochMillis);
        } catch (MlsException e) {
            log.debug("{} newcomers were not added: {}", newcomers.size(), e.getMessage());
            return false;
        }
        countGroups(epochBefore);
        List<byte[]> commits = new ArrayList<>(commitsBefore);
        commits.addAll(result.commits());
        sendToGroup(commits);
        for (Guest guest : newcomers) {
            byte[] context = Handshake.confirmContext(room, guest.link.binding);
            guest.memberTag = group.export(Handshake.CONFIRM_MEMBER_LABEL, context, Handshake.CONFIRM_BYTES);
            guest.hostTag = group.export(Handshake.CONFIRM_HOST_LABEL, context, Handshake.CONFIRM_BYTES);
            guest.joinEpoch = group.epoch();
            guest.keyPackage = null;
            guest.link.phase = LinkChannel.Phase.JOINING;
            guest.link.deadlines.start(Timer.ADMISSION, now);
            guest.link.send(now, Frame.Kind.WELCOME, result.welcome());
        }
        return true;
    }

    private void onConfirm(Guest guest, byte[] body) throws MalformedException {
        ByteReader reader = new ByteReader(body);
        byte[] tag = reader.bytes(Handshake.CONFIRM_BYTES);
        if (!MessageDigest.isEqual(tag, guest.memberTag)) {
            throw new MalformedException("a CONFIRM that does not agree");
        }
        Opened opened = open(guest.link, reader.rest());
        Map<PeerId, EventHead> has = Map.of();
        PeerId peer = guest.link.peer;
        if (opened != null) {
            if (!opened.sender().equals(peer)
                    || !(Content.decode(opened.plaintext()) instanceof Content.Resume resume)) {
                throw new MalformedException("a CONFIRM without a RESUME");
            }
            has = resume.heads();
        }
        // Else it was sealed so many commits ago that it cannot be opened; the peer drops what it has already.
        guest.link.phase = LinkChannel.Phase.ADMITTED;
        guest.link.deadlines.stop(Timer.ADMISSION);
        guest.link.syncBudget = Limits.MAX_LOG_BYTES;
        members.put(peer, guest);
        expelled.remove(peer);
        deliveries.heard(peer, has);
        mesh.refresh();
        routes.tellNeighboursSoon();
        // First, so that it knows what time it is in the room when it sees who is there.
        if (!governance.equals(Governance.FIRST)) {
            guest.link.send(now, Frame.Kind.STATE, protectGovernance());
            unicasted();
        }
        guest.link.send(now, Frame.Kind.ADMITTED, guest.hostTag);
        synchronise(guest, has);
        if (!profiles.containsKey(peer)) {
            guest.link.deadlines.start(Timer.PROFILE, now);
        }
    }

    @Override
    void profileSaid(PeerId member) {
        Guest guest = members.get(member);
        if (guest != null) {
            guest.link.deadlines.stop(Timer.PROFILE);
        }
    }

    /** Gives a participant what it needs to take part, and one that comes back what it missed. */
    private void synchronise(Guest guest, Map<PeerId, EventHead> has) {
        boolean isNew = chains.came(guest.link.peer, Era.of(governance, guest.joinEpoch));
        // Its own profile too, if it is known: without it the participant says its name again.
        chains.give(guest.link, List.copyOf(profiles.values()), has, isNew);
    }

    @Override
    boolean isSaidTo(PeerId peer, Event event) {
        Era first = chains.since(peer);
        Era told = fresh.get(event.id());
        return first != null && told != null && told.compareTo(first) >= 0;
    }

    // ---- messages

    @Override
    void checkGenerations(Opened opened) throws MalformedException {
        Guest author = members.get(opened.sender());
        if (author == null || isOfFormerGroup) {
            return;
        }
        // Not all is passed on. What is goes to members that have seen no more than that, and would take us for the
        // forger of what lies further ahead.
        int gap = opened.generation() - author.passedOn.getOrDefault(opened.epoch(), 0);
        if (gap > MlsLimits.DEFAULT.maxGenerationGap()) {
            throw new MalformedException("a message " + gap + " generations ahead of what was passed on");
        }
    }

    @Override
    void passingOn(Opened opened) {
        Guest author = members.get(opened.sender());
        if (author != null && !isOfFormerGroup) {
            author.passedOn.merge(opened.epoch(), opened.generation() + 1, Math::max);
            if (author.passedOn.size() > MlsLimits.DEFAULT.maxPreviousEpochs() + 1) {
                author.passedOn.pollFirstEntry();
            }
        }
        sealed();
    }

    @Override
    boolean canOpen(LinkChannel link, Opened opened) {
        Guest guest = guests.get(link.number);
        // Over the mesh are those who have not come to our group yet.
        return guest == null ? isOfFormerGroup : !isOfFormerGroup && guest.joinEpoch <= opened.epoch();
    }

    @Override
    void passOnToNewcomers(Event event, Opened opened, LinkChannel from) {
        for (Guest guest : List.copyOf(members.values())) {
            if (guest.link != from
                    && !guest.link.peer.equals(event.sender())
                    && (isOfFormerGroup || guest.joinEpoch > opened.epoch())) {
                // What was said before it came it is to know of, so that what follows does not wait for it.
                unicast(
                        guest.link,
                        Content.sync(
                                chains.mayHave(guest.link.peer, event)
                                        ? new Content.Sync(false, List.of(), List.of(event.bytes()), Map.of())
                                        : new Content.Sync(
                                                true,
                                                false,
                                                true,
                                                List.of(),
                                                List.of(),
                                                Map.of(event.sender(), event.head()))));
                dropIfSlow(guest.link);
            }
        }
    }

    @Override
    void tellNews(LinkChannel from, List<Event> news, boolean areFresh) {
        for (Event event : news) {
            if (areFresh && event.sender().equals(from.peer)) {
                fresh.put(event.id(), era());
                removeEldest(fresh.keySet(), Limits.MAX_LOG_EVENTS);
            }
        }
        if (chains.isCatchingUp()) {
            // Of what was said long ago others may have all: they compare.
            return;
        }
        for (LinkChannel link : admitted()) {
            if (link != from) {
                tell(
                        link,
                        news.stream()
                                .filter(event -> chains.mayHave(link.peer, event))
                                .map(Event::bytes)
                                .toList());
            }
        }
    }

    private void tell(LinkChannel link, List<byte[]> news) {
        if (!news.isEmpty()) {
            unicast(link, Content.sync(new Content.Sync(false, List.of(), news, Map.of())));
            dropIfSlow(link);
        }
    }

    @Override
    @Nullable
    BackpressureException pressure(int bytes) {
        for (Guest guest : members.values()) {
            if (guest.link.queuedBytes() > maxLinkBytes / 2) {
                return new BackpressureException(guest.link.queuedBytes(), maxLinkBytes / 2);
            }
        }
        return super.pressure(bytes);
    }

    private void sendToGroup(List<byte[]> commits) {
        if (!commits.isEmpty()) {
            sendToGroup(Frame.Kind.COMMIT, Content.commits(commits));
        }
    }

    /** Sends to all that are in the group, those included that have not confirmed yet. */
    private void sendToGroup(Frame.Kind kind, byte[] body) {
        List<byte[]> frames = new Frame(kind, body).encode();
        for (Guest guest : List.copyOf(guests.values())) {
            if (guest.link.isAdmitted() || guest.link.phase == LinkChannel.Phase.JOINING) {
                send(guest.link, frames);
            }
        }
    }

    @Override
    void dropIfSlow(LinkChannel link) {
        if (!link.isOpen() || link.queuedBytes() <= maxLinkBytes + link.catchUpBytes) {
            return;
        }
        log.warn("peer {} does not take messages as fast as they come; its link is closed", link.peer);
        Guest guest = guests.get(link.number);
        Mesh.Neighbour neighbour = mesh.neighbour(link.number);
        if (guest != null) {
            drop(guest, Code.SLOW_PEER, "too much waits to be sent");
        } else if (neighbour != null) {
            mesh.drop(neighbour, Code.SLOW_PEER, "too much waits to be sent");
        }
    }

    // ---- who may be here

    @Override
    void onRemove(long ticket, PeerId peer, boolean isBan, byte[] freshSecret) {
        if (peer.equals(self.peerId())) {
            notAllowed(ticket, "one cannot remove oneself; leave the room instead");
        } else if (!isHost() && cardOfLeader(peer) != null) {
            notAllowed(ticket, "a deputy can remove neither the host nor another deputy");
        } else if (!isBan && !isInRoster(peer)) {
            notAllowed(ticket, "there is no such participant in the room");
        } else if (isBan
                && governance.banned().size() >= Limits.MAX_BANNED
                && !governance.banned().contains(peer)) {
            notAllowed(ticket, "a room refuses at most " + Limits.MAX_BANNED + " identities; let one in again first");
        } else {
            // Before its link is closed: it is to know by whom, and that its words count no more.
            acts.sayIfAllowed(isBan ? new EventBody.Ban(peer, 0) : new EventBody.Kick(peer, 0));
            removalTickets.add(ticket);
            putOut(peer, isBan, freshSecret);
        }
    }

    private void putOut(PeerId peer, boolean isBan, byte[] freshSecret) {
        if (isBan && governance.banned().size() < Limits.MAX_BANNED) {
            Set<PeerId> banned = new LinkedHashSet<>(governance.banned());
            banned.add(peer);
            governance = governance.withBanned(banned);
        }
        expel(peer, isBan ? Code.BANNED : Code.KICKED);
        nextSecret = freshSecret;
        renewSuccession(peer);
        commit();
        publishKnownSuccession();
    }

    /** What a moderator says about somebody is done by who leads. */
    @Override
    void putOutUnwanted() {
        for (PeerId peer : List.copyOf(unwanted)) {
            // A deputy cannot take another one's right to lead: that waits for the host.
            if (isHost() || cardOfLeader(peer) == null) {
                unwanted.remove(peer);
                putOut(peer, acts.isBanned(peer), ids.secret());
            }
        }
    }

    @Override
    void standingChanged(PeerId peer, Standing before, Standing after) {
        super.standingChanged(peer, before, after);
        Set<PeerId> banned = new LinkedHashSet<>(governance.banned());
        if (before.isBanned() && !after.isBanned() && banned.remove(peer)) {
            governance = governance.withBanned(banned);
            publishGovernance();
        }
    }

    /** Closes all links of a peer, and has it removed with the next commit. */
    private void expel(PeerId peer, Code code) {
        for (Guest guest : List.copyOf(guests.values())) {
            if (guest.link.peer.equals(peer)) {
                guests.remove(guest.link.number);
                guest.link.send(now, Frame.Kind.BYE, Handshake.goodbye(code, "removed"));
                guest.link.close();
            }
        }
        members.remove(peer);
        joining.remove(peer);
        graceEnds.remove(peer);
        chains.left(peer);
        if (group.members().contains(peer)) {
            leaving.add(peer);
            updateRoster(presentMembers());
            epochChanged(group);
        }
        for (FormerSecret former : formerSecrets) {
            former.holders().remove(peer);
        }
        expelled.add(peer);
        removeEldest(expelled, Limits.MAX_HEADS);
        mesh.refresh();
    }

    /** Gives a private room the secret that waits, and tells all how the room is run now. */
    private void changeSecret() {
        byte[] fresh = nextSecret;
        if (fresh == null) {
            return;
        }
        nextSecret = null;
        if (config.descriptor().visibility() == Visibility.PRIVATE) {
            // Also those who have lost their place meanwhile and try to come back to it.
            Set<PeerId> holders = new LinkedHashSet<>(chains.present());
            holders.addAll(presentMembers());
            rememberSecret(holders);
            secret = secret.rotated(fresh);
            governance = governance.withSecret(secret);
        }
        publishGovernance();
    }

    @Override
    void onUnban(long ticket, PeerId peer) {
        if (!governance.banned().contains(peer) && !acts.isBanned(peer)) {
            notAllowed(ticket, "this identity is not banned");
            return;
        }
        acts.sayIfAllowed(new EventBody.Unban(peer));
        Set<PeerId> banned = new LinkedHashSet<>(governance.banned());
        if (banned.remove(peer)) {
            governance = governance.withBanned(banned);
            publishGovernance();
        }
        if (acts.isBanned(peer)) {
            notAllowed(ticket, "somebody whose role is higher has banned this identity");
        } else {
            emit(new Output.Completed(ticket));
        }
    }

    private byte[] protectGovernance() {
        return group.protect(Content.governed(governance.encode()));
    }

    private void publishGovernance() {
        tellInvite();
        boolean isHeard = guests.values().stream()
                .anyMatch(guest -> guest.link.isAdmitted() || guest.link.phase == LinkChannel.Phase.JOINING);
        if (isHeard && !governance.equals(published)) {
            sealed();
            sendToGroup(Frame.Kind.STATE, protectGovernance());
        }
        published = governance;
    }

    private void notAllowed(long ticket, String why) {
        emit(new Output.Rejected(ticket, new NotAllowedException(why)));
    }

    // ---- who may lead

    @Override
    void onNameDeputies(long ticket, List<PeerId> deputies) {
        if (!isHost()) {
            notAllowed(ticket, "only the room's host can name deputies");
            return;
        }
        if (naming != null) {
            notAllowed(ticket, "the deputies are being changed already; wait for that");
            return;
        }
        if (deputies.size() > Limits.MAX_DEPUTIES || Set.copyOf(deputies).size() < deputies.size()) {
            notAllowed(ticket, "a room has at most " + Limits.MAX_DEPUTIES + " deputies, each once");
            return;
        }
        List<PeerCard> cards = new ArrayList<>();
        for (PeerId peer : deputies) {
            Guest guest = members.get(peer);
            if (guest == null) {
                notAllowed(ticket, "a deputy is a participant that is connected now");
                return;
            }
            cards.add(guest.card);
        }
        Succession next = nextSuccession(cards, false);
        Naming begun = new Naming(ticket, next, next.sign(self, room));
        naming = begun;
        emit(new Output.PublishSuccession(begun.signed()));
    }

    /**
     * Somebody was removed: it is no deputy any more, and no deputy that has not heard of its removal may lead. Members
     * are told whether the worker takes it or not.
     */
    private void renewSuccession(PeerId removed) {
        Naming begun = naming;
        if (begun != null && begun.succession().placeOf(removed) >= 0) {
            naming = null;
            notAllowed(begun.ticket(), "one of them was removed from the room meanwhile; name the others");
        }
        Succession known = succession;
        if (isHost() && (known != null || begun != null)) {
            List<PeerCard> deputies = known == null ? List.of() : known.deputies();
            changeSuccession(
                    deputies.stream()
                            .filter(card -> !card.peerId().equals(removed))
                            .toList(),
                    begun != null);
        }
    }

    /**
     * The succession that follows the known one.
     *
     * @param isOneUnknown whether the worker may have another that is not known, and may name anybody
     */
    private Succession nextSuccession(List<PeerCard> deputies, boolean isOneUnknown) {
        int version = ++lastSuccessionVersion;
        Succession known = succession;
        long expires = epochMillis + Limits.SUCCESSION_LIFETIME.toMillis();
        Succession next = new Succession(version, known == null ? 1 : known.least(), expires, deputies);
        return isOneUnknown || (known != null && !next.keepsAllOf(known))
                ? new Succession(version, version, expires, deputies)
                : next;
    }

    private void changeSuccession(List<PeerCard> deputies, boolean isOneUnknown) {
        Succession next = nextSuccession(deputies, isOneUnknown);
        succession = next;
        governance = governance.withSuccession(next.sign(self, room));
        isSuccessionPublished = false;
    }

    /** Signs the succession anew, so that newcomers go on being led by it. */
    private void renewAgedSuccession() {
        Succession known = succession;
        if (isHost()
                && naming == null
                && known != null
                && hasDeputies()
                && known.expiresMillis() - epochMillis
                        <= Limits.SUCCESSION_LIFETIME
                                .minus(Limits.SUCCESSION_RENEWAL)
                                .toMillis()) {
            changeSuccession(known.deputies(), false);
            publishGovernance();
        }
    }

    private void publishKnownSuccession() {
        SignedSuccession known = governance.succession();
        if (isHost() && known != null) {
            emit(new Output.PublishSuccession(known));
        }
    }

    @Override
    void onSuccessionPublished(SignedSuccession signed, @Nullable SignalingException failure) {
        Naming begun = naming;
        if (begun == null || !signed.equals(begun.signed())) {
            SignedSuccession known = governance.succession();
            if (known != null && known.equals(signed)) {
                isSuccessionPublished = failure == null;
            }
            return;
        }
        naming = null;
        if (failure != null) {
            emit(new Output.Rejected(begun.ticket(), failure));
            if (failure.isRetryable()) {
                // Perhaps only the answer was lost: what is good still takes the place of what may have been taken.
                changeSuccession(succession == null ? List.of() : succession.deputies(), true);
                publishGovernance();
                timers.startUnlessRunning(Timer.LEASE, now);
            }
            return;
        }
        Succession known = succession;
        if (known == null || known.version() < begun.succession().version()) {
            succession = begun.succession();
            governance = governance.withSuccession(signed);
            isSuccessionPublished = true;
            publishGovernance();
            for (PeerCard card : begun.succession().deputies()) {
                // What they do when they lead is to count as an act as well.
                if (acts.roleOf(card.peerId()) != Participant.Role.MODERATOR) {
                    acts.sayIfAllowed(new EventBody.GiveRole(card.peerId(), Participant.Role.MODERATOR, 0));
                }
            }
        }
        if (hasDeputies()) {
            askForLease();
        } else {
            timers.stop(Timer.LEASE);
        }
        emit(new Output.Completed(begun.ticket()));
    }

    private void askForLease() {
        // A worker that is told of a greater fence than it knows gives the next holding a greater one still.
        emit(new Output.AcquireLease(governance.fence() + (hasWorkerForgotten ? 1 : 0)));
        hasWorkerForgotten = false;
        timers.start(Timer.LEASE, now);
    }

    private void holdLease(Lease lease) {
        leaseEndNanos = now + lease.validFor().minus(Limits.LEASE_MARGIN).toNanos();
        timers.startUnlessRunning(Timer.LEASE, now);
    }

    /** With deputies the group is changed by who holds the lease, and by nobody else. */
    private boolean mayCommit() {
        return !hasDeputies() || now < leaseEndNanos;
    }

    @Override
    void onLease(Lease lease) {
        if (lease.holder().equals(self.peerId())) {
            if (lease.fence() < governance.fence()) {
                log.debug("the worker answered with a lease of before");
                return;
            }
            holdLease(lease);
            if (lease.fence() > governance.fence()) {
                governance = governance.ledUnder(lease.fence());
                eraChanged(group);
                publishGovernance();
            }
            commitSoon();
        } else if (lease.fence() > governance.fence()) {
            PeerCard successor = cardOfLeader(lease.holder());
            if (successor != null) {
                standDown(successor, lease);
            }
        } else {
            hasWorkerForgotten = !lease.validFor().isZero();
        }
    }

    /** Another leads: from now on this is one of its participants. */
    private void standDown(PeerCard successor, Lease lease) {
        byte[] goodbye = Handshake.goodbye(Code.HANDOVER, "a deputy leads the room now");
        for (Guest guest : List.copyOf(guests.values())) {
            guest.link.send(now, Frame.Kind.BYE, goodbye);
            guest.link.close();
        }
        guests.clear();
        for (Long ticket : removalTickets) {
            notAllowed(ticket, "a deputy leads the room now");
        }
        Naming begun = naming;
        if (begun != null) {
            notAllowed(begun.ticket(), "a deputy leads the room now");
        }
        governance = governance.ledUnder(lease.fence());
        emit(new Output.Become(new ParticipantMachine(this, successor)));
    }

    @Override
    void onLeaseFailed(SignalingException cause) {
        log.debug("the lease could not be renewed: {}", cause.getMessage());
    }

    @Override
    void onLeaderFound(@Nullable Lease lease, @Nullable SignedSuccession signed) {}

    // ---- time

    @Override
    void onTick() {
        for (Guest guest : List.copyOf(guests.values())) {
            if (!guest.link.tick(now)) {
                probeSignaling();
                drop(guest, Code.NO_CONNECTION, "nothing was heard for too long");
            } else if (guest.link.deadlines.expire(Timer.ADMISSION, now)) {
                drop(guest, Code.NO_CONNECTION, "admission took too long");
            } else if (guest.link.deadlines.expire(Timer.PROFILE, now)) {
                drop(guest, Code.NO_CONNECTION, "it did not say its name");
            }
        }
        if (timers.expire(Timer.GRACE, now)) {
            for (Map.Entry<PeerId, Long> grace : List.copyOf(graceEnds.entrySet())) {
                if (grace.getValue() <= now) {
                    remove(grace.getKey());
                }
            }
            graceEnds.values().stream()
                    .min(Long::compare)
                    .ifPresent(next -> timers.startFor(Timer.GRACE, now, next - now));
        }
        if (timers.expire(Timer.OLD_KEYS, now)) {
            wipeOldKeys(group);
        }
        if (timers.expire(Timer.REKEY, now)) {
            isRekeyDue = group.members().size() > 1;
            commitSoon();
        }
        if (timers.expire(Timer.LEASE, now)) {
            renewAgedSuccession();
            if (!isSuccessionPublished) {
                publishKnownSuccession();
            }
            if (hasDeputies()) {
                askForLease();
            } else if (!isSuccessionPublished) {
                timers.start(Timer.LEASE, now);
            }
        }
        if (timers.expire(Timer.COMMIT, now)) {
            commit();
        }
        if (timers.expire(Timer.ANNOUNCE, now)) {
            emit(new Output.Announce());
        }
    }
}
