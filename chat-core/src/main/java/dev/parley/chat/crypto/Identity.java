package dev.parley.chat.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.parley.chat.IdentityException;
import dev.parley.chat.PeerId;
import dev.parley.chat.StoreException;
import dev.parley.chat.internal.crypto.Ed25519;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.crypto.X25519Keys;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * Who the local participant is: an Ed25519 key pair that names and signs, and an X25519 key pair that others seal to.
 * Its public half is the {@link PeerCard}.
 *
 * <p>The private keys cannot be read through this type; they leave it only into a file or an export. Immutable; all
 * methods may be called from any thread but a room's: those that take a path block on the file system, and those that
 * take a passphrase compute for some tenths of a second in 64 MiB of memory (more for a file that asks for more, up to
 * 256 MiB and 16 passes; a file beyond that is refused before any work). Do not call these in a {@code RoomListener}.
 *
 * <p>What is kept is ASCII text, {@link IdentityProtection one of two}; each line but the first is a name, a colon, a
 * space and a value, and ends with a line feed.
 *
 * <ul>
 *   <li>In plain: {@code parley-identity-v1}, then {@code ed25519-seed}, {@code x25519-key} (64 hexadecimal digits
 *       each) and {@code peer-id}.
 *   <li>Sealed: {@code parley-identity-sealed-v1}, then {@code peer-id}; {@code argon2id}, which is {@code v=19 m=65536
 *       t=3 p=4} in new ones (RFC 9106: KiB of memory, passes, lanes); {@code salt} (16 bytes in hexadecimal);
 *       {@code nonce} (12); {@code sealed} (80): seed and key under AES-256-GCM, the key being Argon2id of the
 *       passphrase, the associated data all lines before; {@code check}: the first 8 bytes of SHA-256 over all lines
 *       before.
 * </ul>
 *
 * <p>Where the file system knows POSIX permissions, a file is made with 0600, and one that others may use is refused.
 */
public final class Identity {

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
     * @param protection how it is protected, which has to be how it was saved
     * @return the identity
     * @throws IdentityException if there is no such file (NOT_FOUND), it cannot be opened this way (PASSPHRASE_NEEDED,
     *     WRONG_PASSPHRASE, NOT_SEALED, NOT_ENOUGH_MEMORY), is none (DAMAGED, UNKNOWN_VERSION) or may be used by others
     *     (EXPOSED)
     * @throws StoreException if the file cannot be read
     */
    public static Identity load(Path file, IdentityProtection protection) {
        return new IdentityFile(file).load(protection);
    }

    /**
     * Reads an identity from a file, or makes one and writes it there if there is no such file. Of several processes
     * that do so at the same time one makes the identity and all return it.
     *
     * @param file where the identity is kept; missing parent directories are made
     * @param protection how it is protected
     * @return the identity
     * @throws IdentityException as {@link #load}
     * @throws StoreException if the file cannot be read or written
     */
    public static Identity loadOrCreate(Path file, IdentityProtection protection) {
        return new IdentityFile(file).loadOrCreate(protection);
    }

    /**
     * Says how the identity of a file is protected, without opening it.
     *
     * @param file what {@link #save} wrote
     * @return how, or empty if there is no such file
     * @throws IdentityException if it is no identity (DAMAGED, UNKNOWN_VERSION) or may be used by others (EXPOSED)
     * @throws StoreException if the file cannot be read
     */
    public static Optional<IdentityProtection.Kind> protectionOf(Path file) {
        return new IdentityFile(file).protection();
    }

    /**
     * Protects the identity of a file in another way: under another passphrase, under one instead of none, or the other
     * way round. A crash leaves the file as it was or as it shall be. What was there before may stay on the disk until
     * the file system uses its place again, and in backups.
     *
     * @param file what {@link #save} wrote
     * @param current how it is protected
     * @param next how it shall be protected
     * @return the identity
     * @throws IdentityException as {@link #load}; the file is as it was
     * @throws StoreException if the file cannot be read or written; it is as it was
     */
    public static Identity changeProtection(Path file, IdentityProtection current, IdentityProtection next) {
        return new IdentityFile(file).protect(current, next);
    }

    /**
     * Writes the identity to a file: first completely to a temporary file beside it, which is forced to the disk, then
     * renamed, so that a crash leaves either nothing or all of it. Saving to a file that holds the same identity under
     * the same protection does nothing.
     *
     * @param file where to write; missing parent directories are made
     * @param protection how to protect it
     * @throws IdentityException if the file holds another identity (OCCUPIED) or cannot be opened, as {@link #load}; it
     *     is left alone
     * @throws StoreException if the file cannot be written
     */
    public void save(Path file, IdentityProtection protection) {
        new IdentityFile(file).save(this, protection);
    }

    /**
     * Writes the identity to a file, also over another one, which is copied to a backup beside it first: the name of
     * the file and {@code .backup}, {@code .backup-2} and so on. What was there need not be opened for that.
     *
     * @param file where to write; missing parent directories are made
     * @param protection how to protect it
     * @return the backup, or empty if there was no file
     * @throws IdentityException if what is there is no identity (DAMAGED, UNKNOWN_VERSION, EXPOSED), or has 100 backups
     *     already (OCCUPIED); it is left alone
     * @throws StoreException if the file cannot be read or written
     */
    public Optional<Path> replace(Path file, IdentityProtection protection) {
        return new IdentityFile(file).replace(this, protection);
    }

    /**
     * Writes the identity as text that may leave this machine: the sealed form that files have.
     *
     * @param passphrase the passphrase to seal it under
     * @return 7 lines of ASCII
     * @throws IllegalArgumentException if the protection is no passphrase
     * @throws IdentityException NOT_ENOUGH_MEMORY
     */
    public String exportSealed(IdentityProtection passphrase) {
        requirePassphrase(passphrase);
        return new String(IdentityText.encode(this, passphrase), US_ASCII);
    }

    /**
     * Reads what {@link #exportSealed} or {@link #save} with a passphrase wrote.
     *
     * @param text the export; line breaks of any system
     * @param passphrase the passphrase it was sealed under
     * @return the identity, not saved anywhere
     * @throws IllegalArgumentException if the protection is no passphrase
     * @throws IdentityException WRONG_PASSPHRASE, NOT_SEALED, DAMAGED, UNKNOWN_VERSION or NOT_ENOUGH_MEMORY
     */
    public static Identity importSealed(String text, IdentityProtection passphrase) {
        requirePassphrase(passphrase);
        return IdentityText.decode(text.getBytes(US_ASCII), passphrase, "the export");
    }

    private static void requirePassphrase(IdentityProtection protection) {
        if (protection.kind() != IdentityProtection.Kind.PASSPHRASE) {
            throw new IllegalArgumentException("an export is sealed under a passphrase");
        }
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
}
