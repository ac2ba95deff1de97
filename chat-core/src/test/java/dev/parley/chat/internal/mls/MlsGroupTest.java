package dev.parley.chat.internal.mls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.crypto.Identity;
import java.util.List;
import org.junit.jupiter.api.Test;

class MlsGroupTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final byte[] GROUP_ID = new byte[20];
    private static final byte[] PSK = new byte[32];

    private final Identity host = Identity.generate();
    private final Identity ann = Identity.generate();
    private final Identity bob = Identity.generate();

    @Test
    void threeMembersTalkAndOneJoinsAgain() throws Exception {
        MlsGroup hosts = MlsGroup.create(host, GROUP_ID, MlsLimits.DEFAULT, NOW);
        MlsGroup anns = join(hosts, ann);
        assertThat(open(anns, hosts.protect(bytes("hello")))).isEqualTo("hello");
        assertThat(open(hosts, anns.protect(bytes("hi")))).isEqualTo("hi");

        PendingMember pending = MlsGroup.prepare(bob, NOW);
        AddResult added = hosts.add(List.of(pending.keyPackage()), List.of(), PSK, GROUP_ID, NOW);
        for (byte[] commit : added.commits()) {
            assertThat(anns.process(commit, NOW)).isEqualTo(MlsGroup.Outcome.ADVANCED);
        }
        MlsGroup bobs = welcome(pending, added);
        Opened opened = bobs.unprotect(anns.protect(bytes("welcome")), NOW);
        assertThat(opened.sender()).isEqualTo(ann.peerId());
        assertThat(bobs.members()).containsExactly(host.peerId(), ann.peerId(), bob.peerId());
        byte[] rekey = hosts.rekey(NOW);
        anns.process(rekey, NOW);
        bobs.process(rekey, NOW);
        assertThat(bobs.export("x", new byte[0], 16)).isEqualTo(anns.export("x", new byte[0], 16));

        PendingMember again = MlsGroup.prepare(ann, NOW);
        AddResult rejoined = hosts.add(List.of(again.keyPackage()), List.of(ann.peerId()), PSK, GROUP_ID, NOW);
        for (byte[] commit : rejoined.commits()) {
            assertThat(bobs.process(commit, NOW)).isEqualTo(MlsGroup.Outcome.ADVANCED);
        }
        MlsGroup annsAgain = welcome(again, rejoined);
        assertThat(open(annsAgain, bobs.protect(bytes("back?")))).isEqualTo("back?");
        byte[] removal = hosts.remove(List.of(bob.peerId()), NOW).commit().orElseThrow();
        assertThat(bobs.process(removal, NOW)).isEqualTo(MlsGroup.Outcome.REMOVED);
        annsAgain.process(removal, NOW);
        assertThat(open(annsAgain, hosts.protect(bytes("only us")))).isEqualTo("only us");
        assertThat(hosts.remove(List.of(ann.peerId()), NOW).restarted()).isTrue();
        MlsGroup bobsAgain = join(hosts, bob);
        assertThat(open(bobsAgain, hosts.protect(bytes("fresh")))).isEqualTo("fresh");
    }

    private static MlsGroup join(MlsGroup committer, Identity who) throws Exception {
        PendingMember pending = MlsGroup.prepare(who, NOW);
        return pending.join(
                committer
                        .add(List.of(pending.keyPackage()), List.of(), PSK, GROUP_ID, NOW)
                        .welcome(),
                PSK,
                GROUP_ID,
                GROUP_ID,
                committer.self(),
                MlsLimits.DEFAULT,
                NOW);
    }

    private MlsGroup welcome(PendingMember pending, AddResult added) throws Exception {
        return pending.join(added.welcome(), PSK, GROUP_ID, GROUP_ID, host.peerId(), MlsLimits.DEFAULT, NOW);
    }

    private static String open(MlsGroup group, byte[] message) throws Exception {
        return new String(group.unprotect(message, NOW).plaintext(), UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
