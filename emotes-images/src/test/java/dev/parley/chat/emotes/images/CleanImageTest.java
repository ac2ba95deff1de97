package dev.parley.chat.emotes.images;

import static dev.parley.chat.emotes.images.TestImages.RED;
import static dev.parley.chat.emotes.images.TestImages.acTl;
import static dev.parley.chat.emotes.images.TestImages.anim;
import static dev.parley.chat.emotes.images.TestImages.anmf;
import static dev.parley.chat.emotes.images.TestImages.ascii;
import static dev.parley.chat.emotes.images.TestImages.big32;
import static dev.parley.chat.emotes.images.TestImages.chunk;
import static dev.parley.chat.emotes.images.TestImages.fcTl;
import static dev.parley.chat.emotes.images.TestImages.gifControl;
import static dev.parley.chat.emotes.images.TestImages.gifEnd;
import static dev.parley.chat.emotes.images.TestImages.gifHead;
import static dev.parley.chat.emotes.images.TestImages.gifImage;
import static dev.parley.chat.emotes.images.TestImages.joined;
import static dev.parley.chat.emotes.images.TestImages.pngChunk;
import static dev.parley.chat.emotes.images.TestImages.pngData;
import static dev.parley.chat.emotes.images.TestImages.pngEnd;
import static dev.parley.chat.emotes.images.TestImages.pngHead;
import static dev.parley.chat.emotes.images.TestImages.riff;
import static dev.parley.chat.emotes.images.TestImages.vp8l;
import static dev.parley.chat.emotes.images.TestImages.vp8x;
import static dev.parley.chat.emotes.images.TestImages.zlib;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.emotes.images.HostileImages.HostileImage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CleanImageTest {
    private static final byte[] SECRET = ascii("taken at 48.2082 16.3738");
    private static final int MUTATIONS = 300;

    private static byte[] clean(byte[] file) throws ImageRefusedException {
        return CleanImage.of(file, ImageLimits.EMOTE);
    }

    private static Map<String, byte[]> images() {
        Map<String, byte[]> images = new LinkedHashMap<>(TestImages.namedSamples());
        for (String name : List.of(
                "animated-lossy",
                "lossless-100-colours",
                "lossless-16-colours",
                "lossless-2-colours",
                "lossless-noise",
                "lossy-large")) {
            images.put(name, TestImages.fixture(name + ".webp"));
        }
        images.putAll(HostileImages.allowed());
        images.put(
                "indexed PNG",
                joined(
                        pngHead(1, 1, 8, 3, 0),
                        pngChunk("PLTE", new byte[] {1, 2, 3}),
                        pngChunk("tRNS", new byte[] {9}),
                        pngChunk("IDAT", zlib(new byte[2])),
                        pngEnd()));
        images.put(
                "APNG whose image is no frame",
                joined(
                        pngHead(1, 1, 8, 6, 0),
                        acTl(1),
                        pngChunk("IDAT", pngData(1, RED)),
                        fcTl(0, 0, 0, 1, 1, 50, 0, 0),
                        pngChunk("fdAT", big32(1), pngData(1, TestImages.GREEN)),
                        pngEnd()));
        return images;
    }

    private static List<String> imageNames() {
        return List.copyOf(images().keySet());
    }

    private static byte[] image(String name) {
        return Objects.requireNonNull(images().get(name), name);
    }

    private static void assertSamePixels(byte[] file, byte[] other) throws ImageRefusedException {
        Picture expected = ImageDecoder.decode(file, ImageLimits.EMOTE, 1024);
        Picture picture = ImageDecoder.decode(other, ImageLimits.EMOTE, 1024);
        assertThat(picture.frameCount()).isEqualTo(expected.frameCount());
        for (int frame = 0; frame < picture.frameCount(); frame++) {
            assertThat(Arrays.equals(picture.argb(frame), expected.argb(frame)))
                    .as("frame " + frame)
                    .isTrue();
            assertThat(picture.delayMillis(frame)).isEqualTo(expected.delayMillis(frame));
        }
    }

    @ParameterizedTest
    @MethodSource("imageNames")
    void aCleanImageHasTheSamePixelsFramesAndDelays(String name) throws Exception {
        byte[] file = image(name);
        byte[] clean = clean(file);

        assertThat(clean.length).isLessThanOrEqualTo(file.length);
        assertThat(ImageFacts.read(clean, ImageLimits.EMOTE)).isEqualTo(ImageFacts.read(file, ImageLimits.EMOTE));
        assertSamePixels(file, clean);
        assertThat(clean(clean)).as("cleaned again").isEqualTo(clean);
    }

    @Test
    void ofAPngWhatIsNotDrawnGoes() throws Exception {
        byte[] image = pngChunk("IDAT", pngData(1, RED));
        byte[] file = joined(
                pngHead(1, 1, 8, 6, 0),
                pngChunk("tEXt", SECRET),
                pngChunk("zTXt", SECRET),
                pngChunk("iTXt", SECRET),
                pngChunk("eXIf", SECRET),
                pngChunk("iCCP", SECRET),
                pngChunk("sPLT", SECRET),
                pngChunk("tIME", SECRET),
                pngChunk("prVt", SECRET),
                pngChunk("gAMA", SECRET),
                // Of an image of other colours than those of a palette, it is a proposal.
                pngChunk("PLTE", SECRET),
                // What belongs to an animation, where none is announced.
                pngChunk("fcTL", SECRET),
                pngChunk("fdAT", SECRET),
                image,
                pngChunk("fdAT", SECRET),
                pngChunk("eXIf", SECRET),
                pngEnd());

        assertThat(clean(file)).isEqualTo(joined(pngHead(1, 1, 8, 6, 0), image, pngEnd()));
    }

    @Test
    void ofAnAnimatedPngWhatIsNotDrawnGoes() throws Exception {
        byte[] head = pngHead(1, 1, 8, 6, 0);
        byte[] first = joined(fcTl(0, 0, 0, 1, 1, 50, 0, 0), pngChunk("IDAT", pngData(1, RED)));
        byte[] second = fcTl(1, 0, 0, 1, 1, 50, 0, 0);
        byte[] data = pngChunk("fdAT", big32(2), pngData(1, TestImages.GREEN));
        byte[] text = pngChunk("tEXt", SECRET);

        assertThat(clean(joined(
                        head,
                        pngChunk("fcTL", SECRET),
                        acTl(2),
                        text,
                        first,
                        text,
                        second,
                        text,
                        data,
                        text,
                        pngEnd())))
                .isEqualTo(joined(head, acTl(2), first, second, data, pngEnd()));
    }

    @Test
    void ofAPngWhatSaysByNumbersHowItsColoursAreMeantStaysOnce() throws Exception {
        byte[] colours = joined(
                pngChunk("gAMA", big32(45_455)),
                pngChunk("cHRM", new byte[32]),
                pngChunk("sRGB", new byte[1]),
                pngChunk("cICP", new byte[] {12, 13, 0, 1}));
        byte[] head = pngHead(1, 1, 8, 6, 0);
        byte[] image = joined(pngChunk("IDAT", pngData(1, RED)), pngEnd());

        assertThat(clean(joined(head, colours, colours, image))).isEqualTo(joined(head, colours, image));
    }

    private static byte[] extension(int label, byte[]... subBlocks) {
        byte[] extension = {0x21, (byte) label};
        for (byte[] subBlock : subBlocks) {
            extension = joined(extension, new byte[] {(byte) subBlock.length}, subBlock);
        }
        return joined(extension, new byte[1]);
    }

    @Test
    void ofAGifWhatIsNotDrawnGoes() throws Exception {
        byte[] head = gifHead(3, 1);
        byte[] loop = extension(0xFF, ascii("NETSCAPE2.0"), new byte[] {1, 5, 0});
        byte[] control = gifControl(10, 1, 3);
        byte[] longControl = joined(
                Arrays.copyOf(control, control.length - 1), new byte[] {(byte) SECRET.length}, SECRET, new byte[1]);
        byte[] first = gifImage(0, 0, 3, 1, 0, 0, 1, 2);
        byte[] second = gifImage(1, 0, 1, 1, 0x40, 1);
        byte[] comment = extension(0xFE, SECRET, SECRET);

        byte[] file = joined(
                head,
                comment,
                extension(0xFF, ascii("NETSCAPE2.0"), new byte[] {1, 5, 0}, SECRET),
                extension(0xFF, ascii("NETSCAPE2.0"), new byte[] {1, 9, 9}),
                extension(0xFF, ascii("NETSCAPE2.0"), SECRET),
                extension(0xFF, ascii("XMP DataXMP"), SECRET),
                extension(0x01, new byte[12], SECRET),
                extension(0xF9, SECRET),
                gifControl(99, 2, 1),
                longControl,
                comment,
                first,
                comment,
                second,
                gifControl(99, 2, 1),
                gifEnd());

        byte[] clean = clean(file);
        assertThat(clean).isEqualTo(joined(head, loop, control, first, second, gifEnd()));
        assertSamePixels(file, clean);
    }

    @Test
    void ofAWebpWhatIsNotDrawnGoes() throws Exception {
        byte[] image = chunk("VP8L", vp8l(1, 1, new int[] {RED}));
        byte[] file = riff(
                vp8x(0xff & ~0x02, 1, 1),
                chunk("ICCP", SECRET),
                chunk("VP8X", SECRET),
                image,
                chunk("EXIF", SECRET),
                chunk("XMP ", SECRET),
                chunk("prvt", SECRET));
        byte[] reserved = file.clone();
        Arrays.fill(reserved, 21, 24, (byte) 0xff);

        byte[] clean = riff(vp8x(0x10, 1, 1), image);
        assertThat(clean(file)).isEqualTo(clean);
        assertThat(clean(reserved)).isEqualTo(clean);
    }

    @Test
    void ofAnAnimatedWebpWhatIsNotDrawnGoes() throws Exception {
        byte[] image = chunk("VP8L", vp8l(1, 1, new int[] {RED}));
        byte[] secret = chunk("prvt", SECRET);

        assertThat(clean(riff(
                        vp8x(0x1e, 2, 2),
                        secret,
                        anim(),
                        anmf(0, 0, 1, 1, 20, 1, secret, image, secret),
                        chunk("EXIF", SECRET),
                        anmf(0, 0, 1, 1, 30, 0, image),
                        secret)))
                .isEqualTo(
                        riff(vp8x(0x12, 2, 2), anim(), anmf(0, 0, 1, 1, 20, 1, image), anmf(0, 0, 1, 1, 30, 0, image)));
    }

    @Test
    void ofAWebpWhatFillsUpAChunkIsNothing() throws Exception {
        byte[] lossy = TestImages.fixture("lossy.webp");
        byte[] odd = riff(chunk("VP8 ", Arrays.copyOfRange(lossy, 20, lossy.length), new byte[1]));
        byte[] filled = odd.clone();
        filled[filled.length - 1] = 'x';

        assertThat(clean(filled)).isEqualTo(odd);
    }

    private static List<HostileImage> hostileImages() {
        return HostileImages.refused();
    }

    @ParameterizedTest
    @MethodSource("hostileImages")
    void whatIsRefusedIsNotMadeAcceptable(HostileImage image) {
        assertThatThrownBy(() -> {
                    byte[] clean = clean(image.file());
                    ImageDecoder.decode(clean, ImageLimits.EMOTE, 64);
                })
                .isInstanceOfSatisfying(
                        ImageRefusedException.class, e -> assertThat(e.reason()).isEqualTo(image.reason()));
    }

    @ParameterizedTest
    @MethodSource("imageNames")
    void aDamagedFileIsRefusedOrSaysTheSameOfItselfWhenItIsClean(String name) throws Exception {
        byte[] sample = image(name);
        Random random = new Random(name.hashCode());
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] damaged = sample.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                damaged[random.nextInt(Math.min(damaged.length, 2048))] = (byte) random.nextInt();
            }
            TestImages.withRightChecksums(damaged);
            ImageFacts facts;
            try {
                facts = ImageFacts.read(damaged, ImageLimits.EMOTE);
            } catch (ImageRefusedException refused) {
                assertThatThrownBy(() -> clean(damaged)).hasMessage(refused.getMessage());
                continue;
            }
            byte[] clean = clean(damaged);
            assertThat(ImageFacts.read(clean, ImageLimits.EMOTE)).isEqualTo(facts);
            assertThat(clean(clean)).isEqualTo(clean);
        }
    }
}
