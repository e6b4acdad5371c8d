package io.argali.runtime.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import io.argali.runtime.kernel.BiasActivation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One output row of a 5 × 5 depthwise convolution, a vector of channels at a time. Twenty-five weights are too many for the
 * registers, so it goes kernel row by kernel row: five weights and the columns under four output pixels, each loaded once.
 */
final class Depthwise5x5 {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = Tiles.LANES;

    private Depthwise5x5() {}

    /**
     * @param rows where the five input rows begin; negative for a row outside
     * @param left input column of the first output pixel's first tap
     * @param start bias and bounds; a residual is the caller's
     */
    static void row(
            float[] x,
            int[] rows,
            int inW,
            int left,
            int stride,
            float[] w,
            int wOffset,
            float[] y,
            int yOffset,
            int outW,
            int channels,
            BiasActivation start) {
        for (int c = 0; c < channels; c += LANES) {
            // the last vector overlaps the one before where channels do not fill whole vectors: it writes the same
            // values again
            int channel = Math.min(c, channels - LANES);
            int outX = 0;
            while (outX < outW) {
                int column = left + outX * stride;
                int to = yOffset + outX * channels + channel;
                if (column < 0 || column + 3 * stride + 4 >= inW || outX + 4 > outW) {
                    onePixel(x, rows, inW, column, w, wOffset, y, to, channels, channel, start);
                    outX++;
                } else if (stride == 1) {
                    fourPixels1(x, rows, column, w, wOffset, y, to, channels, channel, start);
                    outX += 4;
                } else {
                    fourPixels2(x, rows, column, w, wOffset, y, to, channels, channel, start);
                    outX += 4;
                }
            }
        }
    }

    private static void onePixel(
            float[] x,
            int[] rows,
            int inW,
            int column,
            float[] w,
            int wOffset,
            float[] y,
            int yOffset,
            int channels,
            int channel,
            BiasActivation start) {
        int first = Math.max(0, -column);
        int last = Math.min(5, inW - column);
        float[] bias = start.bias();
        FloatVector low = FloatVector.broadcast(SPECIES, start.low());
        FloatVector high = FloatVector.broadcast(SPECIES, start.high());
        FloatVector sum = FloatVector.zero(SPECIES);
        if (bias != null) {
            sum = FloatVector.fromArray(SPECIES, bias, start.biasOffset() + channel);
        }
        for (int ky = 0; ky < 5; ky++) {
            if (rows[ky] < 0) {
                continue;
            }
            int from = rows[ky] + column * channels + channel;
            int weights = wOffset + 5 * ky * channels + channel;
            for (int kx = first; kx < last; kx++) {
                sum = FloatVector.fromArray(SPECIES, w, weights + kx * channels)
                        .fma(FloatVector.fromArray(SPECIES, x, from + kx * channels), sum);
            }
        }
        sum = sum.blend(low, sum.compare(LT, low));
        sum = sum.blend(high, sum.compare(GT, high));
        sum.intoArray(y, yOffset);
    }

    private static void fourPixels1(
            float[] x,
            int[] rows,
            int column,
            float[] w,
            int wOffset,
            float[] y,
            int yOffset,
            int channels,
            int channel,
            BiasActivation start) {
        float[] bias = start.bias();
        FloatVector low = FloatVector.broadcast(SPECIES, start.low());
        FloatVector high = FloatVector.broadcast(SPECIES, start.high());
        FloatVector s0 = FloatVector.zero(SPECIES);
        if (bias != null) {
            s0 = FloatVector.fromArray(SPECIES, bias, start.biasOffset() + channel);
        }
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int ky = 0; ky < 5; ky++) {
            if (rows[ky] < 0) {
                continue;
            }
            int from = rows[ky] + column * channels + channel;
            int weights = wOffset + 5 * ky * channels + channel;
            FloatVector w0 = FloatVector.fromArray(SPECIES, w, weights);
            FloatVector w1 = FloatVector.fromArray(SPECIES, w, weights + channels);
            FloatVector w2 = FloatVector.fromArray(SPECIES, w, weights + 2 * channels);
            FloatVector w3 = FloatVector.fromArray(SPECIES, w, weights + 3 * channels);
            FloatVector w4 = FloatVector.fromArray(SPECIES, w, weights + 4 * channels);
            FloatVector v0 = FloatVector.fromArray(SPECIES, x, from);
            s0 = w0.fma(v0, s0);
            FloatVector v1 = FloatVector.fromArray(SPECIES, x, from + channels);
            s0 = w1.fma(v1, s0);
            s1 = w0.fma(v1, s1);
            FloatVector v2 = FloatVector.fromArray(SPECIES, x, from + 2 * channels);
            s0 = w2.fma(v2, s0);
            s1 = w1.fma(v2, s1);
            s2 = w0.fma(v2, s2);
            FloatVector v3 = FloatVector.fromArray(SPECIES, x, from + 3 * channels);
            s0 = w3.fma(v3, s0);
            s1 = w2.fma(v3, s1);
            s2 = w1.fma(v3, s2);
            s3 = w0.fma(v3, s3);
            FloatVector v4 = FloatVector.fromArray(SPECIES, x, from + 4 * channels);
            s0 = w4.fma(v4, s0);
            s1 = w3.fma(v4, s1);
            s2 = w2.fma(v4, s2);
            s3 = w1.fma(v4, s3);
            FloatVector v5 = FloatVector.fromArray(SPECIES, x, from + 5 * channels);
            s1 = w4.fma(v5, s1);
            s2 = w3.fma(v5, s2);
            s3 = w2.fma(v5, s3);
            FloatVector v6 = FloatVector.fromArray(SPECIES, x, from + 6 * channels);
            s2 = w4.fma(v6, s2);
            s3 = w3.fma(v6, s3);
            FloatVector v7 = FloatVector.fromArray(SPECIES, x, from + 7 * channels);
            s3 = w4.fma(v7, s3);
        }
        s0 = s0.blend(low, s0.compare(LT, low));
        s0 = s0.blend(high, s0.compare(GT, high));
        s0.intoArray(y, yOffset);
        s1 = s1.blend(low, s1.compare(LT, low));
        s1 = s1.blend(high, s1.compare(GT, high));
        s1.intoArray(y, yOffset + channels);
        s2 = s2.blend(low, s2.compare(LT, low));
        s2 = s2.blend(high, s2.compare(GT, high));
        s2.intoArray(y, yOffset + 2 * channels);
        s3 = s3.blend(low, s3.compare(LT, low));
        s3 = s3.blend(high, s3.compare(GT, high));
        s3.intoArray(y, yOffset + 3 * channels);
    }

    private static void fourPixels2(
            float[] x,
            int[] rows,
            int column,
            float[] w,
            int wOffset,
            float[] y,
            int yOffset,
            int channels,
            int channel,
            BiasActivation start) {
        float[] bias = start.bias();
        FloatVector low = FloatVector.broadcast(SPECIES, start.low());
        FloatVector high = FloatVector.broadcast(SPECIES, start.high());
        FloatVector s0 = FloatVector.zero(SPECIES);
        if (bias != null) {
            s0 = FloatVector.fromArray(SPECIES, bias, start.biasOffset() + channel);
        }
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int ky = 0; ky < 5; ky++) {
            if (rows[ky] < 0) {
                continue;
            }
            int from = rows[ky] + column * channels + channel;
            int weights = wOffset + 5 * ky * channels + channel;
            FloatVector w0 = FloatVector.fromArray(SPECIES, w, weights);
            FloatVector w1 = FloatVector.fromArray(SPECIES, w, weights + channels);
            FloatVector w2 = FloatVector.fromArray(SPECIES, w, weights + 2 * channels);
            FloatVector w3 = FloatVector.fromArray(SPECIES, w, weights + 3 * channels);
            FloatVector w4 = FloatVector.fromArray(SPECIES, w, weights + 4 * channels);
            FloatVector v0 = FloatVector.fromArray(SPECIES, x, from);
            s0 = w0.fma(v0, s0);
            FloatVector v1 = FloatVector.fromArray(SPECIES, x, from + channels);
            s0 = w1.fma(v1, s0);
            FloatVector v2 = FloatVector.fromArray(SPECIES, x, from + 2 * channels);
            s0 = w2.fma(v2, s0);
            s1 = w0.fma(v2, s1);
            FloatVector v3 = FloatVector.fromArray(SPECIES, x, from + 3 * channels);
            s0 = w3.fma(v3, s0);
            s1 = w1.fma(v3, s1);
            FloatVector v4 = FloatVector.fromArray(SPECIES, x, from + 4 * channels);
            s0 = w4.fma(v4, s0);
            s1 = w2.fma(v4, s1);
            s2 = w0.fma(v4, s2);
            FloatVector v5 = FloatVector.fromArray(SPECIES, x, from + 5 * channels);
            s1 = w3.fma(v5, s1);
            s2 = w1.fma(v5, s2);
            FloatVector v6 = FloatVector.fromArray(SPECIES, x, from + 6 * channels);
            s1 = w4.fma(v6, s1);
            s2 = w2.fma(v6, s2);
            s3 = w0.fma(v6, s3);
            FloatVector v7 = FloatVector.fromArray(SPECIES, x, from + 7 * channels);
            s2 = w3.fma(v7, s2);
            s3 = w1.fma(v7, s3);
            FloatVector v8 = FloatVector.fromArray(SPECIES, x, from + 8 * channels);
            s2 = w4.fma(v8, s2);
            s3 = w2.fma(v8, s3);
            FloatVector v9 = FloatVector.fromArray(SPECIES, x, from + 9 * channels);
            s3 = w3.fma(v9, s3);
            FloatVector v10 = FloatVector.fromArray(SPECIES, x, from + 10 * channels);
            s3 = w4.fma(v10, s3);
        }
        s0 = s0.blend(low, s0.compare(LT, low));
        s0 = s0.blend(high, s0.compare(GT, high));
        s0.intoArray(y, yOffset);
        s1 = s1.blend(low, s1.compare(LT, low));
        s1 = s1.blend(high, s1.compare(GT, high));
        s1.intoArray(y, yOffset + channels);
        s2 = s2.blend(low, s2.compare(LT, low));
        s2 = s2.blend(high, s2.compare(GT, high));
        s2.intoArray(y, yOffset + 2 * channels);
        s3 = s3.blend(low, s3.compare(LT, low));
        s3 = s3.blend(high, s3.compare(GT, high));
        s3.intoArray(y, yOffset + 3 * channels);
    }
}
