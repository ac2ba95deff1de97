package dev.parley.chat.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes inputs of seeds, the same ones from the same number: a short look in every build that needs no instrumentation.
 * What it finds by chance only, the long run finds by coverage.
 */
final class Mutator {

    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_CHANGES = 6;

    /** Values at which lengths and counts go wrong. */
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        4,
        16,
        32,
        63,
        64,
        127,
        128,
        255,
        256,
        1_000,
        16_383,
        16_384,
        32_767,
        65_535,
        65_536,
        262_144,
        0x3fff_ffffL,
        0x7fff_ffffL,
        0x8000_0000L,
        0xbfff_ffffL,
        0xffff_ffffL,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1
    };

    private static final List<byte[]> TOKENS = Inputs.texts(
            "\"",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "null",
            "true",
            "-0",
            "1e9999",
            "99999999999999999999",
            "\\ud800",
            "\\u0000",
            "\ufeff",
            "\u0000",
            "=",
            "%",
            "..",
            "//",
            "::",
            "\r\n",
            "\r\n\r\na=",
            " ",
            "\u202e");

    private final SplittableRandom random;
    private final List<byte[]> seeds;

    Mutator(long seed, List<byte[]> seeds) {
        this.random = new SplittableRandom(seed);
        this.seeds = seeds;
    }

    byte[] next() {
        byte[] input = seeds.get(random.nextInt(seeds.size())).clone();
        int changes = 1 + random.nextInt(MAX_CHANGES);
        for (int i = 0; i < changes; i++) {
            input = change(input);
        }
        return input.length <= MAX_BYTES ? input : Arrays.copyOf(input, MAX_BYTES);
    }

    private byte[] change(byte[] input) {
        if (input.length == 0) {
            return bytes(1 + random.nextInt(64));
        }
        int at = random.nextInt(input.length);
        return switch (random.nextInt(10)) {
            case 0 -> {
                input[at] ^= (byte) (1 << random.nextInt(8));
                yield input;
            }
            case 1 -> {
                input[at] = (byte) random.nextInt(256);
                yield input;
            }
            case 2 -> number(input, at);
            case 3 -> Arrays.copyOf(input, at);
            case 4 -> replace(input, at, at, bytes(1 + random.nextInt(16)));
            case 5 -> replace(input, at, Math.min(input.length, at + 1 + random.nextInt(16)), new byte[0]);
            case 6 -> replace(input, at, at, Arrays.copyOfRange(input, at, random.nextInt(at, input.length) + 1));
            case 7 -> {
                byte[] other = seeds.get(random.nextInt(seeds.size()));
                int from = random.nextInt(other.length + 1);
                yield replace(input, at, input.length, Arrays.copyOfRange(other, from, other.length));
            }
            case 8 -> replace(input, at, at, TOKENS.get(random.nextInt(TOKENS.size())));
            default -> decimal(input, at);
        };
    }

    /** Overwrites a big-endian number of one to eight bytes. */
    private byte[] number(byte[] input, int at) {
        int width = Math.min(input.length - at, 1 << random.nextInt(4));
        long value = NUMBERS[random.nextInt(NUMBERS.length)];
        for (int i = 0; i < width; i++) {
            input[at + i] = (byte) (value >>> (8 * (width - 1 - i)));
        }
        return input;
    }

    /** Replaces a run of digits behind a place, or puts a number there. */
    private byte[] decimal(byte[] input, int at) {
        int start = at;
        while (start < input.length && (input[start] < '0' || input[start] > '9')) {
            start++;
        }
        if (start == input.length) {
            start = at;
        }
        int end = start;
        while (end < input.length && input[end] >= '0' && input[end] <= '9') {
            end++;
        }
        byte[] digits = Long.toString(NUMBERS[random.nextInt(NUMBERS.length)]).getBytes(StandardCharsets.US_ASCII);
        return replace(input, start, end, digits);
    }

    private static byte[] replace(byte[] input, int start, int end, byte[] by) {
        byte[] changed = new byte[input.length - (end - start) + by.length];
        System.arraycopy(input, 0, changed, 0, start);
        System.arraycopy(by, 0, changed, start, by.length);
        System.arraycopy(input, end, changed, start + by.length, input.length - end);
        return changed;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Every prefix of a short seed: where each field is cut. */
    static List<byte[]> prefixes(List<byte[]> seeds, int maxBytes) {
        List<byte[]> all = new ArrayList<>();
        for (byte[] seed : seeds) {
            for (int length = 0; length < Math.min(seed.length, maxBytes); length++) {
                all.add(Arrays.copyOf(seed, length));
            }
        }
        return all;
    }
}
