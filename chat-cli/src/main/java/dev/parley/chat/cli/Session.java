package dev.parley.chat.cli;

import dev.parley.chat.Participant;
import dev.parley.chat.RoomManager;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.AccessTokenProvider;
import dev.parley.chat.signaling.OkHttpSignaling;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.InMemoryChatStore;
import dev.parley.chat.store.InMemoryPeerBook;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.SqliteChatStore;
import dev.parley.chat.store.SqlitePeerBook;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.Signaling;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Everything that a stay in rooms needs, opened in order and closed in the reverse order. */
final class Session implements AutoCloseable {

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final RoomManager rooms;
    private final Emotes emotes;

    /** Whose identity a session takes. */
    enum Profile {
        /** The one of PARLEY_HOME; a new one, with a notice, when another process has it. */
        OWN,
        /** A new one, forgotten at the end. */
        EPHEMERAL
    }

    private Session(Settings settings, URI worker, Profile profile, IceConfig ice, Console console) {
        try {
            Optional<Home> home = profile == Profile.OWN ? Home.tryLock(settings.home()) : Optional.empty();
            home.ifPresent(parts::push);
            if (profile == Profile.OWN && home.isEmpty()) {
                console.notice("another parley uses the identity of " + settings.home()
                        + ": this one takes a new identity and keeps no history");
            }
            Identity identity = home.map(Home::identity).orElseGet(Identity::generate);
            ChatStore store = push(
                    home.<ChatStore>map(h -> SqliteChatStore.open(h.history())).orElseGet(InMemoryChatStore::new));
            PeerBook peers = push(
                    home.<PeerBook>map(h -> SqlitePeerBook.open(h.history())).orElseGet(InMemoryPeerBook::new));
            Signaling signaling = push(signaling(settings, worker, identity));
            RoomManager.Builder builder = RoomManager.builder(identity, signaling)
                    .store(store)
                    .peerBook(peers)
                    .ice(ice);
            Optional<Settings.Value> name = settings.find(SettingKey.NAME);
            if (name.isPresent()) {
                try {
                    builder.displayName(name.get().value());
                } catch (IllegalArgumentException e) {
                    throw new CliException(
                            ExitCode.USAGE,
                            "the name (" + name.get().source() + ") cannot be used",
                            "take 1 to " + Participant.MAX_NAME_CHARS + " characters, none of them a control character",
                            e);
                }
            }
            rooms = push(builder.build());
            emotes = push(Emotes.load(settings.emotes(), console));
        } catch (RuntimeException | LinkageError e) {
            close();
            throw e;
        }
    }

    /**
     * Opens everything.
     *
     * @throws CliException if a setting does not fit
     */
    static Session open(Settings settings, URI worker, Profile profile, IceConfig ice, Console console) {
        return new Session(settings, worker, profile, ice, console);
    }

    /** Makes the client of a worker, with the token that the settings name. */
    static Signaling signaling(Settings settings, URI worker, Identity identity) {
        OkHttpSignaling.Builder builder;
        try {
            // A worker that is its own issuer ties a peer id to the account that first came with it.
            builder = OkHttpSignaling.builder(worker)
                    .developmentAccount(identity.peerId().value());
        } catch (IllegalArgumentException e) {
            throw unusable(e);
        }
        if (settings.find(SettingKey.TOKEN).isPresent()) {
            try {
                builder.accessTokens(AccessTokenProvider.fixed(
                        AccessToken.of(settings.get(SettingKey.TOKEN).orElseThrow())));
            } catch (IllegalArgumentException e) {
                throw new CliException(
                        ExitCode.USAGE, "PARLEY_TOKEN is not an access token", "copy the whole token again", e);
            }
        } else if (settings.find(SettingKey.TOKEN_FILE).isPresent()) {
            // Read anew each time, so that whoever renews the token only replaces the file.
            builder.accessTokens(AccessTokenProvider.fromFile(
                    Path.of(settings.get(SettingKey.TOKEN_FILE).orElseThrow())));
        }
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw unusable(e);
        }
    }

    private static CliException unusable(IllegalArgumentException e) {
        return new CliException(
                ExitCode.USAGE,
                "the signaling URL cannot be used: it is not https, or http to this machine, or has a path",
                "give it as https://host[:port], or http://127.0.0.1:port",
                e);
    }

    RoomManager rooms() {
        return rooms;
    }

    Emotes emotes() {
        return emotes;
    }

    private <T extends AutoCloseable> T push(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                org.slf4j.LoggerFactory.getLogger(Session.class).warn("closing failed", e);
            }
        }
    }
}
