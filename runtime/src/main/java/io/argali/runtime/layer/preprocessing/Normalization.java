package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code (x − mean) / √variance} with moments that were given or learnt from data, or the way back. (…) → (…)
 *
 * @param axis the axes that have moments of their own
 * @param mean a number or a list; null where it is a weight
 */
public record Normalization(
        @Nullable List<Integer> axis,
        @Nullable Object mean,
        @Nullable Object variance,
        boolean invert) implements UnaryLayer, PassesMask {
    private static final double EPSILON = 1e-7;

    public static final Normalization DEFAULTS = new Normalization(List.of(-1), null, null, false);

    @Override
    public Value call(Scope scope, Value given) {
        Value x = given.cast(scope.computeType());
        int[] kept = axis == null
                ? new int[0]
                : axis.stream().mapToInt(x.shape()::axis).sorted().toArray();
        Value m, v;
        if (mean == null) {
            Shape own = Shape.of(Arrays.stream(kept).map(x.shape()::dim).toArray());
            m = scope.state("mean", scope.variableType(), own, new Initializer.Zeros());
            v = scope.state("variance", scope.variableType(), own, new Initializer.Ones());
            scope.state("count", DType.INT64, Shape.SCALAR, new Initializer.Zeros());
        } else {
            m = Numbers.value(mean, DType.FLOAT32);
            v = Numbers.value(variance, DType.FLOAT32);
        }
        Value center = along(x, m, kept).cast(scope.computeType());
        Value deviation = along(x, v, kept).cast(scope.computeType()).sqrt().maximum(EPSILON);
        return invert ? x.multiply(deviation).add(center) : x.subtract(center).divide(deviation);
    }

    /** Moments in the rank of x: their axes are the last of the kept ones. */
    private static Value along(Value x, Value moments, int[] kept) {
        if (moments.rank() == 0) return moments;
        int skipped = kept.length - moments.rank();
        return moments.reshape(Shape.of(IntStream.range(0, x.rank())
                .map(i -> {
                    int k = Arrays.binarySearch(kept, i) - skipped;
                    return k >= 0 ? moments.shape().dim(k) : 1;
                })
                .toArray()));
    }
}
