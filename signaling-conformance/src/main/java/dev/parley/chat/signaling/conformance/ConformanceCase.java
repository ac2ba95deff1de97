package dev.parley.chat.signaling.conformance;

import java.time.Duration;

/**
 * One thing that docs/signaling.md promises.
 *
 * @param name a sentence that says it; unique
 * @param section of docs/signaling.md that it stands in
 * @param waits for how long the case only lets time pass; zero for most
 */
public record ConformanceCase(String name, String section, Duration waits) {

    /**
     * Says whether the case runs only when asked for.
     *
     * @return whether it waits
     * @see Target.Builder#slow(boolean)
     */
    public boolean isSlow() {
        return !waits.isZero();
    }
}
