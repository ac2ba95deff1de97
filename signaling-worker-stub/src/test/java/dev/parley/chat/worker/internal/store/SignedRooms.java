package dev.parley.chat.worker.internal.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.HostKey;
import dev.parley.chat.worker.internal.rooms.SignedDescriptor;
import dev.parley.chat.worker.internal.rooms.SignedSuccession;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Descriptors and successions with true signatures. */
public final class SignedRooms {
    public static final int MANY = 20_000;

    private SignedRooms() {}

    /** A room of its own host. */
    record Hosted(HostKey key, SignedDescriptor descriptor) {
        String id() {
            return descriptor.roomId();
        }

        String host() {
            return key.peerId();
        }

        SignedSuccession succession(int version, HostKey... deputies) {
            ObjectNode body = key.succession(version, deputies);
            return SignedSuccession.verify(
                    id(),
                    key.body().get("descriptor").asText(),
                    body.get("succession").asText(),
                    body.get("signature").asText());
        }
    }

    static Hosted hosted(int capacity) {
        HostKey key = new HostKey();
        return new Hosted(key, verify(key.body(fields -> fields.put("capacity", capacity))));
    }

    static SignedDescriptor descriptor() {
        return verify(new HostKey().body());
    }

    static SignedDescriptor privateDescriptor() {
        return verify(new HostKey().body(fields -> fields.put("visibility", "private")));
    }

    static SignedDescriptor verify(ObjectNode body) {
        return SignedDescriptor.verify(
                body.get("descriptor").asText(), body.get("signature").asText());
    }

    /**
     * 20,000 public rooms and 500 more of one host, whose signatures are made up: true ones take minutes, and a store
     * does not look at them.
     */
    public static List<SignedDescriptor> many() {
        return Many.ROOMS;
    }

    private static final class Many {
        static final List<SignedDescriptor> ROOMS = make();
    }

    private static List<SignedDescriptor> make() {
        try {
            Constructor<SignedDescriptor> constructor = SignedDescriptor.class.getDeclaredConstructor(
                    String.class, boolean.class, int.class, byte[].class, byte[].class);
            constructor.setAccessible(true);
            HostKey host = new HostKey();
            List<SignedDescriptor> rooms = new ArrayList<>();
            for (int i = 0; i < MANY + 500; i++) {
                HostKey another = host.another();
                byte[] descriptor = another.fields().toString().getBytes(StandardCharsets.UTF_8);
                rooms.add(constructor.newInstance(another.roomId(), true, 10, descriptor, new byte[64]));
            }
            return List.copyOf(rooms);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the constructor of a descriptor has changed", e);
        }
    }
}
