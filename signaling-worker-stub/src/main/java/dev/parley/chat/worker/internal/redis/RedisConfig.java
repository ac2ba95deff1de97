package dev.parley.chat.worker.internal.redis;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is.
 *
 * @param uri {@code redis:} or {@code rediss:} with a host, without a password
 * @param password null if it wants none
 */
public record RedisConfig(URI uri, @Nullable String password) {
    private static final int DEFAULT_PORT = 6379;

    String host() {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    }

    boolean isTls() {
        return "rediss".equalsIgnoreCase(uri.getScheme());
    }

    /** The user of Redis 6 and later; null for its default user. */
    @Nullable
    String user() {
        return uri.getUserInfo();
    }

    /** The number of the database. */
    int database() {
        String path = uri.getPath();
        return path == null || path.length() < 2 ? 0 : Integer.parseInt(path.substring(1));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "RedisConfig[" + uri + "]";
    }
}
