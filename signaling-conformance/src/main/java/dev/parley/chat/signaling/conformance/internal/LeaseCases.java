package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.signaling.conformance.internal.Lab.Member;
import dev.parley.chat.signaling.conformance.internal.Lab.Room;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The lease of a room and its fences. */
final class LeaseCases {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final long MAX_STEP = 1_000_000;

    private LeaseCases() {}

    static Cases lease() {
        return Cases.of("Lease")
                .add("the host takes the lease, and everybody sees it", LeaseCases::taken)
                .add("a lease has one holder, and who is refused learns who", LeaseCases::held)
                .add("renewing keeps the fence, and another fence makes a new holding", LeaseCases::fences)
                .add("a fence that was heard of is never given again", LeaseCases::heard)
                .add("a fence stays within its bounds", LeaseCases::bounds)
                .add("only the host and its deputies take the lease", LeaseCases::entitled)
                .add("only the holder with its fence gives the lease back", LeaseCases::released)
                .add("a holder that a succession no longer names holds nothing", LeaseCases::unnamed)
                .add("of two that ask at once exactly one gets the lease", LeaseCases::race)
                .add("the lease is gone with its room", LeaseCases::gone)
                .slow(LEASE, "a lease that is not renewed is free after 30 s", LeaseCases::expired);
    }

    /** A room with its host and one deputy in it. */
    private record Led(Room room, Member host, Member deputy) {
        static Led of(Lab lab) throws IOException, InterruptedException {
            Room room = lab.room();
            HostKey deputy = new HostKey();
            lab.publish(room, lab.owner(), room.host().succession(1, deputy)).is(204);
            return new Led(
                    room,
                    lab.join(room, lab.owner(), room.host().peerId()),
                    lab.join(room, lab.guest(), deputy.peerId()));
        }
    }

    private static void requireLease(Answer answer, JsonNode lease, Member holder, long fence) {
        Nonconformance.require(
                lease.path("holder").asText().equals(holder.peerId()),
                answer.doing(),
                "the holder",
                "another one, or none");
        Nonconformance.requireSame(answer.doing() + ", fence", fence, answer.integer(lease, "fence"));
    }

    private static void requireLeft(Answer answer, JsonNode lease, long least, long most) {
        long left = answer.integer(lease, "expiresIn");
        Nonconformance.require(
                left >= least && left <= most,
                answer.doing() + ", expiresIn",
                least == most ? Long.toString(least) : least + " to " + most,
                Long.toString(left));
    }

    private static long granted(Answer answer, Member holder) {
        JsonNode lease = answer.is(200).body();
        long fence = answer.integer("fence");
        requireLease(answer, lease, holder, fence);
        requireLeft(answer, lease, 1, LEASE.toSeconds());
        return fence;
    }

    private static void requireGranted(Answer answer, Member holder, long fence) {
        Nonconformance.requireSame(answer.doing() + ", fence", fence, granted(answer, holder));
    }

    private static void requireHeld(Answer answer, Member holder, long fence) {
        JsonNode problem = answer.refuses(409, "lease_held").body();
        requireLease(answer, problem, holder, fence);
        requireLeft(answer, problem, 1, LEASE.toSeconds());
    }

    private static void requireShown(Lab lab, Led led, Member holder, long fence, boolean isHeld)
            throws IOException, InterruptedException {
        Answer found = lab.find(led.room(), lab.guest()).is(200);
        JsonNode lease = found.body().path("lease");
        requireLease(found, lease, holder, fence);
        requireLeft(found, lease, isHeld ? 1 : 0, isHeld ? LEASE.toSeconds() : 0);
    }

    private static void taken(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        Nonconformance.require(
                !lab.find(led.room(), lab.owner()).is(200).body().has("lease"),
                "GET /v1/rooms/…",
                "no lease before anybody took it",
                "one");
        requireGranted(lab.acquire(led.host(), 0), led.host(), 1);
        requireShown(lab, led, led.host(), 1, true);
    }

    private static void held(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        long fence = granted(lab.acquire(led.host(), 0), led.host());
        requireHeld(lab.acquire(led.deputy(), 0), led.host(), fence);
        requireHeld(lab.acquire(led.deputy(), fence), led.host(), fence);
    }

    private static void fences(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        requireGranted(lab.acquire(led.host(), 0), led.host(), 1);
        requireGranted(lab.acquire(led.host(), 1), led.host(), 1);
        requireGranted(lab.acquire(led.host(), 0), led.host(), 2);
        requireGranted(lab.acquire(led.host(), 9), led.host(), 10);
        lab.member("DELETE", "lease?fence=10", led.host()).send().is(204);
        requireGranted(lab.acquire(led.deputy(), 0), led.deputy(), 11);
    }

    private static void heard(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        requireGranted(lab.acquire(led.host(), 0), led.host(), 1);
        // The worker learns of a greater fence from who is refused.
        requireHeld(lab.acquire(led.deputy(), 41), led.host(), 41);
        requireShown(lab, led, led.host(), 41, true);
        requireGranted(lab.acquire(led.host(), 1), led.host(), 42);
    }

    private static void bounds(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        for (String body : List.of(
                "{}",
                "{\"fence\":-1}",
                "{\"fence\":\"1\"}",
                "{\"fence\":1.5}",
                "{\"fence\":1000000}",
                "{\"fence\":9007199254740990}",
                "{\"fence\":9007199254740991}")) {
            lab.member("POST", "lease", led.host()).json(body).as(body).send().refuses(400, "invalid_request");
        }
        requireGranted(lab.acquire(led.host(), MAX_STEP - 1), led.host(), MAX_STEP);
        lab.acquire(led.host(), 2 * MAX_STEP).refuses(400, "invalid_request");
        requireHeld(lab.acquire(led.deputy(), 2 * MAX_STEP), led.host(), MAX_STEP);
        for (String query : List.of("", "?fence=-1", "?fence=x", "?fence=9007199254740992")) {
            lab.member("DELETE", "lease" + query, led.host()).as(query).send().refuses(400, "invalid_request");
        }
    }

    private static void entitled(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        Member member = lab.join(led.room(), lab.guest());
        lab.acquire(member, 0).isForbidden();
        granted(lab.acquire(led.deputy(), 0), led.deputy());
    }

    private static void released(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        long fence = granted(lab.acquire(led.host(), 0), led.host());
        lab.member("DELETE", "lease?fence=" + (fence + 1), led.host()).send().is(204);
        lab.member("DELETE", "lease?fence=" + fence, led.deputy()).send().is(204);
        requireShown(lab, led, led.host(), fence, true);
        lab.member("DELETE", "lease?fence=" + fence, led.host()).send().is(204);
        requireShown(lab, led, led.host(), fence, false);
        lab.member("DELETE", "lease?fence=" + fence, led.host()).send().is(204);
        requireGranted(lab.acquire(led.deputy(), 0), led.deputy(), fence + 1);
        lab.member("DELETE", "lease?fence=" + fence, led.host()).send().is(204);
        requireShown(lab, led, led.deputy(), fence + 1, true);
    }

    private static void unnamed(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        long fence = granted(lab.acquire(led.deputy(), 0), led.deputy());
        lab.publish(led.room(), lab.owner(), led.room().host().succession(2, new HostKey()))
                .is(204);
        requireShown(lab, led, led.deputy(), fence, false);
        lab.acquire(led.deputy(), fence).isForbidden();
        requireGranted(lab.acquire(led.host(), 0), led.host(), fence + 1);
    }

    private static void race(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        for (int round = 0; round < 5; round++) {
            CompletableFuture<Answer> one = ask(lab, led.host());
            CompletableFuture<Answer> two = ask(lab, led.deputy());
            Answer first = Wire.finish(one);
            Answer second = Wire.finish(two);
            boolean firstWon = first.status() == 200;
            Member winner = firstWon ? led.host() : led.deputy();
            long fence = granted(firstWon ? first : second, winner);
            requireHeld(firstWon ? second : first, winner, fence);
            lab.member("DELETE", "lease?fence=" + fence, winner).send().is(204);
        }
    }

    private static CompletableFuture<Answer> ask(Lab lab, Member member) {
        return lab.member("POST", "lease", member).json("{\"fence\":0}").start();
    }

    private static void gone(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        granted(lab.acquire(led.host(), 0), led.host());
        lab.delete(led.room());
        lab.acquire(led.host(), 0).refuses(404, "room_not_found");
        lab.announce(led.room()).is(201);
        JsonNode entry = lab.find(led.room(), lab.owner()).is(200).body();
        Nonconformance.require(
                !entry.has("lease") && !entry.has("succession"),
                "GET /v1/rooms/…",
                "neither lease nor succession",
                "one");
    }

    private static void expired(Lab lab) throws IOException, InterruptedException {
        Led led = Led.of(lab);
        long fence = granted(lab.acquire(led.host(), 0), led.host());
        lab.pass(LEASE.dividedBy(2));
        requireHeld(lab.acquire(led.deputy(), 0), led.host(), fence);
        lab.pass(LEASE.dividedBy(2).plusMillis(500));
        requireShown(lab, led, led.host(), fence, false);
        requireGranted(lab.acquire(led.deputy(), 0), led.deputy(), fence + 1);
    }
}
