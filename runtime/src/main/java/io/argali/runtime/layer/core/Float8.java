package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.GradientRule;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rounding to floating point of 8 bits and back (Micikevicius et al., 2022; Keras' {@code _float8_call}). It is by a scale that comes from the greatest
 * numbers of the last steps; both are overwritten in each step of training, by what stands in the place of their gradients.
 *
 * @param history of how many steps the greatest numbers are remembered
 */
record Float8(Scope scope, int history) {
    /** A type of 8 bits, and the largest number in it. */
    private enum Kind {
        E4M3(DType.FLOAT8_E4M3FN, 448),
        E5M2(DType.FLOAT8_E5M2, 57344);

        final DType type;
        final double largest;

        Kind(DType type, double largest) {
            this.type = type;
            this.largest = largest;
        }

        Value rounded(Value x, Value scale) {
            Value s = scale.cast(x.dtype());
            return x.divide(s)
                    .maximum(-largest)
                    .minimum(largest)
                    .cast(type)
                    .cast(x.dtype())
                    .multiply(s);
        }

        /** The scale by which the greatest number of the last steps becomes the largest there is. */
        Value next(Value scale, Value history) {
            Value greatest = history.max(false);
            Value factor = greatest.like(largest).divide(greatest);
            Value usable = greatest.greater(0).and(greatest.unary(UnaryFunction.IS_FINITE));
            return usable.select(factor.unary(UnaryFunction.RECIPROCAL), scale);
        }
    }

    /** A value as its 8 bits hold it. */
    Value rounded(String what, Value x) {
        Scaling s = scaling(what);
        Value y = Kind.E4M3.rounded(x, s.scale);
        return scope.training()
                ? new RoundedValue().on(y, x, s.scale, s.history).get(0)
                : y;
    }

    /** A result whose gradient is rounded. */
    Value withRoundedGradient(String what, Value y) {
        Scaling s = scaling(what + "_grad");
        return scope.training()
                ? new RoundedGradient().on(y, s.scale, s.history).get(0)
                : y;
    }

    private record Scaling(Value scale, Value history) {}

    private Scaling scaling(String what) {
        return new Scaling(
                scope.overwritten(what + "_scale", DType.FLOAT32, Shape.of(), new Initializer.Ones()),
                scope.overwritten(what + "_amax_history", DType.FLOAT32, Shape.of(history), new Initializer.Zeros()));
    }

    /** Of y, x, the scale and the history: gradients pass as if y were x. */
    private record RoundedValue() implements GradientRule {
        @Override
        public List<@Nullable Value> gradients(List<Value> in, Value dy) {
            return Arrays.asList(null, dy, Kind.E4M3.next(in.get(2), in.get(3)), remembered(in.get(1), in.get(3)));
        }
    }

    /** Of y, the scale and the history. */
    private record RoundedGradient() implements GradientRule {
        @Override
        public List<@Nullable Value> gradients(List<Value> in, Value dy) {
            return Arrays.asList(
                    Kind.E5M2.rounded(dy, in.get(1)), Kind.E5M2.next(in.get(1), in.get(2)), remembered(dy, in.get(2)));
        }
    }

    /** The history rolled by one place, and then the newest first: it takes the place of the second, not of the oldest, as in Keras. */
    private static Value remembered(Value x, Value history) {
        int n = history.shape().size();
        List<Value> r = new ArrayList<>();
        r.add(x.abs().max(false).cast(history.dtype()).reshape(1));
        if (n > 2) r.add(history.slice(0, 2, n));
        if (n > 1) r.add(history.slice(0, 0, 1));
        return Value.concat(0, r);
    }
}
