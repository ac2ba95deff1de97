package dev.parley.chat.cli.screen;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;
import org.jline.utils.ShutdownHooks;
import org.jspecify.annotations.Nullable;

/**
 * The terminal that a person looks at: takes it over, shows grids, and tells what is typed. Restores it when it is
 * closed, however that comes about.
 *
 * <p>A terminal can stand still: a window that is stopped, a network that hangs. So a thread of its own writes, and
 * nobody else waits for it; of grids that come meanwhile the last one counts. Keys come on another thread. All methods
 * may be called from any.
 */
public final class TerminalScreen implements AutoCloseable {
    /** What follows Escape within this time belongs to it. */
    private static final long ESCAPE_MILLIS = 50;

    /**
     * How long to wait for a key when none is begun. Never for ever: JLine reads in another way then, and keys that
     * come while it changes from one to the other are lost.
     */
    private static final long IDLE_MILLIS = 60_000;

    private static final int MAX_READ_CHARS = 4_096;

    /** The other screen, no wrapping, bracketed paste, and the end of all that and of the mouse. */
    private static final String ENTER = "\033[?1049h\033[?7l\033[?2004h\033[H";

    private static final String MOUSE = "\033[?1000h\033[?1006h";
    private static final String NO_MOUSE = "\033[?1006l\033[?1000l";

    private static final String LEAVE = "\033[0m" + NO_MOUSE + "\033[?2004l\033[?7h\033[?25h\033[?1049l";

    /** In this time a process stands that was told to stop. */
    private static final long STOP_MILLIS = 500;

    /** So long a terminal that stands still is waited for when it is given back. */
    private static final long LAST_WORD_MILLIS = 1_000;

    /** More than so many commands do not wait for a terminal that stands still: bells, texts for the clipboard. */
    private static final int MAX_WAITING_COMMANDS = 1_000;

    private final Terminal terminal;
    private final Attributes before;
    private final Painter painter;
    private final PrintWriter out;
    private final Consumer<Keypress> keys;
    private final Runnable onEnd;
    private final Deque<String> commands = new ArrayDeque<>();
    private @Nullable Grid next;
    private @Nullable Grid shown;
    private boolean isWriting;

    /** Whether others have the terminal now. */
    private boolean isAway;

    private boolean reportsMouse;
    private boolean closed;

    /** Opens when the process goes on that was stopped; another each time. */
    private volatile CountDownLatch goesOn = new CountDownLatch(0);

    private TerminalScreen(
            Terminal terminal, Painter painter, Consumer<Keypress> keys, Runnable onResize, Runnable onEnd) {
        this.terminal = terminal;
        this.painter = painter;
        this.keys = keys;
        this.onEnd = onEnd;
        before = terminal.enterRawMode();
        out = terminal.writer();
        terminal.handle(Terminal.Signal.WINCH, signal -> {
            // What a terminal keeps of its cells when it is made smaller and larger again is its own affair.
            forget();
            onResize.run();
        });
        terminal.handle(Terminal.Signal.CONT, signal -> {
            goesOn.countDown();
            takeAgain();
            onResize.run();
        });
        // In raw mode Control and C is a key; the signal from elsewhere ends the process in its own orderly way.
        command(ENTER);
        daemon(this::write, "parley-screen");
        daemon(this::read, "parley-keys");
    }

    private static void daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Takes the terminal over.
     *
     * @param keys takes what is typed, on a thread of its own
     * @param onResize is run when the terminal has another size
     * @param onEnd is run when the terminal is gone
     * @throws IOException if there is none
     */
    public static TerminalScreen open(
            Painter.Colours colours, Consumer<Keypress> keys, Runnable onResize, Runnable onEnd) throws IOException {
        // JLine would close the terminal at a signal, while the process ends in its own orderly way and still needs it.
        System.setProperty(ShutdownHooks.PROP_DISABLE_SHUTDOWN_HOOK, "true");
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .systemOutput(TerminalBuilder.SystemOutput.SysErr)
                .dumb(false)
                .nativeSignals(false)
                .signalHandler(Terminal.SignalHandler.SIG_IGN)
                .build();
        return on(terminal, colours, keys, onResize, onEnd);
    }

    /** Takes over a terminal that is there. */
    static TerminalScreen on(
            Terminal terminal, Painter.Colours colours, Consumer<Keypress> keys, Runnable onResize, Runnable onEnd) {
        return new TerminalScreen(terminal, new Painter(colours), keys, onResize, onEnd);
    }

    /** Loads what is needed to open a terminal, for an archive of classes; where there is none that is not all. */
    public static void warmUp() {
        try (Terminal none = TerminalBuilder.builder().dumb(true).build()) {
            none.getSize();
        } catch (IOException e) {
            // No terminal of any kind: the archive lacks some classes, which makes the start slower and nothing else.
        }
    }

    /** Makes a blank grid of the present size. */
    public Grid grid() {
        Size size = terminal.getSize();
        // A terminal that does not know its size says 0.
        return new Grid(size.getRows() > 0 ? size.getRows() : 24, size.getColumns() > 0 ? size.getColumns() : 80);
    }

    /**
     * Whether the terminal has taken what it was given; a grid that is shown before takes the place of the last one.
     */
    public synchronized boolean isReady() {
        return next == null && !isWriting;
    }

    /** Shows a grid; the caller must not draw on it afterwards. */
    public synchronized void show(Grid grid) {
        next = grid;
        notifyAll();
    }

    /** Forgets what is shown: everything is painted next time. */
    public synchronized void forget() {
        shown = null;
    }

    /** Tells the terminal to report the mouse, or not to. */
    public synchronized void mouse(boolean isReported) {
        reportsMouse = isReported;
        command(isReported ? MOUSE : NO_MOUSE);
    }

    /**
     * Gives the terminal back and stops the process, as Control and Z does with other programs, until it is told to go
     * on (SIGCONT); then takes the terminal again. Where nobody could tell it so, it is not stopped.
     *
     * @throws IOException if the system cannot do that
     */
    public void suspend() throws IOException {
        CountDownLatch told = new CountDownLatch(1);
        synchronized (this) {
            if (closed) {
                return;
            }
            goesOn = told;
            next = null;
            command(LEAVE);
            awaitWritten();
            isAway = true;
            terminal.setAttributes(before);
        }
        try {
            // Java cannot send signals. It has to go by way of the process, so it may be a moment until all stands.
            new ProcessBuilder(
                            "sh", "-c", "kill -TSTP " + ProcessHandle.current().pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            told.await(STOP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            takeAgain();
        }
    }

    private synchronized void takeAgain() {
        if (!closed) {
            terminal.enterRawMode();
            isAway = false;
            commands.addFirst(ENTER + (reportsMouse ? MOUSE : ""));
            shown = null;
            notifyAll();
        }
    }

    /** Asks the terminal what its background looks like (OSC 11 of xterm); it may answer by a key, or not at all. */
    public static String askBackground() {
        return "\033]11;?\033\\";
    }

    /** Gives the terminal a command of ours, such as a picture; one that stands still gets no more than it can take. */
    public synchronized void command(String command) {
        if (!closed && commands.size() < MAX_WAITING_COMMANDS) {
            commands.add(command);
            notifyAll();
        }
    }

    private void write() {
        try {
            for (String text = take(); text != null; text = take()) {
                out.write(text);
                out.flush();
            }
        } catch (InterruptedException e) {
            // Nobody does that to this thread.
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for something to be written; null when nothing follows. */
    private synchronized @Nullable String take() throws InterruptedException {
        isWriting = false;
        notifyAll();
        while (isAway || (commands.isEmpty() && next == null)) {
            if (closed) {
                return null;
            }
            wait();
        }
        isWriting = true;
        StringBuilder text = new StringBuilder();
        for (String command = commands.poll(); command != null; command = commands.poll()) {
            text.append(command);
        }
        Grid grid = next;
        next = null;
        if (grid != null && !closed) {
            text.append(painter.paint(shown, grid));
            shown = grid;
        }
        return text.toString();
    }

    /** Waits until all is written, but not for ever for a terminal that stands still. */
    private synchronized void awaitWritten() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_WORD_MILLIS);
        try {
            while ((isWriting || !commands.isEmpty()) && System.nanoTime() < end) {
                TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        KeyDecoder decoder = new KeyDecoder();
        NonBlockingReader reader = terminal.reader();
        char[] chars = new char[MAX_READ_CHARS];
        try {
            while (true) {
                int count =
                        reader.readBuffered(chars, 0, chars.length, decoder.isWaiting() ? ESCAPE_MILLIS : IDLE_MILLIS);
                if (count == NonBlockingReader.READ_EXPIRED || count == 0) {
                    give(decoder.flush());
                } else if (count < 0) {
                    break;
                } else {
                    give(decoder.take(new String(chars, 0, count)));
                }
            }
        } catch (InterruptedIOException e) {
            // The terminal was closed.
        } catch (IOException e) {
            // The window is gone. What there is to be said about that, the one who waits for the end says.
        }
        onEnd.run();
    }

    private void give(List<Keypress> pressed) {
        pressed.forEach(keys);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        commands.clear();
        next = null;
        command(LEAVE);
        closed = true;
        awaitWritten();
        // The terminal itself is not closed: JLine would close the standard error with it, and wait for the next key.
        terminal.setAttributes(before);
    }
}
