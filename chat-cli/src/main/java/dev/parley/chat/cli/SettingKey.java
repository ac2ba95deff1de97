package dev.parley.chat.cli;

import java.util.Arrays;
import java.util.Optional;

/** A setting that can come from the environment or the configuration file, and for some from a flag. */
enum SettingKey {
    NAME("name", "PARLEY_NAME", Secrecy.OPEN),
    SIGNALING_URL("signaling_url", "PARLEY_SIGNALING_URL", Secrecy.OPEN),
    TOKEN("token", "PARLEY_TOKEN", Secrecy.SECRET),
    TOKEN_FILE("token_file", "PARLEY_TOKEN_FILE", Secrecy.OPEN),
    CLIENT_ID("client_id", "PARLEY_CLIENT_ID", Secrecy.OPEN),
    /** {@code true} or {@code false}. */
    GUEST("guest", "PARLEY_GUEST", Secrecy.OPEN),
    /** {@code true} or {@code false}. */
    READ_MARKS("read_marks", "PARLEY_READ_MARKS", Secrecy.OPEN),
    /** {@code auto}, {@code dark} or {@code light}. */
    THEME("theme", "PARLEY_THEME", Secrecy.OPEN),
    /** {@code true} or {@code false}. */
    MOUSE("mouse", "PARLEY_MOUSE", Secrecy.OPEN),
    /** {@code true} or {@code false}. */
    BELL("bell", "PARLEY_BELL", Secrecy.OPEN),
    /** {@code true} or {@code false}. */
    SHOW_PEOPLE("show_people", "PARLEY_SHOW_PEOPLE", Secrecy.OPEN),
    /** {@code 24h} or {@code 12h}. */
    CLOCK("clock", "PARLEY_CLOCK", Secrecy.OPEN),
    /** A folder. */
    DOWNLOADS("downloads", "PARLEY_DOWNLOADS", Secrecy.OPEN),
    /** A file that logs are added to. */
    LOG_FILE("log_file", "PARLEY_LOG_FILE", Secrecy.OPEN),
    /** {@code passphrase} or {@code file-permissions}. */
    IDENTITY_PROTECTION("identity_protection", "PARLEY_IDENTITY_PROTECTION", Secrecy.OPEN),
    /** Not in the configuration file, which lies beside what it would open. */
    PASSPHRASE("passphrase", "PARLEY_PASSPHRASE", Secrecy.SECRET),
    PASSPHRASE_FILE("passphrase_file", "PARLEY_PASSPHRASE_FILE", Secrecy.OPEN),
    /** {@code sealed}, {@code plain} or {@code memory}. */
    HISTORY("history", "PARLEY_HISTORY", Secrecy.OPEN),
    /** Separated by white space; each {@code url} or {@code url|username|credential}. */
    ICE_SERVERS("ice_servers", "PARLEY_ICE_SERVERS", Secrecy.SECRET),
    /** Comma-separated: {@code 7tv}, {@code custom}, or {@code off}. */
    EMOTES("emotes", "PARLEY_EMOTES", Secrecy.OPEN),
    /** {@code known}, {@code all} or {@code off}. */
    EMOTE_CHANNELS("emote_channels", "PARLEY_EMOTE_CHANNELS", Secrecy.OPEN),
    SEVENTV_URL("7tv_url", "PARLEY_7TV_URL", Secrecy.OPEN),
    EMOJI_DOMAIN("emoji_domain", "PARLEY_EMOJI_DOMAIN", Secrecy.OPEN),
    /** {@code direct} or {@code worker}. */
    EMOTE_IMAGES("emote_images", "PARLEY_EMOTE_IMAGES", Secrecy.OPEN),
    /** {@code auto}, {@code kitty}, {@code blocks} or {@code names}. */
    PICTURES("pictures", "PARLEY_PICTURES", Secrecy.OPEN),
    /** {@code auto}, or 1 to 4. */
    PICTURE_ROWS("picture_rows", "PARLEY_PICTURE_ROWS", Secrecy.OPEN),
    /** {@code true} or {@code false}. */
    ANIMATE("animate", "PARLEY_ANIMATE", Secrecy.OPEN),
    /** Separated by white space; each {@code key=value}, of which a value may be a token. */
    EMOTE_SETTINGS("emote_settings", "PARLEY_EMOTE_SETTINGS", Secrecy.SECRET);

    /** Whether a value may be shown. */
    enum Secrecy {
        OPEN,
        SECRET
    }

    private final String key;
    private final String variable;
    private final Secrecy secrecy;

    SettingKey(String key, String variable, Secrecy secrecy) {
        this.key = key;
        this.variable = variable;
        this.secrecy = secrecy;
    }

    /** Its name in the configuration file. */
    String key() {
        return key;
    }

    /** Its name in the environment. */
    String variable() {
        return variable;
    }

    boolean isSecret() {
        return secrecy == Secrecy.SECRET;
    }

    static Optional<SettingKey> ofKey(String key) {
        return Arrays.stream(values()).filter(k -> k.key.equals(key)).findFirst();
    }
}
