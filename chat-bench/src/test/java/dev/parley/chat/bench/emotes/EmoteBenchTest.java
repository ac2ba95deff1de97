package dev.parley.chat.bench.emotes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteTokenizer;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The benchmark does what it says, and what is allocated, which is the same on every machine. */
final class EmoteBenchTest {
    private static final EmoteCatalog CATALOG =
            EmoteCatalog.of(List.of(new EmoteCatalog.Layer(EmoteScope.GLOBAL, EmoteBench.set(EmoteBench.FULL_SET))));

    @Test
    void eachSizeIsMeasured() {
        assertThat(EmoteBench.tokenizing(1)).contains("| 0 |", "| 1,000 |", "| 100,000 |");
    }

    @Test
    void aProcessStartsFromTheDisk() throws Exception {
        assertThat(EmoteBench.starting(1)).contains("median");
    }

    @Test
    void wordsThatAreNoEmotesCostNoMemory() {
        // One token in both, of the very text.
        assertThat(bytesFor("word ".repeat(2_000).strip())).isEqualTo(bytesFor("two words"));
    }

    private static long bytesFor(String text) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        for (int i = 0; i < 200; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            int tokens = EmoteTokenizer.tokenize(text, CATALOG).size();
            bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
            assertThat(tokens).isEqualTo(1);
        }
        return bytes;
    }
}
