package dev.parley.chat.internal.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.chat.internal.encoding.NegativeVectors.Vector;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NegativeEncodingTest {

    static Stream<Vector> json() {
        return NegativeVectors.of("json.json");
    }

    @ParameterizedTest
    @MethodSource("json")
    void jsonIsOneStrictObjectInUtf8(Vector vector) throws Exception {
        byte[] bytes = vector.bytes("hex");
        if (vector.isValid()) {
            assertThat(Json.parseObject(bytes).isObject()).isTrue();
        } else {
            assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Json.parseObject(bytes));
        }
    }

    static Stream<Vector> base32() {
        return NegativeVectors.of("base32.json");
    }

    @ParameterizedTest
    @MethodSource("base32")
    void base32HasOneSpelling(Vector vector) {
        String text = vector.text("text");
        if (vector.isValid()) {
            assertThat(Base32.encode(Base32.decode(text))).isEqualTo(text);
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> Base32.decode(text));
        }
    }

    static Stream<Vector> base64() {
        return NegativeVectors.of("base64url.json");
    }

    @ParameterizedTest
    @MethodSource("base64")
    void base64HasOneSpelling(Vector vector) throws Exception {
        String text = vector.text("text");
        if (vector.isValid()) {
            assertThat(Base64Url.encode(Base64Url.decode(text))).isEqualTo(text);
            assertThat(Json.base64(Json.object().put("f", text), "f", 16)).isEqualTo(Base64Url.decode(text));
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Base64Url.decode(text))
                    .withMessageStartingWith("not ");
            assertThatExceptionOfType(MalformedException.class)
                    .isThrownBy(() -> Json.base64(Json.object().put("f", text), "f", 16));
        }
    }
}
