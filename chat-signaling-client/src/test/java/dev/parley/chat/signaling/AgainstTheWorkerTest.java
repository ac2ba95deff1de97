package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import dev.parley.chat.transport.SignedDescriptor;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client and the worker, which share no class, over a real socket and in real time. */
@Timeout(120)
class AgainstTheWorkerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final PeerId ALICE = Worker.ALICE;
    private static final PeerId BOB = Worker.BOB;

    @TempDir
    Path directory;

    private final Environment environment = Environment.system();
    private SignalingWorker worker;

    enum Way {
        PUSH,
        LONG_POLL
    }

    record Hosted(RoomId room, SignedDescriptor descriptor) {}

    @BeforeEach
    void start() {
        worker = start(0);
    }

    @AfterEach
    void stop() {
        worker.close();
        environment.close();
    }

    private SignalingWorker start(int port) {
        return SignalingWorker.start(
                WorkerConfig.builder().port(port).dataDirectory(directory).build());
    }

    private OkHttpSignaling connect(String account, Way way) {
        OkHttpSignaling.Builder builder = OkHttpSignaling.builder(worker.url()).developmentAccount(account);
        return (way == Way.LONG_POLL ? builder.longPollOnly() : builder).build();
    }

    /** Makes a descriptor as docs/signaling.md says. */
    static Hosted host(String visibility) throws GeneralSecurityException {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = keys.getPublic().getEncoded();
        byte[] key = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        byte[] nonce = Worker.filled(16, 9);
        RoomId room = RoomId.of(Arrays.copyOf(
                MessageDigest.getInstance("SHA-256").digest(join(ascii("parley-room-v1"), key, nonce)), RoomId.BYTES));
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        byte[] descriptor = ascii("{\"v\":1,\"room\":\"" + room + "\",\"visibility\":\"" + visibility
                + "\",\"capacity\":4,\"created\":" + System.currentTimeMillis() + ",\"hostKey\":\""
                + base64.encodeToString(key) + "\",\"nonce\":\"" + base64.encodeToString(nonce)
                + "\",\"name\":\"A room\"}");
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(keys.getPrivate());
        signature.update(join(ascii("parley-descriptor-v1"), descriptor));
        return new Hosted(room, new SignedDescriptor(descriptor, signature.sign()));
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

    @Test
    void aPublicRoomIsAnnouncedFoundListedAndWithdrawn() throws Exception {
        Hosted hosted = host("public");
        try (OkHttpSignaling signaling = connect("host", Way.PUSH)) {
            signaling
                    .announce(hosted.room(), hosted.descriptor())
                    .toCompletableFuture()
                    .join();
            signaling
                    .announce(hosted.room(), hosted.descriptor())
                    .toCompletableFuture()
                    .join();

            assertThat(signaling
                            .find(hosted.room())
                            .toCompletableFuture()
                            .join()
                            .descriptor())
                    .isEqualTo(hosted.descriptor());
            assertThat(signaling
                            .publicRooms(null, 10)
                            .toCompletableFuture()
                            .join()
                            .rooms())
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.room()).isEqualTo(hosted.room()));
            try (OkHttpSignaling other = connect("other", Way.PUSH)) {
                assertThat(RequestTest.failure(other.announce(hosted.room(), hosted.descriptor()))
                                .problem())
                        .isEqualTo(Problem.ROOM_EXISTS);
                other.withdraw(hosted.room()).toCompletableFuture().join();
                assertThat(other.find(hosted.room())
                                .toCompletableFuture()
                                .join()
                                .room())
                        .as("not withdrawn by another account, which learns nothing")
                        .isEqualTo(hosted.room());
            }
            signaling.withdraw(hosted.room()).toCompletableFuture().join();
            signaling.withdraw(hosted.room()).toCompletableFuture().join();
            assertThat(RequestTest.failure(signaling.find(hosted.room())).problem())
                    .isEqualTo(Problem.ROOM_NOT_FOUND);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void messagesFlowBothWaysAndGoOnAfterTheWorkerWasRestarted(Way way) throws Exception {
        Hosted hosted = host("private");
        Heard alice = new Heard();
        Heard bob = new Heard();
        try (OkHttpSignaling first = connect("alice", way);
                OkHttpSignaling second = connect("bob", way)) {
            first.announce(hosted.room(), hosted.descriptor())
                    .toCompletableFuture()
                    .join();
            SignalingSession one = first.join(hosted.room(), ALICE, environment.newSerialExecutor("alice"), alice);
            SignalingSession two = second.join(hosted.room(), BOB, environment.newSerialExecutor("bob"), bob);
            assertThat(alice.next()).isEqualTo("connected");
            assertThat(bob.next()).isEqualTo("connected");

            assertThat(one.send(BOB, MessageType.ENVELOPE, ascii("hello"))).succeedsWithin(PATIENCE);
            assertThat(bob.next()).isEqualTo("ENVELOPE hello");
            assertThat(two.send(ALICE, MessageType.REFUSAL, ascii("no"))).succeedsWithin(PATIENCE);
            assertThat(alice.next()).isEqualTo("REFUSAL no");
            assertThat(RequestTest.failure(one.send(Worker.CAROL, MessageType.ENVELOPE, ascii("x")))
                            .problem())
                    .isEqualTo(Problem.PEER_NOT_FOUND);
            assertThat(one.send(BOB, MessageType.ENVELOPE, new byte[SignalingSession.MAX_PAYLOAD_BYTES]))
                    .succeedsWithin(PATIENCE);
            assertThat(bob.next()).hasSize("ENVELOPE ".length() + SignalingSession.MAX_PAYLOAD_BYTES);

            int port = worker.url().getPort();
            worker.close();
            assertThat(alice.next()).startsWith("interrupted");
            assertThat(bob.next()).startsWith("interrupted");
            worker = start(port);
            assertThat(nextButInterruptions(alice)).isEqualTo("connected");
            assertThat(nextButInterruptions(bob)).isEqualTo("connected");
            assertThat(two.send(ALICE, MessageType.ENVELOPE, ascii("again"))).succeedsWithin(PATIENCE);
            assertThat(nextButReconnections(alice)).isEqualTo("ENVELOPE again");
            assertThat(one.leave()).succeedsWithin(PATIENCE);
            assertThat(two.leave()).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void aPeerIdOfAnotherAccountEndsTheSession() throws Exception {
        Hosted hosted = host("private");
        Heard alice = new Heard();
        Heard mallory = new Heard();
        try (OkHttpSignaling first = connect("alice", Way.PUSH);
                OkHttpSignaling second = connect("mallory", Way.PUSH)) {
            first.announce(hosted.room(), hosted.descriptor())
                    .toCompletableFuture()
                    .join();
            first.join(hosted.room(), ALICE, environment.newSerialExecutor("alice"), alice);
            assertThat(alice.next()).isEqualTo("connected");
            second.join(hosted.room(), ALICE, environment.newSerialExecutor("mallory"), mallory);

            assertThat(mallory.next()).isEqualTo("ended PEER_TAKEN");
        }
    }

    @Test
    void withdrawingTheRoomEndsItsSessions() throws Exception {
        Hosted hosted = host("private");
        Heard alice = new Heard();
        try (OkHttpSignaling signaling = connect("alice", Way.PUSH)) {
            signaling
                    .announce(hosted.room(), hosted.descriptor())
                    .toCompletableFuture()
                    .join();
            signaling.join(hosted.room(), ALICE, environment.newSerialExecutor("alice"), alice);
            assertThat(alice.next()).isEqualTo("connected");
            signaling.withdraw(hosted.room()).toCompletableFuture().join();

            assertThat(alice.next()).isEqualTo("ended ROOM_NOT_FOUND");
        }
    }

    private static String nextButInterruptions(Heard heard) throws InterruptedException {
        String call = heard.next();
        while (call.startsWith("interrupted")) {
            call = heard.next();
        }
        return call;
    }

    private static String nextButReconnections(Heard heard) throws InterruptedException {
        String call = nextButInterruptions(heard);
        while (call.equals("connected")) {
            call = nextButInterruptions(heard);
        }
        return call;
    }

    /** A socket of a network that is gone: neither side closes it, and nothing comes over it any more. */
    @Test
    void aProbedSessionIsBackWithinSecondsWhenItsSocketHasGoneSilent() throws Exception {
        Hosted hosted = host("public");
        Heard alice = new Heard();
        Heard bob = new Heard();
        int port = worker.url().getPort();
        worker.close();
        try (HoldingRelay relay = new HoldingRelay(port);
                OkHttpSignaling first = OkHttpSignaling.builder(relay.url())
                        .developmentAccount("one")
                        .build();
                OkHttpSignaling second = OkHttpSignaling.builder(relay.url())
                        .developmentAccount("two")
                        .build()) {
            worker = SignalingWorker.start(WorkerConfig.builder()
                    .port(port)
                    .publicUrl(relay.url())
                    .dataDirectory(directory)
                    .build());
            first.announce(hosted.room(), hosted.descriptor())
                    .toCompletableFuture()
                    .join();
            SignalingSession one = first.join(hosted.room(), ALICE, environment.newSerialExecutor("alice"), alice);
            assertThat(alice.next()).isEqualTo("connected");

            relay.hold();
            SignalingSession two = second.join(hosted.room(), BOB, environment.newSerialExecutor("bob"), bob);
            assertThat(bob.next()).isEqualTo("connected");
            two.send(ALICE, MessageType.ENVELOPE, ascii("are you there?"))
                    .toCompletableFuture()
                    .join();
            one.probe();
            assertThat(alice.next()).isEqualTo("interrupted UNREACHABLE");
            assertThat(alice.next()).isEqualTo("connected");
            assertThat(alice.next()).isEqualTo("ENVELOPE are you there?");
            one.send(BOB, MessageType.ENVELOPE, ascii("again"))
                    .toCompletableFuture()
                    .join();
            assertThat(bob.next()).isEqualTo("ENVELOPE again");
        }
    }
}
