package io.argali.converters.savedmodel;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
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
        t.many("QuantizeV2", List.of("output", "output_min", "output_max"), QuantizationOps::quantize);
        t.one("Dequantize", QuantizationOps::dequantize);
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

    /** The least and the largest number of a type. */
    private record Range(double least, double most) {
        static Range of(DType t, boolean narrow) {
            int bits = switch (t) {
                case INT8, UINT8 -> 8;
                case INT16, UINT16 -> 16;
                default -> 32;
            };
            if (t.isUnsigned()) return new Range(0, Math.scalb(1.0, bits) - 1);
            return new Range(-Math.scalb(1.0, bits - 1) + (narrow ? 1 : 0), Math.scalb(1.0, bits - 1) - 1);
        }

        double count() {
            return most - least + 1;
        }

        /** What is added to unsigned steps to have signed ones. */
        double half() {
            return least < 0 ? count() / 2 : 0;
        }
    }

    private static Value scalar(Call c, int i) {
        if (c.value(i).shape().size() != 1) throw new ShapeException("by channels is not supported");
        return c.value(i).reshape(Shape.SCALAR);
    }

    private static List<Value> quantize(Call c) {
        DType type = c.type("T");
        Range r = Range.of(type, c.flag("narrow_range"));
        Value x = c.value(0), low = scalar(c, 1).minimum(0), high = scalar(c, 2);
        Value room = low.abs().maximum(high.abs()).maximum(1).multiply(c.number("ensure_minimum_range", 0.01f));
        high = high.maximum(low.add(room)).maximum(0);
        boolean toEven = c.text("round_mode", "HALF_AWAY_FROM_ZERO").equals("HALF_TO_EVEN");
        return switch (c.text("mode", "MIN_COMBINED")) {
            case "MIN_COMBINED" -> {
                Value scale = high.subtract(low).unary(UnaryFunction.RECIPROCAL).multiply(r.count() - 1);
                Value y = x.maximum(low)
                        .minimum(high)
                        .subtract(low)
                        .multiply(scale)
                        .subtract(r.half());
                yield List.of(rounded(y, false).cast(type), low, high);
            }
            case "SCALED" -> {
                Value scale = fitting(low, r.least).minimum(fitting(high, r.most));
                Value y = x.multiply(scale).maximum(r.least).minimum(r.most);
                yield List.of(
                        rounded(y, toEven).cast(type),
                        scale.unary(UnaryFunction.RECIPROCAL).multiply(r.least),
                        scale.unary(UnaryFunction.RECIPROCAL).multiply(r.most));
            }
            default -> throw new ShapeException("in mode " + c.text("mode", "") + " is not supported");
        };
    }

    /** The scale that takes an end of the values to an end of the numbers; no bound where they lie on other sides of 0. */
    private static Value fitting(Value end, double number) {
        return end.multiply(number)
                .greater(0)
                .select(end.unary(UnaryFunction.RECIPROCAL).multiply(number), Float.MAX_VALUE);
    }

    private static Value rounded(Value y, boolean toEven) {
        if (toEven) return y.unary(UnaryFunction.ROUND);
        return y.abs().add(0.5).unary(UnaryFunction.FLOOR).multiply(y.unary(UnaryFunction.SIGN));
    }

    private static Value dequantize(Call c) {
        DType type = c.value(0).dtype(), to = c.type("dtype", DType.FLOAT32);
        Range r = Range.of(type, c.flag("narrow_range"));
        Value x = c.value(0).cast(DType.FLOAT32), low = scalar(c, 1), high = scalar(c, 2);
        Value y = switch (c.text("mode", "MIN_COMBINED")) {
            case "MIN_COMBINED" ->
                x.add(r.half())
                        .multiply(high.subtract(low).divide(r.count() - 1))
                        .add(low);
            case "MIN_FIRST" -> {
                Value step = high.subtract(low).divide(r.count() - 1);
                Value from = low.equal(high)
                        .select(low, rounded(low.divide(step), false).multiply(step));
                yield x.subtract(r.least).multiply(step).add(from);
            }
            case "SCALED" -> {
                Value byHigh = high.divide(r.most);
                yield x.multiply(r.least < 0 ? low.divide(r.least).maximum(byHigh) : byHigh);
            }
            default -> throw new ShapeException("in mode " + c.text("mode", "") + " is not supported");
        };
        return y.cast(to);
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
