package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.cli.client.Pictures.Shape;
import dev.parley.chat.cli.client.Pictures.Size;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TerminalPicturesTest {
    /** One pixel, red and then blue, each for 100 ms. */
    private static final byte[] MOVING = HexFormat.of()
            .parseHex("474946383961" + "01000100800000ff00000000ff"
                    + "21f904000a000000" + "2c000000000100010000" + "0202440100"
                    + "21f904000a000000" + "2c000000000100010000" + "02024c0100"
                    + "3b");

    private record Asked(String id, int heightPixels, CompletableFuture<byte[]> answer) {}

    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();
    private final List<String> commands = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong millis = new AtomicLong();
    private TerminalPictures pictures = pictures(EmotePictures.Form.BLOCKS, 0, true);

    private TerminalPictures pictures(EmotePictures.Form form, int rows, boolean isMoving) {
        return new TerminalPictures(
                new TerminalPictures.Look(form, rows, isMoving),
                (tab, emote, heightPixels) -> {
                    CompletableFuture<byte[]> answer = new CompletableFuture<>();
                    asked.add(new Asked(emote.id().value(), heightPixels, answer));
                    return answer;
                },
                commands::add,
                millis::get,
                () -> changes.add("changed"));
    }

    @AfterEach
    void close() {
        pictures.close();
    }

    private static Emote emote(String id) {
        return Emote.builder(new EmoteId("7tv", id), id).build();
    }

    private static byte[] png(int width, int height, int argb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, argb);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private Optional<Shape> shape(String... ids) {
        return pictures.shape(
                1, Arrays.stream(ids).map(TerminalPicturesTest::emote).toList(), Size.TEXT);
    }

    private Shape fetched(byte[] file, String id) throws InterruptedException {
        assertThat(shape(id)).isEmpty();
        Asked one = next(asked);
        assertThat(one.id()).isEqualTo(id);
        one.answer().complete(file);
        next(changes);
        return shape(id).orElseThrow();
    }

    private String drawn(Shape shape, int hiddenRows) {
        Grid grid = new Grid(shape.rows() - hiddenRows, shape.columns());
        pictures.draw(shape, grid.canvas(), hiddenRows);
        return grid.text();
    }

    @Test
    void aPictureIsAskedForOnceAndThereWhenItHasCome() throws Exception {
        long before = pictures.version();
        assertThat(shape("a")).isEmpty();
        assertThat(shape("a")).isEmpty();
        Asked one = next(asked);
        assertThat(one.heightPixels()).as("two for each of three rows").isEqualTo(6);
        assertThat(pictures.version()).as("nothing has come").isEqualTo(before);

        one.answer().complete(png(24, 12, 0xffff0000));
        next(changes);

        assertThat(pictures.version()).isNotEqualTo(before);
        Shape shape = shape("a").orElseThrow();
        assertThat(shape.rows()).isEqualTo(3);
        assertThat(shape.columns()).isEqualTo(12);
        assertThat(drawn(shape, 0)).isEqualTo(("▀".repeat(12) + "\n").repeat(3));
        assertThat(drawn(shape, 1)).isEqualTo(("▀".repeat(12) + "\n").repeat(2));
        assertThat(asked).isEmpty();
    }

    @Test
    void whatCannotBeHadIsAskedForAgainAfterAWhile() throws Exception {
        shape("a");
        next(asked).answer().completeExceptionally(new IllegalStateException("gone"));
        // What comes after it shows that it was taken note of.
        fetched(png(2, 2, 0xff00ff00), "b");

        assertThat(shape("a")).isEmpty();
        fetched(png(2, 2, 0xff00ff00), "c");
        assertThat(asked).as("a is not asked for").isEmpty();

        millis.addAndGet(TerminalPictures.RETRY.toMillis());
        fetched(png(2, 2, 0xff00ff00), "a");
    }

    @Test
    void aHostileImageCostsItselfAndNothingElse() throws Exception {
        Random random = new Random(7);
        byte[] good = png(30, 30, 0xff00ff00);
        for (int i = 0; i < 200; i++) {
            byte[] bad = i % 2 == 0 ? good.clone() : MOVING.clone();
            for (int flips = 0; flips < 5; flips++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            shape("bad" + i);
            next(asked).answer().complete(bad);
        }
        shape("empty");
        next(asked).answer().complete(new byte[0]);
        shape("good");
        Asked last = next(asked);
        last.answer().complete(good);

        // Files are taken in their order.
        while (shape("good").isEmpty()) {
            next(changes);
        }
        assertThat(shape("empty")).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void theOneThatWasAskedForLastIsFetchedFirstAndThoseThatWaitAreBounded() throws Exception {
        List<Asked> first = new ArrayList<>();
        for (int i = 0; i < TerminalPictures.MAX_FETCHING; i++) {
            shape("first" + i);
            first.add(next(asked));
        }
        for (int i = 0; i < TerminalPictures.MAX_WAITING + 10; i++) {
            shape("more" + i);
        }
        assertThat(asked).as("no more at the same time").isEmpty();

        List<String> order = new ArrayList<>();
        first.get(0).answer().completeExceptionally(new IllegalStateException());
        for (int i = 0; i < TerminalPictures.MAX_WAITING; i++) {
            Asked one = next(asked);
            order.add(one.id());
            one.answer().completeExceptionally(new IllegalStateException());
        }
        assertThat(order.get(0)).isEqualTo("more" + (TerminalPictures.MAX_WAITING + 9));
        assertThat(order).doesNotContain("more0", "more9").contains("more10");
    }

    @Test
    void overlaysLieOverEachOther() throws Exception {
        shape("base", "over");
        next(asked).answer().complete(png(6, 6, 0xff0000ff));
        next(asked).answer().complete(png(12, 6, 0xffff0000));
        next(changes);

        assertThat(shape("base", "over").orElseThrow().columns()).isEqualTo(12);
        assertThat(shape("base")).as("another picture").isEmpty();
    }

    @Test
    void onlyAPictureThatMovesAndWasDrawnAsksForTheNextFrame() throws Exception {
        Shape still = fetched(png(2, 2, 0xff00ff00), "still");
        Shape moving = fetched(MOVING, "moving");

        millis.set(1_030);
        pictures.beginFrame();
        drawn(still, 0);
        assertThat(pictures.toNextFrame()).isEmpty();

        drawn(moving, 0);
        assertThat(pictures.toNextFrame()).contains(70L);

        pictures.beginFrame();
        assertThat(pictures.toNextFrame()).as("it is not seen any more").isEmpty();
    }

    @Test
    void nothingMovesWhereThatIsTurnedOff() throws Exception {
        pictures.close();
        pictures = pictures(EmotePictures.Form.BLOCKS, 0, false);
        Shape moving = fetched(MOVING, "moving");
        pictures.beginFrame();
        drawn(moving, 0);

        assertThat(pictures.toNextFrame()).isEmpty();
    }

    @Test
    void kittyIsSentAPictureOnceAndToldToForgetItInTheEnd() throws Exception {
        pictures.close();
        pictures = pictures(EmotePictures.Form.KITTY, 0, true);
        Shape shape = fetched(png(40, 40, 0xff00ff00), "a");

        assertThat(shape.rows()).isEqualTo(2);
        assertThat(shape.columns()).isEqualTo(4);
        int sent = commands.size();
        assertThat(commands.get(0)).startsWith("\u001b_Ga=t,i=");
        assertThat(commands.get(sent - 1)).startsWith("\u001b_Ga=p,U=1,").contains(",c=4,r=2");
        String text = drawn(shape, 1);
        assertThat(text.codePoints().filter(c -> c == 0x10EEEE)).hasSize(4);
        assertThat(text).as("the second row of the picture").contains("\u030D");
        drawn(shape, 0);
        assertThat(commands).hasSize(sent);

        pictures.close();
        assertThat(commands).hasSize(sent + 1);
        assertThat(commands.get(sent)).startsWith("\u001b_Ga=d,d=I");
    }

    @Test
    void whatIsNotSeenMakesRoomAndLeavesTheTerminal() throws Exception {
        pictures.close();
        pictures = pictures(EmotePictures.Form.KITTY, 4, true);
        byte[] wide = png(1_000, 80, 0xff00ff00);
        long bytes = 4L * 1_000 * 80;
        Shape first = fetched(wide, "0");
        for (int i = 1; i <= TerminalPictures.MAX_BYTES / bytes; i++) {
            pictures.beginFrame();
            fetched(wide, String.valueOf(i));
        }
        assertThat(commands).anyMatch(command -> command.startsWith("\u001b_Ga=d,d=I"));

        Grid grid = new Grid(4, 24);
        pictures.draw(first, grid.canvas(), 0);
        assertThat(grid.text()).as("nothing is drawn of it").isBlank();
        assertThat(next(asked).id()).as("and it is asked for again").isEqualTo("0");
    }

    @Test
    void whatIsSeenDoesNotMakeRoom() throws Exception {
        pictures.close();
        pictures = pictures(EmotePictures.Form.KITTY, 4, true);
        byte[] wide = png(1_000, 80, 0xff00ff00);
        long most = TerminalPictures.MAX_BYTES / (4L * 1_000 * 80);
        List<Shape> seen = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            seen.add(fetched(wide, String.valueOf(i)));
        }
        pictures.beginFrame();
        seen.forEach(shape -> drawn(shape, 0));

        shape("late");
        next(asked).answer().complete(wide);
        // For a small one there is room still; it comes behind the other.
        fetched(png(2, 2, 0xff00ff00), "small");

        assertThat(shape("late")).isEmpty();
        assertThat(seen).allSatisfy(shape -> assertThat(drawn(shape, 0)).isNotBlank());
        assertThat(asked).as("it is not asked for at once again").isEmpty();
    }

    @Test
    void rowsAreAsThePersonWantsThem() {
        assertThat(pictures.rows(Size.TEXT)).isEqualTo(3);
        assertThat(pictures.rows(Size.ROW)).as("two pixels are no picture").isZero();
        TerminalPictures low = pictures(EmotePictures.Form.KITTY, 1, true);
        assertThat(low.rows(Size.TEXT)).isEqualTo(1);
        assertThat(low.rows(Size.ALONE)).isEqualTo(1);
        TerminalPictures none = pictures(EmotePictures.Form.NAMES, 0, true);
        assertThat(none.rows(Size.GRID)).isZero();
        assertThat(none.shape(1, List.of(emote("a")), Size.TEXT)).isEmpty();
        assertThat(asked).isEmpty();
        low.close();
        none.close();
    }
}
