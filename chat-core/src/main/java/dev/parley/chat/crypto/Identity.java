package dev.parley.chat.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.PeerId;
import dev.parley.chat.StoreException;
import dev.parley.chat.internal.crypto.Ed25519;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.X25519Keys;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Who the local participant is: an Ed25519 key pair that names and signs, and an X25519 key pair that others seal to.
 * Its public half is the {@link PeerCard}.
 *
 * <p>The private keys cannot be read through this type; they leave it only into a file, by {@link #save}. Immutable;
 * all methods may be called from any thread. Those that take a path block on the file system.
 *
 * <p>The file is text: the line {@code parley-identity-v1}, then {@code ed25519-seed}, {@code x25519-key} and
 * {@code peer-id}, each with a colon, a space and its value. It is not encrypted; where the file system knows POSIX
 * permissions it is readable by its owner alone, and a file that is not so is refused.
 */
public final class Identity {

    private static final String HEADER = "parley-identity-v1";
    private static final String SEED_FIELD = "ed25519-seed: ";
    private static final String KEY_FIELD = "x25519-key: ";
    private static final String PEER_ID_FIELD = "peer-id: ";

    static {
        IdentityKeys.register(identity -> identity.keys);
    }

    private final IdentityKeys keys;
    private final PeerCard card;

    private Identity(byte[] ed25519Seed, byte[] x25519Key) {
        this.keys = new IdentityKeys(ed25519Seed, x25519Key);
        byte[] agreement = X25519Keys.publicKey(x25519Key);
        this.card = PeerCard.of(Ed25519.publicKey(ed25519Seed), agreement, keys.sign(PeerCard.signedBytes(agreement)));
    }

    /**
     * Makes a new identity from the platform's strong randomness.
     *
     * @return a new identity, not saved anywhere
     */
    public static Identity generate() {
        SecureRandom random = new SecureRandom();
        byte[] seed = new byte[Ed25519.SEED_BYTES];
        byte[] key = new byte[X25519Keys.BYTES];
        random.nextBytes(seed);
        random.nextBytes(key);
        try {
            return new Identity(seed, key);
        } finally {
            Arrays.fill(seed, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * Makes the identity of two given private keys, for tests that must repeat exactly. Insecure unless both are
     * uniformly random and known to nobody else.
     *
     * @param ed25519Seed 32 bytes
     * @param x25519Key 32 bytes, others than the seed
     * @return the identity
     * @throws IllegalArgumentException if a length is wrong
     */
    public static Identity fromInsecureSeeds(byte[] ed25519Seed, byte[] x25519Key) {
        return new Identity(ed25519Seed, x25519Key);
    }

    /**
     * Reads an identity from a file.
     *
     * @param file what {@link #save} wrote
     * @return the identity
     * @throws StoreException if the file is missing, cannot be read, may be read by others than its owner, or is not an
     *     identity; the message says what to do
     */
    public static Identity load(Path file) {
        return new IdentityFile(file).load();
    }

    /**
     * Reads an identity from a file, or makes one and writes it there if there is no such file. Of several processes
     * that do so at the same time one makes the identity and all return it.
     *
     * @param file where the identity is kept; missing parent directories are made
     * @return the identity
     * @throws StoreException as {@link #load} and {@link #save}
     */
    public static Identity loadOrCreate(Path file) {
        return new IdentityFile(file).loadOrCreate();
    }

    /**
     * Writes the identity to a file: first completely to a temporary file beside it, then renamed, so that a crash
     * leaves either nothing or all of it. Saving to a file that holds the same identity does nothing.
     *
     * @param file where to write; missing parent directories are made
     * @throws StoreException if the file holds anything else, which is left alone, or cannot be written
     */
    public void save(Path file) {
        new IdentityFile(file).save(this);
    }

    /**
     * Returns the public half, to be given to others.
     *
     * @return the card
     */
    public PeerCard card() {
        return card;
    }

    /**
     * Returns the id that the Ed25519 key names.
     *
     * @return the peer id
     */
    public PeerId peerId() {
        return card.peerId();
    }

    /**
     * Returns the fingerprint of both public keys.
     *
     * @return the same as {@code card().fingerprint()}
     */
    public Fingerprint fingerprint() {
        return card.fingerprint();
    }

    /**
     * Signs a message with the Ed25519 key; {@link PeerCard#verify} checks it. Begin the message with a label of your
     * own, so that no signature can be used for another purpose.
     *
     * @param message any bytes
     * @return a signature of 64 bytes
     */
    public byte[] sign(byte[] message) {
        return keys.sign(message);
    }

    /**
     * Names the peer; no key is in it.
     *
     * @return {@code Identity(} the peer id {@code )}
     */
    @Override
    public String toString() {
        return "Identity(" + peerId() + ")";
    }

    boolean sameKeysAs(Identity other) {
        return card.equals(other.card);
    }

    byte[] encode() {
        byte[] seed = keys.ed25519Seed();
        byte[] key = keys.x25519Key();
        try {
            String text = HEADER + "\n" + SEED_FIELD + HexFormat.of().formatHex(seed) + "\n" + KEY_FIELD
                    + HexFormat.of().formatHex(key) + "\n" + PEER_ID_FIELD + peerId() + "\n";
            return text.getBytes(US_ASCII);
        } finally {
            Arrays.fill(seed, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * Parses the text of a file.
     *
     * @throws IllegalArgumentException that says what is wrong, without any of the content
     */
    static Identity decode(byte[] content) {
        List<String> lines = new String(content, US_ASCII).lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw new IllegalArgumentException("its first line is not " + HEADER);
        }
        if (lines.size() != 4) {
            throw new IllegalArgumentException("it has " + lines.size() + " lines instead of 4");
        }
        byte[] seed = hexField(lines.get(1), SEED_FIELD);
        byte[] key = hexField(lines.get(2), KEY_FIELD);
        try {
            Identity identity = new Identity(seed, key);
            if (!lines.get(3).equals(PEER_ID_FIELD + identity.peerId())) {
                throw new IllegalArgumentException("its peer id does not belong to its keys");
            }
            return identity;
        } finally {
            Arrays.fill(seed, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] hexField(String line, String field) {
        String value = line.startsWith(field) ? line.substring(field.length()) : "";
        if (!value.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "its field " + field.substring(0, field.length() - 2) + " is not 64 hexadecimal digits");
        }
        return HexFormat.of().parseHex(value);
    }
}
