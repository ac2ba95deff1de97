package dev.parley.chat.fuzz;

import dev.parley.chat.fuzz.FuzzTarget.Body;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Jazzer calls. Its one argument names the target. */
public final class JazzerEntry {

    private static @Nullable FuzzTarget target;

    private static Body body = input -> {
        throw new IllegalStateException("no target was named");
    };

    private JazzerEntry() {}

    /**
     * Called by Jazzer before the first input.
     *
     * @param arguments the name of the target
     */
    public static void fuzzerInitialize(String[] arguments) {
        FuzzTarget named = FuzzTargets.named(arguments[0]);
        target = named;
        body = named.setUp().get().body();
    }

    /**
     * Called by Jazzer with each input.
     *
     * @param input any bytes
     * @throws Exception what is a finding
     */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        AllocationCheck.run(Objects.requireNonNull(target, "no target was named"), body, input);
    }
}
