package dev.parley.chat.worker.internal.metrics;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Counters, gauges and histograms, and how Prometheus reads them: the text format, version 0.0.4.
 *
 * <p>The values of a label come from a fixed set (routes, codes, methods that there are), never from a client: each
 * makes a series that stays. Safe for threads.
 */
public final class Metrics {
    /** The media type of {@link #write()}. */
    public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double[] BOUNDS_SECONDS = {
        0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
    };

    private final List<Family> families = new CopyOnWriteArrayList<>();

    private interface Family {
        void write(StringBuilder out);
    }

    /** A number that only grows. */
    public Counter counter(String name, String help, String... labels) {
        Counter counter = new Counter(name, help, labels);
        families.add(counter);
        return counter;
    }

    /** Durations, in buckets from half a millisecond to half a minute. */
    public Histogram histogram(String name, String help, String... labels) {
        Histogram histogram = new Histogram(name, help, labels);
        families.add(histogram);
        return histogram;
    }

    /** A number that is read when it is asked for; left out when there is none, as when the store does not answer. */
    public void gauge(String name, String help, Supplier<OptionalDouble> value) {
        sampled("gauge", name, help, value);
    }

    /** A number that only grows and is counted elsewhere. */
    public void counted(String name, String help, Supplier<OptionalDouble> value) {
        sampled("counter", name, help, value);
    }

    private void sampled(String type, String name, String help, Supplier<OptionalDouble> value) {
        families.add(out -> value.get().ifPresent(present -> {
            head(out, type, name, help);
            out.append(name).append(' ').append(number(present)).append('\n');
        }));
    }

    /** Everything, as it is now. */
    public byte[] write() {
        StringBuilder out = new StringBuilder();
        families.forEach(family -> family.write(out));
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A counter for each combination of label values. */
    public static final class Counter implements Family {
        private final String name;
        private final String help;
        private final List<String> labels;
        private final Map<String, LongAdder> values = new ConcurrentSkipListMap<>();

        private Counter(String name, String help, String... labels) {
            this.name = name;
            this.help = help;
            this.labels = List.of(labels);
            if (labels.length == 0) {
                values.put("", new LongAdder());
            }
        }

        public void add(String... labelValues) {
            values.computeIfAbsent(series(labels, labelValues), series -> new LongAdder())
                    .increment();
        }

        @Override
        public void write(StringBuilder out) {
            head(out, "counter", name, help);
            values.forEach((series, value) -> out.append(name)
                    .append(braces(series))
                    .append(' ')
                    .append(value.sum())
                    .append('\n'));
        }
    }

    /** A histogram for each combination of label values. */
    public static final class Histogram implements Family {
        private final String name;
        private final String help;
        private final List<String> labels;
        private final Map<String, Buckets> values = new ConcurrentSkipListMap<>();

        private Histogram(String name, String help, String... labels) {
            this.name = name;
            this.help = help;
            this.labels = List.of(labels);
        }

        public void record(long nanos, String... labelValues) {
            values.computeIfAbsent(series(labels, labelValues), series -> new Buckets())
                    .record(nanos);
        }

        @Override
        public void write(StringBuilder out) {
            head(out, "histogram", name, help);
            values.forEach((series, buckets) -> buckets.write(out, name, series));
        }
    }

    private static final class Buckets {
        private final List<LongAdder> counts = new ArrayList<>();
        private final LongAdder sumNanos = new LongAdder();

        Buckets() {
            // One more for what is above the last bound.
            for (int i = 0; i <= BOUNDS_SECONDS.length; i++) {
                counts.add(new LongAdder());
            }
        }

        void record(long nanos) {
            double seconds = nanos / NANOS_PER_SECOND;
            int bucket = 0;
            while (bucket < BOUNDS_SECONDS.length && seconds > BOUNDS_SECONDS[bucket]) {
                bucket++;
            }
            counts.get(bucket).increment();
            sumNanos.add(nanos);
        }

        void write(StringBuilder out, String name, String series) {
            String prefix = series.isEmpty() ? "" : series + ",";
            long below = 0;
            for (int i = 0; i < counts.size(); i++) {
                below += counts.get(i).sum();
                String bound = i < BOUNDS_SECONDS.length ? number(BOUNDS_SECONDS[i]) : "+Inf";
                out.append(name)
                        .append("_bucket{")
                        .append(prefix)
                        .append("le=\"")
                        .append(bound)
                        .append("\"} ")
                        .append(below)
                        .append('\n');
            }
            out.append(name)
                    .append("_sum")
                    .append(braces(series))
                    .append(' ')
                    .append(number(sumNanos.sum() / NANOS_PER_SECOND))
                    .append('\n')
                    .append(name)
                    .append("_count")
                    .append(braces(series))
                    .append(' ')
                    .append(below)
                    .append('\n');
        }
    }

    private static void head(StringBuilder out, String type, String name, String help) {
        out.append("# HELP ")
                .append(name)
                .append(' ')
                .append(help)
                .append("\n# TYPE ")
                .append(name)
                .append(' ')
                .append(type)
                .append('\n');
    }

    private static String series(List<String> labels, String... values) {
        if (labels.size() != values.length) {
            throw new IllegalArgumentException("there are " + labels.size() + " labels: " + labels);
        }
        StringBuilder series = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            series.append(i == 0 ? "" : ",")
                    .append(labels.get(i))
                    .append("=\"")
                    .append(values[i]
                            .replace("\\", "\\\\")
                            .replace("\"", "\\\"")
                            .replace("\n", "\\n"))
                    .append('"');
        }
        return series.toString();
    }

    private static String braces(String series) {
        return series.isEmpty() ? "" : "{" + series + "}";
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%s", value);
    }
}
