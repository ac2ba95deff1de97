package dev.parley.chat.testkit.sim;

import dev.parley.chat.transport.Signaling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A world of processes that chat: virtual time, one network, one signaling worker, all drawn from one seed. The rooms
 * in it are the real ones, driven by the real driver over simulated links.
 *
 * <pre>{@code
 * SimWorld world = new SimWorld(42, NetworkProfile.wifi());
 * SimPeer ada = world.peer("Ada");
 * SimPeer ben = world.peer("Ben");
 * ada.create(RoomOptions.named("Tea"));
 * world.runUntil(ada::isConnected, Duration.ofSeconds(30));
 * ben.join(ada.room().invite());
 * }</pre>
 *
 * <p>Used by one thread.
 */
public final class SimWorld {

    private static final int WORKER_CAPACITY = 1_000;

    private final long seed;
    private final Random random;
    private final VirtualTime time = new VirtualTime();
    private final SimNetwork network;
    private final SimWorker worker = new SimWorker(WORKER_CAPACITY);
    private final List<SimPeer> peers = new ArrayList<>();
    private @Nullable EvilWorker evil;

    /**
     * Makes a world without peers.
     *
     * @param seed all that is random in it follows from this
     * @param profile what its network is like
     */
    public SimWorld(long seed, NetworkProfile profile) {
        this.seed = seed;
        this.random = new Random(seed);
        this.network = new SimNetwork(time, random.nextLong(), profile);
    }

    /**
     * Returns the seed.
     *
     * @return what the world was made with
     */
    public long seed() {
        return seed;
    }

    /**
     * Returns the time.
     *
     * @return the world's time
     */
    public VirtualTime time() {
        return time;
    }

    /**
     * Returns the network.
     *
     * @return the world's network
     */
    public SimNetwork network() {
        return network;
    }

    /**
     * Returns the signaling worker.
     *
     * @return the world's worker
     */
    public SimWorker worker() {
        return worker;
    }

    /**
     * Puts an evil worker before the true one. Peers that are added, or started again, from now on reach the worker
     * through it. Called again, it returns the same.
     *
     * @return the evil worker, which behaves until it is told otherwise
     */
    public EvilWorker corruptWorker() {
        EvilWorker present = evil;
        if (present == null) {
            long evilSeed = random.nextLong();
            present = new EvilWorker(evilSeed, new VirtualEnvironment(time, evilSeed, Duration.ZERO));
            evil = present;
        }
        return present;
    }

    /** The way of a peer to the worker, past the evil one if there is one. */
    Signaling wayToWorker(String name, Signaling honest) {
        EvilWorker present = evil;
        return present == null ? honest : present.between(name, honest);
    }

    /**
     * Returns randomness for the scenario.
     *
     * @return drawn from the seed
     */
    public Random random() {
        return random;
    }

    /**
     * Adds a peer with an identity of its own, and starts its process.
     *
     * @param name its name, and that of its host in the network
     * @return the peer
     */
    public SimPeer peer(String name) {
        return peer(name, Duration.ZERO);
    }

    /**
     * Adds a peer whose wall clock is wrong.
     *
     * @param name its name, and that of its host in the network
     * @param clockSkew how far its clock is ahead
     * @return the peer
     */
    public SimPeer peer(String name, Duration clockSkew) {
        return peer(name, clockSkew, 1);
    }

    /**
     * Adds a peer whose clocks are wrong, and run faster or slower than the others.
     *
     * @param name its name, and that of its host in the network
     * @param clockSkew how far its wall clock is ahead at the beginning of the simulation
     * @param clockRate how many seconds its clocks count in one second of the simulation
     * @return the peer
     */
    public SimPeer peer(String name, Duration clockSkew, double clockRate) {
        SimPeer peer = new SimPeer(this, name, clockSkew, clockRate);
        peers.add(peer);
        return peer;
    }

    /**
     * Returns all peers.
     *
     * @return in the order of adding
     */
    public List<SimPeer> peers() {
        return List.copyOf(peers);
    }

    /**
     * Lets time pass.
     *
     * @param duration how long
     */
    public void runFor(Duration duration) {
        time.runFor(duration);
    }

    /**
     * Lets time pass until something holds.
     *
     * @param condition looked at after every event
     * @param limit the longest time to pass
     * @return whether the condition holds
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        return time.runUntil(condition, limit);
    }
}
