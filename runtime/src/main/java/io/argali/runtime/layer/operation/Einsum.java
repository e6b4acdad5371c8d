package io.argali.runtime.layer.operation;

import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Einstein's sums, {@code "bij,bjk->bik"}, as matrix products: operands are contracted from left to right, two at a time. */
public final class Einsum {
    private Einsum() {}

    /**
     * Contracts values of one type.
     *
     * @throws ShapeException if the equation does not fit them
     */
    public static Value of(String equation, List<Value> operands) {
        String plain = equation.replace(" ", "");
        int arrow = plain.indexOf("->");
        String[] left = (arrow < 0 ? plain : plain.substring(0, arrow)).split(",", -1);
        if (left.length != operands.size()) throw new ShapeException("\"" + equation + "\" is for " + left.length + " operands, got " + operands.size());
        List<Labelled> terms = new ArrayList<>();
        String dots = "";
        for (int i = 0; i < left.length; i++) {
            String d = dots(left[i], operands.get(i));
            if (d.length() > dots.length()) dots = d;
        }
        for (int i = 0; i < left.length; i++) {
            String d = dots(left[i], operands.get(i));
            String labels = left[i].replace("...", dots.substring(dots.length() - d.length()));
            if (labels.length() != operands.get(i).rank()) {
                throw new ShapeException("\"" + equation + "\" does not fit operand " + i + " of shape " + operands.get(i).shape());
            }
            terms.add(withoutRepeats(new Labelled(operands.get(i), labels)));
        }
        String out = arrow < 0 ? implicit(left, dots) : plain.substring(arrow + 2).replace("...", dots);
        Labelled r = terms.get(0);
        for (int i = 1; i < terms.size(); i++) {
            Set<Character> later = chars(out);
            for (int j = i + 1; j < terms.size(); j++) later.addAll(chars(terms.get(j).labels));
            r = contract(r, terms.get(i), later);
        }
        return permuted(summed(r, chars(out)), out).value;
    }

    private record Labelled(Value value, String labels) {
        int length(char label) {
            return value.shape().dim(labels.indexOf(label));
        }
    }

    /** Labels of the axes behind an ellipsis: digits, which equations do not use. */
    private static String dots(String labels, Value operand) {
        if (!labels.contains("...")) return "";
        return "0123456789".substring(0, operand.rank() - (labels.length() - 3));
    }

    private static String implicit(String[] left, String dots) {
        String all = String.join("", left).replace("...", "");
        return dots + all.chars().filter(c -> all.indexOf(c) == all.lastIndexOf(c)).sorted()
                .mapToObj(Character::toString).collect(Collectors.joining());
    }

    private static Set<Character> chars(String s) {
        Set<Character> r = new LinkedHashSet<>();
        for (char c : s.toCharArray()) r.add(c);
        return r;
    }

    /** A label that an operand has twice means its diagonal. */
    private static Labelled withoutRepeats(Labelled t) {
        for (int i = 0; i < t.labels.length(); i++) {
            int j = t.labels.indexOf(t.labels.charAt(i), i + 1);
            if (j < 0) continue;
            Value d = NumpyOperations.diagonal(t.value, 0, i, j);
            String rest = new StringBuilder(t.labels).deleteCharAt(j).deleteCharAt(i).append(t.labels.charAt(i)).toString();
            return withoutRepeats(new Labelled(d, rest));
        }
        return t;
    }

    private static Labelled summed(Labelled t, Set<Character> kept) {
        Labelled r = t;
        for (char c : t.labels.toCharArray()) {
            if (kept.contains(c)) continue;
            int axis = r.labels.indexOf(c);
            r = new Labelled(r.value.reduce(ReduceFunction.SUM, false, axis), r.labels.replace(String.valueOf(c), ""));
        }
        return r;
    }

    private static Labelled permuted(Labelled t, String order) {
        return new Labelled(t.value.transpose(order.chars().map(t.labels::indexOf).toArray()), order);
    }

    private static Labelled contract(Labelled x, Labelled y, Set<Character> later) {
        Set<Character> ofX = chars(x.labels), ofY = chars(y.labels);
        Set<Character> keptX = new LinkedHashSet<>(later), keptY = new LinkedHashSet<>(later);
        keptX.addAll(ofY);
        keptY.addAll(ofX);
        Labelled a = summed(x, keptX), b = summed(y, keptY);
        StringBuilder batch = new StringBuilder(), inner = new StringBuilder(), rows = new StringBuilder(), columns = new StringBuilder();
        Map<Character, Integer> lengths = new LinkedHashMap<>();
        for (char c : a.labels.toCharArray()) {
            boolean shared = b.labels.indexOf(c) >= 0;
            lengths.put(c, shared ? Math.max(a.length(c), b.length(c)) : a.length(c));
            (shared ? later.contains(c) ? batch : inner : rows).append(c);
        }
        for (char c : b.labels.toCharArray()) {
            if (a.labels.indexOf(c) >= 0) continue;
            lengths.put(c, b.length(c));
            columns.append(c);
        }
        a = widened(permuted(a, "" + batch + rows + inner), lengths);
        b = widened(permuted(b, "" + batch + inner + columns), lengths);
        int n = size(batch, lengths), m = size(rows, lengths), k = size(inner, lengths), p = size(columns, lengths);
        Value u = batch.isEmpty() ? a.value.reshape(m, k) : a.value.reshape(n, m, k);
        Value v = batch.isEmpty() ? b.value.reshape(k, p) : b.value.reshape(n, k, p);
        String labels = "" + batch + rows + columns;
        return new Labelled(u.matMul(v).reshape(Shape.of(labels.chars().map(c -> lengths.get((char) c)).toArray())), labels);
    }

    /** Axes of length 1 repeated to the length that the label has elsewhere. */
    private static Labelled widened(Labelled t, Map<Character, Integer> lengths) {
        return new Labelled(t.value.broadcastTo(Shape.of(t.labels.chars().map(c -> lengths.get((char) c)).toArray())), t.labels);
    }

    private static int size(CharSequence labels, Map<Character, Integer> lengths) {
        return labels.chars().map(c -> lengths.get((char) c)).reduce(1, (a, b) -> a * b);
    }
}
