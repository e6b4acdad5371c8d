package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest sensitivity at a threshold where specificity is at least as great as given. */
public record SensitivityAtSpecificity(
        double specificity, int numThresholds, @Nullable Integer classId, String name, DType dtype)
        implements ConstrainedMetric {
    public static final SensitivityAtSpecificity DEFAULTS =
            new SensitivityAtSpecificity(0.5, 200, null, "sensitivity_at_specificity", DType.FLOAT32);

    public SensitivityAtSpecificity {
        ConstrainedMetric.check("specificity", specificity, numThresholds);
    }

    @Override
    public Value result(List<Value> state) {
        return ConstrainedMetric.best(
                ConstrainedMetric.recalls(state), ConstrainedMetric.specificities(state), specificity);
    }
}
