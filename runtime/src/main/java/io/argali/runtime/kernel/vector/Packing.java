package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.TransposeKernel;
import java.util.Arrays;

/** Arranges B for {@link Tiles}: {@code [panel][k][column]}, zeros beyond the last column. */
final class Packing {
    private Packing() {}

    /** Packs B, whose element (i, j) is {@code b[offset + i * rowStride + j * columnStride]}. */
    static void pack(
            int k, int n, float[] b, int offset, int rowStride, int columnStride, float[] packed, int packedOffset) {
        packRows(0, k, k, n, b, offset, rowStride, columnStride, packed, packedOffset);
    }

    /** Packs {@code rows} rows from {@code b[offset]} as the rows from {@code row} of a B of k rows. */
    static void packRows(
            int row,
            int rows,
            int k,
            int n,
            float[] b,
            int offset,
            int rowStride,
            int columnStride,
            float[] packed,
            int packedOffset) {
        packPanels(0, Tiles.panels(n), row, rows, k, n, b, offset, rowStride, columnStride, packed, packedOffset);
    }

    /** {@link #packRows} of some panels. */
    static void packPanels(
            int panelFirst,
            int panelLast,
            int row,
            int rows,
            int k,
            int n,
            float[] b,
            int offset,
            int rowStride,
            int columnStride,
            float[] packed,
            int packedOffset) {
        for (int panel = panelFirst; panel < panelLast; panel++) {
            int column = panel * Tiles.PANEL;
            int width = Tiles.panelWidth(panel, n);
            int columns = Math.min(width, n - column);
            int from = offset + column * columnStride;
            int to = packedOffset + column * k + row * width;
            if (columnStride == 1) {
                for (int i = 0; i < rows; i++) {
                    System.arraycopy(b, from + i * rowStride, packed, to + i * width, columns);
                }
            } else if (rowStride == 1) {
                TransposeKernel.transpose(columns, rows, b, from, columnStride, packed, to, width);
            } else {
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        packed[to + i * width + j] = b[from + i * rowStride + j * columnStride];
                    }
                }
            }
            if (columns < width) {
                for (int i = 0; i < rows; i++) {
                    Arrays.fill(packed, to + i * width + columns, to + (i + 1) * width, 0f);
                }
            }
        }
    }
}
