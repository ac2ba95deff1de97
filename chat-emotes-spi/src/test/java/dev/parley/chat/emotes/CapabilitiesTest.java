package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.emotes.EmoteLoadException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Search, upload, rooms and the cache, as the registry offers them; live updates have a test of their own. */
@Timeout(60)
class CapabilitiesTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private final Capable capable = new Capable();

    private EmoteRegistry.Builder builder() {
        return EmoteRegistry.builder().withoutDiscovery().factory(capable).searchDelay(Duration.ofMillis(1));
    }

    private static List<String> codes(EmoteCatalog catalog) {
        return catalog.emotes().stream().map(Emote::code).toList();
    }

    private static List<String> codes(EmoteSearchResult result) {
        return result.emotes().stream().map(Emote::code).toList();
    }

    @Test
    void providersAreFoundByCapability() {
        try (EmoteRegistry registry = builder().build()) {
            assertThat(registry.providersWith(EmoteSearch.class)).containsExactly(Capable.ID);
            assertThat(registry.providersWith(EmoteProviderFactory.class)).containsExactly(Capable.ID);
            assertThat(registry.providersWith(Runnable.class)).isEmpty();
        }
    }

    // Search

    @Test
    void aSearchFindsWhatCanBeTypedAndThenWhatTheServerKnows() {
        capable.sets.put("one", List.of("catJAM", "dog", "bigcat"));
        capable.searcher = (query, context) -> List.of(Capable.emote("catnip"), Capable.emote("catJAM"));
        try (EmoteRegistry registry = builder().build()) {
            registry.refresh().join();

            EmoteSearchResult result = registry.search(" cat ", 10).join();

            assertThat(codes(result)).containsExactly("catJAM", "bigcat", "catnip");
            assertThat(result.failures()).isEmpty();
            assertThat(result.superseded()).isFalse();
            assertThat(codes(registry.search("cat", 2).join())).containsExactly("catJAM", "bigcat");
        }
    }

    @Test
    void emotesAreFoundByTheirTagsAfterThoseFoundByTheirNames() {
        EmoteSet set = EmoteSet.builder()
                .add(Capable.emote("1", "tagged").tags(List.of("feline", "cat")).build())
                .add(Capable.emote("cat"))
                .build();
        EmoteCatalog catalog = EmoteCatalog.of(List.of(new EmoteCatalog.Layer(EmoteScope.GLOBAL, set)));

        assertThat(EmoteCompletion.matches("cat", catalog, 10))
                .extracting(Emote::code)
                .containsExactly("cat", "tagged");
    }

    @Test
    void aServerThatDoesNotAnswerIsReportedAndTheRestIsFound() {
        capable.sets.put("one", List.of("cat"));
        capable.searcher = (query, context) -> {
            throw new EmoteLoadException(Reason.SERVER_ERROR, "it is down");
        };
        try (EmoteRegistry registry = builder().build()) {
            registry.refresh().join();

            EmoteSearchResult result = registry.search("cat", 10).join();

            assertThat(codes(result)).containsExactly("cat");
            assertThat(result.failures())
                    .containsExactly(new EmoteProviderFailure(Capable.ID, "search", Reason.SERVER_ERROR, "it is down"));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // A plugin may give null although it must not.
    void nullsAndForeignEmotesOfASearchAreReported() {
        try (EmoteRegistry registry = builder().build()) {
            capable.searcher = (query, context) -> null;
            assertThat(registry.search("a", 10).join().failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsExactly(Reason.CRASHED);
            capable.searcher = (query, context) ->
                    List.of(Emote.builder(new EmoteId("other", "1"), "F").build());
            assertThat(registry.search("b", 10).join().failures())
                    .extracting(EmoteProviderFailure::message)
                    .containsExactly("gives emotes of another provider");
        }
    }

    @Test
    void theSameQuestionIsAskedOnce() {
        capable.searcher = (query, context) -> List.of(Capable.emote("catnip"));
        try (EmoteRegistry registry = builder().build()) {
            registry.search("cat", 10).join();
            assertThat(codes(registry.search("cat", 10).join())).containsExactly("catnip");
            registry.search("dog", 10).join();
        }
        assertThat(capable.queries).containsExactly("cat", "dog");
    }

    @Test
    void aSearchThatComesWhileOneTypesSupersedesTheOneBefore() {
        capable.sets.put("one", List.of("cat"));
        EmoteRegistry registry = builder().searchDelay(NEVER).build();
        registry.refresh().join();
        CompletableFuture<EmoteSearchResult> first = registry.search("c", 10);
        CompletableFuture<EmoteSearchResult> second = registry.search("ca", 10);

        assertThat(first.join().superseded()).isTrue();
        assertThat(codes(first.join())).containsExactly("cat");
        assertThat(second).isNotDone();
        registry.close();
        assertThat(capable.queries).isEmpty();
    }

    @Test
    void oneQuestionIsAskedAtATimeAndOfThoseThatWaitTheLast() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        capable.searcher = (query, context) -> {
            asked.countDown();
            answer.await();
            return List.of(Capable.emote(query));
        };
        try (EmoteRegistry registry = builder().build()) {
            CompletableFuture<EmoteSearchResult> first = registry.search("first", 10);
            asked.await();
            CompletableFuture<EmoteSearchResult> second = registry.search("second", 10);
            CompletableFuture<EmoteSearchResult> third = registry.search("third", 10);
            assertThat(second.join().superseded()).isTrue();
            answer.countDown();

            assertThat(codes(first.join())).containsExactly("first");
            assertThat(codes(third.join())).containsExactly("third");
        }
        assertThat(capable.queries).containsExactly("first", "third");
    }

    @Test
    void aServerThatWantsAPauseIsNotAsked() {
        capable.searcher = (query, context) -> {
            context.pause(Duration.ofMinutes(1));
            return List.of(Capable.emote("last"));
        };
        try (EmoteRegistry registry = builder().build()) {
            assertThat(codes(registry.search("a", 10).join())).containsExactly("last");
            assertThat(registry.search("b", 10).join().failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsExactly(Reason.RATE_LIMITED);
            assertThat(codes(registry.search("a", 10).join()))
                    .as("is remembered")
                    .containsExactly("last");
        }
        assertThat(capable.queries).containsExactly("a");
    }

    @Test
    void aQueryIsCutAndAnEmptyOneAsksNobody() {
        capable.sets.put("one", List.of("cat"));
        try (EmoteRegistry registry = builder().build()) {
            registry.refresh().join();
            registry.search("x".repeat(1_000), 10).join();
            assertThat(capable.queries).containsExactly("x".repeat(EmoteSearch.MAX_QUERY_CHARS));
            registry.search("\uD83D\uDE00".repeat(1_000), 10).join();
            assertThat(capable.queries.get(1)).hasSize(EmoteSearch.MAX_QUERY_CHARS);

            assertThat(codes(registry.search("  ", 10).join())).containsExactly("cat");
            assertThat(capable.queries).hasSize(2);
            assertThatIllegalArgumentException().isThrownBy(() -> registry.search("x", 0));
            assertThatIllegalArgumentException().isThrownBy(() -> registry.search("x", EmoteSearch.MAX_RESULTS + 1));
        }
    }

    // Upload

    @Test
    void anUploadedEmoteCanBeTypedAndARemovedOneCannot() {
        capable.sets.put("one", List.of("cat"));
        NewEmote dog = new NewEmote("dog", EmoteImageFormat.PNG, new byte[] {1}, null);
        try (EmoteRegistry registry = builder().build()) {
            registry.refresh().join();

            assertThat(registry.upload(Capable.ID, dog).join().code()).isEqualTo("dog");
            assertThat(codes(registry.catalog())).containsExactly("cat", "dog");
            assertThat(registry.uploaded(Capable.ID).join()).hasSize(2);
            assertThatThrownBy(() -> registry.upload(Capable.ID, dog).join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            EmoteLoadException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.CODE_TAKEN));

            registry.remove(Capable.ID, "cat").join();
            assertThat(codes(registry.catalog())).containsExactly("dog");
            assertThatIllegalArgumentException().isThrownBy(() -> registry.upload("nobody", dog));
        }
    }

    @Test
    void anUploadLoadsAnewWhatWasBeingLoadedBefore() throws Exception {
        capable.sets.put("one", List.of("cat"));
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (EmoteRegistry registry = builder().build()) {
            capable.beforeAnswer = () -> {
                asked.countDown();
                answer.await();
            };
            CompletableFuture<?> before = registry.refresh();
            asked.await();
            CompletableFuture<Emote> uploading =
                    registry.upload(Capable.ID, new NewEmote("dog", EmoteImageFormat.PNG, new byte[] {1}, null));
            registry.uploaded(Capable.ID).join();
            answer.countDown();
            uploading.join();
            before.join();
            assertThat(codes(registry.catalog())).containsExactly("cat", "dog");
        }
    }

    @Test
    void codesThatHaveOneHashAsStringsDoNotShareOneHere() {
        assertThat("AaAa".hashCode()).isEqualTo("BBBB".hashCode());
        assertThat(CodeText.hash("AaAa")).isNotEqualTo(CodeText.hash("BBBB"));
    }

    @Test
    void aSetThatWasLoadedWithOtherSettingsIsNotTakenFromTheDisk(@TempDir Path cache) {
        capable.sets.put("one", List.of("A"));
        try (EmoteRegistry registry = builder()
                .cache(cache)
                .setting("capable.live", "http://127.0.0.1:1")
                .build()) {
            registry.refresh().join();
        }
        try (EmoteRegistry registry = builder()
                .cache(cache)
                .setting("capable.live", "http://127.0.0.1:2")
                .build()) {
            registry.restore().join();
            assertThat(registry.catalog().size()).isZero();
        }
    }

    // Rooms

    @Test
    void aRoomHasTheEmotesOfItsChannelBesidesThoseOfTheRegistry() {
        capable.sets.put("one", List.of("A", "B"));
        capable.sets.put("channel", List.of("B", "C"));
        capable.sets.put("me", List.of("C"));
        try (EmoteRegistry registry = builder().build();
                EmoteRoom room = registry.openRoom();
                EmoteRoom other = registry.openRoom()) {
            registry.refresh().join();
            assertThat(codes(room.catalog())).containsExactly("A", "B");

            assertThat(room.addChannel(Capable.ID, "channel").join().emoteCount())
                    .isEqualTo(2);
            assertThat(codes(room.catalog())).containsExactly("B", "C", "A");
            room.addPersonal(Capable.ID, "me").join();
            assertThat(codes(room.catalog())).containsExactly("C", "B", "A");
            assertThat(codes(other.catalog())).containsExactly("A", "B");
            assertThat(codes(registry.catalog())).containsExactly("A", "B");
            assertThat(room.status()).extracting(EmoteSourceStatus::name).containsExactly("channel", "me");

            room.clearSources();
            assertThat(codes(room.catalog())).containsExactly("A", "B");
        }
    }

    @Test
    void whatTheProgramSuppliesComesBeforeTheChannel() {
        capable.sets.put("channel", List.of("B"));
        Emote own = Emote.builder(new EmoteId("room", "hash"), "B").build();
        try (EmoteRegistry registry = builder().build();
                EmoteRoom room = registry.openRoom()) {
            room.addChannel(Capable.ID, "channel").join();
            room.supply(EmoteSet.builder().add(own).build());
            assertThat(room.catalog().find("B")).contains(own);
            assertThat(room.catalog().find(new EmoteId(Capable.ID, "id-B"))).isPresent();
            assertThat(codes(room.search("B", 10).join())).containsExactly("B");

            room.supply(EmoteSet.empty());
            assertThat(room.catalog().find("B").orElseThrow().id().providerId()).isEqualTo(Capable.ID);
        }
    }

    @Test
    void aRoomFollowsTheRegistryAndTellsOfChanges() {
        capable.sets.put("one", List.of("A"));
        AtomicBoolean told = new AtomicBoolean();
        try (EmoteRegistry registry = builder().build();
                EmoteRoom room = registry.openRoom()) {
            room.onChange(() -> told.set(true));
            room.onChange(() -> {
                throw new IllegalStateException("a listener that throws");
            });
            registry.refresh().join();
            assertThat(codes(room.catalog())).containsExactly("A");
            assertThat(told).isTrue();
        }
    }

    @Test
    void aChannelThatIsNoneIsRefusedAndOneThatCannotBeHadIsReported() {
        try (EmoteRegistry registry = builder().build()) {
            EmoteRoom room = registry.openRoom();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> room.addChannel(Capable.ID, "no channel"))
                    .withMessage("a channel is a word");
            assertThatIllegalArgumentException().isThrownBy(() -> room.addChannel("nobody", "channel"));
            assertThat(room.addChannel(Capable.ID, "missing").join().failure())
                    .hasValueSatisfying(failure -> assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND));
            IntStream.range(1, EmoteRoom.MAX_SOURCES)
                    .mapToObj(i -> "x" + "y".repeat(i))
                    .forEach(channel -> room.addChannel(Capable.ID, channel).join());
            assertThatIllegalArgumentException().isThrownBy(() -> room.addChannel(Capable.ID, "more"));
            room.addChannel(Capable.ID, "missing").join();
            room.close();
            assertThatThrownBy(() -> room.addChannel(Capable.ID, "channel")).isInstanceOf(IllegalStateException.class);
        }
    }

    // The cache

    @Test
    void aRegistryStartsFromTheSetsThatWereLoadedBefore(@TempDir Path cache) {
        capable.sets.put("one", List.of("A", "B"));
        capable.sets.put("channel", List.of("C"));
        try (EmoteRegistry registry = builder().cache(cache).build();
                EmoteRoom room = registry.openRoom()) {
            registry.refresh().join();
            room.addChannel(Capable.ID, "channel").join();
        }
        capable.sets.clear();
        try (EmoteRegistry registry = builder().cache(cache).build();
                EmoteRoom room = registry.openRoom()) {
            List<EmoteSourceStatus> restored = registry.restore().join();
            assertThat(restored).extracting(EmoteSourceStatus::emoteCount).containsExactly(2);
            assertThat(codes(registry.catalog())).containsExactly("A", "B");

            List<EmoteSourceStatus> status = registry.refresh().join();
            assertThat(status.get(0).failure()).isPresent();
            assertThat(codes(registry.catalog())).as("the last good set").containsExactly("A", "B");
            room.addChannel(Capable.ID, "channel").join();
            assertThat(codes(room.catalog())).containsExactly("C", "A", "B");
        }
    }

    @Test
    void withoutACacheThereIsNothingToStartFrom() {
        capable.sets.put("one", List.of("A"));
        try (EmoteRegistry registry = builder().build()) {
            registry.restore().join();
            assertThat(registry.catalog().size()).isZero();
        }
    }

    // Swapping

    /** Version n of the set has n as the tag of every emote. */
    private static EmoteSet version(int n) {
        EmoteSet.Builder set = EmoteSet.builder();
        for (int i = 0; i < 200; i++) {
            set.add(Capable.emote("id" + i, "code" + i).tags(List.of("v" + n)).build());
        }
        return set.build();
    }

    @Test
    void aSwapIsNeverSeenHalfDone() throws Exception {
        EmoteSet[] versions =
                IntStream.range(0, 4).mapToObj(CapabilitiesTest::version).toArray(EmoteSet[]::new);
        AtomicBoolean swapping = new AtomicBoolean(true);
        String text = String.join(
                " ", IntStream.range(0, 200).mapToObj(i -> "code" + i).toList());
        try (EmoteRegistry registry = builder().build();
                EmoteRoom room = registry.openRoom()) {
            room.supply(versions[0]);
            CompletableFuture<Void> swaps = CompletableFuture.runAsync(() -> {
                for (int i = 0; swapping.get(); i++) {
                    room.supply(versions[i % versions.length]);
                }
            });
            try {
                for (int i = 0; i < 2_000; i++) {
                    EmoteCatalog catalog = room.catalog();
                    List<EmotePlacement> found = EmoteTokenizer.emotes(EmoteTokenizer.tokenize(text, catalog));
                    assertThat(found).hasSize(200);
                    assertThat(found.stream().map(each -> each.emote().tags()).distinct())
                            .hasSize(1);
                }
            } finally {
                swapping.set(false);
                swaps.join();
            }
        }
    }

    @Test
    void aClosedRegistryBreaksOffWhatWaits() {
        CountDownLatch never = new CountDownLatch(1);
        capable.searcher = (query, context) -> {
            never.await();
            return List.of();
        };
        EmoteRegistry registry = builder().build();
        CompletableFuture<EmoteSearchResult> search = registry.search("a", 10);
        registry.close();

        assertThatThrownBy(search::join).hasRootCauseInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> registry.search("a", 10)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(registry::openRoom).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(registry::restore).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(registry::followLiveUpdates).isInstanceOf(IllegalStateException.class);
    }
}
