package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.Kernels;

/** The readable, complete set, which defines what the others compute. */
public final class ScalarKernels {
    private ScalarKernels() {}

    public static Kernels create() {
        return new Kernels(
                "scalar",
                new ScalarMatMul(),
                new ScalarConv(),
                new ScalarPool(),
                new ScalarElementwise(),
                new ScalarReduce());
    }
}
