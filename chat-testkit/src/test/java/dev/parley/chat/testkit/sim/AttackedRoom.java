package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ConnectionState;
import dev.parley.chat.Invite;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomOptions.Visibility;
import dev.parley.chat.testkit.sim.Verdict.Witness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A room of three honest peers whose worker is evil: they come, talk, lose their links, come back and talk again. */
final class AttackedRoom {

    static final String ROOM_NAME = "A room nobody should hear of";

    /** Of ParticipantMachine: CONNECT and RECONNECT are 30 and 60 s, and the host keeps a lost place for 10 s. */
    private static final Duration ENTERING = Duration.ofSeconds(35);

    private static final Duration SETTLING = Duration.ofSeconds(75);

    final SimWorld world;
    final EvilWorker worker;
    final SimPeer host;
    final SimPeer ann;
    final SimPeer bob;

    private final Visibility visibility;
    private final Map<PeerId, Set<String>> said = new HashMap<>();
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
    }

    List<SimPeer> honest() {
        return List.of(host, ann, bob);
    }

    List<SimPeer> guests() {
        return List.of(ann, bob);
    }

    Invite invite() {
        return host.room().invite();
    }

    RoomId id() {
        return host.room().id();
    }

    /** The host opens the room; an evil worker may have prevented it. */
    AttackedRoom open() {
        host.create(RoomOptions.builder(ROOM_NAME).visibility(visibility).build());
        world.runUntil(() -> host.entering().isDone(), ENTERING);
        return this;
    }

    AttackedRoom enter() {
        if (host.isConnected()) {
            guests().stream().filter(guest -> !guest.isInRoom()).forEach(guest -> guest.join(invite()));
            world.runUntil(
                    () -> guests().stream().allMatch(guest -> guest.entering().isDone()), ENTERING);
        }
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
        said.computeIfAbsent(peer.identity().peerId(), unused -> new HashSet<>())
                .add(sentence);
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
        said.computeIfAbsent(outsider.identity().peerId(), unused -> new HashSet<>());
        return this;
    }

    /** Lets all timers run out, then judges. */
    Verdict settle() {
        world.runFor(SETTLING);
        Verdict.isNotIn(worker.seen(), secrets());
        return verdict();
    }

    Verdict verdict() {
        return new Verdict(witnesses(), outsiders, said);
    }

    List<Witness> witnesses() {
        return honest().stream().map(Witness::of).toList();
    }

    Map<PeerId, Set<String>> said() {
        return said;
    }

    Set<String> secrets() {
        Set<String> secrets = new HashSet<>(Set.of("Sentence number", "sim-offer", "sim-answer", "candidate:"));
        honest().forEach(peer -> secrets.add(peer.name()));
        if (visibility == Visibility.PRIVATE) {
            secrets.add(ROOM_NAME);
            if (host.states().contains(ConnectionState.CONNECTED)) {
                String link = invite().link();
                String secret = link.substring(link.indexOf('#') + 1);
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
