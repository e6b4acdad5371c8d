package io.argali.converters.keras;

import io.argali.loader.Content;
import io.argali.loader.ModelFormatException;
import io.argali.loader.NewFile;
import io.argali.loader.hdf5.Dataset;
import io.argali.loader.hdf5.Hdf5File;
import io.argali.loader.hdf5.Hdf5Writer;
import io.argali.loader.json.Json;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Weights split over files: {@code x.weights.json} says which {@code x_00000.weights.h5} hold which groups. One layer's weights may lie in
 * several.
 */
public final class ShardedWeights {
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

    /** Keras' default: 5 GB a file. */
    public static final long DEFAULT_SHARD = 5L << 30;

    /**
     * Writes weights, each group into the file that has room for it.
     *
     * @param index {@code x.weights.json}
     * @param shardBytes how many bytes of weights a file holds at most
     * @throws ModelFormatException if one array alone is larger
     */
    public static void write(Model model, Path index, LayerCatalog catalog, long shardBytes) {
        String name = index.getFileName().toString();
        String stem =
                name.endsWith(".weights.json") ? name.substring(0, name.length() - ".weights.json".length()) : name;
        List<List<WeightFile.WeightGroup>> shards = new ArrayList<>(List.of(new ArrayList<>()));
        Map<String, List<String>> places = new LinkedHashMap<>();
        long used = 0, total = 0;
        for (WeightFile.WeightGroup g : new WeightFile(index.toString(), catalog).groups(model)) {
            Map<String, Tensor> room = new LinkedHashMap<>();
            addPart(g, room, shards, places, stem);
            for (Map.Entry<String, Tensor> e : g.arrays().entrySet()) {
                long bytes = Tensors.byteSize(e.getValue().type());
                if (bytes > shardBytes) {
                    throw new ModelFormatException("%s: weight %s/vars/%s takes %d bytes, a shard holds %d"
                            .formatted(index, g.path(), e.getKey(), bytes, shardBytes));
                }
                if (used + bytes > shardBytes) {
                    shards.add(new ArrayList<>());
                    used = 0;
                    room = new LinkedHashMap<>();
                    addPart(g, room, shards, places, stem);
                }
                room.put(e.getKey(), e.getValue());
                used += bytes;
                total += bytes;
            }
        }
        Map<Path, Content> files = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            Hdf5Writer file = new Hdf5Writer();
            WeightFile.write(file.root(), shards.get(i));
            files.put(index.resolveSibling(shard(stem, i)), file);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        places.forEach((path, in) -> map.put(path, in.size() == 1 ? in.getFirst() : in));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("metadata", Map.of("total_size", (double) total));
        json.put("weight_map", map);
        files.put(index, Content.of(Json.write(json, 4)));
        NewFile.writeAll(files);
    }

    private static String shard(String stem, int i) {
        return "%s_%05d.weights.h5".formatted(stem, i);
    }

    /** The part of a group that goes into the last shard. */
    private static void addPart(
            WeightFile.WeightGroup group,
            Map<String, Tensor> arrays,
            List<List<WeightFile.WeightGroup>> shards,
            Map<String, List<String>> places,
            String stem) {
        shards.getLast().add(new WeightFile.WeightGroup(group.path(), group.name(), arrays));
        if (group.arrays().isEmpty()) return;
        String path = group.path().isEmpty() ? "/vars" : "/" + group.path() + "/vars";
        places.computeIfAbsent(path, p -> new ArrayList<>()).add(shard(stem, shards.size() - 1));
    }
}
