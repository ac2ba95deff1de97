package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.LiveEmotes.Retry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The registry's half of live updates, over a real WebSocket; the provider's half is told in lines. */
@Timeout(60)
class LiveUpdatesTest {
    private final MockWebServer server = new MockWebServer();
    private final Capable capable = new Capable();
    private final BlockingQueue<WebSocket> sockets = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final List<Integer> refusals = new CopyOnWriteArrayList<>();
    private EmoteRegistry registry;

    @BeforeEach
    void start() throws Exception {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                if (!refusals.isEmpty()) {
                    return new MockResponse.Builder().code(refusals.remove(0)).build();
                }
                return new MockResponse.Builder().webSocketUpgrade(new Ears()).build();
            }
        });
        server.start();
        capable.live = URI.create("ws://127.0.0.1:" + server.getPort() + "/live");
        capable.sets.put("one", List.of("A"));
        registry = registry(Duration.ofMillis(1));
    }

    private EmoteRegistry registry(Duration reconnectDelay) {
        return EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(capable)
                .setting("capable.live", "http://127.0.0.1:" + server.getPort())
                .reconnectDelay(reconnectDelay)
                .build();
    }

    @AfterEach
    void stop() {
        registry.close();
        server.close();
    }

    private final class Ears extends WebSocketListener {
        @Override
        public void onOpen(WebSocket webSocket, Response response) {
            sockets.add(webSocket);
        }

        @Override
        public void onMessage(WebSocket webSocket, String text) {
            heard.add(text);
        }

        @Override
        public void onFailure(WebSocket webSocket, Throwable e, Response response) {
            heard.add("closing without a word");
        }

        @Override
        public void onClosing(WebSocket webSocket, int code, String reason) {
            heard.add("closing " + code);
            webSocket.close(code, null);
        }
    }

    private String hear() throws InterruptedException {
        String text = heard.poll(20, TimeUnit.SECONDS);
        assertThat(text).as("something heard").isNotNull();
        return text;
    }

    /** Connects, and waits until all was subscribed and loaded again. */
    private WebSocket connected() throws InterruptedException {
        int before = capable.loads.get();
        WebSocket socket = sockets.poll(20, TimeUnit.SECONDS);
        assertThat(socket).as("a connection").isNotNull();
        // The connection before may tell of its end meanwhile.
        String said = hear();
        assertThat(said.startsWith("closing") ? hear() : said).isEqualTo("subscribe one");
        await().untilAsserted(() -> assertThat(capable.loads.get()).isGreaterThanOrEqualTo(Math.max(2, before)));
        return socket;
    }

    private void follow() {
        registry.refresh().join();
        registry.followLiveUpdates();
    }

    private void awaitCodes(String... codes) {
        await().untilAsserted(() ->
                assertThat(registry.catalog().emotes()).extracting(Emote::code).containsExactlyInAnyOrder(codes));
    }

    @Test
    void changesAreTakenOver() throws Exception {
        follow();
        WebSocket socket = connected();
        socket.send("add one B");
        awaitCodes("A", "B");
        socket.send("drop one A");
        awaitCodes("B");
        socket.send("add other C");
        socket.send("add one D");
        awaitCodes("B", "D");
        assertThat(registry.failures()).isEmpty();
    }

    @Test
    void nobodyIsConnectedUntilThereIsATopic() throws Exception {
        registry.followLiveUpdates();
        assertThat(sockets).isEmpty();
        registry.refresh().join();
        connected();
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void nobodyIsConnectedWithoutBeingAskedTo() {
        registry.refresh().join();
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void afterABreakItSubscribesAndLoadsAgain() throws Exception {
        follow();
        WebSocket socket = connected();
        socket.send("add one B");
        awaitCodes("A", "B");
        capable.sets.put("one", List.of("X", "Y"));
        socket.close(1001, "going away");
        connected();
        awaitCodes("X", "Y");
    }

    @Test
    void whatChangesWhileASetIsLoadedIsAppliedToIt() throws Exception {
        follow();
        WebSocket socket = connected();
        // Each message is handled before the next, so the load that the first one starts is under way or over.
        for (int i = 0; i < 50; i++) {
            socket.send("reload one");
            socket.send("add one B" + i);
            String code = "B" + i;
            await().untilAsserted(
                            () -> assertThat(registry.catalog().find(code)).isPresent());
        }
    }

    @Test
    void aSetThatHasChangedAndCannotBeLoadedIsTriedAgain() throws Exception {
        follow();
        WebSocket socket = connected();
        capable.failures.set(3);
        capable.sets.put("one", List.of("X"));
        socket.send("reload one");
        awaitCodes("X");
        assertThat(capable.failures).hasValue(0);
        assertThat(registry.failures()).isEmpty();
    }

    @Test
    void aChangeThatNeverEndsHoldsNothingUp() throws Exception {
        follow();
        try {
            connected().send("hang one");
            capable.hanging.await();
            assertThat(CompletableFuture.supplyAsync(registry::status)).succeedsWithin(Duration.ofSeconds(20));
            capable.sets.put("one", List.of("X"));
            assertThat(registry.refresh()).succeedsWithin(Duration.ofSeconds(20));
            awaitCodes("X");
        } finally {
            capable.release.countDown();
        }
    }

    @Test
    void aChangeThatComesBeforeTheFirstAnswerIsNotLost() throws Exception {
        capable.sets.put("channel", List.of("C"));
        follow();
        WebSocket socket = connected();
        EmoteRoom first = registry.openRoom();
        first.addChannel(Capable.ID, "channel").join();
        assertThat(hear()).isEqualTo("subscribe channel");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        capable.beforeAnswer = () -> {
            asked.countDown();
            answer.await();
        };
        EmoteRoom second = registry.openRoom();
        CompletableFuture<EmoteSourceStatus> loading = second.addChannel(Capable.ID, "channel");
        asked.await();
        socket.send("add channel D");
        await().untilAsserted(() -> assertThat(first.catalog().find("D")).isPresent());
        // Handled by all sources once the next message is.
        socket.send("add one E");
        await().untilAsserted(() -> assertThat(registry.catalog().find("E")).isPresent());
        answer.countDown();
        loading.join();
        assertThat(second.catalog().find("D")).isPresent();
    }

    @Test
    void aFailureIsToldToListeners() throws Exception {
        follow();
        connected();
        CountDownLatch told = new CountDownLatch(1);
        registry.onChange(told::countDown);
        capable.failures.set(1);
        registry.refresh().join();
        told.await();
        assertThat(registry.failures()).hasSize(1);
    }

    @Test
    void aChannelIsSubscribedToAndLeftWithItsRoom() throws Exception {
        capable.sets.put("channel", List.of("C"));
        follow();
        WebSocket socket = connected();
        EmoteRoom room = registry.openRoom();
        room.addChannel(Capable.ID, "channel").join();
        assertThat(hear()).isEqualTo("subscribe channel");
        socket.send("add channel D");
        await().untilAsserted(() -> assertThat(room.catalog().find("D")).isPresent());
        assertThat(registry.catalog().find("D")).isEmpty();
        room.close();
        assertThat(hear()).isEqualTo("unsubscribe channel");
    }

    @Test
    void aServerThatIsSilentForTooLongIsLeft() throws Exception {
        capable.patience = Duration.ofMillis(1);
        follow();
        assertThat(sockets.poll(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(sockets.poll(20, TimeUnit.SECONDS)).as("the next connection").isNotNull();
        assertThat(capable.conversations).contains("closed 1006");
    }

    @Test
    void theCloseCodeIsTheProvidersToJudge() throws Exception {
        capable.retry = Retry.NEVER;
        follow();
        connected().close(4004, "go away");
        await().until(() -> capable.conversations.contains("closed 4004"));
        await().untilAsserted(() -> assertThat(registry.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.message()).contains("4004")));
        registry.refresh().join();
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aProviderThatCrashesOnAMessageIsConnectedAgain() throws Exception {
        follow();
        connected().send("crash");
        WebSocket next = connected();
        next.send("add one B");
        awaitCodes("A", "B");
    }

    @Test
    void aChangeThatCannotBeMadeIsReportedAndChangesNothing() throws Exception {
        follow();
        WebSocket socket = connected();
        for (String broken : List.of("foreign one", "breakchange one")) {
            socket.send(broken);
            await().untilAsserted(() -> assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsExactly(Reason.CRASHED));
            awaitCodes("A");
            registry.refresh().join();
            assertThat(registry.failures()).isEmpty();
        }
    }

    @Test
    void aProviderMayCloseForGood() throws Exception {
        follow();
        connected().send("close NEVER");
        assertThat(hear()).isEqualTo("closing 1000");
        registry.refresh().join();
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aProviderThatWantsToComeLaterIsNotConnectedAtOnce() throws Exception {
        follow();
        connected().send("close LATER");
        assertThat(hear()).isEqualTo("closing 1000");
        registry.refresh().join();
        registry.followLiveUpdates();
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void aServerThatRefusesTheConnectionIsAskedAgain() throws Exception {
        refusals.addAll(List.of(503, 401));
        follow();
        connected();
        assertThat(server.getRequestCount()).isEqualTo(3);
    }

    @Test
    void aMessageThatIsTooLongEndsTheConnection() throws Exception {
        follow();
        connected().send("x".repeat(1024 * 1024 + 1));
        connected();
        assertThat(capable.conversations).noneMatch(text -> text.length() > 1024);
    }

    @Test
    void anAddressThatNoSettingNamesIsNotConnected() {
        capable.live = URI.create("ws://127.0.0.1:1/live");
        follow();
        await().untilAsserted(() -> assertThat(registry.failures())
                .extracting(EmoteProviderFailure::reason)
                .containsExactly(Reason.ADDRESS_REFUSED));
    }

    @Test
    void closingEndsTheConnection() throws Exception {
        follow();
        connected();
        registry.close();
        assertThat(hear()).startsWith("closing");
    }
}
