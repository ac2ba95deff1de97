package dev.parley.chat.signaling.internal;

import okhttp3.HttpUrl;

/** Says where a URL leads, without asking the network. */
public final class Origins {

    private Origins() {}

    /**
     * Says whether two URLs have one origin (RFC 6454 section 4).
     *
     * @param a a URL
     * @param b another
     * @return true if scheme, host and port agree
     */
    public static boolean same(HttpUrl a, HttpUrl b) {
        return a.scheme().equals(b.scheme()) && a.host().equals(b.host()) && a.port() == b.port();
    }

    /**
     * Says whether a URL names this machine literally: {@code localhost} (RFC 6761 section 6.3), 127.0.0.0/8 or ::1.
     *
     * @param url a URL
     * @return true if nothing sent there leaves the machine
     */
    public static boolean isLoopback(HttpUrl url) {
        String host = url.host();
        return host.equals("localhost") || host.equals("::1") || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
}
