package dev.parley.chat.worker.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.worker.RedisServer;
import dev.parley.chat.worker.internal.redis.Redis;
import dev.parley.chat.worker.internal.redis.RedisConfig;
import dev.parley.chat.worker.internal.store.EmojiStore.Emoji;
import dev.parley.chat.worker.internal.store.EmojiStore.EmojiQuota;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/** Each store of emoji under the contract of all. */
class EmojiStoreContractTest {
    private static final Duration TTL = Duration.ofSeconds(90);
    private static final EmojiQuota LARGE = new EmojiQuota(1_000, 1_000_000, 1_000, 1_000_000);
    private static final Emoji CAT =
            new Emoji("id", "cat", "", "alice", "c.png", "c.png", "image/png", 3, 1_800_000_000_000L);

    @Nested
    class InMemory extends EmojiStoreContract {
        private MemoryEmojiStore store = new MemoryEmojiStore();

        @Override
        EmojiStore open() {
            store = new MemoryEmojiStore();
            return store;
        }

        @Override
        void close() {}

        @Override
        long storedImages() {
            return store.storedImages();
        }
    }

    @Nested
    class InSqlite extends EmojiStoreContract {
        @TempDir
        Path directory;

        private @Nullable SqliteRoomStore rooms;

        private SqliteRoomStore rooms() {
            return Objects.requireNonNull(rooms);
        }

        @Override
        EmojiStore open() throws Exception {
            rooms = SqliteRoomStore.inDirectory(directory, TTL);
            return rooms().emoji();
        }

        @Override
        void close() {
            rooms().close();
        }

        @Override
        long storedImages() {
            return rooms().storedEmojiImages();
        }

        @Test
        void theyAreThereAfterARestartAndAfterARoomSweep() throws Exception {
            rooms().emoji().addEmoji(CAT, new byte[] {1, 2, 3}, new byte[] {1, 2, 3}, LARGE);
            assertThat(rooms().sweep(100, Long.MAX_VALUE / 2)).isFalse();
            rooms().close();
            rooms = SqliteRoomStore.inDirectory(directory, TTL);
            assertThat(rooms().emoji().emoji()).containsExactly(CAT);
            assertThat(rooms().emoji().emojiImage("c.png")).hasValue(new byte[] {1, 2, 3});
        }
    }

    @Nested
    class InRedis extends EmojiStoreContract {
        private static final String PREFIX = "{parley}:1:";
        private static RedisServer server;
        private static RedisClient client;
        private @Nullable RedisRoomStore rooms;

        private RedisRoomStore rooms() {
            return Objects.requireNonNull(rooms);
        }

        @BeforeAll
        static void startRedis() {
            server = RedisServer.start();
            client = RedisClient.create(server.uri());
        }

        @AfterAll
        static void stopRedis() {
            if (server != null) {
                client.close();
                server.close();
            }
        }

        private RedisRoomStore connect() {
            return new RedisRoomStore(new Redis(new RedisConfig(server.uri(), null)), TTL);
        }

        @Override
        EmojiStore open() {
            client.flushAll();
            rooms = connect();
            return rooms().emoji();
        }

        @Override
        void close() {
            rooms().close();
        }

        @Override
        long storedImages() {
            return client.keys(PREFIX + "emojiimage:*").size();
        }

        @Test
        void twoWorkersHaveTheSameEmojiAndRevisions() {
            try (RedisRoomStore other = connect()) {
                String before = other.emoji().emojiRevision();
                rooms().emoji().addEmoji(CAT, new byte[] {1, 2, 3}, new byte[] {1, 2, 3}, LARGE);
                assertThat(other.emoji().emoji()).isEqualTo(List.of(CAT));
                assertThat(other.emoji().emojiImage("c.png")).hasValue(new byte[] {1, 2, 3});
                assertThat(other.emoji().emojiRevision())
                        .isNotEqualTo(before)
                        .isEqualTo(rooms().emoji().emojiRevision());
            }
        }

        @Test
        void nothingIsLeftOfWhatWasDeletedButTheRevision() {
            rooms().emoji().addEmoji(CAT, new byte[] {1, 2, 3}, new byte[] {1, 2, 3}, LARGE);
            rooms().emoji().removeEmoji(CAT.id(), null);
            assertThat(client.keys("*")).containsExactly(PREFIX + "emojirevision");
        }
    }
}
