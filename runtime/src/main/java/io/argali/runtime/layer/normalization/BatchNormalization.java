package io.argali.runtime.layer.normalization;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.TakesMask;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.StopGradient;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code gamma · (x - mean) / √(variance + epsilon) + beta} for every channel; mean and variance are those of the batch in training, whose moving
 * averages serve in prediction. Same shape. Ioffe and Szegedy, 2015; with {@code renorm}, Ioffe, "Batch Renormalization", 2017.
 *
 * @param axis the axis of the channels
 * @param renormClipping bounds {@code rmax}, {@code rmin} and {@code dmax} of the correction
 */
public record BatchNormalization(
        int axis,
        double momentum,
        double epsilon,
        boolean center,
        boolean scale,
        WeightOptions beta,
        WeightOptions gamma,
        Initializer movingMeanInitializer,
        Initializer movingVarianceInitializer,
        boolean renorm,
        @Nullable Map<String, Object> renormClipping,
        double renormMomentum,
        @Key("synchronized") boolean synchronizedMoments)
        implements UnaryLayer, TakesMask, PassesMask {
    public static final BatchNormalization DEFAULTS = new BatchNormalization(
            -1,
            0.99,
            1e-3,
            true,
            true,
            WeightOptions.ZEROS,
            WeightOptions.ONES,
            new Initializer.Zeros(),
            new Initializer.Ones(),
            false,
            null,
            0.99,
            false);

    // Keras' backend.epsilon(), which keeps an empty mask from dividing by zero.
    private static final double TINY = 1e-7;

    @Override
    public boolean mixesRows() {
        return true;
    }

    @Override
    public Value call(Scope scope, Value input) {
        Value x = input.cast(Moments.wide(input.dtype()));
        Shape channels = Shape.of(x.shape().dim(axis));
        Value g = scale ? scope.uncastWeight("gamma", channels, gamma).cast(x.dtype()) : null;
        Value b = center ? scope.uncastWeight("beta", channels, beta).cast(x.dtype()) : null;
        Statistic mean = statistic(scope, "moving_mean", channels, movingMeanInitializer, x.dtype());
        Statistic variance = statistic(scope, "moving_variance", channels, movingVarianceInitializer, x.dtype());
        Renorm r = renorm ? renorm(scope, channels, mean, variance, x.dtype()) : null;
        if (!scope.training() || !scope.trainable())
            return normalize(x, mean.value, variance.value, g, b).cast(scope.computeType());

        Moments batch = moments(x, scope.mask());
        Value batchMean = batch.mean().reshape(channels),
                batchVariance = batch.variance().reshape(channels);
        if (r != null) {
            Value[] corrected = r.correct(batchMean, batchVariance, g, b);
            r.update(batchMean, batchVariance);
            return normalize(x, batchMean, batchVariance, corrected[0], corrected[1])
                    .cast(scope.computeType());
        }
        mean.blend(batchMean, momentum);
        variance.blend(batchVariance, momentum);
        return normalize(x, batchMean, batchVariance, g, b).cast(scope.computeType());
    }

    /** {@code x · inv + (beta - mean · inv)}: two operations per element, which fold into a convolution before. */
    private Value normalize(Value x, Value mean, Value variance, @Nullable Value g, @Nullable Value b) {
        Value inverse = variance.add(epsilon).rsqrt();
        if (g != null) inverse = inverse.multiply(g);
        Value shift = mean.multiply(inverse);
        shift = b == null ? shift.negate() : b.subtract(shift);
        return x.multiply(Moments.spread(inverse, x.shape(), axis)).add(Moments.spread(shift, x.shape(), axis));
    }

    private Moments moments(Value x, @Nullable Value mask) {
        int channel = x.shape().axis(axis);
        int[] axes = IntStream.range(0, x.rank()).filter(i -> i != channel).toArray();
        if (mask == null) return Moments.of(x, axes);
        if (mask.rank() != x.rank() - 1) {
            throw new ShapeException(
                    "the mask should have one axis less than the input; got " + mask.type() + " for " + x.type());
        }
        Value kept = mask.cast(DType.BOOL).expandDims(-1).broadcastTo(x.shape());
        Value weights = kept.cast(x.dtype()).sum(true, axes).add(TINY);
        Value mean = kept.select(x, 0).sum(true, axes).divide(weights);
        return new Moments(
                mean, kept.select(x.subtract(mean), 0).square().sum(true, axes).divide(weights));
    }

    private static Statistic statistic(Scope scope, String name, Shape channels, Initializer initializer, DType type) {
        return new Statistic(
                scope,
                name,
                scope.state(name, scope.variableType(), channels, initializer).cast(type));
    }

    /** A number that follows the batches. */
    private record Statistic(Scope scope, String name, Value value) {
        Value blend(Value batch, double momentum) {
            Value next = value.multiply(momentum).add(batch.multiply(1 - momentum));
            set(next);
            return next;
        }

        void set(Value next) {
            scope.update(name, next.cast(scope.variableType()));
        }
    }

    private Renorm renorm(Scope scope, Shape channels, Statistic mean, Statistic variance, DType type) {
        // Square roots of what the variance begins with.
        Initializer deviation = (shape, dtype, random) -> {
            double[] d = movingVarianceInitializer.create(shape, dtype, random).toDoubleArray();
            for (int i = 0; i < d.length; i++) d[i] = Math.sqrt(d[i]);
            return Tensor.of(d, shape.toArray()).cast(dtype);
        };
        return new Renorm(
                mean,
                variance,
                statistic(scope, "moving_stddev", channels, deviation, type),
                statistic(scope, "renorm_mean", channels, movingMeanInitializer, type),
                statistic(scope, "renorm_stddev", channels, deviation, type));
    }

    /** Batch renormalization: the batch's moments are drawn towards their moving averages. */
    private final class Renorm {
        private final Statistic mean;
        private final Statistic variance;
        private final Statistic deviation;
        private final Statistic renormMean;
        private final Statistic renormDeviation;

        Renorm(
                Statistic mean,
                Statistic variance,
                Statistic deviation,
                Statistic renormMean,
                Statistic renormDeviation) {
            this.mean = mean;
            this.variance = variance;
            this.deviation = deviation;
            this.renormMean = renormMean;
            this.renormDeviation = renormDeviation;
        }

        private @Nullable Double bound(String name) {
            return renormClipping != null && renormClipping.get(name) instanceof Number n
                    ? (Double) n.doubleValue()
                    : null;
        }

        /** Gamma and beta with the correction in them. */
        Value[] correct(Value batchMean, Value batchVariance, @Nullable Value g, @Nullable Value b) {
            Value base = renormDeviation.value.maximum(Math.sqrt(epsilon));
            Value r = batchVariance.add(epsilon).sqrt().divide(base),
                    d = batchMean.subtract(renormMean.value).divide(base);
            Double rmin = bound("rmin"), rmax = bound("rmax"), dmax = bound("dmax");
            if (rmin != null) r = r.maximum(rmin);
            if (rmax != null) r = r.minimum(rmax);
            if (dmax != null) d = d.maximum(-dmax).minimum(dmax);
            r = StopGradient.of(r);
            d = StopGradient.of(d);
            Value newGamma = g == null ? r : r.multiply(g), newBeta = g == null ? d : d.multiply(g);
            return new Value[] {newGamma, b == null ? newBeta : newBeta.add(b)};
        }

        void update(Value batchMean, Value batchVariance) {
            Value stddev = batchVariance.add(epsilon).sqrt();
            renormMean.blend(batchMean, renormMomentum);
            renormDeviation.blend(stddev, renormMomentum);
            mean.blend(batchMean, momentum);
            Value next = deviation.blend(stddev, momentum);
            variance.set(next.square().subtract(epsilon).relu());
        }
    }
}
