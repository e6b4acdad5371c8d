package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Constraint;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.schedule.Constant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Steps of one formula. */
final class RuleUpdates implements Updates {
    private static final TensorType COUNT = new TensorType(DType.INT64, Shape.SCALAR);
    private static final TensorType RATE = new TensorType(DType.FLOAT32, Shape.SCALAR);
    private static final int NONE = Place.OF_NO_WEIGHT;

    private final UpdateRule rule;
    private final OptimizerOptions options;
    private final List<Weight> weights;
    private final @Nullable Double lossScaleFactor;
    private final List<Slot> slots = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    // Where the parts of the state begin; NONE if they are not kept.
    private final int rateAt;
    private final int averagesAt;
    private final int accumulatorsAt;
    private final int globalsAt;
    /** Where the slots of each weight are. */
    private final List<List<Integer>> slotsOf = new ArrayList<>();

    RuleUpdates(UpdateRule rule, List<Weight> weights, @Nullable Double lossScaleFactor) {
        this.rule = rule;
        this.options = rule.options();
        this.weights = List.copyOf(weights);
        this.lossScaleFactor = lossScaleFactor;
        add(Slot.zeros(Slot.ITERATION, COUNT), NONE);
        rateAt = options.learningRate() instanceof Constant c
                ? add(Slot.filled(Slot.LEARNING_RATE, RATE, c.rate()), NONE)
                : NONE;
        averagesAt = options.useEma() ? addForEach("average") : NONE;
        accumulatorsAt = options.batches() > 1 ? addForEach("gradient_accumulator") : NONE;
        addRounds();
        globalsAt = slots.size();
        if (!weights.isEmpty()) for (Slot s : rule.globalSlots(weights)) add(s, NONE);
    }

    private int add(Slot slot, int weight) {
        slots.add(weight == NONE ? slot : slot.named(name(weight, slot.name())));
        places.add(new Place(slot.name(), weight));
        return slots.size() - 1;
    }

    private int addForEach(String name) {
        int at = slots.size();
        for (int i = 0; i < weights.size(); i++)
            add(Slot.zeros(name, weights.get(i).type()), i);
        return at;
    }

    private void addRounds() {
        List<List<Slot>> each = weights.stream().map(rule::slots).toList();
        int rounds = each.stream()
                .flatMap(List::stream)
                .mapToInt(s -> s.round() + 1)
                .max()
                .orElse(0);
        for (int i = 0; i < weights.size(); i++) slotsOf.add(new ArrayList<>());
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < weights.size(); i++) {
                for (Slot s : each.get(i))
                    if (s.round() == round) slotsOf.get(i).add(add(s, i));
            }
        }
    }

    /** As Keras names an optimizer's variables: {@code dense_kernel_momentum}. */
    private String name(int weight, String slot) {
        return weights.get(weight).path().replace('/', '_') + "_" + slot;
    }

    @Override
    public Optimizer optimizer() {
        return rule;
    }

    @Override
    public List<Slot> slots() {
        return List.copyOf(slots);
    }

    List<Place> places() {
        return List.copyOf(places);
    }

    @Override
    public List<Tensor> initialState(List<Tensor> variables) {
        List<Tensor> r = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            int weight = places.get(i).weight();
            r.add(slots.get(i).initial(weight == NONE ? null : variables.get(weight)));
        }
        return r;
    }

    @Override
    public Result step(List<Value> state, List<Value> variables, List<@Nullable Value> gradients) {
        Value iteration = state.get(0);
        Value rate = rateAt == NONE ? options.learningRate().rate(iteration) : state.get(rateAt);
        List<@Nullable Value> unscaled = map(gradients, g -> lossScaleFactor == null ? g : g.divide(lossScaleFactor));
        List<Value> newState = new ArrayList<>(state);
        List<Value> moved = new ArrayList<>(variables);
        if (accumulatorsAt == NONE) move(iteration, rate, unscaled, moved, newState);
        else accumulate(iteration, rate, unscaled, moved, newState);
        if (averagesAt != NONE) average(steps(iteration), moved, newState);
        for (int i = 0; i < moved.size(); i++) {
            Constraint constraint = weights.get(i).constraint();
            if (constraint != null && gradients.get(i) != null) moved.set(i, constraint.apply(moved.get(i)));
        }
        newState.set(0, iteration.add(1));
        return new Result(moved, newState, rate);
    }

    /** Steps done, which are fewer than batches seen if gradients are accumulated. */
    private Value steps(Value iteration) {
        return accumulatorsAt == NONE ? iteration : iteration.binary(BinaryFunction.FLOOR_DIVIDE, options.batches());
    }

    /** Adds up gradients; every so many batches, makes a step with their mean. */
    private void accumulate(
            Value iteration, Value rate, List<@Nullable Value> gradients, List<Value> variables, List<Value> state) {
        int n = options.batches();
        Value last = isMultiple(iteration.add(1), n);
        List<@Nullable Value> means = new ArrayList<>();
        List<Value> moved = new ArrayList<>(variables), movedState = new ArrayList<>(state);
        for (int i = 0; i < weights.size(); i++) {
            Value g = gradients.get(i);
            Value sum = g == null ? state.get(accumulatorsAt + i) : g.add(state.get(accumulatorsAt + i));
            means.add(g == null ? null : sum.divide(n));
            state.set(accumulatorsAt + i, sum);
            movedState.set(accumulatorsAt + i, Value.zeros(sum.type()));
        }
        move(iteration, rate, means, moved, movedState);
        for (int i = 0; i < moved.size(); i++) variables.set(i, either(last, moved.get(i), variables.get(i)));
        for (int i = 0; i < state.size(); i++) state.set(i, either(last, movedState.get(i), state.get(i)));
    }

    static Value either(Value condition, Value a, Value b) {
        return a.equals(b) ? a : condition.select(a, b);
    }

    private static Value isMultiple(Value number, int n) {
        return number.binary(BinaryFunction.MODULO, n).equal(0);
    }

    /** The step itself: puts new values into the lists. */
    private void move(
            Value iteration, Value rate, List<@Nullable Value> gradients, List<Value> variables, List<Value> state) {
        List<@Nullable Value> clipped = clip(gradients);
        List<Value> globals = state.subList(globalsAt, state.size());
        UpdateRule.Step before = new UpdateRule.Step(steps(iteration), rate, List.copyOf(globals));
        UpdateRule.Step step = new UpdateRule.Step(
                before.iteration(), rate, weights.isEmpty() ? List.of() : rule.updateGlobals(before));
        for (int i = 0; i < globals.size(); i++) globals.set(i, step.globals().get(i));
        for (int i = 0; i < weights.size(); i++) {
            Value gradient = clipped.get(i);
            if (gradient == null) continue;
            Weight w = weights.get(i);
            Value variable = decay(w, variables.get(i), rate);
            List<Value> own = slotsOf.get(i).stream().map(state::get).toList();
            UpdateRule.Update update = rule.update(step, w, variable, gradient.cast(variable.dtype()), own);
            variables.set(i, update.variable());
            for (int k = 0; k < own.size(); k++)
                state.set(slotsOf.get(i).get(k), update.slots().get(k));
        }
    }

    private Value decay(Weight weight, Value variable, Value rate) {
        Double decay = rule.weightDecay(weight);
        if (decay == null) return variable;
        return variable.subtract(
                variable.multiply(UpdateRule.constant(variable, decay)).multiply(rate.cast(variable.dtype())));
    }

    private List<@Nullable Value> clip(List<@Nullable Value> gradients) {
        double each = limit(options.clipnorm()),
                all = limit(options.globalClipnorm()),
                element = limit(options.clipvalue());
        if (each > 0) return map(gradients, g -> clipByNorm(g, each));
        if (all > 0) return clipByGlobalNorm(gradients, all);
        if (element > 0) return map(gradients, g -> g.maximum(-element).minimum(element));
        return gradients;
    }

    /** To Keras, 0 is no limit either. */
    private static double limit(@Nullable Double d) {
        return d == null ? 0 : d;
    }

    private static Value clipByNorm(Value g, double limit) {
        return g.multiply(limit).divide(g.square().sum(true).sqrt().maximum(limit));
    }

    private static List<@Nullable Value> clipByGlobalNorm(List<@Nullable Value> gradients, double limit) {
        Value sum = null;
        for (Value g : gradients) {
            if (g == null) continue;
            Value square = g.square().sum(false);
            sum = sum == null ? square : sum.add(square.cast(sum.dtype()));
        }
        if (sum == null) return gradients;
        Value norm = sum.sqrt();
        Value least = norm.like(1).divide(norm).minimum(1 / limit).multiply(limit);
        Value scale = least.add(norm.subtract(norm)); // not a number, if the norm is not finite
        return map(gradients, g -> g.multiply(scale.cast(g.dtype())));
    }

    private void average(Value steps, List<Value> variables, List<Value> state) {
        for (int i = 0; i < weights.size(); i++) {
            Value v = variables.get(i);
            Value keep = steps.notEqual(0).cast(v.dtype()).multiply(options.emaMomentum());
            Value mean = keep.multiply(state.get(averagesAt + i))
                    .add(keep.subtractFrom(1).multiply(v));
            state.set(averagesAt + i, mean);
            Integer frequency = options.emaOverwriteFrequency();
            if (frequency != null && frequency > 0)
                variables.set(i, isMultiple(steps.add(1), frequency).select(mean, v));
        }
    }

    private interface Formula {
        Value of(Value v);
    }

    private static List<@Nullable Value> map(List<@Nullable Value> values, Formula f) {
        List<@Nullable Value> r = new ArrayList<>();
        for (Value v : values) r.add(v == null ? null : f.of(v));
        return r;
    }

    @Override
    public Value scaleLoss(List<Value> state, Value loss) {
        return lossScaleFactor == null ? loss : loss.multiply(lossScaleFactor);
    }

    @Override
    public <T> List<T> finish(List<T> state, List<T> variables) {
        return averagesAt == NONE ? variables : state.subList(averagesAt, averagesAt + weights.size());
    }

    @Override
    public double learningRate(List<Tensor> state) {
        if (rateAt != NONE) return state.get(rateAt).item();
        Graph rate = new Graph(List.of(), List.of(options.learningRate().rate(Value.constant(state.get(0)))));
        Backend.Compiler compiler = CpuBackend.best().compiler(path -> {
            throw new IllegalStateException("a schedule depends on weight " + path);
        });
        return compiler.compile(rate).run(List.of())[0].item();
    }

    @Override
    public int learningRateAt() {
        if (rateAt == NONE) {
            throw new IllegalStateException(
                    "the learning rate of \"" + rule.name() + "\" is given by a schedule, " + options.learningRate());
        }
        return rateAt;
    }
}
