package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Quantization.AbsMax;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** The table of an {@link Embedding}, of plain numbers or quantized (keras/src/layers/core/embedding.py and reversible_embedding.py). */
sealed interface EmbeddingTable {
    /** The rows that tokens name, in the compute type. */
    Value look(Value tokens);

    /** How every token is scored by {@code x · tableᵀ}, with this table or one of its own. */
    Scores reversed(boolean tied, @Nullable DType type);

    interface Scores {
        Value of(Value x);
    }

    static boolean takes(Quantization q) {
        return q instanceof Quantization.Int8 || q instanceof Quantization.Int4;
    }

    static EmbeddingTable of(Scope scope, int inputDim, int outputDim, WeightOptions options) {
        Shape shape = Shape.of(inputDim, outputDim);
        return switch (scope.quantization()) {
            case null -> new Plain(scope, options, scope.uncastWeight("embeddings", shape, options));
            case Quantization.Int8 q -> Int8.of(scope, q, shape, options);
            case Quantization.Int4 q when q.isInBlocks() -> Int4InBlocks.of(scope, q, shape, options);
            case Quantization.Int4 q -> Int4.of(scope, q, shape, options);
            case Quantization q -> throw new IllegalArgumentException("an embedding cannot be " + q.mode());
        };
    }

    /** The rows of a table. */
    private static Value rows(Value table, Value tokens) {
        Value x = tokens.dtype() == DType.INT32 || tokens.dtype() == DType.INT64 ? tokens : tokens.cast(DType.INT32);
        return table.gather(x.less(0).select(x.add(table.shape().dim(0)), x), 0);
    }

    /** What adapters beside a quantized table add. */
    private static Value adapted(Scope scope, Shape shape, WeightOptions options, Value tokens, Value y) {
        Scope.Adapters own = scope.adapters("embeddings", shape, options);
        return own == null ? y : y.add(own.scaled(rows(own.a(), tokens)));
    }

    record Plain(Scope scope, WeightOptions options, Value table) implements EmbeddingTable {
        @Override
        public Value look(Value tokens) {
            return rows(table, tokens).cast(scope.computeType());
        }

        @Override
        public Scores reversed(boolean tied, @Nullable DType type) {
            Shape s = Shape.of(table.shape().last(), table.shape().dim(0));
            WeightOptions own = WeightOptions.of(options.initializer());
            Value back = tied ? table : scope.uncastWeight("reverse_embeddings", s, own);
            return x -> {
                DType t = type != null ? type : wider(x.dtype(), back.dtype());
                return x.cast(t).matMul(back.cast(t), false, tied);
            };
        }

        private static DType wider(DType a, DType b) {
            if (a == b || !a.isFloating()) return b;
            return a == DType.FLOAT64 || b == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        }
    }

    /** {@code table / scale}, a scale for each row. */
    record Int8(Scope scope, @Nullable AbsMax inputs, Shape shape, WeightOptions options, Value table, Value scale)
            implements EmbeddingTable {
        static Int8 of(Scope scope, Quantization.Int8 q, Shape shape, WeightOptions options) {
            Value table = scope.frozen("embeddings", DType.INT8, shape, QuantizedWeights.ZEROS);
            Value scale = QuantizedWeights.scale(scope, "embeddings_scale", Shape.of(shape.dim(0)));
            return new Int8(scope, q.inputs(), shape, options, table, scale);
        }

        @Override
        public Value look(Value tokens) {
            Value y = rows(table, tokens)
                    .cast(scope.computeType())
                    .divide(rows(scale, tokens).expandDims(-1));
            return adapted(scope, shape, options, tokens, y);
        }

        @Override
        public Scores reversed(boolean tied, @Nullable DType type) {
            if (tied) return scaledAfter(scope, inputs, table.transpose(1, 0), scale);
            Shape back = Shape.of(shape.last(), shape.dim(0));
            Value own = scope.frozen("reverse_embeddings", DType.INT8, back, QuantizedWeights.ZEROS);
            Value ownScale = QuantizedWeights.scale(scope, "reverse_embeddings_scale", Shape.of(shape.dim(0)));
            return scaledAfter(scope, inputs, own, ownScale);
        }
    }

    private static Scores scaledAfter(Scope scope, @Nullable AbsMax inputs, Value kernel, Value scale) {
        return x -> {
            if (inputs == null)
                return x.matMul(kernel.cast(x.dtype()))
                        .cast(scope.computeType())
                        .divide(scale);
            QuantizedInput q = quantized(inputs, x);
            return q.product(kernel, Value::matMul)
                    .cast(scope.computeType())
                    .divide(q.scale().multiply(scale));
        };
    }

    private static Scores scaledBefore(@Nullable AbsMax inputs, Value kernel) {
        return x -> {
            if (inputs == null) return x.matMul(kernel);
            QuantizedInput q = quantized(inputs, x);
            return q.numbers().matMul(kernel).divide(q.scale());
        };
    }

    private static QuantizedInput quantized(AbsMax inputs, Value x) {
        int[] axes = inputs.axes() == null
                ? new int[] {-1}
                : inputs.axes().stream().mapToInt(a -> a).toArray();
        return QuantizedInput.of(inputs, x, axes);
    }

    /** {@code table / scale} of 4 bits, a scale for each row. */
    record Int4(Scope scope, @Nullable AbsMax inputs, Shape shape, WeightOptions options, Value packed, Value scale)
            implements EmbeddingTable {
        static Int4 of(Scope scope, Quantization.Int4 q, Shape shape, WeightOptions options) {
            Value packed = QuantizedWeights.packed(scope, "embeddings", shape, 1);
            Value scale = QuantizedWeights.scale(scope, "embeddings_scale", Shape.of(shape.dim(0)));
            return new Int4(scope, q.inputs(), shape, options, packed, scale);
        }

        @Override
        public Value look(Value tokens) {
            Value bytes = rows(packed, tokens);
            Value y = QuantizedWeights.unpacked(bytes, bytes.rank() - 1, shape.last(), true)
                    .cast(scope.computeType())
                    .divide(rows(scale, tokens).expandDims(-1));
            return adapted(scope, shape, options, tokens, y);
        }

        @Override
        public Scores reversed(boolean tied, @Nullable DType type) {
            Value back = tied ? packed.transpose(1, 0) : back(scope, shape);
            Value backScale =
                    tied ? scale : QuantizedWeights.scale(scope, "reverse_embeddings_scale", Shape.of(shape.dim(0)));
            return scaledAfter(scope, inputs, QuantizedWeights.unpacked(back, 0, shape.last(), true), backScale);
        }
    }

    private static Value back(Scope scope, Shape shape) {
        return QuantizedWeights.packed(scope, "reverse_embeddings", Shape.of(shape.last(), shape.dim(0)), 0);
    }

    /** {@code (table - zero) · scale} of 4 bits, of each block of a row. */
    record Int4InBlocks(
            Scope scope,
            @Nullable AbsMax inputs,
            Shape shape,
            WeightOptions options,
            Value packed,
            Value scale,
            Value zero,
            Value group)
            implements EmbeddingTable {
        static Int4InBlocks of(Scope scope, Quantization.Int4 q, Shape shape, WeightOptions options) {
            Value packed = QuantizedWeights.packed(scope, "embeddings", shape, 1);
            Shape groups = shape.with(1, QuantizedWeights.groups(shape.last(), q.blockSize()));
            Value scale = QuantizedWeights.scale(scope, "embeddings_scale", groups);
            Value zero = scope.frozen("embeddings_zero", DType.INT8, groups, QuantizedWeights.ZEROS);
            Value group = QuantizedWeights.groupOfEach(scope, shape.last());
            return new Int4InBlocks(scope, q.inputs(), shape, options, packed, scale, zero, group);
        }

        @Override
        public Value look(Value tokens) {
            Value bytes = rows(packed, tokens), scales = rows(scale, tokens);
            int last = bytes.rank() - 1;
            Value y = QuantizedWeights.inGroups(
                    QuantizedWeights.unpacked(bytes, last, shape.last(), true),
                    scales,
                    rows(zero, tokens),
                    group,
                    last);
            return adapted(scope, shape, options, tokens, y);
        }

        @Override
        public Scores reversed(boolean tied, @Nullable DType type) {
            Value back = tied ? packed.transpose(1, 0) : back(scope, shape);
            Shape groups = Shape.of(scale.shape().last(), shape.dim(0));
            Value scales =
                    tied ? scale.transpose(1, 0) : QuantizedWeights.scale(scope, "reverse_embeddings_scale", groups);
            // Keras keeps this one as numbers of the layer's own type.
            Value zeros = tied
                    ? zero.transpose(1, 0)
                    : scope.frozen("reverse_embeddings_zero", scope.variableType(), groups, QuantizedWeights.ZEROS)
                            .cast(scope.computeType());
            Value unpacked = QuantizedWeights.unpacked(back, 0, shape.last(), true);
            return scaledBefore(inputs, QuantizedWeights.inGroups(unpacked, scales, zeros, group, 0));
        }
    }
}
