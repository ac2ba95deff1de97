package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.MessageId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputCommandTest {

    private static final String ID = "a".repeat(52);

    @Test
    void commandsAreRead() {
        assertThat(InputCommand.parse("{\"cmd\":\"send\",\"text\":\"hi\"}"))
                .isEqualTo(new InputCommand.Send("hi", null, null));
        assertThat(InputCommand.parse(
                        " {\"text\":\"\u00e4\",\"cmd\":\"send\",\"ref\":\"r\",\"replyTo\":\"" + ID + "\",\"new\":1} "))
                .isEqualTo(new InputCommand.Send("\u00e4", new MessageId(ID), "r"));
        assertThat(InputCommand.parse("{\"cmd\":\"participants\",\"ref\":null}"))
                .isEqualTo(new InputCommand.Participants(null));
        assertThat(InputCommand.parse("{\"cmd\":\"leave\"}")).isEqualTo(new InputCommand.Leave(null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "hello @ invalid_json",
                "{ @ invalid_json",
                "[] @ invalid_json",
                "\"send\" @ invalid_json",
                "null @ invalid_json",
                "{\"cmd\":\"leave\"} x @ invalid_json",
                "{\"cmd\":\"leave\",\"cmd\":\"send\"} @ invalid_json",
                "{} @ invalid_command",
                "{\"cmd\":1} @ invalid_command",
                "{\"cmd\":\"fly\"} @ unknown_command",
                "{\"cmd\":\"send\"} @ invalid_command",
                "{\"cmd\":\"send\",\"text\":5} @ invalid_command",
                "{\"cmd\":\"send\",\"text\":{}} @ invalid_command",
                "{\"cmd\":\"send\",\"text\":\"x\",\"replyTo\":\"short\"} @ invalid_command",
                "{\"cmd\":\"send\",\"text\":\"x\",\"replyTo\":7} @ invalid_command",
                "{\"cmd\":\"leave\",\"ref\":{}} @ invalid_command"
            })
    void aBadLineIsToldByItsCode(String line, String code) {
        assertThatThrownBy(() -> InputCommand.parse(line))
                .isInstanceOfSatisfying(
                        CliException.class, e -> assertThat(e.failure().code()).isEqualTo(code));
    }

    @Test
    void deepNestingIsRefused() {
        assertThatThrownBy(() -> InputCommand.parse("[".repeat(30_000))).isInstanceOf(CliException.class);
    }

    @Test
    void aReferenceHasALimit() {
        String fits = "r".repeat(InputCommand.MAX_REF_CHARS);
        assertThat(InputCommand.parse("{\"cmd\":\"leave\",\"ref\":\"" + fits + "\"}")
                        .ref())
                .isEqualTo(fits);
        assertThatThrownBy(() -> InputCommand.parse("{\"cmd\":\"leave\",\"ref\":\"" + fits + "r\"}"))
                .isInstanceOf(CliException.class);
    }

    @Test
    void theTextOfABadLineIsNotRepeated() {
        assertThatThrownBy(() -> InputCommand.parse("{\"cmd\":\"send\",\"text\":\"my secret\""))
                .hasMessageNotContaining("secret");
    }
}
