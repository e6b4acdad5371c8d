package io.argali.cli;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Predictions as a person wants to read them: class and probability, or numbers, and how they compare with the truth. */
final class PredictionTable {
    private PredictionTable() {}

    static String of(Map<String, Tensor> outputs, Map<String, Tensor> labels, int rows) {
        StringBuilder b = new StringBuilder();
        int i = 0;
        for (Map.Entry<String, Tensor> e : outputs.entrySet()) {
            Tensor truth = labels.get(e.getKey());
            if (truth == null && i < labels.size() && outputs.size() == labels.size())
                truth = labels.values().stream().skip(i).findFirst().orElse(null);
            if (outputs.size() > 1) b.append(e.getKey()).append('\n');
            b.append(table(e.getValue(), truth, rows));
            i++;
        }
        return b.toString();
    }

    private static String table(Tensor y, @Nullable Tensor truth, int rows) {
        if (y.dtype() == DType.STRING || y.shape().rank() == 0) return y + "\n";
        int n = y.shape().dim(0), k = n == 0 ? 0 : y.size() / n;
        double[] v = y.toDoubleArray();
        double[] t = truth == null || truth.dtype() == DType.STRING || truth.size() != n ? null : truth.toDoubleArray();
        if (y.shape().rank() == 2 && k > 1 && isDistribution(v, n, k)) return classes(v, t, n, k, rows);
        return numbers(v, t, n, k, rows);
    }

    private static boolean isDistribution(double[] v, int n, int k) {
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < k; j++) {
                if (v[i * k + j] < 0) return false;
                sum += v[i * k + j];
            }
            if (Math.abs(sum - 1) > 1e-2) return false;
        }
        return true;
    }

    private static String classes(double[] v, double @Nullable [] t, int n, int k, int rows) {
        StringBuilder b = new StringBuilder();
        if (rows > 0) b.append(t == null ? "  row   class  probability\n" : "  row   class  probability   truth\n");
        int right = 0;
        for (int i = 0; i < n; i++) {
            int best = 0;
            for (int j = 1; j < k; j++) if (v[i * k + j] > v[i * k + best]) best = j;
            boolean ok = t != null && t[i] == best;
            if (ok) right++;
            if (i < rows) {
                b.append(String.format(Locale.ROOT, "%5d   %5d     %6.2f %%", i, best, 100 * v[i * k + best]));
                if (t != null) b.append(String.format(Locale.ROOT, "   %5.0f %s", t[i], ok ? "" : " wrong"));
                b.append('\n');
            }
        }
        if (rows > 0 && n > rows) b.append("  … ").append(n - rows).append(" more\n");
        if (t != null)
            b.append(String.format(Locale.ROOT, "accuracy: %.2f %% (%d of %d right)%n", 100.0 * right / n, right, n));
        return b.toString();
    }

    private static String numbers(double[] v, double @Nullable [] t, int n, int k, int rows) {
        StringBuilder b = new StringBuilder();
        double squares = 0, absolute = 0, mean = 0, total = 0;
        double[] comparable = k == 1 ? t : null;
        for (int i = 0; i < n; i++) {
            if (i < rows) {
                b.append(String.format(Locale.ROOT, "%5d  ", i));
                for (int j = 0; j < Math.min(k, 8); j++) b.append(String.format(Locale.ROOT, " %12.6g", v[i * k + j]));
                if (k > 8) b.append(" … (").append(k).append(')');
                if (comparable != null) b.append(String.format(Locale.ROOT, "   truth %12.6g", comparable[i]));
                b.append('\n');
            }
            if (comparable != null) mean += comparable[i] / n;
        }
        if (rows > 0 && n > rows) b.append("  … ").append(n - rows).append(" more\n");
        if (comparable != null) {
            for (int i = 0; i < n; i++) {
                double error = v[i] - comparable[i], spread = comparable[i] - mean;
                squares += error * error;
                absolute += Math.abs(error);
                total += spread * spread;
            }
            b.append(String.format(
                    Locale.ROOT, "mean absolute error: %.4g, R²: %.4f%n", absolute / n, 1 - squares / total));
        }
        return b.toString();
    }
}
