package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.loss.Losses;
import io.argali.trainer.loss.Reduction;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The weighted mean of values, {@code Σ w x / Σ w}: first over the axes of a sample, then over samples. State: total, count. */
public record Mean(String name, DType dtype) implements ValueMetric {
    public static final Mean DEFAULTS = new Mean("mean", DType.FLOAT32);

    @Override
    public List<Tensor> initialState() {
        return zeros(dtype);
    }

    @Override
    public int stateSize() {
        return 2;
    }

    @Override
    public List<Value> update(List<Value> state, Value values, @Nullable Value sampleWeight) {
        return update(state, values, sampleWeight, null, dtype);
    }

    @Override
    public Value result(List<Value> state) {
        return of(state);
    }

    static List<Tensor> zeros(DType dtype) {
        return List.of(Tensor.scalar(dtype, 0), Tensor.scalar(dtype, 0));
    }

    static List<Value> update(
            List<Value> state, Value values, @Nullable Value sampleWeight, @Nullable Value mask, DType dtype) {
        Samples s = Samples.of(values, sampleWeight, mask, dtype, false);
        Value weight = s.weight();
        int rows = s.values().rank() == 0 ? 1 : s.values().shape().dim(0);
        Value count = weight == null ? Value.scalar(dtype, rows) : weight.sum(false);
        return List.of(state.get(0).add(s.values().sum(false)), state.get(1).add(count));
    }

    static Value of(List<Value> state) {
        return Losses.divideNoNan(state.get(0), state.get(1));
    }

    /** One value, and one weight if there are any, for each sample; Keras' reduce_to_samplewise_values. */
    record Samples(Value values, @Nullable Value weight) {
        static Samples of(Value given, @Nullable Value sampleWeight, @Nullable Value mask, DType dtype, boolean sums) {
            Value values = given.cast(dtype);
            if (sampleWeight == null) return new Samples(fold(values, 1, sums), null);
            Value weight = Losses.applyMask(sampleWeight.cast(dtype), mask, dtype, Reduction.SUM);
            Losses.Pair p = Losses.sameRank(values, Objects.requireNonNull(weight), true);
            int rank = p.second().rank();
            values = fold(p.first(), rank, sums);
            weight = p.second().broadcastTo(values.shape());
            values = values.multiply(weight);
            return new Samples(fold(values, 1, sums), fold(weight, 1, sums));
        }

        /** The sum or mean over the axes from a first one on. */
        private static Value fold(Value v, int from, boolean sums) {
            if (v.rank() <= from) return v;
            int[] axes = IntStream.range(from, v.rank()).toArray();
            return sums ? v.sum(false, axes) : v.mean(false, axes);
        }
    }
}
