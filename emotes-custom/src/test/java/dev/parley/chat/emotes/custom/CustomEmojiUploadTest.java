package dev.parley.chat.emotes.custom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteUpload;
import dev.parley.chat.emotes.NewEmote;
import dev.parley.chat.testkit.emotes.RecordedAnswers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CustomEmojiUploadTest {
    private static final String TOKEN = "s3cret-t0ken.of~the+user/==";
    private static final String OWN = """
            [{"id": "01ABC", "shortcode": "blobcat", "url": "https://files.example/a.png", "category": "blobs"},
             {"id": "01ABD", "shortcode": "BLOBCAT", "url": "https://files.example/b.png"},
             {"id": "01REMOTE", "shortcode": "far", "url": "https://files.example/c.png", "domain": "else.example"},
             {"id": "../../rooms", "shortcode": "climber", "url": "https://files.example/d.png"},
             {"id": "01BAD", "shortcode": "no url"}, null, 7]
            """;
    private static final String UPLOADED = """
            {"id": "01NEW", "shortcode": "party", "url": "https://files.example/p.gif",
             "static_url": "https://files.example/p.png", "visible_in_picker": true, "category": "fun"}
            """;

    private final MockWebServer server = new MockWebServer();
    private final MockWebServer other = new MockWebServer();
    private EmoteRegistry registry;

    @BeforeEach
    void start() throws Exception {
        server.start();
        other.start();
        // After each change the lists are loaded again.
        for (int i = 0; i < 4; i++) {
            other.enqueue(answer(200, "[]"));
        }
        registry = registry(Map.of(
                "custom.domains", address(other), "custom.upload-domain", address(server), "custom.token", TOKEN));
    }

    @AfterEach
    void stop() {
        registry.close();
        server.close();
        other.close();
    }

    private static String address(MockWebServer server) {
        return "http://127.0.0.1:" + server.getPort();
    }

    private static EmoteRegistry registry(Map<String, String> settings) {
        return EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(new CustomEmoji())
                .settings(settings)
                .build();
    }

    private static MockResponse answer(int code, String body) {
        return new MockResponse.Builder().code(code).body(body).build();
    }

    private static NewEmote party() {
        return new NewEmote(
                "party", EmoteImageFormat.GIF, "GIF89a\r\n--".getBytes(StandardCharsets.UTF_8), "fun \"1\"");
    }

    private static EmoteLoadException failure(CompletableFuture<?> future) {
        Throwable thrown = catchThrowable(future::join);
        assertThat(thrown).isInstanceOf(CompletionException.class).hasCauseInstanceOf(EmoteLoadException.class);
        EmoteLoadException failure = (EmoteLoadException) Objects.requireNonNull(thrown.getCause());
        assertThat(failure).hasMessageNotContaining(TOKEN);
        return failure;
    }

    @Test
    void anEmojiIsUploadedAsAForm() throws Exception {
        server.enqueue(answer(200, UPLOADED));

        Emote emote = registry.upload("custom", party()).join();

        assertThat(emote.id()).isEqualTo(new EmoteId("custom", "party@127.0.0.1:" + server.getPort()));
        assertThat(emote.code()).isEqualTo(":party:");
        assertThat(emote.category()).contains("fun");
        assertThat(emote.animated()).isTrue();
        RecordedRequest request = server.takeRequest();
        assertThat(request.getRequestLine()).isEqualTo("POST /api/v1/admin/custom_emojis HTTP/1.1");
        assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer " + TOKEN);
        String type = request.getHeaders().get("Content-Type");
        assertThat(type).matches("multipart/form-data; boundary=parley-[0-9a-f]{32}");
        String boundary = type.substring(type.indexOf('=') + 1);
        assertThat(request.getBody().utf8())
                .isEqualTo(String.join(
                        "\r\n",
                        "--" + boundary,
                        "Content-Disposition: form-data; name=\"shortcode\"",
                        "",
                        "party",
                        "--" + boundary,
                        "Content-Disposition: form-data; name=\"image\"; filename=\"party.gif\"",
                        "Content-Type: image/gif",
                        "",
                        "GIF89a\r\n--",
                        "--" + boundary,
                        "Content-Disposition: form-data; name=\"category\"",
                        "",
                        "fun \"1\"",
                        "--" + boundary + "--",
                        ""));
    }

    @Test
    void afterAnUploadTheListsAreLoadedAgain() throws Exception {
        registry.close();
        registry = registry(Map.of("custom.domains", address(server), "custom.token", TOKEN));
        server.enqueue(answer(200, UPLOADED));
        server.enqueue(answer(200, "[" + UPLOADED + "]"));

        registry.upload("custom", party()).join();

        assertThat(registry.catalog().emotes()).extracting(Emote::code).containsExactly(":party:");
        assertThat(server.takeRequest().getTarget()).isEqualTo("/api/v1/admin/custom_emojis");
        RecordedRequest list = server.takeRequest();
        assertThat(list.getTarget()).isEqualTo("/api/v1/custom_emojis");
        assertThat(list.getHeaders().get("Authorization")).isNull();
    }

    @Test
    void onesOwnEmojiAreListedWithoutThoseThatCouldNotBeRemoved() {
        server.enqueue(answer(200, OWN));

        assertThat(registry.uploaded("custom").join())
                .extracting(Emote::code)
                .containsExactly(":blobcat:", ":BLOBCAT:");
    }

    @ParameterizedTest
    @CsvSource({"blobcat, 01ABC", "BLOBCAT, 01ABD", "BlobCat, 01ABC"})
    void anEmojiIsRemovedByItsShortcodeInAnyCase(String shortcode, String id) throws Exception {
        server.enqueue(answer(200, OWN));
        server.enqueue(new MockResponse.Builder().code(204).build());

        registry.remove("custom", shortcode).join();

        assertThat(server.takeRequest().getRequestLine()).isEqualTo("GET /api/v1/admin/custom_emojis HTTP/1.1");
        RecordedRequest delete = server.takeRequest();
        assertThat(delete.getRequestLine()).isEqualTo("DELETE /api/v1/admin/custom_emojis/" + id + " HTTP/1.1");
        assertThat(delete.getHeaders().get("Authorization")).isEqualTo("Bearer " + TOKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"party", "climber", "far", "", "\u001b[2J"})
    void whatOneDoesNotHaveCannotBeRemoved(String shortcode) {
        server.enqueue(answer(200, OWN));

        EmoteLoadException failure = failure(registry.remove("custom", shortcode));

        assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
        assertThat(failure).hasMessageContaining("you have no emoji").hasMessageNotContaining("\u001b");
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void anEmojiThatIsGoneMeanwhileIsSaidToBe() {
        server.enqueue(answer(200, OWN));
        server.enqueue(answer(404, ""));

        EmoteLoadException failure = failure(registry.remove("custom", "blobcat"));

        assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
        assertThat(failure).hasMessageContaining(":blobcat: is at 127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "400, REQUEST_REFUSED, refuses :party: with status 400",
        "401, REQUEST_REFUSED, sign in: parley login",
        "403, REQUEST_REFUSED, sign in: parley login",
        "404, NOT_FOUND, takes no emoji",
        "405, NOT_FOUND, takes no emoji",
        "409, CODE_TAKEN, has an emoji :party: already",
        "413, TOO_LARGE, finds the image too large",
        "422, REQUEST_REFUSED, refuses :party: with status 422",
        "429, RATE_LIMITED, asks for fewer requests",
        "500, SERVER_ERROR, answers with status 500"
    })
    void eachRefusalHasItsReasonAndIsNotTriedAgain(int status, Reason reason, String message) {
        server.enqueue(answer(status, ""));

        EmoteLoadException failure = failure(registry.upload("custom", party()));

        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure).hasMessageContaining(message).hasMessageContaining("127.0.0.1");
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404})
    void theListIsRefusedLikeAnUpload(int status) {
        server.enqueue(answer(status, ""));

        assertThat(failure(registry.uploaded("custom")))
                .hasMessageContaining(status == 404 ? "takes no emoji" : "sign in: parley login");
    }

    @Test
    void whatTheServerSaysIsShownCleanedAndCut() {
        server.enqueue(answer(
                422,
                "{\"detail\": \"too \\u001b[31mbig\\u202e\\n and \\u0000 bad" + "x".repeat(1_000)
                        + "\", \"title\": \"not this\"}"));

        EmoteLoadException failure = failure(registry.upload("custom", party()));

        assertThat(failure.getMessage())
                .contains("(too [31mbig and badxxx")
                .endsWith("xxx\u2026)")
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\": \"as Mastodon says it\"}", "{\"title\": \"as Mastodon says it\"}"})
    void otherFormsOfARefusalAreReadToo(String body) {
        server.enqueue(answer(409, body));

        assertThat(failure(registry.upload("custom", party()))).hasMessageContaining("(as Mastodon says it)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[]", "{\"detail\": {}}", "null", "{\"detail\": \"\\u001b\"}"})
    void aRefusalWithoutAWordIsToldByItsStatus(String body) {
        server.enqueue(answer(409, body));

        assertThat(failure(registry.upload("custom", party())))
                .hasMessageContaining("already; choose")
                .hasMessageNotContaining("(");
    }

    @Test
    void aServerThatRepeatsTheTokenIsNotQuoted() {
        server.enqueue(answer(403, "{\"detail\": \"no such token: " + TOKEN + "\"}"));

        assertThat(failure(registry.upload("custom", party()))).hasMessageContaining("sign in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\\u0000", "\\u200b"})
    void aServerThatRepeatsALongTokenIsNotQuotedInPart(String hidden) {
        String longToken = "eyJhbGciOiJFZERTQSJ9." + "x".repeat(500) + ".c2lnbmF0dXJl";
        String repeated = longToken.substring(0, 10) + hidden + longToken.substring(10);
        server.enqueue(answer(403, "{\"detail\": \"no such token: " + repeated + "\"}"));

        try (EmoteRegistry withLongToken =
                registry(Map.of("custom.domains", address(server), "custom.token", longToken))) {
            assertThat(failure(withLongToken.upload("custom", party())))
                    .hasMessageContaining("sign in")
                    .hasMessageNotContaining("eyJhbG")
                    .hasMessageNotContaining("no such token");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "<html>",
                "{\"shortcode\": \"other\", \"url\": \"https://files.example/a.png\"}",
                "{\"shortcode\": \"party\"}",
                "{\"shortcode\": \"party\", \"url\": \"javascript:alert(1)\"}"
            })
    void anAnswerThatDoesNotSayWhatBecameOfItFails(String body) {
        server.enqueue(answer(200, body));

        assertThat(failure(registry.upload("custom", party())).reason()).isEqualTo(Reason.MALFORMED);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void anUploadWhoseAnswerIsLostIsNotSentAgain() {
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        server.enqueue(answer(200, UPLOADED));

        assertThat(failure(registry.upload("custom", party())).reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void theTokenFollowsNoRedirect(int status) {
        MockResponse elsewhere = new MockResponse.Builder()
                .code(status)
                .addHeader("Location", address(other) + "/api/v1/admin/custom_emojis")
                .build();
        server.enqueue(elsewhere);
        server.enqueue(elsewhere);

        assertThat(failure(registry.upload("custom", party())).reason()).isEqualTo(Reason.ADDRESS_REFUSED);
        assertThat(failure(registry.uploaded("custom")).reason()).isEqualTo(Reason.ADDRESS_REFUSED);
        assertThat(other.getRequestCount()).isZero();
    }

    @Test
    void theTokenGoesToTheDomainOfUploadsOnly() throws Exception {
        registry.refresh().join();
        registry.openRoom().addChannel("custom", address(other)).join();

        for (int i = 0; i < 2; i++) {
            RecordedRequest request = other.takeRequest();
            assertThat(request.getHeaders().toMultimap().toString()).doesNotContain(TOKEN);
        }
    }

    @Test
    void theTokenIsInNoLogAndIsMarkedAsSecret() {
        List<String> logged = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                synchronized (logged) {
                    logged.add(entry.getMessage()
                            + List.of(entry.getParameters() == null ? new Object[0] : entry.getParameters())
                            + entry.getThrown());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.parley");
        logger.addHandler(handler);
        logger.setLevel(Level.ALL);
        try (EmoteRegistry watched = registry(Map.of(
                "custom.domains",
                address(server),
                "custom.token",
                TOKEN,
                "custom.unknown",
                "makes something be logged"))) {
            server.enqueue(answer(403, TOKEN));
            server.enqueue(answer(500, TOKEN));
            failure(watched.upload("custom", party()));
            watched.refresh().join();

            assertThat(watched.failures())
                    .isNotEmpty()
                    .extracting(EmoteProviderFailure::message)
                    .noneMatch(message -> message.contains(TOKEN));
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(null);
        }

        assertThat(logged).isNotEmpty().noneMatch(line -> line.contains(TOKEN));
        assertThat(new CustomEmoji().settings())
                .filteredOn(setting -> setting.secrecy() == EmoteSetting.Secrecy.SECRET)
                .extracting(EmoteSetting::key)
                .containsExactly("custom.token");
    }

    @Test
    void withoutATokenNothingIsAsked() {
        try (EmoteRegistry without = registry(Map.of("custom.domains", address(server)))) {
            assertThat(failure(without.upload("custom", party())))
                    .hasMessageContaining("custom.token")
                    .hasMessageContaining("sign in: parley login")
                    .extracting(EmoteLoadException::reason)
                    .isEqualTo(Reason.REQUEST_REFUSED);
        }
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void withoutADomainUploadsSayWhatToSet() {
        try (EmoteRegistry without = registry(Map.of("custom.token", TOKEN))) {
            assertThat(failure(without.uploaded("custom")))
                    .hasMessageContaining("custom.upload-domain or custom.domains");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "line\nbreak", "tok\u00e9n"})
    void aTokenThatNoHeaderCanHoldIsRefusedWithoutBeingShown(String token) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CustomEmoji().create(EmoteSettings.of(Map.of("custom.token", token), "custom")))
                .withMessageContaining("custom.token")
                .withMessageNotContaining(token);
    }

    @ParameterizedTest
    @CsvSource({"AVIF", "JPEG", "UNKNOWN"})
    void aFileOfAnotherFormatIsNotSent(EmoteImageFormat format) {
        assertThat(failure(registry.upload("custom", new NewEmote("party", format, new byte[1], null))))
                .hasMessageContaining("PNG, GIF or WebP");
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void namesInAFormCannotEndTheirQuotes() {
        String form = new String(
                new MultipartForm()
                        .file("a\"b\r\nc", "d\"\r\n\r\ne", "image/png", new byte[0])
                        .bytes(),
                StandardCharsets.UTF_8);

        assertThat(form).contains("name=\"a%22b%0D%0Ac\"; filename=\"d%22%0D%0A%0D%0Ae\"\r\n");
    }

    @Test
    void theFirstDomainTakesUploadsUnlessAnotherIsNamed() throws Exception {
        EmoteUpload upload = (EmoteUpload) new CustomEmoji()
                .create(EmoteSettings.of(
                        Map.of("custom.domains", "first.example second.example", "custom.token", TOKEN), "custom"));
        RecordedAnswers answers = RecordedAnswers.of(Map.of("/api/v1/admin/custom_emojis", "[]"));

        assertThat(upload.uploaded(answers)).isEmpty();
        assertThat(answers.sent())
                .singleElement()
                .satisfies(request ->
                        assertThat(request.address()).hasToString("https://first.example/api/v1/admin/custom_emojis"));
    }
}
