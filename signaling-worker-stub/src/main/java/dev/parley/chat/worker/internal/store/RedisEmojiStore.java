package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.redis.Redis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The emoji in Redis, the same for all workers that share it. Unlike rooms they have no end, so they stay for as long
 * as Redis keeps what it has: one without persistence loses them when it is started again. Safe for threads.
 */
final class RedisEmojiStore implements EmojiStore {
    private static final int FIELDS = 9;

    private final Redis redis;
    private final String prefix;

    RedisEmojiStore(Redis redis, String prefix) {
        this.redis = redis;
        this.prefix = prefix;
    }

    @Override
    public void addEmoji(Emoji emoji, byte[] image, byte[] staticImage, EmojiQuota quota) {
        run(
                RedisScripts.EMOJI_ADD,
                emoji.id(),
                emoji.foldedShortcode(),
                emoji.account(),
                emoji.bytes(),
                write(emoji),
                emoji.image(),
                Base64.getEncoder().encodeToString(image),
                emoji.staticImage(),
                Base64.getEncoder().encodeToString(staticImage),
                quota.perAccount(),
                quota.bytesPerAccount(),
                quota.all(),
                quota.allBytes());
    }

    @Override
    public Emoji removeEmoji(String id, @Nullable String account) {
        // The script needs the names of what it takes away, which are in the entry; an entry is never changed.
        Emoji found = emoji().stream()
                .filter(emoji -> emoji.id().equals(id))
                .filter(emoji -> account == null || emoji.account().equals(account))
                .findFirst()
                .orElseThrow(Refusals::emojiNotFound);
        run(
                RedisScripts.EMOJI_REMOVE,
                id,
                found.foldedShortcode(),
                found.account(),
                found.bytes(),
                found.image(),
                found.staticImage());
        return found;
    }

    @Override
    public List<Emoji> emoji() {
        List<Emoji> found = new ArrayList<>();
        for (Object entry : (List<?>) run(RedisScripts.EMOJI_LIST).get(1)) {
            found.add(read((String) entry));
        }
        found.sort(Comparator.comparing(Emoji::foldedShortcode));
        return found;
    }

    @Override
    public Optional<byte[]> emojiImage(String name) {
        String image = (String) run(RedisScripts.EMOJI_IMAGE, name).get(1);
        return image.isEmpty()
                ? Optional.empty()
                : Optional.of(Base64.getDecoder().decode(image));
    }

    @Override
    public String emojiRevision() {
        return (String) run(RedisScripts.EMOJI_REVISION).get(1);
    }

    /** None of the fields has a line break in it. */
    private static String write(Emoji emoji) {
        return String.join(
                "\n",
                emoji.id(),
                emoji.shortcode(),
                emoji.category(),
                emoji.account(),
                emoji.image(),
                emoji.staticImage(),
                emoji.mediaType(),
                Integer.toString(emoji.bytes()),
                Long.toString(emoji.createdMillis()));
    }

    private static Emoji read(String entry) {
        String[] fields = entry.split("\n", -1);
        if (fields.length != FIELDS) {
            throw new IllegalStateException("an emoji in Redis has " + fields.length + " fields, not " + FIELDS);
        }
        return new Emoji(
                fields[0],
                fields[1],
                fields[2],
                fields[3],
                fields[4],
                fields[5],
                fields[6],
                Integer.parseInt(fields[7]),
                Long.parseLong(fields[8]));
    }

    private List<?> run(RedisScripts script, Object... arguments) {
        // The prelude wants a time and a time to live, of which nothing here makes use.
        List<String> texts = new ArrayList<>(List.of("0", "0"));
        Arrays.stream(arguments).map(String::valueOf).forEach(texts::add);
        List<?> reply = (List<?>) redis.run(script, prefix, texts);
        return switch ((String) reply.get(0)) {
            case "OK" -> reply;
            case "EMOJI_EXISTS" -> throw Refusals.emojiExists();
            case "EMOJI_NOT_FOUND" -> throw Refusals.emojiNotFound();
            case "EMOJI_OF_ACCOUNT" -> throw Refusals.tooManyEmoji();
            case "EMOJI_BYTES_OF_ACCOUNT" -> throw Refusals.tooManyEmojiBytes();
            case "EMOJI_FULL" -> throw Refusals.emojiFull();
            default -> throw new IllegalStateException("a script answered " + reply.get(0));
        };
    }
}
