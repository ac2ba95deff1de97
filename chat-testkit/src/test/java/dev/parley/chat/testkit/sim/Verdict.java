package dev.parley.chat.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.ChatException;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What an attack has come to, and the rules that hold however it went: each honest peer is in the room, unharmed, or
 * out of it with a reason that has a name. Taken from the peers first and judged then, so that a test can show that the
 * rules notice what they are for.
 */
final class Verdict {

    /**
     * How one honest peer ended.
     *
     * @param name of the peer
     * @param id of the peer
     * @param room the room that it is or was in; null if it never was
     * @param state of that room; null if there is none
     * @param isDecided whether entering has come to an end, good or bad
     * @param why why it is not in the room, if there is a reason
     * @param told the messages that it was told of, in order
     * @param roster who is there, as it sees it
     * @param leader who leads, as it sees it; null if nobody does
     * @param toldLeader who it was told leads now; null if it was told of nobody
     */
    record Witness(
            String name,
            PeerId id,
            @Nullable RoomId room,
            @Nullable ConnectionState state,
            boolean isDecided,
            Optional<String> why,
            List<Told> told,
            Set<PeerId> roster,
            @Nullable PeerId leader,
            @Nullable PeerId toldLeader) {

        boolean isConnected() {
            return state == ConnectionState.CONNECTED;
        }

        List<String> texts(PeerId author) {
            return told.stream()
                    .filter(message -> message.sender().equals(author))
                    .map(Told::text)
                    .toList();
        }

        boolean leads() {
            return id.equals(leader);
        }

        /** The same, had it been told something else. */
        Witness hearing(List<Told> other) {
            return new Witness(name, id, room, state, isDecided, why, other, roster, leader, toldLeader);
        }

        /** The same, had it seen others. */
        Witness seeing(Set<PeerId> other) {
            return new Witness(name, id, room, state, isDecided, why, told, other, leader, toldLeader);
        }

        /** The same, had it taken another for the leader. */
        Witness ledBy(PeerId other) {
            return new Witness(name, id, room, state, isDecided, why, told, roster, other, toldLeader);
        }

        /** The same, had nobody told it who leads. */
        Witness toldOfNoLeader() {
            return new Witness(name, id, room, state, isDecided, why, told, roster, leader, null);
        }

        /** The same, had it ended otherwise. */
        Witness ending(ConnectionState otherState, boolean otherIsDecided, @Nullable String otherWhy) {
            return new Witness(
                    name,
                    id,
                    room,
                    otherState,
                    otherIsDecided,
                    Optional.ofNullable(otherWhy),
                    told,
                    roster,
                    leader,
                    toldLeader);
        }

        static Witness of(SimPeer peer) {
            List<Told> told = new ArrayList<>();
            for (ChatMessage message : peer.delivered()) {
                told.add(new Told(message.id(), message.sender(), message.text()));
            }
            Room room = peer.states().isEmpty() ? null : peer.room();
            Set<PeerId> roster = new HashSet<>();
            PeerId leader = null;
            if (room != null) {
                for (Participant participant : room.participants()) {
                    roster.add(participant.id());
                    leader = participant.role() == Participant.Role.HOST ? participant.id() : leader;
                }
            }
            return new Witness(
                    peer.name(),
                    peer.identity().peerId(),
                    room == null ? null : room.id(),
                    room == null ? null : room.state(),
                    peer.entering().isDone(),
                    why(peer),
                    told,
                    roster,
                    leader,
                    peer.leaders().isEmpty()
                            ? null
                            : peer.leaders().get(peer.leaders().size() - 1));
        }

        private static Optional<String> why(SimPeer peer) {
            if (peer.closeReason().isPresent()) {
                return peer.closeReason().map(reason -> reason.code() + ": " + reason.detail());
            }
            if (!peer.entering().isCompletedExceptionally()) {
                return Optional.empty();
            }
            try {
                throw new AssertionError(
                        "it has failed, and returns " + peer.entering().join());
            } catch (CompletionException e) {
                if (e.getCause() instanceof RoomClosedException closed) {
                    return Optional.of(
                            closed.reason().code() + ": " + closed.reason().detail());
                }
                if (e.getCause() instanceof ChatException named) {
                    return Optional.of(named.getClass().getSimpleName() + ": " + named.getMessage());
                }
                throw new AssertionError(peer + " failed without a name", e);
            }
        }
    }

    /** A message as a listener was told of it. */
    record Told(MessageId id, PeerId sender, String text) {}

    /**
     * What was said.
     *
     * @param author who said it
     * @param text what; no two sentences are the same
     * @param audience whom its author saw in the room then, and who so has to hear it unless it is out in the end
     */
    record Sentence(PeerId author, String text, Set<PeerId> audience) {}

    private final List<Witness> witnesses;
    private final Set<PeerId> visible;
    private final List<Sentence> said;

    /**
     * Collects what there is to judge.
     *
     * @param witnesses the honest peers of one room, its host first
     * @param outsiders who besides them may be in the room, as a visible member
     * @param said what members have really said, in the order of saying
     */
    Verdict(List<Witness> witnesses, Set<PeerId> outsiders, List<Sentence> said) {
        this.witnesses = List.copyOf(witnesses);
        this.said = List.copyOf(said);
        this.visible = new HashSet<>(outsiders);
        witnesses.forEach(witness -> visible.add(witness.id()));
    }

    /**
     * Either all goes on as if nothing were, or it ended with a name; nothing in between. For a room that its host
     * leads to the end.
     */
    void holds() {
        eachIsInOrOutWithAName();
        oneTimeline();
        nobodyIsDeaf();
        oneRoster();
    }

    private void eachIsInOrOutWithAName() {
        for (Witness witness : witnesses) {
            assertThat(witness.isDecided())
                    .as("%s has not been left waiting", witness.name())
                    .isTrue();
            if (witness.isConnected()) {
                assertThat(witness.why()).as("%s goes on", witness.name()).isEmpty();
            } else {
                assertThat(witness.state())
                        .as("%s is out, not on a way that never ends", witness.name())
                        .isIn(null, ConnectionState.CLOSED);
                assertThat(witness.why().orElse(""))
                        .as("%s was told why", witness.name())
                        .isNotBlank()
                        .doesNotContain("internal error", "\n");
            }
            onlyTrueWordsWereHeard(witness);
        }
    }

    private void onlyTrueWordsWereHeard(Witness witness) {
        assertThat(witness.told()).as("%s hears nothing twice", witness.name()).doesNotHaveDuplicates();
        assertThat(witness.told().stream().map(Told::id))
                .as("%s hears no message twice", witness.name())
                .doesNotHaveDuplicates();
        for (Told told : witness.told()) {
            assertThat(wordsOf(told.sender()))
                    .as("what %s heard was said by its author", witness.name())
                    .contains(told.text());
        }
        for (Sentence sentence : said) {
            assertThat(witness.texts(sentence.author()))
                    .as("%s hears each author in its order", witness.name())
                    .isSubsetOf(wordsOf(sentence.author()))
                    .isSortedAccordingTo(Comparator.comparing(wordsOf(sentence.author())::indexOf));
        }
    }

    private List<String> wordsOf(PeerId author) {
        return said.stream()
                .filter(sentence -> sentence.author().equals(author))
                .map(Sentence::text)
                .toList();
    }

    /** Each author gives its order; who came later begins later, and nothing is missing from then on. */
    private void oneTimeline() {
        Witness host = witnesses.get(0);
        for (Witness witness : witnesses) {
            for (Witness author : witnesses) {
                assertThat(Collections.indexOfSubList(host.texts(author.id()), witness.texts(author.id())))
                        .as("%s hears of %s what the host hears, in its order, without a gap", witness.name(), author)
                        .isNotNegative();
            }
            if (witness.isConnected() && host.isConnected() && !host.told().isEmpty()) {
                assertThat(witness.told())
                        .as("%s has heard the last", witness.name())
                        .contains(host.told().get(host.told().size() - 1));
            }
        }
    }

    /** Who is in has heard all that was said, by those who are in, since it came; itself and the host not excepted. */
    private void nobodyIsDeaf() {
        Witness host = witnesses.get(0);
        for (Sentence sentence : said) {
            if (!isConnected(sentence.author())) {
                continue;
            }
            for (Witness witness : witnesses) {
                if (witness.isConnected()
                        && (witness.equals(host) || sentence.audience().contains(witness.id()))) {
                    assertThat(witness.texts(sentence.author()))
                            .as("%s hears what was said while it was in", witness.name())
                            .contains(sentence.text());
                }
            }
        }
    }

    private boolean isConnected(PeerId peer) {
        return witnesses.stream().anyMatch(witness -> witness.id().equals(peer) && witness.isConnected());
    }

    /**
     * The same where the one who leads may have changed, and an evil worker may have made two rooms of one: each peer
     * is in one of them, with all who are in it and nobody else, or out with a name. What was said last, when all had
     * come to rest, was heard there by all, and in no other room. Where another than the host leads, all were told of
     * it.
     *
     * @param host the room's host
     * @param mayLead whom the host has named, and itself
     * @param last the sentences that were said last, by everybody who was in
     * @return how many rooms there are
     */
    int holdsInEachRoom(PeerId host, Set<PeerId> mayLead, Set<String> last) {
        eachIsInOrOutWithAName();
        Map<PeerId, List<Witness>> rooms = new LinkedHashMap<>();
        // Who led may be lost, and nobody there to take the place: then the others go on without.
        Map<Set<PeerId>, List<Witness>> leaderless = new LinkedHashMap<>();
        for (Witness witness : witnesses) {
            PeerId leader = witness.leader();
            if (witness.isConnected() && leader == null) {
                leaderless
                        .computeIfAbsent(witness.roster(), unused -> new ArrayList<>())
                        .add(witness);
            } else if (witness.isConnected()) {
                rooms.computeIfAbsent(leader, unused -> new ArrayList<>()).add(witness);
            }
        }
        rooms.forEach((leader, members) -> ledRoom(leader, members, host, mayLead, last));
        leaderless.values().forEach(members -> oneRoom(members.get(0), members, last));
        return rooms.size() + leaderless.size();
    }

    private void ledRoom(PeerId leader, List<Witness> members, PeerId host, Set<PeerId> mayLead, Set<String> last) {
        assertThat(mayLead).as("who leads was named by the host").contains(leader);
        for (Witness member : members) {
            PeerId told = member.toldLeader();
            assertThat(told == null ? host : told)
                    .as("%s was told who leads", member.name())
                    .isEqualTo(leader);
        }
        List<Witness> leaders = members.stream().filter(Witness::leads).toList();
        assertThat(leaders).as("whom members take for the leader does lead").hasSize(1);
        oneRoom(leaders.get(0), members, last);
    }

    private void oneRoom(Witness first, List<Witness> members, Set<String> last) {
        Set<PeerId> inHere = new HashSet<>();
        members.forEach(member -> inHere.add(member.id()));
        List<String> saidHere = said.stream()
                .filter(sentence -> last.contains(sentence.text()) && inHere.contains(sentence.author()))
                .map(Sentence::text)
                .toList();
        for (Witness member : members) {
            assertThat(member.roster())
                    .as("%s sees all who are in its room", member.name())
                    .containsAll(inHere)
                    .isEqualTo(first.roster());
            assertThat(visible).as("%s sees nobody unknown", member.name()).containsAll(member.roster());
            for (Witness other : witnesses) {
                if (other.isConnected() && !inHere.contains(other.id())) {
                    assertThat(member.roster())
                            .as("%s is in one room", other.name())
                            .doesNotContain(other.id());
                }
            }
            assertThat(lastWords(member, last))
                    .as("%s hears what is said in its room, all of it, and of no other room", member.name())
                    .containsExactlyInAnyOrderElementsOf(saidHere);
        }
    }

    private static List<String> lastWords(Witness witness, Set<String> last) {
        return witness.told().stream().map(Told::text).filter(last::contains).toList();
    }

    private void oneRoster() {
        Set<PeerId> present = new HashSet<>();
        witnesses.stream().filter(Witness::isConnected).map(Witness::id).forEach(present::add);
        Witness host = witnesses.get(0);
        for (Witness witness : witnesses) {
            if (witness.isConnected()) {
                assertThat(witness.room())
                        .as("%s is in the host's room", witness.name())
                        .isEqualTo(host.room());
                assertThat(witness.roster())
                        .as("%s sees all who are there", witness.name())
                        .containsAll(present)
                        .isEqualTo(host.roster());
                assertThat(visible).as("%s sees nobody unknown", witness.name()).containsAll(witness.roster());
            }
        }
    }

    /** All honest peers are in the room, and hear each other: the attack changed nothing. */
    void isUntouched() {
        holds();
        assertThat(witnesses).allMatch(Witness::isConnected);
        for (Witness speaker : witnesses) {
            for (Witness hearer : witnesses) {
                assertThat(hearer.texts(speaker.id()))
                        .as("%s hears %s", hearer.name(), speaker.name())
                        .isNotEmpty();
            }
        }
    }

    /**
     * Nothing of what is secret was ever to be seen.
     *
     * @param seen all that the worker saw
     * @param secrets what must not be in it
     */
    static void isNotIn(List<byte[]> seen, Set<String> secrets) {
        for (String secret : secrets) {
            assertThat(isIn(seen, secret))
                    .as("the worker can read '%s'", secret)
                    .isFalse();
        }
    }

    /** Says whether bytes hold a text: as it is, or anywhere within base64 or base64url. */
    static boolean isIn(List<byte[]> seen, String secret) {
        byte[] plain = secret.getBytes(StandardCharsets.ISO_8859_1);
        Set<String> forms = new HashSet<>(Set.of(secret));
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
            for (int before = 0; before < 3; before++) {
                byte[] shifted = new byte[before + plain.length];
                System.arraycopy(plain, 0, shifted, before, plain.length);
                // Only the characters whose six bits are all the secret's.
                forms.add(encoder.encodeToString(shifted).substring((8 * before + 5) / 6, 8 * shifted.length / 6));
            }
        }
        return seen.stream()
                .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
                .anyMatch(text -> forms.stream().anyMatch(text::contains));
    }
}
