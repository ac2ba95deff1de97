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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
    /** Nothing that returns at all takes so long. */
    private static final Duration LONG = Duration.ofSeconds(60);

    /**
     * For what never returns, at first: one limit holds for all, and {@link #withLimits} finds one for the good ones.
     */
    private static final Duration SHORT = Duration.ofMillis(250);

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
                .setupTimeout(LONG)
                .loadTimeout(LONG)
                .searchDelay(Duration.ofMillis(1))
                .reconnectDelay(Duration.ofMillis(1));
    }

    private static Arguments bad(String what, Plugin plugin) {
        return Arguments.of(what, plugin, LONG);
    }

    private static Arguments hanging(String what, Plugin plugin) {
        return Arguments.of(what, plugin, SHORT);
    }

    /** What is to hold with a limit. */
    @FunctionalInterface
    private interface Attempt {
        /** Returns whether all who should have kept to the limit. */
        boolean with(Duration limit) throws Exception;
    }

    /** Tries longer and longer limits, until the machine is not too busy for those who do what they should. */
    private static void withLimits(Duration first, Attempt attempt) throws Exception {
        Duration limit = first;
        while (!attempt.with(limit)) {
            assertThat(limit).as("the limit that a good plugin has not kept").isLessThan(LONG);
            limit = limit.multipliedBy(4);
        }
    }

    /** Tells whether the good one came too late, for which the machine may be to blame. */
    private static boolean isLate(Collection<EmoteProviderFailure> failures) {
        return failures.stream()
                .anyMatch(failure ->
                        failure.provider().equals("good") && failure.message().contains("took longer"));
    }

    static Stream<Arguments> aPluginThatCannotBeSetUpIsReported() {
        return Stream.of(
                bad("has no id", new Plugin(null)),
                bad("has a wrong id", new Plugin("Not An Id")),
                hanging("hangs in id()", new Plugin("bad") {
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
                hanging("hangs in create()", new Plugin("bad") {
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
                hanging("hangs in sources()", new Plugin("bad") {
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
    void aPluginThatCannotBeSetUpIsReported(String what, Plugin plugin, Duration first) throws Exception {
        withLimits(first, limit -> {
            try (EmoteRegistry registry = registry(plugin).setupTimeout(limit).build()) {
                if (isLate(registry.failures())) {
                    return false;
                }
                assertThat(registry.failures())
                        .as(what)
                        .singleElement()
                        .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Reason.BROKEN_PLUGIN));
                registry.refresh().join();
                assertThat(registry.catalog().emotes()).extracting(Emote::code).containsExactly("Emote-good");
                return true;
            }
        });
    }

    static Stream<Arguments> aSetThatCannotBeLoadedIsReported() {
        return Stream.of(
                bad("gives null", new Plugin("bad") {
                    @Override
                    EmoteSet set() {
                        return null;
                    }
                }),
                hanging("hangs", new Plugin("bad") {
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
    void aSetThatCannotBeLoadedIsReported(String what, Plugin plugin, Duration first) throws Exception {
        withLimits(first, limit -> {
            try (EmoteRegistry registry = registry(plugin).loadTimeout(limit).build()) {
                registry.refresh().join();

                if (isLate(registry.failures())) {
                    return false;
                }
                assertThat(registry.catalog().emotes())
                        .as(what)
                        .extracting(Emote::code)
                        .containsExactly("Emote-good");
                assertThat(registry.failures()).singleElement().satisfies(failure -> {
                    assertThat(failure.provider()).isEqualTo("bad");
                    assertThat(failure.what()).isEqualTo("list");
                    assertThat(failure.reason()).isEqualTo(first.equals(SHORT) ? Reason.TIMED_OUT : Reason.CRASHED);
                });
                return true;
            }
        });
    }

    static Stream<Arguments> aSearchThatFailsLeavesTheOthersTheirs() {
        return Stream.of(
                badSearch("gives null", () -> null),
                badSearch("gives a null among others", () -> Collections.singletonList(null)),
                hanging("hangs", new SearchHangs()),
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
    void aSearchThatFailsLeavesTheOthersTheirs(String what, Plugin plugin, Duration first) throws Exception {
        withLimits(first, limit -> {
            try (EmoteRegistry registry = registry(plugin).loadTimeout(limit).build()) {
                EmoteSearchResult result = registry.search("cat", 10).join();

                if (isLate(result.failures())) {
                    return false;
                }
                assertThat(result.emotes()).as(what).extracting(Emote::code).containsExactly("cat");
                assertThat(result.failures())
                        .singleElement()
                        .satisfies(failure -> assertThat(failure.provider()).isEqualTo("bad"));
                return true;
            }
        });
    }

    private static final class SearchHangs extends Capable {
        private volatile boolean asked;

        SearchHangs() {
            super("bad");
        }

        @Override
        public List<Emote> search(String query, int limit, EmoteContext context) {
            asked = true;
            throw hang();
        }
    }

    @Test
    void aSearchThatHangsIsNotStartedASecondTime() throws Exception {
        withLimits(SHORT, limit -> {
            SearchHangs plugin = new SearchHangs();
            try (EmoteRegistry registry = registry(plugin).loadTimeout(limit).build()) {
                EmoteSearchResult first = registry.search("cat", 10).join();
                if (!plugin.asked) {
                    return false;
                }
                EmoteSearchResult second = registry.search("dog", 10).join();

                if (isLate(first.failures()) || isLate(second.failures())) {
                    return false;
                }
                assertThat(second.emotes()).extracting(Emote::code).containsExactly("dog");
                assertThat(second.failures())
                        .singleElement()
                        .satisfies(failure -> assertThat(failure.message()).contains("still busy"));
                return true;
            }
        });
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
        return Arguments.of(what, talk, LONG);
    }

    private static Arguments hangingTalk(String what, Supplier<LiveEmotes.Conversation> talk) {
        return Arguments.of(what, talk, SHORT);
    }

    static Stream<Arguments> aConversationThatFailsIsReported() {
        return Stream.of(
                badTalk("is null", () -> null),
                hangingTalk("hangs before it begins", () -> {
                    throw hang();
                }),
                hangingTalk("hangs in subscribe()", () -> new Talk() {
                    @Override
                    public void subscribe(Collection<String> topics, LiveEmotes.Actions actions) {
                        throw hang();
                    }
                }),
                hangingTalk("hangs in onText()", () -> new Talk() {
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
    void aConversationThatFailsIsReported(String what, Supplier<LiveEmotes.Conversation> talk, Duration first)
            throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.setDispatcher(new Greeting());
            withLimits(first, limit -> {
                try (EmoteRegistry registry = registry(new Talkative(server, talk), server)
                        .setupTimeout(limit)
                        .build()) {
                    if (!registry.failures().isEmpty()) {
                        return false;
                    }
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
                            .allSatisfy(
                                    failure -> assertThat(failure.provider()).isEqualTo("bad"));
                    registry.refresh().join();
                    assertThat(registry.catalog().emotes())
                            .extracting(Emote::code)
                            .containsExactlyInAnyOrder("Emote-good", "Emote-bad");
                    return true;
                }
            });
        }
    }

    /** A plugin with live updates from a server. */
    private static final class Talkative extends Capable {
        private final URI address;
        private final Supplier<LiveEmotes.Conversation> talk;

        Talkative(MockWebServer server, Supplier<LiveEmotes.Conversation> talk) {
            super("bad");
            this.address = URI.create("ws://127.0.0.1:" + server.getPort());
            this.talk = talk;
        }

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
    }

    private static EmoteRegistry.Builder registry(Talkative bad, MockWebServer server) {
        return registry(bad).setting("bad.url", "http://127.0.0.1:" + server.getPort());
    }

    @Test
    void aConversationThatHangsIsInterruptedAndBegunAnew() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.setDispatcher(new Greeting());
            withLimits(SHORT, limit -> {
                CountDownLatch interrupted = new CountDownLatch(1);
                CountDownLatch heard = new CountDownLatch(1);
                AtomicReference<LiveEmotes.Conversation> hung = new AtomicReference<>();
                Talkative plugin = new Talkative(server, () -> new Talk() {
                    @Override
                    public void onText(String text, LiveEmotes.Actions actions) {
                        if (!hung.compareAndSet(null, this)) {
                            if (hung.get() != this) {
                                heard.countDown();
                            }
                            return;
                        }
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            interrupted.countDown();
                            throw new IllegalStateException(e);
                        }
                    }
                });
                try (EmoteRegistry registry =
                        registry(plugin, server).setupTimeout(limit).build()) {
                    if (!registry.failures().isEmpty()) {
                        return false;
                    }
                    registry.refresh().join();
                    registry.followLiveUpdates();

                    assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
                    assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
                    return true;
                }
            });
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
