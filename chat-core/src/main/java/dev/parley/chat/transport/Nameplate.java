package dev.parley.chat.transport;

import java.time.Duration;

/**
 * A short number under which a room can be found for a while: the part of a pairing code that is no secret.
 *
 * @param number 1 or more, as short as the worker has one free
 * @param validFor how long it can be found, from the moment at which the worker answered
 */
public record Nameplate(int number, Duration validFor) {}
