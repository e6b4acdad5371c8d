package io.argali.runtime.kernel;

/**
 * A pooling's sizes, in three spatial dimensions (unused leading ones are 1), channels last. Output position {@code o} reads
 * input positions {@code o * stride - padLow + t} for {@code t} in the window; what lies outside does not take part.
 */
public record PoolGeometry(
        int batch,
        int inD,
        int inH,
        int inW,
        int outD,
        int outH,
        int outW,
        int channels,
        int windowD,
        int windowH,
        int windowW,
        int strideD,
        int strideH,
        int strideW,
        int padD,
        int padH,
        int padW) {}
