package dev.parley.chat.testkit.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason;
import dev.parley.chat.testkit.sim.NetworkProfile;
import dev.parley.chat.testkit.sim.SimNetwork;
import dev.parley.chat.testkit.sim.SimTransport;
import dev.parley.chat.testkit.sim.VirtualEnvironment;
import dev.parley.chat.testkit.sim.VirtualTime;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

final class SimTransportTest extends TransportContract {

    private final VirtualTime time = new VirtualTime();
    private final VirtualEnvironment environment = new VirtualEnvironment(time, 1, Duration.ZERO);
    private final SimNetwork network = new SimNetwork(time, 2, NetworkProfile.cellular());

    /** What listeners throw is no failure of these tests: some throw on purpose, and the rest is written down. */
    SimTransportTest() {
        network.whenListenerFails(failure -> {});
    }

    @Override
    protected Transport newTransport(String process) {
        return new SimTransport(network, process);
    }

    @Override
    protected Executor newOwner(String name) {
        return environment.newSerialExecutor(name);
    }

    @Override
    protected void await(BooleanSupplier condition) {
        assertThat(time.runUntil(condition, Duration.ofMinutes(2))).isTrue();
    }

    /** Two ends whose signals a test carries by hand, at the moment that it wants. */
    private final List<LinkSignal> toBen = new ArrayList<>();

    private final List<LinkSignal> toAda = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    private PeerLink open(Transport transport, Transport.LinkRole role, List<LinkSignal> signals) {
        return transport.open(
                role, IceConfig.defaults(), environment.newSerialExecutor("owner"), new PeerLinkListener() {
                    @Override
                    public void onSignal(LinkSignal signal) {
                        signals.add(signal);
                    }

                    @Override
                    public void onOpen() {
                        told.add(role + " open");
                    }

                    @Override
                    public void onFrame(byte[] frame) {}

                    @Override
                    public void onClosed(CloseReason reason) {
                        told.add(role + " closed " + reason.code() + " " + reason.origin());
                    }
                });
    }

    @Test
    void aLinkThatIsClosedWhileTheOtherSideOpensEndsThereToo() {
        PeerLink initiator = open(newTransport("a"), Transport.LinkRole.INITIATOR, toBen);
        PeerLink responder = open(newTransport("b"), Transport.LinkRole.RESPONDER, toAda);
        time.runFor(Duration.ofSeconds(1));
        toBen.forEach(responder::accept);
        time.runFor(Duration.ofSeconds(1));

        initiator.accept(toAda.get(0));
        initiator.close();
        time.runFor(Duration.ofSeconds(5));

        assertThat(told).containsExactly("INITIATOR closed LEFT LOCAL", "RESPONDER open", "RESPONDER closed LEFT PEER");
    }

    @Test
    void aLinkDoesNotOpenToOneThatIsClosed() {
        PeerLink initiator = open(newTransport("a"), Transport.LinkRole.INITIATOR, toBen);
        PeerLink responder = open(newTransport("b"), Transport.LinkRole.RESPONDER, toAda);
        time.runFor(Duration.ofSeconds(1));
        toBen.forEach(responder::accept);
        time.runFor(Duration.ofSeconds(1));

        // The goodbye is lost in a partition, and the answer arrives all the same.
        network.moveTo("b", 1);
        responder.close();
        initiator.accept(toAda.get(0));
        time.runFor(Duration.ofMinutes(1));

        assertThat(told).containsExactly("RESPONDER closed LEFT LOCAL", "INITIATOR closed NO_CONNECTION NETWORK");
    }
}
