package dev.parley.chat.worker.internal.metrics;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Census;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/** What is measured of a worker; docs/operations.md lists it. Nothing here names an account, an address or a room. */
public final class WorkerMetrics {
    /** The rooms are counted at most once in so long, however often the metrics are read. */
    private static final long CENSUS_NANOS = 5_000_000_000L;

    private final Metrics metrics = new Metrics();
    private final Metrics.Counter requests =
            metrics.counter("parley_requests_total", "Requests answered.", "method", "route", "status");
    private final Metrics.Histogram latencies = metrics.histogram(
            "parley_request_seconds", "Time from the headers of a request to its answer.", "method", "route");
    private final Metrics.Counter refusals =
            metrics.counter("parley_refusals_total", "Requests refused, by the code of the problem.", "code");
    private final Metrics.Counter cuts =
            metrics.counter("parley_connections_cut_total", "Connections cut by the worker, by cause.", "cause");
    private final Metrics.Counter accepted =
            metrics.counter("parley_messages_accepted_total", "Messages accepted, each once.");
    private final Metrics.Counter delivered = metrics.counter(
            "parley_messages_delivered_total",
            "Messages handed to a receiver; again after a reconnection without acknowledgement.",
            "by");
    private final Metrics.Histogram store =
            metrics.histogram("parley_store_seconds", "Time of one operation of the store.", "operation");

    /** Requests of a method or a path that there is not; what a client writes is no label. */
    public static final String OTHER = "other";

    public void answered(String method, String route, int status, long nanos) {
        requests.add(method, route, Integer.toString(status));
        latencies.record(nanos, method, route);
    }

    public void refused(String code) {
        refusals.add(code);
    }

    public void cut(String cause) {
        cuts.add(cause);
    }

    public void messageAccepted() {
        accepted.add();
    }

    /**
     * A message was handed to its receiver.
     *
     * @param by {@code push} or {@code poll}
     */
    public void messageDelivered(String by) {
        delivered.add(by);
    }

    public Metrics.Histogram store() {
        return store;
    }

    /** A number for people and machines, read when it is asked for. */
    public void gauge(String name, String help, IntSupplier value) {
        metrics.gauge(name, help, () -> OptionalDouble.of(value.getAsInt()));
    }

    /** Adds what is counted when it is asked for: the store and the machine. */
    public void watch(RoomStore rooms, InstantSource clock) {
        Supplier<Optional<Census>> census = new Recent(rooms, clock);
        metrics.gauge("parley_rooms", "Rooms that live.", of(census, Census::rooms));
        metrics.gauge("parley_peers", "Peers that have a place in a room.", of(census, Census::peers));
        metrics.gauge("parley_messages_waiting", "Messages that wait.", of(census, Census::waiting));
        metrics.counted(
                "parley_messages_expired_total",
                "Messages that nobody acknowledged in time.",
                of(census, Census::expiredMessages));
        var memory = ManagementFactory.getMemoryMXBean();
        metrics.gauge(
                "jvm_memory_heap_used_bytes",
                "Heap in use.",
                () -> OptionalDouble.of((double) memory.getHeapMemoryUsage().getUsed()));
        metrics.gauge(
                "jvm_memory_heap_max_bytes",
                "The most that the heap may have.",
                () -> OptionalDouble.of((double) memory.getHeapMemoryUsage().getMax()));
        metrics.gauge(
                "jvm_threads",
                "Threads.",
                () -> OptionalDouble.of(ManagementFactory.getThreadMXBean().getThreadCount()));
        metrics.counted(
                "jvm_gc_seconds_total",
                "Time spent on the collection of garbage.",
                () -> OptionalDouble.of(ManagementFactory.getGarbageCollectorMXBeans().stream()
                                .mapToLong(collector -> Math.max(0, collector.getCollectionTime()))
                                .sum()
                        / 1000.0));
    }

    public byte[] write() {
        return metrics.write();
    }

    private static Supplier<OptionalDouble> of(Supplier<Optional<Census>> census, ToDoubleFunction<Census> part) {
        return () -> {
            Optional<Census> present = census.get();
            return present.isPresent() ? OptionalDouble.of(part.applyAsDouble(present.get())) : OptionalDouble.empty();
        };
    }

    /** The last count, if it is not old. */
    private static final class Recent implements Supplier<Optional<Census>> {
        private final RoomStore rooms;
        private final InstantSource clock;
        private @Nullable Census last;
        private long atNanos;

        Recent(RoomStore rooms, InstantSource clock) {
            this.rooms = rooms;
            this.clock = clock;
        }

        @Override
        public synchronized Optional<Census> get() {
            if (last == null || NanoTime.since(atNanos) >= CENSUS_NANOS) {
                try {
                    last = rooms.census(clock.millis());
                } catch (Problem e) {
                    last = null;
                }
                atNanos = NanoTime.now();
            }
            return Optional.ofNullable(last);
        }
    }
}
