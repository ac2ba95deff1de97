package dev.parley.chat.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

/**
 * Holds secret bytes: it never prints them, compares them in constant time, and wipes its copy when closed.
 *
 * <p>Raw bytes go in and out only with a {@link SecretAccess}. All methods may be called from any thread.
 */
public final class SecretBytes implements AutoCloseable {

    private final byte[] bytes;
    private boolean closed;

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Copies bytes into a new holder. The caller still has to wipe its own array.
     *
     * @param bytes the secret
     * @param access the token of {@link InsecureSecretAccess#get()}
     * @return a new holder
     */
    public static SecretBytes copyOf(byte[] bytes, SecretAccess access) {
        Objects.requireNonNull(access, "access");
        return new SecretBytes(bytes.clone());
    }

    /**
     * Returns the secret.
     *
     * @param access the token of {@link InsecureSecretAccess#get()}
     * @return a new array, for the caller to wipe
     * @throws IllegalStateException if the holder was closed
     */
    public synchronized byte[] toByteArray(SecretAccess access) {
        Objects.requireNonNull(access, "access");
        requireOpen();
        return bytes.clone();
    }

    /**
     * Returns the number of bytes, which is no secret.
     *
     * @return the length in bytes
     */
    public int length() {
        return bytes.length;
    }

    /**
     * Says whether the bytes were wiped.
     *
     * @return true after {@link #close()}
     */
    public synchronized boolean isClosed() {
        return closed;
    }

    /** Overwrites the bytes with zeros. Closing again does nothing. */
    @Override
    public synchronized void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    /**
     * Compares in a time that depends on the lengths only. A closed holder equals only itself.
     *
     * @param other anything
     * @return true if both hold the same bytes
     */
    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof SecretBytes that)) {
            return false;
        }
        byte[] mine = snapshot();
        byte[] theirs = that.snapshot();
        try {
            return MessageDigest.isEqual(mine, theirs) && !isClosed() && !that.isClosed();
        } finally {
            Arrays.fill(mine, (byte) 0);
            Arrays.fill(theirs, (byte) 0);
        }
    }

    /**
     * Depends on the length only, since a hash of the content would leak it.
     *
     * @return a hash code
     */
    @Override
    public int hashCode() {
        return bytes.length;
    }

    /**
     * Tells the length and nothing else.
     *
     * @return for example {@code SecretBytes(32 bytes)}
     */
    @Override
    public String toString() {
        return "SecretBytes(" + bytes.length + " bytes)";
    }

    private synchronized byte[] snapshot() {
        return bytes.clone();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the secret was wiped");
        }
    }
}
