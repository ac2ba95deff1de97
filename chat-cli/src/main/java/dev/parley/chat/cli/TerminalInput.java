package dev.parley.chat.cli;

import dev.parley.chat.cli.screen.SystemTerminal;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.Optional;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/**
 * Asks at the terminal of the standard input. For where Java has no console, since the standard output is none: the
 * launcher keeps it for itself, so that the WebRTC library cannot print to the terminal.
 */
final class TerminalInput {

    /** No passphrase is longer. */
    private static final int MAX_CHARS = 4_096;

    private TerminalInput() {}

    /** Asks for something that may be seen; empty if the input has ended. */
    static Optional<String> shown(String question) {
        try {
            Terminal terminal = SystemTerminal.get();
            terminal.writer().print(question);
            terminal.flush();
            return Optional.ofNullable(line(terminal.reader())).map(String::new);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Asks for something that is not shown while it is typed; null if the input has ended. */
    static char @Nullable [] hidden(String question) {
        try {
            return hidden(SystemTerminal.get(), question);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static CliException failed(IOException cause) {
        return new CliException(
                ExitCode.FAILED,
                "nobody can be asked at this terminal",
                "set PARLEY_NAME, and PARLEY_PASSPHRASE_FILE to a file that holds the passphrase",
                cause);
    }

    private static char @Nullable [] hidden(Terminal terminal, String question) throws IOException {
        Attributes before = terminal.getAttributes();
        Attributes hidden = new Attributes(before);
        hidden.setLocalFlag(Attributes.LocalFlag.ECHO, false);
        // Whoever gives up by Control and C shall see what it types afterwards.
        Thread restore = new Thread(() -> terminal.setAttributes(before), "parley-echo");
        Runtime.getRuntime().addShutdownHook(restore);
        terminal.setAttributes(hidden);
        try {
            terminal.writer().print(question);
            terminal.flush();
            return line(terminal.reader());
        } finally {
            terminal.setAttributes(before);
            terminal.writer().println();
            terminal.flush();
            Runtime.getRuntime().removeShutdownHook(restore);
        }
    }

    /** Reads a line; the terminal itself lets it be corrected. */
    private static char @Nullable [] line(Reader in) throws IOException {
        char[] typed = new char[MAX_CHARS];
        int length = 0;
        int c = in.read();
        if (c < 0) {
            return null;
        }
        while (c >= 0 && c != '\n') {
            if (c != '\r' && length < MAX_CHARS) {
                typed[length++] = (char) c;
            }
            c = in.read();
        }
        char[] line = Arrays.copyOf(typed, length);
        Arrays.fill(typed, '\0');
        return line;
    }
}
