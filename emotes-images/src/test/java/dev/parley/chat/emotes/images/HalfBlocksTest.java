package dev.parley.chat.emotes.images;

import static dev.parley.chat.emotes.images.TestImages.BLUE;
import static dev.parley.chat.emotes.images.TestImages.CLEAR;
import static dev.parley.chat.emotes.images.TestImages.GREEN;
import static dev.parley.chat.emotes.images.TestImages.RED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HalfBlocksTest {
    private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;]*m");

    private static List<String> cells(List<String> rows) {
        return rows.stream().map(row -> COLOURS.matcher(row).replaceAll("")).toList();
    }

    @Test
    void aCellShowsTwoPixels() {
        Picture picture = Picture.of(1, 2, new int[] {RED, BLUE});

        assertThat(HalfBlocks.rows(picture, 0, 10, 10))
                .containsExactly("\u001b[48;2;0;0;255m\u001b[38;2;255;0;0m▀\u001b[0m");
    }

    @Test
    void transparentHalvesKeepTheBackgroundOfTheTerminal() {
        Picture picture = Picture.of(4, 2, new int[] {RED, CLEAR, CLEAR, RED, CLEAR, GREEN, CLEAR, BLUE});

        assertThat(HalfBlocks.rows(picture, 0, 10, 10))
                .containsExactly("\u001b[38;2;255;0;0m▀\u001b[38;2;0;255;0m▄ "
                        + "\u001b[48;2;0;0;255m\u001b[38;2;255;0;0m▀\u001b[0m");
    }

    @Test
    void theBackgroundOfACellDoesNotReachIntoTheNext() {
        Picture picture = Picture.of(2, 2, new int[] {RED, RED, BLUE, CLEAR});

        assertThat(HalfBlocks.rows(picture, 0, 10, 10))
                .containsExactly("\u001b[48;2;0;0;255m\u001b[38;2;255;0;0m▀\u001b[49m▀\u001b[0m");
    }

    @Test
    void colourIsToldWhereItChangesAlone() {
        Picture picture = Picture.of(3, 1, new int[] {RED, RED, RED});

        assertThat(HalfBlocks.rows(picture, 0, 10, 10)).containsExactly("\u001b[38;2;255;0;0m▀▀▀\u001b[0m");
    }

    @Test
    void aPictureFitsIntoItsBoxInItsProportions() {
        Picture wide = Picture.of(60, 20, TestImages.filled(60, 20, RED));
        Picture high = Picture.of(20, 60, TestImages.filled(20, 60, RED));

        assertThat(cells(HalfBlocks.rows(wide, 0, 12, 10))).containsExactly("▀".repeat(12), "▀".repeat(12));
        assertThat(cells(HalfBlocks.rows(high, 0, 12, 3))).containsExactly("▀▀", "▀▀", "▀▀");
        assertThat(cells(HalfBlocks.rows(Picture.of(2, 2, TestImages.filled(2, 2, RED)), 0, 80, 24)))
                .as("not made larger")
                .containsExactly("▀▀");
    }

    @Test
    void cellsSayTheirColours() {
        Picture picture = Picture.of(3, 2, new int[] {RED, CLEAR, CLEAR, BLUE, GREEN, CLEAR});

        assertThat(HalfBlocks.cells(picture, 0, 10, 10))
                .containsExactly(List.of(
                        new HalfBlocks.Cell("▀", RED, BLUE),
                        new HalfBlocks.Cell("▄", GREEN, 0),
                        new HalfBlocks.Cell(" ", 0, 0)));
    }

    @Test
    void anOddLastLineHasNoLowerHalf() {
        Picture picture = Picture.of(1, 3, new int[] {CLEAR, CLEAR, RED});

        assertThat(cells(HalfBlocks.rows(picture, 0, 9, 9))).containsExactly(" ", "▀");
    }

    @Test
    void aBoxWithoutRoomIsTheCallersMistake() {
        assertThatThrownBy(() -> HalfBlocks.rows(Picture.of(1, 1, new int[1]), 0, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
