package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The hosts that images are fetched from for others: those that the operator has named, by https, and no others. One on
 * the loopback that is named with its port is asked by http as well.
 */
public final class ImageHosts {
    private static final Pattern ENTRY = Pattern.compile("([a-z0-9.-]+|\\[[0-9a-f:]+])(:[0-9]{1,5})?");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");
    private static final int HTTPS_PORT = 443;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_URL_CHARACTERS = 2048;

    /** Each as {@code host:port}. */
    private final Set<String> https = new HashSet<>();

    private final Set<String> http = new HashSet<>();

    /**
     * The hosts of a list.
     *
     * @throws IllegalArgumentException if one is no host, with or without a port
     */
    public ImageHosts(Collection<String> hosts) {
        for (String text : hosts) {
            String entry = text.toLowerCase(Locale.ROOT);
            if (!ENTRY.matcher(entry).matches()) {
                throw new IllegalArgumentException("a host of images is like cdn.example.org or cdn.example.org:8443");
            }
            int colon = entry.lastIndexOf(':');
            boolean hasPort = colon > entry.lastIndexOf(']');
            String host = hasPort ? entry.substring(0, colon) : entry;
            int port = hasPort ? Integer.parseInt(entry.substring(colon + 1)) : HTTPS_PORT;
            if (port < 1 || port > MAX_PORT) {
                throw new IllegalArgumentException("the port of a host of images must be within 1 and " + MAX_PORT);
            }
            https.add(host + ":" + port);
            if (hasPort && LOOPBACK.matcher(host).matches()) {
                http.add(host + ":" + port);
            }
        }
    }

    public boolean isEmpty() {
        return https.isEmpty();
    }

    /**
     * Checks the URL of an image.
     *
     * @throws Problem {@code invalid_request} if it is no such URL, {@code host_not_allowed} if its host is not named
     */
    URI require(String url) {
        if (url.length() > MAX_URL_CHARACTERS) {
            throw Problem.invalid("the URL of an image has at most " + MAX_URL_CHARACTERS + " characters");
        }
        URI parsed;
        try {
            parsed = new URI(url);
        } catch (URISyntaxException e) {
            throw Problem.invalid("query parameter url is no URL");
        }
        if (parsed.getScheme() == null
                || parsed.getHost() == null
                || parsed.getRawUserInfo() != null
                || parsed.getRawFragment() != null) {
            throw Problem.invalid("the URL of an image has a host, and neither a user nor a fragment");
        }
        String scheme = parsed.getScheme().toLowerCase(Locale.ROOT);
        String host = parsed.getHost().toLowerCase(Locale.ROOT);
        boolean isNamed = switch (scheme) {
            case "https" -> https.contains(host + ":" + (parsed.getPort() < 0 ? HTTPS_PORT : parsed.getPort()));
            case "http" -> http.contains(host + ":" + parsed.getPort());
            default -> throw Problem.invalid("the URL of an image begins with https:");
        };
        if (!isNamed) {
            throw new Problem(ProblemCode.HOST_NOT_ALLOWED, "the worker fetches no images from this host");
        }
        return parsed;
    }
}
