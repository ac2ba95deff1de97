package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.worker.Client.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker process that is killed again and again, at random moments, while it takes rooms and messages: whatever it
 * said yes to is there afterwards, and the database is whole.
 *
 * <p>{@code -Dparley.kills=100} kills a hundred times, on one database; {@code -Dparley.kill.seed} chooses the moments.
 */
class KillRoundsTest {
    private static final int KILLS = Integer.getInteger("parley.kills", 8);
    private static final long SEED = Long.getLong("parley.kill.seed", 42);
    private static final int WRITERS = 3;
    private static final int MESSAGES_PER_ROOM = 20;
    private static final int MAX_ANSWERS_BEFORE_KILL = 90;
    private static final int MAX_MICROS_BEFORE_KILL = 5_000;

    /** What was accepted so long ago may have expired: messages live for 60 s. */
    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(45);

    private int rooms;
    private int messages;

    /** One room, its mailbox of a receiver, and what the worker has said yes to. */
    private static final class Written {
        final String receiver = HostKey.randomId();
        final long sinceNanos = System.nanoTime();
        String room = "";
        String senderToken = "";
        String receiverToken = "";
        final Map<Integer, String> accepted = new TreeMap<>();
    }

    @Test
    void nothingThatWasAcceptedIsLostAndTheDatabaseIsWholeAfterEachOfManyKills(
            @TempDir Path directory, @TempDir Path copies) throws Exception {
        Random random = new Random(SEED);
        int port = 0;
        List<Written> written = List.of();
        for (int kill = 0; kill < KILLS; kill++) {
            try (WorkerProcess process = WorkerProcess.onDisk(directory, port)) {
                port = process.url().getPort();
                Client client = new Client(process.url());
                written.forEach(one -> check(client, one));
                written = writeUntilKilled(
                        process,
                        client,
                        "kill-" + kill,
                        1 + random.nextInt(MAX_ANSWERS_BEFORE_KILL),
                        random.nextInt(MAX_MICROS_BEFORE_KILL));
            } catch (AssertionError e) {
                throw new AssertionError("with -Dparley.kill.seed=" + SEED + " at kill " + kill, e);
            }
            assertThat(integrity(directory, copies.resolve("copy-" + kill)))
                    .as("kill %s", kill)
                    .isEqualTo("ok");
        }
        try (WorkerProcess process = WorkerProcess.onDisk(directory, port)) {
            Client client = new Client(process.url());
            written.forEach(one -> check(client, one));
        }
        System.out.printf("%d kills: %d rooms and %d messages were looked for%n", KILLS, rooms, messages);
        assertThat(messages).as("messages that were looked for").isGreaterThan(KILLS);
    }

    private static List<Written> writeUntilKilled(
            WorkerProcess process, Client client, String account, int answers, int micros) throws Exception {
        CountDownLatch enough = new CountDownLatch(answers);
        List<Written> written = new ArrayList<>();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            String name = account + "-" + i;
            Thread writer = new Thread(() -> write(client, name, enough, written), name);
            writer.start();
            writers.add(writer);
        }
        assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
        // Not a wait for anything: it only moves the kill away from an answer.
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
        process.kill();
        for (Thread writer : writers) {
            writer.join();
        }
        return written;
    }

    /** Writes until the worker does not answer any more. */
    private static void write(Client client, String account, CountDownLatch enough, List<Written> all) {
        try {
            while (true) {
                Written one = new Written();
                one.room = client.room(account, new HostKey().body());
                synchronized (all) {
                    all.add(one);
                }
                enough.countDown();
                one.senderToken = client.join(one.room, account, HostKey.randomId());
                one.receiverToken = client.join(one.room, account, one.receiver);
                for (int i = 0; i < MESSAGES_PER_ROOM; i++) {
                    String payload = HostKey.base64Url(new byte[] {(byte) i, 7, 7});
                    Answer answer = client.post(
                            "/v1/rooms/" + one.room + "/messages",
                            one.senderToken,
                            Client.message(one.receiver, payload, "m" + i));
                    if (answer.status() != 202) {
                        throw new AssertionError(answer.body());
                    }
                    one.accepted.put(answer.body().get("seq").asInt(), payload);
                    enough.countDown();
                }
            }
        } catch (java.util.concurrent.CompletionException e) {
            // Killed.
        }
    }

    private void check(Client client, Written one) {
        if (System.nanoTime() - one.sinceNanos > MAX_AGE_NANOS) {
            return;
        }
        rooms++;
        assertThat(client.get("/v1/rooms/" + one.room, client.token("reader")).status())
                .as("an accepted room")
                .isEqualTo(200);
        if (one.receiverToken.isEmpty()) {
            return;
        }
        Map<Integer, String> found = new TreeMap<>();
        for (JsonNode message : client.get("/v1/rooms/" + one.room + "/messages", one.receiverToken)
                .body()
                .get("messages")) {
            found.put(message.get("seq").asInt(), message.get("payload").asText());
        }
        messages += one.accepted.size();
        assertThat(found).as("accepted messages").containsAllEntriesOf(one.accepted);
        // One more may have been taken whose answer was lost with the worker.
        assertThat(found.size() - one.accepted.size()).isBetween(0, 1);
        assertThat(found.keySet()).as("without gaps").containsExactlyElementsOf(seqs(found.size()));
        if (!one.accepted.isEmpty()) {
            assertThat(client.post(
                                    "/v1/rooms/" + one.room + "/messages",
                                    one.senderToken,
                                    Client.message(one.receiver, "AAAA", "m0"))
                            .body()
                            .get("seq")
                            .asInt())
                    .as("the memory of ids")
                    .isEqualTo(1);
        }
    }

    private static List<Integer> seqs(int count) {
        List<Integer> seqs = new ArrayList<>();
        for (int seq = 1; seq <= count; seq++) {
            seqs.add(seq);
        }
        return seqs;
    }

    /** Of a copy, so that it is the worker that recovers the database. */
    private static String integrity(Path directory, Path copy) throws IOException, SQLException {
        Files.createDirectory(copy);
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("signaling.db"));
                Statement statement = connection.createStatement()) {
            return statement.executeQuery("PRAGMA integrity_check").getString(1);
        }
    }
}
