package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest recall at a threshold where precision is at least as great as given. */
public record RecallAtPrecision(
        double precision, int numThresholds, @Nullable Integer classId, String name, DType dtype)
        implements ConstrainedMetric {
    public static final RecallAtPrecision DEFAULTS =
            new RecallAtPrecision(0.5, 200, null, "recall_at_precision", DType.FLOAT32);

    public RecallAtPrecision {
        ConstrainedMetric.check("precision", precision, numThresholds);
    }

    @Override
    public Value result(List<Value> state) {
        return ConstrainedMetric.best(ConstrainedMetric.recalls(state), ConstrainedMetric.precisions(state), precision);
    }
}
