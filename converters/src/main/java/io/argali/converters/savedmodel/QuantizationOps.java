package io.argali.converters.savedmodel;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import java.util.List;

/** Numbers rounded to those that a quantized model would have. */
final class QuantizationOps {
    private QuantizationOps() {}

    static void add(OpTable t) {
        t.one(
                "FakeQuantWithMinMaxArgs",
                c -> faked(
                        c,
                        Value.constant(Tensor.of(new float[] {c.number("min", -6)}, 1)),
                        Value.constant(Tensor.of(new float[] {c.number("max", 6)}, 1))));
        t.one(
                "FakeQuantWithMinMaxVars",
                c -> faked(c, c.value(1).reshape(1), c.value(2).reshape(1)));
        t.one("FakeQuantWithMinMaxVarsPerChannel", c -> faked(c, c.value(1), c.value(2)));
        for (String name : List.of("QuantizeAndDequantizeV2", "QuantizeAndDequantizeV3", "QuantizeAndDequantizeV4")) {
            t.one(name, QuantizationOps::andBack);
        }
    }

    /** The range is moved so that zero is one of its numbers. */
    private static Value faked(Call c, Value low, Value high) {
        int bits = c.integer("num_bits", 8);
        int least = c.flag("narrow_range") ? 1 : 0, most = (1 << bits) - 1;
        Value scale = high.subtract(low).divide(most - least);
        Value zero = low.divide(scale).subtractFrom(least);
        Value at = zero.less(least)
                .select(least, zero.greater(most).select(most, zero.add(0.5).unary(UnaryFunction.FLOOR)));
        Value from = at.subtractFrom(least).multiply(scale),
                to = at.subtractFrom(most).multiply(scale);
        Value x = c.value(0).maximum(from).minimum(to);
        return x.subtract(from)
                .divide(scale)
                .add(0.5)
                .unary(UnaryFunction.FLOOR)
                .multiply(scale)
                .add(from);
    }

    private static Value andBack(Call c) {
        Value x = c.value(0);
        int bits = c.node().getOp().endsWith("V3") ? (int) c.known(3).item() : c.integer("num_bits", 8);
        boolean signed = c.flag("signed_input", true), narrow = c.flag("narrow_range");
        int axis = c.integer("axis", -1);
        Value low = c.value(1), high = c.value(2);
        if (!c.flag("range_given")) {
            int[] all = IndexingOps.range(0, x.rank());
            int[] axes = axis < 0
                    ? all
                    : java.util.Arrays.stream(all).filter(i -> i != axis).toArray();
            low = x.min(true, axes);
            high = x.max(true, axes);
        } else if (axis >= 0) {
            int[] d = new int[x.rank()];
            java.util.Arrays.fill(d, 1);
            d[axis] = x.shape().dim(axis);
            low = low.reshape(io.argali.runtime.tensor.Shape.of(d));
            high = high.reshape(io.argali.runtime.tensor.Shape.of(d));
        }
        double least = signed ? -Math.scalb(1.0, bits - 1) + (narrow ? 1 : 0) : 0;
        double most = signed ? Math.scalb(1.0, bits - 1) - 1 : Math.scalb(1.0, bits) - 1;
        // The scale that keeps both ends inside.
        Value byLow = low.unary(UnaryFunction.RECIPROCAL).multiply(least),
                byHigh = high.unary(UnaryFunction.RECIPROCAL).multiply(most);
        double never = Float.MAX_VALUE;
        byLow = low.multiply(least).greater(0).select(byLow, never);
        byHigh = high.multiply(most).greater(0).select(byHigh, never);
        Value scale = byLow.minimum(byHigh);
        Value back = scale.unary(UnaryFunction.RECIPROCAL);
        Value cut = x.maximum(back.multiply(least)).minimum(back.multiply(most)).multiply(scale);
        Value rounded = c.text("round_mode", "HALF_TO_EVEN").equals("HALF_UP")
                ? cut.add(0.5).unary(UnaryFunction.FLOOR)
                : cut.unary(UnaryFunction.ROUND);
        return rounded.multiply(back);
    }
}
