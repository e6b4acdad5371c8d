package io.argali.converters.keras;

import io.argali.loader.ModelFormatException;
import io.argali.loader.hdf5.Dataset;
import io.argali.loader.hdf5.Group;
import io.argali.loader.hdf5.Node;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The layout of Keras 3's {@code .weights.h5}: {@code layers/<class>_<n>/<attribute>/vars/<i>}. */
final class WeightFile {
    private final String label;
    private final LayerCatalog catalog;

    WeightFile(String label, LayerCatalog catalog) {
        this.label = label;
        this.catalog = catalog;
    }

    /**
     * Reads every weight of a model.
     *
     * @throws ModelFormatException if one is missing, too many or of the wrong shape
     */
    Map<String, Tensor> read(Group root, Collection<VariableSpec> specs) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        Set<String> consumed = new LinkedHashSet<>();
        paths(specs).forEach((spec, path) -> {
            Node node = find(root, path);
            if (!(node instanceof Dataset d)) throw missing(spec, path);
            weights.put(spec.path(), tensor(spec, path, d));
            consumed.add(d.path());
        });
        rejectSurplus(root, consumed, specs);
        // In the order of declaration, not of the file.
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        for (VariableSpec s : specs) ordered.put(s.path(), weights.get(s.path()));
        return ordered;
    }

    private static @Nullable Node find(Group root, String path) {
        Node n = root.find(path);
        // Keras 2.12 and 2.13 call the layers of a model so.
        return n != null ? n : root.find(path.replace("layers/", "_layer_checkpoint_dependencies/"));
    }

    /** Where each weight is stored. */
    Map<VariableSpec, String> paths(Collection<VariableSpec> specs) {
        Map<String, List<VariableSpec>> byOwner = new LinkedHashMap<>();
        for (VariableSpec s : specs) byOwner.computeIfAbsent(ownerPath(s), k -> new ArrayList<>()).add(s);
        Map<VariableSpec, String> paths = new LinkedHashMap<>();
        byOwner.forEach((owner, own) -> {
            int i = 0;
            for (boolean state : new boolean[] {false, true}) {
                for (VariableSpec s : own) if (s.state() == state) paths.put(s, (owner.isEmpty() ? "" : owner + "/") + "vars/" + i++);
            }
        });
        return paths;
    }

    private String ownerPath(VariableSpec spec) {
        List<String> parts = new ArrayList<>();
        List<VariableSpec.Owner> owners = spec.owners();
        for (int i = 1; i < owners.size(); i++) {
            VariableSpec.Owner o = owners.get(i);
            boolean inModel = owners.get(i - 1).layer() instanceof Composite;
            parts.add(inModel ? "layers/" + numbered((Composite) owners.get(i - 1).layer(), o.attribute()) : o.attribute());
        }
        return String.join("/", parts);
    }

    private final Map<Composite, Map<String, String>> names = new java.util.IdentityHashMap<>();

    /** The group of a model's layer: its class in snake_case, numbered from the second on. */
    private String numbered(Composite model, String layer) {
        return names.computeIfAbsent(model, m -> {
                    Map<String, String> r = new HashMap<>();
                    Map<String, Integer> used = new HashMap<>();
                    for (Instance l : m.layers()) {
                        if (isOperation(l.layer())) continue;
                        String base = catalog.groupName(l.layer());
                        int n = used.merge(base, 1, Integer::sum) - 1;
                        r.put(l.name(), n == 0 ? base : base + "_" + n);
                    }
                    return r;
                })
                .get(layer);
    }

    private static boolean isOperation(Layer layer) {
        return layer instanceof io.argali.runtime.layer.operation.OperationLayer;
    }

    private Tensor tensor(VariableSpec spec, String path, Dataset d) {
        if (!Tensors.sameShape(d.shape(), spec.type().shape())) {
            throw new ModelFormatException("%s: layer \"%s\" (%s): weight %s has shape %s, expected %s for its %s"
                    .formatted(label, spec.layerPath(), className(spec), path, ModelReader.dims(d.shape()), spec.type().shape(), spec.name()));
        }
        return Tensors.lazy(label + ": " + path, d.data(), spec.type().dtype());
    }

    private ModelFormatException missing(VariableSpec spec, String path) {
        return new ModelFormatException("%s: layer \"%s\" (%s): weight %s is missing; expected its %s of shape %s"
                .formatted(label, spec.layerPath(), className(spec), path, spec.name(), spec.type().shape()));
    }

    private String className(VariableSpec spec) {
        return catalog.pythonName(spec.owners().get(spec.owners().size() - 1).layer());
    }

    private void rejectSurplus(Group root, Set<String> consumed, Collection<VariableSpec> specs) {
        List<String> surplus = new ArrayList<>();
        for (String child : root.children()) {
            // The optimizer's state and, in tf_keras' files, the metrics' are read by others.
            boolean other = child.equals("optimizer") || child.equals("metrics") || child.equals("loss") || child.startsWith("compile_metrics");
            if (!other) collect(root.get(child), consumed, surplus);
        }
        if (!surplus.isEmpty()) {
            throw new ModelFormatException("%s: %d weights belong to no layer: %s"
                    .formatted(label, surplus.size(), String.join(", ", surplus.subList(0, Math.min(5, surplus.size())))));
        }
    }

    private static void collect(Node node, Set<String> consumed, List<String> surplus) {
        if (node instanceof Dataset d) {
            if (!consumed.contains(d.path())) surplus.add(d.path());
        } else if (node instanceof Group g) {
            for (String child : g.childrenInNaturalOrder()) collect(g.get(child), consumed, surplus);
        }
    }
}
