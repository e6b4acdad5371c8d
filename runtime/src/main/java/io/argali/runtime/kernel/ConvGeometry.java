package io.argali.runtime.kernel;

/**
 * A convolution's sizes, always in three spatial dimensions (depth, height, width; unused leading ones are 1).
 * Input {@code (batch, inD, inH, inW, inChannels)}, kernel {@code (kD, kH, kW, inChannels / groups, outChannels)},
 * output {@code (batch, outD, outH, outW, outChannels)}, all row-major and channels last. Output position {@code o} reads
 * input positions {@code o * stride - padLow + t * dilation}; what lies outside reads as zero.
 */
public record ConvGeometry(
        int batch,
        int inD,
        int inH,
        int inW,
        int inChannels,
        int outD,
        int outH,
        int outW,
        int outChannels,
        int kD,
        int kH,
        int kW,
        int strideD,
        int strideH,
        int strideW,
        int dilationD,
        int dilationH,
        int dilationW,
        int padD,
        int padH,
        int padW,
        int groups) {

    /** Output pixels, over the batch. */
    public int outPixels() {
        return batch * outD * outH * outW;
    }

    /** Whether every input channel has its own filters. */
    public boolean isDepthwise() {
        return groups == inChannels && groups > 1;
    }
}
