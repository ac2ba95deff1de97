package dev.parley.chat.testkit.emotes;

import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteRequest;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes whether a context is used by another thread than the one it was lent to, or after it was taken back. */
final class LentContext implements EmoteContext {
    private final EmoteContext answers;
    private final Thread borrower = Thread.currentThread();
    private final List<String> misuses = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    LentContext(EmoteContext answers) {
        this.answers = answers;
    }

    /** The call is over for which it was lent. */
    void takeBack() {
        over = true;
    }

    List<String> misuses() {
        return misuses;
    }

    private void note() {
        if (over) {
            misuses.add("the context of a call was used after that call");
        }
        if (Thread.currentThread() != borrower) {
            misuses.add("the context of a call was used by another thread");
        }
    }

    @Override
    public Optional<byte[]> fetch(URI address) throws EmoteLoadException, InterruptedException {
        note();
        return answers.fetch(address);
    }

    @Override
    public EmoteAnswer send(EmoteRequest request) throws EmoteLoadException, InterruptedException {
        note();
        return answers.send(request);
    }

    @Override
    public void pause(Duration time) {
        note();
        answers.pause(time);
    }
}
