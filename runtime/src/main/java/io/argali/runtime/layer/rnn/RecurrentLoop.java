package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Loops;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a cell over a sequence: masks, states, direction and what is returned, by the rules of keras/src/backend/tensorflow/rnn.py. The
 * projection of all steps' inputs is computed before the loop.
 */
final class RecurrentLoop {
    private final Recurrent layer;
    private final Recurrence cell;
    private final @Nullable Value mask;
    private final boolean zeroForMask;
    /** Which state a step's output is, or -1. */
    private final int outputState;
    /** Whether what a masked step puts out, the output before it, is that state too. */
    private final boolean previousIsState;
    /** Whether the loop hands the output from step to step. */
    private final boolean carriesOutput;

    private RecurrentLoop(
            Recurrent layer, Recurrence cell, @Nullable Value mask, Recurrence.Step probe, boolean startsAtZero) {
        this.layer = layer;
        this.cell = cell;
        this.mask = mask;
        this.zeroForMask = layer.zeroOutputForMask() && !layer.unroll();
        this.outputState = probe.states().indexOf(probe.output());
        this.previousIsState = outputState >= 0 && (mask == null || !zeroForMask && startsAtZero);
        this.carriesOutput = !previousIsState && (mask != null && !zeroForMask || !layer.returnSequences());
    }

    /**
     * Runs a layer.
     *
     * @param given the initial states; empty if the caller gives none
     */
    static List<Value> run(Recurrent layer, Scope scope, Value sequence, List<Value> given) {
        Recurrence cell = layer.open(scope, sequence.shape().without(1));
        List<TensorType> types = cell.states();
        if (!given.isEmpty() && given.size() != types.size()) {
            throw new ShapeException("has " + types.size() + " states, got " + given.size() + " initial ones");
        }
        boolean startsAtZero = given.isEmpty() && !layer.stateful();
        List<Value> initial = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            TensorType t = types.get(i);
            Value v = startsAtZero
                    ? Value.zeros(t)
                    : given.isEmpty() ? memory(scope, i, t) : given.get(i).cast(t.dtype());
            initial.add(v.broadcastTo(t.shape()));
        }
        Value projected = cell.project(sequence.cast(types.get(0).dtype()));
        Recurrence.Step probe = cell.step(
                Value.parameter(
                        "x", new TensorType(projected.dtype(), projected.shape().without(1))),
                types.stream().map(t -> Value.parameter("state", t)).toList());
        RecurrentLoop loop = new RecurrentLoop(layer, cell, stepMask(scope.mask()), probe, startsAtZero);
        Loops.Result r = loop.scan(projected, initial, probe.output().type());
        List<Value> states = r.carries().subList(0, types.size());
        if (layer.stateful()) {
            for (int i = 0; i < types.size(); i++)
                scope.update(memoryName(i), states.get(i).cast(scope.variableType()));
        }
        List<Value> results = new ArrayList<>();
        results.add(loop.output(r).cast(scope.computeType()));
        if (layer.returnState()) for (Value s : states) results.add(s.cast(scope.computeType()));
        return results;
    }

    private static String memoryName(int i) {
        return i == 0 ? "rnn_state" : "rnn_state_" + i;
    }

    private static Value memory(Scope scope, int i, TensorType t) {
        return scope.memory(memoryName(i), new TensorType(scope.variableType(), t.shape()))
                .cast(t.dtype());
    }

    /** A mask as bools (batch, steps). */
    private static @Nullable Value stepMask(@Nullable Value mask) {
        if (mask == null) return null;
        Value m = mask.cast(DType.BOOL);
        return m.rank() == 2 ? m : m.reshape(m.shape().slice(0, 2));
    }

    private Loops.Result scan(Value projected, List<Value> initial, TensorType output) {
        List<Value> carries = new ArrayList<>(initial);
        if (carriesOutput) carries.add(Value.zeros(output));
        List<Value> sequences = mask == null ? List.of(projected) : List.of(projected, mask);
        return Loops.scan(carries, sequences, projected.shape().dim(1), 1, layer.goBackwards(), this::step);
    }

    private Loops.Step step(Loops.Step in) {
        int n = cell.states().size();
        List<Value> old = in.carries().subList(0, n);
        Recurrence.Step step = cell.step(in.elements().get(0), old);
        List<Value> states = new ArrayList<>(step.states());
        Value output = step.output();
        if (mask != null) {
            Value m = in.elements().get(1);
            for (int i = 0; i < n; i++) states.set(i, where(m, states.get(i), old.get(i)));
            if (previousIsState) output = states.get(outputState);
            else
                output = where(
                        m,
                        output,
                        zeroForMask ? Value.zeros(output.type()) : in.carries().get(n));
        }
        if (carriesOutput) states.add(output);
        return new Loops.Step(states, layer.returnSequences() ? List.of(output) : List.of());
    }

    private static Value where(Value mask, Value a, Value b) {
        int[] d = new int[a.rank()];
        for (int i = 0; i < d.length; i++) d[i] = i < mask.rank() ? mask.shape().dim(i) : 1;
        return mask.reshape(Shape.of(d)).select(a, b);
    }

    private Value output(Loops.Result r) {
        int n = cell.states().size();
        boolean maskAfterwards = mask != null && layer.unroll() && layer.zeroOutputForMask();
        if (layer.returnSequences()) {
            Value y = layer.goBackwards()
                    ? r.stacks().get(0).reverse(1)
                    : r.stacks().get(0);
            // Keras' unrolled loop lays the mask on in the order of the input even if the outputs are in the other.
            return maskAfterwards ? where(Objects.requireNonNull(mask), y, Value.zeros(y.type())) : y;
        }
        Value y = carriesOutput ? r.carries().get(n) : r.carries().get(outputState);
        return maskAfterwards
                ? where(Objects.requireNonNull(mask).at(1, layer.goBackwards() ? 0 : -1), y, Value.zeros(y.type()))
                : y;
    }
}
