package dev.parley.chat.testkit.sim;

import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.Nameplate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The short numbers of the simulated worker, with the limits of docs/signaling.md. */
final class SimNameplates {

    private static final int MAX_NUMBERS_PER_ACCOUNT = 8;
    private static final int MAX_LOOKUPS = 20;
    private static final int MAX_LOOKUPS_PER_MINUTE = 10;
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final long REST_NANOS = Duration.ofMinutes(1).toNanos();

    /** A number that is open while it has a room, and rests until its time otherwise. */
    private static final class Plate {
        final String account;

        @Nullable
        RoomId room;

        long endsNanos;
        int lookups;

        Plate(String account, RoomId room, long endsNanos) {
            this.account = account;
            this.room = room;
            this.endsNanos = endsNanos;
        }

        void rest(long nowNanos) {
            room = null;
            endsNanos = nowNanos + REST_NANOS;
        }
    }

    private final Map<Integer, Plate> numbers = new HashMap<>();
    private final Map<String, Deque<Long>> lookups = new HashMap<>();
    private final Random random = new Random(1);

    Nameplate open(RoomId room, String account, Predicate<RoomId> isKnown, long nowNanos) {
        refresh(isKnown, nowNanos);
        long taken = numbers.values().stream()
                .filter(number -> number.account.equals(account))
                .count();
        if (taken >= MAX_NUMBERS_PER_ACCOUNT) {
            throw new SignalingException(Problem.RATE_LIMITED, "the account has its numbers");
        }
        int number = free();
        numbers.put(number, new Plate(account, room, nowNanos + LIFETIME.toNanos()));
        return new Nameplate(number, LIFETIME);
    }

    /** Draws from the shortest numbers of which less than half are taken. */
    private int free() {
        int low = 1;
        while (true) {
            int first = low;
            int end = low * 10;
            long taken = numbers.keySet().stream()
                    .filter(number -> number >= first && number < end)
                    .count();
            if (taken * 2 < end - first) {
                int drawn = first + random.nextInt(end - first);
                while (numbers.containsKey(drawn)) {
                    drawn = first + random.nextInt(end - first);
                }
                return drawn;
            }
            low = end;
        }
    }

    RoomId find(int number, String account, Predicate<RoomId> isKnown, long nowNanos) {
        Deque<Long> recent = lookups.computeIfAbsent(account, any -> new ArrayDeque<>());
        recent.removeIf(at -> nowNanos - at >= MINUTE_NANOS);
        if (recent.size() >= MAX_LOOKUPS_PER_MINUTE) {
            throw new SignalingException(Problem.RATE_LIMITED, "the account has looked up its numbers of this minute");
        }
        recent.add(nowNanos);
        refresh(isKnown, nowNanos);
        Plate found = numbers.get(number);
        RoomId room = found == null ? null : found.room;
        if (found == null || room == null) {
            throw new SignalingException(Problem.ROOM_NOT_FOUND, "there is no such number");
        }
        if (++found.lookups == MAX_LOOKUPS) {
            found.rest(nowNanos);
        }
        return room;
    }

    void close(int number, String account, long nowNanos) {
        Plate known = numbers.get(number);
        if (known != null && known.room != null && known.account.equals(account)) {
            known.rest(nowNanos);
        }
    }

    private void refresh(Predicate<RoomId> isKnown, long nowNanos) {
        numbers.values().removeIf(number -> number.room == null && nowNanos >= number.endsNanos);
        for (Plate number : numbers.values()) {
            RoomId room = number.room;
            if (room != null && (nowNanos >= number.endsNanos || !isKnown.test(room))) {
                number.rest(nowNanos);
            }
        }
    }
}
