package dev.parley.chat.emotes.images;

import static dev.parley.chat.emotes.images.TestImages.BLUE;
import static dev.parley.chat.emotes.images.TestImages.CLEAR;
import static dev.parley.chat.emotes.images.TestImages.GREEN;
import static dev.parley.chat.emotes.images.TestImages.RED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PictureTest {
    /** Pictures of one pixel, one colour after the other. */
    private static Picture moving(int delayMillis, int... colours) {
        int[][] frames =
                Arrays.stream(colours).mapToObj(colour -> new int[] {colour}).toArray(int[][]::new);
        int[] delays = new int[colours.length];
        Arrays.fill(delays, delayMillis);
        return new Picture(1, 1, frames, delays);
    }

    @Test
    void theFrameOfATimeIsThatOfTheBeginOfItsTenthOfASecond() {
        Picture picture = moving(60, RED, GREEN, BLUE);

        assertThat(IntStream.of(0, 59, 60, 99, 100, 119, 120, 199, 200, 280, 300)
                        .map(picture::frameAt))
                .containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 2);
        assertThatThrownBy(() -> picture.frameAt(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void changingWhatWasTakenChangesNoPicture() {
        int[] colours = {RED};
        Picture picture = Picture.of(1, 1, colours);
        colours[0] = BLUE;
        picture.argb(0)[0] = BLUE;

        assertThat(picture.argb(0, 0, 0)).isEqualTo(RED);
    }

    @Test
    void overlaysAreCentredOnTheLargest() {
        Picture base = Picture.of(1, 3, new int[] {RED, RED, RED});
        Picture overlay = Picture.of(3, 1, new int[] {GREEN, 0x80ff0000, GREEN});

        Picture merged = base.over(List.of(overlay));

        assertThat(merged.widthPixels()).isEqualTo(3);
        assertThat(merged.heightPixels()).isEqualTo(3);
        assertThat(merged.argb(0)).containsExactly(CLEAR, RED, CLEAR, GREEN, RED, GREEN, CLEAR, RED, CLEAR);
        assertThat(merged.frameCount()).isEqualTo(1);
        assertThat(base.over(List.of())).isSameAs(base);
    }

    @Test
    void eachOverlayKeepsItsPace() {
        Picture base = moving(100, RED, GREEN);
        Picture overlay = moving(150, BLUE, CLEAR);

        Picture merged = base.over(List.of(overlay));

        assertThat(merged.durationMillis()).isEqualTo(600);
        assertThat(IntStream.range(0, merged.frameCount()).map(frame -> merged.argb(frame, 0, 0)))
                .containsExactly(BLUE, BLUE, GREEN, RED, BLUE, BLUE, RED, GREEN);
        assertThat(IntStream.range(0, merged.frameCount()).mapToLong(merged::delayMillis))
                .containsExactly(100L, 50L, 50L, 100L, 100L, 50L, 50L, 100L);
    }

    @Test
    void pacesThatNeverMeetLastAsLongAsTheLongest() {
        Picture merged = moving(4999, RED, GREEN).over(List.of(moving(101, BLUE, CLEAR)));

        assertThat(merged.durationMillis()).isEqualTo(2 * 4999);
    }

    @Test
    void mergedFramesAreBounded() {
        Picture merged = moving(20, IntStream.range(0, 499).toArray()).over(List.of(moving(20, RED, CLEAR)));

        assertThat(merged.frameCount()).isLessThanOrEqualTo(Picture.MAX_MERGED_FRAMES);
        assertThat(merged.durationMillis()).isEqualTo(499 * 20);
        Picture large = Picture.of(2000, 2000, new int[4_000_000]);
        assertThat(moving(20, RED, GREEN, BLUE, RED, GREEN, BLUE)
                        .over(List.of(large))
                        .frameCount())
                .isEqualTo(Picture.MAX_MERGED_PIXELS / 4_000_000);
    }

    @Test
    void aPictureHasAsManyColoursAsPixels() {
        assertThatThrownBy(() -> Picture.of(2, 2, new int[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2×2 pixels need as many colours, not 3");
        assertThatThrownBy(() -> Picture.of(1, 1, new int[1]).argb(0, 1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
