package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.chat.emotes.EmoteLoadException.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A plugin that throws, hangs or gives null, wherever it can, is reported and harms no other. */
@Timeout(120)
@SuppressWarnings("NullAway") // What a plugin in another language may do.
class PluginIsolationTest {
    /** For what never returns by itself. Long enough for a busy machine to set a good plugin up meanwhile. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** Does what it should. The bad ones do something else in one method each. */
    private static class Plugin implements EmoteProviderFactory, EmoteProvider {
        private final String id;

        Plugin(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String displayName() {
            return "Plugin " + id;
        }

        @Override
        public EmoteProvider create(EmoteSettings settings) {
            return this;
        }

        @Override
        public List<EmoteSource> sources() {
            return List.of(EmoteSource.of("list", EmoteScope.GLOBAL, context -> set()));
        }

        EmoteSet set() {
            return EmoteSet.builder().add(emote(id)).topic("list").build();
        }
    }

    /** A plugin with every capability, of which it uses none. */
    private static class Capable extends Plugin
            implements EmoteSearch, EmoteUpload, LiveEmotes, ChannelSets, PersonalSets {
        Capable(String id) {
            super(id);
        }

        @Override
        public List<Emote> search(String query, int limit, EmoteContext context) {
            return List.of(emote(id()).withCode(query));
        }

        @Override
        public List<Emote> uploaded(EmoteContext context) {
            return List.of();
        }

        @Override
        public Emote upload(NewEmote emote, EmoteContext context) {
            return emote(id());
        }

        @Override
        public void remove(String shortcode, EmoteContext context) {}

        @Override
        public Optional<URI> liveAddress() {
            return Optional.empty();
        }

        @Override
        public Conversation converse() {
            return new Talk();
        }

        @Override
        public EmoteSource channel(String channel) {
            return EmoteSource.of(channel, EmoteScope.ROOM, context -> set());
        }

        @Override
        public EmoteSource personal(String user) {
            return EmoteSource.of(user, EmoteScope.PERSONAL, context -> set());
        }
    }

    private static class Talk implements LiveEmotes.Conversation {
        @Override
        public void subscribe(Collection<String> topics, LiveEmotes.Actions actions) {}

        @Override
        public void onText(String text, LiveEmotes.Actions actions) {}

        @Override
        public Duration patience() {
            return Duration.ofMinutes(10);
        }

        @Override
        public LiveEmotes.Retry onClosed(int closeCode) {
            return LiveEmotes.Retry.SOON;
        }
    }

    /** What somebody's exception may do when it is looked at. */
    private static final class Spiteful extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message either");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no cause either");
        }

        @Override
        public String toString() {
            return "spiteful";
        }
    }

    private static Emote emote(String providerId) {
        return Emote.builder(new EmoteId(providerId, "1"), "Emote-" + providerId)
                .build();
    }

    /** Never returns, whoever interrupts it. */
    private static RuntimeException hang() {
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                never.await();
            } catch (InterruptedException ignored) {
                // As bad plugins do.
            }
        }
    }

    private static EmoteRegistry.Builder registry(EmoteProviderFactory bad) {
        return EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(bad)
                .factory(new Capable("good"))
                .setupTimeout(LIMIT)
                .loadTimeout(LIMIT)
                .searchDelay(Duration.ofMillis(1))
                .reconnectDelay(Duration.ofMillis(1));
    }

    private static Arguments bad(String what, Plugin plugin) {
        return Arguments.of(what, plugin);
    }

    static Stream<Arguments> aPluginThatCannotBeSetUpIsReported() {
        return Stream.of(
                bad("has no id", new Plugin(null)),
                bad("has a wrong id", new Plugin("Not An Id")),
                bad("hangs in id()", new Plugin("bad") {
                    @Override
                    public String id() {
                        throw hang();
                    }
                }),
                bad("has no name", new Plugin("bad") {
                    @Override
                    public String displayName() {
                        return null;
                    }
                }),
                bad("has no settings", new Plugin("bad") {
                    @Override
                    public List<EmoteSetting> settings() {
                        return null;
                    }
                }),
                bad("has a null among its settings", new Plugin("bad") {
                    @Override
                    public List<EmoteSetting> settings() {
                        return Collections.singletonList(null);
                    }
                }),
                bad("makes no provider", new Plugin("bad") {
                    @Override
                    public EmoteProvider create(EmoteSettings settings) {
                        return null;
                    }
                }),
                bad("hangs in create()", new Plugin("bad") {
                    @Override
                    public EmoteProvider create(EmoteSettings settings) {
                        throw hang();
                    }
                }),
                bad("throws what throws itself", new Plugin("bad") {
                    @Override
                    public EmoteProvider create(EmoteSettings settings) {
                        throw new Spiteful();
                    }
                }),
                bad("calls itself for ever", new Plugin("bad") {
                    @Override
                    public EmoteProvider create(EmoteSettings settings) {
                        throw new StackOverflowError("as if it called itself");
                    }
                }),
                bad("has no sources", new Plugin("bad") {
                    @Override
                    public List<EmoteSource> sources() {
                        return null;
                    }
                }),
                bad("has a null among its sources", new Plugin("bad") {
                    @Override
                    public List<EmoteSource> sources() {
                        return Arrays.asList(super.sources().get(0), null);
                    }
                }),
                bad("hangs in sources()", new Plugin("bad") {
                    @Override
                    public List<EmoteSource> sources() {
                        throw hang();
                    }
                }),
                bad("has a source without a name", new Plugin("bad") {
                    @Override
                    public List<EmoteSource> sources() {
                        return List.of(new NamelessSource(null, EmoteScope.GLOBAL));
                    }
                }),
                bad("has a source without a scope", new Plugin("bad") {
                    @Override
                    public List<EmoteSource> sources() {
                        return List.of(new NamelessSource("list", null));
                    }
                }));
    }

    private record NamelessSource(String name, EmoteScope scope) implements EmoteSource {
        @Override
        public EmoteSet load(EmoteContext context) {
            return EmoteSet.empty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aPluginThatCannotBeSetUpIsReported(String what, Plugin plugin) {
        try (EmoteRegistry registry = registry(plugin).build()) {
            assertThat(registry.failures())
                    .as(what)
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Reason.BROKEN_PLUGIN));
            registry.refresh().join();
            assertThat(registry.catalog().emotes()).extracting(Emote::code).containsExactly("Emote-good");
        }
    }

    static Stream<Arguments> aSetThatCannotBeLoadedIsReported() {
        return Stream.of(
                bad("gives null", new Plugin("bad") {
                    @Override
                    EmoteSet set() {
                        return null;
                    }
                }),
                bad("hangs", new Plugin("bad") {
                    @Override
                    EmoteSet set() {
                        throw hang();
                    }
                }),
                bad("throws what throws itself", new Plugin("bad") {
                    @Override
                    EmoteSet set() {
                        throw new Spiteful();
                    }
                }),
                bad("gives another provider's emotes", new Plugin("bad") {
                    @Override
                    EmoteSet set() {
                        return EmoteSet.builder().add(emote("good")).build();
                    }
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aSetThatCannotBeLoadedIsReported(String what, Plugin plugin) {
        try (EmoteRegistry registry = registry(plugin).build()) {
            registry.refresh().join();

            assertThat(registry.catalog().emotes())
                    .as(what)
                    .extracting(Emote::code)
                    .containsExactly("Emote-good");
            assertThat(registry.failures()).singleElement().satisfies(failure -> {
                assertThat(failure.provider()).isEqualTo("bad");
                assertThat(failure.what()).isEqualTo("list");
                assertThat(failure.reason()).isIn(Reason.CRASHED, Reason.TIMED_OUT);
            });
        }
    }

    static Stream<Arguments> aSearchThatFailsLeavesTheOthersTheirs() {
        return Stream.of(
                badSearch("gives null", () -> null),
                badSearch("gives a null among others", () -> Collections.singletonList(null)),
                badSearch("hangs", () -> {
                    throw hang();
                }),
                badSearch("throws what throws itself", () -> {
                    throw new Spiteful();
                }),
                badSearch("gives another provider's emotes", () -> List.of(emote("good"))));
    }

    private static Arguments badSearch(String what, Supplier<List<Emote>> answer) {
        return bad(what, new Capable("bad") {
            @Override
            public List<Emote> search(String query, int limit, EmoteContext context) {
                return answer.get();
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aSearchThatFailsLeavesTheOthersTheirs(String what, Plugin plugin) {
        try (EmoteRegistry registry = registry(plugin).build()) {
            EmoteSearchResult result = registry.search("cat", 10).join();

            assertThat(result.emotes()).as(what).extracting(Emote::code).containsExactly("cat");
            assertThat(result.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.provider()).isEqualTo("bad"));
        }
    }

    @Test
    void aSearchThatHangsIsNotStartedASecondTime() {
        Plugin plugin = (Plugin) badSearch("hangs", () -> {
                    throw hang();
                })
                .get()[1];
        try (EmoteRegistry registry = registry(plugin).build()) {
            registry.search("cat", 10).join();
            EmoteSearchResult second = registry.search("dog", 10).join();

            assertThat(second.emotes()).extracting(Emote::code).containsExactly("dog");
            assertThat(second.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.message()).contains("still busy"));
        }
    }

    @Test
    void searchesThatWaitEndWhenTheRegistryCloses() {
        EmoteRegistry registry =
                registry(new Capable("bad")).searchDelay(Duration.ofHours(1)).build();
        CompletableFuture<EmoteSearchResult> waiting = registry.search("cat", 10);

        registry.close();

        assertThat(catchThrowable(waiting::join)).isInstanceOf(CompletionException.class);
    }

    @Test
    void anUploadOfAnotherProvidersEmoteOrOfNothingFails() {
        NewEmote emote = new NewEmote("party", EmoteImageFormat.PNG, new byte[1], null);
        for (Emote answer : new Emote[] {null, emote("good")}) {
            Capable plugin = new Capable("bad") {
                @Override
                public Emote upload(NewEmote uploaded, EmoteContext context) {
                    return answer;
                }

                @Override
                public List<Emote> uploaded(EmoteContext context) {
                    return Collections.singletonList(answer);
                }
            };
            try (EmoteRegistry registry = registry(plugin).build()) {
                assertCrashed(registry.upload("bad", emote));
                assertCrashed(registry.uploaded("bad"));
                assertThat(registry.upload("good", emote).join()).isEqualTo(emote("good"));
            }
        }
    }

    @Test
    void aChannelThatCrashesFailsThatChannelOnly() {
        Capable plugin = new Capable("bad") {
            @Override
            public EmoteSource channel(String channel) {
                return switch (channel) {
                    case "null" -> null;
                    case "nameless" -> new NamelessSource(null, EmoteScope.ROOM);
                    default -> throw new Spiteful();
                };
            }
        };
        try (EmoteRegistry registry = registry(plugin).build();
                EmoteRoom room = registry.openRoom()) {
            for (String channel : List.of("null", "nameless", "throws")) {
                assertCrashed(room.addChannel("bad", channel));
            }
            room.addChannel("good", "one").join();

            assertThat(room.catalog().emotes()).extracting(Emote::code).containsExactly("Emote-good");
        }
    }

    private static void assertCrashed(CompletableFuture<?> future) {
        assertThat(catchThrowable(future::join))
                .hasCauseInstanceOf(EmoteLoadException.class)
                .extracting(e -> ((EmoteLoadException) e.getCause()).reason())
                .isEqualTo(Reason.CRASHED);
    }

    private static Arguments badTalk(String what, Supplier<LiveEmotes.Conversation> talk) {
        return Arguments.of(what, talk);
    }

    static Stream<Arguments> aConversationThatFailsIsReported() {
        return Stream.of(
                badTalk("is null", () -> null),
                badTalk("hangs before it begins", () -> {
                    throw hang();
                }),
                badTalk("hangs in subscribe()", () -> new Talk() {
                    @Override
                    public void subscribe(Collection<String> topics, LiveEmotes.Actions actions) {
                        throw hang();
                    }
                }),
                badTalk("hangs in onText()", () -> new Talk() {
                    @Override
                    public void onText(String text, LiveEmotes.Actions actions) {
                        throw hang();
                    }
                }),
                badTalk("throws in onText()", () -> new Talk() {
                    @Override
                    public void onText(String text, LiveEmotes.Actions actions) {
                        throw new Spiteful();
                    }
                }),
                badTalk("has no patience", () -> new Talk() {
                    @Override
                    public Duration patience() {
                        return null;
                    }
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aConversationThatFailsIsReported(String what, Supplier<LiveEmotes.Conversation> talk) throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.setDispatcher(new Greeting());
            URI address = URI.create("ws://127.0.0.1:" + server.getPort());
            Capable plugin = new Capable("bad") {
                @Override
                public List<EmoteSetting> settings() {
                    return List.of(new EmoteSetting("bad.url", "Where."));
                }

                @Override
                public Optional<URI> liveAddress() {
                    return Optional.of(address);
                }

                @Override
                public Conversation converse() {
                    return talk.get();
                }
            };
            try (EmoteRegistry registry = registry(plugin)
                    .setting("bad.url", "http://127.0.0.1:" + server.getPort())
                    .build()) {
                List<EmoteProviderFailure> seen = new ArrayList<>();
                registry.refresh().join();
                registry.followLiveUpdates();

                Awaitility.await()
                        .pollInterval(Duration.ofMillis(1))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> {
                            seen.addAll(registry.failures());
                            return seen.stream()
                                    .anyMatch(failure -> failure.what().equals("live updates"));
                        });
                assertThat(seen)
                        .as(what)
                        .allSatisfy(failure -> assertThat(failure.provider()).isEqualTo("bad"));
                registry.refresh().join();
                assertThat(registry.catalog().emotes())
                        .extracting(Emote::code)
                        .containsExactlyInAnyOrder("Emote-good", "Emote-bad");
            }
        }
    }

    @Test
    void aNullForALiveAddressIsReported() {
        Capable plugin = new Capable("bad") {
            @Override
            public Optional<URI> liveAddress() {
                return null;
            }
        };
        try (EmoteRegistry registry = registry(plugin).build()) {
            registry.refresh().join();
            registry.followLiveUpdates();

            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> !registry.failures().isEmpty());
            assertThat(registry.failures()).singleElement().satisfies(failure -> {
                assertThat(failure.provider()).isEqualTo("bad");
                assertThat(failure.reason()).isEqualTo(Reason.CRASHED);
            });
        }
    }

    /** Takes every connection and says hello. */
    private static final class Greeting extends Dispatcher {
        @Override
        public MockResponse dispatch(RecordedRequest request) {
            return new MockResponse.Builder()
                    .webSocketUpgrade(new WebSocketListener() {
                        @Override
                        public void onOpen(WebSocket webSocket, Response response) {
                            webSocket.send("hello");
                        }

                        @Override
                        public void onClosing(WebSocket webSocket, int code, String reason) {
                            webSocket.close(code, null);
                        }
                    })
                    .build();
        }
    }
}
