package dev.parley.chat.store;

import dev.parley.chat.crypto.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;

/** A process of its own that seals a store, and stops for good at one step of that, to be killed there. */
final class StoreSealer {

    private StoreSealer() {}

    static Identity identity() {
        byte[] seed = new byte[32];
        byte[] key = new byte[32];
        Arrays.fill(seed, (byte) 1);
        Arrays.fill(key, (byte) 2);
        return Identity.fromInsecureSeeds(seed, key);
    }

    static Process start(Path file, FileSeal.Step step) throws IOException {
        return StoreWriter.start(StoreSealer.class, file.toString(), step.name());
    }

    public static void main(String[] args) {
        FileSeal.Step last = FileSeal.Step.valueOf(args[1]);
        SqliteChatStore.open(
                        Path.of(args[0]),
                        SqliteSchema.CURRENT,
                        identity(),
                        step -> {
                            if (step == last) {
                                System.out.println(step);
                                try {
                                    // Nobody writes to it.
                                    System.in.read();
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            }
                        },
                        InstantSource.system())
                .close();
    }
}
