package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each call of a model's layers gives, by the layer's path, with {@link Shape#UNKNOWN} where a length depends on the batch: what differs
 * between two traces with different stand-ins for the unknown axes is unknown.
 */
public final class CallTypes {
    private final Map<String, List<List<TensorType>>> outputs;

    private CallTypes(Map<String, List<List<TensorType>>> outputs) {
        this.outputs = outputs;
    }

    /**
     * The types in a model.
     *
     * @throws io.argali.runtime.tensor.ShapeException if the layers do not fit together
     */
    public static CallTypes of(Instance root) {
        return of(root, Model.declare(root));
    }

    static CallTypes of(Instance root, Trace trace) {
        List<InputSpec> specs = ModelInputs.of(root.layer());
        Trace one = firstThatFits(root, specs, 2, new int[] {16, 64, 224, 512});
        Trace other = firstThatFits(root, specs, 3, new int[] {24, 80, 256, 544});
        List<Trace.Call> a = one == null ? trace.calls() : one.calls(), b = other == null ? a : other.calls();
        Map<String, List<List<TensorType>>> outputs = new LinkedHashMap<>();
        for (int i = 0; i < a.size(); i++) {
            List<TensorType> x = a.get(i).outputs(), y = i < b.size() ? b.get(i).outputs() : x;
            List<TensorType> own = new ArrayList<>();
            for (int k = 0; k < x.size(); k++) own.add(common(x.get(k), k < y.size() ? y.get(k) : x.get(k)));
            outputs.computeIfAbsent(a.get(i).path(), p -> new ArrayList<>()).add(own);
        }
        addInputs("", root, outputs);
        return new CallTypes(outputs);
    }

    private static void addInputs(String path, Instance model, Map<String, List<List<TensorType>>> outputs) {
        if (!(model.layer() instanceof Composite c)) return;
        for (Instance layer : c.layers()) {
            String own = path.isEmpty() ? layer.name() : path + "/" + layer.name();
            if (layer.layer() instanceof InputLayer in && in.batchShape() != null && in.dtype() != null) {
                outputs.put(own, List.of(List.of(new TensorType(in.dtype(), in.batchShape()))));
            }
            addInputs(own, layer, outputs);
        }
    }

    private static @Nullable Trace firstThatFits(Instance root, List<InputSpec> specs, int batch, int[] lengths) {
        for (int length : lengths) {
            Trace t = ModelInputs.tryTrace(root, specs, batch, length);
            if (t != null) return t;
        }
        return null;
    }

    private static TensorType common(TensorType a, TensorType b) {
        if (a.shape().rank() != b.shape().rank()) return a;
        int[] d = a.shape().toArray();
        for (int i = 0; i < d.length; i++) if (d[i] != b.shape().dim(i)) d[i] = Shape.UNKNOWN;
        return new TensorType(a.dtype(), Shape.of(d));
    }

    /** What the calls of a layer give, in order; none if it is never called. */
    public List<List<TensorType>> outputs(String path) {
        return outputs.getOrDefault(path, List.of());
    }
}
