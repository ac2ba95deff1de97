package dev.parley.chat.cli;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.Rewordings;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.StoredEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens the history of a home for the commands about it, and finds its rooms. */
final class KeptHistory {

    private KeptHistory() {}

    /** What a command does with the history. */
    enum Use {
        /** Looks at what there is. */
        READ,
        /** Changes what there is, while nobody else does. */
        CHANGE,
        /** The same, where there need not be an identity before. */
        FILL
    }

    /** What is done while it is open. */
    @FunctionalInterface
    interface Work {
        ExitCode run(Identity identity, ChatStore store, PeerBook book) throws IOException;
    }

    /**
     * Opens the history, does something with it, and closes it.
     *
     * @throws CliException if none is kept, or another process is using it that is not to be surprised
     */
    static ExitCode use(Use use, Settings settings, Console console, Optional<PassphrasePrompt> prompt, Work work)
            throws IOException {
        if (settings.history() == Settings.HistoryForm.MEMORY) {
            throw new CliException(
                    ExitCode.USAGE,
                    "no history is kept, as the setting history says",
                    "set history to \"sealed\" to keep one");
        }
        Keyring keyring = new Keyring(settings, console, prompt);
        if (use != Use.FILL && keyring.kept().isEmpty()) {
            throw new CliException(
                    new Failure(
                            ExitCode.FAILED,
                            "identity_not_found",
                            "there is no identity in " + settings.home() + ", and so no history",
                            "name another folder with --home, or join a room first"),
                    null);
        }
        if (use == Use.READ) {
            return run(settings, keyring, work);
        }
        // Who is in a room knows where its own chain stands, and is not to be surprised.
        Home home = Home.tryLock(settings.home())
                .orElseThrow(() -> new CliException(
                        ExitCode.FAILED,
                        "another parley uses the identity of " + settings.home(),
                        "end it first, or name another folder with --home"));
        try {
            return run(settings, keyring, work);
        } finally {
            home.close();
        }
    }

    private static ExitCode run(Settings settings, Keyring keyring, Work work) throws IOException {
        Identity identity = keyring.require();
        try (ChatStore store = Session.openStore(settings, identity);
                PeerBook book = keyring.openBook(identity)) {
            return work.run(identity, store, book);
        }
    }

    /**
     * Shows events: what was edited as it is worded now, and not what its author has deleted, nor what is of those that
     * are blocked.
     *
     * @param withIds whether people are shown the ids too
     * @param ifNone what people are told where there is nothing
     */
    static void show(
            Console console,
            PeerId self,
            ChatStore store,
            PeerBook book,
            List<StoredEvent> found,
            boolean withIds,
            String ifNone) {
        Rewordings rewordings = Rewordings.of(store, found);
        List<StoredEvent> events = found.stream()
                .filter(event -> !rewordings.isDeleted(event.id()))
                .toList();
        Map<PeerId, Optional<KnownPeer>> known = new HashMap<>();
        int leftOut = 0;
        for (StoredEvent event : events) {
            Optional<KnownPeer> author = known.computeIfAbsent(event.sender(), book::find);
            if (author.map(KnownPeer::isBlocked).orElse(false)) {
                leftOut++;
            } else {
                boolean isOwn = event.sender().equals(self) && !console.isJson();
                Optional<String> name = isOwn ? Optional.of("you") : author.flatMap(KnownPeer::lastName);
                console.emit(new Event.Kept(event, name, withIds, rewordings.latest(event.id())));
            }
        }
        if (leftOut > 0) {
            console.notice(leftOut + (leftOut == 1 ? " event" : " events") + " of those that you have blocked "
                    + (leftOut == 1 ? "is" : "are") + " left out");
        } else if (events.isEmpty() && !console.isJson()) {
            console.notice(ifNone);
        }
    }

    /**
     * Finds a room by its id or its name.
     *
     * @throws CliException if there is none, or several have the name
     */
    static RoomId room(ChatStore store, String named) {
        try {
            RoomId id = new RoomId(named);
            if (store.find(id).isPresent() || store.roomsWithEvents().contains(id)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            List<RoomId> namesakes = store.rooms().stream()
                    .filter(record -> record.name().equals(named))
                    .map(RoomRecord::room)
                    .toList();
            if (namesakes.size() > 1) {
                throw new CliException(
                        ExitCode.USAGE,
                        namesakes.size() + " rooms of the history have that name",
                        "name one by its id; parley history list lists them");
            }
            if (namesakes.size() == 1) {
                return namesakes.get(0);
            }
        }
        throw new CliException(
                ExitCode.ROOM_NOT_FOUND,
                "there is no such room in the history",
                "parley history list lists those that there are");
    }
}
