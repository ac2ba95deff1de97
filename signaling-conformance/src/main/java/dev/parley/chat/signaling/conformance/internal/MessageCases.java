package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.signaling.conformance.internal.Lab.Member;
import dev.parley.chat.signaling.conformance.internal.Lab.Room;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Messages: post and long poll. */
final class MessageCases {
    private static final int MAX_PAYLOAD_BYTES = 48 * 1024;
    private static final int MAX_WAITING = 64;
    private static final Duration LIFETIME = Duration.ofMinutes(1);

    private MessageCases() {}

    static Cases messages() {
        return Cases.of("Messages")
                .add(
                        "messages are numbered from 1 without gaps, and come in order from their sender",
                        MessageCases::ordered)
                .add("the sender of a message is stamped by the worker", MessageCases::stamped)
                .add("both types of message arrive, and no other is taken", MessageCases::types)
                .add("what was acknowledged is dropped", MessageCases::acknowledged)
                .add("a message id is accepted once from a sender to a receiver", MessageCases::idempotent)
                .add("a payload may have 48 KiB, and no more", MessageCases::payloadSize)
                .add("an answer holds as much as fits, and the rest comes after", MessageCases::portions)
                .add("64 messages wait for a peer, and no more", MessageCases::mailboxFull)
                .add("a message to a peer that is not there is refused", MessageCases::nobody)
                .add("a message that is wrong in any field is refused", MessageCases::wrongMessages)
                .add("a query of a read that is wrong is refused", MessageCases::wrongQueries)
                .add("rooms do not hear each other", MessageCases::rooms)
                .add("a long poll ends with the message that comes", MessageCases::longPoll)
                .add("a long poll ends empty after its wait", MessageCases::emptyPoll)
                .add("a newer long poll ends the older", MessageCases::newerPoll)
                .slow(LIFETIME, "a message waits for 60 s, and its number is not used again", MessageCases::expired);
    }

    /** Two in a room. */
    record Pair(Room room, Member one, Member two) {
        static Pair of(Lab lab) throws IOException, InterruptedException {
            Room room = lab.room();
            return new Pair(room, lab.join(room, lab.owner()), lab.join(room, lab.guest()));
        }
    }

    static void requireSeq(Answer answer, long seq) {
        Nonconformance.requireSame(answer.is(202).doing() + ", seq", seq, answer.integer("seq"));
    }

    private static void ordered(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        for (int i = 1; i <= 10; i++) {
            requireSeq(lab.post(pair.one(), pair.two(), "m" + i), i);
        }
        requireSeq(lab.post(pair.two(), pair.one(), "m1"), 1);
        Answer read = lab.member("GET", "messages?after=0", pair.two()).send().is(200);
        Nonconformance.requireSame(
                read.doing() + ", seqs", LongStream.rangeClosed(1, 10).boxed().toList(), Lab.seqs(read));
        for (JsonNode message : read.list("messages")) {
            requireMessage(read, message, pair.one());
        }
        Nonconformance.requireSame(
                "reading again without acknowledging, messages",
                10,
                lab.read(pair.two(), 0).size());
    }

    private static void requireMessage(Answer read, JsonNode message, Member from) {
        Nonconformance.require(
                message.path("from").asText().equals(from.peerId()), read.doing(), "\"from\" its sender", "another");
        Nonconformance.require(
                message.path("payload").asText().equals("AAAA"), read.doing(), "the payload that was sent", "another");
        Nonconformance.requireSame(
                read.doing() + ", type", "envelope", message.path("type").asText());
    }

    private static void stamped(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        lab.post(
                        pair.one(),
                        Lab.message(pair.two().peerId(), "AAAA", "m1")
                                .put("from", pair.two().peerId()))
                .is(202);
        Answer read = lab.member("GET", "messages", pair.two()).send().is(200);
        Nonconformance.requireSame(
                read.doing() + ", messages", 1, read.list("messages").size());
        requireMessage(read, read.list("messages").get(0), pair.one());
    }

    private static void types(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        lab.post(pair.one(), Lab.message(pair.two().peerId(), "", "m1").put("type", "refusal"))
                .is(202);
        lab.post(pair.one(), Lab.message(pair.two().peerId(), "AAAA", "m2").put("type", "offer"))
                .refuses(400, "invalid_request");
        Answer read = lab.member("GET", "messages", pair.two()).send().is(200);
        Nonconformance.requireSame(
                read.doing() + ", type",
                "refusal",
                read.list("messages").path(0).path("type").asText());
    }

    private static void acknowledged(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        for (int i = 1; i <= 3; i++) {
            lab.post(pair.one(), pair.two(), "m" + i).is(202);
        }
        Nonconformance.requireSame("messages above 2", List.of(3L), lab.read(pair.two(), 2));
        Nonconformance.requireSame("messages after acknowledging 2", List.of(3L), lab.read(pair.two(), 0));
        requireSeq(lab.post(pair.one(), pair.two(), "m4"), 4);
    }

    private static void idempotent(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        requireSeq(lab.post(pair.one(), pair.two(), "m1"), 1);
        requireSeq(lab.post(pair.one(), pair.two(), "m1"), 1);
        Nonconformance.requireSame("messages", List.of(1L), lab.read(pair.two(), 0));
        Nonconformance.requireSame("messages after acknowledging", List.of(), lab.read(pair.two(), 1));
        requireSeq(lab.post(pair.one(), pair.two(), "m1"), 1);
        Nonconformance.requireSame("messages after the same id again", List.of(), lab.read(pair.two(), 1));
        Member third = lab.join(pair.room(), lab.guest());
        requireSeq(lab.post(third, pair.two(), "m1"), 2);
        requireSeq(lab.post(pair.one(), third, "m1"), 1);
    }

    private static void payloadSize(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        String largest = HostKey.base64Url(new byte[MAX_PAYLOAD_BYTES]);
        lab.post(pair.one(), Lab.message(pair.two().peerId(), largest, "m1")).is(202);
        lab.post(pair.one(), Lab.message(pair.two().peerId(), HostKey.base64Url(new byte[MAX_PAYLOAD_BYTES + 1]), "m2"))
                .refuses(413, "too_large");
        Answer read = lab.member("GET", "messages", pair.two()).send().is(200);
        Nonconformance.require(
                read.list("messages").path(0).path("payload").asText().equals(largest),
                read.doing(),
                "the payload that was sent",
                "another");
    }

    private static void portions(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        String largest = HostKey.base64Url(new byte[MAX_PAYLOAD_BYTES]);
        for (int i = 1; i <= 2; i++) {
            lab.post(pair.one(), Lab.message(pair.two().peerId(), largest, "m" + i))
                    .is(202);
        }
        Nonconformance.requireSame("messages of 48 KiB in an answer", List.of(1L), lab.read(pair.two(), 0));
        Nonconformance.requireSame("messages in the next answer", List.of(2L), lab.read(pair.two(), 1));
    }

    private static void mailboxFull(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        for (int i = 1; i <= MAX_WAITING; i++) {
            lab.post(pair.one(), pair.two(), "m" + i).is(202);
        }
        lab.post(pair.one(), pair.two(), "m65").refuses(429, "mailbox_full");
        // What it has already it has.
        requireSeq(lab.post(pair.one(), pair.two(), "m64"), MAX_WAITING);
        lab.read(pair.two(), 1);
        requireSeq(lab.post(pair.one(), pair.two(), "m65"), MAX_WAITING + 1);
    }

    private static void nobody(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        lab.post(pair.one(), Lab.message(HostKey.randomId(), "AAAA", "m1")).refuses(404, "peer_not_found");
    }

    private static void wrongMessages(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Map<String, Consumer<ObjectNode>> changes = new LinkedHashMap<>();
        changes.put("no receiver", message -> message.remove("to"));
        changes.put("a wrong receiver", message -> message.put("to", "bob"));
        changes.put("no type", message -> message.remove("type"));
        changes.put("payload cut off", message -> message.put("payload", "A"));
        changes.put("payload with padding", message -> message.put("payload", "AA=="));
        changes.put("payload with stray bits", message -> message.put("payload", "AB"));
        changes.put("an empty msgId", message -> message.put("msgId", ""));
        changes.put("a msgId of 65", message -> message.put("msgId", "x".repeat(65)));
        changes.put("a msgId with a blank", message -> message.put("msgId", "a b"));
        for (Map.Entry<String, Consumer<ObjectNode>> change : changes.entrySet()) {
            ObjectNode message = Lab.message(pair.two().peerId(), "AAAA", "m1");
            change.getValue().accept(message);
            lab.member("POST", "messages", pair.one())
                    .json(message)
                    .as(change.getKey())
                    .send()
                    .refuses(400, "invalid_request");
        }
        Nonconformance.requireSame("messages of those that were refused", List.of(), lab.read(pair.two(), 0));
    }

    private static void wrongQueries(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        for (String query : List.of("after=-1", "after=x", "wait=26", "wait=-1", "wait=x")) {
            lab.member("GET", "messages?" + query, pair.two()).as(query).send().refuses(400, "invalid_request");
        }
    }

    private static void rooms(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Member elsewhere = lab.join(lab.room(), lab.guest(), pair.two().peerId());
        lab.post(pair.one(), pair.two(), "m1").is(202);
        Nonconformance.requireSame("messages in another room", List.of(), lab.read(elsewhere, 0));
        Nonconformance.requireSame("messages", List.of(1L), lab.read(pair.two(), 0));
    }

    private static CompletableFuture<Answer> poll(Lab lab, Member member, long after, int wait) {
        return lab.member("GET", "messages?after=" + after + "&wait=" + wait, member)
                .start();
    }

    private static void longPoll(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        CompletableFuture<Answer> poll = poll(lab, pair.two(), 0, 25);
        lab.post(pair.one(), pair.two(), "m1").is(202);
        Nonconformance.requireSame(
                "messages of a long poll",
                List.of(1L),
                Lab.seqs(Wire.finish(poll).is(200)));
        Nonconformance.requireSame(
                "messages of a poll while one waits",
                List.of(1L),
                Lab.seqs(Wire.finish(poll(lab, pair.two(), 0, 25)).is(200)));
    }

    private static void emptyPoll(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        Nonconformance.requireSame(
                "messages of a long poll",
                List.of(),
                Lab.seqs(Wire.finish(poll(lab, pair.two(), 0, 1)).is(200)));
    }

    private static void newerPoll(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        CompletableFuture<Answer> one = poll(lab, pair.two(), 0, 25);
        CompletableFuture<Answer> two = poll(lab, pair.two(), 0, 25);
        // Which of the two comes first is the network's choice; the later one ends the other.
        CompletableFuture<Answer> ended = new CompletableFuture<>();
        for (CompletableFuture<Answer> poll : List.of(one, two)) {
            var unused = poll.whenComplete((answer, failure) -> {
                if (failure == null) {
                    ended.complete(answer);
                } else {
                    ended.completeExceptionally(failure);
                }
            });
        }
        Nonconformance.requireSame(
                "messages of the older long poll",
                List.of(),
                Lab.seqs(Wire.finish(ended).is(200)));
        lab.post(pair.one(), pair.two(), "m1").is(202);
        int count = Lab.seqs(Wire.finish(one).is(200)).size()
                + Lab.seqs(Wire.finish(two).is(200)).size();
        Nonconformance.requireSame("messages of both long polls", 1, count);
    }

    private static void expired(Lab lab) throws IOException, InterruptedException {
        Pair pair = Pair.of(lab);
        lab.post(pair.one(), pair.two(), "m1").is(202);
        lab.pass(LIFETIME.dividedBy(2));
        Nonconformance.requireSame("messages after 30 s", List.of(1L), lab.read(pair.two(), 0));
        lab.pass(LIFETIME.dividedBy(2).plusMillis(500));
        Nonconformance.requireSame("messages after 60 s", List.of(), lab.read(pair.two(), 0));
        requireSeq(lab.post(pair.one(), pair.two(), "m2"), 2);
    }
}
