package dev.parley.chat.internal.mls;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.mls.Epoch.Content;
import dev.parley.chat.internal.mls.MlsException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.mls.codec.AuthenticatedContent;
import org.bouncycastle.mls.codec.KeyPackage;
import org.bouncycastle.mls.codec.MLSInputStream;
import org.bouncycastle.mls.codec.MLSOutputStream;
import org.bouncycastle.mls.codec.PreSharedKeyID;
import org.bouncycastle.mls.codec.Proposal;
import org.bouncycastle.mls.crypto.Secret;
import org.bouncycastle.mls.protocol.Group;
import org.jspecify.annotations.Nullable;

/**
 * One member's view of a room's MLS group (RFC 9420, suite 0x0001), kept to a profile: one committer at a time, basic
 * credentials that are peer ids, private messages and welcomes only, adds and removes by value.
 *
 * <p>The state is never stored or copied: a member that restarts joins again. Not thread-safe: one owner. Time comes in
 * as an argument, milliseconds since 1970. Foreign bytes never cause anything but a {@link MlsException}, after which
 * the group is as it was.
 */
public final class MlsGroup {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] NOTHING = {};
    private static final int PROPOSAL_REMOVE = 3;
    private static final int WIRE_FORMAT_WELCOME = 3;

    /** What a commit did to us. */
    public enum Outcome {
        /** The group is in the next epoch. */
        ADVANCED,
        /** We are not a member any more; the group has ended. */
        REMOVED
    }

    private final Identity self;
    private final IdentityKeys keys;
    private final byte[] groupId;
    private final MlsLimits limits;
    private final Deque<Epoch> previous = new ArrayDeque<>();
    private final Set<Secret> knownPsks = new HashSet<>();
    private Group group;
    private Epoch current;
    private PeerId committer;
    private boolean removed;

    private MlsGroup(Identity self, Group group, PeerId committer, MlsLimits limits) throws MlsException {
        this.self = self;
        this.keys = IdentityKeys.of(self);
        this.groupId = group.getGroupID().clone();
        this.limits = limits;
        this.committer = committer;
        this.group = group;
        this.current = epochOf(group);
    }

    /**
     * Begins a group with ourselves as its only member and committer.
     *
     * @param self who we are
     * @param groupId the group's id, at most 64 bytes
     * @param limits what others can make the group hold
     * @param nowEpochMillis the time
     * @return the group, in epoch 0
     */
    public static MlsGroup create(Identity self, byte[] groupId, MlsLimits limits, long nowEpochMillis) {
        synchronized (MlsCrypto.LIBRARY) {
            if (groupId.length == 0 || groupId.length > PrivateMessage.MAX_GROUP_ID_BYTES) {
                throw new IllegalArgumentException(
                        "a group id has 1 to " + PrivateMessage.MAX_GROUP_ID_BYTES + " bytes");
            }
            try {
                return new MlsGroup(self, begin(self, groupId, nowEpochMillis), self.peerId(), limits);
            } catch (MlsException e) {
                throw new IllegalStateException("a group of one is always sound", e);
            }
        }
    }

    /**
     * Makes a key package, with which a committer can add us.
     *
     * @param self who we are
     * @param nowEpochMillis the time
     * @return the key package and the keys to it
     */
    public static PendingMember prepare(Identity self, long nowEpochMillis) {
        return new PendingMember(self, nowEpochMillis);
    }

    static MlsGroup joined(Identity self, Group group, PeerId committer, MlsLimits limits) throws MlsException {
        return new MlsGroup(self, group, committer, limits);
    }

    private static Group begin(Identity self, byte[] groupId, long nowEpochMillis) {
        AsymmetricCipherKeyPair encryption = MlsCrypto.SUITE.getHPKE().generatePrivateKey();
        byte[] encryptionKey = MlsCrypto.SUITE.getHPKE().serializePublicKey(encryption.getPublic());
        byte[] initKey = MlsCrypto.SUITE
                .getHPKE()
                .serializePublicKey(
                        MlsCrypto.SUITE.getHPKE().generatePrivateKey().getPublic());
        byte[] keyPackage = KeyPackages.make(self, initKey, KeyPackages.leaf(self, encryptionKey, nowEpochMillis));
        try {
            // The type of a leaf lies in a package that is not exported; a key package is the way to one.
            KeyPackage decoded = (KeyPackage) MLSInputStream.decode(keyPackage, KeyPackage.class);
            return new Group(
                    groupId,
                    MlsCrypto.SUITE,
                    encryption,
                    IdentityKeys.of(self).ed25519Seed(),
                    decoded.getLeafNode(),
                    List.of());
        } catch (Exception e) {
            throw new IllegalStateException("a group of one can always begin", e);
        }
    }

    /**
     * Adds members, and before that removes others, for example those who join again.
     *
     * @param keyPackages the key packages of the new members, at least one
     * @param alsoRemove who is removed first
     * @param psk the room's pre-shared key
     * @param pskId its id
     * @param nowEpochMillis the time
     * @return what to send
     * @throws MlsException if a key package is unsound, its owner is or would be in the group twice, or the group would
     *     be too large; nothing has changed then
     * @throws IllegalArgumentException if nobody is to be added, or who is to be removed is not a member or is
     *     ourselves
     * @throws IllegalStateException if we are not the committer
     */
    public AddResult add(
            List<byte[]> keyPackages, List<PeerId> alsoRemove, byte[] psk, byte[] pskId, long nowEpochMillis)
            throws MlsException {
        synchronized (MlsCrypto.LIBRARY) {
            requireCommitter();
            requirePskId(pskId);
            List<KeyPackages.Checked> checked = checkAdds(keyPackages, alsoRemove, nowEpochMillis);
            List<byte[]> commits = new ArrayList<>();
            boolean restarted = false;
            if (!alsoRemove.isEmpty()) {
                // The library refuses a key package whose signature key is still in the tree, although the same commit
                // removes it: hence two commits.
                RemoveResult result = remove(alsoRemove, nowEpochMillis);
                result.commit().ifPresent(commits::add);
                restarted = result.restarted();
            }
            boolean alone = current.roster().size() == 1;
            learnPsk(psk, pskId);
            List<Proposal> proposals = new ArrayList<>();
            for (KeyPackages.Checked keyPackage : checked) {
                proposals.add(addProposal(keyPackage.bytes()));
            }
            byte[] pskNonce = new byte[MlsCrypto.HASH_BYTES];
            RANDOM.nextBytes(pskNonce);
            proposals.add(Proposal.preSharedKey(PreSharedKeyID.external(pskId, pskNonce)));
            Group.GroupWithMessage result;
            try {
                result = commit(proposals, false);
            } catch (IllegalStateException e) {
                // What the library refuses although it was checked concerns those who want to come in, and nobody else.
                throw new MlsException(Kind.POLICY, "the library does not take a key package", e);
            }
            byte[] commit = encode(result.message);
            byte[] welcome = new MlsWriter()
                    .u16(MlsCrypto.VERSION)
                    .u16(WIRE_FORMAT_WELCOME)
                    .raw(encode(result.message.welcome))
                    .toBytes();
            advance(result.group, nowEpochMillis);
            if (!alone) {
                commits.add(commit);
            }
            return new AddResult(commits, welcome, epoch(), restarted);
        }
    }

    private List<KeyPackages.Checked> checkAdds(List<byte[]> keyPackages, List<PeerId> alsoRemove, long nowEpochMillis)
            throws MlsException {
        if (keyPackages.isEmpty()) {
            throw new IllegalArgumentException("nobody to add");
        }
        requireRemovable(alsoRemove);
        List<KeyPackages.Checked> checked = new ArrayList<>();
        Set<PeerId> added = new HashSet<>();
        Set<ByteBuffer> encryptionKeys = new HashSet<>();
        for (byte[] message : keyPackages) {
            KeyPackages.Checked keyPackage = KeyPackages.checkMessage(message, limits, nowEpochMillis);
            PeerId peer = keyPackage.leaf().peer();
            if (!added.add(peer) || (current.roster().contains(peer) && !alsoRemove.contains(peer))) {
                throw new MlsException(Kind.POLICY, "the peer " + peer + " would be in the group twice");
            }
            byte[] encryptionKey = keyPackage.leaf().encryptionKey();
            if (!encryptionKeys.add(ByteBuffer.wrap(encryptionKey))
                    || current.roster().hasEncryptionKey(encryptionKey)) {
                throw new MlsException(Kind.POLICY, "a key package uses an encryption key of the group again");
            }
            checked.add(keyPackage);
        }
        int size = current.roster().size() - alsoRemove.size() + checked.size();
        if (size > limits.maxMembers()) {
            throw new MlsException(
                    Kind.TOO_LARGE,
                    "the group would have " + size + " members where " + limits.maxMembers() + " are allowed");
        }
        return checked;
    }

    private void requireRemovable(List<PeerId> members) {
        if (new HashSet<>(members).size() != members.size()) {
            throw new IllegalArgumentException("a member can be removed once only");
        }
        for (PeerId member : members) {
            if (member.equals(self.peerId())) {
                throw new IllegalArgumentException("the committer cannot remove itself");
            }
            if (!current.roster().contains(member)) {
                throw new IllegalArgumentException(member + " is not a member");
            }
        }
    }

    /**
     * Removes members. If nobody but us is left, the group begins anew in epoch 0 with fresh keys: the library cannot
     * commit to a group of one, and there is nobody who would need the commit.
     *
     * @param members who is removed, at least one
     * @param nowEpochMillis the time
     * @return what to send
     * @throws IllegalArgumentException if one is not a member or is ourselves
     * @throws IllegalStateException if we are not the committer
     */
    public RemoveResult remove(List<PeerId> members, long nowEpochMillis) {
        synchronized (MlsCrypto.LIBRARY) {
            requireCommitter();
            if (members.isEmpty()) {
                throw new IllegalArgumentException("nobody to remove");
            }
            requireRemovable(members);
            if (members.size() == current.roster().size() - 1) {
                advance(begin(self, groupId, nowEpochMillis), nowEpochMillis);
                return new RemoveResult(null, epoch());
            }
            List<Proposal> proposals = new ArrayList<>();
            for (PeerId member : members) {
                proposals.add(removeProposal(member));
            }
            Group.GroupWithMessage result = commit(proposals, true);
            byte[] commit = encode(result.message);
            advance(result.group, nowEpochMillis);
            return new RemoveResult(commit, epoch());
        }
    }

    /**
     * Renews the group's keys without changing who is in it, so that whoever learned them before reads nothing more.
     *
     * @param nowEpochMillis the time
     * @return the commit for all other members
     * @throws IllegalStateException if we are not the committer or alone
     */
    public byte[] rekey(long nowEpochMillis) {
        synchronized (MlsCrypto.LIBRARY) {
            requireCommitter();
            if (current.roster().size() == 1) {
                throw new IllegalStateException("a group of one has nobody to renew its keys with");
            }
            Group.GroupWithMessage result = commit(List.of(), true);
            byte[] commit = encode(result.message);
            advance(result.group, nowEpochMillis);
            return commit;
        }
    }

    /**
     * Takes in a commit of the committer.
     *
     * @param commit the bytes
     * @param nowEpochMillis the time
     * @return whether we are still a member
     * @throws MlsException if it is not a sound commit of the committer for the current epoch
     */
    public Outcome process(byte[] commit, long nowEpochMillis) throws MlsException {
        synchronized (MlsCrypto.LIBRARY) {
            requireMember();
            dropExpired(nowEpochMillis);
            PrivateMessage message = read(commit, limits.maxCommitBytes());
            if (message.contentType() != PrivateMessage.COMMIT) {
                throw new MlsException(Kind.MALFORMED, "not a commit");
            }
            if (message.epoch() != current.number()) {
                throw new MlsException(
                        Kind.WRONG_EPOCH,
                        "a commit to epoch " + message.epoch() + " where the group is in " + current.number());
            }
            Content content = current.open(message);
            if (!content.leaf().peer().equals(committer)) {
                throw new MlsException(
                        Kind.NOT_COMMITTER, content.leaf().peer() + " made a commit, but is not the committer");
            }
            CommitContent proposals = CommitContent.read(content.body());
            checkProposals(proposals, content.leafIndex(), nowEpochMillis);
            if (proposals.removedLeaves().contains(current.ownLeaf())) {
                removed = true;
                forgetAll();
                return Outcome.REMOVED;
            }
            Group next;
            try {
                AuthenticatedContent authenticated = (AuthenticatedContent)
                        MLSInputStream.decode(current.authenticated(content), AuthenticatedContent.class);
                next = group.handle(authenticated, null, new Group.CommitParameters(Group.NORMAL_COMMIT_PARAMS));
            } catch (Exception e) {
                // The library declares Exception, and throws unchecked ones too for what it does not like.
                throw new MlsException(Kind.REPLAYED_OR_FORGED, "a commit does not lead to a sound group", e);
            }
            Epoch following = epochOf(next);
            Integer committerLeaf = following.roster().indexOf(committer);
            if (committerLeaf == null || committerLeaf != content.leafIndex()) {
                throw new MlsException(Kind.POLICY, "a commit moves the committer");
            }
            content.spendKey();
            advance(next, following, nowEpochMillis);
            return Outcome.ADVANCED;
        }
    }

    private void checkProposals(CommitContent commit, int committerLeaf, long nowEpochMillis) throws MlsException {
        Set<Integer> removedLeaves = new HashSet<>();
        for (int leaf : commit.removedLeaves()) {
            if (leaf == committerLeaf || current.roster().leafAt(leaf) == null || !removedLeaves.add(leaf)) {
                throw new MlsException(Kind.POLICY, "a commit removes someone it cannot");
            }
        }
        for (byte[] keyPackage : commit.addedKeyPackages()) {
            KeyPackages.check(new MlsReader(keyPackage), limits, nowEpochMillis);
        }
        for (byte[] pskId : commit.pskIds()) {
            if (!knownPsks.contains(new Secret(pskId))) {
                throw new MlsException(Kind.PSK_MISSING, "a commit uses a pre-shared key that is not here");
            }
        }
    }

    /**
     * Makes a pre-shared key known, for commits that use it: after the room's secret was changed.
     *
     * @param psk the key
     * @param pskId its id, at most 64 bytes; a key known under it is replaced
     * @throws IllegalArgumentException if the id is too long
     */
    public void learnPsk(byte[] psk, byte[] pskId) {
        synchronized (MlsCrypto.LIBRARY) {
            requirePskId(pskId);
            Secret id = new Secret(pskId.clone());
            group.insertExternalPsk(id, psk.clone());
            knownPsks.add(id);
        }
    }

    private static void requirePskId(byte[] pskId) {
        if (pskId.length > CommitContent.MAX_PSK_ID_BYTES) {
            throw new IllegalArgumentException("the id of a pre-shared key has at most "
                    + CommitContent.MAX_PSK_ID_BYTES + " bytes, not " + pskId.length);
        }
    }

    /**
     * Encrypts and signs an application message for the current epoch.
     *
     * @param plaintext the message
     * @return the bytes to send
     * @throws IllegalStateException if we were removed
     */
    public byte[] protect(byte[] plaintext) {
        if (removed) {
            throw new IllegalStateException("we were removed from the group");
        }
        return current.protect(keys, plaintext);
    }

    /**
     * Decrypts an application message of the current epoch or of one that ended a short while ago, and verifies its
     * signature. Messages of one sender may come in any order, each once.
     *
     * <p>The sender was a member in the message's epoch and may have been removed since: compare with
     * {@link #members()} where that matters.
     *
     * @param message the bytes
     * @param nowEpochMillis the time
     * @return what was said, and by whom
     * @throws MlsException if it cannot be read
     */
    public Opened unprotect(byte[] message, long nowEpochMillis) throws MlsException {
        requireMember();
        dropExpired(nowEpochMillis);
        PrivateMessage outer = read(message, limits.maxApplicationBytes());
        if (outer.contentType() != PrivateMessage.APPLICATION) {
            throw new MlsException(Kind.MALFORMED, "not an application message");
        }
        Epoch epoch = find(outer.epoch());
        if (epoch == null) {
            throw new MlsException(
                    Kind.WRONG_EPOCH,
                    "a message of epoch " + outer.epoch() + " where the group is in " + current.number());
        }
        Content content = epoch.open(outer);
        content.spendKey();
        return new Opened(
                content.leaf().peer(),
                content.leaf().verifyingKey(),
                outer.epoch(),
                content.generation(),
                content.plaintext());
    }

    private @Nullable Epoch find(long number) {
        if (current.number() == number) {
            return current;
        }
        for (Epoch epoch : previous) {
            if (epoch.number() == number) {
                return epoch;
            }
        }
        return null;
    }

    private PrivateMessage read(byte[] bytes, int maxBytes) throws MlsException {
        PrivateMessage message = PrivateMessage.read(bytes, maxBytes);
        if (!Arrays.equals(message.groupId(), groupId)) {
            throw new MlsException(Kind.WRONG_GROUP, "a message of another group");
        }
        return message;
    }

    /**
     * Reads the epoch of a message without decrypting it. Whoever relays the message can change it.
     *
     * @param message the bytes of a commit or an application message
     * @param limits the limits of the group
     * @return the epoch that it claims
     * @throws MlsException if it is not such a message
     */
    public static long epochOf(byte[] message, MlsLimits limits) throws MlsException {
        return PrivateMessage.read(message, Math.max(limits.maxApplicationBytes(), limits.maxCommitBytes()))
                .epoch();
    }

    /**
     * Checks a stranger's key package as {@link #add} would, and says whose it is.
     *
     * @param keyPackage the bytes
     * @param limits the limits
     * @param nowEpochMillis the time
     * @return its owner
     * @throws MlsException if it is unsound
     */
    public static PeerId identityOf(byte[] keyPackage, MlsLimits limits, long nowEpochMillis) throws MlsException {
        return KeyPackages.checkMessage(keyPackage, limits, nowEpochMillis)
                .leaf()
                .peer();
    }

    /**
     * Derives a secret of the current epoch that all members share (RFC 9420 section 8.5).
     *
     * @param label what it is for
     * @param context what it is bound to
     * @param length bytes wanted
     * @return new bytes
     */
    public byte[] export(String label, byte[] context, int length) {
        synchronized (MlsCrypto.LIBRARY) {
            try {
                return group.getKeySchedule().MLSExporter(label, context, length);
            } catch (IOException e) {
                throw new IllegalStateException("writing to memory cannot fail", e);
            }
        }
    }

    /**
     * Returns the value that all members share who agree on the history of the group (RFC 9420 section 8.7).
     *
     * @return 32 new bytes
     */
    public byte[] epochAuthenticator() {
        synchronized (MlsCrypto.LIBRARY) {
            return group.getEpochAuthenticator().clone();
        }
    }

    /**
     * Returns the number of the current epoch.
     *
     * @return 0 or more
     */
    public long epoch() {
        return current.number();
    }

    /**
     * Returns the members of the current epoch in the order of their leaves, ourselves included.
     *
     * @return an immutable list
     */
    public List<PeerId> members() {
        return current.roster().members();
    }

    /**
     * Returns who we are.
     *
     * @return our peer id
     */
    public PeerId self() {
        return self.peerId();
    }

    /**
     * Returns whose commits count.
     *
     * @return the committer
     */
    public PeerId committer() {
        return committer;
    }

    /**
     * Makes another member the committer, from the next commit on. Who may become it is for the caller to decide.
     *
     * @param peer the new committer
     * @throws IllegalArgumentException if it is not a member
     */
    public void acceptCommitsOf(PeerId peer) {
        if (!current.roster().contains(peer)) {
            throw new IllegalArgumentException(peer + " is not a member");
        }
        committer = peer;
    }

    private void requireCommitter() {
        if (removed || !committer.equals(self.peerId())) {
            throw new IllegalStateException("only the committer can change the group");
        }
    }

    private void requireMember() throws MlsException {
        if (removed) {
            throw new MlsException(Kind.REMOVED, "we were removed from the group");
        }
    }

    private Group.GroupWithMessage commit(List<Proposal> proposals, boolean forcePath) {
        byte[] leafSecret = new byte[MlsCrypto.HASH_BYTES];
        RANDOM.nextBytes(leafSecret);
        try {
            return group.commit(
                    new Secret(leafSecret),
                    new Group.CommitOptions(proposals, true, forcePath, null),
                    new Group.MessageOptions(true, NOTHING, 0),
                    new Group.CommitParameters(Group.NORMAL_COMMIT_PARAMS));
        } catch (Exception e) {
            throw new IllegalStateException("the group refuses a commit that was checked", e);
        }
    }

    private static Proposal addProposal(byte[] keyPackage) {
        try {
            return Proposal.add((KeyPackage) MLSInputStream.decode(keyPackage, KeyPackage.class));
        } catch (IOException e) {
            throw new IllegalStateException("a checked key package does not decode", e);
        }
    }

    private Proposal removeProposal(PeerId member) {
        Integer leaf = current.roster().indexOf(member);
        if (leaf == null) {
            throw new IllegalArgumentException(member + " is not a member");
        }
        try {
            byte[] encoded = new MlsWriter().u16(PROPOSAL_REMOVE).u32(leaf).toBytes();
            return (Proposal) MLSInputStream.decode(encoded, Proposal.class);
        } catch (IOException e) {
            throw new IllegalStateException("a proposal to remove does not decode", e);
        }
    }

    private void advance(Group next, long nowEpochMillis) {
        try {
            advance(next, epochOf(next), nowEpochMillis);
        } catch (MlsException e) {
            throw new IllegalStateException("our own commit leads to an unsound group", e);
        }
    }

    private void advance(Group next, Epoch following, long nowEpochMillis) {
        current.expireAt(nowEpochMillis + limits.maxPreviousEpochMillis());
        if (following.number() == 0) {
            // The group began anew; numbers of old epochs would be taken for new ones.
            forgetAll();
        } else {
            previous.addFirst(current);
        }
        while (previous.size() > limits.maxPreviousEpochs()) {
            previous.removeLast().wipe();
        }
        dropExpired(nowEpochMillis);
        group = next;
        current = following;
    }

    /**
     * Wipes the keys of previous epochs whose time is over. Whatever is opened or taken in does so as well; this is for
     * the time in which nothing comes.
     *
     * @param nowEpochMillis the time
     * @return the last millisecond of the next one to end; {@link Long#MAX_VALUE} if none is kept
     */
    public long forgetExpired(long nowEpochMillis) {
        dropExpired(nowEpochMillis);
        return previous.stream().mapToLong(Epoch::expiresAtMillis).min().orElse(Long.MAX_VALUE);
    }

    private void dropExpired(long nowEpochMillis) {
        previous.removeIf(epoch -> {
            boolean expired = epoch.isExpired(nowEpochMillis);
            if (expired) {
                epoch.wipe();
            }
            return expired;
        });
    }

    private void forgetAll() {
        previous.forEach(Epoch::wipe);
        previous.clear();
        current.wipe();
    }

    private Epoch epochOf(Group state) throws MlsException {
        Roster roster = Roster.read(encode(state.getTree()), limits);
        Integer ownLeaf = roster.indexOf(self.peerId());
        if (ownLeaf == null) {
            throw new MlsException(Kind.POLICY, "the group goes on without us, yet did not remove us");
        }
        byte[] context;
        try {
            context = encode(state.getGroupInfo(false).groupInfo.getGroupContext());
        } catch (Exception e) {
            throw new IllegalStateException("a sound group has a context", e);
        }
        return new Epoch(
                groupId,
                state.getEpoch(),
                context,
                state.getKeySchedule().senderDataSecret.value().clone(),
                state.getKeySchedule().encryptionSecret.value().clone(),
                roster,
                ownLeaf,
                limits);
    }

    private static byte[] encode(Object writable) {
        try {
            return MLSOutputStream.encode(writable);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
    }
}
