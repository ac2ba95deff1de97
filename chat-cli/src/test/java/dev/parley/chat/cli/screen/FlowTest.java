package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FlowTest {
    private static final Ink BOLD = Ink.PLAIN.with(Ink.BOLD);

    private static List<String> texts(Flow flow, int columns) {
        List<String> texts = new ArrayList<>();
        for (Flow.Line line : flow.lines(columns)) {
            Grid grid = new Grid(line.rows(), columns);
            Flow.draw(
                    line,
                    grid.canvas(),
                    0,
                    (name, part, hidden) -> part.put(0, 0, "#".repeat(part.columns()), Ink.PLAIN));
            texts.add(grid.text().stripTrailing());
        }
        return texts;
    }

    @Test
    void wordsStayWhole() {
        assertThat(texts(new Flow().run("one two three", Ink.PLAIN), 8)).containsExactly("one two", "three");
        assertThat(texts(new Flow().run("on", Ink.PLAIN).run("e two", BOLD), 4)).containsExactly("one", "two");
    }

    @Test
    void whatIsLongerThanALineIsBrokenWithin() {
        assertThat(texts(new Flow().run("a abcdefghij", Ink.PLAIN), 4)).containsExactly("a ab", "cdef", "ghij");
        assertThat(texts(new Flow().run("日本語日本語", Ink.PLAIN), 5)).containsExactly("日本", "語日", "本語");
    }

    @Test
    void linesEndWhereTheTextSays() {
        assertThat(texts(new Flow().run("\na\n\n  b\n", Ink.PLAIN), 10)).containsExactly("", "a", "", "  b", "");
    }

    @Test
    void aBoxHasItsPlaceAndTextStandsAtItsFoot() {
        Flow flow = new Flow().run("hi ", Ink.PLAIN).box(2, 3, "x").run(" there", Ink.PLAIN);
        assertThat(texts(flow, 20)).containsExactly("   ###\nhi     there");
        assertThat(texts(flow, 5)).containsExactly("hi", "###", "there");
    }

    @Test
    void noLineIsTooWideAndNoWordIsLost() {
        String letters = "ab  日é👍\n c ";
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            Flow flow = new Flow();
            StringBuilder all = new StringBuilder();
            for (int i = random.nextInt(6); i >= 0; i--) {
                StringBuilder run = new StringBuilder();
                for (int k = random.nextInt(12); k > 0; k--) {
                    int at = letters.offsetByCodePoints(0, random.nextInt(letters.codePointCount(0, letters.length())));
                    run.appendCodePoint(letters.codePointAt(at));
                }
                flow.run(run.toString(), random.nextBoolean() ? Ink.PLAIN : BOLD);
                all.append(run);
            }
            int columns = 2 + random.nextInt(9);
            StringBuilder set = new StringBuilder();
            for (Flow.Line line : flow.lines(columns)) {
                int end = 0;
                for (Flow.Placed placed : line.parts()) {
                    Flow.Run run = (Flow.Run) placed.part();
                    assertThat(placed.column()).as("seed %s", seed).isGreaterThanOrEqualTo(end);
                    end = placed.column() + Graphemes.width(run.text());
                    assertThat(end).as("seed %s", seed).isLessThanOrEqualTo(columns);
                    set.append(run.text());
                }
            }
            assertThat(set.toString().replaceAll("\\s", ""))
                    .as("seed %s", seed)
                    .isEqualTo(all.toString().replaceAll("\\s", ""));
        }
    }
}
