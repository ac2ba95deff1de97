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

    /**
     * Longest line that a terminal surely handed over whole, in bytes. It edits lines of at most 4,095 bytes and drops
     * what is typed or pasted beyond that, silently (termios(3), canonical mode).
     */
    static final int MAX_TERMINAL_LINE_BYTES = 4_094;

    private static final int BUFFER_BYTES = 8 * 1024;

    private final InputStream in;
    private final int maxLineBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;

    /**
     * Makes a reader.
     *
     * @param in where lines come from
     * @param maxLineBytes longest line that is good, without its line break
     */
    LineReader(InputStream in, int maxLineBytes) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
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
            if (line.size() + (at - from) > maxLineBytes + 1) {
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

    private Line finish(ByteArrayOutputStream bytes, boolean tooLong) {
        byte[] line = bytes.toByteArray();
        int length = line.length > 0 && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        if (tooLong || length > maxLineBytes) {
            return bad("line_too_long", "the line is longer than " + maxLineBytes + " bytes", "send it in parts");
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
