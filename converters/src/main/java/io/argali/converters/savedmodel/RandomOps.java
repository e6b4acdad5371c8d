package io.argali.converters.savedmodel;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import java.util.SplittableRandom;

/** Random numbers. They are of TensorFlow's distributions, but other numbers: a seed in the graph is not followed. */
final class RandomOps {
    private RandomOps() {}

    static void add(OpTable t) {
        t.items(
                "StatelessRandomGetKeyCounter",
                List.of("key", "counter"),
                c -> OpTable.dense(List.of(
                        Value.zeros(TensorType.of(DType.UINT64, 1)), Value.zeros(TensorType.of(DType.UINT64, 2)))));
        t.one("StatelessRandomGetAlg", c -> Value.scalar(DType.INT32, 1));
        t.one("RandomUniformInt", c -> wholeNumber(c, 1, 2));
        t.one("StatelessRandomUniformInt", c -> wholeNumber(c, 2, 3));
        t.one("StatelessRandomUniformIntV2", c -> wholeNumber(c, 4, 5));
        for (String name : List.of("RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2")) {
            t.one(name, c -> random(c, false));
        }
        for (String name : List.of("RandomStandardNormal", "StatelessRandomNormal", "StatelessRandomNormalV2")) {
            t.one(name, c -> random(c, true));
        }
        for (String name : List.of("TruncatedNormal", "StatelessTruncatedNormal", "StatelessTruncatedNormalV2")) {
            t.one(name, RandomOps::truncated);
        }
        t.one(
                "RandomGamma",
                c -> gamma(
                        c, ShapeOps.shape(c.ints(0)).append(c.value(1).shape().toArray()), c.value(1)));
        t.one("StatelessRandomGammaV2", c -> gamma(c, ShapeOps.shape(c.ints(0)), c.value(2)));
        t.one("StatelessRandomGammaV3", c -> gamma(c, ShapeOps.shape(c.ints(0)), c.value(4)));
        t.one(
                "RandomPoissonV2",
                c -> poisson(
                        c, ShapeOps.shape(c.ints(0)).append(c.value(1).shape().toArray()), c.value(1)));
        t.one("StatelessRandomPoisson", c -> poisson(c, ShapeOps.shape(c.ints(0)), c.value(2)));
        t.one("StatelessRandomBinomial", RandomOps::binomial);
        for (String name : List.of("Multinomial", "StatelessMultinomial")) t.one(name, RandomOps::categorical);
        for (String name : List.of("RandomShuffle", "StatelessShuffle")) t.one(name, RandomOps::shuffle);
    }

    private static Value wholeNumber(Call c, int low, int high) {
        Value from = c.value(low), to = c.value(high);
        Value u = c.tracer().state().random(false, ShapeOps.shape(c.ints(0)));
        Value span = to.subtract(from);
        return u.multiply(span.cast(DType.FLOAT32))
                .cast(from.dtype())
                .minimum(span.subtract(1))
                .add(from);
    }

    private static Value random(Call c, boolean normal) {
        return c.tracer().state().random(normal, ShapeOps.shape(c.ints(0))).cast(c.type("dtype", DType.FLOAT32));
    }

    /** Within two standard deviations, by the inverse of the distribution between them. */
    private static Value truncated(Call c) {
        double within = 0.954499736103642; // erf(√2)
        Value u = c.tracer().state().random(false, ShapeOps.shape(c.ints(0)));
        Value x = u.multiply(2 * within)
                .subtract(within)
                .unary(UnaryFunction.ERF_INVERSE)
                .multiply(Math.sqrt(2));
        return x.cast(c.type("dtype", DType.FLOAT32));
    }

    private interface Draw {
        double from(SplittableRandom random, double parameter);
    }

    /** One number for each parameter, which broadcasts; two random numbers are the seed. */
    private static Value draws(Call c, Shape shape, Value parameter, DType type, Draw draw) {
        Value seed = c.tracer().state().random(false, Shape.of(2));
        return HostFunction.of(c, type, shape, List.of(seed, parameter.broadcastTo(shape)), in -> {
            float[] s = in.get(0).toFloatArray();
            SplittableRandom random =
                    new SplittableRandom((long) Float.floatToIntBits(s[0]) << 32 | Float.floatToIntBits(s[1]));
            double[] p = in.get(1).toDoubleArray(), r = new double[p.length];
            for (int i = 0; i < r.length; i++) r[i] = draw.from(random, p[i]);
            return List.of(Tensor.wrap(DType.FLOAT64, shape, r).cast(type));
        });
    }

    private static Value gamma(Call c, Shape shape, Value alpha) {
        return draws(c, shape, alpha, alpha.dtype(), RandomOps::gamma);
    }

    /** G. Marsaglia, W. Tsang: A simple method for generating gamma variables (2000). */
    private static double gamma(SplittableRandom random, double alpha) {
        if (alpha < 1) return gamma(random, alpha + 1) * Math.pow(random.nextDouble(), 1 / alpha);
        double d = alpha - 1.0 / 3, k = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian(), v = 1 + k * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.log(random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
        }
    }

    private static Value poisson(Call c, Shape shape, Value rate) {
        return draws(c, shape, rate, c.type("dtype", DType.INT64), RandomOps::poisson);
    }

    /** A count of events before time 1, in parts short enough for their exponentials. */
    private static double poisson(SplittableRandom random, double rate) {
        double count = 0;
        for (double left = rate; left > 0; left -= 500) {
            double end = Math.exp(-Math.min(left, 500)), p = random.nextDouble();
            for (; p > end; p *= random.nextDouble()) count++;
        }
        return count;
    }

    private static Value binomial(Call c) {
        Shape shape = ShapeOps.shape(c.ints(0));
        Value p = c.value(3).cast(DType.FLOAT64).broadcastTo(shape),
                n = c.value(2).cast(DType.FLOAT64).broadcastTo(shape);
        // Both parameters in one number: the trials, and the chance, which is at most 1, as its fraction.
        return draws(c, shape, n.multiply(2).add(p), c.type("dtype", DType.INT64), (random, both) -> {
            double trials = Math.floor(both / 2), chance = both - 2 * trials, r = 0;
            for (double k = 0; k < trials; k++) if (random.nextDouble() < chance) r++;
            return r;
        });
    }

    /** The class with the greatest logit after Gumbel's noise. */
    private static Value categorical(Call c) {
        Value logits = c.value(0).cast(DType.FLOAT32);
        int rows = logits.shape().dim(0), classes = logits.shape().dim(1), n = c.scalar(1);
        Value u = c.tracer().state().random(false, Shape.of(rows, n, classes)).maximum(1e-30);
        Value noise = u.log().negate().log().negate();
        return logits.expandDims(1).add(noise).argMax(2).cast(c.type("output_dtype", DType.INT64));
    }

    private static Value shuffle(Call c) {
        Value x = c.value(0);
        return x.gather(
                c.tracer().state().random(false, Shape.of(x.shape().dim(0))).argSort(0, false), 0);
    }
}
