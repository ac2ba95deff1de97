package dev.parley.chat.signaling;

import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How a person takes part in a login. Called on threads of the {@link OAuthLogin}; must not block. */
public interface LoginPrompt {

    /**
     * The person is to open this link with a browser of this machine; the login goes on when it leads back.
     *
     * @param link at the issuer
     */
    void openLink(URI link);

    /**
     * The person is to open this link with any browser, on any machine, and to type the code there.
     *
     * @param link at the issuer
     * @param code to be typed, 1…64 visible characters
     * @param linkWithCode leads to the same place with the code filled in; null if the issuer has none
     * @param expires when the code ends
     */
    void enterCode(URI link, String code, @Nullable URI linkWithCode, Instant expires);
}
