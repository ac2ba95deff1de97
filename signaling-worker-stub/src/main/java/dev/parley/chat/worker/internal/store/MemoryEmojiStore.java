package dev.parley.chat.worker.internal.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The emoji in memory: gone with the process. Safe for threads: one at a time. */
public final class MemoryEmojiStore implements EmojiStore {
    /** By the folded shortcode. */
    private final SortedMap<String, Emoji> byShortcode = new TreeMap<>();

    private final Map<String, byte[]> images = new HashMap<>();
    private long revision;

    @Override
    public synchronized void addEmoji(Emoji emoji, byte[] image, byte[] staticImage, EmojiQuota quota) {
        if (byShortcode.containsKey(emoji.foldedShortcode())) {
            throw Refusals.emojiExists();
        }
        int ofAccount = 0;
        long bytesOfAccount = emoji.bytes();
        long bytes = emoji.bytes();
        for (Emoji other : byShortcode.values()) {
            bytes += other.bytes();
            if (other.account().equals(emoji.account())) {
                ofAccount++;
                bytesOfAccount += other.bytes();
            }
        }
        Refusals.requireQuota(quota, ofAccount + 1, bytesOfAccount, byShortcode.size() + 1, bytes);
        byShortcode.put(emoji.foldedShortcode(), emoji);
        images.put(emoji.image(), image.clone());
        images.put(emoji.staticImage(), staticImage.clone());
        revision++;
    }

    @Override
    public synchronized Emoji removeEmoji(String id, @Nullable String account) {
        Emoji removed = byShortcode.values().stream()
                .filter(emoji -> emoji.id().equals(id))
                .filter(emoji -> account == null || emoji.account().equals(account))
                .findFirst()
                .orElseThrow(Refusals::emojiNotFound);
        byShortcode.remove(removed.foldedShortcode());
        for (String name : List.of(removed.image(), removed.staticImage())) {
            if (byShortcode.values().stream()
                    .noneMatch(other ->
                            other.image().equals(name) || other.staticImage().equals(name))) {
                images.remove(name);
            }
        }
        revision++;
        return removed;
    }

    @Override
    public synchronized List<Emoji> emoji() {
        return new ArrayList<>(byShortcode.values());
    }

    @Override
    public synchronized Optional<byte[]> emojiImage(String name) {
        return Optional.ofNullable(images.get(name)).map(byte[]::clone);
    }

    @Override
    public synchronized String emojiRevision() {
        return Long.toString(revision);
    }

    synchronized long storedImages() {
        return images.size();
    }
}
