package dev.parley.chat.emotes;

import java.util.List;

/**
 * The door to a provider of emotes; the service that a plugin implements. It needs a public class with a public
 * constructor without parameters, declared with {@code provides dev.parley.chat.emotes.EmoteProviderFactory with …} in
 * the module's descriptor, and, to work from the class path as well, named in
 * {@code META-INF/services/dev.parley.chat.emotes.EmoteProviderFactory}.
 *
 * <p>No method may do I/O or block. The registry calls each from the thread that builds it, and shields itself and the
 * other providers from whatever is thrown.
 *
 * <p>A complete provider:
 *
 * <pre>{@code
 * public final class PartyEmotes implements EmoteProviderFactory {
 *     public String id() { return "party"; }
 *     public String displayName() { return "Party emotes"; }
 *     public EmoteProvider create(EmoteSettings settings) {
 *         URI list = URI.create("https://party.example/emotes.txt");
 *         return () -> List.of(EmoteSource.of("global", EmoteScope.GLOBAL, context -> parse(context.require(list))));
 *     }
 * }
 * }</pre>
 */
public interface EmoteProviderFactory {
    /**
     * Names the provider for good: in settings, in messages and on the disk.
     *
     * @return an id that matches {@link EmoteId#PROVIDER_ID_PATTERN}; always the same
     */
    String id();

    /**
     * Names the provider for people.
     *
     * @return a short name, such as {@code 7TV}
     */
    String displayName();

    /**
     * Describes the settings that {@link #create} understands.
     *
     * @return the settings; none by default. Each key begins with {@link #id()} and a dot.
     */
    default List<EmoteSetting> settings() {
        return List.of();
    }

    /**
     * Makes a provider. With no setting at all it must succeed; a provider that then has nothing to load has no source.
     *
     * @param settings the settings of this provider
     * @return the provider
     * @throws IllegalArgumentException if a setting is not understood; the message names its key and what is expected
     */
    EmoteProvider create(EmoteSettings settings);
}
