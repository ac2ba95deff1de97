package dev.parley.chat.emotes.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ImageFactsTest {
    @Test
    void aPngTellsItsSize() throws Exception {
        assertThat(ImageFacts.read(TestImages.png(3, 5, TestImages.gradient(3, 5)), ImageLimits.EMOJI))
                .isEqualTo(new ImageFacts(ImageFormat.PNG, 3, 5, 1));
    }

    @Test
    void aGifTellsItsSize() throws Exception {
        assertThat(ImageFacts.read(TestImages.gif(2, 1, 0, 1), ImageLimits.EMOJI))
                .isEqualTo(new ImageFacts(ImageFormat.GIF, 2, 1, 1));
    }

    @Test
    void aLosslessWebpTellsItsSize() throws Exception {
        assertThat(ImageFacts.read(TestImages.webp(4, 3, TestImages.gradient(4, 3)), ImageLimits.EMOJI))
                .isEqualTo(new ImageFacts(ImageFormat.WEBP, 4, 3, 1));
    }

    @Test
    void anAnimatedWebpTellsItsCanvasAndItsFrames() throws Exception {
        byte[] image = TestImages.chunk("VP8L", TestImages.vp8l(2, 2, TestImages.gradient(2, 2)));
        byte[] file = TestImages.riff(
                TestImages.vp8x(0x12, 6, 4),
                TestImages.anim(),
                TestImages.anmf(0, 0, 2, 2, 40, 0, image),
                TestImages.anmf(4, 2, 2, 2, 40, 0, image));

        assertThat(ImageFacts.read(file, ImageLimits.EMOJI)).isEqualTo(new ImageFacts(ImageFormat.WEBP, 6, 4, 2));
    }
}
