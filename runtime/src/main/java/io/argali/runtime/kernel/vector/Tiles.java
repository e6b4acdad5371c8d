package io.argali.runtime.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import io.argali.runtime.kernel.BiasActivation;
import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The one inner loop of matrix products and convolutions: {@code C[r] = Σ_k A[aRows[r] + steps[k]] · B[k]}. Rows of A and C lie
 * wherever two tables say, and the walk along k follows {@link Steps}, so a convolution needs no copy of its input: a row is an
 * output pixel, a run of steps is one kernel row.
 *
 * <p>B is packed into panels of {@link #PANEL} columns, {@code [panel][k][column]}; the last panel is as narrow as whole vectors
 * allow. A tile of C stays in registers for up to {@link #DEPTH} steps. Rows missing from the last tile repeat its last row: they
 * compute the same values and store them to the same place, so no tile is special.
 *
 * <p>Every vector is a local variable of its loop's method. Handing one to a method that is not inlined boxes it, which costs a
 * factor of 8. There are no masks here: with them HotSpot's first compiler runs out of virtual registers at tier 3 but not at tier 2, and
 * a method that reaches tier 2 first then never leaves it, a hundred times slower. The methods differ in tile size only: 4 × 4 needs 21 of AVX-512's 32 registers.
 * Where there are 16, HotSpot reads three rows of A ahead, so that 6 × 2 and even 5 × 2 put sums on the stack, in some runs and with some collectors
 * (G1): less than half the speed. 4 × 2 never does.
 */
final class Tiles {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    /** Vectors in a panel: 16 accumulators where there are 32 registers, 8 where there may be 16. */
    private static final int PANEL_VECTORS = LANES == 16 ? 4 : 2;

    static final int PANEL = PANEL_VECTORS * LANES;

    /** Steps along k before C is written back: the rows of a tile stay in L1, the panel's part in L2. */
    private static final int DEPTH = 384;

    /** Shorter runs than this follow the table of steps. */
    private static final int SHORTEST_RUN = 16;

    private static final float[] ZEROS = new float[PANEL];

    private Tiles() {}

    static int panels(int n) {
        return (n + PANEL - 1) / PANEL;
    }

    private static int paddedColumns(int n) {
        return (n + LANES - 1) / LANES * LANES;
    }

    static int packedSize(int k, int n) {
        return Math.multiplyExact(k, paddedColumns(n));
    }

    /** Columns in the given panel, padding included. */
    static int panelWidth(int panel, int n) {
        return Math.min(PANEL, paddedColumns(n) - panel * PANEL);
    }

    /**
     * Multiplies the rows in the two tables by panels {@code [panelFirst, panelLast)} of B and overwrites C.
     *
     * @param n columns of B and C
     * @param start what the sums begin with and are clamped by
     */
    static void multiply(
            float[] a,
            int[] aRows,
            int rows,
            Steps steps,
            float[] b,
            int bOffset,
            int n,
            int panelFirst,
            int panelLast,
            float[] c,
            int[] cRows,
            BiasActivation start) {
        int k = steps.size();
        boolean onto = start.residual() != null && start.bias() != null;
        if (onto) {
            int column = panelFirst * PANEL;
            copyResidual(start, c, cRows, rows, column, Math.min(n, panelLast * PANEL) - column);
        }
        for (int panel = panelFirst; panel < panelLast; panel++) {
            int column = panel * PANEL;
            int width = panelWidth(panel, n);
            int panelOffset = bOffset + column * k;
            int columns = Math.min(width, n - column);
            if (columns == width) {
                panel(a, aRows, rows, steps, b, panelOffset, width, c, cRows, column, onto, start);
            } else {
                padded(a, aRows, rows, steps, b, panelOffset, width, c, cRows, column, columns, onto, start);
            }
        }
    }

    /** One panel, {@code width} columns wide. */
    private static void panel(
            float[] a,
            int[] aRows,
            int rows,
            Steps steps,
            float[] b,
            int bOffset,
            int width,
            float[] c,
            int[] cRows,
            int column,
            boolean onto,
            BiasActivation start) {
        if (steps.runLength() >= SHORTEST_RUN && steps.size() > 0) {
            alongRuns(a, aRows, rows, steps, b, bOffset, width, c, cRows, column, onto, start);
        } else {
            alongSteps(a, aRows, rows, steps, b, bOffset, width, c, cRows, column, onto, start);
        }
    }

    private static void alongRuns(
            float[] a,
            int[] aRows,
            int rows,
            Steps steps,
            float[] b,
            int bOffset,
            int width,
            float[] c,
            int[] cRows,
            int column,
            boolean onto,
            BiasActivation start) {
        int[] runs = steps.runs();
        int runLength = steps.runLength();
        if (runLength > DEPTH) {
            int pieces = (runLength + DEPTH - 1) / DEPTH;
            int piece = (runLength + pieces - 1) / pieces;
            for (int run = 0; run < runs.length; run++) {
                for (int first = 0; first < runLength; first += piece) {
                    int bRow = bOffset + (run * runLength + first) * width;
                    runPanel(
                            a,
                            aRows,
                            rows,
                            runs,
                            run,
                            run + 1,
                            first,
                            Math.min(piece, runLength - first),
                            b,
                            bRow,
                            width,
                            c,
                            cRows,
                            column,
                            onto || run > 0 || first > 0,
                            run == runs.length - 1 && first + piece >= runLength,
                            start);
                }
            }
            return;
        }
        int together = DEPTH / runLength;
        for (int run = 0; run < runs.length; run += together) {
            int runLast = Math.min(run + together, runs.length);
            runPanel(
                    a,
                    aRows,
                    rows,
                    runs,
                    run,
                    runLast,
                    0,
                    runLength,
                    b,
                    bOffset + run * runLength * width,
                    width,
                    c,
                    cRows,
                    column,
                    onto || run > 0,
                    runLast == runs.length,
                    start);
        }
    }

    private static void runPanel(
            float[] a,
            int[] aRows,
            int rows,
            int[] runs,
            int runFirst,
            int runLast,
            int first,
            int length,
            float[] b,
            int bOffset,
            int width,
            float[] c,
            int[] cRows,
            int column,
            boolean accumulate,
            boolean last,
            BiasActivation start) {
        int lastRow = rows - 1;
        // A later piece goes on where the one before left off: in C. The first begins with the bias or the residual.
        float[] begin = begin(start);
        float[] init = accumulate ? c : begin;
        int initOffset = accumulate ? 0 : beginOffset(start, column);
        int along = accumulate || begin == start.residual() ? -1 : 0;
        BiasActivation clamp = last && start.clamps() ? start : null;
        switch (width / LANES) {
            case 1 -> {
                for (int row = 0; row < rows; row += 8) {
                    runs8x1(
                            a,
                            aRows,
                            row,
                            lastRow,
                            runs,
                            runFirst,
                            runLast,
                            first,
                            length,
                            b,
                            bOffset,
                            c,
                            cRows,
                            column,
                            init,
                            initOffset,
                            along,
                            clamp);
                }
            }
            case 2 -> {
                for (int row = 0; row < rows; row += 4) {
                    runs4x2(
                            a,
                            aRows,
                            row,
                            lastRow,
                            runs,
                            runFirst,
                            runLast,
                            first,
                            length,
                            b,
                            bOffset,
                            c,
                            cRows,
                            column,
                            init,
                            initOffset,
                            along,
                            clamp);
                }
            }
            case 3 -> {
                for (int row = 0; row < rows; row += 4) {
                    runs4x3(
                            a,
                            aRows,
                            row,
                            lastRow,
                            runs,
                            runFirst,
                            runLast,
                            first,
                            length,
                            b,
                            bOffset,
                            c,
                            cRows,
                            column,
                            init,
                            initOffset,
                            along,
                            clamp);
                }
            }
            default -> {
                for (int row = 0; row < rows; row += 4) {
                    runs4x4(
                            a,
                            aRows,
                            row,
                            lastRow,
                            runs,
                            runFirst,
                            runLast,
                            first,
                            length,
                            b,
                            bOffset,
                            c,
                            cRows,
                            column,
                            init,
                            initOffset,
                            along,
                            clamp);
                }
            }
        }
    }

    /** What sums begin with: the bias, else the residual, which lies as C does, else zeros. With both, C holds their sum. */
    private static float[] begin(BiasActivation start) {
        if (start.bias() != null) {
            return start.bias();
        }
        return start.residual() != null ? start.residual() : ZEROS;
    }

    private static int beginOffset(BiasActivation start, int column) {
        if (start.bias() != null) {
            return start.biasOffset() + column;
        }
        return start.residual() != null ? start.residualDelta() : 0;
    }

    /** The last panel where n is no multiple of the vector: into padded rows first. */
    private static void padded(
            float[] a,
            int[] aRows,
            int rows,
            Steps steps,
            float[] b,
            int bOffset,
            int width,
            float[] c,
            int[] cRows,
            int column,
            int columns,
            boolean onto,
            BiasActivation start) {
        Tables tables = Tables.local();
        float[] padded = tables.floats(rows * width);
        int[] paddedRows = tables.paddedRows(rows);
        Tables.linear(paddedRows, rows, -column, width); // column 0 of C lies there
        float[] residual = start.residual();
        if (residual != null) {
            float[] from = onto ? c : residual;
            int delta = onto ? 0 : start.residualDelta();
            for (int row = 0; row < rows; row++) {
                System.arraycopy(from, cRows[row] + column + delta, padded, row * width, columns);
            }
        }
        BiasActivation inner = start;
        float[] bias = start.bias();
        int biasFrom = start.biasOffset() + column;
        if (bias != null && biasFrom + width > bias.length) {
            inner = new BiasActivation(
                    Arrays.copyOfRange(bias, biasFrom, biasFrom + width), -column, null, 0, start.low(), start.high());
        }
        panel(a, aRows, rows, steps, b, bOffset, width, padded, paddedRows, column, residual != null, inner);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(padded, row * width, c, cRows[row] + column, columns);
        }
    }

    /** Residual and bias to where the sums will be added. */
    private static void copyResidual(BiasActivation start, float[] c, int[] cRows, int rows, int column, int columns) {
        float[] residual = Objects.requireNonNull(start.residual());
        float[] bias = Objects.requireNonNull(start.bias());
        for (int row = 0; row < rows; row++) {
            int to = cRows[row] + column;
            sum(residual, to + start.residualDelta(), bias, start.biasOffset() + column, c, to, columns);
        }
    }

    private static void sum(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(SPECIES, a, aOffset + i)
                    .add(FloatVector.fromArray(SPECIES, b, bOffset + i))
                    .intoArray(y, yOffset + i);
        }
        for (int i = bound; i < n; i++) {
            y[yOffset + i] = a[aOffset + i] + b[bOffset + i];
        }
    }

    private static void alongSteps(
            float[] a,
            int[] aRows,
            int rows,
            Steps steps,
            float[] b,
            int bOffset,
            int width,
            float[] c,
            int[] cRows,
            int column,
            boolean onto,
            BiasActivation start) {
        int[] offsets = steps.offsets();
        int k = steps.size();
        int lastRow = rows - 1;
        for (int first = 0; first == 0 || first < k; first += DEPTH) { // once if k = 0, for the zeros
            int length = Math.min(DEPTH, k - first);
            int bRow = bOffset + first * width;
            boolean accumulate = onto || first > 0;
            boolean last = first + length >= k;
            // A later piece goes on where the one before left off: in C. The first begins with the bias or the
            // residual.
            float[] begin = begin(start);
            float[] init = accumulate ? c : begin;
            int initOffset = accumulate ? 0 : beginOffset(start, column);
            int along = accumulate || begin == start.residual() ? -1 : 0;
            BiasActivation clamp = last && start.clamps() ? start : null;
            switch (width / LANES) {
                case 1 -> {
                    for (int row = 0; row < rows; row += 8) {
                        steps8x1(
                                a,
                                aRows,
                                row,
                                lastRow,
                                offsets,
                                first,
                                length,
                                b,
                                bRow,
                                c,
                                cRows,
                                column,
                                init,
                                initOffset,
                                along,
                                clamp);
                    }
                }
                case 2 -> {
                    for (int row = 0; row < rows; row += 4) {
                        steps4x2(
                                a,
                                aRows,
                                row,
                                lastRow,
                                offsets,
                                first,
                                length,
                                b,
                                bRow,
                                c,
                                cRows,
                                column,
                                init,
                                initOffset,
                                along,
                                clamp);
                    }
                }
                case 3 -> {
                    for (int row = 0; row < rows; row += 4) {
                        steps4x3(
                                a,
                                aRows,
                                row,
                                lastRow,
                                offsets,
                                first,
                                length,
                                b,
                                bRow,
                                c,
                                cRows,
                                column,
                                init,
                                initOffset,
                                along,
                                clamp);
                    }
                }
                default -> {
                    for (int row = 0; row < rows; row += 4) {
                        steps4x4(
                                a,
                                aRows,
                                row,
                                lastRow,
                                offsets,
                                first,
                                length,
                                b,
                                bRow,
                                c,
                                cRows,
                                column,
                                init,
                                initOffset,
                                along,
                                clamp);
                    }
                }
            }
        }
    }

    /** 4 rows × 4 vectors, along runs {@code [runFirst, runLast)}, in each from {@code first} for {@code length} steps. */
    private static void runs4x4(
            float[] a,
            int[] aRows,
            int row,
            int lastRow,
            int[] runs,
            int runFirst,
            int runLast,
            int first,
            int length,
            float[] b,
            int bOffset,
            float[] c,
            int[] cRows,
            int column,
            float[] init,
            int initOffset,
            int along,
            @Nullable BiasActivation clamp) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int i0 = initOffset + (c0 & along);
        int i1 = initOffset + (c1 & along);
        int i2 = initOffset + (c2 & along);
        int i3 = initOffset + (c3 & along);
        FloatVector s00 = FloatVector.fromArray(SPECIES, init, i0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, init, i0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, init, i0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, init, i0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, init, i1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, init, i1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, init, i1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, init, i1 + 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, init, i2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, init, i2 + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, init, i2 + 2 * LANES);
        FloatVector s23 = FloatVector.fromArray(SPECIES, init, i2 + 3 * LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, init, i3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, init, i3 + LANES);
        FloatVector s32 = FloatVector.fromArray(SPECIES, init, i3 + 2 * LANES);
        FloatVector s33 = FloatVector.fromArray(SPECIES, init, i3 + 3 * LANES);
        for (int run = runFirst; run < runLast; run++) {
            int p0 = a0 + runs[run] + first;
            int p1 = a1 + runs[run] + first;
            int p2 = a2 + runs[run] + first;
            int p3 = a3 + runs[run] + first;
            int bRun = bOffset + (run - runFirst) * length * 4 * LANES;
            for (int j = 0; j < length; j++) {
                int bRow = bRun + j * 4 * LANES;
                FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
                FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LANES);
                FloatVector b2 = FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES);
                FloatVector b3 = FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES);
                FloatVector x = FloatVector.broadcast(SPECIES, a[p0 + j]);
                s00 = x.fma(b0, s00);
                s01 = x.fma(b1, s01);
                s02 = x.fma(b2, s02);
                s03 = x.fma(b3, s03);
                x = FloatVector.broadcast(SPECIES, a[p1 + j]);
                s10 = x.fma(b0, s10);
                s11 = x.fma(b1, s11);
                s12 = x.fma(b2, s12);
                s13 = x.fma(b3, s13);
                x = FloatVector.broadcast(SPECIES, a[p2 + j]);
                s20 = x.fma(b0, s20);
                s21 = x.fma(b1, s21);
                s22 = x.fma(b2, s22);
                s23 = x.fma(b3, s23);
                x = FloatVector.broadcast(SPECIES, a[p3 + j]);
                s30 = x.fma(b0, s30);
                s31 = x.fma(b1, s31);
                s32 = x.fma(b2, s32);
                s33 = x.fma(b3, s33);
            }
        }
        if (clamp != null) {
            FloatVector low = FloatVector.broadcast(SPECIES, clamp.low());
            FloatVector high = FloatVector.broadcast(SPECIES, clamp.high());
            s00 = s00.blend(low, s00.compare(LT, low));
            s00.blend(high, s00.compare(GT, high)).intoArray(c, c0);
            s01 = s01.blend(low, s01.compare(LT, low));
            s01.blend(high, s01.compare(GT, high)).intoArray(c, c0 + LANES);
            s02 = s02.blend(low, s02.compare(LT, low));
            s02.blend(high, s02.compare(GT, high)).intoArray(c, c0 + 2 * LANES);
            s03 = s03.blend(low, s03.compare(LT, low));
            s03.blend(high, s03.compare(GT, high)).intoArray(c, c0 + 3 * LANES);
            s10 = s10.blend(low, s10.compare(LT, low));
            s10.blend(high, s10.compare(GT, high)).intoArray(c, c1);
            s11 = s11.blend(low, s11.compare(LT, low));
            s11.blend(high, s11.compare(GT, high)).intoArray(c, c1 + LANES);
            s12 = s12.blend(low, s12.compare(LT, low));
            s12.blend(high, s12.compare(GT, high)).intoArray(c, c1 + 2 * LANES);
            s13 = s13.blend(low, s13.compare(LT, low));
            s13.blend(high, s13.compare(GT, high)).intoArray(c, c1 + 3 * LANES);
            s20 = s20.blend(low, s20.compare(LT, low));
            s20.blend(high, s20.compare(GT, high)).intoArray(c, c2);
            s21 = s21.blend(low, s21.compare(LT, low));
            s21.blend(high, s21.compare(GT, high)).intoArray(c, c2 + LANES);
            s22 = s22.blend(low, s22.compare(LT, low));
            s22.blend(high, s22.compare(GT, high)).intoArray(c, c2 + 2 * LANES);
            s23 = s23.blend(low, s23.compare(LT, low));
            s23.blend(high, s23.compare(GT, high)).intoArray(c, c2 + 3 * LANES);
            s30 = s30.blend(low, s30.compare(LT, low));
            s30.blend(high, s30.compare(GT, high)).intoArray(c, c3);
            s31 = s31.blend(low, s31.compare(LT, low));
            s31.blend(high, s31.compare(GT, high)).intoArray(c, c3 + LANES);
            s32 = s32.blend(low, s32.compare(LT, low));
            s32.blend(high, s32.compare(GT, high)).intoArray(c, c3 + 2 * LANES);
            s33 = s33.blend(low, s33.compare(LT, low));
            s33.blend(high, s33.compare(GT, high)).intoArray(c, c3 + 3 * LANES);
            return;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s03.intoArray(c, c0 + 3 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s13.intoArray(c, c1 + 3 * LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s22.intoArray(c, c2 + 2 * LANES);
        s23.intoArray(c, c2 + 3 * LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s32.intoArray(c, c3 + 2 * LANES);
        s33.intoArray(c, c3 + 3 * LANES);
    }

    /** 4 rows × 2 vectors, along runs {@code [runFirst, runLast)}, in each from {@code first} for {@code length} steps. */
    private static void runs4x2(
            float[] a,
            int[] aRows,
            int row,
            int lastRow,
            int[] runs,
            int runFirst,
            int runLast,
            int first,
            int length,
            float[] b,
            int bOffset,
            float[] c,
            int[] cRows,
            int column,
            float[] init,
            int initOffset,
            int along,
            @Nullable BiasActivation clamp) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int i0 = initOffset + (c0 & along);
        int i1 = initOffset + (c1 & along);
        int i2 = initOffset + (c2 & along);
        int i3 = initOffset + (c3 & along);
        FloatVector s00 = FloatVector.fromArray(SPECIES, init, i0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, init, i0 + LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, init, i1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, init, i1 + LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, init, i2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, init, i2 + LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, init, i3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, init, i3 + LANES);
        int bound = Math.min(
                length, DEPTH); // HotSpot then knows that it is short, and cuts it into no parts for safepoints
        for (int run = runFirst; run < runLast; run++) {
            int p0 = a0 + runs[run] + first;
            int p1 = a1 + runs[run] + first;
            int p2 = a2 + runs[run] + first;
            int p3 = a3 + runs[run] + first;
            int bRun = bOffset + (run - runFirst) * length * 2 * LANES;
            for (int j = 0; j < bound; j++) {
                int bRow = bRun + j * 2 * LANES;
                FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
                FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LANES);
                FloatVector x = FloatVector.broadcast(SPECIES, a[p0 + j]);
                s00 = x.fma(b0, s00);
                s01 = x.fma(b1, s01);
                x = FloatVector.broadcast(SPECIES, a[p1 + j]);
                s10 = x.fma(b0, s10);
                s11 = x.fma(b1, s11);
                x = FloatVector.broadcast(SPECIES, a[p2 + j]);
                s20 = x.fma(b0, s20);
                s21 = x.fma(b1, s21);
                x = FloatVector.broadcast(SPECIES, a[p3 + j]);
                s30 = x.fma(b0, s30);
                s31 = x.fma(b1, s31);
            }
        }
        if (clamp != null) {
            FloatVector low = FloatVector.broadcast(SPECIES, clamp.low());
            FloatVector high = FloatVector.broadcast(SPECIES, clamp.high());
            s00 = s00.blend(low, s00.compare(LT, low));
            s00.blend(high, s00.compare(GT, high)).intoArray(c, c0);
            s01 = s01.blend(low, s01.compare(LT, low));
            s01.blend(high, s01.compare(GT, high)).intoArray(c, c0 + LANES);
            s10 = s10.blend(low, s10.compare(LT, low));
            s10.blend(high, s10.compare(GT, high)).intoArray(c, c1);
            s11 = s11.blend(low, s11.compare(LT, low));
            s11.blend(high, s11.compare(GT, high)).intoArray(c, c1 + LANES);
            s20 = s20.blend(low, s20.compare(LT, low));
            s20.blend(high, s20.compare(GT, high)).intoArray(c, c2);
            s21 = s21.blend(low, s21.compare(LT, low));
            s21.blend(high, s21.compare(GT, high)).intoArray(c, c2 + LANES);
            s30 = s30.blend(low, s30.compare(LT, low));
            s30.blend(high, s30.compare(GT, high)).intoArray(c, c3);
            s31 = s31.blend(low, s31.compare(LT, low));
            s31.blend(high, s31.compare(GT, high)).intoArray(c, c3 + LANES);
            return;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
    }

    /** 4 rows × 3 vectors, along runs {@code [runFirst, runLast)}, in each from {@code first} for {@code length} steps. */
    private static void runs4x3(
            float[] a,
            int[] aRows,
            int row,
            int lastRow,
            int[] runs,
            int runFirst,
            int runLast,
            int first,
            int length,
            float[] b,
            int bOffset,
            float[] c,
            int[] cRows,
            int column,
            float[] init,
            int initOffset,
            int along,
            @Nullable BiasActivation clamp) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int i0 = initOffset + (c0 & along);
        int i1 = initOffset + (c1 & along);
        int i2 = initOffset + (c2 & along);
        int i3 = initOffset + (c3 & along);
        FloatVector s00 = FloatVector.fromArray(SPECIES, init, i0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, init, i0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, init, i0 + 2 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, init, i1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, init, i1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, init, i1 + 2 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, init, i2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, init, i2 + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, init, i2 + 2 * LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, init, i3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, init, i3 + LANES);
        FloatVector s32 = FloatVector.fromArray(SPECIES, init, i3 + 2 * LANES);
        for (int run = runFirst; run < runLast; run++) {
            int p0 = a0 + runs[run] + first;
            int p1 = a1 + runs[run] + first;
            int p2 = a2 + runs[run] + first;
            int p3 = a3 + runs[run] + first;
            int bRun = bOffset + (run - runFirst) * length * 3 * LANES;
            for (int j = 0; j < length; j++) {
                int bRow = bRun + j * 3 * LANES;
                FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
                FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LANES);
                FloatVector b2 = FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES);
                FloatVector x = FloatVector.broadcast(SPECIES, a[p0 + j]);
                s00 = x.fma(b0, s00);
                s01 = x.fma(b1, s01);
                s02 = x.fma(b2, s02);
                x = FloatVector.broadcast(SPECIES, a[p1 + j]);
                s10 = x.fma(b0, s10);
                s11 = x.fma(b1, s11);
                s12 = x.fma(b2, s12);
                x = FloatVector.broadcast(SPECIES, a[p2 + j]);
                s20 = x.fma(b0, s20);
                s21 = x.fma(b1, s21);
                s22 = x.fma(b2, s22);
                x = FloatVector.broadcast(SPECIES, a[p3 + j]);
                s30 = x.fma(b0, s30);
                s31 = x.fma(b1, s31);
                s32 = x.fma(b2, s32);
            }
        }
        if (clamp != null) {
            FloatVector low = FloatVector.broadcast(SPECIES, clamp.low());
            FloatVector high = FloatVector.broadcast(SPECIES, clamp.high());
            s00 = s00.blend(low, s00.compare(LT, low));
            s00.blend(high, s00.compare(GT, high)).intoArray(c, c0);
            s01 = s01.blend(low, s01.compare(LT, low));
            s01.blend(high, s01.compare(GT, high)).intoArray(c, c0 + LANES);
            s02 = s02.blend(low, s02.compare(LT, low));
            s02.blend(high, s02.compare(GT, high)).intoArray(c, c0 + 2 * LANES);
            s10 = s10.blend(low, s10.compare(LT, low));
            s10.blend(high, s10.compare(GT, high)).intoArray(c, c1);
            s11 = s11.blend(low, s11.compare(LT, low));
            s11.blend(high, s11.compare(GT, high)).intoArray(c, c1 + LANES);
            s12 = s12.blend(low, s12.compare(LT, low));
            s12.blend(high, s12.compare(GT, high)).intoArray(c, c1 + 2 * LANES);
            s20 = s20.blend(low, s20.compare(LT, low));
            s20.blend(high, s20.compare(GT, high)).intoArray(c, c2);
            s21 = s21.blend(low, s21.compare(LT, low));
            s21.blend(high, s21.compare(GT, high)).intoArray(c, c2 + LANES);
            s22 = s22.blend(low, s22.compare(LT, low));
            s22.blend(high, s22.compare(GT, high)).intoArray(c, c2 + 2 * LANES);
            s30 = s30.blend(low, s30.compare(LT, low));
            s30.blend(high, s30.compare(GT, high)).intoArray(c, c3);
            s31 = s31.blend(low, s31.compare(LT, low));
            s31.blend(high, s31.compare(GT, high)).intoArray(c, c3 + LANES);
            s32 = s32.blend(low, s32.compare(LT, low));
            s32.blend(high, s32.compare(GT, high)).intoArray(c, c3 + 2 * LANES);
            return;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s22.intoArray(c, c2 + 2 * LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s32.intoArray(c, c3 + 2 * LANES);
    }

    /** 8 rows × 1 vector, along runs {@code [runFirst, runLast)}, in each from {@code first} for {@code length} steps. */
    private static void runs8x1(
            float[] a,
            int[] aRows,
            int row,
            int lastRow,
            int[] runs,
            int runFirst,
            int runLast,
            int first,
            int length,
            float[] b,
            int bOffset,
            float[] c,
            int[] cRows,
            int column,
            float[] init,
            int initOffset,
            int along,
            @Nullable BiasActivation clamp) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int row4 = Math.min(row + 4, lastRow);
        int row5 = Math.min(row + 5, lastRow);
        int row6 = Math.min(row + 6, lastRow);
        int row7 = Math.min(row + 7, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int a4 = aRows[row4];
        int a5 = aRows[row5];
        int a6 = aRows[row6];
        int a7 = aRows[row7];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int c4 = cRows[row4] + column;
        int c5 = cRows[row5] + column;
        int c6 = cRows[row6] + column;
        int c7 = cRows[row7] + column;
        int i0 = initOffset + (c0 & along);
        int i1 = initOffset + (c1 & along);
        int i2 = initOffset + (c2 & along);
        int i3 = initOffset + (c3 & along);
        int i4 = initOffset + (c4 & along);
        int i5 = initOffset + (c5 & along);
        int i6 = initOffset + (c6 & along);
        int i7 = initOffset + (c7 & along);
        FloatVector s00 = FloatVector.fromArray(SPECIES, init, i0);
        FloatVector s10 = FloatVector.fromArray(SPECIES, init, i1);
        FloatVector s20 = FloatVector.fromArray(SPECIES, init, i2);
        FloatVector s30 = FloatVector.fromArray(SPECIES, init, i3);
        FloatVector s40 = FloatVector.fromArray(SPECIES, init, i4);
        FloatVector s50 = FloatVector.fromArray(SPECIES, init, i5);
        FloatVector s60 = FloatVector.fromArray(SPECIES, init, i6);
        FloatVector s70 = FloatVector.fromArray(SPECIES, init, i7);
        for (int run = runFirst; run < runLast; run++) {
            int p0 = a0 + runs[run] + first;
            int p1 = a1 + runs[run] + first;
            int p2 = a2 + runs[run] + first;
            int p3 = a3 + runs[run] + first;
            int p4 = a4 + runs[run] + first;
            int p5 = a5 + runs[run] + first;
            int p6 = a6 + runs[run] + first;
            int p7 = a7 + runs[run] + first;
            int bRun = bOffset + (run - runFirst) * length * LANES;
            for (int j = 0; j < length; j++) {
                int bRow = bRun + j * LANES;
                FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
                FloatVector x = FloatVector.broadcast(SPECIES, a[p0 + j]);
                s00 = x.fma(b0, s00);
                x = FloatVector.broadcast(SPECIES, a[p1 + j]);
                s10 = x.fma(b0, s10);
                x = FloatVector.broadcast(SPECIES, a[p2 + j]);
                s20 = x.fma(b0, s20);
                x = FloatVector.broadcast(SPECIES, a[p3 + j]);
                s30 = x.fma(b0, s30);
                x = FloatVector.broadcast(SPECIES, a[p4 + j]);
                s40 = x.fma(b0, s40);
                x = FloatVector.broadcast(SPECIES, a[p5 + j]);
                s50 = x.fma(b0, s50);
                x = FloatVector.broadcast(SPECIES, a[p6 + j]);
                s60 = x.fma(b0, s60);
                x = FloatVector.broadcast(SPECIES, a[p7 + j]);
                s70 = x.fma(b0, s70);
            }
        }
        if (clamp != null) {
            FloatVector low = FloatVector.broadcast(SPECIES, clamp.low());
            FloatVector high = FloatVector.broadcast(SPECIES, clamp.high());
            s00 = s00.blend(low, s00.compare(LT, low));
            s00.blend(high, s00.compare(GT, high)).intoArray(c, c0);
            s10 = s10.blend(low, s10.compare(LT, low));
            s10.blend(high, s10.compare(GT, high)).intoArray(c, c1);
            s20 = s20.blend(low, s20.compare(LT, low));
            s20.blend(high, s20.compare(GT, high)).intoArray(c, c2);
            s30 = s30.blend(low, s30.compare(LT, low));
            s30.blend(high, s30.compare(GT, high)).intoArray(c, c3);
            s40 = s40.blend(low, s40.compare(LT, low));
            s40.blend(high, s40.compare(GT, high)).intoArray(c, c4);
            s50 = s50.blend(low, s50.compare(LT, low));
            s50.blend(high, s50.compare(GT, high)).intoArray(c, c5);
            s60 = s60.blend(low, s60.compare(LT, low));
            s60.blend(high, s60.compare(GT, high)).intoArray(c, c6);
            s70 = s70.blend(low, s70.compare(LT, low));
            s70.blend(high, s70.compare(GT, high)).intoArray(c, c7);
            return;
        }
        s00.intoArray(c, c0);
        s10.intoArray(c, c1);
        s20.intoArray(c, c2);
        s30.intoArray(c, c3);
        s40.intoArray(c, c4);
        s50.intoArray(c, c5);
        s60.intoArray(c, c6);
        s70.intoArray(c, c7);
    }

    /** 4 rows × 4 vectors, along {@code length} steps from {@code first}. */
    private static void steps4x4(
            float[] a,
            int[] aRows,
            int row,
            int lastRow,
            int[] steps,
            int first,
            int length,
            float[] b,
            int bOffset,
            float[] c,
            int[] cRows,
            int column,
            float[] init,
            int initOffset,
            int along,
            @Nullable BiasActivation clamp) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int i0 = initOffset + (c0 & along);
        int i1 = initOffset + (c1 & along);
        int i2 = initOffset + (c2 & along);
        int i3 = initOffset + (c3 & along);
        FloatVector s00 = FloatVector.fromArray(SPECIES, init, i0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, init, i0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, init, i0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, init, i0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, init, i1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, init, i1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, init, i1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, init, i1 + 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, init, i2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, init, i2 + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, init, i2 + 2 * LANES);
        FloatVector s23 = FloatVector.fromArray(SPECIES, init, i2 + 3 * LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, init, i3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, init, i3 + LANES);
        FloatVector s32 = FloatVector.fromArray(SPECIES, init, i3 + 2 * LANES);
        FloatVector s33 = FloatVector.fromArray(SPECIES, init, i3 + 3 * LANES);
        for (int j = 0; j < length; j++) {
            int bRow = bOffset + j * 4 * LANES;
            int step = steps[first + j];
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LANES);
            FloatVector b2 = FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[a0 + step]);
            s00 = x.fma(b0, s00);
            s01 = x.fma(b1, s01);
            s02 = x.fma(b2, s02);
            s03 = x.fma(b3, s03);
            x = FloatVector.broadcast(SPECIES, a[a1 + step]);
            s10 = x.fma(b0, s10);
            s11 = x.fma(b1, s11);
            s12 = x.fma(b2, s12);
            s13 = x.fma(b3, s13);
            x = FloatVector.broadcast(SPECIES, a[a2 + step]);
            s20 = x.fma(b0, s20);
            s21 = x.fma(b1, s21);
            s22 = x.fma(b2, s22);
            s23 = x.fma(b3, s23);
            x = FloatVector.broadcast(SPECIES, a[a3 + step]);
            s30 = x.fma(b0, s30);
            s31 = x.fma(b1, s31);
            s32 = x.fma(b2, s32);
            s33 = x.fma(b3, s33);
        }
        if (clamp != null) {
            FloatVector low = FloatVector.broadcast(SPECIES, clamp.low());
            FloatVector high = FloatVector.broadcast(SPECIES, clamp.high());
            s00 = s00.blend(low, s00.compare(LT, low));
            s00.blend(high, s00.compare(GT, high)).intoArray(c, c0);
            s01 = s01.blend(low, s01.compare(LT, low));
            s01.blend(high, s01.compare(GT, high)).intoArray(c, c0 + LANES);
            s02 = s02.blend(low, s02.compare(LT, low));
            s02.blend(high, s02.compare(GT, high)).intoArray(c, c0 + 2 * LANES);
            s03 = s03.blend(low, s03.compare(LT, low));
            s03.blend(high, s03.compare(GT, high)).intoArray(c, c0 + 3 * LANES);
            s10 = s10.blend(low, s10.compare(LT, low));
            s10.blend(high, s10.compare(GT, high)).intoArray(c, c1);
            s11 = s11.blend(low, s11.compare(LT, low));
            s11.blend(high, s11.compare(GT, high)).intoArray(c, c1 + LANES);
            s12 = s12.blend(low, s12.compare(LT, low));
            s12.blend(high, s12.compare(GT, high)).intoArray(c, c1 + 2 * LANES);
            s13 = s13.blend(low, s13.compare(LT, low));
            s13.blend(high, s13.compare(GT, high)).intoArray(c, c1 + 3 * LANES);
            s20 = s20.blend(low, s20.compare(LT, low));
            s20.blend(high, s20.compare(GT, high)).intoArray(c, c2);
            s21 = s21.blend(low, s21.compare(LT, low));
            s21.blend(high, s21.compare(GT, high)).intoArray(c, c2 + LANES);
            s22 = s22.blend(low, s22.compare(LT, low));
            s22.blend(high, s22.compare(GT, high)).intoArray(c, c2 + 2 * LANES);
            s23 = s23.blend(low, s23.compare(LT, low));
            s23.blend(high, s23.compare(GT, high)).intoArray(c, c2 + 3 * LANES);
            s30 = s30.blend(low, s30.compare(LT, low));
            s30.blend(high, s30.compare(GT, high)).intoArray(c, c3);
            s31 = s31.blend(low, s31.compare(LT, low));
            s31.blend(high, s31.compare(GT, high)).intoArray(c, c3 + LANES);
            s32 = s32.blend(low, s32.compare(LT, low));
            s32.blend(high, s32.compare(GT, high)).intoArray(c, c3 + 2 * LANES);
            s33 = s33.blend(low, s33.compare(LT, low));
            s33.blend(high, s33.compare(GT, high)).intoArray(c, c3 + 3 * LANES);
            return;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s03.intoArray(c, c0 + 3 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s13.intoArray(c, c1 + 3 * LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s22.intoArray(c, c2 + 2 * LANES);
        s23.intoArray(c, c2 + 3 * LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s32.intoArray(c, c3 + 2 * LANES);
        s33.intoArray(c, c3 + 3 * LANES);
    }

    /** 4 rows × 3 vectors, along {@code length} steps from {@code first}. */
    private static void steps4x3(
            float[] a,
            int[] aRows,
            int row,
            int lastRow,
            int[] steps,
            int first,
            int length,
            float[] b,
            int bOffset,
            float[] c,
            int[] cRows,
            int column,
            float[] init,
            int initOffset,
            int along,
            @Nullable BiasActivation clamp) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int i0 = initOffset + (c0 & along);
        int i1 = initOffset + (c1 & along);
        int i2 = initOffset + (c2 & along);
        int i3 = initOffset + (c3 & along);
        FloatVector s00 = FloatVector.fromArray(SPECIES, init, i0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, init, i0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, init, i0 + 2 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, init, i1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, init, i1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, init, i1 + 2 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, init, i2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, init, i2 + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, init, i2 + 2 * LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, init, i3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, init, i3 + LANES);
        FloatVector s32 = FloatVector.fromArray(SPECIES, init, i3 + 2 * LANES);
        for (int j = 0; j < length; j++) {
            int bRow = bOffset + j * 3 * LANES;
            int step = steps[first + j];
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LANES);
            FloatVector b2 = FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[a0 + step]);
            s00 = x.fma(b0, s00);
            s01 = x.fma(b1, s01);
            s02 = x.fma(b2, s02);
            x = FloatVector.broadcast(SPECIES, a[a1 + step]);
            s10 = x.fma(b0, s10);
            s11 = x.fma(b1, s11);
            s12 = x.fma(b2, s12);
            x = FloatVector.broadcast(SPECIES, a[a2 + step]);
            s20 = x.fma(b0, s20);
            s21 = x.fma(b1, s21);
            s22 = x.fma(b2, s22);
            x = FloatVector.broadcast(SPECIES, a[a3 + step]);
            s30 = x.fma(b0, s30);
            s31 = x.fma(b1, s31);
            s32 = x.fma(b2, s32);
        }
        if (clamp != null) {
            FloatVector low = FloatVector.broadcast(SPECIES, clamp.low());
            FloatVector high = FloatVector.broadcast(SPECIES, clamp.high());
            s00 = s00.blend(low, s00.compare(LT, low));
            s00.blend(high, s00.compare(GT, high)).intoArray(c, c0);
            s01 = s01.blend(low, s01.compare(LT, low));
            s01.blend(high, s01.compare(GT, high)).intoArray(c, c0 + LANES);
            s02 = s02.blend(low, s02.compare(LT, low));
            s02.blend(high, s02.compare(GT, high)).intoArray(c, c0 + 2 * LANES);
            s10 = s10.blend(low, s10.compare(LT, low));
            s10.blend(high, s10.compare(GT, high)).intoArray(c, c1);
            s11 = s11.blend(low, s11.compare(LT, low));
            s11.blend(high, s11.compare(GT, high)).intoArray(c, c1 + LANES);
            s12 = s12.blend(low, s12.compare(LT, low));
            s12.blend(high, s12.compare(GT, high)).intoArray(c, c1 + 2 * LANES);
            s20 = s20.blend(low, s20.compare(LT, low));
            s20.blend(high, s20.compare(GT, high)).intoArray(c, c2);
            s21 = s21.blend(low, s21.compare(LT, low));
            s21.blend(high, s21.compare(GT, high)).intoArray(c, c2 + LANES);
            s22 = s22.blend(low, s22.compare(LT, low));
            s22.blend(high, s22.compare(GT, high)).intoArray(c, c2 + 2 * LANES);
            s30 = s30.blend(low, s30.compare(LT, low));
            s30.blend(high, s30.compare(GT, high)).intoArray(c, c3);
            s31 = s31.blend(low, s31.compare(LT, low));
            s31.blend(high, s31.compare(GT, high)).intoArray(c, c3 + LANES);
            s32 = s32.blend(low, s32.compare(LT, low));
            s32.blend(high, s32.compare(GT, high)).intoArray(c, c3 + 2 * LANES);
            return;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s22.intoArray(c, c2 + 2 * LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s32.intoArray(c, c3 + 2 * LANES);
    }

    /** 4 rows × 2 vectors, along {@code length} steps from {@code first}. */
    private static void steps4x2(
            float[] a,
            int[] aRows,
            int row,
            int lastRow,
            int[] steps,
            int first,
            int length,
            float[] b,
            int bOffset,
            float[] c,
            int[] cRows,
            int column,
            float[] init,
            int initOffset,
            int along,
            @Nullable BiasActivation clamp) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int i0 = initOffset + (c0 & along);
        int i1 = initOffset + (c1 & along);
        int i2 = initOffset + (c2 & along);
        int i3 = initOffset + (c3 & along);
        FloatVector s00 = FloatVector.fromArray(SPECIES, init, i0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, init, i0 + LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, init, i1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, init, i1 + LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, init, i2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, init, i2 + LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, init, i3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, init, i3 + LANES);
        for (int j = 0; j < length; j++) {
            int bRow = bOffset + j * 2 * LANES;
            int step = steps[first + j];
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[a0 + step]);
            s00 = x.fma(b0, s00);
            s01 = x.fma(b1, s01);
            x = FloatVector.broadcast(SPECIES, a[a1 + step]);
            s10 = x.fma(b0, s10);
            s11 = x.fma(b1, s11);
            x = FloatVector.broadcast(SPECIES, a[a2 + step]);
            s20 = x.fma(b0, s20);
            s21 = x.fma(b1, s21);
            x = FloatVector.broadcast(SPECIES, a[a3 + step]);
            s30 = x.fma(b0, s30);
            s31 = x.fma(b1, s31);
        }
        if (clamp != null) {
            FloatVector low = FloatVector.broadcast(SPECIES, clamp.low());
            FloatVector high = FloatVector.broadcast(SPECIES, clamp.high());
            s00 = s00.blend(low, s00.compare(LT, low));
            s00.blend(high, s00.compare(GT, high)).intoArray(c, c0);
            s01 = s01.blend(low, s01.compare(LT, low));
            s01.blend(high, s01.compare(GT, high)).intoArray(c, c0 + LANES);
            s10 = s10.blend(low, s10.compare(LT, low));
            s10.blend(high, s10.compare(GT, high)).intoArray(c, c1);
            s11 = s11.blend(low, s11.compare(LT, low));
            s11.blend(high, s11.compare(GT, high)).intoArray(c, c1 + LANES);
            s20 = s20.blend(low, s20.compare(LT, low));
            s20.blend(high, s20.compare(GT, high)).intoArray(c, c2);
            s21 = s21.blend(low, s21.compare(LT, low));
            s21.blend(high, s21.compare(GT, high)).intoArray(c, c2 + LANES);
            s30 = s30.blend(low, s30.compare(LT, low));
            s30.blend(high, s30.compare(GT, high)).intoArray(c, c3);
            s31 = s31.blend(low, s31.compare(LT, low));
            s31.blend(high, s31.compare(GT, high)).intoArray(c, c3 + LANES);
            return;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
    }

    /** 8 rows × 1 vectors, along {@code length} steps from {@code first}. */
    private static void steps8x1(
            float[] a,
            int[] aRows,
            int row,
            int lastRow,
            int[] steps,
            int first,
            int length,
            float[] b,
            int bOffset,
            float[] c,
            int[] cRows,
            int column,
            float[] init,
            int initOffset,
            int along,
            @Nullable BiasActivation clamp) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int row4 = Math.min(row + 4, lastRow);
        int row5 = Math.min(row + 5, lastRow);
        int row6 = Math.min(row + 6, lastRow);
        int row7 = Math.min(row + 7, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int a4 = aRows[row4];
        int a5 = aRows[row5];
        int a6 = aRows[row6];
        int a7 = aRows[row7];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int c4 = cRows[row4] + column;
        int c5 = cRows[row5] + column;
        int c6 = cRows[row6] + column;
        int c7 = cRows[row7] + column;
        int i0 = initOffset + (c0 & along);
        int i1 = initOffset + (c1 & along);
        int i2 = initOffset + (c2 & along);
        int i3 = initOffset + (c3 & along);
        int i4 = initOffset + (c4 & along);
        int i5 = initOffset + (c5 & along);
        int i6 = initOffset + (c6 & along);
        int i7 = initOffset + (c7 & along);
        FloatVector s00 = FloatVector.fromArray(SPECIES, init, i0);
        FloatVector s10 = FloatVector.fromArray(SPECIES, init, i1);
        FloatVector s20 = FloatVector.fromArray(SPECIES, init, i2);
        FloatVector s30 = FloatVector.fromArray(SPECIES, init, i3);
        FloatVector s40 = FloatVector.fromArray(SPECIES, init, i4);
        FloatVector s50 = FloatVector.fromArray(SPECIES, init, i5);
        FloatVector s60 = FloatVector.fromArray(SPECIES, init, i6);
        FloatVector s70 = FloatVector.fromArray(SPECIES, init, i7);
        for (int j = 0; j < length; j++) {
            int bRow = bOffset + j * LANES;
            int step = steps[first + j];
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
            FloatVector x = FloatVector.broadcast(SPECIES, a[a0 + step]);
            s00 = x.fma(b0, s00);
            x = FloatVector.broadcast(SPECIES, a[a1 + step]);
            s10 = x.fma(b0, s10);
            x = FloatVector.broadcast(SPECIES, a[a2 + step]);
            s20 = x.fma(b0, s20);
            x = FloatVector.broadcast(SPECIES, a[a3 + step]);
            s30 = x.fma(b0, s30);
            x = FloatVector.broadcast(SPECIES, a[a4 + step]);
            s40 = x.fma(b0, s40);
            x = FloatVector.broadcast(SPECIES, a[a5 + step]);
            s50 = x.fma(b0, s50);
            x = FloatVector.broadcast(SPECIES, a[a6 + step]);
            s60 = x.fma(b0, s60);
            x = FloatVector.broadcast(SPECIES, a[a7 + step]);
            s70 = x.fma(b0, s70);
        }
        if (clamp != null) {
            FloatVector low = FloatVector.broadcast(SPECIES, clamp.low());
            FloatVector high = FloatVector.broadcast(SPECIES, clamp.high());
            s00 = s00.blend(low, s00.compare(LT, low));
            s00.blend(high, s00.compare(GT, high)).intoArray(c, c0);
            s10 = s10.blend(low, s10.compare(LT, low));
            s10.blend(high, s10.compare(GT, high)).intoArray(c, c1);
            s20 = s20.blend(low, s20.compare(LT, low));
            s20.blend(high, s20.compare(GT, high)).intoArray(c, c2);
            s30 = s30.blend(low, s30.compare(LT, low));
            s30.blend(high, s30.compare(GT, high)).intoArray(c, c3);
            s40 = s40.blend(low, s40.compare(LT, low));
            s40.blend(high, s40.compare(GT, high)).intoArray(c, c4);
            s50 = s50.blend(low, s50.compare(LT, low));
            s50.blend(high, s50.compare(GT, high)).intoArray(c, c5);
            s60 = s60.blend(low, s60.compare(LT, low));
            s60.blend(high, s60.compare(GT, high)).intoArray(c, c6);
            s70 = s70.blend(low, s70.compare(LT, low));
            s70.blend(high, s70.compare(GT, high)).intoArray(c, c7);
            return;
        }
        s00.intoArray(c, c0);
        s10.intoArray(c, c1);
        s20.intoArray(c, c2);
        s30.intoArray(c, c3);
        s40.intoArray(c, c4);
        s50.intoArray(c, c5);
        s60.intoArray(c, c6);
        s70.intoArray(c, c7);
    }
}
