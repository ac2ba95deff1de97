package dev.parley.chat.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;

/**
 * The process around a command.
 *
 * @param environment the environment variables
 * @param in the standard input
 * @param out the standard output
 * @param err the standard error
 * @param zone for the times that people read
 * @param terminal whether a person types on the standard input
 * @param prompt asks that person for a passphrase; empty where there is none
 * @param stop is requested to end the process in an orderly way
 */
record CliContext(
        Map<String, String> environment,
        InputStream in,
        OutputStream out,
        PrintStream err,
        ZoneId zone,
        boolean terminal,
        Optional<PassphrasePrompt> prompt,
        Stop stop) {

    /** The same without a standard input: nobody types there, and nothing is read from it. */
    CliContext withoutInput() {
        return new CliContext(environment, InputStream.nullInputStream(), out, err, zone, false, prompt, stop);
    }

    Console console(Console.Form form) {
        return new Console(out, err, form, zone, stop::request);
    }
}
