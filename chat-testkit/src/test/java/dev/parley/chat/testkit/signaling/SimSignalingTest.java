package dev.parley.chat.testkit.signaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.testkit.sim.NetworkProfile;
import dev.parley.chat.testkit.sim.SimNetwork;
import dev.parley.chat.testkit.sim.SimSignaling;
import dev.parley.chat.testkit.sim.SimWorker;
import dev.parley.chat.testkit.sim.VirtualEnvironment;
import dev.parley.chat.testkit.sim.VirtualTime;
import dev.parley.chat.transport.Signaling;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

final class SimSignalingTest extends SignalingContract {

    private final VirtualTime time = new VirtualTime();
    private final VirtualEnvironment environment = new VirtualEnvironment(time, 1, Duration.ZERO);
    private final SimNetwork network = new SimNetwork(time, 2, NetworkProfile.perfect());
    private final SimWorker worker = new SimWorker(1_000);

    /** What listeners throw is no failure of these tests: some throw on purpose, and the rest is written down. */
    SimSignalingTest() {
        network.whenListenerFails(failure -> {});
    }

    @Override
    protected Signaling newSignaling(String account) {
        return new SimSignaling(network, worker, account);
    }

    @Override
    protected Executor newOwner(String name) {
        return environment.newSerialExecutor(name);
    }

    @Override
    protected void await(BooleanSupplier condition) {
        assertThat(time.runUntil(condition, Duration.ofMinutes(2))).isTrue();
    }

    @Override
    protected void letPass(Duration duration) {
        time.runFor(duration);
    }

    @Override
    protected void workerDown() {
        network.workerDown(true);
    }

    @Override
    protected void workerUp() {
        network.workerDown(false);
    }
}
