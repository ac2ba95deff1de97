package dev.parley.chat.cli.client;

import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.emotes.Emote;
import java.util.List;
import java.util.Optional;

/**
 * The pictures of emotes, as far as they are there and can be shown. For the thread that draws. Only emotes of a
 * catalog have pictures: what a peer refers to is looked up there first.
 */
public interface Pictures {

    /** None at all: names stand for them. */
    Pictures NONE = new Pictures() {
        @Override
        public int rows(Size size) {
            return 0;
        }

        @Override
        public Optional<Shape> shape(int tab, List<Emote> layers, Size size) {
            return Optional.empty();
        }

        @Override
        public void draw(Shape shape, Canvas canvas, int hiddenRows) {}

        @Override
        public long version() {
            return 0;
        }
    };

    /** How large a picture is to be, by where it stands. */
    enum Size {
        /** One row, beside a name. */
        ROW,
        /** Between words. */
        TEXT,
        /** In a message of nothing but emotes. */
        ALONE,
        /** In a grid to choose from. */
        GRID
    }

    /**
     * A picture and how many cells it takes.
     *
     * @param name what it is drawn by
     */
    record Shape(int rows, int columns, Object name) {}

    /** How many rows pictures of a size have at most; 0 if none are shown in that size. */
    int rows(Size size);

    /**
     * Finds the picture of emotes that lie over each other; asks for it if it is not there yet.
     *
     * @param tab of the room, which may have emotes of its own
     * @param layers the lowest first, at least one
     * @return empty while there is none
     */
    Optional<Shape> shape(int tab, List<Emote> layers, Size size);

    /**
     * Draws it as it looks now.
     *
     * @param hiddenRows how many of its first rows are not on the canvas
     */
    void draw(Shape shape, Canvas canvas, int hiddenRows);

    /** Another whenever more pictures are there, so that what was set has to be set anew. */
    long version();
}
