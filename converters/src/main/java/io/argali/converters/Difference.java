package io.argali.converters;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How far an array is from another.
 *
 * @param name what it is: an output, a layer
 * @param largest the largest absolute difference; NaN where only one of two is a number, infinite where shapes differ
 * @param where the first place that is further off than tolerated, and what stands there; empty for none
 */
public record Difference(String name, double largest, String where) {
    /** Whether every element is as near as tolerated. */
    public boolean tolerated() {
        return where.isEmpty();
    }

    /**
     * Compares two arrays.
     *
     * @param tolerance how far a number may be off: absolutely, or by this part of the largest number if that is above 1
     */
    public static Difference of(String name, Tensor expected, Tensor got, double tolerance) {
        if (!expected.shape().equals(got.shape())) {
            return new Difference(
                    name, Double.POSITIVE_INFINITY, "shape " + got.shape() + ", expected " + expected.shape());
        }
        if (expected.dtype() == DType.STRING || got.dtype() == DType.STRING) return texts(name, expected, got);
        double[] a = expected.toDoubleArray(), b = got.toDoubleArray();
        double scale =
                Arrays.stream(a).map(Math::abs).filter(Double::isFinite).max().orElse(0);
        double allowed = tolerance * Math.max(1, scale), largest = 0;
        String where = "";
        for (int i = 0; i < a.length; i++) {
            double d = Double.compare(a[i], b[i]) == 0 || a[i] == b[i] ? 0 : Math.abs(a[i] - b[i]);
            if (d > largest || Double.isNaN(d)) largest = Double.isNaN(largest) ? largest : d;
            if (!(d <= allowed) && where.isEmpty()) {
                where = String.format(Locale.ROOT, "%s: %.6g, expected %.6g", place(expected, i), b[i], a[i]);
            }
        }
        return new Difference(name, largest, where);
    }

    private static Difference texts(String name, Tensor expected, Tensor got) {
        if (expected.dtype() != got.dtype())
            return new Difference(name, Double.POSITIVE_INFINITY, got.dtype() + ", expected " + expected.dtype());
        String[] a = expected.strings(), b = got.strings();
        for (int i = 0; i < a.length; i++) {
            if (!a[i].equals(b[i]))
                return new Difference(
                        name,
                        Double.POSITIVE_INFINITY,
                        place(expected, i) + ": \"" + b[i] + "\", expected \"" + a[i] + "\"");
        }
        return new Difference(name, 0, "");
    }

    private static String place(Tensor t, int index) {
        List<Integer> at = new ArrayList<>();
        int rest = index;
        for (int axis = t.shape().rank() - 1; axis >= 0; axis--) {
            at.addFirst(rest % t.shape().dim(axis));
            rest /= t.shape().dim(axis);
        }
        return at.toString();
    }
}
