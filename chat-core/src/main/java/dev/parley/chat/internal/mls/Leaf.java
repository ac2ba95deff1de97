package dev.parley.chat.internal.mls;

import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.VerifyingKey;
import dev.parley.chat.internal.crypto.X25519Keys;
import dev.parley.chat.internal.mls.MlsException.Kind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A leaf node (RFC 9420 section 7.2) that keeps this package's profile: suite 0x0001, a basic credential that holds the
 * peer id which its signature key names, no extensions.
 */
final class Leaf {

    static final int SOURCE_KEY_PACKAGE = 1;
    static final int SOURCE_COMMIT = 3;

    private static final int CREDENTIAL_BASIC = 1;

    /** Room for a few values that only test whether unknown ones are tolerated (RFC 9420 section 13.5). */
    private static final int MAX_CAPABILITY_BYTES = 128;

    private final PeerId peer;
    private final byte[] signatureKey;
    private final byte[] encryptionKey;
    private final int source;
    private final long notBeforeSeconds;
    private final long notAfterSeconds;
    private final byte[] toBeSigned;
    private final byte[] signature;
    private @Nullable VerifyingKey verifyingKey;

    private Leaf(
            PeerId peer,
            byte[] signatureKey,
            byte[] encryptionKey,
            int source,
            long notBeforeSeconds,
            long notAfterSeconds,
            byte[] toBeSigned,
            byte[] signature) {
        this.peer = peer;
        this.signatureKey = signatureKey;
        this.encryptionKey = encryptionKey;
        this.source = source;
        this.notBeforeSeconds = notBeforeSeconds;
        this.notAfterSeconds = notAfterSeconds;
        this.toBeSigned = toBeSigned;
        this.signature = signature;
    }

    static byte[] unsigned(
            PeerId peer, byte[] signatureKey, byte[] encryptionKey, long notBeforeSeconds, long notAfterSeconds) {
        return new MlsWriter()
                .opaque(encryptionKey)
                .opaque(signatureKey)
                .u16(CREDENTIAL_BASIC)
                .opaque(peer.toBytes())
                .opaque(new MlsWriter().u16(MlsCrypto.VERSION).toBytes())
                .opaque(new MlsWriter().u16(MlsCrypto.SUITE_ID).toBytes())
                .opaque(new byte[0])
                .opaque(new byte[0])
                .opaque(new MlsWriter().u16(CREDENTIAL_BASIC).toBytes())
                .u8(SOURCE_KEY_PACKAGE)
                .u64(notBeforeSeconds)
                .u64(notAfterSeconds)
                .opaque(new byte[0])
                .toBytes();
    }

    /** Reads a leaf and checks all but its signature and its lifetime. */
    static Leaf read(MlsReader reader) throws MlsException {
        int start = reader.position();
        byte[] encryptionKey = reader.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES);
        byte[] signatureKey = reader.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES);
        if (reader.u16() != CREDENTIAL_BASIC) {
            throw new MlsException(Kind.POLICY, "a leaf's credential is not basic");
        }
        PeerId peer = PeerId.of(reader.opaqueOf(PeerId.BYTES));
        requireContains(reader.vector(MAX_CAPABILITY_BYTES), MlsCrypto.VERSION, "version");
        requireContains(reader.vector(MAX_CAPABILITY_BYTES), MlsCrypto.SUITE_ID, "suite");
        skipNumbers(reader.vector(MAX_CAPABILITY_BYTES));
        skipNumbers(reader.vector(MAX_CAPABILITY_BYTES));
        requireContains(reader.vector(MAX_CAPABILITY_BYTES), CREDENTIAL_BASIC, "credential");
        int source = reader.u8();
        long notBefore = 0;
        long notAfter = 0;
        if (source == SOURCE_KEY_PACKAGE) {
            notBefore = reader.u64();
            notAfter = reader.u64();
        } else if (source == SOURCE_COMMIT) {
            reader.opaque(MlsCrypto.HASH_BYTES);
        } else {
            throw new MlsException(Kind.POLICY, "a leaf comes neither from a key package nor from a commit");
        }
        reader.opaque(0);
        byte[] toBeSigned = reader.since(start);
        byte[] signature = reader.opaqueOf(MlsCrypto.SIGNATURE_BYTES);
        if (!PeerCard.peerIdOf(signatureKey).equals(peer)) {
            throw new MlsException(Kind.POLICY, "a leaf's signature key does not belong to its peer id");
        }
        return new Leaf(peer, signatureKey, encryptionKey, source, notBefore, notAfter, toBeSigned, signature);
    }

    private static void requireContains(MlsReader numbers, int wanted, String what) throws MlsException {
        boolean found = false;
        while (numbers.hasRemaining()) {
            found |= numbers.u16() == wanted;
        }
        if (!found) {
            throw new MlsException(Kind.POLICY, "a leaf does not support the " + what + " of this group");
        }
    }

    private static void skipNumbers(MlsReader numbers) throws MlsException {
        while (numbers.hasRemaining()) {
            numbers.u16();
        }
    }

    /** Checks the signature of a leaf at a place of a group; a key package's leaf has no place yet. */
    void requireSigned(byte[] groupId, int leafIndex) throws MlsException {
        byte[] content = source == SOURCE_KEY_PACKAGE
                ? toBeSigned
                : new MlsWriter().raw(toBeSigned).opaque(groupId).u32(leafIndex).toBytes();
        if (!MlsCrypto.verifyWithLabel(verifyingKey(), "LeafNodeTBS", content, signature)) {
            throw new MlsException(Kind.REPLAYED_OR_FORGED, "a leaf's signature does not verify");
        }
    }

    PeerId peer() {
        return peer;
    }

    /** Returns the key under which the member's signatures are verified; decoded when the first one comes. */
    VerifyingKey verifyingKey() {
        VerifyingKey key = verifyingKey;
        if (key == null) {
            key = new VerifyingKey(signatureKey);
            verifyingKey = key;
        }
        return key;
    }

    boolean isFromKeyPackage() {
        return source == SOURCE_KEY_PACKAGE;
    }

    boolean isSameLeafAs(Leaf other) {
        return Arrays.equals(toBeSigned, other.toBeSigned) && Arrays.equals(signature, other.signature);
    }

    byte[] encryptionKey() {
        return encryptionKey;
    }

    boolean hasEncryptionKey(byte[] key) {
        return Arrays.equals(encryptionKey, key);
    }

    boolean isEncryptionKeySound() {
        return X25519Keys.isSound(encryptionKey);
    }

    long notBeforeSeconds() {
        return notBeforeSeconds;
    }

    long notAfterSeconds() {
        return notAfterSeconds;
    }
}
