package dev.parley.chat.internal.crypto;

import dev.parley.chat.crypto.Identity;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/**
 * The private half of an {@link Identity}, for code of this module only: the package is concealed, and the public type
 * has no method that gives a private key. Immutable; any thread.
 */
public final class IdentityKeys {

    private static final AtomicReference<Function<Identity, IdentityKeys>> OPENER = new AtomicReference<>();

    private final Ed25519PrivateKeyParameters signing;
    private final byte[] agreement;

    /**
     * Holds copies of both private keys.
     *
     * @param ed25519Seed 32 bytes
     * @param x25519Key 32 bytes
     */
    public IdentityKeys(byte[] ed25519Seed, byte[] x25519Key) {
        if (ed25519Seed.length != Ed25519.SEED_BYTES || x25519Key.length != X25519Keys.BYTES) {
            throw new IllegalArgumentException("an identity has an Ed25519 seed and an X25519 key of 32 bytes each");
        }
        this.signing = new Ed25519PrivateKeyParameters(ed25519Seed, 0);
        this.agreement = x25519Key.clone();
    }

    /**
     * Returns the private keys of an identity.
     *
     * @param identity whose
     * @return its keys
     */
    public static IdentityKeys of(Identity identity) {
        Function<Identity, IdentityKeys> opener = OPENER.get();
        if (opener == null) {
            // An instance exists, so that its class has registered itself.
            throw new IllegalStateException("the identity class is not initialised");
        }
        return opener.apply(identity);
    }

    /**
     * Registers the one way into an identity; called once, by its class.
     *
     * @param opener gives the keys of an identity
     */
    public static void register(Function<Identity, IdentityKeys> opener) {
        if (!OPENER.compareAndSet(null, opener)) {
            throw new IllegalStateException("already registered");
        }
    }

    /**
     * Signs with the identity's Ed25519 key.
     *
     * @param message any bytes
     * @return a signature of 64 bytes
     */
    public byte[] sign(byte[] message) {
        return Ed25519.sign(signing, message);
    }

    /**
     * Returns the seed of the Ed25519 key.
     *
     * @return 32 new bytes, for the caller to wipe
     */
    public byte[] ed25519Seed() {
        return signing.getEncoded();
    }

    /**
     * Returns the X25519 private key.
     *
     * @return 32 new bytes, for the caller to wipe
     */
    public byte[] x25519Key() {
        return agreement.clone();
    }
}
