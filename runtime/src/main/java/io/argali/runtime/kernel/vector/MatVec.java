package io.argali.runtime.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** A row vector times packed B: every weight is read once, so this runs at the speed of the memory the weights are in. */
final class MatVec {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = Tiles.LANES;

    private MatVec() {}

    /** Multiplies k neighbouring floats of A by panels {@code [panelFirst, panelLast)} of B, packed as {@link Tiles} has it. */
    static void multiply(
            float[] a,
            int aOffset,
            int k,
            float[] b,
            int bOffset,
            int n,
            int panelFirst,
            int panelLast,
            float[] c,
            int cOffset) {
        for (int panel = panelFirst; panel < panelLast; panel++) {
            int column = panel * Tiles.PANEL;
            int width = Tiles.panelWidth(panel, n);
            int lanes = Math.min(LANES, n - column - width + LANES);
            int bPanel = bOffset + column * k;
            switch (width / LANES) {
                case 1 -> columns1(a, aOffset, k, b, bPanel, c, cOffset + column, lanes);
                case 2 -> columns2(a, aOffset, k, b, bPanel, c, cOffset + column, lanes);
                case 3 -> columns3(a, aOffset, k, b, bPanel, c, cOffset + column, lanes);
                default -> columns4(a, aOffset, k, b, bPanel, c, cOffset + column, lanes);
            }
        }
    }

    /** 4 vectors of columns, 2 steps at once: 8 accumulators hide the FMA's latency. */
    private static void columns4(
            float[] a, int aOffset, int k, float[] b, int bOffset, float[] c, int cOffset, int lanes) {
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s02 = FloatVector.zero(SPECIES);
        FloatVector s03 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s12 = FloatVector.zero(SPECIES);
        FloatVector s13 = FloatVector.zero(SPECIES);
        int bound = k - k % 2;
        for (int j = 0; j < bound; j += 2) {
            int bRow = bOffset + j * 4 * LANES;
            FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + j]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + j + 1]);
            s00 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow), s00);
            s01 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s01);
            s02 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s02);
            s03 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES), s03);
            s10 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 4 * LANES), s10);
            s11 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 5 * LANES), s11);
            s12 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 6 * LANES), s12);
            s13 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 7 * LANES), s13);
        }
        for (int j = bound; j < k; j++) {
            int bRow = bOffset + j * 4 * LANES;
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + j]);
            s00 = x.fma(FloatVector.fromArray(SPECIES, b, bRow), s00);
            s01 = x.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s01);
            s02 = x.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s02);
            s03 = x.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES), s03);
        }
        VectorMask<Float> mask = SPECIES.indexInRange(0, lanes);
        s00.add(s10).intoArray(c, cOffset);
        s01.add(s11).intoArray(c, cOffset + LANES);
        s02.add(s12).intoArray(c, cOffset + 2 * LANES);
        s03.add(s13).intoArray(c, cOffset + 3 * LANES, mask);
    }

    /** 3 vectors of columns, 2 steps at once: 6 accumulators hide the FMA's latency. */
    private static void columns3(
            float[] a, int aOffset, int k, float[] b, int bOffset, float[] c, int cOffset, int lanes) {
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s02 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s12 = FloatVector.zero(SPECIES);
        int bound = k - k % 2;
        for (int j = 0; j < bound; j += 2) {
            int bRow = bOffset + j * 3 * LANES;
            FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + j]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + j + 1]);
            s00 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow), s00);
            s01 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s01);
            s02 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s02);
            s10 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES), s10);
            s11 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 4 * LANES), s11);
            s12 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 5 * LANES), s12);
        }
        for (int j = bound; j < k; j++) {
            int bRow = bOffset + j * 3 * LANES;
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + j]);
            s00 = x.fma(FloatVector.fromArray(SPECIES, b, bRow), s00);
            s01 = x.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s01);
            s02 = x.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s02);
        }
        VectorMask<Float> mask = SPECIES.indexInRange(0, lanes);
        s00.add(s10).intoArray(c, cOffset);
        s01.add(s11).intoArray(c, cOffset + LANES);
        s02.add(s12).intoArray(c, cOffset + 2 * LANES, mask);
    }

    /** 2 vectors of columns, 4 steps at once: 8 accumulators hide the FMA's latency. */
    private static void columns2(
            float[] a, int aOffset, int k, float[] b, int bOffset, float[] c, int cOffset, int lanes) {
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s21 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s31 = FloatVector.zero(SPECIES);
        int bound = k - k % 4;
        for (int j = 0; j < bound; j += 4) {
            int bRow = bOffset + j * 2 * LANES;
            FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + j]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + j + 1]);
            FloatVector x2 = FloatVector.broadcast(SPECIES, a[aOffset + j + 2]);
            FloatVector x3 = FloatVector.broadcast(SPECIES, a[aOffset + j + 3]);
            s00 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow), s00);
            s01 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s01);
            s10 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s10);
            s11 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES), s11);
            s20 = x2.fma(FloatVector.fromArray(SPECIES, b, bRow + 4 * LANES), s20);
            s21 = x2.fma(FloatVector.fromArray(SPECIES, b, bRow + 5 * LANES), s21);
            s30 = x3.fma(FloatVector.fromArray(SPECIES, b, bRow + 6 * LANES), s30);
            s31 = x3.fma(FloatVector.fromArray(SPECIES, b, bRow + 7 * LANES), s31);
        }
        for (int j = bound; j < k; j++) {
            int bRow = bOffset + j * 2 * LANES;
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + j]);
            s00 = x.fma(FloatVector.fromArray(SPECIES, b, bRow), s00);
            s01 = x.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s01);
        }
        VectorMask<Float> mask = SPECIES.indexInRange(0, lanes);
        s00.add(s10).add(s20.add(s30)).intoArray(c, cOffset);
        s01.add(s11).add(s21.add(s31)).intoArray(c, cOffset + LANES, mask);
    }

    /** 1 vector of columns, 8 steps at once: 8 accumulators hide the FMA's latency. */
    private static void columns1(
            float[] a, int aOffset, int k, float[] b, int bOffset, float[] c, int cOffset, int lanes) {
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s40 = FloatVector.zero(SPECIES);
        FloatVector s50 = FloatVector.zero(SPECIES);
        FloatVector s60 = FloatVector.zero(SPECIES);
        FloatVector s70 = FloatVector.zero(SPECIES);
        int bound = k - k % 8;
        for (int j = 0; j < bound; j += 8) {
            int bRow = bOffset + j * LANES;
            FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + j]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, a[aOffset + j + 1]);
            FloatVector x2 = FloatVector.broadcast(SPECIES, a[aOffset + j + 2]);
            FloatVector x3 = FloatVector.broadcast(SPECIES, a[aOffset + j + 3]);
            FloatVector x4 = FloatVector.broadcast(SPECIES, a[aOffset + j + 4]);
            FloatVector x5 = FloatVector.broadcast(SPECIES, a[aOffset + j + 5]);
            FloatVector x6 = FloatVector.broadcast(SPECIES, a[aOffset + j + 6]);
            FloatVector x7 = FloatVector.broadcast(SPECIES, a[aOffset + j + 7]);
            s00 = x0.fma(FloatVector.fromArray(SPECIES, b, bRow), s00);
            s10 = x1.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s10);
            s20 = x2.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s20);
            s30 = x3.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES), s30);
            s40 = x4.fma(FloatVector.fromArray(SPECIES, b, bRow + 4 * LANES), s40);
            s50 = x5.fma(FloatVector.fromArray(SPECIES, b, bRow + 5 * LANES), s50);
            s60 = x6.fma(FloatVector.fromArray(SPECIES, b, bRow + 6 * LANES), s60);
            s70 = x7.fma(FloatVector.fromArray(SPECIES, b, bRow + 7 * LANES), s70);
        }
        for (int j = bound; j < k; j++) {
            int bRow = bOffset + j * LANES;
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + j]);
            s00 = x.fma(FloatVector.fromArray(SPECIES, b, bRow), s00);
        }
        VectorMask<Float> mask = SPECIES.indexInRange(0, lanes);
        s00.add(s10).add(s20.add(s30)).add(s40.add(s50).add(s60.add(s70))).intoArray(c, cOffset, mask);
    }
}
