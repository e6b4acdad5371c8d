package io.argali.runtime.layer;

import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Keras' activation functions as formulas over values (keras/src/activations/activations.py, keras/src/ops/nn.py). */
public final class Activations {
    // selu's constants, from Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    private static final double SELU_ALPHA = 1.6732632423543772, SELU_SCALE = 1.0507009873554805;

    private Activations() {}

    /** The names that Keras has, with its default arguments. */
    static final Map<String, UnaryOperator<Value>> TABLE = Collections.unmodifiableMap(table());

    private static Map<String, UnaryOperator<Value>> table() {
        Map<String, UnaryOperator<Value>> t = new LinkedHashMap<>();
        t.put("celu", x -> celu(x, 1));
        t.put("elu", x -> elu(x, 1));
        t.put("exponential", Value::exp);
        t.put("gelu", x -> gelu(x, false));
        t.put("glu", x -> glu(x, -1));
        t.put("hard_shrink", x -> hardShrink(x, 0.5));
        t.put("hard_sigmoid", Activations::hardSigmoid);
        t.put("hard_silu", Activations::hardSilu);
        t.put("hard_swish", Activations::hardSilu);
        t.put("hard_tanh", x -> x.maximum(-1).minimum(1));
        t.put("leaky_relu", x -> leakyRelu(x, 0.2));
        t.put("linear", x -> x);
        t.put("log_sigmoid", Activations::logSigmoid);
        t.put("log_softmax", x -> logSoftmax(x, -1));
        t.put("mish", x -> x.multiply(softplus(x).tanh()));
        t.put("relu", Value::relu);
        t.put("relu6", x -> x.relu().minimum(6));
        t.put("selu", x -> x.greater(0).select(x.multiply(SELU_SCALE), expm1(x).multiply(SELU_SCALE * SELU_ALPHA)));
        t.put("sigmoid", Value::sigmoid);
        t.put("silu", Activations::silu);
        t.put("soft_shrink", x -> softShrink(x, 0.5));
        t.put("softmax", x -> softmax(x, -1));
        t.put("softplus", Activations::softplus);
        t.put("softsign", x -> x.divide(x.abs().add(1)));
        t.put(
                "sparse_plus",
                x -> x.lessEqual(-1)
                        .select(0, x.less(1).select(x.add(1).square().multiply(0.25), x)));
        t.put("sparse_sigmoid", x -> x.add(1).multiply(0.5).maximum(0).minimum(1));
        t.put("sparsemax", x -> sparsemax(x, -1));
        t.put("squareplus", x -> squareplus(x, 4));
        t.put("swish", Activations::silu);
        t.put("tanh", Value::tanh);
        t.put("tanh_shrink", x -> x.subtract(x.tanh()));
        t.put("threshold", x -> {
            throw new ShapeException(
                    "activation \"threshold\" needs a threshold and a default value, which a name cannot give");
        });
        return t;
    }

    /** {@code exp(x) - 1} for negative x, without losing small values. */
    private static Value expm1(Value x) {
        return x.unary(UnaryFunction.EXPM1);
    }

    public static Value softplus(Value x) {
        return x.unary(UnaryFunction.SOFTPLUS);
    }

    public static Value elu(Value x, double alpha) {
        Value negative = expm1(x);
        return x.greater(0).select(x, alpha == 1 ? negative : negative.multiply(alpha));
    }

    public static Value celu(Value x, double alpha) {
        return x.maximum(0).add(expm1(x.minimum(0).divide(alpha)).multiply(alpha));
    }

    /** {@code x · Φ(x)}, or its approximation by tanh. */
    public static Value gelu(Value x, boolean approximate) {
        if (approximate) {
            Value cubic = x.multiply(x).multiply(x).multiply(0.044715).add(x);
            return cubic.multiply(Math.sqrt(2 / Math.PI))
                    .tanh()
                    .add(1)
                    .multiply(0.5)
                    .multiply(x);
        }
        return x.multiply(Math.sqrt(0.5))
                .unary(UnaryFunction.ERF)
                .add(1)
                .multiply(0.5)
                .multiply(x);
    }

    public static Value glu(Value x, int axis) {
        if (x.shape().dim(axis) % 2 != 0) {
            throw new ShapeException(
                    "glu halves axis " + axis + ", whose length must be even; the input is " + x.type());
        }
        List<Value> halves = x.split(axis, 2);
        return halves.get(0).multiply(halves.get(1).sigmoid());
    }

    /** Keras 3's: {@code relu6(x + 3) / 6}. Keras 1 and 2 have {@link #hardSigmoidOfKeras2}. */
    public static Value hardSigmoid(Value x) {
        return x.add(3).relu().minimum(6).divide(6);
    }

    /** {@code clip(0.2 x + 0.5, 0, 1)}. */
    public static Value hardSigmoidOfKeras2(Value x) {
        return x.multiply(0.2).add(0.5).maximum(0).minimum(1);
    }

    public static Value hardSilu(Value x) {
        return x.multiply(hardSigmoid(x));
    }

    public static Value silu(Value x) {
        return x.multiply(x.sigmoid());
    }

    public static Value hardShrink(Value x, double threshold) {
        return x.abs().greater(threshold).select(x, 0);
    }

    public static Value softShrink(Value x, double threshold) {
        return x.greater(threshold)
                .select(x.subtract(threshold), x.less(-threshold).select(x.add(threshold), 0));
    }

    public static Value leakyRelu(Value x, double negativeSlope) {
        return x.greater(0).select(x, x.multiply(negativeSlope));
    }

    public static Value threshold(Value x, double threshold, double otherwise) {
        return x.greater(threshold).select(x, otherwise);
    }

    public static Value squareplus(Value x, double b) {
        return x.add(x.square().add(b).sqrt()).divide(2);
    }

    public static Value logSigmoid(Value x) {
        return softplus(x.negate()).negate();
    }

    /** Over one or more axes. */
    public static Value softmax(Value x, int... axes) {
        Value e = x.subtract(x.max(true, axes)).exp();
        return e.divide(e.sum(true, axes));
    }

    public static Value logSoftmax(Value x, int... axes) {
        Value shifted = x.subtract(x.max(true, axes));
        return shifted.subtract(shifted.exp().sum(true, axes).log());
    }

    /** {@code log Σ exp x}, without overflow. */
    public static Value logSumExp(Value x, boolean keepDims, int... axes) {
        Value max = x.max(true, axes);
        // An infinite maximum would give inf - inf.
        Value safe = max.unary(UnaryFunction.IS_FINITE).select(max, 0);
        Value sum = x.subtract(safe).exp().sum(true, axes).log().add(safe);
        return keepDims ? sum : sum.sum(false, axes);
    }

    /**
     * Sparse probabilities, after Martins and Astudillo, 2016, with the threshold that Keras takes: it sums the running sums of the support where
     * the paper has their last one.
     */
    public static Value sparsemax(Value x, int axis) {
        int a = x.shape().axis(axis);
        Value sorted = takeAlong(x, x.argSort(a, true), a);
        Value sums = sorted.cumulative(ReduceFunction.SUM, a, false, false);
        Value r = Value.iota(x.dtype(), x.shape(), a).add(1);
        Value support = sorted.subtract(sums.subtract(1).divide(r)).greater(0);
        Value k = support.cast(x.dtype()).sum(true, a);
        Value tau = support.select(sums, 0).sum(true, a).subtract(1).divide(k);
        return x.subtract(tau).maximum(0);
    }

    /** NumPy's {@code take_along_axis}: element i of the result along the axis is element {@code indices[i]} of x. */
    public static Value takeAlong(Value x, Value indices, int axis) {
        int a = x.shape().axis(axis);
        int last = x.rank() - 1;
        // Bring the axis last; then all other axes are batch axes of a gather.
        Value moved = x.moveAxis(a, last), movedIndices = indices.moveAxis(a, last);
        return moved.gather(movedIndices, last, last).moveAxis(last, a);
    }
}
