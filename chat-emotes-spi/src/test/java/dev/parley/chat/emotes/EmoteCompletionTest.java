package dev.parley.chat.emotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.chat.emotes.EmoteCompletion.Candidate;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmoteCompletionTest {
    private static EmoteCatalog catalog(String... codes) {
        EmoteSet.Builder set = EmoteSet.builder();
        for (String code : codes) {
            set.add(Emote.builder(new EmoteId("test", "id-" + code), code).build());
        }
        return EmoteCatalog.of(List.of(new EmoteCatalog.Layer(EmoteScope.GLOBAL, set.build())));
    }

    private static List<String> complete(String query, List<String> recent, String... codes) {
        return EmoteCompletion.complete(query, catalog(codes), recent, 50).stream()
                .filter(candidate -> candidate.emote() != null)
                .map(Candidate::insert)
                .toList();
    }

    @Test
    void prefixesComeBeforeOthersAndShorterBeforeLonger() {
        assertThat(complete("pog", List.of(), "OhPog", "PogChampion", "Pog", "Sad", "PogU", "xpog"))
                .containsExactly("Pog", "PogU", "PogChampion", "xpog", "OhPog");
    }

    @Test
    void whatWasUsedLatelyComesFirstAmongItsLike() {
        assertThat(complete(
                        "pog", List.of("PogChampion", "OhPog", "PogU"), "OhPog", "xpog", "Pog", "PogU", "PogChampion"))
                .containsExactly("PogChampion", "PogU", "Pog", "OhPog", "xpog");
    }

    @Test
    void caseMattersOnlyIfACapitalWasTyped() {
        assertThat(complete("pog", List.of(), "POG", "pog", "Pog")).hasSize(3);
        assertThat(complete("Pog", List.of(), "POG", "pog", "Pog", "aPog")).containsExactly("Pog", "aPog");
    }

    @Test
    void colonsCountNeitherInTheNameNorInTheQuery() {
        assertThat(complete(":blob", List.of(), ":blobcat:", ":ablob:", ":)))", "blobby"))
                .containsExactly("blobby", ":blobcat:", ":ablob:");
        assertThat(complete(":)", List.of(), ":)))", ":blobcat:")).containsExactly(":)))");
    }

    @Test
    void unicodeEmojiAreOfferedAsThemselves() {
        assertThat(EmoteCompletion.complete(":thumbsu", catalog(), List.of(), 5))
                .first()
                .isEqualTo(new Candidate("\uD83D\uDC4D", ":thumbsup:", null));
    }

    @Test
    void anEmptyQueryOffersTheCatalogTheLatestUsedFirst() {
        assertThat(complete("", List.of("b"), "aa", "c", "b")).containsExactly("b", "c", "aa");
    }

    @Test
    void noMoreThanTheLimitAndTheBestOfAllAreGiven() {
        String[] codes = new String[1_000];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = "x".repeat(1 + (i * 37) % 90) + i;
        }
        List<Candidate> all = EmoteCompletion.complete("x", catalog(codes), List.of(), 100_000);
        assertThat(EmoteCompletion.complete("x", catalog(codes), List.of(), 7)).isEqualTo(all.subList(0, 7));
        assertThatIllegalArgumentException().isThrownBy(() -> EmoteCompletion.complete("x", catalog(), List.of(), 0));
    }

    @Test
    void whatIsNotOfferedByItsProviderIsNotCompleted() {
        Emote hidden = Emote.builder(new EmoteId("test", "1"), "hidden")
                .visibility(EmoteVisibility.NOT_OFFERED)
                .build();
        EmoteCatalog catalog = EmoteCatalog.of(List.of(new EmoteCatalog.Layer(
                EmoteScope.GLOBAL, EmoteSet.builder().add(hidden).build())));

        assertThat(EmoteCompletion.complete("hidden", catalog, List.of(), 5)).isEmpty();
    }
}
