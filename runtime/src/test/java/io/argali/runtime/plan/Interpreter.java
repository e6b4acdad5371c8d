package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * Runs a graph node by node in doubles, each element by the definition of its operation, by coordinates: slow, and as plain as can be. What plans
 * compute is held against it.
 */
final class Interpreter {
    private final Map<Value, double[]> values = new HashMap<>();

    static List<double[]> run(Graph graph, List<double[]> parameters) {
        Interpreter in = new Interpreter();
        for (int i = 0; i < parameters.size(); i++)
            in.values.put(graph.parameters().get(i), parameters.get(i));
        for (Node n : graph.nodes()) if (!in.values.containsKey(n.output(0))) in.evaluate(n);
        return graph.outputs().stream().map(in.values::get).toList();
    }

    private double[] value(Node n, int input) {
        return values.get(n.input(input));
    }

    private void evaluate(Node n) {
        Shape shape = n.types().get(0).shape();
        switch (n.op()) {
            case Op.Constant c -> values.put(n.output(0), c.tensor().toDoubleArray());
            case Op.Unary u -> each(n, at -> unary(u, pick(n, 0, at)));
            case Op.Binary b -> each(n, at -> binary(b, n, pick(n, 0, at), pick(n, 1, at)));
            case Op.Select s -> each(n, at -> pick(n, 0, at) != 0 ? pick(n, 1, at) : pick(n, 2, at));
            case Op.Cast c -> each(n, at -> c.dtype() == DType.BOOL ? (pick(n, 0, at) != 0 ? 1 : 0) : pick(n, 0, at));
            case Op.Reshape r -> values.put(n.output(0), value(n, 0));
            case Op.Broadcast b -> each(n, at -> pick(n, 0, at));
            case Op.Transpose t ->
                each(n, at -> {
                    int[] from = new int[at.length];
                    for (int i = 0; i < at.length; i++) from[t.permutation().get(i)] = at[i];
                    return get(n, 0, from);
                });
            case Op.Slice s ->
                each(n, at -> {
                    int[] from = at.clone();
                    for (int i = 0; i < at.length; i++)
                        from[i] = s.starts().get(i) + at[i] * s.strides().get(i);
                    return get(n, 0, from);
                });
            case Op.Concat c ->
                each(n, at -> {
                    int[] from = at.clone();
                    int k = 0;
                    while (from[c.axis()] >= n.input(k).shape().dim(c.axis()))
                        from[c.axis()] -= n.input(k++).shape().dim(c.axis());
                    return get(n, k, from);
                });
            case Op.Reduce r -> reduce(n, r, shape);
            case Op.MatMul m ->
                each(n, at -> {
                    Shape a = n.input(0).shape();
                    int k = a.dim(m.transposeA() ? -2 : -1);
                    double sum = 0;
                    for (int p = 0; p < k; p++)
                        sum += matrix(n, 0, at, m.transposeA(), at[at.length - 2], p)
                                * matrix(n, 1, at, m.transposeB(), p, at[at.length - 1]);
                    return sum;
                });
            default -> throw new IllegalStateException("the test's interpreter lacks " + n.op());
        }
    }

    private double matrix(Node n, int input, int[] at, boolean transposed, int row, int column) {
        Shape s = n.input(input).shape();
        int[] from = new int[s.rank()];
        for (int i = 0; i < s.rank() - 2; i++) from[i] = s.dim(i) == 1 ? 0 : at[at.length - s.rank() + i];
        from[s.rank() - 2] = transposed ? column : row;
        from[s.rank() - 1] = transposed ? row : column;
        return get(n, input, from);
    }

    private void reduce(Node n, Op.Reduce r, Shape shape) {
        Shape x = n.input(0).shape();
        double[] y = new double[shape.size()];
        boolean[] begun = new boolean[y.length];
        DoubleBinaryOperator f = r.function() == ReduceFunction.ANY
                ? Math::max
                : r.function() == ReduceFunction.ALL ? Math::min : ScalarFunctions.ofDoubles(r.function());
        Shape kept = new Op.Reduce(r.function(), r.axes(), true)
                .infer(List.of(n.input(0).type()))
                .get(0)
                .shape();
        for (int i = 0; i < x.size(); i++) {
            int[] at = coordinates(x, i);
            for (int a : r.axes()) at[a] = 0;
            int to = offset(kept, at);
            y[to] = begun[to] ? f.applyAsDouble(y[to], value(n, 0)[i]) : value(n, 0)[i];
            begun[to] = true;
        }
        values.put(n.output(0), y);
    }

    private static double unary(Op.Unary u, double x) {
        return switch (u.function()) {
            case NOT -> x == 0 ? 1 : 0;
            case IS_FINITE -> Double.isFinite(x) ? 1 : 0;
            default -> ScalarFunctions.ofDoubles(u.function()).applyAsDouble(x);
        };
    }

    private static double binary(Op.Binary b, Node n, double x, double y) {
        return switch (b.function()) {
            case AND -> x != 0 && y != 0 ? 1 : 0;
            case OR -> x != 0 || y != 0 ? 1 : 0;
            case XOR -> (x != 0) != (y != 0) ? 1 : 0;
            default -> ScalarFunctions.ofDoubles(b.function()).applyAsDouble(x, y);
        };
    }

    private void each(Node n, java.util.function.ToDoubleFunction<int[]> f) {
        Shape s = n.types().get(0).shape();
        double[] y = new double[s.size()];
        for (int i = 0; i < y.length; i++) y[i] = f.applyAsDouble(coordinates(s, i));
        values.put(n.output(0), y);
    }

    /** The input's element that broadcasts to a place of the result. */
    private double pick(Node n, int input, int[] at) {
        Shape s = n.input(input).shape();
        int[] from = new int[s.rank()];
        for (int i = 0; i < from.length; i++) from[i] = s.dim(i) == 1 ? 0 : at[at.length - from.length + i];
        return get(n, input, from);
    }

    private double get(Node n, int input, int[] at) {
        return value(n, input)[offset(n.input(input).shape(), at)];
    }

    private static int offset(Shape s, int[] at) {
        int o = 0;
        for (int i = 0; i < at.length; i++) o = o * s.dim(i) + at[i];
        return o;
    }

    private static int[] coordinates(Shape s, int i) {
        int[] at = new int[s.rank()];
        int rest = i;
        for (int d = at.length - 1; d >= 0; d--) {
            at[d] = rest % s.dim(d);
            rest /= s.dim(d);
        }
        return at;
    }
}
