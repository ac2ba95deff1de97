package dev.parley.chat.testkit.sim;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The simulated network between hosts, which are named by text. Delays, loses, and parts hosts from each other. */
public final class SimNetwork {

    /** Sees every frame of every link, as it is within the encryption of the link. Default: none. */
    public interface Tap {

        /**
         * A frame is sent.
         *
         * @param from the host that sends it
         * @param to the host that it is sent to
         * @param frame the frame; not to be changed
         */
        void sent(String from, String to, byte[] frame);

        /**
         * A frame is given to the listener of an open link.
         *
         * @param from the host that sent it
         * @param to the host that it has reached
         * @param frame the very array that was sent
         */
        void arrived(String from, String to, byte[] frame);
    }

    private static final String OFFER = "sim-offer-";

    private final VirtualTime time;
    private final Random random;
    private NetworkProfile profile;
    private final Map<String, Integer> islands = new HashMap<>();
    private final Map<String, Integer> addresses = new HashMap<>();
    private final Set<String> cutFromWorker = new HashSet<>();
    private boolean workerDown;
    private @Nullable Tap tap;
    private Consumer<Throwable> listenerFailures = failure -> {
        throw new AssertionError("a listener failed", failure);
    };

    final Map<String, SimTransport.SimLink> offers = new HashMap<>();
    final Set<SimTransport.SimLink> links = new java.util.LinkedHashSet<>();
    private long nextOffer = 1;

    /**
     * Makes a network.
     *
     * @param time the simulation's time
     * @param seed of the network's randomness
     * @param profile what it does to what is sent
     */
    public SimNetwork(VirtualTime time, long seed, NetworkProfile profile) {
        this.time = time;
        this.random = new Random(seed);
        this.profile = profile;
    }

    /**
     * Changes what the network does to what is sent from now on.
     *
     * @param newProfile the profile
     */
    public void become(NetworkProfile newProfile) {
        profile = newProfile;
    }

    /**
     * Puts a host on an island: it reaches only hosts of the same island. All begin on island 0. What is under way over
     * a link waits until the two hosts reach each other again, or the link is given up.
     *
     * @param host the host
     * @param island the island
     */
    public void moveTo(String host, int island) {
        islands.put(host, island);
        links.forEach(SimTransport.SimLink::resume);
    }

    /**
     * Gives a host another address: the links that it has now carry nothing any more. What is under way over one waits
     * until its ICE is restarted, or the link is given up. The host reaches the worker, and new links find it; a
     * session of before is not told anything until it has noticed.
     *
     * @param host the host
     */
    public void changeAddress(String host) {
        addresses.merge(host, 1, Integer::sum);
        List.copyOf(links).stream().filter(link -> link.isOf(host)).forEach(SimTransport.SimLink::breakPath);
    }

    /**
     * Cuts a host off the signaling worker, or joins it again.
     *
     * @param host the host
     * @param cut whether it is cut off
     */
    public void cutFromWorker(String host, boolean cut) {
        if (cut) {
            cutFromWorker.add(host);
        } else {
            cutFromWorker.remove(host);
        }
    }

    /**
     * Takes the signaling worker down for all, or brings it back. It keeps what it has stored.
     *
     * @param down whether it is down
     */
    public void workerDown(boolean down) {
        workerDown = down;
    }

    /** Puts everything right: no islands, the worker up, no faults. */
    public void heal() {
        islands.clear();
        cutFromWorker.clear();
        workerDown = false;
        profile = NetworkProfile.perfect();
        links.forEach(SimTransport.SimLink::resume);
    }

    /**
     * Sets what is done when a listener throws. The link or session of the listener lives on in any case. Default: the
     * failure goes through to the caller of {@link VirtualTime#runFor}, so that a simulation ends with it.
     *
     * @param handler is given what was thrown
     */
    public void whenListenerFails(Consumer<Throwable> handler) {
        listenerFailures = handler;
    }

    /**
     * Lets someone see all frames from now on.
     *
     * @param newTap who sees them, in the place of the one before
     */
    public void overhear(Tap newTap) {
        tap = newTap;
    }

    void sent(String from, String to, byte[] frame) {
        Tap present = tap;
        if (present != null) {
            present.sent(from, to, frame);
        }
    }

    void arrived(String from, String to, byte[] frame) {
        Tap present = tap;
        if (present != null) {
            present.arrived(from, to, frame);
        }
    }

    /** Calls a listener. The last thing to be done in a task. */
    void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            listenerFailures.accept(e);
        }
    }

    VirtualTime time() {
        return time;
    }

    boolean reach(String one, String other) {
        return islands.getOrDefault(one, 0).equals(islands.getOrDefault(other, 0));
    }

    boolean reachesWorker(String host) {
        return !workerDown && !cutFromWorker.contains(host);
    }

    /** Which address a host has, counted from 0. */
    int addressOf(String host) {
        return addresses.getOrDefault(host, 0);
    }

    /** How long the next packet of a link takes, lost copies included. */
    long linkDelayNanos() {
        long delay = onceNanos();
        while (random.nextDouble() < profile.loss()) {
            delay += profile.retransmission().toNanos();
        }
        return delay;
    }

    long onceNanos() {
        long jitter = profile.jitter().toNanos();
        return profile.latency().toNanos() + (jitter == 0 ? 0 : (long) (random.nextDouble() * jitter));
    }

    /** What a probe of a path takes there and back on average. */
    Duration roundTrip() {
        return profile.latency().multipliedBy(2).plus(profile.jitter());
    }

    boolean loses() {
        return random.nextDouble() < profile.loss();
    }

    boolean duplicates() {
        return random.nextDouble() < profile.duplication();
    }

    String register(SimTransport.SimLink initiator) {
        String offer = OFFER + nextOffer++;
        offers.put(offer, initiator);
        return offer;
    }

    /** Says which of the offers a registered one is: later ones have greater numbers. */
    static long numberOf(String offer) {
        return Long.parseLong(offer.substring(OFFER.length()));
    }

    long nextBinding() {
        return nextOffer++;
    }

    SimTransport.@Nullable SimLink initiatorOf(String offer) {
        return offers.get(offer);
    }

    /** After this long without a way between its hosts, the path of a link counts as interrupted, as with ICE. */
    static final Duration PATH_INTERRUPTION = Duration.ofSeconds(5);

    /** After this long without a way between its hosts, a link is given up, as ICE would. */
    static final Duration LINK_FAILURE = Duration.ofSeconds(25);

    /** A link is not given up before this long after the last ICE restart. */
    static final Duration RESTART_TIMEOUT = Duration.ofSeconds(30);
}
