package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.cli.client.Mentions.Span;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MentionsTest {

    @Test
    void aNameIsAWordOfItsOwnInWhateverCase() {
        assertThat(Mentions.all("Ada, @ADA and adamant canada ada", "ada"))
                .containsExactly(new Span(0, 3), new Span(6, 9), new Span(29, 32));
        assertThat(Mentions.names("well, @Ada!", "ada")).isTrue();
        assertThat(Mentions.names("adamant", "ada")).isFalse();
        assertThat(Mentions.names("", "ada")).isFalse();
        assertThat(Mentions.names(" ", " ")).isFalse();
    }

    @Test
    void whatOverlapsIsCountedOnce() {
        assertThat(Mentions.all("la la la", "la la")).containsExactly(new Span(0, 5));
    }

    @Test
    void whereLowerCaseIsLongerTheTextIsTakenAsItIs() {
        assertThat(Mentions.all("\u0130 Ada ada", "Ada")).containsExactly(new Span(2, 5));
        assertThat(Mentions.all("i\u0307 said", "\u0130"))
                .as("of the name alone")
                .containsExactly(new Span(0, 2));
    }

    /** One pass gives them all: nobody has to go through the text again for each. */
    @Test
    void aTextThatIsFullOfANameIsGoneThroughOnce() {
        int count = OutgoingMessage.MAX_TEXT_BYTES / 4;
        List<Span> all = IntStream.range(0, count)
                .mapToObj(i -> new Span(4 * i, 4 * i + 3))
                .toList();

        assertThat(Mentions.all("ada ".repeat(count), "Ada")).isEqualTo(all);
    }
}
