package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.http.Observer.Fact;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Finds the endpoint for a request: an unknown path is 404, a known one with another method is 405. */
public final class Router extends Handler.Abstract {
    private final List<Route> routes;
    private final Exchange.Challenge challenge;

    /** @param resourceMetadata where a client learns who issues tokens (RFC 9728 section 5.1) */
    public Router(List<Route> routes, String resourceMetadata) {
        this.routes = List.copyOf(routes);
        this.challenge = new Exchange.Challenge("Bearer resource_metadata=\"" + resourceMetadata + "\"");
    }

    public List<Route> routes() {
        return routes;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = Request.getPathInContext(request);
        TreeSet<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            Map<String, String> variables = route.match(path);
            if (variables == null) {
                continue;
            }
            Fact.ROUTE.set(request, route.template());
            if (route.method().equals(request.getMethod())) {
                Fact.METHOD.set(request, route.method());
                Exchange exchange = new Exchange(request, response, callback, variables, challenge);
                exchange.attempt(() -> route.endpoint().handle(exchange));
                return true;
            }
            allowed.add(route.method());
        }
        Exchange exchange = new Exchange(request, response, callback, Map.of(), challenge);
        if (allowed.isEmpty()) {
            exchange.fail(new Problem(ProblemCode.NOT_FOUND, "there is nothing at this path"));
        } else {
            response.getHeaders().put(HttpHeader.ALLOW, String.join(", ", allowed));
            exchange.fail(new Problem(ProblemCode.METHOD_NOT_ALLOWED, "this path does not take this method"));
        }
        return true;
    }
}
