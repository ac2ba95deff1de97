package dev.parley.chat.emotes.internal;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Decides which addresses may be asked: https to anywhere public, and loopback hosts only at a host and port that the
 * user wrote into a setting. So a provider can be pointed at a local server, but no answer of a remote one can.
 */
final class Origins {
    private static final Pattern SEPARATORS = Pattern.compile("[\\s,]+");
    private static final Pattern WEB_SOCKET = Pattern.compile("^(?i)ws(s?):");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");

    private final Set<String> loopbackOrigins;

    private Origins(Set<String> loopbackOrigins) {
        this.loopbackOrigins = loopbackOrigins;
    }

    /** Allows the loopback origins that setting values name, separated by commas or white space. */
    static Origins fromSettings(Collection<String> settingValues) {
        return new Origins(settingValues.stream()
                .flatMap(value -> Stream.of(SEPARATORS.split(value)))
                .map(value -> HttpUrl.parse(overHttp(value)))
                .flatMap(Stream::ofNullable)
                .filter(url -> WebAddress.isLoopbackHost(url.host()))
                .map(Origins::originOf)
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** The address that a WebSocket is asked for at, by its upgrade from HTTP; another address is left as it is. */
    static String overHttp(String address) {
        return WEB_SOCKET.matcher(address).replaceFirst("http$1:");
    }

    /** The checked address of a request, or null if it may not be made. */
    @Nullable
    HttpUrl allow(URI address) {
        HttpUrl url = HttpUrl.parse(address.toString());
        return url != null && isAllowed(url) ? url : null;
    }

    /** The checked target of a redirect, or null if it may not be followed. */
    @Nullable
    HttpUrl allowRedirect(HttpUrl from, String location) {
        HttpUrl target = from.resolve(location);
        if (target == null || !isAllowed(target)) {
            return null;
        }
        boolean intoLoopback = WebAddress.isLoopbackHost(target.host()) && !WebAddress.isLoopbackHost(from.host());
        return intoLoopback ? null : target;
    }

    private boolean isAllowed(HttpUrl url) {
        if (!url.username().isEmpty() || !url.password().isEmpty()) {
            return false;
        }
        if (WebAddress.isLoopbackHost(url.host())) {
            return loopbackOrigins.contains(originOf(url));
        }
        return url.isHttps() && !isPrivateLiteral(url.host());
    }

    /** OkHttp does not ask the resolver for an address literal, so it is checked here. */
    private static boolean isPrivateLiteral(String host) {
        if (host.indexOf(':') < 0 && !IPV4.matcher(host).matches()) {
            return false;
        }
        try {
            return !PublicAddresses.isPublic(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            // Looks like a literal, but is none: nothing that could be connected to.
            return true;
        }
    }

    private static String originOf(HttpUrl url) {
        return url.scheme() + "://" + url.host() + ':' + url.port();
    }
}
