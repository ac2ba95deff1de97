package dev.parley.chat.emotes.images;

import java.util.Arrays;

/**
 * A canonical prefix code of lossless WebP (RFC 9649, section 3.7). Short codes are looked up in a table; longer ones
 * are walked bit by bit. A code of one symbol takes no bits and no tables.
 */
final class PrefixCode {
    private static final int GREATEST_BITS = 15;
    private static final int GREATEST_TABLE_BITS = 7;
    private static final int[] LENGTH_ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    private final int tableBits;

    /**
     * For each value of the next bits a symbol and, from bit 16 on, the bits of its code; 0 bits: the code is longer.
     */
    private final int[] table;

    private final short[] counts;
    private final short[] symbols;

    private PrefixCode(int onlySymbol) {
        this.tableBits = 0;
        this.table = new int[0];
        this.counts = new short[0];
        this.symbols = new short[] {(short) onlySymbol};
    }

    /** Two symbols, of one bit each. */
    private PrefixCode(int low, int high) {
        this.tableBits = 1;
        this.table = new int[] {1 << 16 | low, 1 << 16 | high};
        this.counts = new short[] {0, 2};
        this.symbols = new short[] {(short) low, (short) high};
    }

    private PrefixCode(int[] lengths, int alphabet, int[] counts, int used) throws ImageRefusedException {
        int free = 1;
        int greatest = 0;
        for (int length = 1; length <= GREATEST_BITS; length++) {
            free = 2 * free - counts[length];
            if (free < 0) {
                throw wrong();
            }
            greatest = counts[length] > 0 ? length : greatest;
        }
        if (free != 0) {
            throw wrong();
        }
        this.counts = new short[greatest + 1];
        int[] offsets = new int[greatest + 2];
        for (int length = 1; length <= greatest; length++) {
            this.counts[length] = (short) counts[length];
            offsets[length + 1] = offsets[length] + counts[length];
        }
        this.symbols = new short[used];
        for (int symbol = 0; symbol < alphabet; symbol++) {
            if (lengths[symbol] > 0) {
                symbols[offsets[lengths[symbol]]++] = (short) symbol;
            }
        }
        this.tableBits = Math.min(greatest, GREATEST_TABLE_BITS);
        this.table = new int[1 << tableBits];
        int code = 0;
        int index = 0;
        for (int length = 1; length <= tableBits; length++) {
            code <<= 1;
            for (int i = 0; i < counts[length]; i++) {
                int entry = length << 16 | symbols[index++];
                for (int at = Integer.reverse(code) >>> (32 - length); at < table.length; at += 1 << length) {
                    table[at] = entry;
                }
                code++;
            }
        }
    }

    /** What the codes of one image share: room for the lengths of one code at a time, and how much all may have. */
    static final class Room {
        private int[] lengths = new int[0];
        private int symbolsLeft;

        /** @param maxSymbols symbols that have a code, over all codes; each costs time and memory */
        Room(int maxSymbols) {
            this.symbolsLeft = maxSymbols;
        }

        private int[] lengths(int alphabet) {
            if (lengths.length < alphabet) {
                lengths = new int[alphabet];
            }
            return lengths;
        }

        private void take(int symbols) throws ImageRefusedException {
            symbolsLeft -= symbols;
            if (symbolsLeft < 0) {
                throw ImageRefusedException.malformed("The image in the WebP has more codes than its pixels can use.");
            }
        }
    }

    /**
     * Reads the lengths of a code, and makes it.
     *
     * @param alphabet how many symbols there are
     */
    static PrefixCode read(BitReader bits, int alphabet, Room room) throws ImageRefusedException {
        if (bits.readFlag()) {
            boolean two = bits.readFlag();
            int first = bits.read(bits.readFlag() ? 8 : 1);
            int second = two ? bits.read(8) : first;
            if (first >= alphabet || second >= alphabet) {
                throw wrong();
            }
            return first == second
                    ? new PrefixCode(first)
                    : new PrefixCode(Math.min(first, second), Math.max(first, second));
        }
        int[] lengthsOfLengths = new int[LENGTH_ORDER.length];
        int given = bits.read(4) + 4;
        for (int i = 0; i < given; i++) {
            lengthsOfLengths[LENGTH_ORDER[i]] = bits.read(3);
        }
        PrefixCode lengthCode = of(lengthsOfLengths, lengthsOfLengths.length, room);
        int left = alphabet;
        if (bits.readFlag()) {
            left = bits.read(2 + 2 * bits.read(3)) + 2;
            if (left > alphabet) {
                throw wrong();
            }
        }
        int[] lengths = room.lengths(alphabet);
        Arrays.fill(lengths, 0, alphabet, 0);
        int previous = 8;
        int symbol = 0;
        while (symbol < alphabet && left-- > 0) {
            int length = lengthCode.next(bits);
            if (length <= GREATEST_BITS) {
                lengths[symbol++] = length;
                previous = length > 0 ? length : previous;
                continue;
            }
            int repeat = switch (length) {
                case 16 -> bits.read(2) + 3;
                case 17 -> bits.read(3) + 3;
                default -> bits.read(7) + 11;
            };
            if (symbol + repeat > alphabet) {
                throw wrong();
            }
            Arrays.fill(lengths, symbol, symbol + repeat, length == 16 ? previous : 0);
            symbol += repeat;
        }
        return of(lengths, alphabet, room);
    }

    private static PrefixCode of(int[] lengths, int alphabet, Room room) throws ImageRefusedException {
        int[] counts = new int[GREATEST_BITS + 1];
        int used = 0;
        int last = 0;
        for (int symbol = 0; symbol < alphabet; symbol++) {
            if (lengths[symbol] > 0) {
                counts[lengths[symbol]]++;
                used++;
                last = symbol;
            }
        }
        if (used == 0) {
            throw wrong();
        }
        room.take(used);
        return used == 1 ? new PrefixCode(last) : new PrefixCode(lengths, alphabet, counts, used);
    }

    /** Takes the next symbol. */
    int next(BitReader bits) throws ImageRefusedException {
        if (table.length == 0) {
            return symbols[0];
        }
        int entry = table[bits.peek(tableBits)];
        if (entry != 0) {
            bits.skip(entry >>> 16);
            return entry & 0xffff;
        }
        int ahead = bits.peek(GREATEST_BITS);
        int code = 0;
        int first = 0;
        int index = 0;
        for (int length = 1; length < counts.length; length++) {
            code |= (ahead >> (length - 1)) & 1;
            if (code - counts[length] < first) {
                bits.skip(length);
                return symbols[index + code - first];
            }
            index += counts[length];
            first = (first + counts[length]) << 1;
            code <<= 1;
        }
        throw wrong();
    }

    private static ImageRefusedException wrong() {
        return ImageRefusedException.malformed("The image in the WebP has a code that is not complete.");
    }
}
