package dev.parley.chat.cli;

import dev.parley.chat.cli.client.Pictures;
import dev.parley.chat.cli.screen.Canvas;
import dev.parley.chat.cli.screen.Ink;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.images.HalfBlocks;
import dev.parley.chat.emotes.images.ImageDecoder;
import dev.parley.chat.emotes.images.ImageLimits;
import dev.parley.chat.emotes.images.ImageRefusedException;
import dev.parley.chat.emotes.images.KittyImages;
import dev.parley.chat.emotes.images.Picture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pictures of emotes on a terminal: fetched when they are first to be seen, decoded on a thread of their own, kept
 * as long as there is room. What cannot be had is asked for again after a while.
 *
 * <p>{@link #beginFrame}, {@link #shape}, {@link #draw} and {@link #toNextFrame} are for the thread that draws.
 */
final class TerminalPictures implements Pictures, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TerminalPictures.class);

    /** What is kept together: pixels and cells here, pixels in a terminal of kitty's protocol. */
    static final long MAX_BYTES = 64L << 20;

    /** A picture that would take more does not move. */
    static final long MAX_PICTURE_BYTES = 4L << 20;

    /** So many may wait; of more the ones that were asked for first are given up. */
    static final int MAX_WAITING = 256;

    /** So many are fetched at the same time. */
    static final int MAX_FETCHING = 8;

    /** So many are remembered as not to be had. */
    static final int MAX_FAILED = 1_024;

    /** Emotes over each other; more are left out. */
    static final int MAX_LAYERS = 8;

    /** After this time what could not be had is asked for again. */
    static final Duration RETRY = Duration.ofMinutes(1);

    /** An answer that takes longer is none. */
    private static final Duration MAX_FETCH = Duration.ofSeconds(60);

    private static final int BYTES_PER_PIXEL = 4;

    /** What a cell takes: its inks, and the references to them. */
    private static final int BYTES_PER_CELL = 64;

    private static final int KITTY_CELL_PIXELS = 20;
    private static final int BLOCK_CELL_PIXELS = 2;

    /** Where images come from. */
    interface Source {
        /**
         * Gets a file; called by the thread of the pictures.
         *
         * @param heightPixels how high it should be at least
         */
        CompletableFuture<byte[]> image(int tab, Emote emote, int heightPixels);
    }

    /**
     * How pictures look.
     *
     * @param rows how high they are between words; 0 for what suits the form
     * @param isMoving whether any may move
     */
    record Look(EmotePictures.Form form, int rows, boolean isMoving) {}

    /** One picture in one size. */
    private record Key(List<EmoteId> layers, Size size) {}

    private record Job(Key key, int tab, List<Emote> layers) {}

    /** A picture that can be drawn. */
    private abstract static class Drawing {
        final int rows;
        final int columns;
        final long bytes;

        /** In which frame it was drawn last. */
        long drawnIn;

        Drawing(int rows, int columns, long bytes) {
            this.rows = rows;
            this.columns = columns;
            this.bytes = bytes;
        }

        abstract boolean isMoving();

        abstract void draw(Canvas canvas, int hiddenRows, long millis);
    }

    private static final class Blocks extends Drawing {
        private final Picture picture;

        /** By frame, row and column. */
        private final List<List<List<HalfBlocks.Cell>>> frames;

        Blocks(Picture picture, List<List<List<HalfBlocks.Cell>>> frames) {
            super(
                    frames.get(0).size(),
                    frames.get(0).get(0).size(),
                    bytesOf(picture)
                            + (long) BYTES_PER_CELL
                                    * frames.size()
                                    * frames.get(0).size()
                                    * frames.get(0).get(0).size());
            this.picture = picture;
            this.frames = frames;
        }

        @Override
        boolean isMoving() {
            return frames.size() > 1;
        }

        @Override
        void draw(Canvas canvas, int hiddenRows, long millis) {
            List<List<HalfBlocks.Cell>> frame = frames.get(picture.frameAt(millis));
            for (int row = 0; row < canvas.rows() && row + hiddenRows < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    HalfBlocks.Cell cell = frame.get(row + hiddenRows).get(column);
                    Ink ink = new Ink(colour(cell.foreground()), colour(cell.background()), 0);
                    canvas.putPicture(row, column, cell.symbol(), ink);
                }
            }
        }

        private static int colour(int argb) {
            return argb == 0 ? Ink.DEFAULT : Ink.rgb(argb);
        }
    }

    private static final class Kitty extends Drawing {
        private final long id;
        private final Ink ink;

        Kitty(long id, int rows, int columns, long bytes) {
            super(rows, columns, bytes);
            this.id = id;
            ink = Ink.PLAIN.on(Ink.rgb((int) id));
        }

        @Override
        boolean isMoving() {
            // The terminal moves it.
            return false;
        }

        @Override
        void draw(Canvas canvas, int hiddenRows, long millis) {
            for (int row = 0; row < canvas.rows() && row + hiddenRows < rows; row++) {
                for (int column = 0; column < Math.min(columns, canvas.columns()); column++) {
                    canvas.putPicture(row, column, KittyImages.placeholder(id, column, row + hiddenRows), ink);
                }
            }
        }
    }

    private final Look look;
    private final Source source;
    private final Consumer<String> terminal;
    private final LongSupplier millis;
    private final Runnable onChange;
    private final ThreadPoolExecutor worker;

    // What follows is guarded by this.
    private final LinkedHashMap<Key, Drawing> ready = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Key, Long> failedUntil = new LinkedHashMap<>();
    private final Set<Key> pending = new HashSet<>();
    private final Deque<Job> waiting = new ArrayDeque<>();
    private int fetching;
    private long bytes;
    private long version;
    private boolean closed;
    private long frame = 1;

    // Of the thread that draws.
    private long frameMillis;
    private boolean moves;

    /** Guards what is told to a terminal of kitty's protocol: a picture is sent in parts. */
    private final Object sending = new Object();

    /** Those that the terminal keeps; guarded by {@link #sending}, as is whether more are sent. */
    private final Set<Long> sent = new LinkedHashSet<>();

    private boolean sendsNoMore;

    /** Begins where no other process is likely to be, whose pictures may be in the terminal still. */
    private long nextId = ThreadLocalRandom.current().nextInt(1, 0xF0_0000);

    /**
     * Makes one without pictures.
     *
     * @param terminal takes commands of kitty's protocol, on any thread
     * @param millis the time, which only goes on
     * @param onChange is run when there is one more, on the thread of the pictures
     */
    TerminalPictures(Look look, Source source, Consumer<String> terminal, LongSupplier millis, Runnable onChange) {
        this.look = look;
        this.source = source;
        this.terminal = terminal;
        this.millis = millis;
        this.onChange = onChange;
        worker = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                // Holds one task for each picture that is fetched, and some that begin to fetch.
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "parley-pictures");
                    thread.setDaemon(true);
                    return thread;
                },
                // What comes after the end.
                new ThreadPoolExecutor.DiscardPolicy());
    }

    // --- For the thread that draws ----------------------------------------------------------------------------------

    /** What is drawn from now on is one screen. */
    void beginFrame() {
        synchronized (this) {
            frame++;
        }
        frameMillis = millis.getAsLong();
        moves = false;
    }

    /** In how many milliseconds a picture that was drawn in this frame looks another way; empty if none moves. */
    Optional<Long> toNextFrame() {
        if (!moves) {
            return Optional.empty();
        }
        long next = frameMillis - Math.floorMod(frameMillis, Picture.SHOWN_MILLIS) + Picture.SHOWN_MILLIS;
        return Optional.of(Math.max(0, next - millis.getAsLong()));
    }

    @Override
    public int rows(Size size) {
        return switch (look.form()) {
            case NAMES -> 0;
            case BLOCKS -> rows(size, 3, 0);
            case KITTY -> rows(size, 2, 1);
        };
    }

    private int rows(Size size, int usual, int beside) {
        return switch (size) {
            case ROW -> beside;
            case TEXT -> look.rows() == 0 ? usual : look.rows();
            // Who wants them low wants them low everywhere.
            case ALONE -> look.rows() == 1 ? 1 : 4;
            case GRID -> usual;
        };
    }

    private static int maxColumns(Size size) {
        return switch (size) {
            case ROW -> 4;
            case TEXT -> 24;
            case ALONE -> 32;
            case GRID -> 10;
        };
    }

    @Override
    public Optional<Shape> shape(int tab, List<Emote> layers, Size size) {
        if (rows(size) == 0) {
            return Optional.empty();
        }
        List<Emote> kept = List.copyOf(layers.subList(0, Math.min(MAX_LAYERS, layers.size())));
        Job job = new Job(new Key(kept.stream().map(Emote::id).toList(), size), tab, kept);
        synchronized (this) {
            Drawing there = ready.get(job.key());
            if (there != null) {
                return Optional.of(new Shape(there.rows, there.columns, job));
            }
            ask(job);
        }
        return Optional.empty();
    }

    @Override
    public void draw(Shape shape, Canvas canvas, int hiddenRows) {
        Job job = (Job) shape.name();
        Drawing there;
        synchronized (this) {
            there = ready.get(job.key());
            if (there == null) {
                // It had to make room, and is seen again.
                ask(job);
                return;
            }
            there.drawnIn = frame;
        }
        moves |= there.isMoving();
        there.draw(canvas, hiddenRows, frameMillis);
    }

    @Override
    public synchronized long version() {
        return version;
    }

    private synchronized void ask(Job job) {
        Long until = failedUntil.get(job.key());
        if (closed || pending.contains(job.key()) || (until != null && millis.getAsLong() < until)) {
            return;
        }
        pending.add(job.key());
        waiting.addFirst(job);
        if (waiting.size() > MAX_WAITING) {
            pending.remove(waiting.removeLast().key());
        }
        if (fetching < MAX_FETCHING && waiting.size() == 1) {
            worker.execute(this::fetch);
        }
    }

    // --- On the thread of the pictures ------------------------------------------------------------------------------

    /** Fetches what was asked for last, as many as may be fetched at the same time. */
    private void fetch() {
        for (Optional<Job> next = next(); next.isPresent(); next = next()) {
            Job job = next.get();
            List<CompletableFuture<byte[]>> files = new ArrayList<>();
            for (Emote emote : job.layers()) {
                files.add(file(job.tab(), emote, pixels(job.key().size())));
            }
            CompletableFuture<Void> unused = CompletableFuture.allOf(files.toArray(new CompletableFuture<?>[0]))
                    .handle((done, failure) -> {
                        worker.execute(() -> finish(job, files, failure));
                        return null;
                    });
        }
    }

    private synchronized Optional<Job> next() {
        if (closed || fetching == MAX_FETCHING || waiting.isEmpty()) {
            return Optional.empty();
        }
        fetching++;
        return Optional.of(waiting.removeFirst());
    }

    private CompletableFuture<byte[]> file(int tab, Emote emote, int heightPixels) {
        try {
            return source.image(tab, emote, heightPixels).copy().orTimeout(MAX_FETCH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private int pixels(Size size) {
        return rows(size) * (look.form() == EmotePictures.Form.KITTY ? KITTY_CELL_PIXELS : BLOCK_CELL_PIXELS);
    }

    private void finish(Job job, List<CompletableFuture<byte[]>> files, @Nullable Throwable failure) {
        Drawing made = null;
        if (failure == null) {
            made = make(job, files);
        } else {
            log.debug("an image cannot be had", failure);
        }
        if (settle(job.key(), made)) {
            onChange.run();
        }
        fetch();
    }

    /** Returns null for what is no picture: a hostile image costs itself and nothing else. */
    private @Nullable Drawing make(Job job, List<CompletableFuture<byte[]>> files) {
        try {
            List<Picture> layers = new ArrayList<>();
            for (CompletableFuture<byte[]> file : files) {
                layers.add(ImageDecoder.decode(
                        file.join(), ImageLimits.EMOTE, pixels(job.key().size())));
            }
            Picture picture = layers.get(0).over(layers.subList(1, layers.size()));
            if (!look.isMoving() || bytesOf(picture) > MAX_PICTURE_BYTES) {
                picture = Picture.of(picture.widthPixels(), picture.heightPixels(), picture.argb(0));
            }
            return bytesOf(picture) > MAX_PICTURE_BYTES
                    ? null
                    : drawing(picture, job.key().size());
        } catch (ImageRefusedException | RuntimeException | OutOfMemoryError e) {
            log.debug("an image is refused", e);
            return null;
        }
    }

    private static long bytesOf(Picture picture) {
        return (long) BYTES_PER_PIXEL * picture.widthPixels() * picture.heightPixels() * picture.frameCount();
    }

    private @Nullable Drawing drawing(Picture picture, Size size) {
        int rows = rows(size);
        if (look.form() == EmotePictures.Form.KITTY) {
            return send(picture, rows, Math.min(maxColumns(size), KittyImages.columns(picture, rows)));
        }
        List<List<List<HalfBlocks.Cell>>> frames = new ArrayList<>();
        for (int i = 0; i < picture.frameCount(); i++) {
            frames.add(HalfBlocks.cells(picture, i, maxColumns(size), rows));
        }
        return new Blocks(picture, frames);
    }

    private @Nullable Drawing send(Picture picture, int rows, int columns) {
        synchronized (sending) {
            if (sendsNoMore) {
                return null;
            }
            // Of 24 bits, as many as a colour has.
            nextId = nextId % 0xFF_FFFF + 1;
            sent.add(nextId);
            KittyImages.transmit(nextId, picture).forEach(terminal);
            terminal.accept(KittyImages.place(nextId, columns, rows));
            return new Kitty(nextId, rows, columns, bytesOf(picture));
        }
    }

    private void forget(Drawing drawing) {
        if (drawing instanceof Kitty kitty) {
            synchronized (sending) {
                if (sent.remove(kitty.id)) {
                    terminal.accept(KittyImages.delete(kitty.id));
                }
            }
        }
    }

    /** Keeps it, if there is room besides those that are on the screen; remembers it as not to be had otherwise. */
    private boolean settle(Key key, @Nullable Drawing made) {
        List<Drawing> gone = new ArrayList<>();
        boolean isKept;
        synchronized (this) {
            pending.remove(key);
            fetching--;
            isKept = made != null && makeRoom(made.bytes, gone);
            if (made != null && isKept) {
                ready.put(key, made);
                bytes += made.bytes;
                failedUntil.remove(key);
                version++;
            } else {
                failedUntil.remove(key);
                failedUntil.put(key, millis.getAsLong() + RETRY.toMillis());
                if (failedUntil.size() > MAX_FAILED) {
                    failedUntil.remove(failedUntil.keySet().iterator().next());
                }
            }
        }
        if (made != null && !isKept) {
            gone.add(made);
        }
        gone.forEach(this::forget);
        return isKept;
    }

    private boolean makeRoom(long wanted, List<Drawing> gone) {
        for (Iterator<Drawing> oldest = ready.values().iterator(); bytes + wanted > MAX_BYTES && oldest.hasNext(); ) {
            Drawing next = oldest.next();
            if (next.drawnIn < frame - 1) {
                oldest.remove();
                bytes -= next.bytes;
                gone.add(next);
            }
        }
        return bytes + wanted <= MAX_BYTES;
    }

    /** Fetches and sends nothing any more, and takes what it has sent out of the terminal. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
        }
        worker.shutdown();
        synchronized (sending) {
            sendsNoMore = true;
            sent.forEach(id -> terminal.accept(KittyImages.delete(id)));
            sent.clear();
        }
    }
}
