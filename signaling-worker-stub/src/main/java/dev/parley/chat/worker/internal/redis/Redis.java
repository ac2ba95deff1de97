package dev.parley.chat.worker.internal.redis;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The connections to one Redis. Every call is bounded in time: an unreachable Redis costs one caller at a time the wait
 * for it, and all others get their refusal at once. Safe for threads.
 *
 * <p>Every method throws a {@link Problem} with {@code unavailable} when Redis does not do what it is asked.
 */
public final class Redis implements AutoCloseable {
    /** More than the threads of the worker that can want one. */
    private static final int MAX_CONNECTIONS = 40;

    private static final int TIMEOUT_MILLIS = 1_000;

    /** After a failure, who asks sooner is refused without asking Redis. */
    private static final long PAUSE_NANOS = Duration.ofMillis(250).toNanos();

    private final HostAndPort address;
    private final DefaultJedisClientConfig clientConfig;
    private final RedisClient client;

    /** 0 while Redis answers; else the time from which on one caller may try again. */
    private final AtomicLong retryAtNanos = new AtomicLong();

    private volatile boolean closed;

    public Redis(RedisConfig config) {
        this.address = new HostAndPort(config.host(), config.port());
        DefaultJedisClientConfig.Builder builder = DefaultJedisClientConfig.builder()
                .resp2()
                .connectionTimeoutMillis(TIMEOUT_MILLIS)
                .socketTimeoutMillis(TIMEOUT_MILLIS)
                .database(config.database())
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        if (config.isTls()) {
            // With the certificates that Java trusts, and the host's name checked.
            builder.sslOptions(
                    SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL).build());
        }
        if (config.user() != null) {
            builder.user(config.user());
        }
        if (config.password() != null) {
            builder.password(config.password());
        }
        this.clientConfig = builder.build();
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(MAX_CONNECTIONS);
        pool.setMaxIdle(MAX_CONNECTIONS);
        pool.setMaxWait(Duration.ofMillis(TIMEOUT_MILLIS));
        // No thread of its own, and no beans: the worker owns what runs.
        pool.setTimeBetweenEvictionRuns(Duration.ofMillis(-1));
        pool.setTestWhileIdle(false);
        pool.setJmxEnabled(false);
        this.client = RedisClient.builder()
                .hostAndPort(address)
                .clientConfig(clientConfig)
                .poolConfig(pool)
                .build();
    }

    /** A script. */
    public interface Script {
        String text();

        /** The hash of the text, in hexadecimal, by which Redis knows it. */
        String sha1();
    }

    /** Runs a script as one atomic step. */
    public Object run(Script script, String key, List<String> arguments) {
        List<String> keys = List.of(key);
        return ask(redis -> {
            try {
                return redis.evalsha(script.sha1(), keys, arguments);
            } catch (JedisNoScriptException e) {
                // Its first use since Redis was started.
                return redis.eval(script.text(), keys, arguments);
            }
        });
    }

    /** Adds one to a number and tells what it is then. */
    public long increment(String key) {
        return ask(redis -> redis.incr(key));
    }

    public void publish(String channel, String message) {
        Long unused = ask(redis -> redis.publish(channel, message));
    }

    /** A connection of its own, for who listens; connects at its first use. */
    Connection connection() {
        return new Connection(address, clientConfig);
    }

    boolean isClosed() {
        return closed;
    }

    private <T> T ask(Function<RedisClient, T> question) {
        long retryAt = retryAtNanos.get();
        if (retryAt != 0) {
            long now = System.nanoTime();
            if (now - retryAt < 0 || !retryAtNanos.compareAndSet(retryAt, notZero(now + PAUSE_NANOS))) {
                throw new Problem(ProblemCode.UNAVAILABLE, "the store of the worker is not reachable");
            }
        }
        try {
            T answer = question.apply(client);
            retryAtNanos.set(0);
            return answer;
        } catch (JedisDataException e) {
            // Redis answers, with a refusal: out of memory, read-only, loading.
            retryAtNanos.set(0);
            throw unavailable(e);
        } catch (JedisException e) {
            retryAtNanos.set(notZero(System.nanoTime() + PAUSE_NANOS));
            // The other connections are most likely as dead: none of them shall cost another request.
            client.getPool().clear();
            throw unavailable(e);
        } catch (IllegalStateException e) {
            // The pool was closed meanwhile.
            throw unavailable(e);
        }
    }

    private Problem unavailable(RuntimeException e) {
        return closed
                ? new Problem(ProblemCode.UNAVAILABLE, "the worker is stopping")
                : new Problem(ProblemCode.UNAVAILABLE, "the store of the worker does not answer", e);
    }

    private static long notZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }

    @Override
    public void close() {
        closed = true;
        client.close();
    }
}
