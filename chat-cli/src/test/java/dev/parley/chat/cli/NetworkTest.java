package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.cli.NetworkLab.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What becomes of a room when the network under it fails: real processes in network namespaces of their own, with a
 * router between them that loses what it is told to lose. Each says how long things took.
 */
@Timeout(300)
class NetworkTest extends ProcessTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private NetworkLab lab;
    private ChildProcess worker;
    private ChildProcess host;
    private ChildProcess guest;
    private String invite;

    @BeforeEach
    void openARoomAcrossTheLab() throws Exception {
        lab = NetworkLab.buildOrSkip();
        worker = startThrough(
                lab.in(Place.WORKER), "worker", "serve", "--host", NetworkLab.WORKER_ADDRESS, "--port", "0");
        host = startThrough(lab.in(Place.HOST), "host", "create", "Tea", "--signaling", url(worker), "--name", "Ada");
        invite = invite(host);
        guest = startThrough(lab.in(Place.GUEST), "guest", "join", invite, "--name", "Grace");
        guest.await("connected", TIME, state("CONNECTED"));
        talk(guest, host, "before");
        talk(host, guest, "before, too");
    }

    @AfterEach
    void takeTheLabDown() {
        killChildren();
        if (lab != null) {
            lab.close();
        }
    }

    private static void report(String what, long sinceNanos) {
        System.err.printf("%s after %.1f s%n", what, (System.nanoTime() - sinceNanos) / 1e9);
    }

    private void talkBothWays(String text) throws Exception {
        guest.send(text + ", said the guest");
        host.send(text + ", said the host");
        host.await(text, LONG, message(text + ", said the guest"));
        guest.await(text, LONG, message(text + ", said the host"));
    }

    private static List<String> texts(ChildProcess process, String prefix) {
        return process.events("message").stream()
                .map(event -> event.path("text").asText())
                .filter(text -> text.startsWith(prefix))
                .toList();
    }

    @Test
    void aStreamOfMessagesSurvivesACableThatIsPulled() throws Exception {
        int count = 1_000;
        int before = 200;
        // The short one is over before a link that says nothing counts as lost; the long one is not.
        Duration outage = Duration.ofSeconds(
                Integer.getInteger("parley.netns.outage", Boolean.getBoolean("parley.netns.long") ? 30 : 8));
        AtomicInteger sent = new AtomicInteger();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            ScheduledFuture<?> stream = clock.scheduleAtFixedRate(
                    () -> {
                        try {
                            if (sent.get() < count) {
                                guest.send("message " + sent.incrementAndGet());
                            }
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    0,
                    outage.toNanos() / count,
                    TimeUnit.NANOSECONDS);
            host.await("the stream", TIME, message("message " + before));
            lab.pullCable(Place.GUEST);
            clock.schedule(() -> null, outage.toMillis(), TimeUnit.MILLISECONDS).get();
            assertThat(sent).hasValue(count);
            stream.cancel(false);
            lab.plugCable(Place.GUEST);
            long back = System.nanoTime();
            host.await(
                    "the first after the return",
                    LONG,
                    message("message " + (texts(host, "message ").size() + 1)));
            report("the first message", back);
            host.await("the end of the stream", LONG, message("message " + count));
            report("the last message", back);
        } finally {
            clock.shutdownNow();
        }
        guest.await("its own words", LONG, message("message " + count));
        List<String> all =
                IntStream.rangeClosed(1, count).mapToObj(i -> "message " + i).toList();
        assertThat(texts(host, "message ")).isEqualTo(all);
        assertThat(texts(guest, "message ")).isEqualTo(all);
        talkBothWays("after the outage");
    }

    @Test
    @EnabledIfSystemProperty(named = "parley.netns.long", matches = "true")
    void anAddressThatChangesIsNoEnd() throws Exception {
        lab.changeAddress(Place.GUEST);
        long changed = System.nanoTime();
        talkBothWays("from another address");
        report("words both ways over another address", changed);
    }

    @Test
    @EnabledIfSystemProperty(named = "parley.netns.long", matches = "true")
    void lossOfOneDirectionIsNoticedAndMended() throws Exception {
        lab.loseOneWay(Place.GUEST, Place.HOST);
        long lost = System.nanoTime();
        guest.await("the loss of the link", TIME, state("RECONNECTING"));
        report("a guest that is not heard noticed it", lost);
        lab.loseNoMore(Place.GUEST, Place.HOST);
        long back = System.nanoTime();
        talkBothWays("heard again");
        report("words both ways", back);
    }

    @Test
    void aFirewallThatDropsAllIsSurvived() throws Exception {
        lab.raiseFirewall(Place.GUEST);
        long lost = System.nanoTime();
        guest.send("into the void");
        guest.await("the loss of the link", TIME, state("RECONNECTING"));
        report("a guest behind a firewall noticed it", lost);
        lab.lowerFirewall(Place.GUEST);
        long back = System.nanoTime();
        host.await("what was said behind the firewall", LONG, message("into the void"));
        talkBothWays("without a firewall");
        report("words both ways", back);
    }

    @Test
    @EnabledIfSystemProperty(named = "parley.netns.long", matches = "true")
    void aRoomTalksOnWhileNobodyReachesTheWorker() throws Exception {
        lab.raiseFirewall(Place.WORKER);
        talkBothWays("without a worker");
        host.await("that the worker is gone", LONG, notice("not reachable"));
        talkBothWays("still without a worker");
        lab.lowerFirewall(Place.WORKER);
        long back = System.nanoTime();
        host.await("that the worker is back", LONG, notice("reachable again"));
        report("the worker was reached", back);
        for (ChildProcess process : new ChildProcess[] {host, guest}) {
            assertThat(process.events()).noneMatch(state("RECONNECTING")).noneMatch(is("error"));
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "parley.netns.long", matches = "true")
    void aDeputyTakesTheRoomOverFromAHostThatWasKilled() throws Exception {
        host.command(command("deputies").set("peers", JSON.createArrayNode().add("Grace")));
        host.await("the naming of the deputy", TIME, is("done"));
        host.close();
        long killed = System.nanoTime();
        JsonNode leader = guest.await("a new leader", LONG, is("leader"));
        assertThat(leader.path("host").asBoolean()).isFalse();
        report("a deputy led", killed);
        guest.send("the host is dead");
        guest.await("its own words", LONG, message("the host is dead"));
    }
}
