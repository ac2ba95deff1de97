package dev.parley.chat.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads lines of UTF-8, each bounded, so that whoever writes cannot fill the memory. For one thread. */
final class LineReader {

    /** Longest line, in bytes, without its line break. */
    static final int MAX_LINE_BYTES = 64 * 1024;

    private static final int BUFFER_BYTES = 8 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;

    LineReader(InputStream in) {
        this.in = in;
    }

    /**
     * A line, or what is wrong with it.
     *
     * @param text the line; empty when something is wrong with it
     * @param problem null when the line is good
     */
    record Line(String text, @Nullable Failure problem) {}

    /**
     * Reads a line, blocking. A line that is too long or not UTF-8 is read to its end and reported.
     *
     * @return the line, or null at the end of the input
     * @throws IOException if the input cannot be read
     */
    @Nullable
    Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        boolean any = false;
        while (true) {
            if (at == end) {
                at = 0;
                end = Math.max(0, in.read(buffer));
                if (end == 0) {
                    return any ? finish(line, tooLong) : null;
                }
            }
            any = true;
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            if (line.size() + (at - from) > MAX_LINE_BYTES + 1) {
                tooLong = true;
                line.reset();
            }
            if (!tooLong) {
                line.write(buffer, from, at - from);
            }
            if (at < end) {
                at++;
                return finish(line, tooLong);
            }
        }
    }

    private static Line finish(ByteArrayOutputStream bytes, boolean tooLong) {
        byte[] line = bytes.toByteArray();
        int length = line.length > 0 && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        if (tooLong || length > MAX_LINE_BYTES) {
            return bad("line_too_long", "the line is longer than " + MAX_LINE_BYTES + " bytes", "send it in parts");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(line, 0, length))
                    .toString();
            return new Line(text, null);
        } catch (CharacterCodingException e) {
            return bad("invalid_encoding", "the line is not UTF-8", "write UTF-8");
        }
    }

    private static Line bad(String code, String message, String hint) {
        return new Line("", new Failure(ExitCode.USAGE, code, message, hint));
    }
}
