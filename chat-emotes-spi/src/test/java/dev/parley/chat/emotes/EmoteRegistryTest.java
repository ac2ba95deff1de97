package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.emotes.EmoteLoadException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmoteRegistryTest {
    /** A provider made of parts. */
    private record Fake(String id, Function<EmoteSettings, EmoteProvider> maker) implements EmoteProviderFactory {
        static Fake of(String id, EmoteSource... sources) {
            return new Fake(id, settings -> () -> List.of(sources));
        }

        @Override
        public String displayName() {
            return "Fake " + id;
        }

        @Override
        public List<EmoteSetting> settings() {
            return List.of(new EmoteSetting(id + ".key", "A key."));
        }

        @Override
        public EmoteProvider create(EmoteSettings settings) {
            return maker.apply(settings);
        }
    }

    private static EmoteSet set(String provider, String... codes) {
        EmoteSet.Builder builder = EmoteSet.builder();
        for (String code : codes) {
            builder.add(Emote.builder(new EmoteId(provider, "id-" + code), code).build());
        }
        return builder.build();
    }

    private static EmoteSource source(String name, Supplier<EmoteSet> loader) {
        return EmoteSource.of(name, EmoteScope.GLOBAL, context -> loader.get());
    }

    private static EmoteSource failing(String name, Throwable error) {
        return EmoteSource.of(name, EmoteScope.GLOBAL, context -> {
            EmoteRegistryTest.<RuntimeException>sneakyThrow(error);
            return EmoteSet.empty();
        });
    }

    @SuppressWarnings("unchecked") // Also a plugin in another language may throw what it did not declare.
    private static <T extends Throwable> void sneakyThrow(Throwable error) throws T {
        throw (T) error;
    }

    private static EmoteRegistry registry(EmoteProviderFactory... factories) {
        EmoteRegistry.Builder builder = EmoteRegistry.builder().withoutDiscovery();
        List.of(factories).forEach(builder::factory);
        return builder.build();
    }

    @Test
    void theCatalogIsEmptyBeforeTheFirstRefreshAndMergedAfterIt() {
        try (EmoteRegistry registry = registry(
                Fake.of("b", source("one", () -> set("b", "X", "Y"))),
                Fake.of("a", source("one", () -> set("a", "Y", "Z"))))) {
            assertThat(registry.catalog().size()).isZero();

            List<EmoteSourceStatus> status = registry.refresh().join();

            assertThat(registry.catalog().emotes())
                    .extracting(Emote::toString)
                    .containsExactly("Emote[b/id-X X]", "Emote[b/id-Y Y]", "Emote[a/id-Z Z]");
            assertThat(status).extracting(EmoteSourceStatus::emoteCount).containsExactly(2, 2);
            assertThat(registry.failures()).isEmpty();
        }
    }

    @Test
    void theOrderOfProvidersCanBeChosen() {
        try (EmoteRegistry registry = EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(Fake.of("b", source("one", () -> set("b", "X"))))
                .factory(Fake.of("a", source("one", () -> set("a", "X"))))
                .providerOrder(List.of("a", "unknown"))
                .build()) {
            registry.refresh().join();

            assertThat(registry.providers()).extracting(EmoteProviderInfo::id).containsExactly("a", "b");
            assertThat(registry.catalog().find("X").orElseThrow().id().providerId())
                    .isEqualTo("a");
        }
    }

    @Test
    void unlistedEmotesAppearOnlyIfAskedFor() {
        EmoteSet hidden = EmoteSet.builder()
                .add(Emote.builder(new EmoteId("a", "1"), "H")
                        .visibility(EmoteVisibility.UNLISTED)
                        .build())
                .build();
        EmoteRegistry.Builder builder =
                EmoteRegistry.builder().withoutDiscovery().factory(Fake.of("a", source("one", () -> hidden)));
        try (EmoteRegistry without = builder.build();
                EmoteRegistry with = builder.includeUnlisted().build()) {
            without.refresh().join();
            with.refresh().join();

            assertThat(without.catalog().size()).isZero();
            assertThat(with.catalog().size()).isEqualTo(1);
        }
    }

    @Test
    void aFailedLoadKeepsTheLastGoodSetAndIsReportedUntilItSucceeds() {
        AtomicInteger round = new AtomicInteger();
        EmoteSource flaky = EmoteSource.of("flaky", EmoteScope.GLOBAL, context -> {
            if (round.incrementAndGet() == 2) {
                throw new EmoteLoadException(Reason.SERVER_ERROR, "status 503");
            }
            return set("a", "X" + round.get());
        });
        try (EmoteRegistry registry = registry(Fake.of("a", flaky))) {
            registry.refresh().join();
            EmoteCatalog good = registry.catalog();
            registry.refresh().join();

            assertThat(registry.catalog()).isSameAs(good);
            assertThat(registry.failures())
                    .containsExactly(new EmoteProviderFailure("a", "flaky", Reason.SERVER_ERROR, "status 503"));

            registry.refresh().join();
            assertThat(registry.failures()).isEmpty();
            assertThat(registry.catalog().find("X3")).isPresent();
            assertThat(registry.catalog().find("X1")).isEmpty();
            assertThat(good.find("X1")).isPresent();
        }
    }

    @Test
    void anEmptySetIsAGoodAnswer() {
        AtomicInteger round = new AtomicInteger();
        EmoteSource source = source("one", () -> round.incrementAndGet() == 1 ? set("a", "X") : EmoteSet.empty());
        try (EmoteRegistry registry = registry(Fake.of("a", source))) {
            registry.refresh().join();
            registry.refresh().join();

            assertThat(registry.catalog().size()).isZero();
            assertThat(registry.failures()).isEmpty();
        }
    }

    @Test
    @SuppressWarnings("NullAway") // A plugin may return null in spite of the contract.
    void whateverASourceThrowsIsReportedAndTouchesNoOther() {
        try (EmoteRegistry registry = registry(Fake.of(
                "a",
                failing("exception", new IllegalStateException("oops")),
                failing("error", new AssertionError("oops")),
                failing("checked", new IOException("oops")),
                failing("stack", new StackOverflowError()),
                failing("missing class", new NoClassDefFoundError("some/Type")),
                source("null", () -> null),
                source("forged", () -> set("b", "Forged")),
                source("good", () -> set("a", "X"))))) {
            registry.refresh().join();

            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsOnly(Reason.CRASHED);
            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::what)
                    .containsExactly("exception", "error", "checked", "stack", "missing class", "null", "forged");
            assertThat(registry.catalog().emotes()).extracting(Emote::code).containsExactly("X");
        }
    }

    @Test
    @SuppressWarnings("NullAway") // A plugin may return null in spite of the contract.
    void whateverAPluginThrowsWhileItIsSetUpIsReportedAndHidesNoOther() {
        try (EmoteRegistry registry = registry(
                new Fake("Bad Id", settings -> List::of),
                new Fake("throws", settings -> {
                    throw new IllegalStateException("oops");
                }),
                new Fake("null", settings -> null),
                new Fake("nosources", settings -> () -> null),
                new Fake("setting", settings -> {
                    throw new IllegalArgumentException("setting.key must be a number");
                }),
                Fake.of("good", source("one", () -> set("good", "X"))),
                Fake.of("good", source("one", () -> set("good", "Y"))),
                Fake.of("twice", source("one", EmoteSet::empty), source("one", EmoteSet::empty)))) {
            assertThat(registry.failures())
                    .extracting(failure -> failure.provider() + " " + failure.what() + " " + failure.reason())
                    .containsExactly(
                            Fake.class.getName() + " plugin BROKEN_PLUGIN",
                            "throws plugin BROKEN_PLUGIN",
                            "null plugin BROKEN_PLUGIN",
                            "nosources plugin BROKEN_PLUGIN",
                            "setting setting BAD_SETTING",
                            "good plugin BROKEN_PLUGIN",
                            "twice one BROKEN_PLUGIN");
            registry.refresh().join();
            assertThat(registry.catalog().emotes()).extracting(Emote::code).containsExactly("X");
        }
    }

    @Test
    void aSettingThatNoProviderKnowsIsReported() {
        try (EmoteRegistry registry = EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(Fake.of("a"))
                .setting("a.key", "1")
                .setting("a.kye", "1")
                .setting("b.key", "1")
                .build()) {
            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::what)
                    .containsExactly("setting a.kye", "setting b.key");
        }
    }

    @Test
    void atMost64SourcesOfAProviderAreUsed() {
        List<EmoteSource> sources = new ArrayList<>();
        for (int i = 0; i < EmoteProvider.MAX_SOURCES; i++) {
            sources.add(source("s" + i, EmoteSet::empty));
        }
        try (EmoteRegistry all = registry(Fake.of("a", sources.toArray(new EmoteSource[0])))) {
            assertThat(all.failures()).isEmpty();
        }
        sources.add(source("one more", EmoteSet::empty));
        try (EmoteRegistry tooMany = registry(Fake.of("a", sources.toArray(new EmoteSource[0])))) {
            assertThat(tooMany.failures()).hasSize(1);
            assertThat(tooMany.status()).hasSize(EmoteProvider.MAX_SOURCES);
        }
    }

    @Test
    void aSourceThatHangsIsGivenUpAndDoesNotHoldUpTheOthers() {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        EmoteSource hanging = EmoteSource.of("hanging", EmoteScope.GLOBAL, context -> {
            try {
                never.await();
                return EmoteSet.empty();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });
        try (EmoteRegistry registry = EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(Fake.of("a", hanging, source("good", () -> set("a", "X"))))
                .loadTimeout(Duration.ofSeconds(2))
                .build()) {
            registry.refresh().join();

            assertThat(registry.catalog().find("X")).isPresent();
            assertThat(registry.failures())
                    .extracting(EmoteProviderFailure::reason)
                    .containsExactly(Reason.TIMED_OUT);
            assertThat(interrupted).satisfies(CountDownLatch::await);
        }
    }

    @Test
    void aSourceThatIgnoresInterruptionIsNotStartedAgainBeforeItIsDone() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger started = new AtomicInteger();
        EmoteSource stubborn = source("stubborn", () -> {
            started.incrementAndGet();
            boolean done = false;
            while (!done) {
                try {
                    release.await();
                    done = true;
                } catch (InterruptedException e) {
                    // Ignores it: that is the point of this test.
                    done = false;
                }
            }
            return set("a", "TooLate");
        });
        try (EmoteRegistry registry = EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(Fake.of("a", stubborn))
                .loadTimeout(Duration.ofSeconds(2))
                .build()) {
            registry.refresh().join();
            registry.refresh().join();

            assertThat(started).hasValue(1);
            assertThat(registry.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.message()).contains("still busy"));
            release.countDown();
            assertThat(registry.catalog().size()).isZero();
        }
    }

    @Test
    void refreshesAtTheSameTimeShareOneLoad() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger loads = new AtomicInteger();
        EmoteSource slow = EmoteSource.of("slow", EmoteScope.GLOBAL, context -> {
            loads.incrementAndGet();
            release.await();
            return set("a", "X");
        });
        try (EmoteRegistry registry = registry(Fake.of("a", slow))) {
            CompletableFuture<?> first = registry.refresh();
            CompletableFuture<?> second = registry.refresh();
            release.countDown();
            first.join();
            second.join();
            assertThat(loads).hasValue(1);

            for (int i = 2; i < 50; i++) {
                registry.refresh().join();
                assertThat(loads).hasValue(i);
                assertThat(registry.failures()).isEmpty();
            }
        }
    }

    @Test
    void closingBreaksOffLoadsAndStopsTheThreads() throws Exception {
        CompletableFuture<Thread> entered = new CompletableFuture<>();
        EmoteSource hanging = EmoteSource.of("hanging", EmoteScope.GLOBAL, context -> {
            entered.complete(Thread.currentThread());
            new CountDownLatch(1).await();
            return EmoteSet.empty();
        });
        EmoteRegistry registry = registry(Fake.of("a", hanging));
        CompletableFuture<?> refresh = registry.refresh();
        Thread loader = entered.join();
        assertThat(loader.getName()).startsWith("parley-emotes-load-");
        assertThat(loader.isDaemon()).isTrue();

        registry.close();
        registry.close();

        loader.join();
        assertThatThrownBy(refresh::join).hasRootCauseInstanceOf(CancellationException.class);
        assertThatThrownBy(registry::refresh).isInstanceOf(IllegalStateException.class);
        assertThat(registry.catalog().size()).isZero();
    }

    @Test
    void limitsHaveLowerBounds() {
        EmoteRegistry.Builder builder = EmoteRegistry.builder().withoutDiscovery();
        builder.maxAnswerBytes(1).fetchTimeout(Duration.ofMillis(1)).loadTimeout(Duration.ofMillis(1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxAnswerBytes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.fetchTimeout(Duration.ofNanos(999_999)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.loadTimeout(Duration.ZERO));
    }
}
