package dev.parley.chat.testkit.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every emote provider has to keep. Extend it in the provider's tests and supply the factory and what its server
 * would answer; no network is used.
 *
 * <pre>{@code
 * class PartyEmotesContractTest extends EmoteProviderContract {
 *     protected EmoteProviderFactory factory() { return new PartyEmotes(); }
 *     protected Map<String, String> settings() { return Map.of("party.url", "https://recorded.example"); }
 *     protected Map<String, String> answers() { return Map.of("/emotes.json", "[...]"); }
 *     protected Set<String> expectedCodes() { return Set.of("PartyParrot"); }
 * }
 * }</pre>
 */
public abstract class EmoteProviderContract {
    private static final int DAMAGED_ANSWERS = 300;

    /** For subclasses. */
    protected EmoteProviderContract() {}

    /**
     * Makes the factory under test.
     *
     * @return a new factory
     */
    protected abstract EmoteProviderFactory factory();

    /**
     * Gives the settings with which the provider asks for what {@link #answers()} holds.
     *
     * @return values by key
     */
    protected abstract Map<String, String> settings();

    /**
     * Gives what the server answers.
     *
     * @return UTF-8 bodies by path and query; any other address is answered with 404
     */
    protected abstract Map<String, String> answers();

    /**
     * Names the codes of all emotes that the answers hold, unlisted ones included.
     *
     * @return the codes
     */
    protected abstract Set<String> expectedCodes();

    /**
     * Tells whether a cut answer can be told from a complete one, as in JSON. If so, it must fail.
     *
     * @return true by default
     */
    protected boolean cutAnswersAreRecognisable() {
        return true;
    }

    /** The service loader finds the factory, so it works as a plugin. */
    @Test
    protected void theServiceLoaderFindsTheFactory() {
        assertThat(ServiceLoader.load(
                                EmoteProviderFactory.class, factory().getClass().getClassLoader())
                        .stream()
                        .map(ServiceLoader.Provider::type))
                .contains(factory().getClass());
    }

    /** The id and the names have their form and do not change. */
    @Test
    protected void theFactorySaysWhoItIs() {
        assertThat(factory().id())
                .matches(EmoteId.PROVIDER_ID_PATTERN)
                .isEqualTo(factory().id());
        assertThat(factory().displayName()).isNotBlank();
        assertThat(factory().settings())
                .allSatisfy(setting ->
                        assertThat(setting.key()).startsWith(factory().id() + "."))
                .allSatisfy(setting -> assertThat(setting.description()).isNotBlank())
                .extracting(EmoteSetting::key)
                .doesNotHaveDuplicates()
                .containsAll(settings().keySet());
    }

    /** Without any setting the provider can be made. */
    @Test
    protected void noSettingIsNeeded() {
        assertThat(factory().create(EmoteSettings.of(Map.of(), factory().id())).sources())
                .doesNotContainNull();
    }

    /** A setting with nonsense in it is either understood or refused by name, never a crash. */
    @Test
    protected void aBadSettingIsRefusedByName() {
        for (EmoteSetting setting : factory().settings()) {
            for (String nonsense : List.of("\u0000", "://", "https://", "a b\tc", "%zz", "[", "x".repeat(10_000))) {
                EmoteSettings settings = EmoteSettings.of(
                        Map.of(setting.key(), nonsense), factory().id());
                try {
                    factory().create(settings).sources();
                } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageContaining(setting.key());
                }
            }
        }
    }

    /** The sources have distinct names, a scope, and stay the same. */
    @Test
    protected void theSourcesAreDistinctAndStable() {
        assertThat(sources()).isNotEmpty().extracting(EmoteSource::name).doesNotHaveDuplicates();
        assertThat(sources()).extracting(EmoteSource::scope).doesNotContainNull();
        assertThat(sources())
                .extracting(EmoteSource::name)
                .isEqualTo(sources().stream().map(EmoteSource::name).toList());
    }

    /** From the recorded answers come the expected emotes, all of this provider. */
    @Test
    protected void theRecordedAnswersGiveTheExpectedEmotes() throws Exception {
        List<Emote> emotes = loadAll(RecordedAnswers.of(answers()));

        assertThat(emotes).extracting(Emote::code).containsAll(expectedCodes());
        assertThat(expectedCodes()).containsAll(emotes.stream().map(Emote::code).toList());
        assertThat(emotes)
                .allSatisfy(emote ->
                        assertThat(emote.id().providerId()).isEqualTo(factory().id()));
        assertThat(emotes).allSatisfy(emote -> assertThat(emote.images()).isNotEmpty());
    }

    /** The same answers give the same emotes in the same order. */
    @Test
    protected void loadingIsDeterministic() throws Exception {
        assertThat(loadAll(RecordedAnswers.of(answers()))).isEqualTo(loadAll(RecordedAnswers.of(answers())));
    }

    /** Every address asked for is one that a registry would let through. */
    @Test
    protected void onlyWebAddressesAreAskedFor() throws Exception {
        RecordedAnswers answers = RecordedAnswers.of(answers());
        loadAll(answers);

        assertThat(answers.fetched()).isNotEmpty().allSatisfy(address -> {
            assertThat(address.getScheme()).isIn("https", "http");
            assertThat(address.getHost()).isNotBlank();
            assertThat(address.getRawUserInfo()).isNull();
        });
    }

    /** What a fetch fails with is passed on, so that the registry can tell why. */
    @Test
    protected void aFailedFetchFailsTheSource() {
        for (Reason reason : Reason.values()) {
            EmoteLoadException failure = new EmoteLoadException(reason, "as the test wants it");
            for (EmoteSource source : sources()) {
                assertThatThrownBy(
                                () -> source.load(RecordedAnswers.of(Map.of()).failing(failure)))
                        .isSameAs(failure);
            }
        }
    }

    /** A load that is given up ends as such. */
    @Test
    protected void anInterruptedFetchEndsTheLoad() {
        EmoteContext interrupted = address -> {
            throw new InterruptedException("as the test wants it");
        };
        for (EmoteSource source : sources()) {
            assertThatThrownBy(() -> source.load(interrupted)).isInstanceOf(InterruptedException.class);
        }
    }

    /** Where the server has nothing, a source is empty or fails as it should. */
    @Test
    protected void missingAnswersDoNoHarm() throws Exception {
        for (EmoteSource source : sources()) {
            @Nullable EmoteSet set = loadOrFail(source, RecordedAnswers.of(Map.of()), "nothing there");
            if (set != null) {
                assertThat(set.emotes()).isEmpty();
            }
        }
    }

    /** A cut answer fails; it does not replace a good set with a smaller one. */
    @Test
    protected void aCutAnswerFails() throws Exception {
        if (!cutAnswersAreRecognisable()) {
            return;
        }
        Random random = new Random(1);
        for (int i = 0; i < DAMAGED_ANSWERS; i++) {
            double kept = random.nextDouble();
            RecordedAnswers cut = RecordedAnswers.of(answers())
                    .changing(body -> Arrays.copyOf(body, (int) (lengthWithoutSpace(body) * kept)));
            for (EmoteSource source : sources()) {
                int before = cut.fetched().size();
                @Nullable EmoteSet set = loadOrFail(source, cut, "cut at " + kept);
                boolean hadAnswer = cut.fetched().subList(before, cut.fetched().size()).stream()
                        .anyMatch(address -> answers().containsKey(address.getRawPath()));
                if (hadAnswer && set != null) {
                    fail(
                            "cut at %s, %s gave %s emotes",
                            kept, source.name(), set.emotes().size());
                }
            }
        }
    }

    /** Whatever the answer, a source gives a set or fails as it should; it never crashes. */
    @Test
    protected void garbageDoesNoHarm() throws Exception {
        List<String> garbage = new ArrayList<>(List.of(
                "",
                " ",
                "null",
                "0",
                "\"\"",
                "{}",
                "[]",
                "[null]",
                "[[]]",
                "{\"emotes\":[null,0,\"\",[],{}]}",
                "<!doctype html><title>502</title>",
                "\uFEFF{}",
                "{\"id\":1e999999999}"));
        garbage.add("[".repeat(100_000));
        garbage.add("{\"a\":".repeat(100_000));
        garbage.add("[" + "9".repeat(100_000) + "]");
        for (String body : garbage) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            assertNoCrash(anything -> bytes.clone(), body.substring(0, Math.min(40, body.length())));
        }
        for (long seed = 0; seed < DAMAGED_ANSWERS; seed++) {
            Random random = new Random(seed);
            assertNoCrash(body -> damage(body, random), "seed " + seed);
        }
    }

    /** A registry takes the provider in without complaint. */
    @Test
    protected void aRegistryAcceptsTheProvider() {
        try (EmoteRegistry registry = EmoteRegistry.builder()
                .withoutDiscovery()
                .factory(factory())
                .settings(settings())
                .build()) {
            assertThat(registry.failures()).isEmpty();
            assertThat(registry.providers())
                    .singleElement()
                    .satisfies(info -> assertThat(info.id()).isEqualTo(factory().id()));
            assertThat(registry.status()).hasSameSizeAs(sources());
        }
    }

    private List<EmoteSource> sources() {
        return factory().create(EmoteSettings.of(settings(), factory().id())).sources();
    }

    private List<Emote> loadAll(EmoteContext context) throws EmoteLoadException, InterruptedException {
        List<EmoteCatalog.Layer> layers = new ArrayList<>();
        for (EmoteSource source : sources()) {
            layers.add(new EmoteCatalog.Layer(source.scope(), source.load(context)));
        }
        return EmoteCatalog.ofAllIncludingUnlisted(layers).emotes();
    }

    private void assertNoCrash(UnaryOperator<byte[]> change, String what) throws InterruptedException {
        for (EmoteSource source : sources()) {
            loadOrFail(source, RecordedAnswers.of(answers()).changing(change), what);
        }
    }

    /** Loads a set; null if that failed as it should. */
    private static @Nullable EmoteSet loadOrFail(EmoteSource source, EmoteContext context, String what)
            throws InterruptedException {
        try {
            EmoteSet set = source.load(context);
            assertThat(set).as("%s: the set of %s", what, source.name()).isNotNull();
            return set;
        } catch (EmoteLoadException e) {
            assertThat(e.getMessage()).as(what).isNotBlank();
            return null;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what + ": " + source.name() + " crashed", e);
        }
    }

    private static int lengthWithoutSpace(byte[] body) {
        int end = body.length;
        while (end > 0 && body[end - 1] <= ' ') {
            end--;
        }
        return end;
    }

    private static byte[] damage(byte[] body, Random random) {
        int changes = 1 + random.nextInt(8);
        for (int i = 0; i < changes && body.length > 0; i++) {
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        }
        return body;
    }
}
