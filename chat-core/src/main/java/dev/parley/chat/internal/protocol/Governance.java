package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.PeerId;
import dev.parley.chat.internal.crypto.RoomSecret;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.transport.SignedSuccession;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a room is run at the moment: what its leader tells every member, sealed to the group, and what a deputy needs to
 * go on where the leader ended. JSON: {@code generation}, {@code secret} (private rooms whose secret was changed),
 * {@code banned}, {@code fence}, {@code begun} (left out if 0), and {@code succession} with its {@code signature} once
 * there is one.
 *
 * @param generation counts the changes under one fence; a greater one takes the place of a lesser one
 * @param secret the secret of the room's invite, if it is not the first one
 * @param banned who is refused, at most {@link Limits#MAX_BANNED}
 * @param fence of the lease under which the leader leads; 0 while nobody needs one
 * @param begun how often the group was begun anew under this fence, since nobody but the leader was left in it
 * @param succession who may lead, as the host signed it
 */
record Governance(
        int generation,
        @Nullable RoomSecret secret,
        Set<PeerId> banned,
        long fence,
        int begun,
        @Nullable SignedSuccession succession) {

    /** How every room begins. */
    static final Governance FIRST = new Governance(0, null, Set.of(), 0, 0, null);

    Governance {
        banned = Set.copyOf(banned);
    }

    Governance withSecret(RoomSecret newSecret) {
        return new Governance(generation + 1, newSecret, banned, fence, begun, succession);
    }

    Governance withBanned(Set<PeerId> nowBanned) {
        return new Governance(generation + 1, secret, nowBanned, fence, begun, succession);
    }

    /** The same under a new lease, by a new leader perhaps: the count begins again. */
    Governance ledUnder(long newFence) {
        return new Governance(0, secret, banned, newFence, newFence == fence ? begun : 0, succession);
    }

    /** The same, with a group that was begun anew. */
    Governance withGroupBegun() {
        return new Governance(generation + 1, secret, banned, fence, begun + 1, succession);
    }

    /** Whether this takes the place of another, or is the same. */
    boolean isAsNewAs(Governance other) {
        return fence > other.fence || (fence == other.fence && generation >= other.generation);
    }

    /** The same, knowing of a succession or a secret of which its leader has not told us. */
    Governance knowing(SignedSuccession laterSuccession) {
        return new Governance(generation, secret, banned, fence, begun, laterSuccession);
    }

    Governance knowing(RoomSecret laterSecret) {
        return new Governance(generation, laterSecret, banned, fence, begun, succession);
    }

    Governance withSuccession(SignedSuccession newSuccession) {
        return new Governance(generation + 1, secret, banned, fence, begun, newSuccession);
    }

    byte[] encode() {
        ObjectNode json = Json.object().put("generation", generation);
        RoomSecret changed = secret;
        if (changed != null) {
            json.put("secret", Json.base64(changed.reveal()));
        }
        var list = json.putArray("banned");
        banned.stream().sorted().forEach(peer -> list.add(peer.value()));
        json.put("fence", fence);
        if (begun > 0) {
            json.put("begun", begun);
        }
        SignedSuccession order = succession;
        if (order != null) {
            json.put("succession", Json.base64(order.succession()));
            json.put("signature", Json.base64(order.signature()));
        }
        return Json.write(json);
    }

    /** Reads it. The succession is not checked by this. */
    static Governance decode(byte[] bytes) throws MalformedException {
        ObjectNode json = Json.parseObject(bytes);
        try {
            RoomSecret secret =
                    json.hasNonNull("secret") ? RoomSecret.of(Json.base64(json, "secret", 2 * RoomSecret.BYTES)) : null;
            SignedSuccession succession = json.hasNonNull("succession")
                    ? new SignedSuccession(
                            Json.base64(json, "succession", SignedSuccession.MAX_BYTES),
                            Json.base64(json, "signature", SignedSuccession.SIGNATURE_BYTES))
                    : null;
            return new Governance(
                    (int) Json.integer(json, "generation", 0, Integer.MAX_VALUE - 1),
                    secret,
                    peers(json.path("banned")),
                    Json.integer(json, "fence", 0, Limits.MAX_FENCE),
                    json.hasNonNull("begun") ? (int) Json.integer(json, "begun", 0, Integer.MAX_VALUE - 1) : 0,
                    succession);
        } catch (IllegalArgumentException e) {
            throw new MalformedException("a field of the room's state has a wrong length");
        }
    }

    private static Set<PeerId> peers(JsonNode list) throws MalformedException {
        if (!list.isArray() || list.size() > Limits.MAX_BANNED) {
            throw new MalformedException("who is banned is no list, or one of more than " + Limits.MAX_BANNED);
        }
        Set<PeerId> peers = new LinkedHashSet<>();
        for (JsonNode peer : list) {
            peers.add(new PeerId(peer.asText()));
        }
        return peers;
    }

    @Override
    public String toString() {
        return "Governance[" + generation + "]";
    }
}
