package dev.parley.chat.emotes.images;

/** Makes pictures smaller: each new pixel is the mean of the area that it covers, weighted by opacity. */
final class Scale {
    private Scale() {}

    /**
     * Scales.
     *
     * @param argb colours, not premultiplied; not changed
     * @return a new array, also if the size is the same
     */
    static int[] scale(int[] argb, int width, int height, int newWidth, int newHeight) {
        if (width == newWidth && height == newHeight) {
            return argb.clone();
        }
        int[] scaled = new int[newWidth * newHeight];
        double stepX = (double) width / newWidth;
        double stepY = (double) height / newHeight;
        for (int y = 0; y < newHeight; y++) {
            double top = y * stepY;
            double bottom = Math.min(height, top + stepY);
            for (int x = 0; x < newWidth; x++) {
                double left = x * stepX;
                scaled[y * newWidth + x] = mean(argb, width, left, Math.min(width, left + stepX), top, bottom);
            }
        }
        return scaled;
    }

    private static int mean(int[] argb, int width, double left, double right, double top, double bottom) {
        double area = 0;
        double alpha = 0;
        double red = 0;
        double green = 0;
        double blue = 0;
        for (int y = (int) top; y < bottom; y++) {
            double weightY = Math.min(bottom, y + 1) - Math.max(top, y);
            for (int x = (int) left; x < right; x++) {
                double weight = weightY * (Math.min(right, x + 1) - Math.max(left, x));
                int colour = argb[y * width + x];
                double opacity = weight * (colour >>> 24);
                area += weight;
                alpha += opacity;
                red += opacity * (colour >> 16 & 0xff);
                green += opacity * (colour >> 8 & 0xff);
                blue += opacity * (colour & 0xff);
            }
        }
        if (alpha == 0) {
            return 0;
        }
        return (int) Math.round(alpha / area) << 24
                | (int) Math.round(red / alpha) << 16
                | (int) Math.round(green / alpha) << 8
                | (int) Math.round(blue / alpha);
    }
}
