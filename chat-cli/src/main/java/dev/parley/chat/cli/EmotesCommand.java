package dev.parley.chat.cli;

import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmoteCompletion;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteRegistry;
import dev.parley.chat.emotes.EmoteRoom;
import dev.parley.chat.emotes.EmoteSearch;
import dev.parley.chat.emotes.EmoteSearchResult;
import dev.parley.chat.emotes.NewEmote;
import dev.parley.chat.emotes.images.ImageFacts;
import dev.parley.chat.emotes.images.ImageLimits;
import dev.parley.chat.emotes.images.ImageRefusedException;
import dev.parley.chat.signaling.OkHttpSignaling;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Groups what there is to do with emotes. */
@Command(
        name = "emotes",
        mixinStandardHelpOptions = true,
        description = "Show, look for, upload and remove emotes, and add some to a room.")
final class EmotesCommand implements Runnable {

    private static final String CUSTOM = "custom";
    private static final String DOMAINS = "custom.domains";
    private static final String UPLOAD_DOMAIN = "custom.upload-domain";
    private static final String TOKEN = "custom.token";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "name what to do with emotes: list, search, show, upload, remove or add");
        }
    }

    /** What the commands that read emotes share. */
    abstract static class ReadingCommand extends BaseCommand {

        private static final int DRAWN_AHEAD = 16;

        @Option(
                names = "--emotes",
                paramLabel = "SOURCES",
                description = "The sources, separated by commas: 7tv, custom, or a plugin's. Default: as in a room.")
        private @Nullable String emotes;

        @Option(
                names = "--channel",
                paramLabel = "SOURCE=CHANNEL",
                description = "A channel whose emotes are shown as well, such as 7tv=twitch/12345. May be repeated.")
        private List<String> channels = new ArrayList<>();

        @Option(
                names = "--pictures",
                paramLabel = "FORM",
                defaultValue = "auto",
                description = "How pictures are shown: kitty, blocks, names, or auto. Default: the setting, else auto.")
        private @Nullable String pictures;

        @Option(
                names = "--offline",
                description = "Use what was loaded before, and ask nobody for sets; pictures that are missing are asked"
                        + " for.")
        private boolean offline;

        ReadingCommand(CliContext context) {
            super(context);
        }

        @Override
        final ExitCode run(Console console) {
            Map<SettingKey, String> flags = new EnumMap<>(SettingKey.class);
            if (emotes != null) {
                flags.put(SettingKey.EMOTES, emotes);
            }
            if (pictures != null) {
                flags.put(SettingKey.PICTURES, pictures);
            }
            Settings settings = settings(flags);
            if (settings.emotes().providers().isEmpty()) {
                throw new CliException(
                        ExitCode.USAGE,
                        "no source of emotes is chosen",
                        "add --emotes 7tv, or set PARLEY_EMOJI_DOMAIN to a domain with custom emoji");
            }
            EmotePictures drawing = new EmotePictures(
                    console.isJson()
                            ? EmotePictures.Form.NAMES
                            : EmotePictures.formOf(
                                    settings.pictures(),
                                    EmotePictures.isScreen(),
                                    context().environment()));
            try (Worker worker = Worker.forImages(settings);
                    EmoteRegistry registry = EmoteSources.registry(
                                    settings, Map.of(), null, worker.client(), EmoteSources.Keeping.ON_DISK)
                            .searchDelay(Duration.ofMillis(1))
                            .build();
                    EmoteRoom room = registry.openRoom()) {
                CompletableFuture<?> loaded = offline ? registry.restore() : registry.refresh();
                List<CompletableFuture<?>> all = new ArrayList<>(List.of(loaded));
                if (offline && !channels.isEmpty()) {
                    throw new CliException(
                            ExitCode.USAGE,
                            "a channel cannot be shown offline",
                            "leave --channel or --offline out; what the settings name is there offline");
                }
                for (String channel : channels) {
                    all.add(addChannel(room, channel));
                }
                CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]))
                        .join();
                EmoteSources.report(registry, console);
                room.status()
                        .forEach(status ->
                                status.failure().ifPresent(failure -> console.notice(Emotes.describe(failure))));
                return run(console, registry, room, drawing);
            }
        }

        private static CompletableFuture<?> addChannel(EmoteRoom room, String channel) {
            int equals = channel.indexOf('=');
            try {
                return room.addChannel(channel.substring(0, Math.max(0, equals)), channel.substring(equals + 1));
            } catch (IllegalArgumentException e) {
                throw new CliException(
                        ExitCode.USAGE,
                        "the channel \"" + TerminalText.clean(channel) + "\" cannot be used: " + e.getMessage(),
                        "write it as SOURCE=CHANNEL, such as 7tv=twitch/12345, with a source that is chosen",
                        e);
            }
        }

        /** Looks for emotes; offline among those that can be typed. */
        final EmoteSearchResult find(EmoteRoom room, String query, int limit) {
            if (!offline) {
                return room.search(query, limit).join();
            }
            List<Emote> found = EmoteCompletion.complete(query, room.catalog(), List.of(), limit).stream()
                    .map(EmoteCompletion.Candidate::emote)
                    .filter(Objects::nonNull)
                    .toList();
            return new EmoteSearchResult(query, found, List.of(), false);
        }

        abstract ExitCode run(Console console, EmoteRegistry registry, EmoteRoom room, EmotePictures drawing);

        /** Shows emotes in order; some pictures are fetched side by side. */
        static void show(Console console, EmoteRegistry registry, EmotePictures drawing, List<Emote> emotes, int rows) {
            Deque<CompletableFuture<EmotePictures.Drawn>> ahead = new ArrayDeque<>();
            Iterator<Emote> next = emotes.iterator();
            for (Emote emote : emotes) {
                while (ahead.size() < DRAWN_AHEAD && next.hasNext()) {
                    ahead.add(drawing.draw(registry, next.next(), rows));
                }
                console.emit(new Event.EmoteShown(emote, ahead.remove().join()));
            }
        }
    }

    /** Lists the emotes that can be typed. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the emotes that can be typed.")
    static final class ListThem extends ReadingCommand {

        private static final int ROWS = 2;

        @Option(names = "--category", paramLabel = "NAME", description = "Only those of a category.")
        private @Nullable String category;

        @Option(names = "--limit", paramLabel = "COUNT", description = "At most so many. Default: all.")
        private int limit = Integer.MAX_VALUE;

        ListThem(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console, EmoteRegistry registry, EmoteRoom room, EmotePictures drawing) {
            List<Emote> emotes = room.catalog().emotes().stream()
                    .filter(emote -> category == null
                            || emote.category()
                                    .filter(category::equalsIgnoreCase)
                                    .isPresent())
                    .limit(Math.max(0, limit))
                    .toList();
            show(console, registry, drawing, emotes, ROWS);
            if (!emotes.isEmpty()) {
                return ExitCode.DONE;
            }
            if (room.catalog().size() == 0 && !registry.failures().isEmpty()) {
                throw new CliException(
                        ExitCode.FAILED,
                        "no emotes could be loaded",
                        "mend what is said above, or add --offline for those of last time");
            }
            if (!console.isJson()) {
                console.notice("there are no emotes");
            }
            return ExitCode.DONE;
        }
    }

    /** Looks for emotes, also for those that no set has. */
    @Command(
            name = "search",
            mixinStandardHelpOptions = true,
            description = "Look for emotes: among those that can be typed, and at sources that can search.")
    static final class Search extends ReadingCommand {

        private static final int ROWS = 2;

        @Parameters(arity = "1..*", paramLabel = "WORD", description = "What to look for; joined by spaces.")
        private List<String> words = new ArrayList<>();

        @Option(
                names = "--limit",
                paramLabel = "COUNT",
                defaultValue = "20",
                description = "At most so many, 1 to 250. Default: ${DEFAULT-VALUE}.")
        private int limit = 20;

        Search(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console, EmoteRegistry registry, EmoteRoom room, EmotePictures drawing) {
            if (limit < 1 || limit > EmoteSearch.MAX_RESULTS) {
                throw new CliException(
                        ExitCode.USAGE,
                        "a search cannot have " + limit + " results",
                        "take 1 to " + EmoteSearch.MAX_RESULTS);
            }
            EmoteSearchResult result = find(room, String.join(" ", words), limit);
            result.failures()
                    .forEach(failure ->
                            console.notice(failure.provider() + " could not be searched: " + failure.message()));
            show(console, registry, drawing, result.emotes(), ROWS);
            if (result.emotes().isEmpty() && !console.isJson()) {
                console.notice("nothing was found");
            }
            return ExitCode.DONE;
        }
    }

    /** Shows one emote. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one emote: its picture, where it comes from and its files.")
    static final class Show extends ReadingCommand {

        @Parameters(
                index = "0",
                paramLabel = "EMOTE",
                description = "What is typed for it, with or without colons, or SOURCE/ID.")
        private String name = "";

        @Option(
                names = "--rows",
                paramLabel = "COUNT",
                defaultValue = "8",
                description = "How high the picture is, 1 to 50. Default: ${DEFAULT-VALUE}.")
        private int rows = 8;

        private static final int MAX_ROWS = 50;

        Show(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console, EmoteRegistry registry, EmoteRoom room, EmotePictures drawing) {
            if (rows < 1 || rows > MAX_ROWS) {
                throw new CliException(
                        ExitCode.USAGE, "a picture cannot have " + rows + " rows", "take 1 to " + MAX_ROWS);
            }
            Emote emote = find(room.catalog())
                    .or(() -> find(room, name, EmoteSearch.MAX_RESULTS).emotes().stream()
                            .filter(each -> each.code().equals(name))
                            .findFirst())
                    .orElseThrow(() -> new CliException(
                            new Failure(
                                    ExitCode.FAILED,
                                    "emote_not_found",
                                    "there is no emote \"" + TerminalText.clean(name) + "\"",
                                    "\"parley emotes search\" finds those that are named like it"),
                            null));
            EmotePictures.Drawn drawn = drawing.draw(registry, emote, rows).join();
            console.emit(new Event.EmoteDescribed(emote, drawn));
            return ExitCode.DONE;
        }

        private Optional<Emote> find(EmoteCatalog catalog) {
            return Stream.of(catalog.find(name), catalog.find(":" + name + ":"), byId(catalog))
                    .flatMap(Optional::stream)
                    .findFirst();
        }

        private Optional<Emote> byId(EmoteCatalog catalog) {
            int slash = name.indexOf('/');
            try {
                return slash < 0
                        ? Optional.empty()
                        : catalog.find(new EmoteId(name.substring(0, slash), name.substring(slash + 1)));
            } catch (IllegalArgumentException e) {
                // Has a slash and is no id.
                return Optional.empty();
            }
        }
    }

    /** What the commands that change a domain share. */
    abstract static class DomainCommand extends BaseCommand {

        @Option(
                names = "--domain",
                paramLabel = "URL",
                description =
                        "The domain that has the emoji. Default: custom.upload-domain of the emote settings, else the first"
                                + " of PARLEY_EMOJI_DOMAIN, else the signaling worker.")
        private @Nullable String domain;

        DomainCommand(CliContext context) {
            super(context);
        }

        final ExitCode change(Console console, Settings settings, Change change) {
            URI there = domain(settings);
            try (EmoteRegistry registry = registry(settings, there, console)) {
                change.make(registry, there);
                return ExitCode.DONE;
            }
        }

        /** Makes a change, or fails. */
        @FunctionalInterface
        interface Change {
            void make(EmoteRegistry registry, URI domain);
        }

        private EmoteRegistry registry(Settings settings, URI there, Console console) {
            Map<String, String> own = Map.of(
                    DOMAINS, there.toString(), UPLOAD_DOMAIN, there.toString(), TOKEN, token(settings, there, console));
            return EmoteRegistry.builder().only(Set.of(CUSTOM)).settings(own).build();
        }

        /** The token that is set for uploads; else that of the worker, if this is it; else that of a login there. */
        private String token(Settings settings, URI there, Console console) {
            @Nullable String set = settings.emotes().settings().get(TOKEN);
            if (set != null) {
                return set;
            }
            boolean isWorker = settings.signalingUrl()
                    .filter(url -> isSameOrigin(url, there))
                    .isPresent();
            Settings allowed = isWorker ? settings : settings.withoutToken();
            Identity identity =
                    Session.accountIdentity(allowed, console, context().prompt());
            try (OkHttpSignaling client = Session.signaling(allowed, there, identity)) {
                return client.accessToken().toCompletableFuture().join().value();
            }
        }

        private static boolean isSameOrigin(URI a, URI b) {
            return String.valueOf(a.getScheme()).equalsIgnoreCase(b.getScheme())
                    && String.valueOf(a.getAuthority()).equalsIgnoreCase(b.getAuthority());
        }

        private URI domain(Settings settings) {
            Map<String, String> more = settings.emotes().settings();
            @Nullable String named = domain != null ? domain : more.getOrDefault(UPLOAD_DOMAIN, more.get(DOMAINS));
            if (named == null) {
                return Login.worker(settings);
            }
            String first = named.strip().split("[,\\s]+", -1)[0];
            try {
                URI there = new URI(first.contains("://") ? first : "https://" + first);
                if (domain != null && !first.equals(named)) {
                    throw new URISyntaxException(named, "one domain is expected");
                }
                return there;
            } catch (URISyntaxException e) {
                throw new CliException(
                        ExitCode.USAGE, "the domain cannot be used", "write it as https://host[:port]", e);
            }
        }
    }

    /** Uploads an emoji to a domain. */
    @Command(
            name = "upload",
            mixinStandardHelpOptions = true,
            description =
                    "Upload an emoji to a domain, for all who use it: PNG, GIF or WebP of at most 256 KiB, 512 by 512"
                            + " pixels and 200 frames.")
    static final class Upload extends DomainCommand {

        @Parameters(index = "0", paramLabel = "SHORTCODE", description = "What is typed between colons.")
        private String shortcode = "";

        @Parameters(index = "1", paramLabel = "FILE", description = "The image.")
        private Path file = Path.of("");

        @Option(names = "--category", paramLabel = "NAME", description = "Where a picker shows it.")
        private @Nullable String category;

        Upload(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console) {
            Checked image = Checked.read(file);
            NewEmote emote = image.named(shortcode, category);
            return change(
                    console,
                    settings(Map.of()),
                    (registry, worker) -> console.emit(new Event.EmoteUploaded(
                            registry.upload(CUSTOM, emote).join(), worker)));
        }
    }

    /** Removes an emoji from a domain, or from a room. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Remove an emoji that you have uploaded to a domain, or, with --room, one of a room.")
    static final class Remove extends DomainCommand {

        /** How long the room's emoji may take to come after one has entered. */
        private static final long LISTED_SECONDS = 10;

        @Parameters(index = "0", paramLabel = "SHORTCODE", description = "What is typed between colons.")
        private String shortcode = "";

        @Option(names = "--room", paramLabel = "INVITE", description = "The room that has it.")
        private @Nullable String room;

        @Mixin
        private final RoomFlags flags = new RoomFlags();

        Remove(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console) throws Exception {
            String name = withoutColons(shortcode);
            Settings settings = settings(flags.settings());
            if (room == null) {
                return change(console, settings, (registry, worker) -> {
                    registry.remove(CUSTOM, name).join();
                    console.emit(new Event.EmoteRemoved(name, worker.toString()));
                });
            }
            Invite invite = InviteArgument.parse(room, settings);
            Visit visit =
                    new Visit(context(), console, settings, flags, invite, "the emoji was removed", "remove it again");
            Held held = new Held(console);
            return visit.make(held, (session, entered) -> {
                visit.orStopped(held.listed(entered, name)
                        .orTimeout(LISTED_SECONDS, TimeUnit.SECONDS)
                        .exceptionally(none -> null));
                visit.orStopped(entered.removeEmoji(name));
                console.emit(new Event.EmoteRemoved(name, entered.name()));
            });
        }
    }

    /** Adds an emoji to a room, and is done when a member has its image. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Add an emoji to a room, wait until a member has its image, and leave. No server sees it.")
    static final class Add extends BaseCommand {

        private static final long HELD_SECONDS = 60;

        @Parameters(index = "0", paramLabel = "INVITE", description = "The invite, or the id of a public room.")
        private String room = "";

        @Parameters(index = "1", paramLabel = "SHORTCODE", description = "What is typed between colons.")
        private String shortcode = "";

        @Parameters(index = "2", paramLabel = "FILE", description = "The image.")
        private Path file = Path.of("");

        @Mixin
        private final RoomFlags flags = new RoomFlags();

        Add(CliContext context) {
            super(context);
        }

        @Override
        ExitCode run(Console console) throws Exception {
            Checked image = Checked.read(file);
            NewEmote emote = image.named(shortcode, null);
            Settings settings = settings(flags.settings());
            Invite invite = InviteArgument.parse(room, settings);
            Visit visit =
                    new Visit(context(), console, settings, flags, invite, "a member has its image", "add it again");
            Held held = new Held(console);
            return visit.make(held, (session, entered) -> {
                MessageId id = visit.orStopped(entered.addEmoji(
                        emote.shortcode(), emote.image(), image.facts.format().mediaType()));
                visit.await(
                        held.of(id),
                        HELD_SECONDS,
                        "no member has fetched the image within " + HELD_SECONDS + " s",
                        "the room has the emoji, and its image when you are there again: stay in it for a while");
                console.emit(new Event.RoomEmojis(null, entered.emoji(), List.of()));
            });
        }
    }

    /** What stands between colons, however it is written. */
    private static String withoutColons(String shortcode) {
        return shortcode.replaceAll("^:|:$", "");
    }

    /** An image file that keeps to the rules of emoji. */
    private static final class Checked {
        private final byte[] bytes;
        private final ImageFacts facts;

        private Checked(byte[] bytes, ImageFacts facts) {
            this.bytes = bytes;
            this.facts = facts;
        }

        /** Reads a file; refuses what is no image before anybody is asked. */
        static Checked read(Path file) {
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(NewEmote.MAX_IMAGE_BYTES + 1);
            } catch (NoSuchFileException e) {
                throw new CliException(ExitCode.USAGE, "there is no file " + file, "check the name", e);
            } catch (IOException e) {
                throw new CliException(
                        ExitCode.FAILED, "the file " + file + " cannot be read", "check its permissions", e);
            }
            try {
                return new Checked(bytes, ImageFacts.read(bytes, ImageLimits.EMOJI));
            } catch (ImageRefusedException e) {
                throw new CliException(
                        Failure.adviceOfItsOwn(
                                ExitCode.FAILED,
                                "image_" + e.reason().name().toLowerCase(Locale.ROOT),
                                e,
                                "take a PNG, GIF or WebP of at most 256 KiB, 512 by 512 pixels and 200 frames"),
                        e);
            }
        }

        NewEmote named(String shortcode, @Nullable String category) {
            try {
                return new NewEmote(
                        withoutColons(shortcode),
                        EmoteImageFormat.valueOf(facts.format().name()),
                        bytes,
                        category);
            } catch (IllegalArgumentException e) {
                throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), "choose another shortcode", e);
            }
        }
    }

    /** The client of the worker that images come by, for its tokens; or none. */
    private static final class Worker implements AutoCloseable {
        private final Optional<OkHttpSignaling> client;

        private Worker(Optional<OkHttpSignaling> client) {
            this.client = client;
        }

        static Worker forImages(Settings settings) {
            return new Worker(
                    settings.emoteImages() == Settings.EmoteImages.WORKER
                            ? Optional.of(Session.signaling(settings, Login.worker(settings), Identity.generate()))
                            : Optional.empty());
        }

        Optional<OkHttpSignaling> client() {
            return client;
        }

        @Override
        public void close() {
            client.ifPresent(OkHttpSignaling::close);
        }
    }

    /** Hears which emoji the room has, and which members have their images. */
    private static final class Held extends Visit.Arrivals {
        private @Nullable String sought;
        private final CompletableFuture<@Nullable Void> found = new CompletableFuture<>();

        Held(Console console) {
            super(console);
        }

        /** Completes when the room has an emoji of this name, as far as is heard. */
        synchronized CompletableFuture<@Nullable Void> listed(Room room, String shortcode) {
            sought = shortcode;
            onEmoji(room, room.emoji());
            return found;
        }

        @Override
        public synchronized void onEmoji(Room room, List<RoomEmoji> emoji) {
            @Nullable String name = sought;
            if (name != null && emoji.stream().anyMatch(each -> RoomEmoji.isSameShortcode(each.shortcode(), name))) {
                found.complete(null);
            }
        }

        @Override
        public void onEmojiFetched(Room room, MessageId emoji, PeerId participant) {
            note(emoji);
        }
    }
}
