package io.argali.trainer.autodiff;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gradients through loops and branches. */
final class ControlGradients {
    private ControlGradients() {}

    /**
     * The gradients by the inputs.
     *
     * @param dys the gradients by the results; null where the loss does not depend on one
     * @param active the nodes that lead to a source
     */
    static List<@Nullable Value> of(Node n, Op.Control op, List<@Nullable Value> dys, Set<Node> active) {
        return switch (op) {
            case Op.Scan s -> new ScanGradient(n, s, dys, active).build();
            case Op.If i -> branch(n, i, dys);
            case Op.While w ->
                throw new IllegalArgumentException("no gradient flows through the loop of layer \"" + n.origin()
                        + "\", whose length is not known");
        };
    }

    private static List<@Nullable Value> nothing(int n) {
        List<@Nullable Value> r = new ArrayList<>();
        for (int i = 0; i < n; i++) r.add(null);
        return r;
    }

    private static List<@Nullable Value> branch(Node n, Op.If op, List<@Nullable Value> dys) {
        List<Integer> given = new ArrayList<>();
        for (int i = 0; i < dys.size(); i++) if (dys.get(i) != null) given.add(i);
        List<Integer> floating = new ArrayList<>();
        for (int i = 1; i < n.inputs().size(); i++) if (n.input(i).dtype().isFloating()) floating.add(i);
        List<Graph> branches = new ArrayList<>();
        for (Graph g : List.of(op.then(), op.otherwise())) {
            List<Value> parameters = new ArrayList<>(g.parameters()),
                    seeds = new ArrayList<>(),
                    outputs = new ArrayList<>();
            for (int i : given) {
                Value seed = Value.parameter("dy", g.outputs().get(i).type());
                parameters.add(seed);
                seeds.add(seed);
                outputs.add(g.outputs().get(i));
            }
            List<Value> sources =
                    floating.stream().map(i -> g.parameters().get(i - 1)).toList();
            branches.add(new Graph(parameters, Backprop.of(outputs, seeds, sources)));
        }
        List<Value> inputs = new ArrayList<>(n.inputs());
        for (int i : given) inputs.add(Objects.requireNonNull(dys.get(i)));
        Node back = Node.of(new Op.If(branches.get(0), branches.get(1)), inputs);
        List<@Nullable Value> r = nothing(n.inputs().size());
        for (int i = 0; i < floating.size(); i++) r.set(floating.get(i), back.output(i));
        return r;
    }

    /**
     * A loop over the steps in the opposite order. Each step computes the forward step anew from the carries it began with, which the forward
     * loop has stacked, and walks it backwards.
     */
    private static final class ScanGradient {
        private final Node n;
        private final Op.Scan s;
        private final List<@Nullable Value> dys;
        private final Set<Node> active;
        private final int carries;
        private final int stacks;

        // The backward loop's carries, sequences and captured values, each with its parameter in the body.
        private final List<Value> carryIn = new ArrayList<>(),
                carryParameters = new ArrayList<>(),
                carryOut = new ArrayList<>();
        private final List<Value> sequenceIn = new ArrayList<>(), sequenceParameters = new ArrayList<>();
        private final List<Value> capturedIn = new ArrayList<>(), capturedParameters = new ArrayList<>();
        private final List<Value> stacked = new ArrayList<>();

        ScanGradient(Node n, Op.Scan s, List<@Nullable Value> dys, Set<Node> active) {
            this.n = n;
            this.s = s;
            this.dys = dys;
            this.active = active;
            this.carries = s.carries();
            this.stacks = s.body().outputs().size() - 2 * carries;
            List<Value> tape = s.body()
                    .outputs()
                    .subList(carries + stacks, s.body().outputs().size());
            if (!tape.equals(s.body().parameters().subList(0, carries))) {
                throw new IllegalArgumentException(
                        "the loop of layer \"" + n.origin() + "\" keeps no record of its steps");
            }
        }

        List<@Nullable Value> build() {
            // The forward step inside the backward one.
            Map<Value, Value> inner = new HashMap<>();
            List<Value> parameters = s.body().parameters();
            for (int i = 0; i < parameters.size(); i++) {
                Value p = parameters.get(i);
                boolean isCarry = i < carries, isSequence = !isCarry && i < carries + s.sequences();
                Value outer = isCarry ? n.output(carries + stacks + i) : n.input(i);
                inner.put(p, isCarry || isSequence ? sequence(outer, p.type()) : captured(outer));
            }
            List<Value> step = s.body().substitute(inner);

            List<Value> outputs = new ArrayList<>(), seeds = new ArrayList<>();
            List<Integer> carried = new ArrayList<>();
            for (int i = 0; i < carries; i++) {
                Value y = step.get(i);
                if (!y.dtype().isFloating()) continue;
                Value dy = dys.get(i);
                outputs.add(y);
                seeds.add(carry(dy == null ? Value.zeros(y.type()) : dy));
                carried.add(i);
            }
            for (int i = carries; i < carries + stacks; i++) {
                Value dy = dys.get(i);
                if (dy == null) continue;
                outputs.add(step.get(i));
                seeds.add(sequence(dy, step.get(i).type()));
            }
            return finish(inner, outputs, seeds, carried);
        }

        private List<@Nullable Value> finish(
                Map<Value, Value> inner, List<Value> outputs, List<Value> seeds, List<Integer> carried) {
            List<Value> parameters = s.body().parameters();
            List<Integer> asked = new ArrayList<>();
            for (int i = 0; i < parameters.size(); i++) {
                boolean carry = i < carries && parameters.get(i).dtype().isFloating();
                if (carry
                        || parameters.get(i).dtype().isFloating()
                                && active.contains(n.input(i).node())) asked.add(i);
            }
            List<Value> sources = asked.stream()
                    .map(i -> Objects.requireNonNull(inner.get(parameters.get(i))))
                    .toList();
            List<Value> gradients = Backprop.of(outputs, seeds, sources);

            for (int i : carried) carryOut.add(gradients.get(asked.indexOf(i)));
            Map<Integer, List<Integer>> stackOf =
                    new HashMap<>(); // input → its place, or those of the factors of its gradient
            Map<Integer, Integer> sumOf = new HashMap<>();
            for (int k = 0; k < asked.size(); k++) {
                int i = asked.get(k);
                if (i < carries) continue;
                if (i < carries + s.sequences()) {
                    stackOf.put(i, List.of(stack(gradients.get(k))));
                } else if (isOuterProduct(gradients.get(k))) {
                    Node product = gradients.get(k).node();
                    stackOf.put(i, List.of(stack(product.input(0)), stack(product.input(1))));
                } else {
                    Value sum = carry(Value.zeros(gradients.get(k).type()));
                    carryOut.add(sum.add(gradients.get(k)));
                    sumOf.put(i, carryIn.size() - 1);
                }
            }
            List<Value> all = new ArrayList<>(carryParameters),
                    results = new ArrayList<>(carryOut),
                    inputs = new ArrayList<>(carryIn);
            all.addAll(sequenceParameters);
            all.addAll(capturedParameters);
            results.addAll(stacked);
            inputs.addAll(sequenceIn);
            inputs.addAll(capturedIn);
            Op.Scan back = new Op.Scan(
                    new Graph(all, results), carryIn.size(), sequenceIn.size(), s.length(), s.axis(), !s.reverse());
            Node loop = Node.of(back, inputs);

            List<@Nullable Value> r = nothing(n.inputs().size());
            for (int k = 0; k < carried.size(); k++) r.set(carried.get(k), loop.output(k));
            sumOf.forEach((i, place) -> r.set(i, loop.output(place)));
            stackOf.forEach((i, places) -> {
                Value first = loop.output(carryIn.size() + places.get(0));
                r.set(i, places.size() == 1 ? first : product(first, loop.output(carryIn.size() + places.get(1))));
            });
            return r;
        }

        /** {@code aᵀ · b}: a weight's gradient, whose sum over the steps is one product over all of them. */
        private static boolean isOuterProduct(Value v) {
            return v.node().op() instanceof Op.MatMul m
                    && m.transposeA()
                    && !m.transposeB()
                    && v.node().input(0).rank() == 2
                    && v.node().input(1).rank() == 2;
        }

        private static Value product(Value a, Value b) {
            return rows(a).matMul(rows(b), true, false);
        }

        private static Value rows(Value v) {
            int k = v.shape().last();
            return v.reshape(Shape.of(v.shape().size() / Math.max(1, k), k));
        }

        private Value carry(Value initial) {
            Value p = Value.parameter("gradient", initial.type());
            carryIn.add(initial);
            carryParameters.add(p);
            return p;
        }

        private Value sequence(Value outer, TensorType step) {
            Value p = Value.parameter("step", step);
            sequenceIn.add(outer);
            sequenceParameters.add(p);
            return p;
        }

        private Value captured(Value outer) {
            Value p = Value.parameter("captured", outer.type());
            capturedIn.add(outer);
            capturedParameters.add(p);
            return p;
        }

        private int stack(Value v) {
            stacked.add(v);
            return stacked.size() - 1;
        }
    }
}
