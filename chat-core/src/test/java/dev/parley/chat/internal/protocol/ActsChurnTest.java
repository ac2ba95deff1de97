package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.Participant.Role;
import dev.parley.chat.PeerId;
import dev.parley.chat.Reaction;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.internal.timeline.EventBodies;
import dev.parley.chat.internal.timeline.EventBody;
import dev.parley.chat.internal.timeline.MessageState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Words, acts and links that come and go, at random: in the end all see the same room. */
final class ActsChurnTest {

    private static final int SEEDS = Math.min(200, Integer.getInteger("parley.sim.seeds", 20));
    private static final int STEPS = 120;
    private static final List<Reaction> REACTIONS = List.of(Reaction.of("+"), Reaction.of("-"));

    private static final List<Role> ROLES = List.of(Role.MODERATOR, Role.MEMBER, Role.READ_ONLY);

    private final MachineHarness world = new MachineHarness();
    private final List<Node> nodes = new ArrayList<>();

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    private Node enter(String name, int number) {
        Node node = world.participant(world.config(
                MachineHarness.identity(number),
                name,
                nodes.get(0).secret,
                MachineHarness.DEFAULT_MAX_QUEUED_BYTES,
                Map.of(),
                List.of()));
        nodes.add(node.start());
        world.advanceMillis(700);
        return node;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void allSeeTheSameInTheEnd(int seed) {
        Random random = new Random(seed);
        world.isMeshed = true;
        nodes.add(world.host().start());
        for (int i = 0; i < 5; i++) {
            enter("P" + i, 10 + i);
        }
        Node host = nodes.get(0);
        host.request(ticket -> new Input.ChangeSettings(
                ticket, new RoomSettings("", HistoryPolicy.ALL, Duration.ZERO, false, Duration.ZERO)));
        host.request(ticket ->
                new Input.Moderate(ticket, new EventBody.GiveRole(nodes.get(1).id(), Role.MODERATOR, 0)));
        for (int step = 0; step < STEPS; step++) {
            if (step == STEPS / 2) {
                enter("Late", 30);
            }
            step(random, nodes.get(random.nextInt(nodes.size())), step);
        }
        world.advanceMillis(120_000);

        for (Node node : nodes) {
            assertThat(node.closed).as(node.name).isNull();
            assertThat(shown(node)).as(node.name).isEqualTo(shown(host));
            assertThat(node.machine.settings()).as(node.name).isEqualTo(host.machine.settings());
            for (Node each : nodes) {
                assertThat(node.machine.acts.timeline.standing(each.id()))
                        .as(node.name + " of " + each.name)
                        .isEqualTo(host.machine.acts.timeline.standing(each.id()));
            }
            assertThat(node.told).as(node.name).noneMatch(line -> line.startsWith("gap") || line.equals("fork"));
        }
    }

    /** What is shown, as it is shown; one that came late is not given what was deleted before. */
    private static List<String> shown(Node node) {
        return ActsTest.viewOf(node).stream()
                .filter(line -> line.contains(MessageState.Status.SHOWN.name()))
                .toList();
    }

    private void step(Random random, Node node, int step) {
        Node other = nodes.get(random.nextInt(nodes.size()));
        PeerId peer = other.id();
        switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> node.send("word " + step);
            case 4 -> affect(node, new EventBody.Edit(message(random, node), OutgoingMessage.of("edit " + step)));
            case 5 -> affect(node, new EventBody.Delete(message(random, node)));
            case 6, 7 ->
                affect(
                        node,
                        new EventBody.Reaction(
                                message(random, node), REACTIONS.get(random.nextInt(2)), random.nextInt(3) > 0));
            case 8 -> say(random, node, new EventBody.Mute(peer, OptionalLong.empty(), 0));
            case 9 -> say(random, node, new EventBody.Unmute(peer));
            case 10 -> say(random, node, new EventBody.GiveRole(peer, ROLES.get(random.nextInt(ROLES.size())), 0));
            case 11 -> {
                RoomSettings now = node.machine.settings();
                RoomSettings next = new RoomSettings(
                        "topic " + step,
                        now.history(),
                        Duration.ofSeconds(random.nextInt(2)),
                        random.nextInt(4) == 0,
                        Duration.ZERO);
                node.request(ticket -> new Input.ChangeSettings(ticket, next));
            }
            case 12 -> {
                if (node != nodes.get(0) && node.hasOpenLink()) {
                    world.cut(node.link());
                }
            }
            default -> world.advanceMillis(random.nextInt(3_000));
        }
    }

    private static MessageId message(Random random, Node node) {
        List<MessageState> known = node.machine.acts.timeline.messages();
        return known.isEmpty()
                ? MessageId.of(new byte[MessageId.BYTES])
                : known.get(random.nextInt(known.size())).id();
    }

    private static void affect(Node node, EventBody.Effect effect) {
        node.request(ticket -> new Input.Affect(ticket, effect));
    }

    /** Says an act, now and then without asking whether there is a right to it. */
    private void say(Random random, Node node, EventBody.PeerAct act) {
        if (random.nextInt(4) > 0) {
            node.request(ticket -> new Input.Moderate(ticket, act));
        } else {
            node.machine.say(act.type(), EventBodies.write(act));
            node.handle(new Input.Tick());
            world.settle();
        }
    }
}
