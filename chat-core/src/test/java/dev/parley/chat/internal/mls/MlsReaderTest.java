package dev.parley.chat.internal.mls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.internal.mls.MlsException.Kind;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MlsReaderTest {

    @Test
    void vectorsOfEveryLengthAreReadBack() throws Exception {
        for (int length : new int[] {0, 1, 63, 64, 16_383, 16_384, 100_000}) {
            byte[] written = new MlsWriter().opaque(new byte[length]).toBytes();
            MlsReader reader = new MlsReader(written);
            assertThat(reader.opaque(length)).hasSize(length);
            reader.end();
            if (length > 0) {
                assertRefused(Kind.TOO_LARGE, () -> new MlsReader(written).opaque(length - 1));
            }
        }
    }

    @Test
    void lengthsThatLieAreRefusedBeforeAnythingIsAllocated() {
        // One gibibyte announced, nothing there.
        assertRefused(Kind.MALFORMED, () -> reader("bfffffff").opaque(Integer.MAX_VALUE));
        assertRefused(Kind.MALFORMED, () -> reader("bfffffff").vector(Integer.MAX_VALUE));
        assertRefused(Kind.MALFORMED, () -> reader("02aa").opaque(10));
        assertRefused(Kind.MALFORMED, () -> reader("c000000000000001aa").opaque(10));
        assertRefused(Kind.MALFORMED, () -> reader("4001aa").opaque(10));
        assertRefused(Kind.MALFORMED, () -> reader("80000040").opaque(100));
        assertRefused(Kind.MALFORMED, () -> reader("80").opaque(100));
        assertRefused(Kind.MALFORMED, () -> reader("").opaque(100));
        assertRefused(Kind.MALFORMED, () -> reader("0102").u32());
        assertRefused(Kind.MALFORMED, () -> reader("01").end());
        assertRefused(Kind.MALFORMED, () -> reader("01aa").opaqueOf(2));
        assertRefused(Kind.MALFORMED, () -> reader("000001").endWithPadding());
    }

    @Test
    void aVectorCannotReachBeyondItsEnd() throws Exception {
        MlsReader outer = reader("0201020304");
        MlsReader inner = outer.vector(10);
        assertThat(inner.u16()).isEqualTo(0x0102);
        assertRefused(Kind.MALFORMED, inner::u8);
        assertThat(outer.u16()).isEqualTo(0x0304);
    }

    @Test
    void whatAMemberMayPutInsideIsParsedWithinBoundsToo() {
        Random random = new Random(20_261_123);
        for (int round = 0; round < 5_000; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 3 && random.nextBoolean()) {
                bytes[0] = (byte) random.nextInt(64);
                bytes[1] = 1;
                bytes[2] = 0;
                bytes[3] = (byte) (1 + random.nextInt(5));
            }
            assertTotal(round, () -> CommitContent.read(bytes));
            assertTotal(round, () -> Roster.read(bytes, MlsLimits.DEFAULT));
            assertTotal(round, () -> Leaf.read(new MlsReader(bytes)));
        }
    }

    /** RFC 9420 section 12.4: a removal without a path leaves who is removed with all it needs to read on. */
    @Test
    void aCommitThatRemovesOrRenewsHasAPathAndOneThatAddsHasThePsk() throws MlsException {
        String remove = "010003" + "00000002";
        String psk = "010004" + "01" + "01aa" + "20" + "00".repeat(32);
        assertRefused(Kind.POLICY, () -> CommitContent.read(commit(remove, "00")));
        assertRefused(Kind.POLICY, () -> CommitContent.read(commit(remove + psk, "00")));
        assertRefused(Kind.POLICY, () -> CommitContent.read(commit("", "00")));
        assertRefused(Kind.POLICY, () -> CommitContent.read(commit(psk, "00")));
        assertRefused(Kind.MALFORMED, () -> CommitContent.read(commit(remove, "02")));
    }

    /** Update, ReInit, ExternalInit, GroupContextExtensions (RFC 9420 section 17.4), and proposals by reference. */
    @Test
    void proposalsOutsideTheProfileAreRefused() throws MlsException {
        for (String type : List.of("0002", "0005", "0006", "0007", "00ff")) {
            assertRefused(Kind.POLICY, () -> CommitContent.read(commit("01" + type + "00000000", "00")));
        }
        assertRefused(Kind.POLICY, () -> CommitContent.read(commit("02" + "20" + "00".repeat(32), "00")));
    }

    private static byte[] commit(String proposals, String path) {
        return HexFormat.of().parseHex(String.format("%02x", proposals.length() / 2) + proposals + path);
    }

    private static void assertTotal(int round, ThrowingCallable parse) {
        try {
            parse.call();
        } catch (Throwable thrown) {
            assertThat(thrown).as("round " + round).isInstanceOf(MlsException.class);
        }
    }

    private static MlsReader reader(String digits) {
        return new MlsReader(HexFormat.of().parseHex(digits));
    }

    private static void assertRefused(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MlsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
