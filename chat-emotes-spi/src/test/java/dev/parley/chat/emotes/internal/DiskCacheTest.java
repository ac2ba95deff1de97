package dev.parley.chat.emotes.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCacheTest {
    private static final URI ADDRESS = URI.create("https://a.example/x?y=1");
    private static final int LIMIT = 100_000;

    private final AtomicLong nowMillis = new AtomicLong(1_800_000_000_000L);

    @TempDir
    Path directory;

    private DiskCache cache() {
        InstantSource clock = () -> Instant.ofEpochMilli(nowMillis.get());
        return new DiskCache(directory, LIMIT, clock);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<Path> files(String kind) {
        Path below = directory.resolve(kind);
        if (!Files.exists(below)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> body(DiskCache cache, URI address) {
        return cache.answer(address).map(kept -> new String(kept.body(), StandardCharsets.UTF_8));
    }

    @Test
    void anAnswerOutlivesTheProcess() {
        cache().putAnswer(ADDRESS, "\"v1\"", utf8("hello"));

        assertThat(cache().answer(ADDRESS)).hasValueSatisfying(kept -> {
            assertThat(kept.body()).asString().isEqualTo("hello");
            assertThat(kept.etag()).isEqualTo("\"v1\"");
            assertThat(kept.fetchedAtMillis()).isEqualTo(nowMillis.get());
        });
        assertThat(cache().answer(URI.create("https://a.example/x?y=2"))).isEmpty();
    }

    @Test
    void aNewAnswerReplacesTheOldOneAndARemovedOneIsGone() {
        DiskCache cache = cache();
        cache.putAnswer(ADDRESS, "\"v1\"", utf8("one"));
        cache.putAnswer(ADDRESS, "", utf8("two"));
        assertThat(body(cache, ADDRESS)).contains("two");

        cache.removeAnswer(ADDRESS);
        assertThat(body(cache, ADDRESS)).isEmpty();
        cache.removeAnswer(ADDRESS);
    }

    @Test
    void aSetThatCouldNotBeWrittenLeavesTheOneBefore() {
        DiskCache cache = cache();
        cache.putSet("7tv/global", utf8("good"));
        cache.putSet("7tv/global", new byte[0]);

        assertThat(cache.set("7tv/global"))
                .hasValueSatisfying(set -> assertThat(set).asString().isEqualTo("good"));
    }

    @Test
    void equalBodiesAreKeptOnce() {
        DiskCache cache = cache();
        cache.putAnswer(ADDRESS, "", utf8("same"));
        cache.putAnswer(URI.create("https://b.example/"), "", utf8("same"));

        assertThat(files("content")).hasSize(1);
    }

    @Test
    void anETagThatWouldBreakTheFileIsLeftOut() {
        cache().putAnswer(ADDRESS, "a\nb", utf8("hello"));

        assertThat(cache().answer(ADDRESS).orElseThrow().etag()).isEmpty();
    }

    @Test
    void aChangedOrCutBodyIsAMissAndGone() throws Exception {
        DiskCache cache = cache();
        for (String damaged : List.of("hellO", "hell", "")) {
            cache.putAnswer(ADDRESS, "", utf8("hello"));
            Files.writeString(files("content").get(0), damaged);

            assertThat(cache.answer(ADDRESS)).isEmpty();
            assertThat(files("content")).isEmpty();
        }
    }

    @Test
    void aDamagedEntryIsAMiss() throws Exception {
        DiskCache cache = cache();
        for (String damaged :
                List.of("", "x", "x\ny\nz\n", "../../etc/passwd\n\n1\n", "a".repeat(64) + "\n\nz\n", "\u0000")) {
            cache.putAnswer(ADDRESS, "", utf8("hello"));
            Files.writeString(files("answers").get(0), damaged);

            assertThat(cache.answer(ADDRESS)).as(damaged).isEmpty();
        }
        Files.write(files("answers").get(0), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThat(cache.answer(ADDRESS)).isEmpty();
    }

    @Test
    void whatWasNotUsedForLongestGoesFirst() {
        DiskCache cache = cache();
        byte[] big = new byte[LIMIT / 4];
        for (int i = 0; i < 3; i++) {
            nowMillis.addAndGet(60_000);
            big[0] = (byte) i;
            cache.putAnswer(address(i), "", big);
        }
        nowMillis.addAndGet(60_000);
        assertThat(cache.answer(address(0))).isPresent();
        for (int i = 3; i < 5; i++) {
            nowMillis.addAndGet(60_000);
            big[0] = (byte) i;
            cache.putAnswer(address(i), "", big);
        }

        assertThat(cache.answer(address(0))).as("used lately").isPresent();
        assertThat(cache.answer(address(1))).as("the oldest").isEmpty();
        assertThat(cache.answer(address(4))).as("the newest").isPresent();
        assertThat(sizeOnDisk()).isLessThanOrEqualTo(LIMIT);
    }

    private static URI address(int i) {
        return URI.create("https://a.example/" + i);
    }

    private long sizeOnDisk() {
        return Stream.of("content", "answers", "sets")
                .flatMap(kind -> files(kind).stream())
                .mapToLong(file -> file.toFile().length())
                .sum();
    }

    @Test
    void aCacheThatWasFilledBeforeIsTrimmedToo() {
        byte[] big = new byte[LIMIT / 3];
        for (int i = 0; i < 12; i++) {
            nowMillis.addAndGet(60_000);
            big[0] = (byte) i;
            // Each time as after a restart.
            cache().putAnswer(address(i), "", big);
            assertThat(sizeOnDisk()).isLessThanOrEqualTo(LIMIT);
        }
        assertThat(cache().answer(address(11))).isPresent();
    }

    @Test
    void whatIsLargerThanTheCacheIsNotKept() {
        DiskCache cache = cache();
        cache.putAnswer(ADDRESS, "", utf8("small"));
        cache.putAnswer(address(1), "", new byte[LIMIT + 1]);

        assertThat(cache.answer(address(1))).isEmpty();
        assertThat(body(cache, ADDRESS)).contains("small");
    }

    @Test
    void setsAreKeptBySource() {
        cache().putSet("7tv/global", utf8("one"));
        cache().putSet("7tv/channel", utf8("two"));

        assertThat(cache().set("7tv/global"))
                .hasValueSatisfying(set -> assertThat(set).asString().isEqualTo("one"));
        assertThat(cache().set("7tv/other")).isEmpty();
    }

    @Test
    void aDirectoryThatCannotBeUsedCostsTheCacheOnly() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        DiskCache cache = new DiskCache(file.resolve("cache"), LIMIT, InstantSource.system());

        cache.putAnswer(ADDRESS, "", utf8("hello"));
        cache.putSet("a", utf8("b"));
        cache.removeAnswer(ADDRESS);

        assertThat(cache.answer(ADDRESS)).isEmpty();
        assertThat(cache.set("a")).isEmpty();
    }

    @Test
    void nothingUnfinishedIsLeftBehind() {
        DiskCache cache = cache();
        for (int i = 0; i < 20; i++) {
            cache.putAnswer(ADDRESS, "", utf8("hello" + i));
        }

        assertThat(Stream.of("content", "answers").flatMap(kind -> files(kind).stream()))
                .noneMatch(file -> file.toString().endsWith(".tmp"));
    }
}
