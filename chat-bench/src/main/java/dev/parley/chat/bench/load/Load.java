package dev.parley.chat.bench.load;

import java.io.IOException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/** Puts a server under load, and counts what comes of it. For one thread. */
final class Load implements AutoCloseable {

    private static final int THREADS = 32;
    private static final int CONNECTS_AT_ONCE = 50;
    private static final int MAX_MESSAGES = 2_000_000;

    /** Of a description of a connection, sealed; the first characters are the message's number. */
    private static final int PAYLOAD_BYTES = 1_200;

    private static final int NUMBER_CHARACTERS = 8;
    private static final String PAYLOAD = "\"payload\":\"";

    /** How long a message may be on its way before it counts as lost. */
    private static final Duration STRAGGLERS = Duration.ofSeconds(10);

    private final Target target;
    private final Peer[] peers;
    private final String filler;
    private final AtomicLongArray heardNanos = new AtomicLongArray(MAX_MESSAGES);
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicInteger heardTwice = new AtomicInteger();
    private final AtomicInteger connectionsLost = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private volatile boolean isClosing;
    private volatile int connected;

    Load(Target target, int peerCount) {
        this.target = target;
        this.peers = new Peer[peerCount];
        this.filler = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[PAYLOAD_BYTES]);
    }

    /**
     * What a run came to.
     *
     * @param requests how many were answered
     * @param seconds how long it took
     * @param requestNanos how long each took, sorted; from the moment at which it was due
     * @param deliveryNanos the same from the request to the peer that it was for
     * @param lost messages that were accepted and not heard
     */
    @SuppressWarnings("ArrayRecordComponent") // Concealed and compared by nobody.
    record Result(int requests, double seconds, long[] requestNanos, long[] deliveryNanos, int lost) {

        double perSecond() {
            return requests / seconds;
        }

        static double millis(long[] sorted, double share) {
            int at = (int) Math.min(sorted.length - 1L, (long) (sorted.length * share));
            return at < 0 ? Double.NaN : sorted[at] / 1e6;
        }

        static String describe(long[] sorted) {
            return String.format(
                    Locale.ROOT, "%.2f / %.2f / %.1f", millis(sorted, 0.5), millis(sorted, 0.99), millis(sorted, 1));
        }
    }

    /** Connects peers until there are so many. */
    void connect(int count) {
        for (int first = connected; first < count; first += CONNECTS_AT_ONCE) {
            List<CompletableFuture<WebSocket>> batch = new ArrayList<>();
            for (int i = first; i < Math.min(count, first + CONNECTS_AT_ONCE); i++) {
                batch.add(target.connect(i, new Listener(i)));
            }
            for (int i = 0; i < batch.size(); i++) {
                peers[first + i] = new Peer(batch.get(i).join());
            }
        }
        connected = count;
    }

    /** Whoever is connected keeps itself alive from now on. */
    void keepAlive() {
        // A few at a time, all over the period, so that they do not come in one burst.
        int portion = Math.max(1, peers.length / 100);
        AtomicInteger next = new AtomicInteger();
        ScheduledFuture<?> unused = timer.scheduleAtFixedRate(
                () -> {
                    for (int i = 0; i < portion && !isClosing; i++) {
                        peers[next.getAndIncrement() % connected].send(target.keepAlive());
                    }
                },
                0,
                target.keepAlivePeriod().toNanos() * portion / peers.length,
                TimeUnit.NANOSECONDS);
    }

    int connectionsLost() {
        return connectionsLost.get();
    }

    int heardTwice() {
        return heardTwice.get();
    }

    /** Requests at a fixed rate, whether the server keeps up or not; three of five are messages. */
    Result paced(int perSecond, Duration time) throws IOException, InterruptedException {
        long intervalNanos = 1_000_000_000L / perSecond;
        int count = (int) (time.toNanos() / intervalNanos);
        long start = System.nanoTime() + 100_000_000L;
        return run((requests, thread, log) -> {
            for (int i = thread; i < count; i += THREADS) {
                long due = start + i * intervalNanos;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                one(requests, i, i % 5 < 3, due, log);
            }
        });
    }

    /** As many requests as the server answers, each connection one after the other. */
    Result flatOut(boolean areMessages, Duration time) throws IOException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        return run((requests, thread, log) -> {
            for (int i = thread; System.nanoTime() < end; i += THREADS) {
                one(requests, i, areMessages, System.nanoTime(), log);
            }
        });
    }

    private void one(Target.Requests requests, int number, boolean isMessage, long due, Log log) throws IOException {
        if (isMessage) {
            int message = messages.getAndIncrement();
            int to = spread(number) % peers.length;
            int from = target.senderTo(to, peers.length);
            log.sent(message, due);
            requests.relay(peers[from], from, to, number(message) + filler);
        } else {
            requests.plain(spread(number));
        }
        log.answered(System.nanoTime() - due);
    }

    private static int spread(int number) {
        return (int) ((number * 2_654_435_761L) & 0x3fffffff);
    }

    private static String number(int message) {
        return String.format(Locale.ROOT, "%0" + NUMBER_CHARACTERS + "d", message);
    }

    private interface Work {
        void run(Target.Requests requests, int thread, Log log) throws IOException;
    }

    /** What one thread has seen. */
    private static final class Log {
        final List<Long> requestNanos = new ArrayList<>();
        final List<long[]> sent = new ArrayList<>();

        void sent(int message, long nanos) {
            sent.add(new long[] {message, nanos});
        }

        void answered(long nanos) {
            requestNanos.add(nanos);
        }
    }

    private Result run(Work work) throws IOException, InterruptedException {
        List<Log> logs = new ArrayList<>();
        List<Future<?>> running = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            Log log = new Log();
            logs.add(log);
            running.add(threads.submit(() -> {
                try (Target.Requests requests = target.requests()) {
                    work.run(requests, thread, log);
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw new IOException("a request failed", e.getCause());
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long[][] sent = logs.stream().flatMap(log -> log.sent.stream()).toArray(long[][]::new);
        awaitStragglers(sent);
        long[] requestNanos = logs.stream()
                .flatMap(log -> log.requestNanos.stream())
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        long[] deliveryNanos = LongStream.range(0, sent.length)
                .filter(i -> isHeard(sent[(int) i]))
                .map(i -> heardNanos.get((int) sent[(int) i][0]) - sent[(int) i][1])
                .sorted()
                .toArray();
        return new Result(
                requestNanos.length, seconds, requestNanos, deliveryNanos, sent.length - deliveryNanos.length);
    }

    private boolean isHeard(long[] sent) {
        return heardNanos.get((int) sent[0]) != 0;
    }

    private void awaitStragglers(long[][] sent) throws InterruptedException {
        long end = System.nanoTime() + STRAGGLERS.toNanos();
        for (long[] message : sent) {
            while (!isHeard(message) && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    @Override
    public void close() {
        isClosing = true;
        timer.shutdownNow();
        threads.shutdownNow();
        for (Peer peer : peers) {
            if (peer != null) {
                peer.close();
            }
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final int number;
        private final StringBuilder text = new StringBuilder();

        Listener(int number) {
            this.number = number;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean isLast) {
            text.append(data);
            if (isLast) {
                hear(text.toString(), System.nanoTime());
                text.setLength(0);
                text.trimToSize();
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        private void hear(String message, long nanos) {
            int at = message.indexOf(PAYLOAD);
            if (at < 0) {
                return;
            }
            int start = at + PAYLOAD.length();
            int heardNumber = Integer.parseInt(message.substring(start, start + NUMBER_CHARACTERS));
            if (!heardNanos.compareAndSet(heardNumber, 0, nanos)) {
                heardTwice.incrementAndGet();
            }
            String answer = target.answerTo(message);
            if (!answer.isEmpty()) {
                peers[number].send(answer);
            }
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            lost();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            lost();
        }

        private void lost() {
            if (!isClosing) {
                connectionsLost.incrementAndGet();
            }
        }
    }
}
