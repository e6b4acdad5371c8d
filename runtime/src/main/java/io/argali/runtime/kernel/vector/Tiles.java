package io.argali.runtime.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

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
 * a method that reaches tier 2 first then never leaves it, a hundred times slower. The methods differ in tile size only: 4 × 4 needs 21 of AVX-512's 32 registers, 6 × 2 needs 15 of AVX2's 16.
 */
final class Tiles {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    /** Vectors in a panel: 16 accumulators where there are 32 registers, 12 where there may be 16. */
    private static final int PANEL_VECTORS = LANES == 16 ? 4 : 2;

    static final int PANEL = PANEL_VECTORS * LANES;

    /** Steps along k before C is written back: the rows of a tile stay in L1, the panel's part in L2. */
    private static final int DEPTH = 384;

    /** Shorter runs than this follow the table of steps. */
    private static final int SHORTEST_RUN = 16;

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
            int[] cRows) {
        int k = steps.size();
        for (int panel = panelFirst; panel < panelLast; panel++) {
            int column = panel * PANEL;
            int width = panelWidth(panel, n);
            int panelOffset = bOffset + column * k;
            if (steps.runLength() >= SHORTEST_RUN && column + PANEL <= n) {
                alongRuns(a, aRows, rows, steps, b, panelOffset, c, cRows, column);
            } else {
                int columns = Math.min(width, n - column);
                if (columns == width) {
                    alongSteps(a, aRows, rows, steps, b, panelOffset, width, c, cRows, column);
                } else {
                    alongStepsPadded(a, aRows, rows, steps, b, panelOffset, width, c, cRows, column, columns);
                }
            }
        }
    }

    private static void alongRuns(
            float[] a, int[] aRows, int rows, Steps steps, float[] b, int bOffset, float[] c, int[] cRows, int column) {
        int[] runs = steps.runs();
        int runLength = steps.runLength();
        if (runLength > DEPTH) {
            int pieces = (runLength + DEPTH - 1) / DEPTH;
            int piece = (runLength + pieces - 1) / pieces;
            for (int run = 0; run < runs.length; run++) {
                for (int first = 0; first < runLength; first += piece) {
                    int bRow = bOffset + (run * runLength + first) * PANEL;
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
                            c,
                            cRows,
                            column,
                            run > 0 || first > 0);
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
                    bOffset + run * runLength * PANEL,
                    c,
                    cRows,
                    column,
                    run > 0);
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
            float[] c,
            int[] cRows,
            int column,
            boolean accumulate) {
        if (PANEL_VECTORS == 4) {
            for (int row = 0; row < rows; row += 4) {
                runs4x4(
                        a,
                        aRows,
                        row,
                        rows - 1,
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
                        accumulate);
            }
        } else {
            for (int row = 0; row < rows; row += 6) {
                runs6x2(
                        a,
                        aRows,
                        row,
                        rows - 1,
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
                        accumulate);
            }
        }
    }

    /** The last panel where n is no multiple of the vector: into padded rows first. */
    private static void alongStepsPadded(
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
            int columns) {
        Tables tables = Tables.local();
        float[] padded = tables.floats(rows * width);
        int[] paddedRows = tables.paddedRows(rows);
        Tables.linear(paddedRows, rows, 0, width);
        alongSteps(a, aRows, rows, steps, b, bOffset, width, padded, paddedRows, 0);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(padded, row * width, c, cRows[row] + column, columns);
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
            int column) {
        int[] offsets = steps.offsets();
        int k = steps.size();
        int last = rows - 1;
        for (int first = 0; first == 0 || first < k; first += DEPTH) { // once if k = 0, for the zeros
            int length = Math.min(DEPTH, k - first);
            int bRow = bOffset + first * width;
            boolean accumulate = first > 0;
            switch (width / LANES) {
                case 1 -> {
                    for (int row = 0; row < rows; row += 8) {
                        steps8x1(a, aRows, row, last, offsets, first, length, b, bRow, c, cRows, column, accumulate);
                    }
                }
                case 2 -> {
                    for (int row = 0; row < rows; row += 6) {
                        steps6x2(a, aRows, row, last, offsets, first, length, b, bRow, c, cRows, column, accumulate);
                    }
                }
                case 3 -> {
                    for (int row = 0; row < rows; row += 4) {
                        steps4x3(a, aRows, row, last, offsets, first, length, b, bRow, c, cRows, column, accumulate);
                    }
                }
                default -> {
                    for (int row = 0; row < rows; row += 4) {
                        steps4x4(a, aRows, row, last, offsets, first, length, b, bRow, c, cRows, column, accumulate);
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
            boolean accumulate) {
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
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s02 = FloatVector.zero(SPECIES);
        FloatVector s03 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s12 = FloatVector.zero(SPECIES);
        FloatVector s13 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s21 = FloatVector.zero(SPECIES);
        FloatVector s22 = FloatVector.zero(SPECIES);
        FloatVector s23 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s31 = FloatVector.zero(SPECIES);
        FloatVector s32 = FloatVector.zero(SPECIES);
        FloatVector s33 = FloatVector.zero(SPECIES);
        if (accumulate) {
            s00 = FloatVector.fromArray(SPECIES, c, c0);
            s01 = FloatVector.fromArray(SPECIES, c, c0 + LANES);
            s02 = FloatVector.fromArray(SPECIES, c, c0 + 2 * LANES);
            s03 = FloatVector.fromArray(SPECIES, c, c0 + 3 * LANES);
            s10 = FloatVector.fromArray(SPECIES, c, c1);
            s11 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
            s12 = FloatVector.fromArray(SPECIES, c, c1 + 2 * LANES);
            s13 = FloatVector.fromArray(SPECIES, c, c1 + 3 * LANES);
            s20 = FloatVector.fromArray(SPECIES, c, c2);
            s21 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
            s22 = FloatVector.fromArray(SPECIES, c, c2 + 2 * LANES);
            s23 = FloatVector.fromArray(SPECIES, c, c2 + 3 * LANES);
            s30 = FloatVector.fromArray(SPECIES, c, c3);
            s31 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
            s32 = FloatVector.fromArray(SPECIES, c, c3 + 2 * LANES);
            s33 = FloatVector.fromArray(SPECIES, c, c3 + 3 * LANES);
        }
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

    /** 6 rows × 2 vectors, along runs {@code [runFirst, runLast)}, in each from {@code first} for {@code length} steps. */
    private static void runs6x2(
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
            boolean accumulate) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int row4 = Math.min(row + 4, lastRow);
        int row5 = Math.min(row + 5, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int a4 = aRows[row4];
        int a5 = aRows[row5];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int c4 = cRows[row4] + column;
        int c5 = cRows[row5] + column;
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s21 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s31 = FloatVector.zero(SPECIES);
        FloatVector s40 = FloatVector.zero(SPECIES);
        FloatVector s41 = FloatVector.zero(SPECIES);
        FloatVector s50 = FloatVector.zero(SPECIES);
        FloatVector s51 = FloatVector.zero(SPECIES);
        if (accumulate) {
            s00 = FloatVector.fromArray(SPECIES, c, c0);
            s01 = FloatVector.fromArray(SPECIES, c, c0 + LANES);
            s10 = FloatVector.fromArray(SPECIES, c, c1);
            s11 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
            s20 = FloatVector.fromArray(SPECIES, c, c2);
            s21 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
            s30 = FloatVector.fromArray(SPECIES, c, c3);
            s31 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
            s40 = FloatVector.fromArray(SPECIES, c, c4);
            s41 = FloatVector.fromArray(SPECIES, c, c4 + LANES);
            s50 = FloatVector.fromArray(SPECIES, c, c5);
            s51 = FloatVector.fromArray(SPECIES, c, c5 + LANES);
        }
        for (int run = runFirst; run < runLast; run++) {
            int p0 = a0 + runs[run] + first;
            int p1 = a1 + runs[run] + first;
            int p2 = a2 + runs[run] + first;
            int p3 = a3 + runs[run] + first;
            int p4 = a4 + runs[run] + first;
            int p5 = a5 + runs[run] + first;
            int bRun = bOffset + (run - runFirst) * length * 2 * LANES;
            for (int j = 0; j < length; j++) {
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
                x = FloatVector.broadcast(SPECIES, a[p4 + j]);
                s40 = x.fma(b0, s40);
                s41 = x.fma(b1, s41);
                x = FloatVector.broadcast(SPECIES, a[p5 + j]);
                s50 = x.fma(b0, s50);
                s51 = x.fma(b1, s51);
            }
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
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
            boolean accumulate) {
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
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s02 = FloatVector.zero(SPECIES);
        FloatVector s03 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s12 = FloatVector.zero(SPECIES);
        FloatVector s13 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s21 = FloatVector.zero(SPECIES);
        FloatVector s22 = FloatVector.zero(SPECIES);
        FloatVector s23 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s31 = FloatVector.zero(SPECIES);
        FloatVector s32 = FloatVector.zero(SPECIES);
        FloatVector s33 = FloatVector.zero(SPECIES);
        if (accumulate) {
            s00 = FloatVector.fromArray(SPECIES, c, c0);
            s01 = FloatVector.fromArray(SPECIES, c, c0 + LANES);
            s02 = FloatVector.fromArray(SPECIES, c, c0 + 2 * LANES);
            s03 = FloatVector.fromArray(SPECIES, c, c0 + 3 * LANES);
            s10 = FloatVector.fromArray(SPECIES, c, c1);
            s11 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
            s12 = FloatVector.fromArray(SPECIES, c, c1 + 2 * LANES);
            s13 = FloatVector.fromArray(SPECIES, c, c1 + 3 * LANES);
            s20 = FloatVector.fromArray(SPECIES, c, c2);
            s21 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
            s22 = FloatVector.fromArray(SPECIES, c, c2 + 2 * LANES);
            s23 = FloatVector.fromArray(SPECIES, c, c2 + 3 * LANES);
            s30 = FloatVector.fromArray(SPECIES, c, c3);
            s31 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
            s32 = FloatVector.fromArray(SPECIES, c, c3 + 2 * LANES);
            s33 = FloatVector.fromArray(SPECIES, c, c3 + 3 * LANES);
        }
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
            boolean accumulate) {
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
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s02 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s12 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s21 = FloatVector.zero(SPECIES);
        FloatVector s22 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s31 = FloatVector.zero(SPECIES);
        FloatVector s32 = FloatVector.zero(SPECIES);
        if (accumulate) {
            s00 = FloatVector.fromArray(SPECIES, c, c0);
            s01 = FloatVector.fromArray(SPECIES, c, c0 + LANES);
            s02 = FloatVector.fromArray(SPECIES, c, c0 + 2 * LANES);
            s10 = FloatVector.fromArray(SPECIES, c, c1);
            s11 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
            s12 = FloatVector.fromArray(SPECIES, c, c1 + 2 * LANES);
            s20 = FloatVector.fromArray(SPECIES, c, c2);
            s21 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
            s22 = FloatVector.fromArray(SPECIES, c, c2 + 2 * LANES);
            s30 = FloatVector.fromArray(SPECIES, c, c3);
            s31 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
            s32 = FloatVector.fromArray(SPECIES, c, c3 + 2 * LANES);
        }
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

    /** 6 rows × 2 vectors, along {@code length} steps from {@code first}. */
    private static void steps6x2(
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
            boolean accumulate) {
        int row1 = Math.min(row + 1, lastRow);
        int row2 = Math.min(row + 2, lastRow);
        int row3 = Math.min(row + 3, lastRow);
        int row4 = Math.min(row + 4, lastRow);
        int row5 = Math.min(row + 5, lastRow);
        int a0 = aRows[row];
        int a1 = aRows[row1];
        int a2 = aRows[row2];
        int a3 = aRows[row3];
        int a4 = aRows[row4];
        int a5 = aRows[row5];
        int c0 = cRows[row] + column;
        int c1 = cRows[row1] + column;
        int c2 = cRows[row2] + column;
        int c3 = cRows[row3] + column;
        int c4 = cRows[row4] + column;
        int c5 = cRows[row5] + column;
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s21 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s31 = FloatVector.zero(SPECIES);
        FloatVector s40 = FloatVector.zero(SPECIES);
        FloatVector s41 = FloatVector.zero(SPECIES);
        FloatVector s50 = FloatVector.zero(SPECIES);
        FloatVector s51 = FloatVector.zero(SPECIES);
        if (accumulate) {
            s00 = FloatVector.fromArray(SPECIES, c, c0);
            s01 = FloatVector.fromArray(SPECIES, c, c0 + LANES);
            s10 = FloatVector.fromArray(SPECIES, c, c1);
            s11 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
            s20 = FloatVector.fromArray(SPECIES, c, c2);
            s21 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
            s30 = FloatVector.fromArray(SPECIES, c, c3);
            s31 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
            s40 = FloatVector.fromArray(SPECIES, c, c4);
            s41 = FloatVector.fromArray(SPECIES, c, c4 + LANES);
            s50 = FloatVector.fromArray(SPECIES, c, c5);
            s51 = FloatVector.fromArray(SPECIES, c, c5 + LANES);
        }
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
            x = FloatVector.broadcast(SPECIES, a[a4 + step]);
            s40 = x.fma(b0, s40);
            s41 = x.fma(b1, s41);
            x = FloatVector.broadcast(SPECIES, a[a5 + step]);
            s50 = x.fma(b0, s50);
            s51 = x.fma(b1, s51);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
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
            boolean accumulate) {
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
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s20 = FloatVector.zero(SPECIES);
        FloatVector s30 = FloatVector.zero(SPECIES);
        FloatVector s40 = FloatVector.zero(SPECIES);
        FloatVector s50 = FloatVector.zero(SPECIES);
        FloatVector s60 = FloatVector.zero(SPECIES);
        FloatVector s70 = FloatVector.zero(SPECIES);
        if (accumulate) {
            s00 = FloatVector.fromArray(SPECIES, c, c0);
            s10 = FloatVector.fromArray(SPECIES, c, c1);
            s20 = FloatVector.fromArray(SPECIES, c, c2);
            s30 = FloatVector.fromArray(SPECIES, c, c3);
            s40 = FloatVector.fromArray(SPECIES, c, c4);
            s50 = FloatVector.fromArray(SPECIES, c, c5);
            s60 = FloatVector.fromArray(SPECIES, c, c6);
            s70 = FloatVector.fromArray(SPECIES, c, c7);
        }
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
