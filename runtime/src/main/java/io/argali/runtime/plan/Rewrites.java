package io.argali.runtime.plan;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.GradientRule;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Makes a graph cheaper without changing what it computes. One walk from the inputs to the outputs rebuilds each node from its rebuilt inputs;
 * each rule looks at one node and what feeds it.
 */
public final class Rewrites {
    private final Map<Value, Value> rebuilt = new HashMap<>();
    private final Map<List<Object>, Node> seen = new HashMap<>();
    private final Map<Node, Integer> uses = new IdentityHashMap<>();
    private final Map<Node, Boolean> constant = new IdentityHashMap<>();
    private final Set<Node> parameters = new HashSet<>();
    private final Set<Value> used = new HashSet<>();

    private Rewrites() {}

    /** The same function, cheaper. */
    public static Graph apply(Graph graph) {
        return new Rewrites().run(SinkTransposes.apply(graph));
    }

    private Graph run(Graph graph) {
        List<Node> nodes = graph.nodes();
        for (Value p : graph.parameters()) {
            parameters.add(p.node());
            rebuilt.put(p, p);
        }
        for (Node n : nodes) used.addAll(n.inputs());
        used.addAll(graph.outputs());
        for (Node n : nodes) for (Value v : n.inputs()) uses.merge(v.node(), 1, Integer::sum);
        for (Value v : graph.outputs()) uses.merge(v.node(), 2, Integer::sum); // an output must stay as it is
        for (Node n : nodes) {
            if (parameters.contains(n)) continue;
            List<Value> inputs = n.inputs().stream()
                    .map(v -> Objects.requireNonNull(rebuilt.get(v)))
                    .toList();
            if (n.op() instanceof Op.Scan s) {
                scan(n, s, inputs);
            } else if (n.types().size() == 1) {
                Value v = simplify(n, inputs);
                rebuilt.put(n.output(0), v);
                uses.merge(v.node(), uses.getOrDefault(n, 0), Math::max);
            } else {
                Node copy = make(n.op(), inputs, n.origin());
                for (int i = 0; i < n.types().size(); i++) rebuilt.put(n.output(i), copy.output(i));
            }
        }
        return new Graph(
                graph.parameters(),
                graph.outputs().stream()
                        .map(v -> Objects.requireNonNull(rebuilt.get(v)))
                        .toList());
    }

    /** What a loop captures and is constant goes into its body; stacks that nobody asks for go. */
    private void scan(Node n, Op.Scan s, List<Value> inputs) {
        int fixed = s.carries() + s.sequences();
        Map<Value, Value> replaced = new HashMap<>();
        List<Value> parameters = new ArrayList<>(s.body().parameters().subList(0, fixed)),
                kept = new ArrayList<>(inputs.subList(0, fixed));
        for (int i = fixed; i < inputs.size(); i++) {
            if (isConstant(inputs.get(i))) {
                replaced.put(s.body().parameters().get(i), inputs.get(i));
            } else {
                parameters.add(s.body().parameters().get(i));
                kept.add(inputs.get(i));
            }
        }
        List<Value> outputs = s.body().substitute(replaced), wanted = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            if (i >= s.carries() && !used.contains(n.output(i))) continue;
            wanted.add(outputs.get(i));
            places.add(i);
        }
        Graph body = new Graph(parameters, wanted);
        Node copy = Node.of(
                new Op.Scan(body, s.carries(), s.sequences(), s.length(), s.axis(), s.reverse()), kept, n.origin());
        for (int i = 0; i < places.size(); i++) rebuilt.put(n.output(places.get(i)), copy.output(i));
    }

    /** A node, or the one that already computes the same. */
    private Node make(Op op, List<Value> inputs, String origin) {
        if (op instanceof Op.Random
                || op instanceof Op.Constant
                || op instanceof Op.Control
                || op instanceof Op.Parameter) {
            return Node.of(op, inputs, origin);
        }
        List<Object> key = new ArrayList<>(inputs);
        key.add(op);
        return seen.computeIfAbsent(key, k -> Node.of(op, inputs, origin));
    }

    private Value value(Op op, String origin, Value... inputs) {
        return make(op, List.of(inputs), origin).output(0);
    }

    private Value simplify(Node n, List<Value> in) {
        return switch (n.op()) {
            case Op.Reshape r -> reshape(r, in.get(0), n.origin());
            case Op.Transpose t -> transpose(t, in.get(0), n.origin());
            case Op.Cast c when in.get(0).dtype() == c.dtype() -> in.get(0);
            case Op.Custom c when c.function() instanceof GradientRule -> in.get(0);
            case Op.Broadcast b when in.get(0).shape().equals(b.shape()) -> in.get(0);
            case Op.Reduce r -> reduce(r, in.get(0), n.origin());
            case Op.Binary b -> binary(b, in.get(0), in.get(1), n.origin());
            case Op.Conv c -> conv(c, in.get(0), in.get(1), n.origin());
            case Op.MatMul m -> matMul(m, in.get(0), in.get(1), n.origin());
            default -> make(n.op(), in, n.origin()).output(0);
        };
    }

    private Value reshape(Op.Reshape r, Value x, String origin) {
        Value source = x.node().op() instanceof Op.Reshape && !parameters.contains(x.node())
                ? x.node().input(0)
                : x;
        return source.shape().equals(r.shape()) ? source : value(r, origin, source);
    }

    private Value transpose(Op.Transpose t, Value x, String origin) {
        List<Integer> p = t.permutation();
        if (x.node().op() instanceof Op.Transpose inner) {
            p = p.stream().map(i -> inner.permutation().get(i)).toList();
            x = x.node().input(0);
        }
        boolean identity = true;
        // Axes of length 1 may move freely: what is left in order is only a reshape.
        int last = -1;
        for (int axis : p) {
            if (x.shape().dim(axis) == 1) continue;
            identity &= axis > last;
            last = axis;
        }
        if (identity) {
            Shape s = x.shape();
            return reshape(new Op.Reshape(Shape.of(p.stream().map(s::dim).toList())), x, origin);
        }
        return value(new Op.Transpose(p), origin, x);
    }

    /** Folds run over neighbouring axes and keep them, one run at a time. */
    private Value reduce(Op.Reduce r, Value x, String origin) {
        List<Integer> axes = r.axes().stream().sorted().toList();
        Value y = x;
        int i = axes.size();
        while (i > 0) {
            int end = i;
            i--;
            // Axes of length 1 between two folded ones do not part them.
            while (i > 0 && onlyOnes(x.shape(), axes.get(i - 1) + 1, axes.get(i))) i--;
            List<Integer> run = new ArrayList<>();
            for (int a = axes.get(i); a <= axes.get(end - 1); a++) run.add(a);
            y = value(new Op.Reduce(r.function(), List.copyOf(run), true), origin, y);
        }
        Shape shape = new Op.Reduce(r.function(), axes, r.keepDims())
                .infer(List.of(x.type()))
                .get(0)
                .shape();
        return reshape(new Op.Reshape(shape), y, origin);
    }

    private static boolean onlyOnes(Shape s, int from, int to) {
        for (int a = from; a < to; a++) if (s.dim(a) != 1) return false;
        return true;
    }

    private Value binary(Op.Binary b, Value x, Value y, String origin) {
        boolean floating = x.dtype().isFloating();
        if (floating && b.function() == BinaryFunction.MULTIPLY) {
            if (isConstant(x) && !isConstant(y)) return multiply(y, x, origin);
            if (isConstant(y) && !isConstant(x)) return multiply(x, y, origin);
        }
        if (floating && b.function() == BinaryFunction.ADD) {
            if (isConstant(x) && !isConstant(y)) return add(y, x, origin);
            if (isConstant(y) && !isConstant(x)) return add(x, y, origin);
        }
        return value(b, origin, x, y);
    }

    /** {@code x · c}, where c goes into the weights of the product that makes x, if it can. */
    private Value multiply(Value x, Value c, String origin) {
        Op.Binary multiply = new Op.Binary(BinaryFunction.MULTIPLY);
        Node n = x.node();
        if (single(n) && perChannel(c, x.shape())) {
            Value scale = c.rank() == 0
                    ? c
                    : reshape(new Op.Reshape(Shape.of(c.shape().size())), c, origin);
            if (n.op() instanceof Op.Conv conv && isConstant(n.input(1))) {
                return value(conv, n.origin(), n.input(0), value(multiply, origin, n.input(1), scale));
            }
            if (n.op() instanceof Op.MatMul m
                    && isConstant(n.input(1))
                    && n.input(1).rank() == 2
                    && !m.transposeB()) {
                return value(m, n.origin(), n.input(0), value(multiply, origin, n.input(1), scale));
            }
            // (y + b) · c = y · c + b · c, which brings c to the weights behind a bias.
            if (n.op() instanceof Op.Binary inner
                    && inner.function() == BinaryFunction.ADD
                    && isConstant(n.input(1))
                    && feedsFromProduct(n.input(0))
                    && perChannel(n.input(1), x.shape())) {
                Value scaled = multiply(n.input(0), c, origin);
                return add(scaled, value(multiply, origin, n.input(1), c), origin);
            }
        }
        return value(multiply, origin, x, c);
    }

    private boolean feedsFromProduct(Value v) {
        Node n = v.node();
        return single(n)
                && (n.op() instanceof Op.Conv
                        || n.op() instanceof Op.MatMul m
                                && !m.transposeB()
                                && n.input(1).rank() == 2)
                && isConstant(n.input(1));
    }

    private Value add(Value x, Value c, String origin) {
        Op.Binary add = new Op.Binary(BinaryFunction.ADD);
        Node n = x.node();
        if (single(n)
                && n.op() instanceof Op.Binary inner
                && inner.function() == BinaryFunction.ADD
                && isConstant(n.input(1))
                && n.input(0).shape().equals(x.shape())) {
            return value(add, origin, n.input(0), value(add, origin, n.input(1), c));
        }
        // A bias on the parted last axis of a product is one on the axis before it parts: then it is the product's last
        // touch.
        if (single(n)
                && n.op() instanceof Op.Reshape
                && isProduct(n.input(0).node())
                && coversLast(c, x.shape(), n.input(0).shape())) {
            Value y = add(n.input(0), reshape(new Op.Reshape(Shape.of(c.shape().size())), c, origin), origin);
            return reshape(new Op.Reshape(x.shape()), y, origin);
        }
        return value(add, origin, x, c);
    }

    private boolean isProduct(Node n) {
        return single(n) && (n.op() instanceof Op.MatMul || n.op() instanceof Op.Conv);
    }

    /** Whether c has exactly the last axes of one shape, which are the last axis of the other. */
    private static boolean coversLast(Value c, Shape parted, Shape whole) {
        int rank = parted.rank();
        return c.rank() > 0
                && c.rank() <= rank
                && parted.slice(rank - c.rank(), rank).equals(c.shape())
                && c.shape().size() == whole.last();
    }

    /** Zeros put around an image are a convolution's padding. */
    private Value conv(Op.Conv c, Value x, Value kernel, String origin) {
        if (x.node().op() instanceof Op.Pad p
                && p.value() == 0
                && p.interior().stream().allMatch(i -> i == 0)) {
            int rank = x.rank();
            boolean spatial = p.low().get(0) == 0
                    && p.high().get(0) == 0
                    && p.low().get(rank - 1) == 0
                    && p.high().get(rank - 1) == 0;
            if (spatial) {
                List<Integer> low = new ArrayList<>(), high = new ArrayList<>();
                for (int i = 0; i < rank - 2; i++) {
                    low.add(c.window().low().get(i) + p.low().get(i + 1));
                    high.add(c.window().high().get(i) + p.high().get(i + 1));
                }
                Op.Window window = new Op.Window(
                        c.window().strides(), c.window().dilations(), List.copyOf(low), List.copyOf(high));
                return value(new Op.Conv(window, c.groups()), origin, x.node().input(0), kernel);
            }
        }
        return value(c, origin, x, kernel);
    }

    /** A transposition of the last two axes is a flag of the product. */
    private Value matMul(Op.MatMul m, Value a, Value b, String origin) {
        boolean ta = m.transposeA(), tb = m.transposeB();
        if (swapsLast(a)) {
            a = a.node().input(0);
            ta = !ta;
        }
        if (swapsLast(b)) {
            b = b.node().input(0);
            tb = !tb;
        }
        return value(new Op.MatMul(ta, tb), origin, a, b);
    }

    private static boolean swapsLast(Value v) {
        if (!(v.node().op() instanceof Op.Transpose t)) return false;
        int r = t.permutation().size();
        for (int i = 0; i < r - 2; i++) if (t.permutation().get(i) != i) return false;
        return t.permutation().get(r - 1) == r - 2;
    }

    private boolean single(Node n) {
        return uses.getOrDefault(n, 1) == 1 && !parameters.contains(n);
    }

    /** Whether c is one number, or one for each channel of a value of the given shape. */
    private static boolean perChannel(Value c, Shape shape) {
        int n = c.shape().size();
        return c.rank() == 0 || c.rank() <= shape.rank() && c.shape().last() == n && n == shape.last();
    }

    private boolean isConstant(Value v) {
        Node n = v.node();
        Boolean memo = constant.get(n);
        if (memo != null) return memo;
        boolean c = !parameters.contains(n)
                && !(n.op() instanceof Op.Parameter || n.op() instanceof Op.Random || n.op() instanceof Op.Control)
                && n.inputs().stream().allMatch(this::isConstant);
        constant.put(n, c);
        return c;
    }
}
