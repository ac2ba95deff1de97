package dev.parley.chat.testkit.signaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.testkit.signaling.HostedRoom.Visibility;
import dev.parley.chat.testkit.sim.NetworkProfile;
import dev.parley.chat.testkit.sim.SimNetwork;
import dev.parley.chat.testkit.sim.SimSignaling;
import dev.parley.chat.testkit.sim.SimWorker;
import dev.parley.chat.testkit.sim.VirtualEnvironment;
import dev.parley.chat.testkit.sim.VirtualTime;
import dev.parley.chat.transport.Lease;
import dev.parley.chat.transport.Signaling;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases over a simulated network that takes its time: 100 ms each way. */
class SimLeaseTest {

    private static final Duration ONE_WAY = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final VirtualTime time = new VirtualTime();
    private final VirtualEnvironment environment = new VirtualEnvironment(time, 1, Duration.ZERO);
    private final SimNetwork network =
            new SimNetwork(time, 2, new NetworkProfile(ONE_WAY, Duration.ZERO, 0, 0, Duration.ofSeconds(1)));
    private final SimWorker worker = new SimWorker(10);
    private final HostedRoom room = HostedRoom.of(Visibility.PRIVATE, 3, "Tea");
    private final Identity deputy = Identity.generate();
    private final Signaling ada = new SimSignaling(network, worker, "ada");
    private final Signaling ben = new SimSignaling(network, worker, "ben");
    private SessionProbe one;
    private SessionProbe two;

    @BeforeEach
    void connect() {
        done(ada.announce(room.id(), room.descriptor()));
        done(ada.publishSuccession(room.id(), room.succession(1, deputy)));
        one = new SessionProbe(ada, room.id(), room.host().peerId(), environment.newSerialExecutor("one"));
        two = new SessionProbe(ben, room.id(), deputy.peerId(), environment.newSerialExecutor("two"));
        assertThat(time.runUntil(() -> one.isConnected() && two.isConnected(), PATIENCE))
                .isTrue();
    }

    private <T> T done(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        assertThat(time.runUntil(future::isDone, PATIENCE)).isTrue();
        return future.join();
    }

    @Test
    void theTimeOfALeaseCountsFromWhenItWasAskedFor() {
        assertThat(done(one.session.acquireLease(0)))
                .isEqualTo(new Lease(
                        room.host().peerId(), 1, Duration.ofSeconds(30).minus(ONE_WAY.multipliedBy(2))));
    }

    @Test
    void aHolderStopsBeforeTheWorkerGivesTheLeaseToAnother() {
        Duration own = done(one.session.acquireLease(0)).validFor();

        // Comes to the worker at the end of the lease by the count of its holder.
        time.runFor(own.minus(ONE_WAY));
        Lease seen = done(two.session.acquireLease(0));

        assertThat(seen.holder()).isEqualTo(room.host().peerId());
        time.runFor(seen.validFor());
        assertThat(done(two.session.acquireLease(0)).holder()).isEqualTo(deputy.peerId());
    }

    @Test
    void aLeaseWhoseAnswerIsLostIsHeldAndFoundAgain() {
        CompletableFuture<Lease> lost = one.session.acquireLease(0).toCompletableFuture();
        time.runFor(ONE_WAY.plusMillis(1));
        network.cutFromWorker("ada", true);
        assertThat(time.runUntil(lost::isDone, PATIENCE)).isTrue();
        assertThat(lost.handle((lease, failure) -> failure).join())
                .isInstanceOfSatisfying(
                        SignalingException.class,
                        failure -> assertThat(failure.problem()).isEqualTo(Problem.UNREACHABLE));

        assertThat(done(two.session.acquireLease(0)).holder())
                .as("the worker gave it")
                .isEqualTo(room.host().peerId());

        network.cutFromWorker("ada", false);
        time.runFor(Duration.ofSeconds(5));
        Lease again = done(one.session.acquireLease(0));
        assertThat(again.holder()).isEqualTo(room.host().peerId());
        assertThat(again.fence()).isEqualTo(2);
    }
}
