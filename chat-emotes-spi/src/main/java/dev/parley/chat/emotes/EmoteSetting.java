package dev.parley.chat.emotes;

import java.util.Objects;

/**
 * Describes one setting that a provider understands, so that a program can list and document it.
 *
 * @param key the key: the provider's id, a dot, and a name, such as {@code 7tv.url}
 * @param description what it means, its form and its default, in a sentence or two
 * @param secrecy whether a value may be shown
 */
public record EmoteSetting(String key, String description, Secrecy secrecy) {
    /** Whether a program may show the value of a setting. */
    public enum Secrecy {
        /** It may. */
        OPEN,
        /** It may not, nor log it: it is a token or the like. */
        SECRET
    }

    /**
     * Checks the parts and copies what could change.
     *
     * @param key as described above
     * @param description as described above
     * @param secrecy as described above
     */
    public EmoteSetting {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(secrecy, "secrecy");
    }

    /**
     * Describes a setting whose value may be shown.
     *
     * @param key as described above
     * @param description as described above
     */
    public EmoteSetting(String key, String description) {
        this(key, description, Secrecy.OPEN);
    }
}
