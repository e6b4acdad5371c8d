package io.argali.trainer;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Squares of the gradients of embeddings as TensorFlow takes them: {@code Σ g²} over the lookups of a token, not {@code (Σ g)²}. */
final class LookupGradients {
    private final Map<Value, Boolean> known = new HashMap<>();

    private LookupGradients(List<@Nullable Value> gradients) {
        for (Value g : gradients) if (g != null && isSumOfLookups(g)) known.put(g, true);
    }

    /** The results of an optimizer's step with the squares and magnitudes of such gradients taken before the sum. */
    static List<Value> squaredByLookup(List<Value> results, List<@Nullable Value> gradients) {
        LookupGradients lookups = new LookupGradients(gradients);
        if (lookups.known.isEmpty()) return results;
        Map<Value, Value> replaced = new HashMap<>();
        // In order: the norm that a gradient is clipped by is itself made of such squares.
        for (Node n : new Graph(List.of(), results).nodes()) {
            List<Value> inputs =
                    n.inputs().stream().map(v -> replaced.getOrDefault(v, v)).toList();
            boolean square = n.op() instanceof Op.Unary u
                    && (u.function() == UnaryFunction.SQUARE || u.function() == UnaryFunction.ABS);
            if ((square || isLimit(n)) && lookups.isScaledLookup(n.input(0))) {
                replaced.put(n.output(0), each(inputs.getFirst(), n));
            } else if (!inputs.equals(n.inputs())) {
                Node copy = Node.of(n.op(), inputs, n.origin());
                for (int i = 0; i < n.types().size(); i++) replaced.put(n.output(i), copy.output(i));
            }
        }
        return results.stream().map(v -> replaced.getOrDefault(v, v)).toList();
    }

    private static boolean isSumOfLookups(Value v) {
        return switch (v.node().op()) {
            case Op.ScatterAdd s -> true;
            case Op.Reshape r -> isSumOfLookups(v.node().input(0));
            case Op.Transpose t -> isSumOfLookups(v.node().input(0));
            case Op.Binary b
            when b.function() == BinaryFunction.ADD ->
                isSumOfLookups(v.node().input(0)) && isSumOfLookups(v.node().input(1));
            default -> false;
        };
    }

    /** Whether a value is such a gradient, but for its type and a factor. */
    private boolean isScaledLookup(Value v) {
        Boolean found = known.get(v);
        if (found != null) return found;
        boolean is = switch (v.node().op()) {
            case Op.Cast c -> isScaledLookup(v.node().input(0));
            case Op.Binary b
            when isProduct(b, v, v.node().input(1)) || isLimit(v.node()) ->
                isScaledLookup(v.node().input(0));
            default -> false;
        };
        known.put(v, is);
        return is;
    }

    /** What {@code clipvalue} does, to each lookup too. */
    private static boolean isLimit(Node n) {
        return n.op() instanceof Op.Binary b
                && (b.function() == BinaryFunction.MAXIMUM || b.function() == BinaryFunction.MINIMUM)
                && n.input(1).node().op() instanceof Op.Constant;
    }

    /** A quotient or a multiple. Python's {@code *} with a tensor, as Keras clips by the norm of all gradients, leaves no rows. */
    private static boolean isProduct(Op.Binary b, Value product, Value by) {
        return b.function() == BinaryFunction.DIVIDE
                        && (by.shape().size() == 1 || by.shape().equals(product.shape()))
                || b.function() == BinaryFunction.MULTIPLY && by.node().op() instanceof Op.Constant;
    }

    /** A function of each row before rows are added. */
    private static Value each(Value v, Node function) {
        return rows(v, (row, at) -> {
            List<Value> inputs = new ArrayList<>(function.inputs());
            inputs.set(0, row);
            return Node.of(function.op(), inputs).output(0);
        });
    }

    /** A function of the rows of a sum of lookups, given how the rows of a whole tensor are found. */
    private interface Rows {
        Value of(Value rows, UnaryOperator<Value> at);
    }

    private static Value rows(Value v, Rows f) {
        Node n = v.node();
        return switch (n.op()) {
            case Op.ScatterAdd s -> {
                Value indices = n.input(0);
                Value each = f.of(n.input(1), whole -> whole.gather(indices, 0));
                yield Node.of(s, List.of(indices, each), n.origin()).output(0);
            }
            case Op.Reshape r -> {
                Shape inner = n.input(0).shape();
                Value of = rows(n.input(0), (row, at) -> f.of(row, whole -> at.apply(whole.reshape(inner))));
                yield Node.of(r, List.of(of), n.origin()).output(0);
            }
            case Op.Transpose t -> {
                Value of = rows(n.input(0), (row, at) -> f.of(row, whole -> at.apply(whole.transpose(t.inverse()))));
                yield Node.of(t, List.of(of), n.origin()).output(0);
            }
            case Op.Cast c -> rows(n.input(0), (row, at) -> f.of(row.cast(c.dtype()), at));
            case Op.Binary b
            when b.function() == BinaryFunction.ADD -> rows(n.input(0), f).add(rows(n.input(1), f));
            case Op.Binary b ->
                rows(n.input(0), (row, at) -> {
                    Value by = n.input(1);
                    return f.of(row.binary(b.function(), by.shape().size() == 1 ? by : at.apply(by)), at);
                });
            default -> throw new IllegalStateException(Objects.toString(n));
        };
    }
}
