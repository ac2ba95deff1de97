package dev.parley.chat.worker;

import java.time.Duration;
import java.util.Optional;

/**
 * Hears of each request that was answered, for a log. What it hears can be written down: no token, address, account,
 * room, payload or query is in it.
 */
@FunctionalInterface
public interface RequestLog {
    /**
     * A request was answered. Called on a thread of the worker that serves others as well: it must not block for long,
     * and what it throws is lost.
     *
     * @param entry what there is to say
     */
    void answered(Entry entry);

    /**
     * One request and its answer.
     *
     * @param method of HTTP, or {@code other} for one that no route has
     * @param route the template of the path, such as {@code /v1/rooms/{roomId}}, or {@code other} for no route
     * @param status of HTTP; 101 for a WebSocket
     * @param code of the problem that it was refused with, such as {@code room_full}
     * @param duration from the headers of the request to the end of the answer
     * @param account a keyed hash of the account, the same for the same account; empty without a good token
     * @param address a keyed hash of the client's address, the same for the same address
     */
    record Entry(
            String method,
            String route,
            int status,
            Optional<String> code,
            Duration duration,
            Optional<String> account,
            String address) {}
}
