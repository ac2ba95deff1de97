package dev.parley.chat.signaling;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A store of a login that several providers share, as several processes do. */
final class MemoryLogin implements LoginTokenStore {
    private final AtomicBoolean locked = new AtomicBoolean();
    private volatile @Nullable LoginTokens tokens;

    MemoryLogin(@Nullable LoginTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Optional<LoginTokens> load() {
        return Optional.ofNullable(tokens);
    }

    @Override
    public void save(LoginTokens fresh) {
        if (!locked.get()) {
            throw new IllegalStateException("saved without the lock");
        }
        tokens = fresh;
    }

    @Override
    public Optional<Lock> tryLock() {
        return locked.compareAndSet(false, true) ? Optional.of(() -> locked.set(false)) : Optional.empty();
    }

    boolean isLocked() {
        return locked.get();
    }
}
