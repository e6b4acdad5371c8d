package io.argali.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransposeKernelTest {
    static int[][][] cases() {
        return new int[][][] {
            {{}, {}},
            {{5}, {0}},
            {{17, 33}, {1, 0}},
            {{17, 33}, {0, 1}},
            {{1, 33}, {1, 0}},
            {{0, 3}, {1, 0}},
            {{2, 17, 19}, {0, 2, 1}},
            {{2, 17, 19}, {2, 1, 0}},
            {{2, 17, 19}, {1, 2, 0}},
            {{2, 17, 19}, {2, 0, 1}},
            {{2, 3, 5, 7}, {0, 2, 1, 3}},
            {{2, 3, 5, 7}, {3, 1, 0, 2}},
            {{2, 3, 1, 7}, {2, 3, 1, 0}},
            {{2, 3, 5, 7}, {1, 0, 3, 2}},
            {{2, 3, 4, 5, 6}, {4, 2, 0, 3, 1}}
        };
    }

    @ParameterizedTest
    @MethodSource("cases")
    void movesEveryElementToItsPlace(int[][] shapeAndPermutation) {
        int[] shape = shapeAndPermutation[0];
        int[] permutation = shapeAndPermutation[1];
        int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        float[] x = KernelSets.random(size + 1, 1);
        String[] names = new String[size + 1];
        for (int i = 0; i <= size; i++) {
            names[i] = "n" + i;
        }
        float[] y = new float[size + 2];
        String[] permutedNames = new String[size + 2];
        TransposeKernel.permute(shape, permutation, x, 1, y, 2);
        TransposeKernel.permute(shape, permutation, names, 1, permutedNames, 2);
        for (int i = 0; i < size; i++) {
            int from = source(i, shape, permutation);
            assertEquals(x[1 + from], y[2 + i]);
            assertEquals(names[1 + from], permutedNames[2 + i]);
        }
    }

    /** Where y's element i comes from, index by index. */
    private static int source(int i, int[] shape, int[] permutation) {
        int[] index = new int[shape.length];
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index[permutation[axis]] = i % shape[permutation[axis]];
            i /= shape[permutation[axis]];
        }
        int from = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            from = from * shape[axis] + index[axis];
        }
        return from;
    }

    @Test
    void transposesPartsOfMatrices() {
        float[] x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        float[] y = new float[8];
        TransposeKernel.transpose(2, 2, x, 1, 5, y, 0, 4);
        assertArrayEquals(new float[] {1, 6, 0, 0, 2, 7, 0, 0}, y);
    }
}
