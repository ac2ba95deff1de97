package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.metrics.Metrics;
import dev.parley.chat.worker.internal.metrics.WorkerMetrics;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The metrics: on a port of their own, where there is nothing else, or beside the API for who has the token. */
public final class MetricsPort extends Handler.Wrapper {
    /** The name of the connector that is for the metrics only. */
    public static final String CONNECTOR = "metrics";

    private static final String PATH = "/metrics";
    private static final String SCHEME = "Bearer ";

    private final WorkerMetrics metrics;

    public MetricsPort(Handler inner, WorkerMetrics metrics) {
        super(inner);
        this.metrics = metrics;
    }

    static boolean isFor(Request request) {
        return CONNECTOR.equals(request.getConnectionMetaData().getConnector().getName());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!isFor(request)) {
            return super.handle(request, response, callback);
        }
        Exchange exchange = new Exchange(request, response, callback, Map.of(), Exchange.NO_CHALLENGE);
        if (request.getMethod().equals("GET")
                && Request.getPathInContext(request).equals(PATH)) {
            exchange.answer(200, Metrics.MEDIA_TYPE, metrics.write());
        } else {
            exchange.fail(nothingHere());
        }
        return true;
    }

    /** The route beside the API; without the token, there is nothing there. */
    public static List<Route> routes(WorkerMetrics metrics, Optional<byte[]> token) {
        return List.of(new Route("GET", PATH, exchange -> {
            List<String> given = exchange.request().getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
            if (token.isEmpty() || given.size() != 1 || !isToken(given.get(0), token.get())) {
                throw nothingHere();
            }
            exchange.answer(200, Metrics.MEDIA_TYPE, metrics.write());
        }));
    }

    private static boolean isToken(String header, byte[] token) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8), token);
    }

    private static Problem nothingHere() {
        return new Problem(ProblemCode.NOT_FOUND, "there is nothing at this path");
    }
}
