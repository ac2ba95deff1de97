package dev.parley.chat.worker.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.worker.RedisServer;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.redis.Redis;
import dev.parley.chat.worker.internal.redis.RedisConfig;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/** Each store under the contract of all. */
class RoomStoreContractTest {

    @Nested
    class InMemory extends RoomStoreContract {
        @Override
        RoomStore open() {
            return new MemoryRoomStore(TTL);
        }

        @Override
        long stored(RoomStore store) {
            return ((MemoryRoomStore) store).stored();
        }
    }

    @Nested
    class InSqlite extends RoomStoreContract {
        @TempDir
        Path directory;

        @Override
        RoomStore open() throws Exception {
            return SqliteRoomStore.inDirectory(directory, TTL);
        }

        @Override
        long stored(RoomStore store) {
            return ((SqliteRoomStore) store).stored();
        }
    }

    @Nested
    class InRedis extends RoomStoreContract {
        private static final String PREFIX = "{parley}:1:";
        private static RedisServer server;
        private static RedisClient client;

        @BeforeAll
        static void startRedis() {
            server = RedisServer.start();
            client = RedisClient.create(server.uri());
        }

        @AfterAll
        static void stopRedis() {
            if (server != null) {
                client.close();
                server.close();
            }
        }

        @Override
        RoomStore open() {
            client.flushAll();
            return new RedisRoomStore(new Redis(new RedisConfig(server.uri(), null)), TTL);
        }

        @Override
        long stored(RoomStore store) {
            long entries = 0;
            for (String key : client.keys(PREFIX + "*")) {
                String name = key.substring(PREFIX.length());
                if (name.matches("(room|peer|nameplate):.*")) {
                    entries++;
                } else if (name.matches("(mail|sent):.*")) {
                    entries += client.hlen(key);
                }
            }
            return entries;
        }

        @Test
        void everyKeyButCountersAndSecretsEndsByItself() throws Exception {
            theSweepRemovesWhatHasExpiredInChunksAndNothingElse();
            theIdOfTheHostBelongsToTheOwnerAndThatOfADeputyToWhoWasThere();
            aMailboxHolds64MessagesAndEachForSixtySeconds();
            whoYieldedAndJoinsMakesAnotherYieldAndKnowsWhatItAcknowledged();
            anAccountHasEightNumbersAndThoseThatRestCount();
            aSecretIsMadeOnceAndGivenToAllThatAskForItsName();
            Set<String> endless = new TreeSet<>();
            for (String key : client.keys("*")) {
                if (client.pttl(key) < 0) {
                    endless.add(key.replace(PREFIX, ""));
                }
            }
            assertThat(endless).containsExactly("ordinal", "secret:one", "secret:two", "slot");
        }

        @Test
        void aConnectionThatALaterOneHasTakenThePlaceOfDoesNotMakeItsPeerAbsent() {
            try (RoomStore store = open()) {
                var hosted = SignedRooms.hosted(2);
                store.announce(hosted.descriptor(), "alice", 0);
                var bob = new RoomStore.Member(new RoomStore.Slot(hosted.id(), "b".repeat(32)), "bob");
                var carol = new RoomStore.Member(new RoomStore.Slot(hosted.id(), "c".repeat(32)), "carol");
                var host = new RoomStore.Member(new RoomStore.Slot(hosted.id(), hosted.host()), "alice");
                store.join(host, 0);
                store.join(bob, 0);
                store.connected(bob, 6, 0);
                store.connected(bob, 7, 0);
                store.away(bob, 6, 0);
                assertThatThrownBy(() -> store.join(carol, RoomStore.AWAY_MILLIS))
                        .isInstanceOfSatisfying(
                                Problem.class,
                                problem -> assertThat(problem.code()).isEqualTo(ProblemCode.ROOM_FULL));
                store.away(bob, 7, 0);
                assertThat(store.join(carol, RoomStore.AWAY_MILLIS)).isZero();
            }
        }

        @Test
        void theSweepLeavesNothingButCounters() {
            try (RoomStore store = open()) {
                for (int i = 0; i < 20; i++) {
                    var hosted = SignedRooms.hosted(10);
                    store.announce(hosted.descriptor(), "alice-" + i, i);
                    var host = new RoomStore.Member(new RoomStore.Slot(hosted.id(), hosted.host()), "alice-" + i);
                    store.join(host, i);
                    store.post(host, new RoomStore.Posted(hosted.host(), "envelope", "AAAA", "m"), i);
                    store.publishSuccession(
                            hosted.id(), hosted.succession(1, new dev.parley.chat.worker.HostKey()), "alice-" + i, i);
                    store.acquireLease(host, 0, i);
                    store.openNameplate(hosted.id(), "alice-" + i, i);
                    if (i % 3 == 0) {
                        store.delete(hosted.id(), "alice-" + i, i);
                    } else if (i % 3 == 1) {
                        store.leave(host, i);
                    }
                }
                while (store.sweep(7, 1_000_000)) {
                    // Until there is no more.
                }
                assertThat(client.keys("*").stream().map(key -> key.replace(PREFIX, "")))
                        .containsExactlyInAnyOrder("ordinal", "slot");
            }
        }
    }
}
