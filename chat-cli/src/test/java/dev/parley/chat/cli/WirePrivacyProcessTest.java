package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the worker could read, were it to listen: every byte between it and its clients. */
class WirePrivacyProcessTest extends ProcessTest {

    private static final String PRIVATE_ROOM = "Marmalade Conspiracy";
    private static final String PUBLIC_ROOM = "Open Air Concert";
    private static final String HOST = "Zenobia";
    private static final String GUEST = "Wilhelmina";
    private static final String FROM_HOST = "the rhubarb is ripe";
    private static final String FROM_GUEST = "bring the brass kettle";
    private static final int MAX_PORTS = 5;
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{8,}");

    @Test
    void theWorkerIsToldNothingOfWhatIsSaidOrWhoSaysIt() throws Exception {
        try (RecordingProxy proxy = new RecordingProxy()) {
            proxy.forwardTo(workerBehind(proxy.url()));
            ChildProcess host = start("host", "create", PRIVATE_ROOM, "--signaling", proxy.url(), "--name", HOST);
            String invite = invite(host);
            ChildProcess guest = start("guest", "join", invite, "--name", GUEST);
            guest.await("the host's name", TIME, presence(HOST, "ONLINE"));
            host.await("the guest's name", TIME, presence(GUEST, "ONLINE"));
            talk(host, guest, FROM_HOST);
            talk(guest, host, FROM_GUEST);

            ChildProcess open =
                    start("open", "create", PUBLIC_ROOM, "--public", "--signaling", proxy.url(), "--name", HOST);
            String openInvite = invite(open);
            ChildProcess visitor = start("visitor", "join", openInvite, "--name", GUEST);
            visitor.await("connected", TIME, state("CONNECTED"));
            talk(visitor, open, FROM_GUEST);
            for (ChildProcess process : List.of(guest, host, visitor, open)) {
                process.leave();
                assertThat(process.awaitExit(TIME)).isZero();
            }

            String secret = invite.substring(invite.indexOf('#') + 1);
            List<String> readable = readable(proxy);
            // That the recording is whole and readable: what the worker has to see is found in each of the ways.
            assertThat(proxy.webSocketMessagesToWorker()).anyMatch(message -> message.contains("\"ack\""));
            assertThat(proxy.webSocketMessagesToClients()).anyMatch(message -> message.contains("\"payload\""));
            assertThat(readable).anyMatch(text -> text.contains("/dev/token"));
            assertThat(readable).anyMatch(text -> text.contains("\"visibility\":\"private\""));
            assertThat(readable).anyMatch(text -> text.contains(PUBLIC_ROOM));

            List<String> hidden = new ArrayList<>(List.of(
                    PRIVATE_ROOM, HOST, GUEST, FROM_HOST, FROM_GUEST, secret, "candidate", "fingerprint", "ice-ufrag"));
            hidden.add(new String(Base64.getUrlDecoder().decode(secret), StandardCharsets.ISO_8859_1));
            hidden.addAll(addresses());
            for (String needle : hidden) {
                String lower = needle.toLowerCase(Locale.ROOT);
                assertThat(readable.stream()
                                .filter(text -> text.toLowerCase(Locale.ROOT).contains(lower)))
                        .as("what holds \"%s\"", needle)
                        .isEmpty();
            }
        }
    }

    /**
     * Starts a worker that takes itself for the proxy, so that tokens too are asked for there, and returns its port. It
     * does not say that port, so one is chosen that was free a moment ago.
     */
    private int workerBehind(String publicUrl) throws Exception {
        for (int attempt = 1; ; attempt++) {
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            ChildProcess worker =
                    start("worker " + attempt, "serve", "--port", Integer.toString(port), "--public-url", publicUrl);
            JsonNode event = worker.await("listening", TIME, is("listening").or(error("address_unavailable")));
            if (is("listening").test(event)) {
                return port;
            }
            assertThat(attempt).as("ports that were taken in the meantime").isLessThan(MAX_PORTS);
        }
    }

    /** The streams, the messages in them, and what of both is base64 in plain. */
    private static List<String> readable(RecordingProxy proxy) {
        List<String> plain = Stream.of(
                        proxy.streams(), proxy.webSocketMessagesToWorker(), proxy.webSocketMessagesToClients())
                .flatMap(List::stream)
                .toList();
        List<String> all = new ArrayList<>(plain);
        for (String text : plain) {
            Matcher runs = BASE64.matcher(text);
            while (runs.find()) {
                String run = runs.group().replace('+', '-').replace('/', '_');
                // Also from within, in case that something else runs into it.
                for (int skip = 0; skip < 4; skip++) {
                    all.add(decoded(run.substring(skip)));
                }
            }
        }
        return all;
    }

    private static String decoded(String run) {
        String whole = run.length() % 4 == 1 ? run.substring(0, run.length() - 1) : run;
        return new String(Base64.getUrlDecoder().decode(whole), StandardCharsets.ISO_8859_1);
    }

    private static List<String> addresses() throws Exception {
        List<String> addresses = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .map(InetAddress::getHostAddress)
                .map(address -> address.contains("%") ? address.substring(0, address.indexOf('%')) : address)
                .toList();
        // WebRTC needs one, so there is one to be given away.
        assertThat(addresses).isNotEmpty();
        return addresses;
    }
}
