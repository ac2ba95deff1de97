package dev.parley.chat.cli;

import dev.parley.chat.CloseReason;
import dev.parley.chat.SignalingException;
import dev.parley.chat.TransportException;
import dev.parley.chat.crypto.Identity;
import dev.parley.chat.crypto.IdentityProtection;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.IceConfig;
import dev.parley.chat.transport.IceServer;
import dev.parley.chat.transport.LinkSignal;
import dev.parley.chat.transport.NativeLibraries;
import dev.parley.chat.transport.PeerLink;
import dev.parley.chat.transport.PeerLinkListener;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.transport.Transport;
import dev.parley.chat.transport.WebRtcTransport;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at everything that a room needs, and says for each what is wrong and what to do. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Say why things do not work: native libraries, folders, worker, clock, ICE, ports.")
final class DoctorCommand extends BaseCommand {

    private static final Logger log = LoggerFactory.getLogger(DoctorCommand.class);

    private static final Duration LINK_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration WORKER_TIMEOUT = Duration.ofSeconds(10);

    /** The skew that a worker allows for access tokens (docs/signaling.md). */
    private static final Duration MAX_SKEW = Duration.ofSeconds(30);

    @Option(names = "--signaling", paramLabel = "URL", description = "The signaling worker to look at.")
    private @Nullable String signaling;

    @Option(
            names = "--ice-server",
            paramLabel = "URL",
            description = "A STUN server to look at; may be repeated. One with a credential belongs in"
                    + " PARLEY_ICE_SERVERS or the configuration file.")
    private List<String> iceServers = new ArrayList<>();

    @Option(names = "--warm-up", hidden = true, description = "Go through everything once, for the launcher.")
    private boolean warmUp;

    private ExitCode exit = ExitCode.DONE;

    DoctorCommand(CliContext context) {
        super(context);
    }

    /** What a check found, when all is well. */
    @FunctionalInterface
    private interface Check {
        String run() throws Exception;
    }

    @Override
    ExitCode run(Console console) {
        Map<SettingKey, String> flags = new EnumMap<>(SettingKey.class);
        if (signaling != null) {
            flags.put(SettingKey.SIGNALING_URL, signaling);
        }
        if (!iceServers.isEmpty()) {
            flags.put(SettingKey.ICE_SERVERS, String.join(" ", iceServers));
        }
        Settings settings = settings(flags);
        Optional<URI> worker = settings.signalingUrl();
        check(console, "java", DoctorCommand::java);
        check(console, "home", () -> home(settings.home()));
        if (HomePermissions.areKnown(settings.home())) {
            check(console, "permissions", () -> HomePermissions.check(settings));
        } else {
            skip(console, "permissions", "this file system knows no owners");
        }
        check(console, "identity", () -> identity(console, settings));
        boolean natives =
                check(console, "native libraries", DoctorCommand::natives).isEmpty();
        if (natives) {
            check(console, "connection", DoctorCommand::loopbackLink);
        } else {
            skip(console, "connection", "needs the native libraries");
        }
        checkIceServers(console, settings, natives);
        check(console, "ports", DoctorCommand::ports);
        checkWorker(console, settings, worker);
        return warmUp ? ExitCode.DONE : exit;
    }

    private void checkIceServers(Console console, Settings settings, boolean natives) {
        List<IceServer> servers = settings.iceServers();
        if (servers.isEmpty()) {
            skip(console, "ice servers", "none is set; a worker may name some to those who enter a room");
        }
        int number = 0;
        for (IceServer server : servers) {
            String name = "ice server " + ++number;
            Optional<String> obstacle = IceServerCheck.obstacle(server, natives);
            if (obstacle.isPresent()) {
                skip(console, name, obstacle.get());
            } else {
                check(console, name, () -> IceServerCheck.run(server));
            }
        }
    }

    private void checkWorker(Console console, Settings settings, Optional<URI> worker) {
        if (worker.isPresent()) {
            Optional<Failure> failure = check(console, "worker", () -> worker(settings, worker.get()));
            // A clock that is wrong is a reason for a worker that accepts no token.
            if (failure.isEmpty() || failure.get().exit() == ExitCode.UNAUTHORIZED) {
                check(console, "clock", () -> clock(worker.get()));
            } else {
                skip(console, "clock", "needs the worker");
            }
            return;
        }
        check(console, "worker", () -> {
            try (SignalingWorker embedded =
                    SignalingWorker.start(WorkerConfig.builder().build())) {
                worker(settings, embedded.url());
                return "none is set; the embedded one starts and answers";
            }
        });
        skip(console, "clock", "is compared with that of a worker, and none is set");
    }

    /** Says what came of a check, and returns the failure if it failed. */
    private Optional<Failure> check(Console console, String name, Check check) {
        try {
            console.emit(new Event.Check(name, Event.Check.Outcome.OK, check.run(), ""));
            return Optional.empty();
        } catch (Exception | LinkageError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            Failure failure = Failure.of(e);
            String hint = failure.hint().isEmpty() ? "run again with --verbose to see more" : failure.hint();
            console.emit(new Event.Check(name, Event.Check.Outcome.FAILED, failure.message(), hint));
            log.debug("the check of {} has failed", name, e);
            if (exit == ExitCode.DONE || exit == ExitCode.FAILED) {
                exit = failure.exit();
            }
            return Optional.of(failure);
        }
    }

    private static void skip(Console console, String name, String why) {
        console.emit(new Event.Check(name, Event.Check.Outcome.SKIPPED, why, ""));
    }

    private static String java() {
        return System.getProperty("java.version") + " on " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch");
    }

    private static String home(Path folder) {
        Home.makeFolder(folder);
        try {
            Files.delete(Files.createTempFile(folder, "doctor", ".tmp"));
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the folder " + folder + " cannot be written",
                    "check its permissions and the free space, or name another one with --home or PARLEY_HOME",
                    e);
        }
        return folder + " can be written";
    }

    private String identity(Console console, Settings settings) {
        Keyring keyring = new Keyring(settings, console, Optional.empty());
        Optional<IdentityProtection.Kind> kind = keyring.kept();
        if (kind.isEmpty()) {
            return "none yet; \"parley identity create\" makes one";
        }
        if (kind.get() == IdentityProtection.Kind.PASSPHRASE
                && keyring.passphrases().configured().isEmpty()) {
            return "is there, sealed under a passphrase; not opened";
        }
        return keyring.require().peerId().value() + ", "
                + (kind.get() == IdentityProtection.Kind.PASSPHRASE
                        ? "sealed under a passphrase"
                        : "protected by file permissions only");
    }

    private static String natives() {
        try {
            NativeLibraries.load();
        } catch (TransportException e) {
            throw new CliException(
                    ExitCode.NATIVE_LIBRARY_MISSING,
                    String.valueOf(e.getMessage()),
                    "run that command as root, or \"parley doctor --install-deps\" as root",
                    e);
        }
        return "loaded";
    }

    /** Two links of this process connect to each other: gathers candidates, checks them, shakes hands, opens. */
    private static String loopbackLink() throws InterruptedException {
        long start = System.nanoTime();
        try (Environment environment = Environment.system();
                Transport transport = WebRtcTransport.create(environment)) {
            Executor owner = environment.newSerialExecutor("doctor");
            LinkEnd left = new LinkEnd();
            LinkEnd right = new LinkEnd();
            owner.execute(() -> {
                left.other = right;
                right.other = left;
                right.link = transport.open(Transport.LinkRole.RESPONDER, IceConfig.defaults(), owner, right);
                left.link = transport.open(Transport.LinkRole.INITIATOR, IceConfig.defaults(), owner, left);
            });
            CompletableFuture.allOf(left.open, right.open).get(LINK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            return "two links of this machine connected within " + millis + " ms";
        } catch (ExecutionException | TimeoutException e) {
            throw new CliException(
                    ExitCode.NO_CONNECTION,
                    "two links of this machine did not connect",
                    "WebRTC needs one network interface that is up beside the loopback, and UDP on it",
                    e);
        }
    }

    /** One end of a link whose signals go straight to the other end. Touched by one serial executor only. */
    private static final class LinkEnd implements PeerLinkListener {
        private final CompletableFuture<Void> open = new CompletableFuture<>();
        private @Nullable LinkEnd other;
        private @Nullable PeerLink link;

        @Override
        public void onSignal(LinkSignal signal) {
            if (other != null && other.link != null) {
                other.link.accept(signal);
            }
        }

        @Override
        public void onOpen() {
            open.complete(null);
        }

        @Override
        public void onFrame(byte[] frame) {
            // Nothing is sent.
        }

        @Override
        public void onClosed(CloseReason reason) {
            open.completeExceptionally(new IOException(reason.code().name()));
        }
    }

    private static String ports() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            new ServerSocket(0, 1, loopback).close();
            new DatagramSocket(0, loopback).close();
            return "a TCP port and a UDP port on loopback can be opened";
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "no port can be opened on loopback, so that no worker can run here and no link be made",
                    "check the limits of this machine (ulimit -n), its firewall and the sandbox that this runs in",
                    e);
        }
    }

    private static String worker(Settings settings, URI url) throws InterruptedException {
        try (Signaling client = Session.signaling(settings, url, Identity.generate())) {
            client.publicRooms(null, 1).toCompletableFuture().get(WORKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return "answers and accepts the account";
        } catch (ExecutionException e) {
            throw new CliException(Failure.of(e), e);
        } catch (TimeoutException e) {
            throw new CliException(
                    Failure.of(new SignalingException(
                            SignalingException.Problem.UNREACHABLE, "the worker did not answer in time")),
                    e);
        }
    }

    private static String clock(URI worker) {
        long theirs;
        try {
            theirs = date(worker);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.WORKER_UNREACHABLE,
                    "the worker could not be asked for its time",
                    "check the network and run parley doctor again",
                    e);
        }
        if (theirs == 0) {
            return "the worker does not tell its time";
        }
        Duration ahead = Duration.ofMillis(System.currentTimeMillis() - theirs);
        if (ahead.abs().compareTo(MAX_SKEW) > 0) {
            throw new CliException(
                    ExitCode.FAILED,
                    "this machine's clock is " + ahead.abs().toSeconds() + " s "
                            + (ahead.isNegative() ? "behind" : "ahead of") + " the worker's, which accepts tokens only"
                            + " within " + MAX_SKEW.toSeconds() + " s",
                    "set this machine's clock (timedatectl set-ntp true), or tell who runs the worker that its is wrong");
        }
        return "within " + (ahead.abs().toSeconds() + 1) + " s of the worker's";
    }

    /** The time that a worker says with an answer of any kind, in milliseconds since 1970; 0 if it says none. */
    private static long date(URI worker) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) worker.resolve("/healthz").toURL().openConnection();
        connection.setConnectTimeout((int) WORKER_TIMEOUT.toMillis());
        connection.setReadTimeout((int) WORKER_TIMEOUT.toMillis());
        connection.setInstanceFollowRedirects(false);
        try {
            connection.getResponseCode();
            return connection.getHeaderFieldDate("Date", 0);
        } finally {
            connection.disconnect();
        }
    }
}
