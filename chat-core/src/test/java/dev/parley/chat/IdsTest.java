package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class IdsTest {

    /** One kind of id, so that each test holds for all three. */
    record Kind(
            String name,
            int bytes,
            int characters,
            Function<byte[], Record> of,
            Function<String, Record> parse,
            Function<Record, byte[]> toBytes) {

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Kind> kinds() {
        return List.of(
                new Kind("peer", PeerId.BYTES, 32, PeerId::of, PeerId::new, id -> ((PeerId) id).toBytes()),
                new Kind("room", RoomId.BYTES, 32, RoomId::of, RoomId::new, id -> ((RoomId) id).toBytes()),
                new Kind(
                        "message",
                        MessageId.BYTES,
                        52,
                        MessageId::of,
                        MessageId::new,
                        id -> ((MessageId) id).toBytes()));
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (251 * i + 7);
        }
        return bytes;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anIdAndItsBytesAreTheSame(Kind kind) {
        Record id = kind.of.apply(bytes(kind.bytes));
        assertThat(kind.toBytes.apply(id)).isEqualTo(bytes(kind.bytes));
        assertThat(id.toString()).hasSize(kind.characters).matches("[a-z2-7]+");
        assertThat(kind.parse.apply(id.toString())).isEqualTo(id);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anIdDoesNotChangeWithTheArraysAroundIt(Kind kind) {
        byte[] bytes = bytes(kind.bytes);
        Record id = kind.of.apply(bytes);
        Arrays.fill(bytes, (byte) 0);
        Arrays.fill(kind.toBytes.apply(id), (byte) 0);
        assertThat(kind.toBytes.apply(id)).isEqualTo(bytes(kind.bytes));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anotherLengthIsRefused(Kind kind) {
        assertThatIllegalArgumentException().isThrownBy(() -> kind.of.apply(bytes(0)));
        assertThatIllegalArgumentException().isThrownBy(() -> kind.of.apply(bytes(kind.bytes - 1)));
        assertThatIllegalArgumentException().isThrownBy(() -> kind.of.apply(bytes(kind.bytes + 1)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anotherSpellingIsRefused(Kind kind) {
        String id = kind.of.apply(bytes(kind.bytes)).toString();
        for (String spelling : List.of(
                "",
                id.toUpperCase(java.util.Locale.ROOT),
                id + "=",
                " " + id,
                "1" + id.substring(1),
                "\u00e9" + id.substring(1))) {
            assertThatIllegalArgumentException().isThrownBy(() -> kind.parse.apply(spelling));
        }
    }

    @Test
    void aMessageIdWithTrailingBitsIsRefused() {
        String id = MessageId.of(new byte[MessageId.BYTES]).value();
        assertThatIllegalArgumentException().isThrownBy(() -> new MessageId(id.substring(0, id.length() - 1) + "b"));
    }

    @Test
    void idsAreOrderedByTheirText() {
        PeerId digit = new PeerId("2".repeat(32));
        PeerId letter = new PeerId("a".repeat(32));
        assertThat(digit).isLessThan(letter);
        assertThat(new RoomId("2".repeat(32))).isLessThan(new RoomId("a".repeat(32)));
        assertThat(letter).isEqualByComparingTo(new PeerId("a".repeat(32)));
    }
}
