package dev.parley.chat.internal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.CloseReason.Code;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.MessageId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.mls.AddResult;
import dev.parley.chat.internal.mls.ForkedGroup;
import dev.parley.chat.internal.mls.MlsException;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.protocol.EvilHost.Seat;
import dev.parley.chat.internal.protocol.MachineHarness.Node;
import dev.parley.chat.store.EventHead;
import dev.parley.chat.store.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A host, and so the relay of all messages, that is evil. It can keep words back, and who is in the room is its
 * decision; what it cannot do is put a word into another's mouth, change or repeat one, or have two members believe
 * that they share a group which they do not.
 *
 * <table>
 * <caption>What the host does, what becomes of it, and the test that holds it</caption>
 * <tr><th>attack</th><th>outcome</th><th>test</th></tr>
 * <tr><td>Welcome without, or with another, secret; for another group; signed by another; an old one</td><td>link
 * closed, named</td><td>{@link #aWelcomeThatIsNotTheRoomsIsRefused}</td></tr>
 * <tr><td>two groups, forked commits</td><td>members cannot read each other, and say so</td><td>
 * {@link #aHostThatSplitsTheRoomIsNoticedAtTheFirstWord}, {@link #forkedCommitsNeverLeadToOneGroup}</td></tr>
 * <tr><td>commit again, skipped, out of order, by another</td><td>link closed, named</td><td>
 * {@link #aCommitOutOfPlaceIsRefused}</td></tr>
 * <tr><td>event changed, forged, of another room, forked, sealed anew</td><td>link closed, named; nothing told</td><td>
 * {@link #aHostThatForgesLosesTheLinkAndTellsNothing}</td></tr>
 * <tr><td>message twice</td><td>link closed, or passed over; told once</td><td>
 * {@link #aMessageThatIsPassedOnTwiceIsNotToldTwice}, {@link #eventsThatAreGivenAgainAreNotToldAgain}</td></tr>
 * <tr><td>message or subset kept back, reordered</td><td>not prevented; a gap in seq</td><td>
 * {@link #aMessageThatIsKeptBackLeavesAGapInTheChain}, {@link #membersWhoAreToldDifferentThingsSeeGaps}</td></tr>
 * <tr><td>heads that are lies</td><td>not prevented: keeps words back; nothing false is told, nothing twice</td><td>
 * {@link #aHeadThatIsALieKeepsNothingBack}</td></tr>
 * <tr><td>words of an identity that was never in</td><td>not prevented: told under that identity alone</td><td>
 * {@link #anIdentityThatWasNeverInSpeaksForItselfAlone}</td></tr>
 * <tr><td>RECEIVED kept back or false</td><td>stays undelivered; link closed, named</td><td>
 * {@link #whatAHostNeverAcknowledgesStaysUndelivered} and {@link ParticipantAgainstHostTest}</td></tr>
 * <tr><td>clocks of the far future</td><td>one's own clock follows 10 min and no more</td><td>
 * {@link #aClockOfTheFarFutureMovesNobodysFar}</td></tr>
 * <tr><td>frames of a true host dropped, doubled, swapped, bent, by chance</td><td>one timeline afterwards, or a
 * named end</td><td>{@link #aRelayThatTampersWithFramesMakesNoFalseTimeline}</td></tr>
 * </table>
 *
 * <p>Before each attack the same host lets the participants in and is believed, so that what is refused is the attack.
 */
final class EvilHostTest {

    private static final int DEFAULT_SEEDS = 1_000;
    private static final int ONE_SEED_OF = 100;

    private final MachineHarness world = new MachineHarness();
    private final EvilHost host = new EvilHost(world);
    private final Node ann = world.participant("Ann", 2).start();
    private final Node bob = world.participant("Bob", 3).start();

    private void admit() {
        host.admit(ann, bob);
        assertThat(ann.takeTold()).containsExactly("CONNECTING", "+Ann", "CONNECTED", "+Bob");
        assertThat(bob.takeTold()).containsExactly("CONNECTING", "+Bob", "+Ann", "CONNECTED");
    }

    /** Bob says something; the host has it, and nobody else yet. */
    private Event bobSays(String text) {
        bob.send(text);
        Seat seat = host.seatOf(bob);
        return seat.said.get(seat.said.size() - 1);
    }

    private byte[] bobsMessage() {
        Seat seat = host.seatOf(bob);
        return seat.messages.get(seat.messages.size() - 1);
    }

    @Test
    void aHostThatKeepsToTheProtocolIsBelieved() {
        admit();
        bobSays("hello");
        host.seatOf(ann).take(bobsMessage());
        host.seatOf(bob).orderAll();
        assertThat(ann.takeTold()).containsExactly("Bob: hello");
        assertThat(bob.takeTold()).containsExactly("Bob: hello");
    }

    // ---- joining

    private record Attack(String name, String complaint, Consumer<EvilHostTest> act) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Attack> welcomes() {
        return Stream.of(
                new Attack("of another secret", "PSK_MISSING", test -> {
                    Seat seat = test.host.seatOf(test.ann).hello();
                    seat.welcome(seat.add(test.host.group, MachineHarness.filled(8), test.host.pskId()));
                }),
                new Attack("of another key's name", "PSK_MISSING", test -> {
                    Seat seat = test.host.seatOf(test.ann).hello();
                    seat.welcome(seat.add(test.host.group, MachineHarness.SECRET.psk(), new byte[20]));
                }),
                new Attack("to another group", "WRONG_GROUP", test -> {
                    Seat seat = test.host.seatOf(test.ann).hello();
                    seat.welcome(seat.add(test.host.newGroup(test.host.identity, new byte[20])));
                }),
                new Attack("by another than the host", "POLICY", test -> {
                    Seat seat = test.host.seatOf(test.ann).hello();
                    seat.welcome(seat.add(test.host.newGroup(
                            MachineHarness.identity(9),
                            test.world.descriptor.room().toBytes())));
                }),
                new Attack("to another's key package", "NOT_FOR_US", test -> {
                    Seat other = test.host.seatOf(test.bob).hello();
                    test.host.seatOf(test.ann).hello().welcome(other.add(test.host.group));
                }),
                new Attack("that is damaged", "", test -> {
                    Seat seat = test.host.seatOf(test.ann).hello();
                    byte[] welcome = seat.add(test.host.group).welcome();
                    welcome[welcome.length - 1] ^= 1;
                    seat.send(Frame.Kind.WELCOME, welcome);
                }));
    }

    @ParameterizedTest
    @MethodSource("welcomes")
    void aWelcomeThatIsNotTheRoomsIsRefused(Attack attack) {
        attack.act().accept(this);
        Seat seat = host.seatOf(ann);
        assertThat(seat.complaint()).contains("PROTOCOL_VIOLATION", attack.complaint());
        assertThat(seat.frames).noneMatch(frame -> frame.kind() == Frame.Kind.CONFIRM);
        assertThat(ann.takeTold()).containsExactly("CONNECTING");
        world.advance(Duration.ofNanos(Timer.CONNECT.nanos()));
        assertThat(ann.takeTold()).containsExactly("CLOSED NO_CONNECTION");
    }

    @Test
    void theWelcomeOfAnEarlierAttemptIsRefused() {
        Seat first = host.seatOf(ann).hello();
        AddResult added = first.add(host.group);
        world.cut(first.end);
        world.advanceMillis(1_000);
        Seat second = host.seatOf(ann);
        assertThat(second).isNotSameAs(first);
        second.hello().welcome(added);
        assertThat(second.complaint()).contains("PROTOCOL_VIOLATION", "NOT_FOR_US");
    }

    // ---- forks

    @Test
    void aHostThatSplitsTheRoomIsNoticedAtTheFirstWord() {
        MlsGroup other = host.newGroup(host.identity, world.descriptor.room().toBytes());
        host.seatOf(ann).hello();
        host.seatOf(ann)
                .welcome(host.seatOf(ann).add(host.group))
                .admitted()
                .sync(true, List.of(), List.of(), Map.of());
        host.seatOf(bob).hello();
        host.seatOf(bob).welcome(host.seatOf(bob).add(other)).admitted().sync(true, List.of(), List.of(), Map.of());
        assertThat(ann.told).contains("CONNECTED").doesNotContain("+Bob");
        assertThat(bob.told).contains("CONNECTED").doesNotContain("+Ann");
        assertThat(host.group.epochAuthenticator()).isNotEqualTo(other.epochAuthenticator());
        bobSays("are you there?");
        host.seatOf(ann).take(bobsMessage());
        assertThat(host.seatOf(ann).complaint()).contains("PROTOCOL_VIOLATION");
        assertThat(ann.told).noneMatch(line -> line.contains("are you there?"));
    }

    @Test
    void forkedCommitsNeverLeadToOneGroup() throws MlsException {
        admit();
        byte[] room = world.descriptor.room().toBytes();
        MlsGroup fork = ForkedGroup.copyOf(host.identity, host.group, MachineHarness.SECRET.psk(), room);
        assertThat(fork.epochAuthenticator()).isEqualTo(host.group.epochAuthenticator());
        // Two commits to one epoch: each adds somebody whom the other does not.
        HandPeer carl = new HandPeer(world, 5);
        HandPeer dora = new HandPeer(world, 6);
        byte[] psk = MachineHarness.SECRET.psk();
        host.seatOf(ann)
                .commit(host.group
                        .add(List.of(carl.newKeyPackage()), List.of(), psk, room, world.epochMillis())
                        .commits());
        host.seatOf(bob)
                .commit(fork.add(List.of(dora.newKeyPackage()), List.of(), psk, room, world.epochMillis())
                        .commits());
        host.seatOf(bob).group = fork;
        assertThat(fork.epoch()).isEqualTo(host.group.epoch());
        assertThat(fork.epochAuthenticator()).isNotEqualTo(host.group.epochAuthenticator());
        // Each is in its own: the host can speak to both, they cannot hear each other.
        host.seatOf(ann).seal(Content.said(host.event("to Ann").bytes()));
        host.seatOf(bob).seal(Content.said(host.event("to Bob").bytes()));
        letTheGapPass();
        assertThat(ann.messages()).hasSize(1);
        assertThat(bob.messages()).hasSize(1);
        bobSays("to all");
        host.seatOf(ann).take(bobsMessage());
        assertThat(host.seatOf(ann).complaint()).contains("PROTOCOL_VIOLATION");
        assertThat(ann.told).last().isEqualTo("RECONNECTING PROTOCOL_VIOLATION");
        assertThat(ann.messages()).hasSize(1);
    }

    static Stream<Attack> commits() {
        return Stream.of(
                new Attack("again", "WRONG_EPOCH", test -> {
                    byte[] commit = test.host.group.rekey(test.world.epochMillis());
                    test.host.seatOf(test.ann).commit(List.of(commit)).commit(List.of(commit));
                }),
                new Attack("skipped", "WRONG_EPOCH", test -> {
                    test.host.group.rekey(test.world.epochMillis());
                    test.host.seatOf(test.ann).commit(List.of(test.host.group.rekey(test.world.epochMillis())));
                }),
                new Attack("out of order", "WRONG_EPOCH", test -> {
                    byte[] first = test.host.group.rekey(test.world.epochMillis());
                    byte[] second = test.host.group.rekey(test.world.epochMillis());
                    test.host.seatOf(test.ann).commit(List.of(second, first));
                }),
                new Attack("of another fork", "REPLAYED_OR_FORGED", test -> {
                    byte[] room = test.world.descriptor.room().toBytes();
                    MlsGroup fork =
                            ForkedGroup.copyOf(test.host.identity, test.host.group, MachineHarness.SECRET.psk(), room);
                    Seat ann = test.host.seatOf(test.ann);
                    ann.commit(List.of(test.host.group.rekey(test.world.epochMillis())));
                    fork.rekey(test.world.epochMillis());
                    ann.commit(List.of(fork.rekey(test.world.epochMillis())));
                }),
                new Attack("damaged", "", test -> {
                    byte[] commit = test.host.group.rekey(test.world.epochMillis());
                    commit[commit.length / 2] ^= 1;
                    test.host.seatOf(test.ann).commit(List.of(commit));
                }));
    }

    @ParameterizedTest
    @MethodSource("commits")
    void aCommitOutOfPlaceIsRefused(Attack attack) {
        admit();
        host.seatOf(ann).commit(List.of(host.group.rekey(world.epochMillis())));
        assertThat(host.seatOf(ann).complaint()).as("one in its place is taken").isEmpty();
        attack.act().accept(this);
        assertThat(host.seatOf(ann).complaint()).contains("PROTOCOL_VIOLATION", attack.complaint());
        assertThat(ann.takeTold()).containsExactly("RECONNECTING PROTOCOL_VIOLATION");
    }

    @Test
    void aCommitOfAMemberThatTheHostPassesOnIsRefused() throws MlsException {
        // Eve is in the group with a state that she commits with; the host helps her.
        host.admit(ann);
        HandPeer eve = new HandPeer(world, 9);
        byte[] room = world.descriptor.room().toBytes();
        var pending = MlsGroup.prepare(eve.identity, world.epochMillis());
        AddResult added = host.group.add(
                List.of(pending.keyPackage()), List.of(), MachineHarness.SECRET.psk(), room, world.epochMillis());
        host.seatOf(ann).commit(added.commits());
        MlsGroup evil = pending.join(
                added.welcome(),
                MachineHarness.SECRET.psk(),
                room,
                room,
                host.id(),
                dev.parley.chat.internal.mls.MlsLimits.DEFAULT,
                world.epochMillis());
        evil.acceptCommitsOf(evil.self());
        host.seatOf(ann).commit(List.of(evil.rekey(world.epochMillis())));
        assertThat(host.seatOf(ann).complaint()).contains("PROTOCOL_VIOLATION", "NOT_COMMITTER");
    }

    // ---- words

    private static byte[] bent(byte[] bytes, int at) {
        byte[] other = bytes.clone();
        other[at < 0 ? other.length + at : at] ^= 1;
        return other;
    }

    static Stream<Attack> forgeries() {
        Identity eve = MachineHarness.identity(9);
        return Stream.of(
                new Attack("a bit of the message", "", test -> {
                    test.bobSays("true");
                    test.host.seatOf(test.ann).take(bent(test.bobsMessage(), -1));
                }),
                new Attack(
                        "a signature that is bent",
                        "signature",
                        test -> test.giveToAnn(bent(test.bobSays("true").bytes(), -1))),
                new Attack(
                        "a text that is changed",
                        "signature",
                        test -> test.giveToAnn(bent(test.bobSays("true").bytes(), -66))),
                new Attack("the author's key replaced", "signature", test -> {
                    byte[] bytes = test.bobSays("true").bytes();
                    System.arraycopy(eve.card().ed25519PublicKey(), 0, bytes, 21, 32);
                    test.giveToAnn(bytes);
                }),
                new Attack(
                        "another room's",
                        "another room",
                        test -> test.giveToAnn(Event.sign(
                                        test.bob.identity,
                                        Descriptor.roomId(new byte[32], new byte[16]),
                                        null,
                                        1,
                                        "x",
                                        new byte[0])
                                .bytes())),
                new Attack(
                        "Bob's words in the host's seal",
                        "another author",
                        test -> test.host
                                .seatOf(test.ann)
                                .seal(Content.said(test.bobSays("true").bytes()))),
                new Attack("Ann's own words, back", "", test -> {
                    test.ann.send("mine");
                    Seat ann = test.host.seatOf(test.ann);
                    ann.seal(Content.said(ann.said.get(ann.said.size() - 1).bytes()));
                }),
                new Attack("a RECEIVED that is not so", "was not sent", test -> {
                    test.ann.send("mine");
                    test.host.seatOf(test.ann).order(99);
                }));
    }

    private void giveToAnn(byte[] event) {
        host.seatOf(ann).sync(false, List.of(), List.of(event), Map.of());
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    void aHostThatForgesLosesTheLinkAndTellsNothing(Attack attack) {
        admit();
        attack.act().accept(this);
        assertThat(host.seatOf(ann).complaint()).contains("PROTOCOL_VIOLATION", attack.complaint());
        assertThat(ann.told).last().isEqualTo("RECONNECTING PROTOCOL_VIOLATION");
        assertThat(ann.messages()).noneMatch(line -> line.contains("false") || line.startsWith("Host:"));
        assertThat(ann.stored)
                .noneMatch(event ->
                        event.sender().equals(MachineHarness.identity(9).peerId()));
    }

    @Test
    void aMessageThatIsPassedOnTwiceIsNotToldTwice() {
        admit();
        bobSays("once");
        host.seatOf(ann).take(bobsMessage());
        assertThat(ann.messages()).containsExactly("Bob: once");
        host.seatOf(ann).take(bobsMessage());
        assertThat(host.seatOf(ann).complaint()).isEmpty();
        assertThat(ann.messages()).containsExactly("Bob: once");
    }

    @Test
    void onesOwnMessageThatComesBackIsNotToldTwice() {
        admit();
        ann.send("mine");
        Seat seat = host.seatOf(ann);
        seat.take(seat.messages.get(seat.messages.size() - 1));
        assertThat(ann.messages()).containsExactly("Ann: mine");
        assertThat(seat.complaint()).isEmpty();
    }

    /** Bob helps: he signs two events for one place. Whoever brings the second need not know the first. */
    @Test
    void aForkOfAnothersChainIsToldAndNotTaken() {
        admit();
        Event true1 = bobSays("true");
        giveToAnn(true1.bytes());
        ann.takeTold();
        giveToAnn(host.signed(bob.identity, new EventHead(true1.seq() - 1, MessageId.of(new byte[32])), "false")
                .bytes());
        giveToAnn(host.signed(bob.identity, new EventHead(true1.seq(), MessageId.of(new byte[32])), "false")
                .bytes());
        assertThat(ann.takeTold()).containsExactly("fork");
        assertThat(host.seatOf(ann).complaint()).isEmpty();
    }

    @Test
    void eventsThatAreGivenAgainAreNotToldAgain() {
        admit();
        Event one = bobSays("one");
        Event two = bobSays("two");
        host.seatOf(ann).give(one, two).give(two, one).give(one).give(two);
        assertThat(ann.messages()).containsExactly("Bob: one", "Bob: two");
        assertThat(ann.stored).extracting(StoredEvent::id).doesNotHaveDuplicates();
        assertThat(host.seatOf(ann).complaint()).isEmpty();
    }

    @Test
    void aMessageThatIsKeptBackLeavesAGapInTheChain() {
        admit();
        bobSays("kept back");
        bobSays("passed on");
        host.seatOf(ann).take(bobsMessage());
        assertThat(ann.messages()).as("what was kept back may come").isEmpty();
        letTheGapPass();
        // Not prevented, but told.
        assertThat(ann.messages()).containsExactly("Bob: passed on");
        assertThat(ann.told).contains("gap 2 to 2");
        assertThat(seqsOf(bob, ann)).containsExactly(1L, 3L);
    }

    @Test
    void membersWhoAreToldDifferentThingsSeeGaps() {
        admit();
        Event one = host.event("to Ann alone");
        Event two = host.event("to Bob alone");
        Event three = host.event("to both");
        for (Event event : List.of(one, three)) {
            host.seatOf(ann).give(event);
        }
        for (Event event : List.of(two, three)) {
            host.seatOf(bob).give(event);
        }
        letTheGapPass();
        assertThat(ann.messages()).hasSize(2);
        assertThat(bob.messages()).hasSize(2);
        assertThat(seqsOfHost(ann)).containsExactly(1L, 3L);
        assertThat(seqsOfHost(bob)).containsExactly(2L, 3L);
        // What is missing shows where the next one points to.
        assertThat(three.follows(one.head())).isFalse();
        assertThat(three.follows(two.head())).isTrue();
    }

    @Test
    void wordsThatComeOutOfOrderAreToldInOrder() {
        admit();
        Event one = bobSays("one");
        Event two = bobSays("two");
        host.seatOf(ann).give(two).give(one);
        assertThat(ann.messages()).containsExactly("Bob: one", "Bob: two");
        assertThat(host.seatOf(ann).complaint()).isEmpty();
    }

    @Test
    void aHeadThatIsALieKeepsNothingBack() {
        admit();
        Event one = bobSays("one");
        host.seatOf(ann).give(one);
        EventHead lie = new EventHead(Long.MAX_VALUE - 1, MessageId.of(new byte[32]));
        host.seatOf(ann).sync(true, List.of(), List.of(), Map.of(bob.id(), lie));
        Event two = bobSays("two");
        host.seatOf(ann).give(one, two).give(one, two);
        assertThat(ann.messages()).containsExactly("Bob: one", "Bob: two");
    }

    @Test
    void aHeadBeyondWhichNothingCanBeSaidIsRefused() {
        admit();
        Event one = bobSays("one");
        host.seatOf(ann).give(one);
        EventHead last = new EventHead(Long.MAX_VALUE, MessageId.of(new byte[32]));
        host.seatOf(ann).sync(true, List.of(), List.of(), Map.of(bob.id(), last));
        assertThat(host.seatOf(ann).complaint()).contains("PROTOCOL_VIOLATION");
        assertThat(ann.messages()).containsExactly("Bob: one");
    }

    @Test
    void anIdentityThatWasNeverInSpeaksForItselfAlone() {
        admit();
        Identity ghost = MachineHarness.identity(9);
        host.seatOf(ann).give(host.signed(ghost, null, "boo"));
        assertThat(ann.messages()).containsExactly(ghost.peerId().value().substring(0, 8) + ": boo");
        assertThat(ann.told).noneMatch(line -> line.startsWith("+") || line.startsWith("-"));
    }

    @Test
    void aProfileOfSomebodyWhoIsNotThereBringsNobodyIntoTheRoom() {
        admit();
        Identity ghost = MachineHarness.identity(9);
        byte[] profile = Event.sign(
                        ghost, world.descriptor.room(), null, 1, Event.TYPE_PROFILE, Bodies.profile("Ghost", null))
                .bytes();
        host.seatOf(ann).sync(true, List.of(profile), List.of(), Map.of());
        assertThat(ann.told).doesNotContain("+Ghost");
    }

    @Test
    void whatAHostNeverAcknowledgesStaysUndelivered() {
        admit();
        long ticket = ann.send("is it there?");
        letTheGapPass();
        assertThat(ann.accepted).containsKey(ticket);
        assertThat(ann.outbox()).hasSize(1);
        assertThat(ann.deliveriesOf(ann.idOf(ticket), host.id())).containsExactly(DeliveryState.SENT);
    }

    @Test
    void aClockOfTheFarFutureMovesNobodysFar() {
        admit();
        host.seatOf(ann)
                .give(Event.sign(host.identity, world.descriptor.room(), null, Long.MAX_VALUE, "x", new byte[0]));
        ann.send("now");
        Seat seat = host.seatOf(ann);
        long clock = seat.said.get(seat.said.size() - 1).clock();
        assertThat(clock >> 16)
                .isBetween(world.epochMillis(), world.epochMillis() + Limits.MAX_CLOCK_LEAD.toMillis() + 1);
    }

    // ---- a relay that tampers with the frames of a true host

    static LongStream seeds() {
        Long only = Long.getLong("parley.sim.seed");
        int all = Integer.getInteger("parley.sim.seeds", DEFAULT_SEEDS);
        return only != null ? LongStream.of(only) : LongStream.rangeClosed(1, Math.max(1, all / ONE_SEED_OF));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRelayThatTampersWithFramesMakesNoFalseTimeline(long seed) {
        Random random = new Random(seed);
        MachineHarness relayed = new MachineHarness();
        Node trueHost = relayed.host().start();
        Node anna = relayed.participant("Ann", 2).start();
        Node ben = relayed.participant("Bob", 3).start();
        relayed.advanceMillis(1_000);
        List<byte[]> earlier = new ArrayList<>();
        int[] misdeeds = {0};
        int kind = (int) (seed % 6);
        relayed.tamper = (end, frame) -> {
            if (end.party != trueHost || earlier.isEmpty() || random.nextInt(10) != 0) {
                earlier.add(frame);
                return List.of(frame);
            }
            misdeeds[0]++;
            return switch (kind) {
                case 0 -> List.of();
                case 1 -> List.of(frame, frame);
                case 2 -> List.of(bent(frame, random.nextInt(frame.length)));
                case 3 -> List.of(frame, earlier.get(random.nextInt(earlier.size())));
                case 4 -> List.of(Arrays.copyOf(frame, Math.max(1, random.nextInt(frame.length))));
                default -> List.of(earlier.get(random.nextInt(earlier.size())), frame);
            };
        };
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            Node speaker = List.of(trueHost, anna, ben).get(random.nextInt(3));
            if (speaker.closed == null) {
                speaker.send("word " + i);
                said.add(speaker.id() + ": word " + i);
            }
            relayed.advanceMillis(random.nextInt(2_000));
        }
        relayed.tamper = MachineHarness.HONEST;
        relayed.advanceMillis(90_000);
        assertThat(misdeeds[0]).isPositive();
        List<String> order = heard(trueHost);
        assertThat(order).isNotEmpty().doesNotHaveDuplicates().isSubsetOf(said);
        for (Node guest : List.of(anna, ben)) {
            assertThat(heard(guest)).as(guest.name).doesNotHaveDuplicates();
            // What it said itself stands there though it may have been put out before anybody heard it.
            boolean isOut = guest.closedFor() != null;
            assertThat(heard(guest).stream()
                            .filter(words ->
                                    !isOut || !words.startsWith(guest.id().value())))
                    .as(guest.name)
                    .isSubsetOf(order);
            if (guest.closedFor() == null) {
                List<String> others = order.stream()
                        .filter(words -> !words.startsWith(guest.id().value()))
                        .toList();
                // A frame that is lost among others is a gap that nothing fills; whatever else a relay does to one
                // costs
                // the link, and who comes back is given what it has missed.
                assertThat(heard(guest)).as("%s hears the others", guest.name).containsAnyElementsOf(others);
                if (kind != 0) {
                    assertThat(heard(guest))
                            .as("%s hears all of it", guest.name)
                            .containsAll(others);
                }
            }
            for (Node author : List.of(trueHost, anna, ben)) {
                List<String> inOrder = said.stream()
                        .filter(words -> words.startsWith(author.id().value()))
                        .toList();
                assertThat(heard(guest).stream()
                                .filter(inOrder::contains)
                                .map(inOrder::indexOf)
                                .toList())
                        .as("%s hears %s in order", guest.name, author.name)
                        .isSorted();
            }
            assertThat(guest.closedFor() == null ? guest.hasOpenLink() : guest.closedFor() != Code.FAILED)
                    .as("%s is in, or out with a name: %s", guest.name, guest.told)
                    .isTrue();
        }
    }

    /** Long enough that what is missing is not waited for any more. */
    private void letTheGapPass() {
        for (long left = Timer.GAP.nanos(); left >= 0; left -= Timer.PING.nanos()) {
            for (Node node : List.of(ann, bob)) {
                host.seatOf(node).send(Frame.Kind.PING, new byte[8]);
            }
            world.advance(Timer.PING.toDuration());
        }
    }

    private static List<String> heard(Node node) {
        return node.all(Output.Deliver.class).stream()
                .map(deliver ->
                        deliver.message().sender() + ": " + deliver.message().text())
                .toList();
    }

    private static List<Long> seqsOf(Node author, Node at) {
        return at.stored.stream()
                .filter(event -> event.sender().equals(author.id()))
                .map(StoredEvent::seq)
                .toList();
    }

    private List<Long> seqsOfHost(Node at) {
        return at.stored.stream()
                .filter(event -> event.sender().equals(host.id()))
                .map(StoredEvent::seq)
                .toList();
    }
}
