package io.argali.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plans of random graphs compute what each node's definition says, however nodes are rewritten, grouped and placed. */
class RandomGraphTest {
    private static final int GRAPHS = 1000;
    /** Operations here keep values near 1; a few dozen roundings of 2⁻²⁴ each, and cancellation, stay below this. */
    private static final double TOLERANCE = 2e-4;

    static List<CpuBackend> backends() {
        return List.of(new CpuBackend(Kernels.scalar(), Workers.single()), CpuBackend.best());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void plansComputeWhatTheGraphSays(CpuBackend backend) {
        for (int seed = 0; seed < GRAPHS; seed++) check(seed, backend);
    }

    @Test
    void someRowsOfABatchGiveTheirRowsOfTheResults() {
        int parted = 0;
        for (int seed = 0; seed < GRAPHS; seed++) {
            Generator g = new Generator(new SplittableRandom(seed));
            Graph graph = g.graph();
            int batch = graph.parameters().get(0).shape().dim(0), rows = (batch + 1) / 2;
            Graph part = BatchPart.of(graph, graph.parameters().size(), batch, rows);
            if (part == null || batch == 1) continue;
            parted++;
            List<double[]> inputs = g.inputs.stream().map(Tensor::toDoubleArray).toList();
            List<double[]> all = Interpreter.run(graph, inputs),
                    some = Interpreter.run(part, firstRows(graph.parameters(), inputs, batch, rows));
            List<double[]> expected = firstRows(graph.outputs(), all, batch, rows);
            for (int o = 0; o < some.size(); o++)
                assertArrayEquals(
                        expected.get(o), some.get(o), "seed " + seed + ", output " + o + "\n" + graph.nodes());
        }
        assertTrue(parted > GRAPHS / 10, () -> "too few graphs whose rows stay apart");
    }

    private static List<double[]> firstRows(List<Value> values, List<double[]> arrays, int batch, int rows) {
        return IntStream.range(0, arrays.size())
                .mapToObj(i -> {
                    Shape s = values.get(i).shape();
                    boolean hasRows = s.rank() > 0 && s.dim(0) == batch;
                    return hasRows ? Arrays.copyOf(arrays.get(i), s.size() / batch * rows) : arrays.get(i);
                })
                .toList();
    }

    private static void check(int seed, CpuBackend backend) {
        SplittableRandom r = new SplittableRandom(seed);
        Generator g = new Generator(r);
        Graph graph = g.graph();
        List<double[]> expected = Interpreter.run(
                graph, g.inputs.stream().map(Tensor::toDoubleArray).toList());
        Tensor[] actual = backend.compiler(p -> {
                    throw new IllegalStateException(p);
                })
                .compile(graph)
                .run(g.inputs);
        for (int o = 0; o < expected.size(); o++) {
            double[] e = expected.get(o), a = actual[o].toDoubleArray();
            for (int i = 0; i < e.length; i++) {
                double bound = TOLERANCE * Math.max(1, Math.abs(e[i]));
                if (!(Math.abs(e[i] - a[i]) <= bound) && !(Double.isNaN(e[i]) && Double.isNaN(a[i])) && e[i] != a[i]) {
                    fail("seed " + seed + " on " + backend.name() + ", output " + o + " element " + i + ": expected "
                            + e[i] + ", got " + a[i] + "\n" + graph.nodes());
                }
            }
        }
    }

    /** Grows a graph from random inputs. */
    private static final class Generator {
        final SplittableRandom r;
        final List<Tensor> inputs = new ArrayList<>();
        final List<Value> parameters = new ArrayList<>();
        final List<Value> pool = new ArrayList<>();

        Generator(SplittableRandom r) {
            this.r = r;
        }

        Graph graph() {
            int[][] bases = {
                {3, 4, 8}, {2, 5, 16}, {6, 7}, {1, 9}, {2, 3, 1, 5}, {40, 33}, {2, 130, 12}, {5}, {1, 1, 70}
            };
            int[] base = bases[r.nextInt(bases.length)];
            int n = 1 + r.nextInt(3);
            for (int i = 0; i < n; i++) input(Shape.of(base));
            if (base.length > 1) input(Shape.of(base).with(-1, 1));
            int steps = 3 + r.nextInt(14);
            for (int i = 0; i < steps; i++) grow(Shape.of(base));
            List<Value> outputs = new ArrayList<>();
            outputs.add(pool.get(pool.size() - 1));
            for (int i = r.nextInt(3); i > 0; i--) outputs.add(pool.get(r.nextInt(pool.size())));
            return new Graph(parameters, outputs);
        }

        void input(Shape s) {
            Tensor t = random(s);
            inputs.add(t);
            Value v = Value.parameter("x" + parameters.size(), t.type());
            parameters.add(v);
            pool.add(v);
        }

        Tensor random(Shape s) {
            float[] a = new float[s.size()];
            for (int i = 0; i < a.length; i++) a[i] = (float) (r.nextDouble() * 2 - 1);
            return Tensor.wrap(DType.FLOAT32, s, a);
        }

        Value any() {
            // Recent ones are likelier, so that graphs grow deep.
            int back = Math.min(pool.size() - 1, r.nextInt(1 + r.nextInt(pool.size())));
            return pool.get(pool.size() - 1 - back);
        }

        Value anyLike(Shape s) {
            for (int i = 0; i < 10; i++) {
                Value v = any();
                if (fits(v.shape(), s)) return v;
            }
            int[] d = s.toArray();
            for (int i = 0; i < d.length; i++) if (r.nextInt(3) == 0) d[i] = 1;
            Shape small = r.nextInt(4) == 0 ? Shape.SCALAR : Shape.of(d);
            return Value.constant(random(r.nextInt(3) == 0 && s.rank() > 0 ? Shape.of(s.last()) : small));
        }

        static boolean fits(Shape a, Shape b) {
            try {
                Shape.broadcast(a, b);
                return Shape.broadcast(a, b).size() <= 4 * Math.max(a.size(), b.size());
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        void grow(Shape base) {
            Value x = any();
            Value y = switch (r.nextInt(13)) {
                case 0 ->
                    x.unary(pick(
                            UnaryFunction.TANH,
                            UnaryFunction.SIGMOID,
                            UnaryFunction.NEGATE,
                            UnaryFunction.ABS,
                            UnaryFunction.SIN,
                            UnaryFunction.RELU,
                            UnaryFunction.ERF));
                case 1, 2 ->
                    x.binary(
                                    pick(
                                            BinaryFunction.ADD,
                                            BinaryFunction.SUBTRACT,
                                            BinaryFunction.MULTIPLY,
                                            BinaryFunction.MAXIMUM,
                                            BinaryFunction.MINIMUM),
                                    anyLike(x.shape()))
                            .tanh();
                case 3 -> anyLike(x.shape()).multiply(x);
                case 4 -> {
                    // Well apart, so that rounding does not decide.
                    Value other = anyLike(x.shape());
                    yield x.subtract(other).abs().greater(1e-3).select(x, other);
                }
                case 5 ->
                    x.rank() > 0
                            ? x.reduce(
                                            pick(ReduceFunction.SUM, ReduceFunction.MAX, ReduceFunction.MIN),
                                            true,
                                            x.rank() - 1)
                                    .tanh()
                            : x;
                case 6 -> x.rank() > 0 ? x.mean(r.nextBoolean(), r.nextInt(x.rank())) : x;
                case 7 -> x.rank() > 1 ? x.transpose(rotate(x.rank())) : x;
                case 8 -> {
                    if (x.rank() == 0) yield x;
                    int axis = r.nextInt(x.rank()), n = x.shape().dim(axis);
                    int from = r.nextInt(n), to = from + 1 + r.nextInt(n - from);
                    yield x.slice(axis, from, to, 1 + r.nextInt(2));
                }
                case 9 -> x.rank() > 0 ? Value.concat(r.nextInt(x.rank()), List.of(x, x.negate())) : x;
                case 10 -> {
                    if (x.rank() < 2 || x.shape().size() == 0) yield x;
                    int k = x.shape().last(), n = 1 + r.nextInt(20);
                    yield x.matMul(Value.constant(random(Shape.of(k, n)))).divide(k);
                }
                case 11 -> {
                    if (x.rank() < 2) yield x;
                    yield x.matMul(x, false, true).divide(x.shape().last());
                }
                default -> x.rank() > 0 && x.shape().size() > 0 ? softmax(x) : x;
            };
            if (y.shape().size() > 0 && y.shape().size() < 20_000) pool.add(y);
        }

        static Value softmax(Value x) {
            int last = x.rank() - 1;
            Value e = x.subtract(x.max(true, last)).exp();
            return e.divide(e.sum(true, last));
        }

        static List<Integer> rotate(int rank) {
            List<Integer> p = new ArrayList<>();
            for (int i = 0; i < rank; i++) p.add((i + 1) % rank);
            return p;
        }

        @SafeVarargs
        final <T> T pick(T... options) {
            return options[r.nextInt(options.length)];
        }
    }
}
