package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.RSAKey;
import dev.parley.chat.worker.Client.Answer;
import dev.parley.chat.worker.internal.http.ImageDecoding;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The worker as a domain of custom emoji. */
@Timeout(120)
class EmojiTest {
    private final ManualClock clock = new ManualClock();
    private @Nullable SignalingWorker worker;

    @AfterEach
    void stop() {
        if (worker != null) {
            worker.close();
        }
    }

    private Client start(WorkerConfig.Builder config) {
        worker = SignalingWorker.start(config.clock(clock).build());
        return new Client(worker.url());
    }

    private Client start(WorkerLimits.Builder limits) {
        return start(WorkerConfig.builder().limits(limits.build()));
    }

    private Client start() {
        return start(WorkerConfig.builder());
    }

    private static void refused(int status, String code, Answer answer) {
        assertThat(answer.status() + " " + answer.code()).isEqualTo(status + " " + code);
    }

    private static JsonNode added(Answer answer) {
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return answer.body();
    }

    private static List<String> listed(Client client) {
        List<String> shortcodes = new ArrayList<>();
        client.get(EmojiForms.LIST, "")
                .body()
                .forEach(emoji -> shortcodes.add(emoji.get("shortcode").asText()));
        return shortcodes;
    }

    private static HttpResponse<byte[]> fetch(JsonNode url) throws Exception {
        return Client.HTTP.send(
                java.net.http.HttpRequest.newBuilder(URI.create(url.asText())).build(), BodyHandlers.ofByteArray());
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void anAccountAddsAnEmojiThatAnybodySeesAndDeletesItAgain() throws Exception {
        Client client = start();
        String ada = client.token("ada");
        byte[] gif = Pictures.gif(3, 1);
        JsonNode own =
                added(EmojiForms.of("blob_cat", gif).text("category", " Cats ").send(client, ada));
        assertThat(own.get("content_type").asText()).isEqualTo("image/gif");
        assertThat(own.get("total_file_size").asInt()).isGreaterThan(gif.length);
        assertThat(own.get("updated_at").asText()).isEqualTo(clock.instant().toString());
        assertThat(own.get("url").asText()).endsWith("/emoji/" + sha256(gif) + ".gif");

        JsonNode listed = client.get(EmojiForms.LIST, "").body();
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).get("shortcode").asText()).isEqualTo("blob_cat");
        assertThat(listed.get(0).get("category").asText()).isEqualTo("Cats");
        assertThat(listed.get(0).get("visible_in_picker").asBoolean()).isTrue();
        assertThat(listed.get(0).has("id")).as("for the owner alone").isFalse();

        HttpResponse<byte[]> image = fetch(listed.get(0).get("url"));
        assertThat(image.body()).isEqualTo(gif);
        assertThat(image.headers().map())
                .containsEntry("Content-Type", List.of("image/gif"))
                .containsEntry("Cache-Control", List.of("public, max-age=31536000, immutable"))
                .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                .containsEntry("Content-Security-Policy", List.of("default-src 'none'; sandbox"));
        HttpResponse<byte[]> still = fetch(listed.get(0).get("static_url"));
        assertThat(still.headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(new String(still.body(), 1, 3, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("PNG");

        Answer deleted = client.delete(EmojiForms.ADMIN + "/" + own.get("id").asText(), ada);
        assertThat(deleted.body()).isEqualTo(own);
        assertThat(listed(client)).isEmpty();
        assertThat(fetch(own.get("url")).statusCode()).isEqualTo(404);
        assertThat(fetch(own.get("static_url")).statusCode()).isEqualTo(404);
    }

    @Test
    void pngGifAndWebpAreTakenWhateverTheFormSaysTheyAre() {
        Client client = start();
        String ada = client.token("ada");
        // Each form says that it brings a page in HTML.
        assertThat(added(EmojiForms.of("png", Pictures.png(16, 1)).send(client, ada))
                        .get("content_type")
                        .asText())
                .isEqualTo("image/png");
        assertThat(added(EmojiForms.of("gif", Pictures.gif(1, 1)).send(client, ada))
                        .get("content_type")
                        .asText())
                .isEqualTo("image/gif");
        assertThat(added(EmojiForms.of("webp", Pictures.webp()).send(client, ada))
                        .get("content_type")
                        .asText())
                .isEqualTo("image/webp");
        assertThat(listed(client)).containsExactly("gif", "png", "webp");
    }

    @Test
    void whatTheClientHasAlreadyIsNotSentAgainUntilItChanges() {
        Client client = start();
        String ada = client.token("ada");
        Answer first = client.get(EmojiForms.LIST, "");
        String etag = first.header("ETag");
        assertThat(first.header("Cache-Control")).isEqualTo("public, max-age=60");
        for (String known : List.of(etag, "W/" + etag, "\"other\", " + etag, "*")) {
            Answer again = client.send(client.request(EmojiForms.LIST, "")
                    .header("If-None-Match", known)
                    .build());
            assertThat(again.status()).as(known).isEqualTo(304);
            assertThat(again.header("ETag")).isEqualTo(etag);
        }
        added(EmojiForms.of("cat", Pictures.png(8, 1)).send(client, ada));
        Answer changed = client.send(client.request(EmojiForms.LIST, "")
                .header("If-None-Match", etag)
                .build());
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.body()).hasSize(1);
        assertThat(changed.header("ETag")).isNotEqualTo(etag);
    }

    @Test
    void pagesOfAnyOriginReadTheListAndTheImagesAndNothingElse() {
        Client client = start(WorkerConfig.builder().allowedOrigin("https://chat.example.org"));
        String ada = client.token("ada");
        JsonNode own = added(EmojiForms.of("cat", Pictures.png(8, 1)).send(client, ada));
        String image = URI.create(own.get("url").asText()).getPath();
        for (String origin : List.of("https://chat.example.org", "https://page.example", "null")) {
            for (String path : List.of(EmojiForms.LIST, image)) {
                Answer answer = client.send(
                        client.request(path, "").header("Origin", origin).build());
                assertThat(answer.status()).as(path).isEqualTo(200);
                assertThat(answer.headers().allValues("Access-Control-Allow-Origin"))
                        .as(path)
                        .containsExactly("*");
            }
        }
        refused(
                403,
                "forbidden",
                client.send(client.request(EmojiForms.ADMIN, ada)
                        .header("Origin", "https://page.example")
                        .build()));
    }

    @Test
    void aShortcodeIsTakenOnceWithoutRegardToCase() {
        Client client = start();
        added(EmojiForms.of("Cat", Pictures.png(8, 1)).send(client, client.token("ada")));
        refused(409, "emoji_exists", EmojiForms.of("cAT", Pictures.png(8, 2)).send(client, client.token("ben")));
        assertThat(listed(client)).containsExactly("Cat");
    }

    @Test
    void ofManyUploadsOfOneShortcodeAtOnceOneIsTaken() {
        Client client = start();
        List<CompletableFuture<Answer>> uploads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            uploads.add(client.sendAsync(
                    EmojiForms.of("cat", Pictures.png(64, i)).to(client, client.token("account-" + i))));
        }
        List<Integer> statuses = new ArrayList<>();
        uploads.forEach(upload -> statuses.add(upload.join().status()));
        assertThat(statuses).containsOnlyOnce(200).hasSize(8);
        statuses.remove(Integer.valueOf(200));
        assertThat(statuses).containsOnly(409);
        assertThat(listed(client)).containsExactly("cat");
    }

    @Test
    void anAccountSeesAndDeletesItsOwnEmojiAlone() {
        Client client = start();
        String ada = client.token("ada");
        String ben = client.token("ben");
        JsonNode cat = added(EmojiForms.of("cat", Pictures.png(8, 1)).send(client, ada));
        JsonNode dog = added(EmojiForms.of("dog", Pictures.png(8, 1)).send(client, ben));
        assertThat(client.get(EmojiForms.ADMIN, ada).body()).containsExactly(cat);
        assertThat(client.get(EmojiForms.ADMIN, ben).body()).containsExactly(dog);
        Answer foreign = client.delete(EmojiForms.ADMIN + "/" + cat.get("id").asText(), ben);
        Answer unknown = client.delete(EmojiForms.ADMIN + "/" + "a".repeat(32), ben);
        refused(404, "emoji_not_found", foreign);
        assertThat(foreign.body()).as("these are not told apart").isEqualTo(unknown.body());
        assertThat(listed(client)).containsExactly("cat", "dog");
    }

    @Test
    void neitherAGuestNorAPeerNorTheOwnerOfARoomAddsEmoji() {
        Client client = start(WorkerConfig.builder().anonymousGuests(true));
        byte[] secret = new byte[32];
        String guest = client.post(
                        "/v1/guests", "", Client.JSON.createObjectNode().put("secret", HostKey.base64Url(secret)))
                .body()
                .get("guestToken")
                .asText();
        Answer announced = client.post("/v1/rooms", client.token("ada"), new HostKey().body());
        String peer = client.join(announced.body().get("roomId").asText(), "ada", HostKey.randomId());
        refused(403, "forbidden", EmojiForms.of("cat", Pictures.png(8, 1)).send(client, guest));
        refused(401, "unauthorized", EmojiForms.of("cat", Pictures.png(8, 1)).send(client, peer));
        refused(
                401,
                "unauthorized",
                EmojiForms.of("cat", Pictures.png(8, 1))
                        .send(client, announced.body().get("ownerToken").asText()));
        refused(401, "unauthorized", EmojiForms.of("cat", Pictures.png(8, 1)).send(client, ""));
        assertThat(listed(client)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a b", "a-b", ":cat:", "çat", "../cat", "cat\n"})
    void otherShortcodesAreRefused(String shortcode) {
        Client client = start();
        refused(
                400,
                "invalid_request",
                EmojiForms.of(shortcode, Pictures.png(8, 1)).send(client, client.token("ada")));
    }

    @Test
    void aShortcodeHasTwoTo64Characters() {
        Client client = start();
        String ada = client.token("ada");
        added(EmojiForms.of("ab", Pictures.png(8, 1)).send(client, ada));
        added(EmojiForms.of("a".repeat(64), Pictures.png(8, 1)).send(client, ada));
        refused(
                400,
                "invalid_request",
                EmojiForms.of("a".repeat(65), Pictures.png(8, 1)).send(client, ada));
    }

    @ParameterizedTest
    @ValueSource(strings = {"line\nbreak", "escape\u001b[31m", "turned\u202eround", "private\ue000", "nothing\u200b"})
    void categoriesWithCharactersThatAreNotShownAreRefused(String category) {
        Client client = start();
        refused(
                400,
                "invalid_request",
                EmojiForms.of("cat", Pictures.png(8, 1))
                        .text("category", category)
                        .send(client, client.token("ada")));
    }

    @Test
    void aCategoryHasAtMost64CharactersAndABlankOneIsNone() {
        Client client = start();
        String ada = client.token("ada");
        added(EmojiForms.of("cat", Pictures.png(8, 1))
                .text("category", "c".repeat(64))
                .send(client, ada));
        refused(
                400,
                "invalid_request",
                EmojiForms.of("dog", Pictures.png(8, 1))
                        .text("category", "c".repeat(65))
                        .send(client, ada));
        assertThat(added(EmojiForms.of("dog", Pictures.png(8, 1))
                                .text("category", "  ")
                                .send(client, ada))
                        .has("category"))
                .isFalse();
    }

    @Test
    void aCategoryMayBeOf64CharactersThatAreTwoInMemory() {
        Client client = start();
        String ada = client.token("ada");
        String cats = "\uD83D\uDC31".repeat(64);
        assertThat(added(EmojiForms.of("cat", Pictures.png(8, 1))
                                .text("category", cats)
                                .send(client, ada))
                        .get("category")
                        .asText())
                .isEqualTo(cats);
        refused(
                400,
                "invalid_request",
                EmojiForms.of("dog", Pictures.png(8, 1))
                        .text("category", cats + "c")
                        .send(client, ada));
    }

    @Test
    void aPartWithoutANameIsPassedOver() {
        Client client = start();
        added(EmojiForms.of("cat", Pictures.png(8, 1)).nameless().send(client, client.token("ada")));
    }

    @Test
    void aFormThatLacksAFieldHasItTwiceOrIsNoneIsRefused() {
        Client client = start();
        String ada = client.token("ada");
        byte[] image = Pictures.png(8, 1);
        refused(400, "invalid_request", new EmojiForms().image(image).send(client, ada));
        refused(
                400,
                "invalid_request",
                new EmojiForms().text("shortcode", "cat").send(client, ada));
        refused(
                400,
                "invalid_request",
                EmojiForms.of("cat", image).text("shortcode", "dog").send(client, ada));
        refused(400, "invalid_request", EmojiForms.of("cat", image).image(image).send(client, ada));
        refused(
                400,
                "invalid_request",
                new EmojiForms().nameless().text("shortcode", "cat").send(client, ada));
        EmojiForms many = EmojiForms.of("cat", image);
        for (int i = 0; i < 20; i++) {
            many.text("more-" + i, "x");
        }
        refused(400, "invalid_request", many.send(client, ada));
        for (String contentType : List.of(
                "multipart/form-data", "multipart/form-data; boundary=b", "multipart/form-data; boundary=\"b")) {
            refused(
                    400,
                    "invalid_request",
                    client.send(client.request(EmojiForms.ADMIN, ada)
                            .header("Content-Type", contentType)
                            .POST(BodyPublishers.ofString(
                                    "--b\r\nContent-Disposition: form-data; name=\"shortcode\"\r\n"))
                            .build()));
        }
        refused(
                415,
                "unsupported_media_type",
                client.post(
                        EmojiForms.ADMIN, ada, Client.JSON.createObjectNode().put("shortcode", "cat")));
        assertThat(listed(client)).isEmpty();
    }

    @Test
    void hostileImagesAreRefusedAndLeaveNothing() {
        Client client = start();
        String ada = client.token("ada");
        byte[] png = Pictures.png(32, 1);
        Map<String, byte[]> files = Map.ofEntries(
                Map.entry("nothing", new byte[0]),
                Map.entry("an SVG", Pictures.svg()),
                Map.entry("half a PNG", java.util.Arrays.copyOf(png, png.length / 2)),
                Map.entry("a page behind a PNG", Pictures.joined(png, Pictures.svg())),
                Map.entry(
                        "a page behind the signature of a PNG",
                        Pictures.joined(java.util.Arrays.copyOf(png, 8), Pictures.svg())),
                Map.entry("60,000 by 60,000 pixels", Pictures.pngOf(60_000, 60_000, new byte[100])),
                Map.entry("513 pixels", Pictures.pngOf(513, 1, new byte[514])),
                Map.entry("a bomb of 100 MB", Pictures.pngOf(512, 512, new byte[100_000_000])),
                Map.entry("lines that are missing", Pictures.pngOf(512, 512, new byte[100])),
                Map.entry("201 frames", Pictures.gif(201, 1)),
                Map.entry("7,000 frames", Pictures.gif(7_000, 1)));
        files.forEach((what, file) -> {
            Answer answer = EmojiForms.of("cat", file).send(client, ada);
            assertThat(answer.status() + " " + answer.code()).as(what).isEqualTo("422 image_refused");
        });
        assertThat(listed(client)).isEmpty();
        added(EmojiForms.of("cat", Pictures.gif(200, 1)).send(client, ada));
    }

    @Test
    void whatAnImageCarriesBesidesItsPixelsIsNeitherServedNorCounted() throws Exception {
        Client client = start();
        String ada = client.token("ada");
        byte[] png = Pictures.png(8, 1);
        JsonNode clean = added(EmojiForms.of("clean", png).send(client, ada));
        JsonNode photograph = added(EmojiForms.of("photograph", Pictures.withPlace(png, "48.2082 16.3738"))
                .send(client, ada));

        assertThat(photograph.get("url").asText())
                .isEqualTo(clean.get("url").asText())
                .endsWith("/emoji/" + sha256(png) + ".png");
        assertThat(photograph.get("static_url")).isEqualTo(clean.get("static_url"));
        assertThat(photograph.get("total_file_size").asInt())
                .isEqualTo(clean.get("total_file_size").asInt())
                .isEqualTo(png.length);
        assertThat(fetch(photograph.get("url")).body()).isEqualTo(png);
    }

    @Test
    void anImageOrABodyThatIsTooLargeIsRefused() {
        Client client = start();
        String ada = client.token("ada");
        byte[] noise = Pictures.png(512, 1);
        assertThat(noise).as("more than 256 KiB, less than the body").hasSizeBetween(256 * 1024 + 1, 270 * 1024);
        refused(413, "too_large", EmojiForms.of("cat", noise).send(client, ada));
        refused(413, "too_large", EmojiForms.of("cat", Pictures.png(700, 1)).send(client, ada));
        refused(413, "too_large", EmojiForms.of("cat", new byte[1_000_000]).send(client, ada));
        added(EmojiForms.of("cat", Pictures.png(500, 1)).send(client, ada));
    }

    @Test
    void anAccountHasAsManyEmojiAsItMayHave() {
        Client client = start(WorkerLimits.builder().emojiPerAccount(2));
        String ada = client.token("ada");
        JsonNode first = added(EmojiForms.of("one", Pictures.png(8, 1)).send(client, ada));
        added(EmojiForms.of("two", Pictures.png(8, 2)).send(client, ada));
        refused(
                403,
                "quota_exceeded",
                EmojiForms.of("three", Pictures.png(8, 3)).send(client, ada));
        added(EmojiForms.of("three", Pictures.png(8, 3)).send(client, client.token("ben")));
        client.delete(EmojiForms.ADMIN + "/" + first.get("id").asText(), ada);
        added(EmojiForms.of("four", Pictures.png(8, 4)).send(client, ada));
    }

    @Test
    void anAccountAndAllTogetherHaveAsManyBytesAndEmojiAsTheyMayHave() {
        Client measured = start();
        int bytes = added(EmojiForms.of("one", Pictures.png(200, 1)).send(measured, measured.token("ada")))
                .get("total_file_size")
                .asInt();
        stop();
        Client client = start(WorkerLimits.builder()
                .emojiBytesPerAccount(bytes * 3L / 2)
                .emojiBytesInAll(bytes * 7L / 4)
                .emojiInAll(3));
        String ada = client.token("ada");
        String ben = client.token("ben");
        added(EmojiForms.of("one", Pictures.png(200, 1)).send(client, ada));
        refused(
                403,
                "quota_exceeded",
                EmojiForms.of("two", Pictures.png(200, 2)).send(client, ada));
        added(EmojiForms.of("two", Pictures.png(8, 2)).send(client, ada));
        refused(
                403,
                "quota_exceeded",
                EmojiForms.of("three", Pictures.png(200, 3)).send(client, ben));
        added(EmojiForms.of("three", Pictures.png(8, 3)).send(client, ben));
        refused(403, "quota_exceeded", EmojiForms.of("four", Pictures.png(8, 4)).send(client, ben));
    }

    @Test
    void anAccountUploadsThirtyTimesAMinute() {
        Client client = start();
        String ada = client.token("ada");
        for (int i = 0; i < 30; i++) {
            refused(422, "image_refused", EmojiForms.of("cat", Pictures.svg()).send(client, ada));
        }
        Answer refused = EmojiForms.of("cat", Pictures.png(8, 1)).send(client, ada);
        refused(429, "rate_limited", refused);
        assertThat(refused.header("Retry-After")).isEqualTo("60");
        added(EmojiForms.of("cat", Pictures.png(8, 1)).send(client, client.token("ben")));
        clock.advance(Duration.ofSeconds(60));
        added(EmojiForms.of("dog", Pictures.png(8, 1)).send(client, ada));
    }

    @Test
    void whileAsManyImagesAreDecodedAsMayBeAllElseIsAnsweredAndNoMoreUploadsWaitThanMay() throws Exception {
        Client client = start();
        SignalingWorker started = Objects.requireNonNull(worker);
        CountDownLatch held = new CountDownLatch(1);
        for (int i = 0; i < ImageDecoding.THREADS; i++) {
            started.imageDecoding().execute(() -> await(held));
        }
        int beyond = 8;
        CountDownLatch refused = new CountDownLatch(beyond);
        List<CompletableFuture<Answer>> uploads = new ArrayList<>();
        try {
            for (int i = 0; i < ImageDecoding.MAX_WAITING + beyond; i++) {
                String account = client.token(i % 2 == 0 ? "ada" : "ben");
                uploads.add(client.sendAsync(
                                EmojiForms.of("cat_" + i, Pictures.png(8, i)).to(client, account))
                        .whenComplete((answer, failure) -> refused.countDown()));
            }
            await(refused);
            assertThat(client.get("/healthz", "").status()).isEqualTo(200);
        } finally {
            held.countDown();
        }
        List<Answer> answers = uploads.stream().map(CompletableFuture::join).toList();
        assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(ImageDecoding.MAX_WAITING);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 200)
                .hasSize(beyond)
                .allSatisfy(answer -> {
                    refused(503, "unavailable", answer);
                    assertThat(answer.header("Retry-After")).isEqualTo("1");
                });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void emojiThatShareAnImageShareItsUrlUntilTheLastIsDeleted() throws Exception {
        Client client = start();
        String ada = client.token("ada");
        String ben = client.token("ben");
        JsonNode cat = added(EmojiForms.of("cat", Pictures.gif(2, 1)).send(client, ada));
        JsonNode tom = added(EmojiForms.of("tom", Pictures.gif(2, 1)).send(client, ben));
        assertThat(tom.get("url")).isEqualTo(cat.get("url"));
        client.delete(EmojiForms.ADMIN + "/" + cat.get("id").asText(), ada);
        assertThat(fetch(tom.get("url")).statusCode()).isEqualTo(200);
        client.delete(EmojiForms.ADMIN + "/" + tom.get("id").asText(), ben);
        assertThat(fetch(tom.get("url")).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.png", "0.gif", "signaling.db", "*"})
    void thereIsNothingAtOtherNamesOfImages(String name) {
        Client client = start();
        refused(404, "image_not_found", client.get("/emoji/" + name, ""));
    }

    @Test
    void aWorkerWithoutEmojiHasNoneOfThesePaths() {
        Client client = start(WorkerConfig.builder().customEmoji(false));
        String ada = client.token("ada");
        refused(404, "not_found", client.get(EmojiForms.LIST, ""));
        refused(404, "not_found", client.get("/emoji/" + "a".repeat(64) + ".png", ""));
        refused(404, "not_found", EmojiForms.of("cat", Pictures.png(8, 1)).send(client, ada));
        refused(404, "not_found", client.delete(EmojiForms.ADMIN + "/" + "a".repeat(32), ada));
    }

    @Test
    void anotherIssuersAccountOfTheSameNameIsAnotherAccount() {
        RSAKey one = TestIssuer.rsa("one");
        RSAKey two = TestIssuer.rsa("two");
        try (TestIssuer first = TestIssuer.publishing(one.toPublicJWK());
                TestIssuer second = TestIssuer.publishing(two.toPublicJWK())) {
            worker = SignalingWorker.start(WorkerConfig.builder()
                    .issuer(first.trusted())
                    .issuer(second.trusted())
                    .build());
            Client client = new Client(worker.url());
            JsonNode own = added(EmojiForms.of("cat", Pictures.png(8, 1)).send(client, token(first, one)));
            String path = EmojiForms.ADMIN + "/" + own.get("id").asText();
            refused(404, "emoji_not_found", client.delete(path, token(second, two)));
            assertThat(client.delete(path, token(first, one)).status()).isEqualTo(200);
        }
    }

    @Test
    void aModeratorSeesAndDeletesTheEmojiOfAll() {
        RSAKey key = TestIssuer.rsa("one");
        try (TestIssuer issuer = TestIssuer.publishing(key.toPublicJWK())) {
            worker = SignalingWorker.start(WorkerConfig.builder()
                    .issuer(issuer.trusted().withModeratorScope("moderate"))
                    .build());
            Client client = new Client(worker.url());
            JsonNode own = added(EmojiForms.of("cat", Pictures.png(8, 1)).send(client, token(issuer, key)));
            String path = EmojiForms.ADMIN + "/" + own.get("id").asText();
            String other = scoped(issuer, key, "chat moderated");
            assertThat(client.get(EmojiForms.ADMIN, other).body()).isEmpty();
            refused(404, "emoji_not_found", client.delete(path, other));
            String moderator = scoped(issuer, key, "chat moderate");
            assertThat(client.get(EmojiForms.ADMIN, moderator).body()).containsExactly(own);
            assertThat(client.delete(path, moderator).body()).isEqualTo(own);
            refused(404, "emoji_not_found", client.delete(path, moderator));
            assertThat(listed(client)).isEmpty();
        }
    }

    private static String scoped(TestIssuer issuer, RSAKey key, String scopes) {
        return TestIssuer.sign(
                key,
                issuer.claims("mod", Clock.systemUTC().instant())
                        .claim("scope", scopes)
                        .build());
    }

    private static String token(TestIssuer issuer, RSAKey key) {
        return TestIssuer.sign(
                key, issuer.claims("ada", Clock.systemUTC().instant()).build());
    }
}
