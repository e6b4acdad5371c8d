package io.argali.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.Stream;

/** The kernel sets under test and what all their tests share. Every set is held to the same naive loops in double precision. */
final class KernelSets {
    /** Float rounding of a sum, as a part of the sum of absolute products: a few dozen units in the last place for k = 5000. */
    static final double SUM_TOLERANCE = 2e-6;

    /** Around every vector length and tile size. */
    static final int[] SIZES = {1, 7, 8, 9, 15, 16, 17, 31, 100, 257};

    private KernelSets() {}

    static Stream<Kernels> all() {
        return Kernels.hasVectorApi() ? Stream.of(Kernels.scalar(), Kernels.vector()) : Stream.of(Kernels.scalar());
    }

    static float[] random(int size, long seed) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    /** @param scale the sum of the absolute values of what was added up */
    static void assertClose(double expected, double scale, float actual, Object what) {
        double difference = Math.abs(expected - actual);
        assertTrue(
                difference <= SUM_TOLERANCE * scale + Float.MIN_NORMAL,
                () -> what + ": expected " + expected + ", got " + actual);
    }

    /** An epilogue that marks each element with its place, so that a missed, doubled or misplaced block shows. */
    static Epilogue addPlace(int columnsOfAll) {
        return (y, offset, rows, columns, leading, row, column) -> {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    y[offset + i * leading + j] += place((row + i) * columnsOfAll + column + j);
                }
            }
        };
    }

    static float place(int index) {
        return 1 + index % 61;
    }
}
