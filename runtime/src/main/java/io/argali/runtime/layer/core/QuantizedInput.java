package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Quantization.AbsMax;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.function.BinaryOperator;

/**
 * An input as whole numbers that fit into 8 bits: {@code x · scale}, rounded.
 *
 * @param numbers in the input's own type
 */
record QuantizedInput(Value numbers, Value scale) {
    static QuantizedInput of(AbsMax quantizer, Value x, int... axes) {
        // Where nothing is summed over, each number has a scale of its own.
        Value greatest = (axes.length == 0 ? x.abs() : x.abs().max(true, axes)).add(quantizer.epsilon());
        Value scale = greatest.like(quantizer.upper()).divide(greatest);
        Value numbers = x.multiply(scale)
                .unary(UnaryFunction.ROUND)
                .maximum(quantizer.lower())
                .minimum(quantizer.upper());
        return new QuantizedInput(numbers, scale);
    }

    /** A product with a weight of whole numbers. Sums of them are exact in a float up to 2²⁴, in half precision they would not be. */
    Value product(Value weight, BinaryOperator<Value> product) {
        DType exact = numbers.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        return product.apply(numbers.cast(exact), weight.cast(exact)).cast(numbers.dtype());
    }
}
