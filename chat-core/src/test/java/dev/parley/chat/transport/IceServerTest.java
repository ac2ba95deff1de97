package dev.parley.chat.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IceServerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stun:stun.example.org",
                "stun:stun.example.org:3478",
                "stuns:stun.example.org:5349",
                "turn:192.0.2.1:3478?transport=udp",
                "turns:turn-1.example.org?transport=tcp",
                "stun:[2001:db8::1]:3478"
            })
    void urlsOfTheFourSchemesAreAccepted(String url) {
        assertThat(IceServer.stun(url).urls()).containsExactly(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "stun:",
                "stun.example.org",
                "http://example.org",
                "STUN:stun.example.org",
                "stun://stun.example.org",
                "stun:stun.example.org\n",
                "stun:user@example.org",
                "turn:turn.example.org?transport=sctp",
                "turn:turn.example.org?transport=udp&x=1"
            })
    void otherUrlsAreRefusedAndNotRepeated(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IceServer.stun(url))
                .withMessageNotContaining("example");
    }

    @Test
    void aServerNeedsAUrlAndEveryUrlIsChecked() {
        assertThatIllegalArgumentException().isThrownBy(() -> new IceServer(List.of(), null, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new IceServer(List.of("stun:a.example", "b.example"), null, null));
    }

    @Test
    void theListIsCopied() {
        List<String> urls = new ArrayList<>(List.of("stun:a.example"));
        IceServer server = new IceServer(urls, null, null);
        urls.clear();
        assertThat(server.urls()).containsExactly("stun:a.example");
    }

    @Test
    void itsTextHidesCredentialsAndAddresses() {
        assertThat(IceServer.turn("turn:192.0.2.1", "alice", "hunter2").toString())
                .doesNotContain("alice", "hunter2", "192.0.2.1")
                .contains("with credentials");
        assertThat(IceServer.stun("stun:192.0.2.1").toString())
                .doesNotContain("192.0.2.1")
                .doesNotContain("credentials");
    }
}
