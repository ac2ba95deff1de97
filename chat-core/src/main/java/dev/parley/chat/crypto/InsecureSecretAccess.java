package dev.parley.chat.crypto;

/**
 * Hands out {@link SecretAccess}. Insecure because whoever calls it takes over the care for the bytes: keep them short,
 * wipe them, never log them.
 */
public final class InsecureSecretAccess {

    private InsecureSecretAccess() {}

    /**
     * Returns the access token.
     *
     * @return the token
     */
    public static SecretAccess get() {
        return SecretAccess.INSTANCE;
    }
}
