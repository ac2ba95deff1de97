package dev.parley.chat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.OAuthLogin;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the commands about the login at a worker have in common. */
final class Login {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Login() {}

    /** The settings with the worker of the command line. */
    static Map<SettingKey, String> flags(@Nullable String signaling, @Nullable String clientId) {
        Map<SettingKey, String> flags = new EnumMap<>(SettingKey.class);
        if (signaling != null) {
            flags.put(SettingKey.SIGNALING_URL, signaling);
        }
        if (clientId != null) {
            flags.put(SettingKey.CLIENT_ID, clientId);
        }
        return flags;
    }

    /**
     * The worker that the settings name.
     *
     * @throws CliException if they name none
     */
    static URI worker(Settings settings) {
        return settings.signalingUrl()
                .orElseThrow(() -> new CliException(
                        ExitCode.USAGE,
                        "no signaling worker is named",
                        "add --signaling URL or set PARLEY_SIGNALING_URL"));
    }

    /**
     * Begins a login at a worker.
     *
     * @throws CliException if a setting does not fit
     */
    static OAuthLogin.Builder at(URI worker, Settings settings) {
        OAuthLogin.Builder login;
        try {
            login = OAuthLogin.builder(worker);
        } catch (IllegalArgumentException e) {
            throw Session.unusable(e);
        }
        Optional<String> clientId = settings.get(SettingKey.CLIENT_ID);
        if (clientId.isPresent()) {
            try {
                login.clientId(clientId.get());
            } catch (IllegalArgumentException e) {
                throw new CliException(
                        ExitCode.USAGE, "the client id cannot be used", "copy it again from the issuer", e);
            }
        }
        return login;
    }

    /**
     * What an access token says of its account. Nothing is verified: that is for the worker.
     *
     * @param subject empty if the token does not say
     * @param name as people know it; empty if the token does not say
     */
    record Claims(String subject, String name) {

        static Claims of(AccessToken token) {
            String[] parts = token.value().split("\\.", -1);
            if (parts.length == 3) {
                try {
                    JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
                    return new Claims(
                            claims.path("sub").asText(""),
                            claims.path("preferred_username").asText(""));
                } catch (IOException | IllegalArgumentException e) {
                    // A token that only its issuer can read.
                }
            }
            return new Claims("", "");
        }
    }
}
