package dev.parley.chat.cli;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.Room;
import dev.parley.chat.RoomListener;
import dev.parley.chat.RoomManager;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.signaling.OkHttpSignaling;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.SqliteChatStore;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Measures what Parley adds to a bare WebRTC channel: room protocol, end-to-end encryption, durable store. Both
 * measurements run in this process, one after the other, with both ends in it.
 */
final class StackStats {

    private static final int JOINS = 5;
    private static final int WARM_UP = 50;
    private static final int ROUND_TRIPS = 200;
    private static final int TEXT_BYTES = 200;
    private static final long TIMEOUT_SECONDS = 20;

    private final Console console;
    private final Path folder;

    StackStats(Console console, Path folder) {
        this.console = console;
        this.folder = folder;
    }

    void measure() throws Exception {
        Files.createDirectories(folder);
        Measured raw = RawChannel.measure(JOINS, WARM_UP, ROUND_TRIPS, TEXT_BYTES);
        Measured stack;
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().build())) {
            stack = stack(worker);
        }
        if (!console.isJson()) {
            console.emit(new Event.DemoLine(
                    "", String.format(Locale.ROOT, "%-58s %10s %10s %-3s %6s", "measured", "p50", "p99", "", "count")));
        }
        emit("join to first message received, whole stack", "ms", stack.connectMillis);
        emit("connect, bare WebRTC channel", "ms", raw.connectMillis);
        ratio("ratio of the two", stack.connectMillis, raw.connectMillis);
        emit("round trip of " + TEXT_BYTES + " B, host to guest to host, whole stack", "ms", stack.roundTripMillis);
        emit("round trip of " + TEXT_BYTES + " B, bare WebRTC channel", "ms", raw.roundTripMillis);
        ratio("ratio of the two", stack.roundTripMillis, raw.roundTripMillis);
    }

    /** Times in milliseconds, sorted. */
    record Measured(List<Double> connectMillis, List<Double> roundTripMillis) {
        Measured {
            connectMillis = sorted(connectMillis);
            roundTripMillis = sorted(roundTripMillis);
        }

        private static List<Double> sorted(List<Double> values) {
            List<Double> copy = new ArrayList<>(values);
            Collections.sort(copy);
            return List.copyOf(copy);
        }
    }

    private void emit(String name, String unit, List<Double> sorted) {
        console.emit(new Event.Figure(name, unit, percentile(sorted, 0.50), percentile(sorted, 0.99), sorted.size()));
    }

    private void ratio(String name, List<Double> above, List<Double> below) {
        console.emit(new Event.Figure(
                name,
                "x",
                percentile(above, 0.50) / percentile(below, 0.50),
                percentile(above, 0.99) / percentile(below, 0.99),
                above.size()));
    }

    /** The nearest-rank percentile of sorted values. */
    static double percentile(List<Double> sorted, double fraction) {
        int rank = (int) Math.ceil(fraction * sorted.size());
        return sorted.get(Math.max(0, rank - 1));
    }

    static double millisSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e6;
    }

    private Measured stack(SignalingWorker worker) throws Exception {
        List<Double> joins = new ArrayList<>();
        List<Double> roundTrips = new ArrayList<>();
        BlockingQueue<String> toHost = new LinkedBlockingQueue<>();
        try (End host = new End(worker, folder.resolve("host.db"))) {
            Room room = host.rooms
                    .createRoom(RoomOptions.named("Stats"), new RoomListener() {
                        @Override
                        public void onParticipantJoined(Room room, Participant participant) {
                            if (!participant.self()) {
                                CompletableFuture<MessageId> unused = room.send("welcome");
                            }
                        }

                        @Override
                        public void onMessage(Room room, ChatMessage message) {
                            if (!message.sender().equals(room.self().id())) {
                                toHost.add(message.text());
                            }
                        }
                    })
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            Invite invite = room.invite();
            for (int i = 0; i < JOINS; i++) {
                boolean last = i == JOINS - 1;
                try (End guest = new End(worker, folder.resolve("guest" + i + ".db"))) {
                    BlockingQueue<String> toGuest = new LinkedBlockingQueue<>();
                    long start = System.nanoTime();
                    Room joined = guest.rooms
                            .joinRoom(invite, new RoomListener() {
                                @Override
                                public void onMessage(Room room, ChatMessage message) {
                                    if (message.sender().equals(room.self().id())) {
                                        return;
                                    }
                                    toGuest.add(message.text());
                                    if (message.text().startsWith("ping")) {
                                        CompletableFuture<MessageId> unused = room.send(message.text());
                                    }
                                }
                            })
                            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                    next(toGuest);
                    joins.add(millisSince(start));
                    if (last) {
                        measureRoundTrips(room, toHost, roundTrips);
                    }
                    joined.leave().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                }
            }
            room.leave().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
        return new Measured(joins, roundTrips);
    }

    private static void measureRoundTrips(Room room, BlockingQueue<String> toHost, List<Double> millis)
            throws InterruptedException {
        for (int i = 0; i < WARM_UP + ROUND_TRIPS; i++) {
            String text = "ping " + i + " " + "x".repeat(TEXT_BYTES);
            String ping = text.substring(0, TEXT_BYTES);
            long start = System.nanoTime();
            CompletableFuture<MessageId> unused = room.send(ping);
            String echo = next(toHost);
            if (!echo.equals(ping)) {
                throw new CliException(ExitCode.FAILED, "the echo is not what was sent", "report this as a defect");
            }
            if (i >= WARM_UP) {
                millis.add(millisSince(start));
            }
        }
    }

    private static String next(BlockingQueue<String> queue) throws InterruptedException {
        String text = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (text == null) {
            throw new CliException(
                    ExitCode.FAILED, "no message came within " + TIMEOUT_SECONDS + " s", "run parley doctor");
        }
        return text;
    }

    /** A participant with everything of its own. */
    private static final class End implements AutoCloseable {
        private final Signaling signaling;
        private final ChatStore store;
        private final RoomManager rooms;

        End(SignalingWorker worker, Path file) {
            signaling = OkHttpSignaling.connect(worker.url());
            store = SqliteChatStore.open(file);
            rooms = RoomManager.builder(Identity.generate(), signaling)
                    .store(store)
                    .build();
        }

        @Override
        public void close() {
            rooms.close();
            signaling.close();
            store.close();
        }
    }
}
