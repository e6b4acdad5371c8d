package io.argali.trainer.metric;

import io.argali.runtime.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * {@code (1 + beta²) p r / (beta² p + r)} of precision p and recall r, for each class or averaged; a class is there from a threshold on,
 * or if its output is the greatest.
 */
public record FBetaScore(
        @Nullable Average average, double beta, @Nullable Double threshold, String name, DType dtype)
        implements FScore {
    public static final FBetaScore DEFAULTS = new FBetaScore(null, 1, null, "fbeta_score", DType.FLOAT32);

    public FBetaScore {
        FScore.check(beta, threshold);
    }
}
