package dev.parley.chat.internal.encoding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteReaderAndJsonTest {

    private static void assertMalformed(ThrowingCallable reading) {
        assertThatExceptionOfType(MalformedException.class).isThrownBy(reading);
    }

    @Test
    void fieldsAreReadInOrderAndUnsigned() throws Exception {
        ByteReader reader = new ByteReader(
                new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xfe, -1, -1, -1, -1, -1, -1, -1, -2, 0, 0, 0, 2, 7, 8, 9
                });
        assertThat(reader.u8()).isEqualTo(255);
        assertThat(reader.u16()).isEqualTo(0xfffe);
        assertThat(reader.i64()).isEqualTo(-2);
        assertThat(reader.length32(2)).isEqualTo(2);
        assertThat(reader.position()).isEqualTo(15);
        assertThat(reader.bytes(2)).containsExactly(7, 8);
        assertThat(reader.remaining()).isEqualTo(1);
        assertMalformed(reader::end);
        assertThat(reader.rest()).containsExactly(9);
        reader.end();
        assertThat(reader.rest()).isEmpty();
    }

    @Test
    void whatIsCutShortIsMalformed() {
        assertMalformed(() -> new ByteReader(new byte[0]).u8());
        assertMalformed(() -> new ByteReader(new byte[1]).u16());
        assertMalformed(() -> new ByteReader(new byte[7]).i64());
        assertMalformed(() -> new ByteReader(new byte[3]).length32(9));
        assertMalformed(() -> new ByteReader(new byte[3]).bytes(4));
        assertMalformed(() -> new ByteReader(new byte[3]).bytes(Integer.MAX_VALUE));
        assertMalformed(() -> new ByteReader(new byte[9], 2, 3).bytes(4));
    }

    @Test
    void aLengthIsAsGreatAsItsLimitAndNoGreater() throws Exception {
        byte[] five = {0, 0, 0, 5};
        assertThat(new ByteReader(five).length32(5)).isEqualTo(5);
        assertMalformed(() -> new ByteReader(five).length32(4));
        assertMalformed(() -> new ByteReader(new byte[] {-1, -1, -1, -1}).length32(Integer.MAX_VALUE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "\"x\"",
                "[]",
                "{",
                "{}{}",
                "{} x",
                "{\"a\":1,\"a\":2}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":01}",
                "{\"a\":NaN}",
                "{\"a\":1,}",
                "// x\n{}",
                "{\"a\":\"\u0001\"}"
            })
    void whatIsNotOneStrictObjectIsMalformed(String json) {
        assertMalformed(() -> Json.parseObject(json.getBytes(UTF_8)));
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        assertMalformed(() -> Json.parseObject(new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xc3, '"', '}'}));
        assertMalformed(() -> Json.parseObject(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}));
    }

    @Test
    void objectsAreAsDeepAsTheLimitAndNoDeeper() throws Exception {
        assertThat(Json.parseObject(nested(16).getBytes(UTF_8))).hasSize(1);
        assertMalformed(() -> Json.parseObject(nested(17).getBytes(UTF_8)));
        assertMalformed(() -> Json.parseObject(nested(100_000).getBytes(UTF_8)));
    }

    private static String nested(int depth) {
        return "{\"a\":".repeat(depth - 1) + "{}" + "}".repeat(depth - 1);
    }

    @Test
    void numbersAreAsLongAsTheLimitAndNoLonger() throws Exception {
        assertThat(Json.parseObject(("{\"a\":" + "1".repeat(32) + "}").getBytes(UTF_8)))
                .hasSize(1);
        assertMalformed(() -> Json.parseObject(("{\"a\":" + "1".repeat(33) + "}").getBytes(UTF_8)));
    }

    @Test
    void fieldsAreOfTheirTypeAndWithinTheirBounds() throws Exception {
        ObjectNode object = Json.parseObject("{\"t\":\"four\",\"n\":5,\"f\":5.0,\"z\":null}".getBytes(UTF_8));
        assertThat(Json.text(object, "t", 4)).isEqualTo("four");
        assertMalformed(() -> Json.text(object, "t", 3));
        assertMalformed(() -> Json.text(object, "n", 9));
        assertMalformed(() -> Json.text(object, "z", 9));
        assertMalformed(() -> Json.text(object, "missing", 9));
        assertThat(Json.integer(object, "n", 5, 5)).isEqualTo(5);
        assertMalformed(() -> Json.integer(object, "n", 6, 9));
        assertMalformed(() -> Json.integer(object, "n", 0, 4));
        assertMalformed(() -> Json.integer(object, "f", 0, 9));
        assertMalformed(() -> Json.integer(object, "t", 0, 9));
        assertMalformed(() -> Json.integer(object, "missing", 0, 9));
        assertThat(Json.parseObject(Json.write(object))).isEqualTo(object);
    }

    @Test
    void theMessageNeverRepeatsWhatWasRead() {
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> Json.parseObject("{\"a\": hunter2}".getBytes(UTF_8)))
                .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"))
                .withNoCause();
    }
}
