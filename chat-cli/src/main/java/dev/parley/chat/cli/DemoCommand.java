package dev.parley.chat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.transport.NativeLibraries;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows all of Parley on one machine: a worker, and a host and two guests as processes of their own. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Run a worker, a host and two guests as separate processes over real WebRTC, and show what each"
                + " of them sees.")
final class DemoCommand extends BaseCommand {

    private static final Duration ENTER = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofSeconds(20);
    private static final Duration EXIT = Duration.ofSeconds(15);
    private static final Duration OVERALL = Duration.ofMinutes(3);

    private static final String HOST = "Ada";
    private static final String GUEST = "Grace";
    private static final String OTHER_GUEST = "Alan";

    private static final List<Line> SCRIPT = List.of(
            new Line(HOST, "Welcome, both of you! ParleyWave"),
            new Line(GUEST, "Hello Ada :parley: the kettle is on :kettle:"),
            new Line(OTHER_GUEST, "teaTime at last. Is anybody listening in?"),
            new Line(HOST, "Only the three of us: the worker introduced us and cannot read this. FeelsPeered"),
            new Line(GUEST, "Well said :high_five:"));

    @Option(
            names = "--stats",
            description = "Measure as well: joining and round trips through the whole stack, beside a bare channel.")
    private boolean stats;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    DemoCommand(CliContext context) {
        super(context);
    }

    /** Who says what. */
    private record Line(String who, String text) {}

    @Override
    ExitCode run(Console console) throws Exception {
        NativeLibraries.load();
        Path folder = Files.createTempDirectory("parley-demo");
        FutureTask<ExitCode> demo = new FutureTask<>(() -> {
            ExitCode exit = converse(console, folder);
            if (exit == ExitCode.DONE && stats) {
                new StackStats(console, folder.resolve("stats")).measure();
            }
            return exit;
        });
        Thread thread = new Thread(demo, "parley-demo");
        thread.setDaemon(true);
        thread.start();
        try {
            return await(demo);
        } finally {
            demo.cancel(true);
            closeAll();
            deleteAll(folder);
        }
    }

    /** Waits for the demo, for its time to be over, or for Ctrl-C, whichever is first. */
    private ExitCode await(FutureTask<ExitCode> demo) throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Thread watcher = new Thread(
                () -> {
                    try {
                        demo.get();
                    } catch (Exception e) {
                        // Asked again below, where it is told.
                    } finally {
                        over.complete(null);
                    }
                },
                "parley-demo-watch");
        watcher.setDaemon(true);
        watcher.start();
        try {
            CompletableFuture.anyOf(over, context().stop().requested()).get(OVERALL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the demo did not end within " + OVERALL.toSeconds() + " s",
                    "run parley doctor",
                    e);
        }
        if (!over.isDone()) {
            throw new CliException(ExitCode.FAILED, "the demo was stopped", "run it again");
        }
        try {
            return demo.get();
        } catch (ExecutionException e) {
            throw new CliException(Failure.of(e), e);
        }
    }

    private ExitCode converse(Console console, Path folder) throws Exception {
        SignalingWorker worker =
                opened(() -> SignalingWorker.start(WorkerConfig.builder().build()));
        DemoEmoteServer emotes = opened(DemoEmoteServer::start);
        say(console, "", "Signaling worker at " + worker.url() + ", emotes at " + emotes.emojiDomain());
        Map<String, String> environment = Map.of(
                "PARLEY_SIGNALING_URL", worker.url().toString(),
                "PARLEY_7TV_URL", emotes.sevenTvUrl(),
                "PARLEY_EMOJI_DOMAIN", emotes.emojiDomain(),
                // Gone with the folder of the demo.
                "PARLEY_IDENTITY_PROTECTION", "file-permissions");

        ChildProcess host = start(
                HOST, folder, environment, List.of("create", "Tea room", "--json", "--leave-on-eof", "--name", HOST));
        String invite = host.await("its room", ENTER, event -> ChildProcess.is(event, "room"))
                .path("invite")
                .asText();
        say(console, "", HOST + " (process " + host.process().pid() + ") has opened the room \"Tea room\"");
        List<ChildProcess> all = new ArrayList<>(List.of(host));
        for (String guest : List.of(GUEST, OTHER_GUEST)) {
            all.add(start(
                    guest, folder, environment, List.of("join", invite, "--json", "--leave-on-eof", "--name", guest)));
        }
        for (ChildProcess child : all) {
            child.await("being connected", ENTER, DemoCommand::isConnected);
            child.await("its emotes", ENTER, event -> ChildProcess.is(event, "emotes"));
        }
        for (ChildProcess child : all) {
            child.awaitCount(
                    "seeing everyone",
                    STEP,
                    all.size(),
                    event -> ChildProcess.is(event, "participant")
                            && event.path("status").asText().equals("ONLINE"));
            if (child != host) {
                say(console, "", child.name() + " (process " + child.process().pid() + ") has joined over WebRTC");
            }
        }
        int said = 0;
        for (Line line : SCRIPT) {
            speaker(all, line.who()).send(line.text());
            said++;
            awaitMessages(all, said);
        }
        // At the same time and without waiting: each tells them as they come, and all have the same in the end.
        for (ChildProcess child : all) {
            child.send("This is " + child.name() + ", at the same time as the others");
            said++;
        }
        awaitMessages(all, said);
        for (ChildProcess child : all) {
            say(console, "", "");
            say(console, "", "What " + child.name() + " saw:");
            for (JsonNode message : child.events("message")) {
                say(console, message.path("name").asText(), withEmotes(message));
            }
        }
        say(console, "", "");
        boolean same = all.stream().map(DemoCommand::wordsByAuthor).distinct().count() == 1;
        console.emit(new Event.DemoResult(said, all.size(), same));
        requireEmotes(host);
        leave(all);
        say(console, "", "All have left.");
        return same ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** What a participant saw: of each author, in the order in which it was told. */
    private static Map<String, List<String>> wordsByAuthor(ChildProcess child) {
        return child.events("message").stream()
                .collect(Collectors.groupingBy(
                        message -> message.path("from").asText(),
                        Collectors.mapping(
                                message -> message.path("id").asText() + message.path("emotes"), Collectors.toList())));
    }

    private static boolean isConnected(JsonNode event) {
        return ChildProcess.is(event, "state") && event.path("state").asText().equals("CONNECTED");
    }

    private static void awaitMessages(List<ChildProcess> all, int count) throws InterruptedException {
        for (ChildProcess child : all) {
            child.awaitCount("message " + count, STEP, count, event -> ChildProcess.is(event, "message"));
        }
    }

    private static ChildProcess speaker(List<ChildProcess> all, String name) {
        return all.stream()
                .filter(child -> child.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The demo claims to show emotes of two providers; it fails when it does not. */
    private static void requireEmotes(ChildProcess child) {
        for (String provider : List.of("7tv", "custom")) {
            boolean seen = child.events("message").stream()
                    .flatMap(message ->
                            StreamSupport.stream(message.path("emotes").spliterator(), false))
                    .anyMatch(emote -> emote.path("provider").asText().equals(provider));
            if (!seen) {
                throw new CliException(
                        ExitCode.FAILED, "no emote of the provider " + provider + " was seen", "run with --verbose");
            }
        }
    }

    private static String withEmotes(JsonNode message) {
        String emotes = StreamSupport.stream(message.path("emotes").spliterator(), false)
                .map(emote -> emote.path("code").asText() + " from "
                        + emote.path("provider").asText())
                .distinct()
                .collect(Collectors.joining(", "));
        return message.path("text").asText() + (emotes.isEmpty() ? "" : "   (" + emotes + ")");
    }

    private static void leave(List<ChildProcess> all) throws IOException, InterruptedException {
        // Guests first: the room ends when its host leaves.
        for (int i = all.size() - 1; i >= 0; i--) {
            ChildProcess child = all.get(i);
            child.leave();
            child.await("the end of the room", STEP, event -> ChildProcess.is(event, "closed"));
            int status = child.awaitExit(EXIT);
            if (status != ExitCode.DONE.status()) {
                throw new CliException(
                        ExitCode.FAILED,
                        "the process of " + child.name() + " ended with " + status,
                        child.diagnostics().isEmpty() ? "run with --verbose" : child.diagnostics());
            }
        }
    }

    private static void say(Console console, String who, String text) {
        console.emit(new Event.DemoLine(who, text));
    }

    private ChildProcess start(String name, Path folder, Map<String, String> environment, List<String> arguments)
            throws Exception {
        return opened(() -> ChildProcess.start(name, folder.resolve(name), environment, arguments));
    }

    private <T extends AutoCloseable> T opened(Callable<T> part) throws Exception {
        synchronized (open) {
            T opened = part.call();
            open.push(opened);
            return opened;
        }
    }

    private void closeAll() {
        synchronized (open) {
            while (!open.isEmpty()) {
                try {
                    open.pop().close();
                } catch (Exception e) {
                    org.slf4j.LoggerFactory.getLogger(DemoCommand.class).warn("closing failed", e);
                }
            }
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = new ArrayList<>(walk.toList());
        }
        for (int i = paths.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(paths.get(i));
        }
    }
}
