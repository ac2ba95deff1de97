package dev.parley.chat.cli;

import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import dev.parley.chat.crypto.CodeComparison;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.crypto.SafetyNumber;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.KnownPeer.Means;
import dev.parley.chat.store.PeerBook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows what people compare, and keeps whom they have verified. */
final class Verifier {

    private final Console console;
    private final PeerBook book;

    /** Whose safety number was shown last: a name alone confirms this one or nobody, since names change hands. */
    private @Nullable PeerId shown;

    Verifier(Console console, PeerBook book) {
        this.console = console;
        this.book = book;
    }

    /**
     * Does what a command in a room asks for.
     *
     * @throws CliException if the peer is not known, the codes differ, or a name is to be confirmed that is another's
     *     by now
     */
    void run(Room room, InputCommand.Verify command) {
        String name = command.peer();
        if (name != null) {
            PeerId peer = find(room, name);
            if (command.confirm() && peerId(name).isEmpty() && !peer.equals(shown)) {
                throw problem(
                        "not_shown",
                        "the safety number of who is here under that name was not the last one shown",
                        "show it, compare it, then confirm it; or name the peer id");
            }
            verify(room.self().id(), peer, command.code(), command.confirm(), command.ref());
            return;
        }
        RoomCode code = room.roomCode()
                .orElseThrow(() -> problem(
                        "no_room_code", "there is nobody to compare a room code with", "wait until somebody is here"));
        if (command.code() != null) {
            requireMatch(code.compare(command.code()));
        }
        console.emit(new Event.RoomCodeShown(command.ref(), code));
    }

    /** Shows the safety number, or compares it and keeps that it was the same. */
    void verify(PeerId self, PeerId peer, @Nullable String theirs, boolean confirmed, @Nullable String ref) {
        if (self.equals(peer)) {
            throw problem("unknown_peer", "that is yourself", "name somebody else");
        }
        SafetyNumber number = SafetyNumber.of(self, peer);
        if (theirs == null && !confirmed) {
            shown = peer;
            console.emit(new Event.SafetyNumberShown(ref, known(peer), number));
            return;
        }
        if (theirs != null) {
            requireMatch(number.compare(theirs));
        }
        book.verify(peer, new KnownPeer.Verification(Instant.now(), theirs != null ? Means.COMPARED : Means.CONFIRMED));
        console.emit(new Event.Peer(ref, known(peer)));
    }

    void unverify(Room room, InputCommand.Unverify command) {
        unverify(find(room, command.peer()), command.ref());
    }

    void unverify(PeerId peer, @Nullable String ref) {
        book.unverify(peer);
        console.emit(new Event.Peer(ref, known(peer)));
    }

    /** Which of those who are there a person has verified. */
    Set<PeerId> verified(List<Participant> participants) {
        return those(participants, KnownPeer::isVerified);
    }

    /** Which of those who are there are blocked. */
    Set<PeerId> blocked(List<Participant> participants) {
        return those(participants, KnownPeer::isBlocked);
    }

    private Set<PeerId> those(List<Participant> participants, Predicate<KnownPeer> are) {
        return participants.stream()
                .map(Participant::id)
                .filter(id -> book.find(id).filter(are).isPresent())
                .collect(Collectors.toSet());
    }

    private KnownPeer known(PeerId peer) {
        return book.find(peer).orElseGet(() -> new KnownPeer(peer, Optional.empty(), List.of(), Optional.empty()));
    }

    /** Finds who is blocked, by peer id or by a name it has used; others as {@link #find} does. */
    static PeerId findBlocked(Room room, PeerBook book, String name) {
        String key = KnownPeer.nameKey(name);
        List<PeerId> found = book.blocked().stream()
                .filter(peer -> peer.names().stream()
                        .anyMatch(used -> KnownPeer.nameKey(used.name()).equals(key)))
                .map(KnownPeer::id)
                .toList();
        return found.size() == 1 ? found.get(0) : found.isEmpty() ? find(room, name) : oneOf(found);
    }

    /** Finds somebody by peer id, or by name among those that are known to have been called so. */
    static PeerId findCalled(Room room, String name, List<PeerId> called) {
        return called.isEmpty() || peerId(name).isPresent() ? find(room, name) : oneOf(called);
    }

    /** Finds somebody by peer id, or who is here by name; an at sign before it, as in a mention, is no part of it. */
    static PeerId find(Room room, String name) {
        Optional<PeerId> id = peerId(name);
        if (id.isPresent()) {
            return id.get();
        }
        String key = KnownPeer.nameKey(name);
        List<PeerId> found = new ArrayList<>();
        for (Participant participant : room.participants()) {
            boolean isMeant = KnownPeer.nameKey(participant.name()).equals(key)
                    || KnownPeer.nameKey(participant.shownName()).equals(key);
            if (!participant.self() && isMeant) {
                found.add(participant.id());
            }
        }
        if (found.isEmpty() && name.startsWith("@")) {
            return find(room, name.substring(1));
        }
        if (found.isEmpty()) {
            throw problem("unknown_peer", "nobody of that name is here", "type /who, or name a peer id");
        }
        return oneOf(found);
    }

    private static PeerId oneOf(List<PeerId> found) {
        if (found.size() > 1) {
            throw problem(
                    "ambiguous_name",
                    "several go by that name",
                    "name one by its peer id: "
                            + found.stream().map(PeerId::value).collect(Collectors.joining(", ")));
        }
        return found.get(0);
    }

    static Optional<PeerId> peerId(String text) {
        try {
            return Optional.of(new PeerId(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void requireMatch(CodeComparison comparison) {
        switch (comparison) {
            case MATCH -> {}
            case DIFFERENT ->
                throw problem(
                        "code_differs",
                        "what the other side sees is NOT the same: it is the code of somebody else, or somebody stands"
                                + " between",
                        "compare again; if it still differs, trust nothing that is said");
            case OTHER_EPOCH ->
                throw problem(
                        "code_other_epoch",
                        "that is the room's code before or after somebody came or went",
                        "compare the present ones");
            case OTHER_VERSION ->
                throw problem(
                        "code_other_version",
                        "the other side has a version of Parley that makes other codes",
                        "update the older one");
            case UNREADABLE ->
                throw problem(
                        "code_unreadable",
                        "that is not a whole code",
                        "give all its digits, all its words, or" + " the text of its QR code");
        }
    }

    private static CliException problem(String code, String message, String hint) {
        return new CliException(new Failure(ExitCode.FAILED, code, message, hint), null);
    }
}
