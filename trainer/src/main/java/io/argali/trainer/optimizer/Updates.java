package io.argali.trainer.optimizer;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The steps of an optimizer over given weights: a pure function from state, weights and gradients to new weights and new state, all of them values of one
 * graph. Around the optimizer's formula it does what Keras does in {@code base_optimizer.py}: unscaling, accumulation, clipping, weight decay, running
 * averages, constraints, and counting.
 *
 * <p>State is a list of tensors in the order of Keras' files: iteration (int64), learning rate (unless a schedule gives it), averages of all weights,
 * accumulated gradients, the slots of each weight, and what is kept once.
 */
public sealed interface Updates permits RuleUpdates, ScaledUpdates, MultiUpdates {
    /** The steps of an optimizer. */
    static Updates of(Optimizer optimizer, List<Weight> weights) {
        return switch (optimizer) {
            case UpdateRule r -> new RuleUpdates(r, weights, r.options().lossScaleFactor());
            case LossScaleOptimizer s -> new ScaledUpdates(s, weights);
            case MultiOptimizer m -> new MultiUpdates(m, weights, m.lossScaleFactor());
        };
    }

    /** Steps of an optimizer inside another one, which scales the loss itself. */
    static Updates unscaled(Optimizer optimizer, List<Weight> weights) {
        return switch (optimizer) {
            case UpdateRule r -> new RuleUpdates(r, weights, null);
            case MultiOptimizer m -> new MultiUpdates(m, weights, null);
            case LossScaleOptimizer s ->
                throw new IllegalArgumentException("a LossScaleOptimizer cannot hold another one");
        };
    }

    /** What each variable of a rule's state is for, in the order of {@link #slots}. */
    static List<Place> places(UpdateRule rule, List<Weight> weights) {
        return new RuleUpdates(rule, weights, null).places();
    }

    /**
     * A place in the state.
     *
     * @param slot its name, as the rule has it
     * @param weight the number of the weight that it is kept for
     */
    record Place(String slot, int weight) {
        /** The number where a slot is kept once. */
        public static final int OF_NO_WEIGHT = -1;
    }

    Optimizer optimizer();

    /** The names, types and first values of the state, in order. */
    List<Slot> slots();

    /** The state before the first step, given the weights' values. */
    List<Tensor> initialState(List<Tensor> variables);

    /**
     * One step, or one batch towards it.
     *
     * @param gradients one for each weight; null where the loss does not depend on a weight, which then stays
     */
    Result step(List<Value> state, List<Value> variables, List<@Nullable Value> gradients);

    /**
     * What a batch leads to.
     *
     * @param learningRate the rate that was used, a scalar float32; of several optimizers, that of the default one
     */
    record Result(List<Value> variables, List<Value> state, Value learningRate) {}

    /** The loss that gradients are to be taken of: half precision needs it larger. */
    Value scaleLoss(List<Value> state, Value loss);

    /** The weights at the end of training: their averages, if the optimizer keeps them. Of values as of tensors. */
    <T> List<T> finish(List<T> state, List<T> variables);

    /** The learning rate of the next step; of several optimizers, that of the default one. */
    double learningRate(List<Tensor> state);

    /**
     * Which of the state is the learning rate.
     *
     * @throws IllegalStateException if a schedule gives the rate, or there are several
     */
    int learningRateAt();

    /**
     * A whole state, or what a file holds of one, checked against what these steps need. Numbers get the types needed here: JAX counts in int32.
     *
     * @param where the file, for messages
     * @throws IllegalArgumentException naming the first slot that does not fit
     */
    default List<Tensor> restore(String where, List<Tensor> saved) {
        boolean whole = saved.size() == slots().size();
        List<Slot> slots = slots().stream().filter(s -> whole || isSaved(s)).toList();
        List<Tensor> r = new ArrayList<>();
        for (int i = 0; i < Math.min(slots.size(), saved.size()); i++) {
            Slot s = slots.get(i);
            Tensor t = saved.get(i);
            if (!t.shape().equals(s.type().shape())
                    || t.dtype().isFloating() != s.type().dtype().isFloating()) {
                throw new IllegalArgumentException(
                        "%s: optimizer \"%s\": variable %d is %s, expected %s for %s; the file has %d variables, expected %d"
                                .formatted(
                                        where,
                                        optimizer().name(),
                                        i,
                                        t.type(),
                                        s.type(),
                                        s.name(),
                                        saved.size(),
                                        slots.size()));
            }
            r.add(t.cast(s.type().dtype()));
        }
        if (saved.size() < slots.size()) {
            throw new IllegalArgumentException(
                    "%s: optimizer \"%s\": the file has %d variables, expected %d; %s is the first without one"
                            .formatted(
                                    where,
                                    optimizer().name(),
                                    saved.size(),
                                    slots.size(),
                                    slots.get(saved.size()).name()));
        }
        if (saved.size() > slots.size()) {
            throw new IllegalArgumentException(
                    "%s: optimizer \"%s\": the file has %d variables, expected %d; variable %d, %s, is the first too many"
                            .formatted(
                                    where,
                                    optimizer().name(),
                                    saved.size(),
                                    slots.size(),
                                    slots.size(),
                                    saved.get(slots.size()).type()));
        }
        Iterator<Tensor> next = r.iterator();
        return slots().stream()
                .map(s -> whole || isSaved(s) ? next.next() : s.initial(null))
                .toList();
    }

    /** What of a state files hold, in their order. */
    default List<Tensor> saved(List<Tensor> state) {
        List<Slot> slots = slots();
        return IntStream.range(0, state.size())
                .filter(i -> isSaved(slots.get(i)))
                .mapToObj(state::get)
                .toList();
    }

    /** The slots that files hold, in their order, and the names that Keras gives them. */
    default Map<String, Slot> savedSlots() {
        Map<String, Slot> r = new LinkedHashMap<>();
        for (Slot s : slots()) if (isSaved(s)) r.put(optimizer().name() + "/" + s.name(), s);
        return r;
    }

    /** Whether files hold a slot. */
    default boolean isSaved(Slot slot) {
        return true;
    }
}
