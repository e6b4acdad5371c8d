package io.argali.runtime.kernel;

import org.jspecify.annotations.Nullable;

/** Float32 convolution (cross-correlation) and its two gradients. */
public interface ConvKernel {
    /** Floats that {@link #pack} writes. */
    int packedSize(ConvGeometry g);

    /** Rearranges the kernel {@code (kD, kH, kW, inChannels / groups, outChannels)} for {@link #convolve}. */
    void pack(ConvGeometry g, float[] kernel, int offset, float[] packed, int packedOffset);

    /** Floats of scratch memory that {@link #convolve} needs. */
    int scratchSize(ConvGeometry g, Workers workers);

    /** A convolution with everything that does not depend on its operands worked out. For one caller at a time. */
    interface Convolution {
        /** {@code y = conv(x, kernel)}, then the epilogue over (output pixels × output channels). Allocates nothing. */
        void run(
                float[] x,
                int xOffset,
                float[] packed,
                int packedOffset,
                float[] scratch,
                int scratchOffset,
                float[] y,
                int yOffset);
    }

    /** A convolution to be run many times. */
    Convolution prepare(ConvGeometry g, @Nullable Epilogue epilogue, Workers workers);

    /** {@link Convolution#run} once. */
    default void convolve(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] packed,
            int packedOffset,
            float[] scratch,
            int scratchOffset,
            float[] y,
            int yOffset,
            @Nullable Epilogue epilogue,
            Workers workers) {
        prepare(g, epilogue, workers).run(x, xOffset, packed, packedOffset, scratch, scratchOffset, y, yOffset);
    }

    /** Floats that {@link #packForInputGradient} writes. */
    int inputGradientPackedSize(ConvGeometry g);

    /** Rearranges the kernel {@code (kD, kH, kW, inChannels / groups, outChannels)} for {@link #inputGradient}. */
    void packForInputGradient(ConvGeometry g, float[] kernel, int offset, float[] packed, int packedOffset);

    /** Floats of scratch memory that {@link #inputGradient} needs. */
    int inputGradientScratchSize(ConvGeometry g, Workers workers);

    /**
     * {@code dx} of shape (batch, in…, inChannels) from {@code dy} of shape (batch, out…, outChannels): the transposed convolution,
     * a layer in its own right, which is why its kernel comes packed too. Overwrites dx. The epilogue runs over (input pixels × input
     * channels).
     */
    void inputGradient(
            ConvGeometry g,
            float[] dy,
            int dyOffset,
            float[] packed,
            int packedOffset,
            float[] scratch,
            int scratchOffset,
            float[] dx,
            int dxOffset,
            @Nullable Epilogue epilogue,
            Workers workers);

    /** Floats of scratch memory that {@link #kernelGradient} needs. */
    int kernelGradientScratchSize(ConvGeometry g, Workers workers);

    /** {@code dKernel} of the kernel's shape from {@code x} and {@code dy}, overwritten. The same whatever the number of threads. */
    void kernelGradient(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] scratch,
            int scratchOffset,
            float[] dKernel,
            int dKernelOffset,
            Workers workers);
}
