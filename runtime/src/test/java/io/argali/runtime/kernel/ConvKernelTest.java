package io.argali.runtime.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConvKernelTest {
    private static final Workers WORKERS = Workers.of(3);

    static Stream<Arguments> geometries() {
        List<ConvGeometry> cases = new ArrayList<>();
        for (int channels : KernelSets.SIZES) {
            cases.add(conv2d(2, 6, 5, channels, channels, 3, 1, 1, 1, 1));
            cases.add(conv2d(1, 5, 7, channels, 9, 1, 1, 1, 0, 1));
            cases.add(conv2d(1, 5, 7, 9, channels, 1, 2, 1, 0, 1));
            cases.add(conv2d(2, 7, 9, channels, channels, 3, 1, 1, 1, channels)); // depthwise
            cases.add(conv2d(1, 9, 8, channels, channels, 5, 2, 1, 2, channels));
            cases.add(conv2d(1, 6, 7, channels, 2 * channels, 3, 1, 2, 2, channels)); // depth multiplier 2
        }
        cases.add(conv2d(1, 30, 31, 3, 64, 7, 2, 1, 3, 1)); // ResNet50's first layer
        cases.add(conv2d(1, 17, 16, 24, 36, 3, 2, 1, 1, 4));
        cases.add(conv2d(3, 8, 8, 64, 64, 3, 1, 2, 2, 1));
        cases.add(conv2d(2, 9, 8, 32, 48, 3, 1, 1, 1, 1)); // tiles of 2 × 2 outputs, some cut
        cases.add(conv2d(1, 13, 11, 64, 160, 3, 1, 1, 0, 1));
        cases.add(conv2d(1, 4, 4, 130, 70, 4, 2, 1, 1, 1));
        cases.add(conv2d(1, 6, 6, 5, 6, 2, 3, 1, 0, 1)); // strides wider than the kernel
        cases.add(conv2d(1, 2, 2, 4, 4, 3, 1, 1, 1, 1)); // kernel wider than the input
        // one and three dimensions, all sizes different
        cases.add(new ConvGeometry(2, 1, 1, 40, 12, 1, 1, 19, 20, 1, 1, 4, 1, 1, 2, 1, 1, 1, 0, 0, 1, 1));
        cases.add(new ConvGeometry(2, 1, 1, 40, 20, 1, 1, 40, 20, 1, 1, 3, 1, 1, 1, 1, 1, 4, 0, 0, 8, 1)); // causal
        cases.add(new ConvGeometry(2, 4, 5, 6, 7, 4, 3, 3, 18, 3, 2, 4, 1, 2, 2, 1, 1, 1, 1, 0, 1, 1));
        cases.add(new ConvGeometry(1, 4, 5, 6, 16, 2, 5, 6, 16, 2, 3, 3, 2, 1, 1, 1, 1, 1, 0, 1, 1, 16));
        // large enough for several threads, padding on the far side only
        cases.add(new ConvGeometry(1, 1, 40, 40, 32, 1, 20, 20, 96, 1, 3, 3, 1, 2, 2, 1, 1, 1, 0, 0, 0, 1));
        cases.add(new ConvGeometry(1, 1, 40, 40, 96, 1, 20, 20, 96, 1, 3, 3, 1, 2, 2, 1, 1, 1, 0, 0, 0, 96));
        return KernelSets.all().flatMap(kernels -> cases.stream().map(g -> Arguments.of(kernels, g)));
    }

    private static ConvGeometry conv2d(
            int batch,
            int height,
            int width,
            int in,
            int out,
            int kernel,
            int stride,
            int dilation,
            int pad,
            int groups) {
        int span = (kernel - 1) * dilation + 1;
        int outH = (height + 2 * pad - span) / stride + 1;
        int outW = (width + 2 * pad - span) / stride + 1;
        return new ConvGeometry(
                batch, 1, height, width, in, 1, outH, outW, out, 1, kernel, kernel, 1, stride, stride, 1, dilation,
                dilation, 0, pad, pad, groups);
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void convolves(Kernels kernels, ConvGeometry g) {
        float[] x = KernelSets.random(inSize(g), 1);
        float[] w = KernelSets.random(kernelSize(g), 2);
        Sums expected = new Sums(outSize(g));
        forEachProduct(g, (in, weight, out) -> expected.add(out, x[in], w[weight]));

        float[] packed = new float[kernels.conv().packedSize(g) + 1];
        float[] scratch = new float[kernels.conv().scratchSize(g, WORKERS) + 1];
        Arrays.fill(scratch, 5f);
        float[] y = new float[outSize(g) + 1];
        kernels.conv().pack(g, w, 0, packed, 1);
        kernels.conv().convolve(g, x, 0, packed, 1, scratch, 1, y, 1, KernelSets.addPlace(g.outChannels()), WORKERS);
        expected.check(y, true, kernels.name() + " " + g);
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void biasResidualAndBoundsAreTheSameInsideAndAfterwards(Kernels kernels, ConvGeometry g) {
        float[] x = KernelSets.random(inSize(g), 1);
        float[] w = KernelSets.random(kernelSize(g), 2);
        float[] bias = KernelSets.random(g.outChannels() + 2, 3);
        float[] residual = KernelSets.random(outSize(g) + 3, 4);
        float[] packed = new float[kernels.conv().packedSize(g)];
        float[] scratch = new float[kernels.conv().scratchSize(g, WORKERS)];
        kernels.conv().pack(g, w, 0, packed, 0);
        float[] plain = new float[outSize(g)];
        kernels.conv().convolve(g, x, 0, packed, 0, scratch, 0, plain, 0, null, WORKERS);
        for (BiasActivation b : List.of(
                new BiasActivation(bias, 2, residual, 2, -0.5f, 0.75f),
                new BiasActivation(bias, 2, null, 0, 0, Float.POSITIVE_INFINITY),
                new BiasActivation(null, 0, residual, 2, Float.NEGATIVE_INFINITY, 0.5f))) {
            float[] expected = plain.clone();
            int pixels = g.outPixels();
            // The residual lies one float nearer here than for y, which begins at 1.
            new BiasActivation(b.bias(), b.biasOffset(), b.residual(), 3, b.low(), b.high())
                    .apply(expected, 0, pixels, g.outChannels(), g.outChannels(), 0, 0);
            KernelSets.addPlace(g.outChannels()).apply(expected, 0, pixels, g.outChannels(), g.outChannels(), 0, 0);
            float[] y = new float[outSize(g) + 1];
            Epilogue both = new Epilogue.Chain(b, KernelSets.addPlace(g.outChannels()));
            kernels.conv().convolve(g, x, 0, packed, 0, scratch, 0, y, 1, both, WORKERS);
            for (int i = 0; i < expected.length; i++) {
                KernelSets.assertClose(
                        expected[i], Math.abs(expected[i]) + kernelSize(g) / g.outChannels(), y[i + 1], b + " at " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void inputGradientIsTheTransposedConvolution(Kernels kernels, ConvGeometry g) {
        float[] dy = KernelSets.random(outSize(g), 1);
        float[] w = KernelSets.random(kernelSize(g), 2);
        Sums expected = new Sums(inSize(g));
        forEachProduct(g, (in, weight, out) -> expected.add(in, dy[out], w[weight]));

        float[] packed = new float[kernels.conv().inputGradientPackedSize(g) + 1];
        float[] scratch = new float[kernels.conv().inputGradientScratchSize(g, WORKERS) + 1];
        Arrays.fill(scratch, 5f);
        float[] dx = new float[inSize(g) + 1];
        kernels.conv().packForInputGradient(g, w, 0, packed, 1);
        kernels.conv()
                .inputGradient(g, dy, 0, packed, 1, scratch, 1, dx, 1, KernelSets.addPlace(g.inChannels()), WORKERS);
        expected.check(dx, true, kernels.name() + " " + g);
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void kernelGradientSumsOverPixels(Kernels kernels, ConvGeometry g) {
        float[] x = KernelSets.random(inSize(g), 1);
        float[] dy = KernelSets.random(outSize(g), 2);
        Sums expected = new Sums(kernelSize(g));
        forEachProduct(g, (in, weight, out) -> expected.add(weight, x[in], dy[out]));

        float[] scratch = new float[kernels.conv().kernelGradientScratchSize(g, WORKERS) + 1];
        Arrays.fill(scratch, 5f);
        float[] dKernel = new float[kernelSize(g) + 1];
        kernels.conv().kernelGradient(g, x, 0, dy, 0, scratch, 1, dKernel, 1, WORKERS);
        expected.check(dKernel, false, kernels.name() + " " + g);
    }

    private static final class Sums {
        final double[] sums;
        final double[] scales;

        Sums(int size) {
            sums = new double[size];
            scales = new double[size];
        }

        void add(int i, float a, float b) {
            sums[i] += (double) a * b;
            scales[i] += Math.abs((double) a * b);
        }

        /** The results lie one further, to test offsets. */
        void check(float[] actual, boolean placed, String what) {
            for (int i = 0; i < sums.length; i++) {
                float place = placed ? KernelSets.place(i) : 0;
                KernelSets.assertClose(sums[i] + place, scales[i] + place, actual[i + 1], what + " at " + i);
            }
        }
    }

    private interface Product {
        void accept(int in, int weight, int out);
    }

    /** The definition: every (input, weight, output) that a convolution multiplies and adds. */
    private static void forEachProduct(ConvGeometry g, Product product) {
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        for (int b = 0; b < g.batch(); b++) {
            for (int oz = 0; oz < g.outD(); oz++) {
                for (int oy = 0; oy < g.outH(); oy++) {
                    for (int ox = 0; ox < g.outW(); ox++) {
                        for (int kz = 0; kz < g.kD(); kz++) {
                            for (int ky = 0; ky < g.kH(); ky++) {
                                for (int kx = 0; kx < g.kW(); kx++) {
                                    int z = oz * g.strideD() - g.padD() + kz * g.dilationD();
                                    int y = oy * g.strideH() - g.padH() + ky * g.dilationH();
                                    int x = ox * g.strideW() - g.padW() + kx * g.dilationW();
                                    if (z < 0 || z >= g.inD() || y < 0 || y >= g.inH() || x < 0 || x >= g.inW()) {
                                        continue;
                                    }
                                    int in = (((b * g.inD() + z) * g.inH() + y) * g.inW() + x) * g.inChannels();
                                    int out = (((b * g.outD() + oz) * g.outH() + oy) * g.outW() + ox) * g.outChannels();
                                    int tap = ((kz * g.kH() + ky) * g.kW() + kx) * groupIn;
                                    for (int o = 0; o < g.outChannels(); o++) {
                                        for (int i = 0; i < groupIn; i++) {
                                            product.accept(
                                                    in + o / groupOut * groupIn + i,
                                                    (tap + i) * g.outChannels() + o,
                                                    out + o);
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static int inSize(ConvGeometry g) {
        return g.batch() * g.inD() * g.inH() * g.inW() * g.inChannels();
    }

    private static int outSize(ConvGeometry g) {
        return g.outPixels() * g.outChannels();
    }

    private static int kernelSize(ConvGeometry g) {
        return g.kD() * g.kH() * g.kW() * (g.inChannels() / g.groups()) * g.outChannels();
    }
}
