package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.ConnectionState;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.testkit.sim.EvilWorker.Mail;
import dev.parley.chat.testkit.sim.Verdict.Told;
import dev.parley.chat.testkit.sim.Verdict.Witness;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.RoomEntry;
import dev.parley.chat.transport.SignalingListener;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedDescriptor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A signaling worker that is evil, against rooms of real drivers in virtual time, from many seeds. In every variant
 * each honest peer either chats as if nothing were, or is out of the room with a reason that has a name
 * ({@link Verdict}); nobody hears a word that no member said, nobody unseen is in the room, and nothing secret is to be
 * seen at the worker.
 *
 * <table>
 * <caption>What the worker does, what becomes of it, and the test that holds it</caption>
 * <tr><th>attack</th><th>outcome</th><th>test</th></tr>
 * <tr><td>drop, delay, reorder, duplicate, bend, truncate, splice, flood, forge senders, mistake types, some of the
 * time</td><td>untouched, or NO_CONNECTION in time</td><td>{@link #aWorkerThatTampersWithMailEitherFailsOrIsNamed}</td>
 * </tr>
 * <tr><td>duplicate, replay (of other sessions, peers, rooms), reflect, misdeliver, splice, forge refusals, beside true
 * mail</td><td>untouched</td><td>{@link #aWorkerThatAddsToTrueMailChangesNothing}</td></tr>
 * <tr><td>bend each byte of an envelope</td><td>untouched</td><td>
 * {@link #anEnvelopeWithAnyByteBentIsNotAccepted}</td></tr>
 * <tr><td>drop all</td><td>NO_CONNECTION</td><td>{@link #aWorkerThatDropsEverythingIsNoticedInTime}</td></tr>
 * <tr><td>serve another descriptor, host card or room</td><td>PROTOCOL_VIOLATION or WRONG_SECRET</td><td>
 * {@link #aWorkerThatSwapsTheDescriptorIsRefused}</td></tr>
 * <tr><td>bend each byte of the descriptor</td><td>PROTOCOL_VIOLATION or WRONG_SECRET</td><td>
 * {@link #aDescriptorWithAnyByteBentIsRefused}</td></tr>
 * <tr><td>man in the middle with a room of its own</td><td>refused before a link is made</td><td>
 * {@link #aWorkerThatServesItsOwnRoomIsRefused}</td></tr>
 * <tr><td>man in the middle that takes the host's mail</td><td>NO_CONNECTION</td><td>
 * {@link #aWorkerThatAnswersInPlaceOfTheHostIsNotBelieved}</td></tr>
 * <tr><td>join a private room with a secret of its own</td><td>WRONG_SECRET</td><td>
 * {@link #aWorkerWithoutTheSecretDoesNotGetIn}</td></tr>
 * <tr><td>join a public room, look-alike public room</td><td>visible under its own id, speaks for nobody else</td><td>
 * {@link #aWorkerInThePublicRoomIsSeenAndSpeaksForItselfAlone}, {@link #aLookAlikeRoomHasAnotherIdAndAnotherHost}</td>
 * </tr>
 * <tr><td>refuse, end sessions, count wrong, hide rooms, name ICE servers, tell each client something else</td><td>
 * untouched, or the reason that the worker gave</td><td>{@link #aWorkerThatRefusesAtRandomIsNamed},
 * {@link #aWorkerThatEndsSessionsDoesNotEndRooms}, {@link #aWorkerThatMiscountsChangesNothing},
 * {@link #aWorkerThatTellsEachSomethingElseDoesNotSplitTheRoom}</td></tr>
 * </table>
 *
 * <p>That the rules can fail is shown by the tests of {@link TheRules}, that each attack arrives by
 * {@link EvilWorker#misdeeds} and by the same attack against one who does not check. {@code -Dparley.sim.seeds=N} runs
 * N / 500 seeds of each, {@code -Dparley.sim.seed=S} the one that failed.
 */
class EvilWorkerTest {

    private static final int DEFAULT_SEEDS = 1_000;
    private static final int ONE_SEED_OF = 500;

    static LongStream seeds() {
        Long only = Long.getLong("parley.sim.seed");
        int all = Integer.getInteger("parley.sim.seeds", DEFAULT_SEEDS);
        return only != null ? LongStream.of(only) : LongStream.rangeClosed(1, Math.max(1, all / ONE_SEED_OF));
    }

    private static Identity mallory() {
        return Identity.generate();
    }

    // ---- mail

    private static final List<Arguments> TAMPERING = List.of(
            Arguments.of("drops", Misbehaviours.dropping(0.2)),
            Arguments.of("delays", Misbehaviours.delaying(0.7, Duration.ofSeconds(20))),
            Arguments.of("bends", Misbehaviours.bending(0.2)),
            Arguments.of("truncates", Misbehaviours.truncating(0.2)),
            Arguments.of("forges senders", Misbehaviours.forgingSenders(0.3)),
            Arguments.of("mistakes types", Misbehaviours.mistaking(0.2)));

    static Stream<Arguments> tampering() {
        return eachSeed(TAMPERING);
    }

    @ParameterizedTest(name = "{0}, seed {2}")
    @MethodSource("tampering")
    void aWorkerThatTampersWithMailEitherFailsOrIsNamed(String name, Misbehaviour misbehaviour, long seed) {
        AttackedRoom room = new AttackedRoom(seed);
        room.worker.behave(misbehaviour);
        room.live().settle().holds();
        room.requireMisdeeds();
    }

    private static final List<Arguments> ADDITIONS = List.of(
            Arguments.of("duplicates", Misbehaviours.duplicating(1, 3)),
            Arguments.of("replays", Misbehaviours.replaying(1)),
            Arguments.of("reflects", Misbehaviours.reflecting(1)),
            Arguments.of("misdelivers", Misbehaviours.misdelivering(1)),
            Arguments.of("splices", Misbehaviours.splicing(1)),
            Arguments.of("forges refusals", Misbehaviours.forgingRefusals(mallory())),
            Arguments.of("floods", Misbehaviours.flooding(5)),
            Arguments.of("reorders", Misbehaviours.delaying(0.5, Duration.ofSeconds(1))));

    static Stream<Arguments> additions() {
        return eachSeed(ADDITIONS);
    }

    @ParameterizedTest(name = "{0}, seed {2}")
    @MethodSource("additions")
    void aWorkerThatAddsToTrueMailChangesNothing(String name, Misbehaviour misbehaviour, long seed) {
        AttackedRoom room = new AttackedRoom(seed);
        room.worker.behave(misbehaviour);
        room.live().settle().isUntouched();
        room.requireMisdeeds();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatDoesAllAtOnceIsNamedOrFails(long seed) {
        AttackedRoom room = new AttackedRoom(seed);
        room.worker.behave(
                Misbehaviours.replaying(0.3),
                Misbehaviours.splicing(0.2),
                Misbehaviours.duplicating(0.3, 1),
                Misbehaviours.bending(0.1),
                Misbehaviours.forgingSenders(0.1),
                Misbehaviours.delaying(0.3, Duration.ofSeconds(3)),
                Misbehaviours.dropping(0.1),
                Misbehaviours.endingSessions(0.01, Problem.ROOM_NOT_FOUND, Problem.PEER_TAKEN, Problem.UNAUTHORIZED));
        room.live().settle().holds();
        room.requireMisdeeds();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anEnvelopeWithAnyByteBentIsNotAccepted(long seed) {
        AttackedRoom room = new AttackedRoom(seed);
        // Each costs the host an attempt to open it, so: those of one guest on its way in, four envelopes in all.
        room.worker.behave(Misbehaviours.towards(Set.of(room.host.name()), Misbehaviours.bendingEachByte(1)));
        room.open();
        room.ann.join(room.invite());
        room.world.runUntil(() -> room.ann.entering().isDone(), Duration.ofSeconds(35));
        room.requireMisdeeds();
        room.worker.repent();
        room.enter().talk().settle().isUntouched();
    }

    @Test
    void aWorkerThatDropsEverythingIsNoticedInTime() {
        AttackedRoom room = new AttackedRoom(1).open();
        room.worker.behave(Misbehaviours.dropping(1));
        room.enter();
        assertThat(room.guests()).extracting(EvilWorkerTest::why).allMatch(why -> why.startsWith("NO_CONNECTION"));
        room.settle().holds();
        room.requireMisdeeds();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatReplaysAnEarlierLifeBringsNobodyBack(long seed) {
        AttackedRoom room = new AttackedRoom(seed).open().enter().talk();
        List<Mail> earlier = room.worker.carried();
        leave(room.ann);
        room.world.runFor(Duration.ofSeconds(5));
        for (Mail mail : earlier) {
            room.worker.inject(mail);
        }
        room.world.runFor(Duration.ofSeconds(75));
        assertThat(room.host.room().participants())
                .extracting(Participant::id)
                .containsExactlyInAnyOrder(
                        room.host.identity().peerId(), room.bob.identity().peerId());
        room.settle().holds();
        room.requireMisdeeds();
    }

    @Test
    void aWorkerThatReplaysOneRoomIntoAnotherOfTheSameHostChangesNothing() {
        AttackedRoom room =
                new AttackedRoom(2, Visibility.PRIVATE).open().enter().talk();
        List<Mail> first = room.worker.carried();
        room.honest().forEach(EvilWorkerTest::leave);
        room.world.runFor(Duration.ofSeconds(10));
        room.honest().forEach(peer -> {
            peer.crash();
            peer.restart();
        });
        room.open();
        RoomId second = room.id();
        for (Mail mail : first) {
            assertThat(mail.room()).isNotEqualTo(second);
            room.worker.inject(mail.withTo(second, mail.to()));
        }
        room.enter();
        for (Mail mail : first) {
            room.worker.inject(mail.withTo(second, mail.to()));
        }
        room.talk().settle().isUntouched();
        assertThat(room.host.room().participants()).hasSize(3);
    }

    // ---- descriptors

    private static final List<Arguments> SWAPS = List.of(
            swap(
                    "the host's card",
                    (descriptor, m) -> replace(descriptor, "hostCard", m.card().encode())),
            swap(
                    "the host's card and key",
                    (descriptor, m) -> replace(
                            replace(descriptor, "hostCard", m.card().encode()),
                            "hostKey",
                            m.card().ed25519PublicKey())),
            swap("the host's X25519 key", (descriptor, m) -> {
                byte[] card = field(descriptor, "hostCard");
                System.arraycopy(m.card().x25519PublicKey(), 0, card, 32, 32);
                return replace(descriptor, "hostCard", card);
            }),
            swap("the host's X25519 key and its signature", (descriptor, m) -> {
                byte[] card = field(descriptor, "hostCard");
                System.arraycopy(m.card().encode(), 32, card, 32, 96);
                return replace(descriptor, "hostCard", card);
            }),
            swap("the nonce", (descriptor, m) -> replace(descriptor, "nonce", new byte[16])),
            swap(
                    "the visibility",
                    (descriptor, m) -> descriptor.contains("\"private\"")
                            ? descriptor.replace("\"private\"", "\"public\"")
                            : descriptor.replace("\"public\"", "\"private\"")),
            swap("the capacity", (descriptor, m) -> descriptor.replace("\"capacity\":64", "\"capacity\":2")),
            swap("the time", (descriptor, m) -> descriptor.replaceAll("\"created\":\\d+", "\"created\":1")),
            swap("the version", (descriptor, m) -> descriptor.replace("\"v\":1", "\"v\":2")),
            swap("a field more", (descriptor, m) -> descriptor.replace("{", "{\"psk\":false,")));

    private interface Swap {
        String of(String descriptor, Identity mallory);
    }

    private static Arguments swap(String name, Swap swap) {
        return Arguments.of(name, swap);
    }

    static Stream<Arguments> swaps() {
        return eachSeed(SWAPS);
    }

    @ParameterizedTest(name = "{0}, seed {2}")
    @MethodSource("swaps")
    void aWorkerThatSwapsTheDescriptorIsRefused(String name, Swap swap, long seed) {
        Identity mallory = mallory();
        AttackedRoom room = new AttackedRoom(seed).open();
        boolean signsItself = seed % 4 < 2;
        room.worker.behave(Misbehaviours.serving(truth -> {
            byte[] swapped = swap.of(text(truth), mallory).getBytes(StandardCharsets.UTF_8);
            assertThat(swapped).as("the swap").isNotEqualTo(truth.descriptor());
            return new SignedDescriptor(swapped, signsItself ? signature(mallory, swapped) : truth.signature());
        }));
        room.enter();
        assertThat(room.guests()).extracting(EvilWorkerTest::why).allMatch(why -> why.startsWith("PROTOCOL_VIOLATION"));
        assertThat(room.worker.carried()).as("no word was said to it").isEmpty();
        room.settle().holds();
        room.requireMisdeeds();
    }

    @Test
    void aWorkerThatSwapsTheHostCardIsRefused() {
        // As above, by name: the card is what all envelopes of the guest would be sealed to.
        aWorkerThatSwapsTheDescriptorIsRefused(
                "the host's card",
                (descriptor, m) -> replace(descriptor, "hostCard", m.card().encode()),
                1);
    }

    @Test
    void aDescriptorThatIsSwappedForItselfIsTaken() {
        // The same way of swapping, without a swap: what is refused above is the swap.
        AttackedRoom room = new AttackedRoom(1).open();
        room.worker.behave(Misbehaviours.serving(truth -> new SignedDescriptor(
                replace(text(truth), "hostCard", field(text(truth), "hostCard")).getBytes(StandardCharsets.UTF_8),
                truth.signature())));
        room.enter().talk().settle().isUntouched();
        room.requireMisdeeds();
    }

    @Test
    void aDescriptorOfAnotherRoomOfTheSameHostIsRefused() {
        AttackedRoom other = new AttackedRoom(1, Visibility.PRIVATE).open();
        SignedDescriptor earlier = other.worker.announced(other.id()).get(0);
        leave(other.host);
        other.world.runFor(Duration.ofSeconds(5));
        other.host.crash();
        other.host.restart();
        other.open();
        other.worker.behave(Misbehaviours.serving(truth -> earlier));
        other.enter();
        assertThat(other.guests())
                .extracting(EvilWorkerTest::why)
                .allMatch(why -> why.startsWith("PROTOCOL_VIOLATION"));
        other.settle().holds();
        other.requireMisdeeds();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aDescriptorWithAnyByteBentIsRefused(long seed) {
        AttackedRoom room = new AttackedRoom(seed).open();
        SignedDescriptor truth = room.worker.announced(room.id()).get(0);
        int length = truth.descriptor().length + truth.signature().length;
        int[] next = {0};
        room.worker.behave(Misbehaviours.serving(honest -> {
            byte[] descriptor = honest.descriptor();
            byte[] signature = honest.signature();
            int at = next[0]++;
            byte[] part = at < descriptor.length ? descriptor : signature;
            part[at < descriptor.length ? at : at - descriptor.length] ^=
                    (byte) (1 + room.worker.random().nextInt(255));
            return new SignedDescriptor(descriptor, signature);
        }));
        Set<String> reasons = new HashSet<>();
        for (int i = 0; i < length; i++) {
            room.ann.join(room.invite());
            room.world.runUntil(() -> room.ann.entering().isDone(), Duration.ofSeconds(5));
            String why = why(room.ann);
            reasons.add(why.substring(0, why.indexOf(':')));
        }
        assertThat(next[0]).isEqualTo(length);
        assertThat(reasons).isSubsetOf("PROTOCOL_VIOLATION", "WRONG_SECRET").isNotEmpty();
        assertThat(room.worker.carried()).isEmpty();
        room.worker.repent();
        room.enter().talk().settle().isUntouched();
    }

    // ---- a man in the middle

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatServesItsOwnRoomIsRefused(long seed) {
        AttackedRoom room = new AttackedRoom(seed).open();
        SimPeer mallory = room.world.peer("Mallory");
        mallory.create(RoomOptions.builder(AttackedRoom.ROOM_NAME)
                .visibility(seed % 2 == 0 ? Visibility.PUBLIC : Visibility.PRIVATE)
                .build());
        room.world.runUntil(mallory::isConnected, Duration.ofSeconds(35));
        RoomId trap = mallory.room().id();
        room.worker.behave(new Misbehaviour() {
            @Override
            public RoomEntry find(EvilWorker worker, String client, RoomId asked, RoomEntry truth) {
                return new RoomEntry(trap, worker.announced(trap).get(0), 1, Instant.EPOCH);
            }
        });
        room.enter();
        assertThat(room.guests()).extracting(EvilWorkerTest::why).allMatch(why -> why.startsWith("PROTOCOL_VIOLATION"));
        assertThat(mallory.room().participants()).hasSize(1);
        room.settle().holds();
        room.requireMisdeeds();

        // The trap would have worked: who is invited to it, and so does not ask for the other room, is in it.
        SimPeer gullible = room.world.peer("Gullible");
        gullible.join(mallory.room().invite());
        assertThat(room.world.runUntil(gullible::isConnected, Duration.ofSeconds(35)))
                .isTrue();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatAnswersInPlaceOfTheHostIsNotBelieved(long seed) {
        AttackedRoom room = new AttackedRoom(seed).open();
        SimPeer mallory = room.world.peer("Mallory");
        mallory.create(RoomOptions.builder(AttackedRoom.ROOM_NAME)
                .visibility(seed % 2 == 0 ? Visibility.PUBLIC : Visibility.PRIVATE)
                .build());
        room.world.runUntil(mallory::isConnected, Duration.ofSeconds(35));
        RoomId trap = mallory.room().id();
        PeerId evil = mallory.identity().peerId();
        PeerId victim = room.host.identity().peerId();
        room.worker.behave(new Misbehaviour() {
            @Override
            public List<Mail> carry(EvilWorker worker, String client, Mail mail) {
                if (mail.to().equals(victim)) {
                    return List.of(mail.withTo(trap, evil));
                }
                return List.of(mail);
            }
        });
        room.guests().forEach(guest -> guest.join(room.invite()));
        // What the man in the middle says is served to the guests as the host's own word.
        Set<Mail> answers = new LinkedHashSet<>();
        room.world.runUntil(
                () -> {
                    for (Mail mail : room.worker.carried()) {
                        if (mail.from().equals(evil) && answers.add(mail)) {
                            room.worker.inject(mail.withTo(room.id(), mail.to()).withFrom(victim));
                        }
                    }
                    return room.guests().stream()
                            .allMatch(guest -> guest.entering().isDone());
                },
                Duration.ofSeconds(35));
        assertThat(room.guests()).extracting(EvilWorkerTest::why).allMatch(why -> why.startsWith("NO_CONNECTION"));
        assertThat(answers).as("refusals that the man in the middle gave").isNotEmpty();
        assertThat(mallory.room().participants()).hasSize(1);
        room.settle().holds();
        room.requireMisdeeds();
    }

    @Test
    void aWorkerWithoutTheSecretDoesNotGetIn() {
        AttackedRoom room =
                new AttackedRoom(1, Visibility.PRIVATE).open().enter().talk();
        SimPeer mallory = room.world.peer("Mallory");
        String link = room.invite().link();
        for (String guess : List.of(
                link.substring(0, link.indexOf('#')), link.substring(0, link.indexOf('#') + 1) + "A".repeat(43))) {
            mallory.join(Invite.parse(guess));
            room.world.runUntil(() -> mallory.entering().isDone(), Duration.ofSeconds(35));
            assertThat(why(mallory)).startsWith("WRONG_SECRET");
        }
        room.talk().settle().isUntouched();
        assertThat(room.host.room().participants()).hasSize(3);

        // With the link it would have.
        mallory.join(room.invite());
        assertThat(room.world.runUntil(mallory::isConnected, Duration.ofSeconds(35)))
                .isTrue();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerInThePublicRoomIsSeenAndSpeaksForItselfAlone(long seed) {
        AttackedRoom room = new AttackedRoom(seed, Visibility.PUBLIC).open().enter();
        // It takes the name of another, which names allow; its id tells it apart.
        SimPeer mallory = room.world.peer(room.ann.name());
        room.admits(mallory);
        mallory.join(room.invite());
        assertThat(room.world.runUntil(mallory::isConnected, Duration.ofSeconds(35)))
                .isTrue();
        room.worker.behave(Misbehaviours.replaying(0.5), Misbehaviours.misdelivering(0.5));

        room.talk();
        room.say(mallory);
        room.loseLinks().talk();
        room.say(mallory);
        room.settle().isUntouched();

        room.requireMisdeeds();
        assertThat(mallory.isConnected()).isTrue();
        for (SimPeer peer : room.honest()) {
            assertThat(peer.room().participants())
                    .extracting(Participant::id)
                    .containsExactlyInAnyOrder(
                            room.host.identity().peerId(),
                            room.ann.identity().peerId(),
                            room.bob.identity().peerId(),
                            mallory.identity().peerId());
            assertThat(peer.room().participants())
                    .filteredOn(participant -> participant.name().equals(room.ann.name()))
                    .extracting(Participant::id)
                    .containsExactlyInAnyOrder(
                            room.ann.identity().peerId(), mallory.identity().peerId());
            assertThat(peer.room().participants())
                    .filteredOn(participant -> participant.role() == Participant.Role.HOST)
                    .extracting(Participant::id)
                    .containsExactly(room.host.identity().peerId());
            assertThat(peer.delivered())
                    .filteredOn(message ->
                            message.sender().equals(mallory.identity().peerId()))
                    .as("it is heard under its own id")
                    .hasSize(2);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aLookAlikeRoomHasAnotherIdAndAnotherHost(long seed) {
        AttackedRoom room = new AttackedRoom(seed, Visibility.PUBLIC).open();
        // A full man in the middle: host of a room of the same name, and a member of the true one.
        SimPeer front = room.world.peer(room.host.name());
        SimPeer back = room.world.peer("Mallory");
        front.create(RoomOptions.builder(AttackedRoom.ROOM_NAME)
                .visibility(Visibility.PUBLIC)
                .build());
        room.world.runUntil(front::isConnected, Duration.ofSeconds(35));
        back.join(room.invite());
        room.world.runUntil(back::isConnected, Duration.ofSeconds(35));
        SignedDescriptor truth = room.worker.announced(room.id()).get(0);
        SignedDescriptor trap = room.worker.announced(front.room().id()).get(0);
        room.worker.behave(Misbehaviours.listing(List.of(
                // Look-alikes that lie: the trap under the true id, and the true room under the trap's.
                new RoomEntry(room.id(), trap, 3, Instant.EPOCH),
                new RoomEntry(front.room().id(), truth, 3, Instant.EPOCH))));

        var listing = room.bob.manager().publicRooms();
        room.world.runFor(Duration.ofSeconds(5));
        List<PublicRoom> listed = listing.join();
        room.requireMisdeeds();
        assertThat(listed).extracting(PublicRoom::name).containsOnly(AttackedRoom.ROOM_NAME);
        assertThat(listed)
                .as("each id with its own host, and no other")
                .extracting(PublicRoom::room, PublicRoom::host)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(
                                room.id(), room.host.identity().peerId()),
                        org.assertj.core.groups.Tuple.tuple(
                                front.room().id(), front.identity().peerId()));

        // Who takes the look-alike for the room talks to the man in the middle, and is told so by every id.
        room.bob.join(Invite.toPublicRoom(room.invite().base(), front.room().id()));
        room.world.runUntil(room.bob::isConnected, Duration.ofSeconds(35));
        room.say(room.host, "Come in");
        room.world.runFor(Duration.ofSeconds(2));
        back.delivered().forEach(message -> room.say(front, message.text()));
        room.say(room.bob, "Is it you?");
        room.world.runFor(Duration.ofSeconds(2));
        front.delivered().forEach(message -> room.say(back, message.text()));
        room.world.runFor(Duration.ofSeconds(2));
        Set<PeerId> evil = Set.of(front.identity().peerId(), back.identity().peerId());
        assertThat(room.bob.room().id()).isNotEqualTo(room.id());
        assertThat(room.bob.delivered())
                .filteredOn(message -> message.text().equals("Come in"))
                .as("the relay works")
                .isNotEmpty()
                .allMatch(message -> evil.contains(message.sender()));
        assertThat(room.host.delivered())
                .filteredOn(message -> message.text().equals("Is it you?"))
                .as("the relay works, both ways")
                .isNotEmpty()
                .allMatch(message -> evil.contains(message.sender()));
        assertThat(room.bob.room().participants())
                .extracting(Participant::id)
                .doesNotContain(room.host.identity().peerId());
        assertThat(room.host.room().participants())
                .extracting(Participant::id)
                .doesNotContain(room.bob.identity().peerId());
    }

    // ---- refusals, counts, servers

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatRefusesAtRandomIsNamed(long seed) {
        AttackedRoom room = new AttackedRoom(seed).open();
        room.worker.behave(Misbehaviours.refusing(
                0.7,
                Problem.ROOM_NOT_FOUND,
                Problem.ROOM_FULL,
                Problem.PEER_TAKEN,
                Problem.UNAUTHORIZED,
                Problem.FORBIDDEN,
                Problem.PROTOCOL));
        room.enter().talk().loseLinks().talk().settle().holds();
        room.requireMisdeeds();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatEndsSessionsDoesNotEndRooms(long seed) {
        AttackedRoom room = new AttackedRoom(seed).open().enter();
        Problem[] problems = {Problem.ROOM_NOT_FOUND, Problem.PEER_TAKEN, Problem.UNAUTHORIZED, Problem.PROTOCOL};
        for (SimPeer peer : room.honest()) {
            Problem problem = problems[room.worker.random().nextInt(problems.length)];
            room.worker.endSession(
                    room.id(), peer.identity().peerId(), new SignalingException(problem, "the worker says so"));
        }
        room.talk().settle().isUntouched();
        room.requireMisdeeds();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatMiscountsChangesNothing(long seed) {
        AttackedRoom room = new AttackedRoom(seed, Visibility.PUBLIC);
        room.worker.behave(
                Misbehaviours.miscounting(),
                Misbehaviours.hidingRooms(),
                Misbehaviours.namingIceServers(List.of(
                        IceServer.stun("stun:stun.invalid"), IceServer.turn("turn:turn.invalid", "user", "word"))));
        room.open();
        var listing = room.bob.manager().publicRooms();
        room.world.runFor(Duration.ofSeconds(5));
        assertThat(listing.join()).isEmpty();
        room.enter().talk().loseLinks().talk().settle().isUntouched();
        room.requireMisdeeds();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aWorkerThatTellsEachSomethingElseDoesNotSplitTheRoom(long seed) {
        AttackedRoom room = new AttackedRoom(seed);
        room.worker.behave(
                Misbehaviours.towards(Set.of(room.ann.name()), Misbehaviours.replaying(1)),
                Misbehaviours.towards(Set.of(room.bob.name()), Misbehaviours.dropping(0.5)),
                Misbehaviours.towards(Set.of(room.host.name()), Misbehaviours.misdelivering(1)),
                Misbehaviours.towards(
                        Set.of(room.ann.name()), Misbehaviours.refusing(0.3, Problem.ROOM_FULL, Problem.PEER_TAKEN)),
                Misbehaviours.towards(Set.of(room.bob.name()), Misbehaviours.bendingDescriptors(0.3)));
        room.live().settle().holds();
        room.requireMisdeeds();
    }

    // ---- that the rules can fail

    /** What was seen and heard, changed as a successful attack would change it: each rule notices its own. */
    @Nested
    class TheRules {

        private final AttackedRoom room = new AttackedRoom(1, Visibility.PRIVATE)
                .open()
                .enter()
                .talk()
                .talk()
                .talk();
        private final List<Witness> witnesses = new ArrayList<>(room.witnesses());
        private final Witness ann = witnesses.get(1);

        private void isNoticed(Witness changed, String rule) {
            new Verdict(witnesses, Set.of(), room.said()).isUntouched();
            witnesses.set(1, changed);
            assertThatThrownBy(() -> new Verdict(witnesses, Set.of(), room.said()).holds())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(rule);
        }

        @Test
        void aForgedMessageIsNoticed() {
            List<Told> told = new ArrayList<>(ann.told());
            told.add(new Told(MessageId.of(new byte[32]), room.bob.identity().peerId(), "never said"));
            isNoticed(ann.hearing(told), "was said by its author");
        }

        @Test
        void aMessageUnderAnothersNameIsNoticed() {
            List<Told> told = new ArrayList<>(ann.told());
            Told first = told.get(0);
            PeerId other = first.sender().equals(room.bob.identity().peerId())
                    ? room.host.identity().peerId()
                    : room.bob.identity().peerId();
            told.set(0, new Told(first.id(), other, first.text()));
            isNoticed(ann.hearing(told), "was said by its author");
        }

        @Test
        void aMessageTwiceIsNoticed() {
            List<Told> told = new ArrayList<>(ann.told());
            told.add(told.get(0));
            isNoticed(ann.hearing(told), "nothing twice");
        }

        @Test
        void aGapIsNoticed() {
            List<Told> told = new ArrayList<>(ann.told());
            List<Told> ofHost = told.stream()
                    .filter(each -> each.sender().equals(room.host.identity().peerId()))
                    .toList();
            told.remove(ofHost.get(1));
            isNoticed(ann.hearing(told), "without a gap");
        }

        @Test
        void anotherOrderIsNoticed() {
            List<Told> told = new ArrayList<>(ann.told());
            Collections.reverse(told);
            isNoticed(ann.hearing(told), "in its order");
        }

        @Test
        void aPeerThatHearsNothingIsNoticed() {
            isNoticed(ann.hearing(List.of()), "has heard the last");
        }

        @Test
        void aMissingBeginningIsNoticed() {
            isNoticed(ann.hearing(ann.told().subList(1, ann.told().size())), "said while it was in");
        }

        @Test
        void aRoomInWhichNobodyHearsAnythingIsNoticed() {
            witnesses.replaceAll(witness -> witness.hearing(List.of()));
            assertThatThrownBy(() -> new Verdict(witnesses, Set.of(), room.said()).holds())
                    .hasMessageContaining("said while it was in");
        }

        @Test
        void aWordThatNobodyHearsIsNoticed() {
            Told lost = ann.told().get(1);
            witnesses.replaceAll(witness -> {
                List<Told> told = new ArrayList<>(witness.told());
                told.remove(lost);
                return witness.hearing(told);
            });
            assertThatThrownBy(() -> new Verdict(witnesses, Set.of(), room.said()).holds())
                    .hasMessageContaining("said while it was in");
        }

        @Test
        void aRoomWhoseHostOrdersNoWordOfAGuestIsNoticed() {
            witnesses.replaceAll(witness -> witness.hearing(witness.told().stream()
                    .filter(told -> !told.sender().equals(ann.id()))
                    .toList()));
            assertThatThrownBy(() -> new Verdict(witnesses, Set.of(), room.said()).holds())
                    .hasMessageContaining("said while it was in");
        }

        @Test
        void aRoomInWhichNobodySaysAnythingShowsNothing() {
            AttackedRoom silent = new AttackedRoom(1).open().enter();
            silent.world.runFor(Duration.ofSeconds(2));
            silent.verdict().holds();
            assertThatThrownBy(() -> silent.verdict().isUntouched()).hasMessageContaining("Hortensia hears Hortensia");
        }

        @Test
        void aMissingEndIsNoticed() {
            isNoticed(ann.hearing(ann.told().subList(0, ann.told().size() - 1)), "has heard the last");
        }

        @Test
        void aGhostInTheRosterIsNoticed() {
            Set<PeerId> roster = new HashSet<>(ann.roster());
            roster.add(Identity.generate().peerId());
            isNoticed(ann.seeing(roster), "sees all who are there");
        }

        @Test
        void aGhostThatAllSeeIsNoticed() {
            PeerId ghost = Identity.generate().peerId();
            witnesses.replaceAll(witness -> {
                Set<PeerId> roster = new HashSet<>(witness.roster());
                roster.add(ghost);
                return witness.seeing(roster);
            });
            assertThatThrownBy(() -> new Verdict(witnesses, Set.of(), room.said()).holds())
                    .hasMessageContaining("sees nobody unknown");
            new Verdict(witnesses, Set.of(ghost), room.said()).holds();
        }

        @Test
        void aPeerThatIsMissingInTheRosterIsNoticed() {
            isNoticed(ann.seeing(Set.of(ann.id())), "sees all who are there");
        }

        @Test
        void waitingForEverIsNoticed() {
            isNoticed(ann.ending(ConnectionState.CONNECTING, false, null), "left waiting");
        }

        @Test
        void aWayThatNeverEndsIsNoticed() {
            isNoticed(ann.ending(ConnectionState.RECONNECTING, true, null), "a way that never ends");
        }

        @Test
        void anEndWithoutANameIsNoticed() {
            isNoticed(ann.ending(ConnectionState.CLOSED, true, null), "was told why");
        }

        @Test
        void aDefectIsNoticed() {
            isNoticed(
                    ann.ending(ConnectionState.CLOSED, true, "FAILED: an internal error; please report it"),
                    "was told why");
        }

        @Test
        void whatTheWorkerCanReadIsFound() {
            AttackedRoom open = new AttackedRoom(1, Visibility.PUBLIC).open().enter();
            assertThat(Verdict.isIn(open.worker.seen(), AttackedRoom.ROOM_NAME))
                    .as("the name of a public room is public")
                    .isTrue();
            assertThat(room.secrets()).contains(AttackedRoom.ROOM_NAME);
            Verdict.isNotIn(room.worker.seen(), room.secrets());

            // A client that leaks: what it sends without sealing is found, bare and within base64.
            leak("text", "Sentence number 5".getBytes(StandardCharsets.UTF_8));
            leak("base64", Base64.getEncoder().encode("x Sentence number 5".getBytes(StandardCharsets.UTF_8)));
            leak("base64url", Base64.getUrlEncoder().encode("..Sentence number 5".getBytes(StandardCharsets.UTF_8)));
            String link = room.invite().link();
            leak("the secret", Base64.getUrlDecoder().decode(link.substring(link.indexOf('#') + 1)));
        }

        private void leak(String what, byte[] payload) {
            AttackedRoom leaky = new AttackedRoom(3, Visibility.PRIVATE).open();
            SignalingSession session = leaky.worker
                    .between("leak", new SimSignaling(leaky.world.network(), leaky.world.worker(), "leak"))
                    .join(leaky.id(), Identity.generate().peerId(), Runnable::run, new Deaf());
            assertThat(session.send(leaky.host.identity().peerId(), MessageType.ENVELOPE, payload))
                    .isNotNull();
            assertThatThrownBy(() -> Verdict.isNotIn(leaky.worker.seen(), room.secrets()))
                    .as(what)
                    .hasMessageContaining("the worker can read");
        }

        private static final class Deaf implements SignalingListener {
            @Override
            public void onConnected(List<IceServer> iceServers) {}

            @Override
            public void onMessage(PeerId from, MessageType type, byte[] payload) {}

            @Override
            public void onInterrupted(SignalingException cause) {}

            @Override
            public void onEnded(SignalingException cause) {}
        }
    }

    // ---- parts

    private static Stream<Arguments> eachSeed(List<Arguments> variants) {
        return variants.stream()
                .flatMap(variant -> seeds().mapToObj(seed -> {
                    Object[] all = Arrays.copyOf(variant.get(), variant.get().length + 1);
                    all[all.length - 1] = seed;
                    return Arguments.of(all);
                }));
    }

    private static void leave(SimPeer peer) {
        var unused = peer.leave();
    }

    private static String why(SimPeer peer) {
        return Witness.of(peer).why().orElse("still in");
    }

    static String text(SignedDescriptor descriptor) {
        return new String(descriptor.descriptor(), StandardCharsets.UTF_8);
    }

    static byte[] field(String descriptor, String name) {
        int from = descriptor.indexOf("\"" + name + "\":\"") + name.length() + 4;
        return Base64.getUrlDecoder().decode(descriptor.substring(from, descriptor.indexOf('"', from)));
    }

    private static String replace(String descriptor, String name, byte[] value) {
        int from = descriptor.indexOf("\"" + name + "\":\"") + name.length() + 4;
        return descriptor.substring(0, from)
                + Base64.getUrlEncoder().withoutPadding().encodeToString(value)
                + descriptor.substring(descriptor.indexOf('"', from));
    }

    private static byte[] signature(Identity signer, byte[] descriptor) {
        byte[] context = "parley-descriptor-v1".getBytes(StandardCharsets.US_ASCII);
        return signer.sign(ByteBuffer.allocate(context.length + descriptor.length)
                .put(context)
                .put(descriptor)
                .array());
    }
}
