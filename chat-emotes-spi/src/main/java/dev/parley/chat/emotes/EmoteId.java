package dev.parley.chat.emotes;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Names one emote for good: who provides it, and that provider's own id for it. This pair, never a URL, is what a
 * message carries.
 *
 * @param providerId the id of the provider's factory, such as {@code 7tv}; matches {@link #PROVIDER_ID_PATTERN}
 * @param value the provider's id of the emote, opaque: 1 to {@value #MAX_VALUE_CHARS} UTF-16 code units without white
 *     space or control characters; compared exactly
 */
public record EmoteId(String providerId, String value) {
    /** The most UTF-16 code units of an emote's id. */
    public static final int MAX_VALUE_CHARS = 256;

    /** What a provider id looks like: lower-case letters, digits and hyphens, 1 to 32 characters. */
    public static final String PROVIDER_ID_PATTERN = "[a-z0-9][a-z0-9-]{0,31}";

    private static final Pattern PROVIDER_ID = Pattern.compile(PROVIDER_ID_PATTERN);

    /**
     * Checks the parts and copies what could change.
     *
     * @param providerId as described above
     * @param value as described above
     * @throws IllegalArgumentException if a part is not as described above
     */
    public EmoteId {
        requireProviderId(providerId);
        Objects.requireNonNull(value, "value");
        if (value.isEmpty() || value.length() > MAX_VALUE_CHARS) {
            throw new IllegalArgumentException(
                    "emote id must have 1 to " + MAX_VALUE_CHARS + " characters, but has " + value.length());
        }
        if (CodeText.hasSpaceOrControl(value)) {
            throw new IllegalArgumentException("emote id holds white space or a control character");
        }
    }

    /**
     * Checks a provider id.
     *
     * @param providerId the id to check
     * @return the same id
     * @throws IllegalArgumentException if it does not match {@link #PROVIDER_ID_PATTERN}
     */
    public static String requireProviderId(String providerId) {
        Objects.requireNonNull(providerId, "providerId");
        if (!PROVIDER_ID.matcher(providerId).matches()) {
            throw new IllegalArgumentException("provider id must match " + PROVIDER_ID_PATTERN);
        }
        return providerId;
    }
}
