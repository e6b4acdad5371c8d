package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Quantization.AbsMax;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.StopGradient;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Dense} and {@link EinsumDense} do before the activation: {@code x · kernel + bias}, with a kernel of plain numbers or a quantized one
 * (keras/src/layers/core/dense.py and einsum_dense.py).
 *
 * @param shape the kernel's, before it is quantized
 * @param bias asks for the bias; null if there is none
 */
record KernelProduct(
        Scope scope,
        Form form,
        Shape shape,
        WeightOptions options,
        @Nullable Supplier<Value> bias) {

    /** What the two layers do each in its way. */
    interface Form {
        Value product(Value x, Value kernel);

        /** The axes of the input that are summed over. */
        int[] summed();

        /** The kernel as a matrix: what is summed over, and what is not. */
        Shape matrix();

        /** The shape of a scale for each channel, as it is stored: it goes with the result. */
        Shape scale();

        /** A stored scale, as it goes with the kernel. */
        Value scaleOfKernel(Value scale);

        /** A scale of the input, 1 long where the input is summed over, as it goes with the result. */
        Value scaleOfResult(Value scale);

        /** Whether a kernel of 4 bits is scaled before the product; otherwise the result is, after it. */
        boolean scalesFirst();
    }

    Value of(Value x) {
        return switch (scope.quantization()) {
            case null -> plus(form.product(x, scope.weight("kernel", shape, options)), biasInTurn());
            case Quantization.Int8 q -> int8(q.inputs(), x);
            case Quantization.Int4 q when q.isInBlocks() -> int4InBlocks(q.blockSize(), x);
            case Quantization.Int4 q -> int4(q.inputs(), x);
            case Quantization.Float8 q -> float8(q, x);
            case Quantization.Gptq q -> unsigned(q.weightBits(), q.groupSize(), false, x);
            case Quantization.Awq q -> unsigned(4, q.groupSize(), true, x);
        };
    }

    /** Asks for the bias in its turn: files have weights in the order in which they are asked for. */
    private @Nullable Value biasInTurn() {
        return bias == null ? null : bias.get();
    }

    private static Value plus(Value y, @Nullable Value bias) {
        return bias == null ? y : y.add(bias);
    }

    private Value int8(@Nullable AbsMax inputs, Value x) {
        Value kernel = scope.frozen("kernel", DType.INT8, shape, QuantizedWeights.ZEROS);
        Value b = biasInTurn(), scale = QuantizedWeights.scale(scope, "kernel_scale", form.scale());
        Value y = scaledAfter(inputs, x, kernel, scale, form.scaleOfKernel(scale));
        return plus(adapted(x, y), b);
    }

    private Value int4(@Nullable AbsMax inputs, Value x) {
        Shape m = form.matrix();
        Value packed = QuantizedWeights.packed(scope, "kernel", m, 1);
        Value b = biasInTurn(), scale = QuantizedWeights.scale(scope, "kernel_scale", Shape.of(m.last()));
        Value kernel = QuantizedWeights.unpacked(packed, 1, m.last(), true);
        Value y = form.scalesFirst()
                ? scaledBefore(inputs, x, kernel.cast(x.dtype()).divide(scale).reshape(shape))
                : scaledAfter(inputs, x, kernel, scale, scale);
        return plus(adapted(x, y), b);
    }

    /** {@code x · kernel / scale}. */
    private Value scaledAfter(@Nullable AbsMax inputs, Value x, Value kernel, Value scale, Value scaleOfKernel) {
        Value y;
        if (inputs == null) {
            y = form.product(x, kernel.cast(x.dtype())).divide(scale);
        } else {
            QuantizedInput q = QuantizedInput.of(inputs, x, form.summed());
            y = q.product(kernel, form::product)
                    .divide(form.scaleOfResult(q.scale()).multiply(scale));
        }
        return asIfExact(y, () -> form.product(x, kernel.cast(x.dtype()).divide(scaleOfKernel)));
    }

    private Value scaledBefore(@Nullable AbsMax inputs, Value x, Value kernel) {
        if (inputs == null) return form.product(x, kernel);
        QuantizedInput q = QuantizedInput.of(inputs, x, form.summed());
        Value y = form.product(q.numbers(), kernel).divide(form.scaleOfResult(q.scale()));
        return asIfExact(y, () -> form.product(x, kernel));
    }

    /** What was made of whole numbers has the gradients of what it stands for. */
    private Value asIfExact(Value y, Supplier<Value> exact) {
        return scope.training() ? StopGradient.of(y, exact.get()) : y;
    }

    private Value int4InBlocks(int size, Value x) {
        Shape m = form.matrix();
        Shape groups = Shape.of(QuantizedWeights.groups(m.dim(0), size), m.last());
        Value packed = QuantizedWeights.packed(scope, "kernel", m, 1);
        Value b = biasInTurn(), scale = QuantizedWeights.scale(scope, "kernel_scale", groups);
        Value zero = scope.frozen("kernel_zero", DType.INT8, groups, QuantizedWeights.ZEROS);
        Value group = QuantizedWeights.groupOfEach(scope, m.dim(0));
        Value kernel =
                QuantizedWeights.inGroups(QuantizedWeights.unpacked(packed, 1, m.last(), true), scale, zero, group, 0);
        return plus(adapted(x, form.product(x, kernel.reshape(shape))), b);
    }

    /** What adapters beside a quantized kernel add. */
    private Value adapted(Value x, Value y) {
        Scope.Adapters own = scope.adapters("kernel", shape, options);
        return own == null ? y : y.add(own.scaled(form.product(x, own.a())));
    }

    private Value float8(Quantization.Float8 q, Value x) {
        Float8 rounding = new Float8(scope, q.amaxHistoryLength());
        Value kernel = scope.weight("kernel", shape, options), b = biasInTurn();
        Value inputs = rounding.rounded("inputs", x), weights = rounding.rounded("kernel", kernel);
        Value y = rounding.withRoundedGradient("outputs", form.product(inputs, weights));
        // Keras' way to the fused kernel of GPUs.
        if (b != null && scope.computeType() == DType.FLOAT32)
            b = b.cast(DType.BFLOAT16).cast(DType.FLOAT32);
        return plus(y, b);
    }

    /** Kernels that GPTQ and AWQ found: transposed, with a scale and a zero point for each group of rows. */
    private Value unsigned(int bits, int groupSize, boolean scaledRows, Value x) {
        Value b = biasInTurn();
        Shape m = rowsAndColumns();
        int rows = m.dim(0), columns = m.last();
        Shape groups = Shape.of(columns, QuantizedWeights.groups(rows, groupSize));
        Shape stored = Shape.of(bits == 4 ? (columns + 1) / 2 : columns, rows);
        Value kernel = scope.frozen("kernel", DType.UINT8, stored, QuantizedWeights.ZEROS);
        Value scale = QuantizedWeights.scale(scope, "kernel_scale", groups);
        Value zero = scope.frozen("kernel_zero", DType.UINT8, groups, QuantizedWeights.ZEROS);
        Value perRow = scaledRows ? QuantizedWeights.scale(scope, "awq_scales", Shape.of(rows)) : null;
        Value group = QuantizedWeights.groupOfEach(scope, rows);
        if (bits == 4) kernel = QuantizedWeights.unpacked(kernel, 0, columns, false);
        kernel = QuantizedWeights.inGroups(kernel, scale, zero, group, 1).transpose(1, 0);
        if (perRow != null) kernel = kernel.divide(perRow.expandDims(-1));
        return plus(form.product(x, kernel.reshape(shape)), b);
    }

    /** Of three axes, those beside the longest one are taken together. */
    private Shape rowsAndColumns() {
        if (shape.rank() == 2) return shape;
        if (shape.rank() != 3)
            throw new ShapeException("a kernel " + shape + " cannot be quantized by gptq or awq: it has " + shape.rank()
                    + " axes, expected 2 or 3");
        int longest = Math.max(shape.dim(0), Math.max(shape.dim(1), shape.dim(2)));
        return shape.dim(0) == longest
                ? Shape.of(shape.dim(0), shape.dim(1) * shape.dim(2))
                : Shape.of(shape.dim(0) * shape.dim(1), shape.dim(2));
    }
}
