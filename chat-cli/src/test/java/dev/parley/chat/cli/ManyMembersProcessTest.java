package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A room of many processes, linked by WebRTC, of more members than have links to all. {@code -Dparley.members=N} makes
 * it one of N; how long it took is printed.
 */
@Timeout(900)
class ManyMembersProcessTest extends ProcessTest {

    private static final int MEMBERS = Integer.getInteger("parley.members", 10);
    private static final int WORDS = 5;
    private static final Duration LONG = Duration.ofMinutes(5);

    /** So that a machine with few processors is not asked for all at once. */
    private static final int AT_ONCE = 5;

    private static void report(String what, long sinceNanos) {
        System.out.println(MEMBERS + " members: " + what + " "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos) + " ms");
    }

    @Test
    void everyMemberGetsEveryMessageOnceAndInItsAuthorsOrder() throws Exception {
        long begin = System.nanoTime();
        ChildProcess host = create(worker());
        String invite = invite(host);
        List<ChildProcess> all = new ArrayList<>(List.of(host));
        while (all.size() < MEMBERS) {
            List<ChildProcess> some = new ArrayList<>();
            for (int i = 0; i < AT_ONCE && all.size() + some.size() < MEMBERS; i++) {
                String name = "Member" + (all.size() + i);
                some.add(start(name, "join", invite, "--name", name));
            }
            for (ChildProcess member : some) {
                member.await("connected", LONG, state("CONNECTED"));
            }
            all.addAll(some);
        }
        for (ChildProcess member : all) {
            member.awaitCount(
                    "seeing everyone",
                    LONG,
                    all.size(),
                    is("participant").and(event -> event.path("status").asText().equals("ONLINE")));
        }
        report("all see all after", begin);

        long talk = System.nanoTime();
        List<String> expected = new ArrayList<>();
        for (int word = 0; word < WORDS; word++) {
            for (ChildProcess member : all) {
                member.send(member.name() + " " + word);
                expected.add(member.name() + " " + word);
            }
        }
        for (ChildProcess member : all) {
            member.awaitCount("all messages", LONG, expected.size(), is("message"));
        }
        report(expected.size() + " messages at everybody after", talk);
        for (ChildProcess member : all) {
            List<String> heard = member.events("message").stream()
                    .map(event -> event.path("text").asText())
                    .toList();
            assertThat(heard).as(member.name()).containsExactlyInAnyOrderElementsOf(expected);
            for (ChildProcess author : all) {
                assertThat(heard.stream().filter(text -> text.startsWith(author.name() + " ")))
                        .as("%s hears %s", member.name(), author.name())
                        .isSorted();
            }
        }

        // The host dies: what is said then goes around without it.
        host.close();
        long lost = System.nanoTime();
        ChildProcess speaker = all.get(1);
        speaker.send("without the host");
        for (ChildProcess member : all.subList(1, all.size())) {
            member.await("words without the host", LONG, message("without the host"));
        }
        report("a message at everybody, its host killed, after", lost);
    }
}
