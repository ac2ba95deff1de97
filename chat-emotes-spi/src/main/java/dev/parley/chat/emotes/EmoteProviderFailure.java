package dev.parley.chat.emotes;

import java.util.Objects;

/**
 * Reports that something of one provider does not work. No other provider is affected.
 *
 * @param provider who: the provider's id, or, where that is unknown, what is known of the plugin
 * @param what what failed: {@code plugin}, {@code setting KEY}, or the name of a source
 * @param reason why
 * @param message what happened, for people; without secrets or IP addresses
 */
public record EmoteProviderFailure(String provider, String what, EmoteLoadException.Reason reason, String message) {
    /**
     * Checks the parts and copies what could change.
     *
     * @param provider as described above
     * @param what as described above
     * @param reason as described above
     * @param message as described above
     */
    public EmoteProviderFailure {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(message, "message");
    }
}
