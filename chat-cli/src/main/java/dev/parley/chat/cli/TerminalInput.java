package dev.parley.chat.cli;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks at the terminal of the standard input. For where Java has no console, since the standard output is none: the
 * launcher keeps it for itself, so that the WebRTC library cannot print to the terminal.
 *
 * <p>The terminal itself lets a line be corrected. That it does not show one is asked of it by {@code stty} (POSIX):
 * JLine throws away what is typed while it changes a terminal's settings.
 */
final class TerminalInput {

    /** No passphrase is longer. */
    private static final int MAX_BYTES = 4_096;

    private TerminalInput() {}

    /** Asks for something that may be seen; empty if the input has ended. */
    static Optional<String> shown(String question) {
        try {
            return Optional.ofNullable(ask(question)).map(String::new);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Asks for something that is not shown while it is typed; null if the input has ended. */
    static char @Nullable [] hidden(String question) {
        try {
            String before = stty("-g").strip();
            // Whoever gives up by Control and C shall see what it types afterwards.
            Thread restore = new Thread(() -> restore(before), "parley-echo");
            Runtime.getRuntime().addShutdownHook(restore);
            try {
                stty("-echo");
                return ask(question);
            } finally {
                Runtime.getRuntime().removeShutdownHook(restore);
                restore(before);
                err().println();
            }
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

    private static void restore(String settings) {
        try {
            stty(settings);
        } catch (IOException e) {
            err().println("parley: the terminal does not show what is typed; run: stty echo");
        }
    }

    private static String stty(String argument) throws IOException {
        Process process = new ProcessBuilder("stty", argument)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectErrorStream(true)
                .start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("stty " + argument + ": " + told);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return told;
    }

    private static char @Nullable [] ask(String question) throws IOException {
        err().print(question);
        err().flush();
        // Nothing is read ahead: what follows the line is for the client.
        return line(new FileInputStream(FileDescriptor.in));
    }

    @SuppressWarnings("SystemErr") // The console may write elsewhere; a question is for who sits at the terminal.
    private static PrintStream err() {
        return System.err;
    }

    private static char @Nullable [] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = in.read();
        if (octet < 0) {
            return null;
        }
        while (octet >= 0 && octet != '\n') {
            if (octet != '\r' && line.size() < MAX_BYTES) {
                line.write(octet);
            }
            octet = in.read();
        }
        byte[] bytes = line.toByteArray();
        CharBuffer chars = Charset.defaultCharset().decode(ByteBuffer.wrap(bytes));
        Arrays.fill(bytes, (byte) 0);
        char[] typed = new char[chars.remaining()];
        chars.get(typed);
        Arrays.fill(chars.array(), '\0');
        return typed;
    }
}
