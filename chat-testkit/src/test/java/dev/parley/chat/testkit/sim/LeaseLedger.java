package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.PeerId;
import dev.parley.chat.transport.Lease;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Keeps book of who was told to hold the lease of a room, and of every change of its group that went over a link, and
 * fails at the very moment at which a rule is broken:
 *
 * <ol>
 *   <li>who changes the group holds the lease, as it was told, by the time that it counts itself;
 *   <li>no two peers change the group under one fence;
 *   <li>no two peers change the group under leases that run at the same time;
 *   <li>the fences of the changes that reach a peer never become less.
 * </ol>
 */
final class LeaseLedger implements SimNetwork.Tap {

    private static final byte WELCOME = 0x04;
    private static final byte COMMIT = 0x11;

    private record Holding(long fence, long untilNanos) {}

    private final VirtualTime time;
    private final Map<String, Holding> holdings = new LinkedHashMap<>();
    private final Map<String, Holding> committed = new LinkedHashMap<>();
    private final Map<Long, String> committers = new HashMap<>();
    private final IdentityHashMap<byte[], Long> underWay = new IdentityHashMap<>();
    private final Map<String, Long> greatestArrived = new HashMap<>();
    private boolean isLeaseDue;
    private long changes;

    LeaseLedger(VirtualTime time) {
        this.time = time;
    }

    /** What the worker answers, on its way to each client. */
    Misbehaviour notes() {
        return new Misbehaviour() {
            @Override
            public Lease lease(EvilWorker worker, String client, PeerId asker, Lease truth) {
                if (truth.holder().equals(asker)) {
                    told(client, truth.fence(), truth.validFor());
                }
                return truth;
            }
        };
    }

    void told(String peer, long fence, Duration validFor) {
        holdings.put(peer, new Holding(fence, time.nowNanos() + validFor.toNanos()));
    }

    /** From now on the room has deputies, and it takes a lease to change its group. */
    void leaseIsDue() {
        isLeaseDue = true;
    }

    /** A peer's process has ended, or it has given the lease back: it changes nothing any more. */
    void gone(String peer) {
        holdings.remove(peer);
        committed.remove(peer);
    }

    /** A process that is started again knows of nothing. */
    void restarted(String peer) {
        greatestArrived.remove(peer);
    }

    /** The worker has lost its leases, and may give one while another still runs. What follows is held to the rules. */
    void workerForgot() {
        committed.clear();
        committers.clear();
    }

    /** How many changes went over links under leases. */
    long changes() {
        return changes;
    }

    /** Who has changed the group under leases. */
    Set<String> committers() {
        return new HashSet<>(committers.values());
    }

    @Override
    public void sent(String from, String to, byte[] frame) {
        if (!isLeaseDue || (frame[0] != COMMIT && frame[0] != WELCOME)) {
            return;
        }
        Holding holding = holdings.get(from);
        assertThat(holding)
                .as("%s changes the group at %s without ever having held the lease", from, now())
                .isNotNull();
        if (holding == null) {
            return;
        }
        assertThat(time.nowNanos())
                .as("%s changes the group at %s after the end of its lease, fence %s", from, now(), holding.fence())
                .isLessThan(holding.untilNanos());
        assertThat(committers.computeIfAbsent(holding.fence(), unused -> from))
                .as("who changes the group under fence %s", holding.fence())
                .isEqualTo(from);
        committed.forEach((peer, other) -> {
            if (!peer.equals(from)) {
                assertThat(other.untilNanos())
                        .as("end of the lease of %s, when %s changes the group as well, at %s", peer, from, now())
                        .isLessThanOrEqualTo(time.nowNanos());
            }
        });
        committed.put(from, holding);
        underWay.put(frame, holding.fence());
        changes++;
    }

    @Override
    public void arrived(String from, String to, byte[] frame) {
        Long fence = underWay.remove(frame);
        if (fence != null) {
            assertThat(fence)
                    .as("fence of the change by %s that reaches %s at %s", from, to, now())
                    .isGreaterThanOrEqualTo(greatestArrived.getOrDefault(to, 0L));
            greatestArrived.put(to, fence);
        }
    }

    private Duration now() {
        return Duration.ofNanos(time.nowNanos());
    }
}
