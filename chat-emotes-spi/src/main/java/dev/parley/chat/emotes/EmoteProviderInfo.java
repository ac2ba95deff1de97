package dev.parley.chat.emotes;

import java.util.List;

/**
 * Describes a provider that is in use.
 *
 * @param id its id
 * @param displayName its name for people
 * @param settings the settings that it understands
 */
public record EmoteProviderInfo(String id, String displayName, List<EmoteSetting> settings) {
    /**
     * Checks the parts and copies what could change.
     *
     * @param id as described above
     * @param displayName as described above
     * @param settings as described above
     */
    public EmoteProviderInfo {
        settings = List.copyOf(settings);
    }
}
