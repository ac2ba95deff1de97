package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ConformanceProcessTest extends ProcessTest {

    @Test
    void aWorkerOfOursPassesAndTheProcessSaysSo() throws Exception {
        ChildProcess run = start("run", "conformance", worker(), "--only", "long poll", "--only", "lease has one");

        JsonNode result = run.await("the result", TIME, is("conformance"));
        assertThat(result.path("passed").asInt()).isEqualTo(4);
        assertThat(result.path("failed").asInt()).isZero();
        assertThat(run.awaitExit(TIME)).isEqualTo(ExitCode.DONE.status());
    }

    @Test
    void whatIsNoWorkerFailsCaseByCase() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            ChildProcess run =
                    start("run", "conformance", url, "--only", "unknown path", "--token", "a", "--token", "b");

            JsonNode result = run.await("a failed case", TIME, is("case"));
            assertThat(result.path("outcome").asText()).isEqualTo("FAILED");
            assertThat(result.path("detail").asText()).isEqualTo("GET /: expected 404 not_found, got 200");
            assertThat(run.awaitExit(TIME)).isEqualTo(ExitCode.FAILED.status());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whereNothingAnswersTheWorkerIsNotReachable() throws Exception {
        ChildProcess run = start("run", "conformance", "http://127.0.0.1:1");
        assertThat(run.awaitExit(TIME)).isEqualTo(ExitCode.WORKER_UNREACHABLE.status());
    }

    @Test
    void casesAreListedWithoutAWorker() throws Exception {
        ChildProcess run = start("run", "conformance", "--list");
        JsonNode listed = run.await("a case", TIME, is("case"));
        assertThat(listed.path("section").asText()).isEqualTo("General");
        assertThat(listed.has("outcome")).isFalse();
        assertThat(run.awaitExit(TIME)).isEqualTo(ExitCode.DONE.status());
    }
}
