package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The weighted sum of values. State: total. */
public record Sum(String name, DType dtype) implements ValueMetric {
    public static final Sum DEFAULTS = new Sum("sum", DType.FLOAT32);

    @Override
    public List<Tensor> initialState() {
        return List.of(Tensor.scalar(dtype, 0));
    }

    @Override
    public int stateSize() {
        return 1;
    }

    @Override
    public List<Value> update(List<Value> state, Value values, @Nullable Value sampleWeight) {
        return List.of(state.get(0)
                .add(Mean.Samples.of(values, sampleWeight, null, dtype, true)
                        .values()
                        .sum(false)));
    }

    @Override
    public Value result(List<Value> state) {
        return state.get(0);
    }
}
