package io.argali.converters.keras;

import io.argali.loader.ModelFormatException;
import io.argali.loader.hdf5.Dataset;
import io.argali.loader.hdf5.Hdf5File;
import io.argali.loader.json.Json;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Model;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Weights split over files: {@code x.weights.json} says which {@code x_00000.weights.h5} hold which groups. One layer's weights may lie in
 * several.
 */
final class ShardedWeights {
    private ShardedWeights() {}

    static Model load(Path index, LayerCatalog catalog, Instance root, Object config) {
        Map<String, ?> json = Json.readObject(index);
        if (!(json.get("weight_map") instanceof Map<?, ?> map)) {
            throw new ModelFormatException(index + ": has no weight_map, so it does not say where weights are");
        }
        TreeSet<String> files = new TreeSet<>();
        for (Object v : map.values()) {
            for (Object name : v instanceof List<?> l ? l : List.of(v)) files.add(String.valueOf(name));
        }
        Map<String, Dataset> datasets = new LinkedHashMap<>();
        for (String name : files) {
            if (name.contains("/") || name.contains("\\") || name.equals("..")) {
                throw new ModelFormatException(index + ": the shard \"" + name + "\" leaves the folder");
            }
            WeightFile.collect(Hdf5File.open(index.resolveSibling(name)).root(), datasets);
        }
        return WeightFile.load(index.toString(), catalog, root, config, datasets);
    }
}
