package dev.parley.chat.emotes.custom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.emotes.ChannelSets;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import dev.parley.chat.emotes.EmoteTokenizer;
import dev.parley.chat.emotes.EmoteVisibility;
import dev.parley.chat.testkit.emotes.RecordedAnswers;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CustomEmojiTest {
    static final String LIST = """
            [
              {"shortcode": "blobcat", "url": "https://files.example/a.gif", "static_url": "https://files.example/a.png",
               "visible_in_picker": true, "category": "blobs"},
              {"shortcode": "BlobCat", "url": "https://files.example/b.webp", "static_url": "https://files.example/b.webp",
               "visible_in_picker": true},
              {"shortcode": "blobcat", "url": "https://files.example/again.png"},
              {"shortcode": "hidden_one", "url": "https://files.example/c.png", "visible_in_picker": false},
              {"shortcode": "still", "url": "https://files.example/without-a-name", "static_url": null},
              {"shortcode": "local", "url": "http://127.0.0.1:8080/d.PNG?v=2"},
              {"shortcode": "x", "url": "https://files.example/too-short.png"},
              {"shortcode": "no spaces", "url": "https://files.example/e.png"},
              {"shortcode": "plain_http", "url": "http://files.example/f.png"},
              {"shortcode": "script", "url": "javascript:alert(1)"},
              {"shortcode": "no_url"},
              {"shortcode": "bad_url", "url": "https://files.example/%zz"},
              "not an object",
              null
            ]
            """;

    private static List<EmoteSource> sources(String domains) {
        return new CustomEmoji()
                .create(EmoteSettings.of(Map.of("custom.domains", domains), "custom"))
                .sources();
    }

    private static EmoteSet load(String body) throws EmoteLoadException, InterruptedException {
        return sources("emoji.example").get(0).load(RecordedAnswers.of(Map.of("/api/v1/custom_emojis", body)));
    }

    private static Emote emote(EmoteSet set, String code) {
        return set.emotes().stream()
                .filter(emote -> emote.code().equals(code))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shortcodesThatDifferByCaseAreKeptApart() throws Exception {
        EmoteSet set = load(LIST);

        assertThat(emote(set, ":blobcat:").id()).isEqualTo(new EmoteId("custom", "blobcat@emoji.example"));
        assertThat(emote(set, ":BlobCat:").id()).isEqualTo(new EmoteId("custom", "BlobCat@emoji.example"));
    }

    @Test
    void anEmojiWithAStillCopyCountsAsAnimated() throws Exception {
        Emote moving = emote(load(LIST), ":blobcat:");
        assertThat(moving.animated()).isTrue();
        assertThat(moving.images())
                .extracting(image -> image.format() + " " + image.frameCount() + " " + image.url())
                .containsExactly("GIF 0 https://files.example/a.gif", "PNG 1 https://files.example/a.png");

        Emote still = emote(load(LIST), ":BlobCat:");
        assertThat(still.animated()).isFalse();
        assertThat(still.images())
                .singleElement()
                .satisfies(image -> assertThat(image.frameCount()).isEqualTo(1));
    }

    @Test
    void theFormatIsGuessedFromTheNameIfThereIsOne() throws Exception {
        assertThat(emote(load(LIST), ":still:").images().get(0).format()).isEqualTo(EmoteImageFormat.UNKNOWN);
        assertThat(emote(load(LIST), ":local:").images().get(0).format()).isEqualTo(EmoteImageFormat.PNG);
    }

    @Test
    void anEmojiHiddenFromThePickerIsMatchedButNotOffered() throws Exception {
        assertThat(emote(load(LIST), ":hidden_one:").visibility()).isEqualTo(EmoteVisibility.NOT_OFFERED);
        assertThat(emote(load(LIST), ":still:").visibility()).isEqualTo(EmoteVisibility.LISTED);
    }

    @Test
    void categoriesAreKeptCleanedAndCut() throws Exception {
        assertThat(emote(load(LIST), ":blobcat:").category()).contains("blobs");
        assertThat(emote(load(LIST), ":BlobCat:").category()).isEmpty();
        String odd =
                "[{\"shortcode\": \"odd\", \"url\": \"https://files.example/a.png\", \"category\": \"a\\u001b[2J\\n\\u202e b"
                        + "c".repeat(500) + "\"}]";
        assertThat(emote(load(odd), ":odd:").category())
                .hasValueSatisfying(category -> assertThat(category)
                        .startsWith("a[2J bcc")
                        .endsWith("c\u2026")
                        .hasSize(100));
    }

    @ParameterizedTest
    @CsvSource({
        "Emoji.Example, emoji.example, https://emoji.example/api/v1/custom_emojis",
        "a.b-c.xn--p1ai, a.b-c.xn--p1ai, https://a.b-c.xn--p1ai/api/v1/custom_emojis",
        "127.0.0.1:8080, 127.0.0.1:8080, http://127.0.0.1:8080/api/v1/custom_emojis",
        "http://127.0.0.1:8080, 127.0.0.1:8080, http://127.0.0.1:8080/api/v1/custom_emojis",
        "127.0.0.1:8443, 127.0.0.1:8443, https://127.0.0.1:8443/api/v1/custom_emojis",
    })
    void aRoomNamesAPublicDomainOrOneOfTheSettings(String domain, String name, String list) throws Exception {
        ChannelSets provider = (ChannelSets) new CustomEmoji()
                .create(EmoteSettings.of(
                        Map.of(
                                "custom.domains", "http://127.0.0.1:8080",
                                "custom.upload-domain", "https://127.0.0.1:8443"),
                        "custom"));
        RecordedAnswers answers = RecordedAnswers.of(Map.of("/api/v1/custom_emojis", LIST));

        EmoteSource source = provider.channel(domain);
        EmoteSet set = source.load(answers);

        assertThat(source.name()).isEqualTo(name);
        assertThat(source.scope()).isEqualTo(EmoteScope.ROOM);
        assertThat(answers.fetched()).singleElement().hasToString(list);
        assertThat(emote(set, ":blobcat:").id()).isEqualTo(new EmoteId("custom", "blobcat@" + name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "deep.localhost",
                "127.0.0.1",
                "127.0.0.1:8080",
                "http://127.0.0.1:8080",
                "[::1]",
                "2130706433",
                "0x7f.1",
                "example.social:22",
                "http://example.social",
                "https://example.social",
                "user@example.social",
                "example.social/path",
                "example.social?x",
                "-a.example",
                "a..example",
                "example.social.",
                "ex ample.social",
                "b\u00fccher.example",
                "a.example\n"
            })
    void aRoomCannotNameAnythingElse(String domain) {
        ChannelSets provider = (ChannelSets) new CustomEmoji().create(EmoteSettings.of(Map.of(), "custom"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.channel(domain))
                .withMessageContaining("example.social");
    }

    @Test
    void theLongestDomainLeavesRoomInAnIdForTheLongestShortcode() throws Exception {
        ChannelSets provider = (ChannelSets) new CustomEmoji().create(EmoteSettings.of(Map.of(), "custom"));
        String longest = "a.".repeat(86) + "abcdefgh";
        String list = "[{\"shortcode\": \"" + "s".repeat(64) + "\", \"url\": \"https://files.example/a.png\"}]";

        EmoteSet set = provider.channel(longest).load(RecordedAnswers.of(Map.of("/api/v1/custom_emojis", list)));

        assertThat(set.emotes())
                .singleElement()
                .satisfies(emote -> assertThat(emote.id().value()).hasSize(64 + 1 + 180));
        assertThatIllegalArgumentException().isThrownBy(() -> provider.channel("a" + longest));
    }

    @Test
    void malformedEntriesAreLeftOutAndReported() throws Exception {
        EmoteSet set = load(LIST);

        assertThat(set.emotes()).hasSize(5);
        assertThat(set.skippedCount()).isEqualTo(9);
        assertThat(set.skippedNotes()).hasSize(9).anyMatch(note -> note.startsWith("[6]: its shortcode"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"error\":\"no\"}", "<html>", "", "[{}", "[] []"})
    void anAnswerThatIsNoListFails(String body) {
        assertThatThrownBy(() -> load(body))
                .isInstanceOf(EmoteLoadException.class)
                .hasMessageContaining("emoji.example")
                .extracting(e -> ((EmoteLoadException) e).reason())
                .isEqualTo(EmoteLoadException.Reason.MALFORMED);
    }

    @Test
    void aServerWithoutSuchAListFails() {
        assertThatThrownBy(() -> sources("emoji.example").get(0).load(RecordedAnswers.of(Map.of())))
                .isInstanceOf(EmoteLoadException.class)
                .extracting(e -> ((EmoteLoadException) e).reason())
                .isEqualTo(EmoteLoadException.Reason.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource({
        "Emoji.Example, emoji.example, https://emoji.example/api/v1/custom_emojis",
        "emoji.example:8443, emoji.example:8443, https://emoji.example:8443/api/v1/custom_emojis",
        "https://emoji.example/, emoji.example, https://emoji.example/api/v1/custom_emojis",
        "https://emoji.example:443/sub/, emoji.example, https://emoji.example/sub/api/v1/custom_emojis",
        "http://127.0.0.1:8080, 127.0.0.1:8080, http://127.0.0.1:8080/api/v1/custom_emojis",
    })
    void aDomainIsANameOrABaseUrl(String entry, String name, String list) throws Exception {
        RecordedAnswers answers =
                RecordedAnswers.of(Map.of("/api/v1/custom_emojis", "[]", "/sub/api/v1/custom_emojis", "[]"));
        EmoteSource source = sources(entry).get(0);
        source.load(answers);

        assertThat(source.name()).isEqualTo(name);
        assertThat(answers.fetched()).singleElement().hasToString(list);
    }

    @Test
    void severalDomainsAreSeveralSourcesEachOnce() {
        assertThat(sources("b.example, a.example https://b.example"))
                .extracting(EmoteSource::name)
                .containsExactly("b.example", "a.example");
        assertThat(sources(" ")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://a.example", "https://user@a.example", "https://a.example?x", "a.example/%zz", "https://"})
    void anythingElseIsRefused(String domains) {
        assertThatIllegalArgumentException().isThrownBy(() -> sources(domains)).withMessageContaining("custom.domains");
    }

    @Test
    void atMost64DomainsAreTaken() {
        StringBuilder domains = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            domains.append("d").append(i).append(".example ");
        }
        assertThat(sources(domains.toString())).hasSize(64);
        assertThatIllegalArgumentException().isThrownBy(() -> sources(domains + "one.more.example"));
    }

    @Test
    void aRegistryFindsTheProviderAndLoadsFromALocalServer() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.enqueue(new MockResponse.Builder().body(LIST).build());
            server.enqueue(new MockResponse.Builder().code(503).build());
            try (EmoteRegistry registry = EmoteRegistry.builder()
                    .setting("custom.domains", "http://127.0.0.1:" + server.getPort())
                    .build()) {
                registry.refresh().join();
                assertThat(registry.failures()).isEmpty();
                registry.refresh().join();
                assertThat(registry.failures())
                        .extracting(EmoteProviderFailure::reason)
                        .containsExactly(EmoteLoadException.Reason.SERVER_ERROR);

                assertThat(EmoteTokenizer.emotes(
                                EmoteTokenizer.tokenize("(:blobcat:) :BlobCat: :BLOBCAT:", registry.catalog())))
                        .extracting(placement -> placement.emote().code() + placement.start() + "-" + placement.end())
                        .containsExactly(":blobcat:1-10", ":BlobCat:12-21");
            }
        }
    }
}
