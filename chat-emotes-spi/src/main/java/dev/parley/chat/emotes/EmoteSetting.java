package dev.parley.chat.emotes;

import java.util.Objects;

/**
 * Describes one setting that a provider understands, so that a program can list and document it.
 *
 * @param key the key: the provider's id, a dot, and a name, such as {@code 7tv.url}
 * @param description what it means, its form and its default, in a sentence or two
 */
public record EmoteSetting(String key, String description) {
    /**
     * Checks the parts and copies what could change.
     *
     * @param key as described above
     * @param description as described above
     */
    public EmoteSetting {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(description, "description");
    }
}
