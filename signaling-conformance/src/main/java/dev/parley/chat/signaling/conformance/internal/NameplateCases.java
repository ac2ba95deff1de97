package dev.parley.chat.signaling.conformance.internal;

import dev.parley.chat.signaling.conformance.internal.Lab.Account;
import dev.parley.chat.signaling.conformance.internal.Lab.Room;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Short numbers under which rooms are found. */
final class NameplateCases {
    private static final int MAX_NUMBER = 999_999_999;
    private static final int MAX_NUMBERS = 8;
    private static final int MAX_LOOKUPS_OF_ACCOUNT = 10;
    private static final int MAX_LOOKUPS_OF_NUMBER = 20;
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Duration STEP = Duration.ofSeconds(30);

    private NameplateCases() {}

    static Cases nameplates() {
        return Cases.of("Nameplates")
                .add("a short number leads to its room until it is given back", NameplateCases::opened)
                .add("only the owner of a room gives it a short number", NameplateCases::openers)
                .add("only who opened a number gives it back, and nobody learns of it", NameplateCases::closers)
                .add("a number is gone with its room", NameplateCases::gone)
                .add("what is no short number is refused", NameplateCases::noNumbers)
                .add("an account has at most 8 numbers, those at rest included", NameplateCases::tooMany)
                .add("an account looks up at most 10 numbers in a minute", NameplateCases::lookups)
                .add("a number is found at most 20 times", NameplateCases::found)
                .slow(LIFETIME, "a number ends after 600 s", NameplateCases::expired);
    }

    private static Answer open(Lab lab, Account account, String roomId) throws IOException, InterruptedException {
        return lab.account("POST", "/v1/nameplates", account)
                .json(Wire.JSON.createObjectNode().put("roomId", roomId))
                .send();
    }

    private static long opened(Lab lab, Account account, Room room) throws IOException, InterruptedException {
        Answer answer = open(lab, account, room.id()).is(201);
        long number = answer.integer("number");
        Nonconformance.require(
                number >= 1 && number <= MAX_NUMBER, answer.doing(), "a number of 1 to 999999999", "another one");
        long left = answer.integer("expiresIn");
        Nonconformance.require(
                left >= 1 && left <= LIFETIME.toSeconds(), answer.doing(), "expiresIn of at most 600", left + "");
        return number;
    }

    private static Answer find(Lab lab, Account account, Object number) throws IOException, InterruptedException {
        return lab.account("GET", "/v1/nameplates/" + number, account).send();
    }

    private static Answer close(Lab lab, Account account, Object number) throws IOException, InterruptedException {
        return lab.account("DELETE", "/v1/nameplates/" + number, account).send();
    }

    private static void opened(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        long number = opened(lab, lab.owner(), room);
        Answer found = find(lab, lab.guest(), number).is(200);
        Nonconformance.requireSame("GET /v1/nameplates/…, roomId", room.id(), found.string("roomId"));
        close(lab, lab.owner(), number).is(204);
        find(lab, lab.guest(), number).refuses(404, "nameplate_not_found");
        close(lab, lab.owner(), number).refuses(404, "nameplate_not_found");
    }

    private static void openers(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        open(lab, lab.guest(), room.id())
                .refuses(404, "room_not_found")
                .isNoOtherThan(open(lab, lab.guest(), HostKey.randomId()));
        open(lab, lab.owner(), HostKey.randomId()).refuses(404, "room_not_found");
        open(lab, lab.owner(), "nonsense").refuses(400, "invalid_request");
    }

    private static void closers(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        long number = opened(lab, lab.owner(), room);
        Answer nobodys = close(lab, lab.guest(), MAX_NUMBER).refuses(404, "nameplate_not_found");
        close(lab, lab.guest(), number).refuses(404, "nameplate_not_found").isNoOtherThan(nobodys);
        find(lab, lab.guest(), number).is(200);
    }

    private static void gone(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        long number = opened(lab, lab.owner(), room);
        lab.delete(room);
        find(lab, lab.guest(), number).refuses(404, "nameplate_not_found");
        lab.announce(room).is(201);
        find(lab, lab.guest(), number).refuses(404, "nameplate_not_found");
    }

    private static void noNumbers(Lab lab) throws IOException, InterruptedException {
        for (String number : List.of("0", "01", "-1", "x", "1.0", "1000000000", "99999999999999999999")) {
            find(lab, lab.owner(), number).refuses(400, "invalid_request");
            close(lab, lab.owner(), number).refuses(400, "invalid_request");
        }
    }

    private static void tooMany(Lab lab) throws IOException, InterruptedException {
        Account account = lab.fresh("numbers");
        Room room = lab.room(account, fields -> {});
        long first = opened(lab, account, room);
        for (int i = 1; i < MAX_NUMBERS; i++) {
            opened(lab, account, room);
        }
        open(lab, account, room.id()).refuses(429, "rate_limited");
        close(lab, account, first).is(204);
        open(lab, account, room.id()).refuses(429, "rate_limited");
    }

    private static void lookups(Lab lab) throws IOException, InterruptedException {
        Account account = lab.fresh("lookups");
        for (int i = 0; i < MAX_LOOKUPS_OF_ACCOUNT; i++) {
            find(lab, account, MAX_NUMBER).refuses(404, "nameplate_not_found");
        }
        find(lab, account, MAX_NUMBER).refuses(429, "rate_limited");
    }

    private static void found(Lab lab) throws IOException, InterruptedException {
        Account owner = lab.fresh("finder-0");
        long number = opened(lab, owner, lab.room(owner, fields -> {}));
        for (int i = 0; i < MAX_LOOKUPS_OF_NUMBER; i++) {
            find(lab, lab.fresh("finder-" + (1 + i / MAX_LOOKUPS_OF_ACCOUNT)), number)
                    .is(200);
        }
        find(lab, owner, number).refuses(404, "nameplate_not_found");
    }

    private static void expired(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        long number = opened(lab, lab.owner(), room);
        for (Duration passed = STEP; passed.compareTo(LIFETIME) < 0; passed = passed.plus(STEP)) {
            lab.pass(STEP);
            lab.announce(room).is(200);
        }
        find(lab, lab.guest(), number).is(200);
        lab.pass(STEP.plusMillis(500));
        find(lab, lab.guest(), number).refuses(404, "nameplate_not_found");
    }
}
