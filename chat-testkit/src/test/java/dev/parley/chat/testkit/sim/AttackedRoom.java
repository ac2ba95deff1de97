package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ConnectionState;
import dev.parley.chat.Invite;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.testkit.sim.Verdict.Sentence;
import dev.parley.chat.testkit.sim.Verdict.Witness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A room of honest peers whose worker is evil: they come, talk, lose their links, come back and talk again; or two of
 * them are deputies, and the host is lost.
 */
final class AttackedRoom {

    static final String ROOM_NAME = "A room nobody should hear of";

    /** Of ParticipantMachine: CONNECT and RECONNECT are 30 and 60 s, and the host keeps a lost place for 10 s. */
    private static final Duration ENTERING = Duration.ofSeconds(35);

    private static final Duration SETTLING = Duration.ofSeconds(75);

    /** Longer than a link is silent, a lease lasts and a deputy that takes over needs. */
    private static final Duration SUCCESSION = Duration.ofSeconds(60);

    final SimWorld world;
    final EvilWorker worker;
    final SimPeer host;
    final SimPeer ann;
    final SimPeer bob;

    private final Visibility visibility;
    private final List<SimPeer> honest = new ArrayList<>();
    private final List<Sentence> said = new ArrayList<>();
    private final Set<PeerId> outsiders = new HashSet<>();
    private int sentences;

    AttackedRoom(long seed) {
        this(seed, seed % 2 == 0 ? Visibility.PUBLIC : Visibility.PRIVATE);
    }

    AttackedRoom(long seed, Visibility visibility) {
        this.visibility = visibility;
        world = new SimWorld(seed, seed % 4 > 1 ? NetworkProfile.wifi() : NetworkProfile.perfect());
        worker = world.corruptWorker();
        host = world.peer("Hortensia");
        ann = world.peer("Annabella");
        bob = world.peer("Bonifacius");
        honest.addAll(List.of(host, ann, bob));
    }

    /** A room of four that may go on without its host: Ann and Bob are to be its deputies, in this order. */
    static AttackedRoom withDeputies(long seed) {
        AttackedRoom room = new AttackedRoom(seed);
        room.honest.add(room.world.peer("Clementine"));
        return room;
    }

    /** Who is honest and not lost. */
    List<SimPeer> honest() {
        return List.copyOf(honest);
    }

    List<SimPeer> guests() {
        return honest.stream().filter(peer -> peer != host).toList();
    }

    /** Another honest peer, who is not there from the beginning. */
    SimPeer newcomer(String name) {
        SimPeer peer = world.peer(name);
        honest.add(peer);
        return peer;
    }

    Invite invite() {
        return host.room().invite();
    }

    RoomId id() {
        return host.room().id();
    }

    /** The host opens the room; an evil worker may have prevented it. */
    AttackedRoom open() {
        said.clear();
        host.create(RoomOptions.builder(ROOM_NAME).visibility(visibility).build());
        world.runUntil(() -> host.entering().isDone(), ENTERING);
        return this;
    }

    AttackedRoom enter() {
        if (host.isConnected()) {
            guests().stream().filter(guest -> !guest.isInRoom()).forEach(guest -> guest.join(invite()));
            world.runUntil(
                    () -> guests().stream().allMatch(guest -> guest.entering().isDone()), ENTERING);
            // Those who came first are yet to see those who came last.
            world.runFor(Duration.ofSeconds(1));
        }
        return this;
    }

    /** The host names its deputies, and the worker takes them. */
    AttackedRoom nameDeputies(SimPeer... deputies) {
        var named = host.room()
                .nameDeputies(Arrays.stream(deputies)
                        .map(deputy -> deputy.identity().peerId())
                        .toList());
        assertThat(world.runUntil(named::isDone, ENTERING))
                .as("the deputies are named")
                .isTrue();
        named.join();
        return this;
    }

    /** The host's process dies, without a word. */
    AttackedRoom loseHost() {
        host.crash();
        honest.remove(host);
        return this;
    }

    /** Who is in says something, all at about the same time. */
    AttackedRoom talk() {
        honest().forEach(this::say);
        world.runFor(Duration.ofSeconds(2));
        return this;
    }

    void say(SimPeer peer) {
        if (peer.isInRoom()) {
            say(peer, "Sentence number " + ++sentences + " of " + peer.name());
        }
    }

    void say(SimPeer peer, String sentence) {
        said.add(new Sentence(peer.identity().peerId(), sentence, Audiences.of(peer)));
        var unused = peer.send(sentence);
    }

    /** The guests' links break, so that they need the worker again. */
    AttackedRoom loseLinks() {
        guests().forEach(guest -> world.network().moveTo(guest.name(), 1));
        world.runFor(Duration.ofSeconds(30));
        guests().forEach(guest -> world.network().moveTo(guest.name(), 0));
        world.runFor(Duration.ofSeconds(10));
        return this;
    }

    /** From the first step to the last, as an untroubled room would go. */
    AttackedRoom live() {
        return open().enter().talk().loseLinks().talk();
    }

    /** Someone who is no honest peer may be in the room, for all to see. */
    AttackedRoom admits(SimPeer outsider) {
        outsiders.add(outsider.identity().peerId());
        return this;
    }

    /** Lets all timers run out, then judges. */
    Verdict settle() {
        world.runFor(SETTLING);
        Verdict.isNotIn(worker.seen(), secrets());
        return verdict();
    }

    /**
     * Lets all timers run out, has everybody who is in say something more, and judges a room that may be led by others
     * than its host.
     *
     * @return how many rooms it has become; 0 if all are out
     */
    int settleInRooms() {
        world.runFor(SUCCESSION.plus(SETTLING));
        int before = said.size();
        talk();
        world.runFor(Duration.ofSeconds(15));
        Verdict.isNotIn(worker.seen(), secrets());
        Set<String> last = new HashSet<>();
        said.subList(before, said.size()).forEach(sentence -> last.add(sentence.text()));
        return verdict()
                .holdsInEachRoom(
                        host.identity().peerId(),
                        Set.of(
                                host.identity().peerId(),
                                ann.identity().peerId(),
                                bob.identity().peerId()),
                        last);
    }

    Verdict verdict() {
        return new Verdict(witnesses(), outsiders, said);
    }

    List<Witness> witnesses() {
        return honest().stream().map(Witness::of).toList();
    }

    List<Sentence> said() {
        return List.copyOf(said);
    }

    Set<String> secrets() {
        Set<String> secrets = new HashSet<>(Set.of("Sentence number", "sim-offer", "sim-answer", "candidate:"));
        secrets.add(host.name());
        honest.forEach(peer -> secrets.add(peer.name()));
        if (visibility == Visibility.PRIVATE) {
            secrets.add(ROOM_NAME);
            for (SimPeer peer : honest) {
                if (!peer.states().contains(ConnectionState.CONNECTED)) {
                    continue;
                }
                String link = peer.room().invite().link();
                String secret = link.substring(link.indexOf('#') + 1).replaceFirst("\\.\\d+$", "");
                secrets.add(secret);
                secrets.add(new String(Base64.getUrlDecoder().decode(secret), StandardCharsets.ISO_8859_1));
            }
        }
        return secrets;
    }

    /** A worker that has done nothing shows nothing. */
    void requireMisdeeds() {
        assertThat(worker.misdeeds()).as("misdeeds of the worker").isPositive();
    }
}
