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
