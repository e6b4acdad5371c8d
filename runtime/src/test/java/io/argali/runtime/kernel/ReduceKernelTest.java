package io.argali.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.runtime.op.ReduceFunction;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReduceKernelTest {
    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void foldsNeighbours(Kernels kernels) {
        for (ReduceFunction f : ReduceFunction.values()) {
            for (int n : KernelSets.SIZES) {
                float[] x = KernelSets.random(n + 2, n);
                KernelSets.assertClose(fold(f, x, 1, n, 1), n, kernels.reduce().reduce(f, x, 1, n), f + " " + n);
            }
            assertEquals(identity(f), kernels.reduce().reduce(f, new float[0], 0, 0));
        }
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void foldsColumns(Kernels kernels) {
        for (ReduceFunction f : ReduceFunction.values()) {
            for (int rows : KernelSets.SIZES) {
                for (int columns : KernelSets.SIZES) {
                    int leading = columns + 3;
                    float[] x = KernelSets.random(rows * leading + 2, rows);
                    float[] y = new float[columns + 1];
                    y[columns] = 7;
                    kernels.reduce().reduceColumns(f, x, 2, rows, columns, leading, y, 0);
                    for (int j = 0; j < columns; j++) {
                        KernelSets.assertClose(
                                fold(f, x, 2 + j, rows, leading), rows, y[j], f + " " + rows + "×" + columns);
                    }
                    assertEquals(7, y[columns]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void notANumberWins(Kernels kernels) {
        for (int n : KernelSets.SIZES) {
            for (int at = 0; at < n; at++) {
                float[] x = KernelSets.random(n, n);
                x[at] = Float.NaN;
                assertTrue(Float.isNaN(kernels.reduce().reduce(ReduceFunction.MAX, x, 0, n)));
                assertTrue(Float.isNaN(kernels.reduce().reduce(ReduceFunction.MIN, x, 0, n)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void longSumsStayAccurate(Kernels kernels) {
        int n = 1 << 22;
        float[] x = new float[n];
        Arrays.fill(x, 0.1f);
        float[] column = new float[1];
        kernels.reduce().reduceColumns(ReduceFunction.SUM, x, 0, n, 1, 1, column, 0);
        double exact = n * (double) 0.1f;
        // one accumulator alone is off by 8 %
        assertEquals(exact, kernels.reduce().reduce(ReduceFunction.SUM, x, 0, n), exact * 1e-4);
        assertEquals(exact, column[0], exact * 1e-4);
    }

    private static double fold(ReduceFunction f, float[] x, int offset, int n, int step) {
        double result = identity(f);
        for (int i = 0; i < n; i++) {
            double v = x[offset + i * step];
            result = switch (f) {
                case SUM -> result + v;
                case PRODUCT -> result * v;
                case MAX -> Math.max(result, v);
                case MIN -> Math.min(result, v);
                case ANY -> result != 0 || v != 0 ? 1 : 0;
                case ALL -> result != 0 && v != 0 ? 1 : 0;
            };
        }
        return result;
    }

    private static float identity(ReduceFunction f) {
        return switch (f) {
            case SUM, ANY -> 0;
            case PRODUCT, ALL -> 1;
            case MAX -> Float.NEGATIVE_INFINITY;
            case MIN -> Float.POSITIVE_INFINITY;
        };
    }
}
