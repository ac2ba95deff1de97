package dev.parley.chat.testkit.store;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.SqliteChatStore;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

final class SealedChatStoreTest extends ChatStoreContract {

    private final Path directory;

    SealedChatStoreTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Override
    protected ChatStore newStore(InstantSource clock) {
        return SqliteChatStore.openSealed(directory.resolve("chat.db"), Identity.generate(), clock);
    }
}
