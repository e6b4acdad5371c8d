package io.argali.converters.savedmodel;

import io.argali.loader.protobuf.AttrValue;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An operation that no sum of ours gives, as Java code over whole tensors. Shapes are known when a graph is traced, so its types are. Two are equal if
 * their operations are, whose attributes and inputs say what the rule does.
 */
record HostFunction(Source source, List<TensorType> types, UnaryOperator<List<Tensor>> rule) implements TensorFunction {
    /**
     * What a rule is made from.
     *
     * @param inputs of the operation: constants, the places of others among the function's arguments, or what they are
     * @param part which of the operation's functions it is: one place in the code
     */
    private record Source(String operation, Map<String, AttrValue> attributes, List<Object> inputs, Class<?> part) {}

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return types;
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        return rule.apply(in);
    }

    @Override
    public String name() {
        return source.operation;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof HostFunction h && source.equals(h.source) && types.equals(h.types);
    }

    @Override
    public int hashCode() {
        return Objects.hash(source, types);
    }

    @Override
    public String toString() {
        return source.operation;
    }

    static List<Value> of(Call c, List<TensorType> types, List<Value> inputs, UnaryOperator<List<Tensor>> rule) {
        return of(c, types, inputs, rule, rule.getClass());
    }

    private static List<Value> of(
            Call c, List<TensorType> types, List<Value> inputs, UnaryOperator<List<Tensor>> rule, Class<?> part) {
        List<Object> given = c.inputs().stream().map(i -> standIn(i, inputs)).toList();
        Source source = new Source(c.node().getOp(), c.node().getAttrMap(), given, part);
        return new HostFunction(source, List.copyOf(types), rule).on(inputs.toArray(Value[]::new));
    }

    private static Object standIn(Item item, List<Value> inputs) {
        if (!(item instanceof Item.Dense d)) return item;
        int place = inputs.indexOf(d.value());
        if (place >= 0) return place;
        return d.value().node().op() instanceof Op.Constant k ? k : d.value();
    }

    static Value of(Call c, DType type, Shape shape, List<Value> inputs, UnaryOperator<List<Tensor>> rule) {
        return of(c, List.of(new TensorType(type, shape)), inputs, rule).get(0);
    }

    /** Results with lengths that depend on the data: unknown in their types, and measured by a first run. */
    static List<Value> measured(Call c, List<TensorType> types, List<Value> inputs, UnaryOperator<List<Tensor>> rule) {
        int open = (int) types.stream()
                .flatMap(t -> t.shape().toList().stream())
                .filter(n -> n == Shape.UNKNOWN)
                .count();
        Value lengths = of(
                        c,
                        List.of(TensorType.of(DType.INT32, open)),
                        inputs,
                        in -> List.of(lengths(types, rule.apply(in), open)),
                        rule.getClass())
                .get(0);
        int[] found = c.tracer().ints(lengths);
        List<TensorType> known = new ArrayList<>();
        int at = 0;
        for (TensorType t : types) {
            int[] d = t.shape().toArray();
            for (int i = 0; i < d.length; i++) if (d[i] == Shape.UNKNOWN) d[i] = found[at++];
            known.add(new TensorType(t.dtype(), ShapeOps.shape(d)));
        }
        return of(c, known, inputs, rule);
    }

    private static Tensor lengths(List<TensorType> types, List<Tensor> results, int open) {
        int[] r = new int[open];
        int at = 0;
        for (int k = 0; k < types.size(); k++) {
            int[] d = types.get(k).shape().toArray();
            for (int i = 0; i < d.length; i++)
                if (d[i] == Shape.UNKNOWN) r[at++] = results.get(k).shape().dim(i);
        }
        return Tensor.of(r, open);
    }
}
