package dev.parley.chat.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The codes that people compare; their values are held by the golden vectors. */
final class CodesTest {

    private static final PeerId ADA = new PeerId("a".repeat(32));
    private static final PeerId BOB = new PeerId("b".repeat(32));
    private static final PeerId EVE = new PeerId("e".repeat(32));
    private static final RoomId ROOM = new RoomId("r".repeat(32));
    private static final SafetyNumber NUMBER = SafetyNumber.of(ADA, BOB);
    private static final RoomCode CODE = RoomCode.of(ROOM, 3, filled(1));

    @Test
    void bothSidesGetTheSameNumber() {
        assertThat(SafetyNumber.of(BOB, ADA)).isEqualTo(NUMBER).hasToString(NUMBER.digits());
        assertThat(NUMBER.digits()).matches("([0-9]{5} ){11}[0-9]{5}");
        assertThat(NUMBER.words()).matches("([a-z]{3,7} ){11}[a-z]{3,7}");
    }

    @Test
    void anotherIdentityOnEitherSideChangesTheNumber() {
        for (SafetyNumber other : new SafetyNumber[] {SafetyNumber.of(ADA, EVE), SafetyNumber.of(EVE, BOB)}) {
            assertThat(NUMBER.compare(other.digits())).isEqualTo(CodeComparison.DIFFERENT);
            assertThat(NUMBER.compare(other.words())).isEqualTo(CodeComparison.DIFFERENT);
            assertThat(NUMBER.compare(other.qrText())).isEqualTo(CodeComparison.DIFFERENT);
        }
    }

    @Test
    void oneAndItselfHaveNoNumber() {
        assertThatIllegalArgumentException().isThrownBy(() -> SafetyNumber.of(ADA, ADA));
    }

    @Test
    void whatTheOtherSideSeesMatchesHoweverItIsTyped() {
        assertThat(NUMBER.compare(NUMBER.digits())).isEqualTo(CodeComparison.MATCH);
        assertThat(NUMBER.compare(" " + NUMBER.digits().replace(" ", "") + "\n"))
                .isEqualTo(CodeComparison.MATCH);
        assertThat(NUMBER.compare(NUMBER.digits().replace(' ', '-'))).isEqualTo(CodeComparison.MATCH);
        assertThat(NUMBER.compare(NUMBER.words().toUpperCase(Locale.ROOT))).isEqualTo(CodeComparison.MATCH);
        assertThat(NUMBER.compare(Arrays.stream(NUMBER.words().split(" ", -1))
                        .map(word -> word.substring(0, Math.min(4, word.length())))
                        .collect(Collectors.joining(", "))))
                .isEqualTo(CodeComparison.MATCH);
        assertThat(NUMBER.compare(NUMBER.qrText() + "\n")).isEqualTo(CodeComparison.MATCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " - ",
                "12345",
                "hello there",
                "apple",
                "parley-verify",
                "parley-verify:1",
                "parley-verify:1:a:b:c",
                "parley-room:1:x",
                "\u0661\u0662"
            })
    void whatIsNoNumberIsUnreadable(String text) {
        assertThat(NUMBER.compare(text)).isEqualTo(CodeComparison.UNREADABLE);
    }

    @Test
    void oneDigitOrWordTooFewIsUnreadableAndOneWrongIsDifferent() {
        String digits = NUMBER.digits();
        assertThat(NUMBER.compare(digits.substring(1))).isEqualTo(CodeComparison.UNREADABLE);
        assertThat(NUMBER.compare(digits + "0")).isEqualTo(CodeComparison.UNREADABLE);
        char last = digits.charAt(digits.length() - 1);
        assertThat(NUMBER.compare(digits.substring(0, digits.length() - 1) + (last == '9' ? '8' : '9')))
                .isEqualTo(CodeComparison.DIFFERENT);
        String allButOne = NUMBER.words().substring(0, NUMBER.words().lastIndexOf(' '));
        assertThat(NUMBER.compare(allButOne)).isEqualTo(CodeComparison.UNREADABLE);
        assertThat(NUMBER.compare(allButOne + (NUMBER.words().endsWith(" apple") ? " acorn" : " apple")))
                .isEqualTo(CodeComparison.DIFFERENT);
    }

    @Test
    void aCodeOfAnotherVersionIsToldApart() {
        assertThat(NUMBER.compare(NUMBER.qrText().replace(":1:", ":2:"))).isEqualTo(CodeComparison.OTHER_VERSION);
        assertThat(CODE.compare(CODE.qrText().replace("parley-room:1:", "parley-room:9:")))
                .isEqualTo(CodeComparison.OTHER_VERSION);
    }

    @Test
    void aRoomCodeIsOfItsRoomEpochAndAuthenticator() {
        assertThat(CODE.compare(RoomCode.of(ROOM, 3, filled(1)).qrText())).isEqualTo(CodeComparison.MATCH);
        assertThat(CODE.compare(CODE.digits())).isEqualTo(CodeComparison.MATCH);
        assertThat(CODE.compare(CODE.words())).isEqualTo(CodeComparison.MATCH);
        RoomCode later = RoomCode.of(ROOM, 4, filled(1));
        assertThat(CODE.compare(later.qrText())).isEqualTo(CodeComparison.OTHER_EPOCH);
        assertThat(CODE.compare(later.words())).isEqualTo(CodeComparison.DIFFERENT);
        RoomCode split = RoomCode.of(ROOM, 3, filled(2));
        assertThat(CODE.compare(split.qrText())).isEqualTo(CodeComparison.DIFFERENT);
        assertThat(CODE.compare(split.digits())).isEqualTo(CodeComparison.DIFFERENT);
        RoomCode elsewhere = RoomCode.of(new RoomId("s".repeat(32)), 3, filled(1));
        assertThat(CODE.compare(elsewhere.qrText())).isEqualTo(CodeComparison.DIFFERENT);
        assertThat(CODE.compare(elsewhere.words())).isEqualTo(CodeComparison.DIFFERENT);
        assertThat(CODE.digits()).matches("([0-9]{5} ){7}[0-9]{5}");
    }

    @Test
    void aRoomCodeNeedsAWholeAuthenticator() {
        assertThatIllegalArgumentException().isThrownBy(() -> RoomCode.of(ROOM, 0, new byte[31]));
        assertThatIllegalArgumentException().isThrownBy(() -> RoomCode.of(ROOM, -1, new byte[32]));
        assertThat(CODE.compare("parley-room:1:x")).isEqualTo(CodeComparison.UNREADABLE);
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[RoomCode.AUTHENTICATOR_BYTES];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
