package dev.parley.chat.emotes.images;

import static dev.parley.chat.emotes.images.TestImages.RED;
import static dev.parley.chat.emotes.images.TestImages.acTl;
import static dev.parley.chat.emotes.images.TestImages.anim;
import static dev.parley.chat.emotes.images.TestImages.anmf;
import static dev.parley.chat.emotes.images.TestImages.ascii;
import static dev.parley.chat.emotes.images.TestImages.big32;
import static dev.parley.chat.emotes.images.TestImages.chunk;
import static dev.parley.chat.emotes.images.TestImages.fcTl;
import static dev.parley.chat.emotes.images.TestImages.filled;
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
import static dev.parley.chat.emotes.images.TestImages.u16;
import static dev.parley.chat.emotes.images.TestImages.vp8l;
import static dev.parley.chat.emotes.images.TestImages.vp8x;
import static dev.parley.chat.emotes.images.TestImages.zlib;

import dev.parley.chat.emotes.images.ImageRefusedException.Reason;
import dev.parley.chat.emotes.images.TestImages.Bits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files that are made to harm who opens them, and the worst that is still allowed; all built here, none from elsewhere.
 */
public final class HostileImages {
    private static final int MIB = 1 << 20;

    private final List<HostileImage> images = new ArrayList<>();

    /** One such file. */
    public static final class HostileImage {
        private final String name;
        private final Reason reason;
        private final byte[] file;

        HostileImage(String name, Reason reason, byte[] file) {
            this.name = name;
            this.reason = reason;
            this.file = file;
        }

        /**
         * Says what is wrong with it.
         *
         * @return a few words
         */
        public String name() {
            return name;
        }

        /**
         * Tells why it has to be refused.
         *
         * @return the reason
         */
        public Reason reason() {
            return reason;
        }

        /**
         * Returns the file.
         *
         * @return a copy
         */
        public byte[] file() {
            return file.clone();
        }

        /**
         * Does what a program does that shows the image, but for the showing.
         *
         * @throws ImageRefusedException as it should
         */
        public void open() throws ImageRefusedException {
            ImageFacts.read(file, ImageLimits.EMOTE);
            ImageDecoder.decode(file, ImageLimits.EMOTE, 64);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private HostileImages() {}

    /**
     * Makes all that have to be refused within {@link ImageLimits#EMOTE}.
     *
     * @return the files
     */
    public static List<HostileImage> refused() {
        HostileImages all = new HostileImages();
        all.others();
        all.png();
        all.gif();
        all.webp();
        return List.copyOf(all.images);
    }

    /**
     * Makes images that are dear to decode and yet within {@link ImageLimits#EMOJI}.
     *
     * @return name and file
     */
    public static Map<String, byte[]> allowed() {
        Map<String, byte[]> allowed = new LinkedHashMap<>();
        int[] pixels = new int[512 * 512];
        allowed.put("PNG of 512×512", png(512, 512, pngData(512, pixels)));
        byte[][] frames = new byte[32][];
        Arrays.fill(frames, joined(gifControl(2, 2, -1), TestImages.gifImageOfOneColour(512, 512)));
        allowed.put("GIF of 32 frames of 512×512", joined(gifHead(512, 512), joined(frames), gifEnd()));
        Bits bits = losslessHead(512);
        bits.put(0, 3); // no transform, no cache, one group
        for (int code = 0; code < 5; code++) {
            zeroCode(bits);
        }
        byte[] image = chunk("VP8L", bits.bytes());
        Arrays.fill(frames, anmf(0, 0, 512, 512, 20, 0, image));
        allowed.put("WebP of 32 frames of 512×512", riff(vp8x(0x12, 512, 512), anim(), joined(frames)));
        byte[] lossy = TestImages.fixture("lossy-large.webp");
        Arrays.fill(frames, anmf(0, 0, 512, 512, 20, 0, Arrays.copyOfRange(lossy, 12, lossy.length)));
        allowed.put("lossy WebP of 32 frames of 512×512", riff(vp8x(0x12, 512, 512), anim(), joined(frames)));
        return allowed;
    }

    private void put(String name, Reason reason, byte[]... parts) {
        images.add(new HostileImage(name, reason, joined(parts)));
    }

    private void others() {
        put("nothing", Reason.NOT_AN_IMAGE);
        put("SVG", Reason.NOT_AN_IMAGE, ascii("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"));
        put("SVG with a declaration", Reason.NOT_AN_IMAGE, ascii("<?xml version=\"1.0\"?>\n<svg/>"));
        put("HTML", Reason.NOT_AN_IMAGE, ascii("<!doctype html><script>alert(1)</script>"));
        put("HTML before a GIF", Reason.NOT_AN_IMAGE, ascii("<html>"), gif(1, 1));
        put("JPEG", Reason.NOT_AN_IMAGE, new byte[] {-1, -40, -1, -32, 0, 16}, ascii("JFIF"));
        put("RIFF that is no WebP", Reason.NOT_AN_IMAGE, ascii("RIFF\4\0\0\0WAVE"));
        put("3 MiB", Reason.TOO_MANY_BYTES, gif(1, 1), new byte[3 * MIB]);
    }

    static byte[] gif(int width, int height) {
        return joined(gifHead(width, height), gifImage(0, 0, width, height, 0, new int[width * height]), gifEnd());
    }

    private static byte[] png(int width, int height, byte[] data) {
        return joined(pngHead(width, height, 8, 6, 0), pngChunk("IDAT", data), pngEnd());
    }

    private void png() {
        byte[] pixel = pngData(1, RED);
        byte[] whole = png(1, 1, pixel);
        put("PNG of 60,000×60,000", Reason.TOO_LARGE, png(60_000, 60_000, pixel));
        put("PNG of 2³¹×2³¹", Reason.TOO_LARGE, png(0x8000_0000, 0x8000_0000, pixel));
        put("PNG of no width", Reason.MALFORMED, png(0, 1, pixel));
        put("PNG that inflates to 64 MiB", Reason.MALFORMED, png(1024, 1024, zlib(new byte[64 * MIB])));
        put("PNG with less data than pixels", Reason.TRUNCATED, png(1024, 1024, zlib(new byte[MIB])));
        put("PNG whose data ends early", Reason.TRUNCATED, png(1, 1, Arrays.copyOf(pixel, pixel.length - 4)));
        put("PNG with bytes behind its data", Reason.TRAILING_BYTES, png(1, 1, joined(pixel, ascii("<script>"))));
        put("PNG whose data is none", Reason.MALFORMED, png(1, 1, ascii("no zlib stream at all")));
        put("PNG before a ZIP", Reason.TRAILING_BYTES, whole, ascii("PK\3\4"));
        put("PNG without an end", Reason.TRUNCATED, pngHead(1, 1, 8, 6, 0), pngChunk("IDAT", pixel));
        put("PNG that is its header", Reason.MALFORMED, pngHead(1, 1, 8, 6, 0), pngEnd());
        byte[] wrong = whole.clone();
        wrong[29] ^= 1;
        put("PNG with a wrong checksum", Reason.MALFORMED, wrong);
        put(
                "PNG with a chunk of 2 GiB",
                Reason.TRUNCATED,
                pngHead(1, 1, 8, 6, 0),
                big32(0x7fff_ffff),
                ascii("zTXt"),
                new byte[100]);
        put(
                "PNG with a chunk of 4 GiB",
                Reason.TRUNCATED,
                pngHead(1, 1, 8, 6, 0),
                big32(-1),
                ascii("IDAT"),
                new byte[100]);
        put("PNG with an unknown critical chunk", Reason.MALFORMED, pngHead(1, 1, 8, 6, 0), pngChunk("ABCD"), pngEnd());
        put("PNG with a chunk of no letters", Reason.MALFORMED, pngHead(1, 1, 8, 6, 0), pngChunk("a\0<>"), pngEnd());
        put(
                "PNG with two headers",
                Reason.MALFORMED,
                pngHead(1, 1, 8, 6, 0),
                pngChunk("IHDR", big32(9), big32(9), new byte[] {8, 6, 0, 0, 0}),
                pngEnd());
        put(
                "PNG with data in two places",
                Reason.MALFORMED,
                pngHead(1, 1, 8, 6, 0),
                pngChunk("IDAT", pixel),
                pngChunk("tEXt"),
                pngChunk("IDAT", pixel),
                pngEnd());
        put(
                "PNG of indexes without a palette",
                Reason.MALFORMED,
                pngHead(1, 1, 8, 3, 0),
                pngChunk("IDAT", zlib(new byte[2])),
                pngEnd());
        put(
                "PNG with a palette of 300 colours",
                Reason.MALFORMED,
                pngHead(1, 1, 8, 3, 0),
                pngChunk("PLTE", new byte[900]),
                pngChunk("IDAT", zlib(new byte[2])),
                pngEnd());
        put("PNG with an unknown filter", Reason.MALFORMED, png(1, 1, zlib(new byte[] {9, 0, 0, 0, 0})));
        put(
                "APNG that announces 10,000 frames",
                Reason.TOO_MANY_FRAMES,
                pngHead(1, 1, 8, 6, 0),
                acTl(10_000),
                pngEnd());
        put("APNG that announces 2³² - 1 frames", Reason.TOO_MANY_FRAMES, pngHead(1, 1, 8, 6, 0), acTl(-1), pngEnd());
        put(
                "APNG of 100 frames of 1024×1024",
                Reason.TOO_MANY_PIXELS,
                pngHead(1024, 1024, 8, 6, 0),
                acTl(100),
                pngEnd());
        put(
                "APNG with fewer frames than announced",
                Reason.MALFORMED,
                pngHead(1, 1, 8, 6, 0),
                acTl(2),
                fcTl(0, 0, 0, 1, 1, 50, 0, 0),
                pngChunk("IDAT", pixel),
                pngEnd());
        put(
                "APNG with a frame outside",
                Reason.MALFORMED,
                pngHead(1, 1, 8, 6, 0),
                acTl(2),
                fcTl(0, 0, 0, 1, 1, 50, 0, 0),
                pngChunk("IDAT", pixel),
                fcTl(1, 1, 0, 1, 1, 50, 0, 0),
                pngChunk("fdAT", big32(2), pixel),
                pngEnd());
        put(
                "APNG whose frames are out of order",
                Reason.MALFORMED,
                pngHead(1, 1, 8, 6, 0),
                acTl(1),
                fcTl(5, 0, 0, 1, 1, 50, 0, 0),
                pngChunk("IDAT", pixel),
                pngEnd());
        put(
                "APNG whose second frame inflates to 64 MiB",
                Reason.MALFORMED,
                pngHead(1, 1, 8, 6, 0),
                acTl(2),
                fcTl(0, 0, 0, 1, 1, 50, 0, 0),
                pngChunk("IDAT", pixel),
                fcTl(1, 0, 0, 1, 1, 50, 0, 0),
                pngChunk("fdAT", big32(2), zlib(new byte[64 * MIB])),
                pngEnd());
    }

    private void gif() {
        byte[] pixel = gifImage(0, 0, 1, 1, 0, 0);
        put("GIF of 60,000×60,000", Reason.TOO_LARGE, gifHead(60_000, 60_000), pixel, gifEnd());
        put("GIF of no height", Reason.MALFORMED, gifHead(1, 0), pixel, gifEnd());
        byte[][] frames = new byte[10_000][];
        Arrays.fill(frames, joined(gifControl(2, 0, -1), pixel));
        put("GIF of 10,000 frames", Reason.TOO_MANY_FRAMES, gifHead(1, 1), joined(frames), gifEnd());
        put(
                "GIF of 100 frames of 1024×1024",
                Reason.TOO_MANY_PIXELS,
                gifHead(1024, 1024),
                joined(Arrays.copyOf(frames, 100)),
                gifEnd());
        put("GIF with a frame outside", Reason.MALFORMED, gifHead(2, 2), gifImage(2, 0, 1, 1, 0, 0), gifEnd());
        put(
                "GIF with a frame of 60,000×60,000",
                Reason.MALFORMED,
                gifHead(2, 2),
                new byte[] {0x2C},
                u16(0),
                u16(0),
                u16(60_000),
                u16(60_000),
                new byte[] {0, 2, 1, 0, 0},
                gifEnd());
        put("GIF with a frame of no pixels", Reason.MALFORMED, gifHead(2, 2), gifImage(0, 0, 0, 2, 0), gifEnd());
        put("GIF without frames", Reason.MALFORMED, gifHead(1, 1), gifEnd());
        put("GIF without an end", Reason.TRUNCATED, gifHead(1, 1), pixel);
        put("GIF before HTML", Reason.TRAILING_BYTES, gif(1, 1), ascii("<html><script>alert(1)</script>"));
        put("GIF before a GIF", Reason.TRAILING_BYTES, gif(1, 1), gif(1, 1));
        put("GIF that is a script", Reason.TOO_LARGE, ascii("GIF89a=1;alert(1)//"), new byte[100]);
        put(
                "GIF that is a comment of a script",
                Reason.TOO_LARGE,
                ascii("GIF89a/*"),
                ascii("0".repeat(100)),
                ascii("*/=1;alert(1)"));
        byte[][] blocks = new byte[300_000][];
        Arrays.fill(blocks, new byte[] {0x21, (byte) 0xFE, 0});
        put("GIF of 300,000 empty comments", Reason.MALFORMED, gifHead(1, 1), joined(blocks), gifEnd());
        put("GIF with an unknown block", Reason.MALFORMED, gifHead(1, 1), new byte[] {0x55}, gifEnd());
        put(
                "GIF without colours",
                Reason.MALFORMED,
                ascii("GIF89a"),
                new byte[] {1, 0, 1, 0, 0, 0, 0},
                pixel,
                gifEnd());
        put(
                "GIF with less data than pixels",
                Reason.TRUNCATED,
                gifHead(1024, 1024),
                gifImage(0, 0, 1024, 1024, 0, 1, 2, 3),
                gifEnd());
        put(
                "GIF with indexes of 12 bits",
                Reason.MALFORMED,
                gifHead(1, 1),
                new byte[] {0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 12, 1, 0, 0},
                gifEnd());
        put(
                "GIF with a code that stands for nothing",
                Reason.MALFORMED,
                gifHead(1, 1),
                new byte[] {0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 1, 7, 0},
                gifEnd());
        put(
                "GIF whose first code is not there yet",
                Reason.MALFORMED,
                gifHead(1, 1),
                new byte[] {0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 1, 6, 0},
                gifEnd());
    }

    private void webp() {
        byte[] pixel = chunk("VP8L", vp8l(1, 1, new int[] {RED}));
        byte[] whole = riff(pixel);
        put("WebP of 16,384×16,384", Reason.TOO_LARGE, riff(chunk("VP8L", vp8l(16_384, 16_384, new int[1]))));
        put("lossy WebP of 16,383×16,383", Reason.TOO_LARGE, riff(chunk("VP8 ", vp8(16_383, 16_383))));
        put("lossy WebP of no width", Reason.MALFORMED, riff(chunk("VP8 ", vp8(0, 1))));
        put("WebP whose canvas has 60,000×60,000", Reason.TOO_LARGE, riff(vp8x(0x10, 60_000, 60_000), pixel));
        put("WebP whose canvas has 2²⁴×2²⁴", Reason.TOO_LARGE, riff(vp8x(0x10, 1 << 24, 1 << 24), pixel));
        put("WebP of two sizes", Reason.MALFORMED, riff(vp8x(0x10, 2, 2), pixel));
        put("WebP of two images", Reason.MALFORMED, riff(vp8x(0x10, 1, 1), pixel, pixel));
        put("WebP with a chunk too many", Reason.MALFORMED, riff(pixel, chunk("HTML", ascii("<script>"))));
        put("WebP of metadata alone", Reason.MALFORMED, riff(vp8x(0x10, 1, 1), chunk("EXIF", new byte[10])));
        put("WebP with a head of 9 bytes", Reason.MALFORMED, riff(chunk("VP8X", new byte[9]), pixel));
        put("WebP before HTML", Reason.TRAILING_BYTES, whole, ascii("<html>"));
        byte[] longer = whole.clone();
        longer[4] = (byte) (longer[4] + 2);
        put("WebP that says it is longer", Reason.TRUNCATED, longer);
        byte[] shorter = whole.clone();
        shorter[4] = (byte) (shorter[4] - 2);
        put("WebP that says it is shorter", Reason.TRAILING_BYTES, shorter);
        byte[] ofFourGib = whole.clone();
        Arrays.fill(ofFourGib, 16, 20, (byte) 0xff);
        put("WebP with a chunk of 4 GiB", Reason.TRUNCATED, ofFourGib);

        byte[][] frames = new byte[10_000][];
        Arrays.fill(frames, anmf(0, 0, 1, 1, 20, 0, pixel));
        put("WebP of 10,000 frames", Reason.TOO_MANY_FRAMES, riff(vp8x(0x12, 1, 1), anim(), joined(frames)));
        put(
                "WebP of 100 frames of 1024×1024",
                Reason.TOO_MANY_PIXELS,
                riff(vp8x(0x12, 1024, 1024), anim(), joined(Arrays.copyOf(frames, 100))));
        put(
                "WebP with a frame outside",
                Reason.MALFORMED,
                riff(vp8x(0x12, 2, 2), anim(), anmf(2, 0, 1, 1, 20, 0, pixel)));
        put(
                "WebP with a frame of two sizes",
                Reason.MALFORMED,
                riff(vp8x(0x12, 4, 4), anim(), anmf(0, 0, 2, 2, 20, 0, pixel)));
        put("WebP with a frame of no image", Reason.MALFORMED, riff(vp8x(0x12, 4, 4), anim(), anmf(0, 0, 2, 2, 20, 0)));
        put(
                "WebP with frames that are not announced",
                Reason.MALFORMED,
                riff(vp8x(0x10, 1, 1), anmf(0, 0, 1, 1, 20, 0, pixel)));
        put(
                "WebP whose frame has a chunk longer than itself",
                Reason.TRUNCATED,
                riff(vp8x(0x12, 1, 1), anim(), anmf(0, 0, 1, 1, 20, 0, ascii("VP8L\377\377\0\0/"))));

        put("WebP with 65,536 groups of codes", Reason.MALFORMED, riff(chunk("VP8L", codeGroups(1024))));
        byte[] codes = chunk("VP8L", symbols(512));
        put("WebP with codes for 11 million symbols", Reason.MALFORMED, riff(codes));
        byte[][] coded = new byte[14][];
        Arrays.fill(coded, anmf(0, 0, 512, 512, 20, 0, codes));
        put(
                "WebP of 14 frames with codes for 11 million symbols each",
                Reason.MALFORMED,
                riff(vp8x(0x12, 512, 512), anim(), joined(coded)));
        put("WebP that is transformed twice in one way", Reason.MALFORMED, riff(chunk("VP8L", transformedTwice())));
        put(
                "WebP with fewer pixels than it says",
                Reason.TRUNCATED,
                riff(chunk("VP8L", vp8l(1024, 1024, filled(9, 9, RED)))));
        put("WebP with a code that is not complete", Reason.MALFORMED, riff(chunk("VP8L", incompleteCode())));
        put("WebP that repeats what is not there", Reason.MALFORMED, riff(chunk("VP8L", repeatsNothing())));
        put("lossy WebP of noise", Reason.MALFORMED, riff(chunk("VP8 ", joined(vp8(64, 64), new byte[] {-1, -1, -1}))));
        put("lossy WebP with too little opacity", Reason.TRUNCATED, tooLittleOpacity());
    }

    /** A lossy image that ends after its head. */
    private static byte[] vp8(int width, int height) {
        return joined(new byte[] {0x10, 0, 0, (byte) 0x9d, 1, 0x2a}, u16(width), u16(height));
    }

    /** A picture whose parts name the group of codes 65,535, and all these groups, of 20 bits each. */
    private static byte[] codeGroups(int side) {
        Bits bits = losslessHead(side);
        bits.put(0, 1); // no transform
        bits.put(0, 1); // no colour cache
        bits.put(1, 1); // groups of codes
        bits.put(0, 3); // for blocks of 4×4
        bits.put(0, 1); // no colour cache
        for (int symbol : new int[] {255, 255, 0, 0}) {
            bits.put(1, 1);
            bits.put(0, 1);
            bits.put(1, 1);
            bits.put(symbol, 8);
        }
        zeroCode(bits);
        for (int group = 0; group < 65_536; group++) {
            for (int code = 0; code < 5; code++) {
                zeroCode(bits);
            }
        }
        return bits.bytes();
    }

    /** A picture with 4,096 groups of codes, of 2,048 and three times 256 symbols each. */
    private static byte[] symbols(int side) {
        Bits bits = losslessHead(side);
        bits.put(0, 1); // no transform
        bits.put(1, 1); // a colour cache
        bits.put(11, 4); // of 2,048 colours
        bits.put(1, 1); // groups of codes
        bits.put(6, 3); // for blocks of 256×256
        bits.put(0, 1); // no colour cache
        // The one pixel that names a group names the last: 15 in red, 255 in green.
        for (int symbol : new int[] {255, 15, 0, 0}) {
            bits.put(1, 1);
            bits.put(0, 1);
            bits.put(1, 1);
            bits.put(symbol, 8);
        }
        zeroCode(bits);
        for (int group = 0; group < 4096; group++) {
            evenCode(bits, 256 + 24 + 2048);
            for (int code = 0; code < 3; code++) {
                evenCode(bits, 256);
            }
            zeroCode(bits);
        }
        bits.put(0, 8 * side);
        return bits.bytes();
    }

    /** A code in which the first symbols, as many as a power of two, have codes of one length: that takes no bits. */
    private static void evenCode(Bits bits, int alphabet) {
        int length = 31 - Integer.numberOfLeadingZeros(alphabet);
        bits.put(0, 1); // not a simple code
        int[] order = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11};
        bits.put(order.length - 4, 4);
        for (int symbol : order) {
            bits.put(symbol == length ? 1 : 0, 3);
        }
        bits.put(1, 1); // how many lengths follow is told
        bits.put(5, 3); // in 12 bits
        bits.put((1 << length) - 2, 12);
    }

    /** A code of the symbol 0 alone. */
    private static void zeroCode(Bits bits) {
        bits.put(1, 4);
    }

    private static Bits losslessHead(int side) {
        Bits bits = new Bits();
        bits.put(0x2f, 8);
        bits.put(side - 1, 14);
        bits.put(side - 1, 14);
        bits.put(0, 4);
        return bits;
    }

    /** The code of the lengths has two symbols of two bits each, which leaves half of all codes without one. */
    private static byte[] incompleteCode() {
        Bits bits = losslessHead(1);
        bits.put(0, 3); // no transform, no cache, one group
        bits.put(0, 1);
        bits.put(0, 4);
        for (int length : new int[] {2, 2, 0, 0}) {
            bits.put(length, 3);
        }
        bits.put(0, 100);
        return bits.bytes();
    }

    private static byte[] transformedTwice() {
        Bits bits = losslessHead(1);
        for (int i = 0; i < 100; i++) {
            bits.put(1, 1);
            bits.put(2, 2); // subtract green
        }
        return bits.bytes();
    }

    private static byte[] repeatsNothing() {
        Bits bits = losslessHead(64);
        bits.put(0, 3); // no transform, no cache, one group
        // Green has the symbols 0 and 256, which is a repetition of one pixel.
        bits.put(0, 1);
        bits.put(12 - 4, 4);
        for (int length : new int[] {0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}) {
            bits.put(length, 3); // 18 has the code 1, 1 has 0
        }
        bits.put(0, 1);
        bits.put(0, 1); // 0 has one bit
        bits.put(1, 1);
        bits.put(127, 7); // 138 times none
        bits.put(1, 1);
        bits.put(117 - 11, 7); // 117 times none
        bits.put(0, 1); // 256 has one bit
        bits.put(1, 1);
        bits.put(23 - 11, 7); // 23 times none
        for (int code = 0; code < 4; code++) {
            zeroCode(bits);
        }
        bits.put(0xff, 8); // 256, at once
        return bits.bytes();
    }

    private static byte[] tooLittleOpacity() {
        byte[] lossy = TestImages.fixture("lossy.webp");
        byte[] image = Arrays.copyOfRange(lossy, 12, lossy.length);
        return riff(vp8x(0x10, 40, 32), chunk("ALPH", new byte[] {0, 1, 2, 3}), image);
    }
}
