package io.argali.converters.keras;

import io.argali.loader.Content;
import io.argali.loader.archive.Archive;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.preprocessing.TextVectorization;
import io.argali.runtime.layer.preprocessing.VocabularyLayer;
import io.argali.runtime.model.Composite;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The vocabularies that layers learnt from data, in text files beside the weights: {@code assets/layers/string_lookup/vocabulary.txt}. */
final class Assets {
    /** The key that an instance keeps if its vocabulary came from a file of its own. */
    static final String FROM_FILE = "@vocabulary_file";

    private final Archive archive;
    private final LayerCatalog catalog;
    private final Map<Instance, Instance> resolved = new IdentityHashMap<>();

    private Assets(Archive archive, LayerCatalog catalog) {
        this.archive = archive;
        this.catalog = catalog;
    }

    /** The model with the vocabularies of the archive in the layers that have none yet. */
    static Instance resolve(Instance root, Archive archive, LayerCatalog catalog) {
        return new Assets(archive, catalog).resolve(root, "assets");
    }

    private Instance resolve(Instance instance, String path) {
        // A shared layer is stored once, at the first place.
        Instance known = resolved.get(instance);
        if (known != null) return known;
        Instance r = switch (instance.layer()) {
            case Composite model -> withLayers(instance, model, path);
            case VocabularyLayer layer
            when layer.vocabulary() == null -> withVocabulary(instance, layer, path + "/vocabulary.txt");
            default -> instance;
        };
        resolved.put(instance, r);
        return r;
    }

    private Instance withLayers(Instance instance, Composite model, String path) {
        Map<String, String> groups = WeightFile.groups(model, catalog);
        List<Instance> layers = new ArrayList<>();
        for (Instance l : model.layers()) layers.add(resolve(l, path + "/layers/" + groups.get(l.name())));
        boolean same = layers.equals(model.layers());
        return same ? instance : instance.withLayer(model.withLayers(layers));
    }

    private Instance withVocabulary(Instance instance, VocabularyLayer layer, String file) {
        if (!archive.has(file)) return instance;
        Map<String, Object> kept = new LinkedHashMap<>(instance.kept());
        kept.put(FROM_FILE, true);
        return new Instance(
                instance.name(),
                layer.withLines(lines(archive.text(file))),
                instance.trainable(),
                instance.dtype(),
                instance.activityRegularizer(),
                kept);
    }

    /** The files to write beside a model: the vocabularies that do not stand in the configuration. */
    static Map<String, Content> files(Instance root, LayerCatalog catalog) {
        Map<String, Content> files = new LinkedHashMap<>();
        addFiles(root, "assets", catalog, new IdentityHashMap<>(), files);
        return files;
    }

    private static void addFiles(
            Instance instance,
            String path,
            LayerCatalog catalog,
            Map<Instance, Boolean> seen,
            Map<String, Content> files) {
        if (seen.put(instance, true) != null) return;
        if (instance.layer() instanceof Composite model) {
            Map<String, String> groups = WeightFile.groups(model, catalog);
            for (Instance l : model.layers())
                addFiles(l, path + "/layers/" + groups.get(l.name()), catalog, seen, files);
        }
        if (instance.layer() instanceof VocabularyLayer layer
                && layer.vocabulary() != null
                && instance.kept().containsKey(FROM_FILE)) {
            Content text =
                    Content.of(layer.vocabulary().stream().map(String::valueOf).collect(Collectors.joining("\n")));
            files.put(path + "/vocabulary.txt", text);
            if (layer instanceof TextVectorization)
                files.put(path + "/" + InnerLayers.LOOKUP + "/vocabulary.txt", text);
        }
    }

    /** Lines as Python's {@code splitlines} finds them, without empty ones at the end. */
    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!isLineEnd(text.charAt(i))) continue;
            lines.add(text.substring(from, i));
            if (text.charAt(i) == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') i++;
            from = i + 1;
        }
        if (from < text.length()) lines.add(text.substring(from));
        while (!lines.isEmpty() && lines.getLast().isEmpty()) lines.removeLast();
        return lines;
    }

    private static boolean isLineEnd(char c) {
        return c >= '\n' && c <= '\r'
                || c >= '\u001c' && c <= '\u001e'
                || c == '\u0085'
                || c == '\u2028'
                || c == '\u2029';
    }
}
