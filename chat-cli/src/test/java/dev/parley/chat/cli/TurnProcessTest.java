package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two who let their peers see no address of theirs talk through a TURN server, with credentials of the worker's. */
class TurnProcessTest extends ProcessTest {

    private static final String SECRET = "the secret that worker and TURN server share";

    private TurnServer turn;

    @BeforeEach
    void startTurnServer() throws Exception {
        boolean isRequired =
                "required".equals(System.getProperty("parley.coturn")) || Boolean.parseBoolean(System.getenv("CI"));
        if (TurnServer.program().isEmpty() && !isRequired) {
            System.err.println("""

                    ***************************************************************************
                    *  NOT TESTED: links by a TURN server, since there is no coturn here.      *
                    *  On Debian: apt-get install coturn                                       *
                    ***************************************************************************
                    """);
            assumeTrue(false, "no coturn");
        }
        turn = TurnServer.start(Files.createDirectory(folder.resolve("turn")), SECRET);
    }

    @AfterEach
    void stopTurnServer() {
        if (turn != null) {
            turn.close();
        }
    }

    /** A worker that names the TURN server, and knows this secret. */
    private String worker(String secret) throws Exception {
        ChildProcess worker = startIn(
                folder.resolve("worker"),
                "worker",
                Map.of("PARLEY_TURN_SECRET", secret),
                "serve",
                "--port",
                "0",
                "--ice-server",
                turn.url());
        return url(worker);
    }

    private ChildProcess joinRelayed(String invite) throws IOException {
        return start("Grace", "join", invite, "--name", "Grace", "--relay-only");
    }

    @Test
    void twoProcessesTalkByRelayAlone() throws Exception {
        ChildProcess ada = create(worker(SECRET), "--relay-only");
        ChildProcess grace = joinRelayed(invite(ada));
        grace.await("connected", TIME, state("CONNECTED"));
        talk(grace, ada, "by a detour");
        talk(ada, grace, "and back");
        String host = peerId(ada);
        String guest = peerId(grace);
        assertThat(turn.users())
                .as("each has a relay address under its own name")
                .anyMatch(user -> user.endsWith(":" + host))
                .anyMatch(user -> user.endsWith(":" + guest));

        // There is no other way between the two: without the relay the link is lost.
        turn.close();
        grace.await("the loss of the link", TIME, state("RECONNECTING"));
    }

    @Test
    void withAnotherSecretNoLinkComesAboutAndBothAreToldSo() throws Exception {
        ChildProcess ada = create(worker("a secret that the TURN server does not know"), "--relay-only");
        ChildProcess grace = joinRelayed(invite(ada));
        assertThat(grace.awaitExit(TIME)).isEqualTo(ExitCode.NO_CONNECTION.status());
        JsonNode error = grace.await("an error", TIME, is("error"));
        assertThat(error.path("message").asText()).isNotBlank().doesNotContain("127.0.0.1", "secret", "\n");
        assertThat(turn.users()).isEmpty();
    }
}
