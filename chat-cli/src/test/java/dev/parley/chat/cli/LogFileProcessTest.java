package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The logs of a stay in a room, as much as there are. */
class LogFileProcessTest extends ProcessTest {

    @Test
    void theLogsOfARoomHoldNothingThatIsSecret() throws Exception {
        Path log = folder.resolve("all.log");
        String[] logged = {"--log-file", log.toString()};
        ChildProcess worker = start("worker", "serve", "--port", "0", logged[0], logged[1]);
        String url = url(worker);
        ChildProcess host = create(url, "--ice-server", "stun:127.0.0.1:9", logged[0], logged[1]);
        String invite = invite(host);
        ChildProcess guest = start("Grace", "join", invite, "--name", "Grace", logged[0], logged[1]);
        guest.await("connected", TIME, state("CONNECTED"));
        talk(host, guest, "the rhubarb is ripe");
        talk(guest, host, "bring the brass kettle");
        // To have something to log.
        worker.close();
        host.await("that the worker is gone", TIME, notice("not reachable"));
        for (ChildProcess process : List.of(guest, host)) {
            process.leave();
            assertThat(process.awaitExit(TIME)).isZero();
            assertThat(process.diagnostics()).doesNotContain("FINE");
        }

        String text = Files.readString(log).toLowerCase(Locale.ROOT);
        assertThat(text).contains("z info signalingworker: ", "z fine mailboxsession: ");
        List<String> hidden = new ArrayList<>(List.of(
                invite.substring(invite.indexOf('#') + 1),
                "rhubarb",
                "kettle",
                "eyj",
                "bearer",
                "candidate:",
                "ice-ufrag",
                "127.0.0.1"));
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .map(InetAddress::getHostAddress)
                .map(address -> address.replaceAll("%.*", ""))
                .forEach(hidden::add);
        for (String needle : hidden) {
            assertThat(text).doesNotContain(needle.toLowerCase(Locale.ROOT));
        }
    }
}
