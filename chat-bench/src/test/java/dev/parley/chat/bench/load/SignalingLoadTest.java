package dev.parley.chat.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The load does what it measures, in small. */
class SignalingLoadTest {

    private static final int PEERS = 150;

    @TempDir
    Path folder = Path.of("");

    @Test
    void allPeersHearWhatTheyAreSent() throws Exception {
        try (Target worker = WorkerTarget.alone(HttpClient.newHttpClient(), folder, "64m", PEERS);
                Load load = new Load(worker, PEERS)) {
            worker.register();
            load.connect(PEERS);
            Load.Result paced = load.paced(100, Duration.ofSeconds(2));
            assertThat(paced.requests()).isEqualTo(200);
            assertThat(paced.deliveryNanos()).hasSize(120);
            assertThat(paced.lost()).isZero();
            assertThat(load.heardTwice()).isZero();
            assertThat(load.connectionsLost()).isZero();
            assertThat(worker.process().heapBytes()).isPositive();
        }
    }
}
