package dev.parley.chat.worker.internal.auth;

import dev.parley.chat.worker.internal.rooms.Encoding;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The names of accounts inside the worker: one for each {@code sub} of each issuer and for each guest, from which none
 * of these can be read, only whether it is a guest. So two issuers never share an account, and no mail address gets
 * into the database, a room token or a log.
 */
public final class Accounts {
    /** In the place of an issuer: no URL, so that no configured issuer is one of them. */
    static final String DEVELOPMENT = "development";

    private static final String GUEST = "guest";

    /** Before the name of a guest's account; no other one has a full stop. */
    private static final String GUEST_PREFIX = "guest.";

    private static final String DOMAIN = "parley-account-v1";
    private static final int NAME_BYTES = 20;

    private Accounts() {}

    /** The account of a {@code sub} of an issuer. */
    public static String of(String issuer, String subject) {
        // No URL holds a zero byte, so the parts cannot be shifted against each other.
        byte[] text = (DOMAIN + '\0' + issuer + '\0' + subject).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
            return Encoding.base32(Arrays.copyOf(hash, NAME_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The account of the guest who knows a secret. */
    static String ofGuest(String secret) {
        return GUEST_PREFIX + of(GUEST, secret);
    }

    /** Whether an account is that of a guest, whatever token it came with. */
    public static boolean isGuest(String account) {
        return account.startsWith(GUEST_PREFIX);
    }

    /** The account of a name at the development issuer, whichever port the worker listens at. */
    public static String ofDevelopment(String clientId) {
        return of(DEVELOPMENT, clientId);
    }
}
