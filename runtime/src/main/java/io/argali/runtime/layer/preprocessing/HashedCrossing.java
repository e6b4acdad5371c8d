package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** The bin of several features together, by a hash of their hashes; TensorFlow's {@code tf.sparse.cross_hashed}. (batch, 1)… → (batch, 1) */
public record HashedCrossing(int numBins, String outputMode, boolean sparse) implements Layer {
    public static final HashedCrossing DEFAULTS = new HashedCrossing(1, "int", false);

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        Shape shape = inputs.get(0).shape();
        if (inputs.size() < 2) throw new ShapeException("crosses at least two inputs, got " + inputs.size());
        for (Value x : inputs) {
            boolean fits = x.shape().equals(shape) && (shape.rank() < 2 || shape.rank() == 2 && shape.last() == 1);
            if (!fits || x.dtype().isFloating()) {
                throw new ShapeException(
                        "expected inputs of one shape (), (batch) or (batch, 1), of integers or strings, got "
                                + x.type());
            }
        }
        Value crossed = new Cross(numBins).on(inputs.toArray(Value[]::new)).get(0);
        Categories.Mode mode = Categories.Mode.of(outputMode);
        // Without a dtype of its own, Keras gives int64 numbers and float32 vectors.
        DType type =
                mode == Categories.Mode.INT && scope.computeType().isFloating() ? DType.INT64 : scope.computeType();
        return List.of(Categories.encode(crossed, mode, numBins, type, null));
    }

    /** The bin of a hash of hashes. */
    public record Cross(int bins) implements TensorFunction {
        public static final long KEY = 0xDECAFCAFFEL;

        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(DType.INT64, in.get(0).shape()));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            long[] r = new long[in.get(0).size()];
            java.util.Arrays.fill(r, KEY);
            for (Tensor t : in) {
                long[] numbers = t.dtype() == DType.STRING ? null : t.toLongArray();
                for (int i = 0; i < r.length; i++) {
                    r[i] = StringHash.concatenated(
                            r[i], numbers == null ? StringHash.fingerprint(t.strings()[i]) : numbers[i]);
                }
            }
            for (int i = 0; i < r.length; i++) r[i] = Long.remainderUnsigned(r[i], bins);
            return List.of(Tensor.wrap(DType.INT64, in.get(0).shape(), r));
        }
    }
}
