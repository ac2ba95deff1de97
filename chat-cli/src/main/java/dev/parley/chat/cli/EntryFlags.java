package dev.parley.chat.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say as whom, and by which way, a room is entered. */
final class EntryFlags {

    @Option(names = "--name", paramLabel = "NICK", description = "The name that others see.")
    private @Nullable String name;

    @Option(names = "--signaling", paramLabel = "URL", description = "The signaling worker.")
    private @Nullable String signaling;

    @Option(
            names = "--guest",
            description = "Come in without an account, where the worker lets guests in. Guests open no rooms.")
    private boolean guest;

    @Option(
            names = "--ice-server",
            paramLabel = "URL",
            description = "A STUN or TURN server; may be repeated. One with a credential belongs in PARLEY_ICE_SERVERS"
                    + " or the configuration file.")
    private List<String> iceServers = new ArrayList<>();

    @Option(
            names = "--relay-only",
            description = "Connect through TURN servers only, so that peers do not learn each other's addresses.")
    private boolean relayOnly;

    @Option(names = "--ephemeral", description = "Use a new identity and keep no history.")
    private boolean ephemeral;

    Map<SettingKey, String> settings() {
        Map<SettingKey, String> settings = new EnumMap<>(SettingKey.class);
        put(settings, SettingKey.NAME, name);
        put(settings, SettingKey.SIGNALING_URL, signaling);
        put(settings, SettingKey.GUEST, guest ? "true" : null);
        put(settings, SettingKey.ICE_SERVERS, iceServers.isEmpty() ? null : String.join(" ", iceServers));
        return settings;
    }

    static void put(Map<SettingKey, String> settings, SettingKey key, @Nullable String value) {
        if (value != null) {
            settings.put(key, value);
        }
    }

    boolean isRelayOnly() {
        return relayOnly;
    }

    Session.Profile profile() {
        return ephemeral ? Session.Profile.EPHEMERAL : Session.Profile.OWN;
    }
}
