package io.argali.trainer.metric;

import io.argali.runtime.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * {@code 2 p r / (p + r)} of precision p and recall r, for each class or averaged; a class is there from a threshold on, or if its output
 * is the greatest.
 */
public record F1Score(@Nullable Average average, @Nullable Double threshold, String name, DType dtype)
        implements FScore {
    public static final F1Score DEFAULTS = new F1Score(null, null, "f1_score", DType.FLOAT32);

    public F1Score {
        FScore.check(1, threshold);
    }

    @Override
    public double beta() {
        return 1;
    }
}
