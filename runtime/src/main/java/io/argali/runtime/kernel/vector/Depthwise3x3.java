package io.argali.runtime.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import io.argali.runtime.kernel.BiasActivation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One output row of a 3 × 3 depthwise convolution, 16 channels (a vector) at a time. The nine weights and the window's columns stay
 * in registers: a step to the right loads only what is new. That is what counts here, since a load costs as much as a multiply-add,
 * and twice as much where it straddles cache lines, as most do in a Java array. Columns outside the input are zero vectors; rows
 * outside are a row of zeros that is read without moving on.
 */
final class Depthwise3x3 {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = Tiles.LANES;

    private static final float[] ZEROS = new float[LANES];

    private Depthwise3x3() {}

    /**
     * @param rows where the three input rows begin; negative for a row outside
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
        float[] x0 = rows[0] < 0 ? ZEROS : x;
        float[] x1 = rows[1] < 0 ? ZEROS : x;
        float[] x2 = rows[2] < 0 ? ZEROS : x;
        int step0 = rows[0] < 0 ? 0 : channels;
        int step1 = rows[1] < 0 ? 0 : channels;
        int step2 = rows[2] < 0 ? 0 : channels;
        for (int c = 0; c < channels; c += LANES) {
            // the last vector overlaps the one before where channels do not fill whole vectors: it writes the same
            // values again
            int channel = Math.min(c, channels - LANES);
            int from0 = rows[0] < 0 ? 0 : rows[0] + channel;
            int from1 = rows[1] < 0 ? 0 : rows[1] + channel;
            int from2 = rows[2] < 0 ? 0 : rows[2] + channel;
            if (stride == 1) {
                stride1(
                        x0,
                        from0,
                        step0,
                        x1,
                        from1,
                        step1,
                        x2,
                        from2,
                        step2,
                        inW,
                        left,
                        w,
                        wOffset + channel,
                        y,
                        yOffset + channel,
                        outW,
                        channels,
                        start,
                        channel);
            } else {
                stride2(
                        x0,
                        from0,
                        step0,
                        x1,
                        from1,
                        step1,
                        x2,
                        from2,
                        step2,
                        inW,
                        left,
                        w,
                        wOffset + channel,
                        y,
                        yOffset + channel,
                        outW,
                        channels,
                        start,
                        channel);
            }
        }
    }

    private static void stride1(
            float[] x0,
            int from0,
            int step0,
            float[] x1,
            int from1,
            int step1,
            float[] x2,
            int from2,
            int step2,
            int inW,
            int left,
            float[] w,
            int wOffset,
            float[] y,
            int yOffset,
            int outW,
            int channels,
            BiasActivation start,
            int channel) {
        FloatVector w00 = FloatVector.fromArray(SPECIES, w, wOffset + 0 * channels);
        FloatVector w01 = FloatVector.fromArray(SPECIES, w, wOffset + 1 * channels);
        FloatVector w02 = FloatVector.fromArray(SPECIES, w, wOffset + 2 * channels);
        FloatVector w10 = FloatVector.fromArray(SPECIES, w, wOffset + 3 * channels);
        FloatVector w11 = FloatVector.fromArray(SPECIES, w, wOffset + 4 * channels);
        FloatVector w12 = FloatVector.fromArray(SPECIES, w, wOffset + 5 * channels);
        FloatVector w20 = FloatVector.fromArray(SPECIES, w, wOffset + 6 * channels);
        FloatVector w21 = FloatVector.fromArray(SPECIES, w, wOffset + 7 * channels);
        FloatVector w22 = FloatVector.fromArray(SPECIES, w, wOffset + 8 * channels);
        float[] startBias = start.bias();
        FloatVector bias = FloatVector.zero(SPECIES);
        if (startBias != null) {
            bias = FloatVector.fromArray(SPECIES, startBias, start.biasOffset() + channel);
        }
        FloatVector low = FloatVector.broadcast(SPECIES, start.low());
        FloatVector high = FloatVector.broadcast(SPECIES, start.high());
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector a0 = zero;
        FloatVector a1 = zero;
        FloatVector a2 = zero;
        if (left + 0 >= 0 && left + 0 < inW) {
            a0 = FloatVector.fromArray(SPECIES, x0, from0 + (left + 0) * step0);
            a1 = FloatVector.fromArray(SPECIES, x1, from1 + (left + 0) * step1);
            a2 = FloatVector.fromArray(SPECIES, x2, from2 + (left + 0) * step2);
        }
        FloatVector b0 = zero;
        FloatVector b1 = zero;
        FloatVector b2 = zero;
        if (left + 1 >= 0 && left + 1 < inW) {
            b0 = FloatVector.fromArray(SPECIES, x0, from0 + (left + 1) * step0);
            b1 = FloatVector.fromArray(SPECIES, x1, from1 + (left + 1) * step1);
            b2 = FloatVector.fromArray(SPECIES, x2, from2 + (left + 1) * step2);
        }
        int outX = 0;
        int inside = left + 2 < 0 ? 0 : Math.min(outW, inW - 2 - left);
        for (; outX < inside; outX++) {
            int column = left + outX;
            FloatVector c0 = FloatVector.fromArray(SPECIES, x0, from0 + (column + 2) * step0);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x1, from1 + (column + 2) * step1);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x2, from2 + (column + 2) * step2);
            FloatVector sum = w00.fma(a0, bias);
            sum = w01.fma(b0, sum);
            sum = w02.fma(c0, sum);
            sum = w10.fma(a1, sum);
            sum = w11.fma(b1, sum);
            sum = w12.fma(c1, sum);
            sum = w20.fma(a2, sum);
            sum = w21.fma(b2, sum);
            sum = w22.fma(c2, sum);
            sum = sum.blend(low, sum.compare(LT, low));
            sum = sum.blend(high, sum.compare(GT, high));
            sum.intoArray(y, yOffset + outX * channels);
            a0 = b0;
            b0 = c0;
            a1 = b1;
            b1 = c1;
            a2 = b2;
            b2 = c2;
        }
        for (; outX < outW; outX++) {
            int column = left + outX;
            FloatVector c0 = zero;
            FloatVector c1 = zero;
            FloatVector c2 = zero;
            if (column + 2 >= 0 && column + 2 < inW) {
                c0 = FloatVector.fromArray(SPECIES, x0, from0 + (column + 2) * step0);
                c1 = FloatVector.fromArray(SPECIES, x1, from1 + (column + 2) * step1);
                c2 = FloatVector.fromArray(SPECIES, x2, from2 + (column + 2) * step2);
            }
            FloatVector sum = w00.fma(a0, bias);
            sum = w01.fma(b0, sum);
            sum = w02.fma(c0, sum);
            sum = w10.fma(a1, sum);
            sum = w11.fma(b1, sum);
            sum = w12.fma(c1, sum);
            sum = w20.fma(a2, sum);
            sum = w21.fma(b2, sum);
            sum = w22.fma(c2, sum);
            sum = sum.blend(low, sum.compare(LT, low));
            sum = sum.blend(high, sum.compare(GT, high));
            sum.intoArray(y, yOffset + outX * channels);
            a0 = b0;
            b0 = c0;
            a1 = b1;
            b1 = c1;
            a2 = b2;
            b2 = c2;
        }
    }

    private static void stride2(
            float[] x0,
            int from0,
            int step0,
            float[] x1,
            int from1,
            int step1,
            float[] x2,
            int from2,
            int step2,
            int inW,
            int left,
            float[] w,
            int wOffset,
            float[] y,
            int yOffset,
            int outW,
            int channels,
            BiasActivation start,
            int channel) {
        FloatVector w00 = FloatVector.fromArray(SPECIES, w, wOffset + 0 * channels);
        FloatVector w01 = FloatVector.fromArray(SPECIES, w, wOffset + 1 * channels);
        FloatVector w02 = FloatVector.fromArray(SPECIES, w, wOffset + 2 * channels);
        FloatVector w10 = FloatVector.fromArray(SPECIES, w, wOffset + 3 * channels);
        FloatVector w11 = FloatVector.fromArray(SPECIES, w, wOffset + 4 * channels);
        FloatVector w12 = FloatVector.fromArray(SPECIES, w, wOffset + 5 * channels);
        FloatVector w20 = FloatVector.fromArray(SPECIES, w, wOffset + 6 * channels);
        FloatVector w21 = FloatVector.fromArray(SPECIES, w, wOffset + 7 * channels);
        FloatVector w22 = FloatVector.fromArray(SPECIES, w, wOffset + 8 * channels);
        float[] startBias = start.bias();
        FloatVector bias = FloatVector.zero(SPECIES);
        if (startBias != null) {
            bias = FloatVector.fromArray(SPECIES, startBias, start.biasOffset() + channel);
        }
        FloatVector low = FloatVector.broadcast(SPECIES, start.low());
        FloatVector high = FloatVector.broadcast(SPECIES, start.high());
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector a0 = zero;
        FloatVector a1 = zero;
        FloatVector a2 = zero;
        if (left + 0 >= 0 && left + 0 < inW) {
            a0 = FloatVector.fromArray(SPECIES, x0, from0 + (left + 0) * step0);
            a1 = FloatVector.fromArray(SPECIES, x1, from1 + (left + 0) * step1);
            a2 = FloatVector.fromArray(SPECIES, x2, from2 + (left + 0) * step2);
        }
        int outX = 0;
        int inside = left + 1 < 0 ? 0 : Math.min(outW, (inW - 1 - left) / 2);
        for (; outX < inside; outX++) {
            int column = left + 2 * outX;
            FloatVector b0 = FloatVector.fromArray(SPECIES, x0, from0 + (column + 1) * step0);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x1, from1 + (column + 1) * step1);
            FloatVector b2 = FloatVector.fromArray(SPECIES, x2, from2 + (column + 1) * step2);
            FloatVector c0 = FloatVector.fromArray(SPECIES, x0, from0 + (column + 2) * step0);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x1, from1 + (column + 2) * step1);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x2, from2 + (column + 2) * step2);
            FloatVector sum = w00.fma(a0, bias);
            sum = w01.fma(b0, sum);
            sum = w02.fma(c0, sum);
            sum = w10.fma(a1, sum);
            sum = w11.fma(b1, sum);
            sum = w12.fma(c1, sum);
            sum = w20.fma(a2, sum);
            sum = w21.fma(b2, sum);
            sum = w22.fma(c2, sum);
            sum = sum.blend(low, sum.compare(LT, low));
            sum = sum.blend(high, sum.compare(GT, high));
            sum.intoArray(y, yOffset + outX * channels);
            a0 = c0;
            a1 = c1;
            a2 = c2;
        }
        for (; outX < outW; outX++) {
            int column = left + 2 * outX;
            FloatVector b0 = zero;
            FloatVector b1 = zero;
            FloatVector b2 = zero;
            if (column + 1 >= 0 && column + 1 < inW) {
                b0 = FloatVector.fromArray(SPECIES, x0, from0 + (column + 1) * step0);
                b1 = FloatVector.fromArray(SPECIES, x1, from1 + (column + 1) * step1);
                b2 = FloatVector.fromArray(SPECIES, x2, from2 + (column + 1) * step2);
            }
            FloatVector c0 = zero;
            FloatVector c1 = zero;
            FloatVector c2 = zero;
            if (column + 2 >= 0 && column + 2 < inW) {
                c0 = FloatVector.fromArray(SPECIES, x0, from0 + (column + 2) * step0);
                c1 = FloatVector.fromArray(SPECIES, x1, from1 + (column + 2) * step1);
                c2 = FloatVector.fromArray(SPECIES, x2, from2 + (column + 2) * step2);
            }
            FloatVector sum = w00.fma(a0, bias);
            sum = w01.fma(b0, sum);
            sum = w02.fma(c0, sum);
            sum = w10.fma(a1, sum);
            sum = w11.fma(b1, sum);
            sum = w12.fma(c1, sum);
            sum = w20.fma(a2, sum);
            sum = w21.fma(b2, sum);
            sum = w22.fma(c2, sum);
            sum = sum.blend(low, sum.compare(LT, low));
            sum = sum.blend(high, sum.compare(GT, high));
            sum.intoArray(y, yOffset + outX * channels);
            a0 = c0;
            a1 = c1;
            a2 = c2;
        }
    }
}
