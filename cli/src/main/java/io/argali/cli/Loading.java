package io.argali.cli;

import io.argali.converters.Models;
import io.argali.runtime.model.Model;
import java.nio.file.Path;
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
}
