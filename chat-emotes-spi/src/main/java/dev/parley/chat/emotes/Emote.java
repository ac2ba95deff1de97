package dev.parley.chat.emotes;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One emote as one set knows it: its identity, the code that people type, and its image files. Immutable and safe to
 * share between threads. Two emotes are equal if all their parts are.
 */
public final class Emote {
    /** The most Unicode code points of a code. */
    public static final int MAX_CODE_POINTS = 100;

    /** The most Unicode code points of a category; a longer one is cut. */
    public static final int MAX_CATEGORY_CODE_POINTS = 100;

    /** The most tags; those beyond are left out. */
    public static final int MAX_TAGS = 50;

    /** The most Unicode code points of a tag; a longer one is cut. */
    public static final int MAX_TAG_CODE_POINTS = 100;

    private final EmoteId id;
    private final String code;
    private final boolean zeroWidth;
    private final boolean animated;
    private final EmoteVisibility visibility;
    private final Supplier<List<EmoteImage>> imagesLater;
    private volatile @Nullable List<EmoteImage> images;
    private final @Nullable String category;
    private final List<String> tags;
    private final Set<EmoteWarning> warnings;

    private Emote(Builder builder) {
        id = builder.id;
        code = builder.code;
        zeroWidth = builder.zeroWidth;
        animated = builder.animated;
        visibility = builder.visibility;
        imagesLater = builder.imagesLater;
        images = builder.images;
        category = builder.category;
        tags = builder.tags;
        warnings = builder.warnings;
    }

    /**
     * Begins an emote.
     *
     * @param id its identity
     * @param code what people type, exactly: 1 to {@value #MAX_CODE_POINTS} code points without white space or control
     *     characters; including the colons where the provider's emotes are typed as {@code :shortcode:}
     * @return a builder of a listed, still emote without images that is not zero-width
     * @throws IllegalArgumentException if the code is not as described
     */
    public static Builder builder(EmoteId id, String code) {
        return new Builder(id, code);
    }

    /**
     * Tells who provides this emote and under which id.
     *
     * @return the identity
     */
    public EmoteId id() {
        return id;
    }

    /**
     * Tells what people type for this emote in its set; matched exactly, with regard to case.
     *
     * @return the code
     */
    public String code() {
        return code;
    }

    /**
     * Tells whether this emote is drawn over the one before it.
     *
     * @return whether it is zero-width
     */
    public boolean zeroWidth() {
        return zeroWidth;
    }

    /**
     * Tells whether the provider says that the emote moves.
     *
     * @return whether it is animated
     */
    public boolean animated() {
        return animated;
    }

    /**
     * Tells where this emote may appear.
     *
     * @return the visibility
     */
    public EmoteVisibility visibility() {
        return visibility;
    }

    /**
     * Lists the image files in the provider's order.
     *
     * @return an immutable list, possibly empty
     */
    public List<EmoteImage> images() {
        List<EmoteImage> known = images;
        if (known == null) {
            known = List.copyOf(imagesLater.get());
            images = known;
        }
        return known;
    }

    /**
     * Tells under which heading a picker shows this emote.
     *
     * @return the category, if the provider has put it into one
     */
    public Optional<String> category() {
        return Optional.ofNullable(category);
    }

    /**
     * Lists the words that the provider's people find this emote by.
     *
     * @return an immutable list, possibly empty
     */
    public List<String> tags() {
        return tags;
    }

    /**
     * Tells what the provider warns of.
     *
     * @return an immutable set, most often empty
     */
    public Set<EmoteWarning> warnings() {
        return warnings;
    }

    /**
     * Gives this emote under another code, as an alias in a set does.
     *
     * @param newCode the code; see {@link #builder}
     * @return an emote that differs in its code only
     * @throws IllegalArgumentException if the code is not as described there
     */
    public Emote withCode(String newCode) {
        Builder copy = builder(id, newCode)
                .zeroWidth(zeroWidth)
                .animated(animated)
                .visibility(visibility)
                .imagesLater(this::images)
                .tags(tags)
                .warnings(warnings);
        copy.category = category;
        return copy.build();
    }

    /**
     * Chooses the image file to draw at a height. Of the files in one of the given formats it takes the smallest that
     * is at least that high, else the highest; between equally high ones the format that comes first in the list, then
     * the file with fewer bytes, then the provider's order. A file of unknown height counts as high enough, and comes
     * after those of known height. Of an {@link #animated} emote a still file is taken only if no other has such a
     * format.
     *
     * @param heightPixels the height wanted, in pixels, at least 1
     * @param formats the formats that can be decoded, the preferred one first
     * @return the file, or nothing if no file has one of these formats
     * @throws IllegalArgumentException if the height is below 1
     */
    public Optional<EmoteImage> imageFor(int heightPixels, List<EmoteImageFormat> formats) {
        return imageFor(heightPixels, formats, Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    private static Optional<EmoteImage> imageFor(
            int heightPixels, List<EmoteImageFormat> formats, List<EmoteImage> images) {
        if (heightPixels < 1) {
            throw new IllegalArgumentException("height must be at least 1 pixel, but is " + heightPixels);
        }
        Comparator<EmoteImage> bestFirst = Comparator.<EmoteImage>comparingInt(
                        image -> heightClass(image.heightPixels(), heightPixels))
                .thenComparingInt(
                        image -> image.heightPixels() >= heightPixels ? image.heightPixels() : -image.heightPixels())
                .thenComparingInt(image -> formats.indexOf(image.format()))
                .thenComparingLong(EmoteImage::sizeBytes);
        // Of equal ones, min keeps the first.
        return images.stream().filter(image -> formats.contains(image.format())).min(bestFirst);
    }

    /**
     * Chooses like {@link #imageFor(int, List)}, among the files that keep to limits. A file that claims nothing counts
     * as keeping to them; it is measured when it is fetched.
     *
     * @param heightPixels the height wanted, in pixels, at least 1
     * @param formats the formats that can be decoded, the preferred one first
     * @param maxBytes the largest file
     * @param maxFrames the most frames
     * @return the file, or nothing if there is none
     * @throws IllegalArgumentException if the height is below 1
     */
    public Optional<EmoteImage> imageFor(
            int heightPixels, List<EmoteImageFormat> formats, long maxBytes, int maxFrames) {
        List<EmoteImage> within = images().stream()
                .filter(image -> image.sizeBytes() <= maxBytes && image.frameCount() <= maxFrames)
                .toList();
        // A smaller one that moves is better than a still one of the right size.
        List<EmoteImage> moving =
                within.stream().filter(image -> image.frameCount() != 1).toList();
        Optional<EmoteImage> best =
                animated && maxFrames > 1 ? imageFor(heightPixels, formats, moving) : Optional.empty();
        return best.isPresent() ? best : imageFor(heightPixels, formats, within);
    }

    private static int heightClass(int height, int wanted) {
        if (height == 0) {
            return 1;
        }
        return height >= wanted ? 0 : 2;
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        // The images last: they may have to be made for it.
        return other instanceof Emote that
                && id.equals(that.id)
                && code.equals(that.code)
                && zeroWidth == that.zeroWidth
                && animated == that.animated
                && visibility == that.visibility
                && Objects.equals(category, that.category)
                && tags.equals(that.tags)
                && warnings.equals(that.warnings)
                && images().equals(that.images());
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, code, zeroWidth, animated, visibility);
    }

    @Override
    public String toString() {
        return "Emote[" + id.providerId() + '/' + id.value() + ' ' + code + ']';
    }

    /** Builds an {@link Emote}. Not for use by several threads at once. */
    public static final class Builder {
        private final EmoteId id;
        private final String code;
        private boolean zeroWidth;
        private boolean animated;
        private EmoteVisibility visibility = EmoteVisibility.LISTED;
        private @Nullable List<EmoteImage> images = List.of();
        private Supplier<List<EmoteImage>> imagesLater = List::of;
        private @Nullable String category;
        private List<String> tags = List.of();
        private Set<EmoteWarning> warnings = Set.of();

        private Builder(EmoteId id, String code) {
            this.id = Objects.requireNonNull(id, "id");
            this.code = Objects.requireNonNull(code, "code");
            int codePoints = code.codePointCount(0, code.length());
            if (codePoints < 1 || codePoints > MAX_CODE_POINTS) {
                throw new IllegalArgumentException(
                        "code must have 1 to " + MAX_CODE_POINTS + " code points, but has " + codePoints);
            }
            if (CodeText.hasSpaceOrControl(code)) {
                throw new IllegalArgumentException("code holds white space or a control character");
            }
        }

        /**
         * Says whether the emote is drawn over the one before it; it is not by default.
         *
         * @param zeroWidth whether it is zero-width
         * @return this builder
         */
        public Builder zeroWidth(boolean zeroWidth) {
            this.zeroWidth = zeroWidth;
            return this;
        }

        /**
         * Says whether the emote moves; it does not by default.
         *
         * @param animated whether it is animated
         * @return this builder
         */
        public Builder animated(boolean animated) {
            this.animated = animated;
            return this;
        }

        /**
         * Says where the emote may appear; {@link EmoteVisibility#LISTED} by default.
         *
         * @param visibility where it may appear
         * @return this builder
         */
        public Builder visibility(EmoteVisibility visibility) {
            this.visibility = Objects.requireNonNull(visibility, "visibility");
            return this;
        }

        /**
         * Gives the image files; none by default.
         *
         * @param images the files, in the order to keep; copied
         * @return this builder
         */
        public Builder images(List<EmoteImage> images) {
            this.images = List.copyOf(images);
            return this;
        }

        /**
         * Gives the image files as something that makes them when they are first asked for: most emotes of a large set
         * are never looked at. Replaces what {@link #images(List)} was given.
         *
         * @param images makes the files, in the order to keep. It is called by any thread, seldom more than once, and
         *     must give equal lists each time, at once and without I/O. What it throws, whoever asks for the images
         *     gets
         * @return this builder
         */
        public Builder imagesLater(Supplier<List<EmoteImage>> images) {
            this.images = null;
            this.imagesLater = Objects.requireNonNull(images, "images");
            return this;
        }

        /**
         * Says under which heading a picker shows the emote; under none by default.
         *
         * @param category the category; a blank one counts as none, and of a longer one the first
         *     {@value #MAX_CATEGORY_CODE_POINTS} code points are kept
         * @return this builder
         */
        public Builder category(String category) {
            this.category = category.isBlank()
                    ? null
                    : cut(category.strip(), MAX_CATEGORY_CODE_POINTS).stripTrailing();
            return this;
        }

        /**
         * Gives the words to find the emote by; none by default.
         *
         * @param tags the words; copied, but for those after the first {@value #MAX_TAGS}, and of each the first
         *     {@value #MAX_TAG_CODE_POINTS} code points
         * @return this builder
         */
        public Builder tags(List<String> tags) {
            this.tags = tags.stream()
                    .limit(MAX_TAGS)
                    .map(tag -> cut(tag, MAX_TAG_CODE_POINTS))
                    .toList();
            return this;
        }

        private static String cut(String text, int maxCodePoints) {
            boolean fits = text.length() <= maxCodePoints || text.codePointCount(0, text.length()) <= maxCodePoints;
            return fits ? text : text.substring(0, text.offsetByCodePoints(0, maxCodePoints));
        }

        /**
         * Says what the provider warns of; nothing by default.
         *
         * @param warnings the warnings; copied
         * @return this builder
         */
        public Builder warnings(Set<EmoteWarning> warnings) {
            this.warnings = Set.copyOf(warnings);
            return this;
        }

        /**
         * Makes the emote.
         *
         * @return the emote
         */
        public Emote build() {
            return new Emote(this);
        }
    }
}
