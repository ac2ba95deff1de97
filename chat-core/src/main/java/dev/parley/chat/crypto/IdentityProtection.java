package dev.parley.chat.crypto;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How an identity is protected where it is kept: sealed under a passphrase, or by the permissions of its file and
 * nothing else. There is no default; who keeps an identity chooses.
 *
 * <p>A passphrase is held until {@link #close} and never printed. Wiping is best effort: the JVM may have copied an
 * array. All methods may be called from any thread.
 */
public final class IdentityProtection implements AutoCloseable {

    /** The two ways. */
    public enum Kind {
        /** Sealed under a key that Argon2id makes of a passphrase: who copies the file has to guess it. */
        PASSPHRASE,
        /** In plain text: who copies the file, or a backup of it, is that identity. */
        FILE_PERMISSIONS_ONLY
    }

    /** Longest passphrase in bytes of UTF-8. */
    public static final int MAX_PASSPHRASE_BYTES = 1024;

    private static final IdentityProtection FILE_PERMISSIONS_ONLY = new IdentityProtection(null);

    private final @Nullable SecretBytes passphrase;

    private IdentityProtection(@Nullable SecretBytes passphrase) {
        this.passphrase = passphrase;
    }

    /**
     * Protects by a passphrase, which is brought into Unicode normalization form C, so that it is the same from every
     * keyboard. Its strength is the caller's to judge: nothing but empty ones is refused here.
     *
     * @param passphrase copied; the caller still has to wipe its own array
     * @return a protection, to be closed when it was used
     * @throws IllegalArgumentException if the passphrase is empty, has more than {@value #MAX_PASSPHRASE_BYTES} bytes
     *     of UTF-8, or half a surrogate pair
     */
    public static IdentityProtection passphrase(char[] passphrase) {
        CharBuffer chars = CharBuffer.wrap(passphrase);
        ByteBuffer encoded = ByteBuffer.allocate(0);
        byte[] bytes = new byte[0];
        try {
            CharSequence normal = Normalizer.isNormalized(chars, Normalizer.Form.NFC)
                    ? chars
                    : Normalizer.normalize(chars, Normalizer.Form.NFC);
            encoded = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(normal));
            if (encoded.remaining() == 0 || encoded.remaining() > MAX_PASSPHRASE_BYTES) {
                throw new IllegalArgumentException("a passphrase has 1 to " + MAX_PASSPHRASE_BYTES + " bytes of UTF-8");
            }
            bytes = Arrays.copyOf(encoded.array(), encoded.limit());
            return new IdentityProtection(SecretBytes.copyOf(bytes, InsecureSecretAccess.get()));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a passphrase holds no half surrogate pair", e);
        } finally {
            Arrays.fill(encoded.array(), (byte) 0);
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Protects by nothing but the permissions of the file, 0600 where the file system knows them. Insecure against
     * whoever gets at the disk, a backup of it, or another program of the same user.
     *
     * @return the protection; closing it does nothing
     */
    public static IdentityProtection insecureFilePermissionsOnly() {
        return FILE_PERMISSIONS_ONLY;
    }

    /**
     * Says which of the two it is.
     *
     * @return the kind
     */
    public Kind kind() {
        return passphrase == null ? Kind.FILE_PERMISSIONS_ONLY : Kind.PASSPHRASE;
    }

    /**
     * Returns the passphrase.
     *
     * @return a copy to be wiped, or null if there is none
     * @throws IllegalStateException if it was wiped
     */
    byte @Nullable [] passphraseBytes() {
        return passphrase == null ? null : passphrase.toByteArray(InsecureSecretAccess.get());
    }

    /** Wipes the passphrase. Closing again does nothing. */
    @Override
    public void close() {
        if (passphrase != null) {
            passphrase.close();
        }
    }

    /**
     * Names the kind and nothing else.
     *
     * @return for example {@code IdentityProtection(PASSPHRASE)}
     */
    @Override
    public String toString() {
        return "IdentityProtection(" + kind() + ")";
    }
}
