package dev.parley.chat.emotes.images;

import static dev.parley.chat.emotes.images.TestImages.BLUE;
import static dev.parley.chat.emotes.images.TestImages.RED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;

class KittyImagesTest {
    private static final Pattern COMMAND = Pattern.compile("\u001b_G([^;\u001b]*)(?:;([A-Za-z0-9+/=]*))?\u001b\\\\");

    private static String keys(String command) {
        Matcher matcher = COMMAND.matcher(command);
        assertThat(matcher.matches()).as(command).isTrue();
        return matcher.group(1);
    }

    private static byte[] data(List<String> commands) {
        StringBuilder text = new StringBuilder();
        for (String command : commands) {
            Matcher matcher = COMMAND.matcher(command);
            assertThat(matcher.matches()).isTrue();
            assertThat(matcher.group(2).length()).isLessThanOrEqualTo(4096);
            text.append(matcher.group(2));
        }
        return Base64.getDecoder().decode(text.toString());
    }

    private static byte[] inflated(byte[] data) throws IOException {
        return new InflaterInputStream(new ByteArrayInputStream(data)).readAllBytes();
    }

    @Test
    void aStillPictureIsItsPixelsCompressed() throws Exception {
        List<String> commands = KittyImages.transmit(7, Picture.of(2, 1, new int[] {RED, 0x80010203}));

        assertThat(commands).hasSize(1);
        assertThat(keys(commands.get(0))).isEqualTo("a=t,i=7,f=32,o=z,s=2,v=1,q=2,m=0");
        assertThat(inflated(data(commands))).containsExactly(255, 0, 0, 255, 1, 2, 3, 128);
    }

    @Test
    void aPlaceholderNamesItsCellAndTheUpperByteOfTheId() {
        assertThat(KittyImages.placeholder(7, 1, 0)).isEqualTo(Character.toString(0x10EEEE) + "\u0305\u030D");
        assertThat(KittyImages.placeholder(0x0200_0007L, 0, 1))
                .isEqualTo(Character.toString(0x10EEEE) + "\u030D\u0305\u030E");
        assertThatThrownBy(() -> KittyImages.placeholder(7, KittyImages.GREATEST_CELLS, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void largePicturesComeInChunks() throws Exception {
        int[] pixels = TestImages.gradient(100, 100);
        List<String> commands = KittyImages.transmit(7, Picture.of(100, 100, pixels));

        assertThat(commands.size()).isGreaterThan(2);
        assertThat(keys(commands.get(0))).endsWith(",q=2,m=1");
        assertThat(commands.subList(1, commands.size() - 1))
                .allSatisfy(command -> assertThat(keys(command)).isEqualTo("q=2,m=1"));
        assertThat(keys(commands.get(commands.size() - 1))).isEqualTo("q=2,m=0");
        assertThat(inflated(data(commands))).hasSize(4 * pixels.length);
    }

    @Test
    void framesFollowTheFirstAndThePictureIsStarted() {
        Picture picture = new Picture(1, 1, new int[][] {{RED}, {BLUE}}, new int[] {40, 70});

        assertThat(KittyImages.transmit(7, picture))
                .extracting(KittyImagesTest::keys)
                .containsExactly(
                        "a=t,i=7,f=32,o=z,s=1,v=1,q=2,m=0",
                        "a=a,q=2,i=7,r=1,z=40",
                        "a=f,i=7,f=32,o=z,s=1,v=1,X=1,z=70,q=2,m=0",
                        "a=a,q=2,i=7,s=3,v=1");
    }

    @Test
    void laterChunksOfAFrameSayThatTheyAreOfAFrame() {
        int[] pixels = TestImages.gradient(100, 100);
        List<String> commands = KittyImages.transmit(
                7, new Picture(100, 100, new int[][] {new int[pixels.length], pixels}, new int[] {40, 70}));

        assertThat(commands).extracting(KittyImagesTest::keys).contains("a=f,q=2,m=1", "a=f,q=2,m=0");
    }

    @Test
    void aPngIsSentAsItIs() {
        byte[] png = TestImages.png(2, 2, TestImages.gradient(2, 2));
        List<String> commands = KittyImages.transmitPng(9, png);

        assertThat(keys(commands.get(0))).isEqualTo("a=t,i=9,f=100,q=2,m=0");
        assertThat(data(commands)).isEqualTo(png);
    }

    @Test
    void placesAndRemovesById() {
        assertThat(keys(KittyImages.place(7, 4, 2))).isEqualTo("a=p,U=1,q=2,i=7,c=4,r=2");
        assertThat(keys(KittyImages.delete(7))).isEqualTo("a=d,d=I,q=2,i=7");
    }

    @Test
    void placeholdersNameTheirRowAndColumnAndColourNamesTheId() {
        String cell = Character.toString(0x10EEEE);

        assertThat(KittyImages.placeholderRows(0x010203, 2, 2))
                .containsExactly(
                        "\u001b[38;2;1;2;3m" + cell + "\u0305\u0305" + cell + "\u0305\u030D\u001b[39m",
                        "\u001b[38;2;1;2;3m" + cell + "\u030D\u0305" + cell + "\u030D\u030D\u001b[39m");
    }

    @Test
    void anIdOf32BitsHasItsUppermostByteInAThirdCharacter() {
        assertThat(KittyImages.placeholderRows(0x02_000001L, 1, 1))
                .containsExactly("\u001b[38;2;0;0;1m" + Character.toString(0x10EEEE) + "\u0305\u0305\u030E\u001b[39m");
        assertThat(KittyImages.placeholderRows(KittyImages.GREATEST_ID, 1, 1)).hasSize(1);
    }

    @Test
    void eachOf297NumbersHasACombiningCharacterOfItsOwn() {
        Set<Integer> seen = new HashSet<>();
        for (String row : KittyImages.placeholderRows(1, 1, KittyImages.GREATEST_CELLS)) {
            int number =
                    row.codePoints().skip(row.indexOf('m') + 2L).findFirst().orElseThrow();
            assertThat(Character.getType(number)).isEqualTo(Character.NON_SPACING_MARK);
            assertThat(seen.add(number)).isTrue();
        }
        assertThat(seen).hasSize(297).contains(0x0305, 0x1D244);
    }

    @Test
    void columnsFollowTheProportions() {
        assertThat(KittyImages.columns(Picture.of(32, 32, new int[1024]), 2)).isEqualTo(4);
        assertThat(KittyImages.columns(Picture.of(96, 32, new int[3072]), 1)).isEqualTo(6);
        assertThat(KittyImages.columns(Picture.of(1, 100, new int[100]), 1)).isEqualTo(1);
    }

    @Test
    void whatTheTerminalCannotNameIsTheCallersMistake() {
        assertThatThrownBy(() -> KittyImages.delete(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KittyImages.delete(KittyImages.GREATEST_ID + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KittyImages.place(1, 298, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KittyImages.placeholderRows(1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Arrays.asList(KittyImages.place(1, 297, 297))).hasSize(1);
    }
}
