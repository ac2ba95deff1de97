package dev.parley.chat.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntConsumer;

/**
 * How far long work has come, in tenths: people are told of each once at most, so that a pipe is not filled with it.
 */
final class Progress {

    private Progress() {}

    /** How many tenths are done of something; all of nothing. */
    static int tenths(long done, long whole) {
        return whole <= 0 ? 10 : (int) Math.min(10, Math.max(0, done) * 10.0 / whole);
    }

    /**
     * Watches a stream while it is read.
     *
     * @param whole how long it is
     * @param reached is told of the last tenth that was reached, when that is another one than before
     */
    static InputStream watch(InputStream in, long whole, IntConsumer reached) {
        return new Watched(in, whole, reached);
    }

    private static final class Watched extends FilterInputStream {
        private final long whole;
        private final IntConsumer reached;
        private long done;

        Watched(InputStream in, long whole, IntConsumer reached) {
            super(in);
            this.whole = whole;
            this.reached = reached;
        }

        private void count(long bytes) {
            int before = tenths(done, whole);
            done += Math.max(0, bytes);
            int now = tenths(done, whole);
            if (now > before) {
                reached.accept(now);
            }
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            count(octet < 0 ? 0 : 1);
            return octet;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count(read);
            return read;
        }

        @Override
        public long skip(long bytes) throws IOException {
            long skipped = super.skip(bytes);
            count(skipped);
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
