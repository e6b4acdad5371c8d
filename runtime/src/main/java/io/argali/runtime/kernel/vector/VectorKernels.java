package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.Kernels;

/** The set of kernels written with the Vector API. Loading this class needs module jdk.incubator.vector. */
public final class VectorKernels {
    private VectorKernels() {}

    public static Kernels create() {
        return new Kernels(
                "vector" + Tiles.LANES * Float.SIZE,
                new VectorMatMul(),
                new VectorConv(),
                new VectorPool(),
                new VectorElementwise(),
                new VectorReduce());
    }
}
