package dev.parley.chat.cli.screen;

import java.io.IOException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.ShutdownHooks;
import org.jspecify.annotations.Nullable;

/**
 * The terminal of this process: JLine makes one only. It is never closed, since that would close the standard error.
 */
public final class SystemTerminal {
    private static @Nullable Terminal terminal;

    private SystemTerminal() {}

    /**
     * Gives it.
     *
     * @throws IOException if there is none
     */
    public static synchronized Terminal get() throws IOException {
        Terminal made = terminal;
        if (made == null) {
            // JLine would close it at a signal, while the process ends in its own orderly way and still needs it.
            System.setProperty(ShutdownHooks.PROP_DISABLE_SHUTDOWN_HOOK, "true");
            try {
                made = TerminalBuilder.builder()
                        .system(true)
                        .systemOutput(TerminalBuilder.SystemOutput.SysErr)
                        .dumb(false)
                        .nativeSignals(false)
                        .signalHandler(Terminal.SignalHandler.SIG_IGN)
                        .build();
            } catch (IllegalStateException e) {
                throw new IOException("there is no terminal", e);
            }
            terminal = made;
        }
        return made;
    }
}
