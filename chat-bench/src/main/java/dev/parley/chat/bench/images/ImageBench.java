package dev.parley.chat.bench.images;

import com.sun.management.ThreadMXBean;
import dev.parley.chat.emotes.images.HostileImages;
import dev.parley.chat.emotes.images.HostileImages.HostileImage;
import dev.parley.chat.emotes.images.ImageDecoder;
import dev.parley.chat.emotes.images.ImageLimits;
import dev.parley.chat.emotes.images.ImageRefusedException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * Opens each hostile image, and each of the dearest that are allowed, first in a process that has seen none of its kind
 * and then again and again. Times are those of a clock on the wall; that each image is refused for what it is, or
 * decoded, is checked each time.
 *
 * <p>System properties: {@code parley.images.runs} (20), {@code parley.images.table} (a file to which the table is
 * written as well).
 */
public final class ImageBench {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final StringBuilder table = new StringBuilder();
    private final int runs;

    private ImageBench(int runs) {
        this.runs = runs;
    }

    private interface Opening {
        void open() throws ImageRefusedException;
    }

    /**
     * Measures.
     *
     * @param arguments none
     * @throws Exception if an image is not treated as it should be, or the table cannot be written
     */
    public static void main(String[] arguments) throws Exception {
        String table = measure(Integer.getInteger("parley.images.runs", 20));
        System.out.print(table);
        String file = System.getProperty("parley.images.table", "");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), table);
        }
    }

    /**
     * Measures each image so many times.
     *
     * @return tables in Markdown
     */
    static String measure(int runs) throws ImageRefusedException {
        ImageBench bench = new ImageBench(runs);
        bench.head("refused");
        for (HostileImage image : HostileImages.refused()) {
            bench.line(image.name(), image.file().length, () -> refuse(image));
        }
        bench.table.append('\n');
        bench.head("decoded, to 32 pixels of height");
        for (Map.Entry<String, byte[]> image : HostileImages.allowed().entrySet()) {
            byte[] file = image.getValue();
            bench.line(image.getKey(), file.length, () -> ImageDecoder.decode(file, ImageLimits.EMOJI, 32));
        }
        return bench.table.toString();
    }

    private static void refuse(HostileImage image) {
        try {
            image.open();
        } catch (ImageRefusedException e) {
            if (e.reason() == image.reason()) {
                return;
            }
            throw new IllegalStateException(image.name() + " is refused as " + e.reason(), e);
        }
        throw new IllegalStateException(image.name() + " is not refused");
    }

    private void head(String what) {
        table.append("| ")
                .append(what)
                .append(
                        " | KB of file | first, ms | median, ms | greatest, ms | KB allocated |\n|---|---:|---:|---:|---:|---:|\n");
    }

    private void line(String name, int bytes, Opening opening) throws ImageRefusedException {
        long[] nanos = new long[runs];
        long allocated = 0;
        for (int run = 0; run < runs; run++) {
            long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
            long nanosBefore = THREADS.getCurrentThreadCpuTime();
            opening.open();
            nanos[run] = THREADS.getCurrentThreadCpuTime() - nanosBefore;
            allocated = THREADS.getCurrentThreadAllocatedBytes() - bytesBefore;
        }
        long first = nanos[0];
        Arrays.sort(nanos);
        table.append(String.format(
                Locale.ROOT,
                "| %s | %.1f | %.2f | %.2f | %.2f | %,d |%n",
                name,
                bytes / 1e3,
                first / 1e6,
                nanos[runs / 2] / 1e6,
                nanos[runs - 1] / 1e6,
                allocated / 1000));
    }
}
