package dev.parley.chat.emotes.images;

import static dev.parley.chat.fuzz.FuzzTarget.CRYPTO;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import dev.parley.chat.fuzz.FuzzTarget;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Images that strangers upload, serve or send. */
public final class ImageTargets {
    /** Small, so that what an image costs is what its file says and not what its canvas is. */
    private static final ImageLimits LIMITS = ImageLimits.builder()
            .maxBytes(16 * 1024)
            .maxWidthPixels(64)
            .maxHeightPixels(64)
            .maxFrames(20)
            .maxPixels(20 * 64 * 64)
            .build();

    private ImageTargets() {}

    /**
     * Lists the targets.
     *
     * @return all of this package
     */
    public static List<FuzzTarget> all() {
        return List.of(new FuzzTarget("images", CRYPTO, ImageTargets::images));
    }

    private static Prepared images() {
        return new Prepared(TestImages.samples(), input -> {
            // Checksums would keep nearly all changes from what is behind them.
            byte[] file = TestImages.withRightChecksums(input);
            ImageFacts facts;
            try {
                facts = ImageFacts.read(file, LIMITS);
            } catch (ImageRefusedException refused) {
                return;
            }
            require(facts.widthPixels() <= 64 && facts.heightPixels() <= 64, "the canvas is within bounds");
            require(facts.frameCount() <= 20, "frames are within bounds");
            byte[] clean = clean(file);
            require(clean.length <= file.length, "a clean image is not longer");
            require(facts.equals(factsOf(clean)), "a clean image is what it was");
            require(Arrays.equals(clean, clean(clean)), "a clean image stays as it is");
            require(samePixels(file, clean), "a clean image looks as it did");
            try {
                Picture picture = ImageDecoder.decode(file, LIMITS, 32);
                require(picture.frameCount() == facts.frameCount(), "each frame is decoded");
                require(picture.heightPixels() <= 32, "the picture is as small as was asked for");
                byte[] still = StaticImage.png(file, LIMITS);
                ImageFacts again = ImageFacts.read(still, ImageLimits.EMOJI);
                require(again.widthPixels() == facts.widthPixels(), "the still image is as wide");
                require(again.frameCount() == 1, "the still image does not move");
            } catch (ImageRefusedException refused) {
                require(!refused.getMessage().isEmpty(), "a refusal says why");
            }
        });
    }

    private static byte[] clean(byte[] accepted) {
        try {
            return CleanImage.of(accepted, LIMITS);
        } catch (ImageRefusedException e) {
            throw new AssertionError("an image that was accepted is cleaned", e);
        }
    }

    private static ImageFacts factsOf(byte[] clean) {
        try {
            return ImageFacts.read(clean, LIMITS);
        } catch (ImageRefusedException e) {
            throw new AssertionError("a clean image is accepted", e);
        }
    }

    private static boolean samePixels(byte[] file, byte[] clean) {
        Picture picture = decoded(file);
        Picture cleaned = decoded(clean);
        if (picture == null || cleaned == null) {
            return picture == cleaned;
        }
        for (int frame = 0; frame < picture.frameCount(); frame++) {
            if (!Arrays.equals(picture.argb(frame), cleaned.argb(frame))) {
                return false;
            }
        }
        return picture.durationMillis() == cleaned.durationMillis();
    }

    /** Null if the pixels are damaged. */
    private static @Nullable Picture decoded(byte[] file) {
        try {
            return ImageDecoder.decode(file, LIMITS, 64);
        } catch (ImageRefusedException e) {
            return null;
        }
    }
}
