package dev.parley.chat.internal.mls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.crypto.IdentityKeys;
import dev.parley.chat.internal.mls.MlsException.Kind;
import dev.parley.chat.internal.mls.SecretTree.MessageKey;
import dev.parley.chat.internal.mls.SecretTree.Ratchet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.mls.codec.KeyPackage;
import org.bouncycastle.mls.codec.MLSInputStream;
import org.bouncycastle.mls.codec.MLSMessage;
import org.bouncycastle.mls.codec.MLSOutputStream;
import org.bouncycastle.mls.codec.Welcome;
import org.bouncycastle.mls.crypto.Secret;
import org.bouncycastle.mls.protocol.Group;
import org.junit.jupiter.api.Test;

class MlsGroupTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final byte[] GROUP_ID = bytes("a room id of 20 byte");
    private static final byte[] PSK = new byte[32];
    private static final byte[] OTHER_PSK = bytes("another room secret of 32 bytes!");
    private static final MlsLimits LIMITS = MlsLimits.DEFAULT;

    /** Length of a reuse guard (RFC 9420 section 6.3.1). */
    private static final int GUARD_BYTES = 4;

    /** Enough to see that guards vary. */
    private static final int MESSAGES = 64;

    private final Identity host = Identity.generate();
    private final Identity ann = Identity.generate();
    private final Identity bob = Identity.generate();
    private final MlsGroup hosts = MlsGroup.create(host, GROUP_ID, LIMITS, NOW);

    @Test
    void aMessageNamesItsSenderAndEpoch() throws Exception {
        MlsGroup anns = join(ann);
        MlsGroup bobs = join(bob, anns);

        Opened opened = bobs.unprotect(anns.protect(bytes("hello")), NOW);

        assertThat(opened.sender()).isEqualTo(ann.peerId());
        assertThat(opened.epoch()).isEqualTo(2);
        assertThat(opened.plaintext()).isEqualTo(bytes("hello"));
        assertThat(MlsGroup.epochOf(anns.protect(bytes("x")), LIMITS)).isEqualTo(2);
        assertThat(bobs.members()).containsExactly(host.peerId(), ann.peerId(), bob.peerId());
        assertThat(bobs.export("label", bytes("context"), 16))
                .isEqualTo(hosts.export("label", bytes("context"), 16))
                .isNotEqualTo(hosts.export("label", bytes("other"), 16));
        assertThat(bobs.epochAuthenticator()).isEqualTo(anns.epochAuthenticator());
    }

    @Test
    void tenMembersAllReadEachOther() throws Exception {
        List<MlsGroup> all = new ArrayList<>(List.of(hosts));
        for (int i = 1; i < 10; i++) {
            all.add(join(Identity.generate(), all.subList(1, all.size()).toArray(MlsGroup[]::new)));
        }
        for (MlsGroup sender : all) {
            byte[] message = sender.protect(bytes("from " + sender.self()));
            for (MlsGroup receiver : all) {
                if (receiver != sender) {
                    assertThat(text(receiver, message)).isEqualTo("from " + sender.self());
                }
            }
        }
    }

    @Test
    void aHundredMembersAreAddedAtOnceAndKeysAreRenewed() throws Exception {
        List<PendingMember> pending = new ArrayList<>();
        List<byte[]> keyPackages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            PendingMember member = MlsGroup.prepare(Identity.generate(), NOW);
            pending.add(member);
            keyPackages.add(member.keyPackage());
        }
        AddResult added = hosts.add(keyPackages, List.of(), PSK, GROUP_ID, NOW);
        assertThat(added.commits()).isEmpty();
        MlsGroup first = enter(pending.get(0), added);
        MlsGroup last = enter(pending.get(99), added);
        assertThat(first.members()).hasSize(101).isEqualTo(hosts.members());

        byte[] rekey = hosts.rekey(NOW);
        first.process(rekey, NOW);
        last.process(rekey, NOW);

        assertThat(text(last, first.protect(bytes("hi")))).isEqualTo("hi");
    }

    @Test
    void messagesAreReadInAnyOrderButOnce() throws Exception {
        MlsGroup anns = join(ann);
        byte[] one = hosts.protect(bytes("1"));
        byte[] two = hosts.protect(bytes("2"));
        byte[] three = hosts.protect(bytes("3"));

        assertThat(text(anns, three)).isEqualTo("3");
        assertThat(text(anns, one)).isEqualTo("1");
        assertThat(text(anns, two)).isEqualTo("2");

        for (byte[] again : List.of(one, two, three)) {
            assertRefused(Kind.REPLAYED_OR_FORGED, () -> anns.unprotect(again, NOW));
        }
    }

    @Test
    void aGapOfAThousandMessagesIsReadAndOneMoreIsRefused() throws Exception {
        MlsGroup anns = join(ann);
        for (int i = 0; i < LIMITS.maxGenerationGap(); i++) {
            hosts.protect(bytes("lost"));
        }
        byte[] atTheLimit = hosts.protect(bytes("at the limit"));
        for (int i = 0; i < LIMITS.maxGenerationGap(); i++) {
            hosts.protect(bytes("lost"));
        }
        hosts.protect(bytes("one more"));
        byte[] beyond = hosts.protect(bytes("beyond"));

        assertThat(text(anns, atTheLimit)).isEqualTo("at the limit");
        assertRefused(Kind.REPLAYED_OR_FORGED, () -> anns.unprotect(beyond, NOW));
    }

    @Test
    void aDamagedCopyThatComesFirstDoesNotHarmTheGenuineMessage() throws Exception {
        MlsGroup anns = join(ann);
        byte[] genuine = hosts.protect(bytes("genuine"));
        for (int i = 0; i < genuine.length; i++) {
            byte[] damaged = genuine.clone();
            damaged[i] ^= 1;
            assertThatThrownBy(() -> anns.unprotect(damaged, NOW)).isInstanceOf(MlsException.class);
        }
        assertThat(text(anns, genuine)).isEqualTo("genuine");
    }

    @Test
    void aMemberThatForgesAnothersMessageIsRefusedAndSpendsNoKey() throws Exception {
        MlsGroup anns = join(ann);
        MlsGroup bobs = join(bob, anns);
        byte[] genuine = bobs.protect(bytes("genuine"));
        // Every member knows every sender's message keys; only the signature tells them apart.
        Epoch asBob = epochAt(anns, 2);
        byte[] forged = asBob.protect(IdentityKeys.of(ann), bytes("forged"));

        assertRefused(Kind.REPLAYED_OR_FORGED, () -> hosts.unprotect(forged, NOW));
        assertThat(text(hosts, genuine)).isEqualTo("genuine");
    }

    /** Builds what a dishonest member can: its epoch's keys, used from another's leaf. */
    private static Epoch epochAt(MlsGroup member, int leaf) throws Exception {
        Group state = state(member);
        return new Epoch(
                GROUP_ID,
                state.getEpoch(),
                MLSOutputStream.encode(state.getGroupInfo(false).groupInfo.getGroupContext()),
                state.getKeySchedule().senderDataSecret.value().clone(),
                state.getKeySchedule().encryptionSecret.value().clone(),
                Roster.read(MLSOutputStream.encode(state.getTree()), LIMITS),
                leaf,
                LIMITS);
    }

    private static Group state(MlsGroup member) throws Exception {
        var field = MlsGroup.class.getDeclaredField("group");
        field.setAccessible(true);
        return (Group) field.get(member);
    }

    @Test
    void everyMessageIsSealedUnderItsRatchetsNonceWithAFreshGuardMixedIn() throws Exception {
        MlsGroup anns = join(ann);
        Ratchet hostsRatchet = ratchetOf(anns, 0);
        List<byte[]> guards = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            PrivateMessage message = PrivateMessage.read(hosts.protect(bytes("message " + i)), 1_000);
            MlsReader senderData = new MlsReader(senderData(anns, message));
            assertThat(senderData.u32()).as("leaf").isZero();
            assertThat(senderData.u32()).as("generation").isEqualTo(i);
            byte[] guard = senderData.fixed(GUARD_BYTES);
            senderData.end();
            guards.add(guard);

            MessageKey key = hostsRatchet.send();
            byte[] ratchetNonce = key.nonce(new byte[GUARD_BYTES]);
            byte[] nonce = ratchetNonce.clone();
            for (int at = 0; at < GUARD_BYTES; at++) {
                nonce[at] ^= guard[at];
            }
            MlsReader content =
                    new MlsReader(MlsCrypto.open(key.key(), nonce, contentAad(message), message.ciphertext()));
            assertThat(content.opaque(100)).isEqualTo(bytes("message " + i));
            assertThatThrownBy(() -> MlsCrypto.open(key.key(), ratchetNonce, contentAad(message), message.ciphertext()))
                    .as("without the guard")
                    .isInstanceOf(InvalidCipherTextException.class);
        }
        assertGuardsVary(guards);
    }

    @Test
    void aMemberThatFallsBackToAnOlderStateDoesNotUseANonceAgain() throws Exception {
        MlsGroup anns = join(ann);
        List<byte[]> guards = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            // The same keys from the start each time, as after a copy of the state was put back (RFC 9420 section 9.2).
            byte[] message = epochAt(hosts, 0).protect(IdentityKeys.of(host), bytes("the first message"));
            MlsReader senderData = new MlsReader(senderData(anns, PrivateMessage.read(message, 1_000)));
            assertThat(senderData.u32()).as("leaf").isZero();
            assertThat(senderData.u32()).as("generation").isZero();
            guards.add(senderData.fixed(GUARD_BYTES));
        }
        assertGuardsVary(guards);
    }

    /** Guards are 32 random bits: two of these are the same in one of two million runs, and that is let pass. */
    private static void assertGuardsVary(List<byte[]> guards) {
        assertThat(guards).hasSize(MESSAGES);
        assertThat(guards.stream().map(ByteBuffer::wrap).distinct().count())
                .as("different guards")
                .isGreaterThan(MESSAGES - 3);
        for (int at = 0; at < GUARD_BYTES; at++) {
            int place = at;
            assertThat(guards.stream().map(guard -> guard[place]).distinct().count())
                    .as("different bytes at %s", place)
                    .isGreaterThan(MESSAGES / 4);
        }
    }

    /** What a member finds out about the sender of a message (RFC 9420 section 6.3.2). */
    private static byte[] senderData(MlsGroup member, PrivateMessage message) throws Exception {
        byte[] secret = state(member).getKeySchedule().senderDataSecret.value();
        byte[] sample = Arrays.copyOf(message.ciphertext(), MlsCrypto.HASH_BYTES);
        return MlsCrypto.open(
                MlsCrypto.expandWithLabel(secret, "key", sample, MlsCrypto.KEY_BYTES),
                MlsCrypto.expandWithLabel(secret, "nonce", sample, MlsCrypto.NONCE_BYTES),
                senderDataAad(message).toBytes(),
                message.encryptedSenderData());
    }

    private static MlsWriter senderDataAad(PrivateMessage message) {
        return new MlsWriter().opaque(message.groupId()).u64(message.epoch()).u8(message.contentType());
    }

    private static byte[] contentAad(PrivateMessage message) {
        return senderDataAad(message).opaque(new byte[0]).toBytes();
    }

    /** The keys of a sender's application messages, from the first one on. */
    private static Ratchet ratchetOf(MlsGroup member, int leaf) throws Exception {
        Group state = state(member);
        int leaves =
                Roster.read(MLSOutputStream.encode(state.getTree()), LIMITS).leafCount();
        byte[] secret = state.getKeySchedule().encryptionSecret.value().clone();
        return new SecretTree(leaves, secret, LIMITS.maxGenerationGap()).application(leaf);
    }

    @Test
    void theGivenTimeMayBeFarFromTheMachines() throws Exception {
        for (long time : new long[] {0, 5_000_000L, 4_000_000_000_000L}) {
            MlsGroup group = MlsGroup.create(host, GROUP_ID, LIMITS, time);
            PendingMember first = MlsGroup.prepare(ann, time);
            MlsGroup anns = first.join(
                    group.add(List.of(first.keyPackage()), List.of(), PSK, GROUP_ID, time)
                            .welcome(),
                    PSK,
                    GROUP_ID,
                    GROUP_ID,
                    host.peerId(),
                    LIMITS,
                    time);
            PendingMember second = MlsGroup.prepare(bob, time);
            AddResult added = group.add(List.of(second.keyPackage()), List.of(), PSK, GROUP_ID, time);
            assertThat(anns.process(added.commits().get(0), time)).isEqualTo(MlsGroup.Outcome.ADVANCED);
            assertThat(anns.unprotect(group.protect(bytes("x")), time).sender()).isEqualTo(host.peerId());
        }
    }

    @Test
    void theEightByteLengthAttackIsRefusedEverywhere() throws Exception {
        MlsGroup anns = join(ann);
        byte[] attack = HexFormat.of().parseHex("00010001bfffffff");
        for (int wireFormat = 0; wireFormat < 8; wireFormat++) {
            attack[3] = (byte) wireFormat;
            byte[] message = attack.clone();
            assertThatThrownBy(() -> anns.unprotect(message, NOW)).isInstanceOf(MlsException.class);
            assertThatThrownBy(() -> anns.process(message, NOW)).isInstanceOf(MlsException.class);
            assertThatThrownBy(() -> MlsGroup.epochOf(message, LIMITS)).isInstanceOf(MlsException.class);
            assertThatThrownBy(() -> hosts.add(List.of(message), List.of(), PSK, GROUP_ID, NOW))
                    .isInstanceOf(MlsException.class);
            assertThatThrownBy(() -> enter(MlsGroup.prepare(bob, NOW), message)).isInstanceOf(MlsException.class);
        }
    }

    @Test
    void anOldEpochIsReadForSixtySecondsAndNotLonger() throws Exception {
        MlsGroup anns = join(ann);
        byte[] inTime = hosts.protect(bytes("in time"));
        byte[] late = hosts.protect(bytes("late"));
        anns.process(hosts.rekey(NOW), NOW);

        assertThat(new String(anns.unprotect(inTime, NOW + 60_000).plaintext(), UTF_8))
                .isEqualTo("in time");
        assertRefused(Kind.WRONG_EPOCH, () -> anns.unprotect(late, NOW + 60_001));
    }

    @Test
    void threeOldEpochsAreReadAndAFourthIsNot() throws Exception {
        MlsGroup anns = join(ann);
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            messages.add(hosts.protect(bytes("epoch " + i)));
            anns.process(hosts.rekey(NOW), NOW);
        }
        assertRefused(Kind.WRONG_EPOCH, () -> anns.unprotect(messages.get(0), NOW));
        assertThat(text(anns, messages.get(1))).isEqualTo("epoch 1");
    }

    @Test
    void aLateJoinerCannotReadWhatWasSaidBefore() throws Exception {
        MlsGroup anns = join(ann);
        byte[] before = hosts.protect(bytes("before"));
        MlsGroup bobs = join(bob, anns);
        assertRefused(Kind.WRONG_EPOCH, () -> bobs.unprotect(before, NOW));
    }

    @Test
    void aRemovedMemberReadsNothingMore() throws Exception {
        MlsGroup anns = join(ann);
        MlsGroup bobs = join(bob, anns);
        byte[] removal = hosts.remove(List.of(bob.peerId()), NOW).commit().orElseThrow();
        anns.process(removal, NOW);
        byte[] after = hosts.protect(bytes("after"));

        assertRefused(Kind.WRONG_EPOCH, () -> bobs.unprotect(after, NOW));
        assertThat(bobs.process(removal, NOW)).isEqualTo(MlsGroup.Outcome.REMOVED);
        assertRefused(Kind.REMOVED, () -> bobs.unprotect(after, NOW));
        assertThatThrownBy(() -> bobs.protect(bytes("x"))).isInstanceOf(IllegalStateException.class);
        assertThat(text(anns, after)).isEqualTo("after");
        assertThat(anns.members()).containsExactly(host.peerId(), ann.peerId());
    }

    @Test
    void keysOfBeforeARenewalOpenNothingBehindIt() throws Exception {
        MlsGroup anns = join(ann);
        MlsGroup thief = join(bob, anns);
        assertThat(text(thief, hosts.protect(bytes("before")))).isEqualTo("before");
        anns.process(hosts.rekey(NOW), NOW);
        byte[] after = hosts.protect(bytes("after"));
        assertThat(text(anns, after)).isEqualTo("after");

        assertRefused(Kind.WRONG_EPOCH, () -> thief.unprotect(after, NOW));
        // Its epoch stands behind version, wire format and group id (RFC 9420 section 6.3).
        byte[] aimed = ByteBuffer.wrap(after.clone())
                .putLong(2 + 2 + 1 + GROUP_ID.length, thief.epoch())
                .array();
        assertRefused(Kind.REPLAYED_OR_FORGED, () -> thief.unprotect(aimed, NOW));
    }

    @Test
    void whatIsNoPrivateMessageIsNotLookedInto() throws Exception {
        MlsGroup anns = join(ann);
        byte[] said = hosts.protect(bytes("said"));
        byte[] commit = hosts.rekey(NOW);
        // PublicMessage, Welcome, GroupInfo, KeyPackage (RFC 9420 section 17.2): no external commit comes by any.
        for (int wireFormat : new int[] {1, 3, 4, 5}) {
            for (byte[] message : List.of(said, commit)) {
                byte[] other = ByteBuffer.wrap(message.clone())
                        .putShort(2, (short) wireFormat)
                        .array();
                assertRefused(Kind.MALFORMED, () -> anns.unprotect(other, NOW));
                assertRefused(Kind.MALFORMED, () -> anns.process(other, NOW));
            }
        }
        assertThat(text(anns, said)).isEqualTo("said");
        assertThat(anns.process(commit, NOW)).isEqualTo(MlsGroup.Outcome.ADVANCED);
    }

    @Test
    void aMemberJoinsAgainAndTheOthersFollow() throws Exception {
        MlsGroup anns = join(ann);
        MlsGroup bobs = join(bob, anns);
        PendingMember again = MlsGroup.prepare(ann, NOW);

        AddResult added = hosts.add(List.of(again.keyPackage()), List.of(ann.peerId()), PSK, GROUP_ID, NOW);
        for (byte[] commit : added.commits()) {
            bobs.process(commit, NOW);
        }
        MlsGroup annsAgain = enter(again, added);

        assertThat(text(annsAgain, bobs.protect(bytes("back?")))).isEqualTo("back?");
        assertThat(added.restarted()).isFalse();
        assertThat(annsAgain.members()).containsExactlyInAnyOrder(host.peerId(), ann.peerId(), bob.peerId());
    }

    @Test
    void theGroupBeginsAnewWhenTheCommitterIsLeftAlone() throws Exception {
        join(ann);
        RemoveResult removed = hosts.remove(List.of(ann.peerId()), NOW);
        assertThat(removed.restarted()).isTrue();
        assertThat(removed.commit()).isEmpty();
        assertThat(hosts.members()).containsExactly(host.peerId());

        MlsGroup bobs = join(bob);
        assertThat(text(bobs, hosts.protect(bytes("fresh")))).isEqualTo("fresh");
        PendingMember again = MlsGroup.prepare(bob, NOW);
        AddResult rejoined = hosts.add(List.of(again.keyPackage()), List.of(bob.peerId()), PSK, GROUP_ID, NOW);
        assertThat(rejoined.commits()).isEmpty();
        assertThat(rejoined.restarted()).isTrue();
        assertThat(text(enter(again, rejoined), hosts.protect(bytes("again")))).isEqualTo("again");
    }

    @Test
    void aJoinerWithAnotherRoomSecretIsRefused() throws Exception {
        PendingMember pending = MlsGroup.prepare(ann, NOW);
        byte[] welcome = hosts.add(List.of(pending.keyPackage()), List.of(), OTHER_PSK, GROUP_ID, NOW)
                .welcome();
        assertRefused(Kind.PSK_MISSING, () -> enter(pending, welcome));
    }

    @Test
    void aJoinerChecksGroupHostAndItsOwnKeyPackage() throws Exception {
        PendingMember pending = MlsGroup.prepare(ann, NOW);
        byte[] welcome = hosts.add(List.of(pending.keyPackage()), List.of(), PSK, GROUP_ID, NOW)
                .welcome();
        assertRefused(
                Kind.WRONG_GROUP,
                () -> pending.join(welcome, PSK, GROUP_ID, bytes("another"), host.peerId(), LIMITS, NOW));
        assertRefused(Kind.POLICY, () -> pending.join(welcome, PSK, GROUP_ID, GROUP_ID, bob.peerId(), LIMITS, NOW));
        assertRefused(
                Kind.PSK_MISSING,
                () -> pending.join(welcome, PSK, bytes("other id"), GROUP_ID, host.peerId(), LIMITS, NOW));
        assertRefused(Kind.NOT_FOR_US, () -> enter(MlsGroup.prepare(ann, NOW), welcome));
        assertThat(enter(pending, welcome).members()).containsExactly(host.peerId(), ann.peerId());
        assertThatThrownBy(() -> enter(pending, welcome)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void onlyTheCommittersCommitsCount() throws Exception {
        MlsGroup anns = join(ann);
        MlsGroup bobs = join(bob, anns);
        anns.acceptCommitsOf(ann.peerId());
        byte[] coup = anns.remove(List.of(host.peerId()), NOW).commit().orElseThrow();

        assertRefused(Kind.NOT_COMMITTER, () -> bobs.process(coup, NOW));
        assertRefused(Kind.NOT_COMMITTER, () -> hosts.process(coup, NOW));
        assertThatThrownBy(() -> bobs.rekey(NOW)).isInstanceOf(IllegalStateException.class);

        // The same commit counts once the room has made its sender the committer.
        bobs.acceptCommitsOf(ann.peerId());
        assertThat(bobs.process(coup, NOW)).isEqualTo(MlsGroup.Outcome.ADVANCED);
        assertThat(bobs.members()).containsExactlyInAnyOrder(ann.peerId(), bob.peerId());
        assertThat(text(anns, bobs.protect(bytes("deputy")))).isEqualTo("deputy");
    }

    @Test
    void aCommitWithAnUnknownPskIsTakenInOnceTheKeyIsLearnt() throws Exception {
        MlsGroup anns = join(ann);
        PendingMember pending = MlsGroup.prepare(bob, NOW);
        byte[] commit = hosts.add(List.of(pending.keyPackage()), List.of(), OTHER_PSK, bytes("new id"), NOW)
                .commits()
                .get(0);
        assertRefused(Kind.PSK_MISSING, () -> anns.process(commit, NOW));
        anns.learnPsk(OTHER_PSK, bytes("new id"));
        assertThat(anns.process(commit, NOW)).isEqualTo(MlsGroup.Outcome.ADVANCED);
        assertThat(text(anns, hosts.protect(bytes("rotated")))).isEqualTo("rotated");
    }

    @Test
    void aCommitIsTakenInOnce() throws Exception {
        MlsGroup anns = join(ann);
        byte[] rekey = hosts.rekey(NOW);
        anns.process(rekey, NOW);
        assertRefused(Kind.WRONG_EPOCH, () -> anns.process(rekey, NOW));
    }

    @Test
    void nobodyIsInTheGroupTwice() throws Exception {
        join(ann);
        byte[] again = MlsGroup.prepare(ann, NOW).keyPackage();
        assertRefused(Kind.POLICY, () -> hosts.add(List.of(again), List.of(), PSK, GROUP_ID, NOW));
        byte[] first = MlsGroup.prepare(bob, NOW).keyPackage();
        byte[] second = MlsGroup.prepare(bob, NOW).keyPackage();
        assertRefused(Kind.POLICY, () -> hosts.add(List.of(first, second), List.of(), PSK, GROUP_ID, NOW));
        assertThat(hosts.epoch()).isEqualTo(1);
    }

    @Test
    void theGroupGrowsToItsLimitAndNoFurther() throws Exception {
        MlsLimits two = new MlsLimits(2, 1 << 20, 1 << 20, 1 << 20, 1_000, 3, 60_000, 0);
        MlsGroup small = MlsGroup.create(host, GROUP_ID, two, NOW);
        small.add(List.of(MlsGroup.prepare(ann, NOW).keyPackage()), List.of(), PSK, GROUP_ID, NOW);
        assertRefused(
                Kind.TOO_LARGE,
                () -> small.add(List.of(MlsGroup.prepare(bob, NOW).keyPackage()), List.of(), PSK, GROUP_ID, NOW));
    }

    @Test
    void keyPackagesAtTheEdgeOfTheirLifetimeAreRefusedAndChangeNothing() throws Exception {
        long now = System.currentTimeMillis();
        long seconds = now / 1000;
        MlsGroup group = MlsGroup.create(host, GROUP_ID, LIMITS, now);
        for (long[] lifetime : new long[][] {
            {seconds - 3_000, seconds + 7_200},
            {seconds - 7_200, seconds + 3_000},
            {seconds + 3_600, seconds + 7_200},
            {seconds - 7_200, seconds - 3_600}
        }) {
            assertRefused(Kind.POLICY, () -> addWith(group, ann, publicKey(), lifetime[0], lifetime[1], now));
        }
        assertThat(group.epoch()).isZero();
        addWith(group, ann, publicKey(), seconds - 7_200, seconds + 7_200, now);
        assertThat(group.members()).contains(ann.peerId());
    }

    @Test
    void keyPackagesThatUseAKeyOfTheGroupAgainAreRefusedAndChangeNothing() throws Exception {
        long now = System.currentTimeMillis();
        long seconds = now / 1000;
        byte[] key = publicKey();
        MlsGroup group = MlsGroup.create(host, GROUP_ID, LIMITS, now);
        addWith(group, ann, key, seconds - 7_200, seconds + 7_200, now);
        long epoch = group.epoch();
        assertRefused(Kind.POLICY, () -> addWith(group, bob, key, seconds - 7_200, seconds + 7_200, now));
        assertThat(group.epoch()).isEqualTo(epoch);
        assertThat(group.members()).doesNotContain(bob.peerId());
    }

    @Test
    void keyPackagesThatBreakTheProfileAreRefused() {
        byte[] key = publicKey();
        long seconds = NOW / 1000;
        assertRefused(Kind.POLICY, () -> addWith(ann, key, 0, -1));
        assertRefused(Kind.POLICY, () -> addWith(ann, key, 0, Long.MAX_VALUE));
        assertRefused(Kind.POLICY, () -> addWith(ann, key, 0, seconds - 24 * 3600 - 1));
        assertRefused(Kind.POLICY, () -> addWith(ann, key, seconds + 24 * 3600 + 1, seconds + 24 * 3600 + 2));
        assertRefused(Kind.POLICY, () -> addWith(ann, new byte[32], seconds - 1, seconds + 1));
        assertRefused(Kind.POLICY, () -> {
            byte[] unsigned = Leaf.unsigned(bob.peerId(), ann.card().ed25519PublicKey(), key, seconds - 1, seconds + 1);
            hosts.add(List.of(keyPackage(ann, unsigned)), List.of(), PSK, GROUP_ID, NOW);
        });
        byte[] tooLong = new byte[KeyPackages.MAX_BYTES + 1];
        assertRefused(Kind.TOO_LARGE, () -> hosts.add(List.of(tooLong), List.of(), PSK, GROUP_ID, NOW));
    }

    @Test
    void messagesAreUnderstoodByAPureBouncyCastleMemberAndBack() throws Exception {
        AsymmetricCipherKeyPair init = MlsCrypto.SUITE.getHPKE().generatePrivateKey();
        AsymmetricCipherKeyPair encryption = MlsCrypto.SUITE.getHPKE().generatePrivateKey();
        byte[] keyPackage = KeyPackages.make(
                ann,
                MlsCrypto.SUITE.getHPKE().serializePublicKey(init.getPublic()),
                KeyPackages.leaf(ann, MlsCrypto.SUITE.getHPKE().serializePublicKey(encryption.getPublic()), NOW));
        byte[] welcome = hosts.add(List.of(KeyPackages.toMessage(keyPackage)), List.of(), PSK, GROUP_ID, NOW)
                .welcome();
        Map<Secret, byte[]> psks = new HashMap<>();
        psks.put(new Secret(GROUP_ID), PSK);
        Group plain = new Group(
                MlsCrypto.SUITE.getHPKE().serializePrivateKey(init.getPrivate()),
                encryption,
                IdentityKeys.of(ann).ed25519Seed(),
                (KeyPackage) MLSInputStream.decode(keyPackage, KeyPackage.class),
                (Welcome) MLSInputStream.decode(Arrays.copyOfRange(welcome, 4, welcome.length), Welcome.class),
                null,
                psks,
                new HashMap<>());

        for (int i = 0; i < 3; i++) {
            byte[] ours = hosts.protect(bytes("ours " + i));
            byte[][] opened = plain.unprotect((MLSMessage) MLSInputStream.decode(ours, MLSMessage.class));
            assertThat(opened[1]).isEqualTo(bytes("ours " + i));
            byte[] theirs = MLSOutputStream.encode(plain.protect(new byte[0], bytes("theirs " + i), 17));
            assertThat(text(hosts, theirs)).isEqualTo("theirs " + i);
        }
    }

    @Test
    void changedBytesCauseTheDocumentedExceptionOnly() throws Exception {
        MlsGroup anns = join(ann);
        PendingMember pending = MlsGroup.prepare(bob, NOW);
        byte[] keyPackage = pending.keyPackage();
        AddResult added = hosts.add(List.of(keyPackage), List.of(), PSK, GROUP_ID, NOW);
        byte[] commit = added.commits().get(0);
        byte[] message = hosts.protect(bytes("hello"));
        MlsGroup fresh = MlsGroup.create(Identity.generate(), GROUP_ID, LIMITS, NOW);
        Random random = new Random(20_261_123);
        for (int round = 0; round < 400; round++) {
            byte[] badMessage = mutate(message, random);
            byte[] badCommit = mutate(commit, random);
            byte[] badWelcome = mutate(added.welcome(), random);
            byte[] badKeyPackage = mutate(keyPackage, random);
            assertRefusedAtAll(round, () -> hosts.unprotect(badMessage, NOW));
            assertRefusedAtAll(round, () -> anns.process(badCommit, NOW));
            assertRefusedAtAll(round, () -> enter(pending, badWelcome));
            assertRefusedAtAll(round, () -> fresh.add(List.of(badKeyPackage), List.of(), PSK, GROUP_ID, NOW));
        }
        assertThat(anns.process(commit, NOW)).isEqualTo(MlsGroup.Outcome.ADVANCED);
        assertThat(text(anns, message)).isEqualTo("hello");
        assertThat(text(enter(pending, added), hosts.protect(bytes("bob")))).isEqualTo("bob");
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(8));
            default -> {
                for (int i = 0; i < 8; i++) {
                    bytes[random.nextInt(Math.min(bytes.length, 64))] ^= (byte) (1 + random.nextInt(255));
                }
            }
        }
        return Arrays.equals(bytes, original) ? new byte[0] : bytes;
    }

    private void addWith(Identity who, byte[] encryptionKey, long notBefore, long notAfter) throws MlsException {
        addWith(hosts, who, encryptionKey, notBefore, notAfter, NOW);
    }

    private static void addWith(
            MlsGroup group, Identity who, byte[] encryptionKey, long notBefore, long notAfter, long now)
            throws MlsException {
        byte[] unsigned =
                Leaf.unsigned(who.peerId(), who.card().ed25519PublicKey(), encryptionKey, notBefore, notAfter);
        group.add(List.of(keyPackage(who, unsigned)), List.of(), PSK, GROUP_ID, now);
    }

    private static byte[] keyPackage(Identity who, byte[] unsignedLeaf) {
        byte[] signature = IdentityKeys.of(who).sign(MlsCrypto.signContent("LeafNodeTBS", unsignedLeaf));
        byte[] leaf = new MlsWriter().raw(unsignedLeaf).opaque(signature).toBytes();
        return KeyPackages.toMessage(KeyPackages.make(who, publicKey(), leaf));
    }

    private static byte[] publicKey() {
        return MlsCrypto.SUITE
                .getHPKE()
                .serializePublicKey(
                        MlsCrypto.SUITE.getHPKE().generatePrivateKey().getPublic());
    }

    private MlsGroup join(Identity who, MlsGroup... others) throws Exception {
        PendingMember pending = MlsGroup.prepare(who, NOW);
        AddResult added = hosts.add(List.of(pending.keyPackage()), List.of(), PSK, GROUP_ID, NOW);
        for (MlsGroup other : others) {
            for (byte[] commit : added.commits()) {
                other.process(commit, NOW);
            }
        }
        return enter(pending, added);
    }

    private MlsGroup enter(PendingMember pending, AddResult added) throws MlsException {
        return enter(pending, added.welcome());
    }

    private MlsGroup enter(PendingMember pending, byte[] welcome) throws MlsException {
        return pending.join(welcome, PSK, GROUP_ID, GROUP_ID, host.peerId(), LIMITS, NOW);
    }

    private static void assertRefused(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MlsException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }

    private static void assertRefusedAtAll(int round, ThrowingCallable call) {
        assertThatThrownBy(call).as("round " + round).isInstanceOf(MlsException.class);
    }

    private static String text(MlsGroup group, byte[] message) throws MlsException {
        return new String(group.unprotect(message, NOW).plaintext(), UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
