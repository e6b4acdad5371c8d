package io.argali.converters.savedmodel;

import io.argali.runtime.model.Predictor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A backend that also runs SavedModels as they are, for those with operations that Argali does not read. */
public interface SavedModelBackend {
    /**
     * A signature.
     *
     * @param signature its name; null for {@code serving_default}, or the only one
     * @throws io.argali.loader.ModelFormatException if the folder cannot be loaded, or has no such signature
     */
    Predictor savedModel(Path folder, @Nullable String signature);
}
