package io.argali.converters;

import io.argali.converters.keras.CompileConfig;
import io.argali.converters.keras.CompileForms;
import io.argali.converters.keras.LossCatalog;
import io.argali.converters.keras.MetricCatalog;
import io.argali.converters.keras.OptimizerCatalog;
import io.argali.converters.keras.OptimizerReader;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.SavedTraining;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.Compiled;
import io.argali.trainer.KerasBackend;
import io.argali.trainer.Trainer;
import io.argali.trainer.optimizer.LossScaleOptimizer;
import io.argali.trainer.optimizer.Optimizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trainers of models that say themselves how they are trained: those that were compiled before they were saved, and those that {@link #compile} made.
 * {@code Trainings.trainer(Models.load(path), 7).fit(data, FitOptions.epochs(3))}
 */
public final class Trainings {
    private static final String MIXED = "mixed_float16";

    private static final int SECOND_COUNTER = 2;

    private Trainings() {}

    /**
     * A model with a compile configuration, as Keras would save it; a part that is null stays as the model has it.
     *
     * @param optimizer Keras' name for it: {@code adam}. Its state begins anew
     * @param learningRate null for the optimizer's default; of an optimizer that stays, for the rate it has
     * @param loss Keras' name for it: {@code mse}
     * @param metrics Keras' names for them: {@code accuracy}
     * @throws IllegalArgumentException if a name is not known
     */
    public static Model compile(
            Model model,
            @Nullable String optimizer,
            @Nullable Double learningRate,
            @Nullable String loss,
            @Nullable List<String> metrics) {
        Map<String, Object> config = new LinkedHashMap<>(model.savedTraining().compileConfig());
        List<Tensor> state = model.savedTraining().optimizerVariables();
        if (optimizer != null) {
            Optimizer known = OptimizerCatalog.standard().optimizer(optimizer);
            if (known == null) {
                throw new IllegalArgumentException("unknown optimizer \"" + optimizer + "\"; known: "
                        + OptimizerCatalog.standard().optimizerNames());
            }
            Map<String, Object> own = new LinkedHashMap<>(Map.of("name", known.name()));
            if (learningRate != null) own.put("learning_rate", learningRate);
            config.remove("optimizer_config");
            config.put(
                    "optimizer",
                    CompileForms.object("keras.optimizers", known.getClass().getSimpleName(), own));
            state = List.of();
        }
        if (loss != null) {
            LossCatalog.standard().get(loss);
            config.put("loss", loss);
            config.remove("loss_weights");
        }
        if (metrics != null) {
            metrics.forEach(MetricCatalog.standard()::get);
            config.put("metrics", List.copyOf(metrics));
            config.remove("weighted_metrics");
        }
        return model.withSavedTraining(new SavedTraining(config, state));
    }

    /** The model with an optimizer that has made no step yet, for when other weights are to be trained than before. */
    public static Model withFreshOptimizer(Model model) {
        return model.withSavedTraining(new SavedTraining(model.savedTraining().compileConfig(), List.of()));
    }

    /** A trainer that goes on where the model stopped. */
    public static Trainer trainer(Model model, long seed) {
        return trainer(model, model.name(), seed);
    }

    /**
     * A trainer that goes on where the model stopped.
     *
     * @param where the file, for messages
     * @param seed of dropout and its like
     * @throws IllegalArgumentException if the model does not say how it is trained, or its optimizer's state does not fit its weights
     * @throws UnsupportedModelException if it says what we do not have
     */
    public static Trainer trainer(Model model, String where, long seed) {
        Map<String, Object> config = model.savedTraining().compileConfig();
        OptimizerReader.Read optimizer = OptimizerReader.fromCompileConfig(where, config, OptimizerCatalog.standard());
        if (optimizer == null) {
            List<String> lost = model.savedTraining().lost();
            throw new IllegalArgumentException(where
                    + (lost.isEmpty()
                            ? ": was saved without compile(), so it does not say how to train"
                            : ": not carried over: " + String.join(", ", lost))
                    + ": give an optimizer and a loss (--optimizer, --loss; Trainings.compile)");
        }
        CompileConfig parts = CompileConfig.read(where, config);
        if (parts.loss() == null)
            throw new IllegalArgumentException(
                    where + ": was compiled without a loss, so there is nothing to minimize");
        List<Tensor> state = model.savedTraining().optimizerVariables();
        Compiled compiled = new Compiled(
                optimizer.optimizer(),
                parts.loss(model.outputNames()),
                parts.metrics(model.outputNames()),
                backend(state));
        if (scalesLoss(model.root(), optimizer.optimizer(), state)) {
            compiled = new Compiled(
                    LossScaleOptimizer.of(compiled.optimizer()),
                    compiled.loss(),
                    compiled.metrics(),
                    compiled.backend());
        }
        return Trainer.resume(model, compiled, state, where, seed);
    }

    /** TensorFlow counts steps in int64, the others in int32 (keras/src/backend/common/variables.py). */
    private static KerasBackend backend(List<Tensor> state) {
        return !state.isEmpty() && state.get(0).dtype() == DType.INT32 ? KerasBackend.OTHER : KerasBackend.TENSORFLOW;
    }

    /**
     * Keras wraps the optimizer of a model in half precision when it is compiled, and writes the plain one into the file. The state in the file is
     * that of the wrapped one: iteration, learning rate, and a second counter where others have floating slots.
     */
    private static boolean scalesLoss(Instance root, Optimizer optimizer, List<Tensor> state) {
        if (optimizer instanceof LossScaleOptimizer) return false;
        if (state.isEmpty()) return root.dtype().name().equals(MIXED);
        boolean half = root.dtype().name().equals(MIXED) || isHalf(root);
        return half
                && state.size() > SECOND_COUNTER
                && !state.get(SECOND_COUNTER).dtype().isFloating();
    }

    private static boolean isHalf(Instance layer) {
        return layer.layer() instanceof Composite c
                ? c.layers().stream().anyMatch(Trainings::isHalf)
                : layer.dtype().name().equals(MIXED);
    }
}
