package io.argali.cli;

import io.argali.converters.Models;
import io.argali.converters.UnsupportedModelException;
import io.argali.converters.savedmodel.SavedModelBackend;
import io.argali.converters.savedmodel.SavedModels;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Predictor;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How commands load their model. */
final class Loading {
    @Option(
            names = "--signature",
            paramLabel = "NAME",
            description = "Which function of a SavedModel folder (default: its Keras layers, or serving_default).")
    private @Nullable String signature;

    Model load(Path model) {
        return signature == null ? Models.load(model) : Models.load(model, signature);
    }

    /** The model on a backend, which may also be able to run a SavedModel that Argali does not read. */
    Predictor load(Path model, Supplier<Backend> backend) {
        if (!SavedModels.isSavedModel(model) || !(backend.get() instanceof SavedModelBackend original))
            return load(model).withBackend(backend.get());
        try {
            return new Original(load(model).withBackend(backend.get()), () -> original.savedModel(model, signature));
        } catch (UnsupportedModelException e) {
            return original.savedModel(model, signature);
        }
    }

    /** A model as Argali reads it; where its engine lacks one of the operations, as the file has it. */
    private static final class Original implements Predictor {
        private final Supplier<Predictor> original;
        private Predictor chosen;

        Original(Predictor model, Supplier<Predictor> original) {
            this.chosen = model;
            this.original = original;
        }

        @Override
        public List<InputSpec> inputs() {
            return chosen.inputs();
        }

        @Override
        public List<String> outputNames() {
            return chosen.outputNames();
        }

        @Override
        public boolean takesRows() {
            return chosen.takesRows();
        }

        @Override
        public List<Tensor> predict(List<Tensor> inputs) {
            try {
                return chosen.predict(inputs);
            } catch (UnsupportedModelException e) {
                chosen = original.get();
                return chosen.predict(inputs);
            }
        }
    }
}
