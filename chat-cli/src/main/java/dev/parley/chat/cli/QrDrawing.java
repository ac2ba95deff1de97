package dev.parley.chat.cli;

import io.nayuki.qrcodegen.QrCode;

/**
 * Draws a QR code with half blocks, two modules above each other in one character. Light modules are drawn and dark
 * ones left out, as it has to be where text is light on dark; most readers take the opposite too.
 */
public final class QrDrawing {

    /** The light border that a reader needs (ISO/IEC 18004 asks for 4 modules). */
    private static final int BORDER = 4;

    private QrDrawing() {}

    /**
     * Draws a text.
     *
     * @param text at most some hundred characters
     * @return lines of one length, with line breaks between
     */
    public static String draw(String text) {
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.LOW);
        StringBuilder drawing = new StringBuilder();
        for (int y = -BORDER; y < code.size + BORDER; y += 2) {
            if (y > -BORDER) {
                drawing.append('\n');
            }
            for (int x = -BORDER; x < code.size + BORDER; x++) {
                boolean upper = !code.getModule(x, y);
                boolean lower = y + 1 < code.size + BORDER && !code.getModule(x, y + 1);
                drawing.append(upper ? (lower ? '\u2588' : '\u2580') : (lower ? '\u2584' : ' '));
            }
        }
        return drawing.toString();
    }
}
