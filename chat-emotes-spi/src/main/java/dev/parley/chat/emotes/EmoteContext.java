package dev.parley.chat.emotes;

import java.net.URI;
import java.time.Duration;
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

    /**
     * Sends a request and takes the answer, blocking. Nothing is remembered, and no redirect followed.
     *
     * @param request the request; its address as in {@link #fetch}
     * @return the answer, whatever its status, except those below
     * @throws EmoteLoadException if there is no complete answer, or it is a redirect, 429 or 5xx; with
     *     {@link EmoteLoadException.Reason#REQUEST_REFUSED} in a context that can only fetch
     * @throws InterruptedException if the registry gave up waiting
     */
    default EmoteAnswer send(EmoteRequest request) throws EmoteLoadException, InterruptedException {
        throw new EmoteLoadException(
                EmoteLoadException.Reason.REQUEST_REFUSED, "nothing can be sent from here, only fetched");
    }

    /**
     * Says that the server wants no more questions of this kind for a while. Until then the registry answers those that
     * come without it: searches from the sets that it has.
     *
     * @param time for how long, at most an hour
     */
    default void pause(Duration time) {}
}
