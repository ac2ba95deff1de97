package dev.parley.chat.cli;

import dev.parley.chat.BackpressureException;
import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.IdentityAlert;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.MessageRevision;
import dev.parley.chat.ModerationAct;
import dev.parley.chat.OutgoingMessage;
import dev.parley.chat.PairingOffer;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.Room;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomListener;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.RoomStats;
import dev.parley.chat.StoreException;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.PeerBook;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one does in a room, and what happens there: tells the console what a listener is told, and carries out what is
 * typed or asked for by a program. Commands come from one thread, which waits while a message is being accepted.
 */
final class RoomDesk implements RoomListener {

    private static final Duration MAX_ACCEPTING = Duration.ofSeconds(1);

    /** How long a message waits for room in the queue before it is given back. */
    private static final Duration MAX_BACKPRESSURE = Duration.ofSeconds(60);

    /** How long to wait for a sign of progress before the next try. */
    private static final Duration RETRY = Duration.ofMillis(50);

    /** Of so many it is remembered what they were called. */
    private static final int MAX_NAMES = 1_000;

    private final Console console;
    private final RoomEmotes emotes;
    private final Verifier verifier;
    private final TypedDeeds deeds;
    private final ReadMarks marks;
    private final Transfers transfers;
    private final EmojiDesk emoji;
    private final PeerBook peers;

    /** The room, once it was told that it is entered. */
    private final AtomicReference<Room> entered = new AtomicReference<>();

    private final Semaphore progress = new Semaphore(0);

    /** What happened while a message was being accepted; guarded by itself, like {@link #accepting}. */
    private final List<Event> held = new ArrayList<>();

    private boolean accepting;

    /** Touched by listener calls only, which are serial. */
    private boolean unreachable;

    /** Touched by listener calls only. */
    private final Authors authors = new Authors();

    /** What participants were called last, those that have left included. */
    private final Map<PeerId, String> names = Collections.synchronizedMap(new LinkedHashMap<>());

    /** How the room was set as far as was told; touched by listener calls only. */
    private RoomSettings set = RoomSettings.FIRST;

    /** How much of what was said before had come when that was told last; touched by listener calls only. */
    private int toldTenths;

    RoomDesk(Console console, Emotes emotes, PeerBook peers, ReadMarks marks, Path downloads) {
        this.console = console;
        this.verifier = new Verifier(console, peers);
        this.deeds = new TypedDeeds(peers, () -> emotes().catalog());
        this.peers = peers;
        this.marks = marks;
        this.transfers = new Transfers(this::tell, downloads);
        this.emoji = new EmojiDesk(this::tell);
        this.emotes = emotes.openRoom(this::tell);
    }

    /** As the settings say, with the parts of a session. */
    static RoomDesk of(Session session, Emotes emotes, Settings settings, Console console) {
        return new RoomDesk(
                console, emotes, session.peers(), new ReadMarks(settings.readMarks()), settings.downloads());
    }

    /** The room has ended: gives a message that was being accepted its answer, and then says the last word. */
    Failure end(CloseReason reason) {
        awaitAccepted();
        emotes.close();
        Failure failure = Failure.of(reason);
        if (failure.exit() != ExitCode.DONE) {
            console.emit(Event.Problem.of(failure));
        }
        console.emitLast(new Event.Closed(reason));
        return failure;
    }

    /** Tells what a listener was told; while a message is being accepted, after that. */
    private void tell(Event event) {
        synchronized (held) {
            if (accepting) {
                held.add(event);
                return;
            }
        }
        console.emit(event);
    }

    private void beginAccepting() {
        synchronized (held) {
            accepting = true;
        }
    }

    /** Says what became of the message, then all that was held back, in its order. */
    private void endAccepting(@Nullable Event answer) {
        synchronized (held) {
            if (answer != null) {
                console.emit(answer);
            }
            held.forEach(console::emit);
            held.clear();
            accepting = false;
            held.notifyAll();
        }
    }

    /** A message that was being accepted when the room ended gets its answer before the last word. */
    private void awaitAccepted() {
        long deadlineNanos = System.nanoTime() + MAX_ACCEPTING.toNanos();
        synchronized (held) {
            try {
                while (accepting && System.nanoTime() < deadlineNanos) {
                    held.wait(MAX_ACCEPTING.toMillis());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        endAccepting(null);
    }

    /** The room, once it was told that it is entered. */
    Optional<Room> room() {
        return Optional.ofNullable(entered.get());
    }

    /** Tells that the room was entered, once. */
    void announce(Room room) {
        // Before it is told: whoever hears that wants something of the room at once.
        if (entered.compareAndSet(null, room)) {
            tell(new Event.Entered(room.id(), room.name(), room.invite().link(), room.visibility()));
            emoji.changed(room.emoji());
            emotes.follow(room);
        }
    }

    @Override
    public void onState(Room room, ConnectionState state, Optional<CloseReason> reason) {
        if (state == ConnectionState.CONNECTED) {
            announce(room);
        }
        tell(new Event.State(state, reason));
    }

    @Override
    public void onParticipantJoined(Room room, Participant participant) {
        announce(room);
        called(participant);
        tell(new Event.Presence(participant, Event.Presence.Status.ONLINE));
    }

    @Override
    public void onParticipantLeft(Room room, Participant participant) {
        tell(new Event.Presence(participant, Event.Presence.Status.OFFLINE));
    }

    @Override
    public void onMessage(Room room, ChatMessage message) {
        authors.told(message.id(), message.sender());
        deeds.told(room, message);
        tell(new Event.Message(message));
        marks.shown(room, message);
    }

    @Override
    public void onPrivateMessage(Room room, ChatMessage message, PeerId to) {
        authors.told(message.id(), message.sender());
        tell(new Event.PrivateMessage(message, to, shownName(room, to)));
        marks.shown(room, message);
    }

    @Override
    public void onFileOffer(Room room, MessageId message, PeerId sender, FileOffer offer) {
        authors.told(message, sender);
        boolean isOwn = sender.equals(room.self().id());
        int number = transfers.offered(message, offer);
        tell(new Event.FileOffered(number, message, sender, shownName(room, sender), isOwn, offer));
    }

    @Override
    public void onEmoji(Room room, List<RoomEmoji> now) {
        emoji.changed(now);
        emotes.follow(room);
    }

    @Override
    public void onFileFetched(Room room, MessageId message, PeerId participant) {
        tell(new Event.FileTaken(message, transfers.nameOf(message), participant, shownName(room, participant)));
    }

    @Override
    public void onMessageEdited(Room room, ChatMessage message, List<MessageRevision> revisions) {
        MessageRevision now = revisions.get(revisions.size() - 1);
        MessageRevision before = revisions.get(Math.max(0, revisions.size() - 2));
        tell(new Event.Edited(message, before.text(), now.at()));
    }

    @Override
    public void onMessageRemoved(Room room, MessageId message, Optional<PeerId> by) {
        tell(new Event.Removed(message, authors.of(message), by));
    }

    @Override
    public void onPresence(Room room, PeerId participant, Presence presence) {
        if (!participant.equals(room.self().id())) {
            tell(new Event.Reached(participant, shownName(room, participant), presence));
        }
    }

    @Override
    public void onTyping(Room room, PeerId participant, boolean isTyping) {
        tell(new Event.Typing(participant, shownName(room, participant), isTyping));
    }

    @Override
    public void onHistoryProgress(Room room, HistoryProgress now) {
        int tenths = now.percent() / 10;
        if (now.isOver() || tenths > toldTenths) {
            tell(new Event.CaughtUp(now));
        }
        toldTenths = now.isOver() ? 0 : Math.max(tenths, toldTenths);
    }

    @Override
    public void onHistoryGap(Room room, PeerId author, long fromSeq, long toSeq) {
        tell(new Event.Gap(author, shownName(room, author), fromSeq, toSeq));
    }

    @Override
    public void onHistoryFork(Room room, PeerId author) {
        tell(new Event.Fork(author, shownName(room, author)));
    }

    @Override
    public void onMessageHidden(Room room, MessageId message) {
        Optional<PeerId> from = authors.of(message);
        boolean isBlocked = from.flatMap(peers::find).map(KnownPeer::isBlocked).orElse(false);
        tell(new Event.Hidden(message, from, isBlocked));
    }

    @Override
    public void onReactions(Room room, MessageId message, List<ReactionTotal> reactions) {
        tell(new Event.Reactions(message, reactions));
    }

    @Override
    public void onSettings(Room room, RoomSettings settings) {
        tell(new Event.RoomSet(null, settings, Optional.of(set)));
        set = settings;
        emotes.follow(room);
    }

    @Override
    public void onModeration(Room room, ModerationAct act) {
        tell(new Event.Moderated(
                act,
                shownName(room, act.by()),
                act.subject().map(peer -> shownName(room, peer)).orElse("")));
    }

    @Override
    public void onModerationVoided(Room room, MessageId act) {
        tell(new Event.ModerationVoided(act));
    }

    @Override
    public void onParticipantChanged(Room room, Participant before, Participant participant) {
        called(participant);
        tell(new Event.Changed(before, participant));
    }

    private void called(Participant participant) {
        names.put(participant.id(), participant.shownName());
        synchronized (names) {
            if (names.size() > MAX_NAMES) {
                names.remove(names.keySet().iterator().next());
            }
        }
    }

    /** Those that were called so in this room, whether they are here or not. */
    private List<PeerId> goneOf(String name) {
        String key = KnownPeer.nameKey(name);
        synchronized (names) {
            return names.entrySet().stream()
                    .filter(each -> KnownPeer.nameKey(each.getValue()).equals(key))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /** As somebody is shown, or was shown last. */
    private String shownName(Room room, PeerId peer) {
        return room.participants().stream()
                .filter(participant -> participant.id().equals(peer))
                .map(Participant::shownName)
                .findFirst()
                .orElseGet(() -> names.getOrDefault(peer, peer.value().substring(0, 8)));
    }

    @Override
    public void onDelivery(Room room, MessageId message, PeerId peer, DeliveryState state) {
        progress.release();
        tell(new Event.Delivery(message, peer, state));
    }

    @Override
    public void onInviteChanged(Room room, Invite invite) {
        tell(new Event.Invited(invite.link()));
    }

    @Override
    public void onLeaderChanged(Room room, PeerId leader, boolean isHost) {
        String name = room.participants().stream()
                .filter(participant -> participant.id().equals(leader))
                .map(Participant::name)
                .findFirst()
                .orElse(null);
        tell(new Event.Led(leader, name, isHost));
    }

    @Override
    public void onIdentityAlert(Room room, IdentityAlert alert) {
        tell(new Event.Alert(alert));
    }

    @Override
    public void onSignalingReachable(Room room, boolean reachable) {
        // That it can be reached is news only after it could not.
        if (!reachable || unreachable) {
            tell(new Event.WorkerReached(reachable));
        }
        unreachable = !reachable;
    }

    /** The emotes of the room. */
    RoomEmotes emotes() {
        return emotes;
    }

    /** A person has typed something, and so has read what was shown. */
    void personWasHere(Room room) {
        marks.typed(room);
    }

    /** Tells others what is read from now on, or does not. */
    void sendReadMarks(boolean areSent) {
        marks.turn(areSent);
    }

    /** Does what a line of JSON asks for. */
    void acceptJson(Room room, String line) throws InterruptedException {
        InputCommand command;
        try {
            command = InputCommand.parse(line);
        } catch (CliException e) {
            console.emit(Event.Problem.of(e.failure(), e.ref()));
            return;
        }
        carryOut(room, command);
    }

    /** Does what a program or a screen asks for. */
    void carryOut(Room room, InputCommand command) throws InterruptedException {
        if (command instanceof InputCommand.Send send) {
            send(room, send);
        } else if (command instanceof InputCommand.Do deed) {
            carryOut(room, deed.deed(), deed.ref());
        } else if (command instanceof InputCommand.OfferFile file) {
            answer(file, () -> transfers.offer(room, file.path(), file.mediaType(), file.ref()));
        } else if (command instanceof InputCommand.FetchFile get) {
            answer(get, () -> transfers.fetch(room, get.offer(), get.place(), get.ref()));
        } else if (command instanceof InputCommand.CancelFile cancel) {
            answer(cancel, () -> cancel(cancel));
        } else if (command instanceof InputCommand.ShowEmoji) {
            emoji.list(room, command.ref());
        } else if (command instanceof InputCommand.AddEmoji add) {
            answer(add, () -> emoji.add(room, add.shortcode(), add.path(), add.mediaType(), add.ref()));
        } else if (command instanceof InputCommand.RemoveEmoji remove) {
            answer(remove, () -> emoji.remove(room, remove.shortcode(), remove.ref()));
        } else if (command instanceof InputCommand.SaveEmoji save) {
            answer(save, () -> emoji.save(room, save.shortcode(), save.place(), save.ref()));
        } else if (command instanceof InputCommand.ShowSettings) {
            tell(new Event.RoomSet(command.ref(), room.settings(), Optional.empty()));
        } else if (command instanceof InputCommand.Participants) {
            answer(command, () -> participants(room, command.ref()));
        } else if (command instanceof InputCommand.Blocked) {
            answer(command, () -> console.emit(new Event.Blocked(command.ref(), peers.blocked())));
        } else if (command instanceof InputCommand.Act act) {
            RoomActs.carryOut(room, act, this::goneOf, this::tell);
        } else if (command instanceof InputCommand.Code) {
            giveCode(room, command.ref());
        } else if (command instanceof InputCommand.Leave) {
            leave(room);
        } else if (command instanceof InputCommand.Verify verify) {
            answer(verify, () -> verifier.run(room, verify));
        } else if (command instanceof InputCommand.Unverify unverify) {
            answer(unverify, () -> verifier.unverify(room, unverify));
        } else {
            throw new IllegalStateException("no action for " + command.getClass());
        }
    }

    /** Sends a line that a person typed, or does what it asks for. */
    void acceptTyped(Room room, String line) throws InterruptedException {
        InputCommand.Act act = TypedAct.parse(line.strip());
        if (act != null) {
            RoomActs.carryOut(room, act, this::goneOf, this::tell);
            return;
        }
        if (line.strip().startsWith("/reply ")) {
            String text = line.strip().substring("/reply ".length()).strip();
            send(room, new InputCommand.Send(text, deeds.last(), null));
            return;
        }
        try {
            if (actOnFiles(room, line.strip())) {
                return;
            }
            Deed deed = deeds.parse(room, line.strip());
            if (deed != null) {
                carryOut(room, deed, null);
                return;
            }
        } catch (CliException | StoreException e) {
            console.emit(Event.Problem.of(Failure.of(e), null));
            return;
        }
        InputCommand verification = InputCommand.typedVerification(line.strip());
        if (verification instanceof InputCommand.Verify verify) {
            answer(verify, () -> verifier.run(room, verify));
            return;
        }
        if (verification instanceof InputCommand.Unverify unverify) {
            answer(unverify, () -> verifier.unverify(room, unverify));
            return;
        }
        switch (line.strip()) {
            case "/leave", "/quit" -> leave(room);
            case "/who" -> {
                InputCommand who = new InputCommand.Participants(null);
                answer(who, () -> participants(room, who.ref()));
            }
            case "/blocked" -> {
                InputCommand blocked = new InputCommand.Blocked(null);
                answer(blocked, () -> console.emit(new Event.Blocked(null, peers.blocked())));
            }
            case "/stats" -> tellStats(room);
            case "/code" -> giveCode(room, null);
            case "/help" ->
                console.notice("type a message, or /who, /verify, /verify NAME, /verify NAME ok, /unverify NAME, /code,"
                        + " /stats, /away, /back, /leave, /help; /reply TEXT and /react EMOJI to the last message, /edit TEXT and /delete of"
                        + " your last one, /msg NAME TEXT to one alone, /file PATH offers a file, /get [NUMBER] [PLACE]"
                        + " and /cancel [NUMBER] fetch one or stop that, /emoji, /emoji"
                        + " add SHORTCODE FILE, /emoji remove SHORTCODE, /emoji save SHORTCODE FILE, /block NAME, /unblock NAME, /blocked; the host and"
                        + " moderators also /topic TEXT, /channel PROVIDER CHANNEL, /channel off, /slow SECONDS, /lock, /unlock, /mute NAME [MINUTES], /unmute"
                        + " NAME, /role NAME moderator|member|readonly, /kick WHO, /ban WHO, /unban WHO; the host"
                        + " also /history none|all|NUMBER|TIME, /disappear SECONDS, /deputies WHO…;"
                        + " a message that begins with a slash is written with two");
            default -> {
                if (line.startsWith("/") && !line.startsWith("//")) {
                    console.emit(new Event.Problem(
                            "unknown_command",
                            "there is no such command",
                            "type /help, or // to begin with a slash",
                            null));
                } else {
                    send(room, new InputCommand.Send(line.startsWith("//") ? line.substring(1) : line, null, null));
                }
            }
        }
    }

    /**
     * Offers and fetches files, and adds and removes emoji, as a person types it; false if the line is about something
     * else.
     */
    private boolean actOnFiles(Room room, String line) {
        int end = line.indexOf(' ');
        String rest = end < 0 ? "" : line.substring(end).strip();
        switch (end < 0 ? line : line.substring(0, end)) {
            case "/file" -> transfers.offer(room, rest, null, null);
            case "/get" -> transfers.fetchTyped(room, rest);
            case "/cancel" -> transfers.cancelTyped(rest);
            case "/emoji" -> emoji.typed(room, rest);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void cancel(InputCommand.CancelFile command) {
        if (!transfers.cancel(command.offer())) {
            throw CliException.invalidCommand("that file is not being fetched", "use get first");
        }
        console.emit(new Event.CancelDone(command.ref(), command.offer()));
    }

    /** Does what may fail, and says so if it does. */
    private void answer(InputCommand command, Runnable action) {
        try {
            action.run();
        } catch (CliException | StoreException e) {
            console.emit(Event.Problem.of(Failure.of(e), command.ref()));
        }
    }

    /** How it ends is told by {@link Room#closed}. */
    static void leave(Room room) {
        CompletableFuture<CloseReason> unused = room.leave();
    }

    /** Gives a code out and tells what becomes of it, when it does: the worker may take its time. */
    void giveCode(Room room, @Nullable String ref) {
        CompletableFuture<PairingOffer> unused = room.createCode().whenComplete((offer, failure) -> {
            if (failure != null) {
                tell(Event.Problem.of(Failure.of(failure), ref));
                return;
            }
            String code = offer.code().display();
            tell(new Event.Coded(ref, code, room.invite().base(), offer.expires()));
            CompletableFuture<PairingOffer.Outcome> unusedOutcome = offer.outcome()
                    .thenApply(outcome -> {
                        if (room.state() != ConnectionState.CLOSED) {
                            tell(new Event.CodeEnded(code, outcome));
                        }
                        return outcome;
                    });
        });
    }

    /** Tells the figures when they have been collected. */
    private void tellStats(Room room) {
        CompletableFuture<RoomStats> unused = room.stats().whenComplete((stats, failure) -> {
            if (failure != null) {
                tell(Event.Problem.of(Failure.of(failure), null));
                return;
            }
            StatsText.lines(stats, room.participants()).forEach(line -> tell(new Event.Notice(line)));
        });
    }

    private void participants(Room room, @Nullable String ref) {
        List<Participant> participants = room.participants();
        if (console.isJson()) {
            for (Participant participant : participants) {
                console.emit(new Event.Presence(participant, Event.Presence.Status.ONLINE));
            }
        }
        Map<PeerId, Presence> presences = new HashMap<>();
        participants.forEach(participant -> presences.put(participant.id(), room.presence(participant.id())));
        console.emit(new Event.Participants(
                ref, participants, verifier.verified(participants), verifier.blocked(participants), presences));
    }

    /** Sends a message. */
    void send(Room room, InputCommand.Send command) throws InterruptedException {
        say(command.ref(), () -> {
            OutgoingMessage.Builder message = emotes.mark(command.text());
            if (command.replyTo() != null) {
                message.replyTo(command.replyTo());
            }
            return room.send(message.build()).thenApply(id -> new Event.Accepted(command.ref(), id));
        });
    }

    /** Does something to a message, a participant or the room. */
    void carryOut(Room room, Deed deed, @Nullable String ref) throws InterruptedException {
        if (deed instanceof Deed.Read && !marks.isOn()) {
            console.emit(new Event.Problem(
                    "read_marks_off",
                    "no read marks are sent, as the settings say",
                    "leave --no-read-marks out, or set read_marks to true",
                    ref));
            return;
        }
        say(
                ref,
                () -> deed instanceof Deed.Whisper whisper
                        ? whisper.begin(room, emotes::mark).thenApply(id -> new Event.Accepted(ref, id))
                        : deed.begin(room, emotes::mark).thenApply(done -> new Event.DeedDone(ref, deed)));
    }

    /**
     * Says something and waits until it is accepted, so that commands keep their order whatever fails between.
     *
     * @param saying begins it, and completes with the answer; is run again while too much waits to be sent
     */
    private void say(@Nullable String ref, Supplier<CompletableFuture<Event>> saying) throws InterruptedException {
        long deadline = System.nanoTime() + MAX_BACKPRESSURE.toNanos();
        while (true) {
            progress.drainPermits();
            Event answer = null;
            beginAccepting();
            try {
                answer = saying.get().join();
            } catch (IllegalArgumentException e) {
                String what = e.getMessage() == null ? "the message is not valid" : e.getMessage();
                answer = new Event.Problem("invalid_message", what, "change it and send it again", ref);
            } catch (CompletionException e) {
                boolean waitForRoom = e.getCause() instanceof BackpressureException && System.nanoTime() - deadline < 0;
                if (!waitForRoom) {
                    answer = Event.Problem.of(Failure.of(e), ref);
                }
            } finally {
                endAccepting(answer);
            }
            if (answer != null) {
                return;
            }
            // A delivery report says that something has gone out; the time-out covers what is not reported.
            if (progress.tryAcquire(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                progress.drainPermits();
            }
        }
    }
}
