package dev.parley.chat.internal.mls;

import dev.parley.chat.internal.mls.MlsException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys of one epoch (RFC 9420 section 9): a tree of secrets whose leaves are the starts of each member's ratchets.
 * A secret is wiped as soon as what follows from it is known.
 *
 * <p>Different from BouncyCastle's, a ratchet moves only after the message under its key proved to be genuine: a
 * damaged copy, or a member that claims to be another, cannot spend a key; and a gap is refused before any work is done
 * for it (CVE-2026-59644).
 */
final class SecretTree {

    private static final byte[] LEFT = {'l', 'e', 'f', 't'};
    private static final byte[] RIGHT = {'r', 'i', 'g', 'h', 't'};
    private static final byte[] NOTHING = {};

    private final int leafCount;
    private final int maxGap;
    private final Map<Integer, byte[]> nodes = new HashMap<>();
    private final Map<Integer, Ratchets> ratchets = new HashMap<>();

    /** Takes over the encryption secret. The number of leaves is a power of two. */
    SecretTree(int leafCount, byte[] encryptionSecret, int maxGap) {
        this.leafCount = leafCount;
        this.maxGap = maxGap;
        nodes.put(leafCount - 1, encryptionSecret);
    }

    Ratchet application(int leaf) {
        return ratchets(leaf).application;
    }

    Ratchet handshake(int leaf) {
        return ratchets(leaf).handshake;
    }

    void wipe() {
        nodes.values().forEach(secret -> Arrays.fill(secret, (byte) 0));
        nodes.clear();
        ratchets.values().forEach(both -> {
            both.handshake.wipe();
            both.application.wipe();
        });
    }

    private Ratchets ratchets(int leaf) {
        Ratchets known = ratchets.get(leaf);
        if (known != null) {
            return known;
        }
        byte[] secret = leafSecret(leaf);
        Ratchets started = new Ratchets(
                new Ratchet(MlsCrypto.expandWithLabel(secret, "handshake", NOTHING, MlsCrypto.HASH_BYTES), maxGap),
                new Ratchet(MlsCrypto.expandWithLabel(secret, "application", NOTHING, MlsCrypto.HASH_BYTES), maxGap));
        Arrays.fill(secret, (byte) 0);
        ratchets.put(leaf, started);
        return started;
    }

    private byte[] leafSecret(int leaf) {
        int node = leafCount - 1;
        for (int level = Integer.numberOfTrailingZeros(leafCount); level > 0; level--) {
            int left = node - (1 << (level - 1));
            int right = node + (1 << (level - 1));
            byte[] secret = nodes.remove(node);
            if (secret != null) {
                nodes.put(left, MlsCrypto.expandWithLabel(secret, "tree", LEFT, MlsCrypto.HASH_BYTES));
                nodes.put(right, MlsCrypto.expandWithLabel(secret, "tree", RIGHT, MlsCrypto.HASH_BYTES));
                Arrays.fill(secret, (byte) 0);
            }
            node = 2 * leaf < node ? left : right;
        }
        byte[] secret = nodes.remove(node);
        if (secret == null) {
            throw new IllegalStateException("leaf " + leaf + " is not in a tree of " + leafCount);
        }
        return secret;
    }

    private record Ratchets(Ratchet handshake, Ratchet application) {}

    /** One sender's chain of message keys. */
    static final class Ratchet {

        private final int maxGap;
        private byte[] secret;
        private int next;
        private final TreeMap<Integer, MessageKey> skipped = new TreeMap<>();

        Ratchet(byte[] secret, int maxGap) {
            this.secret = secret;
            this.maxGap = maxGap;
        }

        /** Returns the key of the next message that is sent, which is then forgotten here. */
        MessageKey send() {
            MessageKey key = keyOf(secret, next);
            byte[] following = following(secret, next);
            Arrays.fill(secret, (byte) 0);
            secret = following;
            next++;
            return key;
        }

        /**
         * Finds the key of a generation without changing anything.
         *
         * @throws MlsException if the key was used or dropped, or lies too far ahead
         */
        Step find(int generation) throws MlsException {
            if (generation < 0) {
                throw new MlsException(Kind.REPLAYED_OR_FORGED, "the sender's message counter is out of range");
            }
            if (generation < next) {
                MessageKey key = skipped.get(generation);
                if (key == null) {
                    throw new MlsException(Kind.REPLAYED_OR_FORGED, "message " + generation + " came before");
                }
                return new Step(key, List.of(), secret, next);
            }
            if (generation - next > maxGap) {
                throw new MlsException(
                        Kind.REPLAYED_OR_FORGED,
                        "the sender skipped " + (generation - next) + " messages where " + maxGap + " are allowed");
            }
            byte[] current = secret;
            List<MessageKey> passed = new ArrayList<>();
            for (int i = next; i < generation; i++) {
                passed.add(keyOf(current, i));
                current = following(current, i);
            }
            return new Step(keyOf(current, generation), passed, following(current, generation), generation + 1);
        }

        /** Takes a step whose message proved to be genuine: its key can never be found again. */
        void take(Step step) {
            skipped.remove(step.key.generation);
            for (MessageKey key : step.passed) {
                skipped.put(key.generation, key);
            }
            while (skipped.size() > maxGap) {
                skipped.pollFirstEntry();
            }
            if (step.next > next) {
                Arrays.fill(secret, (byte) 0);
                secret = step.secret;
                next = step.next;
            }
            step.key.wipe();
        }

        private void wipe() {
            Arrays.fill(secret, (byte) 0);
            skipped.values().forEach(MessageKey::wipe);
            skipped.clear();
        }

        private static MessageKey keyOf(byte[] secret, int generation) {
            return new MessageKey(
                    generation,
                    derive(secret, "key", generation, MlsCrypto.KEY_BYTES),
                    derive(secret, "nonce", generation, MlsCrypto.NONCE_BYTES));
        }

        private static byte[] following(byte[] secret, int generation) {
            return derive(secret, "secret", generation, MlsCrypto.HASH_BYTES);
        }

        private static byte[] derive(byte[] secret, String label, int generation, int length) {
            return MlsCrypto.expandWithLabel(
                    secret, label, new MlsWriter().u32(generation).toBytes(), length);
        }
    }

    /** A key that was found, and where its ratchet would be after it. */
    static final class Step {
        private final MessageKey key;
        private final List<MessageKey> passed;
        private final byte[] secret;
        private final int next;

        private Step(MessageKey key, List<MessageKey> passed, byte[] secret, int next) {
            this.key = key;
            this.passed = passed;
            this.secret = secret;
            this.next = next;
        }

        MessageKey key() {
            return key;
        }
    }

    /** The key and nonce of one message. */
    static final class MessageKey {
        private final int generation;
        private final byte[] key;
        private final byte[] nonce;

        private MessageKey(int generation, byte[] key, byte[] nonce) {
            this.generation = generation;
            this.key = key;
            this.nonce = nonce;
        }

        int generation() {
            return generation;
        }

        byte[] key() {
            return key;
        }

        /** Returns the nonce with the sender's random guard mixed in (RFC 9420 section 6.3.1). */
        byte[] nonce(byte[] reuseGuard) {
            byte[] guarded = nonce.clone();
            for (int i = 0; i < reuseGuard.length; i++) {
                guarded[i] ^= reuseGuard[i];
            }
            return guarded;
        }

        void wipe() {
            Arrays.fill(key, (byte) 0);
            Arrays.fill(nonce, (byte) 0);
        }
    }
}
