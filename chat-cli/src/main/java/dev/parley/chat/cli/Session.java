package dev.parley.chat.cli;

import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomManager;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.AccessTokenProvider;
import dev.parley.chat.signaling.LoginTokens;
import dev.parley.chat.signaling.OAuthLogin;
import dev.parley.chat.signaling.OkHttpSignaling;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.InMemoryChatStore;
import dev.parley.chat.store.InMemoryPeerBook;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.SqliteChatStore;
import dev.parley.chat.transport.IceConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/** Everything that a stay in rooms needs, opened in order and closed in the reverse order. */
final class Session implements AutoCloseable {

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final PeerId self;
    private final ChatStore store;
    private final RoomManager rooms;
    private final Emotes emotes;

    /** Whose identity a session takes. */
    enum Profile {
        /** The one of PARLEY_HOME; a new one, with a notice, when another process has it or none is to be kept. */
        OWN,
        /** A new one, forgotten at the end. */
        EPHEMERAL
    }

    private Session(
            Settings settings,
            URI worker,
            Profile profile,
            IceConfig ice,
            Console console,
            Optional<PassphrasePrompt> prompt) {
        try {
            boolean free = profile == Profile.EPHEMERAL || lock(settings, console);
            Keyring keyring = new Keyring(settings, console, prompt);
            Optional<Identity> own = profile == Profile.OWN && free ? keyring.openOrCreate() : Optional.empty();
            if (profile == Profile.OWN && free && own.isEmpty()) {
                console.notice(
                        "no identity is kept, since nobody has chosen how to protect it: this one and its history"
                                + " end with this process. To keep one, " + Keyring.HOW_TO_CHOOSE);
            }
            Identity identity = own.orElseGet(Identity::generate);
            self = identity.peerId();
            store = push(own.map(kept -> openStore(settings, kept)).orElseGet(InMemoryChatStore::new));
            PeerBook peers = push(own.map(keyring::openBook).orElseGet(InMemoryPeerBook::new));
            OkHttpSignaling signaling = push(signaling(settings, worker, identity));
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
            emotes = push(Emotes.load(
                    settings.emotes(),
                    EmoteSources.registry(
                            settings,
                            Map.of(),
                            worker,
                            Optional.of(signaling),
                            profile == Profile.OWN ? EmoteSources.Keeping.ON_DISK : EmoteSources.Keeping.NOWHERE),
                    console));
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
    static Session open(
            Settings settings,
            URI worker,
            Profile profile,
            IceConfig ice,
            Console console,
            Optional<PassphrasePrompt> prompt) {
        return new Session(settings, worker, profile, ice, console, prompt);
    }

    /** Takes the profile for this process; says so if another one has it. */
    private boolean lock(Settings settings, Console console) {
        Optional<Home> home = Home.tryLock(settings.home());
        home.ifPresent(parts::push);
        if (home.isEmpty()) {
            console.notice("another parley uses the identity of " + settings.home()
                    + ": this one takes a new identity and keeps no history");
        }
        return home.isPresent();
    }

    /** Opens the history of a home, in the form that the settings ask for. */
    static ChatStore openStore(Settings settings, Identity identity) {
        Path file = Home.historyFile(settings.home());
        return switch (settings.history()) {
            case SEALED -> SqliteChatStore.openSealed(file, identity);
            case PLAIN -> {
                SqliteChatStore.unseal(file, identity);
                yield SqliteChatStore.open(file);
            }
            case MEMORY -> new InMemoryChatStore();
        };
    }

    /** Makes the client of a worker: as a guest, with the token that the settings name, or with the login there. */
    static OkHttpSignaling signaling(Settings settings, URI worker, Identity identity) {
        OkHttpSignaling.Builder builder;
        try {
            // A worker that is its own issuer ties a peer id to the account that first came with it.
            builder = OkHttpSignaling.builder(worker)
                    .developmentAccount(identity.peerId().value());
        } catch (IllegalArgumentException e) {
            throw unusable(e);
        }
        if (settings.guest()) {
            builder.asGuest();
        } else if (settings.find(SettingKey.TOKEN).isPresent()) {
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
        } else {
            storedLogin(settings, worker).ifPresent(builder::accessTokens);
        }
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw unusable(e);
        }
    }

    /**
     * As whom a worker that is its own issuer knows this user: the identity that is kept, if there is one. Where the
     * settings hold a token, any will do.
     */
    static Identity accountIdentity(Settings settings, Console console, Optional<PassphrasePrompt> prompt) {
        boolean hasToken = settings.find(SettingKey.TOKEN).isPresent()
                || settings.find(SettingKey.TOKEN_FILE).isPresent();
        return hasToken
                ? Identity.generate()
                : new Keyring(settings, console, prompt).openOrCreate().orElseGet(Identity::generate);
    }

    /** The login at a worker, if there is one. Its threads are daemons and end with the process. */
    private static Optional<AccessTokenProvider> storedLogin(Settings settings, URI worker) {
        OAuthLogin login;
        Optional<LoginTokens> stored;
        OAuthLogin.Builder builder = Login.at(worker, settings);
        try (OAuthLogin probe = builder.build()) {
            stored = LoginFile.of(settings.home(), probe.worker()).load();
        }
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        // The client that the tokens were given to, whatever the settings say by now.
        login = builder.clientId(stored.get().clientId()).build();
        return Optional.of(login.accessTokens(LoginFile.of(settings.home(), login.worker())));
    }

    static CliException unusable(IllegalArgumentException e) {
        return new CliException(
                ExitCode.USAGE,
                "the signaling URL cannot be used: it is not https, or http to this machine, or has a path",
                "give it as https://host[:port], or http://127.0.0.1:port",
                e);
    }

    /** As whom one is there. */
    PeerId self() {
        return self;
    }

    /** What is kept of rooms; in memory, where nothing is. */
    ChatStore store() {
        return store;
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
