package dev.parley.chat.emotes.images;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Writes the commands of kitty's graphics protocol, with Unicode placeholders: the picture is sent once, and is then
 * shown wherever its placeholders are written, like text that scrolls. The terminal moves animations by itself.
 *
 * <p>In order: {@link #transmit}, {@link #place}, and as often as wanted {@link #placeholderRows}; {@link #delete} in
 * the end. The caller chooses the ids, 1 to {@link #GREATEST_ID}, one for each picture. No command is answered by the
 * terminal. An id rides in the foreground colour, so the terminal must be spoken to with colours of 24 bits.
 */
public final class KittyImages {
    /** The greatest id: 32 bits. */
    public static final long GREATEST_ID = 0xffff_ffffL;

    private static final int CHUNK_CHARACTERS = 4096;
    private static final String BEGIN = "\u001b_G";
    private static final String END = "\u001b\\";
    private static final String PLACEHOLDER = Character.toString(0x10EEEE);

    /**
     * The combining characters that stand for the numbers from 0 on, as ranges of code points: those of class 230 in
     * Unicode 6.0 that no normalization changes.
     */
    private static final String NUMBER_RANGES = "0305 030D-030E 0310 0312 033D-033F 0346 034A-034C 0350-0352 0357 035B "
            + "0363-036F 0483-0487 0592-0595 0597-0599 059C-05A1 05A8-05A9 05AB-05AC 05AF 05C4 0610-0617 0657-065B "
            + "065D-065E 06D6-06DC 06DF-06E2 06E4 06E7-06E8 06EB-06EC 0730 0732-0733 0735-0736 073A 073D 073F-0741 0743 "
            + "0745 0747 0749-074A 07EB-07F1 07F3 0816-0819 081B-0823 0825-0827 0829-082D 0951 0953-0954 0F82-0F83 "
            + "0F86-0F87 135D-135F 17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 "
            + "1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F "
            + "A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1 FE20-FE26 10A0F 10A38 1D185-1D189 "
            + "1D1AA-1D1AD 1D242-1D244";

    private static final List<String> NUMBERS = numbers();

    /** The greatest number of columns, and of rows, that placeholders can name. */
    public static final int GREATEST_CELLS = 297;

    private KittyImages() {}

    private static List<String> numbers() {
        List<String> numbers = new ArrayList<>(GREATEST_CELLS);
        for (String range : NUMBER_RANGES.split(" ", -1)) {
            int first = Integer.parseInt(range, 0, range.indexOf('-') < 0 ? range.length() : range.indexOf('-'), 16);
            int last = Integer.parseInt(range.substring(range.indexOf('-') + 1), 16);
            for (int number = first; number <= last; number++) {
                numbers.add(Character.toString(number));
            }
        }
        return List.copyOf(numbers);
    }

    /**
     * Sends a picture with all its frames, and starts it if it moves. Nothing is shown yet. A picture that had this id
     * is replaced.
     *
     * @param id the picture's id
     * @param picture the picture
     * @return commands to write in this order, each at most some 4,200 characters of ASCII
     */
    public static List<String> transmit(long id, Picture picture) {
        checkId(id);
        List<String> commands = new ArrayList<>();
        String pixels = ",f=32,o=z,s=" + picture.widthPixels() + ",v=" + picture.heightPixels();
        addChunks(commands, "a=t,i=" + id + pixels, "", compressed(picture, 0));
        if (picture.frameCount() > 1) {
            commands.add(BEGIN + "a=a,q=2,i=" + id + ",r=1,z=" + picture.delayMillis(0) + END);
            for (int frame = 1; frame < picture.frameCount(); frame++) {
                String keys = "a=f,i=" + id + pixels + ",X=1,z=" + picture.delayMillis(frame);
                addChunks(commands, keys, "a=f,", compressed(picture, frame));
            }
            commands.add(BEGIN + "a=a,q=2,i=" + id + ",s=3,v=1" + END);
        }
        return List.copyOf(commands);
    }

    /**
     * Sends a PNG, which the terminal decodes. Send only files that {@link StaticImage} has made or {@link ImageFacts}
     * has taken.
     *
     * @param id the picture's id
     * @param png the whole file
     * @return commands to write in this order, each at most some 4,200 characters of ASCII
     */
    public static List<String> transmitPng(long id, byte[] png) {
        checkId(id);
        List<String> commands = new ArrayList<>();
        addChunks(commands, "a=t,i=" + id + ",f=100", "", png);
        return List.copyOf(commands);
    }

    /**
     * Says how many cells the picture's placeholders have. The terminal fits the picture into them, in its proportions.
     *
     * @param id the picture's id
     * @param columns 1 to {@link #GREATEST_CELLS}
     * @param rows 1 to {@link #GREATEST_CELLS}
     * @return the command
     */
    public static String place(long id, int columns, int rows) {
        checkId(id);
        checkCells(columns, rows);
        return BEGIN + "a=p,U=1,q=2,i=" + id + ",c=" + columns + ",r=" + rows + END;
    }

    /**
     * Returns the text that shows the picture: rows of placeholders, which each occupy so many cells. Each row sets the
     * foreground colour itself and resets it at its end.
     *
     * @param id the picture's id
     * @param columns as in {@link #place}
     * @param rows as in {@link #place}
     * @return the rows from the top
     */
    public static List<String> placeholderRows(long id, int columns, int rows) {
        checkCells(columns, rows);
        String colour = "\u001b[38;2;" + (id >> 16 & 0xff) + ";" + (id >> 8 & 0xff) + ";" + (id & 0xff) + "m";
        List<String> lines = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            StringBuilder line = new StringBuilder(colour);
            for (int column = 0; column < columns; column++) {
                line.append(placeholder(id, column, row));
            }
            lines.add(line.append("\u001b[39m").toString());
        }
        return List.copyOf(lines);
    }

    /**
     * Returns the text of one cell. It shows its part of the picture wherever it is written, if the foreground colour
     * is the lower 24 bits of the id as red, green and blue.
     *
     * @param id the picture's id
     * @param column 0 to {@link #GREATEST_CELLS} - 1
     * @param row 0 to {@link #GREATEST_CELLS} - 1
     * @return the placeholder with its marks
     */
    public static String placeholder(long id, int column, int row) {
        checkId(id);
        checkCells(column + 1, row + 1);
        int upperByte = (int) (id >> 24);
        return PLACEHOLDER + NUMBERS.get(row) + NUMBERS.get(column) + (upperByte == 0 ? "" : NUMBERS.get(upperByte));
    }

    /**
     * Returns how many columns a picture needs for a number of rows, if a cell is twice as high as wide.
     *
     * @param picture the picture
     * @param rows 1 to {@link #GREATEST_CELLS}
     * @return 1 to {@link #GREATEST_CELLS}
     */
    public static int columns(Picture picture, int rows) {
        checkCells(1, rows);
        long columns = Math.round(2.0 * rows * picture.widthPixels() / picture.heightPixels());
        return (int) Math.max(1, Math.min(GREATEST_CELLS, columns));
    }

    /**
     * Removes a picture from the screen and from the terminal's memory.
     *
     * @param id the picture's id
     * @return the command
     */
    public static String delete(long id) {
        checkId(id);
        return BEGIN + "a=d,d=I,q=2,i=" + id + END;
    }

    private static void addChunks(List<String> commands, String firstKeys, String laterKeys, byte[] data) {
        String text = Base64.getEncoder().encodeToString(data);
        for (int begin = 0; begin == 0 || begin < text.length(); begin += CHUNK_CHARACTERS) {
            int end = Math.min(text.length(), begin + CHUNK_CHARACTERS);
            String keys = begin == 0 ? firstKeys + "," : laterKeys;
            int more = end < text.length() ? 1 : 0;
            commands.add(BEGIN + keys + "q=2,m=" + more + ";" + text.substring(begin, end) + END);
        }
    }

    private static byte[] compressed(Picture picture, int frame) {
        int[] argb = picture.pixels(frame);
        byte[] rgba = new byte[4 * argb.length];
        for (int i = 0; i < argb.length; i++) {
            rgba[4 * i] = (byte) (argb[i] >> 16);
            rgba[4 * i + 1] = (byte) (argb[i] >> 8);
            rgba[4 * i + 2] = (byte) argb[i];
            rgba[4 * i + 3] = (byte) (argb[i] >> 24);
        }
        return PngEncoder.deflate(rgba);
    }

    private static void checkId(long id) {
        if (id < 1 || id > GREATEST_ID) {
            throw new IllegalArgumentException("id is " + id + ", not 1 to " + GREATEST_ID);
        }
    }

    private static void checkCells(int columns, int rows) {
        if (columns < 1 || columns > GREATEST_CELLS || rows < 1 || rows > GREATEST_CELLS) {
            throw new IllegalArgumentException(
                    columns + "×" + rows + " cells are not 1 to " + GREATEST_CELLS + " in each direction");
        }
    }
}
