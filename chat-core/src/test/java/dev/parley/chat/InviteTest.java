package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InviteTest {

    private static final String ROOM = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static final String SECRET = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

    private static byte[] secret() {
        byte[] secret = new byte[Invite.SECRET_BYTES];
        Arrays.fill(secret, (byte) 7);
        return secret;
    }

    @Test
    void theLinksOfTheFileAreWrittenAndRead() throws IOException {
        try (InputStream file = InviteTest.class.getResourceAsStream("/golden/invites.txt")) {
            assertThat(file).isNotNull();
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            Invite invite = new Invite(URI.create("https://chat.example.org/tea"), new RoomId(ROOM), secret(), 0);
            Invite open = Invite.toPublicRoom(URI.create("http://127.0.0.1:8080/"), new RoomId(ROOM));
            Invite later = new Invite(URI.create("https://chat.example.org/tea"), new RoomId(ROOM), secret(), 12);
            Invite laterOpen = new Invite(URI.create("http://127.0.0.1:8080"), new RoomId(ROOM), null, 3);
            assertThat(text)
                    .isEqualTo("private " + invite.link() + "\npublic " + open.link() + "\nprivate " + later.link()
                            + "\npublic " + laterOpen.link() + "\n");
            assertThat(Invite.parse(later.link())).isEqualTo(later).isNotEqualTo(invite);
            assertThat(Invite.parse(laterOpen.link())).isEqualTo(laterOpen).isNotEqualTo(open);
            assertThat(laterOpen.hasSecret()).isFalse();
            assertThat(Invite.parse(invite.link())).isEqualTo(invite).hasSameHashCodeAs(invite);
            assertThat(Invite.parse(open.link())).isEqualTo(open).isNotEqualTo(invite);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.org/r/@#$, https://a.org",
        "https://a.org/r/@, https://a.org",
        "https://a.org/r/@#, https://a.org",
        "'  https://a.org/r/@#$\n', https://a.org",
        "parley:https://a.org/r/@#$, https://a.org",
        "PARLEY:https://a.org/r/@#$, https://a.org",
        "HTTP://a.org:81/r/@#$, HTTP://a.org:81",
        "https://a.org/r/@#$.2147483647, https://a.org",
        "https://a.org/r/@#.2, https://a.org",
        "https://a.org/x/r/y/r/@#$, https://a.org/x/r/y",
        "https://a.org/a%20b/r/@#$, https://a.org/a%20b",
        "https://a.org//r/@#$, https://a.org",
        "https://[::1]:8443/r/@#$, https://[::1]:8443",
    })
    void goodLinksAreRead(String link, String base) {
        Invite invite = Invite.parse(link.replace("@", ROOM).replace("$", SECRET));
        assertThat(invite.base()).isEqualTo(URI.create(base));
        assertThat(invite.room()).isEqualTo(new RoomId(ROOM));
        assertThat(invite.hasSecret()).isEqualTo(link.contains("$"));
        assertThat(invite.secret()).isEqualTo(link.contains("$") ? secret() : null);
        assertThat(Invite.parse(invite.link())).isEqualTo(invite);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "parley:",
                "hello $",
                "#$",
                "https://a.org#$",
                "https://a.org/r/#$",
                "https://a.org/r/@/#$",
                "https://a.org/r/@@#$",
                "https://a.org/r/@a#$",
                "https://a.org/r/aaaa#$",
                "https://a.org/r/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA#$",
                "https://a.org/r/@?x=1#$",
                "https://a.org/R/@#$",
                "https:/r/@#$",
                "https:///r/@#$",
                "//a.org/r/@#$",
                "a.org/r/@#$",
                "/r/@#$",
                "ftp://a.org/r/@#$",
                "file:///r/@#$",
                "mailto:a@#$",
                "parley:parley:https://a.org/r/@#$",
                "https://user:pass@a.org/r/@#$",
                "https://a.org/r/@#$A",
                "https://a.org/r/@#$AAA",
                "https://a.org/r/@#A",
                "https://a.org/r/@#$.",
                "https://a.org/r/@#$.0",
                "https://a.org/r/@#$.02",
                "https://a.org/r/@#$.+2",
                "https://a.org/r/@#$.-2",
                "https://a.org/r/@#$.2.2",
                "https://a.org/r/@#$.2147483648",
                "https://a.org/r/@#.",
                "https://a.org/r/@#$ $",
                "https://a.org/r/@#$%",
                "https://a.org/r/@#$+",
                "https://a.org/r/@#$#$",
                "https://a b.org/r/@#$",
                "https://a.org/r/@%23$",
            })
    void damagedLinksAreRefusedWithoutRepeatingTheSecret(String link) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Invite.parse(
                        link.replace("@", link.contains("user") ? "@" : ROOM).replace("$", SECRET)))
                .satisfies(e -> {
                    StringWriter all = new StringWriter();
                    e.printStackTrace(new PrintWriter(all));
                    assertThat(all.toString()).doesNotContain(SECRET, SECRET.substring(3, 15), "user:pass");
                    assertThat(e).hasMessageMatching("(?s).*(invite).*");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://a.org/r/", "https://a.org//r/", "https://a.org/x////r/", "http://[::1]:80//r/"})
    void anInviteReadsBackAsWhatItWas(String before) {
        Invite invite = Invite.parse(before + ROOM + "#" + SECRET);
        assertThat(Invite.parse(invite.link())).isEqualTo(invite);
        assertThat(invite.base().toString()).doesNotEndWith("/");
    }

    @Test
    void aSecretHasOneSpelling() {
        // 32 bytes leave two unused bits in the last character.
        String last = SECRET.substring(0, SECRET.length() - 1);
        long spellings = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                .chars()
                .filter(c -> isInvite("https://a.org/r/" + ROOM + "#" + last + (char) c))
                .count();
        assertThat(spellings).isEqualTo(16);
        assertThat(isInvite("https://a.org/r/" + ROOM + "#" + SECRET + "=")).isFalse();
    }

    private static boolean isInvite(String link) {
        try {
            return Invite.parse(link).hasSecret();
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    @Test
    void aLinkIsAsLongAsTheLimitAndNoLonger() {
        String rest = "/r/" + ROOM + "#" + SECRET;
        String base = "https://a.org/" + "p".repeat(2_048 - rest.length() - "https://a.org/".length());
        assertThat(Invite.parse(base + rest).base()).isEqualTo(URI.create(base));
        assertThatIllegalArgumentException().isThrownBy(() -> Invite.parse(base + "p" + rest));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.org",
                "//a.org",
                "ftp://a.org",
                "https:",
                "https:a.org",
                "https://u@a.org",
                "https://a.org?q",
                "https://a.org#f",
                "file:///tmp"
            })
    void aBaseIsAnHttpUrlAndNothingMore(String base) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Invite.toPublicRoom(new URI(base.equals("https:") ? "https:x" : base), new RoomId(ROOM)));
    }

    @Test
    void theSecretIsNotShownAndNotShared() {
        byte[] secret = secret();
        Invite invite = new Invite(URI.create("https://a.org"), new RoomId(ROOM), secret, 0);
        secret[0] = 0;
        assertThat(invite.link()).endsWith("#" + SECRET);
        byte[] copy = Objects.requireNonNull(invite.secret());
        copy[0] = 0;
        assertThat(invite.link()).endsWith("#" + SECRET);
        assertThat(invite.toString()).contains(ROOM).doesNotContain(SECRET.substring(0, 8));
        byte[] other = secret();
        other[31] = 8;
        assertThat(invite).isNotEqualTo(new Invite(URI.create("https://a.org"), new RoomId(ROOM), other, 0));
        assertThat(invite).isNotEqualTo(Invite.toPublicRoom(URI.create("https://a.org"), new RoomId(ROOM)));
    }
}
