package dev.parley.chat.cli.client;

import dev.parley.chat.EmoteReference;
import dev.parley.chat.cli.screen.Canvas;
import java.util.List;
import java.util.Optional;

/** The pictures of emotes, as far as they are there and can be shown. For the thread that draws. */
public interface Pictures {

    /** None at all: names stand for them. */
    Pictures NONE = new Pictures() {
        @Override
        public Optional<Shape> shape(EmoteReference emote, List<EmoteReference> over) {
            return Optional.empty();
        }

        @Override
        public boolean isOverlay(EmoteReference emote) {
            return false;
        }

        @Override
        public void draw(Shape shape, Canvas canvas) {}

        @Override
        public long version() {
            return 0;
        }
    };

    /**
     * A picture and how many cells it takes.
     *
     * @param name what it is drawn by
     */
    record Shape(int rows, int columns, Object name) {}

    /**
     * Finds the picture of an emote with those that lie over it; asks for it if it is not there yet.
     *
     * @return empty while there is none
     */
    Optional<Shape> shape(EmoteReference emote, List<EmoteReference> over);

    /** Whether an emote is drawn over the one before it. */
    boolean isOverlay(EmoteReference emote);

    /** Draws it as it looks now. */
    void draw(Shape shape, Canvas canvas);

    /** Another whenever more pictures are there, so that what was set has to be set anew. */
    long version();
}
