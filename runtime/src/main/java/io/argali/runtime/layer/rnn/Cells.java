package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the cells share. */
final class Cells {
    private Cells() {}

    /** The values in nested lists, in order. */
    static List<Value> leaves(@Nullable Object structure) {
        List<Value> found = new ArrayList<>();
        collect(structure, found);
        return found;
    }

    private static void collect(@Nullable Object s, List<Value> found) {
        if (s instanceof Value v) found.add(v);
        else if (s instanceof List<?> list) list.forEach(e -> collect(e, found));
    }

    /** Keras' {@code unit_forget_bias}: ones for the forget gate, the second of four. */
    record UnitForget(Initializer others) implements Initializer {
        @Override
        public Tensor create(Shape shape, DType dtype, RandomGenerator random) {
            int units = shape.dim(0) / 4;
            double[] bias = new double[4 * units];
            double[] first = others.create(Shape.of(units), dtype, random).toDoubleArray();
            double[] rest = others.create(Shape.of(2 * units), dtype, random).toDoubleArray();
            System.arraycopy(first, 0, bias, 0, units);
            java.util.Arrays.fill(bias, units, 2 * units, 1);
            System.arraycopy(rest, 0, bias, 2 * units, 2 * units);
            return Tensor.of(bias, 4 * units).cast(dtype);
        }
    }

    static WeightOptions withUnitForget(WeightOptions bias) {
        return new WeightOptions(new UnitForget(bias.initializer()), bias.regularizer(), bias.constraint());
    }

    /** One dropout mask for each gate, the same at every step; null where nothing is dropped. */
    static @Nullable List<Value> dropout(Scope scope, double rate, int count, Shape shape) {
        if (!scope.training() || rate <= 0 || rate >= 1) return null;
        return IntStream.range(0, count)
                .mapToObj(i -> scope.random(false, shape)
                        .greaterEqual(rate)
                        .cast(scope.computeType())
                        .divide(1 - rate))
                .toList();
    }

    /** A mask (batch, features…) on a step or on all steps of a sequence. */
    static Value apply(@Nullable Value mask, Value x) {
        if (mask == null) return x;
        return x.multiply(x.rank() == mask.rank() ? mask : mask.expandDims(1));
    }

    /** A product whose weights hold one block of the last axis for each gate; one mask serves all gates, or each has its own. */
    static Value gated(
            Value x, Value weights, @Nullable List<Value> masks, int gates, BiFunction<Value, Value, Value> product) {
        if (masks == null) return product.apply(x, weights);
        if (masks.size() == 1) return product.apply(apply(masks.get(0), x), weights);
        List<Value> blocks = weights.split(-1, gates);
        return Value.concat(
                -1,
                IntStream.range(0, gates)
                        .mapToObj(i -> product.apply(apply(masks.get(i), x), blocks.get(i)))
                        .toList());
    }

    static List<TensorType> states(Scope scope, int batch, int... units) {
        return IntStream.of(units)
                .mapToObj(u -> TensorType.of(scope.computeType(), batch, u))
                .toList();
    }
}
