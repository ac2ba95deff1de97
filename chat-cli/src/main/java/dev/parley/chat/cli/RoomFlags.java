package dev.parley.chat.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of the commands that enter a room and say something there. */
final class RoomFlags {

    @Mixin
    private final EntryFlags entry = new EntryFlags();

    @Option(
            names = "--emotes",
            paramLabel = "LIST",
            description = "Emotes to load: 7tv, custom or off, separated by commas. Default: those whose address is"
                    + " set, so none unless configured.")
    private @Nullable String emotes;

    @Option(
            names = "--pictures",
            paramLabel = "FORM",
            description = "How the full-screen client shows emotes: auto, kitty, blocks or names.")
    private @Nullable String pictures;

    @Option(names = "--no-animation", description = "Show pictures that do not move.")
    private boolean noAnimation;

    @Option(names = "--no-read-marks", description = "Do not tell others what was read here.")
    private boolean noReadMarks;

    @Option(names = "--plain", description = "Write lines, also on a terminal, in place of the full-screen client.")
    private boolean plain;

    @Option(
            names = "--leave-on-eof",
            description = "Leave when the standard input ends. Default: stay, unless a person types.")
    private boolean leaveOnEof;

    Map<SettingKey, String> settings() {
        Map<SettingKey, String> settings = entry.settings();
        EntryFlags.put(settings, SettingKey.EMOTES, emotes);
        EntryFlags.put(settings, SettingKey.PICTURES, pictures);
        EntryFlags.put(settings, SettingKey.ANIMATE, noAnimation ? "false" : null);
        EntryFlags.put(settings, SettingKey.READ_MARKS, noReadMarks ? "false" : null);
        return settings;
    }

    boolean isPlain() {
        return plain;
    }

    boolean isRelayOnly() {
        return entry.isRelayOnly();
    }

    RoomRun.InputEnd inputEnd() {
        return leaveOnEof ? RoomRun.InputEnd.LEAVE : RoomRun.InputEnd.STAY;
    }

    Session.Profile profile() {
        return entry.profile();
    }
}
