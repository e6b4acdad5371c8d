package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code 1 - 2 Σ yTrue yPred / (Σ yTrue + Σ yPred)} over some axes, or all. */
public record Dice(@Nullable List<Integer> axis, Reduction reduction, String name, DType dtype) implements Loss {
    public static final Dice DEFAULTS = new Dice(null, Reduction.SUM_OVER_BATCH_SIZE, "dice", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.dice(
                yTrue,
                yPred,
                axis == null
                        ? new int[0]
                        : axis.stream().mapToInt(Integer::intValue).toArray());
    }
}
