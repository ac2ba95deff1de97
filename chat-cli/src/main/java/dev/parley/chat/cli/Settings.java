package dev.parley.chat.cli;

import dev.parley.chat.Participant;
import dev.parley.chat.cli.client.Preferences;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.IceServer;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All settings and where each came from: a flag over the environment over the configuration file. Immutable. */
final class Settings {

    private static final Pattern LIST = Pattern.compile("[,\\s]+");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private static final String FILE = "file " + ConfigFile.NAME;

    private final Path home;
    private final String homeSource;
    private final Path cache;
    private final Map<SettingKey, Value> values;

    private Settings(Path home, String homeSource, Path cache, Map<SettingKey, Value> values) {
        this.home = home;
        this.cache = cache;
        this.homeSource = homeSource;
        this.values = values;
    }

    /**
     * A value and where it came from.
     *
     * @param value not blank
     * @param source for people
     */
    record Value(String value, String source) {
        @Override
        public String toString() {
            return "Value from " + source;
        }
    }

    /**
     * Collects the settings.
     *
     * @param homeFlag the folder that the command line names, or null
     * @param flags what else the command line sets
     * @param environment the environment
     * @throws CliException if the configuration file is not understood
     */
    static Settings load(@Nullable Path homeFlag, Map<SettingKey, String> flags, Map<String, String> environment) {
        Path home;
        String homeSource;
        String variable = environment.getOrDefault("PARLEY_HOME", "");
        if (homeFlag != null) {
            home = homeFlag;
            homeSource = "flag --home";
        } else if (!variable.isBlank()) {
            home = Path.of(variable);
            homeSource = "environment PARLEY_HOME";
        } else {
            String data = environment.getOrDefault("XDG_DATA_HOME", "");
            // The XDG specification says to ignore a relative path.
            home = (data.startsWith("/")
                            ? Path.of(data)
                            : Path.of(System.getProperty("user.home", "."), ".local", "share"))
                    .resolve("parley");
            homeSource = "default";
        }
        home = home.toAbsolutePath().normalize();
        String xdgCache = environment.getOrDefault("XDG_CACHE_HOME", "");
        // Beside everything else where the folder is chosen, so that nothing is left behind elsewhere.
        Path cache = !homeSource.equals("default")
                ? home.resolve("cache")
                : (xdgCache.startsWith("/")
                                ? Path.of(xdgCache)
                                : Path.of(System.getProperty("user.home", "."), ".cache"))
                        .resolve("parley");
        Map<SettingKey, String> file = ConfigFile.read(home.resolve(ConfigFile.NAME));
        Map<SettingKey, Value> values = new EnumMap<>(SettingKey.class);
        for (SettingKey key : SettingKey.values()) {
            put(values, key, file.get(key), FILE);
            put(values, key, environment.get(key.variable()), "environment " + key.variable());
            put(values, key, flags.get(key), "flag");
        }
        return new Settings(home, homeSource, cache, values);
    }

    private static void put(Map<SettingKey, Value> values, SettingKey key, @Nullable String value, String source) {
        if (value != null && !value.isBlank()) {
            // Blanks belong to a passphrase.
            values.put(key, new Value(key == SettingKey.PASSPHRASE ? value : value.strip(), source));
        }
    }

    /** The folder of identity, history and configuration. */
    Path home() {
        return home;
    }

    String homeSource() {
        return homeSource;
    }

    /** The folder in which emotes are kept. All that is in it can be had again. */
    Path emoteCache() {
        return cache.resolve("emotes");
    }

    Optional<Value> find(SettingKey key) {
        return Optional.ofNullable(values.get(key));
    }

    Optional<String> get(SettingKey key) {
        return find(key).map(Value::value);
    }

    /** How the identity is to be protected, if that is set. */
    Optional<IdentityProtection.Kind> identityProtection() {
        return get(SettingKey.IDENTITY_PROTECTION).map(value -> switch (value) {
            case "passphrase" -> IdentityProtection.Kind.PASSPHRASE;
            case "file-permissions" -> IdentityProtection.Kind.FILE_PERMISSIONS_ONLY;
            default -> throw unknown(SettingKey.IDENTITY_PROTECTION, "\"passphrase\" or \"file-permissions\"");
        });
    }

    /** How the history is kept. */
    enum HistoryForm {
        /** In a file that only the identity can read. */
        SEALED,
        /** In a file in clear. */
        PLAIN,
        /** Not at all, beyond the end of the process. */
        MEMORY
    }

    HistoryForm history() {
        return switch (get(SettingKey.HISTORY).orElse("sealed")) {
            case "sealed" -> HistoryForm.SEALED;
            case "plain" -> HistoryForm.PLAIN;
            case "memory" -> HistoryForm.MEMORY;
            default -> throw unknown(SettingKey.HISTORY, "\"sealed\", \"plain\" or \"memory\"");
        };
    }

    private static CliException unknown(SettingKey key, String known) {
        return new CliException(ExitCode.USAGE, "the value of " + key.key() + " is not known", "set it to " + known);
    }

    /** Whether to come in without an account. */
    boolean guest() {
        return flag(SettingKey.GUEST, "false");
    }

    /** Whether others are told what was read here. */
    boolean readMarks() {
        return flag(SettingKey.READ_MARKS, "true");
    }

    /** How emotes are to be shown, before it is known what the terminal can show. */
    String pictures() {
        return get(SettingKey.PICTURES).orElse("auto");
    }

    /** How many rows pictures of emotes have between words; 0 for what suits their form. */
    int pictureRows() {
        String value = get(SettingKey.PICTURE_ROWS).orElse("auto");
        return switch (value) {
            case "auto" -> 0;
            case "1", "2", "3", "4" -> Integer.parseInt(value);
            default -> throw unknown(SettingKey.PICTURE_ROWS, "\"auto\", or 1 to 4");
        };
    }

    /** Whether pictures may move. */
    boolean animate() {
        return flag(SettingKey.ANIMATE, "true");
    }

    /** What the full-screen client begins with. */
    Preferences preferences() {
        return new Preferences(
                switch (get(SettingKey.THEME).orElse("auto")) {
                    case "auto" -> Preferences.Background.AUTO;
                    case "dark" -> Preferences.Background.DARK;
                    case "light" -> Preferences.Background.LIGHT;
                    default -> throw unknown(SettingKey.THEME, "\"auto\", \"dark\" or \"light\"");
                },
                flag(SettingKey.MOUSE, "true"),
                flag(SettingKey.BELL, "true"),
                flag(SettingKey.SHOW_PEOPLE, "true"),
                switch (get(SettingKey.CLOCK).orElse("24h")) {
                    case "24h" -> Preferences.Clock.HOURS_24;
                    case "12h" -> Preferences.Clock.HOURS_12;
                    default -> throw unknown(SettingKey.CLOCK, "\"24h\" or \"12h\"");
                },
                readMarks());
    }

    /**
     * The same after a value was written to the configuration file, or taken out of it if it is empty: a flag and the
     * environment go over that.
     */
    Settings withKept(SettingKey key, String value) {
        Map<SettingKey, Value> others = new EnumMap<>(values);
        Value old = others.get(key);
        if (old == null || old.source().equals(FILE)) {
            others.remove(key);
            put(others, key, value, FILE);
        }
        return new Settings(home, homeSource, cache, others);
    }

    /**
     * Reads a value as what it is for.
     *
     * @throws CliException if it is not understood; says what would be
     */
    static void check(SettingKey key, String value) {
        Map<SettingKey, Value> alone = new EnumMap<>(SettingKey.class);
        put(alone, key, value, FILE);
        Settings settings = new Settings(Path.of(""), "", Path.of(""), alone);
        switch (key) {
            case NAME -> {
                if (value.length() > Participant.MAX_NAME_CHARS) {
                    throw unknown(key, "at most " + Participant.MAX_NAME_CHARS + " characters");
                }
            }
            case SIGNALING_URL -> settings.signalingUrl();
            case GUEST -> settings.guest();
            case READ_MARKS, THEME, MOUSE, BELL, SHOW_PEOPLE, CLOCK -> settings.preferences();
            case DOWNLOADS -> settings.downloads();
            case IDENTITY_PROTECTION -> settings.identityProtection();
            case HISTORY -> settings.history();
            case ICE_SERVERS -> settings.iceServers();
            case EMOTES, EMOTE_CHANNELS, SEVENTV_URL, EMOJI_DOMAIN, EMOTE_SETTINGS -> settings.emotes();
            case EMOTE_IMAGES -> settings.emoteImages();
            case PICTURES -> EmotePictures.formOf(settings.pictures(), true, Map.of());
            case PICTURE_ROWS -> settings.pictureRows();
            case ANIMATE -> settings.animate();
            case TOKEN, TOKEN_FILE, CLIENT_ID, LOG_FILE, PASSPHRASE, PASSPHRASE_FILE -> {}
        }
    }

    /** Where files are put that were fetched. */
    Path downloads() {
        Optional<String> set = get(SettingKey.DOWNLOADS);
        Path usual = Path.of(System.getProperty("user.home", "."), "Downloads");
        Path folder = set.isPresent() ? Path.of(set.get()) : Files.isDirectory(usual) ? usual : Path.of("");
        if (!Files.isDirectory(folder.toAbsolutePath())) {
            throw unknown(SettingKey.DOWNLOADS, "a folder that is there");
        }
        return folder;
    }

    private boolean flag(SettingKey key, String otherwise) {
        return switch (get(key).orElse(otherwise)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw unknown(key, "true or false");
        };
    }

    /** The signaling worker, if one is set. */
    Optional<URI> signalingUrl() {
        return get(SettingKey.SIGNALING_URL).map(Settings::workerUrl);
    }

    /**
     * Reads the URL of a worker.
     *
     * @throws CliException if it is none
     */
    static URI workerUrl(String text) {
        try {
            URI url = new URI(text);
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https"))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Falls through to the same answer: the text may hold a password, so it is not repeated.
        }
        throw new CliException(
                ExitCode.USAGE,
                "the signaling URL is not one",
                "give it as http://host:port or https://host, without anything behind");
    }

    /**
     * How links find a path.
     *
     * @param relayOnly whether only relayed candidates may be used
     * @throws CliException if a server is malformed
     */
    IceConfig ice(boolean relayOnly) {
        IceConfig.Builder ice = IceConfig.builder().policy(relayOnly ? IceConfig.Policy.RELAY : IceConfig.Policy.ALL);
        iceServers().forEach(ice::server);
        return ice.build();
    }

    /** The STUN and TURN servers. */
    List<IceServer> iceServers() {
        List<IceServer> servers = new ArrayList<>();
        for (String entry :
                SPACE.splitAsStream(get(SettingKey.ICE_SERVERS).orElse("")).toList()) {
            if (entry.isEmpty()) {
                continue;
            }
            String[] parts = entry.split("\\|", -1);
            try {
                if (parts.length == 1) {
                    servers.add(IceServer.stun(parts[0]));
                } else if (parts.length == 3) {
                    servers.add(IceServer.turn(parts[0], parts[1], parts[2]));
                } else {
                    throw new IllegalArgumentException("expected one or three parts");
                }
            } catch (IllegalArgumentException e) {
                throw new CliException(
                        ExitCode.USAGE,
                        "ICE server number " + (servers.size() + 1) + " is malformed",
                        "write stun:host:port, or turn:host:port|username|credential");
            }
        }
        return servers;
    }

    /** The same settings without an access token: it is for the signaling worker, and for nobody else. */
    Settings withoutToken() {
        Map<SettingKey, Value> others = new EnumMap<>(values);
        others.remove(SettingKey.TOKEN);
        others.remove(SettingKey.TOKEN_FILE);
        return new Settings(home, homeSource, cache, others);
    }

    /** Which way the images of emotes take. */
    enum EmoteImages {
        /** From the hosts that have them, which see the address of this machine. */
        DIRECT,
        /** By way of the signaling worker, which sees which images are fetched. */
        WORKER
    }

    /**
     * Which way the images of emotes take.
     *
     * @throws CliException if the setting is neither
     */
    EmoteImages emoteImages() {
        String value = get(SettingKey.EMOTE_IMAGES).orElse("direct");
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "direct" -> EmoteImages.DIRECT;
            case "worker" -> EmoteImages.WORKER;
            default -> throw unknown(SettingKey.EMOTE_IMAGES, "\"direct\" or \"worker\"");
        };
    }

    /**
     * Which emote providers to use.
     *
     * @param providers their ids
     * @param settings by the providers' own keys
     * @param channels which channels that a room names
     */
    record EmoteChoice(Set<String> providers, Map<String, String> settings, EmoteChannels channels) {}

    /** Of which channels that a room names the emotes are loaded. */
    enum EmoteChannels {
        /** Those of 7TV: at the server that the user has chosen. */
        KNOWN,
        /** All, so that whoever sets the room can choose servers. */
        ALL,
        /** None. */
        OFF
    }

    private EmoteChannels emoteChannels() {
        return switch (get(SettingKey.EMOTE_CHANNELS).orElse("known")) {
            case "known" -> EmoteChannels.KNOWN;
            case "all" -> EmoteChannels.ALL;
            case "off" -> EmoteChannels.OFF;
            default -> throw unknown(SettingKey.EMOTE_CHANNELS, "\"known\", \"all\" or \"off\"");
        };
    }

    /**
     * The emote providers that the user asked for, by name or by setting their address; none otherwise: a chat program
     * does not call public hosts unasked.
     */
    EmoteChoice emotes() {
        Set<String> providers = new TreeSet<>();
        Map<String, String> settings = new TreeMap<>();
        get(SettingKey.SEVENTV_URL).ifPresent(url -> {
            providers.add("7tv");
            settings.put("7tv.url", url);
        });
        get(SettingKey.EMOJI_DOMAIN).ifPresent(domains -> {
            providers.add("custom");
            settings.put("custom.domains", domains);
        });
        for (String entry :
                SPACE.splitAsStream(get(SettingKey.EMOTE_SETTINGS).orElse("")).toList()) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                settings.put(entry.substring(0, equals), entry.substring(equals + 1));
            } else if (!entry.isEmpty()) {
                throw unknown(SettingKey.EMOTE_SETTINGS, "entries such as \"tea.url=https://tea.example/emotes.txt\"");
            }
        }
        Optional<String> chosen = get(SettingKey.EMOTES);
        if (chosen.isPresent()) {
            providers.clear();
            for (String id :
                    LIST.splitAsStream(chosen.get().toLowerCase(Locale.ROOT)).toList()) {
                if (!id.isEmpty() && !id.equals("off")) {
                    providers.add(id);
                }
            }
        }
        return new EmoteChoice(providers, settings, emoteChannels());
    }
}
