package dev.parley.chat.bench.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ClientBenchTest {
    @Test
    void everyMessageIsToldAndEveryKeyPainted() throws Exception {
        assertThat(ClientBench.run(1)).contains("\n| 100 | 10 |");
    }
}
