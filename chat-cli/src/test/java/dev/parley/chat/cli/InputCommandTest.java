package dev.parley.chat.cli;

import static dev.parley.chat.cli.InputCommand.Act.Kind.BAN;
import static dev.parley.chat.cli.InputCommand.Act.Kind.DEPUTIES;
import static dev.parley.chat.cli.InputCommand.Act.Kind.KICK;
import static dev.parley.chat.cli.InputCommand.Act.Kind.UNBAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.MessageId;
import java.util.List;
import java.util.Locale;
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
        assertThat(InputCommand.parse("{\"cmd\":\"code\",\"ref\":\"r\"}")).isEqualTo(new InputCommand.Code("r"));
    }

    @Test
    void commandsOnParticipantsAreRead() {
        for (InputCommand.Act.Kind kind : List.of(KICK, BAN, UNBAN)) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            assertThat(InputCommand.parse("{\"cmd\":\"" + name + "\",\"peer\":\"Ada B\",\"ref\":\"r\"}"))
                    .isEqualTo(new InputCommand.Act(kind, List.of("Ada B"), "r"));
        }
        assertThat(InputCommand.parse("{\"cmd\":\"deputies\",\"peers\":[\"Ada\",\"Bob\"]}"))
                .isEqualTo(new InputCommand.Act(DEPUTIES, List.of("Ada", "Bob"), null));
        assertThat(InputCommand.parse("{\"cmd\":\"deputies\",\"peers\":[]}"))
                .isEqualTo(new InputCommand.Act(DEPUTIES, List.of(), null));
        assertThat(InputCommand.parse("{\"cmd\":\"verify\"}"))
                .isEqualTo(new InputCommand.Verify(null, null, false, null));
        assertThat(InputCommand.parse("{\"cmd\":\"verify\",\"peer\":\"Ada\",\"confirm\":true,\"ref\":\"r\"}"))
                .isEqualTo(new InputCommand.Verify("Ada", null, true, "r"));
        assertThat(InputCommand.parse("{\"cmd\":\"verify\",\"peer\":\"Ada\",\"code\":\"123\",\"confirm\":false}"))
                .isEqualTo(new InputCommand.Verify("Ada", "123", false, null));
        assertThat(InputCommand.parse("{\"cmd\":\"unverify\",\"peer\":\"Ada\"}"))
                .isEqualTo(new InputCommand.Unverify("Ada", null));
    }

    @Test
    void whatIsTypedOfParticipantsIsRead() {
        assertThat(TypedAct.parse("/kick Ada B")).isEqualTo(new InputCommand.Act(KICK, List.of("Ada B"), null));
        assertThat(TypedAct.parse("/ban  Ada")).isEqualTo(new InputCommand.Act(BAN, List.of("Ada"), null));
        assertThat(TypedAct.parse("/unban Ada")).isEqualTo(new InputCommand.Act(UNBAN, List.of("Ada"), null));
        assertThat(TypedAct.parse("/deputies Ada \"Bob C\""))
                .isEqualTo(new InputCommand.Act(DEPUTIES, List.of("Ada", "Bob C"), null));
        assertThat(TypedAct.parse("/deputies")).isEqualTo(new InputCommand.Act(DEPUTIES, List.of(), null));
        assertThat(TypedAct.parse("/kicked Ada")).isNull();
        assertThat(TypedAct.parse("kick Ada")).isNull();
        assertThat(InputCommand.typedVerification("/verify"))
                .isEqualTo(new InputCommand.Verify(null, null, false, null));
        assertThat(InputCommand.typedVerification("/verify Ada B"))
                .isEqualTo(new InputCommand.Verify("Ada B", null, false, null));
        assertThat(InputCommand.typedVerification("/verify Ada ok"))
                .isEqualTo(new InputCommand.Verify("Ada", null, true, null));
        assertThat(InputCommand.typedVerification("/unverify Ada")).isEqualTo(new InputCommand.Unverify("Ada", null));
        assertThat(InputCommand.typedVerification("/verifyAda")).isNull();
        assertThat(InputCommand.typedVerification("verify Ada")).isNull();
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
                "{\"cmd\":\"leave\",\"ref\":{}} @ invalid_command",
                "{\"cmd\":\"kick\"} @ invalid_command",
                "{\"cmd\":\"ban\",\"peer\":7} @ invalid_command",
                "{\"cmd\":\"deputies\"} @ invalid_command",
                "{\"cmd\":\"deputies\",\"peers\":\"Ada\"} @ invalid_command",
                "{\"cmd\":\"deputies\",\"peers\":[\"Ada\",7]} @ invalid_command",
                "{\"cmd\":\"verify\",\"confirm\":true} @ invalid_command",
                "{\"cmd\":\"verify\",\"peer\":\"Ada\",\"confirm\":1} @ invalid_command",
                "{\"cmd\":\"verify\",\"peer\":\"Ada\",\"confirm\":\"true\"} @ invalid_command",
                "{\"cmd\":\"unverify\"} @ invalid_command"
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
