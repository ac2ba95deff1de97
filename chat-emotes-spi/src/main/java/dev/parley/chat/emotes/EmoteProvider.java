package dev.parley.chat.emotes;

import java.util.List;

/**
 * A source of emotes, set up and ready. Made by an {@link EmoteProviderFactory}. It owns no thread, connection or
 * cache: the registry does, and lends them through {@link EmoteContext}.
 */
@FunctionalInterface
public interface EmoteProvider {
    /** The most sources of one provider; those beyond are reported and left alone. */
    int MAX_SOURCES = 64;

    /**
     * Lists what this provider loads, without doing I/O. Asked once.
     *
     * @return the sources; of two in the same scope the earlier one takes precedence. Their names must differ.
     */
    List<EmoteSource> sources();
}
