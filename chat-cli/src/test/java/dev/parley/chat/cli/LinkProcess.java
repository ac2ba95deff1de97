package dev.parley.chat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.CloseReason;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.PathState;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Transport.LinkRole;
import dev.parley.chat.transport.WebRtcTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One end of a link and nothing else, in a process of its own. It is driven by JSON lines on its standard input and
 * tells what happens by such lines on its standard output; its signals are among them, for whoever started it to carry.
 */
final class LinkProcess implements PeerLinkListener {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final Environment environment = Environment.system();
    private final Executor owner = environment.newSerialExecutor("link");
    private final WebRtcTransport transport = WebRtcTransport.create(environment);
    private final PeerLink link;

    private LinkProcess(LinkRole role, PrintStream out) {
        this.out = out;
        link = transport.open(role, IceConfig.defaults(), owner, this);
    }

    public static void main(String[] arguments) throws IOException {
        LinkProcess process = new LinkProcess(LinkRole.valueOf(arguments[0]), System.out);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode command = JSON.readTree(line);
                process.owner.execute(() -> process.handle(command));
            }
        }
        process.transport.close();
        System.exit(0);
    }

    private void handle(JsonNode command) {
        switch (command.path("event").asText()) {
            case "offer" -> link.accept(new LinkSignal.Offer(command.path("sdp").asText()));
            case "answer" ->
                link.accept(new LinkSignal.Answer(
                        command.path("sdp").asText(),
                        command.hasNonNull("to") ? command.path("to").asText() : null));
            case "candidate" ->
                link.accept(new LinkSignal.Candidate(
                        command.path("candidate").asText(), command.path("mid").asText(), 0));
            case "end" -> link.accept(new LinkSignal.EndOfCandidates());
            case "request" -> link.accept(new LinkSignal.RestartRequest());
            case "send" -> link.send(command.path("text").asText().getBytes(StandardCharsets.UTF_8));
            case "restart" -> link.restartIce();
            case "binding" -> say("binding", "hex", HexFormat.of().formatHex(link.channelBinding()));
            default -> throw new IllegalArgumentException(command.toString());
        }
    }

    private void say(String event, @Nullable String... fields) {
        ObjectNode line = JSON.createObjectNode().put("event", event);
        for (int i = 0; i < fields.length; i += 2) {
            line.put(String.valueOf(fields[i]), fields[i + 1]);
        }
        out.println(line);
    }

    @Override
    public void onSignal(LinkSignal signal) {
        if (signal instanceof LinkSignal.Offer offer) {
            say("offer", "sdp", offer.sdp());
        } else if (signal instanceof LinkSignal.Answer answer) {
            say("answer", "sdp", answer.sdp(), "to", answer.to());
        } else if (signal instanceof LinkSignal.Candidate candidate) {
            say("candidate", "candidate", candidate.candidate(), "mid", candidate.sdpMid());
        } else if (signal instanceof LinkSignal.RestartRequest) {
            say("request");
        } else {
            say("end");
        }
    }

    @Override
    public void onOpen() {
        say("open");
    }

    @Override
    public void onFrame(byte[] frame) {
        say("frame", "text", new String(frame, StandardCharsets.UTF_8));
    }

    @Override
    public void onPath(PathState state) {
        say("path", "state", state.name());
    }

    @Override
    public void onClosed(CloseReason reason) {
        say("closed", "reason", reason.code().name());
    }
}
