package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest specificity at a threshold where sensitivity is at least as great as given. */
public record SpecificityAtSensitivity(
        double sensitivity, int numThresholds, @Nullable Integer classId, String name, DType dtype)
        implements ConstrainedMetric {
    public static final SpecificityAtSensitivity DEFAULTS =
            new SpecificityAtSensitivity(0.5, 200, null, "specificity_at_sensitivity", DType.FLOAT32);

    public SpecificityAtSensitivity {
        ConstrainedMetric.check("sensitivity", sensitivity, numThresholds);
    }

    @Override
    public Value result(List<Value> state) {
        return ConstrainedMetric.best(
                ConstrainedMetric.specificities(state), ConstrainedMetric.recalls(state), sensitivity);
    }
}
