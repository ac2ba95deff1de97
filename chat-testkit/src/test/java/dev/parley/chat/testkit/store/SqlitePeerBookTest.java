package dev.parley.chat.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.PeerId;
import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.KnownPeer;
import dev.parley.chat.store.PeerBook;
import dev.parley.chat.store.SqliteChatStore;
import dev.parley.chat.store.SqlitePeerBook;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqlitePeerBookTest extends PeerBookContract {

    private final Path directory;

    SqlitePeerBookTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Override
    protected PeerBook newBook() {
        return SqlitePeerBook.open(directory.resolve("chat.db"));
    }

    @Test
    void itSharesTheFileOfAnOpenStoreAndIsThereAfterwards() {
        PeerId ada = new PeerId("a".repeat(32));
        Path file = directory.resolve("chat.db");
        try (ChatStore store = SqliteChatStore.open(file);
                PeerBook book = SqlitePeerBook.open(file)) {
            book.met(ada, "Ada", Instant.EPOCH);
            book.block(ada, Instant.EPOCH);
            book.verify(ada, new KnownPeer.Verification(Instant.EPOCH, KnownPeer.Means.COMPARED));
            assertThat(store.rooms()).isEmpty();
        }
        try (PeerBook book = SqlitePeerBook.open(file)) {
            assertThat(book.find(ada).orElseThrow().isVerified()).isTrue();
            assertThat(book.blocked()).extracting(KnownPeer::id).containsExactly(ada);
            assertThat(book.namesakes("ADA")).hasSize(1);
        }
    }
}
