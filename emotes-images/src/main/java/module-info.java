/**
 * Images of emotes: what a stranger's file is, whether it is within bounds, its frames, and how a terminal draws them.
 *
 * <p>Begin at {@link dev.parley.chat.emotes.images.ImageFacts} to check a file, at
 * {@link dev.parley.chat.emotes.images.ImageDecoder} to show it.
 */
@org.jspecify.annotations.NullMarked
module dev.parley.chat.emotes.images {
    requires static org.jspecify;
    requires com.twelvemonkeys.imageio.webp;
    requires java.desktop;

    exports dev.parley.chat.emotes.images;
}
