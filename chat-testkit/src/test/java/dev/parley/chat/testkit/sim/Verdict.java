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
import java.util.HashMap;
import java.util.HashSet;
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
     */
    record Witness(
            String name,
            PeerId id,
            @Nullable RoomId room,
            @Nullable ConnectionState state,
            boolean isDecided,
            Optional<String> why,
            List<Told> told,
            Set<PeerId> roster) {

        boolean isConnected() {
            return state == ConnectionState.CONNECTED;
        }

        static Witness of(SimPeer peer) {
            List<Told> told = new ArrayList<>();
            for (ChatMessage message : peer.delivered()) {
                told.add(new Told(message.id(), message.sender(), message.text()));
            }
            Room room = peer.states().isEmpty() ? null : peer.room();
            Set<PeerId> roster = new HashSet<>();
            if (room != null) {
                room.participants().stream().map(Participant::id).forEach(roster::add);
            }
            return new Witness(
                    peer.name(),
                    peer.identity().peerId(),
                    room == null ? null : room.id(),
                    room == null ? null : room.state(),
                    peer.entering().isDone(),
                    why(peer),
                    told,
                    roster);
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

    private final List<Witness> witnesses;
    private final Set<PeerId> visible;
    private final Map<PeerId, Set<String>> said;

    /**
     * Collects what there is to judge.
     *
     * @param witnesses the honest peers of one room, its host first
     * @param outsiders who besides them may be in the room, as a visible member
     * @param said what each member has really said
     */
    Verdict(List<Witness> witnesses, Set<PeerId> outsiders, Map<PeerId, Set<String>> said) {
        this.witnesses = List.copyOf(witnesses);
        this.said = new HashMap<>(said);
        this.visible = new HashSet<>(outsiders);
        witnesses.forEach(witness -> visible.add(witness.id()));
    }

    /** Either all goes on as if nothing were, or it ended with a name; nothing in between. */
    void holds() {
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
        oneTimeline();
        oneRoster();
    }

    private void onlyTrueWordsWereHeard(Witness witness) {
        assertThat(witness.told()).as("%s hears nothing twice", witness.name()).doesNotHaveDuplicates();
        assertThat(witness.told().stream().map(Told::id))
                .as("%s hears no message twice", witness.name())
                .doesNotHaveDuplicates();
        for (Told told : witness.told()) {
            assertThat(said.getOrDefault(told.sender(), Set.of()))
                    .as("what %s heard was said by its author", witness.name())
                    .contains(told.text());
        }
    }

    /** The host gives the order; who came later begins later, and nothing is missing from then on. */
    private void oneTimeline() {
        Witness host = witnesses.get(0);
        for (Witness witness : witnesses) {
            assertThat(Collections.indexOfSubList(host.told(), witness.told()))
                    .as("%s hears what the host hears, in its order, without a gap", witness.name())
                    .isNotNegative();
            if (witness.isConnected() && host.isConnected() && !witness.told().isEmpty()) {
                assertThat(witness.told().get(witness.told().size() - 1))
                        .as("%s has heard the last", witness.name())
                        .isEqualTo(host.told().get(host.told().size() - 1));
            }
        }
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

    /** All honest peers are in the room: the attack changed nothing. */
    void isUntouched() {
        holds();
        assertThat(witnesses).allMatch(Witness::isConnected);
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
