package dev.parley.chat.testkit.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.emotes.ChannelSets;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
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
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.Condition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract passes a provider that keeps it, and catches each that breaks it in one thing. */
class EmoteProviderContractTest {
    private static final String TOKEN = "t0ken-of-the-user";

    /** Knows every capability. Each wrong provider is this one, but for one method. */
    private static class Good
            implements EmoteProvider, EmoteSearch, EmoteUpload, LiveEmotes, ChannelSets, PersonalSets {
        private static final Pattern NAME = Pattern.compile("[a-z]{1,20}");

        @Override
        public List<EmoteSource> sources() {
            return List.of(source("list", EmoteScope.GLOBAL, "/list"));
        }

        EmoteSource source(String name, EmoteScope scope, String path) {
            return EmoteSource.of(name, scope, context -> parse(context.require(address(path))));
        }

        EmoteSet parse(byte[] body) throws EmoteLoadException {
            EmoteSet.Builder set = EmoteSet.builder();
            parseCodes(body).forEach(code -> set.add(emote("good", code)));
            return set.topic("list").build();
        }

        @Override
        public List<Emote> search(String query, int limit, EmoteContext context)
                throws EmoteLoadException, InterruptedException {
            EmoteAnswer answer = context.send(EmoteRequest.of("POST", address("/search")));
            return parseCodes(requireFine(answer)).stream()
                    .map(code -> emote("good", code))
                    .toList();
        }

        @Override
        public List<Emote> uploaded(EmoteContext context) throws EmoteLoadException, InterruptedException {
            return parseCodes(requireFine(context.send(EmoteRequest.of("GET", address("/mine"))))).stream()
                    .map(code -> emote("good", code))
                    .toList();
        }

        @Override
        public Emote upload(NewEmote emote, EmoteContext context) throws EmoteLoadException, InterruptedException {
            byte[] body = requireFine(
                    context.send(EmoteRequest.of("POST", address("/mine")).header("Authorization", TOKEN)));
            return emote("good", parseCodes(body).stream().findFirst().orElseThrow(() -> malformed("no emote")));
        }

        @Override
        public void remove(String shortcode, EmoteContext context) throws EmoteLoadException, InterruptedException {
            if (uploaded(context).stream().noneMatch(emote -> emote.code().equals(shortcode))) {
                throw new EmoteLoadException(Reason.NOT_FOUND, "you have no such emote");
            }
            requireFine(context.send(EmoteRequest.of("DELETE", address("/mine/" + shortcode))));
        }

        @Override
        public Optional<URI> liveAddress() {
            return Optional.of(URI.create("wss://live.example"));
        }

        @Override
        public Conversation converse() {
            return new Talk();
        }

        @Override
        public EmoteSource channel(String channel) {
            return source("channel " + requireName(channel), EmoteScope.ROOM, "/list");
        }

        @Override
        public EmoteSource personal(String user) {
            return source("user " + requireName(user), EmoteScope.PERSONAL, "/list");
        }

        static String requireName(String name) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("a name has 1 to 20 of a-z");
            }
            return name;
        }
    }

    /** A conversation in which the server says "+Code" and "-Code". */
    private static class Talk implements LiveEmotes.Conversation {
        @Override
        public void subscribe(Collection<String> topics, LiveEmotes.Actions actions) {
            actions.send("subscribe " + topics.size());
        }

        @Override
        public void onText(String text, LiveEmotes.Actions actions) {
            if (text.matches("\\+[A-Za-z]{1,20}")) {
                String code = text.substring(1);
                actions.change(
                        "list", set -> set.toBuilder().put(emote("good", code)).build());
            } else if (text.startsWith("-")) {
                actions.change("list", set -> {
                    EmoteSet.Builder changed = set.toBuilder();
                    return changed.remove(text.substring(1)).isPresent() ? changed.build() : set;
                });
            } else if (text.equals("again")) {
                actions.reload("list");
            }
        }

        @Override
        public Duration patience() {
            return Duration.ofSeconds(60);
        }

        @Override
        public LiveEmotes.Retry onClosed(int closeCode) {
            return closeCode < 4000 ? LiveEmotes.Retry.SOON : LiveEmotes.Retry.NEVER;
        }
    }

    /** A factory of providers; it would be found by no service loader. */
    private record Factory(Supplier<? extends EmoteProvider> provider) implements EmoteProviderFactory {
        @Override
        public String id() {
            return "good";
        }

        @Override
        public String displayName() {
            return "Good emotes";
        }

        @Override
        public List<EmoteSetting> settings() {
            return List.of(new EmoteSetting("good.token", "A token.", EmoteSetting.Secrecy.SECRET));
        }

        @Override
        public EmoteProvider create(EmoteSettings settings) {
            return provider.get();
        }
    }

    private static class Contract extends EmoteProviderContract {
        private final EmoteProviderFactory factory;

        Contract(EmoteProviderFactory factory) {
            this.factory = factory;
        }

        @Override
        protected EmoteProviderFactory factory() {
            return factory;
        }

        @Override
        protected Map<String, String> settings() {
            return Map.of("good.token", TOKEN);
        }

        @Override
        protected Map<String, String> answers() {
            return Map.of("/list", "Cat Dog .");
        }

        @Override
        protected Set<String> expectedCodes() {
            return Set.of("Cat", "Dog");
        }

        @Override
        protected Map<String, String> sendAnswers() {
            return Map.of("POST /search", "Cat .", "POST /mine", "Mine .", "GET /mine", "Mine .");
        }

        @Override
        protected Set<String> expectedSearchCodes() {
            return Set.of("Cat");
        }

        @Override
        protected List<String> channels() {
            return List.of("one", "two");
        }

        @Override
        protected List<String> people() {
            return List.of("ada", "grace");
        }

        @Override
        protected List<String> liveTexts() {
            return List.of("hello", "+Bird", "-Cat", "again");
        }
    }

    private static URI address(String path) {
        return URI.create("https://good.example" + path.replaceAll("[^/a-zA-Z0-9_]", "_"));
    }

    private static Emote emote(String provider, String code) {
        EmoteImage image = new EmoteImage(URI.create("https://good.example/a.png"), EmoteImageFormat.PNG, 0, 0, 0, 1);
        return Emote.builder(new EmoteId(provider, code), code)
                .images(List.of(image))
                .build();
    }

    private static EmoteLoadException malformed(String what) {
        return new EmoteLoadException(Reason.MALFORMED, what);
    }

    /** Words, and a full stop. */
    private static List<String> parseCodes(byte[] body) throws EmoteLoadException {
        String text = new String(body, StandardCharsets.UTF_8);
        if (!text.matches("([A-Za-z]{1,20} )*\\.")) {
            throw malformed("not a list of words");
        }
        return Pattern.compile(" ")
                .splitAsStream(text.substring(0, text.length() - 1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static byte[] requireFine(EmoteAnswer answer) throws EmoteLoadException {
        if (answer.status() != 200) {
            throw new EmoteLoadException(Reason.REQUEST_REFUSED, "status " + answer.status());
        }
        return answer.body();
    }

    /** Takes tests of the contract; gives what failed, by the name of the test. */
    private static Map<String, Throwable> failures(EmoteProviderFactory factory, Predicate<String> tests)
            throws ReflectiveOperationException {
        Map<String, Throwable> failures = new TreeMap<>();
        for (Method test : EmoteProviderContract.class.getDeclaredMethods()) {
            if (test.isAnnotationPresent(Test.class) && tests.test(test.getName())) {
                test.setAccessible(true);
                try {
                    test.invoke(new Contract(factory));
                } catch (InvocationTargetException e) {
                    failures.put(test.getName(), e.getTargetException());
                }
            }
        }
        return failures;
    }

    /** All, but that a class of this test is not declared as a service. */
    private static boolean isTried(String test) {
        return !test.equals("theServiceLoaderFindsTheFactory");
    }

    @Test
    void aProviderThatKeepsTheContractPasses() throws Exception {
        assertThat(failures(new Factory(Good::new), EmoteProviderContractTest::isTried))
                .isEmpty();
    }

    @Test
    void aProviderWithoutCapabilitiesPasses() throws Exception {
        List<EmoteSource> sources = new Good().sources();
        assertThat(failures(new Factory(() -> () -> sources), EmoteProviderContractTest::isTried))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aProviderThatIsWrongInOneThingIsCaught(String what, Supplier<EmoteProvider> provider, String test)
            throws Exception {
        assertThat(failures(new Factory(provider), test::equals))
                .as(what)
                .containsOnlyKeys(test)
                .hasValueSatisfying(new Condition<>(e -> e instanceof AssertionError, "an assertion that failed"));
    }

    /** Throws what its caller does not declare, as other languages let one do. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> RuntimeException undeclared(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Takes numbers for granted where a list in JSON may have anything. */
    @Test
    void aProviderThatBearsDamageButNoValueOfAnotherKindIsCaught() throws Exception {
        String list =
                "{\"emotes\":[" + "{\"name\":\"Cat\",\"size\":1},".repeat(500) + "{\"name\":\"Dog\",\"size\":1}]}";
        Pattern whole = Pattern.compile("\\{\"emotes\":\\[(\\{\"name\":\"[A-Za-z]+\",\"size\":[^,}]+},?)+]}");
        Pattern entry = Pattern.compile("\\{\"name\":\"([A-Za-z]+)\",\"size\":([^,}]+)}");
        Good trusting = new Good() {
            @Override
            EmoteSet parse(byte[] body) throws EmoteLoadException {
                String text = new String(body, StandardCharsets.UTF_8);
                boolean damaged = body.length == list.length()
                        ? !text.equals(list)
                        : !whole.matcher(text).matches();
                if (damaged) {
                    throw malformed("not a list");
                }
                EmoteSet.Builder set = EmoteSet.builder();
                entry.matcher(text).results().forEach(found -> {
                    assertThat(Integer.parseInt(found.group(2))).isPositive();
                    set.add(emote("good", found.group(1)));
                });
                return set.build();
            }
        };
        EmoteProviderContract contract = new Contract(new Factory(() -> trusting)) {
            @Override
            protected Map<String, String> answers() {
                return Map.of("/list", list);
            }
        };

        assertThatThrownBy(contract::garbageDoesNoHarm)
                .isInstanceOf(AssertionError.class)
                .hasCauseInstanceOf(NumberFormatException.class);
    }

    @Test
    void aStepThatNeverReturnsIsGivenUp() {
        CountDownLatch never = new CountDownLatch(1);
        assertThatThrownBy(() -> LentThread.run("the step", Duration.ofMillis(1), () -> {
                    while (never.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessage("the step did not return");
        never.countDown();
    }

    private static Arguments wrong(String what, Supplier<EmoteProvider> provider, String test) {
        return Arguments.of(what, provider, test);
    }

    static Stream<Arguments> aProviderThatIsWrongInOneThingIsCaught() {
        return Stream.of(wrongSetUps(), wrongSetsAndSearches(), wrongUploads(), wrongLiveUpdates())
                .flatMap(wrong -> wrong);
    }

    /** Waits for what never comes; takes an interruption as a crash, or for the end of it. */
    private static void waitForNothing(boolean crashing) {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            if (crashing) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void startThreadThatStays() {
        Thread thread = new Thread(() -> waitForNothing(false), "of the provider");
        thread.setDaemon(true);
        thread.start();
    }

    private static Stream<Arguments> wrongSetUps() {
        return Stream.of(
                wrong(
                        "waits while it is made",
                        () -> {
                            waitForNothing(true);
                            return new Good();
                        },
                        "nothingWaitsThatMustNot"),
                wrong(
                        "waits while it is made, and hides that it was interrupted",
                        () -> {
                            waitForNothing(false);
                            return new Good();
                        },
                        "nothingWaitsThatMustNot"),
                wrong(
                        "waits while it lists its sources",
                        () -> new Good() {
                            @Override
                            public List<EmoteSource> sources() {
                                waitForNothing(false);
                                return super.sources();
                            }
                        },
                        "nothingWaitsThatMustNot"),
                wrong(
                        "waits while it makes the source of a channel",
                        () -> new Good() {
                            @Override
                            public EmoteSource channel(String channel) {
                                waitForNothing(false);
                                return super.channel(channel);
                            }
                        },
                        "nothingWaitsThatMustNot"),
                wrongTalk(
                        "waits while it hears something",
                        () -> new Talk() {
                            @Override
                            public void onText(String text, LiveEmotes.Actions actions) {
                                waitForNothing(false);
                            }
                        },
                        "nothingWaitsThatMustNot"),
                wrong(
                        "leaves a thread behind when it is made",
                        () -> {
                            startThreadThatStays();
                            return new Good();
                        },
                        "noThreadIsLeftBehind"),
                wrong(
                        "leaves a thread behind when it loads",
                        () -> new Good() {
                            @Override
                            EmoteSet parse(byte[] body) throws EmoteLoadException {
                                startThreadThatStays();
                                return super.parse(body);
                            }
                        },
                        "noThreadIsLeftBehind"),
                wrong(
                        "keeps the context of its first call",
                        () -> new Good() {
                            private @Nullable EmoteContext kept;

                            @Override
                            EmoteSource source(String name, EmoteScope scope, String path) {
                                return EmoteSource.of(name, scope, context -> {
                                    if (kept == null) {
                                        kept = context;
                                    }
                                    return parse(kept.require(address(path)));
                                });
                            }
                        },
                        "aContextIsUsedDuringItsCallAndOnItsThread"),
                wrong(
                        "asks on a thread of its own",
                        () -> new Good() {
                            @Override
                            public List<Emote> uploaded(EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                FutureTask<List<Emote>> task = new FutureTask<>(() -> super.uploaded(context));
                                Thread thread = new Thread(task);
                                thread.start();
                                thread.join();
                                try {
                                    return task.get();
                                } catch (ExecutionException e) {
                                    throw malformed("it failed");
                                }
                            }
                        },
                        "aContextIsUsedDuringItsCallAndOnItsThread"),
                wrong(
                        "has a null among its sources",
                        () -> new Good() {
                            @Override
                            public List<EmoteSource> sources() {
                                return Arrays.asList(super.sources().get(0), null);
                            }
                        },
                        "theSourcesAreDistinctAndStable"),
                wrong(
                        "gives a source another name each time it is asked",
                        () -> new Good() {
                            @Override
                            EmoteSource source(String name, EmoteScope scope, String path) {
                                EmoteSource source = super.source(name, scope, path);
                                AtomicInteger asked = new AtomicInteger();
                                return new EmoteSource() {
                                    @Override
                                    public String name() {
                                        return name + asked.getAndIncrement();
                                    }

                                    @Override
                                    public EmoteScope scope() {
                                        return scope;
                                    }

                                    @Override
                                    public EmoteSet load(EmoteContext context)
                                            throws EmoteLoadException, InterruptedException {
                                        return source.load(context);
                                    }
                                };
                            }
                        },
                        "theSourcesAreDistinctAndStable"));
    }

    private static Stream<Arguments> wrongSetsAndSearches() {
        return Stream.of(
                wrong(
                        "gives null for a set",
                        () -> new Good() {
                            @Override
                            @SuppressWarnings("NullAway") // What a plugin in another language may do.
                            EmoteSet parse(byte[] body) {
                                return null;
                            }
                        },
                        "theRecordedAnswersGiveTheExpectedEmotes"),
                wrong(
                        "gives another provider's emotes behind its own of the same codes",
                        () -> new Good() {
                            @Override
                            public List<EmoteSource> sources() {
                                EmoteSource foreign = EmoteSource.of("foreign", EmoteScope.GLOBAL, context -> {
                                    parse(context.require(address("/list")));
                                    return EmoteSet.builder()
                                            .add(emote("other", "Cat"))
                                            .build();
                                });
                                return List.of(super.sources().get(0), foreign);
                            }
                        },
                        "theRecordedAnswersGiveTheExpectedEmotes"),
                wrong(
                        "gives another provider's emotes for what it does not understand",
                        () -> new Good() {
                            @Override
                            EmoteSet parse(byte[] body) {
                                try {
                                    return super.parse(body);
                                } catch (EmoteLoadException e) {
                                    return EmoteSet.builder()
                                            .add(emote("other", "Cat"))
                                            .build();
                                }
                            }
                        },
                        "garbageDoesNoHarm"),
                wrong(
                        "throws what it does not declare",
                        () -> new Good() {
                            @Override
                            EmoteSet parse(byte[] body) {
                                throw undeclared(new IOException("garbage"));
                            }
                        },
                        "garbageDoesNoHarm"),
                wrong(
                        "gives more each time it loads",
                        () -> new Good() {
                            private int loads;

                            @Override
                            EmoteSet parse(byte[] body) throws EmoteLoadException {
                                EmoteSet.Builder set = super.parse(body).toBuilder();
                                set.add(emote("good", "Load" + loads++));
                                return set.build();
                            }
                        },
                        "loadingIsDeterministic"),
                wrong(
                        "names another topic each time it loads",
                        () -> new Good() {
                            private int loads;

                            @Override
                            EmoteSet parse(byte[] body) throws EmoteLoadException {
                                return super.parse(body).toBuilder()
                                        .topic("topic " + loads++)
                                        .build();
                            }
                        },
                        "loadingIsDeterministic"),
                wrong(
                        "finds nothing the second time",
                        () -> new Good() {
                            private boolean asked;

                            @Override
                            public List<Emote> search(String query, int limit, EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                List<Emote> found = asked ? List.of() : super.search(query, limit, context);
                                asked = true;
                                return found;
                            }
                        },
                        "aSearchGivesItsOwnEmotes"),
                wrong(
                        "takes a cut list for a whole one",
                        () -> new Good() {
                            @Override
                            EmoteSet parse(byte[] body) {
                                EmoteSet.Builder set = EmoteSet.builder();
                                Pattern.compile("[^A-Za-z]+")
                                        .splitAsStream(new String(body, StandardCharsets.UTF_8))
                                        .filter(word -> !word.isEmpty() && word.length() < 100)
                                        .forEach(word -> set.add(emote("good", word)));
                                return set.build();
                            }
                        },
                        "aCutAnswerFails"),
                wrong(
                        "crashes on garbage",
                        () -> new Good() {
                            @Override
                            EmoteSet parse(byte[] body) {
                                throw new IllegalStateException("garbage");
                            }
                        },
                        "garbageDoesNoHarm"),
                wrong(
                        "swallows what a fetch fails with",
                        () -> new Good() {
                            @Override
                            EmoteSource source(String name, EmoteScope scope, String path) {
                                return EmoteSource.of(name, scope, context -> {
                                    try {
                                        return parse(context.require(address(path)));
                                    } catch (EmoteLoadException e) {
                                        return EmoteSet.empty();
                                    }
                                });
                            }
                        },
                        "aFailedFetchFailsTheSource"),
                wrong(
                        "finds emotes of another provider",
                        () -> new Good() {
                            @Override
                            public List<Emote> search(String query, int limit, EmoteContext context) {
                                return List.of(emote("other", "Cat"));
                            }
                        },
                        "aSearchGivesItsOwnEmotes"),
                wrong(
                        "finds null",
                        () -> new Good() {
                            @Override
                            @SuppressWarnings("NullAway") // What a plugin in another language may do.
                            public List<Emote> search(String query, int limit, EmoteContext context) {
                                return null;
                            }
                        },
                        "aSearchGivesItsOwnEmotes"),
                wrong(
                        "puts the query into the address as it is",
                        () -> new Good() {
                            @Override
                            public List<Emote> search(String query, int limit, EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                URI address = URI.create("https://good.example/search?q=" + query);
                                return parseCodes(requireFine(context.send(EmoteRequest.of("POST", address)))).stream()
                                        .map(code -> emote("good", code))
                                        .toList();
                            }
                        },
                        "aSearchGivesItsOwnEmotes"),
                wrong(
                        "searches again when the server fails",
                        () -> new Good() {
                            @Override
                            public List<Emote> search(String query, int limit, EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                try {
                                    return super.search(query, limit, context);
                                } catch (EmoteLoadException e) {
                                    return super.search(query, limit, context);
                                }
                            }
                        },
                        "aSearchThatFailsIsNotRepeated"),
                wrong(
                        "takes an interruption for an empty result",
                        () -> new Good() {
                            @Override
                            public List<Emote> search(String query, int limit, EmoteContext context)
                                    throws EmoteLoadException {
                                try {
                                    return super.search(query, limit, context);
                                } catch (InterruptedException e) {
                                    return List.of();
                                }
                            }
                        },
                        "aSearchThatFailsIsNotRepeated"),
                wrong(
                        "takes any name for a channel",
                        () -> new Good() {
                            @Override
                            public EmoteSource channel(String channel) {
                                return source("channel " + channel, EmoteScope.ROOM, "/list");
                            }
                        },
                        "aChannelHasItsSource"),
                wrong(
                        "gives a channel another name each time",
                        () -> new Good() {
                            @Override
                            public EmoteSource channel(String channel) {
                                return source(
                                        requireName(channel) + System.identityHashCode(new Object()),
                                        EmoteScope.ROOM,
                                        "/list");
                            }
                        },
                        "aChannelHasItsSource"),
                wrong(
                        "gives all channels one name",
                        () -> new Good() {
                            @Override
                            public EmoteSource channel(String channel) {
                                requireName(channel);
                                return source("channel", EmoteScope.ROOM, "/list");
                            }
                        },
                        "aChannelHasItsSource"),
                wrong(
                        "gives a personal set to everybody",
                        () -> new Good() {
                            @Override
                            public EmoteSource personal(String user) {
                                return source("user " + requireName(user), EmoteScope.GLOBAL, "/list");
                            }
                        },
                        "aPersonHasASource"));
    }

    private static Stream<Arguments> wrongUploads() {
        return Stream.of(
                wrong(
                        "uploads again when the server fails",
                        () -> new Good() {
                            @Override
                            public Emote upload(NewEmote emote, EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                try {
                                    return super.upload(emote, context);
                                } catch (EmoteLoadException e) {
                                    return super.upload(emote, context);
                                }
                            }
                        },
                        "anUploadThatFailsIsNotRepeated"),
                wrong(
                        "uploads twice",
                        () -> new Good() {
                            @Override
                            public Emote upload(NewEmote emote, EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                super.upload(emote, context);
                                return super.upload(emote, context);
                            }
                        },
                        "anUploadGivesItsOwnEmoteOrFails"),
                wrong(
                        "believes that all is well whatever is answered",
                        () -> new Good() {
                            @Override
                            public Emote upload(NewEmote emote, EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                context.send(EmoteRequest.of("POST", address("/mine")));
                                return emote("good", emote.shortcode());
                            }
                        },
                        "anUploadGivesItsOwnEmoteOrFails"),
                wrong(
                        "looks at the status only",
                        () -> new Good() {
                            @Override
                            public Emote upload(NewEmote emote, EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                requireFine(context.send(EmoteRequest.of("POST", address("/mine"))));
                                return emote("good", emote.shortcode());
                            }
                        },
                        "anUploadGivesItsOwnEmoteOrFails"),
                wrong(
                        "says that it removed what was never there",
                        () -> new Good() {
                            @Override
                            public void remove(String shortcode, EmoteContext context) {}
                        },
                        "uploadsAreListedAndOnlyTheyAreRemoved"),
                wrong(
                        "lists what was uploaded with nulls in it",
                        () -> new Good() {
                            @Override
                            @SuppressWarnings("NullAway") // What a plugin in another language may do.
                            public List<Emote> uploaded(EmoteContext context) {
                                return Collections.singletonList((Emote) null);
                            }
                        },
                        "uploadsAreListedAndOnlyTheyAreRemoved"),
                wrong(
                        "puts the token into the address",
                        () -> new Good() {
                            @Override
                            public List<Emote> uploaded(EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                URI address = URI.create("https://good.example/mine?token=" + TOKEN);
                                requireFine(context.send(EmoteRequest.of("GET", address)));
                                return List.of();
                            }
                        },
                        "secretsAreNotTold"),
                wrong(
                        "repeats what the server says, the token included",
                        () -> new Good() {
                            @Override
                            public List<Emote> uploaded(EmoteContext context)
                                    throws EmoteLoadException, InterruptedException {
                                EmoteAnswer answer = context.send(EmoteRequest.of("GET", address("/mine")));
                                throw malformed("the server says " + new String(answer.body(), StandardCharsets.UTF_8));
                            }
                        },
                        "secretsAreNotTold"));
    }

    private static Arguments wrongTalk(String what, Supplier<Talk> talk, String test) {
        return wrong(
                what,
                () -> new Good() {
                    @Override
                    public Conversation converse() {
                        return talk.get();
                    }
                },
                test);
    }

    private static Stream<Arguments> wrongLiveUpdates() {
        Talk only = new Talk();
        return Stream.of(
                wrong(
                        "connects by http",
                        () -> new Good() {
                            @Override
                            public Optional<URI> liveAddress() {
                                return Optional.of(URI.create("https://live.example"));
                            }
                        },
                        "liveUpdatesComeFromAWebSocket"),
                wrongTalk("has one conversation for all connections", () -> only, "liveUpdatesComeFromAWebSocket"),
                wrongTalk(
                        "crashes on what it does not understand",
                        () -> new Talk() {
                            @Override
                            public void onText(String text, LiveEmotes.Actions actions) {
                                if (!text.matches("hello|again|[+-][A-Za-z]+")) {
                                    throw new IllegalArgumentException("what?");
                                }
                            }
                        },
                        "aConversationBearsWhateverIsSaid"),
                wrongTalk(
                        "makes changes that cannot be made twice",
                        () -> new Talk() {
                            @Override
                            public void onText(String text, LiveEmotes.Actions actions) {
                                actions.change(
                                        "list",
                                        set -> set.toBuilder()
                                                .add(emote(
                                                        "good",
                                                        "Bird" + set.emotes().size()))
                                                .build());
                            }
                        },
                        "aConversationBearsWhateverIsSaid"),
                wrongTalk(
                        "adds emotes of another provider",
                        () -> new Talk() {
                            @Override
                            public void onText(String text, LiveEmotes.Actions actions) {
                                actions.change(
                                        "list",
                                        set -> set.toBuilder()
                                                .put(emote("other", "Bird"))
                                                .build());
                            }
                        },
                        "aConversationBearsWhateverIsSaid"),
                wrongTalk(
                        "removes what must be there",
                        () -> new Talk() {
                            @Override
                            public void onText(String text, LiveEmotes.Actions actions) {
                                actions.change("list", set -> {
                                    EmoteSet.Builder changed = set.toBuilder();
                                    Emote cat = changed.remove("Cat").orElseThrow();
                                    return changed.put(cat.withCode("Bird")).build();
                                });
                            }
                        },
                        "aConversationBearsWhateverIsSaid"),
                wrongTalk(
                        "keeps the actions of an earlier call",
                        () -> new Talk() {
                            private LiveEmotes.@Nullable Actions kept;

                            @Override
                            public void onText(String text, LiveEmotes.Actions actions) {
                                if (kept == null) {
                                    kept = actions;
                                }
                                kept.send("hello");
                            }
                        },
                        "aConversationBearsWhateverIsSaid"),
                wrongTalk(
                        "has no patience at all",
                        () -> new Talk() {
                            @Override
                            public Duration patience() {
                                return Duration.ZERO;
                            }
                        },
                        "aConversationBearsWhateverIsSaid"),
                wrongTalk(
                        "does not know what to do after some codes",
                        () -> new Talk() {
                            @Override
                            @SuppressWarnings("NullAway") // What a plugin in another language may do.
                            public LiveEmotes.Retry onClosed(int closeCode) {
                                return closeCode == 4321 ? null : LiveEmotes.Retry.SOON;
                            }
                        },
                        "everyCloseCodeHasItsAnswer"));
    }
}
