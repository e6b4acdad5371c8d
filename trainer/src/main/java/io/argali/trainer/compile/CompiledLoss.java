package io.argali.trainer.compile;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.loss.Loss;
import io.argali.trainer.loss.Losses;
import io.argali.trainer.metric.Mean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The losses of a model's outputs, which add up to what training makes small (keras/src/trainers/compile_utils.py). Its state is what histories
 * report: the mean total over the batches of an epoch, and, where there are several losses, the mean of each.
 *
 * @param parts the losses, in the order of the outputs
 */
public record CompiledLoss(List<Part> parts) {
    /**
     * The loss of one output.
     *
     * @param output the output's place
     * @param name the output's name; histories add {@code _loss}
     * @param weight its factor in the total; null for none
     */
    public record Part(
            int output, String name, Loss loss, @Nullable Double weight) {}

    /**
     * The losses of a batch.
     *
     * @param total the weighted sum; a scalar, unless losses are not reduced
     * @param parts each loss, without its weight
     */
    public record Evaluated(Value total, List<Value> parts) {}

    public CompiledLoss {
        parts = List.copyOf(parts);
    }

    /**
     * Sorts losses to outputs.
     *
     * @param loss a {@link Loss} for all outputs, a list with one or null for each, or a map by the names of outputs; null for none
     * @param lossWeights a number, or a list or map of numbers, in the same way; null for none
     */
    public static CompiledLoss of(@Nullable Object loss, @Nullable Object lossWeights, List<String> outputNames) {
        if (loss == null) return new CompiledLoss(List.of());
        Object given = loss;
        // Of several losses for one output, Keras takes the first.
        if (outputNames.size() == 1 && loss instanceof List<?> l && l.size() > 1) given = l.subList(0, 1);
        List<@Nullable Object> losses = ByOutput.list("loss", given, outputNames);
        List<@Nullable Object> weights = lossWeights == null
                ? new ArrayList<>(losses.stream().map(l -> null).toList())
                : weights(lossWeights, losses, outputNames);
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < losses.size(); i++) {
            Object l = losses.get(i);
            if (l instanceof List<?> one && !one.isEmpty()) l = one.get(0);
            if (l == null) continue;
            if (!(l instanceof Loss found))
                throw new IllegalArgumentException(
                        "expected a loss for output \"" + outputNames.get(i) + "\", got " + l);
            parts.add(new Part(
                    i,
                    outputNames.get(i),
                    found,
                    weights.get(i) instanceof Number n ? (Double) n.doubleValue() : null));
        }
        return new CompiledLoss(parts);
    }

    /** A list of weights may leave out the outputs that have no loss. */
    private static List<@Nullable Object> weights(Object given, List<@Nullable Object> losses, List<String> names) {
        long wanted = losses.stream().filter(l -> l != null).count();
        if (!(given instanceof List<?> l) || l.size() == names.size() || l.size() != wanted)
            return ByOutput.list("loss_weights", given, names);
        List<@Nullable Object> r = new ArrayList<>();
        int next = 0;
        for (Object loss : losses) r.add(loss == null ? null : l.get(next++));
        return r;
    }

    /**
     * The losses of a batch.
     *
     * @param yTrue labels for each output; null where an output has no loss
     * @param yPred the outputs
     * @param sampleWeights for each output, or null
     * @param masks the masks that the outputs carry, or null
     */
    public Evaluated evaluate(
            List<? extends @Nullable Value> yTrue,
            List<Value> yPred,
            List<? extends @Nullable Value> sampleWeights,
            List<? extends @Nullable Value> masks) {
        if (parts.isEmpty()) throw new IllegalStateException("there is no loss to train with; give one to compile");
        List<Value> values = new ArrayList<>();
        Value total = null;
        for (Part p : parts) {
            Value labels = yTrue.get(p.output);
            if (labels == null)
                throw new IllegalArgumentException(
                        "output \"" + p.name + "\" has a loss, but no labels were given for it");
            Value v = Losses.of(p.loss, labels, yPred.get(p.output), sampleWeights.get(p.output), masks.get(p.output))
                    .cast(DType.FLOAT32);
            values.add(v);
            Value weighted = p.weight == null ? v : v.multiply(p.weight);
            total = total == null ? weighted : total.add(weighted);
        }
        return new Evaluated(Objects.requireNonNull(total), values);
    }

    /** The weighted sum of the losses of a batch; see {@link #evaluate}. */
    public Value total(
            List<? extends @Nullable Value> yTrue,
            List<Value> yPred,
            List<? extends @Nullable Value> sampleWeights,
            List<? extends @Nullable Value> masks) {
        return evaluate(yTrue, yPred, sampleWeights, masks).total();
    }

    // What histories report

    private static final Mean MEAN = new Mean("loss", DType.FLOAT32);

    /** The names of {@link #results}, the total's first. Keras puts the metrics between it and the others. */
    public List<String> names() {
        List<String> names = new ArrayList<>(List.of("loss"));
        if (parts.size() > 1) for (Part p : parts) names.add(p.name + "_loss");
        return names;
    }

    public List<Tensor> initialState() {
        List<Tensor> state = new ArrayList<>();
        for (int i = 0; i < names().size(); i++) state.addAll(MEAN.initialState());
        return state;
    }

    /**
     * The state after a batch.
     *
     * @param total what was made small: the sum of the losses and of all penalties
     * @param batch the number of samples, by which a batch counts for the total
     * @param batchForEach what it counts for the loss of each output
     */
    public List<Value> update(List<Value> state, Value total, Evaluated losses, int batch, int batchForEach) {
        List<Value> values = new ArrayList<>(List.of(total));
        if (parts.size() > 1) values.addAll(losses.parts());
        List<Value> r = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            r.addAll(MEAN.update(
                    state.subList(2 * i, 2 * i + 2),
                    values.get(i),
                    Value.scalar(DType.FLOAT32, i == 0 ? batch : batchForEach)));
        }
        return r;
    }

    /** What histories report, by name. */
    public Map<String, Value> results(List<Value> state) {
        Map<String, Value> r = new LinkedHashMap<>();
        List<String> names = names();
        for (int i = 0; i < names.size(); i++) r.put(names.get(i), MEAN.result(state.subList(2 * i, 2 * i + 2)));
        return r;
    }
}
