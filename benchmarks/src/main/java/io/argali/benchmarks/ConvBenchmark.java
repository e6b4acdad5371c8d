package io.argali.benchmarks;

import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Convolutions of ResNet50, MobileNetV2 and EfficientNetB0: image side x input channels x output channels x kernel x stride x groups. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConvBenchmark {
    @Param({"vector", "scalar"})
    String set;

    @Param({
        "224x3x64x7x2x1",
        "56x64x64x3x1x1",
        "28x128x128x3x1x1",
        "14x256x256x3x1x1",
        "7x512x512x3x1x1",
        "56x64x256x1x1x1",
        "56x256x512x1x2x1",
        "14x1024x256x1x1x1",
        "7x2048x512x1x1x1",
        "112x16x96x1x1x1",
        "56x144x24x1x1x1",
        "112x32x32x3x1x32",
        "56x144x144x3x1x144",
        "14x576x576x3x1x576",
        "112x96x96x3x2x96",
        "28x240x240x5x1x240"
    })
    String layer;

    @Param("1")
    int threads;

    Kernels kernels;
    Workers workers;
    ConvGeometry g;
    float[] x;
    float[] y;
    float[] packed;
    float[] scratch;
    float[] gradientPacked;
    float[] gradientScratch;
    float[] kernelScratch;
    float[] dKernel;

    @Setup
    public void setUp() {
        int[] sizes = Inputs.sizes(layer);
        int side = sizes[0];
        int in = sizes[1];
        int out = sizes[2];
        int kernel = sizes[3];
        int stride = sizes[4];
        int groups = sizes[5];
        int pad = kernel / 2;
        int outSide = (side + 2 * pad - kernel) / stride + 1;
        g = new ConvGeometry(
                1, 1, side, side, in, 1, outSide, outSide, out, 1, kernel, kernel, 1, stride, stride, 1, 1, 1, 0, pad,
                pad, groups);
        kernels = Inputs.kernels(set);
        workers = Inputs.workers(threads);
        x = Inputs.random(side * side * in);
        y = Inputs.random(outSide * outSide * out);
        dKernel = Inputs.random(kernel * kernel * in / groups * out);
        packed = new float[kernels.conv().packedSize(g)];
        kernels.conv().pack(g, dKernel, 0, packed, 0);
        scratch = new float[kernels.conv().scratchSize(g, workers)];
        gradientPacked = new float[kernels.conv().inputGradientPackedSize(g)];
        kernels.conv().packForInputGradient(g, dKernel, 0, gradientPacked, 0);
        gradientScratch = new float[kernels.conv().inputGradientScratchSize(g, workers)];
        kernelScratch = new float[kernels.conv().kernelGradientScratchSize(g, workers)];
    }

    @Benchmark
    public float[] convolve() {
        kernels.conv().convolve(g, x, 0, packed, 0, scratch, 0, y, 0, null, workers);
        return y;
    }

    @Benchmark
    public float[] inputGradient() {
        kernels.conv().inputGradient(g, y, 0, gradientPacked, 0, gradientScratch, 0, x, 0, null, workers);
        return x;
    }

    @Benchmark
    public float[] kernelGradient() {
        kernels.conv().kernelGradient(g, x, 0, y, 0, kernelScratch, 0, dKernel, 0, workers);
        return dKernel;
    }
}
