package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.http.ConnectionGuard.Watch;
import dev.parley.chat.worker.internal.http.Observer.Fact;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Before everything else, tokens included: an address that asks too often is told so, at the least cost. */
public final class Front extends Handler.Wrapper {
    /** Cheap, and asked by those who restart a worker that does not answer. */
    private static final Set<String> FREE = Set.of("/healthz", "/readyz");

    private final ConnectionGuard guard;
    private final ClientAddresses addresses;
    private final RateLimiter limiter;

    public Front(Handler inner, ConnectionGuard guard, ClientAddresses addresses, RateLimiter limiter) {
        super(inner);
        this.guard = guard;
        this.addresses = addresses;
        this.limiter = limiter;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Watch watch = guard.began(request);
        if (watch != null) {
            request.setAttribute(Watch.class.getName(), watch);
        }
        String address = addresses.of(request);
        Fact.ADDRESS.set(request, address);
        if (!FREE.contains(Request.getPathInContext(request))) {
            try {
                limiter.take(address);
            } catch (Problem e) {
                new Exchange(request, response, callback, Map.of(), Exchange.NO_CHALLENGE).fail(e);
                return true;
            }
        }
        return super.handle(request, response, callback);
    }
}
