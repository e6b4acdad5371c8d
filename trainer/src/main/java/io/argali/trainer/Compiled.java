package io.argali.trainer;

import io.argali.trainer.compile.CompiledLoss;
import io.argali.trainer.compile.CompiledMetrics;
import io.argali.trainer.optimizer.Optimizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Keras' {@code compile} says: how to train, on what, and what to report.
 *
 * @param backend whose numbers they are to be
 */
public record Compiled(Optimizer optimizer, CompiledLoss loss, CompiledMetrics metrics, KerasBackend backend) {
    public Compiled(Optimizer optimizer, CompiledLoss loss, CompiledMetrics metrics) {
        this(optimizer, loss, metrics, KerasBackend.TENSORFLOW);
    }

    /**
     * For the outputs of a model.
     *
     * @param loss a {@link io.argali.trainer.loss.Loss} for all outputs, or a list or map by output
     * @param metrics {@link io.argali.trainer.metric.Metric}s: a list, or a list or map by output; null for none
     */
    public static Compiled of(Optimizer optimizer, Object loss, @Nullable Object metrics, List<String> outputNames) {
        return new Compiled(
                optimizer, CompiledLoss.of(loss, null, outputNames), CompiledMetrics.of(metrics, null, outputNames));
    }
}
