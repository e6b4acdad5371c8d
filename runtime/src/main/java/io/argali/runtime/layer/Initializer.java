package io.argali.runtime.layer;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The values a weight begins with; Keras' distributions, drawn from Java's generator (so the numbers differ from Python's for the same seed,
 * and are the same in every Java run).
 */
public interface Initializer {
    /**
     * The first value of a weight.
     *
     * @param random the model's source of numbers, used where the initializer has no seed of its own
     */
    Tensor create(Shape shape, DType dtype, RandomGenerator random);

    record Zeros() implements Initializer {
        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return Tensor.zeros(dtype, shape);
        }
    }

    record Ones() implements Initializer {
        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return Tensor.full(dtype, shape, 1);
        }
    }

    record Constant(double value) implements Initializer {
        public static final Constant DEFAULTS = new Constant(0);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return Tensor.full(dtype, shape, value);
        }
    }

    /** The identity matrix, times {@code gain}. */
    record Identity(double gain) implements Initializer {
        public static final Identity DEFAULTS = new Identity(1);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            if (shape.rank() != 2)
                throw new IllegalArgumentException("the identity is a matrix, not of shape " + shape);
            double[] d = new double[shape.size()];
            for (int i = 0; i < Math.min(shape.dim(0), shape.dim(1)); i++) d[i * shape.dim(1) + i] = gain;
            return Tensor.of(d, shape.toArray()).cast(dtype);
        }
    }

    record RandomNormal(
            double mean, double stddev, @Nullable Integer seed) implements Initializer {
        public static final RandomNormal DEFAULTS = new RandomNormal(0, 0.05, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            RandomGenerator r = Draws.from(seed, random);
            return Draws.fill(shape, dtype, () -> r.nextGaussian(mean, stddev));
        }
    }

    record RandomUniform(
            @Key("minval") double minval,
            double maxval,
            @Nullable Integer seed) implements Initializer {
        public static final RandomUniform DEFAULTS = new RandomUniform(-0.05, 0.05, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            RandomGenerator r = Draws.from(seed, random);
            return Draws.fill(shape, dtype, () -> minval + (maxval - minval) * r.nextDouble());
        }
    }

    /** Normal, redrawn beyond two standard deviations. */
    record TruncatedNormal(
            double mean, double stddev, @Nullable Integer seed) implements Initializer {
        public static final TruncatedNormal DEFAULTS = new TruncatedNormal(0, 0.05, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            RandomGenerator r = Draws.from(seed, random);
            return Draws.fill(shape, dtype, () -> mean + stddev * Draws.truncatedNormal(r));
        }
    }

    /**
     * Variance {@code scale / n}, with n the fan-in, fan-out or their mean.
     *
     * @param mode {@code fan_in}, {@code fan_out} or {@code fan_avg}
     * @param distribution {@code uniform}, {@code truncated_normal} or {@code untruncated_normal}
     */
    record VarianceScaling(
            double scale,
            String mode,
            String distribution,
            @Nullable Integer seed,
            int @Nullable [] inputAxes,
            int @Nullable [] outputAxes)
            implements Initializer {
        public static final VarianceScaling DEFAULTS =
                new VarianceScaling(1, "fan_in", "truncated_normal", null, null, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            double[] fans = Draws.fans(shape, inputAxes, outputAxes);
            double n = switch (mode) {
                case "fan_in" -> Math.max(1, fans[0]);
                case "fan_out" -> Math.max(1, fans[1]);
                default -> Math.max(1, (fans[0] + fans[1]) / 2);
            };
            double variance = scale / n;
            RandomGenerator r = Draws.from(seed, random);
            return switch (distribution) {
                case "truncated_normal" -> {
                    // A normal cut at two deviations has this much less deviation (Keras' random_initializers.py).
                    double stddev = Math.sqrt(variance) / .87962566103423978;
                    yield Draws.fill(shape, dtype, () -> stddev * Draws.truncatedNormal(r));
                }
                case "untruncated_normal" -> Draws.fill(shape, dtype, () -> r.nextGaussian(0, Math.sqrt(variance)));
                default -> {
                    double limit = Math.sqrt(3 * variance);
                    yield Draws.fill(shape, dtype, () -> limit * (2 * r.nextDouble() - 1));
                }
            };
        }
    }

    record GlorotUniform(@Nullable Integer seed, int @Nullable [] inputAxes, int @Nullable [] outputAxes)
            implements Initializer {
        public static final GlorotUniform DEFAULTS = new GlorotUniform(null, null, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return new VarianceScaling(1, "fan_avg", "uniform", seed, inputAxes, outputAxes)
                    .create(shape, dtype, random);
        }
    }

    record GlorotNormal(@Nullable Integer seed, int @Nullable [] inputAxes, int @Nullable [] outputAxes)
            implements Initializer {
        public static final GlorotNormal DEFAULTS = new GlorotNormal(null, null, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return new VarianceScaling(1, "fan_avg", "truncated_normal", seed, inputAxes, outputAxes)
                    .create(shape, dtype, random);
        }
    }

    record HeUniform(@Nullable Integer seed, int @Nullable [] inputAxes, int @Nullable [] outputAxes)
            implements Initializer {
        public static final HeUniform DEFAULTS = new HeUniform(null, null, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return new VarianceScaling(2, "fan_in", "uniform", seed, inputAxes, outputAxes)
                    .create(shape, dtype, random);
        }
    }

    record HeNormal(@Nullable Integer seed, int @Nullable [] inputAxes, int @Nullable [] outputAxes)
            implements Initializer {
        public static final HeNormal DEFAULTS = new HeNormal(null, null, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return new VarianceScaling(2, "fan_in", "truncated_normal", seed, inputAxes, outputAxes)
                    .create(shape, dtype, random);
        }
    }

    record LecunUniform(@Nullable Integer seed, int @Nullable [] inputAxes, int @Nullable [] outputAxes)
            implements Initializer {
        public static final LecunUniform DEFAULTS = new LecunUniform(null, null, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return new VarianceScaling(1, "fan_in", "uniform", seed, inputAxes, outputAxes)
                    .create(shape, dtype, random);
        }
    }

    record LecunNormal(@Nullable Integer seed, int @Nullable [] inputAxes, int @Nullable [] outputAxes)
            implements Initializer {
        public static final LecunNormal DEFAULTS = new LecunNormal(null, null, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            return new VarianceScaling(1, "fan_in", "truncated_normal", seed, inputAxes, outputAxes)
                    .create(shape, dtype, random);
        }
    }

    /** Rows or columns of length {@code gain}, at right angles to one another. */
    record Orthogonal(double gain, @Nullable Integer seed) implements Initializer {
        public static final Orthogonal DEFAULTS = new Orthogonal(1, null);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            if (shape.rank() < 2)
                throw new IllegalArgumentException("an orthogonal weight has two axes or more, not shape " + shape);
            int columns = shape.last(), rows = columns == 0 ? 0 : shape.size() / columns;
            double[][] q =
                    Draws.orthonormal(Math.min(rows, columns), Math.max(rows, columns), Draws.from(seed, random));
            double[] d = new double[rows * columns];
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) d[i * columns + j] = gain * (rows <= columns ? q[i][j] : q[j][i]);
            }
            return Tensor.of(d, shape.toArray()).cast(dtype);
        }
    }

    /** The real and imaginary parts of a short-time Fourier transform; the kernel of Keras' STFTSpectrogram. */
    record Stft(
            @Key("side") String side,
            @Nullable String window,
            @Nullable String scaling,
            boolean periodic) implements Initializer {
        public static final Stft DEFAULTS = new Stft("real", "hann", "density", false);

        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            throw new IllegalArgumentException("the STFT kernel is made by its layer, not drawn");
        }
    }

    /** What the initializers share. */
    final class Draws {
        private Draws() {}

        interface Draw {
            double next();
        }

        static RandomGenerator from(@Nullable Integer seed, RandomGenerator random) {
            return seed == null ? random : new java.util.SplittableRandom(seed);
        }

        static Tensor fill(Shape shape, DType dtype, Draw draw) {
            double[] d = new double[shape.size()];
            Arrays.setAll(d, i -> draw.next());
            return Tensor.of(d, shape.toArray()).cast(dtype);
        }

        static double truncatedNormal(RandomGenerator r) {
            while (true) {
                double x = r.nextGaussian();
                if (Math.abs(x) < 2) return x;
            }
        }

        /** Fan-in and fan-out, by Keras' compute_fans. */
        static double[] fans(Shape shape, int @Nullable [] inputAxes, int @Nullable [] outputAxes) {
            int rank = shape.rank();
            if (rank == 0) return new double[] {1, 1};
            if (rank == 1) return new double[] {shape.dim(0), shape.dim(0)};
            if (inputAxes == null || outputAxes == null) {
                double receptive = shape.size(0, rank - 2);
                return new double[] {shape.dim(-2) * receptive, shape.dim(-1) * receptive};
            }
            List<Integer> in = Arrays.stream(inputAxes).map(shape::axis).boxed().toList();
            List<Integer> out =
                    Arrays.stream(outputAxes).map(shape::axis).boxed().toList();
            double receptive = 1, fanIn = 1, fanOut = 1;
            for (int i = 0; i < rank; i++) {
                if (in.contains(i)) fanIn *= shape.dim(i);
                if (out.contains(i)) fanOut *= shape.dim(i);
                if (!in.contains(i) && !out.contains(i)) receptive *= shape.dim(i);
            }
            return new double[] {fanIn * receptive, fanOut * receptive};
        }

        /** n orthonormal vectors of length m ≥ n: Gram–Schmidt, twice for accuracy, on normal numbers. */
        static double[][] orthonormal(int n, int m, RandomGenerator r) {
            double[][] q = new double[n][m];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < m; j++) q[i][j] = r.nextGaussian();
                for (int pass = 0; pass < 2; pass++) {
                    for (int k = 0; k < i; k++) {
                        double dot = 0;
                        for (int j = 0; j < m; j++) dot += q[i][j] * q[k][j];
                        for (int j = 0; j < m; j++) q[i][j] -= dot * q[k][j];
                    }
                }
                double norm = 0;
                for (double x : q[i]) norm += x * x;
                norm = Math.sqrt(norm);
                for (int j = 0; j < m; j++) q[i][j] /= norm;
            }
            return q;
        }
    }
}
