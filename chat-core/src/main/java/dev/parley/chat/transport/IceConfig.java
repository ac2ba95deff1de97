package dev.parley.chat.transport;

import java.util.ArrayList;
import java.util.List;

/** How links find a path: ICE servers and which kinds of candidates may be used. Immutable. */
public final class IceConfig {

    /** Which candidates may be used (RFC 9429 section 4.1.1). */
    public enum Policy {
        /** Any candidate. */
        ALL,
        /** Relayed candidates only: peers do not learn each other's addresses. Needs a TURN server. */
        RELAY
    }

    private static final IceConfig DEFAULT = builder().build();

    private final List<IceServer> servers;
    private final Policy policy;

    private IceConfig(Builder builder) {
        servers = List.copyOf(builder.servers);
        policy = builder.policy;
    }

    /**
     * Returns the default: no servers of one's own (the signaling worker may name some), all candidates.
     *
     * @return the default
     */
    public static IceConfig defaults() {
        return DEFAULT;
    }

    /**
     * Starts from the default.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the servers.
     *
     * @return an immutable list, in the order of preference
     */
    public List<IceServer> servers() {
        return servers;
    }

    /**
     * Returns the policy.
     *
     * @return which candidates may be used
     */
    public Policy policy() {
        return policy;
    }

    /**
     * Adds servers behind those of this configuration.
     *
     * @param more for example those that the signaling worker names
     * @return this when {@code more} is empty, else a new configuration
     */
    public IceConfig withMore(List<IceServer> more) {
        if (more.isEmpty()) {
            return this;
        }
        Builder builder = builder().policy(policy);
        builder.servers.addAll(servers);
        builder.servers.addAll(more);
        return builder.build();
    }

    /** Collects the settings of an {@link IceConfig}. */
    public static final class Builder {
        private final List<IceServer> servers = new ArrayList<>();
        private Policy policy = Policy.ALL;

        private Builder() {}

        /**
         * Adds a server. Default: none.
         *
         * @param server a STUN or TURN server
         * @return this
         */
        public Builder server(IceServer server) {
            servers.add(server);
            return this;
        }

        /**
         * Sets which candidates may be used. Default: {@link Policy#ALL}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder policy(Policy policy) {
            this.policy = policy;
            return this;
        }

        /**
         * Makes the configuration.
         *
         * @return an immutable configuration
         */
        public IceConfig build() {
            return new IceConfig(this);
        }
    }
}
