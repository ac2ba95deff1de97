package dev.parley.chat.testkit.sim;

import dev.parley.chat.ChatMessage;
import dev.parley.chat.CloseReason;
import dev.parley.chat.ConnectionState;
import dev.parley.chat.FileOffer;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.Participant;
import dev.parley.chat.PeerId;
import dev.parley.chat.Room;
import dev.parley.chat.RoomEmoji;
import dev.parley.chat.RoomListener;
import dev.parley.chat.RoomManager;
import dev.parley.chat.RoomOptions;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.InMemoryChatStore;
import dev.parley.chat.store.InMemoryPeerBook;
import dev.parley.chat.store.PeerBook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A peer of a {@link SimWorld}: an identity, a store and a book of peers that outlive its process, and a process that
 * can crash and be started again. Records what its listener was told.
 */
public final class SimPeer {

    private static final int KEY_BYTES = 32;

    private final SimWorld world;
    private final String name;
    private final Duration clockSkew;
    private final double clockRate;
    private final Identity identity;
    private final ChatStore store = new InMemoryChatStore();
    private final PeerBook peers = new InMemoryPeerBook();
    private final List<MessageId> accepted = new ArrayList<>();
    private final List<List<ChatMessage>> lives = new ArrayList<>();
    private VirtualEnvironment environment;
    private SimTransport transport;
    private SimSignaling signaling;
    private RoomManager manager;
    private CompletableFuture<Room> entering = new CompletableFuture<>();
    private @Nullable Room room;
    private @Nullable CloseReason closeReason;
    private List<ChatMessage> delivered = new ArrayList<>();
    private final List<ConnectionState> states = new ArrayList<>();
    private final List<Participant> joined = new ArrayList<>();
    private final List<Participant> left = new ArrayList<>();
    private final List<PeerId> leaders = new ArrayList<>();
    private final Map<MessageId, FileOffer> offers = new LinkedHashMap<>();
    private final List<PeerId> fetchers = new ArrayList<>();
    private List<RoomEmoji> emoji = List.of();
    private final List<PeerId> gaps = new ArrayList<>();

    SimPeer(SimWorld world, String name, Duration clockSkew, double clockRate) {
        this.world = world;
        this.name = name;
        this.clockSkew = clockSkew;
        this.clockRate = clockRate;
        byte[] ed25519Seed = new byte[KEY_BYTES];
        byte[] x25519Key = new byte[KEY_BYTES];
        world.random().nextBytes(ed25519Seed);
        world.random().nextBytes(x25519Key);
        this.identity = Identity.fromInsecureSeeds(ed25519Seed, x25519Key);
        environment = new VirtualEnvironment(world.time(), world.random().nextLong(), clockSkew, clockRate);
        transport = new SimTransport(world.network(), name);
        signaling = new SimSignaling(world.network(), world.worker(), name);
        manager = newManager();
        lives.add(delivered);
    }

    private RoomManager newManager() {
        return RoomManager.builder(identity, world.wayToWorker(name, signaling))
                .displayName(name)
                .environment(environment)
                .transport(transport)
                .store(store)
                .peerBook(peers)
                .build();
    }

    /**
     * Returns the peer's name.
     *
     * @return also that of its host in the network
     */
    public String name() {
        return name;
    }

    /**
     * Returns who the peer is.
     *
     * @return its identity
     */
    public Identity identity() {
        return identity;
    }

    /**
     * Returns the peer's store, which outlives its process.
     *
     * @return the store
     */
    public ChatStore store() {
        return store;
    }

    /**
     * Returns the peer's manager.
     *
     * @return that of its present process
     */
    public RoomManager manager() {
        return manager;
    }

    /**
     * Opens a room.
     *
     * @param options what it is like
     */
    public void create(RoomOptions options) {
        enter(manager.createRoom(options, new Recorder()));
    }

    /**
     * Joins a room.
     *
     * @param invite its invite
     */
    public void join(Invite invite) {
        enter(manager.joinRoom(invite, new Recorder()));
    }

    private void enter(CompletableFuture<Room> future) {
        entering = future;
        closeReason = null;
        leaders.clear();
    }

    /**
     * Returns how entering goes.
     *
     * @return what {@code createRoom} or {@code joinRoom} returned last
     */
    public CompletableFuture<Room> entering() {
        return entering;
    }

    /**
     * Returns the room.
     *
     * @return the room that was entered last
     * @throws IllegalStateException if none was
     */
    public Room room() {
        Room present = room;
        if (present == null) {
            throw new IllegalStateException(name + " is in no room");
        }
        return present;
    }

    /**
     * Sends a text and takes note of its acceptance.
     *
     * @param text the text
     * @return what {@link Room#send(String)} returned
     */
    public CompletableFuture<MessageId> send(String text) {
        return room().send(text).thenApply(id -> {
            accepted.add(id);
            return id;
        });
    }

    /**
     * Leaves in an orderly way.
     *
     * @return what {@link Room#leave} returned
     */
    public CompletableFuture<CloseReason> leave() {
        return room().leave();
    }

    /** The process dies at once; identity, store and book stay. */
    public void crash() {
        environment.close();
        transport.crash();
        signaling.crash();
        room = null;
    }

    /** Starts the process again after a crash. It is in no room then. */
    public void restart() {
        environment = new VirtualEnvironment(world.time(), world.random().nextLong(), clockSkew, clockRate);
        transport = new SimTransport(world.network(), name);
        signaling = new SimSignaling(world.network(), world.worker(), name);
        manager = newManager();
        delivered = new ArrayList<>();
        lives.add(delivered);
        joined.clear();
        left.clear();
        states.clear();
        closeReason = null;
        emoji = List.of();
    }

    /**
     * Says whether the peer is in a room and connected.
     *
     * @return true if it is
     */
    public boolean isConnected() {
        Room present = room;
        return present != null && present.state() == ConnectionState.CONNECTED;
    }

    /**
     * Says whether the peer is in a room, connected or on its way back.
     *
     * @return true from the first CONNECTED to CLOSED
     */
    public boolean isInRoom() {
        Room present = room;
        return present != null
                && present.state() != ConnectionState.CLOSED
                && states.contains(ConnectionState.CONNECTED);
    }

    /**
     * Returns why the room ended.
     *
     * @return the reason, or empty while it goes on
     */
    public Optional<CloseReason> closeReason() {
        return Optional.ofNullable(closeReason);
    }

    /**
     * Returns the messages that its present process was told of.
     *
     * @return in the order of telling
     */
    public List<ChatMessage> delivered() {
        return List.copyOf(delivered);
    }

    /**
     * Returns the messages that each of its processes was told of.
     *
     * @return one list a process, oldest first
     */
    public List<List<ChatMessage>> lives() {
        return List.copyOf(lives);
    }

    /**
     * Returns which of its messages were accepted.
     *
     * @return ids in the order of acceptance, over all of its processes
     */
    public List<MessageId> accepted() {
        return List.copyOf(accepted);
    }

    /**
     * Returns the states that its present process was told of.
     *
     * @return in the order of telling
     */
    public List<ConnectionState> states() {
        return List.copyOf(states);
    }

    /**
     * Returns who has joined, as its present process was told.
     *
     * @return in the order of telling
     */
    public List<Participant> joined() {
        return List.copyOf(joined);
    }

    /**
     * Returns who has left, as its present process was told.
     *
     * @return in the order of telling
     */
    public List<Participant> left() {
        return List.copyOf(left);
    }

    /**
     * Returns who led the room, as far as its listener was told: not the host, as long as nobody else has led it.
     *
     * @return in order
     */
    public List<PeerId> leaders() {
        return List.copyOf(leaders);
    }

    /**
     * Returns the files that were offered, as its listener was told, by whomever.
     *
     * @return in the order of telling
     */
    public Map<MessageId, FileOffer> offers() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(offers));
    }

    /**
     * Returns who has fetched a file from it, as its listener was told.
     *
     * @return in the order of telling
     */
    public List<PeerId> fetchers() {
        return List.copyOf(fetchers);
    }

    /**
     * Returns the emoji of the room, as its present process was told of them last.
     *
     * @return in the order of the timeline; none if it was not told of any
     */
    public List<RoomEmoji> emoji() {
        return emoji;
    }

    /**
     * Returns of whose chains a part is missing, as its listeners were told, over all of its processes.
     *
     * @return authors, in the order of telling
     */
    public List<PeerId> gaps() {
        return List.copyOf(gaps);
    }

    @Override
    public String toString() {
        return name;
    }

    private final class Recorder implements RoomListener {

        private final List<ChatMessage> messages = delivered;

        @Override
        public void onState(Room changed, ConnectionState state, Optional<CloseReason> reason) {
            room = changed;
            states.add(state);
            if (state == ConnectionState.CLOSED) {
                closeReason = reason.orElseThrow();
            }
        }

        @Override
        public void onParticipantJoined(Room where, Participant participant) {
            joined.add(participant);
        }

        @Override
        public void onParticipantLeft(Room where, Participant participant) {
            left.add(participant);
        }

        @Override
        public void onLeaderChanged(Room where, PeerId leader, boolean isHost) {
            leaders.add(leader);
        }

        @Override
        public void onFileOffer(Room where, MessageId message, PeerId sender, FileOffer offer) {
            offers.put(message, offer);
        }

        @Override
        public void onFileFetched(Room where, MessageId message, PeerId participant) {
            fetchers.add(participant);
        }

        @Override
        public void onEmoji(Room where, List<RoomEmoji> now) {
            emoji = now;
        }

        @Override
        public void onHistoryGap(Room where, PeerId author, long fromSeq, long toSeq) {
            gaps.add(author);
        }

        @Override
        public void onMessage(Room where, ChatMessage message) {
            messages.add(message);
        }
    }
}
