package dev.parley.chat.internal.encoding;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads lines of a bounded length, and passes over what is longer. For one thread. */
public final class BoundedLines {

    private final InputStream in;
    private final int maxBytes;
    private long number;

    /**
     * Starts at the first line.
     *
     * @param in what to read; it is not closed
     * @param maxBytes longest line that is returned
     */
    public BoundedLines(InputStream in, int maxBytes) {
        this.in = new BufferedInputStream(in);
        this.maxBytes = maxBytes;
    }

    /**
     * Says which line was read last.
     *
     * @return its number, from 1; 0 before the first
     */
    public long number() {
        return number;
    }

    /**
     * Reads a line.
     *
     * @return its bytes, without the line break; null at the end
     * @throws MalformedException if the line is longer than is allowed; the next call reads the one behind it
     * @throws IOException if it cannot be read
     */
    public byte @Nullable [] next() throws IOException, MalformedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        int b = in.read();
        if (b < 0) {
            return null;
        }
        number++;
        while (b >= 0 && b != '\n') {
            if (line.size() < maxBytes) {
                line.write(b);
            } else {
                tooLong = true;
            }
            b = in.read();
        }
        if (tooLong) {
            throw new MalformedException("the line is longer than " + maxBytes + " bytes");
        }
        return line.toByteArray();
    }
}
