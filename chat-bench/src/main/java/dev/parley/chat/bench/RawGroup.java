package dev.parley.chat.bench;

import dev.parley.chat.internal.crypto.Ed25519;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.mls.TreeKEM.LeafNode;
import org.bouncycastle.mls.TreeKEM.LifeTime;
import org.bouncycastle.mls.codec.Capabilities;
import org.bouncycastle.mls.codec.Credential;
import org.bouncycastle.mls.codec.KeyPackage;
import org.bouncycastle.mls.codec.MLSInputStream;
import org.bouncycastle.mls.codec.MLSMessage;
import org.bouncycastle.mls.codec.MLSOutputStream;
import org.bouncycastle.mls.codec.PreSharedKeyID;
import org.bouncycastle.mls.codec.Proposal;
import org.bouncycastle.mls.codec.Welcome;
import org.bouncycastle.mls.crypto.MlsCipherSuite;
import org.bouncycastle.mls.crypto.Secret;
import org.bouncycastle.mls.protocol.Group;

/** The baseline: BouncyCastle's MLS group as it is, without a check of ours before or behind it. */
final class RawGroup {

    static final MlsCipherSuite SUITE = MlsCipherSuite.BCMLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    static final byte[] ID = "a room of twenty byt".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    static final byte[] PSK = new byte[32];

    private static final int PROPOSAL_REMOVE = 3;
    private static final byte[] NOTHING = {};
    private static final SecureRandom RANDOM = new SecureRandom();

    private Group group;

    private RawGroup(Group group) {
        this.group = group;
        group.insertExternalPsk(new Secret(ID), PSK);
    }

    /** Keys of one who may be in a group. */
    static final class Member {
        private final byte[] seed = random(Ed25519.SEED_BYTES);
        private final AsymmetricCipherKeyPair init = SUITE.getHPKE().generatePrivateKey();
        private final AsymmetricCipherKeyPair encryption = SUITE.getHPKE().generatePrivateKey();
        private final LeafNode leaf;
        private final KeyPackage keyPackage;

        Member() throws Exception {
            leaf = new LeafNode(
                    SUITE,
                    SUITE.getHPKE().serializePublicKey(encryption.getPublic()),
                    Ed25519.publicKey(seed),
                    Credential.forBasic(random(20)),
                    new Capabilities(),
                    new LifeTime(),
                    List.of(),
                    seed);
            keyPackage =
                    new KeyPackage(SUITE, SUITE.getHPKE().serializePublicKey(init.getPublic()), leaf, List.of(), seed);
        }
    }

    /** What an addition gives. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Added(Group group, byte[] commit, byte[] welcome) {}

    static RawGroup create() throws Exception {
        Member first = new Member();
        return new RawGroup(new Group(ID, SUITE, first.encryption, first.seed, first.leaf, List.of()));
    }

    /** Commits an addition with the pre-shared key; the group goes on where {@link #advance} says. */
    Added add(List<Member> newcomers) throws Exception {
        List<Proposal> proposals = new java.util.ArrayList<>();
        for (Member newcomer : newcomers) {
            proposals.add(Proposal.add(newcomer.keyPackage));
        }
        proposals.add(Proposal.preSharedKey(PreSharedKeyID.external(ID, random(32))));
        Group.GroupWithMessage result = commit(proposals, false);
        return new Added(
                result.group, MLSOutputStream.encode(result.message), MLSOutputStream.encode(result.message.welcome));
    }

    /** Commits the removal of the member at a leaf, with a path. */
    Group.GroupWithMessage remove(int leaf) throws Exception {
        byte[] encoded = ByteBuffer.allocate(6)
                .putShort((short) PROPOSAL_REMOVE)
                .putInt(leaf)
                .array();
        return commit(List.of((Proposal) MLSInputStream.decode(encoded, Proposal.class)), true);
    }

    private Group.GroupWithMessage commit(List<Proposal> proposals, boolean forcePath) throws Exception {
        return group.commit(
                new Secret(random(32)),
                new Group.CommitOptions(proposals, true, forcePath, null),
                new Group.MessageOptions(true, NOTHING, 0),
                new Group.CommitParameters(Group.NORMAL_COMMIT_PARAMS));
    }

    void advance(Group next) {
        group = next;
    }

    long epoch() {
        return group.getEpoch();
    }

    static RawGroup join(Member member, byte[] welcome) throws Exception {
        Map<Secret, byte[]> psks = new HashMap<>();
        psks.put(new Secret(ID), PSK);
        return new RawGroup(new Group(
                SUITE.getHPKE().serializePrivateKey(member.init.getPrivate()),
                member.encryption,
                member.seed,
                member.keyPackage,
                (Welcome) MLSInputStream.decode(welcome, Welcome.class),
                null,
                psks,
                new HashMap<>()));
    }

    byte[] protect(byte[] plaintext) throws Exception {
        return MLSOutputStream.encode(group.protect(NOTHING, plaintext, 0));
    }

    byte[] unprotect(byte[] message) throws Exception {
        return group.unprotect(decode(message))[1];
    }

    private static MLSMessage decode(byte[] message) throws IOException {
        return (MLSMessage) MLSInputStream.decode(message, MLSMessage.class);
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
