package dev.parley.chat.emotes;

import java.util.List;
import java.util.Objects;

/**
 * What a search has found.
 *
 * @param query what was looked for
 * @param emotes the emotes: those that can be typed already first, by rank, then those that a provider's server knows
 *     besides, in the provider's order
 * @param failures which providers did not answer, and why; the emotes are those of the others then
 * @param superseded whether a newer search came before the servers were asked; the emotes are those that can be typed
 *     then
 */
public record EmoteSearchResult(
        String query, List<Emote> emotes, List<EmoteProviderFailure> failures, boolean superseded) {
    /**
     * Checks the parts and copies what could change.
     *
     * @param query as described above
     * @param emotes as described above
     * @param failures as described above
     * @param superseded as described above
     */
    public EmoteSearchResult {
        Objects.requireNonNull(query, "query");
        emotes = List.copyOf(emotes);
        failures = List.copyOf(failures);
    }
}
