package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.RequestLog;
import dev.parley.chat.worker.RequestLog.Entry;
import dev.parley.chat.worker.internal.metrics.WorkerMetrics;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/** Counts and logs each request when it is answered, those that Jetty refuses by itself included. */
public final class Observer implements org.eclipse.jetty.server.RequestLog {
    /** What was found out on the way, as attributes of the request. */
    enum Fact {
        ROUTE,
        METHOD,
        ACCOUNT,
        ADDRESS,
        CODE;

        void set(Request request, String value) {
            request.setAttribute(attribute(), value);
        }

        @Nullable
        String of(Request request) {
            return request.getAttribute(attribute()) instanceof String value ? value : null;
        }

        private String attribute() {
            return Fact.class.getName() + '.' + name();
        }
    }

    private final WorkerMetrics metrics;
    private final @Nullable RequestLog log;
    private final Pseudonyms pseudonyms;
    private final ClientAddresses addresses;

    /** @param salt of the names that stand for accounts and addresses in the log */
    public Observer(WorkerMetrics metrics, @Nullable RequestLog log, byte[] salt, ClientAddresses addresses) {
        this.metrics = metrics;
        this.log = log;
        this.pseudonyms = new Pseudonyms(salt);
        this.addresses = addresses;
    }

    @Override
    public void log(Request request, Response response) {
        if (MetricsPort.isFor(request)) {
            return;
        }
        String route = orOther(Fact.ROUTE.of(request));
        String method = orOther(Fact.METHOD.of(request));
        long nanos = NanoTime.since(request.getHeadersNanoTime());
        metrics.answered(method, route, response.getStatus(), nanos);
        String code = Fact.CODE.of(request);
        if (code != null) {
            metrics.refused(code);
        }
        if (log != null) {
            String address = Fact.ADDRESS.of(request);
            String account = Fact.ACCOUNT.of(request);
            log.answered(new Entry(
                    method,
                    route,
                    response.getStatus(),
                    Optional.ofNullable(code),
                    Duration.ofNanos(nanos),
                    Optional.ofNullable(account).map(name -> pseudonyms.of("account", name)),
                    pseudonyms.of("address", address == null ? addresses.of(request) : address)));
        }
    }

    private static String orOther(@Nullable String known) {
        return known == null ? WorkerMetrics.OTHER : known;
    }
}
