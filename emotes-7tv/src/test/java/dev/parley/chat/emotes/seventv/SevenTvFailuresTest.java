package dev.parley.chat.emotes.seventv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSourceStatus;
import dev.parley.chat.emotes.EmoteVisibility;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.SocketEffect;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of sets whose server answers as it should not. */
@Timeout(120)
class SevenTvFailuresTest {
    private static final String FIRST = SevenTvServer.FIRST_SET;
    private static final String SET_PATH = "/v3/emote-sets/" + FIRST;
    private static final String USER_PATH = "/v3/users/twitch/12345";
    private static final String SOURCE = "channel twitch/12345";
    private static final int LARGE = 1_000;

    @TempDir
    private Path cache;

    /** An emote of a large set, odd in one way or another. */
    private static ObjectNode oddEmote(int serial) {
        String id = serial % 2 == 0 ? "%024x".formatted(serial) : "01HZ%022d".formatted(serial);
        String name = switch (serial % 10) {
            case 0 -> ":)))" + serial;
            case 1 -> "$$fish" + serial;
            case 2 -> "(7TV)" + serial;
            case 3 -> "!vote" + serial;
            case 4 -> "\u0436\u0430\u0431\u0430" + serial;
            case 5 -> "Okayge+1'?<>*#|." + serial;
            case 6 -> "\ud83d\ude00" + serial;
            case 7 -> "x".repeat(96) + "%04d".formatted(serial);
            case 8 -> "\u0645\u0631\u062d\u0628\u0627" + serial;
            default -> "Plain" + serial;
        };
        ObjectNode active = Answers.active(id, name, serial % 3 == 0 ? 1 : 0);
        List<String> formats = serial % 4 == 0 ? List.of("AVIF", "WEBP", "GIF") : List.of("AVIF", "WEBP");
        ObjectNode data = Answers.data(id, "Owners" + serial, serial % 4 == 0, formats);
        data.put("listed", serial % 7 != 0);
        data.put("flags", serial % 5 == 0 ? 256 | 1 << 16 | 1 << 24 : 0);
        if (serial % 6 == 0) {
            data.remove("tags");
        }
        if (serial % 8 == 0) {
            data.putNull("owner");
            active.putNull("actor_id").put("timestamp", -62135596800000L).put("origin_id", "01HZORIGIN");
        }
        active.set("data", data);
        return active;
    }

    private static List<ObjectNode> oddEmotes() {
        List<ObjectNode> emotes = new ArrayList<>();
        for (int i = 0; i < LARGE; i++) {
            emotes.add(oddEmote(i));
        }
        return emotes;
    }

    private static EmoteSet parse(byte[] body) throws EmoteLoadException {
        EmoteSet.Builder set = EmoteSet.builder();
        SevenTvJson.addSet(body, SetKind.SHARED, set);
        return set.build();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aThousandOddEmotesAreReadWithoutLoss() throws Exception {
        EmoteSet set = parse(utf8(Answers.set(FIRST, oddEmotes()).toString()));

        assertThat(set.skippedNotes()).isEmpty();
        assertThat(set.emotes()).hasSize(LARGE);
        for (int i = 0; i < LARGE; i++) {
            Emote emote = set.emotes().get(i);
            ObjectNode sent = oddEmote(i);
            assertThat(emote.code()).isEqualTo(sent.path("name").asText());
            assertThat(emote.id().value()).isEqualTo(sent.path("id").asText());
            assertThat(emote.zeroWidth()).isEqualTo(i % 3 == 0 || i % 5 == 0);
            assertThat(emote.visibility()).isEqualTo(i % 7 == 0 ? EmoteVisibility.UNLISTED : EmoteVisibility.LISTED);
            assertThat(emote.warnings()).hasSize(i % 5 == 0 ? 2 : 0);
            assertThat(emote.tags()).hasSize(i % 6 == 0 ? 0 : 2);
            // Three formats in four sizes, and the still ones of them.
            assertThat(emote.images()).hasSize(i % 4 == 0 ? 24 : 8);
        }
    }

    @Test
    void aSetThatIsCutAtAnyByteIsRefused() {
        byte[] whole = utf8(Answers.set(FIRST, List.of(oddEmote(0), oddEmote(1), oddEmote(4)))
                .toString());
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> parse(cut))
                    .as("cut at %d", length)
                    .isInstanceOf(EmoteLoadException.class)
                    .extracting(e -> ((EmoteLoadException) e).reason())
                    .isEqualTo(Reason.MALFORMED);
        }
    }

    /** A body that is made while it is sent, so that nothing holds it. */
    private record Endless(long contentLength) implements MockResponseBody {
        private static final byte[] BEGIN = utf8("{\"id\":\"x\",\"emotes\":[");
        private static final byte[] CHUNK = utf8(" ".repeat(64 * 1024));
        private static final int CHUNKS = 1_600;

        /** All that is sent: more than was announced would stand in the way of the next answer. */
        private static final long BYTES = BEGIN.length + (long) CHUNKS * CHUNK.length;

        @Override
        public long getContentLength() {
            return contentLength;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.write(BEGIN);
            for (int i = 0; i < CHUNKS; i++) {
                sink.write(CHUNK);
            }
        }
    }

    static Stream<Arguments> brokenAnswers() {
        String whole = Answers.set(FIRST, List.of(oddEmote(1), oddEmote(2))).toString();
        List<Arguments> all = new ArrayList<>(List.of(
                Arguments.of("empty", new MockResponse.Builder(), Reason.MALFORMED),
                Arguments.of("blank", new MockResponse.Builder().body("  \n"), Reason.MALFORMED),
                Arguments.of("404", new MockResponse.Builder().code(404), Reason.NOT_FOUND),
                Arguments.of("410", new MockResponse.Builder().code(410), Reason.NOT_FOUND),
                Arguments.of("403", new MockResponse.Builder().code(403), Reason.REQUEST_REFUSED),
                Arguments.of("429", new MockResponse.Builder().code(429), Reason.RATE_LIMITED),
                Arguments.of("500", new MockResponse.Builder().code(500).body(whole), Reason.SERVER_ERROR),
                Arguments.of("503", new MockResponse.Builder().code(503), Reason.SERVER_ERROR),
                Arguments.of(
                        "garbage", new MockResponse.Builder().body("\u0000\u0001<html>busy</html>"), Reason.MALFORMED),
                Arguments.of(
                        "an error in JSON",
                        new MockResponse.Builder().body("{\"error\":\"busy\",\"error_code\":70000}"),
                        Reason.MALFORMED),
                Arguments.of(
                        "a set without its emotes",
                        new MockResponse.Builder().body("{\"id\":\"" + FIRST + "\",\"emote_count\":2}"),
                        Reason.MALFORMED),
                Arguments.of(
                        "100 MB of an announced length",
                        new MockResponse.Builder().body(new Endless(Endless.BYTES)),
                        Reason.TOO_LARGE),
                Arguments.of(
                        "100 MB of an unknown length",
                        new MockResponse.Builder().body(new Endless(-1)).addHeader("Connection", "close"),
                        Reason.TOO_LARGE),
                Arguments.of(
                        "no answer in time",
                        new MockResponse.Builder().body(whole).onResponseStart(SocketEffect.Stall.INSTANCE),
                        Reason.TIMED_OUT),
                Arguments.of(
                        "half an answer in time",
                        new MockResponse.Builder().body(whole).onResponseBody(SocketEffect.Stall.INSTANCE),
                        Reason.TIMED_OUT),
                Arguments.of(
                        "a connection that breaks",
                        new MockResponse.Builder().body(whole).onResponseBody(new SocketEffect.CloseSocket()),
                        Reason.UNREACHABLE)));
        for (int part = 1; part < 8; part++) {
            String cut = whole.substring(0, whole.length() * part / 8);
            all.add(Arguments.of(
                    "cut after " + part + " eighths", new MockResponse.Builder().body(cut), Reason.MALFORMED));
        }
        return all.stream();
    }

    private static EmoteRegistry.Builder registry(SevenTvServer server, Path cache) {
        return server.registry().cache(cache);
    }

    private static EmoteSourceStatus channel(EmoteRegistry registry) {
        return registry.status().stream()
                .filter(status -> status.name().equals(SOURCE))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenAnswers")
    void theLastGoodSetStaysAndTheReasonIsTold(String what, MockResponse.Builder broken, Reason reason) {
        try (SevenTvServer server = new SevenTvServer()) {
            oddEmotes().subList(0, 50).forEach(emote -> server.put(FIRST, emote));
            Map<String, String> before;
            try (EmoteRegistry registry = registry(server, cache).build()) {
                registry.refresh().join();
                assertThat(registry.failures()).isEmpty();
                before = codes(registry);
                assertThat(before).hasSizeGreaterThan(40);
                server.put(FIRST, Answers.active("new", "New", 0));
                server.answerInstead(SET_PATH, broken.build());
                if (reason != Reason.TIMED_OUT) {
                    assertRefreshKeeps(before, reason, registry);
                }
            }
            EmoteRegistry.Builder again = registry(server, cache);
            if (reason == Reason.TIMED_OUT) {
                again.fetchTimeout(Duration.ofMillis(300));
            }
            try (EmoteRegistry registry = again.build()) {
                registry.restore().join();
                assertThat(codes(registry)).isEqualTo(before);
                assertRefreshKeeps(before, reason, registry);
                assertRefreshKeeps(before, reason, registry);
            }
            try (EmoteRegistry registry = registry(server, cache).build()) {
                server.answerAgain();
                registry.refresh().join();

                assertThat(registry.failures()).isEmpty();
                assertThat(codes(registry)).hasSize(before.size() + 1).containsKey("New");
            }
        }
    }

    private static void assertRefreshKeeps(Map<String, String> before, Reason reason, EmoteRegistry registry) {
        registry.refresh().join();
        assertThat(codes(registry)).isEqualTo(before);
        assertThat(channel(registry).failure())
                .map(EmoteProviderFailure::reason)
                .contains(reason);
        assertThat(channel(registry).emoteCount()).isPositive();
    }

    private static Map<String, String> codes(EmoteRegistry registry) {
        Map<String, String> codes = new TreeMap<>();
        registry.catalog()
                .emotes()
                .forEach(emote -> codes.put(emote.code(), emote.id().value()));
        return codes;
    }

    @Test
    void afterARestartSetsAreThereAtOnceAndOnlyConfirmed() {
        try (SevenTvServer server = new SevenTvServer()) {
            oddEmotes().subList(0, 50).forEach(emote -> server.put(FIRST, emote));
            Map<String, String> before;
            try (EmoteRegistry registry = registry(server, cache).build()) {
                registry.refresh().join();
                before = codes(registry);
            }
            int requests = server.answeredCount();
            try (EmoteRegistry registry = registry(server, cache).build()) {
                registry.restore().join();
                assertThat(codes(registry)).isEqualTo(before);
                assertThat(server.answeredCount()).isEqualTo(requests);
                assertThat(server.confirmedUnchangedCount()).isZero();

                registry.refresh().join();
                assertThat(registry.failures()).isEmpty();
                assertThat(codes(registry)).isEqualTo(before);
                assertThat(server.answeredCount()).isEqualTo(requests + 3);
                assertThat(server.confirmedUnchangedCount()).isEqualTo(3);
            }
        }
    }

    @Test
    void aServerThatIsGoneAtTheStartLeavesWhatIsOnTheDisk() {
        SevenTvServer server = new SevenTvServer();
        server.put(FIRST, Answers.active("e1", "Wave", 0));
        EmoteRegistry.Builder settings = registry(server, cache);
        try (EmoteRegistry registry = settings.build()) {
            registry.refresh().join();
        }
        server.close();
        try (EmoteRegistry registry = settings.build()) {
            registry.refresh().join();

            assertThat(codes(registry)).containsOnlyKeys("Global", "Wave");
            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsExactly(Reason.UNREACHABLE, Reason.UNREACHABLE);
        }
    }

    @Test
    void aChannelWithout7TvIsEmptyAndIsNotAskedForAgainSoon() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = registry(server, cache).build()) {
            server.answerInstead(USER_PATH, new MockResponse.Builder().code(404).build());
            registry.refresh().join();
            int requests = server.answeredCount();
            assertThat(registry.failures()).isEmpty();
            assertThat(codes(registry)).containsOnlyKeys("Global");
            registry.refresh().join();

            // The global set only.
            assertThat(server.answeredCount()).isEqualTo(requests + 1);
        }
    }
}
