package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.FileOffer;
import dev.parley.chat.Presence;
import dev.parley.chat.RoomOptions;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlainTextTest {

    private final PlainText plain = new PlainText(ZoneOffset.ofHours(1));

    private static final java.util.regex.Pattern QR_CODE = java.util.regex.Pattern.compile("(?:[█▀▄ ]+\n)+(?=--)");

    @Test
    @SuppressWarnings("StringConcatToTextBlock") // Lines of an event are part of its expected text.
    void eventsReadWell() {
        String room = "a".repeat(32);
        String peer = "b".repeat(32);
        String other = "e".repeat(32);
        String line = "!".repeat(72);
        assertThat(Examples.events().stream()
                        .map(plain::write)
                        .flatMap(Optional::stream)
                        .map(text -> QR_CODE.matcher(text).replaceAll("<QR>\n")))
                .containsExactly(
                        "Listening on http://127.0.0.1:1",
                        "Room \"Tea\" (private)\nInvite: http://127.0.0.1:1/r/" + room,
                        "Tea  2/8  http://127.0.0.1:1/r/" + room,
                        "-- gone: T\ufffd[2Jea",
                        "-- connected",
                        "-- A\ufffd[2Jda is here",
                        "-- A\ufffd[2Jda has left",
                        "-- A\ufffd[2Jda is shown as A\ufffd[2Jda\u00b7bb now",
                        "-- A\ufffd[2Jda cannot be reached at the moment",
                        "-- A\ufffd[2Jda is away",
                        "-- A\ufffd[2Jda is back",
                        "-- of what was said before, 400 have come, at most 1200 are to come",
                        "-- of what was said before, 1600 have come",
                        "-- 1 thing that A\ufffd[2Jda said did not come, and nobody here has it",
                        "-- 3 things that A\ufffd[2Jda said did not come, and nobody here has them",
                        "-- A\ufffd[2Jda has said two different things in one place: its history was lost, or its identity"
                                + " is used twice, or it says one thing to some and another to others",
                        "-- A\ufffd[2Jda, host, verified, blocked, away\n-- Me, you, verified, blocked, away",
                        "Room code, epoch 5:\n"
                                + "  21729 32543 89623 87268 00675 75207 13478 01887\n"
                                + "  award major equip june crop rinse venture jar banner system report similar\n"
                                + "<QR>\n"
                                + "-- all who are here see the same, or somebody has split the room; it changes when somebody comes or goes",
                        "Safety number with " + peer + "  A\ufffd[2Jda  verified 2026-11-23T12:34:56Z (compared):\n"
                                + "  33117 22405 39430 59320 03605 95731 72404 55386 06853 46285 61227 02284\n"
                                + "  blouse foam rotate invite sample tourist gesture depend grammar april next heron\n"
                                + "<QR>\n"
                                + "-- compare it face to face or by telephone; if it is the same on both sides, confirm with /verify NAME ok, or parley identity verify PEER-ID --confirm",
                        peer + "  A\ufffd[2Jda  verified 2026-11-23T12:34:56Z (compared)",
                        other + "  (not met yet)  not verified",
                        other + "  A\ufffd[2Jda  not verified, blocked",
                        "-- " + other + "  A\ufffd[2Jda, since 2026-11-23 13:34\n-- " + peer
                                + "  (not met yet), since 2026-11-23 13:34",
                        "-- nobody is blocked",
                        line + "\n"
                                + "!! WARNING: \"A\ufffd[2Jda\" is NOT the \"A\ufffd[2Jda\" that you have verified ("
                                + peer + ").\n"
                                + "!! This one is " + other + "\n"
                                + "!! Trust nothing it says before you have compared: /verify " + other + "\n"
                                + line,
                        line + "\n"
                                + "!! WARNING: Two are here under the name \"A\ufffd[2Jda\"; the other one is " + peer
                                + ", whom you know.\n"
                                + "!! This one is " + other + "\n"
                                + "!! Trust nothing it says before you have compared: /verify " + other + "\n"
                                + line,
                        line + "\n"
                                + "!! WARNING: The keys of \"A\ufffd[2Jda\", whom you have verified, have changed.\n"
                                + "!! This one is " + other + "\n"
                                + "!! Trust nothing it says before you have compared: /verify " + other + "\n"
                                + line,
                        "[13:34] A\ufffdda: hi Kappa new \u00e9   (Kappa from 7tv)",
                        "Code: 7-guitar-lemon (say it to one person; good for one try, until 13:34)\n"
                                + "      parley join 7-guitar-lemon --signaling http://127.0.0.1:1",
                        "-- the code 7-guitar-lemon was used",
                        "-- somebody tried a wrong code instead of 7-guitar-lemon; it is void, type /code for another"
                                + " one",
                        "-- the code 7-guitar-lemon has expired; type /code for another one",
                        "-- the code 7-guitar-lemon is void",
                        "-- the invite is a new one; do not give out those of before any more\nInvite:"
                                + " http://127.0.0.1:1/r/" + room + "#s",
                        "-- Ann leads the room in the host's place. Is somebody missing? Compare the code that /verify"
                                + " shows: all who are in the same room see the same one",
                        "-- the host, " + peer + ", leads the room again",
                        "-- removed",
                        "-- removed, and refused from now on",
                        "-- may come in again",
                        "-- the room goes on without its host: 1 deputy",
                        "-- the room ends with its host",
                        "Log in with your browser; if it does not open by itself, open this link on this machine:\n  https://issuer.example.org/login?state=s",
                        "Open https://issuer.example.org/login?state=s with any browser and type the code WDJB-MJHT\nor open https://issuer.example.org/login?state=s",
                        "Logged in at https://issuer.example.org/login?state=s as A\uFFFD[2Jda (account of https://issuer.example.org/login?state=s), until 13:34",
                        "Logged in at https://issuer.example.org/login?state=s (account of https://issuer.example.org/login?state=s)",
                        "[2026-11-23 13:34] A\uFFFD[2Jda: hi\uFFFD[2J\uFFFD there",
                        "[2026-11-23 13:34] bbbbbbbb: hi\uFFFD[2J\uFFFD there  " + Examples.MESSAGE,
                        Examples.ROOM + "  T\uFFFD[2Jea  2026-11-23 13:34",
                        Examples.ROOM.value(),
                        "-- line 7 is refused: not JSON",
                        "-- 3 events are exported",
                        "-- 3 events are new, 2 known already, 1 refused",
                        "-- 3 events are deleted",
                        "-- kept are the newest 100 events, if they are of the last 7 days",
                        "-- kept are the newest 1 event",
                        "-- kept are those of the last 90 s",
                        "-- everything is kept",
                        "-- for you",
                        "-- the signaling worker is not reachable: an open connection stays, but none can be made",
                        "parley: the line is not valid JSON; write JSON",
                        "-- closed: you left",
                        "ok    java: 17",
                        "FAIL  home: not writable\n      next: mend it",
                        "--    clock: needs the worker",
                        "Rooms: a room is made",
                        "Rooms: a room ends (--slow, lets 180 s pass)",
                        "ok    Rooms: a room is made",
                        "FAIL  Rooms: a room is made\n      expected 201, got 200",
                        "--    Rooms: a room ends\n      waits",
                        "1 passed, 1 failed, 1 skipped",
                        "complete -c parley -f\ncomplete -c parley -a join",
                        "name = Ada    [flag]",
                        "token = (not set)    [default]",
                        "Peer id:     " + "b".repeat(32)
                                + "\nFingerprint: ab cd\nFile:        /home/ada/identity\nProtection:  sealed under a passphrase",
                        ":t\u00e9a:  custom, animated, dr\ufffdink, edgy  (no p\ufffdicture)",
                        "Code:     :t\u00e9a:\nSource:   custom/tea@a.example\nKind:     animated\nCategory: dr\ufffdink\nTags:     hot\n"
                                + "Warnings: edgy\nFile:     https://a.example/t.png  1x2  3 bytes  4 frames",
                        "-- :t\u00e9a: is at https://a.example now",
                        "-- :tea: is gone from the r\ufffdoom",
                        "-- 3 emotes are loaded",
                        "Ada:    hello",
                        "round trip                                                      1.500      2.250 ms     200",
                        "All 3 saw the same 8 messages, each author's in its order.",
                        "[13:34] A\uFFFDda to M\uFFFDe alone: h\uFFFDi",
                        "-- A\uFFFDda offers the file tea.png, 12 kB: /get 3 fetches it",
                        "-- you offer the file tea.png, 12 kB",
                        "-- tea.png: 50 % of 12 kB have come",
                        "-- a file has come whole: /tmp/t\uFFFDea.png",
                        "-- a file has come whole: tea.png",
                        "-- A\uFFFDda has fetched your file tea.png",
                        "-- emoji of the room: :Tea: :pot:",
                        "-- the room has no emoji; /emoji add SHORTCODE FILE adds one",
                        "-- new emoji: :pot:\n-- emoji that are gone: :Tea:",
                        "-- the image of :Tea: is in /tmp/t\uFFFDea.webp",
                        "[13:34] A\uFFFDda (changed): h\uFFFDi",
                        "-- a message was deleted",
                        "-- a message has disappeared",
                        "-- a message is hidden: its author had no right to it",
                        "-- + 2",
                        "-- no reaction is left",
                        "-- the room: tea; only the host and moderators speak; one message in 5 s; messages disappear after 60 s; emotes of 7tv twitch/1",
                        "-- the room has no topic",
                        "-- A\uFFFDda has set the room",
                        "-- A\uFFFDda has made Eve read-only",
                        "-- A\uFFFDda has removed Eve",
                        "-- A\uFFFDda has removed Eve for good",
                        "-- A\uFFFDda lets Eve come in again",
                        "-- A\uFFFDda has muted Eve until 13:34",
                        "-- A\uFFFDda lets Eve speak again",
                        "-- something that a moderator did does not count any more");
    }

    @Test
    void ofAFileEachTenthIsToldOnceAtMost() {
        FileOffer file = new FileOffer("tea.png", 1_000, "image/png", "0".repeat(64));
        List<String> lines = new ArrayList<>();
        for (long come = 7; come <= 1_000; come += 7) {
            plain.write(new Event.FileProgress(Examples.MESSAGE, file, come - 7, come))
                    .ifPresent(lines::add);
        }
        assertThat(lines)
                .hasSize(9)
                .startsWith("-- tea.png: 10 % of 1000 B have come")
                .endsWith("-- tea.png: 90 % of 1000 B have come");
        FileOffer empty = new FileOffer("tea.png", 0, "image/png", "0".repeat(64));
        assertThat(plain.write(new Event.FileProgress(Examples.MESSAGE, empty, 0, 0)))
                .isEmpty();
    }

    @Test
    void noEscapeCodeIsEverWritten() {
        assertThat(Examples.events().stream().map(plain::write).flatMap(Optional::stream))
                .noneMatch(line -> line.chars().anyMatch(c -> c != '\n' && Character.isISOControl(c)));
    }

    @Test
    void whatIsMeantForATerminalComesToNone() {
        for (int seed = 0; seed < HostileText.COUNT; seed++) {
            String text = HostileText.of(seed);
            ChatMessage message = new ChatMessage(
                    Examples.MESSAGE, Examples.PEER, text, text, Examples.TIME, Optional.empty(), List.of(), List.of());
            List<Event> events = List.of(
                    new Event.Message(message),
                    new Event.PrivateMessage(message, Examples.OTHER, text),
                    new Event.Entered(Examples.ROOM, text, text, RoomOptions.Visibility.PUBLIC),
                    new Event.Gap(Examples.PEER, text, 1, 2),
                    new Event.Fork(Examples.PEER, text),
                    new Event.Reached(Examples.PEER, text, Presence.AWAY),
                    new Event.Problem("code", text, text, null),
                    new Event.Notice(text),
                    new Event.Closed(new CloseReason(CloseReason.Code.ROOM_ENDED, CloseReason.Origin.SIGNALING, text)));
            for (Event event : events) {
                assertThat(plain.write(event).orElse("").codePoints())
                        .as("seed %s, %s", seed, event.getClass().getSimpleName())
                        .noneMatch(c -> (c != '\n' && Character.isISOControl(c))
                                || Character.getType(c) == Character.SURROGATE
                                || (c >= 0x202A && c <= 0x202E)
                                || (c >= 0x2066 && c <= 0x2069));
            }
        }
    }
}
