package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.internal.crypto.EnvelopeSeal;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.crypto.SealException;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.internal.protocol.MachineHarness.Tapped;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * "A removed member's recorded traffic and keys open nothing sent after its removal." The adversary was a member. It
 * keeps its identity, every secret that it had and its live group, and it has a tap on every link and on the worker, as
 * if there were no DTLS. Random rooms from seeds: {@code -Dparley.removal.seeds=N}, {@code -Dparley.sim.seed=S} for
 * one.
 */
final class RemovedMemberTest {

    private static final int SEEDS = Integer.getInteger("parley.removal.seeds", 200);
    private static final int EPOCH_BYTES = 8;
    private static final int CONFIRM_TAG_BYTES = 32;

    /** After version, wire format, and group id with its length (RFC 9420 section 6.3). */
    private static final int EPOCH_AT = 2 + 2 + 1 + dev.parley.chat.RoomId.BYTES;

    /** What the adversary could open, over all seeds. */
    private int openedBefore;

    private int triedAfter;
    private int heardByOthers;
    private int commitsTried;

    @Test
    void whoWasRemovedOpensNothingThatIsSentAfterwards() throws Exception {
        Long only = Long.getLong("parley.sim.seed");
        if (only != null) {
            run(only);
            return;
        }
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": rerun with -Dparley.sim.seed=" + seed, e);
            }
        }
        // Without these the attempts below would prove nothing: the adversary's way to open works where it may.
        assertThat(openedBefore)
                .as("opened of what was sealed before the removal")
                .isGreaterThan(SEEDS / 4);
        assertThat(triedAfter).as("tried of what was sealed after it").isGreaterThan(SEEDS * 10);
        assertThat(commitsTried).as("commits tried").isGreaterThan(SEEDS);
        assertThat(heardByOthers).as("heard by those who stayed").isGreaterThan(SEEDS * 5);
    }

    private void run(long seed) throws Exception {
        Random random = new Random(seed);
        MachineHarness world = new MachineHarness();
        Node host = world.host().start();
        List<Node> others = new ArrayList<>();
        int members = 1 + random.nextInt(5);
        for (int i = 0; i < members; i++) {
            others.add(join(world, "Member" + i, 2 + i, MachineHarness.SECRET));
        }
        Node eve = join(world, "Eve", 20, MachineHarness.SECRET);
        chat(random, host, others, eve);
        List<String> toldBefore = eve.messages();

        world.startTap();
        // Somebody speaks while it has not heard of the removal, somebody has lost its link, somebody is on its way in.
        Node late = others.get(random.nextInt(others.size()));
        world.stall(late.linkAtHost());
        if (others.size() > 1 && random.nextBoolean()) {
            Node lost = others.get((others.indexOf(late) + 1) % others.size());
            world.cut(lost.linkAtHost());
        }
        Node newcomer = null;
        if (random.nextBoolean()) {
            newcomer = world.participant("Newcomer", 30).start();
            if (newcomer.hasOpenLink()) {
                world.stall(newcomer.link());
            }
        }
        MlsGroup kept = java.util.Objects.requireNonNull(eve.group());
        How how = How.values()[random.nextInt(How.values().length)];
        switch (how) {
            case KICKED -> host.kick(eve.id());
            case BANNED -> host.ban(eve.id());
            case LOST -> {
                // Lost: it keeps its place for a while, then it is removed.
                world.worker.remove(eve.id());
                world.cut(eve.linkAtHost());
                world.advance(Timer.GRACE.toDuration().plusSeconds(1));
            }
            case LEFT -> {
                eve.handle(new Input.Leave());
                world.advanceMillis(300);
            }
        }
        late.send("said in ignorance");
        world.unstall(late.linkAtHost());
        if (newcomer != null && newcomer.hasOpenLink()) {
            world.unstall(newcomer.link());
        }
        world.advanceMillis(6_000);
        chat(random, host, others, null);
        int tappedBefore = world.tapped().size();
        Node next = join(world, "Next", 40, host.secret);
        chat(random, host, others, null);
        MlsGroup groupOfNext = java.util.Objects.requireNonNull(next.group());
        host.kick(next.id());
        chat(random, host, others, null);

        heardByOthers +=
                others.stream().mapToInt(node -> node.messages().size()).sum();
        attack(world, eve, kept);
        opensNothingOlder(world, tappedBefore, groupOfNext);
        assertThat(eve.messages()).as("what it was told").isEqualTo(toldBefore);
        comeBack(world, eve, how);
    }

    /** How the adversary ceases to be a member. */
    private enum How {
        KICKED,
        BANNED,
        LEFT,
        LOST
    }

    private static Node join(MachineHarness world, String name, int number, RoomSecret secret) {
        Node node = world.participant(world.config(
                        MachineHarness.identity(number),
                        name,
                        secret,
                        MachineHarness.DEFAULT_MAX_QUEUED_BYTES,
                        Map.of(),
                        List.of()))
                .start();
        world.advanceMillis(500);
        return node;
    }

    private static void chat(Random random, Node host, List<Node> others, @Nullable Node eve) {
        for (int i = 0; i < 4; i++) {
            int who = random.nextInt(others.size() + 1);
            Node node = who == others.size() ? host : others.get(who);
            node.send(OutgoingMessage.of("line " + i + " of " + node.name));
        }
        if (eve != null) {
            eve.send("I was here");
        }
    }

    // ---- the adversary

    private void attack(MachineHarness world, Node eve, MlsGroup kept) throws Exception {
        Map<Object, Frame.Decoder> decoders = new LinkedHashMap<>();
        for (Tapped tapped : world.tapped()) {
            assertThat(new String(tapped.frame(), StandardCharsets.ISO_8859_1)).doesNotContain("line ");
            Frame frame = whole(decoders, tapped);
            if (frame != null && frame.kind() == Frame.Kind.COMMIT) {
                takesInNoLaterCommit(kept, frame);
                commitsTried++;
            }
            byte[] message = sealed(frame);
            if (message != null) {
                boolean knewOfRemoval = !tapped.senderSees().contains(eve.id());
                boolean opened = opens(kept, message);
                if (knewOfRemoval) {
                    triedAfter++;
                    assertThat(opened)
                            .as("sealed after the removal, by %s", tapped.sender())
                            .isFalse();
                } else if (opened) {
                    openedBefore++;
                }
            }
        }
        for (MachineHarness.Mail mail : world.mails) {
            if (mail.type() == MessageType.ENVELOPE && !mail.to().equals(eve.id())) {
                try {
                    EnvelopeSeal.open(eve.identity, eve.secret, world.descriptor.room(), mail.payload());
                    throw new AssertionError("an envelope to somebody else opened");
                } catch (SealException expected) {
                    assertThat(expected.kind()).isNotNull();
                }
            }
        }
    }

    /** Somebody who came later, with what was on the links before it came. */
    private static void opensNothingOlder(MachineHarness world, int tappedBefore, MlsGroup late) {
        Map<Object, Frame.Decoder> decoders = new LinkedHashMap<>();
        for (Tapped tapped : world.tapped().subList(0, tappedBefore)) {
            byte[] message = sealed(whole(decoders, tapped));
            if (message != null) {
                assertThat(opens(late, message))
                        .as("sealed by %s before it came", tapped.sender())
                        .isFalse();
            }
        }
    }

    private static @Nullable Frame whole(Map<Object, Frame.Decoder> decoders, Tapped tapped) {
        try {
            return decoders.computeIfAbsent(tapped.link(), link -> new Frame.Decoder())
                    .accept(tapped.frame(), Limits.MAX_MESSAGE_BYTES);
        } catch (dev.parley.chat.internal.encoding.MalformedException e) {
            throw new AssertionError("a machine sent what is no frame", e);
        }
    }

    /** Later commits, as they are and as if they were to the epoch that is kept. */
    private static void takesInNoLaterCommit(MlsGroup kept, Frame frame) throws Exception {
        for (byte[] commit : Content.commits(frame.body())) {
            // The one that removes the adversary is to its own epoch: it may know that it is out.
            if (MlsGroup.epochOf(commit, MlsLimits.DEFAULT) > kept.epoch()) {
                for (byte[] attempt : List.of(
                        commit,
                        ByteBuffer.wrap(commit.clone())
                                .putLong(EPOCH_AT, kept.epoch())
                                .array())) {
                    assertThatThrownBy(() -> kept.process(attempt, MachineHarness.START_EPOCH_MILLIS))
                            .isInstanceOf(MlsException.class);
                }
            }
        }
    }

    /** The MLS message in a frame, if it is one that tells something. */
    private static byte @Nullable [] sealed(@Nullable Frame frame) {
        if (frame == null) {
            return null;
        }
        return switch (frame.kind()) {
            case APPLICATION, STATE -> frame.body();
            case CONFIRM -> Arrays.copyOfRange(frame.body(), CONFIRM_TAG_BYTES, frame.body().length);
            default -> null;
        };
    }

    /** Tries the group as it is kept, and with the epoch of the message made to be each that the group may hold. */
    private static boolean opens(MlsGroup kept, byte[] message) {
        for (long epoch = kept.epoch(); epoch >= Math.max(0, kept.epoch() - 3); epoch--) {
            for (byte[] attempt : List.of(
                    message,
                    ByteBuffer.wrap(message.clone()).putLong(EPOCH_AT, epoch).array())) {
                try {
                    kept.unprotect(attempt, MachineHarness.START_EPOCH_MILLIS);
                    return true;
                } catch (MlsException expected) {
                    assertThat(expected.kind()).isNotNull();
                }
            }
        }
        return false;
    }

    /**
     * The secret was changed since, if only for somebody else. Who was lost is told the new one, as it was not meant to
     * go, and is then given what it missed.
     */
    private static void comeBack(MachineHarness world, Node eve, How how) {
        Node again = join(world, "Eve", 20, eve.secret);
        if (how != How.LOST) {
            assertThat(again.closedFor()).as("%s", how).isEqualTo(Code.WRONG_SECRET);
            assertThat(again.messages()).as("%s", how).isEmpty();
        }
    }

    @Test
    void theEpochIsWhereTheAdversaryLooksForIt() throws Exception {
        MlsGroup group = MlsGroup.create(
                MachineHarness.identity(1),
                new byte[dev.parley.chat.RoomId.BYTES],
                dev.parley.chat.internal.mls.MlsLimits.DEFAULT,
                MachineHarness.START_EPOCH_MILLIS);
        byte[] message = group.protect(new byte[] {1});
        assertThat(ByteBuffer.wrap(message, EPOCH_AT, EPOCH_BYTES).getLong()).isEqualTo(group.epoch());
        ByteBuffer.wrap(message).putLong(EPOCH_AT, 77);
        assertThat(MlsGroup.epochOf(message, dev.parley.chat.internal.mls.MlsLimits.DEFAULT))
                .isEqualTo(77);
    }
}
