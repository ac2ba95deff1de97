package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.MessageId;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PeerId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A member of the room, or who wants to be one, that is evil, against a true host and a true participant. It says what
 * it likes in its own name; anything else costs it its link and the room nothing.
 *
 * <table>
 * <caption>What the member does, what becomes of it, and the test that holds it</caption>
 * <tr><th>attack</th><th>outcome</th><th>test</th></tr>
 * <tr><td>another's message again, over its own link; spliced; bent</td><td>PROTOCOL_VIOLATION, told once</td><td>
 * {@link #anothersMessageOverOnesOwnLinkIsToldOnce}, {@link #aSplicedMessageIsRefused}</td></tr>
 * <tr><td>its own messages in another order</td><td>each once, none out of its chain</td><td>
 * {@link #messagesOutOfOrderAreToldOnceAndInTheirChain}</td></tr>
 * <tr><td>commits</td><td>PROTOCOL_VIOLATION; the group is as it was</td><td>
 * {@link #aCommitByWhoIsNotTheCommitterIsRefused}</td></tr>
 * <tr><td>generations: a jump</td><td>PROTOCOL_VIOLATION beyond 1,000</td><td>
 * {@link #aJumpOfGenerationsIsTakenToItsLimitAndRefusedBeyond},
 * {@link #generationsThatOnlyTheHostSeesOpenNoGapForTheOthers}</td></tr>
 * <tr><td>floods of what the leader before has ordered</td><td>PROTOCOL_VIOLATION</td><td>
 * {@link #whatAMemberGivesUnaskedIsBounded}</td></tr>
 * <tr><td>seq: a jump, the end</td><td>shows as a gap; the last number is refused</td><td>
 * {@link #aGiantGapHarmsNobody}, {@link RoomAttacksTest#anAuthorAtTheEndOfItsNumbersSaysNothingTwice}</td></tr>
 * <tr><td>after its removal: seals, forwards, replays, listens</td><td>nothing is taken, nothing opens</td><td>
 * {@link #whoIsRemovedReadsNothingMore}, {@link #messagesOfWhoIsRemovedAreRefused},
 * {@link #aRemovedMemberThatReplaysAllItEverSentIsNotBack}</td></tr>
 * <tr><td>JOIN of another, or of another link, again</td><td>WRONG_SECRET</td><td>
 * {@link #aJoinOfAnotherIsRefused}, {@link #aJoinOfAnotherLinkIsRefused}</td></tr>
 * <tr><td>KeyPackage again</td><td>serves its owner alone, in one leaf</td><td>
 * {@link #aKeyPackageThatIsUsedAgainGivesOneLeaf}</td></tr>
 * <tr><td>two links, a second leaf</td><td>REPLACED; one leaf</td><td>{@link #oneIdentityHasOneLeaf}</td></tr>
 * <tr><td>flood of joins</td><td>honest newcomers come in</td><td>{@link #aFloodOfJoinsKeepsNobodyOut}</td></tr>
 * <tr><td>envelopes with another's card, or none of the secret's</td><td>no link is begun</td><td>
 * {@link #anEnvelopeUnderAnothersNameBeginsNothing}, {@link #whoHasNotTheSecretBeginsNoLink}</td></tr>
 * <tr><td>all of it, by chance</td><td>the room goes on</td><td>{@link #aMemberThatTriesEverythingHarmsNobody}</td></tr>
 * </table>
 *
 * <p>{@link RoomAttacksTest} has the violations of the wire one by one. Each test has the same member do the honest
 * thing first, or somebody else, so that what is refused is the attack.
 */
final class EvilMemberTest {

    private static final int DEFAULT_SEEDS = 1_000;
    private static final int ONE_SEED_OF = 100;

    private final MachineHarness world = new MachineHarness();
    private final Node host = world.host().start();
    private final Node ann = world.participant("Ann", 2).start();
    private final List<byte[]> toAnn = new ArrayList<>();

    private HandPeer member(int number) {
        HandPeer peer = new HandPeer(world, number).enterAs("P" + number);
        world.advanceMillis(500);
        return peer;
    }

    private Event message(HandPeer peer, String text) {
        return peer.event(Event.TYPE_MESSAGE, Bodies.message(OutgoingMessage.of(text), 1));
    }

    private void assertThatTheRoomGoesOn() {
        world.advanceMillis(1_000);
        host.takeTold();
        ann.takeTold();
        host.send("still here");
        ann.send("me too");
        assertThat(host.takeTold()).containsExactly("Host: still here", "Ann: me too");
        assertThat(ann.takeTold()).containsExactly("Host: still here", "Ann: me too");
    }

    /** Records the messages that go to Ann, as they are on her link. */
    private void eavesdrop() {
        world.tamper = (end, frame) -> {
            if (end.party == host && frame[0] == 0x10) {
                toAnn.add(Arrays.copyOfRange(frame, 1, frame.length));
            }
            return List.of(frame);
        };
    }

    private static List<byte[]> applications(HandPeer peer) {
        return peer.frames.stream()
                .filter(frame -> frame.kind() == Frame.Kind.APPLICATION)
                .map(Frame::body)
                .toList();
    }

    private static byte[] lastOf(HandPeer peer) {
        List<byte[]> all = applications(peer);
        return all.get(all.size() - 1);
    }

    // ---- messages

    @Test
    void anothersMessageOverOnesOwnLinkIsToldOnce() {
        HandPeer eve = member(9);
        ann.send("once");
        eve.send(Frame.Kind.APPLICATION, lastOf(eve));
        assertThat(eve.closed).as("it may have reached no other").isNull();
        assertThat(host.messages()).containsOnlyOnce("Ann: once");
        assertThat(ann.messages()).containsOnlyOnce("Ann: once");
        assertThatTheRoomGoesOn();
    }

    @Test
    void aSplicedMessageIsRefused() {
        for (int cut : new int[] {30, 60, 90}) {
            HandPeer eve = member(9 + cut);
            ann.send("spliced");
            byte[] anns = lastOf(eve);
            byte[] own = eve.group().protect(Content.said(message(eve, "mine").bytes()));
            byte[] spliced = own.clone();
            System.arraycopy(anns, cut, spliced, cut, Math.min(anns.length, spliced.length) - cut);
            eve.send(Frame.Kind.APPLICATION, spliced);
            assertThat(eve.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
            assertThat(ann.messages()).noneMatch(line -> line.endsWith("mine"));
        }
        assertThatTheRoomGoesOn();
    }

    @Test
    void messagesOutOfOrderAreToldOnceAndInTheirChain() {
        HandPeer eve = member(9);
        List<byte[]> sealed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sealed.add(
                    eve.group().protect(Content.said(message(eve, "word " + i).bytes())));
        }
        for (int i : new int[] {2, 0, 1, 4, 3}) {
            eve.send(Frame.Kind.APPLICATION, sealed.get(i));
        }
        assertThat(ann.messages())
                .containsExactly("P9: word 0", "P9: word 1", "P9: word 2", "P9: word 3", "P9: word 4");
        assertThat(host.messages()).isEqualTo(ann.messages());
        assertThat(eve.closed).isNull();
        eve.send(Frame.Kind.APPLICATION, sealed.get(0));
        assertThat(ann.messages()).hasSize(5);
        assertThatTheRoomGoesOn();
    }

    @Test
    void aJumpOfGenerationsIsTakenToItsLimitAndRefusedBeyond() {
        HandPeer eve = member(9);
        int gap = MlsLimits.DEFAULT.maxGenerationGap();
        skip(eve, gap);
        eve.say(message(eve, "after a gap"));
        assertThat(ann.messages()).containsExactly("P9: after a gap");
        skip(eve, gap + 1);
        eve.say(message(eve, "after a jump"));
        assertThat(eve.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThat(ann.messages()).containsExactly("P9: after a gap");
        assertThatTheRoomGoesOn();
    }

    private static void skip(HandPeer peer, int messages) {
        for (int i = 0; i < messages; i++) {
            assertThat(peer.group().protect(Content.nothing())).isNotEmpty();
        }
    }

    /** The host opens some messages that it does not pass on: a gap is that of those who did not see them. */
    @Test
    void generationsThatOnlyTheHostSeesOpenNoGapForTheOthers() {
        int gap = MlsLimits.DEFAULT.maxGenerationGap();
        HandPeer eve = member(9);
        byte[] known = message(eve, "said").bytes();
        skip(eve, gap - 100);
        eve.seal(Content.sync(new Content.Sync(false, List.of(), List.of(known), Map.of())));
        assertThat(eve.closed).isNull();
        skip(eve, 99);
        eve.say(message(eve, "as far as the others follow"));
        assertThat(ann.messages()).containsExactly("P9: said", "P9: as far as the others follow");
        skip(eve, gap - 100);
        eve.seal(Content.sync(new Content.Sync(false, List.of(), List.of(known), Map.of())));
        skip(eve, 100);
        eve.say(message(eve, "too far"));
        assertThat(eve.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThat(ann.machine.links()).as("Ann keeps hers").hasSize(1);

        HandPeer mallory = new HandPeer(world, 10);
        mallory.offer().hello().join().welcome();
        skip(mallory, gap);
        mallory.confirm(mallory.memberTag(), mallory.group().protect(Content.resume(Map.of())));
        skip(mallory, 1);
        mallory.say(mallory.event(Event.TYPE_PROFILE, Bodies.profile("Mallory", null)));
        assertThat(mallory.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThat(ann.messages()).doesNotContain("P9: too far");
        assertThatTheRoomGoesOn();
    }

    @Test
    void whatAMemberGivesUnaskedIsBounded() {
        HandPeer many = member(10);
        byte[] known = message(many, "x".repeat(16_000)).bytes();
        List<byte[]> chunk = List.of(known, known, known);
        long given = 0;
        while (given + 3L * known.length <= Limits.MAX_LOG_BYTES) {
            many.seal(Content.sync(new Content.Sync(false, List.of(), chunk, Map.of())));
            given += 3L * known.length;
        }
        assertThat(many.closed).isNull();
        many.seal(Content.sync(new Content.Sync(false, List.of(), chunk, Map.of())));
        assertThat(many.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
        assertThatTheRoomGoesOn();
    }

    private Event at(HandPeer peer, long seq, String text) {
        return Event.sign(
                peer.identity,
                world.descriptor.room(),
                new EventHead(seq - 1, MessageId.of(new byte[32])),
                world.nextClock(),
                Event.TYPE_MESSAGE,
                Bodies.message(OutgoingMessage.of(text), 1));
    }

    @Test
    void aGiantGapHarmsNobody() {
        HandPeer eve = member(9);
        eve.say(at(eve, 1L << 50, "far away"));
        assertThat(ann.messages()).as("what lies between may come").isEmpty();
        for (long left = Timer.GAP.nanos(); left >= 0; left -= Timer.PING.nanos()) {
            eve.send(Frame.Kind.PING, new byte[8]);
            world.advance(Timer.PING.toDuration());
        }
        assertThat(ann.messages()).containsExactly("P9: far away");
        assertThat(ann.told).contains("gap 2 to " + ((1L << 50) - 1));
        eve.say(at(eve, 7, "back again"));
        assertThat(ann.messages())
                .as("what lies before has its place, or never gets one")
                .hasSize(1);
        assertThat(eve.closed).isNull();
        assertThatTheRoomGoesOn();
    }

    // ---- the group

    @Test
    void aCommitByWhoIsNotTheCommitterIsRefused() {
        int number = 20;
        for (Frame.Kind kind : List.of(Frame.Kind.COMMIT, Frame.Kind.APPLICATION)) {
            HandPeer eve = member(++number);
            eve.group().acceptCommitsOf(eve.id());
            byte[] removal = eve.group()
                    .remove(List.of(ann.id()), world.epochMillis())
                    .commit()
                    .orElseThrow();
            eve.send(kind, kind == Frame.Kind.COMMIT ? Content.commits(List.of(removal)) : removal);
            assertThat(eve.goodbye()).isEqualTo(Code.PROTOCOL_VIOLATION);
            assertThat(host.told).contains("-P" + number).doesNotContain("-Ann");
            assertThatTheRoomGoesOn();
        }
    }

    @Test
    void whoIsRemovedReadsNothingMore() throws MlsException {
        HandPeer eve = member(9);
        eavesdrop();
        ann.send("before");
        host.send("before too");
        int before = toAnn.size();
        // What goes to Ann she can read herself, as any member: the same bytes, the same keys.
        assertThat(applications(eve)).anyMatch(message -> Arrays.equals(message, toAnn.get(before - 1)));
        host.kick(eve.id());
        world.advanceMillis(1_000);
        host.send("after");
        ann.send("after too");
        assertThat(ann.messages()).contains("Host: after", "Ann: after too");
        List<byte[]> after = toAnn.subList(before, toAnn.size());
        assertThat(after).isNotEmpty();
        for (byte[] message : after) {
            assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                            MlsException.class, () -> eve.group().unprotect(message, world.epochMillis())))
                    .as("a message after the removal")
                    .isNotNull();
        }
    }

    @Test
    void messagesOfWhoIsRemovedAreRefused() {
        HandPeer eve = member(9);
        HandPeer helper = member(10);
        byte[] sealed =
                eve.group().protect(Content.said(message(eve, "from outside").bytes()));
        host.kick(eve.id());
        world.advanceMillis(1_000);
        assertThat(eve.closed).isNotNull();
        // A member that is still in helps: the epoch is known still, the leaf was Eve's.
        helper.send(Frame.Kind.APPLICATION, sealed);
        assertThat(host.messages()).isEmpty();
        assertThat(ann.messages()).isEmpty();
        assertThatTheRoomGoesOn();
    }

    @Test
    void aRemovedMemberThatReplaysAllItEverSentIsNotBack() {
        List<byte[]> sent = new ArrayList<>();
        HandPeer eve = new HandPeer(world, 9);
        world.tamper = (end, frame) -> {
            if (end.party == eve) {
                sent.add(frame);
            }
            return List.of(frame);
        };
        eve.enterAs("Eve").say(message(eve, "hello"));
        assertThat(ann.told).contains("+Eve", "Eve: hello");
        host.kick(eve.id());
        world.advanceMillis(1_000);
        assertThat(ann.takeTold()).contains("-Eve");
        for (var mail : List.copyOf(world.mails)) {
            world.replay(mail);
        }
        // Over a new link too, which it may begin as long as the former secret is told from a wrong one.
        HandPeer again = new HandPeer(world, eve.identity, MachineHarness.SECRET, 90).offer();
        for (byte[] frame : sent) {
            again.sendRaw(frame);
        }
        world.advanceMillis(20_000);
        assertThat(ann.told).noneMatch(line -> line.startsWith("+") || line.contains("hello"));
        assertThat(again.closed == null ? List.of() : again.kinds()).doesNotContain(Frame.Kind.WELCOME);
        assertThatTheRoomGoesOn();
    }

    // ---- joining

    @Test
    void aJoinOfAnotherIsRefused() {
        HandPeer bob = new HandPeer(world, 3).offer().hello();
        byte[] join = bob.joinBody(bob.newKeyPackage());
        HandPeer eve = new HandPeer(world, 9).offer().hello();
        eve.send(Frame.Kind.JOIN, join);
        assertThat(eve.goodbye()).isEqualTo(Code.WRONG_SECRET);
        bob.send(Frame.Kind.JOIN, join).welcome();
        assertThat(bob.closed).isNull();
        assertThatTheRoomGoesOn();
    }

    @Test
    void aJoinOfAnotherLinkIsRefused() {
        HandPeer bob = new HandPeer(world, 3).offer().hello();
        byte[] join = bob.joinBody(bob.newKeyPackage());
        HandPeer sameBob = new HandPeer(world, bob.identity, MachineHarness.SECRET, 33)
                .offer()
                .hello();
        sameBob.send(Frame.Kind.JOIN, join);
        assertThat(sameBob.goodbye()).isEqualTo(Code.WRONG_SECRET);
        assertThatTheRoomGoesOn();
    }

    @Test
    void aKeyPackageThatIsUsedAgainGivesOneLeaf() {
        HandPeer first = new HandPeer(world, 3).offer().hello();
        byte[] keyPackage = first.newKeyPackage();
        first.send(Frame.Kind.JOIN, first.joinBody(keyPackage)).welcome();
        HandPeer second = new HandPeer(world, first.identity, MachineHarness.SECRET, 33)
                .offer()
                .hello();
        second.send(Frame.Kind.JOIN, second.joinBody(keyPackage));
        world.advanceMillis(1_000);
        assertThat(host.machine.rosterSize()).isLessThanOrEqualTo(3);
        world.advanceMillis(30_000);
        assertThat(host.machine.rosterSize()).as("nobody confirmed").isEqualTo(2);
        assertThatTheRoomGoesOn();
    }

    @Test
    void oneIdentityHasOneLeaf() {
        HandPeer first = member(3);
        assertThat(host.machine.rosterSize()).isEqualTo(3);
        HandPeer second = new HandPeer(world, first.identity, MachineHarness.SECRET, 33).enter();
        world.advanceMillis(1_000);
        assertThat(first.goodbye()).isEqualTo(Code.REPLACED);
        assertThat(second.closed).isNull();
        assertThat(second.group().members()).doesNotHaveDuplicates().hasSize(3);
        assertThat(host.machine.rosterSize()).isEqualTo(3);
        assertThatTheRoomGoesOn();
    }

    @Test
    void aFloodOfJoinsKeepsNobodyOut() {
        for (int i = 0; i < 200; i++) {
            byte[] seed = MachineHarness.filled(i);
            seed[0] = 77;
            new HandPeer(
                            world,
                            Identity.fromInsecureSeeds(seed, MachineHarness.filled(200)),
                            MachineHarness.SECRET,
                            1_000 + i)
                    .offer();
            world.advanceMillis(i % 4 == 0 ? 1 : 0);
        }
        Node newcomer = world.participant("Newcomer", 4).start();
        world.advance(Duration.ofNanos(Timer.CONNECT.nanos()));
        assertThat(newcomer.told).contains("CONNECTED");
        assertThat(newcomer.closed).isNull();
        assertThat(host.machine.links()).hasSizeLessThanOrEqualTo(Limits.MAX_PENDING_LINKS + 2);
        newcomer.takeTold();
        world.advanceMillis(60_000);
        assertThat(host.machine.rosterSize()).isEqualTo(3);
    }

    @Test
    void anEnvelopeUnderAnothersNameBeginsNothing() {
        HandPeer eve = new HandPeer(world, 9);
        int links = host.all(Output.OpenLink.class).size();
        byte[] offer = eve.envelope(0, new LinkSignal.Offer("x"));
        for (PeerId name :
                List.of(ann.id(), host.id(), MachineHarness.identity(4).peerId())) {
            world.mail(name, host.id(), MessageType.ENVELOPE, offer);
            world.settle();
        }
        assertThat(host.all(Output.OpenLink.class)).hasSize(links);
        world.mail(eve.id(), host.id(), MessageType.ENVELOPE, offer);
        world.settle();
        assertThat(host.all(Output.OpenLink.class))
                .as("under its own name it does")
                .hasSize(links + 1);
    }

    @Test
    void whoHasNotTheSecretBeginsNoLink() {
        int links = host.all(Output.OpenLink.class).size();
        for (RoomSecret guess : List.of(
                RoomSecret.of(new byte[32]),
                RoomSecret.forPublicRoom(world.descriptor.room()),
                RoomSecret.of(MachineHarness.filled(8)))) {
            HandPeer eve = new HandPeer(world, MachineHarness.identity(9), guess, 1);
            eve.offer();
            assertThat(eve.refusals).isNotEmpty();
        }
        assertThat(host.all(Output.OpenLink.class)).hasSize(links);
        new HandPeer(world, 9).offer();
        assertThat(host.all(Output.OpenLink.class)).hasSize(links + 1);
    }

    // ---- chance

    static LongStream seeds() {
        Long only = Long.getLong("parley.sim.seed");
        int all = Integer.getInteger("parley.sim.seeds", DEFAULT_SEEDS);
        return only != null ? LongStream.of(only) : LongStream.rangeClosed(1, Math.max(1, all / ONE_SEED_OF));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aMemberThatTriesEverythingHarmsNobody(long seed) {
        Random random = new Random(seed);
        List<byte[]> loot = new ArrayList<>();
        int thrownOut = 0;
        for (int life = 0; life < 4; life++) {
            HandPeer eve = new HandPeer(world, MachineHarness.identity(9), MachineHarness.SECRET, 100 + life);
            eve.enterAs("Eve");
            for (int i = 0; i < 15 && eve.closed == null; i++) {
                host.send("host " + life + " " + i);
                ann.send("ann " + life + " " + i);
                loot.addAll(applications(eve));
                byte[] any = loot.get(random.nextInt(loot.size()));
                switch (random.nextInt(8)) {
                    case 0 -> eve.say(message(eve, "eve " + life + " " + i));
                    case 1 -> eve.send(Frame.Kind.APPLICATION, any);
                    case 2 -> eve.send(Frame.Kind.COMMIT, Content.commits(List.of(any)));
                    case 3 -> {
                        byte[] bent = eve.group()
                                .protect(Content.said(message(eve, "bent").bytes()));
                        bent[random.nextInt(bent.length)] ^= (byte) (1 << random.nextInt(8));
                        eve.send(Frame.Kind.APPLICATION, bent);
                    }
                    case 4 -> eve.say(at(eve, 2 + random.nextInt(100), "eve jumps"));
                    case 5 -> eve.seal(Content.sync(new Content.Sync(true, List.of(), List.of(any), Map.of())));
                    case 6 ->
                        eve.say(Event.sign(
                                eve.identity,
                                world.descriptor.room(),
                                null,
                                random.nextLong() >>> 1,
                                Event.TYPE_MESSAGE,
                                Bodies.message(OutgoingMessage.of("eve begins anew"), 1)));
                    default ->
                        eve.send(
                                Frame.Kind.RECEIVED,
                                ByteBuffer.allocate(8)
                                        .putLong(random.nextInt(50))
                                        .array());
                }
            }
            thrownOut += eve.closed == null ? 0 : 1;
            world.advanceMillis(2_000);
        }
        assertThat(thrownOut).isPositive();
        assertThat(host.messages()).isEqualTo(ann.messages()).doesNotHaveDuplicates();
        assertThat(host.messages().stream().filter(line -> line.startsWith("Ann: ")))
                .allMatch(line -> line.startsWith("Ann: ann "))
                .isNotEmpty();
        assertThat(ann.messages().stream().filter(line -> line.startsWith("Host: ")))
                .allMatch(line -> line.startsWith("Host: host "))
                .isNotEmpty();
        assertThat(ann.told).noneMatch(line -> line.startsWith("RECONNECTING"));
        assertThatTheRoomGoesOn();
    }
}
