package dev.parley.chat.internal.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.PeerId;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How members of one name are told apart. */
final class ShownNamesTest {

    private static final PeerId ONE = new PeerId("aaaabbbb".repeat(4));
    private static final PeerId TWO = new PeerId("aaaabbbc".repeat(4));
    private static final PeerId THREE = new PeerId("qqqqbbbb".repeat(4));

    @Test
    void whoHasANameAloneIsShownUnderIt() {
        assertThat(ShownNames.of(Map.of(ONE, "ann", THREE, "bob"))).isEqualTo(Map.of(ONE, "ann", THREE, "bob"));
    }

    @Test
    void membersOfOneNameAllGetTheBeginningOfTheirId() {
        assertThat(ShownNames.of(Map.of(ONE, "ann", THREE, "Ann")))
                .isEqualTo(Map.of(ONE, "ann\u00b7aaaa", THREE, "Ann\u00b7qqqq"));
    }

    @Test
    void idsThatBeginAlikeAreShownAsLongAsItTakes() {
        assertThat(ShownNames.of(Map.of(ONE, "ann", TWO, "ann", THREE, "ann")))
                .isEqualTo(Map.of(ONE, "ann\u00b7aaaabbbb", TWO, "ann\u00b7aaaabbbc", THREE, "ann\u00b7qqqqbbbb"));
    }

    @Test
    void aNameThatLooksLikeAnothersEndIsNotShownAsThatOne() {
        assertThat(ShownNames.of(Map.of(ONE, "ann", THREE, "ann\u00b7aaaa", TWO, "ann")))
                .containsEntry(THREE, "ann\u00b7aaaa\u00b7qqqq");
    }
}
