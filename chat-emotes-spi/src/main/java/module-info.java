/**
 * Emotes: the model, the provider SPI, the registry that loads providers, and the tokenizer.
 *
 * <p>Begin at {@link dev.parley.chat.emotes.EmoteRegistry}; to write a provider, at
 * {@link dev.parley.chat.emotes.EmoteProviderFactory}.
 */
@org.jspecify.annotations.NullMarked
module dev.parley.chat.emotes {
    requires static org.jspecify;
    requires dev.parley.chat.emotes.images;
    requires com.github.benmanes.caffeine;
    requires okhttp3;
    requires org.slf4j;

    exports dev.parley.chat.emotes;

    uses dev.parley.chat.emotes.EmoteProviderFactory;
}
