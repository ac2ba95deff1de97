package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingTest {

    private static final Logger PARLEY = LoggerFactory.getLogger("dev.parley.test.Thing");
    private static final Logger OTHER = LoggerFactory.getLogger("org.example.Other");

    @TempDir
    Path folder = Path.of("");

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);

    @AfterEach
    void asBefore() {
        Logging.configure(System.err, false, Optional.empty());
    }

    private static Exception harmful() {
        return new IOException(
                "with Bearer s3cret", new ConnectException("Failed to connect to /192.0.2.7:443\n\u001b[2J"));
    }

    private static void logAll() {
        PARLEY.debug("small talk to {}", "192.0.2.7");
        PARLEY.warn("it failed at {}", "192.0.2.7", harmful());
        OTHER.debug("nobody asked for this");
        OTHER.warn("beware");
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    private static void assertHarmless(String text) {
        assertThat(text).isNotEmpty().doesNotContain("192.0.2.7", "s3cret", "\u001b");
    }

    @Test
    void withoutMoreOnlyWarningsAreToldInOneLineEach() {
        Logging.configure(err, false, Optional.empty());
        logAll();
        assertThat(errors().lines())
                .containsExactly(
                        "parley: WARNING Thing: it failed at (address) (IOException)", "parley: WARNING Other: beware");
    }

    @Test
    void verboseLogsHaveTracesAndNothingThatMustNotBeInThem() {
        Logging.configure(err, true, Optional.empty());
        logAll();
        assertHarmless(errors());
        assertThat(errors())
                .contains(
                        "parley: FINE Thing: small talk to (address)",
                        "with (token)",
                        "Failed to connect to /(address):443")
                .doesNotContain("nobody asked");
    }

    @Test
    void aFileGetsWhatVerboseShowsAndTheStandardErrorStaysAsItIs() throws Exception {
        Path file = folder.resolve("log");
        try (LogFile log = LogFile.open(file.toString(), err)) {
            Logging.configure(err, false, Optional.of(log));
            logAll();
        }
        assertThat(errors().lines()).hasSize(2);
        String logged = Files.readString(file);
        assertHarmless(logged);
        assertThat(logged)
                .contains("Z FINE Thing: small talk to (address)", "with (token)", "Z WARNING Other: beware")
                .doesNotContain("nobody asked");
    }

    @Test
    void linesOfJsonAreAsHarmless() throws Exception {
        Path file = folder.resolve("log");
        try (LogFile log = LogFile.open(file.toString(), err)) {
            Logging.configureJson(err, true, Optional.of(log));
            logAll();
        }
        assertHarmless(errors());
        assertThat(errors().lines()).hasSize(3).allMatch(line -> line.startsWith("{\"time\":"));
        assertThat(Files.readString(file)).contains("Z FINE Thing: small talk to (address)");
    }

    @Test
    void whatIsLoggedAfterTheFileIsClosedIsNoFailure() {
        LogFile log = LogFile.open(folder.resolve("log").toString(), err);
        Logging.configure(err, false, Optional.of(log));
        log.close();
        logAll();
        assertThat(errors().lines()).hasSize(2);
    }
}
