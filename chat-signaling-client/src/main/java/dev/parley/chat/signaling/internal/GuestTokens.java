package dev.parley.chat.signaling.internal;

import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.signaling.AccessToken;
import dev.parley.chat.signaling.AccessTokenProvider;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletionStage;
import okhttp3.HttpUrl;
import okhttp3.Request;

/** Tokens of a guest, who is the same for as long as this object lives; docs/signaling.md says how. */
public final class GuestTokens implements AccessTokenProvider {

    private static final int SECRET_BYTES = 32;

    private final WorkerHttp http;
    private final HttpUrl base;
    private final Duration timeout;
    private final String secret;

    /**
     * Makes a source without a cache, and draws who the guest is.
     *
     * @param http sends the requests
     * @param base the worker
     * @param timeout for each request
     */
    public GuestTokens(WorkerHttp http, HttpUrl base, Duration timeout) {
        this.http = http;
        this.base = base;
        this.timeout = timeout;
        byte[] random = new byte[SECRET_BYTES];
        http.environment().fillRandom(random);
        this.secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    @Override
    public CompletionStage<AccessToken> token(Freshness freshness) {
        Request request = new Request.Builder()
                .url(base.newBuilder().addPathSegments("v1/guests").build())
                .post(Wire.guest(secret))
                .build();
        return http.exchange(request, timeout, WorkerHttp.MAX_ANSWER_BYTES).thenApply(answer -> {
            if (answer.status() == 404) {
                throw new SignalingException(
                        Problem.UNAUTHORIZED, "the worker lets no guests in: log in with an account");
            }
            if (!answer.isSuccess()) {
                throw Wire.refusal(answer, http.environment().epochMillis()).toException();
            }
            return Wire.token(
                    Wire.object(answer),
                    "guestToken",
                    "expiresIn",
                    http.environment().epochMillis());
        });
    }
}
