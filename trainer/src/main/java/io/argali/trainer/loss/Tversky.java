package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code 1 - t / (t + alpha Σ yTrue (1 - yPred) + beta Σ (1 - yTrue) yPred)} with {@code t = Σ yTrue yPred}, over some axes, or all. */
public record Tversky(
        double alpha, double beta, @Nullable List<Integer> axis, Reduction reduction, String name, DType dtype)
        implements Loss {
    public static final Tversky DEFAULTS =
            new Tversky(0.5, 0.5, null, Reduction.SUM_OVER_BATCH_SIZE, "tversky", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.tversky(
                yTrue,
                yPred,
                alpha,
                beta,
                axis == null
                        ? new int[0]
                        : axis.stream().mapToInt(Integer::intValue).toArray());
    }
}
