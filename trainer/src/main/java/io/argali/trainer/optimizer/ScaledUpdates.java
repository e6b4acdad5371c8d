package io.argali.trainer.optimizer;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Steps that are left out where gradients are not finite. */
final class ScaledUpdates implements Updates {
    private static final int COUNTER = 2;
    private static final int SCALE = 3;
    private static final int OWN = 4;

    private final LossScaleOptimizer optimizer;
    private final Updates inner;

    ScaledUpdates(LossScaleOptimizer optimizer, List<Weight> weights) {
        this.optimizer = optimizer;
        this.inner = Updates.unscaled(optimizer.innerOptimizer(), weights);
    }

    @Override
    public Optimizer optimizer() {
        return optimizer;
    }

    /** Iteration and learning rate are there because Keras' optimizers have them; nothing counts or uses them. */
    private List<Slot> own() {
        TensorType count = new TensorType(DType.INT64, Shape.SCALAR),
                number = new TensorType(DType.FLOAT32, Shape.SCALAR);
        return List.of(
                Slot.zeros(Slot.ITERATION, count),
                Slot.zeros(Slot.LEARNING_RATE, number),
                Slot.zeros(LossScaleOptimizer.STEP_COUNTER, count),
                Slot.filled(LossScaleOptimizer.DYNAMIC_SCALE, number, optimizer.initialScale()));
    }

    @Override
    public List<Slot> slots() {
        return Stream.concat(own().stream(), inner.slots().stream()).toList();
    }

    @Override
    public Map<String, Slot> savedSlots() {
        Map<String, Slot> r = new LinkedHashMap<>();
        for (Slot s : own()) r.put(optimizer.name() + "/" + s.name(), s);
        // What the inner optimizer has before the outer one knows of it is not under the outer one's name.
        inner.savedSlots().forEach((name, s) -> {
            if (isSaved(s)) r.put(s.isBeforeTraining() ? name : optimizer.name() + "/" + name, s);
        });
        return r;
    }

    @Override
    public boolean isSaved(Slot slot) {
        return !slot.aside();
    }

    @Override
    public List<Tensor> initialState(List<Tensor> variables) {
        return Stream.concat(own().stream().map(s -> s.initial(null)), inner.initialState(variables).stream())
                .toList();
    }

    @Override
    public Result step(List<Value> state, List<Value> variables, List<@Nullable Value> gradients) {
        Value counter = state.get(COUNTER), scale = state.get(SCALE);
        Value finite = Value.constant(Tensor.of(new boolean[] {true}).reshape(Shape.SCALAR));
        List<@Nullable Value> unscaled = new ArrayList<>();
        for (Value g : gradients) {
            if (g != null) finite = finite.and(g.unary(UnaryFunction.IS_FINITE).all(false));
            unscaled.add(g == null ? null : g.divide(scale.cast(g.dtype())));
        }
        List<Value> innerState = state.subList(OWN, state.size());
        Result moved = inner.step(innerState, variables, unscaled);
        Value grows = counter.equal(optimizer.dynamicGrowthSteps() - 1);
        List<Value> newState = new ArrayList<>(state.subList(0, COUNTER));
        newState.add(finite.select(grows.select(0, counter.add(1)), 0));
        newState.add(scale.multiply(finite.select(grows.select(scale.like(2), 1), 0.5)));
        newState.addAll(either(finite, moved.state(), innerState));
        return new Result(either(finite, moved.variables(), variables), newState, moved.learningRate());
    }

    private static List<Value> either(Value condition, List<Value> a, List<Value> b) {
        List<Value> r = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) r.add(RuleUpdates.either(condition, a.get(i), b.get(i)));
        return r;
    }

    @Override
    public Value scaleLoss(List<Value> state, Value loss) {
        return loss.multiply(state.get(SCALE).cast(loss.dtype()));
    }

    @Override
    public <T> List<T> finish(List<T> state, List<T> variables) {
        return inner.finish(state.subList(OWN, state.size()), variables);
    }

    @Override
    public double learningRate(List<Tensor> state) {
        return inner.learningRate(state.subList(OWN, state.size()));
    }

    @Override
    public int learningRateAt() {
        return OWN + inner.learningRateAt();
    }
}
