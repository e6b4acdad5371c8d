package io.argali.trainer;

import io.argali.runtime.model.Model;
import io.argali.runtime.model.Trace;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.autodiff.Backprop;
import io.argali.trainer.compile.CompiledLoss;
import io.argali.trainer.optimizer.Updates;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step as one graph: forward, loss, and in training gradients and updates. Parameters: inputs, a seed if the model draws numbers, labels, sample
 * weights, then all states. Outputs: the figures of the epoch so far, then all states' new values.
 *
 * @param names of the figures
 */
record TrainingGraph(Graph graph, boolean seeded, List<String> names) {
    /** The tensors that change from step to step, in order. */
    record Layout(
            List<VariableSpec> variables,
            List<VariableSpec> trainable,
            List<TensorType> optimizer,
            List<TensorType> loss,
            List<TensorType> metrics,
            Map<String, TensorType> memories) {
        List<TensorType> types() {
            List<TensorType> all =
                    new ArrayList<>(variables.stream().map(VariableSpec::type).toList());
            all.addAll(optimizer);
            all.addAll(loss);
            all.addAll(metrics);
            all.addAll(memories.values());
            return all;
        }
    }

    static TrainingGraph of(
            Model model,
            Compiled compiled,
            Updates updates,
            Layout layout,
            List<TensorType> x,
            List<TensorType> y,
            List<@Nullable TensorType> w,
            boolean training) {
        Trace trace = model.trace(x, training);
        boolean seeded = trace.graph().parameters().size() > x.size();
        List<Value> parameters = new ArrayList<>(trace.graph().parameters());
        List<Value> labels = new ArrayList<>();
        for (TensorType t : y) labels.add(Value.parameter("y", t));
        List<@Nullable Value> weights = new ArrayList<>();
        for (TensorType t : w) weights.add(t == null ? null : Value.parameter("sample_weight", t));
        parameters.addAll(labels);
        for (Value v : weights) if (v != null) parameters.add(v);

        Map<String, Value> variables = new LinkedHashMap<>();
        for (VariableSpec s : layout.variables())
            variables.put(s.path(), trace.weights().getOrDefault(s.path(), Value.variable(s.path(), s.type())));
        List<Value> optimizer = states("optimizer", layout.optimizer()),
                loss = states("loss", layout.loss()),
                metrics = states("metric", layout.metrics());
        Map<String, Value> memories = new LinkedHashMap<>();
        layout.memories()
                .forEach((path, t) -> memories.put(path, trace.weights().getOrDefault(path, Value.variable(path, t))));

        Map<String, Value> after = new LinkedHashMap<>(variables);
        trace.renewed().forEach((path, values) -> after.put(path, values.getLast()));

        List<Value> outputs = trace.graph().outputs();
        CompiledLoss.Evaluated evaluated = compiled.loss().evaluate(labels, outputs, weights, trace.masks());
        Value total = withPenalties(evaluated.total(), trace, layout, after);

        List<Value> optimizerAfter = optimizer;
        if (training && !layout.trainable().isEmpty()) {
            List<Value> trained = layout.trainable().stream()
                    .map(s -> Objects.requireNonNull(after.get(s.path())))
                    .toList();
            List<List<Value>> uses = layout.trainable().stream()
                    .map(s -> trace.renewed().getOrDefault(s.path(), List.of(after.get(s.path()))))
                    .toList();
            List<VariableSpec> overwritten = layout.variables().stream()
                    .filter(VariableSpec::isOverwritten)
                    .toList();
            List<Value> sources =
                    new ArrayList<>(uses.stream().flatMap(List::stream).toList());
            int used = sources.size();
            for (VariableSpec s : overwritten) sources.add(Objects.requireNonNull(after.get(s.path())));
            List<@Nullable Value> bySource = Backprop.existing(updates.scaleLoss(optimizer, total), sources);
            List<@Nullable Value> gradients = sums(bySource.subList(0, used), uses);
            for (int i = 0; i < overwritten.size(); i++) {
                Value next = bySource.get(used + i);
                if (next != null) after.put(overwritten.get(i).path(), next);
            }
            Updates.Result r = updates.step(optimizer, trained, gradients);
            List<Value> moved = new ArrayList<>(r.variables());
            moved.addAll(r.state());
            if (compiled.backend() == KerasBackend.TENSORFLOW)
                moved = LookupGradients.squaredByLookup(moved, gradients);
            for (int i = 0; i < trained.size(); i++)
                after.put(layout.trainable().get(i).path(), moved.get(i));
            optimizerAfter = moved.subList(trained.size(), moved.size());
        }
        trace.updates().forEach((path, v) -> {
            if (variables.containsKey(path)) after.put(path, v);
        });
        for (VariableSpec s : layout.variables())
            if (s.isCopy()) after.put(s.path(), Objects.requireNonNull(after.get(s.original())));
        int batch = x.isEmpty() || x.get(0).shape().rank() == 0
                ? 1
                : x.get(0).shape().dim(0);
        List<Value> lossAfter = compiled.loss()
                .update(loss, total, evaluated, batch, compiled.backend() == KerasBackend.TENSORFLOW ? 1 : batch);
        List<Value> metricsAfter = compiled.metrics().update(metrics, labels, outputs, weights, trace.masks());

        // Keras' order: the loss, the metrics, then the losses of single outputs.
        Map<String, Value> losses = compiled.loss().results(lossAfter), figures = new LinkedHashMap<>();
        losses.forEach((name, v) -> {
            if (figures.isEmpty()) figures.put(name, v);
        });
        figures.putAll(compiled.metrics().results(metricsAfter));
        losses.forEach(figures::putIfAbsent);

        parameters.addAll(variables.values());
        parameters.addAll(optimizer);
        parameters.addAll(loss);
        parameters.addAll(metrics);
        parameters.addAll(memories.values());
        List<Value> results = new ArrayList<>(figures.values());
        results.addAll(after.values());
        results.addAll(optimizerAfter);
        results.addAll(lossAfter);
        results.addAll(metricsAfter);
        memories.forEach((path, v) -> results.add(trace.updates().getOrDefault(path, v)));
        return new TrainingGraph(new Graph(parameters, results), seeded, List.copyOf(figures.keySet()));
    }

    private static List<Value> states(String name, List<TensorType> types) {
        List<Value> r = new ArrayList<>();
        for (TensorType t : types) r.add(Value.parameter(name, t));
        return r;
    }

    /** The gradient by each variable, from those by each of its uses. */
    private static List<@Nullable Value> sums(List<@Nullable Value> gradients, List<List<Value>> uses) {
        List<@Nullable Value> r = new ArrayList<>();
        int at = 0;
        for (List<Value> own : uses) {
            Value sum = null;
            for (Value g : gradients.subList(at, at += own.size())) if (g != null) sum = sum == null ? g : sum.add(g);
            r.add(sum);
        }
        return r;
    }

    /** Regularizers of trainable weights and of outputs add to the loss, in evaluation too. */
    private static Value withPenalties(Value loss, Trace trace, Layout layout, Map<String, Value> variables) {
        Value total = loss;
        for (VariableSpec s : layout.trainable()) {
            if (s.options().regularizer() == null) continue;
            Value w = Objects.requireNonNull(variables.get(s.path()));
            total = total.add(s.options().regularizer().penalty(w).cast(DType.FLOAT32));
        }
        for (Trace.Penalty p : trace.penalties()) total = total.add(p.value().cast(DType.FLOAT32));
        return total;
    }
}
