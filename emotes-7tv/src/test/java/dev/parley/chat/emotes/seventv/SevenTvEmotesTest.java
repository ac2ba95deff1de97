package dev.parley.chat.emotes.seventv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteProviderInfo;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import dev.parley.chat.emotes.EmoteTokenizer;
import dev.parley.chat.emotes.EmoteVisibility;
import dev.parley.chat.emotes.EmoteWarning;
import dev.parley.chat.testkit.emotes.RecordedAnswers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SevenTvEmotesTest {
    private static final Map<String, String> CHANNEL = Map.of("7tv.channel", "twitch/12345");
    private static final String USER_PATH = "/v3/users/twitch/12345";
    private static final String CHANNEL_SET_PATH = "/v3/emote-sets/0123456789abcdef01234567";

    private static List<EmoteSource> sources(Map<String, String> settings) {
        return new SevenTvEmotes().create(EmoteSettings.of(settings, "7tv")).sources();
    }

    private static EmoteSet parse(String body) throws EmoteLoadException {
        return parse(body, SetKind.SHARED);
    }

    private static EmoteSet parse(String body, SetKind kind) throws EmoteLoadException {
        EmoteSet.Builder set = EmoteSet.builder();
        SevenTvJson.addSet(body.getBytes(StandardCharsets.UTF_8), kind, set);
        return set.build();
    }

    private static Emote channelEmote(String code) throws EmoteLoadException {
        return parse(Fixture.read("channel-set.json")).emotes().stream()
                .filter(emote -> emote.code().equals(code))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anEmoteIsZeroWidthIfTheChannelOrItsOwnerSaysSo() throws Exception {
        assertThat(channelEmote("RainByOwner").zeroWidth()).isTrue();
        assertThat(channelEmote("RainByChannel").zeroWidth()).isTrue();
        assertThat(channelEmote("SnowFall").zeroWidth()).isTrue();
        assertThat(channelEmote("Wave").zeroWidth()).isFalse();
    }

    @Test
    void theAliasIsWhatIsTyped() throws Exception {
        assertThat(channelEmote("MyAlias").id()).isEqualTo(new EmoteId("7tv", "aaaaaaaaaaaaaaaaaaaaaaa5"));
        assertThat(parse(Fixture.read("channel-set.json")).emotes())
                .extracting(Emote::code)
                .doesNotContain("OwnersName");
    }

    @Test
    void theImagesAreThoseThatTheAnswerNames() throws Exception {
        Emote wave = channelEmote("Wave");
        assertThat(wave.images()).hasSize(8);
        assertThat(wave.images().get(1))
                .isEqualTo(new EmoteImage(
                        URI.create("https://cdn.seventv.example/emote/aaaaaaaaaaaaaaaaaaaaaaa1/1x.webp"),
                        EmoteImageFormat.WEBP,
                        32,
                        32,
                        700,
                        1));
        assertThat(wave.imageFor(64, List.of(EmoteImageFormat.GIF))).isEmpty();
        assertThat(channelEmote("$$fish").imageFor(64, List.of(EmoteImageFormat.GIF)))
                .hasValueSatisfying(image -> assertThat(image.url().getPath()).endsWith("/2x.gif"));
        assertThat(channelEmote("SnowFall").animated()).isTrue();
    }

    private static Emote read(ObjectNode active) {
        return SevenTvJson.parseEmote(active, SetKind.SHARED);
    }

    private static ObjectNode emoteWith(ObjectNode data) {
        ObjectNode active = Answers.withoutData("e1", "Wave", 0);
        active.set("data", data);
        return active;
    }

    @Test
    void anOldEmoteIsDrawnByWebpAndANewerOneByWhatCanBeDecoded() {
        List<EmoteImageFormat> jdkOnly = List.of(EmoteImageFormat.PNG, EmoteImageFormat.GIF);
        List<EmoteImageFormat> withWebp = List.of(EmoteImageFormat.PNG, EmoteImageFormat.GIF, EmoteImageFormat.WEBP);
        Emote old = read(emoteWith(Answers.data("e1", "Wave", true, List.of("AVIF", "WEBP"))));
        Emote moving = read(emoteWith(Answers.data("e1", "Wave", true, List.of("AVIF", "WEBP", "GIF"))));
        Emote still = read(emoteWith(Answers.data("e1", "Wave", false, List.of("AVIF", "WEBP", "PNG"))));

        assertThat(old.imageFor(64, jdkOnly)).isEmpty();
        assertThat(fileOf(old, 64, withWebp, 100_000, 200)).isEqualTo("2x.webp");
        assertThat(fileOf(moving, 64, withWebp, 100_000, 200)).isEqualTo("2x.gif");
        assertThat(fileOf(still, 64, withWebp, 100_000, 200)).isEqualTo("2x.png");
        // 20 kB for each step of size: what is too large gives way to a smaller one, at last to a still one.
        assertThat(fileOf(old, 128, withWebp, 80_000, 200)).isEqualTo("4x.webp");
        assertThat(fileOf(old, 128, withWebp, 79_999, 200)).isEqualTo("3x.webp");
        assertThat(fileOf(old, 128, withWebp, 19_999, 200)).isEqualTo("4x_static.webp");
        assertThat(fileOf(moving, 128, jdkOnly, 19_999, 200)).isEqualTo("4x_static.gif");
        assertThat(fileOf(old, 128, withWebp, 100_000, 24)).isEqualTo("4x.webp");
        assertThat(fileOf(old, 128, withWebp, 100_000, 23)).isEqualTo("4x_static.webp");
    }

    private static String fileOf(Emote emote, int height, List<EmoteImageFormat> formats, long bytes, int frames) {
        String path = emote.imageFor(height, formats, bytes, frames)
                .orElseThrow()
                .url()
                .getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Test
    void aStillVariantIsTakenIfItsNameIsThatOfAFile() {
        ObjectNode data = Answers.data("e1", "Wave", true, List.of("WEBP"));
        List<String> names = List.of("1x", "../2x_static.webp", "3x.webp", "4x_static.webp");
        for (int i = 0; i < names.size(); i++) {
            ((ObjectNode) data.path("host").path("files").get(i)).put("static_name", names.get(i));
        }
        Emote emote = read(emoteWith(data));

        assertThat(emote.images())
                .extracting(image -> image.url().getPath().replaceAll(".*/", "") + " " + image.frameCount())
                .containsExactly("1x.webp 24", "2x.webp 24", "3x.webp 24", "4x.webp 24", "4x_static.webp 1");
        assertThat(read(emoteWith(Answers.data("e1", "Wave", false, List.of("WEBP"))))
                        .images())
                .as("a still emote")
                .hasSize(4);
    }

    @Test
    void theFlagsOfAnEmoteAreRead() {
        ObjectNode data = Answers.data("e1", "Wave", false, List.of("WEBP"));
        assertThat(read(emoteWith(data)).warnings()).isEmpty();
        data.put("flags", 1 << 16);
        assertThat(read(emoteWith(data)).warnings()).containsExactly(EmoteWarning.SEXUAL);
        data.put("flags", 1 << 17);
        assertThat(read(emoteWith(data)).warnings()).containsExactly(EmoteWarning.EPILEPSY);
        data.put("flags", 1 << 18);
        assertThat(read(emoteWith(data)).warnings()).containsExactly(EmoteWarning.EDGY);
        data.put("flags", 1 << 24);
        assertThat(read(emoteWith(data)).warnings()).containsExactly(EmoteWarning.DISALLOWED_ON_PLATFORM);
        // Of the entry in the set the same bits say which other emotes it goes before.
        data.put("flags", 0);
        assertThat(read(emoteWith(data).put("flags", 7 << 16)).warnings()).isEmpty();
        assertThat(read(emoteWith(data)).visibility()).isEqualTo(EmoteVisibility.LISTED);
        data.put("flags", 1);
        assertThat(read(emoteWith(data)).visibility()).isEqualTo(EmoteVisibility.UNLISTED);
        assertThat(SevenTvJson.parseEmote(emoteWith(data), SetKind.PERSONAL).visibility())
                .isEqualTo(EmoteVisibility.LISTED);
        data.put("listed", false);
        assertThat(SevenTvJson.parseEmote(emoteWith(data), SetKind.PERSONAL).visibility())
                .isEqualTo(EmoteVisibility.UNLISTED);
    }

    @Test
    void aDeletedEmoteAndTooManyTagsAreLeftOut() {
        ObjectNode data = Answers.data("e1", "Wave", false, List.of("WEBP"));
        data.putArray("tags")
                .add("")
                .add(" spaced ")
                .add("x".repeat(101))
                .add(7)
                .addNull();
        for (int i = 0; i < 100; i++) {
            data.withArray("tags").add("tag" + i);
        }
        assertThat(read(emoteWith(data)).tags()).hasSize(32).startsWith("spaced", "7");
        data.put("lifecycle", -1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(emoteWith(data)))
                .withMessage("it was deleted");
    }

    @Test
    void aPersonsPersonalSetsAreLoadedAndTheirOthersNot() throws Exception {
        EmoteSource personal =
                sources(Map.of("7tv.user", "dddddddddddddddddddddddd")).get(0);
        String answer = Answers.set("01HZPERSONAL0000000000000A", List.of(Answers.active("p1", "Personal", 0)))
                .toString();
        RecordedAnswers answers = RecordedAnswers.of(Map.of(
                "/v3/users/dddddddddddddddddddddddd",
                Fixture.read("account.json"),
                "/v3/emote-sets/01HZPERSONAL0000000000000A",
                answer));
        EmoteSet set = personal.load(answers);

        assertThat(personal.scope()).isEqualTo(EmoteScope.PERSONAL);
        assertThat(personal.name()).isEqualTo("personal dddddddddddddddddddddddd");
        assertThat(set.emotes()).extracting(Emote::code).containsExactly("Personal");
        assertThat(set.topics())
                .containsExactly(
                        "user.update/dddddddddddddddddddddddd", "emote_set.update/01HZPERSONAL0000000000000A/personal");
        assertThat(answers.fetched()).hasSize(2);
        assertThat(personal.load(RecordedAnswers.of(Map.of())).emotes())
                .as("nobody")
                .isEmpty();
    }

    @Test
    void aSetSaysWhatItsChangesAreToldBy() throws Exception {
        RecordedAnswers answers = RecordedAnswers.of(Map.of(
                USER_PATH,
                Fixture.read("user.json"),
                CHANNEL_SET_PATH,
                Fixture.read("channel-set.json"),
                "/v3/emote-sets/global",
                Fixture.read("global-set.json")));
        List<EmoteSource> sources = sources(CHANNEL);

        assertThat(sources.get(0).load(answers).topics())
                .containsExactly("user.update/cccccccccccccccccccccccc", "emote_set.update/0123456789abcdef01234567");
        assertThat(sources.get(1).load(answers).topics()).containsExactly("emote_set.update/global-set");
        EmoteSet without = sources.get(0)
                .load(RecordedAnswers.of(
                        Map.of(USER_PATH, Answers.channel("12345", "c1", "").toString())));
        assertThat(without.emotes()).isEmpty();
        assertThat(without.topics()).containsExactly("user.update/c1");
        assertThat(parse("{\"id\":\"empty\"}").topics()).containsExactly("emote_set.update/empty");
        assertThat(parse("{\"id\":\"no id\"}").topics()).isEmpty();
    }

    @Test
    void whatRoomsNameIsLoadedLikeWhatSettingsName() throws Exception {
        SevenTvProvider provider = (SevenTvProvider) new SevenTvEmotes().create(EmoteSettings.of(Map.of(), "7tv"));

        assertThat(provider.channel("kick/9").name()).isEqualTo("channel kick/9");
        assertThat(provider.channel("kick/9").scope()).isEqualTo(EmoteScope.ROOM);
        assertThat(provider.personal("d1").scope()).isEqualTo(EmoteScope.PERSONAL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.channel("kick/../x"))
                .withMessageContaining("a channel must be PLATFORM/ID");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.personal("my name"))
                .withMessageContaining("a user must be the id of a 7TV account");
    }

    @Test
    void changesAreHeardOf7TvAndOfNobodyElseUnlessASettingSaysSo() {
        assertThat(live(Map.of()))
                .hasValueSatisfying(address ->
                        assertThat(address.toString()).startsWith("wss://events.7tv.io/v3?app=parley&version="));
        assertThat(live(Map.of("7tv.url", "https://7tv.io/v3"))).isPresent();
        assertThat(live(Map.of("7tv.url", "https://mirror.example/v3"))).isEmpty();
        assertThat(live(Map.of("7tv.url", "https://mirror.example/v3", "7tv.events-url", "wss://mirror.example/ev/")))
                .hasValueSatisfying(
                        address -> assertThat(address.toString()).startsWith("wss://mirror.example/ev?app=parley"));
    }

    private static Optional<URI> live(Map<String, String> settings) {
        return ((SevenTvProvider) new SevenTvEmotes().create(EmoteSettings.of(settings, "7tv"))).liveAddress();
    }

    @ParameterizedTest
    @CsvSource({
        "7tv.events-url, https://7tv.io/v3",
        "7tv.events-url, wss://",
        "7tv.events-url, wss://x.example/?a",
        "7tv.gql-url, wss://7tv.io/v4/gql",
        "7tv.gql-url, 7tv.io",
        "7tv.set, a/b",
        "7tv.user, somebody else",
        "7tv.user, ../x"
    })
    void aSettingThatIsNotUnderstoodIsNamed(String key, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sources(Map.of(key, value)))
                .withMessageStartingWith(key + " must be");
    }

    @Test
    void anUnlistedEmoteIsMarkedAsSuch() throws Exception {
        assertThat(channelEmote("Hidden").visibility()).isEqualTo(EmoteVisibility.UNLISTED);
        assertThat(channelEmote("Wave").visibility()).isEqualTo(EmoteVisibility.LISTED);
    }

    @Test
    void oddEntriesAreLeftOutAndReportedAndTheFirstOfTwoNamesStays() throws Exception {
        EmoteSet set = parse(Fixture.read("channel-set.json"));

        assertThat(set.emotes()).extracting(Emote::code).doesNotContain("NoData", "NoFiles", "Escape", "Plain");
        assertThat(set.skippedCount()).isEqualTo(6);
        assertThat(set.skippedNotes()).anyMatch(note -> note.equals("emotes[9]: it has no data"));
        assertThat(channelEmote("Twice").id().value()).isEqualTo("aaaaaaaaaaaaaaaaaaaaaaa7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":\"x\"}", "{\"id\":\"x\",\"emotes\":null}", "{\"id\":\"x\",\"emotes\":[]}"})
    void aSetWithoutEmotesIsEmpty(String body) throws Exception {
        assertThat(parse(body).emotes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"error\":\"no\"}",
                "{\"id\":\"x\",\"emotes\":{}}",
                "{\"id\":\"x\",\"emote_count\":3}",
                "{\"id\":\"x\"}{}"
            })
    void anAnswerThatIsNoCompleteSetFails(String body) {
        assertThatThrownBy(() -> parse(body))
                .isInstanceOf(EmoteLoadException.class)
                .extracting(e -> ((EmoteLoadException) e).reason())
                .isEqualTo(Reason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"user.json", "user-with-embedded-set.json"})
    void bothFormsOfAUserLeadToItsSet(String fixture) throws Exception {
        SevenTvJson.Channel channel =
                SevenTvJson.parseChannel(Fixture.read(fixture).getBytes(StandardCharsets.UTF_8));

        assertThat(channel.setId()).contains("0123456789abcdef01234567");
        assertThat(channel.userId()).contains("cccccccccccccccccccccccc");
    }

    @Test
    void theSetIdAtTheRootGoesFirstAndAUserMayHaveNone() throws Exception {
        assertThat(user("{\"id\":\"1\",\"emote_set_id\":\"a\",\"emote_set\":{\"id\":\"b\"}}"))
                .isEqualTo("a");
        assertThat(user("{\"id\":\"1\",\"emote_set_id\":null,\"emote_set\":{\"id\":\"b\"}}"))
                .isEqualTo("b");
        assertThat(user("{\"id\":\"1\",\"emote_set_id\":null,\"emote_set\":null}"))
                .isEqualTo("none");
        assertThat(user("{\"id\":\"1\"}")).isEqualTo("none");
        assertThatThrownBy(() -> user("{\"id\":\"1\",\"emote_set_id\":\"../x\"}"))
                .isInstanceOf(EmoteLoadException.class);
    }

    private static String user(String body) throws EmoteLoadException {
        return SevenTvJson.parseChannel(body.getBytes(StandardCharsets.UTF_8))
                .setId()
                .orElse("none");
    }

    @Test
    void aChannelWithoutSevenTvIsEmptyButAMissingSetFails() throws Exception {
        EmoteSource channel = sources(CHANNEL).get(0);

        assertThat(channel.load(RecordedAnswers.of(Map.of())).emotes()).isEmpty();
        assertThatThrownBy(() -> channel.load(RecordedAnswers.of(Map.of(USER_PATH, Fixture.read("user.json")))))
                .isInstanceOf(EmoteLoadException.class)
                .extracting(e -> ((EmoteLoadException) e).reason())
                .isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void theSourcesFollowTheSettings() throws Exception {
        assertThat(sources(Map.of())).extracting(EmoteSource::name).containsExactly("global");
        List<EmoteSource> all = sources(Map.of("7tv.channel", "kick/9", "7tv.set", "abc123"));
        assertThat(all).extracting(EmoteSource::name).containsExactly("channel kick/9", "set abc123", "global");
        assertThat(all)
                .extracting(EmoteSource::scope)
                .containsExactly(EmoteScope.ROOM, EmoteScope.ROOM, EmoteScope.GLOBAL);

        RecordedAnswers answers = RecordedAnswers.of(Map.of("/v3/emote-sets/global", "{\"id\":\"g\"}"));
        sources(Map.of()).get(0).load(answers);
        assertThat(answers.fetched()).containsExactly(URI.create("https://7tv.io/v3/emote-sets/global"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"12345", "twitch/", "myspace/1", "twitch/../x", "twitch/1/2", "Twitch/1"})
    void aChannelIsAPlatformAndAnId(String channel) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sources(Map.of("7tv.channel", channel)))
                .withMessageContaining("7tv.channel");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"7tv.io", "ftp://7tv.io", "https://", "https://7tv.io/?x", "https://7tv.io/#x", "https://%zz"})
    void theBaseMustBeAWebAddress(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sources(Map.of("7tv.url", url)))
                .withMessageContaining("7tv.url");
    }

    /** A local 7TV whose answers can be changed. */
    private static final class Server extends Dispatcher implements AutoCloseable {
        final MockWebServer http = new MockWebServer();
        final Map<String, MockResponse> answers = new ConcurrentHashMap<>();

        Server() throws Exception {
            answer(USER_PATH, Fixture.read("user.json"));
            answer(CHANNEL_SET_PATH, Fixture.read("channel-set.json"));
            answer("/v3/emote-sets/global", Fixture.read("global-set.json"));
            http.setDispatcher(this);
            http.start();
        }

        void answer(String path, String body) {
            answers.put(path, new MockResponse.Builder().body(body).build());
        }

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            return answers.getOrDefault(
                    request.getTarget(), new MockResponse.Builder().code(404).build());
        }

        EmoteRegistry.Builder registry() {
            return EmoteRegistry.builder()
                    .settings(CHANNEL)
                    .setting("7tv.url", "http://127.0.0.1:" + http.getPort() + "/v3");
        }

        @Override
        public void close() {
            http.close();
        }
    }

    @Test
    void aRegistryFindsTheProviderLoadsItsSetsAndCutsAMessage() throws Exception {
        try (Server server = new Server();
                EmoteRegistry registry = server.registry().build()) {
            assertThat(registry.providers())
                    .extracting(EmoteProviderInfo::displayName)
                    .containsExactly("7TV");
            registry.refresh().join();
            assertThat(registry.failures()).isEmpty();

            assertThat(EmoteTokenizer.emotes(
                            EmoteTokenizer.tokenize("hi Wave SnowFall, :))) $$fish Hidden !vote", registry.catalog())))
                    .extracting(placement -> placement.emote().code() + " " + placement.start() + "-" + placement.end())
                    .containsExactly("Wave 3-7", ":))) 18-22", "$$fish 23-29", "!vote 37-42");
            // The channel's Wave goes before the global one.
            assertThat(registry.catalog().find("Wave").orElseThrow().id().value())
                    .isEqualTo("aaaaaaaaaaaaaaaaaaaaaaa1");
        }
    }

    @Test
    void aFailingChannelKeepsItsLastEmotesAndLeavesTheGlobalOnesAlone() throws Exception {
        try (Server server = new Server();
                EmoteRegistry registry =
                        server.registry().maxAnswerBytes(100_000).build()) {
            registry.refresh().join();
            int size = registry.catalog().size();
            String whole = Fixture.read("channel-set.json");
            List<Map.Entry<Reason, MockResponse.Builder>> failures = List.of(
                    Map.entry(Reason.SERVER_ERROR, new MockResponse.Builder().code(500)),
                    Map.entry(Reason.MALFORMED, new MockResponse.Builder().body("<html>busy</html>")),
                    Map.entry(
                            Reason.MALFORMED, new MockResponse.Builder().body(whole.substring(0, whole.length() / 2))),
                    Map.entry(
                            Reason.UNREACHABLE,
                            new MockResponse.Builder().body(whole).onResponseBody(new SocketEffect.CloseSocket())),
                    Map.entry(Reason.TOO_LARGE, new MockResponse.Builder().chunkedBody(" ".repeat(100_001), 8192)));
            for (Map.Entry<Reason, MockResponse.Builder> failure : failures) {
                server.answers.put(CHANNEL_SET_PATH, failure.getValue().build());
                registry.refresh().join();
                assertThat(registry.failures())
                        .extracting(EmoteProviderFailure::reason)
                        .containsExactly(failure.getKey());
                assertThat(registry.catalog().size()).isEqualTo(size);
            }
            // Last, because it is remembered.
            server.answers.remove(CHANNEL_SET_PATH);
            registry.refresh().join();
            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsExactly(Reason.NOT_FOUND);
            assertThat(registry.catalog().size()).isEqualTo(size);
        }
    }

    @Test
    void aServerThatAsksForAPauseIsNotAskedAgainAtOnce() throws Exception {
        try (Server server = new Server();
                EmoteRegistry registry = server.registry().build()) {
            server.answers.put(
                    "/v3/emote-sets/global",
                    new MockResponse.Builder().code(429).build());
            server.answers.put(USER_PATH, new MockResponse.Builder().code(429).build());
            registry.refresh().join();
            int requests = server.http.getRequestCount();
            registry.refresh().join();

            assertThat(server.http.getRequestCount()).isEqualTo(requests);
            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsExactly(Reason.RATE_LIMITED, Reason.RATE_LIMITED);
        }
    }
}
