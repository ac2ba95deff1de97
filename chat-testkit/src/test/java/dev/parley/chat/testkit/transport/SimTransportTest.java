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
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
                    public void onFrame(byte[] frame) {
                        told.add(role + " got " + frame.length + " bytes");
                    }

                    @Override
                    public void onEphemeral(byte[] frame) {
                        told.add(role + " ephemeral " + frame.length + " bytes");
                    }

                    @Override
                    public void onPath(PathState state) {
                        told.add(role + " " + state);
                    }

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
    void anAddressThatChangesInterruptsTheLinkUntilItIsRestarted() {
        PeerLink initiator = open(newTransport("a"), Transport.LinkRole.INITIATOR, toBen);
        PeerLink responder = open(newTransport("b"), Transport.LinkRole.RESPONDER, toAda);
        carry(initiator, responder);
        network.changeAddress("b");
        assertThat(responder.send(new byte[1])).isTrue();
        time.runFor(Duration.ofSeconds(6));
        assertThat(told)
                .containsExactlyInAnyOrder(
                        "INITIATOR open", "RESPONDER open", "INITIATOR INTERRUPTED", "RESPONDER INTERRUPTED");
        assertThat(initiator.sendEphemeral(new byte[1])).isFalse();
        told.clear();

        assertThat(responder.restartIce()).isTrue();
        carry(initiator, responder);

        assertThat(told)
                .containsExactlyInAnyOrder("INITIATOR CONNECTED", "RESPONDER CONNECTED", "INITIATOR got 1 bytes");
    }

    @Test
    void aLinkWhoseHostHasAnotherAddressIsGivenUpWithoutARestart() {
        PeerLink initiator = open(newTransport("a"), Transport.LinkRole.INITIATOR, toBen);
        PeerLink responder = open(newTransport("b"), Transport.LinkRole.RESPONDER, toAda);
        carry(initiator, responder);
        network.changeAddress("b");
        responder.send(new byte[1]);
        time.runFor(Duration.ofMinutes(1));

        assertThat(told).contains("RESPONDER closed NO_CONNECTION NETWORK");
    }

    @Test
    void ephemeralFramesAreLostAndDoubledAsTheNetworkIs() {
        network.become(NetworkProfile.terrible());
        PeerLink initiator = open(newTransport("a"), Transport.LinkRole.INITIATOR, toBen);
        PeerLink responder = open(newTransport("b"), Transport.LinkRole.RESPONDER, toAda);
        carry(initiator, responder);
        told.clear();

        int sent = 1_000;
        for (int i = 1; i <= sent; i++) {
            assertThat(initiator.sendEphemeral(new byte[i])).isTrue();
            time.runFor(Duration.ofMillis(50));
        }
        time.runFor(Duration.ofSeconds(1));

        assertThat(told)
                .isNotEqualTo(told.stream()
                        .sorted(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()))
                        .toList());
        List<String> kinds = told.stream().distinct().toList();
        assertThat(sent - kinds.size()).as("lost").isBetween(sent * 25 / 100, sent * 35 / 100);
        assertThat(told.size() - kinds.size()).as("doubled").isBetween(sent * 4 / 100, sent * 10 / 100);
    }

    @Test
    void ephemeralFramesPastTheBufferAreDropped() {
        PeerLink initiator = open(newTransport("a"), Transport.LinkRole.INITIATOR, toBen);
        PeerLink responder = open(newTransport("b"), Transport.LinkRole.RESPONDER, toAda);
        carry(initiator, responder);
        int fit = PeerLink.MAX_BUFFERED_EPHEMERAL_BYTES / 1_024;

        for (int i = 0; i < fit; i++) {
            assertThat(initiator.sendEphemeral(new byte[1_024])).isTrue();
        }
        assertThat(initiator.sendEphemeral(new byte[1])).isFalse();
        time.runFor(Duration.ofSeconds(1));
        assertThat(initiator.sendEphemeral(new byte[1])).isTrue();
    }

    /** Carries signals until there are none left. */
    private void carry(PeerLink initiator, PeerLink responder) {
        time.runFor(Duration.ofSeconds(1));
        while (!toBen.isEmpty() || !toAda.isEmpty()) {
            List.copyOf(toBen).forEach(responder::accept);
            List.copyOf(toAda).forEach(initiator::accept);
            toBen.clear();
            toAda.clear();
            time.runFor(Duration.ofSeconds(1));
        }
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
