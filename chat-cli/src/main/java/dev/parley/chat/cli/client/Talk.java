package dev.parley.chat.cli.client;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.DeliveryState;
import dev.parley.chat.EmoteReference;
import dev.parley.chat.FileOffer;
import dev.parley.chat.HistoryProgress;
import dev.parley.chat.Mention;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Presence;
import dev.parley.chat.Reaction;
import dev.parley.chat.ReactionTotal;
import dev.parley.chat.RoomId;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.RoomSettings;
import dev.parley.chat.cli.Event;
import dev.parley.chat.cli.PlainText;
import dev.parley.chat.cli.TerminalText;
import dev.parley.chat.store.KnownPeer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one room, as far as it is shown: what was said, who is there, how it is connected. Made of the
 * room's events and nothing else. For one thread.
 */
public final class Talk {
    /** What is held; what is older can be read from the history again. */
    public static final int MAX_ITEMS = 5_000;

    /** Of all messages together; who says much has room for fewer of them. */
    static final int MAX_CHARS = 16 * 1024 * 1024;

    /** How many are dropped at a time when there are more. */
    private static final int DROPPED = 500;

    /** A line of exclamation marks, or two of them in front of one. */
    private static final Pattern FRAME = Pattern.compile("(?m)^!{3,}\\n?|^!! ");

    /** Something that stands in the conversation. */
    public abstract static sealed class Item {
        private final Instant at;
        private int version;

        Item(Instant at) {
            this.at = at;
        }

        /** When it was said; by the clock of who said it. */
        public Instant at() {
            return at;
        }

        /** Another whenever it looks different. */
        int version() {
            return version;
        }

        void changed() {
            version++;
        }
    }

    /** Something that the client tells. */
    public static final class Notice extends Item {
        /** How much it matters. */
        public enum Weight {
            QUIET,
            WARNING,
            BAD
        }

        private final String text;
        private final Weight weight;

        Notice(Instant at, String text, Weight weight) {
            super(at);
            this.text = text;
            this.weight = weight;
        }

        public String text() {
            return text;
        }

        public Weight weight() {
            return weight;
        }
    }

    /** A message of somebody. */
    public static final class Said extends Item {
        private final MessageId id;
        private final PeerId sender;
        private final String name;
        private final boolean isOwn;
        private String text;
        private List<EmoteReference> emotes;
        private List<Mention> mentions;
        private final Optional<MessageId> replyTo;
        private boolean isEdited;
        private @Nullable String gone;
        private List<ReactionTotal> reactions = List.of();
        private final Map<PeerId, DeliveryState> deliveries = new HashMap<>();
        private Optional<String> privateTo = Optional.empty();
        private Optional<PeerId> privateWith = Optional.empty();
        private @Nullable FileOffer file;
        private int fileNumber;
        private String fileState = "";

        Said(ChatMessage message, boolean isOwn) {
            super(message.sentAt());
            id = message.id();
            sender = message.sender();
            name = message.senderName();
            this.isOwn = isOwn;
            text = message.text();
            emotes = message.emotes();
            mentions = message.mentions();
            replyTo = message.replyTo();
        }

        public MessageId id() {
            return id;
        }

        public PeerId sender() {
            return sender;
        }

        public String name() {
            return name;
        }

        public boolean isOwn() {
            return isOwn;
        }

        public String text() {
            return text;
        }

        public List<EmoteReference> emotes() {
            return emotes;
        }

        public List<Mention> mentions() {
            return mentions;
        }

        public Optional<MessageId> replyTo() {
            return replyTo;
        }

        public boolean isEdited() {
            return isEdited;
        }

        /** Why it is not shown any more; empty if it is. */
        public Optional<String> gone() {
            return Optional.ofNullable(gone);
        }

        public List<ReactionTotal> reactions() {
            return reactions;
        }

        /** To whom alone it was said; empty for what all can read. */
        public Optional<String> privateTo() {
            return privateTo;
        }

        /** Who else can read it, if it is only one; an answer goes there and nowhere else. */
        public Optional<PeerId> privateWith() {
            return privateWith;
        }

        /** The file that it offers; empty for a message in words. */
        public Optional<FileOffer> file() {
            return Optional.ofNullable(file);
        }

        public int fileNumber() {
            return fileNumber;
        }

        /** What has become of the file here, in words; may be empty. */
        public String fileState() {
            return fileState;
        }

        /** How far an own message has come with most of those it is for; empty if nothing is known. */
        public Optional<DeliveryState> delivery() {
            if (deliveries.isEmpty()) {
                return Optional.empty();
            }
            Map<DeliveryState, Integer> counts = new EnumMap<>(DeliveryState.class);
            deliveries.values().forEach(state -> counts.merge(state, 1, Integer::sum));
            int failed = counts.getOrDefault(DeliveryState.FAILED, 0);
            if (failed == deliveries.size()) {
                return Optional.of(DeliveryState.FAILED);
            }
            if (counts.containsKey(DeliveryState.READ)) {
                return Optional.of(DeliveryState.READ);
            }
            if (counts.getOrDefault(DeliveryState.DELIVERED, 0) + failed == deliveries.size()) {
                return Optional.of(DeliveryState.DELIVERED);
            }
            boolean isOut = counts.containsKey(DeliveryState.SENT) || counts.containsKey(DeliveryState.DELIVERED);
            return Optional.of(isOut ? DeliveryState.SENT : DeliveryState.QUEUED);
        }

        /** How far it has come with each of those it is for. */
        public Map<PeerId, DeliveryState> deliveries() {
            return Map.copyOf(deliveries);
        }
    }

    /**
     * Somebody who is there.
     *
     * @param since when that was first seen here
     */
    public record Person(Participant participant, Presence presence, Instant since) {}

    private final PlainText words;
    private final List<Item> items = new ArrayList<>();
    private final Map<MessageId, Said> byId = new HashMap<>();
    private final Map<PeerId, Person> people = new LinkedHashMap<>();
    private final Map<PeerId, String> typing = new LinkedHashMap<>();
    private @Nullable RoomId room;
    private String name = "";
    private RoomSettings settings = RoomSettings.FIRST;
    private String invite = "";
    private String code = "";
    private RoomOptions.Visibility visibility = RoomOptions.Visibility.PRIVATE;
    private boolean isEntered;
    private ConnectionState state = ConnectionState.CONNECTING;
    private String why = "";
    private boolean isWorkerLost;
    private Optional<CloseReason> closed = Optional.empty();
    private Optional<HistoryProgress> catchUp = Optional.empty();

    /** Who leads in the host's place, or the host again; null as long as nobody has. */
    private @Nullable PeerId leader;

    private long droppedItems;
    private long chars;

    public Talk(ZoneId zone) {
        words = new PlainText(zone);
    }

    /** What {@link #apply} has done, for whoever draws and rings. */
    public enum Effect {
        /** Nothing that stands in the conversation. */
        NONE,
        /** Something new stands at its end. */
        ADDED,
        /** A message of another is new. */
        HEARD,
        /** A message of another is new, and it is about oneself. */
        MENTIONED,
        /** An own message is new. */
        SAID
    }

    /**
     * Takes over what has happened.
     *
     * @param now the time at which it is told
     */
    public Effect apply(Event event, Instant now) {
        if (event instanceof Event.Message e) {
            return said(e.message(), Optional.empty(), Optional.empty());
        }
        if (event instanceof Event.PrivateMessage e) {
            boolean isToSelf = isSelf(e.to());
            return said(
                    e.message(),
                    Optional.of(isToSelf ? "you" : e.toName()),
                    Optional.of(isToSelf ? e.message().sender() : e.to()));
        }
        if (event instanceof Event.FileOffered e) {
            return offered(e, now);
        }
        if (event instanceof Event.Edited e) {
            change(e.message().id(), said -> {
                reword(said, e.message());
                said.isEdited = true;
            });
        } else if (event instanceof Event.Removed e) {
            change(e.id(), said -> said.gone = e.by().isPresent() ? "deleted" : "disappeared");
        } else if (event instanceof Event.Hidden e) {
            change(
                    e.id(),
                    said -> said.gone = e.isBlocked() ? "from somebody you have blocked" : "not allowed to be said");
        } else if (event instanceof Event.Reactions e) {
            change(e.id(), said -> said.reactions = List.copyOf(e.totals()));
        } else if (event instanceof Event.Delivery e) {
            change(e.id(), said -> said.deliveries.put(e.peer(), e.state()));
        } else if (event instanceof Event.FileProgress e) {
            long percent =
                    e.offer().size() == 0 ? 100 : e.received() * 100 / e.offer().size();
            change(e.id(), said -> said.fileState = percent + " % has come");
        } else if (event instanceof Event.FileCame e) {
            change(e.id(), said -> said.fileState = "is in " + e.place());
            return tell(event, now);
        } else if (event instanceof Event.CancelDone e) {
            change(e.id(), said -> said.fileState = "");
            return tell(event, now);
        } else if (event instanceof Event.Typing e) {
            if (e.isTyping()) {
                typing.put(e.peer(), e.name());
            } else {
                typing.remove(e.peer());
            }
        } else if (event instanceof Event.EmotesLoaded) {
            return Effect.NONE;
        } else {
            return other(event, now);
        }
        return Effect.NONE;
    }

    private Effect other(Event event, Instant now) {
        if (event instanceof Event.Entered e) {
            room = e.room();
            name = e.name();
            invite = e.invite();
            visibility = e.visibility();
            isEntered = true;
            return Effect.NONE;
        }
        if (event instanceof Event.State e) {
            state = e.state();
            why = e.reason().map(CloseReason::detail).orElse("");
            // The status line tells it as long as it lasts.
            return Effect.NONE;
        }
        if (event instanceof Event.Closed e) {
            closed = Optional.of(e.reason());
            state = ConnectionState.CLOSED;
            why = e.reason().detail();
            typing.clear();
        } else if (event instanceof Event.Presence e) {
            PeerId id = e.participant().id();
            if (e.status() == Event.Presence.Status.ONLINE) {
                people.put(id, new Person(e.participant(), Presence.ONLINE, now));
            } else {
                people.remove(id);
                typing.remove(id);
            }
        } else if (event instanceof Event.Changed e) {
            people.computeIfPresent(
                    e.participant().id(),
                    (id, person) -> new Person(e.participant(), person.presence(), person.since()));
        } else if (event instanceof Event.Reached e) {
            people.computeIfPresent(
                    e.peer(), (id, person) -> new Person(person.participant(), e.presence(), person.since()));
            return Effect.NONE;
        } else if (event instanceof Event.RoomSet e) {
            settings = e.settings();
        } else if (event instanceof Event.Invited e) {
            invite = e.invite();
        } else if (event instanceof Event.Coded e) {
            code = e.code();
        } else if (event instanceof Event.CodeEnded e && e.code().equals(code)) {
            code = "";
        } else if (event instanceof Event.Led e) {
            leader = e.leader();
        } else if (event instanceof Event.CaughtUp e) {
            catchUp = e.progress().isOver() ? Optional.empty() : Optional.of(e.progress());
            return Effect.NONE;
        } else if (event instanceof Event.WorkerReached e) {
            isWorkerLost = !e.isReachable();
            return Effect.NONE;
        }
        return tell(event, now);
    }

    private Effect tell(Event event, Instant now) {
        Optional<String> text = event instanceof Event.Peer e ? Optional.of(known(e.peer())) : words.write(event);
        if (text.isEmpty()) {
            return Effect.NONE;
        }
        Notice.Weight weight = event instanceof Event.Problem || event instanceof Event.Alert
                ? Notice.Weight.BAD
                : event instanceof Event.Fork || event instanceof Event.Gap || event instanceof Event.Led
                        ? Notice.Weight.WARNING
                        : Notice.Weight.QUIET;
        add(new Notice(now, event instanceof Event.Alert ? unframed(text.get()) : plain(text.get()), weight));
        return Effect.ADDED;
    }

    /** What has come of a verification, for who sees names and no keys. */
    private String known(KnownPeer peer) {
        Person here = people.get(peer.id());
        String name = here != null
                ? here.participant().shownName()
                : peer.lastName().orElse(peer.id().value());
        return TerminalText.clean(name) + (peer.verification().isPresent() ? " is verified" : " is not verified");
    }

    /** A warning without its frame for lines: here it has an ink of its own. */
    private static String unframed(String warning) {
        return FRAME.matcher(warning).replaceAll("") + "F6 verifies.";
    }

    /** Without what marks a notice among the lines of a pipe. */
    static String plain(String text) {
        String shorter = text.startsWith("parley: ") ? text.substring("parley: ".length()) : text;
        shorter = shorter.startsWith("-- ") ? shorter.substring("-- ".length()) : shorter;
        return shorter.replace("\n-- ", "\n");
    }

    private Effect said(ChatMessage message, Optional<String> privateTo, Optional<PeerId> privateWith) {
        Said known = byId.get(message.id());
        if (known != null) {
            // Hidden or removed for a while, and shown again.
            known.gone = null;
            reword(known, message);
            known.changed();
            return Effect.NONE;
        }
        Said said = new Said(message, isSelf(message.sender()));
        said.privateTo = privateTo;
        said.privateWith = privateWith;
        typing.remove(message.sender());
        add(said);
        if (said.isOwn()) {
            return Effect.SAID;
        }
        return isAboutSelf(said) || privateTo.isPresent() ? Effect.MENTIONED : Effect.HEARD;
    }

    private void reword(Said said, ChatMessage message) {
        chars += message.text().length() - said.text.length();
        said.text = message.text();
        said.emotes = message.emotes();
        said.mentions = message.mentions();
    }

    private Effect offered(Event.FileOffered offered, Instant now) {
        if (byId.containsKey(offered.id())) {
            // Hidden for a while, and shown again.
            change(offered.id(), known -> {
                known.gone = null;
                known.fileNumber = offered.number();
            });
            return Effect.NONE;
        }
        ChatMessage message = new ChatMessage(
                offered.id(), offered.sender(), offered.name(), "", now, Optional.empty(), List.of(), List.of());
        Said said = new Said(message, offered.isOwn());
        said.file = offered.offer();
        said.fileNumber = offered.number();
        add(said);
        return offered.isOwn() ? Effect.SAID : Effect.HEARD;
    }

    /** Whether a message names this one, by mark or by name, or answers it. */
    boolean isAboutSelf(Said said) {
        Optional<Participant> self = self();
        if (self.isEmpty() || said.isOwn()) {
            return false;
        }
        boolean isMarked = said.mentions().stream()
                .anyMatch(mention -> mention.peer().equals(self.get().id()));
        boolean isAnswer = said.replyTo().map(byId::get).map(Said::isOwn).orElse(false);
        return isMarked || isAnswer || Mentions.names(said.text(), self.get().shownName());
    }

    private boolean isSelf(PeerId peer) {
        return self().filter(self -> self.id().equals(peer)).isPresent();
    }

    /** What is to be changed in a message. */
    private interface Edit {
        void apply(Said said);
    }

    private void change(MessageId id, Edit edit) {
        Said said = byId.get(id);
        if (said != null) {
            edit.apply(said);
            said.changed();
        }
    }

    private void add(Item item) {
        items.add(item);
        if (item instanceof Said said) {
            hold(said);
        }
        while (items.size() > MAX_ITEMS || (chars > MAX_CHARS && items.size() > 1)) {
            drop(Math.min(DROPPED, items.size() / 2));
        }
    }

    private void hold(Said said) {
        byId.put(said.id(), said);
        chars += said.text().length();
    }

    private void drop(int count) {
        List<Item> first = items.subList(0, count);
        for (Item dropped : first) {
            if (dropped instanceof Said said) {
                byId.remove(said.id());
                chars -= said.text().length();
            }
        }
        first.clear();
        droppedItems += count;
    }

    /** Tells something of the client's own. */
    public void notice(String text, Notice.Weight weight, Instant now) {
        add(new Notice(now, text, weight));
    }

    /**
     * Puts what was said before in front of all.
     *
     * @param older in its order; those that are here already are left out, and the oldest of those that are too many
     * @param edited which of them were edited
     */
    public void prepend(List<ChatMessage> older, Set<MessageId> edited) {
        List<Item> before = new ArrayList<>();
        for (int i = older.size() - 1; i >= 0 && items.size() + before.size() < MAX_ITEMS; i--) {
            ChatMessage message = older.get(i);
            if (!byId.containsKey(message.id())) {
                Said said = new Said(message, isSelf(message.sender()));
                said.isEdited = edited.contains(said.id());
                before.add(said);
                hold(said);
            }
        }
        Collections.reverse(before);
        items.addAll(0, before);
    }

    /** Whether so much is held that nothing of before has room. */
    boolean isFull() {
        return items.size() >= MAX_ITEMS || chars >= MAX_CHARS;
    }

    /** The messages that are here, in the order in which they stand. */
    List<MessageId> messages() {
        return items.stream()
                .filter(Said.class::isInstance)
                .map(item -> ((Said) item).id())
                .toList();
    }

    public List<Item> items() {
        return items;
    }

    // --- What one may do to a message: the room says the same, and more slowly

    boolean canReact(Said said) {
        return isThere(said) && said.privateWith().isEmpty();
    }

    boolean canEdit(Said said) {
        return isThere(said)
                && said.isOwn()
                && said.file().isEmpty()
                && said.privateWith().isEmpty();
    }

    boolean canDelete(Said said) {
        return isThere(said)
                && (said.isOwn() || (keepsOrder() && said.privateWith().isEmpty()));
    }

    boolean canGet(Said said) {
        return isThere(said) && said.file().isPresent() && !said.isOwn();
    }

    private static boolean isThere(Said said) {
        return said.gone().isEmpty();
    }

    /** Whether one has put a reaction under a message oneself. */
    boolean isOwn(Said said, Reaction reaction) {
        return said.reactions().stream()
                .anyMatch(total ->
                        total.reaction().equals(reaction) && total.by().stream().anyMatch(this::isSelf));
    }

    boolean isClosed() {
        return state == ConnectionState.CLOSED;
    }

    /** Whether nobody is here who can let others in. */
    boolean isLeaderless() {
        return isEntered
                && people.values().stream()
                        .map(Person::participant)
                        .noneMatch(one ->
                                one.role() == Participant.Role.HOST || one.id().equals(leader));
    }

    /** Whether it is a room that one has opened oneself, and that goes on. */
    boolean isOwn() {
        return !isClosed()
                && self().filter(self -> self.role() == Participant.Role.HOST).isPresent();
    }

    /** How far what was said before has come, while it comes. */
    Optional<HistoryProgress> catchUp() {
        return catchUp;
    }

    /** How many items were dropped at the beginning since the start. */
    long droppedItems() {
        return droppedItems;
    }

    public Optional<Said> find(MessageId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Who is there, oneself included, in the order in which they came. */
    public Collection<Person> people() {
        return people.values();
    }

    /** The names of the others that begin so, without regard to case, in the order in which they came. */
    List<String> namesOfOthers(String begin) {
        String small = begin.toLowerCase(Locale.ROOT);
        return people.values().stream()
                .map(Person::participant)
                .filter(one -> !one.self())
                .map(Participant::shownName)
                .filter(name -> name.toLowerCase(Locale.ROOT).startsWith(small))
                .toList();
    }

    public Optional<Participant> self() {
        return people.values().stream()
                .map(Person::participant)
                .filter(Participant::self)
                .findFirst();
    }

    /** Whether one is the host or a moderator. */
    boolean keepsOrder() {
        return self().filter(self -> self.role().outranks(Participant.Role.MEMBER))
                .isPresent();
    }

    public List<String> typing() {
        return List.copyOf(typing.values());
    }

    /** Which room it is; empty until it is entered. */
    public Optional<RoomId> room() {
        return Optional.ofNullable(room);
    }

    public String name() {
        return name;
    }

    public String topic() {
        return settings.topic();
    }

    /** How the room is set, as far as was told. */
    public RoomSettings settings() {
        return settings;
    }

    public String invite() {
        return invite;
    }

    /** The pairing code that is good at present; empty if there is none. */
    public String code() {
        return code;
    }

    public boolean isPublic() {
        return visibility == RoomOptions.Visibility.PUBLIC;
    }

    public boolean isEntered() {
        return isEntered;
    }

    public ConnectionState state() {
        return state;
    }

    /** Why the state is as it is; may be empty. */
    public String why() {
        return why;
    }

    public boolean isWorkerLost() {
        return isWorkerLost;
    }

    public Optional<CloseReason> closed() {
        return closed;
    }
}
