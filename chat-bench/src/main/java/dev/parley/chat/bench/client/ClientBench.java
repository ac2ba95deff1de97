package dev.parley.chat.bench.client;

import com.sun.management.ThreadMXBean;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.client.Client;
import dev.parley.chat.cli.client.Happening;
import dev.parley.chat.cli.client.Pictures;
import dev.parley.chat.cli.client.Theme;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.cli.screen.Painter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Tells the full-screen client 100 messages a second, with reactions and states of delivery, while a person types ten
 * keys a second, and measures how long a key takes until what it does is painted. Paints at most once in 16 ms, as the
 * program does, for a terminal that takes everything at once.
 *
 * <p>System properties: {@code parley.clientbench.seconds} (60), {@code parley.clientbench.table} (a file to which the
 * table is written as well).
 */
public final class ClientBench {
    private static final int MESSAGES_A_SECOND = 100;
    private static final int KEYS_A_SECOND = 10;
    private static final int PEOPLE = 20;
    private static final int ROWS = 40;
    private static final int COLUMNS = 120;
    private static final long FRAME_NANOS = TimeUnit.MILLISECONDS.toNanos(16);
    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1) / MESSAGES_A_SECOND;
    private static final String[] WORDS = {
        "tea", "coffee", "日本語", "👍", "https://example.org/tea", "`code`", "and", "then", "👨‍👩‍👧", "é", "something"
    };

    /** Something that is told, and when. */
    private record Told(Happening happening, long nanos) {}

    private final Client client =
            new Client(ZoneOffset.UTC, new Theme(Theme.Ground.DARK, Theme.Signs.UNICODE), Pictures.NONE, wish -> {});
    private final int tab = client.open();
    private final Painter painter = new Painter(Painter.Colours.TRUE);
    private final LinkedBlockingQueue<Told> queue = new LinkedBlockingQueue<>();
    private final List<Long> keyNanos = new ArrayList<>();
    private final Random random = new Random(1);
    private @Nullable Grid shown;
    private long frames;
    private long chars;
    private long cpuNanos;
    private long allocated;
    private int said;
    private volatile boolean isOver;

    private ClientBench() {}

    /**
     * Measures.
     *
     * @param arguments none
     * @throws Exception if the table cannot be written
     */
    public static void main(String[] arguments) throws Exception {
        String table = run(Integer.getInteger("parley.clientbench.seconds", 60));
        System.out.print(table);
        write(table, System.getProperty("parley.clientbench.table", ""));
    }

    private static void write(String table, String file) throws IOException {
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), table, StandardCharsets.UTF_8);
        }
    }

    static String run(int seconds) throws InterruptedException {
        ClientBench bench = new ClientBench();
        bench.enter();
        Thread others = new Thread(() -> bench.tell(seconds), "others");
        others.start();
        bench.loop();
        others.join();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return bench.table(seconds, heap);
    }

    private void enter() {
        RoomId room = new RoomId("a".repeat(32));
        List<Event> events = new ArrayList<>();
        events.add(new Event.Entered(room, "Tea room", "http://127.0.0.1:1/", RoomOptions.Visibility.PUBLIC));
        for (int i = 0; i < PEOPLE; i++) {
            events.add(new Event.Presence(
                    new Participant(peer(i), "Person " + i, Participant.Role.MEMBER, i == 0),
                    Event.Presence.Status.ONLINE));
        }
        events.add(new Event.State(ConnectionState.CONNECTED, Optional.empty()));
        events.forEach(event -> client.handle(new Happening.InRoom(tab, event), Instant.EPOCH));
    }

    private static PeerId peer(int number) {
        return PeerId.of(ByteBuffer.allocate(PeerId.BYTES).putInt(number).array());
    }

    private static MessageId id(int number) {
        return MessageId.of(ByteBuffer.allocate(MessageId.BYTES).putInt(number).array());
    }

    /** What others say and what is typed, each at its time. */
    private void tell(int seconds) {
        long start = System.nanoTime();
        for (int i = 0; i < seconds * MESSAGES_A_SECOND; i++) {
            long due = start + i * STEP_NANOS;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            for (Event event : message(i)) {
                put(new Happening.InRoom(tab, event));
            }
            if (i % (MESSAGES_A_SECOND / KEYS_A_SECOND) == 0) {
                put(new Happening.Key(new Keypress.Typed(i % 70 == 0 ? " " : "x")));
            }
        }
        isOver = true;
    }

    private void put(Happening happening) {
        queue.add(new Told(happening, System.nanoTime()));
    }

    private List<Event> message(int number) {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(20); i > 0; i--) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        int from = number % 50 == 0 ? 0 : 1 + random.nextInt(PEOPLE - 1);
        List<Event> events = new ArrayList<>();
        events.add(new Event.Message(new ChatMessage(
                id(number),
                peer(from),
                "Person " + from,
                text.toString().strip(),
                Instant.EPOCH.plusMillis(10L * number),
                number % 7 == 0 && number > 0 ? Optional.of(id(number - 1)) : Optional.empty(),
                List.of(),
                List.of())));
        if (number % 5 == 0) {
            events.add(new Event.Reactions(
                    id(Math.max(0, number - 3)),
                    List.of(new ReactionTotal(Reaction.of("👍"), 1 + number % 9, List.of(peer(1))))));
        }
        if (from == 0) {
            for (int i = 1; i < PEOPLE; i++) {
                events.add(new Event.Delivery(id(number), peer(i), DeliveryState.DELIVERED));
            }
        }
        return events;
    }

    private void loop() throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        List<Long> keys = new ArrayList<>();
        long painted = System.nanoTime() - FRAME_NANOS;
        boolean isDirty = true;
        while (!isOver || !queue.isEmpty() || isDirty) {
            long wait = isDirty ? painted + FRAME_NANOS - System.nanoTime() : FRAME_NANOS;
            for (Told next = queue.poll(Math.max(0, wait), TimeUnit.NANOSECONDS); next != null; next = queue.poll()) {
                client.handle(next.happening(), Instant.EPOCH.plusMillis(10L * said));
                isDirty = true;
                if (next.happening() instanceof Happening.Key) {
                    keys.add(next.nanos());
                } else if (next.happening() instanceof Happening.InRoom in && in.event() instanceof Event.Message) {
                    said++;
                }
            }
            if (isDirty && System.nanoTime() - painted >= FRAME_NANOS) {
                paint();
                painted = System.nanoTime();
                isDirty = false;
                long now = painted;
                keys.forEach(key -> keyNanos.add(now - key));
                keys.clear();
            }
        }
        cpuNanos = threads.getCurrentThreadCpuTime() - cpu;
        allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
    }

    private void paint() {
        Grid grid = new Grid(ROWS, COLUMNS);
        client.draw(grid);
        chars += painter.paint(shown, grid).length();
        shown = grid;
        frames++;
    }

    private String table(int seconds, long heap) {
        Collections.sort(keyNanos);
        return String.format(
                Locale.ROOT,
                "| messages | keys | key to painted p50 ms | p99 ms | frames | CPU of its thread | KB a frame | characters a"
                        + " frame | heap after MB |%n|---:|---:|---:|---:|---:|---:|---:|---:|---:|%n"
                        + "| %,d | %,d | %.1f | %.1f | %,d | %.1f %% | %,d | %,d | %.1f |%n",
                said,
                keyNanos.size(),
                part(0.5) / 1e6,
                part(0.99) / 1e6,
                frames,
                100.0 * cpuNanos / TimeUnit.SECONDS.toNanos(seconds),
                allocated / 1_000 / Math.max(1, frames),
                chars / Math.max(1, frames),
                heap / 1e6);
    }

    private double part(double of) {
        return keyNanos.get((int) Math.min(keyNanos.size() - 1, Math.ceil(of * keyNanos.size())));
    }
}
