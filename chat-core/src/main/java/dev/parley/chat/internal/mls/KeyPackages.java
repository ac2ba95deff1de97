package dev.parley.chat.internal.mls;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.X25519Keys;
import dev.parley.chat.internal.mls.MlsException.Kind;

/** Key packages (RFC 9420 section 10), which BouncyCastle lets nobody make without naming a package it hides. */
final class KeyPackages {

    /** Longest key package as it travels, in bytes; ours has some 320. */
    static final int MAX_BYTES = 2048;

    static final int WIRE_FORMAT = 5;

    private static final long SECONDS_BEFORE = 24 * 3600;
    private static final long SECONDS_AFTER = 24 * 3600;

    /** How much of its lifetime a stranger's package has to have before and behind it. */
    private static final long SECONDS_MARGIN = 3600;

    private KeyPackages() {}

    /** Makes the signed leaf of a new member. */
    static byte[] leaf(Identity self, byte[] encryptionKey, long nowEpochMillis) {
        // BouncyCastle holds a lifetime against the machine's clock and takes no other. Under a virtual clock the two
        // differ, so that the lifetime has to hold both.
        long machineMillis = System.currentTimeMillis();
        long notBefore = Math.max(0, Math.min(nowEpochMillis, machineMillis) / 1000 - SECONDS_BEFORE);
        long notAfter = Math.max(nowEpochMillis, machineMillis) / 1000 + SECONDS_AFTER;
        byte[] unsigned =
                Leaf.unsigned(self.peerId(), self.card().ed25519PublicKey(), encryptionKey, notBefore, notAfter);
        return signed(self, "LeafNodeTBS", unsigned);
    }

    /** Makes a signed key package, without the header of a message. */
    static byte[] make(Identity self, byte[] initKey, byte[] leaf) {
        byte[] unsigned = new MlsWriter()
                .u16(MlsCrypto.VERSION)
                .u16(MlsCrypto.SUITE_ID)
                .opaque(initKey)
                .raw(leaf)
                .opaque(new byte[0])
                .toBytes();
        return signed(self, "KeyPackageTBS", unsigned);
    }

    private static byte[] signed(Identity self, String label, byte[] unsigned) {
        return new MlsWriter()
                .raw(unsigned)
                .opaque(IdentityKeys.of(self).sign(MlsCrypto.signContent(label, unsigned)))
                .toBytes();
    }

    static byte[] toMessage(byte[] keyPackage) {
        return new MlsWriter()
                .u16(MlsCrypto.VERSION)
                .u16(WIRE_FORMAT)
                .raw(keyPackage)
                .toBytes();
    }

    /** Checks a stranger's key package message and returns the key package in it. */
    static Checked checkMessage(byte[] message, MlsLimits limits, long nowEpochMillis) throws MlsException {
        if (message.length > MAX_BYTES) {
            throw new MlsException(
                    Kind.TOO_LARGE, "a key package has at most " + MAX_BYTES + " bytes, not " + message.length);
        }
        MlsReader reader = new MlsReader(message);
        if (reader.u16() != MlsCrypto.VERSION || reader.u16() != WIRE_FORMAT) {
            throw new MlsException(Kind.MALFORMED, "not a key package");
        }
        Checked checked = check(reader, limits, nowEpochMillis);
        reader.end();
        requireMargin(checked.leaf(), nowEpochMillis);
        return checked;
    }

    /** Checks the key package at which a reader stands (RFC 9420 section 10.1). */
    static Checked check(MlsReader reader, MlsLimits limits, long nowEpochMillis) throws MlsException {
        int start = reader.position();
        if (reader.u16() != MlsCrypto.VERSION || reader.u16() != MlsCrypto.SUITE_ID) {
            throw new MlsException(Kind.POLICY, "a key package is for another version or suite");
        }
        byte[] initKey = reader.opaqueOf(MlsCrypto.PUBLIC_KEY_BYTES);
        Leaf leaf = Leaf.read(reader);
        reader.opaque(0);
        byte[] toBeSigned = reader.since(start);
        byte[] signature = reader.opaqueOf(MlsCrypto.SIGNATURE_BYTES);
        byte[] bytes = reader.since(start);
        if (!leaf.isFromKeyPackage()) {
            throw new MlsException(Kind.POLICY, "a key package's leaf is not one of a key package");
        }
        if (leaf.hasEncryptionKey(initKey)) {
            throw new MlsException(Kind.POLICY, "a key package uses one key twice");
        }
        if (!X25519Keys.isSound(initKey) || !leaf.isEncryptionKeySound()) {
            throw new MlsException(Kind.POLICY, "a key package's key is a point of small order");
        }
        requireLifetime(leaf, limits, nowEpochMillis);
        leaf.requireSigned(new byte[0], 0);
        if (!MlsCrypto.verifyWithLabel(leaf.verifyingKey(), "KeyPackageTBS", toBeSigned, signature)) {
            throw new MlsException(Kind.REPLAYED_OR_FORGED, "a key package's signature does not verify");
        }
        return new Checked(bytes, leaf);
    }

    /**
     * The library holds a lifetime against the machine's clock, to the second, when the committer adds the member and
     * again at every member that takes in the commit. A package at the edge of its lifetime would pass here and fail
     * there.
     */
    private static void requireMargin(Leaf leaf, long nowEpochMillis) throws MlsException {
        long machineMillis = System.currentTimeMillis();
        long earliestSeconds = Math.min(nowEpochMillis, machineMillis) / 1000;
        long latestSeconds = Math.max(nowEpochMillis, machineMillis) / 1000;
        if (leaf.notBeforeSeconds() > Math.max(0, earliestSeconds - SECONDS_MARGIN)
                || leaf.notAfterSeconds() < latestSeconds + SECONDS_MARGIN) {
            throw new MlsException(
                    Kind.POLICY, "a key package is at the edge of its lifetime or past it; the clocks may differ");
        }
    }

    private static void requireLifetime(Leaf leaf, MlsLimits limits, long nowEpochMillis) throws MlsException {
        long skewSeconds = limits.maxClockSkewMillis() / 1000;
        long nowSeconds = nowEpochMillis / 1000;
        long latestSeconds = Math.max(nowEpochMillis, System.currentTimeMillis()) / 1000;
        long notBefore = leaf.notBeforeSeconds();
        long notAfter = leaf.notAfterSeconds();
        if (notBefore < 0 || notAfter < 0 || notAfter > latestSeconds + SECONDS_AFTER + skewSeconds) {
            throw new MlsException(Kind.POLICY, "a key package lives too long");
        }
        if (nowSeconds + skewSeconds < notBefore || nowSeconds - skewSeconds > notAfter) {
            throw new MlsException(Kind.POLICY, "a key package is out of date; the clocks may differ");
        }
    }

    /** A key package that passed all checks. */
    static final class Checked {
        private final byte[] bytes;
        private final Leaf leaf;

        Checked(byte[] bytes, Leaf leaf) {
            this.bytes = bytes;
            this.leaf = leaf;
        }

        byte[] bytes() {
            return bytes;
        }

        Leaf leaf() {
            return leaf;
        }
    }
}
