package io.argali.runtime.layer;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a layer may ask for while it is traced. */
public interface Scope {
    /** The layer's place: names from the model down, separated by slashes. */
    String path();

    /**
     * A trainable weight, in the layer's variable type, cast to its compute type. The order in which a layer first asks for its weights is
     * the order in which Keras stores them.
     */
    Value weight(String name, Shape shape, WeightOptions options);

    /** A trainable weight in its own variable type, not cast (Keras' {@code autocast=False}). */
    Value uncastWeight(String name, Shape shape, WeightOptions options);

    /** A weight that training never changes, not cast; stored in its turn among those that it does. */
    Value frozen(String name, DType dtype, Shape shape, Initializer initializer);

    /** A weight that a step of training overwrites by what stands in the place of its gradient; not cast, stored after the others. */
    Value overwritten(String name, DType dtype, Shape shape, Initializer initializer);

    /** The adapters A and B of a weight of the given shape, cast to the compute type; null if the layer has none. */
    @Nullable
    Adapters adapters(String weight, Shape shape, WeightOptions options);

    /** What {@link Lora} adds to a weight: {@code alpha/rank · a·b}. */
    record Adapters(Lora lora, Value a, Value b) {
        /** What is added, from what A makes of the input. */
        public Value scaled(Value byA) {
            return byA.matMul(b).multiply(lora.alpha() / lora.rank());
        }
    }

    /**
     * A weight that training updates by other means than gradients, or never; not cast. A layer that is called several times in one model sees
     * what its last call left.
     */
    Value state(String name, DType dtype, Shape shape, Initializer initializer);

    /**
     * What a layer remembers from call to call, as a stateful recurrent layer does: zeros at first, changed by {@link #update}, part of no file.
     * A layer that is called several times in one model sees what its last call left.
     */
    Value memory(String name, TensorType type);

    /** The value that the {@link #state} or {@link #memory} of this name has after the step. */
    void update(String name, Value value);

    /**
     * What becomes of a weight of an inner layer at its next use: the layer sees the new value, gradients are by that one, and it is what a step of training
     * starts from.
     *
     * @param path from here ({@code layer/kernel})
     */
    void renew(String path, UnaryOperator<Value> function);

    /** The scope of an inner layer that is an attribute of this one and has no configuration of its own (LSTM's {@code cell}). */
    Scope child(String attribute, Layer layer);

    /** The scope of an inner layer that has its own configuration, and is not called as a layer (RNN's {@code cell}). */
    Scope child(String attribute, Instance layer);

    /**
     * Calls an inner layer that has its own configuration.
     *
     * @param attribute the name under which this layer holds it
     * @param arguments positional arguments: values, or lists and maps of them
     */
    List<Value> call(String attribute, Instance layer, List<?> arguments, Map<String, ?> keywords);

    /** Calls an inner layer on one value. */
    default Value call(String attribute, Instance layer, Value x) {
        return call(attribute, layer, List.of(x), Map.of()).get(0);
    }

    /** What the caller gave for a parameter: a value, a list or map of values, a number, a string, a boolean; null if nothing. */
    @Nullable
    Object argument(String parameter);

    /** A parameter that is one value. */
    default @Nullable Value value(String parameter) {
        return (Value) argument(parameter);
    }

    /** A parameter that is one value and must be given. */
    default Value requiredValue(String parameter) {
        Value v = value(parameter);
        if (v == null)
            throw new io.argali.runtime.tensor.ShapeException("the argument \"" + parameter + "\" is missing");
        return v;
    }

    /** A parameter that is true or false. */
    default boolean flag(String parameter, boolean otherwise) {
        return argument(parameter) instanceof Boolean b ? b : otherwise;
    }

    /** The parameter {@code mask}: bool, true where the input counts. */
    default @Nullable Value mask() {
        return argument("mask") instanceof Value v ? v : null;
    }

    /** The mask that a value carries. */
    @Nullable
    Value maskOf(Value x);

    /** Makes a value carry a mask, or none. */
    void setMask(Value x, @Nullable Value mask);

    /**
     * A length of an axis that the data decides, such as the words of the longest sentence of a batch. It is computed before the graph around it is
     * finished, which then holds for batches with the same length. Nothing but shapes may depend on it: an export has stand-ins here.
     *
     * @param number an integer scalar, computed from the model's inputs
     */
    int lengthOf(Value number);

    /** As {@link #lengthOf}, of a number that decides what is done: no export has a stand-in for it. */
    int numberOf(Value number);

    boolean training();

    /** Whether the layer's weights may change; a frozen layer is not. */
    boolean trainable();

    /** Uniform in [0, 1) or standard normal, float32, new in every step. */
    Value random(boolean normal, Shape shape);

    /** What the layer computes in. */
    DType computeType();

    /** An input as it meets a weight: integers and flags become the compute type. */
    default Value floating(Value x) {
        return x.dtype().isFloating() ? x : x.cast(computeType());
    }

    /** What the layer keeps its weights in. */
    DType variableType();

    /** What the configuration says of both, and of layers inside. */
    DTypePolicy policy();

    /** How the layer's large weights are kept; null if they are plain numbers. */
    @Nullable
    Quantization quantization();
}
