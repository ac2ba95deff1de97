package dev.parley.chat.crypto;

/**
 * Proof that the caller means to touch raw secret bytes. It holds nothing; every place that does so can be found by
 * searching for {@link InsecureSecretAccess}.
 */
public final class SecretAccess {

    static final SecretAccess INSTANCE = new SecretAccess();

    private SecretAccess() {}
}
