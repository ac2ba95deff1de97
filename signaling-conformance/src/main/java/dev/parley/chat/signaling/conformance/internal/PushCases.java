package dev.parley.chat.signaling.conformance.internal;

import dev.parley.chat.signaling.conformance.internal.Lab.Member;
import dev.parley.chat.signaling.conformance.internal.MessageCases.Pair;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Messages: push over a WebSocket. */
final class PushCases {
    private static final int MAX_FRAME_BYTES = 72 * 1024;
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private PushCases() {}

    static Cases push() {
        return Cases.of("Messages")
                .add("a WebSocket gets what waits and what comes, in order", PushCases::pushed)
                .add("a WebSocket resumes above what it says that it has", PushCases::resumed)
                .add("an acknowledgement over a WebSocket drops messages", PushCases::acknowledged)
                .add("a ping is answered by a pong", PushCases::pinged)
                .add("a message id that comes again is not pushed again", PushCases::once)
                .add("a newer WebSocket closes the older with 4409", PushCases::replaced)
                .add("a WebSocket is closed with 4410 when its peer leaves", PushCases::left)
                .add("a WebSocket is closed with 4404 when its room is deleted", PushCases::deleted)
                .add("a foreign frame closes a WebSocket with 1008", PushCases::foreign)
                .add("a frame above 72 KiB closes a WebSocket with 1009", PushCases::tooLarge)
                .add("a WebSocket path without a handshake is refused", PushCases::noHandshake)
                .add("a WebSocket into a room that is gone is refused", PushCases::gone)
                .slow(SILENCE, "a WebSocket that is silent for 60 s is closed with 1001", PushCases::silent);
    }

    private static void pushed(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        lab.post(pair.one(), pair.two(), "m1").is(202);
        lab.post(pair.one(), pair.two(), "m2").is(202);
        Push push = lab.push(pair.two(), 0);
        for (int i = 3; i <= 20; i++) {
            lab.post(pair.one(), pair.two(), "m" + i).is(202);
        }
        for (int i = 1; i <= 20; i++) {
            push.nextMessage(i, pair.one().peerId());
        }
        push.requireQuiet();
    }

    private static void resumed(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        for (int i = 1; i <= 3; i++) {
            lab.post(pair.one(), pair.two(), "m" + i).is(202);
        }
        Push push = lab.push(pair.two(), 2);
        push.nextMessage(3, pair.one().peerId());
        push.requireQuiet();
        Nonconformance.requireSame("messages after a WebSocket with after=2", List.of(3L), lab.read(pair.two(), 0));
    }

    private static void acknowledged(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Push push = lab.push(pair.two(), 0);
        for (int i = 1; i <= 2; i++) {
            lab.post(pair.one(), pair.two(), "m" + i).is(202);
            push.nextMessage(i, pair.one().peerId());
        }
        push.send("{\"ack\":1}");
        push.requireQuiet();
        Nonconformance.requireSame("messages after {\"ack\":1}", List.of(2L), lab.read(pair.two(), 0));
    }

    private static void pinged(Lab lab) throws IOException, InterruptedException {
        Push push = lab.push(Pair.of(lab).two(), 0);
        for (int i = 0; i < 3; i++) {
            push.requireQuiet();
        }
    }

    private static void once(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Push push = lab.push(pair.two(), 0);
        MessageCases.requireSeq(lab.post(pair.one(), pair.two(), "m1"), 1);
        push.nextMessage(1, pair.one().peerId());
        MessageCases.requireSeq(lab.post(pair.one(), pair.two(), "m1"), 1);
        MessageCases.requireSeq(lab.post(pair.one(), pair.two(), "m2"), 2);
        push.nextMessage(2, pair.one().peerId());
        push.requireQuiet();
    }

    private static void replaced(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Push older = lab.push(pair.two(), 0);
        older.requireQuiet();
        Push newer = lab.push(pair.two(), 0);
        older.requireClose(4409, "replaced");
        lab.post(pair.one(), pair.two(), "m1").is(202);
        newer.nextMessage(1, pair.one().peerId());
    }

    private static void left(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Push push = lab.push(pair.two(), 0);
        push.requireQuiet();
        lab.member("POST", "leave", pair.two()).send().is(204);
        push.requireClose(4410, "left");
    }

    private static void deleted(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Push push = lab.push(pair.two(), 0);
        push.requireQuiet();
        lab.delete(pair.room());
        push.requireClose(4404, "room deleted");
    }

    private static void foreign(Lab lab) throws IOException, InterruptedException {
        Member member = Pair.of(lab).two();
        for (String frame : List.of("hello", "PING", "{}", "{\"ack\":-1}", "{\"ack\":\"1\"}", "[1]", "")) {
            Push push = lab.push(member, 0);
            push.send(frame);
            push.requireClose(1008, "frame \"" + frame + "\"");
        }
        Push push = lab.push(member, 0);
        push.sendBinary(new byte[3]);
        push.requireClose(1008, "a binary frame");
    }

    private static void tooLarge(Lab lab) throws IOException, InterruptedException {
        Push push = lab.push(Pair.of(lab).two(), 0);
        String shell = "{\"ack\":0,\"x\":\"\"}";
        push.send(shell.replace("\"\"", "\"" + "y".repeat(MAX_FRAME_BYTES - shell.length()) + "\""));
        push.requireQuiet();
        push.send(shell.replace("\"\"", "\"" + "y".repeat(MAX_FRAME_BYTES + 1 - shell.length()) + "\""));
        push.requireClose(1009, "a byte above 72 KiB");
    }

    private static void noHandshake(Lab lab) throws IOException, InterruptedException {
        lab.member("GET", "ws", Pair.of(lab).two()).send().refuses(400, "invalid_request");
    }

    private static void gone(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        lab.delete(pair.room());
        Push.requireRefusal(lab.wire(), pair.room().path("ws"), pair.two().token(), 404, "room deleted");
    }

    private static void silent(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Push push = lab.push(pair.two(), 0);
        push.requireQuiet();
        lab.pass(SILENCE.plusMillis(500));
        push.requireClose(1001, "silent for 60 s");
    }
}
