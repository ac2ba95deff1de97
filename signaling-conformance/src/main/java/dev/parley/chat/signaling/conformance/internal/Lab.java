package dev.parley.chat.signaling.conformance.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** What one case works with: accounts, rooms and members. Closing it deletes every room and emoji that was made. */
public final class Lab implements AutoCloseable {
    static final String OWN_EMOJI = "/api/v1/admin/custom_emojis";

    private static final String OWNER = "owner";
    private static final String GUEST = "guest";
    private static final String THIRD = "third";

    private final Wire wire;
    private final List<String> tokens;
    private final Pause pause;
    private final String run = UUID.randomUUID().toString();
    private final Map<String, Account> accounts = new HashMap<>();
    private final List<Room> rooms = new ArrayList<>();
    private final List<Emoji> emoji = new ArrayList<>();
    private final Deque<Push> sockets = new ArrayDeque<>();

    public Lab(Wire wire, List<String> tokens, Pause pause) {
        this.wire = wire;
        this.tokens = tokens;
        this.pause = pause;
    }

    /** An account of the worker. */
    record Account(String name, String token) {}

    /** An emoji that an account has added. */
    private record Emoji(Account account, String id) {}

    /** A room that its owner has announced. */
    record Room(HostKey host, Account owner, ObjectNode announcement) {
        String id() {
            return host.roomId();
        }

        String path(String rest) {
            return "/v1/rooms/" + id() + (rest.isEmpty() ? "" : "/" + rest);
        }
    }

    /** A peer of a room, with what the worker gave it. */
    record Member(Room room, Account account, String peerId, String token, JsonNode joined) {}

    Wire wire() {
        return wire;
    }

    /** The account that makes rooms. */
    Account owner() throws IOException, InterruptedException {
        return account(OWNER, 0);
    }

    /** An account that joins. */
    Account guest() throws IOException, InterruptedException {
        return account(GUEST, 1);
    }

    /** A third account. */
    Account third() throws IOException, InterruptedException {
        return account(THIRD, 2);
    }

    /** An account that nobody has used before, of which limits may be used up. */
    Account fresh(String name) throws IOException, InterruptedException {
        if (!tokens.isEmpty() || !offersTokens(wire)) {
            throw new NotTried("uses a limit of an account up, which needs the accounts of a development issuer");
        }
        return account(name, Integer.MAX_VALUE);
    }

    private Account account(String name, int index) throws IOException, InterruptedException {
        Account known = accounts.get(name);
        if (known != null) {
            return known;
        }
        String token;
        if (!tokens.isEmpty()) {
            if (index >= tokens.size()) {
                throw new NotTried("needs " + (index + 1) + " access tokens of different accounts");
            }
            token = tokens.get(index);
        } else {
            token = developmentToken("conformance-" + name + "-" + run);
        }
        Account account = new Account(name, token);
        accounts.put(name, account);
        return account;
    }

    /** Whether the worker is its own issuer, which gives tokens to anybody. */
    public static boolean offersTokens(Wire wire) throws IOException, InterruptedException {
        return tokenPath(wire).isPresent();
    }

    private static Optional<String> tokenPath(Wire wire) throws IOException, InterruptedException {
        Answer resource =
                wire.call("GET", "/.well-known/oauth-protected-resource").send();
        if (resource.status() != 200) {
            return Optional.empty();
        }
        for (JsonNode issuer : resource.body().path("authorization_servers")) {
            if (issuer.asText().equals(wire.base() + "/dev")) {
                Answer metadata = wire.call("GET", "/.well-known/oauth-authorization-server/dev")
                        .send();
                String endpoint = metadata.body().path("token_endpoint").asText();
                if (endpoint.startsWith(wire.base() + "/")) {
                    return Optional.of(endpoint.substring(wire.base().toString().length()));
                }
            }
        }
        return Optional.empty();
    }

    /** A token of the development issuer. */
    String developmentToken(String clientId) throws IOException, InterruptedException {
        String path = tokenPath(wire)
                .orElseThrow(() -> new NotTried(
                        "needs access tokens: the worker, under the URL that was given, is not its own issuer"));
        return wire.call("POST", path)
                .body(Wire.FORM_TYPE, "grant_type=client_credentials&client_id=" + clientId)
                .send()
                .is(200)
                .string("access_token");
    }

    boolean hasDevelopmentIssuer() throws IOException, InterruptedException {
        return offersTokens(wire);
    }

    /** A public room of the owner, for ten. */
    Room room() throws IOException, InterruptedException {
        return room(fields -> {});
    }

    Room room(Consumer<ObjectNode> change) throws IOException, InterruptedException {
        return room(owner(), change);
    }

    Room room(Account owner, Consumer<ObjectNode> change) throws IOException, InterruptedException {
        HostKey host = new HostKey();
        Room room = new Room(host, owner, host.descriptor(change));
        announce(room).is(201);
        return room;
    }

    /** Announces a room; whatever becomes of it, it is deleted at the end. */
    Answer announce(Room room) throws IOException, InterruptedException {
        rooms.add(room);
        return account("POST", "/v1/rooms", room.owner())
                .json(room.announcement())
                .send();
    }

    /** A call with an access token. */
    Wire.Call account(String method, String path, Account account) {
        return wire.call(method, path).token(account.token());
    }

    /** A call of a member, below its room. */
    Wire.Call member(String method, String path, Member member) {
        return wire.call(method, member.room().path(path)).token(member.token());
    }

    Answer tryJoin(Room room, Account account, String peerId) throws IOException, InterruptedException {
        return account("POST", room.path("join"), account)
                .json(Wire.JSON.createObjectNode().put("peerId", peerId))
                .send();
    }

    Member join(Room room, Account account) throws IOException, InterruptedException {
        return join(room, account, HostKey.randomId());
    }

    Member join(Room room, Account account, String peerId) throws IOException, InterruptedException {
        Answer answer = tryJoin(room, account, peerId).is(200);
        return new Member(room, account, peerId, answer.string("roomToken"), answer.body());
    }

    static ObjectNode message(String to, String payload, String msgId) {
        return Wire.JSON
                .createObjectNode()
                .put("to", to)
                .put("type", "envelope")
                .put("payload", payload)
                .put("msgId", msgId);
    }

    Answer post(Member from, Member to, String msgId) throws IOException, InterruptedException {
        return post(from, message(to.peerId(), "AAAA", msgId));
    }

    Answer post(Member from, ObjectNode message) throws IOException, InterruptedException {
        return member("POST", "messages", from).json(message).send();
    }

    /** The seqs of the messages above {@code after}. */
    List<Long> read(Member member, long after) throws IOException, InterruptedException {
        return seqs(member("GET", "messages?after=" + after, member).send().is(200));
    }

    static List<Long> seqs(Answer answer) {
        List<Long> seqs = new ArrayList<>();
        for (JsonNode message : answer.list("messages")) {
            seqs.add(answer.integer(message, "seq"));
        }
        return seqs;
    }

    Push push(Member member, long after) throws IOException {
        Push push = Push.open(wire, member.room().path("ws?after=" + after), member.token());
        sockets.add(push);
        return push;
    }

    Answer find(Room room, Account account) throws IOException, InterruptedException {
        return account("GET", room.path(""), account).send();
    }

    Answer publish(Room room, Account account, ObjectNode succession) throws IOException, InterruptedException {
        return account("PUT", room.path("succession"), account).json(succession).send();
    }

    Answer acquire(Member member, long fence) throws IOException, InterruptedException {
        return member("POST", "lease", member)
                .json(Wire.JSON.createObjectNode().put("fence", fence))
                .send();
    }

    void delete(Room room) throws IOException, InterruptedException {
        account("DELETE", room.path(""), room.owner()).send().is(204);
    }

    /** Whatever becomes of this emoji, it is deleted at the end. */
    void willDeleteEmoji(Account account, String id) {
        emoji.add(new Emoji(account, id));
    }

    void pass(Duration duration) throws InterruptedException {
        pause.pass(duration);
    }

    /** Whether a URL leads to the worker under the base URL that was given. */
    boolean isHere(String url) {
        return url.startsWith(wire.base() + "/");
    }

    String pathOf(String url) {
        return URI.create(url).getRawPath();
    }

    @Override
    public void close() {
        sockets.forEach(Push::close);
        boolean interrupted = Thread.interrupted();
        for (Room room : rooms) {
            interrupted |= !delete(room.path(""), room.owner());
        }
        for (Emoji added : emoji) {
            interrupted |= !delete(OWN_EMOJI + "/" + added.id(), added.account());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns false if the thread was interrupted meanwhile. */
    private boolean delete(String path, Account account) {
        try {
            // 404 where the case has deleted it, or it was refused.
            account("DELETE", path, account).send();
        } catch (IOException e) {
            // A room expires by itself; an emoji stays, as after a worker that does not delete.
        } catch (InterruptedException e) {
            return false;
        }
        return true;
    }
}
