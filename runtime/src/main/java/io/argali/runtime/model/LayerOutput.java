package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a layer of a model gives for a batch.
 *
 * @param name the layer's path, {@code encoder/dense}; of a second call {@code encoder/dense#1}, of a second output {@code lstm:1}
 * @param layer the layer's class
 */
public record LayerOutput(String name, String layer, Tensor value) {
    /** What all layers of a model give, in the order of their calls; of layers inside other layers than models, nothing. */
    public static List<LayerOutput> of(Model model, List<Tensor> inputs) {
        List<Tensor> given = model.conform(inputs);
        Trace trace = model.trace(given.stream().map(Tensor::type).toList(), false);
        Set<String> paths = new HashSet<>();
        addPaths(model.root(), "", paths);
        List<String> names = new ArrayList<>(), layers = new ArrayList<>();
        List<Value> values = new ArrayList<>();
        Map<String, Integer> calls = new HashMap<>();
        for (Trace.Call c : trace.calls()) {
            if (!paths.contains(c.path()) || c.layer() instanceof InputLayer) continue;
            int call = calls.merge(c.path(), 1, Integer::sum) - 1;
            for (int i = 0; i < c.values().size(); i++) {
                names.add(c.path() + (call == 0 ? "" : "#" + call) + (i == 0 ? "" : ":" + i));
                layers.add(c.layer().getClass().getSimpleName());
                values.add(c.values().get(i));
            }
        }
        Tensor[] results = model.backend()
                .compiler(path -> weight(model, trace, path))
                .compile(new Graph(trace.graph().parameters(), values))
                .run(given);
        List<LayerOutput> r = new ArrayList<>();
        for (int i = 0; i < results.length; i++) r.add(new LayerOutput(names.get(i), layers.get(i), results[i]));
        return r;
    }

    /** A weight; what stateful layers remember is nothing yet. */
    private static Tensor weight(Model model, Trace trace, String path) {
        if (!trace.memories().containsKey(path)) return model.weights().get(path);
        var type = Objects.requireNonNull(trace.memories().get(path));
        return Tensor.zeros(type.dtype(), type.shape());
    }

    private static void addPaths(Instance instance, String path, Set<String> paths) {
        if (!(instance.layer() instanceof Composite model)) return;
        for (Instance l : model.layers()) {
            String own = path.isEmpty() ? l.name() : path + "/" + l.name();
            paths.add(own);
            addPaths(l, own, paths);
        }
    }
}
