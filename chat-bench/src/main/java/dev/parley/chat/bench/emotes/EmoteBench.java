package dev.parley.chat.bench.emotes;

import com.sun.management.ThreadMXBean;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import dev.parley.chat.emotes.EmoteTokenizer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Cuts messages of a lively channel into tokens with sets of several sizes, beside the plainest thing that could do it:
 * {@code String.split} and a {@code HashMap}. Then starts new processes that take a set of 1,000 emotes from the disk.
 *
 * <p>System properties: {@code parley.emotes.seconds} (2, for each line), {@code parley.emotes.table} (a file to which
 * the table is written as well).
 */
public final class EmoteBench {
    static final int FULL_SET = 1_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MESSAGES = 1_000;
    private static final int STARTS = 11;
    private static final String ID = "bench";

    private EmoteBench() {}

    /**
     * Measures.
     *
     * @param arguments none; or {@code start} and the directory of a cache, to measure one start
     * @throws Exception if something cannot be read or written
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 2) {
            System.out.println(start(Path.of(arguments[1])));
            return;
        }
        long nanos = TimeUnit.SECONDS.toNanos(Integer.getInteger("parley.emotes.seconds", 2));
        String table = tokenizing(nanos) + "\n" + starting(STARTS);
        System.out.print(table);
        String file = System.getProperty("parley.emotes.table", "");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), table);
        }
    }

    /** Measures tokens in a second, with sets of several sizes. */
    static String tokenizing(long nanosEach) {
        StringBuilder table = new StringBuilder("| emotes loaded | tokens/s | ns/message | bytes/message |"
                + " split and HashMap, tokens/s | ratio |\n|---:|---:|---:|---:|---:|---:|\n");
        for (int size : new int[] {0, FULL_SET, 100_000}) {
            EmoteSet set = set(size);
            EmoteCatalog catalog = EmoteCatalog.of(List.of(new EmoteCatalog.Layer(EmoteScope.GLOBAL, set)));
            Map<String, Emote> plain = new HashMap<>();
            set.emotes().forEach(emote -> plain.put(emote.code(), emote));
            List<String> messages = messages(set);
            Rate ours = rate(
                    messages,
                    nanosEach,
                    text -> EmoteTokenizer.tokenize(text, catalog).size());
            Rate theirs = rate(messages, nanosEach, text -> {
                int found = 0;
                for (String word : text.split("\\s+", -1)) {
                    found += plain.containsKey(word) ? 1 : 0;
                }
                return found;
            });
            table.append(String.format(
                    Locale.ROOT,
                    "| %,d | %,.0f | %,.0f | %,.0f | %,.0f | %.2f |%n",
                    size,
                    ours.wordsPerSecond,
                    ours.nanosPerMessage,
                    ours.bytesPerMessage,
                    theirs.wordsPerSecond,
                    ours.wordsPerSecond / theirs.wordsPerSecond));
        }
        return table.toString();
    }

    /** Starts so many processes that take a full set from the disk. */
    static String starting(int starts) throws IOException, InterruptedException {
        Path cache = Files.createTempDirectory("parley-emotes");
        try {
            try (EmoteRegistry registry = registry(cache, set(FULL_SET))) {
                registry.refresh().join();
            }
            List<Double> registryMillis = new ArrayList<>();
            List<Double> emotesMillis = new ArrayList<>();
            for (int i = 0; i < starts; i++) {
                Process process = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                EmoteBench.class.getName(),
                                "start",
                                cache.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw new IllegalStateException("a start failed");
                }
                String[] millis = said.strip().split(" ", 2);
                registryMillis.add(Double.parseDouble(millis[0]));
                emotesMillis.add(Double.parseDouble(millis[1]));
            }
            return "| in a new process, ms | median | greatest |\n|---|---:|---:|\n"
                    + row("a registry is made", registryMillis)
                    + row(String.format(Locale.ROOT, "its %,d emotes are there from the disk", FULL_SET), emotesMillis);
        } finally {
            try (Stream<Path> all = Files.walk(cache)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static String row(String what, List<Double> millis) {
        List<Double> sorted = millis.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f |%n",
                what,
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() - 1));
    }

    /** How long this process takes to make a registry, and then to have its emotes, nothing of it loaded before. */
    private static String start(Path cache) {
        long begun = System.nanoTime();
        try (EmoteRegistry registry = registry(cache, EmoteSet.empty())) {
            long made = System.nanoTime();
            registry.restore().join();
            if (registry.catalog().size() != FULL_SET) {
                throw new IllegalStateException(
                        "there are " + registry.catalog().size() + " emotes");
            }
            return (made - begun) / 1e6 + " " + (System.nanoTime() - made) / 1e6;
        }
    }

    private static EmoteRegistry registry(Path cache, EmoteSet set) {
        return EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(new Factory(set))
                .cache(cache)
                .build();
    }

    private record Factory(EmoteSet set) implements EmoteProviderFactory {
        @Override
        public String id() {
            return ID;
        }

        @Override
        public String displayName() {
            return "Benchmark";
        }

        @Override
        public EmoteProvider create(EmoteSettings settings) {
            return () -> List.of(EmoteSource.of("one", EmoteScope.GLOBAL, context -> set));
        }
    }

    /** A set with eight images for each emote, as 7TV has them. */
    static EmoteSet set(int size) {
        Random random = new Random(size);
        EmoteSet.Builder set = EmoteSet.builder();
        for (int i = 0; i < size; i++) {
            String id = String.format(Locale.ROOT, "%024x", random.nextLong() & Long.MAX_VALUE);
            List<EmoteImage> images = new ArrayList<>();
            for (int side = 32; side <= 128; side += 32) {
                for (EmoteImageFormat format : List.of(EmoteImageFormat.AVIF, EmoteImageFormat.WEBP)) {
                    URI url = URI.create("https://cdn.example/emote/" + id + "/" + side / 32 + "x."
                            + format.name().toLowerCase(Locale.ROOT));
                    images.add(new EmoteImage(url, format, side, side, 7_000, 20));
                }
            }
            set.add(Emote.builder(new EmoteId(ID, id), "emote" + Integer.toString(i, 36) + "X")
                    .zeroWidth(i % 20 == 0)
                    .animated(true)
                    .tags(List.of("one", "two"))
                    .images(images)
                    .build());
        }
        return set.build();
    }

    /** Messages of some 240 characters, of which every fifth word is an emote; the same for the same set. */
    static List<String> messages(EmoteSet set) {
        Random random = new Random(1);
        String[] words = {"the", "stream", "is", "really", "good", "today,", "isn't", "it?", "@somebody", "LUL", "(yes)"
        };
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            StringBuilder message = new StringBuilder();
            while (message.length() < 235) {
                boolean emote = random.nextInt(5) == 0 && !set.emotes().isEmpty();
                message.append(
                                emote
                                        ? set.emotes()
                                                .get(random.nextInt(set.emotes().size()))
                                                .code()
                                        : words[random.nextInt(words.length)])
                        .append(' ');
            }
            messages.add(message.toString().strip());
        }
        return messages;
    }

    private record Rate(double wordsPerSecond, double nanosPerMessage, double bytesPerMessage) {}

    private static Rate rate(List<String> messages, long nanosEach, Function<String, Integer> cut) {
        long words =
                messages.stream().mapToLong(text -> text.split(" ", -1).length).sum();
        long sum = 0;
        // Once for the compiler, once to measure.
        for (long begun = System.nanoTime(); System.nanoTime() - begun < nanosEach; ) {
            for (String message : messages) {
                sum += cut.apply(message);
            }
        }
        int rounds = 0;
        long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
        long nanosBefore = THREADS.getCurrentThreadCpuTime();
        long nanos = 0;
        while (nanos < nanosEach) {
            for (String message : messages) {
                sum += cut.apply(message);
            }
            rounds++;
            nanos = THREADS.getCurrentThreadCpuTime() - nanosBefore;
        }
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - bytesBefore;
        if (sum < 0) {
            // So that the compiler cannot leave the work out.
            throw new IllegalStateException("less than nothing was found");
        }
        double cutMessages = (double) rounds * messages.size();
        return new Rate(words * rounds * 1e9 / nanos, nanos / cutMessages, bytes / cutMessages);
    }
}
