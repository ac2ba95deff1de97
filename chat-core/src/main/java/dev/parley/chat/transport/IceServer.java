package dev.parley.chat.transport;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A STUN (RFC 8489) or TURN (RFC 8656) server. Its {@code toString} hides the credential.
 *
 * @param urls one or more of {@code stun:host[:port]}, {@code stuns:…}, {@code turn:host[:port][?transport=udp|tcp]},
 *     {@code turns:…} (RFC 7064, RFC 7065)
 * @param username for TURN, which needs it, at most 508 bytes; null for none
 * @param credential for TURN, which needs it; null for none
 */
public record IceServer(
        List<String> urls,
        @Nullable String username,
        @Nullable String credential) {

    /** Longest user name, in bytes of UTF-8 (RFC 8489 section 14.3). */
    static final int MAX_USERNAME_BYTES = 508;

    private static final Pattern URL = Pattern.compile(
            "(?:stuns?|turns?):(?:[A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f.:]+])(?::([0-9]{1,5}))?(\\?transport=(?:udp|tcp))?");

    private static final int MAX_PORT = 65_535;

    /**
     * Checks the URLs and that there are credentials where they are needed. The native library crashes the process when
     * it is given a server that it cannot use, so nothing of that kind can be written down.
     *
     * @throws IllegalArgumentException if there is no URL, or one that is not of the four schemes, or one of TURN while
     *     the user name or the credential is missing, empty or too long
     */
    public IceServer {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("an ICE server needs a URL");
        }
        for (String url : urls) {
            requireUsable(url);
            if (url.startsWith("turn") && (isNullOrEmpty(username) || isNullOrEmpty(credential))) {
                throw new IllegalArgumentException("a TURN server needs a user name and a credential");
            }
        }
        if (username != null && username.getBytes(StandardCharsets.UTF_8).length > MAX_USERNAME_BYTES) {
            throw new IllegalArgumentException(
                    "the user name for an ICE server has more than " + MAX_USERNAME_BYTES + " bytes");
        }
    }

    private static void requireUsable(String url) {
        Matcher form = URL.matcher(url);
        if (!form.matches() || (url.startsWith("stun") && form.group(2) != null)) {
            throw new IllegalArgumentException("not a stun:, stuns:, turn: or turns: URL");
        }
        String port = form.group(1);
        if (port != null && (Integer.parseInt(port) < 1 || Integer.parseInt(port) > MAX_PORT)) {
            throw new IllegalArgumentException("the port of an ICE server is out of range");
        }
    }

    private static boolean isNullOrEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
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
