package io.argali.trainer;

import io.argali.runtime.model.Model;
import io.argali.runtime.model.Trace;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.data.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds where a step first made something that is no finite number. */
final class NotFinite {
    private NotFinite() {}

    /** In words: a weight, what was given, a layer, or the loss. */
    static String first(Model model, Map<String, Tensor> weights, Batch batch, Tensor seed) {
        for (Map.Entry<String, Tensor> e : weights.entrySet()) {
            if (!isFinite(e.getValue())) return "the weight " + e.getKey() + " is not finite since the step before";
        }
        for (int i = 0; i < batch.x().size(); i++) {
            if (!isFinite(batch.x().get(i)))
                return "the input \"" + model.inputs().get(i).name() + "\" is not finite";
        }
        String layer = layer(model, weights, batch, seed);
        if (layer != null) return layer;
        for (Tensor y : batch.y()) if (!isFinite(y)) return "the labels are not finite";
        return "all layers are finite, the loss alone is not";
    }

    private static boolean isFinite(Tensor t) {
        return !t.dtype().isFloating() || Arrays.stream(t.toDoubleArray()).allMatch(Double::isFinite);
    }

    private static @Nullable String layer(Model model, Map<String, Tensor> weights, Batch batch, Tensor seed) {
        List<Tensor> x = model.conform(batch.x());
        Trace trace = model.trace(x.stream().map(Tensor::type).toList(), true);
        List<Value> outputs = layerOutputs(trace.graph());
        if (outputs.isEmpty()) return null;
        List<Value> questions = outputs.stream()
                .map(v -> v.unary(UnaryFunction.IS_FINITE)
                        .reshape(Shape.of(v.shape().size()))
                        .all(false, 0))
                .toList();
        List<Tensor> parameters = new ArrayList<>(x);
        if (trace.graph().parameters().size() > x.size()) parameters.add(seed);
        Graph graph = new Graph(trace.graph().parameters(), questions);
        Tensor[] answers = CpuBackend.best()
                .compiler(p -> Objects.requireNonNull(weights.get(p)))
                .compile(graph)
                .run(parameters);
        for (int i = 0; i < answers.length; i++) {
            if (answers[i].item() == 0)
                return "the first layer whose output is not finite is \""
                        + outputs.get(i).node().origin() + "\"";
        }
        return null;
    }

    /** What one layer makes and another, or the caller, takes; in order. Between, a layer may have infinities that mean something. */
    private static List<Value> layerOutputs(Graph graph) {
        Set<Value> taken = new HashSet<>(graph.outputs());
        for (Node n : graph.nodes()) {
            for (Value v : n.inputs()) if (!v.node().origin().equals(n.origin())) taken.add(v);
        }
        List<Value> r = new ArrayList<>();
        for (Node n : graph.nodes()) {
            for (Value v : n.outputs()) {
                if (taken.contains(v) && v.dtype().isFloating() && !n.inputs().isEmpty()) r.add(v);
            }
        }
        return r;
    }
}
