package dev.parley.chat.emotes;

import java.util.Objects;

/**
 * One set of emotes that is loaded, fails and is replaced as a whole, such as the emotes of one channel. If a source
 * fails, its last good set stays and no other source is touched.
 */
public interface EmoteSource {
    /**
     * Names this source within its provider, for people and logs.
     *
     * @return a name, such as {@code channel twitch/12345}; always the same
     */
    String name();

    /**
     * Tells how widely the set holds.
     *
     * @return the scope; always the same
     */
    EmoteScope scope();

    /**
     * Fetches and parses the set. Called on a thread of the registry, which it may block in {@link EmoteContext#fetch},
     * and never twice at once. When the registry's load timeout passes or the registry is closed, that thread is
     * interrupted and the result is ignored.
     *
     * <p>An answer that is cut or not understood must fail rather than give fewer emotes; a single odd entry should be
     * left out by {@link EmoteSet.Builder#skip}.
     *
     * @param context where to fetch from; valid during this call only
     * @return the complete set
     * @throws EmoteLoadException if the set cannot be had; anything else that is thrown is reported as
     *     {@link EmoteLoadException.Reason#CRASHED}
     * @throws InterruptedException if the registry gave up waiting
     */
    EmoteSet load(EmoteContext context) throws EmoteLoadException, InterruptedException;

    /**
     * Makes a source from its parts.
     *
     * @param name see {@link #name()}
     * @param scope see {@link #scope()}
     * @param loader what {@link #load} does
     * @return the source
     */
    static EmoteSource of(String name, EmoteScope scope, Loader loader) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(loader, "loader");
        return new EmoteSource() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public EmoteScope scope() {
                return scope;
            }

            @Override
            public EmoteSet load(EmoteContext context) throws EmoteLoadException, InterruptedException {
                return loader.load(context);
            }
        };
    }

    /** What {@link EmoteSource#load} does. */
    @FunctionalInterface
    interface Loader {
        /**
         * Fetches and parses a set; see {@link EmoteSource#load}.
         *
         * @param context where to fetch from
         * @return the complete set
         * @throws EmoteLoadException if the set cannot be had
         * @throws InterruptedException if the registry gave up waiting
         */
        EmoteSet load(EmoteContext context) throws EmoteLoadException, InterruptedException;
    }
}
