package dev.parley.chat.testkit.store;

import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.InMemoryChatStore;

final class InMemoryChatStoreTest extends ChatStoreContract {

    @Override
    protected ChatStore newStore() {
        return new InMemoryChatStore();
    }
}
