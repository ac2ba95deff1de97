package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker process ended by SIGKILL. */
class KillTest {
    @Test
    void roomsPeersMessagesAndTokensSurviveAKill(@TempDir Path directory) throws Exception {
        String bobPeer = HostKey.randomId();
        Process first = start(directory, 0);
        try {
            URI url = url(first);
            Client client = new Client(url);
            String account = client.token("alice");
            String room = client.room("alice", new HostKey().body());
            String alice = client.join(room, "alice", HostKey.randomId());
            String bob = client.join(room, "bob", bobPeer);
            String messages = "/v1/rooms/" + room + "/messages";
            assertThat(client.post(messages, alice, Client.message(bobPeer, "AAAA", "m1"))
                            .status())
                    .isEqualTo(202);
            first.destroyForcibly().waitFor();

            Process second = start(directory, url.getPort());
            try {
                assertThat(url(second)).isEqualTo(url);
                assertThat(client.get("/v1/rooms/" + room, account)
                                .body()
                                .get("peers")
                                .asInt())
                        .isEqualTo(2);
                assertThat(client.get(messages, bob).body().get("messages")).hasSize(1);
                assertThat(client.post(messages, alice, Client.message(bobPeer, "AAAA", "m1"))
                                .body()
                                .get("seq")
                                .asInt())
                        .as("still known")
                        .isEqualTo(1);
            } finally {
                second.destroyForcibly().waitFor();
            }
        } finally {
            first.destroyForcibly().waitFor();
        }
    }

    @Test
    void aLeaseAndASuccessionSurviveAKill(@TempDir Path directory) throws Exception {
        HostKey host = new HostKey();
        HostKey deputy = new HostKey();
        Process first = start(directory, 0);
        try {
            URI url = url(first);
            Client client = new Client(url);
            String account = client.token("alice");
            String room = client.room("alice", host.body());
            ObjectNode succession = host.succession(1, deputy);
            assertThat(client.put("/v1/rooms/" + room + "/succession", account, succession)
                            .status())
                    .isEqualTo(204);
            String lease = "/v1/rooms/" + room + "/lease";
            String one = client.join(room, "alice", host.peerId());
            String two = client.join(room, "bob", deputy.peerId());
            assertThat(client.post(lease, one, "{\"fence\":6}").status()).isEqualTo(200);
            first.destroyForcibly().waitFor();

            Process second = start(directory, url.getPort());
            try {
                assertThat(url(second)).isEqualTo(url);
                assertThat(client.get("/v1/rooms/" + room, account).body().get("succession"))
                        .isEqualTo(succession);
                Client.Answer held = client.post(lease, two, "{\"fence\":0}");
                assertThat(held.code()).isEqualTo("lease_held");
                assertThat(held.body().get("holder").asText()).isEqualTo(host.peerId());
                assertThat(held.body().get("fence").asLong()).isEqualTo(7);
                assertThat(client.post(lease, one, "{\"fence\":7}")
                                .body()
                                .get("fence")
                                .asLong())
                        .as("renewed")
                        .isEqualTo(7);
            } finally {
                second.destroyForcibly().waitFor();
            }
        } finally {
            first.destroyForcibly().waitFor();
        }
    }

    private static Process start(Path directory, int port) throws IOException {
        // The tests run on the module path; the child needs no modules, so everything goes on its class path.
        String classPath = Stream.of(
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        Path.of("target", "classes").toAbsolutePath().toString(),
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path", ""))
                .filter(path -> !path.isEmpty())
                .collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath,
                        WorkerProcess.class.getName(),
                        directory.toString(),
                        Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static URI url(Process process) throws IOException {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return URI.create(Objects.requireNonNull(out.readLine(), "the worker process did not start"));
    }
}
