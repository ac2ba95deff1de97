package dev.parley.chat.signaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.PeerId;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.SignalingSession;
import dev.parley.chat.transport.SignalingSession.MessageType;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two worker processes on one Redis, behind one address; each in turn is killed while two clients talk. It costs the
 * client that was connected to it one reconnection, the other none, and nobody a message.
 */
@Timeout(180)
class NodeKilledTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final PeerId ALICE = Worker.ALICE;
    private static final PeerId BOB = Worker.BOB;
    private static final int KILLS = 4;
    private static final int MESSAGES = 40;

    @Test
    void aNodeKilledInTheMidstOfANegotiationCostsItsClientsOneReconnectionAndNoMessage() throws Exception {
        Random random = new Random(7);
        int[] ports = {freePort(), freePort()};
        NodeProcess[] nodes = new NodeProcess[2];
        Environment environment = Environment.system();
        try (RedisServer redis = RedisServer.start();
                FailoverFront front = new FailoverFront()) {
            for (int i = 0; i < 2; i++) {
                nodes[i] = new NodeProcess(redis.uri(), ports[i], front.url());
            }
            AgainstTheWorkerTest.Hosted hosted = AgainstTheWorkerTest.host("private");
            for (int kill = 0; kill < KILLS; kill++) {
                int victim = kill % 2;
                Heard alice = new Heard();
                Heard bob = new Heard();
                try (OkHttpSignaling first = connect(front, "alice");
                        OkHttpSignaling second = connect(front, "bob")) {
                    front.prefer(ports[victim], ports[1 - victim]);
                    first.announce(hosted.room(), hosted.descriptor())
                            .toCompletableFuture()
                            .join();
                    SignalingSession one =
                            first.join(hosted.room(), ALICE, environment.newSerialExecutor("alice"), alice);
                    assertThat(alice.next()).isEqualTo("connected");
                    front.prefer(ports[1 - victim], ports[victim]);
                    SignalingSession two = second.join(hosted.room(), BOB, environment.newSerialExecutor("bob"), bob);
                    assertThat(bob.next()).isEqualTo("connected");

                    List<CompletableFuture<Void>> sent = new ArrayList<>();
                    for (int i = 0; i < MESSAGES; i++) {
                        sent.add(one.send(BOB, MessageType.ENVELOPE, text("a", kill, i))
                                .toCompletableFuture());
                        sent.add(two.send(ALICE, MessageType.ENVELOPE, text("b", kill, i))
                                .toCompletableFuture());
                    }
                    assertThat(sent.get(random.nextInt(2 * MESSAGES))).succeedsWithin(PATIENCE);
                    nodes[victim].kill();
                    hearAll(alice, "b" + kill, 1);
                    hearAll(bob, "a" + kill, 0);
                    for (CompletableFuture<Void> accepted : sent) {
                        assertThat(accepted).succeedsWithin(PATIENCE);
                    }
                    assertThat(one.leave()).succeedsWithin(PATIENCE);
                    assertThat(two.leave()).succeedsWithin(PATIENCE);
                    assertThat(alice.isQuiet()).isTrue();
                    assertThat(bob.isQuiet()).isTrue();
                }
                nodes[victim] = new NodeProcess(redis.uri(), ports[victim], front.url());
            }
        } finally {
            for (NodeProcess node : nodes) {
                if (node != null) {
                    node.close();
                }
            }
            environment.close();
        }
    }

    private static OkHttpSignaling connect(FailoverFront front, String account) {
        return OkHttpSignaling.builder(front.url()).developmentAccount(account).build();
    }

    private static byte[] text(String from, int kill, int i) {
        return (from + kill + "-" + i).getBytes(StandardCharsets.US_ASCII);
    }

    /** Each message once and in order, and so many reconnections. */
    private static void hearAll(Heard heard, String from, int reconnections) throws InterruptedException {
        int messages = 0;
        int interrupted = 0;
        int connected = 0;
        while (messages < MESSAGES || connected < reconnections) {
            String call = heard.next();
            if (call.startsWith("interrupted")) {
                interrupted++;
            } else if (call.equals("connected")) {
                connected++;
            } else {
                assertThat(call).isEqualTo("ENVELOPE " + from + "-" + messages);
                messages++;
            }
        }
        assertThat(interrupted).as("interruptions").isEqualTo(reconnections);
        assertThat(connected).as("reconnections").isEqualTo(reconnections);
    }

    private static int freePort() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
