package io.argali.runtime.kernel;

import io.argali.runtime.kernel.scalar.ScalarKernels;
import io.argali.runtime.kernel.vector.VectorKernels;

/** One complete set of float32 kernels. */
public record Kernels(
        String name,
        MatMulKernel matMul,
        ConvKernel conv,
        PoolKernel pool,
        ElementwiseKernel elementwise,
        ReduceKernel reduce) {
    /** Plain Java loops, complete: what every other set must agree with. */
    public static Kernels scalar() {
        return Scalar.KERNELS;
    }

    /**
     * Kernels written with the Vector API.
     *
     * @throws IllegalStateException if the JVM runs without module jdk.incubator.vector
     */
    public static Kernels vector() {
        if (!hasVectorApi()) {
            throw new IllegalStateException(
                    "Vector kernels are off: start Java with --add-modules jdk.incubator.vector.");
        }
        return Vector.KERNELS;
    }

    /** The fastest set that this JVM can run. */
    public static Kernels best() {
        return hasVectorApi() ? vector() : scalar();
    }

    /**
     * Runs the inner loop of large products on small operands, in each of its variants, until HotSpot sets about compiling it. That takes a
     * tenth of a second, best spent on a thread of its own while a large model is being loaded: otherwise the first prediction has HotSpot
     * compile the loop three times, for what it has seen of it so far. Rows are long, since HotSpot takes wide vectors only for loops that run long.
     */
    public void warmUp() {
        int m = 8, n = 512, k = 16;
        float[] a = new float[m * k], b = new float[matMul.packedSize(k, n)], c = new float[m * n], bias = new float[n];
        BiasActivation relu = new BiasActivation(bias, 0, null, 0, 0, Float.POSITIVE_INFINITY);
        MatMulKernel.Product clamped = matMul.prepare(m, n, k, k, 1, n, relu, Workers.single());
        MatMulKernel.Product plain = matMul.prepare(m, n, k, k, 1, n, null, Workers.single());
        long end = System.nanoTime() + WARM_UP_NANOS, started;
        do {
            started = System.nanoTime();
            clamped.run(a, 0, b, 0, c, 0);
            plain.run(a, 0, b, 0, c, 0);
        } while (System.nanoTime() - started > COMPILED_NANOS && System.nanoTime() < end);
    }

    /** What the warm-up's two products take at most once they are compiled: far less than before, and than now. */
    private static final long COMPILED_NANOS = 40_000;

    private static final long WARM_UP_NANOS = 1_000_000_000;

    /** Whether this JVM was started with module jdk.incubator.vector. */
    public static boolean hasVectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    private static final class Scalar {
        static final Kernels KERNELS = ScalarKernels.create();
    }

    /** A class of its own, so that nothing of the Vector API is loaded before it is known to be there. */
    private static final class Vector {
        static final Kernels KERNELS = VectorKernels.create();
    }
}
