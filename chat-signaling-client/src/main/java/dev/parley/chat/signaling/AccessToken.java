package dev.parley.chat.signaling;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What proves an account to the signaling worker: a bearer token (RFC 6750). Its {@code toString} hides the value.
 *
 * @param value 1…{@value #MAX_CHARACTERS} visible ASCII characters, no space
 * @param expiresAt when the token stops being good; null if that is not known
 */
public record AccessToken(String value, @Nullable Instant expiresAt) {

    /** Longest token, in characters; a request's headers may have 16 KiB. */
    public static final int MAX_CHARACTERS = 8 * 1024;

    /**
     * Checks the form, so that a token never fails later, inside a message that repeats it.
     *
     * @throws IllegalArgumentException if {@code value} cannot be sent in a header
     */
    public AccessToken {
        if (value.isEmpty() || value.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "an access token has 1 to " + MAX_CHARACTERS + " characters, not " + value.length());
        }
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("an access token has visible ASCII characters only");
        }
    }

    /**
     * Makes a token whose end is not known. It is used until the worker refuses it.
     *
     * @param value the token
     * @return the token
     * @throws IllegalArgumentException if {@code value} cannot be sent in a header
     */
    public static AccessToken of(String value) {
        return new AccessToken(value, null);
    }

    @Override
    public String toString() {
        return "AccessToken[hidden" + (expiresAt == null ? "]" : ", expires " + expiresAt + "]");
    }
}
