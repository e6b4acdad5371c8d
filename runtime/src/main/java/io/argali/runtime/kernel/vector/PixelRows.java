package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.ConvGeometry;

/**
 * Where the pixels of a convolution lie, in the input and in the output, counted over batch, depth, height and width.
 *
 * @param xImage floats between two images in the (padded) input; then between two neighbours along each axis
 * @param yImage floats between two images in the output; then between two neighbours along each axis
 */
record PixelRows(
        int countD,
        int countH,
        int countW,
        int xOffset,
        int xImage,
        int xD,
        int xH,
        int xW,
        int yOffset,
        int yImage,
        int yD,
        int yH,
        int yW) {
    /** Output pixels of a convolution, counted from the first pixel that is read and the first that is written. */
    static PixelRows of(ConvGeometry g, Padding padding) {
        int c = g.outChannels();
        int row = g.outW() * c;
        int plane = g.outH() * row;
        return new PixelRows(
                g.outD(),
                g.outH(),
                g.outW(),
                0,
                padding.offset(1, 0, 0, 0),
                padding.offset(0, g.strideD(), 0, 0),
                padding.offset(0, 0, g.strideH(), 0),
                padding.offset(0, 0, 0, g.strideW()),
                0,
                g.outD() * plane,
                plane,
                row,
                c);
    }

    /** Input pixels of one remainder, which the gradient writes. */
    static PixelRows ofRemainder(
            ConvGeometry g,
            GradientAxis d,
            GradientAxis h,
            GradientAxis w,
            int dyOffset,
            Padding padding,
            int dxOffset) {
        int c = g.inChannels();
        int row = g.inW() * c;
        int plane = g.inH() * row;
        return new PixelRows(
                d.count(),
                h.count(),
                w.count(),
                dyOffset + padding.offset(0, padding.padD(), padding.padH(), padding.padW()),
                padding.offset(1, 0, 0, 0),
                padding.offset(0, 1, 0, 0),
                padding.offset(0, 0, 1, 0),
                padding.offset(0, 0, 0, 1),
                dxOffset + d.first() * plane + h.first() * row + w.first() * c,
                g.inD() * plane,
                d.stride() * plane,
                h.stride() * row,
                w.stride() * c);
    }

    /** Fills both tables for {@code count} pixels from {@code first}; both are moved by the given floats. */
    void fill(int[] aRows, int[] cRows, int first, int count, int xShift, int yShift) {
        int x = first % countW;
        int y = first / countW % countH;
        int z = first / countW / countH % countD;
        int image = first / countW / countH / countD;
        int i = 0;
        while (i < count) {
            int xRow = xOffset + image * xImage + z * xD + y * xH + xShift;
            int yRow = yOffset + image * yImage + z * yD + y * yH + yShift;
            int end = Math.min(count, i + countW - x);
            for (; i < end; i++, x++) {
                aRows[i] = xRow + x * xW;
                cRows[i] = yRow + x * yW;
            }
            x = 0;
            if (++y == countH) {
                y = 0;
                if (++z == countD) {
                    z = 0;
                    image++;
                }
            }
        }
    }
}
