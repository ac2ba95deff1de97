package dev.parley.chat.internal.protocol;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.CloseReason;
import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.CloseReason.Origin;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.Envelope;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.encoding.ByteReader;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.mls.AddResult;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.mls.Opened;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.Transport.LinkRole;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Iterator;
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
 * The host's side: announces the room, answers offers, admits participants to the group, gives every event its place
 * and passes it on. It passes on the very bytes that the author sealed; only a participant that was not yet in the
 * author's epoch gets the signed event sealed anew by the host.
 */
public final class HostMachine extends RoomMachine {

    private static final Logger log = LoggerFactory.getLogger(HostMachine.class);

    private static final int MAX_SESSIONS_REMEMBERED = 1_024;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** A link to a participant, admitted or on its way. */
    private static final class Guest {
        final LinkChannel link;
        final PeerCard card;
        final BitSet envelopes = new BitSet();
        byte @Nullable [] keyPackage;
        byte[] memberTag = new byte[0];
        byte[] hostTag = new byte[0];
        long joinEpoch;
        int staleMessages;
        long receivedSeq;

        /** What it was given on admission does not count against it. */
        long catchUpBytes;

        Guest(LinkChannel link, PeerCard card) {
            this.link = link;
            this.card = card;
        }
    }

    private final Map<Integer, Guest> guests = new LinkedHashMap<>();

    /** The links of all guests as they are: looked at after every input, so that no list is made for it. */
    private final Collection<LinkChannel> links = new AbstractCollection<>() {
        @Override
        public Iterator<LinkChannel> iterator() {
            Iterator<Guest> each = guests.values().iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return each.hasNext();
                }

                @Override
                public LinkChannel next() {
                    return each.next().link;
                }
            };
        }

        @Override
        public int size() {
            return guests.size();
        }
    };

    private final Map<PeerId, Guest> members = new LinkedHashMap<>();
    private final Map<PeerId, Guest> joining = new LinkedHashMap<>();
    private final Set<PeerId> leaving = new LinkedHashSet<>();
    private final Map<PeerId, Long> graceEnds = new LinkedHashMap<>();
    private final Map<PeerId, Long> firstOrders = new LinkedHashMap<>();
    private final Set<ByteBuffer> sessions = new LinkedHashSet<>();
    private final EventLog recent = new EventLog();
    private final TreeMap<Long, MessageId> ownMessages = new TreeMap<>();
    private final MlsGroup group;
    private final long maxLinkBytes;

    private long announcePauseNanos = Timer.ANNOUNCE.nanos();
    private int unicastsInARow;
    private int refusals;
    private long refusalsSince;
    private int linksBegun;
    private long linksBegunSince;

    /**
     * Makes the machine of a room's host.
     *
     * @param config what it starts from
     * @param nowEpochMillis the wall clock
     */
    public HostMachine(RoomConfig config, long nowEpochMillis) {
        super(config);
        this.group = MlsGroup.create(self, room.toBytes(), MlsLimits.DEFAULT, nowEpochMillis);
        this.maxLinkBytes = config.maxQueuedBytes();
    }

    @Override
    public long heldBytes() {
        return recent.bytes() + queuedBytes();
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
        emit(new Output.Announce());
    }

    @Override
    void onAnnounced() {
        emit(new Output.JoinSignaling());
    }

    @Override
    void onAnnounceFailed(SignalingException cause) {
        signalingFailed(cause);
    }

    @Override
    void onSignalingUp() {
        announcePauseNanos = Timer.ANNOUNCE.nanos();
        if (state == ConnectionState.CONNECTING) {
            updateRoster(List.of(self.peerId()));
            changeState(ConnectionState.CONNECTED, null);
            say(Event.TYPE_PROFILE, Bodies.profile(config.displayName()));
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
        sayGoodbye();
        close(new CloseReason(Code.LEFT, Origin.LOCAL, "you closed the room"), null);
    }

    @Override
    void sayGoodbye() {
        byte[] goodbye = goodbye(Code.ROOM_ENDED, "the host closed the room");
        for (LinkChannel link : links()) {
            link.send(now, Frame.Kind.BYE, goodbye);
        }
        emit(new Output.Withdraw());
    }

    // ---- envelopes

    @Override
    void onMail(PeerId from, MessageType type, byte[] payload) {
        if (type != MessageType.ENVELOPE) {
            return;
        }
        Envelope envelope;
        LinkSignal signal;
        try {
            envelope = EnvelopeSeal.open(self, config.secret(), room, payload);
            signal = LinkSignals.decode(envelope.body());
        } catch (SealException e) {
            log.debug("an envelope was not opened: {}", e.kind());
            if (e.kind() == SealException.Kind.NOT_FOR_US) {
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
        }
        int counter = envelope.counter();
        if (counter < Limits.MAX_ENVELOPES_PER_SESSION && !guest.envelopes.get(counter)) {
            guest.envelopes.set(counter);
            emit(new Output.ApplySignal(guest.link.number, signal));
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
        if (now - linksBegunSince > NANOS_PER_SECOND) {
            linksBegunSince = now;
            linksBegun = 0;
        }
        // Each costs memory that the native library does not give back: whoever comes too late tries again by itself.
        if (linksBegun >= Limits.MAX_LINKS_BEGUN_PER_SECOND || !sessions.add(ByteBuffer.wrap(session))) {
            return null;
        }
        linksBegun++;
        removeEldest(sessions, MAX_SESSIONS_REMEMBERED);
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

    private void refuse(PeerId from, byte[] envelope) {
        if (now - refusalsSince > NANOS_PER_SECOND) {
            refusalsSince = now;
            refusals = 0;
        }
        if (++refusals <= Limits.MAX_REFUSALS_PER_SECOND) {
            emit(new Output.SendMail(from, MessageType.REFUSAL, Refusal.sign(self, room, from, envelope)));
        }
    }

    // ---- links

    @Override
    void onLinkOpened(LinkChannel link, byte[] binding) {
        link.opened(now, binding);
        link.send(now, Frame.Kind.HELLO, hello());
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
            dropIfSlow(guest);
        } catch (MalformedException e) {
            log.debug("peer {} broke the protocol: {}", guest.link.peer, e.getMessage());
            drop(guest, Code.PROTOCOL_VIOLATION, e.getMessage());
        }
    }

    private void onFrame(Guest guest, Frame frame) throws MalformedException {
        LinkChannel link = guest.link;
        if (frame.kind() == Frame.Kind.BYE) {
            CloseReason reason = goodbye(frame.body());
            guests.remove(link.number);
            link.close();
            // Who closes for another reason than to leave tries again and keeps its place, as with a lost link.
            forget(guest, reason.code() == Code.LEFT);
            if (reason.code() == Code.LEFT) {
                firstOrders.remove(link.peer);
            }
        } else if (!link.helloReceived) {
            require(frame, Frame.Kind.HELLO);
            link.helloReceived = true;
            if (!isCompatible(frame.body())) {
                reject(guest, Code.INCOMPATIBLE, "no common version");
            }
        } else if (link.phase == LinkChannel.Phase.OPEN) {
            require(frame, Frame.Kind.JOIN);
            onJoin(guest, frame.body());
        } else if (link.phase == LinkChannel.Phase.JOINING) {
            require(frame, Frame.Kind.CONFIRM);
            onConfirm(guest, frame.body());
        } else if (frame.kind() == Frame.Kind.RECEIVED) {
            onReceived(guest, new ByteReader(frame.body()).i64());
        } else {
            require(frame, Frame.Kind.APPLICATION);
            onApplication(guest, frame.body());
        }
    }

    /** Closes a link and says why to the peer. */
    private void drop(Guest guest, Code code, String detail) {
        guests.remove(guest.link.number);
        guest.link.send(now, Frame.Kind.BYE, goodbye(code, detail));
        guest.link.close();
        forget(guest, code == Code.PROTOCOL_VIOLATION || code == Code.SLOW_PEER);
    }

    private void reject(Guest guest, Code code, String detail) {
        guests.remove(guest.link.number);
        guest.link.send(now, Frame.Kind.REFUSED, goodbye(code, detail));
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
        if (body.length <= CONFIRM_BYTES || body.length > CONFIRM_BYTES + Limits.MAX_KEY_PACKAGE_BYTES) {
            throw new MalformedException("a JOIN has " + body.length + " bytes");
        }
        byte[] proof = Arrays.copyOf(body, CONFIRM_BYTES);
        byte[] keyPackage = Arrays.copyOfRange(body, CONFIRM_BYTES, body.length);
        PeerId peer = guest.link.peer;
        byte[] expected =
                Hkdf.extract(config.secret().admission(), joinTranscript(room, guest.link.binding, peer, keyPackage));
        if (!MessageDigest.isEqual(proof, expected)) {
            reject(guest, Code.WRONG_SECRET, "the proof does not match");
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
        List<Guest> newcomers = joining.values().stream()
                .filter(guest -> guest.keyPackage != null)
                .toList();
        Set<PeerId> removed = new LinkedHashSet<>(leaving);
        newcomers.forEach(guest -> removed.add(guest.link.peer));
        removed.retainAll(group.members());
        if (newcomers.isEmpty()
                && (removed.isEmpty() || removed.size() >= group.members().size() - 1)) {
            // With nobody left to tell, a removal waits for the next one who comes: nothing is sealed meanwhile.
            return;
        }
        long pause = group.members().size() * Limits.COMMIT_PAUSE_PER_MEMBER.toNanos();
        timers.startFor(Timer.COMMIT, now, Math.min(pause, Timer.COMMIT.nanos()));
        // Those who stay get the commits of one change in one frame: who joins again was never gone for them.
        List<byte[]> removals = new ArrayList<>();
        if (!removed.isEmpty()) {
            group.remove(List.copyOf(removed), epochMillis).commit().ifPresent(removals::add);
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
        epochChanged(group);
    }

    private void replaceEarlierLink(Guest guest) {
        Guest before = members.remove(guest.link.peer);
        graceEnds.remove(guest.link.peer);
        if (before != null) {
            guests.remove(before.link.number);
            before.link.send(now, Frame.Kind.BYE, goodbye(Code.REPLACED, "a newer link of the same peer"));
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
        try {
            result = group.add(keyPackages, List.of(), config.secret().psk(), room.toBytes(), epochMillis);
        } catch (MlsException e) {
            log.debug("{} newcomers were not added: {}", newcomers.size(), e.getMessage());
            return false;
        }
        List<byte[]> commits = new ArrayList<>(commitsBefore);
        commits.addAll(result.commits());
        sendToGroup(commits);
        for (Guest guest : newcomers) {
            byte[] context = confirmContext(room, guest.link.binding);
            guest.memberTag = group.export(CONFIRM_MEMBER_LABEL, context, CONFIRM_BYTES);
            guest.hostTag = group.export(CONFIRM_HOST_LABEL, context, CONFIRM_BYTES);
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
        byte[] tag = reader.bytes(CONFIRM_BYTES);
        if (!MessageDigest.isEqual(tag, guest.memberTag)) {
            throw new MalformedException("a CONFIRM that does not agree");
        }
        OpenedContent opened = open(guest, reader.rest());
        Map<PeerId, EventHead> has = Map.of();
        if (opened != null) {
            if (!(opened.content() instanceof Content.Resume resume)) {
                throw new MalformedException("a CONFIRM without a RESUME");
            }
            has = resume.heads();
        }
        // Else it was sealed so many commits ago that it cannot be opened; the peer drops what it has already.
        PeerId peer = guest.link.peer;
        guest.link.phase = LinkChannel.Phase.ADMITTED;
        guest.link.deadlines.stop(Timer.ADMISSION);
        members.put(peer, guest);
        guest.receivedSeq = receivedBefore(peer, has);
        guest.link.send(now, Frame.Kind.ADMITTED, guest.hostTag);
        synchronise(guest, has);
        if (!profiles.containsKey(peer)) {
            guest.link.deadlines.start(Timer.PROFILE, now);
        }
    }

    /** Up to where a peer has our own messages: a newcomer owes no acknowledgement of what it is not given. */
    private long receivedBefore(PeerId peer, Map<PeerId, EventHead> has) {
        EventHead own = heads.get(self.peerId());
        EventHead known = has.get(self.peerId());
        if (own == null) {
            return 0;
        }
        return known != null && firstOrders.containsKey(peer) ? Math.min(own.seq(), known.seq()) : own.seq();
    }

    /** Gives a participant what it needs to take part, and one that comes back what it missed. */
    private void synchronise(Guest guest, Map<PeerId, EventHead> has) {
        PeerId peer = guest.link.peer;
        Long firstOrder = firstOrders.putIfAbsent(peer, recent.lastOrder());
        removeEldest(firstOrders.keySet(), Limits.MAX_HEADS);
        List<Event> missed = firstOrder == null
                ? List.of()
                : recent.after(firstOrder, event -> {
                    EventHead head = has.get(event.sender());
                    return head == null || event.seq() > head.seq();
                });
        // Its own profile too, if it is known: without it the participant says its name again.
        List<Event> given = new ArrayList<>(profiles.values());
        int profilesGiven = given.size();
        given.addAll(missed);
        List<byte[]> who = new ArrayList<>();
        List<byte[]> said = new ArrayList<>();
        int chunkBytes = 0;
        for (int i = 0; i < given.size(); i++) {
            byte[] bytes = given.get(i).bytes();
            if (chunkBytes + bytes.length > Limits.SYNC_CHUNK_BYTES) {
                unicast(guest, new Content.Sync(false, who, said, Map.of()));
                who = new ArrayList<>();
                said = new ArrayList<>();
                chunkBytes = 0;
            }
            (i < profilesGiven ? who : said).add(bytes);
            chunkBytes += bytes.length;
        }
        unicast(guest, new Content.Sync(false, who, said, Map.of()));
        unicast(guest, new Content.Sync(true, List.of(), List.of(), heads));
        guest.catchUpBytes = guest.link.queuedBytes();
    }

    // ---- messages

    private record OpenedContent(Opened message, Content content) {}

    /**
     * Opens a participant's own message. Null for one that was sealed before a commit of long ago: its author sends it
     * again when it stays unordered.
     */
    private @Nullable OpenedContent open(Guest guest, byte[] message) throws MalformedException {
        Opened opened;
        try {
            opened = group.unprotect(message, epochMillis);
        } catch (MlsException e) {
            if (e.kind() == MlsException.Kind.WRONG_EPOCH && ++guest.staleMessages <= Limits.MAX_STALE_MESSAGES) {
                return null;
            }
            throw new MalformedException("a message that cannot be opened: " + e.kind());
        }
        if (!opened.sender().equals(guest.link.peer)) {
            throw new MalformedException("a message of another member over this link");
        }
        return new OpenedContent(opened, Content.decode(opened.plaintext()));
    }

    private void onApplication(Guest guest, byte[] message) throws MalformedException {
        OpenedContent opened = open(guest, message);
        if (opened == null) {
            return;
        }
        long epoch = opened.message().epoch();
        if (opened.content() instanceof Content.Nothing) {
            passOn(guest, message, epoch);
            return;
        }
        if (!(opened.content() instanceof Content.Said said)) {
            throw new MalformedException("content that only a host sends");
        }
        Event event = Event.verify(said.event(), room);
        if (!event.sender().equals(guest.link.peer)) {
            throw new MalformedException("an event of another author");
        }
        switch (fit(event)) {
            case FORK -> throw new MalformedException("an event that contradicts an earlier one");
            case DUPLICATE -> {
                ordered(guest, event);
                passOn(guest, message, epoch);
            }
            case NEW -> {
                place(event, true);
                recent.add(event);
                if (event.type().equals(Event.TYPE_PROFILE)) {
                    guest.link.deadlines.stop(Timer.PROFILE);
                }
                ordered(guest, event);
                passOn(guest, message, epoch);
                passOnToNewcomers(event, epoch);
            }
        }
    }

    private void ordered(Guest guest, Event event) {
        byte[] body = ByteBuffer.allocate(Long.BYTES + MessageId.BYTES)
                .putLong(event.seq())
                .put(event.id().toBytes())
                .array();
        guest.link.send(now, Frame.Kind.ORDERED, body);
    }

    /**
     * Passes a message on to all that can open it. Every message, also one that tells nothing new: a member that is
     * passed over some sees a gap in the sender's generations, and beyond {@link MlsLimits#maxGenerationGap} it would
     * take the host for a forger.
     */
    private void passOn(Guest author, byte[] message, long epoch) {
        List<byte[]> frames = new Frame(Frame.Kind.APPLICATION, message).encode();
        for (Guest guest : List.copyOf(members.values())) {
            if (guest != author && guest.joinEpoch <= epoch) {
                frames.forEach(frame -> guest.link.sendEncoded(now, frame));
                dropIfSlow(guest);
            }
        }
    }

    private void passOnToNewcomers(Event event, long epoch) {
        for (Guest guest : List.copyOf(members.values())) {
            if (guest.joinEpoch > epoch) {
                unicast(guest, new Content.Sync(false, List.of(), List.of(event.bytes()), Map.of()));
                dropIfSlow(guest);
            }
        }
    }

    private void onReceived(Guest guest, long upToSeq) throws MalformedException {
        EventHead own = heads.get(self.peerId());
        if (own == null || upToSeq > own.seq()) {
            throw new MalformedException("a RECEIVED of what was not sent");
        }
        if (upToSeq > guest.receivedSeq) {
            for (MessageId id :
                    ownMessages.subMap(guest.receivedSeq, false, upToSeq, true).values()) {
                emit(new Output.Delivery(id, guest.link.peer, DeliveryState.DELIVERED));
            }
            guest.receivedSeq = upToSeq;
        }
    }

    @Override
    void onSubmit(long ticket, OutgoingMessage message) {
        for (Guest guest : members.values()) {
            if (guest.link.queuedBytes() > maxLinkBytes / 2) {
                emit(new Output.Rejected(
                        ticket, new BackpressureException(guest.link.queuedBytes(), maxLinkBytes / 2)));
                return;
            }
        }
        Event event = say(Event.TYPE_MESSAGE, Bodies.message(message, epochMillis));
        emit(new Output.Accepted(ticket, event.id()));
        ownMessages.put(event.seq(), event.id());
        if (ownMessages.size() > Limits.MAX_LOG_EVENTS) {
            ownMessages.pollFirstEntry();
        }
        for (PeerId peer : members.keySet()) {
            emit(new Output.Delivery(event.id(), peer, DeliveryState.SENT));
        }
    }

    /** Signs an event, gives it its place and sends it to all. */
    private Event say(String type, byte[] body) {
        Event event = Event.sign(self, room, heads.get(self.peerId()), clock.next(epochMillis), type, body);
        try {
            place(event, true);
        } catch (MalformedException e) {
            throw new IllegalStateException("what we say ourselves is well-formed", e);
        }
        emit(new Output.Acknowledge(event.seq()));
        recent.add(event);
        broadcast(Content.said(event.bytes()));
        return event;
    }

    private void broadcast(byte[] content) {
        if (!members.isEmpty()) {
            unicastsInARow = 0;
            sendToAdmitted(Frame.Kind.APPLICATION, group.protect(content));
        }
    }

    private void unicast(Guest guest, Content.Sync content) {
        guest.link.send(now, Frame.Kind.APPLICATION, group.protect(Content.sync(content)));
        if (++unicastsInARow >= Limits.MAX_UNICASTS_IN_A_ROW) {
            broadcast(Content.nothing());
        }
    }

    private void sendToAdmitted(Frame.Kind kind, byte[] body) {
        List<byte[]> frames = new Frame(kind, body).encode();
        for (Guest guest : List.copyOf(members.values())) {
            frames.forEach(frame -> guest.link.sendEncoded(now, frame));
            dropIfSlow(guest);
        }
    }

    /** Sends commits to all that are in the group, those included that have not confirmed yet. */
    private void sendToGroup(List<byte[]> commits) {
        if (commits.isEmpty()) {
            return;
        }
        List<byte[]> frames = new Frame(Frame.Kind.COMMIT, Content.commits(commits)).encode();
        for (Guest guest : List.copyOf(guests.values())) {
            if (guest.link.isAdmitted() || guest.link.phase == LinkChannel.Phase.JOINING) {
                frames.forEach(frame -> guest.link.sendEncoded(now, frame));
                dropIfSlow(guest);
            }
        }
    }

    private void dropIfSlow(Guest guest) {
        if (guest.link.isOpen() && guest.link.queuedBytes() > maxLinkBytes + guest.catchUpBytes) {
            log.warn("peer {} does not take messages as fast as they come; its link is closed", guest.link.peer);
            drop(guest, Code.SLOW_PEER, "too much waits to be sent");
        }
    }

    // ---- time

    @Override
    void onTick() {
        for (Guest guest : List.copyOf(guests.values())) {
            if (!guest.link.tick(now)) {
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
        if (timers.expire(Timer.COMMIT, now)) {
            commit();
        }
        if (timers.expire(Timer.ANNOUNCE, now)) {
            emit(new Output.Announce());
        }
    }

    private static <T> void removeEldest(Set<T> set, int max) {
        if (set.size() > max) {
            set.remove(set.iterator().next());
        }
    }
}
