package dev.parley.chat.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the person at the terminal for something that is not shown while it is typed. */
@FunctionalInterface
interface PassphrasePrompt {

    /**
     * Asks.
     *
     * @return what was typed, to be wiped by the caller; null if the input has ended
     */
    char @Nullable [] ask(String question);

    /**
     * The terminal of this process.
     *
     * @param terminal whether a person types on the standard input
     * @return empty if nobody can be asked
     */
    // Null in Java 17 where input or output is no terminal. Later versions always give one: there the caller's word
    // counts.
    @SuppressWarnings("SystemConsoleNull")
    static Optional<PassphrasePrompt> ofTerminal(boolean terminal) {
        if (!terminal) {
            return Optional.empty();
        }
        java.io.Console console = System.console();
        return Optional.of(console == null ? TerminalInput::hidden : question -> console.readPassword("%s", question));
    }
}
