package dev.parley.chat.cli.client;

import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.emotes.Emote;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Pictures of hash signs, of emotes that are made known by their codes. */
final class FakePictures implements Pictures {
    private final Set<String> known = new HashSet<>();
    private final int beside;
    private long version;

    /**
     * Makes some.
     *
     * @param beside how high they are beside a name
     */
    FakePictures(int beside) {
        this.beside = beside;
    }

    void add(String... codes) {
        known.addAll(List.of(codes));
        version++;
    }

    @Override
    public int rows(Size size) {
        return switch (size) {
            case ROW -> beside;
            case TEXT, GRID -> 2;
            case ALONE -> 3;
        };
    }

    @Override
    public Optional<Shape> shape(int tab, List<Emote> layers, Size size) {
        int rows = rows(size);
        boolean isKnown = rows > 0 && layers.stream().allMatch(emote -> known.contains(emote.code()));
        String name = layers.stream().map(Emote::code).collect(Collectors.joining("+"));
        return isKnown ? Optional.of(new Shape(rows, 2 * rows, name)) : Optional.empty();
    }

    @Override
    public void draw(Shape shape, Canvas canvas, int hiddenRows) {
        String sign = shape.name().toString().contains("+") ? "%" : "#";
        for (int row = 0; row < canvas.rows(); row++) {
            for (int column = 0; column < Math.min(shape.columns(), canvas.columns()); column++) {
                // The first row of a picture is told from the others.
                canvas.putPicture(row, column, row + hiddenRows == 0 ? "=" : sign, Ink.PLAIN);
            }
        }
    }

    @Override
    public long version() {
        return version;
    }
}
