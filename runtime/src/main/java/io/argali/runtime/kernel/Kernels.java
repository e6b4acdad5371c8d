package io.argali.runtime.kernel;

/** One complete set of float32 kernels. */
public record Kernels(
        String name,
        MatMulKernel matMul,
        ConvKernel conv,
        PoolKernel pool,
        ElementwiseKernel elementwise,
        ReduceKernel reduce) {}
