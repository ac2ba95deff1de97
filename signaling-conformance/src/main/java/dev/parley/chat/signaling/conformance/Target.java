package dev.parley.chat.signaling.conformance;

import dev.parley.chat.signaling.conformance.internal.Pause;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The worker to be tried, and what of it.
 *
 * <p>Without tokens the suite gets its own from the development issuer of the worker. With tokens, the first is the
 * account that makes rooms, the second one that joins; a third adds some cases.
 */
public final class Target {
    private final URI url;
    private final List<String> tokens;
    private final List<String> only;
    private final boolean slow;
    private final Pause pause;

    private Target(Builder builder) {
        this.url = builder.url;
        this.tokens = List.copyOf(builder.tokens);
        this.only = List.copyOf(builder.only);
        this.slow = builder.slow;
        this.pause = builder.pause;
    }

    /**
     * Begins to describe a target.
     *
     * @param url the base URL of the worker
     * @return a builder
     * @throws IllegalArgumentException if it is no http or https URL with a host, or has a query
     */
    public static Builder builder(URI url) {
        return new Builder(url);
    }

    URI url() {
        return url;
    }

    List<String> tokens() {
        return tokens;
    }

    boolean slow() {
        return slow;
    }

    Pause pause() {
        return pause;
    }

    boolean wants(ConformanceCase candidate) {
        String name = candidate.name().toLowerCase(Locale.ROOT);
        return only.isEmpty() || only.stream().anyMatch(name::contains);
    }

    /** Never the tokens. */
    @Override
    public String toString() {
        return "Target[" + url + "]";
    }

    /** Describes a {@link Target}. Not safe for threads. */
    public static final class Builder {
        private final URI url;
        private final List<String> tokens = new ArrayList<>();
        private final List<String> only = new ArrayList<>();
        private boolean slow;
        private Pause pause = Pause.REAL;

        private Builder(URI url) {
            boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (!web || url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
                throw new IllegalArgumentException(
                        "the base URL of a worker is http or https, with a host and no query");
            }
            String text = url.toString();
            this.url = text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
        }

        /**
         * Adds an access token, of another account than those before.
         *
         * @param token that the worker accepts
         * @return this builder
         */
        public Builder token(String token) {
            if (token.isBlank()) {
                throw new IllegalArgumentException("an access token must not be empty");
            }
            tokens.add(token.strip());
            return this;
        }

        /**
         * Chooses cases; may be called again for more. By default all are chosen.
         *
         * @param name a case, or a part of the names of several; case does not matter
         * @return this builder
         */
        public Builder only(String name) {
            only.add(name.toLowerCase(Locale.ROOT));
            return this;
        }

        /**
         * Runs the cases too that wait for something to expire.
         *
         * @param slow default false
         * @return this builder
         */
        public Builder slow(boolean slow) {
            this.slow = slow;
            return this;
        }

        /** For tests: how the slow cases let time pass. */
        Builder pause(Pause pause) {
            this.pause = pause;
            return this;
        }

        /**
         * Makes the target.
         *
         * @return the target
         */
        public Target build() {
            return new Target(this);
        }
    }
}
