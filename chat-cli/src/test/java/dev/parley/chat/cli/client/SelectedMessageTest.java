package dev.parley.chat.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.Participant;
import dev.parley.chat.Reaction;
import dev.parley.chat.cli.Deed;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keys and commands do to the message that is selected. */
class SelectedMessageTest extends ClientCase {
    private static final String BACKSPACE = "\177";

    @BeforeEach
    void twoMessages() {
        enter(Participant.Role.HOST);
        say(1, ME, "Ada", "abc");
        say(2, GRACE, "Grace", "Hello");
        draw(24, 80);
        wishes.clear();
    }

    @Test
    void lettersOfAnEditAreTextAlsoWhenNothingIsLeftOfIt() {
        press(UP);
        press(UP);
        press("e");
        for (int i = 0; i < "abc".length(); i++) {
            press(BACKSPACE);
        }
        press("d");

        assertThat(deeds()).isEmpty();
        press("one");
        press(ENTER);
        assertThat(deeds()).containsExactly(new Deed.Edit(id(1), "done"));
    }

    @Test
    void aCommandAboutTheLastMessageIsAboutTheSelectedOne() {
        press(UP);
        press(UP);
        press("/react 🎉");
        press(ENTER);

        assertThat(deeds()).containsExactly(new Deed.React(id(1), Reaction.of("🎉"), true));
    }

    @Test
    void aCommandThatLacksSomethingIsForTheRoomToRefuse() {
        press(UP);
        press("/react");
        press(ENTER);

        assertThat(deeds()).isEmpty();
        assertThat(wishes).contains(new Wish.Type(tab, "/react"));
    }

    @Test
    void aCommandThatNoReactionIsMadeOfIsForTheRoomToRefuse() {
        String much = "/react " + "x".repeat(Reaction.MAX_TEXT_CHARS + 1);
        press(UP);
        press(much);
        press(ENTER);

        assertThat(deeds()).isEmpty();
        assertThat(wishes).contains(new Wish.Type(tab, much));
    }

    @Test
    void oneMayJoinNothing() {
        press("/join");
        press(ENTER);

        assertThat(wishes).noneMatch(wish -> wish instanceof Wish.Join);
        assertThat(draw(24, 80)).contains("/join takes an invite");
    }

    @Test
    void manyMentionsRingOnce() {
        say(3, GRACE, "Grace", "Ada?");
        say(4, GRACE, "Grace", "Ada!");
        say(5, EVE, "Eve", "Ada");

        assertThat(wishes.stream().filter(wish -> wish instanceof Wish.Bell)).hasSize(1);
    }
}
