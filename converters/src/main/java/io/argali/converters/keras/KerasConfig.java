package io.argali.converters.keras;

import io.argali.runtime.model.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The configuration of a whole model as Keras 3 writes it: its layers, and how it was compiled. */
final class KerasConfig {
    /** The Keras whose files ours are like. */
    static final String VERSION = "3.15.1";

    private KerasConfig() {}

    /**
     * Writes the configuration.
     *
     * @param vocabularies whether vocabularies that were in files of their own go into the configuration
     */
    static Map<String, @Nullable Object> of(String file, Model model, LayerCatalog catalog, boolean vocabularies) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>(ModelWriter.write(file, model, catalog, vocabularies));
        json.put("compile_config", CompileForms.keras3(model.savedTraining().compileConfig()));
        return json;
    }
}
