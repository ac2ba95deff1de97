package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IceServerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stun:stun.example.org",
                "stuns:stun.example.org:65535",
                "stun:[2001:db8::1]:3478",
                "turn:192.0.2.1:1?transport=tcp",
                "turns:turn.example.org"
            })
    void urls_of_the_four_schemes_are_taken(String url) {
        assertThat(IceServer.turn(url, "user", "password").urls()).containsExactly(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://example.org",
                "stun:",
                "stun::3478",
                "stun:host:0",
                "stun:host:65536",
                "stun:a:b",
                "stun:host?transport=udp",
                "turn:host?transport=sctp",
                "turn:[::1",
                "turn:user@host"
            })
    void other_urls_are_refused(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> IceServer.turn(url, "user", "password"));
    }

    @Test
    void a_turn_server_needs_credentials_because_the_native_library_crashes_without() {
        List<String> url = List.of("turn:turn.example.org");
        assertThatIllegalArgumentException().isThrownBy(() -> new IceServer(url, null, "password"));
        assertThatIllegalArgumentException().isThrownBy(() -> new IceServer(url, "", "password"));
        assertThatIllegalArgumentException().isThrownBy(() -> new IceServer(url, "user", null));
        assertThatIllegalArgumentException().isThrownBy(() -> new IceServer(url, "user", ""));
    }

    @Test
    void a_user_name_has_at_most_508_bytes() {
        String longest = "u".repeat(IceServer.MAX_USERNAME_BYTES);
        assertThat(IceServer.turn("turn:host", longest, "password").username()).isEqualTo(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> IceServer.turn("turn:host", longest + "u", "password"));
    }
}
