package dev.parley.chat.emotes.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class StaticImageTest {
    @Test
    void aPngGivesTheSamePixelsToAnotherDecoder() throws Exception {
        int[] pixels = TestImages.gradient(13, 7);

        byte[] png = StaticImage.png(TestImages.png(13, 7, pixels), ImageLimits.EMOJI);

        assertThat(decodedByTheJdk(png, 13, 7)).isEqualTo(pixels);
        assertThat(ImageFacts.read(png, ImageLimits.EMOJI)).isEqualTo(new ImageFacts(ImageFormat.PNG, 13, 7, 1));
    }

    @Test
    void aGifGivesItsFirstFrame() throws Exception {
        byte[] png = StaticImage.png(TestImages.gif(2, 2, 0, 1, 2, 3), ImageLimits.EMOJI);

        assertThat(decodedByTheJdk(png, 2, 2))
                .containsExactly(TestImages.RED, TestImages.GREEN, TestImages.BLUE, TestImages.CLEAR);
    }

    @Test
    void aLosslessWebpGivesItsPixels() throws Exception {
        int[] pixels = TestImages.gradient(9, 11);

        byte[] png = StaticImage.png(TestImages.webp(9, 11, pixels), ImageLimits.EMOJI);

        assertThat(decodedByTheJdk(png, 9, 11)).isEqualTo(pixels);
    }

    private static int[] decodedByTheJdk(byte[] png, int width, int height) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getWidth()).isEqualTo(width);
        assertThat(image.getHeight()).isEqualTo(height);
        return image.getRGB(0, 0, width, height, null, 0, width);
    }
}
