package dev.parley.chat.emotes.images;

import static dev.parley.chat.emotes.images.TestImages.RED;
import static dev.parley.chat.emotes.images.TestImages.joined;
import static dev.parley.chat.emotes.images.TestImages.pngChunk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.parley.chat.emotes.images.HostileImages.HostileImage;
import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostileImagesTest {
    /** Beside some canvases of 1024×1024, whatever a file says. */
    private static final long MAX_ALLOCATED_BYTES = 24L << 20;

    private static final int MUTATIONS = Integer.getInteger("parley.images.mutations", 1_000);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static List<HostileImage> hostileImages() {
        return HostileImages.refused();
    }

    @ParameterizedTest
    @MethodSource("hostileImages")
    void hostileImagesAreRefusedForWhatTheyAreWithinBoundedMemory(HostileImage image) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        ImageRefusedException refusal = catchThrowableOfType(ImageRefusedException.class, image::open);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(image.reason());
        assertThat(refusal.getMessage()).doesNotContain("\n").endsWith(".");
        assertThat(allocated).isLessThan(MAX_ALLOCATED_BYTES);
    }

    @Test
    void theDearestThatIsAllowedIsDecodedWhole() throws Exception {
        for (Map.Entry<String, byte[]> image : HostileImages.allowed().entrySet()) {
            Picture picture = ImageDecoder.decode(image.getValue(), ImageLimits.EMOJI, 32);

            assertThat(picture.frameCount())
                    .as(image.getKey())
                    .isEqualTo(image.getKey().contains("32 frames") ? 32 : 1);
            assertThat(picture.argb(picture.frameCount() - 1)).hasSize(32 * 32);
        }
    }

    private static byte[] sample(String name) {
        return Objects.requireNonNull(TestImages.namedSamples().get(name), name);
    }

    private static List<String> sampleNames() {
        return List.copyOf(TestImages.namedSamples().keySet());
    }

    @ParameterizedTest
    @MethodSource("sampleNames")
    void aFileThatIsCutAnywhereIsRefused(String name) throws Exception {
        byte[] file = sample(name);
        assertThat(ImageFacts.read(file, ImageLimits.EMOJI)).isNotNull();
        int magic = name.endsWith("WebP") ? 12 : name.endsWith("PNG") ? 8 : 6;

        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThat(reason(cut))
                    .as(name + " of " + length + " bytes")
                    .isEqualTo(length < magic ? Reason.NOT_AN_IMAGE : Reason.TRUNCATED);
        }
    }

    @ParameterizedTest
    @MethodSource("sampleNames")
    void anyByteBehindTheEndIsRefused(String name) {
        byte[] file = sample(name);

        for (int value = 0; value < 256; value++) {
            assertThat(reason(joined(file, new byte[] {(byte) value}))).isEqualTo(Reason.TRAILING_BYTES);
        }
    }

    private static Reason reason(byte[] file) {
        return catchThrowableOfType(ImageRefusedException.class, () -> ImageFacts.read(file, ImageLimits.EMOJI))
                .reason();
    }

    @ParameterizedTest
    @MethodSource("sampleNames")
    void aDamagedFileIsDecodedWithinItsBoundsOrRefused(String name) {
        byte[] sample = sample(name);
        Random random = new Random(name.hashCode());

        for (int i = 0; i < MUTATIONS; i++) {
            byte[] damaged = damaged(sample, random);
            try {
                ImageFacts facts = ImageFacts.read(damaged, ImageLimits.EMOJI);
                Picture picture = ImageDecoder.decode(damaged, ImageLimits.EMOJI, 64);
                assertThat(picture.frameCount()).isEqualTo(facts.frameCount()).isLessThanOrEqualTo(200);
                assertThat(picture.heightPixels()).isLessThanOrEqualTo(64);
                assertThat(picture.durationMillis()).isPositive();
            } catch (ImageRefusedException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    /** Changes some bytes; of PNGs the checksums are made right again, so that what is behind them is reached. */
    private static byte[] damaged(byte[] sample, Random random) {
        byte[] damaged = sample.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(damaged.length);
            damaged[at] = (byte) (random.nextBoolean() ? random.nextInt() : damaged[at] ^ 1 << random.nextInt(8));
        }
        return TestImages.withRightChecksums(damaged);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zTXt", "iTXt", "iCCP", "eXIf"})
    void whatIsCompressedInMetadataIsNeverInflated(String type) throws Exception {
        byte[] bomb = joined(TestImages.ascii("name\0\0"), TestImages.zlib(new byte[64 << 20]));
        byte[] file = joined(
                TestImages.pngHead(1, 1, 8, 6, 0),
                pngChunk(type, bomb),
                pngChunk("IDAT", TestImages.pngData(1, RED)),
                TestImages.pngEnd());

        long before = THREADS.getCurrentThreadAllocatedBytes();
        Picture picture = ImageDecoder.decode(file, ImageLimits.EMOTE, 64);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
        assertThat(picture.argb(0)).containsExactly(RED);
    }

    @Test
    void eachLimitIsKeptAtItAndNotBeyond() throws Exception {
        byte[] file = joined(
                TestImages.gifHead(4, 3),
                TestImages.gifImage(0, 0, 1, 1, 0, 0),
                TestImages.gifImage(0, 0, 1, 1, 0, 0),
                TestImages.gifEnd());
        ImageLimits.Builder exact = ImageLimits.builder()
                .maxBytes(file.length)
                .maxWidthPixels(4)
                .maxHeightPixels(3)
                .maxFrames(2)
                .maxPixels(24);

        assertThat(ImageFacts.read(file, exact.build())).isEqualTo(new ImageFacts(ImageFormat.GIF, 4, 3, 2));
        assertRefused(file, exact.maxBytes(file.length - 1).build(), Reason.TOO_MANY_BYTES);
        exact.maxBytes(file.length);
        assertRefused(file, exact.maxWidthPixels(3).build(), Reason.TOO_LARGE);
        exact.maxWidthPixels(4);
        assertRefused(file, exact.maxHeightPixels(2).build(), Reason.TOO_LARGE);
        exact.maxHeightPixels(3);
        assertRefused(file, exact.maxFrames(1).build(), Reason.TOO_MANY_FRAMES);
        exact.maxFrames(2);
        assertRefused(file, exact.maxPixels(23).build(), Reason.TOO_MANY_PIXELS);
    }

    private static void assertRefused(byte[] file, ImageLimits limits, Reason reason) {
        assertThatThrownBy(() -> ImageFacts.read(file, limits))
                .isInstanceOfSatisfying(
                        ImageRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void aLimitOutOfRangeIsTheCallersMistake() {
        assertThatThrownBy(() -> ImageLimits.builder().maxFrames(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("maxFrames is 0, not 1 to ");
        assertThatThrownBy(() -> ImageLimits.builder().maxWidthPixels(ImageLimits.GREATEST_SIDE_PIXELS + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageLimits.builder().maxPixels(ImageLimits.GREATEST_PIXELS + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
