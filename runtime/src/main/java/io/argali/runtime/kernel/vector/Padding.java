package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.Workers;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** Copies images into a frame of zeros, so that no tap falls outside. Position p of the frame is position {@code p - pad} of the image. */
record Padding(
        int batch,
        int inD,
        int inH,
        int inW,
        int channels,
        int padD,
        int padH,
        int padW,
        int depth,
        int height,
        int width) {
    /** Floats that are not worth a second thread. */
    private static final int PARALLEL_FLOATS = 128 * 1024;

    /** What a convolution reads of its input. */
    static Padding ofInput(ConvGeometry g) {
        int depth = (g.outD() - 1) * g.strideD() + (g.kD() - 1) * g.dilationD() + 1;
        int height = (g.outH() - 1) * g.strideH() + (g.kH() - 1) * g.dilationH() + 1;
        int width = (g.outW() - 1) * g.strideW() + (g.kW() - 1) * g.dilationW() + 1;
        Padding p = new Padding(
                g.batch(),
                g.inD(),
                g.inH(),
                g.inW(),
                g.inChannels(),
                g.padD(),
                g.padH(),
                g.padW(),
                depth,
                height,
                width);
        return p.needed() ? p : p.none();
    }

    /** Whether anything outside the image is read. */
    boolean needed() {
        return padD != 0 || padH != 0 || padW != 0 || depth > inD || height > inH || width > inW;
    }

    /** The image as it is. */
    Padding none() {
        return new Padding(batch, inD, inH, inW, channels, 0, 0, 0, inD, inH, inW);
    }

    /** Floats of scratch memory; none if the image can be read in place. */
    int scratchSize() {
        return needed() ? Math.multiplyExact(batch * depth, Math.multiplyExact(height, width * channels)) : 0;
    }

    void copy(float[] x, int xOffset, float[] frame, int frameOffset, Workers workers) {
        new Copy(this, workers).run(x, xOffset, frame, frameOffset);
    }

    /** The copy, made ready to be run many times by one caller at a time. */
    static final class Copy {
        private final Padding padding;
        private final Workers workers;
        private final int tasks;
        private final IntConsumer task = this::rows;

        private float[] x = {};
        private int xOffset;
        private float[] frame = {};
        private int frameOffset;

        Copy(Padding padding, Workers workers) {
            int rows = padding.batch * padding.depth * padding.height;
            this.padding = padding;
            this.workers = workers;
            this.tasks = padding.scratchSize() < PARALLEL_FLOATS ? 1 : Math.min(rows, 4 * workers.parallelism());
        }

        void run(float[] x, int xOffset, float[] frame, int frameOffset) {
            this.x = x;
            this.xOffset = xOffset;
            this.frame = frame;
            this.frameOffset = frameOffset;
            workers.run(tasks, task);
        }

        private void rows(int task) {
            int rows = padding.batch * padding.depth * padding.height;
            int rowFloats = padding.width * padding.channels;
            int last = (int) ((task + 1L) * rows / tasks);
            for (int row = (int) ((long) task * rows / tasks); row < last; row++) {
                padding.copyRow(x, xOffset, frame, frameOffset + row * rowFloats, row);
            }
        }
    }

    private void copyRow(float[] x, int xOffset, float[] frame, int to, int row) {
        int y = row % height - padH;
        int z = row / height % depth - padD;
        int end = to + width * channels;
        if (y < 0 || y >= inH || z < 0 || z >= inD) {
            Arrays.fill(frame, to, end, 0f);
            return;
        }
        int image = row / height / depth;
        int first = Math.max(0, -padW);
        int count = Math.clamp(width - padW - first, 0, inW - first);
        int start = to + (padW + first) * channels;
        Arrays.fill(frame, to, start, 0f);
        System.arraycopy(
                x, xOffset + (((image * inD + z) * inH + y) * inW + first) * channels, frame, start, count * channels);
        Arrays.fill(frame, start + count * channels, end, 0f);
    }

    /** Where the given pixel's channels begin. */
    int offset(int image, int z, int y, int x) {
        return (((image * depth + z) * height + y) * width + x) * channels;
    }
}
