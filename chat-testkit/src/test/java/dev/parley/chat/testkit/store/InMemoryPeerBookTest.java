package dev.parley.chat.testkit.store;

import dev.parley.chat.store.InMemoryPeerBook;
import dev.parley.chat.store.PeerBook;

final class InMemoryPeerBookTest extends PeerBookContract {

    @Override
    protected PeerBook newBook() {
        return new InMemoryPeerBook();
    }
}
