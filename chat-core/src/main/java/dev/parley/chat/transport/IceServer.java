package dev.parley.chat.transport;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A STUN (RFC 8489) or TURN (RFC 8656) server. Its {@code toString} hides the credential.
 *
 * @param urls one or more of {@code stun:host[:port]}, {@code stuns:…}, {@code turn:host[:port][?transport=udp|tcp]},
 *     {@code turns:…} (RFC 7064, RFC 7065)
 * @param username for TURN; null for none
 * @param credential for TURN; null for none
 */
public record IceServer(
        List<String> urls,
        @Nullable String username,
        @Nullable String credential) {

    /**
     * Checks the URLs.
     *
     * @throws IllegalArgumentException if there is no URL, or one that is not of the four schemes
     */
    public IceServer {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("an ICE server needs a URL");
        }
        for (String url : urls) {
            if (!url.matches("(stuns?|turns?):[A-Za-z0-9.\\-\\[\\]:]+(\\?transport=(udp|tcp))?")) {
                throw new IllegalArgumentException("not a stun:, stuns:, turn: or turns: URL");
            }
        }
    }

    /**
     * Makes a server without credentials.
     *
     * @param url for example {@code stun:stun.example.org:3478}
     * @return the server
     */
    public static IceServer stun(String url) {
        return new IceServer(List.of(url), null, null);
    }

    /**
     * Makes a server with credentials.
     *
     * @param url for example {@code turn:turn.example.org:3478?transport=udp}
     * @param username the user's name
     * @param credential the password
     * @return the server
     */
    public static IceServer turn(String url, String username, String credential) {
        return new IceServer(List.of(url), username, credential);
    }

    @Override
    public String toString() {
        return "IceServer[" + urls.size() + " urls" + (username == null ? "]" : ", with credentials]");
    }
}
