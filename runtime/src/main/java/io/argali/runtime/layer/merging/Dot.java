package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Products of two inputs, summed over an axis of each, example by example. (batch, a…, n) and (batch, n, b…) → (batch, a…, b…), and (batch, 1) if
 * nothing is left.
 *
 * @param axes the axis of both, or one of each
 * @param normalize whether the inputs are brought to length 1 along the axis first, which makes the product a cosine
 */
public record Dot(List<Integer> axes, boolean normalize) implements Layer, PassesMask {
    public static final Dot DEFAULTS = new Dot(List.of(-1), false);

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        if (inputs.size() != 2) throw new ShapeException("expected 2 inputs, got " + inputs.size());
        List<Value> common = Merge.common(inputs);
        Value x = common.get(0), y = common.get(1);
        int a = x.shape().axis(axes.get(0)), b = y.shape().axis(axes.get(axes.size() - 1));
        boolean fits = a > 0
                && b > 0
                && x.shape().dim(0) == y.shape().dim(0)
                && x.shape().dim(a) == y.shape().dim(b);
        if (!fits)
            throw new ShapeException("cannot sum products of " + x.type() + " along axis " + a + " and " + y.type()
                    + " along axis " + b);
        if (normalize) {
            x = unit(x, a);
            y = unit(y, b);
        }
        int batch = x.shape().dim(0), n = x.shape().dim(a);
        Shape left = x.shape().without(a), right = y.shape().without(b).without(0);
        x = x.moveAxis(a, x.rank() - 1).reshape(batch, left.size(1, left.rank()), n);
        y = y.moveAxis(b, 1).reshape(batch, n, right.size());
        Shape result = left.append(right.toArray());
        return List.of(x.matMul(y).reshape(result.rank() == 1 ? result.append(1) : result));
    }

    private static Value unit(Value x, int axis) {
        return x.multiply(x.square().sum(true, axis).rsqrt().minimum(1e7));
    }

    @Override
    public List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return Collections.singletonList(null);
    }
}
