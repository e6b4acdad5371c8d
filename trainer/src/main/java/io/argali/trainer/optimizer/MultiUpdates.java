package io.argali.trainer.optimizer;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Steps of several optimizers. */
final class MultiUpdates implements Updates {
    private final MultiOptimizer optimizer;
    private final @Nullable Double lossScaleFactor;
    private final List<Part> parts = new ArrayList<>();
    private final int defaultPart;

    /**
     * An optimizer and its weights.
     *
     * @param weights their numbers
     * @param at where its state begins
     */
    private record Part(Updates updates, List<Integer> weights, int at) {
        <T> List<T> own(List<T> all) {
            return weights.stream().map(all::get).toList();
        }

        <T extends @Nullable Object> List<T> ownOrNull(List<T> all) {
            List<T> r = new ArrayList<>();
            for (int i : weights) r.add(all.get(i));
            return r;
        }

        <T> List<T> state(List<T> all) {
            return all.subList(at, at + updates.slots().size());
        }
    }

    MultiUpdates(MultiOptimizer optimizer, List<Weight> weights, @Nullable Double lossScaleFactor) {
        this.optimizer = optimizer;
        this.lossScaleFactor = lossScaleFactor;
        List<UpdateRule> rules = optimizer.optimizerMap().distinct();
        List<Optimizer> chosen = weights.stream()
                .map(w -> optimizer.optimizerMap().find(w.path()))
                .toList();
        int at = own().size();
        for (UpdateRule rule : rules) {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < weights.size(); i++) if (chosen.get(i) == rule) numbers.add(i);
            Updates updates =
                    new RuleUpdates(rule, numbers.stream().map(weights::get).toList(), lossScaleFactor);
            parts.add(new Part(updates, numbers, at));
            at += updates.slots().size();
        }
        defaultPart = rules.indexOf(optimizer.optimizerMap().defaultOptimizer());
    }

    @Override
    public Optimizer optimizer() {
        return optimizer;
    }

    private static List<Slot> own() {
        return List.of(
                Slot.zeros(Slot.ITERATION, new TensorType(DType.INT64, Shape.SCALAR)),
                Slot.zeros(Slot.LEARNING_RATE, new TensorType(DType.FLOAT32, Shape.SCALAR)));
    }

    @Override
    public Map<String, Slot> savedSlots() {
        Map<String, Slot> r = new LinkedHashMap<>();
        for (Slot s : own()) r.put(optimizer.name() + "/" + s.name(), s);
        for (Part p : parts) r.putAll(p.updates().savedSlots());
        return r;
    }

    @Override
    public List<Slot> slots() {
        List<Slot> r = new ArrayList<>(own());
        for (Part p : parts) r.addAll(p.updates().slots());
        return r;
    }

    @Override
    public List<Tensor> initialState(List<Tensor> variables) {
        List<Tensor> r = new ArrayList<>();
        for (Slot s : own()) r.add(s.initial(null));
        for (Part p : parts) r.addAll(p.updates().initialState(p.own(variables)));
        return r;
    }

    @Override
    public Result step(List<Value> state, List<Value> variables, List<@Nullable Value> gradients) {
        List<Value> moved = new ArrayList<>(variables), newState = new ArrayList<>(state);
        newState.set(0, state.get(0).add(1));
        Value rate = state.get(1);
        for (int k = 0; k < parts.size(); k++) {
            Part p = parts.get(k);
            Result r = p.updates().step(p.state(state), p.own(variables), p.ownOrNull(gradients));
            if (k == defaultPart) rate = r.learningRate();
            if (p.weights().isEmpty()) continue; // Keras does not call it
            for (int i = 0; i < p.weights().size(); i++)
                moved.set(p.weights().get(i), r.variables().get(i));
            for (int i = 0; i < r.state().size(); i++)
                newState.set(p.at() + i, r.state().get(i));
        }
        return new Result(moved, newState, rate);
    }

    @Override
    public Value scaleLoss(List<Value> state, Value loss) {
        return lossScaleFactor == null ? loss : loss.multiply(lossScaleFactor);
    }

    @Override
    public <T> List<T> finish(List<T> state, List<T> variables) {
        List<T> r = new ArrayList<>(variables);
        for (Part p : parts) {
            List<T> own = p.updates().finish(p.state(state), p.own(variables));
            for (int i = 0; i < own.size(); i++) r.set(p.weights().get(i), own.get(i));
        }
        return r;
    }

    @Override
    public double learningRate(List<Tensor> state) {
        Part p = parts.get(defaultPart);
        return p.updates().learningRate(p.state(state));
    }

    @Override
    public int learningRateAt() {
        throw new IllegalStateException(
                "\"" + optimizer.name() + "\" has several learning rates; set those of its optimizers");
    }
}
