package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker process ended by SIGKILL. */
class KillTest {
    @Test
    void roomsPeersMessagesAndTokensSurviveAKill(@TempDir Path directory) throws Exception {
        String bobPeer = HostKey.randomId();
        try (WorkerProcess first = WorkerProcess.onDisk(directory, 0)) {
            URI url = first.url();
            Client client = new Client(url);
            String account = client.token("alice");
            String room = client.room("alice", new HostKey().body());
            String alice = client.join(room, "alice", HostKey.randomId());
            String bob = client.join(room, "bob", bobPeer);
            String messages = "/v1/rooms/" + room + "/messages";
            assertThat(client.post(messages, alice, Client.message(bobPeer, "AAAA", "m1"))
                            .status())
                    .isEqualTo(202);
            first.kill();

            try (WorkerProcess second = WorkerProcess.onDisk(directory, url.getPort())) {
                assertThat(second.url()).isEqualTo(url);
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
            }
        }
    }

    @Test
    void emojiAndTheirImagesSurviveAKill(@TempDir Path directory) throws Exception {
        try (WorkerProcess first = WorkerProcess.onDisk(directory, 0)) {
            URI url = first.url();
            Client client = new Client(url);
            String account = client.token("alice");
            Client.Answer deleted = EmojiForms.of("gone", Pictures.gif(2, 1)).send(client, account);
            Client.Answer added = EmojiForms.of("cat", Pictures.gif(2, 2)).send(client, account);
            assertThat(client.delete(
                                    EmojiForms.ADMIN + "/"
                                            + deleted.body().get("id").asText(),
                                    account)
                            .status())
                    .isEqualTo(200);
            first.kill();

            try (WorkerProcess second = WorkerProcess.onDisk(directory, url.getPort())) {
                assertThat(second.url()).isEqualTo(url);
                assertThat(client.get(EmojiForms.ADMIN, account).body()).containsExactly(added.body());
                String image = URI.create(added.body().get("url").asText()).getPath();
                assertThat(client.get(image, "").status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aLeaseAndASuccessionSurviveAKill(@TempDir Path directory) throws Exception {
        HostKey host = new HostKey();
        HostKey deputy = new HostKey();
        try (WorkerProcess first = WorkerProcess.onDisk(directory, 0)) {
            URI url = first.url();
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
            first.kill();

            try (WorkerProcess second = WorkerProcess.onDisk(directory, url.getPort())) {
                assertThat(second.url()).isEqualTo(url);
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
            }
        }
    }
}
