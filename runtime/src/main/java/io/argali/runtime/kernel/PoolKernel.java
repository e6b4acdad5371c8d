package io.argali.runtime.kernel;

/** Float32 maximum and average pooling and their gradients. */
public interface PoolKernel {
    /** The maximum of each window; a window that lies wholly outside gives negative infinity. Not-a-number wins. */
    void max(PoolGeometry g, float[] x, int xOffset, float[] y, int yOffset, Workers workers);

    /** The average of each window over the elements inside the input. */
    void average(PoolGeometry g, float[] x, int xOffset, float[] y, int yOffset, Workers workers);

    /** {@code dx} of {@link #max}: each {@code dy} goes to the first maximum of its window. Overwrites dx. */
    void maxGradient(
            PoolGeometry g,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            Workers workers);

    /** {@code dx} of {@link #average}. Overwrites dx. */
    void averageGradient(PoolGeometry g, float[] dy, int dyOffset, float[] dx, int dxOffset, Workers workers);
}
