package dev.parley.chat.emotes;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How one source stands.
 *
 * @param providerId the provider
 * @param name the source
 * @param scope how widely its set holds
 * @param emoteCount how many emotes its last good set has; 0 if none was loaded yet
 * @param skippedCount how many entries were left out of that set
 * @param skippedNotes which and why, for the first of them
 * @param failure how the last attempt failed; nothing if it succeeded or there was none
 */
public record EmoteSourceStatus(
        String providerId,
        String name,
        EmoteScope scope,
        int emoteCount,
        int skippedCount,
        List<String> skippedNotes,
        Optional<EmoteProviderFailure> failure) {
    /**
     * Checks the parts and copies what could change.
     *
     * @param providerId as described above
     * @param name as described above
     * @param scope as described above
     * @param emoteCount as described above
     * @param skippedCount as described above
     * @param skippedNotes as described above
     * @param failure as described above
     */
    public EmoteSourceStatus {
        Objects.requireNonNull(providerId, "providerId");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(scope, "scope");
        skippedNotes = List.copyOf(skippedNotes);
        Objects.requireNonNull(failure, "failure");
    }
}
