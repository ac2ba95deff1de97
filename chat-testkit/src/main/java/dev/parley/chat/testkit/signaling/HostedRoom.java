package dev.parley.chat.testkit.signaling;

import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.transport.SignedSuccession;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

/** A room as its host has it, for what a worker checks of it; see docs/signaling.md. */
final class HostedRoom {

    enum Visibility {
        PUBLIC,
        PRIVATE
    }

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int NONCE_BYTES = 16;

    /** When the rooms were made, by the clock of their host: 2026-01-01T00:00Z. */
    private static final long CREATED_EPOCH_MILLIS = 1_767_225_600_000L;

    private final Identity host;
    private final Visibility visibility;
    private final int capacity;
    private final String name;
    private final RoomId id;
    private final SignedDescriptor descriptor;

    private HostedRoom(Identity host, Visibility visibility, int capacity, String name) {
        this.host = host;
        this.visibility = visibility;
        this.capacity = capacity;
        this.name = name;
        byte[] key = host.card().ed25519PublicKey();
        byte[] nonce = new byte[NONCE_BYTES];
        id = RoomId.of(Arrays.copyOf(sha256(join(ascii("parley-room-v1"), key, nonce)), RoomId.BYTES));
        // Whatever the worker does not read is sealed, in a private room its name.
        String secret = visibility == Visibility.PUBLIC
                ? "\"name\":\"" + name + "\""
                : "\"sealed\":\"" + BASE64.encodeToString(sha256(ascii(name))) + "\"";
        byte[] bytes = ascii("{\"v\":1,\"room\":\"" + id.value() + "\",\"visibility\":\""
                + (visibility == Visibility.PUBLIC ? "public" : "private") + "\",\"capacity\":" + capacity
                + ",\"created\":" + CREATED_EPOCH_MILLIS + ",\"hostKey\":\"" + BASE64.encodeToString(key)
                + "\",\"nonce\":\"" + BASE64.encodeToString(nonce) + "\",\"hostCard\":\""
                + BASE64.encodeToString(host.card().encode()) + "\"," + secret + "}");
        descriptor = new SignedDescriptor(bytes, host.sign(join(ascii("parley-descriptor-v1"), bytes)));
    }

    /** Makes a room of a new host. The name is ASCII without quotes. */
    static HostedRoom of(Visibility visibility, int capacity, String name) {
        return new HostedRoom(Identity.generate(), visibility, capacity, name);
    }

    /** Returns the room with another descriptor under the same id. */
    HostedRoom renamed(String newName) {
        return new HostedRoom(host, visibility, capacity, newName);
    }

    /** Returns a succession of this room, signed by its host. */
    SignedSuccession succession(int version, Identity... deputies) {
        byte[] bytes = ascii("{\"v\":1,\"room\":\"" + id.value() + "\",\"version\":" + version + ",\"deputies\":["
                + Arrays.stream(deputies)
                        .map(deputy ->
                                "\"" + BASE64.encodeToString(deputy.card().encode()) + "\"")
                        .collect(Collectors.joining(","))
                + "]}");
        return new SignedSuccession(bytes, host.sign(join(ascii("parley-succession-v1"), bytes)));
    }

    Identity host() {
        return host;
    }

    RoomId id() {
        return id;
    }

    SignedDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public String toString() {
        return "HostedRoom[" + name + "]";
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
