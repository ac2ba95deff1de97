package dev.parley.chat.signaling;

import dev.parley.chat.testkit.signaling.SignalingContract;
import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.Signaling;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract of {@link Signaling}, over a real socket to a real worker. */
class OkHttpSignalingContractTest {

    @Nested
    class ByPush extends AgainstAWorker {

        @Override
        OkHttpSignaling.Builder mode(OkHttpSignaling.Builder builder) {
            return builder;
        }
    }

    @Nested
    class ByLongPolls extends AgainstAWorker {

        @Override
        OkHttpSignaling.Builder mode(OkHttpSignaling.Builder builder) {
            return builder.longPollOnly();
        }

        @Override
        protected boolean tellsReplacedSessions() {
            return false;
        }
    }

    abstract static class AgainstAWorker extends SignalingContract {

        @TempDir
        Path directory;

        private final Environment environment = Environment.system();
        private final AtomicReference<Duration> passed = new AtomicReference<>(Duration.ZERO);
        private SignalingWorker worker;
        private int port;

        abstract OkHttpSignaling.Builder mode(OkHttpSignaling.Builder builder);

        @Override
        @BeforeEach
        public void makeClients() throws Exception {
            worker = start();
            super.makeClients();
        }

        @Override
        @AfterEach
        public void nothingWasToldInAWrongWay() {
            super.nothingWasToldInAWrongWay();
            worker.close();
            environment.close();
        }

        @Override
        protected Signaling newSignaling(String account) {
            return mode(OkHttpSignaling.builder(worker.url()).developmentAccount(account))
                    .build();
        }

        @Override
        protected Executor newOwner(String name) {
            return environment.newSerialExecutor(name);
        }

        @Override
        protected void await(BooleanSupplier condition) {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(60))
                    .until(condition::getAsBoolean);
        }

        @Override
        protected void letPass(Duration duration) {
            passed.accumulateAndGet(duration, Duration::plus);
        }

        @Override
        protected void workerDown() {
            worker.close();
        }

        @Override
        protected void workerUp() {
            worker = start();
        }

        private SignalingWorker start() {
            SignalingWorker started = SignalingWorker.start(WorkerConfig.builder()
                    .port(port)
                    .dataDirectory(directory)
                    .clock(() -> Instant.now().plus(passed.get()))
                    .build());
            port = started.url().getPort();
            return started;
        }
    }
}
