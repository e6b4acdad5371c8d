package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent layer and one that walks the sequence from its end, put together. (batch, steps, n) → (batch, 2 · units) where outputs are
 * concatenated; then the states of both, if the layers return them.
 *
 * @param mergeMode {@code concat}, {@code sum}, {@code mul} or {@code ave}; null for both outputs as they are
 * @param backwardLayer null for the layer itself with {@code go_backwards=True}
 */
public record Bidirectional(
        Instance layer,
        @Nullable String mergeMode,
        @Nullable Instance backwardLayer) implements Layer {
    public static final Bidirectional DEFAULTS = new Bidirectional(Instance.of("layer", LSTM.DEFAULTS), "concat", null);

    /** A layer and the same with weights of its own, their outputs concatenated. */
    public static Bidirectional of(Recurrent layer) {
        return new Bidirectional(Instance.of("layer", layer), "concat", null);
    }

    @Override
    public List<String> parameters() {
        return List.of("sequences", "initial_state", "mask");
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        Recurrent forward = recurrent(layer);
        Instance other = backwardLayer != null ? backwardLayer : layer.withLayer(forward.withGoBackwards(true));
        Recurrent backward = recurrent(other);
        check(forward, backward);
        List<Value> states =
                inputs.size() > 1 ? inputs.subList(1, inputs.size()) : Cells.leaves(scope.argument("initial_state"));
        int half = states.size() / 2;
        List<Value> y = run(scope, "forward_layer", layer, forward, inputs.get(0), states.subList(0, half));
        List<Value> z =
                run(scope, "backward_layer", other, backward, inputs.get(0), states.subList(half, states.size()));
        Value ahead = y.get(0).cast(scope.computeType()), back = z.get(0).cast(scope.computeType());
        if (forward.returnSequences()) back = back.reverse(1);
        List<Value> results = new ArrayList<>(merged(ahead, back));
        if (forward.returnState()) {
            results.addAll(y.subList(1, y.size()));
            results.addAll(z.subList(1, z.size()));
        }
        return results;
    }

    private static Recurrent recurrent(Instance layer) {
        if (layer.layer() instanceof Recurrent r) return r;
        throw new ShapeException("\"" + layer.name() + "\" is no recurrent layer: " + layer.layer());
    }

    private static void check(Recurrent forward, Recurrent backward) {
        boolean alike = forward.goBackwards() != backward.goBackwards()
                && forward.returnSequences() == backward.returnSequences()
                && forward.returnState() == backward.returnState()
                && forward.stateful() == backward.stateful();
        if (!alike) {
            throw new ShapeException(
                    "the layers must differ in go_backwards, and agree in return_sequences, return_state and stateful: "
                            + forward + ", " + backward);
        }
    }

    private static List<Value> run(
            Scope scope, String attribute, Instance instance, Recurrent layer, Value x, List<Value> states) {
        Map<String, Object> keywords = new HashMap<>();
        if (!states.isEmpty()) keywords.put("initial_state", states);
        if (scope.mask() != null) keywords.put("mask", scope.mask());
        // Sequences of masked steps come out as zeros, whatever the layers say.
        Instance zeroing = instance.withLayer(layer.withZeroOutputForMask(layer.returnSequences()));
        return scope.call(attribute, zeroing, List.of(x), keywords);
    }

    private List<Value> merged(Value ahead, Value back) {
        return switch (mergeMode) {
            case null -> List.of(ahead, back);
            case "concat" -> List.of(Value.concat(-1, List.of(ahead, back)));
            case "sum" -> List.of(ahead.add(back));
            case "ave" -> List.of(ahead.add(back).divide(2));
            case "mul" -> List.of(ahead.multiply(back));
            default ->
                throw new ShapeException("merge_mode is \"" + mergeMode + "\", expected concat, sum, mul, ave or null");
        };
    }
}
