package dev.parley.chat.testkit.transport;

import dev.parley.chat.transport.Environment;
import dev.parley.chat.transport.Transport;
import dev.parley.chat.transport.WebRtcTransport;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

final class WebRtcTransportTest extends TransportContract {

    private final Environment environment = Environment.system();

    @Override
    protected Transport newTransport(String process) {
        return WebRtcTransport.create(environment);
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
    @AfterEach
    public void everyLinkEndsInOrder() {
        super.everyLinkEndsInOrder();
        environment.close();
    }
}
