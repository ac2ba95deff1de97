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
import java.io.IOException;
import java.net.URI;
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
final class IssuerKeys implements AutoCloseable {
    private static final Duration REFRESH_AHEAD = Duration.ofSeconds(60);
    private static final Duration OUTAGE_TOLERANCE = Duration.ofHours(4);

    private final ExecutorService refresher = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "parley-worker-jwks");
        thread.setDaemon(true);
        return thread;
    });
    private final Published published;
    private final JWKSource<SecurityContext> source;

    /**
     * @param issuer the issuer as it stands in tokens
     * @param jwksUri where its keys are; without it, they are found through the metadata of the issuer
     * @param onChanged called when they were fetched and are not those of before
     */
    IssuerKeys(URI issuer, Optional<URI> jwksUri, Runnable onChanged) {
        this.published = new Published(new IssuerMetadata(issuer), jwksUri, onChanged);
        this.source = JWKSourceBuilder.create(published)
                .refreshAheadCache(REFRESH_AHEAD.toMillis(), null, refresher, false, null, false)
                .retrying(true)
                .outageTolerant(OUTAGE_TOLERANCE.toMillis())
                .build();
    }

    JWKSource<SecurityContext> source() {
        return source;
    }

    /** Whether there was a key of this id when the keys were last fetched; of null, whether there were any. */
    boolean isKnown(@Nullable String keyId) {
        JWKSet known = published.last;
        return known != null && (keyId == null || known.getKeyByKeyId(keyId) != null);
    }

    @Override
    public void close() {
        refresher.shutdownNow();
    }

    private static final class Published implements JWKSetSource<SecurityContext> {
        private final IssuerMetadata metadata;
        private final Optional<URI> configured;
        private final Runnable onChanged;
        private volatile @Nullable URI discovered;
        private volatile @Nullable JWKSet last;

        Published(IssuerMetadata metadata, Optional<URI> configured, Runnable onChanged) {
            this.metadata = metadata;
            this.configured = configured;
            this.onChanged = onChanged;
        }

        @Override
        public JWKSet getJWKSet(
                JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
                throws KeySourceException {
            try {
                JWKSet keys = fetch(refresh, currentTime, context);
                if (!keys.equals(last)) {
                    last = keys;
                    onChanged.run();
                }
                return keys;
            } catch (IOException e) {
                throw new JWKSetUnavailableException("the metadata of the issuer cannot be read", e);
            }
        }

        private JWKSet fetch(JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
                throws IOException, KeySourceException {
            URI found = configured.orElse(discovered);
            if (found == null) {
                found = metadata.jwksUri();
                discovered = found;
            }
            try {
                return new URLBasedJWKSetSource<@Nullable SecurityContext>(found.toURL(), metadata.retriever())
                        .getJWKSet(refresh, currentTime, context);
            } catch (KeySourceException e) {
                // It may have moved: the next attempt asks the issuer again.
                discovered = null;
                throw e;
            }
        }

        @Override
        public void close() {}
    }
}
