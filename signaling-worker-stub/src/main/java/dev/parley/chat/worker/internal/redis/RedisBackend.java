package dev.parley.chat.worker.internal.redis;

import dev.parley.chat.worker.internal.Backend;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.store.RedisRoomStore;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Store and nodes on one Redis. The only way to the classes that need its client, which may be missing. */
public final class RedisBackend {
    private static final Logger log = LoggerFactory.getLogger(RedisBackend.class);
    private static final long MAX_CLOCK_DIFFERENCE_MILLIS = 1_000;

    private RedisBackend() {}

    /**
     * Connects.
     *
     * @throws Problem {@code unavailable} if Redis does not answer or takes no changes
     */
    public static Backend open(RedisConfig config, Duration timeToLive) {
        Redis redis = new Redis(config);
        try {
            RedisRoomStore store = new RedisRoomStore(redis, timeToLive);
            store.ping();
            compareClocks(store);
            return new Backend(store, store.emoji(), new RedisNodes(redis, config.database()), "in Redis");
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    private static void compareClocks(RedisRoomStore store) {
        long difference = Math.abs(System.currentTimeMillis() - store.timeMillis());
        if (difference > MAX_CLOCK_DIFFERENCE_MILLIS) {
            log.warn(
                    "The clock of this machine and that of Redis differ by {} ms: rooms and leases end too early or too"
                            + " late; let NTP set both",
                    difference);
        }
    }
}
