package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.PoolGeometry;
import java.util.function.IntConsumer;

/** The part of one output pixel's window that lies inside the input. Ends are exclusive. */
record PoolWindow(PoolGeometry g, int image, int zFirst, int zLast, int yFirst, int yLast, int xFirst, int xLast) {
    /** @param row output row, over batch, depth and height */
    static PoolWindow of(PoolGeometry g, int row, int outX) {
        int y = row % g.outH() * g.strideH() - g.padH();
        int z = row / g.outH() % g.outD() * g.strideD() - g.padD();
        int x = outX * g.strideW() - g.padW();
        return new PoolWindow(
                g,
                row / g.outH() / g.outD(),
                Math.max(z, 0),
                Math.min(z + g.windowD(), g.inD()),
                Math.max(y, 0),
                Math.min(y + g.windowH(), g.inH()),
                Math.max(x, 0),
                Math.min(x + g.windowW(), g.inW()));
    }

    int size() {
        return Math.max(0, zLast - zFirst) * Math.max(0, yLast - yFirst) * Math.max(0, xLast - xFirst);
    }

    /** Visits where each of the window's pixels begins, from the input's start. */
    void forEach(IntConsumer body) {
        for (int z = zFirst; z < zLast; z++) {
            for (int y = yFirst; y < yLast; y++) {
                for (int x = xFirst; x < xLast; x++) {
                    body.accept((((image * g.inD() + z) * g.inH() + y) * g.inW() + x) * g.channels());
                }
            }
        }
    }

    /** Where the first maximum's pixel begins, or -1 if the window is empty. Not-a-number wins. */
    int firstMaximum(float[] x, int offset) {
        int best = -1;
        for (int z = zFirst; z < zLast; z++) {
            for (int y = yFirst; y < yLast; y++) {
                for (int column = xFirst; column < xLast; column++) {
                    int at = (((image * g.inD() + z) * g.inH() + y) * g.inW() + column) * g.channels();
                    if (best < 0
                            || x[offset + at] > x[offset + best]
                            || (Float.isNaN(x[offset + at]) && !Float.isNaN(x[offset + best]))) {
                        best = at;
                    }
                }
            }
        }
        return best;
    }
}
