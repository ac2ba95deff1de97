package dev.parley.chat.testkit.store;

import dev.parley.chat.store.ChatStore;
import dev.parley.chat.store.InMemoryChatStore;
import java.time.InstantSource;

final class InMemoryChatStoreTest extends ChatStoreContract {

    @Override
    protected ChatStore newStore(InstantSource clock) {
        return new InMemoryChatStore(clock);
    }
}
