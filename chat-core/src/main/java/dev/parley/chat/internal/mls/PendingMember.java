package dev.parley.chat.internal.mls;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.Hkdf;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.mls.MlsException.Kind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.mls.codec.KeyPackage;
import org.bouncycastle.mls.codec.MLSInputStream;
import org.bouncycastle.mls.codec.Welcome;
import org.bouncycastle.mls.crypto.Secret;
import org.bouncycastle.mls.protocol.Group;

/**
 * Someone who made a key package and waits for the welcome. Serves one join; for the next, prepare again. Not
 * thread-safe: one owner.
 */
public final class PendingMember {

    private static final int WIRE_FORMAT_WELCOME = 3;
    private static final int EXTENSION_RATCHET_TREE = 2;
    private static final int MAX_SECRETS_BYTES = 1024;

    private final Identity self;
    private final AsymmetricCipherKeyPair init;
    private final AsymmetricCipherKeyPair encryption;
    private final byte[] keyPackage;
    private boolean joined;

    PendingMember(Identity self, long nowEpochMillis) {
        synchronized (MlsCrypto.LIBRARY) {
            this.self = self;
            this.init = MlsCrypto.SUITE.getHPKE().generatePrivateKey();
            this.encryption = MlsCrypto.SUITE.getHPKE().generatePrivateKey();
            byte[] leaf = KeyPackages.leaf(
                    self, MlsCrypto.SUITE.getHPKE().serializePublicKey(encryption.getPublic()), nowEpochMillis);
            this.keyPackage =
                    KeyPackages.make(self, MlsCrypto.SUITE.getHPKE().serializePublicKey(init.getPublic()), leaf);
        }
    }

    /**
     * Returns the key package, to be sent to the committer.
     *
     * @return an MLS message of at most {@value KeyPackages#MAX_BYTES} bytes
     */
    public byte[] keyPackage() {
        return KeyPackages.toMessage(keyPackage);
    }

    /**
     * Joins the group that a welcome leads to.
     *
     * @param welcome the committer's bytes
     * @param psk the room's pre-shared key, which must have been used
     * @param pskId its id
     * @param expectedGroupId the group's id
     * @param expectedHost who must have signed the welcome; from then on its commits count
     * @param limits the limits of the group
     * @param nowEpochMillis the time, milliseconds since 1970
     * @return the group
     * @throws MlsException if anything is not as expected; nothing else is ever thrown for foreign bytes
     * @throws IllegalStateException if this has joined already: two groups from one leaf would use keys twice
     */
    public MlsGroup join(
            byte[] welcome,
            byte[] psk,
            byte[] pskId,
            byte[] expectedGroupId,
            PeerId expectedHost,
            MlsLimits limits,
            long nowEpochMillis)
            throws MlsException {
        synchronized (MlsCrypto.LIBRARY) {
            if (joined) {
                throw new IllegalStateException("a key package serves one join");
            }
            if (welcome.length > limits.maxWelcomeBytes()) {
                throw new MlsException(
                        Kind.TOO_LARGE,
                        "a welcome has at most " + limits.maxWelcomeBytes() + " bytes, not " + welcome.length);
            }
            checkWelcome(welcome, psk, pskId, expectedGroupId, expectedHost, limits);

            Group group;
            byte[] seed = IdentityKeys.of(self).ed25519Seed();
            try {
                byte[] body = Arrays.copyOfRange(welcome, 4, welcome.length);
                Map<Secret, byte[]> psks = new HashMap<>();
                psks.put(new Secret(pskId.clone()), psk.clone());
                group = new Group(
                        MlsCrypto.SUITE.getHPKE().serializePrivateKey(init.getPrivate()),
                        encryption,
                        seed,
                        (KeyPackage) MLSInputStream.decode(keyPackage, KeyPackage.class),
                        (Welcome) MLSInputStream.decode(body, Welcome.class),
                        null,
                        psks,
                        new HashMap<>());
            } catch (Exception e) {
                // The library declares Exception, and throws unchecked ones too for what it does not like.
                throw new MlsException(Kind.REPLAYED_OR_FORGED, "a welcome does not lead to a sound group", e);
            }
            MlsGroup member = MlsGroup.joined(self, group, expectedHost, limits);
            member.learnPsk(psk, pskId);
            joined = true;
            return member;
        }
    }

    /** Walks and opens all layers of a welcome before the library sees it (RFC 9420 section 12.4.3.1). */
    private void checkWelcome(
            byte[] welcome, byte[] psk, byte[] pskId, byte[] expectedGroupId, PeerId expectedHost, MlsLimits limits)
            throws MlsException {
        int max = limits.maxWelcomeBytes();
        MlsReader reader = new MlsReader(welcome);
        if (reader.u16() != MlsCrypto.VERSION || reader.u16() != WIRE_FORMAT_WELCOME) {
            throw new MlsException(Kind.MALFORMED, "not a welcome");
        }
        if (reader.u16() != MlsCrypto.SUITE_ID) {
            throw new MlsException(Kind.POLICY, "a welcome is for another suite");
        }
        byte[] reference = reference();
        byte[] kemOutput = {};
        byte[] encryptedSecrets = {};
        MlsReader all = reader.vector(max);
        int joiners = 0;
        while (all.hasRemaining()) {
            if (++joiners > limits.maxMembers()) {
                throw new MlsException(Kind.TOO_LARGE, "a welcome is for too many members");
            }
            byte[] newMember = all.opaqueOf(MlsCrypto.HASH_BYTES);
            byte[] kem = all.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES);
            byte[] secrets = all.opaque(MAX_SECRETS_BYTES);
            if (encryptedSecrets.length == 0 && Arrays.equals(newMember, reference)) {
                kemOutput = kem;
                encryptedSecrets = secrets;
            }
        }
        byte[] encryptedGroupInfo = reader.opaque(max);
        reader.end();
        if (encryptedSecrets.length == 0) {
            throw new MlsException(Kind.NOT_FOR_US, "a welcome is not for our key package");
        }

        MlsReader secrets = new MlsReader(openSecrets(encryptedGroupInfo, kemOutput, encryptedSecrets));
        byte[] joinerSecret = secrets.opaqueOf(MlsCrypto.HASH_BYTES);
        int pathPresent = secrets.u8();
        if (pathPresent > 1) {
            throw new MlsException(Kind.MALFORMED, "an optional field is neither there nor not there");
        }
        if (pathPresent == 1) {
            secrets.opaqueOf(MlsCrypto.HASH_BYTES);
        }
        MlsReader psks = secrets.vector(MAX_SECRETS_BYTES);
        byte[] pskNonce = requireOurPsk(psks, pskId);
        secrets.end();

        byte[] pskSecret = MlsCrypto.pskSecret(List.of(new MlsCrypto.ExternalPsk(pskId, pskNonce, psk)));
        byte[] memberSecret = Hkdf.extract(joinerSecret, pskSecret);
        byte[] welcomeSecret = MlsCrypto.expandWithLabel(memberSecret, "welcome", new byte[0], MlsCrypto.HASH_BYTES);
        byte[] groupInfo;
        try {
            groupInfo = MlsCrypto.open(
                    MlsCrypto.expandWithLabel(welcomeSecret, "key", new byte[0], MlsCrypto.KEY_BYTES),
                    MlsCrypto.expandWithLabel(welcomeSecret, "nonce", new byte[0], MlsCrypto.NONCE_BYTES),
                    new byte[0],
                    encryptedGroupInfo);
        } catch (InvalidCipherTextException e) {
            throw new MlsException(
                    Kind.PSK_MISSING, "a welcome does not open: the committer has another room secret", e);
        }
        checkGroupInfo(groupInfo, expectedGroupId, expectedHost, limits);
    }

    private byte[] reference() {
        try {
            return MlsCrypto.SUITE.refHash(keyPackage, "MLS 1.0 KeyPackage Reference");
        } catch (java.io.IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
    }

    private byte[] openSecrets(byte[] encryptedGroupInfo, byte[] kemOutput, byte[] ciphertext) throws MlsException {
        try {
            return MlsCrypto.SUITE.decryptWithLabel(
                    MlsCrypto.SUITE.getHPKE().serializePrivateKey(init.getPrivate()),
                    "Welcome",
                    encryptedGroupInfo,
                    kemOutput,
                    ciphertext);
        } catch (Exception e) {
            throw new MlsException(Kind.NOT_FOR_US, "a welcome's secrets do not open", e);
        }
    }

    private static byte[] requireOurPsk(MlsReader psks, byte[] pskId) throws MlsException {
        if (!psks.hasRemaining()) {
            throw new MlsException(Kind.PSK_MISSING, "a welcome does not use the room's pre-shared key");
        }
        if (psks.u8() != MlsCrypto.ExternalPsk.EXTERNAL) {
            throw new MlsException(Kind.POLICY, "a welcome uses a pre-shared key that is not external");
        }
        byte[] id = psks.opaque(CommitContent.MAX_PSK_ID_BYTES);
        byte[] nonce = psks.opaqueOf(MlsCrypto.HASH_BYTES);
        psks.end();
        if (!Arrays.equals(id, pskId)) {
            throw new MlsException(Kind.PSK_MISSING, "a welcome uses another pre-shared key than the room's");
        }
        return nonce;
    }

    /** Walks over what a welcome seals: the group, its tree, and who vouches for both. */
    void checkGroupInfo(byte[] groupInfo, byte[] expectedGroupId, PeerId expectedHost, MlsLimits limits)
            throws MlsException {
        MlsReader reader = new MlsReader(groupInfo);
        if (reader.u16() != MlsCrypto.VERSION || reader.u16() != MlsCrypto.SUITE_ID) {
            throw new MlsException(Kind.POLICY, "a group is of another version or suite");
        }
        if (!Arrays.equals(reader.opaque(PrivateMessage.MAX_GROUP_ID_BYTES), expectedGroupId)) {
            throw new MlsException(Kind.WRONG_GROUP, "a welcome leads to another group");
        }
        if (reader.u64() < 0) {
            throw new MlsException(Kind.MALFORMED, "an epoch is out of range");
        }
        reader.opaqueOf(MlsCrypto.HASH_BYTES);
        reader.opaqueOf(MlsCrypto.HASH_BYTES);
        // No group context extension is in use, so that none can require a capability that we lack.
        reader.opaque(0);
        MlsReader extensions = reader.vector(groupInfo.length);
        if (!extensions.hasRemaining() || extensions.u16() != EXTENSION_RATCHET_TREE) {
            throw new MlsException(Kind.POLICY, "a welcome comes without the ratchet tree");
        }
        byte[] tree = extensions.opaque(groupInfo.length);
        extensions.end();
        reader.opaqueOf(MlsCrypto.HASH_BYTES);
        int signer = reader.u32();
        reader.opaqueOf(MlsCrypto.SIGNATURE_BYTES);
        reader.end();

        Roster roster = Roster.read(tree, limits);
        roster.requireSigned(expectedGroupId);
        Leaf signerLeaf = roster.leafAt(signer);
        if (signerLeaf == null || !signerLeaf.peer().equals(expectedHost)) {
            throw new MlsException(Kind.POLICY, "a welcome is not signed by the host");
        }
        Integer ownIndex = roster.indexOf(self.peerId());
        Leaf ownLeaf = ownIndex == null ? null : roster.leafAt(ownIndex);
        MlsReader own = new MlsReader(keyPackage);
        own.u16();
        own.u16();
        own.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES);
        if (ownLeaf == null || !ownLeaf.isSameLeafAs(Leaf.read(own))) {
            throw new MlsException(Kind.POLICY, "a welcome leads to a group without the leaf that we made");
        }
    }
}
