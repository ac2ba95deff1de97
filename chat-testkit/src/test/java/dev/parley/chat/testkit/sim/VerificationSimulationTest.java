package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.IdentityAlert;
import dev.parley.chat.Invite;
import dev.parley.chat.Room;
import dev.parley.chat.RoomListener;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.crypto.CodeComparison;
import dev.parley.chat.crypto.RoomCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What members compare, in rooms of real drivers. */
class VerificationSimulationTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final SimWorld world = new SimWorld(87, NetworkProfile.wifi());
    private final SimPeer host = world.peer("host");

    @Test
    void membersSeeOneCodeThatChangesWhenSomebodyComesOrGoes() {
        host.create(RoomOptions.named("Tea"));
        assertThat(world.runUntil(host::isConnected, LIMIT)).isTrue();
        assertThat(host.room().roomCode()).as("nobody to compare with").isEmpty();

        SimPeer ann = join("ann");
        RoomCode ofTwo = agreed(host, ann);
        SimPeer bob = join("bob");
        RoomCode ofThree = agreed(host, ann, bob);
        assertThat(ofThree.epoch()).isGreaterThan(ofTwo.epoch());
        assertThat(ofThree.compare(ofTwo.words())).isEqualTo(CodeComparison.DIFFERENT);

        var annLeaves = ann.leave();
        assertThat(world.runUntil(annLeaves::isDone, LIMIT)).isTrue();
        assertThat(world.runUntil(() -> host.room().participants().size() == 2, LIMIT))
                .isTrue();
        // The commit that removes comes after a pause.
        assertThat(world.runUntil(() -> bob.room().roomCode().orElseThrow().epoch() > ofThree.epoch(), LIMIT))
                .isTrue();
        RoomCode after = agreed(host, bob);
        assertThat(after.compare(ofThree.qrText())).isEqualTo(CodeComparison.OTHER_EPOCH);
        assertThat(ann.room().roomCode()).as("left").isEmpty();

        var bobLeaves = bob.leave();
        assertThat(world.runUntil(bobLeaves::isDone, LIMIT)).isTrue();
        assertThat(world.runUntil(() -> host.room().participants().size() == 1, LIMIT))
                .isTrue();
        assertThat(host.room().roomCode()).isEmpty();
    }

    @Test
    void aNameThatIsTakenTwiceIsToldToAllWhoSeeBoth() {
        List<IdentityAlert> atHost = new ArrayList<>();
        var entering = host.manager().createRoom(RoomOptions.named("Tea"), new RoomListener() {
            @Override
            public void onIdentityAlert(Room room, IdentityAlert alert) {
                assertThat(room.participants()).anyMatch(there -> there.id().equals(alert.peer()));
                atHost.add(alert);
            }
        });
        assertThat(world.runUntil(entering::isDone, LIMIT)).isTrue();
        Invite invite = entering.join().invite();
        SimPeer ann = world.peer("ann");
        ann.join(invite);
        assertThat(world.runUntil(ann::isConnected, LIMIT)).isTrue();
        SimPeer other = world.peer("ANN");
        other.join(invite);
        assertThat(world.runUntil(() -> !atHost.isEmpty(), LIMIT)).isTrue();
        world.runFor(Duration.ofSeconds(5));
        assertThat(atHost)
                .containsExactly(new IdentityAlert(
                        IdentityAlert.Cause.SAME_NAME_IN_ROOM,
                        other.identity().peerId(),
                        "ANN",
                        Optional.of(ann.identity().peerId()),
                        false));
        assertThat(host.manager()
                        .peerBook()
                        .find(ann.identity().peerId())
                        .orElseThrow()
                        .card())
                .contains(ann.identity().card());
        assertThat(ann.manager()
                        .peerBook()
                        .find(host.identity().peerId())
                        .orElseThrow()
                        .card())
                .contains(host.identity().card());
    }

    private SimPeer join(String name) {
        SimPeer peer = world.peer(name);
        peer.join(host.room().invite());
        assertThat(world.runUntil(peer::isConnected, LIMIT)).isTrue();
        return peer;
    }

    private RoomCode agreed(SimPeer... members) {
        assertThat(world.runUntil(
                        () -> List.of(members).stream()
                                        .map(member -> member.room().roomCode())
                                        .distinct()
                                        .count()
                                == 1,
                        LIMIT))
                .isTrue();
        return members[0].room().roomCode().orElseThrow();
    }
}
