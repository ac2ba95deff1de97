package dev.parley.chat.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.awaitility.Awaitility;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A terminal that takes what it is told when the test lets it. */
class TerminalScreenTest {
    private static final Duration TIME = Duration.ofSeconds(30);

    /** Writes that the terminal still takes before it stands still. */
    private final Semaphore taken = new Semaphore(0);

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final PipedOutputStream keyboard = new PipedOutputStream();
    private TerminalScreen screen;

    @BeforeEach
    void open() throws IOException {
        OutputStream out = new OutputStream() {
            @Override
            public void write(int octet) {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                taken.acquireUninterruptibly();
                synchronized (told) {
                    told.write(bytes, offset, length);
                }
            }
        };
        Terminal terminal =
                new DumbTerminal("test", "xterm", new PipedInputStream(keyboard), out, StandardCharsets.UTF_8);
        screen = TerminalScreen.on(terminal, Painter.Colours.NONE, key -> {}, () -> {}, () -> {});
    }

    @AfterEach
    void letGo() throws IOException {
        taken.release(1_000_000);
        screen.close();
        keyboard.close();
    }

    private static Grid grid(String text) {
        Grid grid = new Grid(2, 20);
        grid.canvas().put(0, 0, text, Ink.PLAIN);
        return grid;
    }

    private String told() {
        synchronized (told) {
            return told.toString(StandardCharsets.UTF_8);
        }
    }

    private void awaitReady() {
        Awaitility.await().atMost(TIME).until(screen::isReady);
    }

    @Test
    void whoShowsSomethingDoesNotWaitForATerminalThatStandsStill() {
        for (int i = 1; i <= 100; i++) {
            screen.show(grid("number-" + i));
        }
        assertThat(screen.isReady()).isFalse();
        assertThat(told()).isEmpty();

        taken.release(1_000_000);
        awaitReady();
        assertThat(told()).contains("number-100").doesNotContain("number-50");
    }

    @Test
    void commandsWaitInTheirOrderAndNotWithoutBound() {
        for (int i = 1; i <= 100_000; i++) {
            screen.command("<" + i + ">");
        }
        screen.show(grid("behind"));
        taken.release(1_000_000);
        awaitReady();

        assertThat(told()).contains("<1><2>").doesNotContain("<2000>").endsWith("\033[?2026l");
        assertThat(told().indexOf("behind")).isGreaterThan(told().indexOf("<900>"));
    }

    @Test
    void aTerminalThatStandsStillIsGivenUpWhenAllEnds() {
        screen.show(grid("never"));
        screen.close();
        assertThat(told()).isEmpty();

        taken.release(1_000_000);
        Awaitility.await().atMost(TIME).until(() -> told().endsWith("\033[?1049l"));
        assertThat(told()).doesNotContain("never");
    }

    @Test
    void itIsGivenBackAsItWas() {
        taken.release(1_000_000);
        screen.show(grid("shown"));
        screen.mouse(true);
        awaitReady();
        screen.close();

        assertThat(told())
                .startsWith("\033[?1049h")
                .contains("shown", "\033[?1000h")
                .endsWith("\033[?1049l");
        int length = told().length();
        screen.show(grid("late"));
        screen.command("late");
        screen.close();
        assertThat(told()).hasSize(length);
    }
}
