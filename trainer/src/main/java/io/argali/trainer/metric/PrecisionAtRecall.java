package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest precision at a threshold where recall is at least as great as given. */
public record PrecisionAtRecall(
        double recall, int numThresholds, @Nullable Integer classId, String name, DType dtype)
        implements ConstrainedMetric {
    public static final PrecisionAtRecall DEFAULTS =
            new PrecisionAtRecall(0.5, 200, null, "precision_at_recall", DType.FLOAT32);

    public PrecisionAtRecall {
        ConstrainedMetric.check("recall", recall, numThresholds);
    }

    @Override
    public Value result(List<Value> state) {
        return ConstrainedMetric.best(ConstrainedMetric.precisions(state), ConstrainedMetric.recalls(state), recall);
    }
}
