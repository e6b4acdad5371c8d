package io.argali.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MatMulKernelTest {
    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void multipliesMatricesOfEverySize(Kernels kernels) {
        for (int m : KernelSets.SIZES) {
            for (int n : KernelSets.SIZES) {
                for (int k : KernelSets.SIZES) {
                    check(kernels, m, n, k, false, false, Workers.single());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void multipliesTransposedMatrices(Kernels kernels) {
        for (int size : KernelSets.SIZES) {
            check(kernels, size, 33, 65, true, false, Workers.single());
            check(kernels, 33, size, 65, false, true, Workers.single());
            check(kernels, 33, 65, size, true, true, Workers.single());
        }
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void splitsLargeProductsOverThreads(Kernels kernels) {
        Workers workers = Workers.of(3);
        check(kernels, 500, 300, 1000, false, false, workers);
        check(kernels, 5, 2000, 500, false, true, workers);
        check(kernels, 1, 4000, 700, false, false, workers);
        check(kernels, 3000, 10, 100, true, false, workers);
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void anEmptyInnerDimensionGivesZeros(Kernels kernels) {
        float[] c = {1, 2, 3, 4, 5, 6};
        kernels.matMul().multiply(2, 3, 0, new float[0], 0, 0, 1, new float[0], 0, c, 0, 3, null, Workers.single());
        assertArrayEquals(new float[6], c);
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void biasResidualAndBoundsAreTheSameInsideAndAfterwards(Kernels kernels) {
        for (int m : KernelSets.SIZES) {
            for (int n : KernelSets.SIZES) {
                int k = 500; // more than one piece
                float[] a = KernelSets.random(m * k, m);
                float[] packed = new float[kernels.matMul().packedSize(k, n)];
                kernels.matMul().pack(k, n, KernelSets.random(k * n, n), 0, n, 1, packed, 0);
                float[] c = new float[m * n];
                kernels.matMul().multiply(m, n, k, a, 0, k, 1, packed, 0, c, 0, n, null, Workers.single());
                BiasActivation b = new BiasActivation(
                        KernelSets.random(n, 5), 0, KernelSets.random(m * n, 6), 0, -3, Float.POSITIVE_INFINITY);
                b.apply(c, 0, m, n, n, 0, 0);
                float[] fused = new float[m * n];
                kernels.matMul().multiply(m, n, k, a, 0, k, 1, packed, 0, fused, 0, n, b, Workers.single());
                for (int i = 0; i < c.length; i++) {
                    KernelSets.assertClose(
                            c[i], Math.abs(c[i]) + k, fused[i], kernels.name() + " " + m + "×" + n + " at " + i);
                }
            }
        }
    }

    private static void check(
            Kernels kernels, int m, int n, int k, boolean transposeA, boolean transposeB, Workers workers) {
        float[] a = KernelSets.random(m * k + 3, m);
        float[] b = KernelSets.random(k * n + 5, n);
        int aRow = transposeA ? 1 : k;
        int aColumn = transposeA ? m : 1;
        int bRow = transposeB ? 1 : n;
        int bColumn = transposeB ? k : 1;
        int ldc = n + 2;
        float[] packed = new float[kernels.matMul().packedSize(k, n) + 1];
        kernels.matMul().pack(k, n, b, 5, bRow, bColumn, packed, 1);
        float[] c = new float[m * ldc + 7];
        Arrays.fill(c, -9f);
        kernels.matMul().multiply(m, n, k, a, 3, aRow, aColumn, packed, 1, c, 7, ldc, KernelSets.addPlace(n), workers);
        String what = kernels.name() + " " + m + "×" + n + "×" + k;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = KernelSets.place(i * n + j);
                double scale = sum;
                for (int l = 0; l < k; l++) {
                    double product = (double) a[3 + i * aRow + l * aColumn] * b[5 + l * bRow + j * bColumn];
                    sum += product;
                    scale += Math.abs(product);
                }
                KernelSets.assertClose(sum, scale, c[7 + i * ldc + j], what);
            }
            assertEquals(-9f, c[7 + i * ldc + n], what + ": wrote beyond a row");
        }
        assertEquals(-9f, c[6], what + ": wrote before the result");
    }
}
