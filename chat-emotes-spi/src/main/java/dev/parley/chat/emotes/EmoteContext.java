package dev.parley.chat.emotes;

import java.net.URI;
import java.util.Optional;

/**
 * What the registry lends to a source while it loads: HTTP that is bounded in size and time, cached, and safe to point
 * at an address that came from a stranger. Only on the thread that loads.
 */
@FunctionalInterface
public interface EmoteContext {
    /**
     * Gets a resource, blocking. Redirects are followed, each target checked like the first address. The answer may
     * come from the registry's cache.
     *
     * @param address {@code https}; or {@code http} or {@code https} on a loopback host, if a setting names that host
     *     and port
     * @return the whole body, for the caller to keep; nothing if the server says that there is no such resource (404 or
     *     410)
     * @throws EmoteLoadException in every other case: the address is not allowed, the server cannot be reached, is too
     *     slow or answers with an error, or the body is cut or larger than allowed
     * @throws InterruptedException if the registry gave up waiting
     */
    Optional<byte[]> fetch(URI address) throws EmoteLoadException, InterruptedException;

    /**
     * Gets a resource that must be there.
     *
     * @param address see {@link #fetch}
     * @return the whole body
     * @throws EmoteLoadException as {@link #fetch}, and with {@link EmoteLoadException.Reason#NOT_FOUND} if there is no
     *     such resource
     * @throws InterruptedException if the registry gave up waiting
     */
    default byte[] require(URI address) throws EmoteLoadException, InterruptedException {
        return fetch(address)
                .orElseThrow(() -> new EmoteLoadException(
                        EmoteLoadException.Reason.NOT_FOUND, "there is nothing at " + address.getRawPath()));
    }
}
