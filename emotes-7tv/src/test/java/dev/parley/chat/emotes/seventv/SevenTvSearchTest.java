package dev.parley.chat.emotes.seventv;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteSearchResult;
import dev.parley.chat.emotes.EmoteWarning;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches over a real connection to a local server. */
@Timeout(60)
class SevenTvSearchTest {
    private final MockWebServer server = new MockWebServer();

    @BeforeEach
    void start() throws Exception {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private EmoteRegistry.Builder registry() {
        return EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(new SevenTvEmotes())
                .setting("7tv.url", "http://127.0.0.1:" + server.getPort() + "/v3")
                .setting("7tv.gql-url", "http://127.0.0.1:" + server.getPort() + "/v4/gql")
                .searchDelay(Duration.ofMillis(1));
    }

    private static MockResponse.Builder found() {
        return new MockResponse.Builder().body(Fixture.read("search.json"));
    }

    @Test
    void whatTheServerFindsIsFound() throws Exception {
        server.enqueue(found().build());
        try (EmoteRegistry registry = registry().build()) {
            EmoteSearchResult result = registry.search(" \"Wave\" ", 7).join();

            assertThat(result.failures()).isEmpty();
            assertThat(result.emotes()).extracting(Emote::code).containsExactly("Wave", "waveWave");
            Emote first = result.emotes().get(0);
            assertThat(first.id()).isEqualTo(new EmoteId("7tv", "01HZ0000000000000000000011"));
            assertThat(first.tags()).containsExactly("hello");
            assertThat(first.animated()).isTrue();
            assertThat(first.zeroWidth()).isFalse();
            assertThat(first.imageFor(64, List.of(EmoteImageFormat.WEBP)))
                    .hasValueSatisfying(image -> assertThat(image.url())
                            .hasToString("https://cdn.seventv.example/emote/01HZ0000000000000000000011/2x.webp"));
            assertThat(first.imageFor(64, List.of(EmoteImageFormat.WEBP), 10_000, 1))
                    .hasValueSatisfying(
                            image -> assertThat(image.url().getPath()).endsWith("/2x_static.webp"));
            Emote second = result.emotes().get(1);
            assertThat(second.zeroWidth()).isTrue();
            assertThat(second.warnings()).containsExactly(EmoteWarning.SEXUAL);
        }
        RecordedRequest request = server.takeRequest();
        assertThat(request.getMethod()).isEqualTo("POST");
        assertThat(request.getTarget()).isEqualTo("/v4/gql");
        ByteString sent = request.getBody();
        assertThat(sent).isNotNull();
        JsonNode question = SevenTvJson.JSON.readTree(sent.utf8());
        assertThat(question.path("variables").path("text").asText()).isEqualTo("\"Wave\"");
        assertThat(question.path("variables").path("count").asInt()).isEqualTo(7);
        assertThat(question.path("query").asText()).contains("search(query: $text, sort:", "perPage: $count");
    }

    @Test
    void hiddenEmotesAreFoundOnlyIfTheyAreShown() {
        server.enqueue(found().build());
        try (EmoteRegistry registry = registry().includeUnlisted().build()) {
            assertThat(registry.search("wave", 10).join().emotes())
                    .extracting(Emote::code)
                    .containsExactly("Wave", "waveUnlisted", "wavePrivate", "waveWave");
        }
    }

    @Test
    void theSameIsNotAskedTwice() {
        server.enqueue(found().build());
        try (EmoteRegistry registry = registry().build()) {
            registry.search("wave", 10).join();
            assertThat(registry.search("wave", 10).join().emotes()).hasSize(2);
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 42", "-3, 3600", "0, 0", "0, -2", "0, tomorrow"})
    void aLimitThatIsUsedUpIsRespected(String remaining, String reset) {
        server.enqueue(found().addHeader("x-ratelimit-search-limit", "100")
                .addHeader("x-ratelimit-search-remaining", remaining)
                .addHeader("x-ratelimit-search-reset", reset)
                .build());
        try (EmoteRegistry registry = registry().build()) {
            // The answer that tells of it is good.
            assertThat(registry.search("wave", 10).join().emotes()).hasSize(2);
            EmoteSearchResult next = registry.search("other", 10).join();
            assertThat(next.emotes()).isEmpty();
            assertThat(next.failures()).extracting(EmoteProviderFailure::reason).containsExactly(Reason.RATE_LIMITED);
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void theServersTimeIsTakenForThePause() {
        assertThat(SevenTvSearch.pauseAsked(answer("0", "42"))).contains(Duration.ofSeconds(42));
        assertThat(SevenTvSearch.pauseAsked(answer("0", "999999999"))).contains(Duration.ofHours(1));
        assertThat(SevenTvSearch.pauseAsked(answer("0", "never"))).contains(Duration.ofMinutes(1));
        assertThat(SevenTvSearch.pauseAsked(answer("1", "42"))).isEmpty();
        assertThat(SevenTvSearch.pauseAsked(answer("many", "42"))).isEmpty();
    }

    private static EmoteAnswer answer(String remaining, String reset) {
        return new EmoteAnswer(
                200, Map.of("X-RateLimit-Search-Remaining", remaining, "X-RateLimit-Search-Reset", reset), new byte[0]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {\"data\":null,\"errors\":[{\"message\":\"bad\\u0007 query\",\"extensions\":{\"status\":400}}]}"
                        + " | REQUEST_REFUSED | 7TV answers a search with: bad query",
                "200 | {\"errors\":[{\"message\":\"rate limit exceeded\",\"extensions\":{\"status\":429}}]}"
                        + " | RATE_LIMITED | 7TV answers a search with: rate limit exceeded",
                "200 | {\"errors\":[{\"message\":\"failed to search\"}],\"data\":{\"emotes\":{\"search\":{\"items\":[]}}}}"
                        + " | SERVER_ERROR | 7TV answers a search with: failed to search",
                "200 | {\"errors\":[7]} | SERVER_ERROR | 7TV answers a search with: no message",
                "200 | {\"data\":{}} | MALFORMED | 7TV answered with something that is no result of a search",
                "200 | <html> | MALFORMED | 7TV answered with something that is not JSON",
                "400 | {} | REQUEST_REFUSED | 7TV answers a search with status 400",
                "404 | {} | REQUEST_REFUSED | 7TV answers a search with status 404",
                "429 | {} | RATE_LIMITED | 127.0.0.1 asks for fewer requests",
                "503 | {} | SERVER_ERROR | 127.0.0.1 answers with status 503"
            })
    void aFailureIsToldAndWhatIsKnownIsFoundAllTheSame(int status, String body, Reason reason, String message) {
        server.enqueue(new MockResponse.Builder()
                .body(Answers.set("g", List.of(Answers.active("w", "WaveHere", 0)))
                        .toString())
                .build());
        server.enqueue(new MockResponse.Builder().code(status).body(body).build());
        try (EmoteRegistry registry = registry().build()) {
            registry.refresh().join();
            EmoteSearchResult result = registry.search("wave", 10).join();

            assertThat(result.emotes()).extracting(Emote::code).containsExactly("WaveHere");
            assertThat(result.failures()).singleElement().satisfies(failure -> {
                assertThat(failure.reason()).isEqualTo(reason);
                assertThat(failure.message()).isEqualTo(message);
            });
        }
    }

    @Test
    void aServerElsewhereIsNotSearchedAnd7TvIsNotAskedInItsPlace() {
        try (EmoteRegistry registry = registry().setting("7tv.gql-url", "").build()) {
            EmoteSearchResult result = registry.search("wave", 10).join();
            assertThat(result.emotes()).isEmpty();
            assertThat(result.failures()).isEmpty();
        }
        assertThat(server.getRequestCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\u00e9", "\u20ac", "\ud83d\ude00", "a\ud83d\ude00"})
    void aLongQueryIsCutWhereTheServerWouldRefuseIt(String part) throws Exception {
        String query = part.repeat(100);
        String asked = SevenTvJson.JSON
                .readTree(SevenTvSearch.question(query, 1))
                .path("variables")
                .path("text")
                .asText();

        assertThat(query).startsWith(asked);
        assertThat(asked.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(97, SevenTvSearch.MAX_QUERY_BYTES);
        assertThat(Character.isHighSurrogate(asked.charAt(asked.length() - 1))).isFalse();
    }
}
