package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.signaling.conformance.internal.Lab.Account;
import dev.parley.chat.signaling.conformance.internal.Lab.Member;
import dev.parley.chat.signaling.conformance.internal.Lab.Room;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Rooms and their successions. */
final class RoomCases {
    private static final int MAX_DESCRIPTOR_BYTES = 8 * 1024;
    private static final int MAX_SUCCESSION_BYTES = 4 * 1024;
    private static final int MAX_ROOMS = 64;
    private static final int MAX_PAGES = 1000;

    private RoomCases() {}

    static Cases rooms() {
        return Cases.of("Rooms")
                .add("a room is made, and returned as it was signed", RoomCases::made)
                .add("the same descriptor from the same account renews the room", RoomCases::again)
                .add("an id that is taken by another descriptor or account is refused", RoomCases::taken)
                .add("a descriptor that is wrong in any field is refused", RoomCases::wrongDescriptors)
                .add("a descriptor with a foreign signature is refused", RoomCases::foreignSignature)
                .add("a descriptor may be as large as its limits, and no larger", RoomCases::limits)
                .add("a room that nobody knows is not found", RoomCases::unknown)
                .add("public rooms are listed newest first, each on one page", RoomCases::listed)
                .add("a private room is found by its id and never listed", RoomCases::hidden)
                .add("a query of the list that is wrong is refused", RoomCases::wrongQueries)
                .add("only the owner deletes a room, and then it is gone", RoomCases::deleted)
                .add("an account has at most 64 rooms", RoomCases::tooMany)
                .slow(Duration.ofMinutes(3), "a room ends with its time, unless it is renewed", RoomCases::expired);
    }

    static Cases succession() {
        return Cases.of("Succession")
                .add("a succession is stored, and returned in the entry of its room alone", RoomCases::published)
                .add("a succession is replaced by a later version only", RoomCases::replaced)
                .add("only the owner of a room publishes its succession", RoomCases::publishers)
                .add("a succession that is wrong in any field is refused", RoomCases::wrongSuccessions)
                .add("a succession has at most 4 KiB", RoomCases::successionSize);
    }

    private static void made(Lab lab) throws IOException, InterruptedException {
        HostKey host = new HostKey();
        Room room = new Room(host, lab.owner(), host.descriptor(fields -> {}));
        Answer made = lab.announce(room).is(201);
        Nonconformance.requireSame(made.doing() + ", roomId", room.id(), made.string("roomId"));
        Nonconformance.require(made.integer("ttl") > 0, made.doing(), "a ttl of some seconds", "none");
        requireOwnerToken(made);
        for (Account account : List.of(lab.owner(), lab.guest())) {
            Answer found = lab.find(room, account).is(200);
            for (String member : List.of("descriptor", "signature")) {
                Nonconformance.require(
                        found.string(member)
                                .equals(room.announcement().path(member).asText()),
                        found.doing(),
                        "the " + member + " as it was announced",
                        "another one");
            }
            Nonconformance.requireSame(found.doing() + ", roomId", room.id(), found.string("roomId"));
            Nonconformance.requireSame(found.doing() + ", peers", 0L, found.integer("peers"));
            Nonconformance.require(
                    found.integer("lastActive") > 0, found.doing(), "lastActive in milliseconds", "none");
        }
    }

    private static void again(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Answer again = lab.announce(room).is(200);
        Nonconformance.requireSame(again.doing() + ", roomId", room.id(), again.string("roomId"));
        again.integer("ttl");
        requireOwnerToken(again);
    }

    private static void requireOwnerToken(Answer announced) {
        Nonconformance.require(!announced.string("ownerToken").isEmpty(), announced.doing(), "an owner token", "none");
        Nonconformance.require(
                announced.integer("ownerExpiresIn") > 0, announced.doing(), "ownerExpiresIn of some seconds", "none");
    }

    private static void taken(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        lab.account("POST", "/v1/rooms", lab.owner())
                .json(room.host().descriptor(fields -> fields.put("capacity", 11)))
                .as("another descriptor")
                .send()
                .refuses(409, "room_exists");
        lab.account("POST", "/v1/rooms", lab.guest())
                .json(room.announcement())
                .as("another account")
                .send()
                .refuses(409, "room_exists");
    }

    private static void refuse(Lab lab, ObjectNode announcement, String what) throws IOException, InterruptedException {
        lab.account("POST", "/v1/rooms", lab.owner())
                .json(announcement)
                .as(what)
                .send()
                .refuses(400, "invalid_request");
    }

    private static void wrongDescriptors(Lab lab) throws IOException, InterruptedException {
        Map<String, Consumer<ObjectNode>> changes = new LinkedHashMap<>();
        changes.put("v 2", fields -> fields.put("v", 2));
        changes.put("v as a string", fields -> fields.put("v", "1"));
        changes.put("no room", fields -> fields.remove("room"));
        changes.put("a room of another key", fields -> fields.put("room", HostKey.randomId()));
        changes.put("a room in capitals", fields -> fields.put("room", "A".repeat(32)));
        changes.put("another visibility", fields -> fields.put("visibility", "secret"));
        changes.put("no visibility", fields -> fields.remove("visibility"));
        changes.put("capacity 1", fields -> fields.put("capacity", 1));
        changes.put("capacity 1001", fields -> fields.put("capacity", 1001));
        changes.put("capacity 2.5", fields -> fields.put("capacity", 2.5));
        changes.put("no created", fields -> fields.remove("created"));
        changes.put("created below 0", fields -> fields.put("created", -1));
        changes.put("a key of 31 bytes", fields -> fields.put("hostKey", HostKey.base64Url(new byte[31])));
        changes.put("another key", fields -> fields.put("hostKey", HostKey.base64Url(new byte[32])));
        changes.put("a nonce of 15 bytes", fields -> fields.put("nonce", HostKey.base64Url(new byte[15])));
        changes.put("a nonce with padding", fields -> fields.put("nonce", "AAAAAAAAAAAAAAAAAAAAAA=="));
        changes.put("no name", fields -> fields.remove("name"));
        changes.put("an empty name", fields -> fields.put("name", ""));
        changes.put("a name of 81 characters", fields -> fields.put("name", "x".repeat(81)));
        for (Map.Entry<String, Consumer<ObjectNode>> change : changes.entrySet()) {
            refuse(lab, new HostKey().descriptor(change.getValue()), change.getKey());
        }
        refuse(
                lab,
                new HostKey().sign("descriptor", "parley-descriptor-v1", "no JSON".getBytes(StandardCharsets.US_ASCII)),
                "no JSON");
    }

    private static void foreignSignature(Lab lab) throws IOException, InterruptedException {
        HostKey host = new HostKey();
        byte[] bytes = host.fields().toString().getBytes(StandardCharsets.UTF_8);
        ObjectNode announcement = host.sign("descriptor", "parley-descriptor-v1", bytes);
        ObjectNode foreign = announcement.deepCopy();
        foreign.set(
                "signature",
                new HostKey().sign("descriptor", "parley-descriptor-v1", bytes).get("signature"));
        refuse(lab, foreign, "signed by another key");
        refuse(lab, host.sign("descriptor", "parley-succession-v1", bytes), "signed as something else");
        refuse(lab, announcement.deepCopy().put("signature", HostKey.base64Url(new byte[63])), "63 bytes");
        refuse(lab, announcement.deepCopy().put("signature", HostKey.base64Url(new byte[64])), "zeros");
        refuse(
                lab,
                announcement
                        .deepCopy()
                        .put("signature", announcement.get("signature").asText() + "=="),
                "padding");
    }

    private static void limits(Lab lab) throws IOException, InterruptedException {
        // A character outside the basic plane counts once.
        lab.room(fields -> fields.put("name", "\uD83C\uDF75".repeat(80)));
        lab.room(fields -> fields.put("capacity", 2));
        lab.room(fields -> fields.put("capacity", 1000));
        HostKey host = new HostKey();
        int shell = host.fields().put("x", "").toString().length();
        Room largest = new Room(
                host,
                lab.owner(),
                host.descriptor(fields -> fields.put("x", "y".repeat(MAX_DESCRIPTOR_BYTES - shell))));
        lab.announce(largest).is(201);
        lab.account("POST", "/v1/rooms", lab.owner())
                .json(host.descriptor(fields -> fields.put("x", "y".repeat(MAX_DESCRIPTOR_BYTES + 1 - shell))))
                .as("a byte above 8 KiB")
                .send()
                .refuses(413, "too_large");
    }

    private static void unknown(Lab lab) throws IOException, InterruptedException {
        Room room = new Room(new HostKey(), lab.owner(), Wire.JSON.createObjectNode());
        lab.find(room, lab.owner()).refuses(404, "room_not_found");
        lab.account("DELETE", room.path(""), lab.owner()).send().refuses(404, "room_not_found");
        lab.tryJoin(room, lab.owner(), HostKey.randomId()).refuses(404, "room_not_found");
        lab.publish(room, lab.owner(), room.host().succession(1)).refuses(404, "room_not_found");
        for (String id : List.of("nonsense", "A".repeat(32), "1".repeat(32))) {
            lab.account("GET", "/v1/rooms/" + id, lab.owner())
                    .as("bad id")
                    .send()
                    .refuses(400, "invalid_request");
        }
    }

    /** The list from its first page to where none of the wanted is left, or to its end. */
    private static List<JsonNode> list(Lab lab, int limit, Set<String> wanted)
            throws IOException, InterruptedException {
        List<JsonNode> found = new ArrayList<>();
        String cursor = "";
        for (int page = 0; page < MAX_PAGES; page++) {
            Answer answer = lab.account("GET", "/v1/rooms?limit=" + limit + cursor, lab.guest())
                    .send()
                    .is(200);
            JsonNode rooms = answer.list("rooms");
            Nonconformance.require(
                    rooms.size() <= limit, answer.doing(), "at most " + limit + " rooms a page", rooms.size() + "");
            rooms.forEach(found::add);
            JsonNode next = answer.body().path("cursor");
            long seen = found.stream()
                    .filter(entry -> wanted.contains(entry.path("roomId").asText()))
                    .count();
            if (next.isNull() || (!wanted.isEmpty() && seen >= wanted.size())) {
                return found;
            }
            cursor = "&cursor=" + answer.string("cursor");
        }
        throw new Nonconformance("GET /v1/rooms", "an end of the list", "a cursor on each of " + MAX_PAGES + " pages");
    }

    private static void listed(Lab lab) throws IOException, InterruptedException {
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            newestFirst.add(0, lab.room().id());
        }
        List<String> found = new ArrayList<>();
        for (JsonNode entry : list(lab, 2, Set.copyOf(newestFirst))) {
            Nonconformance.require(
                    entry.path("descriptor").isTextual()
                            && entry.path("signature").isTextual()
                            && entry.path("peers").isIntegralNumber()
                            && entry.path("lastActive").isIntegralNumber(),
                    "GET /v1/rooms",
                    "entries with descriptor, signature, peers and lastActive",
                    "another one");
            if (newestFirst.contains(entry.path("roomId").asText())) {
                found.add(entry.path("roomId").asText());
            }
        }
        Nonconformance.requireSame("GET /v1/rooms, rooms of ours", 5, found.size());
        Nonconformance.require(
                found.equals(newestFirst), "GET /v1/rooms", "each once, the newest first", "another order");
    }

    private static void hidden(Lab lab) throws IOException, InterruptedException {
        Room hidden = lab.room(fields -> fields.put("visibility", "private").remove("name"));
        Room open = lab.room();
        lab.find(hidden, lab.guest()).is(200);
        for (JsonNode entry : list(lab, 100, Set.of(open.id()))) {
            Nonconformance.require(
                    !entry.path("roomId").asText().equals(hidden.id()),
                    "GET /v1/rooms",
                    "public rooms only",
                    "a private one");
        }
        Room older = lab.room();
        for (JsonNode entry : list(lab, 100, Set.of(older.id(), open.id()))) {
            Nonconformance.require(
                    !entry.path("roomId").asText().equals(hidden.id()),
                    "GET /v1/rooms",
                    "public rooms only",
                    "a private one");
        }
    }

    private static void wrongQueries(Lab lab) throws IOException, InterruptedException {
        for (String query : List.of("limit=0", "limit=101", "limit=x", "cursor=***")) {
            lab.account("GET", "/v1/rooms?" + query, lab.owner())
                    .as(query)
                    .send()
                    .refuses(400, "invalid_request");
        }
        lab.account("GET", "/v1/rooms?limit=1", lab.owner()).send().is(200);
        lab.account("GET", "/v1/rooms?limit=100", lab.owner()).send().is(200);
        lab.account("GET", "/v1/rooms", lab.owner()).send().is(200);
    }

    private static void deleted(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Member member = lab.join(room, lab.guest());
        Room nowhere = new Room(new HostKey(), lab.guest(), Wire.JSON.createObjectNode());
        lab.account("DELETE", room.path(""), lab.guest())
                .as("another account")
                .send()
                .refuses(404, "room_not_found")
                .isNoOtherThan(
                        lab.account("DELETE", nowhere.path(""), lab.guest()).send());
        lab.find(room, lab.owner()).is(200);
        lab.delete(room);
        lab.find(room, lab.owner()).refuses(404, "room_not_found");
        lab.tryJoin(room, lab.guest(), member.peerId()).refuses(404, "room_not_found");
        lab.member("GET", "messages", member).send().refuses(404, "room_not_found");
        lab.account("DELETE", room.path(""), lab.owner()).as("again").send().refuses(404, "room_not_found");
        lab.announce(new Room(room.host(), lab.guest(), room.announcement())).is(201);
    }

    private static void tooMany(Lab lab) throws IOException, InterruptedException {
        Account account = lab.fresh("rooms");
        for (int i = 0; i < MAX_ROOMS; i++) {
            lab.room(account, fields -> {});
        }
        lab.account("POST", "/v1/rooms", account)
                .json(new HostKey().descriptor(fields -> {}))
                .as("the 65th")
                .sendOnce()
                .refuses(429, "rate_limited");
        lab.room(lab.guest(), fields -> {});
    }

    private static void expired(Lab lab) throws IOException, InterruptedException {
        HostKey host = new HostKey();
        Room left = new Room(host, lab.owner(), host.descriptor(fields -> {}));
        long ttl = lab.announce(left).is(201).integer("ttl");
        Room kept = lab.room();
        Member member = lab.join(kept, lab.guest());
        for (int i = 0; i < 3; i++) {
            lab.pass(Duration.ofSeconds(ttl).dividedBy(3).plusMillis(500));
            lab.member("POST", "heartbeat", member).send().is(204);
        }
        lab.find(left, lab.owner()).refuses(404, "room_not_found");
        lab.account("DELETE", left.path(""), lab.owner()).send().refuses(404, "room_not_found");
        lab.find(kept, lab.owner()).is(200);
        for (JsonNode entry : list(lab, 100, Set.of())) {
            Nonconformance.require(
                    !entry.path("roomId").asText().equals(left.id()),
                    "GET /v1/rooms",
                    "rooms that live",
                    "one that has expired");
        }
        lab.pass(Duration.ofSeconds(ttl).plusMillis(500));
        lab.find(kept, lab.owner()).refuses(404, "room_not_found");
    }

    // Succession

    private static void published(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Nonconformance.require(
                !lab.find(room, lab.owner()).is(200).body().has("succession"),
                "GET /v1/rooms/…",
                "no succession before one was published",
                "one");
        ObjectNode succession = room.host().succession(1, new HostKey(), new HostKey());
        lab.publish(room, lab.owner(), succession).is(204);
        requireSuccession(lab, room, succession);
        for (JsonNode entry : list(lab, 100, Set.of(room.id()))) {
            Nonconformance.require(
                    !entry.has("succession"), "GET /v1/rooms", "entries without succession", "one with it");
        }
    }

    private static void requireSuccession(Lab lab, Room room, ObjectNode succession)
            throws IOException, InterruptedException {
        Answer found = lab.find(room, lab.guest()).is(200);
        Nonconformance.require(
                found.body().path("succession").equals(succession),
                found.doing(),
                "the succession as it was published",
                "another one, or none");
    }

    private static void replaced(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        ObjectNode third = room.host().succession(3, new HostKey());
        lab.publish(room, lab.owner(), third).is(204);
        lab.publish(room, lab.owner(), third).is(204);
        lab.publish(room, lab.owner(), room.host().succession(3, new HostKey())).refuses(409, "succession_exists");
        lab.publish(room, lab.owner(), room.host().succession(2, new HostKey())).refuses(409, "succession_exists");
        requireSuccession(lab, room, third);
        ObjectNode last = room.host().succession(Integer.MAX_VALUE);
        lab.publish(room, lab.owner(), last).is(204);
        requireSuccession(lab, room, last);
    }

    private static void publishers(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        Room nowhere = new Room(new HostKey(), lab.guest(), Wire.JSON.createObjectNode());
        Answer missing = lab.publish(nowhere, lab.guest(), nowhere.host().succession(1));
        lab.publish(room, lab.guest(), room.host().succession(1))
                .refuses(404, "room_not_found")
                .isNoOtherThan(missing);
        // What is wrong with a body is for the owner to know.
        lab.publish(room, lab.guest(), room.host().succession(0))
                .refuses(404, "room_not_found")
                .isNoOtherThan(missing);
    }

    private static void wrongSuccessions(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        HostKey host = room.host();
        HostKey deputy = new HostKey();
        HostKey[] eight = Stream.generate(HostKey::new).limit(8).toArray(HostKey[]::new);
        Map<String, Consumer<ObjectNode>> changes = new LinkedHashMap<>();
        changes.put("v 2", fields -> fields.put("v", 2));
        changes.put("another room", fields -> fields.put("room", HostKey.randomId()));
        changes.put("version 0", fields -> fields.put("version", 0));
        changes.put("version 2^31", fields -> fields.put("version", 1L << 31));
        changes.put("no version", fields -> fields.remove("version"));
        changes.put("no deputies", fields -> fields.remove("deputies"));
        changes.put("deputies as a string", fields -> fields.put("deputies", deputy.card()));
        changes.put("the host as deputy", fields -> fields.putArray("deputies").add(host.card()));
        changes.put(
                "a deputy twice",
                fields -> fields.putArray("deputies").add(deputy.card()).add(deputy.card()));
        changes.put("a card of 127 bytes", fields -> fields.putArray("deputies").add(HostKey.base64Url(new byte[127])));
        changes.put("nine deputies", fields -> ((ArrayNode) fields.get("deputies")).add(deputy.card()));
        for (Map.Entry<String, Consumer<ObjectNode>> change : changes.entrySet()) {
            refuseSuccession(lab, room, host.succession(1, change.getValue(), eight), change.getKey());
        }
        ObjectNode foreign = host.succession(1);
        foreign.set("signature", host.succession(2).get("signature"));
        refuseSuccession(lab, room, foreign, "the signature of another");
        Nonconformance.require(
                !lab.find(room, lab.owner()).is(200).body().has("succession"),
                "GET /v1/rooms/…",
                "no succession of those that were refused",
                "one");
        lab.publish(room, lab.owner(), host.succession(1, eight)).is(204);
    }

    private static void refuseSuccession(Lab lab, Room room, ObjectNode succession, String what)
            throws IOException, InterruptedException {
        lab.account("PUT", room.path("succession"), lab.owner())
                .json(succession)
                .as(what)
                .send()
                .refuses(400, "invalid_request");
    }

    private static void successionSize(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        int shell = Wire.JSON
                .createObjectNode()
                .put("v", 1)
                .put("room", room.id())
                .put("version", 1)
                .put("x", "")
                .toString()
                .length();
        int deputies = ",\"deputies\":[]".length();
        int most = MAX_SUCCESSION_BYTES - shell - deputies;
        lab.publish(room, lab.owner(), room.host().succession(1, fields -> fields.put("x", "y".repeat(most))))
                .is(204);
        lab.publish(room, lab.owner(), room.host().succession(1, fields -> fields.put("x", "y".repeat(most + 1))))
                .refuses(413, "too_large");
    }
}
