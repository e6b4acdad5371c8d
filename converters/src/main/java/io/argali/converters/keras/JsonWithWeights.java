package io.argali.converters.keras;

import io.argali.loader.Content;
import io.argali.loader.ModelFormatException;
import io.argali.loader.NewFile;
import io.argali.loader.hdf5.Hdf5File;
import io.argali.loader.json.Json;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An architecture by {@code model.to_json()} with its weights beside it: {@code x.weights.h5}, or {@code x.weights.json} and its shards. */
public final class JsonWithWeights {
    private JsonWithWeights() {}

    /**
     * Reads a model.
     *
     * @param weights null for the file of the same stem
     */
    public static Model read(Path json, @Nullable Path weights, LayerCatalog catalog) {
        Object config = Json.read(json);
        if (config == null) throw new ModelFormatException(json + ": expected a model, got null");
        boolean keras2 = config instanceof Map<?, ?> m && m.get("keras_version") instanceof String v && Keras2.wrote(v);
        if (keras2) config = Keras2.layer(json.toString(), config);
        Path from = weights == null ? beside(json) : weights;
        Instance root = ModelReader.read(json.toString(), config, catalog);
        Path checkpoint = TensorFlowCheckpoint.find(from);
        if (checkpoint != null) return TensorFlowCheckpoint.load(checkpoint, root);
        if (from.toString().endsWith(".json")) return ShardedWeights.load(from, catalog, root, config);
        Hdf5File h5 = Hdf5File.open(from);
        if (LegacyH5.isLegacyWeights(h5.root())) return LegacyH5.loadWeights(from.toString(), h5.root(), catalog, root);
        return keras2
                ? WeightFile.loadKeras2(from.toString(), catalog, root, config, h5.root())
                : WeightFile.load(from.toString(), catalog, root, config, h5.root());
    }

    /**
     * What Keras' {@code model.to_json()} gives.
     *
     * @param where for messages
     */
    public static String architecture(String where, Model model, LayerCatalog catalog) {
        return Json.write(KerasConfig.of(where, model, catalog, true));
    }

    private static Path beside(Path json) {
        String stem = stem(json);
        for (String end : new String[] {".weights.h5", ".weights.json", ".h5"}) {
            Path p = json.resolveSibling(stem + end);
            if (Files.exists(p)) return p;
        }
        Path checkpoint = json.resolveSibling(stem + ".ckpt.index");
        if (Files.exists(checkpoint)) return checkpoint;
        throw new ModelFormatException(json + ": has no weights beside it; expected " + stem + ".weights.h5 or " + stem
                + ".weights.json, or give --weights");
    }

    /** Writes the architecture, and the weights beside it. */
    public static void write(Model model, Path json, LayerCatalog catalog) {
        Map<Path, Content> files = new LinkedHashMap<>();
        Content text = Content.of(architecture(json.toString(), model, catalog));
        files.put(weights(json), WeightFile.file(json.toString(), catalog, model));
        files.put(json, text);
        NewFile.writeAll(files);
    }

    /** Where the weights of an architecture are written. */
    public static Path weights(Path json) {
        return json.resolveSibling(stem(json) + ".weights.h5");
    }

    /** Writes the weights alone: {@code x.weights.h5}. */
    public static void writeWeights(Model model, Path path, LayerCatalog catalog) {
        WeightFile.file(path.toString(), catalog, model).write(path);
    }

    private static String stem(Path json) {
        String name = json.getFileName().toString();
        return name.endsWith(".json") ? name.substring(0, name.length() - ".json".length()) : name;
    }
}
