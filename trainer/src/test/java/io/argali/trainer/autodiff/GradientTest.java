package io.argali.trainer.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Loops;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.plan.Executable;
import io.argali.runtime.special.SpecialFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The gradient of every operation agrees with central differences, in doubles. */
class GradientTest {
    /** The step of the differences: their error is about its square, plus 2⁻⁵² / step. */
    private static final double STEP = 1e-5;

    private static final double TOLERANCE = 1e-6;

    /** A function of some inputs, whose shapes are given; elements are drawn from [low, high]. */
    private record Case(String name, double low, double high, Function<List<Value>, Value> function, Shape... shapes) {}

    private static Case of(String name, Function<List<Value>, Value> f, Shape... shapes) {
        return new Case(name, -1, 1, f, shapes);
    }

    private static Shape s(int... d) {
        return Shape.of(d);
    }

    private static Op.Window window(int stride, int dilation, int low, int high) {
        return new Op.Window(
                List.of(stride, stride), List.of(dilation, dilation), List.of(low, low), List.of(high, high));
    }

    private static List<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (UnaryFunction f : UnaryFunction.values()) {
            switch (f) {
                case SIGN, FLOOR, CEIL, ROUND, TRUNCATE, NOT, BITWISE_NOT, IS_NAN, IS_INFINITE, IS_FINITE -> {}
                case SQRT, RSQRT, LOG, RECIPROCAL ->
                    all.add(new Case(f.name(), 0.3, 2, x -> x.get(0).unary(f), s(3, 4)));
                case ACOSH -> all.add(new Case(f.name(), 1.5, 3, x -> x.get(0).unary(f), s(3, 4)));
                default -> all.add(new Case(f.name(), -0.8, 0.8, x -> x.get(0).unary(f), s(3, 4)));
            }
        }
        // At 0, where the bound holds: TensorFlow's roots pass no gradient on where none comes in.
        all.add(new Case(
                "RSQRT of 0",
                0,
                0,
                x -> x.get(0).multiply(x.get(0).square().sum(true, 1).rsqrt().minimum(100)),
                s(3, 4)));
        all.add(new Case(
                "SQRT of 0", 0, 0, x -> x.get(0).square().sum(true, 1).sqrt().maximum(0.5), s(3, 4)));
        for (BinaryFunction f : List.of(
                BinaryFunction.ADD,
                BinaryFunction.SUBTRACT,
                BinaryFunction.MULTIPLY,
                BinaryFunction.MAXIMUM,
                BinaryFunction.MINIMUM,
                BinaryFunction.ATAN2)) {
            all.add(of(f.name(), x -> x.get(0).binary(f, x.get(1)), s(3, 4), s(3, 4)));
            all.add(of(f + " by row", x -> x.get(0).binary(f, x.get(1)), s(3, 4), s(4)));
            all.add(of(f + " by column", x -> x.get(0).binary(f, x.get(1)), s(3, 1), s(2, 3, 4)));
        }
        all.add(new Case("DIVIDE", 0.4, 2, x -> x.get(0).divide(x.get(1)), s(3, 4), s(4)));
        all.add(new Case("POWER", 0.4, 2, x -> x.get(0).binary(BinaryFunction.POWER, x.get(1)), s(3, 4), s(3, 4)));
        all.add(new Case(
                "MODULO", 0.4, 2, x -> x.get(0).multiply(5).binary(BinaryFunction.MODULO, x.get(1)), s(3, 4), s(3, 4)));
        specials(all);
        all.add(of("select", x -> x.get(0).greater(0).select(x.get(1), x.get(2)), s(3, 4), s(3, 4), s(4)));
        all.add(of("reshape", x -> x.get(0).reshape(6, 4), s(2, 3, 4)));
        all.add(of("transpose", x -> x.get(0).transpose(2, 0, 1), s(2, 3, 4)));
        all.add(of("broadcast", x -> x.get(0).broadcastTo(s(2, 3, 4)), s(3, 1)));
        all.add(of("slice", x -> x.get(0).slice(1, 1, 7, 2), s(3, 8)));
        all.add(of("pad", x -> x.get(0).pad(1, 2, 3), s(3, 4)));
        all.add(of("concat", x -> Value.concat(1, List.of(x.get(0), x.get(1), x.get(0))), s(3, 4), s(3, 2)));
        all.add(of("reverse", x -> x.get(0).reverse(0, 1), s(3, 4)));
        for (ReduceFunction f :
                List.of(ReduceFunction.SUM, ReduceFunction.MAX, ReduceFunction.MIN, ReduceFunction.PRODUCT)) {
            all.add(of("reduce " + f, x -> x.get(0).reduce(f, false, 1), s(3, 4, 2)));
            all.add(of("reduce outer " + f, x -> x.get(0).reduce(f, true, 0, 2), s(3, 4, 2)));
        }
        for (boolean exclusive : new boolean[] {false, true}) {
            for (boolean reverse : new boolean[] {false, true}) {
                all.add(of(
                        "cumulative sum " + exclusive + reverse,
                        x -> x.get(0).cumulative(ReduceFunction.SUM, 1, exclusive, reverse),
                        s(3, 5)));
            }
        }
        for (boolean a : new boolean[] {false, true}) {
            for (boolean b : new boolean[] {false, true}) {
                all.add(of(
                        "matMul " + a + b,
                        x -> x.get(0).matMul(x.get(1), a, b),
                        a ? s(4, 3) : s(3, 4),
                        b ? s(2, 4) : s(4, 2)));
                all.add(of(
                        "batched matMul " + a + b,
                        x -> x.get(0).matMul(x.get(1), a, b),
                        a ? s(2, 4, 3) : s(2, 3, 4),
                        b ? s(2, 2, 4) : s(2, 4, 2)));
                all.add(of(
                        "matMul, one for a batch " + a + b,
                        x -> x.get(0).matMul(x.get(1), a, b),
                        a ? s(2, 4, 3) : s(2, 3, 4),
                        b ? s(2, 4) : s(4, 2)));
            }
        }
        all.add(of("conv", x -> x.get(0).conv(x.get(1), window(1, 1, 1, 1), 1), s(2, 5, 5, 2), s(3, 3, 2, 3)));
        all.add(of("conv, strided", x -> x.get(0).conv(x.get(1), window(2, 1, 0, 1), 1), s(2, 5, 5, 2), s(3, 3, 2, 3)));
        all.add(of("conv, dilated", x -> x.get(0).conv(x.get(1), window(1, 2, 1, 1), 1), s(1, 6, 6, 2), s(3, 3, 2, 2)));
        all.add(of(
                "conv in groups", x -> x.get(0).conv(x.get(1), window(1, 1, 0, 0), 2), s(1, 5, 5, 4), s(3, 3, 2, 4)));
        all.add(of(
                "transposed conv",
                x -> x.get(0).convInputGradient(x.get(1), window(2, 1, 0, 1), 1, s(2, 5, 5, 2)),
                s(2, 2, 2, 3),
                s(3, 3, 2, 3)));
        all.add(of("max pool", x -> x.get(0).pool(true, List.of(2, 2), window(2, 1, 0, 0)), s(1, 4, 4, 3)));
        all.add(of("average pool", x -> x.get(0).pool(false, List.of(3, 3), window(2, 1, 1, 1)), s(1, 5, 5, 3)));
        all.add(of("gather", x -> x.get(0).gather(indices(new int[] {2, 0, 2}, 3), 1), s(2, 3, 4)));
        all.add(of(
                "gather in a batch", x -> x.get(0).gather(indices(new int[] {2, 0, 1, 1}, 2, 2), 2, 1), s(2, 2, 3, 2)));
        all.add(of("softmax", x -> Activations.softmax(x.get(0), -1), s(3, 5)));
        all.add(of("gelu", x -> Activations.gelu(x.get(0), false), s(3, 5)));
        all.add(of("scan", GradientTest::recurrence, s(2, 3), s(2, 5, 4), s(4, 3), s(3, 3)));
        all.add(of("scan in reverse", x -> recurrence(x, true), s(2, 3), s(2, 5, 4), s(4, 3), s(3, 3)));
        all.add(of("if", GradientTest::branch, s(3), s(3)));
        return all;
    }

    /** By the arguments that have a gradient; with those of other shapes. */
    private static void specials(List<Case> all) {
        Value order = Value.constant(Tensor.of(new double[] {2, 3, 1, 2}, 4)),
                parameter = Value.constant(Tensor.of(new double[] {1.5, 0.7, 2.5, 1}, 4));
        for (SpecialFunction f : SpecialFunction.values()) {
            String name = f.name();
            switch (f) {
                case LOWER_GAMMA_BY_A, NEXT_AFTER -> {}
                case NDTRI -> all.add(new Case(name, 0.1, 0.9, x -> f.of(x.get(0)), s(3, 4)));
                case POLYGAMMA -> all.add(new Case(name, 0.8, 3, x -> f.of(order, x.get(0)), s(3, 1)));
                case ZETA -> all.add(new Case(name, 0.8, 3, x -> f.of(order.add(1), x.get(0)), s(3, 4)));
                case INCOMPLETE_BETA ->
                    all.add(new Case(name, 0.1, 0.9, x -> f.of(parameter, parameter.add(1), x.get(0)), s(3, 1)));
                case LOWER_GAMMA, UPPER_GAMMA -> {
                    all.add(new Case(name, 0.5, 3, x -> f.of(x.get(0), x.get(1)), s(3, 1), s(4)));
                    all.add(new Case(
                            name + " far", 0.5, 3, x -> f.of(x.get(0), x.get(1).multiply(3)), s(4), s(3, 4)));
                    all.add(new Case(
                            name + " of large",
                            0.5,
                            1.5,
                            x -> f.of(x.get(0).multiply(40), x.get(1).multiply(40)),
                            s(4),
                            s(3, 4)));
                }
                case ERFC -> all.add(new Case(name, -3, 3, x -> f.of(x.get(0)), s(3, 4)));
                default -> {
                    all.add(new Case(name, 0.3, 3, x -> f.of(x.get(0)), s(3, 4)));
                    all.add(new Case(
                            name + " of large",
                            15,
                            35,
                            x -> f.of(x.get(0)).multiply(f.of(x.get(0).like(20)).unary(UnaryFunction.RECIPROCAL)),
                            s(3, 4)));
                }
            }
        }
    }

    private static Value indices(int[] i, int... shape) {
        return Value.constant(Tensor.of(i, shape));
    }

    private static Value recurrence(List<Value> x) {
        return recurrence(x, false);
    }

    /** {@code h ← tanh(x·W + h·U)}; the result depends on the last h and on all of them. */
    private static Value recurrence(List<Value> x, boolean reverse) {
        Loops.Result r = Loops.scan(List.of(x.get(0)), List.of(x.get(1)), 5, 1, reverse, step -> {
            Value h = step.elements()
                    .get(0)
                    .matMul(x.get(2))
                    .add(step.carries().get(0).matMul(x.get(3)))
                    .tanh();
            return new Loops.Step(List.of(h), List.of(h.multiply(2)));
        });
        return r.carries().get(0).add(r.stacks().get(0).sum(false, 1));
    }

    private static Value branch(List<Value> x) {
        Value a = Value.parameter("a", x.get(0).type()),
                b = Value.parameter("b", x.get(1).type());
        Value condition = x.get(0).sum(false).greater(x.get(1).sum(false));
        Op.If op = new Op.If(
                new Graph(List.of(a, b), List.of(a.multiply(b))), new Graph(List.of(a, b), List.of(a.tanh())));
        return Node.of(op, List.of(condition, x.get(0), x.get(1))).output(0);
    }

    @TestFactory
    Stream<DynamicTest> gradientsAgreeWithCentralDifferences() {
        return cases().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(Case c) {
        SplittableRandom r = new SplittableRandom(c.name().hashCode());
        List<Value> inputs = new ArrayList<>();
        List<Tensor> at = new ArrayList<>();
        for (Shape shape : c.shapes()) {
            double[] d = new double[shape.size()];
            for (int i = 0; i < d.length; i++) d[i] = c.low() + (c.high() - c.low()) * r.nextDouble();
            at.add(Tensor.wrap(DType.FLOAT64, shape, d));
            inputs.add(
                    Value.parameter("x" + inputs.size(), at.get(at.size() - 1).type()));
        }
        Value y = c.function().apply(inputs);
        double[] weights = new double[y.shape().size()];
        for (int i = 0; i < weights.length; i++) weights[i] = r.nextDouble() - 0.5;
        Value scalar = y.multiply(Value.constant(Tensor.wrap(DType.FLOAT64, y.shape(), weights)))
                .sum(false);
        Executable f = compile(new Graph(inputs, List.of(scalar)));
        Tensor[] gradients =
                compile(new Graph(inputs, Backprop.gradients(scalar, inputs))).run(at);
        for (int k = 0; k < inputs.size(); k++) {
            double[] g = gradients[k].toDoubleArray();
            for (int i = 0; i < g.length; i++) {
                double difference = (moved(f, at, k, i, STEP) - moved(f, at, k, i, -STEP)) / (2 * STEP);
                assertEquals(
                        difference,
                        g[i],
                        TOLERANCE * Math.max(1, Math.abs(difference)),
                        "input " + k + " element " + i);
            }
        }
    }

    private static Executable compile(Graph graph) {
        return CpuBackend.best()
                .compiler(p -> {
                    throw new IllegalStateException(p);
                })
                .compile(graph);
    }

    private static double moved(Executable f, List<Tensor> at, int input, int element, double by) {
        List<Tensor> there = new ArrayList<>(at);
        double[] d = at.get(input).toDoubleArray();
        d[element] += by;
        there.set(input, Tensor.wrap(DType.FLOAT64, at.get(input).shape(), d));
        return f.run(there)[0].item();
    }
}
