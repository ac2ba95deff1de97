package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {

    private static List<String> read(InputStream in) throws IOException {
        return read(in, LineReader.MAX_LINE_BYTES);
    }

    private static List<String> read(InputStream in, int maxLineBytes) throws IOException {
        List<String> lines = new ArrayList<>();
        LineReader reader = new LineReader(in, maxLineBytes);
        for (LineReader.Line line = reader.next(); line != null; line = reader.next()) {
            Failure problem = line.problem();
            lines.add(problem == null ? line.text() : problem.code());
        }
        return lines;
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void linesEndWithALineBreakOrTheInput() throws IOException {
        assertThat(read(bytes("one\r\n\ntw\u00f6\nlast"))).containsExactly("one", "", "tw\u00f6", "last");
        assertThat(read(bytes("one\n"))).containsExactly("one");
        assertThat(read(bytes(""))).isEmpty();
    }

    @Test
    void aLineAtTheLimitFitsAndOnePastItIsReportedAndPassedOver() throws IOException {
        String fits = "x".repeat(LineReader.MAX_LINE_BYTES);
        assertThat(read(bytes(fits + "\n" + fits + "y\nnext\n" + fits + "\r\n" + fits + "yyyyy")))
                .containsExactly(fits, "line_too_long", "next", fits, "line_too_long");
    }

    @Test
    void aLineThatATerminalMayHaveCutIsReported() throws IOException {
        String whole = "x".repeat(LineReader.MAX_TERMINAL_LINE_BYTES);
        assertThat(read(bytes(whole + "\n" + whole + "y\nnext\n"), LineReader.MAX_TERMINAL_LINE_BYTES))
                .containsExactly(whole, "line_too_long", "next");
    }

    @Test
    void anEndlessLineTakesNoMemory() throws IOException {
        long total = 64L * 1024 * 1024;
        InputStream endless = new InputStream() {
            private long left = total;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                if (left <= 0) {
                    return -1;
                }
                int n = (int) Math.min(left, length);
                left -= n;
                return n;
            }
        };
        assertThat(read(endless)).containsExactly("line_too_long");
    }

    @Test
    void aLineThatIsNotUtf8IsReportedAndPassedOver() throws IOException {
        byte[] bytes = {'a', (byte) 0xC3, '\n', 'b', '\n'};
        assertThat(read(new ByteArrayInputStream(bytes))).containsExactly("invalid_encoding", "b");
    }
}
