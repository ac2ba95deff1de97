package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlainTextTest {

    private final PlainText plain = new PlainText(ZoneOffset.ofHours(1));

    @Test
    void eventsReadWell() {
        String room = "a".repeat(32);
        assertThat(Examples.events().stream().map(plain::write).flatMap(Optional::stream))
                .containsExactly(
                        "Listening on http://127.0.0.1:1",
                        "Room \"Tea\" (private)\nInvite: http://127.0.0.1:1/r/" + room,
                        "Tea  2/8  http://127.0.0.1:1/r/" + room,
                        "-- connected",
                        "-- A\ufffd[2Jda is here",
                        "-- A\ufffd[2Jda has left",
                        "-- A\ufffd[2Jda, host\n-- Me, you",
                        "[13:34] A\ufffdda: hi Kappa new \u00e9   (Kappa from 7tv)",
                        "Code: 7-guitar-lemon (say it to one person; good for one try, until 13:34)\n"
                                + "      parley join 7-guitar-lemon --signaling http://127.0.0.1:1",
                        "-- the code 7-guitar-lemon was used",
                        "-- somebody tried a wrong code instead of 7-guitar-lemon; it is void, type /code for another"
                                + " one",
                        "-- the code 7-guitar-lemon has expired; type /code for another one",
                        "-- the code 7-guitar-lemon is void",
                        "-- the invite is a new one, those of before are void\nInvite: http://127.0.0.1:1/r/" + room
                                + "#s",
                        "-- removed",
                        "-- removed, and refused from now on",
                        "-- may come in again",
                        "-- the room goes on without its host: 1 deputy",
                        "-- the room ends with its host",
                        "-- for you",
                        "parley: the line is not valid JSON; write JSON",
                        "-- closed: you left",
                        "ok    java: 17",
                        "FAIL  home: not writable\n      next: mend it",
                        "--    clock: needs the worker",
                        "name = Ada    [flag]",
                        "token = (not set)    [default]",
                        "Peer id:     " + "b".repeat(32) + "\nFingerprint: ab cd\nFile:        /home/ada/identity",
                        "-- 3 emotes are loaded",
                        "Ada:    hello",
                        "round trip                                                      1.500      2.250 ms     200",
                        "All 3 saw the same 8 messages in the same order.");
    }

    @Test
    void noEscapeCodeIsEverWritten() {
        assertThat(Examples.events().stream().map(plain::write).flatMap(Optional::stream))
                .noneMatch(line -> line.chars().anyMatch(c -> c != '\n' && Character.isISOControl(c)));
    }
}
