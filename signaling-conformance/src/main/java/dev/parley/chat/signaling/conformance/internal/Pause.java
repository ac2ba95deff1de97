package dev.parley.chat.signaling.conformance.internal;

import java.time.Duration;

/** Lets time pass at the worker. */
@FunctionalInterface
public interface Pause {
    Pause REAL = duration -> Thread.sleep(duration.toMillis());

    void pass(Duration duration) throws InterruptedException;
}
