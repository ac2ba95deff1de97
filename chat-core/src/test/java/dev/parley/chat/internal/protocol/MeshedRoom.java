package dev.parley.chat.internal.protocol;

import dev.parley.chat.internal.protocol.MachineHarness.Node;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** A room in which participants reach each other, for tests of what they do there. */
abstract class MeshedRoom {

    final MachineHarness world = new MachineHarness();
    final Node host = world.host();
    final List<Node> guests = new ArrayList<>();

    @BeforeEach
    void openRoom() {
        world.isMeshed = true;
        host.start();
    }

    /** Lets so many come in, and forgets what was told of that. */
    void enter(int count) {
        for (int i = 0; i < count; i++) {
            guests.add(world.participant("P" + i, 10 + guests.size()).start());
            world.advanceMillis(500);
        }
        settle();
    }

    /** Lets all links between participants come about. */
    final void settle() {
        world.advanceMillis(5_000);
        all().forEach(Node::takeTold);
    }

    final List<Node> all() {
        List<Node> all = new ArrayList<>(List.of(host));
        all.addAll(guests);
        return all;
    }
}
