package dev.parley.chat.cli;

import dev.parley.chat.worker.TrustedIssuer;
import dev.parley.chat.worker.WorkerLimits;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of {@code parley serve}, an entry each: its name in the file, from which its flag ({@code --some-name})
 * and its variable ({@code PARLEY_WORKER_SOME_NAME}) follow, what stands for its value in the help, what it is unless
 * it is set, what it is for, and what is done with it. A label that ends in dots is that of a list.
 */
enum WorkerKey {
    HOST(
            "host",
            "H",
            "127.0.0.1",
            "Where to listen. Any other than loopback needs an issuer.",
            (s, v) -> s.config().host(v)),
    PORT(
            "port",
            "N",
            "8787",
            "Where to listen; 0 picks a free port.",
            (s, v) -> s.config().port(count(v))),
    PUBLIC_URL(
            "public_url",
            "URL",
            null,
            "Under which URL clients reach the worker, if it is not the one that it listens at.",
            (s, v) -> s.config().publicUrl(uri(v))),
    DATA(
            "data",
            "DIR",
            null,
            "Where to keep rooms. Default: PARLEY_HOME/worker.",
            (s, v) -> s.config().dataDirectory(s.folder(v))),
    REDIS(
            "redis",
            "URI",
            null,
            "A Redis to keep rooms in instead, which several workers may share: redis://[user@]host[:port][/database],"
                    + " or rediss: for TLS.",
            (s, v) -> s.config().redis(uri(v))),
    REDIS_PASSWORD_FILE("redis_password_file", "FILE", null, "Where its password stands.", (s, v) -> {
        String unused = s.required(WorkerKey.REDIS);
        s.config().redisPassword(s.secretIn(v));
    }),
    ISSUER(
            "issuer",
            "URL…",
            null,
            "Whose access tokens to take, exactly as in them; goes with the audience.",
            WorkerKey::issuers),
    AUDIENCE(
            "audience",
            "A…",
            null,
            "For whom a token must be: one for all issuers, or one for each in their order.",
            (s, v) -> s.required(WorkerKey.ISSUER)),
    JWKS(
            "jwks",
            "URL…",
            null,
            "Where the keys of each issuer are, in their order. Default: found by themselves.",
            (s, v) -> s.required(WorkerKey.ISSUER)),
    SCOPE("scope", "S…", null, "Scopes that a token must have.", (s, v) -> s.required(WorkerKey.ISSUER)),
    MODERATOR_SCOPE(
            "moderator_scope",
            "S",
            null,
            "The scope whose holders may delete the custom emoji of all.",
            (s, v) -> s.required(WorkerKey.ISSUER)),
    ANONYMOUS_GUESTS(
            "anonymous_guests",
            "true|false",
            "false",
            "Whether people without an account may list and join rooms.",
            (s, v) -> s.config().anonymousGuests(bool(v))),
    ICE_SERVER(
            "ice_server",
            "URL…",
            null,
            "STUN and TURN servers to tell to peers.",
            (s, v) -> s.each(v, url -> s.config().iceServer(url))),
    TURN_SECRET(
            "turn_secret",
            null,
            null,
            "The secret shared with the TURN servers.",
            (s, v) -> s.config().turnSecret(v)),
    TURN_SECRET_FILE(
            "turn_secret_file",
            "FILE",
            null,
            "Where that secret stands.",
            (s, v) -> s.config().turnSecret(s.secretIn(v))),
    REQUEST_RATE(
            "request_rate",
            "N/BURST",
            "100/500",
            "Requests of an account: in a second in the long run, and at once.",
            (s, v) -> s.config().requestRate(rate(v).perSecond(), rate(v).burst())),
    ADDRESS_RATE(
            "address_rate",
            "N/BURST",
            null,
            "Requests of an address. Default: five times those of an account.",
            (s, v) -> s.limits().requestsPerAddress(rate(v))),
    ROOM_RATE(
            "room_rate",
            "N/BURST",
            null,
            "Requests for a room. Default: five times those of an account.",
            (s, v) -> s.limits().requestsPerRoom(rate(v))),
    CONNECTIONS(
            "connections",
            "N",
            "20000",
            "Connections in all.",
            (s, v) -> s.limits().connections(count(v))),
    CONNECTIONS_PER_ADDRESS(
            "connections_per_address",
            "N",
            "256",
            "Connections of one address.",
            (s, v) -> s.limits().connectionsPerAddress(count(v))),
    SOCKETS_PER_ACCOUNT(
            "sockets_per_account",
            "N",
            "128",
            "WebSockets of one account.",
            (s, v) -> s.limits().socketsPerAccount(count(v))),
    HEADER_TIMEOUT(
            "header_timeout",
            "TIME",
            "10s",
            "For the headers of a request.",
            (s, v) -> s.limits().headerTimeout(time(v))),
    BODY_TIMEOUT(
            "body_timeout",
            "TIME",
            "20s",
            "For the body of a request.",
            (s, v) -> s.limits().bodyTimeout(time(v))),
    ANSWER_TIMEOUT(
            "answer_timeout",
            "TIME",
            "20s",
            "For a client to take an answer.",
            (s, v) -> s.limits().answerTimeout(time(v))),
    IDLE_TIMEOUT(
            "idle_timeout",
            "TIME",
            "30s",
            "For a connection to be silent.",
            (s, v) -> s.config().idleTimeout(time(v))),
    TRUSTED_PROXY(
            "trusted_proxy",
            "ADDRESSES…",
            null,
            "Proxies that may say for whom they speak: addresses, or blocks such as 10.0.0.0/8.",
            (s, v) -> s.each(v, s.config()::trustedProxy)),
    FORWARDING_HEADER(
            "forwarding_header",
            "NAME",
            "X-Forwarded-For",
            "Where they say it; or Forwarded.",
            (s, v) -> s.config().forwardingHeader(v)),
    ALLOWED_ORIGIN(
            "allowed_origin",
            "ORIGIN…",
            null,
            "Whose pages may use the worker from a browser.",
            (s, v) -> s.each(v, s.config()::allowedOrigin)),
    NO_EMOJI(
            "no_emoji",
            "true|false",
            "false",
            "Whether the worker is no domain of custom emoji.",
            (s, v) -> s.config().customEmoji(!bool(v))),
    EMOJI_PER_ACCOUNT(
            "emoji_per_account",
            "N",
            "50",
            "Custom emoji of one account.",
            (s, v) -> s.limits().emojiPerAccount(count(v))),
    EMOJI_BYTES_PER_ACCOUNT(
            "emoji_bytes_per_account",
            "SIZE",
            "16MiB",
            "For the images of one account's emoji.",
            (s, v) -> s.limits().emojiBytesPerAccount(bytes(v))),
    EMOJI_TOTAL(
            "emoji_total",
            "N",
            "1000",
            "Custom emoji in all.",
            (s, v) -> s.limits().emojiInAll(count(v))),
    EMOJI_BYTES_TOTAL(
            "emoji_bytes_total",
            "SIZE",
            "256MiB",
            "For the images of all emoji.",
            (s, v) -> s.limits().emojiBytesInAll(bytes(v))),
    IMAGE_HOSTS(
            "image_hosts",
            "HOST…",
            "cdn.7tv.app",
            "From which hosts the worker fetches images for its clients; none for none.",
            (s, v) -> s.config().imageHosts(v.equals("none") ? List.of() : s.list(v))),
    IMAGE_TIMEOUT(
            "image_timeout",
            "TIME",
            "10s",
            "For the fetch of an image.",
            (s, v) -> s.limits().imageTimeout(time(v))),
    METRICS("metrics", "HOST:PORT", null, "Where the metrics have a port of their own.", WorkerKey::metrics),
    METRICS_TOKEN_FILE(
            "metrics_token_file",
            "FILE",
            null,
            "Where the token stands that opens /metrics beside the API.",
            (s, v) -> s.config().metricsToken(s.secretIn(v))),
    LOG_FORMAT(
            "log_format",
            "FORM",
            "text",
            "How the log is written: text or json.",
            (s, v) -> s.logging().format(v)),
    ACCESS_LOG(
            "access_log",
            "true|false",
            "false",
            "Whether each request is logged.",
            (s, v) -> s.logging().requests(bool(v))),
    LOG_SALT_FILE(
            "log_salt_file",
            "FILE",
            null,
            "Where the salt of the hashes in the log stands. Default: a new one at each start.",
            (s, v) -> s.config().logSalt(s.secretIn(v))),
    DRAIN_TIME(
            "drain_time",
            "TIME",
            "10s",
            "Over how long clients are sent away when the worker is stopped.",
            (s, v) -> s.config().drainTime(time(v)));

    private final String key;
    private final @Nullable String label;
    private final @Nullable String fallback;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // each is a function that captures nothing
    private final Use use;

    WorkerKey(String key, @Nullable String label, @Nullable String fallback, String help, Use use) {
        this.key = key;
        this.label = label;
        this.fallback = fallback;
        this.help = help;
        this.use = use;
    }

    /** What is done with a value; what it throws as IllegalArgumentException is wrong with the value. */
    interface Use {
        void apply(WorkerSettings settings, String value);
    }

    /** Its name in the file. */
    String key() {
        return key;
    }

    /** Its name in the environment. */
    String variable() {
        return "PARLEY_WORKER_" + name();
    }

    /** Its name on the command line; empty for a secret, which others could read there. */
    Optional<String> flag() {
        return label == null ? Optional.empty() : Optional.of("--" + key.replace('_', '-'));
    }

    /** What stands for its value in the help. */
    String label() {
        return label == null ? "" : label.replace("…", "");
    }

    /** Whether there may be several, each by a flag of its own. */
    boolean isList() {
        return label != null && label.endsWith("…");
    }

    /** Whether its flag stands for itself. */
    boolean isSwitch() {
        return "true|false".equals(label);
    }

    Optional<String> fallback() {
        return Optional.ofNullable(fallback);
    }

    String help() {
        return help;
    }

    /** Whether the value is a secret itself: it is not shown, and does not stand in the file. */
    boolean isSecret() {
        return label == null;
    }

    void apply(WorkerSettings settings, String value) {
        use.apply(settings, value);
    }

    static Optional<WorkerKey> ofKey(String key) {
        return Arrays.stream(values()).filter(known -> known.key.equals(key)).findFirst();
    }

    private static void issuers(WorkerSettings settings, String value) {
        List<String> issuers = settings.list(value);
        List<String> audiences = settings.list(settings.required(AUDIENCE));
        List<String> keys = settings.list(JWKS);
        if (audiences.size() != 1 && audiences.size() != issuers.size()) {
            throw new IllegalArgumentException("there must be one audience for all issuers, or one for each");
        }
        if (!keys.isEmpty() && keys.size() != issuers.size()) {
            throw new IllegalArgumentException("there must be a jwks for each issuer, or none");
        }
        String[] scopes = settings.list(SCOPE).toArray(String[]::new);
        for (int i = 0; i < issuers.size(); i++) {
            TrustedIssuer issuer = TrustedIssuer.of(uri(issuers.get(i)), audiences.get(audiences.size() == 1 ? 0 : i))
                    .withRequiredScopes(scopes);
            issuer = settings.find(MODERATOR_SCOPE)
                    .map(scope -> scope.value())
                    .map(issuer::withModeratorScope)
                    .orElse(issuer);
            settings.config().issuer(keys.isEmpty() ? issuer : issuer.withJwksUri(uri(keys.get(i))));
        }
    }

    private static void metrics(WorkerSettings settings, String value) {
        int colon = value.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("write it as host:port, such as 127.0.0.1:9187");
        }
        String host = value.substring(0, colon).replace("[", "").replace("]", "");
        settings.config().metricsAddress(host, count(value.substring(colon + 1)));
    }

    private static URI uri(String value) {
        try {
            return new URI(value);
        } catch (URISyntaxException e) {
            // Its message repeats the value, which may hold a password.
            throw new IllegalArgumentException("it is no URL", e);
        }
    }

    private static int count(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("it must be a whole number", e);
        }
    }

    private static long bytes(String value) {
        if (!value.matches("[0-9]{1,6}(KiB|MiB|GiB)")) {
            throw new IllegalArgumentException("write it as 512KiB, 16MiB or 1GiB");
        }
        long number = Long.parseLong(value.substring(0, value.length() - 3));
        return switch (value.charAt(value.length() - 3)) {
            case 'K' -> number << 10;
            case 'M' -> number << 20;
            default -> number << 30;
        };
    }

    private static boolean bool(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("it must be true or false");
        };
    }

    private static WorkerLimits.Rate rate(String value) {
        String[] parts = value.split("/", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("write it as 100/500: in a second in the long run, and at once");
        }
        return new WorkerLimits.Rate(count(parts[0]), count(parts[1]));
    }

    private static Duration time(String value) {
        String text = value.toLowerCase(Locale.ROOT);
        if (!text.matches("\\d{1,9}(ms|s|m)")) {
            throw new IllegalArgumentException("write it as 500ms, 10s or 2m");
        }
        long number = Long.parseLong(text.replaceAll("\\D", ""));
        return text.endsWith("ms")
                ? Duration.ofMillis(number)
                : text.endsWith("s") ? Duration.ofSeconds(number) : Duration.ofMinutes(number);
    }
}
