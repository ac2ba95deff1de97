package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    @ParameterizedTest
    @CsvSource({
        "Failed to connect to /127.0.0.1:8787, Failed to connect to /(address):8787",
        "to 192.168.1.20., to (address).",
        "to [2001:db8::1]:443, to [(address)]:443",
        "to ::1 now, to (address) now",
        "to 2001:db8:0:0:0:0:0:1 now, to (address) now",
        "Authorization: Bearer abc.def, Authorization: (token)",
        "got eyJhbGciOi.eyJzdWIi.c2ln here, got (token) here",
        "at turn://ada:secret@example.org, at turn://(user)@example.org",
        "https://e.org/r/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa#S3cret-_ and, https://e.org/r/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa#(secret) and",
        "bad line a=ice-ufrag:Xy1 and more, bad line (SDP)",
        "x candidate:1 1 udp 2 host.local 5 typ host, x (SDP)"
    })
    void whatMustNotBeInALogIsTakenOut(String text, String redacted) {
        assertThat(Redaction.of(text)).isEqualTo(redacted);
    }

    @Test
    void sdpIsTakenOutLineByLine() {
        assertThat(Redaction.of("v=0\na=mid:0\nthen")).isEqualTo("(SDP)\n(SDP)\nthen");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "at 12:34:56 the room was entered",
                "version 1.2.3 and 17.0.15",
                "2026-11-23T12:34:56.789Z WARNING Session: closing failed",
                "    at dev.parley.chat.cli.ParleyMain.run(ParleyMain.java:97)",
                "java.util.concurrent.CompletionException: dev.parley.chat.SignalingException: no",
                "peer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa left"
            })
    void allElseStays(String text) {
        assertThat(Redaction.of(text)).isEqualTo(text);
    }
}
