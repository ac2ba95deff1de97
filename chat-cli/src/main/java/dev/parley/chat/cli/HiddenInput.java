package dev.parley.chat.cli;

import dev.parley.chat.cli.screen.SystemTerminal;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/**
 * Asks at the terminal of the standard input. For where Java has no console, since the standard output is none: the
 * launcher keeps it for itself, so that the WebRTC library cannot print to the terminal.
 */
final class HiddenInput implements PassphrasePrompt {

    /** No passphrase is longer. */
    private static final int MAX_CHARS = 4_096;

    @Override
    public char @Nullable [] ask(String question) {
        try {
            return ask(SystemTerminal.get(), question);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the terminal cannot be asked for a passphrase",
                    "set PARLEY_PASSPHRASE_FILE to a file that holds it",
                    e);
        }
    }

    private static char @Nullable [] ask(Terminal terminal, String question) throws IOException {
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
