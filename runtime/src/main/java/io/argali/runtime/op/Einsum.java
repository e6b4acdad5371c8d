package io.argali.runtime.op;

import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sums of products by Einstein's convention, as NumPy's {@code einsum}: {@code "abc,cde->abde"}. A contraction of two values is one matrix
 * product; of the ways to lay it out, the one that moves the fewest elements is taken.
 */
public final class Einsum {
    /** The label of the last axis under an ellipsis; those before it count up, so that operands align at the right. */
    private static final char ELLIPSIS = '\u0100';

    private Einsum() {}

    /** A value with a letter for each axis. */
    private record Term(Value value, String labels) {
        int dim(char label) {
            int i = labels.indexOf(label);
            return i < 0 ? 1 : value.shape().dim(i);
        }

        boolean has(char label) {
            return labels.indexOf(label) >= 0;
        }
    }

    /**
     * Applies an equation to its operands, from left to right.
     *
     * @throws ShapeException if the equation is malformed or the operands do not fit it
     */
    public static Value of(String equation, Value... operands) {
        String plain = equation.replace(" ", "");
        int arrow = plain.indexOf("->");
        String[] inputs = (arrow < 0 ? plain : plain.substring(0, arrow)).split(",", -1);
        if (inputs.length != operands.length) {
            throw new ShapeException(
                    "einsum \"" + equation + "\" has " + inputs.length + " operands, got " + operands.length);
        }
        List<Term> terms = new ArrayList<>();
        int hidden = 0;
        for (int i = 0; i < inputs.length; i++) {
            Term t = term(equation, inputs[i], operands[i]);
            hidden = Math.max(
                    hidden, (int) t.labels.chars().filter(c -> c >= ELLIPSIS).count());
            terms.add(t);
        }
        String output = arrow < 0 ? implicitOutput(terms, hidden) : expand(plain.substring(arrow + 2), hidden);
        for (char c : output.toCharArray()) {
            if (terms.stream().noneMatch(t -> t.has(c)))
                throw new ShapeException("einsum \"" + equation + "\" makes axis " + c + " of nothing");
        }
        checkLengths(equation, terms);
        Term result = terms.get(0);
        if (terms.size() == 1) return permute(sumOut(result, output), output);
        for (int i = 1; i < terms.size(); i++) {
            String wanted =
                    i == terms.size() - 1 ? output : neededLater(result, terms.subList(i, terms.size()), output);
            result = new Term(pair(result, terms.get(i), wanted), wanted);
        }
        return result.value;
    }

    private static Term term(String equation, String labels, Value v) {
        int named = labels.replace("...", "").length();
        boolean ellipsis = labels.contains("...");
        if (ellipsis ? named > v.rank() : named != v.rank()) {
            throw new ShapeException(
                    "einsum \"" + equation + "\" cannot name the axes of " + v.type() + " by \"" + labels + "\"");
        }
        return diagonal(new Term(v, expand(labels, v.rank() - named)));
    }

    private static String expand(String labels, int hidden) {
        StringBuilder b = new StringBuilder();
        for (int i = hidden - 1; i >= 0; i--) b.append((char) (ELLIPSIS + i));
        return labels.replace("...", b);
    }

    /** NumPy's rule: the axes under the ellipsis, then the letters that occur once, in alphabetical order. */
    private static String implicitOutput(List<Term> terms, int hidden) {
        Map<Character, Integer> count = new HashMap<>();
        for (Term t : terms) for (char c : t.labels.toCharArray()) count.merge(c, 1, Integer::sum);
        return expand("...", hidden)
                + count.keySet().stream()
                        .filter(c -> c < ELLIPSIS && Objects.requireNonNull(count.get(c)) == 1)
                        .sorted()
                        .map(String::valueOf)
                        .collect(Collectors.joining());
    }

    private static void checkLengths(String equation, List<Term> terms) {
        Map<Character, Integer> lengths = new HashMap<>();
        for (Term t : terms) {
            for (char c : t.labels.toCharArray()) {
                Integer known = lengths.putIfAbsent(c, t.dim(c));
                boolean broadcast = c >= ELLIPSIS && known != null && (known == 1 || t.dim(c) == 1);
                if (known != null && known != t.dim(c) && !broadcast) {
                    throw new ShapeException("einsum \"" + equation + "\" of "
                            + terms.stream().map(o -> o.value.type().toString()).collect(Collectors.joining(", "))
                            + ": axis " + c + " is "
                            + known + " and " + t.dim(c) + " long");
                }
                if (broadcast) lengths.merge(c, t.dim(c), Math::max);
            }
        }
    }

    /** The labels of the next two operands that something after them asks for. */
    private static String neededLater(Term a, List<Term> rest, String output) {
        StringBuilder needed = new StringBuilder();
        for (char c : (a.labels + rest.get(0).labels).toCharArray()) {
            boolean later = output.indexOf(c) >= 0 || rest.stream().skip(1).anyMatch(t -> t.has(c));
            if (later && needed.indexOf(String.valueOf(c)) < 0) needed.append(c);
        }
        return needed.toString();
    }

    /** Axes that share a letter become their diagonal. */
    private static Term diagonal(Term t) {
        for (int i = 0; i < t.labels.length(); i++) {
            int j = t.labels.indexOf(t.labels.charAt(i), i + 1);
            if (j < 0) continue;
            int n = t.value.shape().dim(i), last = t.value.rank() - 1;
            if (n != t.value.shape().dim(j))
                throw new ShapeException("einsum: no diagonal of axes " + i + " and " + j + " of " + t.value.type());
            Value v = t.value
                    .moveAxis(j, last)
                    .moveAxis(i, last); // i lies before j; the order of the two does not matter
            Shape outer = v.shape().slice(0, last - 1);
            v = v.reshape(outer.append(n * n)).slice(-1, 0, n * n, n + 1);
            String labels = new StringBuilder(t.labels)
                    .deleteCharAt(j)
                    .deleteCharAt(i)
                    .append(t.labels.charAt(i))
                    .toString();
            return diagonal(new Term(v, labels));
        }
        return t;
    }

    /** Sums over the axes that are not kept. */
    private static Term sumOut(Term t, String kept) {
        StringBuilder labels = new StringBuilder();
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < t.labels.length(); i++) {
            if (kept.indexOf(t.labels.charAt(i)) < 0) axes.add(i);
            else labels.append(t.labels.charAt(i));
        }
        if (axes.isEmpty()) return t;
        return new Term(t.value.sum(false, axes.stream().mapToInt(i -> i).toArray()), labels.toString());
    }

    /** The axes in another order. */
    private static Value permute(Term t, String order) {
        if (t.labels.equals(order)) return t.value;
        Shape shape = Shape.of(order.chars().mapToObj(c -> t.dim((char) c)).toList());
        // Where only axes of length 1 change places, no element does.
        if (moved(t, order) == 0) return t.value.reshape(shape);
        return t.value.transpose(
                order.chars().map(c -> t.labels.indexOf((char) c)).toArray());
    }

    private static String longAxes(Term t, String order) {
        return order.chars()
                .filter(c -> t.dim((char) c) != 1)
                .mapToObj(c -> String.valueOf((char) c))
                .collect(Collectors.joining());
    }

    /** How many elements change places when the axes are put in another order. */
    private static long moved(Term t, String order) {
        if (longAxes(t, t.labels).equals(longAxes(t, order))) return 0;
        return isWeight(t.value) ? 1 : 2L * t.value.shape().size(); // weights are moved once, when a plan is made
    }

    private static boolean isWeight(Value v) {
        return switch (v.node().op()) {
            case Op.Variable x -> true;
            case Op.Constant x -> true;
            case Op.Cast x -> isWeight(v.node().input(0));
            case Op.Reshape x -> isWeight(v.node().input(0));
            case Op.Slice x -> isWeight(v.node().input(0));
            default -> false;
        };
    }

    private static Value pair(Term left, Term right, String wanted) {
        Term a = sumOut(left, right.labels + wanted), b = sumOut(right, left.labels + wanted);
        String contracted = only(a.labels, c -> b.has(c) && wanted.indexOf(c) < 0);
        if (contracted.isEmpty()) return aligned(a, wanted).multiply(aligned(b, wanted));
        Layout best = null;
        for (Layout l : layouts(a, b, wanted, contracted)) if (best == null || l.cost < best.cost) best = l;
        return Objects.requireNonNull(best).product(wanted);
    }

    /** A value with all axes of the result, of length 1 where it has none. */
    private static Value aligned(Term t, String wanted) {
        Value v = permute(t, only(wanted, t::has));
        return v.reshape(Shape.of(wanted.chars().mapToObj(c -> t.dim((char) c)).toList()));
    }

    private interface Test {
        boolean test(char c);
    }

    private static String only(String labels, Test test) {
        StringBuilder b = new StringBuilder();
        for (char c : labels.toCharArray()) if (test.test(c)) b.append(c);
        return b.toString();
    }

    /**
     * A contraction as a matrix product: {@code rows · columns}, batch axes first.
     *
     * @param a the left matrix, whose axes are {@code batch, rows, contracted}, the last two groups swapped if it is stored transposed
     * @param cost elements to be moved before and after
     */
    private record Layout(
            Term a,
            Term b,
            String batch,
            String rows,
            String columns,
            String contracted,
            boolean transposeA,
            boolean transposeB,
            long cost) {
        static Layout of(
                Term a,
                Term b,
                String batch,
                String rows,
                String columns,
                String contracted,
                boolean ta,
                boolean tb,
                String wanted) {
            long cost = moved(a, order(batch, rows, contracted, ta)) + moved(b, order(batch, contracted, columns, tb));
            Map<Character, Integer> dims = new HashMap<>();
            for (char c : wanted.toCharArray()) dims.put(c, Math.max(a.dim(c), b.dim(c)));
            String result = only(batch + rows + columns, c -> Objects.requireNonNull(dims.get(c)) != 1);
            if (!result.equals(only(wanted, c -> Objects.requireNonNull(dims.get(c)) != 1))) {
                cost += 2 * dims.values().stream().mapToLong(i -> i).reduce(1, (x, y) -> x * y);
            }
            return new Layout(a, b, batch, rows, columns, contracted, ta, tb, cost);
        }

        private static String order(String batch, String first, String second, boolean swapped) {
            return swapped ? batch + second + first : batch + first + second;
        }

        Value product(String wanted) {
            Value x = permute(a, order(batch, rows, contracted, transposeA)),
                    y = permute(b, order(batch, contracted, columns, transposeB));
            int m = size(a, rows), n = size(b, columns), k = size(a, contracted);
            Shape bs = dims(b, batch), as = dims(a, batch);
            y = y.reshape(transposeB ? bs.append(n, k) : bs.append(k, n));
            if (batch.isEmpty() && !transposeA && !rows.isEmpty())
                x = x.reshape(dims(a, rows).append(k)); // rows as they come
            else x = x.reshape(transposeA ? as.append(k, m) : as.append(m, k));
            Value z = x.matMul(y, transposeA, transposeB);
            StringBuilder labels = new StringBuilder(batch).append(rows).append(columns);
            List<Integer> shape = new ArrayList<>();
            for (char c : labels.toString().toCharArray()) shape.add(Math.max(a.dim(c), b.dim(c)));
            return permute(new Term(z.reshape(Shape.of(shape)), labels.toString()), wanted);
        }

        private static int size(Term t, String labels) {
            return labels.chars().map(c -> t.dim((char) c)).reduce(1, (x, y) -> x * y);
        }

        private static Shape dims(Term t, String labels) {
            return Shape.of(labels.chars().mapToObj(c -> t.dim((char) c)).toList());
        }
    }

    /** The layouts worth looking at: each group of axes in the order of either side or of the result. */
    private static List<Layout> layouts(Term a, Term b, String wanted, String contracted) {
        List<Layout> found = new ArrayList<>();
        for (String inner : distinct(contracted, only(b.labels, c -> contracted.indexOf(c) >= 0))) {
            for (String batch : orders(a, b, wanted, c -> a.has(c) && b.has(c))) {
                for (String freeA : orders(a, null, wanted, c -> a.has(c) && !b.has(c))) {
                    for (String freeB : orders(b, null, wanted, c -> b.has(c) && !a.has(c))) {
                        for (int flags = 0; flags < 4; flags++) {
                            boolean ta = (flags & 1) != 0, tb = (flags & 2) != 0;
                            found.add(Layout.of(a, b, batch, freeA, freeB, inner, ta, tb, wanted));
                            found.add(Layout.of(b, a, batch, freeB, freeA, inner, ta, tb, wanted));
                        }
                    }
                }
            }
        }
        return found;
    }

    private static List<String> orders(Term first, @Nullable Term second, String wanted, Test test) {
        String byResult = only(wanted, test);
        String byFirst = only(first.labels, c -> byResult.indexOf(c) >= 0);
        return distinct(
                byResult, byFirst, second == null ? byFirst : only(second.labels, c -> byResult.indexOf(c) >= 0));
    }

    private static List<String> distinct(String... orders) {
        return Arrays.stream(orders).distinct().toList();
    }
}
