package io.argali.runtime.kernel.vector;

/** A thread's own tables and scratch memory, reused from call to call. */
final class Tables {
    private static final ThreadLocal<Tables> LOCAL = ThreadLocal.withInitial(Tables::new);

    private int[] aRows = new int[256];
    private int[] cRows = new int[256];
    private int[] paddedRows = new int[256];
    private float[] floats = new float[0];
    private float[] transformed = new float[0];
    private float[] products = new float[0];

    private Tables() {}

    static Tables local() {
        return LOCAL.get();
    }

    int[] aRows(int rows) {
        if (aRows.length < rows) {
            aRows = new int[rows];
        }
        return aRows;
    }

    int[] cRows(int rows) {
        if (cRows.length < rows) {
            cRows = new int[rows];
        }
        return cRows;
    }

    int[] paddedRows(int rows) {
        if (paddedRows.length < rows) {
            paddedRows = new int[rows];
        }
        return paddedRows;
    }

    float[] floats(int size) {
        if (floats.length < size) {
            floats = new float[size];
        }
        return floats;
    }

    float[] transformed(int size) {
        if (transformed.length < size) {
            transformed = new float[size];
        }
        return transformed;
    }

    float[] products(int size) {
        if (products.length < size) {
            products = new float[size];
        }
        return products;
    }

    /** Fills {@code count} entries with {@code start, start + step, …}. */
    static void linear(int[] table, int count, int start, int step) {
        for (int i = 0; i < count; i++) {
            table[i] = start + i * step;
        }
    }
}
