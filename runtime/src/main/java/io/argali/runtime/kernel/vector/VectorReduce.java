package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.ReduceKernel;
import io.argali.runtime.kernel.scalar.ScalarReduce;
import io.argali.runtime.op.ReduceFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Sums, maxima and minima over whole vectors in four accumulators; products and logic are left to the scalar kernel. */
final class VectorReduce implements ReduceKernel {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = Tiles.LANES;

    /** Elements that are added up before they join the total. */
    private static final int BLOCK = 32 * 1024;

    /** The least number of rows that a column sum adds up before it joins the total; with more rows, their square root. */
    private static final int ROWS = 128;

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private final ReduceKernel scalar = new ScalarReduce();

    @Override
    public float reduce(ReduceFunction f, float[] x, int offset, int n) {
        if (n < LANES) {
            return scalar.reduce(f, x, offset, n);
        }
        return switch (f) {
            case SUM -> sumOfBlocks(x, offset, n);
            case MAX -> max(x, offset, n);
            case MIN -> min(x, offset, n);
            case PRODUCT, ANY, ALL -> scalar.reduce(f, x, offset, n);
        };
    }

    private static float sumOfBlocks(float[] x, int offset, int n) {
        float total = 0;
        for (int first = 0; first < n; first += BLOCK) {
            total += sum(x, offset + first, Math.min(BLOCK, n - first));
        }
        return total;
    }

    /**
     * The sum of the lanes, halves onto halves. {@link FloatVector#reduceLanes} leaves the order open, and compiled code takes
     * another than interpreted code: the same sum would change its last bit while a program warms up.
     */
    private static float sumOfLanes(FloatVector v) {
        FloatVector s = v;
        if (LANES > 8) s = s.add(s.rearrange(BY_8));
        if (LANES > 4) s = s.add(s.rearrange(BY_4));
        if (LANES > 2) s = s.add(s.rearrange(BY_2));
        return s.add(s.rearrange(BY_1)).lane(0);
    }

    private static VectorShuffle<Float> rotation(int lanes) {
        return VectorShuffle.iota(SPECIES, lanes % LANES, 1, true);
    }

    private static float sum(float[] x, int offset, int n) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        int bound = n - n % (4 * LANES);
        for (; i < bound; i += 4 * LANES) {
            s0 = s0.add(FloatVector.fromArray(SPECIES, x, offset + i));
            s1 = s1.add(FloatVector.fromArray(SPECIES, x, offset + i + LANES));
            s2 = s2.add(FloatVector.fromArray(SPECIES, x, offset + i + 2 * LANES));
            s3 = s3.add(FloatVector.fromArray(SPECIES, x, offset + i + 3 * LANES));
        }
        for (; i + LANES <= n; i += LANES) {
            s0 = s0.add(FloatVector.fromArray(SPECIES, x, offset + i));
        }
        float total = sumOfLanes(s0.add(s1).add(s2.add(s3)));
        for (; i < n; i++) {
            total += x[offset + i];
        }
        return total;
    }

    /** The last vector overlaps the one before: a maximum may see an element twice. */
    private static float max(float[] x, int offset, int n) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, x, offset + n - LANES);
        FloatVector s1 = s0;
        int bound = n - n % (2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            s0 = s0.max(FloatVector.fromArray(SPECIES, x, offset + i));
            s1 = s1.max(FloatVector.fromArray(SPECIES, x, offset + i + LANES));
        }
        if (bound + LANES <= n) {
            s0 = s0.max(FloatVector.fromArray(SPECIES, x, offset + bound));
        }
        return s0.max(s1).reduceLanes(VectorOperators.MAX);
    }

    private static float min(float[] x, int offset, int n) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, x, offset + n - LANES);
        FloatVector s1 = s0;
        int bound = n - n % (2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            s0 = s0.min(FloatVector.fromArray(SPECIES, x, offset + i));
            s1 = s1.min(FloatVector.fromArray(SPECIES, x, offset + i + LANES));
        }
        if (bound + LANES <= n) {
            s0 = s0.min(FloatVector.fromArray(SPECIES, x, offset + bound));
        }
        return s0.min(s1).reduceLanes(VectorOperators.MIN);
    }

    @Override
    public void reduceColumns(
            ReduceFunction f, float[] x, int offset, int rows, int columns, int leading, float[] y, int yOffset) {
        int bound = f == ReduceFunction.SUM ? SPECIES.loopBound(columns) : 0;
        int j = 0;
        for (; j + 4 * LANES <= bound; j += 4 * LANES) {
            sumColumns4(x, offset + j, rows, leading, y, yOffset + j);
        }
        for (; j < bound; j += LANES) {
            sumColumns1(x, offset + j, rows, leading, y, yOffset + j);
        }
        if (j < columns) {
            scalar.reduceColumns(f, x, offset + j, rows, columns - j, leading, y, yOffset + j);
        }
    }

    private static void sumColumns4(float[] x, int offset, int rows, int leading, float[] y, int yOffset) {
        FloatVector t0 = FloatVector.zero(SPECIES);
        FloatVector t1 = t0;
        FloatVector t2 = t0;
        FloatVector t3 = t0;
        int partRows = Math.max(ROWS, (int) Math.sqrt(rows));
        for (int first = 0; first < rows; first += partRows) {
            int last = Math.min(rows, first + partRows);
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int i = first; i < last; i++) {
                int row = offset + i * leading;
                s0 = s0.add(FloatVector.fromArray(SPECIES, x, row));
                s1 = s1.add(FloatVector.fromArray(SPECIES, x, row + LANES));
                s2 = s2.add(FloatVector.fromArray(SPECIES, x, row + 2 * LANES));
                s3 = s3.add(FloatVector.fromArray(SPECIES, x, row + 3 * LANES));
            }
            t0 = t0.add(s0);
            t1 = t1.add(s1);
            t2 = t2.add(s2);
            t3 = t3.add(s3);
        }
        t0.intoArray(y, yOffset);
        t1.intoArray(y, yOffset + LANES);
        t2.intoArray(y, yOffset + 2 * LANES);
        t3.intoArray(y, yOffset + 3 * LANES);
    }

    private static void sumColumns1(float[] x, int offset, int rows, int leading, float[] y, int yOffset) {
        FloatVector total = FloatVector.zero(SPECIES);
        int partRows = Math.max(ROWS, (int) Math.sqrt(rows));
        for (int first = 0; first < rows; first += partRows) {
            int last = Math.min(rows, first + partRows);
            FloatVector s = FloatVector.zero(SPECIES);
            for (int i = first; i < last; i++) {
                s = s.add(FloatVector.fromArray(SPECIES, x, offset + i * leading));
            }
            total = total.add(s);
        }
        total.intoArray(y, yOffset);
    }
}
