package dev.parley.chat.worker.internal.redis;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.push.Nodes;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Hints between workers over publish and subscribe of Redis.
 *
 * <p>A worker hears its own hints too. It leaves them aside, but they show that the line works: each says something
 * every two seconds, and a line on which nothing came for three times as long is made anew. After each (re)connection
 * the listener is told that it may have missed something.
 */
public final class RedisNodes implements Nodes {
    private static final Logger log = LoggerFactory.getLogger(RedisNodes.class);
    private static final String RANK_KEY = "{parley}:1:rank";
    private static final int ID_BYTES = 8;
    private static final long BEAT_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long MAX_SILENCE_NANOS = 3 * BEAT_NANOS;
    private static final long RECONNECT_MILLIS = 250;
    private static final long STOP_MILLIS = 5_000;

    private static final String CHANGED = "changed";
    private static final String ROOM_CHANGED = "room-changed";
    private static final String READING = "reading";
    private static final String OPENED = "opened";
    private static final String BEAT = "beat";

    private final Redis redis;
    private final String channel;
    private final String self;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread thread;
    private volatile @Nullable Connection connection;
    private volatile boolean subscribed;
    private volatile long heardAtNanos;
    private long beatAtNanos;

    /** @param database channels are common to all databases of a Redis, so its number is in the name */
    RedisNodes(Redis redis, int database) {
        this.redis = redis;
        this.channel = "parley:1:" + database;
        byte[] id = new byte[ID_BYTES];
        new SecureRandom().nextBytes(id);
        this.self = HexFormat.of().formatHex(id);
        this.beatAtNanos = System.nanoTime() - BEAT_NANOS;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public void listen(Listener listener) {
        Thread fresh = new Thread(() -> hear(listener), "parley-worker-nodes");
        fresh.setDaemon(true);
        thread = fresh;
        fresh.start();
    }

    @Override
    public void changed(Slot slot) {
        tell(CHANGED, slot.roomId(), slot.peerId());
    }

    @Override
    public void roomChanged(String roomId) {
        tell(ROOM_CHANGED, roomId);
    }

    @Override
    public void reading(Slot slot) {
        tell(READING, slot.roomId(), slot.peerId());
    }

    @Override
    public long opened(Slot slot) {
        long rank = redis.increment(RANK_KEY);
        tell(OPENED, slot.roomId(), slot.peerId(), Long.toString(rank));
        return rank;
    }

    @Override
    public void tick() {
        long now = System.nanoTime();
        if (now - beatAtNanos >= BEAT_NANOS) {
            beatAtNanos = now;
            tell(BEAT);
        }
        Connection open = connection;
        if (open != null && now - heardAtNanos >= MAX_SILENCE_NANOS) {
            log.warn("Nothing is heard from Redis any more: the line to the other workers is made anew");
            disconnect(open);
        }
    }

    @Override
    public void requireConnected() {
        if (!subscribed) {
            throw new Problem(ProblemCode.UNAVAILABLE, "the other workers are not heard");
        }
    }

    @Override
    public void close() {
        stopped.countDown();
        Connection open = connection;
        if (open != null) {
            disconnect(open);
        }
        Thread running = thread;
        if (running != null) {
            try {
                running.join(STOP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A hint that does not get out costs the time until the others look at the store again. */
    private void tell(String... words) {
        try {
            redis.publish(channel, self + " " + String.join(" ", words));
        } catch (Problem e) {
            log.debug("A hint to the other workers did not get out");
        }
    }

    private void hear(Listener listener) {
        boolean complained = false;
        do {
            try (Connection fresh = redis.connection()) {
                heardAtNanos = System.nanoTime();
                connection = fresh;
                if (stopped.getCount() == 0) {
                    return;
                }
                new Subscription(listener).proceed(fresh, channel);
            } catch (JedisException e) {
                if (stopped.getCount() != 0 && (subscribed || !complained)) {
                    complained = true;
                    log.warn("The line to the other workers is broken; it is made anew", e);
                }
            } finally {
                subscribed = false;
                connection = null;
            }
        } while (!isStoppedWithin(RECONNECT_MILLIS));
    }

    private boolean isStoppedWithin(long millis) {
        try {
            return stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private static void disconnect(Connection open) {
        try {
            open.forceDisconnect();
        } catch (IOException e) {
            log.debug("A connection to Redis did not close cleanly");
        }
    }

    private final class Subscription extends JedisPubSub {
        private final Listener listener;

        Subscription(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void onSubscribe(String subscribedChannel, int count) {
            subscribed = true;
            heardAtNanos = System.nanoTime();
            guarded(listener::missed);
        }

        @Override
        public void onMessage(String from, String message) {
            heardAtNanos = System.nanoTime();
            String[] words = message.split(" ", -1);
            if (words.length >= 2 && !words[0].equals(self)) {
                guarded(() -> take(words));
            }
        }

        /** What it does not know is left aside: of a later version, or of another program. */
        private void take(String[] words) {
            if (words.length == 3 && words[1].equals(ROOM_CHANGED)) {
                listener.roomChangedElsewhere(words[2]);
            } else if (words.length == 4) {
                Slot slot = new Slot(words[2], words[3]);
                switch (words[1]) {
                    case CHANGED -> listener.changedElsewhere(slot);
                    case READING -> listener.readElsewhere(slot);
                    default -> {}
                }
            } else if (words.length == 5 && words[1].equals(OPENED) && words[4].matches("[0-9]{1,18}")) {
                listener.openedElsewhere(new Slot(words[2], words[3]), Long.parseLong(words[4]));
            }
        }

        private void guarded(Runnable call) {
            try {
                call.run();
            } catch (Problem e) {
                log.debug(
                        "A hint of another worker could not be followed: {}",
                        e.code().wireName());
            } catch (RuntimeException e) {
                // An exception would end the line.
                log.error("A defect: a hint of another worker could not be followed", e);
            }
        }
    }
}
