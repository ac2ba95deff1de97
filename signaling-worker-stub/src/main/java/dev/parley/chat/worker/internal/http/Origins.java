package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Which web pages may use the worker (CORS): those of a list, and no others, WebSockets included. A request without an
 * {@code Origin} comes from no page.
 *
 * <p>The list of custom emoji and their images are for all pages: whoever wants them may have them without a token.
 *
 * <p>The others are refused, and not only kept from reading the answer: a name that is bound anew to the loopback
 * address makes a foreign page same-origin with a worker for development.
 */
public final class Origins extends Handler.Wrapper {
    private final Set<String> allowed;
    private final Handler inner;

    public Origins(Set<String> allowed, Handler inner) {
        super(allowed.isEmpty() ? inner : answering(allowed, inner));
        this.allowed = Set.copyOf(allowed);
        this.inner = inner;
    }

    private static Handler answering(Set<String> allowed, Handler inner) {
        CrossOriginHandler handler = new CrossOriginHandler();
        handler.setAllowedOriginPatterns(allowed.stream().map(Pattern::quote).collect(Collectors.toSet()));
        handler.setAllowedMethods(Set.of("GET", "POST", "PUT", "DELETE"));
        handler.setAllowedHeaders(Set.of("Authorization", "Content-Type"));
        handler.setExposedHeaders(Set.of("Retry-After", "WWW-Authenticate", "Allow"));
        handler.setDeliverPreflightRequests(false);
        handler.setHandler(inner);
        return handler;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (isPublic(request)) {
            // With the same answer for every page, so that it can be cached for all.
            return inner.handle(request, response, callback);
        }
        if (allowed.containsAll(request.getHeaders().getValuesList(HttpHeader.ORIGIN))) {
            return super.handle(request, response, callback);
        }
        new Exchange(request, response, callback, Map.of(), Exchange.NO_CHALLENGE)
                .fail(new Problem(ProblemCode.FORBIDDEN, "pages of this origin may not use the worker"));
        return true;
    }

    private static boolean isPublic(Request request) {
        String path = Request.getPathInContext(request);
        return HttpMethod.GET.is(request.getMethod())
                && (path.equals(EmojiEndpoint.LIST_PATH) || path.startsWith(EmojiEndpoint.IMAGE_PATH));
    }
}
