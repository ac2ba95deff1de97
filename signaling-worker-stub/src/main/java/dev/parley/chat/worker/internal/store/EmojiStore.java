package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The custom emoji of the worker and their images. Nothing of them expires.
 *
 * <p>Every method blocks for at most a short transaction and may be called from any thread. What a method has accepted
 * is still there after the process was killed, unless the store is in its memory. Every method throws a {@link Problem}
 * with {@code unavailable} when the storage fails. It is closed with the {@link RoomStore} beside it.
 */
public interface EmojiStore {

    /**
     * A custom emoji.
     *
     * @param id by which it is deleted; drawn anew for each
     * @param shortcode as it was written; another one that differs by case alone is the same one
     * @param category empty for none
     * @param account that it belongs to
     * @param image the name of its image: the hash of it, and the ending of its type
     * @param staticImage the name of its image that does not move; may be the same
     * @param mediaType of its image
     * @param bytes those of both images, which count for the quota
     */
    record Emoji(
            String id,
            String shortcode,
            String category,
            String account,
            String image,
            String staticImage,
            String mediaType,
            int bytes,
            long createdMillis) {

        /** What no two emoji have in common. */
        String foldedShortcode() {
            return shortcode.toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How many emoji there may be.
     *
     * @param perAccount emoji of one account
     * @param bytesPerAccount bytes of the images of one account's emoji; one that several emoji share counts for each
     * @param all emoji of all accounts
     * @param allBytes bytes of all emoji's images, counted the same way
     */
    record EmojiQuota(int perAccount, long bytesPerAccount, int all, long allBytes) {}

    /**
     * Adds an emoji, all of it or nothing.
     *
     * @param image the bytes of {@link Emoji#image}
     * @param staticImage the bytes of {@link Emoji#staticImage}
     * @throws Problem {@code emoji_exists} if the shortcode is taken, {@code quota_exceeded}
     */
    void addEmoji(Emoji emoji, byte[] image, byte[] staticImage, EmojiQuota quota);

    /**
     * Deletes an emoji, and its images unless another emoji has them.
     *
     * @param account that it must belong to; null if it may be anybody's
     * @return what was deleted
     * @throws Problem {@code emoji_not_found}, also if it belongs to another
     */
    Emoji removeEmoji(String id, @Nullable String account);

    /** All emoji, in the order of their shortcodes without regard to case. */
    List<Emoji> emoji();

    /** The bytes of an image, by the name that emoji have for it. */
    Optional<byte[]> emojiImage(String name);

    /** A text that is another one after each change of what {@link #emoji} answers, on whichever worker. */
    String emojiRevision();
}
