package io.argali.runtime.kernel.vector;

import java.util.Arrays;

/**
 * Along one axis, the input positions {@code first + q · stride} and the taps that reach them: all positions with the same
 * remainder are reached by the same taps, tap t from output position {@code q + sources[t]}. So the gradient with respect to the
 * input is one plain convolution over dy for each remainder.
 *
 * @param count number of positions
 * @param taps in the order of rising sources
 */
record GradientAxis(int first, int stride, int count, int[] taps, int[] sources) {
    /** One for each remainder. */
    static GradientAxis[] of(int in, int kernel, int stride, int dilation, int pad) {
        GradientAxis[] axes = new GradientAxis[stride];
        for (int first = 0; first < stride; first++) {
            int[] taps = new int[kernel];
            int[] sources = new int[kernel];
            int n = 0;
            for (int tap = kernel - 1; tap >= 0; tap--) {
                int distance = first + pad - tap * dilation;
                if (Math.floorMod(distance, stride) == 0) {
                    taps[n] = tap;
                    sources[n++] = Math.floorDiv(distance, stride);
                }
            }
            int count = first < in ? (in - first + stride - 1) / stride : 0;
            axes[first] = new GradientAxis(first, stride, count, Arrays.copyOf(taps, n), Arrays.copyOf(sources, n));
        }
        return axes;
    }

    /** Zeros needed before dy's first position. */
    static int low(GradientAxis[] axes) {
        int low = 0;
        for (GradientAxis axis : axes) {
            if (axis.count > 0 && axis.taps.length > 0) {
                low = Math.max(low, -axis.sources[0]);
            }
        }
        return low;
    }

    /** Positions read from dy's first one on. */
    static int extent(GradientAxis[] axes) {
        int extent = 1;
        for (GradientAxis axis : axes) {
            if (axis.count > 0 && axis.taps.length > 0) {
                extent = Math.max(extent, axis.count + axis.sources[axis.taps.length - 1]);
            }
        }
        return extent;
    }
}
