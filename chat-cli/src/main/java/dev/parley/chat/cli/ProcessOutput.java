package dev.parley.chat.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The standard output of the process, for the commands alone. The native WebRTC library prints to descriptors 1 and 2,
 * mostly while the process exits; a reader of JSON lines must not see any of it.
 *
 * <p>The launcher passes a private duplicate of the standard output, by its number, and points descriptor 1 at the
 * standard error. Started without the launcher, descriptor 1 itself is used. In both cases {@link #finish} points
 * descriptors 1 and 2 at the null device before the process exits: that is what closing them does in Java, which never
 * frees the numbers 0 to 2.
 */
final class ProcessOutput {

    /** The system property with the number of the private duplicate. */
    static final String DESCRIPTOR_PROPERTY = "parley.out.fd";

    private final FileOutputStream descriptor1 = new FileOutputStream(FileDescriptor.out);
    private final FileOutputStream descriptor2 = new FileOutputStream(FileDescriptor.err);
    private final OutputStream out;
    private final PrintStream err;

    private ProcessOutput() {
        out = privateDuplicate();
        err = new PrintStream(descriptor2, true, StandardCharsets.UTF_8);
        // A stray print of a library becomes a diagnostic.
        System.setOut(err);
        System.setErr(err);
    }

    /** Takes the streams over. To be called first, and once. */
    static ProcessOutput claim() {
        return new ProcessOutput();
    }

    private OutputStream privateDuplicate() {
        String number = System.getProperty(DESCRIPTOR_PROPERTY, "");
        if (!number.matches("[0-9]{1,4}")) {
            return descriptor1;
        }
        try {
            // Appending: opening a file anew would otherwise cut it.
            return new FileOutputStream("/dev/fd/" + number, true);
        } catch (IOException e) {
            // The launcher has moved descriptor 1 away, so this is visible and wrong rather than silent and wrong.
            throw new IllegalStateException("the output descriptor that the launcher names cannot be opened", e);
        }
    }

    /** Where results and events go. Not buffered. */
    OutputStream out() {
        return out;
    }

    /** Where diagnostics go. */
    PrintStream err() {
        return err;
    }

    /** Gives the output up, and silences whatever native code prints from now on. */
    void finish() {
        err.flush();
        closeQuietly(out);
        closeQuietly(descriptor1);
        closeQuietly(descriptor2);
    }

    private static void closeQuietly(OutputStream stream) {
        try {
            stream.close();
        } catch (IOException ignored) {
            // Nothing is left to tell anyone, and nobody to tell.
        }
    }
}
