package dev.parley.chat.cli;

import dev.parley.chat.HistoryPolicy;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.PublicRoom;
import dev.parley.chat.Room;
import dev.parley.chat.RoomClosedException;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomManager;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.cli.client.Client;
import dev.parley.chat.cli.client.Happening;
import dev.parley.chat.cli.client.Preferences;
import dev.parley.chat.cli.client.Theme;
import dev.parley.chat.cli.client.Wish;
import dev.parley.chat.cli.screen.Grid;
import dev.parley.chat.cli.screen.KeyDecoder;
import dev.parley.chat.cli.screen.Keypress;
import dev.parley.chat.cli.screen.Painter;
import dev.parley.chat.cli.screen.TerminalScreen;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.RoomRecord;
import dev.parley.chat.store.StoredEvent;
import dev.parley.chat.transport.NativeLibraries;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The full-screen client in the world: brings it keys, time and what happens in rooms, shows what it draws, and does
 * what it wishes. One thread tells the client everything and paints; each room has a thread that carries out what is
 * asked of it; what takes long otherwise is done on one more.
 */
final class ClientRun {
    private static final Logger log = LoggerFactory.getLogger(ClientRun.class);

    /** Set by the launcher when both outputs are the terminal. */
    private static final String CLIENT_PROPERTY = "parley.client";

    /** Who tells more than the client can take waits. */
    private static final int MAX_WAITING = 8_192;

    /** So much is told before the screen is painted again. */
    private static final int MAX_TOLD_AT_ONCE = 1_000;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Between two paintings, unless nothing else waits. */
    private static final long FRAME_NANOS = TimeUnit.MILLISECONDS.toNanos(16);

    private static final long BEGIN_NANOS = System.nanoTime();

    /** Of rooms that one was in so many are shown, those of which one was in last. */
    private static final int MAX_PAST = 200;

    /** As much of a peer id as stands for a name where none is known. */
    private static final int SHORT_ID_CHARS = 8;

    private static final int MAX_NAME_TRIES = 3;

    /** More is not given to a clipboard by terminals. */
    private static final int MAX_COPIED_BYTES = 70_000;

    private final CliContext context;
    private Settings settings;
    private final RoomFlags flags;
    private final Optional<LogFile> logFile;
    private final BlockingQueue<Happening> happenings = new ArrayBlockingQueue<>(MAX_WAITING);
    private final ExecutorService errands = Executors.newSingleThreadExecutor(task -> daemon(task, "parley-errands"));
    private final Map<Integer, Seat> seats = new ConcurrentHashMap<>();
    private final Client client;
    private final TerminalPictures pictures;
    private final Painter.Colours colours;
    /** Completes when the identity, the history and the rest are open. */
    private final CompletableFuture<Session> session = new CompletableFuture<>();

    private final boolean takesMouse;
    private final AtomicBoolean isListing = new AtomicBoolean();
    private volatile boolean readMarks;

    /** The settings with what was kept of them since; for the person to see. */
    private volatile Settings known;

    private @Nullable SignalingWorker worker;
    private @Nullable TerminalScreen screen;
    private volatile boolean isOver;

    /** A stay in one room. */
    private final class Seat {
        private final int tab;
        private final Console console;
        private final ExecutorService hand;
        private volatile @Nullable RoomDesk desk;
        private volatile boolean isLeaving;

        /** Whether the room is closed, or was never entered. */
        private volatile boolean isEnded;

        Seat(int tab) {
            this.tab = tab;
            console = Console.to(event -> tell(new Happening.InRoom(tab, event)));
            hand = Executors.newSingleThreadExecutor(task -> daemon(task, "parley-room-" + tab));
        }

        /** Enters, and stays until the room closes. */
        void enter(Entering entering) {
            hand.execute(() -> {
                try {
                    NativeLibraries.load();
                    CompletableFuture<Room> unused = entering.begin(this).whenComplete((entered, failure) -> {
                        if (failure != null) {
                            refuse(failure);
                        } else {
                            stay(entered);
                        }
                    });
                } catch (RuntimeException | LinkageError e) {
                    refuse(e);
                }
            });
        }

        RoomDesk desk(URI place) {
            Session open = session();
            RoomDesk made = RoomDesk.of(open, open.emotes(place), settings, console);
            made.emotes()
                    .onChange(() -> tell(new Happening.Emotes(tab, made.emotes().catalog())));
            desk = made;
            made.sendReadMarks(readMarks);
            return made;
        }

        private void stay(Room entered) {
            RoomDesk mine = desk;
            if (mine == null) {
                return;
            }
            mine.announce(entered);
            tell(new Happening.Emotes(tab, mine.emotes().catalog()));
            if (isLeaving) {
                RoomDesk.leave(entered);
            }
            CompletableFuture<Void> unused = entered.closed().thenAccept(reason -> {
                mine.end(reason);
                isEnded = true;
                clear();
            });
        }

        /** The room, once it is entered. */
        private Optional<Room> room() {
            RoomDesk mine = desk;
            return mine == null ? Optional.empty() : mine.room();
        }

        /** Who has left a room that is closed needs nothing of it any more. */
        private void clear() {
            if (isEnded && isLeaving) {
                hand.shutdown();
                seats.remove(tab, this);
            }
        }

        private void refuse(Throwable failure) {
            log.debug("the room was not entered", failure);
            Throwable cause = failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
                    ? failure.getCause()
                    : failure;
            RoomDesk mine = desk;
            isEnded = true;
            if (cause instanceof RoomClosedException closed && mine != null) {
                mine.end(closed.reason());
                clear();
                return;
            }
            console.emit(Event.Problem.of(Failure.of(failure)));
            console.emitLast(new Event.Closed(new dev.parley.chat.CloseReason(
                    dev.parley.chat.CloseReason.Code.LEFT,
                    dev.parley.chat.CloseReason.Origin.LOCAL,
                    "the room was not entered")));
            clear();
        }

        /** Does something in the room, behind all that was asked for before. */
        void act(Act act) {
            hand.execute(() -> {
                Room there = room().orElse(null);
                RoomDesk mine = desk;
                if (there == null || mine == null) {
                    console.emit(new Event.Problem(
                            "not_entered", "the room is not entered yet", "wait until it says connected", null));
                    return;
                }
                try {
                    act.run(mine, there);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    console.emit(Event.Problem.of(Failure.of(e)));
                }
            });
        }

        /** Does something that needs no place in the order. */
        void now(Act act) {
            Room there = room().orElse(null);
            RoomDesk mine = desk;
            if (there != null && mine != null) {
                try {
                    act.run(mine, there);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        void leave() {
            isLeaving = true;
            room().ifPresent(RoomDesk::leave);
            clear();
        }
    }

    private interface Act {
        void run(RoomDesk desk, Room room) throws InterruptedException;
    }

    private interface Entering {
        CompletableFuture<Room> begin(Seat seat);
    }

    /**
     * Prepares it.
     *
     * @param logFile where logs go; without one nowhere, since the terminal is taken
     */
    ClientRun(CliContext context, Settings settings, RoomFlags flags, Optional<LogFile> logFile) {
        this.context = context;
        this.logFile = logFile;
        this.settings = settings;
        this.flags = flags;
        EmotePictures.Form form = Screens.pictures(settings.pictures(), context.environment());
        // The number of a picture rides in a colour of 24 bits.
        this.colours = form == EmotePictures.Form.KITTY ? Painter.Colours.TRUE : Screens.colours(context.environment());
        Theme theme = Screens.theme(context.environment());
        Preferences preferences = settings.preferences();
        readMarks = preferences.readMarks();
        takesMouse = preferences.mouse();
        known = settings;
        pictures = new TerminalPictures(
                new TerminalPictures.Look(form, settings.pictureRows(), settings.animate()),
                this::image,
                this::command,
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - BEGIN_NANOS),
                () -> tell(new Happening.PicturesChanged()));
        client = new Client(context.zone(), theme, preferences, pictures, this::grant);
    }

    /** Whether a person sits in front of a terminal that can show the client. */
    static boolean isPossible(CliContext context) {
        String term = context.environment().getOrDefault("TERM", "");
        return context.terminal() && Boolean.getBoolean(CLIENT_PROPERTY) && !term.isEmpty() && !term.equals("dumb");
    }

    /** Goes once through what the client does before anything is seen, so that its classes are in the archive. */
    static void warmUp(CliContext context, Settings settings) {
        ClientRun run = new ClientRun(context, settings, new RoomFlags(), Optional.empty());
        run.client.open();
        for (Keypress key : new KeyDecoder().take("a\033[A\t/he\033OP")) {
            run.client.handle(new Happening.Key(key), Instant.EPOCH);
        }
        Grid grid = new Grid(24, 80);
        run.client.draw(grid);
        log.debug(
                "{} characters",
                new Painter(Painter.Colours.TRUE).paint(null, grid).length());
        TerminalScreen.warmUp();
    }

    /** Shows the list of rooms, and stays until the person ends it. */
    ExitCode run() throws IOException {
        return stay(() -> {});
    }

    /** Opens a room, and stays until the person ends it. */
    ExitCode create(RoomOptions options) throws IOException {
        return stay(() -> client.create(options, HistoryPolicy.NONE));
    }

    /** Joins a room, and stays until the person ends it. */
    ExitCode join(String where) throws IOException {
        return stay(() -> grant(new Wish.Join(client.open(), where)));
    }

    /** Who comes for the first time says what to be called; a part of the key is no name for people. */
    private void askName(Console console) {
        for (int attempt = 0; attempt < MAX_NAME_TRIES; attempt++) {
            Optional<String> typed =
                    TerminalInput.shown("What shall others call you? ").map(String::strip);
            if (typed.isEmpty() || typed.get().isEmpty()) {
                break;
            }
            try {
                write(SettingKey.NAME, typed.get());
                settings = known;
                return;
            } catch (CliException e) {
                console.emit(Event.Problem.of(e.failure()));
            }
        }
        console.notice("others see a part of your key instead; F7 sets a name");
    }

    private ExitCode stay(Runnable first) throws IOException {
        Console plain = context.console(Console.Form.PLAIN);
        Keyring keyring = new Keyring(settings, plain, context.prompt());
        boolean isOwn = flags.profile() == Session.Profile.OWN;
        boolean isFirst = isOwn && keyring.kept().isEmpty() && context.prompt().isPresent();
        if (isFirst && settings.find(SettingKey.NAME).isEmpty()) {
            askName(plain);
        }
        boolean asks = isOwn && keyring.asks();
        try {
            if (asks) {
                // While the terminal is still its own.
                openSession(plain);
                session.join();
            }
            // What would be logged to the terminal would end up amid the screen.
            Logging.configure(
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, logFile);
            try (TerminalScreen shown = TerminalScreen.open(
                    colours, key -> tell(new Happening.Key(key)), () -> tell(new Happening.Tick()), this::end)) {
                screen = shown;
                context.stop().onRequest(this::end);
                shown.mouse(takesMouse);
                if (Screens.answersBackground(context.environment())) {
                    shown.command(TerminalScreen.askBackground());
                }
                recallEmotes();
                client.handle(new Happening.Tick(), Instant.now());
                first.run();
                paint(shown);
                if (!asks) {
                    // Not an errand: errands wait for it.
                    Console told = Console.to(event -> tell(new Happening.Told(event)));
                    daemon(() -> openSession(told), "parley-open").start();
                }
                try {
                    loop(shown);
                } finally {
                    // While the terminal can be told so.
                    pictures.close();
                }
            }
            if (session.isCompletedExceptionally()) {
                session.join();
            }
            leaveAll();
        } finally {
            close();
        }
        return ExitCode.DONE;
    }

    private void openSession(Console console) {
        Session.Profile profile = flags.profile();
        try {
            session.complete(Session.openAnywhere(
                    settings, profile, settings.ice(flags.isRelayOnly()), console, context.prompt()));
        } catch (RuntimeException | LinkageError e) {
            session.completeExceptionally(e);
            end();
        }
    }

    private void close() {
        errands.shutdownNow();
        if (session.isDone() && !session.isCompletedExceptionally()) {
            session.join().close();
        }
        SignalingWorker own = worker;
        if (own != null) {
            own.close();
        }
    }

    private void loop(TerminalScreen shown) {
        long painted = System.nanoTime() - FRAME_NANOS;
        long ticked = System.nanoTime();
        boolean isDirty = true;
        while (!isOver) {
            Happening next = await(Math.min(toPaint(isDirty, painted, shown), ticked + TICK_NANOS - System.nanoTime()));
            boolean isFrame = next == null;
            for (int told = 0; next != null; told++) {
                client.handle(next, Instant.now());
                isDirty = true;
                next = told < MAX_TOLD_AT_ONCE ? happenings.poll() : null;
            }
            if (System.nanoTime() - ticked >= TICK_NANOS) {
                client.handle(new Happening.Tick(), Instant.now());
                ticked = System.nanoTime();
                isDirty = true;
            }
            isDirty |= isFrame;
            if (isDirty && System.nanoTime() - painted >= FRAME_NANOS && shown.isReady()) {
                paint(shown);
                painted = System.nanoTime();
                isDirty = false;
            }
        }
    }

    /** How long to wait for something to be told until it is time to paint: what has changed, or a picture moves. */
    private long toPaint(boolean isDirty, long painted, TerminalScreen shown) {
        if (!isDirty) {
            return pictures.toNextFrame().map(TimeUnit.MILLISECONDS::toNanos).orElse(Long.MAX_VALUE);
        }
        return shown.isReady() ? painted + FRAME_NANOS - System.nanoTime() : FRAME_NANOS;
    }

    private void paint(TerminalScreen shown) {
        pictures.beginFrame();
        Grid grid = shown.grid();
        client.draw(grid);
        shown.show(grid);
    }

    private @Nullable Happening await(long nanos) {
        try {
            return happenings.poll(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isOver = true;
            return null;
        }
    }

    /** Tells the client something, and waits while it has too much to do; not for the thread that tells it. */
    private void tell(Happening happening) {
        if (isOver) {
            return;
        }
        try {
            happenings.put(happening);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the client, from any thread. The loop looks at the flag at the latest at the next tick. */
    private void end() {
        isOver = true;
    }

    private void leaveAll() {
        // Whoever waits to tell something goes on.
        happenings.clear();
        seats.values().forEach(Seat::leave);
        for (Seat seat : seats.values()) {
            seat.room().ifPresent(room -> room.closed().join());
        }
    }

    // --- What the client wishes
    // ---------------------------------------------------------------------------------------

    private void grant(Wish wish) {
        if (wish instanceof Wish.Type w) {
            seat(w.tab()).act((desk, room) -> desk.acceptTyped(room, w.text()));
        } else if (wish instanceof Wish.Reply w) {
            seat(w.tab()).act((desk, room) -> desk.send(room, new InputCommand.Send(w.text(), w.to(), null)));
        } else if (wish instanceof Wish.Do w) {
            seat(w.tab()).act((desk, room) -> desk.carryOut(room, w.deed(), null));
        } else if (wish instanceof Wish.Ask w) {
            seat(w.tab()).act((desk, room) -> desk.carryOut(room, w.command()));
        } else if (wish instanceof Wish.LoadTrust w) {
            // Behind what was asked for before, so that it shows what came of that.
            seat(w.tab()).act((desk, room) -> tell(trust(w.tab(), room)));
        } else if (wish instanceof Wish.LoadSettings) {
            errands.execute(this::tellSettings);
        } else if (wish instanceof Wish.ReadMarks w) {
            sendReadMarks(w.areSent());
        } else if (wish instanceof Wish.KeepSetting w) {
            errands.execute(() -> keep(w.key(), w.value()));
        } else if (wish instanceof Wish.Here w) {
            seat(w.tab()).now(RoomDesk::personWasHere);
        } else if (wish instanceof Wish.Typing w) {
            seat(w.tab()).now((desk, room) -> room.typing(w.isTyping()));
        } else if (wish instanceof Wish.Leave w) {
            seat(w.tab()).leave();
        } else if (wish instanceof Wish.LoadOlder w) {
            Optional<Room> room = seat(w.tab()).room();
            errands.execute(() -> loadOlder(w.tab(), room, w.shown()));
        } else if (wish instanceof Wish.ReadPast w) {
            errands.execute(() -> readPast(w.room(), w.shown()));
        } else if (wish instanceof Wish.Create w) {
            create(w);
        } else if (wish instanceof Wish.Join w) {
            join(w);
        } else if (wish instanceof Wish.ListRooms) {
            listRooms();
        } else if (wish instanceof Wish.Open w) {
            errands.execute(() -> open(w.link()));
        } else if (wish instanceof Wish.KeepRecentEmotes w) {
            if (flags.profile() == Session.Profile.OWN) {
                errands.execute(() -> keepEmotes(w.codes()));
            }
        } else if (wish instanceof Wish.Copy w) {
            copy(w.text());
        } else if (wish instanceof Wish.Mouse w) {
            TerminalScreen shown = screen;
            if (shown != null) {
                shown.mouse(w.isTaken());
            }
        } else if (wish instanceof Wish.Bell) {
            command("\007");
        } else if (wish instanceof Wish.Repaint) {
            TerminalScreen shown = screen;
            if (shown != null) {
                shown.forget();
            }
        } else if (wish instanceof Wish.Suspend) {
            suspend();
        } else if (wish instanceof Wish.Quit) {
            isOver = true;
        }
    }

    /** On the thread that paints, so that nothing is painted meanwhile. */
    private void suspend() {
        TerminalScreen shown = screen;
        if (shown == null) {
            return;
        }
        try {
            shown.suspend();
        } catch (IOException e) {
            log.debug("not suspended", e);
            errands.execute(() -> tell(new Happening.Told(new Event.Notice("this system cannot stop a program"))));
        }
    }

    private Seat seat(int tab) {
        return seats.computeIfAbsent(tab, Seat::new);
    }

    /** Waits until it is open; not for the thread that paints. */
    private Session session() {
        return session.join();
    }

    private void create(Wish.Create wish) {
        seat(wish.tab()).enter(seat -> {
            URI place = workerForNew(seat.console);
            RoomDesk desk = seat.desk(place);
            return session()
                    .rooms(place)
                    .createRoom(wish.options(), desk)
                    .thenCompose(room -> wish.history().equals(room.settings().history())
                            ? CompletableFuture.completedFuture(room)
                            : room.change(room.settings().withHistory(wish.history()))
                                    .thenApply(done -> room));
        });
    }

    private void join(Wish.Join wish) {
        seat(wish.tab()).enter(seat -> {
            Destination destination = Destination.parse(wish.where(), settings);
            RoomManager rooms = session().rooms(destination.worker());
            RoomDesk desk = seat.desk(destination.worker());
            return destination.invite(rooms).thenCompose(to -> rooms.joinRoom(to, desk));
        });
    }

    /** The worker of the settings, or one inside this process. */
    private synchronized URI workerForNew(Console console) {
        Optional<URI> set = settings.signalingUrl();
        if (set.isPresent()) {
            return set.get();
        }
        SignalingWorker running = worker;
        if (running == null) {
            running = SignalingWorker.start(WorkerConfig.builder().build());
            worker = running;
            console.notice("no signaling worker is set: one runs inside this process, for this machine only and as long"
                    + " as this program");
        }
        return running.url();
    }

    private Happening trust(int tab, Room room) {
        Map<PeerId, KnownPeer> known = new HashMap<>();
        for (Participant participant : room.participants()) {
            session().peers().find(participant.id()).ifPresent(peer -> known.put(peer.id(), peer));
        }
        return new Happening.Trust(tab, room.roomCode(), known);
    }

    private void sendReadMarks(boolean areSent) {
        readMarks = areSent;
        for (Seat seat : seats.values()) {
            RoomDesk desk = seat.desk;
            if (desk != null) {
                desk.sendReadMarks(areSent);
            }
        }
    }

    /** Writes it to the file of the settings, if it is understood. */
    private void write(SettingKey key, String value) {
        Settings.check(key, value);
        ConfigFile.keep(settings.home().resolve(ConfigFile.NAME), key, value);
        known = known.withKept(key, value);
    }

    private void keep(String name, String value) {
        SettingKey key = SettingKey.ofKey(name).orElseThrow();
        try {
            write(key, value);
        } catch (CliException e) {
            log.debug("a setting was not kept", e);
            tell(new Happening.SettingKept(
                    e.failure().message() + "; " + e.failure().hint(), false));
            return;
        }
        String source = known.find(key).map(Settings.Value::source).orElse("");
        String above = source.startsWith("file") ? "" : ", but " + source + " goes over it";
        String done = value.isEmpty()
                ? name + " is taken out of " + ConfigFile.NAME
                : name + " = " + value + " is kept in " + ConfigFile.NAME;
        tell(new Happening.SettingKept(done + above, true));
        tellSettings();
    }

    private void tellSettings() {
        Set<String> writable = new HashSet<>();
        for (SettingKey key : SettingKey.values()) {
            if (!key.isSecret()) {
                writable.add(key.key());
            }
        }
        tell(new Happening.Settings(ConfigCommand.all(known), writable));
    }

    /** One at a time: a worker that answers slowly is not asked more often than it answers, and holds up nothing. */
    private void listRooms() {
        if (!isListing.compareAndSet(false, true)) {
            return;
        }
        errands.execute(() -> {
            CompletableFuture<Happening> listed;
            try {
                List<RoomRecord> past = session().store().rooms();
                tell(new Happening.PastRooms(past.subList(0, Math.min(past.size(), MAX_PAST))));
                listed = publicRooms();
            } catch (RuntimeException e) {
                listed = CompletableFuture.failedFuture(e);
            }
            CompletableFuture<Void> unused = listed.handle((rooms, failure) -> {
                isListing.set(false);
                if (failure == null) {
                    tell(rooms);
                } else {
                    log.debug("the rooms could not be listed", failure);
                    tell(new Happening.NoRooms(Event.Problem.of(Failure.of(failure))));
                }
                return null;
            });
        });
    }

    private CompletableFuture<Happening> publicRooms() {
        SignalingWorker own = worker;
        Optional<URI> place =
                settings.signalingUrl().or(() -> Optional.ofNullable(own).map(SignalingWorker::url));
        if (place.isEmpty()) {
            return CompletableFuture.completedFuture(new Happening.NoRooms(new Event.Problem(
                    "no_worker",
                    "no signaling worker is set, so there is no list of rooms",
                    "paste an invite, or open a room for this machine with Ctrl-N",
                    null)));
        }
        return session().rooms(place.get()).publicRooms().thenApply(found -> {
            List<Event.Listed> listed = new ArrayList<>();
            for (PublicRoom room : found) {
                listed.add(Event.Listed.of(room, place.get()));
            }
            return new Happening.Rooms(listed);
        });
    }

    private void loadOlder(int tab, Optional<Room> entered, List<MessageId> shown) {
        if (entered.isEmpty()) {
            tell(new Happening.Older(tab, List.of(), Set.of(), false));
            return;
        }
        Room where = entered.get();
        try {
            Session open = session();
            // A room that is closed knows nothing any more.
            Set<MessageId> withheld =
                    where.withheld().exceptionally(closed -> Set.of()).join();
            KeptTalk.Page page = KeptTalk.before(
                    open.store(),
                    where.id(),
                    shown,
                    isBlocked(open).or(event -> withheld.contains(event.id())),
                    sender -> nameOf(where, open, sender));
            tell(new Happening.Older(tab, page.messages(), page.edited(), page.isAll()));
        } catch (RuntimeException e) {
            tell(new Happening.InRoom(tab, Event.Problem.of(Failure.of(e))));
            tell(new Happening.Older(tab, List.of(), Set.of(), false));
        }
    }

    private void recallEmotes() {
        if (flags.profile() != Session.Profile.OWN) {
            return;
        }
        try {
            client.handle(new Happening.RecentEmotes(RecentEmotes.read(settings.home())), Instant.now());
        } catch (IOException e) {
            notKept("read", e);
        }
    }

    private void keepEmotes(List<String> codes) {
        try {
            RecentEmotes.write(settings.home(), codes);
        } catch (IOException e) {
            notKept("written", e);
        }
    }

    private void notKept(String what, IOException cause) {
        log.debug("the emotes of before", cause);
        tell(new Happening.Told(new Event.Notice(
                "which emotes were used lately cannot be " + what + ": " + settings.home() + " cannot be used")));
    }

    private CompletableFuture<byte[]> image(int tab, Emote emote, int heightPixels) {
        Seat seat = seats.get(tab);
        RoomDesk desk = seat == null ? null : seat.desk;
        Room room = seat == null ? null : seat.room().orElse(null);
        if (desk == null || room == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("the room is not entered"));
        }
        return desk.emotes().image(room, emote, heightPixels, settings.animate() ? EmotePictures.MAX_FRAMES : 1);
    }

    private void readPast(RoomId room, List<MessageId> shown) {
        try {
            Session open = session();
            KeptTalk.Page page = KeptTalk.before(
                    open.store(),
                    room,
                    shown,
                    isBlocked(open),
                    sender -> sender.equals(open.self()) ? "you" : nameOf(open, sender));
            tell(new Happening.PastTalk(room, page.messages(), page.edited(), page.isAll(), null));
        } catch (RuntimeException e) {
            log.debug("what was said could not be read", e);
            tell(new Happening.PastTalk(
                    room, List.of(), Set.of(), true, Failure.of(e).message()));
        }
    }

    /** Of those nothing is shown, neither what is said now nor what was said before. */
    private static Predicate<StoredEvent> isBlocked(Session open) {
        Set<PeerId> blocked = open.peers().blocked().stream().map(KnownPeer::id).collect(Collectors.toSet());
        return event -> blocked.contains(event.sender());
    }

    private static String nameOf(Room room, Session open, PeerId sender) {
        if (sender.equals(room.self().id())) {
            return room.self().shownName();
        }
        return nameOf(open, sender);
    }

    private static String nameOf(Session open, PeerId sender) {
        return open.peers()
                .find(sender)
                .flatMap(KnownPeer::lastName)
                .orElse(sender.value().substring(0, SHORT_ID_CHARS));
    }

    private void open(URI link) {
        Browser browser = new Browser(context.environment());
        if (browser.canOpen()) {
            browser.open(link);
        } else {
            copy(link.toString());
            tell(new Happening.Told(
                    new Event.Notice("no browser can be opened here; the link was given to the clipboard: " + link)));
        }
    }

    /**
     * By the terminal (OSC 52 of xterm), which many ask their user about. What is pasted somewhere may be a command
     * there, so it holds no more than can be seen.
     */
    private void copy(String text) {
        String clean = text.lines().map(TerminalText::clean).collect(Collectors.joining("\n"));
        byte[] bytes = clean.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_COPIED_BYTES) {
            command("\033]52;c;" + Base64.getEncoder().encodeToString(bytes) + "\007");
        }
    }

    private void command(String command) {
        TerminalScreen shown = screen;
        if (shown != null) {
            shown.command(command);
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        // Amid the screen nobody could read it.
        thread.setUncaughtExceptionHandler((where, e) -> log.error("{} has failed", name, e));
        return thread;
    }
}
