package dev.parley.chat.testkit.sim;

import java.time.Duration;

/**
 * What a simulated network does to what is sent over it. Loss on a link shows as delay, since a data channel sends
 * again; loss of an ephemeral frame, or on the way to the signaling worker, loses it for good.
 *
 * @param latency from one side to the other
 * @param jitter added at random, up to this, to each packet by itself: ephemeral frames that are sent within it
 *     overtake each other
 * @param loss probability that a packet is lost, 0…1
 * @param duplication probability that a signaling message or an ephemeral frame arrives twice, 0…1
 * @param retransmission how long a link takes to send a lost packet again
 */
public record NetworkProfile(
        Duration latency, Duration jitter, double loss, double duplication, Duration retransmission) {

    /** Checks the probabilities. */
    public NetworkProfile {
        if (!(loss >= 0 && loss < 1) || !(duplication >= 0 && duplication < 1)) {
            throw new IllegalArgumentException("a probability is from 0 to below 1");
        }
    }

    /**
     * Returns a network without faults.
     *
     * @return 1 ms of latency, nothing else
     */
    public static NetworkProfile perfect() {
        return new NetworkProfile(Duration.ofMillis(1), Duration.ZERO, 0, 0, Duration.ofMillis(200));
    }

    /**
     * Returns a home network.
     *
     * @return 5 ms of latency, 10 ms of jitter, 1% loss, 1% duplication
     */
    public static NetworkProfile wifi() {
        return new NetworkProfile(Duration.ofMillis(5), Duration.ofMillis(10), 0.01, 0.01, Duration.ofMillis(200));
    }

    /**
     * Returns a mobile network.
     *
     * @return 60 ms of latency, 80 ms of jitter, 5% loss, 2% duplication
     */
    public static NetworkProfile cellular() {
        return new NetworkProfile(Duration.ofMillis(60), Duration.ofMillis(80), 0.05, 0.02, Duration.ofMillis(300));
    }

    /**
     * Returns a network over a satellite.
     *
     * @return 300 ms of latency, 50 ms of jitter, 3% loss, 1% duplication
     */
    public static NetworkProfile satellite() {
        return new NetworkProfile(Duration.ofMillis(300), Duration.ofMillis(50), 0.03, 0.01, Duration.ofSeconds(1));
    }

    /**
     * Returns a network that is hardly usable.
     *
     * @return 40 ms of latency, 200 ms of jitter, 30% loss, 10% duplication
     */
    public static NetworkProfile terrible() {
        return new NetworkProfile(Duration.ofMillis(40), Duration.ofMillis(200), 0.3, 0.1, Duration.ofMillis(300));
    }
}
