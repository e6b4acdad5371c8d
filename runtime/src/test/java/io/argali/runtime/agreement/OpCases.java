package io.argali.runtime.agreement;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.special.SpecialFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Each operation over types, shapes and attributes: a table that every backend runs, and on which all must agree. */
public final class OpCases {
    /** The weights that the cases' variables name. */
    public static final Map<String, Tensor> WEIGHTS = Map.of("w", values(DType.FLOAT32, Kind.ANY, 99, 3, 4));

    private static final List<DType> FLOATS = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);
    private static final List<DType> INTEGERS = List.of(DType.INT32, DType.INT64, DType.UINT8, DType.INT8);

    /**
     * A graph with its inputs.
     *
     * @param repeats whether two runs, or two backends, give the same numbers
     */
    public record Case(String name, Graph graph, List<Tensor> inputs, boolean repeats) {
        /** The operations of the graph, with those of the graphs in it. */
        public Set<Op> operations() {
            Set<Op> r = new HashSet<>();
            collect(graph, r);
            return r;
        }

        private static void collect(Graph g, Set<Op> r) {
            for (Value p : g.parameters()) r.add(p.node().op());
            for (Node n : g.nodes()) {
                r.add(n.op());
                switch (n.op()) {
                    case Op.Scan s -> collect(s.body(), r);
                    case Op.While w -> {
                        collect(w.condition(), r);
                        collect(w.body(), r);
                    }
                    case Op.If i -> {
                        collect(i.then(), r);
                        collect(i.otherwise(), r);
                    }
                    default -> {}
                }
            }
        }
    }

    /** How two results of a case differ; null if only in the order of their sums. */
    public static String difference(Tensor e, Tensor a) {
        if (!e.type().equals(a.type())) return "expected " + e.type() + ", got " + a.type();
        double[] x = e.toDoubleArray(), y = a.toDoubleArray();
        double bound = switch (e.dtype()) {
            case FLOAT32 -> 1e-5;
            case FLOAT16 -> 2e-3;
            case BFLOAT16 -> 1.6e-2;
            case FLOAT64 -> 1e-12;
            default -> 0;
        };
        double largest =
                Arrays.stream(x).filter(Double::isFinite).map(Math::abs).max().orElse(0);
        for (int i = 0; i < x.length; i++) {
            boolean same = x[i] == y[i]
                    || Double.isNaN(x[i]) && Double.isNaN(y[i])
                    || Math.abs(x[i] - y[i]) <= bound * Math.max(1, largest);
            if (!same) return "element " + i + ": expected " + x[i] + ", got " + y[i];
        }
        return null;
    }

    private final List<Case> cases = new ArrayList<>();

    private OpCases() {}

    public static List<Case> all() {
        OpCases c = new OpCases();
        c.unary();
        c.binary();
        c.selections();
        c.movement();
        c.reductions();
        c.products();
        c.windows();
        c.indexing();
        c.leaves();
        c.special();
        c.control();
        return List.copyOf(c.cases);
    }

    // Inputs

    private enum Kind {
        ANY,
        POSITIVE,
        /** Inside (−1, 1). */
        UNIT,
        /** At least 1. */
        ABOVE_ONE,
        /** Whole numbers from 1 to 4. */
        SMALL,
        /** With infinities and not-a-number. */
        SPECIAL
    }

    private static Tensor values(DType t, Kind kind, int seed, int... shape) {
        SplittableRandom r = new SplittableRandom(seed);
        double[] x = new double[Shape.of(shape).size()];
        for (int i = 0; i < x.length; i++) {
            double g = r.nextGaussian();
            x[i] = switch (kind) {
                case ANY -> t.isFloating() ? g : t.isUnsigned() || t == DType.BOOL ? r.nextInt(9) : r.nextInt(-9, 10);
                case POSITIVE -> Math.abs(g) + 0.1;
                case UNIT -> Math.tanh(g) * 0.95;
                case ABOVE_ONE -> 1 + Math.abs(g);
                case SMALL -> r.nextInt(1, 5);
                case SPECIAL -> i % 5 == 1 ? Double.NaN : i % 5 == 2 ? Double.NEGATIVE_INFINITY : i % 5 == 3 ? 1e30 : g;
            };
            if (t == DType.BOOL) x[i] = r.nextBoolean() ? 1 : 0;
        }
        return Tensor.wrap(DType.FLOAT64, Shape.of(shape), x).cast(t);
    }

    private static Tensor any(DType t, int... shape) {
        return values(t, Kind.ANY, 7 + shape.length, shape);
    }

    private static Tensor floats(int... shape) {
        return any(DType.FLOAT32, shape);
    }

    private void add(String name, Function<List<Value>, List<Value>> f, Tensor... inputs) {
        add(name, true, f, inputs);
    }

    private void add(String name, boolean repeats, Function<List<Value>, List<Value>> f, Tensor... inputs) {
        List<Value> parameters = new ArrayList<>();
        for (Tensor t : inputs) parameters.add(Value.parameter("p" + parameters.size(), t.type()));
        String types =
                Arrays.stream(inputs).map(t -> t.type().toString()).toList().toString();
        cases.add(new Case(name + " " + types, new Graph(parameters, f.apply(parameters)), List.of(inputs), repeats));
    }

    private void one(String name, Function<List<Value>, Value> f, Tensor... inputs) {
        add(name, v -> List.of(f.apply(v)), inputs);
    }

    private void op(Op op, Tensor... inputs) {
        add(op.toString(), v -> Node.of(op, v).outputs(), inputs);
    }

    // Elementwise

    private void unary() {
        for (UnaryFunction f : UnaryFunction.values()) {
            for (DType t : types(f)) {
                for (int[] shape : List.of(new int[] {37}, new int[] {3, 1, 5}, new int[] {}))
                    one(f.toString(), v -> v.get(0).unary(f), values(t, kind(f), 3, shape));
            }
        }
        for (UnaryFunction f :
                List.of(UnaryFunction.EXP, UnaryFunction.TANH, UnaryFunction.SIGMOID, UnaryFunction.RELU))
            one(f + " of extremes", v -> v.get(0).unary(f), values(DType.FLOAT32, Kind.SPECIAL, 1, 41));
    }

    private static List<DType> types(UnaryFunction f) {
        List<DType> all = new ArrayList<>(FLOATS);
        all.addAll(INTEGERS);
        return switch (f) {
            case NOT -> List.of(DType.BOOL);
            case BITWISE_NOT -> INTEGERS;
            case NEGATE, ABS, SIGN, SQUARE -> all;
            default -> FLOATS;
        };
    }

    private static Kind kind(UnaryFunction f) {
        return switch (f) {
            case RECIPROCAL, SQRT, RSQRT, LOG, LOG1P -> Kind.POSITIVE;
            case ASIN, ACOS, ATANH, ERF_INVERSE, TAN -> Kind.UNIT;
            case ACOSH -> Kind.ABOVE_ONE;
            case IS_NAN, IS_INFINITE, IS_FINITE -> Kind.SPECIAL;
            default -> Kind.ANY;
        };
    }

    private void binary() {
        int[][][] shapes = {{{37}, {37}}, {{4, 1, 5}, {3, 1}}, {{}, {6}}, {{2, 33}, {33}}, {{2, 33}, {2, 1}}};
        for (BinaryFunction f : BinaryFunction.values()) {
            for (DType t : types(f)) {
                for (int[][] s : shapes) {
                    boolean positive = f == BinaryFunction.POWER && t.isFloating();
                    Tensor a = values(
                            t, positive ? Kind.POSITIVE : f == BinaryFunction.POWER ? Kind.SMALL : Kind.ANY, 5, s[0]);
                    one(f.toString(), v -> v.get(0).binary(f, v.get(1)), a, values(t, second(f), 6, s[1]));
                }
            }
        }
    }

    private static List<DType> types(BinaryFunction f) {
        List<DType> all = new ArrayList<>(FLOATS);
        all.addAll(INTEGERS);
        return switch (f) {
            case AND, OR, XOR -> List.of(DType.BOOL);
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> INTEGERS;
            case DIVIDE, ATAN2 -> FLOATS;
            default -> all;
        };
    }

    private static Kind second(BinaryFunction f) {
        return switch (f) {
            case DIVIDE, FLOOR_DIVIDE, MODULO, POWER, SHIFT_LEFT, SHIFT_RIGHT -> Kind.SMALL;
            default -> Kind.ANY;
        };
    }

    private void selections() {
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.INT32, DType.INT64, DType.BOOL)) {
            op(new Op.Select(), any(DType.BOOL, 3, 17), any(t, 3, 17), any(t, 17));
            op(new Op.Select(), any(DType.BOOL, 3, 1), any(t, 3, 17), any(t));
        }
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                if (from != DType.STRING && to != DType.STRING) op(new Op.Cast(to), values(from, Kind.SMALL, 2, 3, 7));
            }
        }
        op(new Op.Cast(DType.INT32), floats(40)); // towards zero
    }

    // Movement

    private void movement() {
        for (DType t : List.of(
                DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.INT32, DType.INT64, DType.UINT8, DType.BOOL)) {
            op(new Op.Reshape(Shape.of(3, 8)), any(t, 2, 3, 4));
            op(new Op.Transpose(List.of(1, 0)), any(t, 9, 17));
            op(new Op.Transpose(List.of(0, 2, 1, 3)), any(t, 2, 3, 5, 4));
            op(new Op.Transpose(List.of(2, 0, 1)), any(t, 3, 5, 4));
            op(new Op.Broadcast(Shape.of(4, 3, 5)), any(t, 3, 1));
            op(new Op.Broadcast(Shape.of(2, 6)), any(t));
            op(new Op.Slice(List.of(1, 0, 2), Shape.of(2, 3, 2), List.of(1, 1, 2)), any(t, 4, 3, 7));
            op(new Op.Pad(List.of(1, 0), List.of(2, 3), List.of(0, 1), 0), any(t, 3, 4));
            op(new Op.Concat(1), any(t, 2, 3), any(t, 2, 1), any(t, 2, 4));
            op(new Op.Concat(0), any(t, 2, 3), any(t, 5, 3));
            op(new Op.Reverse(List.of(0, 2)), any(t, 2, 3, 5));
        }
        op(new Op.Pad(List.of(1, 2), List.of(0, 1), List.of(2, 0), -1.5), floats(3, 4));
        op(new Op.Slice(List.of(0), Shape.of(0), List.of(1)), floats(5));
    }

    // Reductions

    private void reductions() {
        for (ReduceFunction f : ReduceFunction.values()) {
            boolean logical = f == ReduceFunction.ANY || f == ReduceFunction.ALL;
            List<DType> types = logical
                    ? List.of(DType.BOOL)
                    : List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.INT32, DType.INT64);
            for (DType t : types) {
                for (List<Integer> axes :
                        List.of(List.of(0), List.of(2), List.of(0, 2), List.of(1), List.of(0, 1, 2))) {
                    op(new Op.Reduce(f, axes, false), any(t, 3, 4, 19));
                    op(new Op.Reduce(f, axes, true), any(t, 3, 4, 19));
                }
                if (logical) continue;
                for (int axis = 0; axis < 2; axis++) {
                    op(new Op.Cumulative(f, axis, false, false), any(t, 5, 6));
                    op(new Op.Cumulative(f, axis, true, true), any(t, 5, 6));
                }
            }
        }
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64)) {
            for (boolean max : new boolean[] {true, false}) {
                op(new Op.ArgReduce(max, 1), any(t, 4, 23));
                op(new Op.ArgReduce(max, 0), any(t, 4, 23));
                op(new Op.ArgSort(1, max), any(t, 4, 23));
                op(new Op.ArgSort(0, max), any(t, 9, 2));
            }
        }
    }

    // Contractions

    private void products() {
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.INT32)) {
            for (boolean ta : new boolean[] {false, true}) {
                for (boolean tb : new boolean[] {false, true}) {
                    op(new Op.MatMul(ta, tb), matrix(t, ta, 5, 17), matrix(t, tb, 17, 9));
                    op(new Op.MatMul(ta, tb), matrix(t, ta, 1, 33), matrix(t, tb, 33, 20));
                }
            }
            op(new Op.MatMul(false, false), any(t, 2, 1, 3, 4), any(t, 5, 4, 2));
            op(new Op.MatMul(false, true), any(t, 2, 3, 4), any(t, 2, 6, 4));
        }
    }

    private static Tensor matrix(DType t, boolean transposed, int m, int n) {
        return transposed ? any(t, n, m) : any(t, m, n);
    }

    private static Op.Window window(List<Integer> strides, List<Integer> dilations, int low, int high) {
        return new Op.Window(
                strides,
                dilations,
                strides.stream().map(s -> low).toList(),
                strides.stream().map(s -> high).toList());
    }

    private void windows() {
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64)) {
            conv(t, window(List.of(1, 1), List.of(1, 1), 1, 1), 1, new int[] {2, 7, 6, 4}, 3, 3, 4, 8);
            conv(t, window(List.of(2, 2), List.of(1, 1), 0, 1), 1, new int[] {2, 8, 9, 3}, 3, 2, 3, 5);
            conv(t, window(List.of(1, 1), List.of(2, 2), 2, 2), 1, new int[] {1, 8, 9, 3}, 3, 3, 3, 4);
            conv(t, window(List.of(1, 1), List.of(1, 1), 0, 0), 1, new int[] {2, 5, 5, 6}, 1, 1, 6, 7);
            conv(t, window(List.of(1, 1), List.of(1, 1), 1, 1), 4, new int[] {2, 7, 6, 4}, 3, 3, 1, 4);
            conv(t, window(List.of(2, 2), List.of(1, 1), 1, 1), 3, new int[] {2, 7, 6, 3}, 3, 3, 1, 6);
            conv(t, window(List.of(1, 1), List.of(1, 1), 1, 1), 2, new int[] {1, 6, 6, 4}, 3, 3, 2, 6);
            conv(t, window(List.of(2), List.of(1), 2, 1), 1, new int[] {2, 11, 3}, 4, 3, 5);
            conv(t, window(List.of(1, 2, 1), List.of(1, 1, 1), 1, 0), 1, new int[] {1, 4, 6, 5, 2}, 2, 2, 2, 2, 3);
        }
        for (boolean max : new boolean[] {true, false}) {
            pool(max, List.of(2, 2), window(List.of(2, 2), List.of(1, 1), 0, 0), 2, 6, 8, 5);
            pool(max, List.of(3, 3), window(List.of(2, 2), List.of(1, 1), 1, 1), 2, 7, 7, 3);
            pool(max, List.of(3), window(List.of(1), List.of(1), 1, 1), 2, 9, 4);
            pool(max, List.of(2, 2, 2), window(List.of(1, 2, 2), List.of(1, 1, 1), 0, 0), 1, 4, 4, 6, 2);
        }
    }

    private void conv(DType t, Op.Window w, int groups, int[] x, int... kernel) {
        Op.Conv forward = new Op.Conv(w, groups);
        Tensor input = any(t, x), k = any(t, kernel);
        op(forward, input, k);
        Shape y = forward.infer(List.of(input.type(), k.type())).get(0).shape();
        Tensor dy = values(t, Kind.ANY, 11, y.toArray());
        op(new Op.ConvInputGradient(w, groups, Shape.of(x)), dy, k);
        op(new Op.ConvKernelGradient(w, groups, Shape.of(kernel)), input, dy);
    }

    private void pool(boolean max, List<Integer> size, Op.Window w, int... x) {
        Op.Pool forward = new Op.Pool(max, size, w);
        Tensor input = floats(x);
        op(forward, input);
        Shape y = forward.infer(List.of(input.type())).get(0).shape();
        op(new Op.PoolGradient(max, size, w), input, values(DType.FLOAT32, Kind.ANY, 12, y.toArray()));
    }

    // Indexing

    private void indexing() {
        Tensor rows = Tensor.of(new int[] {2, 0, 2, 1}, 4), table = Tensor.of(new int[] {0, 2, 1, 1, 0, 2}, 2, 3);
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64, DType.BOOL)) {
            op(new Op.Gather(0, 0), any(t, 3, 5), rows);
            op(new Op.Gather(1, 0), any(t, 2, 3, 4), table);
            op(new Op.Gather(1, 1), any(t, 2, 3, 4), table);
            op(new Op.Gather(2, 1), any(t, 2, 5, 3), table);
            if (t != DType.BOOL) op(new Op.ScatterAdd(Shape.of(3, 5)), rows, any(t, 4, 5));
        }
        op(new Op.Gather(0, 0), floats(3, 5), rows.cast(DType.INT64));
        op(new Op.ScatterAdd(Shape.of(4, 2)), table, floats(2, 3, 2));
    }

    // Leaves

    private void leaves() {
        one(
                "a variable",
                v -> v.get(0).matMul(Value.variable("w", WEIGHTS.get("w").type())),
                floats(2, 3));
        one("a constant", v -> v.get(0).add(Value.constant(floats(4))), floats(3, 4));
        for (DType t : List.of(DType.FLOAT32, DType.INT32, DType.INT64))
            one("positions", v -> v.get(0).add(Value.iota(t, Shape.of(3, 4), 1)), any(t, 3, 4));
        Tensor seed = Tensor.of(new long[] {3, 4}, 2);
        for (boolean normal : new boolean[] {false, true})
            add(
                    "random",
                    false,
                    v -> Node.of(new Op.Random(normal, TensorType.of(DType.FLOAT32, 50)), v)
                            .outputs(),
                    seed);
        op(new Op.Custom(new Doubled()), floats(6));
    }

    private record Doubled() implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return in;
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            double[] x = in.get(0).toDoubleArray();
            for (int i = 0; i < x.length; i++) x[i] *= 2;
            return List.of(Tensor.wrap(DType.FLOAT64, in.get(0).shape(), x)
                    .cast(in.get(0).dtype()));
        }
    }

    private void special() {
        for (SpecialFunction f : SpecialFunction.values()) {
            for (DType t : FLOATS) {
                // TensorFlow has no wider type to compute it in.
                if (f == SpecialFunction.NEXT_AFTER && t != DType.FLOAT32 && t != DType.FLOAT64) continue;
                Tensor x = values(t, Kind.POSITIVE, 31, 3, 8), unit = values(t, Kind.UNIT, 32, 3, 8);
                switch (f) {
                    case NDTRI -> one(f + " " + t, v -> f.of(v.get(0).abs()), unit);
                    case INCOMPLETE_BETA ->
                        one(
                                f + " " + t,
                                v -> f.of(v.get(1), v.get(2), v.get(0).abs()),
                                unit,
                                x,
                                values(t, Kind.POSITIVE, 33, 8));
                    case POLYGAMMA -> one(f + " " + t, v -> f.of(v.get(0), v.get(1)), values(t, Kind.SMALL, 34, 8), x);
                    case ZETA -> one(f + " " + t, v -> f.of(v.get(0), v.get(1)), values(t, Kind.SMALL, 35, 3, 1), x);
                    case LOWER_GAMMA, UPPER_GAMMA, LOWER_GAMMA_BY_A, NEXT_AFTER ->
                        one(f + " " + t, v -> f.of(v.get(0), v.get(1)), values(t, Kind.POSITIVE, 36, 3, 1), x);
                    default -> one(f + " " + t, v -> f.of(v.get(0)), x);
                }
            }
        }
    }

    // Control

    private void control() {
        for (boolean reverse : new boolean[] {false, true}) {
            for (int axis : new int[] {0, 1}) {
                Value carry = Value.parameter("carry", TensorType.of(DType.FLOAT32, 2));
                Value step = Value.parameter("step", TensorType.of(DType.FLOAT32, 2));
                Value factor = Value.parameter("factor", TensorType.of(DType.FLOAT32, 2));
                Value next = carry.multiply(factor).add(step).tanh();
                Graph body = new Graph(List.of(carry, step, factor), List.of(next, next.multiply(2)));
                op(
                        new Op.Scan(body, 1, 1, 5, axis, reverse),
                        floats(2),
                        axis == 0 ? floats(5, 2) : floats(2, 5),
                        values(DType.FLOAT32, Kind.UNIT, 8, 2));
            }
        }
        Value n = Value.parameter("n", TensorType.of(DType.INT32)),
                x = Value.parameter("x", TensorType.of(DType.FLOAT32, 3));
        Graph goesOn = new Graph(List.of(n, x), List.of(n.less(4))),
                body = new Graph(List.of(n, x), List.of(n.add(1), x.multiply(1.5)));
        op(new Op.While(goesOn, body), Tensor.scalar(DType.INT32, 1), floats(3));
        Value y = Value.parameter("y", TensorType.of(DType.FLOAT32, 3));
        Op branch = new Op.If(new Graph(List.of(y), List.of(y.add(1))), new Graph(List.of(y), List.of(y.negate())));
        op(branch, Tensor.scalar(DType.BOOL, 1), floats(3));
        op(branch, Tensor.scalar(DType.BOOL, 0), floats(3));
    }
}
