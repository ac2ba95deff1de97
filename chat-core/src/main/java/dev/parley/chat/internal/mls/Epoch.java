package dev.parley.chat.internal.mls;

import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.mls.MlsException.Kind;
import dev.parley.chat.internal.mls.SecretTree.MessageKey;
import dev.parley.chat.internal.mls.SecretTree.Ratchet;
import dev.parley.chat.internal.mls.SecretTree.Step;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;

/**
 * Message protection of one epoch (RFC 9420 section 6.3). BouncyCastle's own does not name the sender, always sends a
 * zero reuse guard, walks any generation gap, parses plaintext with lengths it does not check, and gives up a key to a
 * forged message; so that it is used for the group's state only.
 */
final class Epoch {

    private static final int REUSE_GUARD_BYTES = 4;
    private static final int SENDER_MEMBER = 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] groupId;
    private final long number;
    private final byte[] groupContext;
    private final byte[] senderDataSecret;
    private final SecretTree keys;
    private final Roster roster;
    private final int ownLeaf;
    private long expiresAtMillis = Long.MAX_VALUE;

    Epoch(
            byte[] groupId,
            long number,
            byte[] groupContext,
            byte[] senderDataSecret,
            byte[] encryptionSecret,
            Roster roster,
            int ownLeaf,
            MlsLimits limits) {
        this.groupId = groupId;
        this.number = number;
        this.groupContext = groupContext;
        this.senderDataSecret = senderDataSecret;
        this.keys = new SecretTree(roster.leafCount(), encryptionSecret, limits.maxGenerationGap());
        this.roster = roster;
        this.ownLeaf = ownLeaf;
    }

    long number() {
        return number;
    }

    Roster roster() {
        return roster;
    }

    int ownLeaf() {
        return ownLeaf;
    }

    void expireAt(long epochMillis) {
        expiresAtMillis = epochMillis;
    }

    long expiresAtMillis() {
        return expiresAtMillis;
    }

    boolean isExpired(long nowEpochMillis) {
        return nowEpochMillis > expiresAtMillis;
    }

    void wipe() {
        keys.wipe();
        Arrays.fill(senderDataSecret, (byte) 0);
    }

    byte[] protect(IdentityKeys signer, byte[] plaintext) {
        byte[] content = new MlsWriter().opaque(plaintext).toBytes();
        byte[] signature = signer.sign(
                MlsCrypto.signContent("FramedContentTBS", toBeSigned(ownLeaf, PrivateMessage.APPLICATION, content)));
        byte[] framed = new MlsWriter().raw(content).opaque(signature).toBytes();

        byte[] reuseGuard = new byte[REUSE_GUARD_BYTES];
        RANDOM.nextBytes(reuseGuard);
        MessageKey key = keys.application(ownLeaf).send();
        byte[] ciphertext =
                MlsCrypto.seal(key.key(), key.nonce(reuseGuard), contentAad(PrivateMessage.APPLICATION), framed);
        byte[] senderData = new MlsWriter()
                .u32(ownLeaf)
                .u32(key.generation())
                .raw(reuseGuard)
                .toBytes();
        key.wipe();
        byte[] encryptedSenderData = MlsCrypto.seal(
                senderDataKey(ciphertext),
                senderDataNonce(ciphertext),
                senderDataAad(PrivateMessage.APPLICATION),
                senderData);
        return PrivateMessage.write(groupId, number, PrivateMessage.APPLICATION, encryptedSenderData, ciphertext);
    }

    /**
     * Opens a message and names its sender. Changes nothing: once the caller has taken the message in, it calls
     * {@link Content#spendKey}, after which the same message is refused.
     */
    Content open(PrivateMessage message) throws MlsException {
        int type = message.contentType();
        MlsReader senderData = new MlsReader(openSenderData(message));
        int leafIndex = senderData.u32();
        int generation = senderData.u32();
        byte[] reuseGuard = senderData.fixed(REUSE_GUARD_BYTES);
        senderData.end();
        Leaf leaf = roster.leafAt(leafIndex);
        if (leaf == null || leafIndex == ownLeaf) {
            throw new MlsException(Kind.REPLAYED_OR_FORGED, "a message names a sender that cannot have sent it");
        }
        Ratchet ratchet = type == PrivateMessage.COMMIT ? keys.handshake(leafIndex) : keys.application(leafIndex);
        Step step = ratchet.find(generation);
        byte[] framed;
        try {
            framed = MlsCrypto.open(
                    step.key().key(), step.key().nonce(reuseGuard), contentAad(type), message.ciphertext());
        } catch (InvalidCipherTextException e) {
            throw new MlsException(Kind.REPLAYED_OR_FORGED, "a message does not open", e);
        }
        Content content = read(type, leafIndex, leaf, generation, framed, () -> ratchet.take(step));
        if (!MlsCrypto.verifyWithLabel(
                leaf.verifyingKey(),
                "FramedContentTBS",
                toBeSigned(leafIndex, type, content.body),
                content.signature)) {
            throw new MlsException(Kind.REPLAYED_OR_FORGED, "a message's signature does not verify");
        }
        return content;
    }

    private byte[] openSenderData(PrivateMessage message) throws MlsException {
        try {
            return MlsCrypto.open(
                    senderDataKey(message.ciphertext()),
                    senderDataNonce(message.ciphertext()),
                    senderDataAad(message.contentType()),
                    message.encryptedSenderData());
        } catch (InvalidCipherTextException e) {
            throw new MlsException(Kind.REPLAYED_OR_FORGED, "a message's sender data does not open", e);
        }
    }

    /** Takes apart what was sealed; its signature is not checked yet. */
    static Content read(int type, int leafIndex, Leaf leaf, int generation, byte[] framed, Runnable spend)
            throws MlsException {
        MlsReader reader = new MlsReader(framed);
        byte[] plaintext = new byte[0];
        if (type == PrivateMessage.COMMIT) {
            CommitContent.skip(reader);
        } else {
            plaintext = reader.opaque(framed.length);
        }
        byte[] body = reader.since(0);
        byte[] signature = reader.opaqueOf(MlsCrypto.SIGNATURE_BYTES);
        byte[] confirmationTag = type == PrivateMessage.COMMIT ? reader.opaqueOf(MlsCrypto.HASH_BYTES) : new byte[0];
        reader.endWithPadding();
        return new Content(leafIndex, leaf, generation, plaintext, body, signature, confirmationTag, spend);
    }

    /** Encodes a commit as {@code AuthenticatedContent} (RFC 9420 section 6), the form that the group takes in. */
    byte[] authenticated(Content commit) {
        return new MlsWriter()
                .u16(PrivateMessage.WIRE_FORMAT)
                .raw(framedContent(commit.leafIndex, PrivateMessage.COMMIT, commit.body))
                .opaque(commit.signature)
                .opaque(commit.confirmationTag)
                .toBytes();
    }

    private byte[] toBeSigned(int leafIndex, int type, byte[] body) {
        return new MlsWriter()
                .u16(MlsCrypto.VERSION)
                .u16(PrivateMessage.WIRE_FORMAT)
                .raw(framedContent(leafIndex, type, body))
                .raw(groupContext)
                .toBytes();
    }

    private byte[] framedContent(int leafIndex, int type, byte[] body) {
        return new MlsWriter()
                .opaque(groupId)
                .u64(number)
                .u8(SENDER_MEMBER)
                .u32(leafIndex)
                .opaque(new byte[0])
                .u8(type)
                .raw(body)
                .toBytes();
    }

    private byte[] contentAad(int type) {
        return new MlsWriter().raw(senderDataAad(type)).opaque(new byte[0]).toBytes();
    }

    private byte[] senderDataAad(int type) {
        return new MlsWriter().opaque(groupId).u64(number).u8(type).toBytes();
    }

    private byte[] senderDataKey(byte[] ciphertext) {
        return MlsCrypto.expandWithLabel(senderDataSecret, "key", sample(ciphertext), MlsCrypto.KEY_BYTES);
    }

    private byte[] senderDataNonce(byte[] ciphertext) {
        return MlsCrypto.expandWithLabel(senderDataSecret, "nonce", sample(ciphertext), MlsCrypto.NONCE_BYTES);
    }

    private static byte[] sample(byte[] ciphertext) {
        return Arrays.copyOf(ciphertext, Math.min(ciphertext.length, MlsCrypto.HASH_BYTES));
    }

    /** What a genuine message holds. */
    static final class Content {
        private final int leafIndex;
        private final Leaf leaf;
        private final int generation;
        private final byte[] plaintext;
        private final byte[] body;
        private final byte[] signature;
        private final byte[] confirmationTag;
        private final Runnable spend;

        private Content(
                int leafIndex,
                Leaf leaf,
                int generation,
                byte[] plaintext,
                byte[] body,
                byte[] signature,
                byte[] confirmationTag,
                Runnable spend) {
            this.leafIndex = leafIndex;
            this.leaf = leaf;
            this.generation = generation;
            this.plaintext = plaintext;
            this.body = body;
            this.signature = signature;
            this.confirmationTag = confirmationTag;
            this.spend = spend;
        }

        void spendKey() {
            spend.run();
        }

        int leafIndex() {
            return leafIndex;
        }

        Leaf leaf() {
            return leaf;
        }

        int generation() {
            return generation;
        }

        byte[] plaintext() {
            return plaintext;
        }

        byte[] body() {
            return body;
        }
    }
}
