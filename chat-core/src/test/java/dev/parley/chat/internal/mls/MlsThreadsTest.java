package dev.parley.chat.internal.mls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.crypto.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Groups of several rooms of one process, each with a thread of its own, as room loops are. */
class MlsThreadsTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 40;
    private static final long NOW = System.currentTimeMillis();

    @Test
    void groupsOfSeveralThreadsDoNotSpoilEachOther() throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Integer>> rooms = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                byte room = (byte) thread;
                rooms.add(() -> {
                    start.await();
                    int opened = 0;
                    for (int round = 0; round < ROUNDS; round++) {
                        opened += converse(room);
                    }
                    return opened;
                });
            }
            for (Future<Integer> opened : threads.invokeAll(rooms)) {
                assertThat(opened.get()).isEqualTo(ROUNDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static int converse(byte room) throws MlsException {
        byte[] id = {room, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
        byte[] psk = new byte[32];
        Identity host = Identity.generate();
        MlsGroup group = MlsGroup.create(host, id, MlsLimits.DEFAULT, NOW);
        PendingMember pending = MlsGroup.prepare(Identity.generate(), NOW);
        AddResult added = group.add(List.of(pending.keyPackage()), List.of(), psk, id, NOW);
        MlsGroup member = pending.join(added.welcome(), psk, id, id, host.peerId(), MlsLimits.DEFAULT, NOW);
        member.process(group.rekey(NOW), NOW);
        byte[] said = {room};
        assertThat(member.unprotect(group.protect(said), NOW).plaintext()).isEqualTo(said);
        assertThat(group.unprotect(member.protect(said), NOW).plaintext()).isEqualTo(said);
        return 1;
    }
}
