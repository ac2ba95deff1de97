package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.chat.emotes.EmoteCatalog.Layer;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmoteModelTest {
    private static Emote emote(String id, String code) {
        return Emote.builder(new EmoteId("test", id), code).build();
    }

    private static EmoteImage image(EmoteImageFormat format, int height, long size) {
        return new EmoteImage(URI.create("https://cdn.example/" + format + height), format, height, height, size, 1);
    }

    private static EmoteSet set(Emote... emotes) {
        EmoteSet.Builder builder = EmoteSet.builder();
        List.of(emotes).forEach(builder::add);
        return builder.build();
    }

    @Test
    void theNarrowerScopeWinsAndWithinItTheFirstSet() {
        EmoteCatalog catalog = EmoteCatalog.of(List.of(
                new Layer(EmoteScope.GLOBAL, set(emote("g", "A"), emote("g2", "B"), emote("g3", "C"))),
                new Layer(EmoteScope.ROOM, set(emote("r1", "A"), emote("r2", "B"))),
                new Layer(EmoteScope.ROOM, set(emote("late", "B"))),
                new Layer(EmoteScope.PERSONAL, set(emote("p", "A")))));

        assertThat(catalog.emotes()).extracting(emote -> emote.id().value()).containsExactly("p", "r2", "g3");
        assertThat(catalog.find("A")).contains(emote("p", "A"));
        assertThat(catalog.find("a")).isEmpty();
        assertThat(catalog.size()).isEqualTo(3);
    }

    @Test
    void anEmoteWhoseCodeWasTakenIsStillFoundById() {
        EmoteCatalog catalog = EmoteCatalog.of(List.of(
                new Layer(EmoteScope.GLOBAL, set(emote("g", "A"))), new Layer(EmoteScope.ROOM, set(emote("r", "A")))));

        assertThat(catalog.find(new EmoteId("test", "g"))).contains(emote("g", "A"));
        assertThat(catalog.find(new EmoteId("other", "g"))).isEmpty();
    }

    @Test
    void unlistedEmotesAreLeftOutUnlessAskedFor() {
        Emote hidden = Emote.builder(new EmoteId("test", "h"), "H")
                .visibility(EmoteVisibility.UNLISTED)
                .build();
        Emote notOffered = Emote.builder(new EmoteId("test", "n"), "N")
                .visibility(EmoteVisibility.NOT_OFFERED)
                .build();
        List<Layer> layers = List.of(new Layer(EmoteScope.GLOBAL, set(hidden, notOffered)));

        assertThat(EmoteCatalog.of(layers).emotes()).containsExactly(notOffered);
        assertThat(EmoteCatalog.of(layers).find(hidden.id())).isEmpty();
        assertThat(EmoteCatalog.ofAllIncludingUnlisted(layers).emotes()).containsExactly(hidden, notOffered);
    }

    @Test
    void aSetKeepsTheFirstOfTwoEqualCodesAndSaysSo() {
        EmoteSet set = set(emote("1", "A"), emote("2", "A"));

        assertThat(set.emotes()).containsExactly(emote("1", "A"));
        assertThat(set.skippedCount()).isEqualTo(1);
        assertThat(set.skippedNotes()).singleElement().asString().contains("test/2 A");
    }

    @Test
    void aSetHoldsAtMost100000Emotes() {
        EmoteSet.Builder builder = EmoteSet.builder();
        IntStream.range(0, EmoteSet.MAX_EMOTES).forEach(i -> builder.add(emote("i" + i, "c" + i)));
        assertThat(builder.build().skippedCount()).isZero();

        EmoteSet oneMore = builder.add(emote("more", "more")).build();
        assertThat(oneMore.emotes()).hasSize(EmoteSet.MAX_EMOTES);
        assertThat(oneMore.skippedCount()).isEqualTo(1);
    }

    @Test
    void onlyTheFirstSkippedEntriesAreDescribed() {
        EmoteSet.Builder builder = EmoteSet.builder();
        IntStream.range(0, EmoteSet.MAX_SKIPPED_NOTES + 1).forEach(i -> builder.skip("entry " + i, "odd"));

        assertThat(builder.build().skippedCount()).isEqualTo(EmoteSet.MAX_SKIPPED_NOTES + 1);
        assertThat(builder.build().skippedNotes()).hasSize(EmoteSet.MAX_SKIPPED_NOTES);
    }

    @Test
    void whatIsSaidOfASkippedEntryIsOneShortLine() {
        String odd = "a\u001b[2J\r\nb\u202ec\u2028d\ud800e";
        EmoteSet set = EmoteSet.builder()
                .skip(odd, "odd")
                .skipped(1, List.of(odd))
                .skip("", "x".repeat(EmoteSet.MAX_SKIPPED_NOTE_CHARS - 2))
                .skip("", "x".repeat(EmoteSet.MAX_SKIPPED_NOTE_CHARS - 1))
                .skip("", "\uD83D\uDE00".repeat(EmoteSet.MAX_SKIPPED_NOTE_CHARS))
                .skip("x", "\uD83D\uDE00".repeat(EmoteSet.MAX_SKIPPED_NOTE_CHARS))
                .build();

        assertThat(set.skippedNotes())
                .containsExactly(
                        "a [2J  b c d e: odd",
                        "a [2J  b c d e",
                        ": " + "x".repeat(EmoteSet.MAX_SKIPPED_NOTE_CHARS - 2),
                        ": " + "x".repeat(EmoteSet.MAX_SKIPPED_NOTE_CHARS - 3) + "\u2026",
                        ": " + "\uD83D\uDE00".repeat(98) + "\u2026",
                        "x: " + "\uD83D\uDE00".repeat(98) + "\u2026");
        assertThat(set.toBuilder().build()).isEqualTo(set);
    }

    @Test
    void aCategoryIsCutTo100CodePoints() {
        String longest = "\uD83D\uDE00".repeat(Emote.MAX_CATEGORY_CODE_POINTS);
        Emote.Builder emote = Emote.builder(new EmoteId("test", "1"), "A");

        assertThat(emote.category(longest).build().category()).contains(longest);
        assertThat(emote.category(" " + longest + "x").build().category()).contains(longest);
        assertThat(emote.category("x".repeat(99) + " yz").build().category()).contains("x".repeat(99));
    }

    @Test
    void anEmoteHasAtMost50TagsOf100CodePoints() {
        String longest = "\uD83D\uDE00".repeat(Emote.MAX_TAG_CODE_POINTS);
        List<String> most = Collections.nCopies(Emote.MAX_TAGS, longest);
        Emote.Builder emote = Emote.builder(new EmoteId("test", "1"), "A");

        assertThat(emote.tags(most).build().tags()).isEqualTo(most);
        assertThat(emote.tags(Collections.nCopies(Emote.MAX_TAGS + 1, longest + "x"))
                        .build()
                        .tags())
                .isEqualTo(most);
        assertThat(emote.build().withCode("B").tags()).isEqualTo(most);
    }

    @Test
    void theUrlOfAnImageHasAtMost2048Characters() {
        String start = "https://cdn.example/";
        String longest = start + "x".repeat(EmoteImage.MAX_URL_CHARS - start.length());

        assertThat(new EmoteImage(URI.create(longest), EmoteImageFormat.PNG, 1, 1, 1, 1).url())
                .hasToString(longest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EmoteImage(URI.create(longest + "x"), EmoteImageFormat.PNG, 1, 1, 1, 1))
                .withMessageContaining("2049");
    }

    @Test
    void aCodeHas1To100CodePoints() {
        String longest = "\uD83D\uDE00".repeat(Emote.MAX_CODE_POINTS);
        assertThat(emote("1", longest).code()).isEqualTo(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> emote("1", longest + "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> emote("1", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\u00a0b", "a\u001bb", "a\u0000"})
    void aCodeHasNoWhiteSpaceAndNoControlCharacters(String code) {
        assertThatIllegalArgumentException().isThrownBy(() -> emote("1", code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7TV", "a b", "-a", "a.b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void aProviderIdIsLowerCaseAndShort(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> new EmoteId(id, "x"));
    }

    @Test
    void anEmoteIdHasAtMost256Characters() {
        String longest = "x".repeat(EmoteId.MAX_VALUE_CHARS);
        assertThat(new EmoteId("7tv", longest).value()).hasSize(256);
        assertThatIllegalArgumentException().isThrownBy(() -> new EmoteId("7tv", longest + "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> new EmoteId("7tv", "a\nb"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://cdn.example/x",
                "ftp://cdn.example/x",
                "data:image/png;base64,AAAA",
                "//cdn.example/x",
                "/x",
                "https://user@cdn.example/x",
                "file:///etc/hosts",
                "http://127.0.0.1.example/x"
            })
    void anImageIsReachedByHttpsOnly(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EmoteImage(URI.create(url), EmoteImageFormat.PNG, 1, 1, 1, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:1/x", "HTTPS://cdn.example/x"})
    void anImageOnALoopbackHostMayBePlainHttp(String url) {
        assertThat(new EmoteImage(URI.create(url), EmoteImageFormat.PNG, 1, 1, 1, 1).url())
                .hasToString(url);
    }

    @Test
    void theSmallestImageThatIsHighEnoughIsChosen() {
        EmoteImage small = image(EmoteImageFormat.WEBP, 32, 10);
        EmoteImage middle = image(EmoteImageFormat.WEBP, 64, 20);
        EmoteImage middleAvif = image(EmoteImageFormat.AVIF, 64, 5);
        EmoteImage large = image(EmoteImageFormat.GIF, 128, 90);
        Emote emote = Emote.builder(new EmoteId("test", "1"), "A")
                .images(List.of(large, middleAvif, middle, small))
                .build();
        List<EmoteImageFormat> webpThenGif = List.of(EmoteImageFormat.WEBP, EmoteImageFormat.GIF);

        assertThat(emote.imageFor(1, webpThenGif)).contains(small);
        assertThat(emote.imageFor(32, webpThenGif)).contains(small);
        assertThat(emote.imageFor(33, webpThenGif)).contains(middle);
        assertThat(emote.imageFor(65, webpThenGif)).contains(large);
        assertThat(emote.imageFor(129, webpThenGif)).contains(large);
        assertThat(emote.imageFor(65, List.of(EmoteImageFormat.WEBP))).contains(middle);
        assertThat(emote.imageFor(64, List.of(EmoteImageFormat.AVIF, EmoteImageFormat.WEBP)))
                .contains(middleAvif);
        assertThat(emote.imageFor(64, List.of(EmoteImageFormat.PNG))).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> emote.imageFor(0, webpThenGif));
    }

    @Test
    void anEmoteThatMovesIsDrawnStillOnlyIfNothingElseWillDo() {
        EmoteImage moving = new EmoteImage(URI.create("https://cdn.example/1"), EmoteImageFormat.WEBP, 32, 32, 900, 12);
        EmoteImage still = new EmoteImage(URI.create("https://cdn.example/2"), EmoteImageFormat.WEBP, 32, 32, 0, 1);
        EmoteImage stillPng = new EmoteImage(URI.create("https://cdn.example/3"), EmoteImageFormat.PNG, 32, 32, 0, 1);
        Emote emote = Emote.builder(new EmoteId("test", "1"), "A")
                .animated(true)
                .images(List.of(stillPng, still, moving))
                .build();
        List<EmoteImageFormat> pngThenWebp = List.of(EmoteImageFormat.PNG, EmoteImageFormat.WEBP);

        assertThat(emote.imageFor(32, pngThenWebp)).contains(moving);
        assertThat(emote.imageFor(32, List.of(EmoteImageFormat.PNG))).contains(stillPng);
        assertThat(emote.imageFor(32, pngThenWebp, 899, 100)).contains(stillPng);
        assertThat(emote.imageFor(32, pngThenWebp, 900, 11)).contains(stillPng);
    }

    @Test
    void aProviderSeesItsOwnSettingsOnly() {
        EmoteSettings settings = EmoteSettings.of(
                java.util.Map.of("7tv.url", " https://x.example ", "7tv.blank", " ", "custom.token", "hidden"), "7tv");

        assertThat(settings.get("7tv.url")).contains("https://x.example");
        assertThat(settings.get("7tv.blank")).isEmpty();
        assertThat(settings.get("custom.token")).isEmpty();
        assertThat(settings).hasToString("EmoteSettings[7tv.url]");
    }

    @Test
    void imagesThatAreMadeLaterAreMadeOnceAndOnlyWhenSomebodyAsks() {
        AtomicInteger asked = new AtomicInteger();
        EmoteImage image = image(EmoteImageFormat.PNG, 32, 10);
        List<EmoteImage> images = List.of(image);
        Emote later = Emote.builder(new EmoteId("test", "1"), "Kappa")
                .imagesLater(() -> {
                    asked.incrementAndGet();
                    return images;
                })
                .build();
        Emote alias = later.withCode("Keepo");

        assertThat(later).isNotEqualTo(alias);
        assertThat(Set.of(later, alias)).contains(later, alias);
        assertThat(asked).hasValue(0);

        assertThat(alias.images()).isEqualTo(images);
        assertThat(later.imageFor(1, List.of(image.format()))).contains(image);
        assertThat(later)
                .isEqualTo(Emote.builder(new EmoteId("test", "1"), "Kappa")
                        .images(images)
                        .build())
                .isNotEqualTo(Emote.builder(new EmoteId("test", "1"), "Kappa").build());
        assertThat(asked).hasValue(1);
    }

    @Test
    void whatImagesAreMadeOfIsTheLastThatTheBuilderWasGiven() {
        EmoteImage image = image(EmoteImageFormat.PNG, 32, 10);
        Supplier<List<EmoteImage>> none = List::of;

        assertThat(Emote.builder(new EmoteId("test", "1"), "a")
                        .imagesLater(none)
                        .images(List.of(image))
                        .build()
                        .images())
                .containsExactly(image);
        assertThat(Emote.builder(new EmoteId("test", "1"), "a")
                        .images(List.of(image))
                        .imagesLater(none)
                        .build()
                        .images())
                .isEmpty();
    }
}
