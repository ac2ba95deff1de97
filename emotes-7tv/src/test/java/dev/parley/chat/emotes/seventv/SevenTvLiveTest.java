package dev.parley.chat.emotes.seventv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProviderFailure;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteRoom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Live updates over real connections to a local server. */
@Timeout(120)
class SevenTvLiveTest {
    private static final String FIRST = SevenTvServer.FIRST_SET;
    private static final String SECOND = SevenTvServer.SECOND_SET;

    /** Users, the channel's set and the global one. */
    private static final int SUBSCRIPTIONS = 3;

    /** As many requests load the channel and the global set once. */
    private static final int REQUESTS = 3;

    /** What a run of the script without a cut sends: a greeting, confirmations and events. */
    private static final int MESSAGES = 17;

    private static final String SWITCH = "the channel takes another set";

    /** One step of the script: the state changes, and its subscribers hear of it. */
    private record Step(String what, Loads loads, Runnable change, List<ObjectNode> events) {}

    /** Whether a step is done by the event alone. */
    private enum Loads {
        NOTHING,
        AGAIN
    }

    private static List<Step> script(SevenTvServer server) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                "an emote comes",
                Loads.NOTHING,
                () -> server.put(FIRST, Answers.active("e1", "Wave", 0)),
                List.of(ofSet(Answers.push(Answers.body(FIRST), Answers.active("e1", "Wave", 0))))));
        steps.add(new Step(
                "the same emote comes under another name",
                Loads.NOTHING,
                () -> server.put(FIRST, Answers.active("e1", "$$wave", 0)),
                List.of(ofSet(Answers.push(Answers.body(FIRST), Answers.active("e1", "$$wave", 0))))));
        steps.add(new Step(
                "one of the two names changes, and the event has no images",
                Loads.NOTHING,
                () -> {
                    server.remove(FIRST, "Wave");
                    server.put(FIRST, Answers.active("e1", ":)))", 0));
                },
                List.of(ofSet(Answers.update(
                        Answers.body(FIRST),
                        Answers.withoutData("e1", "Wave", 0),
                        Answers.withoutData("e1", ":)))", 0))))));
        steps.add(new Step(
                "an emote becomes zero-width",
                Loads.NOTHING,
                () -> server.put(FIRST, Answers.active("e1", "$$wave", 1)),
                List.of(ofSet(Answers.update(
                        Answers.body(FIRST),
                        Answers.withoutData("e1", "$$wave", 0),
                        Answers.active("e1", "$$wave", 1))))));
        steps.add(new Step(
                "one of the two names goes",
                Loads.NOTHING,
                () -> server.remove(FIRST, ":)))"),
                List.of(ofSet(Answers.pull(Answers.body(FIRST), Answers.withoutData("e1", ":)))", 0))))));
        steps.add(new Step(
                "an emote comes, is renamed and goes in one event, and another comes",
                Loads.NOTHING,
                () -> server.put(FIRST, Answers.active("e3", "Stays", 0)),
                List.of(ofSet(Answers.pull(
                        Answers.update(
                                Answers.push(
                                        Answers.push(Answers.body(FIRST), Answers.active("e2", "Passing", 0)),
                                        Answers.active("e3", "Stays", 0)),
                                Answers.withoutData("e2", "Passing", 0),
                                Answers.active("e2", "Gone", 0)),
                        Answers.withoutData("e2", "Gone", 0))))));
        ObjectNode renamed = Answers.body(FIRST);
        renamed.withArray("updated")
                .addObject()
                .put("key", "name")
                .put("old_value", "A")
                .put("value", "B");
        renamed.withArray("pushed").addObject().put("key", "tags").put("value", "Wave");
        steps.add(new Step("the set itself is renamed", Loads.NOTHING, () -> {}, List.of(ofSet(renamed))));
        steps.add(new Step(
                "an emote takes the name of another, which goes after it",
                Loads.AGAIN,
                () -> server.put(FIRST, Answers.active("e4", "Stays", 0)),
                List.of(
                        ofSet(Answers.push(Answers.body(FIRST), Answers.active("e4", "Stays", 0))),
                        ofSet(Answers.pull(Answers.body(FIRST), Answers.withoutData("e3", "Stays", 0))))));
        steps.add(new Step(
                SWITCH,
                Loads.AGAIN,
                () -> {
                    server.put(SECOND, Answers.active("n1", "Second", 0));
                    server.use(SECOND);
                },
                List.of(ofUser())));
        steps.add(new Step(
                "an emote comes into the set that it has now",
                Loads.AGAIN,
                () -> server.put(SECOND, Answers.active("n2", "Newest", 0)),
                List.of(ofSet(Answers.push(Answers.body(SECOND), Answers.active("n2", "Newest", 0))))));
        steps.add(new Step(
                "an emote comes into the set that it had before",
                Loads.AGAIN,
                () -> server.put(FIRST, Answers.active("e9", "TooLate", 0)),
                List.of(ofSet(Answers.push(Answers.body(FIRST), Answers.active("e9", "TooLate", 0))))));
        return steps;
    }

    private static ObjectNode ofSet(ObjectNode body) {
        return Answers.event("emote_set.update", body);
    }

    /** As the server tells that a channel has switched sets: nested in its connection. */
    private static ObjectNode ofUser() {
        ObjectNode body = Answers.body(SevenTvServer.USER).put("kind", 1);
        ObjectNode connection = body.withArray("updated").addObject();
        connection.put("key", "connections").put("index", 0).put("nested", true).put("type", "");
        ObjectNode set = connection.putArray("value").addObject();
        set.putNull("index").put("key", "emote_set").put("type", "object");
        set.putObject("old_value").put("id", FIRST);
        set.putObject("value").put("id", SECOND);
        return Answers.event("user.update", body);
    }

    private static Map<String, String> codes(EmoteRegistry registry) {
        Map<String, String> codes = new TreeMap<>();
        registry.catalog().emotes().forEach(emote -> {
            assertThat(emote.images()).as(emote.code()).hasSize(8);
            codes.put(emote.code(), emote.id().value() + (emote.zeroWidth() ? " zero-width" : ""));
        });
        return codes;
    }

    private static void awaitSame(EmoteRegistry registry, SevenTvServer server, String what) {
        await().alias(what)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(codes(registry)).isEqualTo(server.expected()));
    }

    /** Loads, connects, and waits until all is confirmed and was loaded for that. */
    private static void follow(EmoteRegistry registry, SevenTvServer server) {
        registry.refresh().join();
        registry.followLiveUpdates();
        await().until(() -> server.confirmedCount() == SUBSCRIPTIONS && server.answeredCount() >= 3 * REQUESTS);
    }

    @Test
    void theCatalogIsRightAfterEveryStep() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            follow(registry, server);
            int requests = server.answeredCount();
            for (Step step : script(server)) {
                server.change(step.change(), step.events().toArray(ObjectNode[]::new));
                awaitSame(registry, server, step.what());
                if (step.what().equals(SWITCH)) {
                    // One subscription is taken back for another.
                    await().until(() -> server.confirmedCount() == SUBSCRIPTIONS + 2);
                }
                if (step.loads() == Loads.NOTHING) {
                    // It was the event, and not another look at the server.
                    assertThat(server.answeredCount()).as(step.what()).isEqualTo(requests);
                }
            }
            assertThat(server.connectionCount()).isEqualTo(1);
            assertThat(server.sentCount()).isEqualTo(MESSAGES);
            assertThat(registry.failures()).isEmpty();
            assertThat(server.subscribed())
                    .containsExactlyInAnyOrder(
                            "emote_set.update/" + FIRST,
                            "emote_set.update/" + SECOND,
                            "emote_set.update/" + SevenTvServer.GLOBAL_SET,
                            "user.update/" + SevenTvServer.USER);
        }
    }

    static Stream<Arguments> cuts() {
        return Stream.of(SevenTvServer.Cut.values())
                .flatMap(cut -> IntStream.rangeClosed(1, MESSAGES).mapToObj(after -> Arguments.of(after, cut)));
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void theCatalogIsRightInTheEndWhereverTheConnectionIsCut(int after, SevenTvServer.Cut cut) {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            server.cutAfter(after, cut);
            registry.refresh().join();
            registry.followLiveUpdates();
            for (Step step : script(server)) {
                server.change(step.change(), step.events().toArray(ObjectNode[]::new));
                awaitSame(registry, server, step.what());
            }
            await().until(() -> server.sentCount() < after || server.connectionCount() >= 2);
            awaitSame(registry, server, "in the end");
        }
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void theCatalogIsRightInTheEndWhenNobodyWaitsForIt(int after, SevenTvServer.Cut cut) {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            server.cutAfter(after, cut);
            registry.refresh().join();
            registry.followLiveUpdates();
            for (Step step : script(server)) {
                server.change(step.change(), step.events().toArray(ObjectNode[]::new));
            }
            awaitSame(registry, server, "in the end");
        }
    }

    @Test
    void aSwitchOfSetsWhileTheChannelLoadsIsNotMissed() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            follow(registry, server);
            server.put(SECOND, Answers.active("n1", "Second", 0));
            // The load that goes on has seen the old set's id already, and gets its answer late.
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch told = new CountDownLatch(1);
            server.beforeAnswering("/v3/emote-sets/" + FIRST, asked, told);
            CompletableFuture<?> loading = registry.refresh();
            await().until(() -> asked.getCount() == 0);
            server.change(() -> server.use(SECOND), ofUser());
            // Heard after the switch, so the switch was heard as well.
            server.change(
                    () -> server.put(SevenTvServer.GLOBAL_SET, Answers.active("g2", "Mark", 0)),
                    ofSet(Answers.push(Answers.body(SevenTvServer.GLOBAL_SET), Answers.active("g2", "Mark", 0))));
            await().until(() -> registry.catalog().find("Mark").isPresent());
            assertThat(loading).isNotDone();
            told.countDown();

            awaitSame(registry, server, "the second set");
        }
    }

    @Test
    void aChangeOfTheSetBeforeIsNotMadeToTheOneThatIsLoading() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            follow(registry, server);
            server.put(SECOND, Answers.active("n1", "Second", 0));
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch told = new CountDownLatch(1);
            server.beforeAnswering("/v3/emote-sets/" + SECOND, asked, told);
            server.change(() -> server.use(SECOND), ofUser());
            await().until(() -> asked.getCount() == 0);
            server.change(
                    () -> server.put(FIRST, Answers.active("e1", "OfTheFirst", 0)),
                    ofSet(Answers.push(Answers.body(FIRST), Answers.active("e1", "OfTheFirst", 0))));
            await().until(() -> registry.catalog().find("OfTheFirst").isPresent());
            told.countDown();

            awaitSame(registry, server, "the second set");
        }
    }

    @Test
    void whatWasHeardBeforeAConnectionBrokeIsNotMadeToWhatIsLoadedAfterIt() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            follow(registry, server);
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch told = new CountDownLatch(1);
            server.beforeAnswering("/v3/emote-sets/" + FIRST, asked, told);
            CompletableFuture<?> loading = registry.refresh();
            await().until(() -> asked.getCount() == 0);
            server.change(
                    () -> server.put(FIRST, Answers.active("e1", "Short", 0)),
                    ofSet(Answers.push(Answers.body(FIRST), Answers.active("e1", "Short", 0))));
            await().until(() -> registry.catalog().find("Short").isPresent());
            // It goes while nobody hears it; the load from before is still on its way when it is connected again.
            server.closeAll(4006);
            server.change(() -> server.remove(FIRST, "Short"));
            await().until(() -> server.confirmedCount() == 2 * SUBSCRIPTIONS);
            assertThat(loading).isNotDone();
            told.countDown();

            awaitSame(registry, server, "what is there now");
        }
    }

    @Test
    void messagesThatAreNotUnderstoodDoNoHarm() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            follow(registry, server);
            for (String message : List.of(
                    "{\"op\":2,\"d\":{\"count\":1}}",
                    "{\"op\":6,\"d\":{\"message\":\"no\"}}",
                    "{\"op\":99,\"d\":null}",
                    "{\"op\":0,\"d\":{\"type\":\"cosmetic.create\",\"body\":{\"id\":\"1\"}}}",
                    "{\"op\":0,\"d\":{\"type\":\"emote_set.update\",\"body\":null}}",
                    "{\"op\":0,\"d\":{\"type\":\"emote_set.update\",\"body\":{\"id\":\"" + FIRST
                            + "\",\"pushed\":{\"key\":1},\"updated\":[null,[],\"\",{\"key\":\"emotes\"}]}}}",
                    "{\"op\":5,\"d\":{\"command\":\"SUBSCRIBE\"}}",
                    "{\"op\":\"x\"}",
                    "[]",
                    "null",
                    "",
                    "{",
                    "[".repeat(100_000),
                    "{\"op\":1e999999}")) {
                server.tellAll(message);
            }
            // A change that the client could not read is seen by loading again.
            server.change(() -> server.put(FIRST, Answers.active("e1", "Unread", 0)));
            server.tellAll("not JSON");
            server.change(
                    () -> server.put(FIRST, Answers.active("e2", "After", 0)),
                    ofSet(Answers.push(Answers.body(FIRST), Answers.active("e2", "After", 0))));

            awaitSame(registry, server, "after garbage");
            assertThat(server.connectionCount()).isEqualTo(1);
            assertThat(registry.failures()).isEmpty();
        }
    }

    @Test
    void aConnectionWithoutHeartbeatsIsLeft() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            server.heartbeatEvery(1);
            registry.refresh().join();
            registry.followLiveUpdates();
            await().until(() -> server.connectionCount() >= 2);
            server.heartbeatEvery(45_000);
            server.change(() -> server.put(FIRST, Answers.active("e1", "Wave", 0)));

            awaitSame(registry, server, "after it is heard again");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4001, 4002, 4003, 4004, 4009, 4010})
    void afterAMistakeOfOursNothingConnectsAgain(int code) {
        for (Ending ending : Ending.values()) {
            try (SevenTvServer server = new SevenTvServer();
                    EmoteRegistry registry = server.registry().build()) {
                follow(registry, server);
                ending.end(server, code);
                await().until(() -> !registry.failures().isEmpty());
                assertThat(registry.failures())
                        .extracting(EmoteProviderFailure::what, EmoteProviderFailure::reason)
                        .containsExactly(tuple("live updates", Reason.REQUEST_REFUSED));
                // What makes others connect makes this one not.
                registry.followLiveUpdates();
                registry.refresh().join();
                assertThat(server.connectionCount()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1011, 4000, 4005, 4006, 4008, 4011, 4012, 4999})
    void afterOtherEndsItConnectsAgainAndSeesWhatItMissed(int code) {
        for (Ending ending : Ending.values()) {
            try (SevenTvServer server = new SevenTvServer();
                    EmoteRegistry registry = server.registry().build()) {
                follow(registry, server);
                ending.end(server, code);
                server.change(() -> server.put(FIRST, Answers.active("e1", "Missed", 0)));
                await().until(() -> server.connectionCount() == 2);
                awaitSame(registry, server, "after connecting again");
            }
        }
    }

    /** How the server says that it is over. */
    private enum Ending {
        CLOSE_FRAME,
        END_OF_STREAM;

        void end(SevenTvServer server, int code) {
            if (this == CLOSE_FRAME) {
                server.closeAll(code);
            } else {
                ObjectNode end =
                        JsonNodeFactory.instance.objectNode().put("code", code).put("message", "over");
                server.tellAll(Answers.message(7, end).toString());
            }
        }
    }

    @Test
    void duringMaintenanceItDoesNotConnectAgainAtOnce() {
        try (SevenTvServer server = new SevenTvServer();
                SevenTvServer other = new SevenTvServer();
                EmoteRegistry registry = server.registry().build();
                EmoteRegistry otherRegistry = other.registry().build()) {
            follow(registry, server);
            follow(otherRegistry, other);
            server.closeAll(4007);
            // By the time that another, which was closed later, has come back many times, this one has not.
            for (int connections = 1; connections <= 20; connections++) {
                int count = connections;
                await().until(() ->
                        other.connectionCount() == count && other.confirmedCount() == count * SUBSCRIPTIONS);
                other.closeAll(4000);
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @Test
    void theServerMayAskToConnectAgain() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            follow(registry, server);
            server.tellAll("{\"op\":4,\"d\":{\"reason\":\"restart\"}}");
            await().until(() -> server.connectionCount() == 2);
            server.change(
                    () -> server.put(FIRST, Answers.active("e1", "Wave", 0)),
                    ofSet(Answers.push(Answers.body(FIRST), Answers.active("e1", "Wave", 0))));

            awaitSame(registry, server, "after connecting again");
        }
    }

    @Test
    void aRoomThatNamesAChannelHearsOfItAndLeavesItAgain() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry =
                        server.registry().setting("7tv.channel", "").build();
                EmoteRoom room = registry.openRoom()) {
            registry.refresh().join();
            registry.followLiveUpdates();
            await().until(() -> server.confirmedCount() == 1);
            room.addChannel("7tv", "twitch/12345").join();
            await().until(() -> server.confirmedCount() == SUBSCRIPTIONS);
            server.change(
                    () -> server.put(FIRST, Answers.active("e1", "Wave", 0)),
                    ofSet(Answers.push(Answers.body(FIRST), Answers.active("e1", "Wave", 0))));

            await().until(() -> room.catalog().find("Wave").isPresent());
            assertThat(registry.catalog().find("Wave")).isEmpty();
            room.clearSources();
            // Two are taken back.
            await().until(() -> server.confirmedCount() == SUBSCRIPTIONS + 2);
            assertThat(room.catalog().find("Wave")).isEmpty();
            assertThat(registry.failures()).isEmpty();
        }
    }

    @Test
    void withoutAnAddressNothingIsHeardAndNothingIsReported() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry =
                        server.registry().setting("7tv.events-url", "").build()) {
            registry.refresh().join();
            registry.followLiveUpdates();
            server.change(() -> server.put(FIRST, Answers.active("e1", "Wave", 0)));
            registry.refresh().join();

            assertThat(codes(registry)).isEqualTo(server.expected());
            assertThat(registry.failures()).isEmpty();
            assertThat(server.connectionCount()).isZero();
        }
    }

    @Test
    void aLoadThatFailsAfterConnectingAgainLeavesTheSetAndItsChangesGoOn() {
        try (SevenTvServer server = new SevenTvServer();
                EmoteRegistry registry = server.registry().build()) {
            server.put(FIRST, Answers.active("e1", "Wave", 0));
            follow(registry, server);
            server.answerInstead(
                    "/v3/emote-sets/" + FIRST,
                    new MockResponse.Builder().code(503).build());
            server.closeAll(4006);
            await().until(() -> server.confirmedCount() == 2 * SUBSCRIPTIONS);
            server.change(
                    () -> server.put(FIRST, Answers.active("e2", "More", 0)),
                    ofSet(Answers.push(Answers.body(FIRST), Answers.active("e2", "More", 0))));

            awaitSame(registry, server, "by the event");
            await().until(() -> !registry.failures().isEmpty());
            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsExactly(Reason.SERVER_ERROR);
        }
    }
}
