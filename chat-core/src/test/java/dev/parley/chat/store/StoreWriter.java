package dev.parley.chat.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.chat.MessageId;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.slf4j.Logger;
import org.sqlite.SQLiteConfig;

/** A process of its own that appends one event after another and reports each on its standard output. */
final class StoreWriter {

    static final RoomId ROOM = RoomId.of(new byte[RoomId.BYTES]);
    static final PeerId SELF = PeerId.of(new byte[PeerId.BYTES]);

    private StoreWriter() {}

    static StoredEvent event(long seq) {
        byte[] id = ByteBuffer.allocate(MessageId.BYTES).putLong(seq).array();
        byte[] bytes = ("body of event " + seq + ".").repeat(20).getBytes(UTF_8);
        return new StoredEvent(ROOM, SELF, seq, MessageId.of(id), seq, "message", bytes);
    }

    /** A message that says something, of the form that docs/protocol.md gives it. */
    static StoredEvent message(long seq, String text) {
        return message(seq, seq, text);
    }

    static StoredEvent message(long seq, long clock, String text) {
        byte[] id = ByteBuffer.allocate(MessageId.BYTES).putLong(seq).array();
        byte[] type = "message".getBytes(UTF_8);
        byte[] body = ("{\"text\":\"" + text + "\"}").getBytes(UTF_8);
        byte[] bytes = ByteBuffer.allocate(1 + 116 + 1 + type.length + 4 + body.length + 64)
                .put((byte) 1)
                .put(new byte[116])
                .put((byte) type.length)
                .put(type)
                .putInt(body.length)
                .put(body)
                .array();
        return new StoredEvent(ROOM, SELF, seq, MessageId.of(id), clock, "message", bytes);
    }

    static Process start(Path file, int upToSeq) throws IOException {
        return start(StoreWriter.class, file.toString(), Integer.toString(upToSeq));
    }

    /** Starts a process that runs another class of the tests. */
    static Process start(Class<?> type, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp", classPath(), type.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Whether the tests run on the module path or not, the child has a class path. */
    private static String classPath() {
        Path main = locationOf(SqliteChatStore.class);
        return Stream.of(
                        main,
                        main.resolveSibling("test-classes"),
                        locationOf(SQLiteConfig.class),
                        locationOf(Logger.class),
                        locationOf(SHA256Digest.class))
                .map(Path::toString)
                .reduce((left, right) -> left + File.pathSeparator + right)
                .orElseThrow();
    }

    private static Path locationOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a code source is a URI", e);
        }
    }

    public static void main(String[] args) {
        int upToSeq = Integer.parseInt(args[1]);
        try (ChatStore store = SqliteChatStore.open(Path.of(args[0]))) {
            Map<PeerId, EventHead> heads = store.heads(ROOM);
            EventHead head = heads.get(SELF);
            for (long seq = head == null ? 1 : head.seq() + 1; seq <= upToSeq; seq++) {
                store.append(List.of(event(seq)));
                System.out.print(seq + "\n");
                System.out.flush();
            }
        }
    }
}
