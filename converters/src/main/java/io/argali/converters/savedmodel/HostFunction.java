package io.argali.converters.savedmodel;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/** An operation that no sum of ours gives, as Java code over whole tensors. Shapes are known when a graph is traced, so its types are. */
record HostFunction(String name, List<TensorType> types, UnaryOperator<List<Tensor>> rule) implements TensorFunction {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return types;
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        return rule.apply(in);
    }

    @Override
    public String toString() {
        return name;
    }

    static List<Value> of(Call c, List<TensorType> types, List<Value> inputs, UnaryOperator<List<Tensor>> rule) {
        return new HostFunction(c.node().getOp(), List.copyOf(types), rule).on(inputs.toArray(Value[]::new));
    }

    static Value of(Call c, DType type, Shape shape, List<Value> inputs, UnaryOperator<List<Tensor>> rule) {
        return of(c, List.of(new TensorType(type, shape)), inputs, rule).get(0);
    }

    /** A function of each number by itself, in float64. */
    static Value each(Call c, DoubleUnaryOperator f) {
        Value x = c.value(0);
        return of(
                c,
                x.dtype(),
                x.shape(),
                List.of(x),
                in -> List.of(Tensor.wrap(
                                DType.FLOAT64,
                                x.shape(),
                                Arrays.stream(in.get(0).toDoubleArray()).map(f).toArray())
                        .cast(x.dtype())));
    }

    /** A function of the numbers at one place of several tensors, which broadcast, in float64. */
    static Value each(Call c, int count, ToDoubleFunction<double[]> f) {
        Shape shape = c.values(0, count).stream().map(Value::shape).reduce(Shape.SCALAR, Shape::broadcast);
        DType type = c.value(0).dtype();
        List<Value> inputs =
                c.values(0, count).stream().map(v -> v.broadcastTo(shape)).toList();
        return of(c, type, shape, inputs, in -> {
            double[][] given = in.stream().map(Tensor::toDoubleArray).toArray(double[][]::new);
            double[] r = new double[shape.size()], at = new double[count];
            for (int i = 0; i < r.length; i++) {
                for (int k = 0; k < count; k++) at[k] = given[k][i];
                r[i] = f.applyAsDouble(at);
            }
            return List.of(Tensor.wrap(DType.FLOAT64, shape, r).cast(type));
        });
    }

    /** Results with lengths that depend on the data: unknown in their types, and measured by a first run. */
    static List<Value> measured(Call c, List<TensorType> types, List<Value> inputs, UnaryOperator<List<Tensor>> rule) {
        int open = (int) types.stream()
                .flatMap(t -> t.shape().toList().stream())
                .filter(n -> n == Shape.UNKNOWN)
                .count();
        Value lengths = of(c, DType.INT32, Shape.of(open), inputs, in -> List.of(lengths(types, rule.apply(in), open)));
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
