package dev.parley.chat.internal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.transport.SignedSuccession;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who may lead a room when its host is gone, in the host's signed word. JSON: {@code v} (1), {@code room},
 * {@code version}, {@code least}, {@code expires} and {@code deputies}, a list of cards, the first to be asked first.
 * Signed over {@code "parley-succession-v1"} and the bytes of the JSON.
 *
 * @param version counts from 1; a greater one takes the place of a lesser one
 * @param least 1…version; those below it name somebody who is no deputy any more, and lead nobody
 * @param expiresMillis epoch milliseconds, by the host's clock; after it no newcomer is led by it
 * @param deputies distinct, without the host
 */
record Succession(int version, int least, long expiresMillis, List<PeerCard> deputies) {

    private static final int FORMAT = 1;
    private static final byte[] CONTEXT = "parley-succession-v1".getBytes(StandardCharsets.US_ASCII);

    Succession {
        deputies = List.copyOf(deputies);
    }

    /** Whether all deputies of another succession are deputies still. */
    boolean keepsAllOf(Succession before) {
        return before.deputies().stream().allMatch(card -> placeOf(card.peerId()) >= 0);
    }

    /** Returns the card of a deputy. */
    Optional<PeerCard> card(PeerId peer) {
        return deputies.stream().filter(card -> card.peerId().equals(peer)).findFirst();
    }

    /** Returns the place of a peer in the order, 0 for the first; negative if it is not in it. */
    int placeOf(PeerId peer) {
        for (int i = 0; i < deputies.size(); i++) {
            if (deputies.get(i).peerId().equals(peer)) {
                return i;
            }
        }
        return -1;
    }

    SignedSuccession sign(Identity host, RoomId room) {
        ObjectNode json = Json.object()
                .put("v", FORMAT)
                .put("room", room.value())
                .put("version", version)
                .put("least", least)
                .put("expires", expiresMillis);
        var list = json.putArray("deputies");
        deputies.forEach(card -> list.add(Json.base64(card.encode())));
        byte[] bytes = Json.write(json);
        return new SignedSuccession(bytes, IdentityKeys.of(host).sign(signedBytes(bytes)));
    }

    /**
     * Reads it and verifies all that it claims.
     *
     * @throws MalformedException if it is not well-formed, another room's or not signed by the host
     */
    static Succession verify(SignedSuccession signed, RoomId room, PeerCard host) throws MalformedException {
        byte[] bytes = signed.succession();
        if (!host.verify(signedBytes(bytes), signed.signature())) {
            throw new MalformedException("a succession that the host did not sign");
        }
        ObjectNode json = Json.parseObject(bytes);
        Json.integer(json, "v", FORMAT, FORMAT);
        if (!Json.text(json, "room", 64).equals(room.value())) {
            throw new MalformedException("a succession of another room");
        }
        int version = (int) Json.integer(json, "version", 1, Integer.MAX_VALUE);
        int least = (int) Json.integer(json, "least", 1, version);
        long expires = Json.integer(json, "expires", 0, Limits.MAX_EPOCH_MILLIS);
        JsonNode list = json.path("deputies");
        if (!list.isArray() || list.size() > Limits.MAX_DEPUTIES) {
            throw new MalformedException("the deputies are no list, or one of more than " + Limits.MAX_DEPUTIES);
        }
        List<PeerCard> deputies = new ArrayList<>();
        Set<PeerId> seen = new HashSet<>(Set.of(host.peerId()));
        for (JsonNode item : list) {
            PeerCard card;
            try {
                card = PeerCard.decode(Json.base64(item, PeerCard.BYTES));
            } catch (IllegalArgumentException e) {
                throw new MalformedException("the card of a deputy is not valid");
            }
            if (!seen.add(card.peerId())) {
                throw new MalformedException("a deputy is named twice, or is the host");
            }
            deputies.add(card);
        }
        return new Succession(version, least, expires, deputies);
    }

    private static byte[] signedBytes(byte[] succession) {
        byte[] signed = Arrays.copyOf(CONTEXT, CONTEXT.length + succession.length);
        System.arraycopy(succession, 0, signed, CONTEXT.length, succession.length);
        return signed;
    }
}
