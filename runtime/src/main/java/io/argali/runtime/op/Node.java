package io.argali.runtime.op;

import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** One application of an operation. Nodes are compared by identity. */
public final class Node {
    /** The path of the layer that is being traced; it names the layer in every later error and profile. */
    public static final ScopedValue<String> ORIGIN = ScopedValue.newInstance();

    private final Op op;
    private final List<Value> inputs;
    private final List<TensorType> types;
    private final String origin;

    private Node(Op op, List<Value> inputs, List<TensorType> types, String origin) {
        this.op = op;
        this.inputs = inputs;
        this.types = types;
        this.origin = origin;
    }

    /**
     * Applies an operation.
     *
     * @throws ShapeException if the inputs do not fit; the message begins with the layer's path
     */
    public static Node of(Op op, List<Value> inputs) {
        return of(op, inputs, ORIGIN.isBound() ? ORIGIN.get() : "");
    }

    /** As {@link #of(Op, List)}, on behalf of the layer at {@code origin}. */
    public static Node of(Op op, List<Value> inputs, String origin) {
        return new Node(
                op,
                List.copyOf(inputs),
                op.infer(inputs.stream().map(Value::type).toList()),
                origin);
    }

    public Op op() {
        return op;
    }

    public List<Value> inputs() {
        return inputs;
    }

    public Value input(int i) {
        return inputs.get(i);
    }

    /** The types of the results. */
    public List<TensorType> types() {
        return types;
    }

    /** The path of the layer that this node was traced for. */
    public String origin() {
        return origin;
    }

    public Value output(int i) {
        return new Value(this, i);
    }

    /** The results. */
    public List<Value> outputs() {
        return java.util.stream.IntStream.range(0, types.size())
                .mapToObj(this::output)
                .toList();
    }

    @Override
    public String toString() {
        return op + (origin.isEmpty() ? "" : " of " + origin) + " → " + types;
    }
}
