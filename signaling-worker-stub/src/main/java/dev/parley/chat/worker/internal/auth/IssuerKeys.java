package dev.parley.chat.worker.internal.auth;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.ResourceRetriever;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of a configured issuer. Fetched at first use, not at the start: a worker starts while its issuer is
 * down. Cached, refreshed ahead of their end, fetched again for an unknown key id (at most every 30 s), and kept in use
 * for hours while the issuer cannot be reached.
 */
public final class IssuerKeys implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 3_000;
    private static final int READ_TIMEOUT_MILLIS = 3_000;
    private static final int MAX_DOCUMENT_BYTES = 256 * 1024;
    private static final Duration REFRESH_AHEAD = Duration.ofSeconds(60);
    private static final Duration OUTAGE_TOLERANCE = Duration.ofHours(4);

    private final ResourceRetriever retriever =
            new DefaultResourceRetriever(CONNECT_TIMEOUT_MILLIS, READ_TIMEOUT_MILLIS, MAX_DOCUMENT_BYTES);
    private final ExecutorService refresher = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "parley-worker-jwks");
        thread.setDaemon(true);
        return thread;
    });
    private final Published published;
    private final JWKSource<SecurityContext> source;

    /**
     * @param issuer the issuer as it stands in tokens
     * @param jwksUri where its keys are; without it, they are found through {@code /.well-known/openid-configuration}
     */
    public IssuerKeys(URI issuer, Optional<URI> jwksUri) {
        this.published = new Published(issuer, jwksUri.orElse(null));
        this.source = JWKSourceBuilder.create(published)
                .refreshAheadCache(REFRESH_AHEAD.toMillis(), null, refresher, false, null, false)
                .retrying(true)
                .outageTolerant(OUTAGE_TOLERANCE.toMillis())
                .build();
    }

    JWKSource<SecurityContext> source() {
        return source;
    }

    /** Whether the keys could be fetched once. */
    boolean known() {
        return published.fetched;
    }

    @Override
    public void close() {
        refresher.shutdownNow();
    }

    private final class Published implements JWKSetSource<SecurityContext> {
        private final URI issuer;
        private volatile @Nullable URI jwksUri;
        private volatile boolean fetched;

        Published(URI issuer, @Nullable URI jwksUri) {
            this.issuer = issuer;
            this.jwksUri = jwksUri;
        }

        @Override
        public JWKSet getJWKSet(
                JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
                throws KeySourceException {
            try {
                URI found = jwksUri;
                if (found == null) {
                    found = discover();
                    jwksUri = found;
                }
                JWKSet keys = new URLBasedJWKSetSource<@Nullable SecurityContext>(found.toURL(), retriever)
                        .getJWKSet(refresh, currentTime, context);
                fetched = true;
                return keys;
            } catch (IOException | Problem e) {
                throw new JWKSetUnavailableException("the metadata of the issuer cannot be read", e);
            }
        }

        /** OpenID Connect Discovery 1.0, section 4. */
        private URI discover() throws IOException {
            String base = issuer.toString();
            URL metadata = url((base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                    + "/.well-known/openid-configuration");
            String text = retriever.retrieveResource(metadata).getContent();
            var fields = Json.parseObject(text.getBytes(StandardCharsets.UTF_8), "issuer metadata");
            if (!Json.text(fields, "issuer").equals(base)) {
                throw new IOException("the metadata is that of another issuer");
            }
            return URI.create(url(Json.text(fields, "jwks_uri")).toString());
        }

        private URL url(String text) throws MalformedURLException {
            try {
                return URI.create(text).toURL();
            } catch (IllegalArgumentException e) {
                throw (MalformedURLException) new MalformedURLException("not a URL").initCause(e);
            }
        }

        @Override
        public void close() {}
    }
}
