package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.auth.RoomTokens;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The ICE servers to tell to peers. TURN servers get credentials that end by themselves, under a secret shared with the
 * TURN server (coturn {@code use-auth-secret}; "A REST API For Access To TURN Services",
 * draft-uberti-behave-turn-rest-00).
 */
public final class IceServers {
    /** Twice that of a room token: who makes a link at the end of its session still has some time for it. */
    private static final Duration CREDENTIAL_LIFETIME = RoomTokens.LIFETIME.multipliedBy(2);

    private static final int ACCOUNT_ALIAS_BYTES = 8;

    private final List<List<String>> servers;
    private final Optional<byte[]> turnSecret;
    private final InstantSource clock;

    /** @param servers the URLs of each server */
    public IceServers(List<List<String>> servers, Optional<byte[]> turnSecret, InstantSource clock) {
        this.servers = servers;
        this.turnSecret = turnSecret;
        this.clock = clock;
    }

    ArrayNode forPeer(String peerId) {
        ArrayNode answer = Json.array();
        for (List<String> urls : servers) {
            ObjectNode server = answer.addObject();
            ArrayNode list = server.putArray("urls");
            urls.forEach(list::add);
            if (turnSecret.isPresent() && urls.stream().anyMatch(url -> url.startsWith("turn"))) {
                long expirySeconds = clock.instant().plus(CREDENTIAL_LIFETIME).getEpochSecond();
                String username = expirySeconds + ":" + peerId;
                server.put("username", username).put("credential", hmacSha1(turnSecret.get(), username));
            }
        }
        return answer;
    }

    /** As for a peer, under an alias: the TURN server has no need to know the account. */
    ArrayNode forAccount(String account) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(account.getBytes(StandardCharsets.UTF_8));
            return forPeer(HexFormat.of().formatHex(hash, 0, ACCOUNT_ALIAS_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String hmacSha1(byte[] secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA1", e);
        }
    }
}
