package dev.parley.chat.worker;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SignalingWorker} bears from strangers. The defaults are those of a worker on the internet with a few
 * thousand clients; docs/operations.md says how to choose others. Immutable.
 */
public final class WorkerLimits {
    private final @Nullable Rate perAddress;
    private final @Nullable Rate perRoom;
    private final int connections;
    private final int connectionsPerAddress;
    private final int socketsPerAccount;
    private final Duration headerTimeout;
    private final Duration bodyTimeout;
    private final Duration answerTimeout;
    private final int emojiPerAccount;
    private final long emojiBytesPerAccount;
    private final int emojiInAll;
    private final long emojiBytesInAll;
    private final Duration imageTimeout;

    private WorkerLimits(Builder builder) {
        this.perAddress = builder.perAddress;
        this.perRoom = builder.perRoom;
        this.connections = builder.connections;
        this.connectionsPerAddress = builder.connectionsPerAddress;
        this.socketsPerAccount = builder.socketsPerAccount;
        this.headerTimeout = builder.headerTimeout;
        this.bodyTimeout = builder.bodyTimeout;
        this.answerTimeout = builder.answerTimeout;
        this.emojiPerAccount = builder.emojiPerAccount;
        this.emojiBytesPerAccount = builder.emojiBytesPerAccount;
        this.emojiInAll = builder.emojiInAll;
        this.emojiBytesInAll = builder.emojiBytesInAll;
        this.imageTimeout = builder.imageTimeout;
    }

    /**
     * A number of requests.
     *
     * @param perSecond in the long run
     * @param burst at once
     */
    public record Rate(int perSecond, int burst) {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is less than 1
         */
        public Rate {
            if (perSecond < 1 || burst < 1) {
                throw new IllegalArgumentException("perSecond and burst must be at least 1");
            }
        }
    }

    /**
     * A builder with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * How many requests one address may send.
     *
     * @return the rate; empty for five times that of an account
     */
    public Optional<Rate> requestsPerAddress() {
        return Optional.ofNullable(perAddress);
    }

    /**
     * How many requests may concern one room.
     *
     * @return the rate; empty for five times that of an account
     */
    public Optional<Rate> requestsPerRoom() {
        return Optional.ofNullable(perRoom);
    }

    /**
     * How many connections may be open.
     *
     * @return more than zero
     */
    public int connections() {
        return connections;
    }

    /**
     * How many connections one address may have open.
     *
     * @return more than zero
     */
    public int connectionsPerAddress() {
        return connectionsPerAddress;
    }

    /**
     * How many WebSockets one account may have open.
     *
     * @return more than zero
     */
    public int socketsPerAccount() {
        return socketsPerAccount;
    }

    /**
     * How long the headers of a request may take, from their first byte.
     *
     * @return more than zero
     */
    public Duration headerTimeout() {
        return headerTimeout;
    }

    /**
     * How long the body of a request may take.
     *
     * @return more than zero
     */
    public Duration bodyTimeout() {
        return bodyTimeout;
    }

    /**
     * How long a client may take to take an answer or a WebSocket frame.
     *
     * @return more than zero
     */
    public Duration answerTimeout() {
        return answerTimeout;
    }

    /**
     * How many custom emoji one account may have.
     *
     * @return more than zero
     */
    public int emojiPerAccount() {
        return emojiPerAccount;
    }

    /**
     * How many bytes the images of one account's emoji may have.
     *
     * @return more than zero
     */
    public long emojiBytesPerAccount() {
        return emojiBytesPerAccount;
    }

    /**
     * How many custom emoji there may be.
     *
     * @return more than zero
     */
    public int emojiInAll() {
        return emojiInAll;
    }

    /**
     * How many bytes the images of all emoji may have.
     *
     * @return more than zero
     */
    public long emojiBytesInAll() {
        return emojiBytesInAll;
    }

    /**
     * How long an image may take to be fetched from another host.
     *
     * @return more than zero
     */
    public Duration imageTimeout() {
        return imageTimeout;
    }

    /** Makes {@link WorkerLimits}. Not safe for threads; may be used again after {@link #build}. */
    public static final class Builder {
        private @Nullable Rate perAddress;
        private @Nullable Rate perRoom;
        private int connections = 20_000;
        private int connectionsPerAddress = 256;
        private int socketsPerAccount = 128;
        private Duration headerTimeout = Duration.ofSeconds(10);
        private Duration bodyTimeout = Duration.ofSeconds(20);
        private Duration answerTimeout = Duration.ofSeconds(20);
        private int emojiPerAccount = 50;
        private long emojiBytesPerAccount = 16L * 1024 * 1024;
        private int emojiInAll = 1_000;
        private long emojiBytesInAll = 256L * 1024 * 1024;
        private Duration imageTimeout = Duration.ofSeconds(10);

        private Builder() {}

        /**
         * How many requests one address may send, with or without a good token. An address is an IPv4 address or the
         * /64 of an IPv6 address. Default: five times what an account may send.
         *
         * @param rate in the long run, and at once
         * @return this builder
         */
        public Builder requestsPerAddress(Rate rate) {
            this.perAddress = rate;
            return this;
        }

        /**
         * How many requests may concern one room: once for those of its peers, and once for those of everybody else, so
         * that strangers do not silence a room. Default: five times what an account may send.
         *
         * @param rate in the long run, and at once
         * @return this builder
         */
        public Builder requestsPerRoom(Rate rate) {
            this.perRoom = rate;
            return this;
        }

        /**
         * How many connections may be open; more wait until one is closed. Default: 20,000.
         *
         * @param connections at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder connections(int connections) {
            this.connections = requireCount(connections, "connections");
            return this;
        }

        /**
         * How many connections one address may have open; more are closed at once. Trusted proxies have no such limit.
         * Default: 256.
         *
         * @param connectionsPerAddress at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder connectionsPerAddress(int connectionsPerAddress) {
            this.connectionsPerAddress = requireCount(connectionsPerAddress, "connectionsPerAddress");
            return this;
        }

        /**
         * How many WebSockets one account may have open; more are refused with 429. Default: 128.
         *
         * @param socketsPerAccount at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder socketsPerAccount(int socketsPerAccount) {
            this.socketsPerAccount = requireCount(socketsPerAccount, "socketsPerAccount");
            return this;
        }

        /**
         * How long the headers of a request may take from their first byte, however steadily they trickle; then the
         * connection is closed. Default: 10 seconds. Kept to within a second.
         *
         * @param headerTimeout more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder headerTimeout(Duration headerTimeout) {
            this.headerTimeout = requirePositive(headerTimeout, "headerTimeout");
            return this;
        }

        /**
         * How long the body of a request may take, however steadily it trickles; then the connection is closed.
         * Default: 20 seconds. Kept to within a second.
         *
         * @param bodyTimeout more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder bodyTimeout(Duration bodyTimeout) {
            this.bodyTimeout = requirePositive(bodyTimeout, "bodyTimeout");
            return this;
        }

        /**
         * How long a client may take to take an answer or a WebSocket frame; then the connection is closed. Default: 20
         * seconds. Kept to within a second.
         *
         * @param answerTimeout more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder answerTimeout(Duration answerTimeout) {
            this.answerTimeout = requirePositive(answerTimeout, "answerTimeout");
            return this;
        }

        /**
         * How many custom emoji one account may have; more are refused with 403. Default: 50.
         *
         * @param emojiPerAccount at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder emojiPerAccount(int emojiPerAccount) {
            this.emojiPerAccount = requireCount(emojiPerAccount, "emojiPerAccount");
            return this;
        }

        /**
         * How many bytes the images of one account's emoji may have together, the ones that do not move included.
         * Default: 16 MiB.
         *
         * @param emojiBytesPerAccount at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder emojiBytesPerAccount(long emojiBytesPerAccount) {
            this.emojiBytesPerAccount = requireBytes(emojiBytesPerAccount, "emojiBytesPerAccount");
            return this;
        }

        /**
         * How many custom emoji there may be, of all accounts. Default: 1,000.
         *
         * @param emojiInAll at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder emojiInAll(int emojiInAll) {
            this.emojiInAll = requireCount(emojiInAll, "emojiInAll");
            return this;
        }

        /**
         * How many bytes the images of all emoji may have together. Default: 256 MiB.
         *
         * @param emojiBytesInAll at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder emojiBytesInAll(long emojiBytesInAll) {
            this.emojiBytesInAll = requireBytes(emojiBytesInAll, "emojiBytesInAll");
            return this;
        }

        /**
         * How long an image may take to be fetched from another host, from the first byte to the last. Default: 10
         * seconds.
         *
         * @param imageTimeout more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder imageTimeout(Duration imageTimeout) {
            this.imageTimeout = requirePositive(imageTimeout, "imageTimeout");
            return this;
        }

        /**
         * The limits as they are now.
         *
         * @return new limits
         */
        public WorkerLimits build() {
            return new WorkerLimits(this);
        }

        private static int requireCount(int count, String what) {
            if (count < 1) {
                throw new IllegalArgumentException(what + " must be at least 1, was " + count);
            }
            return count;
        }

        private static long requireBytes(long bytes, String what) {
            if (bytes < 1) {
                throw new IllegalArgumentException(what + " must be at least 1, was " + bytes);
            }
            return bytes;
        }

        private static Duration requirePositive(Duration duration, String what) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException(what + " is too short: " + duration);
            }
            return duration;
        }
    }
}
