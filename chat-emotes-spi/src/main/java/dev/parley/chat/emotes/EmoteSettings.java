package dev.parley.chat.emotes;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings that one provider is given: those whose keys begin with its id and a dot, and no others. Immutable. A
 * value that is blank counts as not set; values are stripped of white space around them.
 */
public final class EmoteSettings {
    private final Map<String, String> values = new TreeMap<>();

    private EmoteSettings(Map<String, String> settings, String prefix) {
        settings.forEach((key, value) -> {
            if (key.startsWith(prefix) && !value.isBlank()) {
                values.put(key, value.strip());
            }
        });
    }

    /**
     * Picks the settings of one provider.
     *
     * @param settings settings by key, of any number of providers
     * @param providerId the provider
     * @return its settings
     */
    public static EmoteSettings of(Map<String, String> settings, String providerId) {
        return new EmoteSettings(settings, EmoteId.requireProviderId(providerId) + ".");
    }

    /**
     * Looks up a value.
     *
     * @param key the complete key, such as {@code 7tv.url}
     * @return the value, if it is set
     */
    public Optional<String> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    @Override
    public String toString() {
        // Keys only: a value may be a token.
        return "EmoteSettings" + values.keySet();
    }
}
