package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.signaling.conformance.internal.Lab.Member;
import dev.parley.chat.signaling.conformance.internal.Lab.Room;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Who is in a room. */
final class PeerCases {
    private static final Duration AWAY = Duration.ofSeconds(10);

    private PeerCases() {}

    static Cases peers() {
        return Cases.of("Peers")
                .add("joining tells a peer what it needs", PeerCases::joined)
                .add("a peer id belongs to the account that joined with it first", PeerCases::taken)
                .add("the host's peer id belongs to the owner of the room", PeerCases::host)
                .add("the peer id of a deputy stays its account's while it is away", PeerCases::deputy)
                .add("a room takes as many peers as its capacity says", PeerCases::full)
                .add("joining again keeps the mailbox", PeerCases::rejoined)
                .add("a join with a wrong peer id is refused", PeerCases::wrongIds)
                .add("heartbeats are taken, and the peers of a room are counted", PeerCases::counted)
                .add("leaving frees the peer id and its place", PeerCases::left)
                .add("ICE servers are told to an account", PeerCases::iceServers)
                .slow(AWAY, "in a full room who has been away for 10 s gives its place to a newcomer", PeerCases::away)
                .slow(Duration.ofSeconds(90), "a peer without heartbeats is gone after its time", PeerCases::expired);
    }

    private static void requireIceServers(Answer answer) {
        for (JsonNode server : answer.list("iceServers")) {
            JsonNode urls = server.path("urls");
            boolean good = urls.isArray() && !urls.isEmpty();
            for (JsonNode url : urls) {
                good &= url.asText().matches("(stun|turn)s?:.+");
            }
            Nonconformance.require(good, answer.doing(), "ICE servers with URLs", "another one");
            Nonconformance.require(
                    server.has("username") == server.has("credential"),
                    answer.doing(),
                    "username and credential together",
                    "one of them");
        }
    }

    private static void joined(Lab lab) throws IOException, InterruptedException {
        Answer answer = lab.tryJoin(lab.room(), lab.guest(), HostKey.randomId()).is(200);
        Nonconformance.require(!answer.string("roomToken").isEmpty(), answer.doing(), "a room token", "none");
        for (String member : List.of("expiresIn", "heartbeatSeconds")) {
            Nonconformance.require(answer.integer(member) > 0, answer.doing(), member + " above 0", "another");
        }
        Nonconformance.requireSame(answer.doing() + ", after", 0L, answer.integer("after"));
        requireIceServers(answer);
    }

    private static void taken(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member member = lab.join(room, lab.guest());
        lab.tryJoin(room, lab.owner(), member.peerId()).refuses(409, "peer_taken");
        lab.join(room, lab.guest(), member.peerId());
    }

    private static void host(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        lab.tryJoin(room, lab.guest(), room.host().peerId()).refuses(409, "peer_taken");
        lab.join(room, lab.owner(), room.host().peerId());
    }

    private static void deputy(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        HostKey deputy = new HostKey();
        Member member = lab.join(room, lab.guest(), deputy.peerId());
        lab.publish(room, lab.owner(), room.host().succession(1, deputy)).is(204);
        lab.member("POST", "leave", member).send().is(204);
        lab.tryJoin(room, lab.owner(), deputy.peerId()).refuses(409, "peer_taken");
        Member back = lab.join(room, lab.guest(), deputy.peerId());
        lab.member("POST", "leave", back).send().is(204);
        lab.publish(room, lab.owner(), room.host().succession(2)).is(204);
        lab.join(room, lab.owner(), deputy.peerId());
    }

    private static void full(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room(fields -> fields.put("capacity", 2));
        Member first = lab.join(room, lab.owner());
        lab.join(room, lab.guest());
        lab.tryJoin(room, lab.guest(), HostKey.randomId()).refuses(409, "room_full");
        lab.join(room, lab.owner(), first.peerId());
        lab.member("POST", "leave", first).send().is(204);
        lab.join(room, lab.guest());
    }

    private static void away(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room(fields -> fields.put("capacity", 2));
        Member host = lab.join(room, lab.owner(), room.host().peerId());
        Member away = lab.join(room, lab.guest());
        lab.tryJoin(room, lab.guest(), HostKey.randomId()).refuses(409, "room_full");
        lab.pass(AWAY.plusMillis(500));
        // The host has been away for longer, but keeps its place.
        Member next = lab.join(room, lab.guest());
        lab.member("POST", "heartbeat", host).send().is(204);
        lab.member("POST", "heartbeat", next).send().is(204);
        requirePeers(lab, room, 2);
        lab.tryJoin(room, lab.guest(), HostKey.randomId()).refuses(409, "room_full");
        lab.post(host, away, "m1").is(202);
        lab.member("POST", "heartbeat", away)
                .as("while its place is another's")
                .send()
                .refuses(410, "peer_expired");
        lab.member("POST", "leave", next).send().is(204);
        lab.member("POST", "heartbeat", away)
                .as("while there is a place")
                .send()
                .is(204);
        Nonconformance.requireSame("messages of who was away", List.of(1L), lab.read(away, 0));
    }

    private static void rejoined(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member one = lab.join(room, lab.owner());
        Member two = lab.join(room, lab.guest());
        for (int i = 1; i <= 3; i++) {
            lab.post(one, two, "m" + i).is(202);
        }
        lab.read(two, 2);
        Answer again = lab.tryJoin(room, lab.guest(), two.peerId()).is(200);
        Nonconformance.requireSame(again.doing() + ", after", 2L, again.integer("after"));
        Nonconformance.requireSame("messages after joining again", List.of(3L), lab.read(two, 2));
    }

    private static void wrongIds(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        for (String id : List.of("", "nonsense", "A".repeat(32), "a".repeat(33))) {
            lab.tryJoin(room, lab.guest(), id).refuses(400, "invalid_request");
        }
    }

    private static void counted(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member one = lab.join(room, lab.owner());
        lab.join(room, lab.guest());
        lab.member("POST", "heartbeat", one).send().is(204);
        requirePeers(lab, room, 2);
        lab.member("POST", "leave", one).send().is(204);
        requirePeers(lab, room, 1);
    }

    private static void requirePeers(Lab lab, Room room, long count) throws IOException, InterruptedException {
        Answer found = lab.find(room, lab.guest()).is(200);
        Nonconformance.requireSame(found.doing() + ", peers", count, found.integer("peers"));
    }

    private static void left(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member one = lab.join(room, lab.owner());
        Member two = lab.join(room, lab.guest());
        lab.post(one, two, "m1").is(202);
        lab.member("POST", "leave", two).send().is(204);
        lab.post(one, two, "m2").refuses(404, "peer_not_found");
        Member next = lab.join(room, lab.owner(), two.peerId());
        Nonconformance.requireSame("messages of who was there before", List.of(), lab.read(next, 0));
    }

    private static void iceServers(Lab lab) throws IOException, InterruptedException {
        requireIceServers(
                lab.account("GET", "/v1/ice-servers", lab.guest()).send().is(200));
    }

    private static void expired(Lab lab) throws IOException, InterruptedException {
        HostKey host = new HostKey();
        Room room = new Room(host, lab.owner(), host.descriptor(fields -> {}));
        Duration third =
                Duration.ofSeconds(lab.announce(room).is(201).integer("ttl")).dividedBy(3);
        Member one = lab.join(room, lab.owner());
        Member two = lab.join(room, lab.guest());
        for (int i = 0; i < 3; i++) {
            lab.pass(third.plusMillis(500));
            lab.member("POST", "heartbeat", one).send().is(204);
        }
        lab.member("POST", "heartbeat", two).send().refuses(410, "peer_expired");
        lab.post(one, two, "m1").refuses(404, "peer_not_found");
        requirePeers(lab, room, 1);
        lab.join(room, lab.owner(), two.peerId());
    }
}
