package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.crypto.RoomCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rooms that outlive who leads them, from many seeds, while all speak all the time. {@link LeaseLedger} watches every
 * change of the group as it happens. {@code -Dparley.sim.seeds=N} runs N seeds, {@code -Dparley.sim.seed=S} the one
 * that failed.
 */
class CommitterChangeSimulationTest {

    private static final int DEFAULT_SEEDS = 100;

    /** A PING and a PONG for each link, which go on at rest. */
    private static final long MAX_BYTES_AT_REST = 8 * 2 * 9;

    /** A room code is slow to compute, as it should be: in one seed of so many. */
    private static final int CODES_EVERY = 8;

    /** A lease runs for 30 s after its holder is gone, and a participant tries for 60 s to come back. */
    private static final Duration TAKEOVER = Duration.ofSeconds(55);

    private static final Duration SETTLING = Duration.ofSeconds(90);

    /** What happens to a room, each for as many seeds as the others. */
    private enum Disturbance {
        HOST_CRASHES,
        HOST_LEAVES,
        /** The host is cut off from the worker, and on an island with some of the others. */
        HOST_ON_AN_ISLAND,
        /** The host is cut off from all. */
        HOST_ALONE,
        /** The host is cut off from the worker, and from nobody else. */
        HOST_WITHOUT_WORKER,
        /** The first deputy dies before, while or after it takes over. */
        DEPUTY_CRASHES_AFTER_HOST,
        /** The host's process dies, is started again, and joins its room as anybody would. */
        HOST_IS_STARTED_AGAIN,
        /** The worker is away for a while, and comes back with all it knew. */
        WORKER_RESTARTS,
        /** The worker has lost its rooms and its leases; then the host crashes, or does not. */
        WORKER_FORGETS,
        /** Nobody is left who may lead. */
        ALL_LEADERS_CRASH,
        /** One leader after the other is cut off and comes back. */
        LEADERS_CHANGE_OFTEN
    }

    static LongStream seeds() {
        Long only = Long.getLong("parley.sim.seed");
        return only != null
                ? LongStream.of(only)
                : LongStream.rangeClosed(1, Integer.getInteger("parley.sim.seeds", DEFAULT_SEEDS));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theRoomGoesOnWithOneLeaderAndLosesNothing(long seed) {
        Scenario scenario = new Scenario(seed);
        try {
            scenario.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + seed + " (" + scenario.disturbance + ") failed; run it alone with -Dparley.sim.seed="
                            + seed,
                    e);
        }
    }

    private static final class Scenario {
        private final Disturbance disturbance;
        private final SimWorld world;
        private final Random random;
        private final LeaseLedger ledger;
        private final SimPeer host;
        private final List<SimPeer> guests = new ArrayList<>();
        private final Set<SimPeer> dead = new HashSet<>();
        /** What had been told to others than its author when a peer began to join for the first time. */
        private final Map<SimPeer, Set<MessageId>> saidBefore = new HashMap<>();

        private final Set<SimPeer> fromTheBeginning = new HashSet<>();
        private final Visibility visibility;
        private @Nullable Invite invite;
        private int sent;
        private int deputies;

        Scenario(long seed) {
            Disturbance[] all = Disturbance.values();
            disturbance = all[(int) Math.floorMod(seed, (long) all.length)];
            NetworkProfile[] profiles = {NetworkProfile.perfect(), NetworkProfile.wifi(), NetworkProfile.cellular()};
            Random choice = new Random(~seed);
            world = new SimWorld(seed, profiles[choice.nextInt(profiles.length)]);
            visibility = choice.nextBoolean() ? Visibility.PUBLIC : Visibility.PRIVATE;
            random = world.random();
            ledger = new LeaseLedger(world.time());
            world.network().overhear(ledger);
            world.corruptWorker().behave(ledger.notes());
            host = peer("host");
            int count = 2 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                guests.add(peer("guest" + i));
            }
        }

        /** Clocks are wrong by minutes, and run a little faster or slower than they should. */
        private SimPeer peer(String name) {
            return world.peer(
                    name, Duration.ofSeconds(random.nextInt(600) - 300), 1 + (random.nextInt(21) - 10) / 1_000.0);
        }

        void run() {
            host.create(RoomOptions.builder("Simulation").visibility(visibility).build());
            assertThat(world.runUntil(host::isConnected, Duration.ofSeconds(30)))
                    .as("the room opens")
                    .isTrue();
            invite = host.room().invite();
            guests.forEach(this::join);
            assertThat(world.runUntil(() -> guests.stream().allMatch(SimPeer::isConnected), SETTLING))
                    .as("all come in")
                    .isTrue();
            // What somebody says while it does not see a newcomer yet is not for that one.
            assertThat(world.runUntil(
                            () -> world.peers().stream()
                                    .allMatch(peer -> peer.room().participants().size() == guests.size() + 1),
                            SETTLING))
                    .as("all see all")
                    .isTrue();
            fromTheBeginning.addAll(world.peers());
            nameDeputies();
            talk(3_000);
            disturb();
            heal();
            if (canGoOn()) {
                newcomer();
            }
            talk(5_000);
            world.runFor(SETTLING);
            if (canGoOn()) {
                check();
            } else {
                checkEnded();
            }
        }

        private Invite invite() {
            Invite known = invite;
            if (known == null) {
                throw new IllegalStateException("the room is not open yet");
            }
            return known;
        }

        private void join(SimPeer peer) {
            saidBefore.computeIfAbsent(peer, unused -> {
                Set<MessageId> before = new HashSet<>();
                for (SimPeer each : world.peers()) {
                    each.lives().stream()
                            .flatMap(List::stream)
                            .filter(message ->
                                    !message.sender().equals(each.identity().peerId()))
                            .forEach(message -> before.add(message.id()));
                }
                return before;
            });
            peer.join(invite());
        }

        private void nameDeputies() {
            deputies = disturbance == Disturbance.ALL_LEADERS_CRASH
                    ? 1 + random.nextInt(guests.size() - 1)
                    : 1 + random.nextInt(guests.size());
            List<PeerId> order = guests.subList(0, deputies).stream()
                    .map(guest -> guest.identity().peerId())
                    .toList();
            CompletableFuture<Void> named = host.room().nameDeputies(order);
            assertThat(world.runUntil(named::isDone, SETTLING)).isTrue();
            named.join();
            ledger.leaseIsDue();
            talk(5_000);
        }

        private void disturb() {
            SimNetwork network = world.network();
            switch (disturbance) {
                case HOST_CRASHES -> {
                    crash(host);
                    maybeNewcomer();
                    talk(TAKEOVER.toMillis());
                }
                case HOST_LEAVES -> {
                    ledger.gone(host.name());
                    CompletableFuture<?> unused = host.leave();
                    dead.add(host);
                    maybeNewcomer();
                    talk(10_000 + random.nextInt(30_000));
                }
                case HOST_ON_AN_ISLAND -> {
                    network.cutFromWorker(host.name(), true);
                    network.moveTo(host.name(), 1);
                    for (SimPeer guest : guests) {
                        if (random.nextBoolean()) {
                            network.moveTo(guest.name(), 1);
                            network.cutFromWorker(guest.name(), random.nextBoolean());
                        }
                    }
                    talk(random.nextInt((int) TAKEOVER.toMillis()));
                }
                case HOST_ALONE -> {
                    network.cutFromWorker(host.name(), true);
                    network.moveTo(host.name(), 1);
                    talk(random.nextInt((int) TAKEOVER.toMillis()));
                }
                case HOST_WITHOUT_WORKER -> {
                    network.cutFromWorker(host.name(), true);
                    talk(random.nextInt((int) TAKEOVER.toMillis()));
                    network.moveTo(guests.get(random.nextInt(guests.size())).name(), 1);
                    talk(random.nextInt(40_000));
                }
                case DEPUTY_CRASHES_AFTER_HOST -> {
                    crash(host);
                    if (deputies > 1) {
                        talk(random.nextInt(45_000));
                        crash(guests.get(0));
                    }
                    talk(TAKEOVER.toMillis());
                }
                case HOST_IS_STARTED_AGAIN -> {
                    crash(host);
                    talk(random.nextInt(45_000));
                    restart(host);
                    talk(TAKEOVER.toMillis());
                }
                case WORKER_RESTARTS -> {
                    network.workerDown(true);
                    talk(random.nextInt(20_000));
                    if (random.nextBoolean()) {
                        crash(host);
                    }
                    talk(random.nextInt(20_000));
                    network.workerDown(false);
                    talk(TAKEOVER.toMillis());
                }
                case WORKER_FORGETS -> {
                    world.worker().forgetRooms();
                    ledger.workerForgot();
                    // Until the host has announced the room anew, nobody can find anybody.
                    talk(10_000 + random.nextInt(10_000));
                    if (random.nextBoolean()) {
                        crash(host);
                        talk(TAKEOVER.toMillis());
                    }
                }
                case ALL_LEADERS_CRASH -> {
                    crash(host);
                    talk(random.nextInt(45_000));
                    guests.subList(0, deputies).forEach(this::crash);
                    talk(TAKEOVER.toMillis());
                }
                case LEADERS_CHANGE_OFTEN -> {
                    for (int i = 0; i < 3; i++) {
                        Optional<SimPeer> leader = leader();
                        leader.ifPresent(peer -> {
                            network.cutFromWorker(peer.name(), true);
                            network.moveTo(peer.name(), 1);
                        });
                        talk(20_000 + random.nextInt(25_000));
                        leader.ifPresent(peer -> {
                            network.cutFromWorker(peer.name(), false);
                            network.moveTo(peer.name(), 0);
                        });
                        talk(random.nextInt(15_000));
                    }
                }
            }
        }

        private void heal() {
            world.network().heal();
            rejoinTheLost();
            world.runUntil(() -> living().stream().allMatch(SimPeer::isConnected), SETTLING);
            rejoinTheLost();
            world.runUntil(() -> living().stream().allMatch(SimPeer::isConnected), SETTLING);
        }

        /** Whether anybody lives who may lead. */
        private boolean canGoOn() {
            return !dead.contains(host)
                    || guests.subList(0, deputies).stream().anyMatch(guest -> !dead.contains(guest));
        }

        private Optional<SimPeer> leader() {
            return living().stream()
                    .filter(SimPeer::isConnected)
                    .filter(peer -> peer.room().self().role() == Participant.Role.HOST)
                    .findFirst();
        }

        private void maybeNewcomer() {
            if (random.nextBoolean()) {
                newcomer();
            }
        }

        /** Somebody joins by the invite that the host has given out at the beginning. */
        private void newcomer() {
            SimPeer newcomer = peer("newcomer" + world.peers().size());
            guests.add(newcomer);
            join(newcomer);
        }

        /** Who gave up while nobody led comes back. */
        private void rejoinTheLost() {
            for (SimPeer peer : living()) {
                if (canGoOn()
                        && (peer.entering().isCompletedExceptionally()
                                || peer.closeReason().isPresent())) {
                    assertThat(peer.closeReason().map(CloseReason::code))
                            .as("why %s gave up", peer)
                            .isIn(
                                    Optional.empty(),
                                    Optional.of(CloseReason.Code.NO_CONNECTION),
                                    Optional.of(CloseReason.Code.ROOM_NOT_FOUND),
                                    Optional.of(CloseReason.Code.SIGNALING_UNREACHABLE));
                    crash(peer);
                    restart(peer);
                }
            }
        }

        private void crash(SimPeer peer) {
            peer.crash();
            ledger.gone(peer.name());
            dead.add(peer);
        }

        private void restart(SimPeer peer) {
            peer.restart();
            ledger.restarted(peer.name());
            dead.remove(peer);
            join(peer);
        }

        private List<SimPeer> living() {
            return world.peers().stream().filter(peer -> !dead.contains(peer)).toList();
        }

        private void talk(long millis) {
            long left = millis;
            while (left > 0) {
                for (SimPeer peer : living()) {
                    if (peer.isInRoom() && random.nextInt(6) == 0) {
                        CompletableFuture<MessageId> unused = peer.send("message " + sent++);
                    }
                }
                long pause = Math.min(left, 1 + random.nextInt(2_000));
                world.runFor(Duration.ofMillis(pause));
                left -= pause;
            }
            nothingTwice();
        }

        private void nothingTwice() {
            for (SimPeer peer : world.peers()) {
                for (List<ChatMessage> life : peer.lives()) {
                    assertThat(ids(life)).as("%s hears each once", peer).doesNotHaveDuplicates();
                }
            }
        }

        private void check() {
            nothingTwice();
            Set<PeerId> leaders = new LinkedHashSet<>();
            Set<PeerId> alive = new HashSet<>();
            Set<Optional<RoomCode>> codes = new HashSet<>();
            living().forEach(peer -> alive.add(peer.identity().peerId()));
            for (SimPeer peer : living()) {
                assertThat(peer.isConnected())
                        .as("%s is connected; closed for %s, entering %s", peer, peer.closeReason(), peer.entering())
                        .isTrue();
                assertThat(peer.room().participants().stream().map(Participant::id))
                        .as("who is there, as %s sees it", peer)
                        .containsExactlyInAnyOrderElementsOf(alive);
                for (Participant participant : peer.room().participants()) {
                    if (participant.role() == Participant.Role.HOST) {
                        leaders.add(participant.id());
                    }
                }
                if (codes.size() < 2 && world.seed() % CODES_EVERY == 0) {
                    codes.add(peer.room().roomCode());
                }
                assertThat(peer.room().queuedBytes())
                        .as("bytes that wait at %s at rest", peer)
                        .isLessThanOrEqualTo(MAX_BYTES_AT_REST);
                assertThat(peer.store().outbox(invite().room(), peer.identity().peerId(), 10))
                        .as("outbox of %s", peer)
                        .isEmpty();
            }
            assertThat(leaders).as("one leads").hasSize(1);
            assertThat(codes).as("one room code").hasSizeLessThanOrEqualTo(1);
            assertThat(ledger.changes()).as("changes under leases").isPositive();
            for (SimPeer peer : living()) {
                Set<MessageId> heard = new HashSet<>();
                peer.lives().forEach(life -> heard.addAll(ids(life)));
                if (fromTheBeginning.contains(peer)) {
                    for (SimPeer author : living()) {
                        assertThat(heard)
                                .as("%s hears what %s said", peer, author)
                                .containsAll(author.accepted());
                    }
                } else {
                    assertThat(heard)
                            .as("%s hears nothing of what was said before it came", peer)
                            .doesNotContainAnyElementsOf(saidBefore.get(peer));
                }
            }
        }

        /** Nobody who lives may lead: whoever is left alone was told that there is no way any more. */
        private void checkEnded() {
            nothingTwice();
            for (SimPeer peer : living()) {
                boolean talks = peer.isConnected()
                        && living().stream().filter(SimPeer::isConnected).count() > 1;
                assertThat(talks
                                || peer.closeReason()
                                        .map(CloseReason::code)
                                        .equals(Optional.of(CloseReason.Code.NO_CONNECTION)))
                        .as("%s is out, or not alone: %s", peer, peer.closeReason())
                        .isTrue();
            }
        }

        private static List<MessageId> ids(List<ChatMessage> messages) {
            return messages.stream().map(ChatMessage::id).toList();
        }
    }
}
