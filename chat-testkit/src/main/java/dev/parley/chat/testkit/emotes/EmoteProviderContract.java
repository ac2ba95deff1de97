package dev.parley.chat.testkit.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import dev.parley.chat.emotes.ChannelSets;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteRequest;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSearch;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import dev.parley.chat.emotes.EmoteUpload;
import dev.parley.chat.emotes.LiveEmotes;
import dev.parley.chat.emotes.NewEmote;
import dev.parley.chat.emotes.PersonalSets;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every emote provider has to keep. Extend it in the provider's tests and supply the factory and what its server
 * would answer; no network is used. A capability that the provider has is tried as well, and the more, the more of the
 * optional methods below are overridden.
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

    /** For what returns at once where it is right; only who waits for ever waits so long. */
    private static final Duration CALL_LIMIT = Duration.ofSeconds(60);

    private static final Pattern SIMPLE_VALUE =
            Pattern.compile("\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|-?[0-9][0-9.eE+-]*+|true|false|null");
    private static final Pattern INNERMOST_VALUE = Pattern.compile("\\[[^\\[\\]{}]*+]|\\{[^\\[\\]{}]*+}");
    private static final List<String> OTHER_VALUES =
            List.of("null", "true", "-1", "1e999", "\"\"", "\"x\"", "[]", "[null]", "{}", "{\"id\":null}");

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

    /**
     * Gives what the server answers with status 200 to what the provider sends with {@link EmoteContext#send}, for
     * search and uploads. Without, each request but a GET of {@link #answers()} is answered with 404.
     *
     * @return UTF-8 bodies by method and path, such as {@code POST /v1/search}; none by default
     */
    protected Map<String, String> sendAnswers() {
        return Map.of();
    }

    /**
     * Gives the query whose answer was recorded, for {@link EmoteSearch}.
     *
     * @return {@code cat} by default
     */
    protected String searchQuery() {
        return "cat";
    }

    /**
     * Names the codes of all emotes that {@link #searchQuery()} finds in the recorded answers.
     *
     * @return the codes; none by default, which leaves the result unchecked
     */
    protected Set<String> expectedSearchCodes() {
        return Set.of();
    }

    /**
     * Gives different channels, for {@link ChannelSets}.
     *
     * @return names as this provider names channels; none by default
     */
    protected List<String> channels() {
        return List.of();
    }

    /**
     * Gives different people, for {@link PersonalSets}.
     *
     * @return names as this provider names people; none by default
     */
    protected List<String> people() {
        return List.of();
    }

    /**
     * Gives what the server would say on one connection, in order, for {@link LiveEmotes}.
     *
     * @return messages; none by default
     */
    protected List<String> liveTexts() {
        return List.of();
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
        EmoteProviderFactory factory = factory();
        String id = factory.id();
        assertThat(id)
                .matches(EmoteId.PROVIDER_ID_PATTERN)
                .isEqualTo(factory.id())
                .isEqualTo(factory().id());
        assertThat(factory.displayName()).isNotBlank();
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
        List<EmoteSource> sources = sources();
        assertThat(sources).isNotEmpty().doesNotContainNull();
        List<String> names = sources.stream().map(EmoteSource::name).toList();
        List<EmoteScope> scopes = sources.stream().map(EmoteSource::scope).toList();
        assertThat(names).doesNotContainNull().doesNotHaveDuplicates();
        assertThat(scopes).doesNotContainNull();
        for (List<EmoteSource> again : List.of(sources, sources())) {
            assertThat(again).extracting(EmoteSource::name).isEqualTo(names);
            assertThat(again).extracting(EmoteSource::scope).isEqualTo(scopes);
        }
    }

    /**
     * Neither setting the provider up nor a conversation waits for anything: an interrupted thread, which cannot wait,
     * gets through as well.
     */
    @Test
    protected void nothingWaitsThatMustNot() {
        List<String> left = LentThread.run("setting up", CALL_LIMIT, () -> {
            EmoteProviderFactory factory = withoutWaiting("its constructor", this::factory);
            String id = withoutWaiting("id()", factory::id);
            withoutWaiting("displayName()", factory::displayName);
            withoutWaiting("settings()", factory::settings);
            EmoteProvider provider = withoutWaiting("create()", () -> factory.create(EmoteSettings.of(settings(), id)));
            for (EmoteSource source : withoutWaiting("sources()", provider::sources)) {
                withoutWaiting("the name of a source", source::name);
                withoutWaiting("the scope of a source", source::scope);
            }
            if (provider instanceof ChannelSets sets) {
                channels().forEach(channel -> withoutWaiting("channel()", () -> sets.channel(channel)));
            }
            if (provider instanceof PersonalSets sets) {
                people().forEach(person -> withoutWaiting("personal()", () -> sets.personal(person)));
            }
            if (provider instanceof LiveEmotes live) {
                withoutWaiting("liveAddress()", live::liveAddress);
                LiveProbe probe = new LiveProbe(withoutWaiting("converse()", live::converse), id, List.of());
                for (String text : liveTexts()) {
                    withoutWaiting("onText()", () -> {
                        probe.hear(text);
                        return true;
                    });
                }
            }
        });
        assertThat(left).as("threads that were started meanwhile").isEmpty();
    }

    private static <T> T withoutWaiting(String what, Supplier<T> step) {
        Thread.currentThread().interrupt();
        T result = step.get();
        assertThat(Thread.interrupted())
                .as("whether the thread is still interrupted after %s, so that nothing has waited in it", what)
                .isTrue();
        return result;
    }

    /** The provider owns no thread: none that it has started is there when it has answered. */
    @Test
    protected void noThreadIsLeftBehind() {
        assertThat(LentThread.run("all that the provider does", CALL_LIMIT, () -> {
                    for (Ask<?> ask : everything()) {
                        callOrFail(() -> ask.of(recorded()), "recorded answers");
                    }
                    if (provider() instanceof LiveEmotes live) {
                        LiveProbe probe =
                                new LiveProbe(live.converse(), factory().id(), List.of());
                        liveTexts().forEach(probe::hear);
                    }
                }))
                .as("threads that the provider has left behind")
                .isEmpty();
    }

    /** What a call may ask with is used by its thread alone, and no longer than the call lasts. */
    @Test
    protected void aContextIsUsedDuringItsCallAndOnItsThread() throws Exception {
        List<LentContext> contexts = new ArrayList<>();
        for (Ask<?> ask : everything()) {
            for (int call = 1; call <= 2; call++) {
                LentContext context = new LentContext(recorded());
                contexts.add(context);
                callOrFail(() -> ask.of(context), "recorded answers");
                context.takeBack();
            }
        }
        assertThat(contexts).flatExtracting(LentContext::misuses).isEmpty();
    }

    /** From the recorded answers come the expected emotes, all of this provider. */
    @Test
    protected void theRecordedAnswersGiveTheExpectedEmotes() throws Exception {
        List<Emote> emotes = loadAll(RecordedAnswers.of(answers()));

        assertThat(emotes).extracting(Emote::code).containsAll(expectedCodes());
        assertThat(expectedCodes()).containsAll(emotes.stream().map(Emote::code).toList());
        assertThat(emotes).allSatisfy(emote -> assertThat(emote.images()).isNotEmpty());
    }

    /** The same answers give the same sets, with the emotes in the same order, whatever was loaded before. */
    @Test
    protected void loadingIsDeterministic() throws Exception {
        List<EmoteSource> sources = sources();
        List<EmoteSet> sets = loadEach(sources, RecordedAnswers.of(answers()));
        assertThat(loadEach(sources, RecordedAnswers.of(answers())))
                .as("what the same sources give again")
                .isEqualTo(sets);
        assertThat(loadEach(sources(), RecordedAnswers.of(answers())))
                .as("what another provider's sources give")
                .isEqualTo(sets);
    }

    /** Every address asked for is one that a registry would let through. */
    @Test
    protected void onlyWebAddressesAreAskedFor() throws Exception {
        RecordedAnswers answers = RecordedAnswers.of(answers());
        loadAll(answers);

        assertThat(answers.fetched()).isNotEmpty().allSatisfy(EmoteProviderContract::assertWebAddress);
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
                        .anyMatch(address -> answers().containsKey(pathOf(address)));
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
        for (String body : garbage()) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            assertNoCrash(anything -> bytes.clone(), start(body));
        }
        for (long seed = 0; seed < DAMAGED_ANSWERS; seed++) {
            Random random = new Random(seed);
            assertNoCrash(body -> damage(body, random), "seed " + seed);
        }
    }

    private static List<String> garbage() {
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
        return garbage;
    }

    private static String start(String text) {
        return text.substring(0, Math.min(40, text.length()));
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

    /** A search gives emotes of this provider, or fails as it should, for any query and whatever is answered. */
    @Test
    protected void aSearchGivesItsOwnEmotes() throws Exception {
        if (!(provider() instanceof EmoteSearch search)) {
            return;
        }
        List<Emote> found =
                searchOrFail(search, searchQuery(), EmoteSearch.MAX_RESULTS, recorded(), "recorded answers");
        if (!expectedSearchCodes().isEmpty()) {
            assertThat(found).extracting(Emote::code).containsExactlyInAnyOrderElementsOf(expectedSearchCodes());
        }
        assertThat(searchOrFail(search, searchQuery(), EmoteSearch.MAX_RESULTS, recorded(), "recorded answers"))
                .as("what the same search finds again")
                .isEqualTo(found);
        for (String query : List.of(
                "a",
                "\"}",
                "\\",
                "%",
                "%zz",
                "&limit=1",
                "../..",
                "a b",
                "\u0000",
                "\ud83d\ude00",
                "\ud800",
                "x".repeat(100))) {
            for (int limit : new int[] {1, EmoteSearch.MAX_RESULTS}) {
                RecordedAnswers answers = recorded();
                searchOrFail(search, query, limit, answers, "the query " + query);
                assertWebAddresses(answers);
            }
        }
        for (String body : garbage()) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            searchOrFail(search, searchQuery(), 10, recorded().changing(anything -> bytes.clone()), start(body));
        }
        for (long seed = 0; seed < DAMAGED_ANSWERS; seed++) {
            Random random = new Random(seed);
            searchOrFail(search, searchQuery(), 10, recorded().changing(body -> damage(body, random)), "seed " + seed);
        }
    }

    /** A search that cannot ask says why, and leaves it to the registry to ask again. */
    @Test
    protected void aSearchThatFailsIsNotRepeated() {
        if (provider() instanceof EmoteSearch search) {
            assertPassesFailuresOn(context -> search.search(searchQuery(), 10, context), "the search");
        }
    }

    /** An upload asks once, and gives an emote of this provider or fails as it should. */
    @Test
    protected void anUploadGivesItsOwnEmoteOrFails() throws Exception {
        if (!(provider() instanceof EmoteUpload upload)) {
            return;
        }
        uploadOrFail(upload, recorded(), "recorded answers");
        for (String body : garbage()) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            RecordedAnswers answers = recorded().changing(anything -> bytes.clone());
            @Nullable Emote emote = uploadOrFail(upload, answers, start(body));
            boolean answered = answers.sent().stream()
                    .anyMatch(request -> sendAnswers().containsKey(request.method() + " " + pathOf(request.address())));
            if (emote != null && answered) {
                fail("%s: the upload gave %s, although the server did not say so", start(body), emote);
            }
        }
        for (long seed = 0; seed < DAMAGED_ANSWERS; seed++) {
            Random random = new Random(seed);
            uploadOrFail(upload, recorded().changing(body -> damage(body, random)), "seed " + seed);
        }
        for (int status : new int[] {400, 401, 403, 404, 409, 413, 422, 429, 500}) {
            RecordedAnswers answers = RecordedAnswers.of(Map.of());
            sendAnswers().keySet().forEach(request -> answers.answering(request, status, "no"));
            assertThat(uploadOrFail(upload, answers, "status " + status))
                    .as("what the upload gave, although the server refused it with status %s", status)
                    .isNull();
        }
    }

    /** What was uploaded can be listed, and what was not cannot be removed. */
    @Test
    protected void uploadsAreListedAndOnlyTheyAreRemoved() throws Exception {
        if (!(provider() instanceof EmoteUpload upload)) {
            return;
        }
        List<RecordedAnswers> contexts = new ArrayList<>(List.of(recorded(), RecordedAnswers.of(Map.of())));
        for (String body : garbage()) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            contexts.add(recorded().changing(anything -> bytes.clone()));
        }
        for (RecordedAnswers context : contexts) {
            callOrFail(
                    () -> {
                        List<Emote> emotes = upload.uploaded(context);
                        assertOwn(emotes, "what was uploaded");
                        return emotes;
                    },
                    "the list of uploads");
            for (String shortcode : List.of("nobody_uploaded_this", "", "../..", "\u0000")) {
                @Nullable
                Boolean removed = callOrFail(
                        () -> {
                            upload.remove(shortcode, context);
                            return true;
                        },
                        "removing what nobody uploaded");
                assertThat(removed)
                        .as("whether what nobody uploaded was removed")
                        .isNull();
            }
        }
    }

    /** An upload that failed is not made again: nobody knows what became of the first. */
    @Test
    protected void anUploadThatFailsIsNotRepeated() {
        if (provider() instanceof EmoteUpload upload) {
            assertPassesFailuresOn(context -> upload.upload(newEmote(), context), "the upload");
            assertPassesFailuresOn(upload::uploaded, "the list of uploads");
            assertPassesFailuresOn(
                    context -> {
                        upload.remove("nobody_uploaded_this", context);
                        return true;
                    },
                    "the removal");
        }
    }

    /** What a setting keeps secret is in no message and in no address. */
    @Test
    protected void secretsAreNotTold() throws Exception {
        List<String> secrets = factory().settings().stream()
                .filter(setting -> setting.secrecy() == EmoteSetting.Secrecy.SECRET)
                .map(EmoteSetting::key)
                .filter(settings()::containsKey)
                .map(settings()::get)
                .toList();
        for (String body : List.of("", "no", String.join(" ", secrets))) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            for (int status : new int[] {200, 401, 403, 404, 409, 422}) {
                RecordedAnswers answers = recorded().changing(anything -> bytes.clone());
                sendAnswers().keySet().forEach(request -> answers.answering(request, status, body));
                List<String> told = new ArrayList<>();
                for (Ask<?> ask : everything()) {
                    try {
                        ask.of(answers);
                    } catch (EmoteLoadException e) {
                        told.add(String.valueOf(e.getMessage()));
                    }
                }
                answers.fetched().forEach(address -> told.add(address.toString()));
                answers.sent().forEach(request -> told.add(request.address().toString()));
                assertThat(told).allSatisfy(text -> assertThat(secrets).noneMatch(text::contains));
            }
        }
    }

    /** A channel's source is always the same, of the right scope, and no channel is what nobody could have meant. */
    @Test
    protected void aChannelHasItsSource() throws Exception {
        if (provider() instanceof ChannelSets sets) {
            assertNamedSources(sets::channel, channels(), EmoteScope.ROOM);
        }
    }

    /** A person's source is always the same, of the right scope, and nobody is what nobody could have meant. */
    @Test
    protected void aPersonHasASource() throws Exception {
        if (provider() instanceof PersonalSets sets) {
            assertNamedSources(sets::personal, people(), EmoteScope.PERSONAL);
        }
    }

    /** Live updates come from an address that a registry would let through, always the same. */
    @Test
    protected void liveUpdatesComeFromAWebSocket() {
        if (!(provider() instanceof LiveEmotes live)) {
            return;
        }
        assertThat(live.liveAddress()).isNotNull().isEqualTo(live.liveAddress());
        live.liveAddress().ifPresent(address -> {
            assertThat(address.getScheme()).isIn("wss", "ws");
            assertThat(address.getHost()).isNotBlank();
            assertThat(address.getRawUserInfo()).isNull();
        });
        LiveEmotes.Conversation first = live.converse();
        assertThat(first).isNotNull();
        assertThat(live.converse()).as("the next conversation").isNotNull().isNotSameAs(first);
    }

    /** Whatever the server says, a conversation goes on, and changes only what can be changed twice. */
    @Test
    protected void aConversationBearsWhateverIsSaid() throws Exception {
        if (!(provider() instanceof LiveEmotes live)) {
            return;
        }
        List<EmoteSet> sets = new ArrayList<>(List.of(EmoteSet.empty()));
        for (EmoteSource source : sources()) {
            @Nullable EmoteSet set = loadOrFail(source, recorded(), "recorded answers");
            if (set != null) {
                sets.add(set);
            }
        }
        List<String> topics =
                sets.stream().flatMap(set -> set.topics().stream()).distinct().toList();
        LiveProbe recorded = new LiveProbe(live.converse(), factory().id(), sets);
        recorded.subscribe(topics);
        liveTexts().forEach(recorded::hear);
        recorded.unsubscribe(topics);

        LiveProbe strange = new LiveProbe(live.converse(), factory().id(), sets);
        strange.subscribe(List.of("", "\u0000", "a topic that nobody knows", "x".repeat(10_000)));
        strange.subscribe(IntStream.range(0, 600).mapToObj(i -> "topic " + i).toList());
        strange.unsubscribe(List.of("never asked for"));
        garbage().forEach(strange::hear);
        liveTexts().forEach(strange::hear);

        for (long seed = 0; seed < DAMAGED_ANSWERS; seed++) {
            Random random = new Random(seed);
            LiveProbe damaged = new LiveProbe(live.converse(), factory().id(), sets);
            damaged.subscribe(topics);
            for (String text : liveTexts()) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                damaged.hear(new String(
                        random.nextBoolean()
                                ? damage(bytes, random)
                                : Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)),
                        StandardCharsets.UTF_8));
            }
        }
    }

    /** However a connection ends, it is plain when to connect again. */
    @Test
    protected void everyCloseCodeHasItsAnswer() {
        if (provider() instanceof LiveEmotes live) {
            for (int code = 1000; code <= 4999; code++) {
                assertThat(live.converse().onClosed(code))
                        .as("what to do after the close code %s", code)
                        .isNotNull();
            }
        }
    }

    private EmoteProvider provider() {
        return factory().create(EmoteSettings.of(settings(), factory().id()));
    }

    private List<EmoteSource> sources() {
        return provider().sources();
    }

    /** Answers fetches and what is sent. */
    private RecordedAnswers recorded() {
        RecordedAnswers answers = RecordedAnswers.of(answers());
        sendAnswers().forEach((request, body) -> answers.answering(request, 200, body));
        return answers;
    }

    /** Something that a provider is asked for. */
    @FunctionalInterface
    private interface Ask<T> {
        T of(EmoteContext context) throws EmoteLoadException, InterruptedException;
    }

    private List<Ask<?>> everything() {
        List<Ask<?>> asks = new ArrayList<>();
        EmoteProvider provider = provider();
        provider.sources().forEach(source -> asks.add(source::load));
        if (provider instanceof ChannelSets sets) {
            channels().forEach(channel -> asks.add(sets.channel(channel)::load));
        }
        if (provider instanceof PersonalSets sets) {
            people().forEach(person -> asks.add(sets.personal(person)::load));
        }
        if (provider instanceof EmoteSearch search) {
            asks.add(context -> search.search(searchQuery(), 10, context));
        }
        if (provider instanceof EmoteUpload upload) {
            asks.add(upload::uploaded);
            asks.add(context -> upload.upload(newEmote(), context));
            asks.add(context -> {
                upload.remove("nobody_uploaded_this", context);
                return true;
            });
        }
        return asks;
    }

    private static NewEmote newEmote() {
        byte[] png = Base64.getDecoder()
                .decode(
                        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        return new NewEmote("tck_emote", EmoteImageFormat.PNG, png, "tests");
    }

    /** A failure of the one question asked is passed on, and so is an interruption. */
    private static void assertPassesFailuresOn(Ask<?> ask, String what) {
        for (Reason reason : Reason.values()) {
            EmoteLoadException failure = new EmoteLoadException(reason, "as the test wants it");
            RecordedAnswers answers = RecordedAnswers.of(Map.of()).failing(failure);
            assertThatThrownBy(() -> ask.of(answers)).as(what).isInstanceOf(EmoteLoadException.class);
            assertThat(answers.fetched().size() + answers.sent().size())
                    .as("how often %s asked a server that failed (%s)", what, reason)
                    .isLessThanOrEqualTo(1);
            if (!answers.fetched().isEmpty() || !answers.sent().isEmpty()) {
                assertThatThrownBy(() -> ask.of(answers)).as(what).isSameAs(failure);
            }
        }
        boolean[] asked = new boolean[1];
        EmoteContext interrupted = new EmoteContext() {
            @Override
            public Optional<byte[]> fetch(URI address) throws InterruptedException {
                asked[0] = true;
                throw new InterruptedException("as the test wants it");
            }

            @Override
            public EmoteAnswer send(EmoteRequest request) throws InterruptedException {
                asked[0] = true;
                throw new InterruptedException("as the test wants it");
            }
        };
        Throwable thrown = catchThrowable(() -> ask.of(interrupted));
        if (asked[0]) {
            assertThat(thrown).as(what).isInstanceOf(InterruptedException.class);
        }
    }

    private List<Emote> searchOrFail(EmoteSearch search, String query, int limit, EmoteContext context, String what)
            throws InterruptedException {
        @Nullable
        List<Emote> found = callOrFail(
                () -> {
                    List<Emote> emotes = search.search(query, limit, context);
                    assertOwn(emotes, "what was found");
                    return emotes;
                },
                what + ": the search");
        return found == null ? List.of() : found;
    }

    private @Nullable Emote uploadOrFail(EmoteUpload upload, RecordedAnswers answers, String what)
            throws InterruptedException {
        @Nullable
        Emote emote = callOrFail(
                () -> {
                    Emote uploaded = upload.upload(newEmote(), answers);
                    assertOwn(Collections.singletonList(uploaded), "what was uploaded");
                    return uploaded;
                },
                what + ": the upload");
        assertWebAddresses(answers);
        assertThat(answers.sent().stream().filter(request -> !request.method().equals("GET")))
                .as("%s: what the upload sent to change something", what)
                .hasSizeLessThanOrEqualTo(1);
        return emote;
    }

    /** Calls into the provider; null if it failed as it should. */
    private static <T> @Nullable T callOrFail(Call<T> call, String what) throws InterruptedException {
        try {
            return call.get();
        } catch (EmoteLoadException e) {
            assertThat(e.getMessage()).as(what).isNotBlank();
            return null;
        } catch (InterruptedException | AssertionError e) {
            throw e;
        } catch (Exception | Error e) {
            // Checked exceptions too: not every language declares them.
            throw new AssertionError(what + " crashed", e);
        }
    }

    /** A call into the provider. */
    @FunctionalInterface
    private interface Call<T> {
        T get() throws EmoteLoadException, InterruptedException;
    }

    private void assertOwn(List<Emote> emotes, String what) {
        assertThat(emotes)
                .as(what)
                .isNotNull()
                .doesNotContainNull()
                .allSatisfy(emote ->
                        assertThat(emote.id().providerId()).isEqualTo(factory().id()));
    }

    private static void assertWebAddresses(RecordedAnswers answers) {
        List<URI> asked = new ArrayList<>(answers.fetched());
        answers.sent().forEach(request -> asked.add(request.address()));
        assertThat(asked).allSatisfy(EmoteProviderContract::assertWebAddress);
    }

    private static void assertWebAddress(URI address) {
        assertThat(address.getScheme()).isIn("https", "http");
        assertThat(address.getHost()).isNotBlank();
        assertThat(address.getRawUserInfo()).isNull();
    }

    private void assertNamedSources(Function<String, EmoteSource> named, List<String> names, EmoteScope scope)
            throws InterruptedException {
        for (String nonsense : List.of("", " ", "\u0000", "a\nb", "x".repeat(10_000))) {
            Throwable thrown = catchThrowable(() -> named.apply(nonsense));
            assertThat(thrown).as("the name %s", start(nonsense)).isInstanceOf(IllegalArgumentException.class);
            assertThat(thrown).hasMessageFindingMatch("\\S");
        }
        for (String odd : List.of("://", "%zz", "[", "../..", "https://", "a b", "\u202e", "\ud800")) {
            try {
                assertThat(named.apply(odd).scope()).as("the name %s", odd).isEqualTo(scope);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("the name %s", odd).isNotBlank();
            }
        }
        Set<String> sourceNames = new HashSet<>();
        for (String name : names) {
            EmoteSource source = named.apply(name);
            assertThat(source.scope()).as("the scope of %s", name).isEqualTo(scope);
            assertThat(source.name())
                    .as("the source's name for %s", name)
                    .isNotBlank()
                    .isEqualTo(named.apply(name).name());
            assertThat(sourceNames.add(source.name()))
                    .as("whether %s has a source of its own", name)
                    .isTrue();
            @Nullable EmoteSet set = loadOrFail(source, recorded(), "recorded answers");
            if (set != null) {
                assertOwn(set.emotes(), name);
            }
            for (String body : garbage()) {
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                loadOrFail(source, recorded().changing(anything -> bytes.clone()), start(body));
            }
        }
    }

    private List<Emote> loadAll(EmoteContext context) throws EmoteLoadException, InterruptedException {
        List<EmoteSource> sources = sources();
        List<EmoteSet> sets = loadEach(sources, context);
        List<EmoteCatalog.Layer> layers = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            layers.add(new EmoteCatalog.Layer(sources.get(i).scope(), sets.get(i)));
        }
        return EmoteCatalog.ofAllIncludingUnlisted(layers).emotes();
    }

    private List<EmoteSet> loadEach(List<EmoteSource> sources, EmoteContext context)
            throws EmoteLoadException, InterruptedException {
        List<EmoteSet> sets = new ArrayList<>();
        for (EmoteSource source : sources) {
            sets.add(load(source, context));
        }
        return sets;
    }

    private EmoteSet load(EmoteSource source, EmoteContext context) throws EmoteLoadException, InterruptedException {
        EmoteSet set = source.load(context);
        assertThat(set).as("the set of %s", source.name()).isNotNull();
        assertOwn(set.emotes(), source.name());
        return set;
    }

    private void assertNoCrash(UnaryOperator<byte[]> change, String what) throws InterruptedException {
        for (EmoteSource source : sources()) {
            loadOrFail(source, RecordedAnswers.of(answers()).changing(change), what);
        }
    }

    /** Loads a set; null if that failed as it should. */
    private @Nullable EmoteSet loadOrFail(EmoteSource source, EmoteContext context, String what)
            throws InterruptedException {
        return callOrFail(() -> load(source, context), what + ": " + source.name());
    }

    private static String pathOf(URI address) {
        String query = address.getRawQuery();
        return query == null ? address.getRawPath() : address.getRawPath() + "?" + query;
    }

    private static int lengthWithoutSpace(byte[] body) {
        int end = body.length;
        while (end > 0 && body[end - 1] <= ' ') {
            end--;
        }
        return end;
    }

    /** Changes some bytes or, where it looks like JSON, a value into one of another kind. */
    private static byte[] damage(byte[] body, Random random) {
        if (random.nextBoolean()) {
            String text = new String(body, StandardCharsets.UTF_8);
            Pattern kind = random.nextBoolean() ? SIMPLE_VALUE : INNERMOST_VALUE;
            List<MatchResult> values = kind.matcher(text).results().toList();
            if (!values.isEmpty()) {
                MatchResult value = values.get(random.nextInt(values.size()));
                String other = OTHER_VALUES.get(random.nextInt(OTHER_VALUES.size()));
                return (text.substring(0, value.start()) + other + text.substring(value.end()))
                        .getBytes(StandardCharsets.UTF_8);
            }
        }
        int changes = 1 + random.nextInt(8);
        for (int i = 0; i < changes && body.length > 0; i++) {
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        }
        return body;
    }
}
