package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.redis.Redis;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.rooms.SignedSuccession;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The store in Redis, for several workers that serve the same rooms.
 *
 * <p>Every method is one script, which Redis runs as one step, whichever worker asks; a listing is a few short ones.
 * What has expired is told by the caller's time, so the clocks of the workers must agree to a fraction of a second;
 * beside that each key ends by the clock of Redis, a minute after its time. Rooms and peers are known by numbers that
 * are used once, so that nothing of a room that is gone is found under a later one of the same id.
 *
 * <p>Safe for threads.
 */
public final class RedisRoomStore implements RoomStore {
    /** The braces keep all keys in one slot of a cluster; the number is that of the layout. */
    private static final String KEY_PREFIX = "{parley}:1:";

    /** How many places of the list of rooms one script looks at. */
    private static final int LIST_CHUNK = 256;

    /** About how many entries of the index one script of a census looks at. */
    private static final int CENSUS_CHUNK = 256;

    /** That so many random numbers in a row hit one half of all happens once in 2^32 calls. */
    private static final int NAMEPLATE_DRAWS = 32;

    /** What is left of an index when no worker comes any more. */
    private static final long INDEX_LIFETIME_MILLIS = Duration.ofHours(1).toMillis();

    private final Redis redis;
    private final String prefix;
    private final long ttlMillis;
    private final SecureRandom random = new SecureRandom();
    private final LongAdder expiredMessages = new LongAdder();
    private final Map<String, String> secrets = new ConcurrentHashMap<>();

    /** @param redis closed with this store */
    public RedisRoomStore(Redis redis, Duration timeToLive) {
        this(redis, KEY_PREFIX, timeToLive);
    }

    RedisRoomStore(Redis redis, String prefix, Duration timeToLive) {
        this.redis = redis;
        this.prefix = prefix;
        this.ttlMillis = timeToLive.toMillis();
    }

    /** The emoji in the same Redis. */
    public EmojiStore emoji() {
        return new RedisEmojiStore(redis, prefix);
    }

    @Override
    public Announcement announce(SignedDescriptor descriptor, String account, long nowMillis) {
        String text = Encoding.base64Url(descriptor.descriptor());
        List<Object> reply = run(
                RedisScripts.ANNOUNCE,
                nowMillis,
                descriptor.roomId(),
                account,
                text,
                Encoding.base64Url(descriptor.signature()),
                descriptor.listed() ? 1 : 0,
                descriptor.capacity(),
                SignedDescriptor.hostPeerId(text),
                MAX_ROOMS_PER_ACCOUNT,
                NAMEPLATE_REST_MILLIS);
        return Announcement.valueOf(text(reply, 1));
    }

    @Override
    public Optional<Room> room(String roomId, long nowMillis) {
        List<Object> reply = run(RedisScripts.ROOM, nowMillis, roomId);
        if (reply.size() == 1) {
            return Optional.empty();
        }
        RoomEntry entry = new RoomEntry(
                number(reply, 1), roomId, text(reply, 2), text(reply, 3), (int) number(reply, 4), number(reply, 5));
        String succession = text(reply, 7);
        String holder = text(reply, 10);
        HashSet<String> deputies = new HashSet<>();
        for (Object deputy : list(reply, 13)) {
            deputies.add((String) deputy);
        }
        Leadership leadership = new Leadership(
                text(reply, 6),
                succession.isEmpty() ? null : new Succession(succession, text(reply, 8)),
                (int) number(reply, 9),
                deputies,
                holder.isEmpty() ? null : new Holding(holder, number(reply, 11), number(reply, 12)));
        return Optional.of(new Room(entry, leadership.succession(), leadership.shown(nowMillis)));
    }

    @Override
    public List<RoomEntry> publicRooms(long beforeOrdinal, int limit, long nowMillis) {
        List<RoomEntry> rooms = new ArrayList<>();
        String before = beforeOrdinal == Long.MAX_VALUE ? "+inf" : "(" + beforeOrdinal;
        while (rooms.size() < limit) {
            List<Object> reply = run(RedisScripts.LIST, nowMillis, before, limit - rooms.size(), LIST_CHUNK);
            for (Object found : list(reply, 2)) {
                List<?> room = (List<?>) found;
                rooms.add(new RoomEntry(
                        number(room, 0),
                        text(room, 1),
                        text(room, 2),
                        text(room, 3),
                        (int) number(room, 4),
                        number(room, 5)));
            }
            String last = text(reply, 1);
            if (last.isEmpty()) {
                break;
            }
            before = "(" + last;
        }
        return rooms;
    }

    @Override
    public void requireOwner(String roomId, String account, long nowMillis) {
        run(RedisScripts.OWNER, nowMillis, roomId, account);
    }

    @Override
    public void delete(String roomId, String account, long nowMillis) {
        run(RedisScripts.DELETE, nowMillis, roomId, account, NAMEPLATE_REST_MILLIS);
    }

    @Override
    public void publishSuccession(String roomId, SignedSuccession succession, String account, long nowMillis) {
        List<Object> arguments = new ArrayList<>(List.of(
                roomId,
                account,
                Encoding.base64Url(succession.succession()),
                Encoding.base64Url(succession.signature()),
                succession.version()));
        arguments.addAll(succession.deputies());
        run(RedisScripts.SUCCESSION, nowMillis, arguments.toArray());
    }

    @Override
    public Lease acquireLease(Member member, long fence, long nowMillis) {
        List<Object> reply = run(
                RedisScripts.LEASE,
                nowMillis,
                member.slot().roomId(),
                member.slot().peerId(),
                member.account(),
                fence,
                LEASE_MILLIS,
                MAX_FENCE_STEP,
                MAX_HEARD_FENCE + 1);
        return new Lease(text(reply, 1), number(reply, 2), number(reply, 3));
    }

    @Override
    public void releaseLease(Member member, long fence, long nowMillis) {
        run(
                RedisScripts.RELEASE,
                nowMillis,
                member.slot().roomId(),
                member.slot().peerId(),
                member.account(),
                fence);
    }

    @Override
    public Nameplate openNameplate(String roomId, String account, long nowMillis) {
        List<Object> arguments = new ArrayList<>(List.of(
                roomId,
                account,
                MAX_NAMEPLATES_PER_ACCOUNT,
                NAMEPLATE_LIFETIME_MILLIS,
                NAMEPLATE_REST_MILLIS,
                MAX_NAMEPLATE_DIGITS));
        for (int i = 0; i < NAMEPLATE_DRAWS; i++) {
            // Many times the greatest number, so that the remainder is as good as evenly spread.
            arguments.add(random.nextLong(1L << 50));
        }
        List<Object> reply = run(RedisScripts.NAMEPLATE_OPEN, nowMillis, arguments.toArray());
        return new Nameplate((int) number(reply, 1), NAMEPLATE_LIFETIME_MILLIS);
    }

    @Override
    public String findNameplate(int number, long nowMillis) {
        return text(
                run(RedisScripts.NAMEPLATE_FIND, nowMillis, number, MAX_NAMEPLATE_LOOKUPS, NAMEPLATE_REST_MILLIS), 1);
    }

    @Override
    public void closeNameplate(int number, String account, long nowMillis) {
        run(RedisScripts.NAMEPLATE_CLOSE, nowMillis, number, account, NAMEPLATE_REST_MILLIS);
    }

    @Override
    public long join(Member member, long nowMillis) {
        List<Object> reply = run(
                RedisScripts.JOIN,
                nowMillis,
                member.slot().roomId(),
                member.slot().peerId(),
                member.account(),
                AWAY_MILLIS,
                SILENT_MILLIS);
        return number(reply, 1);
    }

    @Override
    public void renew(Member member, long nowMillis) {
        run(RedisScripts.RENEW, member, nowMillis);
    }

    @Override
    public void connected(Member member, long rank, long nowMillis) {
        run(
                RedisScripts.CONNECTED,
                nowMillis,
                member.slot().roomId(),
                member.slot().peerId(),
                member.account(),
                rank);
    }

    @Override
    public void away(Member member, long rank, long nowMillis) {
        run(RedisScripts.AWAY, nowMillis, member.slot().roomId(), member.slot().peerId(), member.account(), rank);
    }

    @Override
    public void leave(Member member, long nowMillis) {
        run(RedisScripts.LEAVE, member, nowMillis);
    }

    @Override
    public Accepted post(Member sender, Posted message, long nowMillis) {
        List<Object> reply = run(
                RedisScripts.POST,
                nowMillis,
                sender.slot().roomId(),
                sender.slot().peerId(),
                sender.account(),
                message.to(),
                message.type(),
                message.payload(),
                message.msgId(),
                MAX_WAITING_MESSAGES,
                MESSAGE_LIFETIME_MILLIS);
        return new Accepted(number(reply, 1), number(reply, 2) == 1);
    }

    @Override
    public void acknowledge(Member receiver, long seq, long nowMillis) {
        run(
                RedisScripts.ACKNOWLEDGE,
                nowMillis,
                receiver.slot().roomId(),
                receiver.slot().peerId(),
                receiver.account(),
                seq);
    }

    @Override
    public List<Waiting> waiting(Member receiver, long after, int maxPayloadCharacters, long nowMillis) {
        List<Object> reply = run(
                RedisScripts.WAITING,
                nowMillis,
                receiver.slot().roomId(),
                receiver.slot().peerId(),
                receiver.account(),
                after,
                maxPayloadCharacters,
                MESSAGE_LIFETIME_MILLIS);
        List<Waiting> messages = new ArrayList<>();
        for (Object found : list(reply, 1)) {
            List<?> message = (List<?>) found;
            String[] parts = text(message, 1).split(" ", 3);
            messages.add(new Waiting(number(message, 0), parts[1], parts[0], parts[2]));
        }
        return messages;
    }

    @Override
    public long requirePresent(Member member, long nowMillis) {
        return number(run(RedisScripts.PRESENT, member, nowMillis), 1);
    }

    @Override
    public boolean sweep(int maxPerKind, long nowMillis) {
        // A Redis that was emptied gets the secrets back, so that a worker that starts now shares them with the others.
        secrets.forEach((name, secret) -> run(RedisScripts.SECRET, nowMillis, name, secret));
        List<Object> reply = run(
                RedisScripts.SWEEP,
                nowMillis,
                maxPerKind,
                MESSAGE_LIFETIME_MILLIS,
                NAMEPLATE_REST_MILLIS,
                INDEX_LIFETIME_MILLIS);
        expiredMessages.add(number(reply, 2));
        return number(reply, 1) == 1;
    }

    @Override
    public byte[] secret(String name, Supplier<byte[]> generate) {
        String fresh = Base64.getEncoder().encodeToString(generate.get());
        String stored = text(run(RedisScripts.SECRET, 0, name, fresh), 1);
        secrets.put(name, stored);
        return Base64.getDecoder().decode(stored);
    }

    /** In chunks, like a listing, so what changes meanwhile may be counted or not. */
    @Override
    public Census census(long nowMillis) {
        // What moves within the set while it is gone through may be met twice.
        Map<String, Long> peers = new HashMap<>();
        Map<String, Long> waiting = new HashMap<>();
        String cursor = "0";
        do {
            List<Object> reply = run(RedisScripts.CENSUS, nowMillis, cursor, CENSUS_CHUNK, MESSAGE_LIFETIME_MILLIS);
            cursor = text(reply, 1);
            list(reply, 2).forEach(room -> peers.put(text((List<?>) room, 0), number((List<?>) room, 1)));
            list(reply, 3).forEach(mail -> waiting.put(text((List<?>) mail, 0), number((List<?>) mail, 1)));
        } while (!cursor.equals("0"));
        return new Census(peers.size(), sum(peers), sum(waiting), expiredMessages.sum());
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void ping() {
        run(RedisScripts.PING, 0);
    }

    /** What time it is at Redis. */
    public long timeMillis() {
        List<Object> reply = run(RedisScripts.TIME, 0);
        return number(reply, 1) * 1_000 + number(reply, 2) / 1_000;
    }

    @Override
    public void close() {
        redis.close();
    }

    private List<Object> run(RedisScripts script, Member member, long nowMillis) {
        return run(script, nowMillis, member.slot().roomId(), member.slot().peerId(), member.account());
    }

    private List<Object> run(RedisScripts script, long nowMillis, Object... arguments) {
        List<String> texts = new ArrayList<>();
        texts.add(Long.toString(nowMillis));
        texts.add(Long.toString(ttlMillis));
        Arrays.stream(arguments).map(String::valueOf).forEach(texts::add);
        List<Object> reply = new ArrayList<>((List<?>) redis.run(script, prefix, texts));
        if (!reply.get(0).equals("OK")) {
            throw refusal(reply);
        }
        return reply;
    }

    private Problem refusal(List<Object> reply) {
        String code = text(reply, 0);
        return switch (code) {
            case "ROOM_NOT_FOUND" -> Refusals.roomNotFound();
            case "ROOM_EXISTS" -> Refusals.roomExists();
            case "TOO_MANY_ROOMS" -> Refusals.tooManyRooms(ttlMillis);
            case "NOT_OWNER" -> Refusals.notOwner();
            case "SUCCESSION_EXISTS" -> Refusals.successionExists();
            case "MAY_NOT_LEAD" -> Refusals.mayNotLead();
            case "FENCE_TOO_FAR" -> Refusals.fenceTooFar();
            case "ID_OF_HOST" -> Refusals.idOfHost();
            case "ID_OF_DEPUTY" -> Refusals.idOfDeputy();
            case "ID_OF_OTHER" -> Refusals.idOfOther();
            case "ROOM_FULL" -> Refusals.roomFull((int) number(reply, 1));
            case "PEER_EXPIRED" -> Refusals.peerExpired();
            case "PLACE_GIVEN" -> Refusals.placeGiven();
            case "RECEIVER_NOT_FOUND" -> Refusals.receiverNotFound();
            case "MAILBOX_FULL" -> Refusals.mailboxFull();
            case "TOO_MANY_NAMEPLATES" -> Refusals.tooManyNameplates(number(reply, 1));
            case "NO_NUMBER_FREE" -> Refusals.noNumberFree();
            case "NAMEPLATE_NOT_FOUND" -> Refusals.nameplateNotFound();
            default -> throw new IllegalStateException("a script answered " + code);
        };
    }

    private static String text(List<?> reply, int index) {
        return (String) reply.get(index);
    }

    private static long number(List<?> reply, int index) {
        return Long.parseLong(text(reply, index));
    }

    private static List<?> list(List<?> reply, int index) {
        return (List<?>) reply.get(index);
    }
}
