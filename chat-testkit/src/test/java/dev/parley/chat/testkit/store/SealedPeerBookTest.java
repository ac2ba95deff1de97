package dev.parley.chat.testkit.store;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.SqlitePeerBook;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SealedPeerBookTest extends PeerBookContract {

    private final Path directory;

    SealedPeerBookTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Override
    protected PeerBook newBook() {
        return SqlitePeerBook.openSealed(directory.resolve("chat.db"), Identity.generate());
    }
}
