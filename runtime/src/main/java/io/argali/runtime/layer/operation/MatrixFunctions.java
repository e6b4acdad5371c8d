package io.argali.runtime.layer.operation;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Decompositions of matrices (…, m, n), computed in float64, one matrix of the batch after the other. */
public final class MatrixFunctions {
    private MatrixFunctions() {}

    /** What one matrix, or a pair, becomes; results are matrices. */
    private interface Rule {
        double[][][] apply(double[][] a, double[][] b);
    }

    /** The shape of a result of one matrix, after the batch axes; the matrix of the rule holds its elements row by row. */
    private interface Dims {
        int[] of(int m, int n, int columns);
    }

    /** Each function, with how many results it has. */
    public enum Function {
        DETERMINANT(1, (a, b) -> one(scalar(determinant(a, false))), (m, n, k) -> new int[0]),
        SIGN_AND_LOG_DETERMINANT(
                2,
                (a, b) -> new double[][][] {scalar(Math.signum(determinant(a, false))), scalar(determinant(a, true))},
                (m, n, k) -> new int[0]),
        INVERSE(1, (a, b) -> one(solve(a, identity(a.length))), (m, n, k) -> new int[] {n, n}),
        SOLVE(1, (a, b) -> one(solve(a, b)), (m, n, k) -> new int[] {n, k}),
        SOLVE_LOWER(1, (a, b) -> one(substitute(a, b, true)), (m, n, k) -> new int[] {n, k}),
        SOLVE_UPPER(1, (a, b) -> one(substitute(a, b, false)), (m, n, k) -> new int[] {n, k}),
        CHOLESKY(1, (a, b) -> one(cholesky(a)), (m, n, k) -> new int[] {n, n}),
        LU(2, (a, b) -> lu(a), (m, n, k) -> new int[] {n, n}),
        SINGULAR_VALUES(1, (a, b) -> one(new double[][] {Svd.of(a).values}), (m, n, k) -> new int[] {Math.min(m, n)}),
        SINGULAR_VECTORS(3, (a, b) -> Svd.of(a).all(), (m, n, k) -> new int[] {Math.min(m, n)}),
        PSEUDO_INVERSE(1, (a, b) -> one(pseudoInverse(a, b[0][0])), (m, n, k) -> new int[] {n, m}),
        EIGENVECTORS_OF_SYMMETRIC(2, (a, b) -> symmetricEigen(a), (m, n, k) -> new int[] {n, n}),
        QR(2, (a, b) -> qr(a), (m, n, k) -> new int[] {m, n});

        final int results;
        final Rule rule;
        final Dims dims;

        Function(int results, Rule rule, Dims dims) {
            this.results = results;
            this.rule = rule;
            this.dims = dims;
        }

        int[] dims(int result, int m, int n, int columns) {
            if (result == 1 && this == LU) return new int[] {n};
            if (result == 0 && this == EIGENVECTORS_OF_SYMMETRIC) return new int[] {n};
            if (this == SINGULAR_VECTORS && result > 0) return new int[] {result == 1 ? m : n, Math.min(m, n)};
            if (this == QR) return result == 0 ? new int[] {m, Math.min(m, n)} : new int[] {Math.min(m, n), n};
            return dims.of(m, n, columns);
        }
    }

    /** A function of each matrix of a batch. */
    public record OfMatrices(Function function) implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            if (s.rank() < 2 || !in.get(0).dtype().isFloating())
                throw new ShapeException("expected matrices of floating numbers, got " + in.get(0));
            int columns = in.size() < 2 ? 0 : in.get(1).shape().last();
            List<TensorType> r = new ArrayList<>();
            for (int i = 0; i < function.results; i++) {
                Shape shape = s.slice(0, s.rank() - 2).append(function.dims(i, s.dim(-2), s.last(), columns));
                r.add(new TensorType(
                        function == Function.LU && i == 1
                                ? DType.INT32
                                : in.get(0).dtype(),
                        shape));
            }
            return r;
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            List<TensorType> types = infer(in.stream().map(Tensor::type).toList());
            Shape s = in.get(0).shape();
            int batch = s.size(0, s.rank() - 2);
            double[] a = in.get(0).toDoubleArray(),
                    b = in.size() < 2 ? new double[0] : in.get(1).toDoubleArray();
            List<double[]> results = new ArrayList<>();
            for (TensorType t : types) results.add(new double[t.shape().size()]);
            for (int i = 0; i < batch; i++) {
                double[][] second = in.size() < 2
                        ? new double[0][0]
                        : matrix(b, i, in.get(1).shape());
                double[][][] r = function.rule.apply(matrix(a, i, s), second);
                for (int k = 0; k < r.length; k++) {
                    int each = results.get(k).length / batch, at = i * each;
                    for (double[] row : r[k]) {
                        System.arraycopy(row, 0, results.get(k), at, row.length);
                        at += row.length;
                    }
                }
            }
            List<Tensor> tensors = new ArrayList<>();
            for (int k = 0; k < results.size(); k++) {
                tensors.add(Tensor.wrap(DType.FLOAT64, types.get(k).shape(), results.get(k))
                        .cast(types.get(k).dtype()));
            }
            return tensors;
        }

        private static double[][] matrix(double[] all, int i, Shape s) {
            int rows = s.dim(-2), columns = s.last();
            double[][] m = new double[rows][];
            int each = rows * columns, count = all.length / Math.max(1, each), at = i % Math.max(1, count) * each;
            for (int r = 0; r < rows; r++) m[r] = Arrays.copyOfRange(all, at + r * columns, at + (r + 1) * columns);
            return m;
        }
    }

    private static Value of(Function f, Value... in) {
        return new OfMatrices(f).on(in).get(0);
    }

    public static Value determinant(Value a) {
        return of(Function.DETERMINANT, a);
    }

    /** The sign, and the logarithm of the absolute value. */
    public static List<Value> signAndLogDeterminant(Value a) {
        return new OfMatrices(Function.SIGN_AND_LOG_DETERMINANT).on(a);
    }

    public static Value inverse(Value a) {
        return of(Function.INVERSE, a);
    }

    public static Value solve(Value a, Value b) {
        return of(Function.SOLVE, a, b);
    }

    public static Value solveTriangular(Value a, Value b, boolean lower) {
        return of(lower ? Function.SOLVE_LOWER : Function.SOLVE_UPPER, a, b);
    }

    public static Value cholesky(Value a) {
        return of(Function.CHOLESKY, a);
    }

    /** Both factors in one matrix, and the rows that took each place. */
    public static List<Value> lu(Value a) {
        return new OfMatrices(Function.LU).on(a);
    }

    public static Value singularValues(Value a) {
        return of(Function.SINGULAR_VALUES, a);
    }

    /** The singular values, descending, then the left and the right vectors as columns. */
    public static List<Value> singularVectors(Value a) {
        return new OfMatrices(Function.SINGULAR_VECTORS).on(a);
    }

    /** @param cut singular values below this part of the greatest count as 0 */
    static Value pseudoInverse(Value a, double cut) {
        return of(Function.PSEUDO_INVERSE, a, Value.full(a.dtype(), Shape.of(1, 1), cut));
    }

    /** Eigenvalues, ascending, and eigenvectors as columns. */
    public static List<Value> symmetricEigen(Value a) {
        return new OfMatrices(Function.EIGENVECTORS_OF_SYMMETRIC).on(a);
    }

    public static List<Value> qr(Value a) {
        return new OfMatrices(Function.QR).on(a);
    }

    private static double[][][] one(double[][] m) {
        return new double[][][] {m};
    }

    private static double[][] scalar(double x) {
        return new double[][] {{x}};
    }

    private static double[][] identity(int n) {
        double[][] m = new double[n][n];
        for (int i = 0; i < n; i++) m[i][i] = 1;
        return m;
    }

    /** Gaussian elimination in place, by rows with the greatest pivot; returns the order of the rows, and the sign of their permutation last. */
    private static int[] eliminate(double[][] a) {
        int n = a.length;
        int[] order = new int[n + 1];
        for (int i = 0; i < n; i++) order[i] = i;
        order[n] = 1;
        for (int k = 0; k < n; k++) {
            int p = k;
            for (int i = k + 1; i < n; i++) if (Math.abs(a[i][k]) > Math.abs(a[p][k])) p = i;
            if (p != k) {
                double[] row = a[p];
                a[p] = a[k];
                a[k] = row;
                int o = order[p];
                order[p] = order[k];
                order[k] = o;
                order[n] = -order[n];
            }
            if (a[k][k] == 0) continue;
            for (int i = k + 1; i < n; i++) {
                double f = a[i][k] /= a[k][k];
                for (int j = k + 1; j < n; j++) a[i][j] -= f * a[k][j];
            }
        }
        return order;
    }

    private static double determinant(double[][] given, boolean logarithm) {
        double[][] a = Arrays.stream(given).map(double[]::clone).toArray(double[][]::new);
        int sign = eliminate(a)[a.length];
        double r = logarithm ? 0 : sign;
        for (int i = 0; i < a.length; i++) r = logarithm ? r + Math.log(Math.abs(a[i][i])) : r * a[i][i];
        return r;
    }

    private static double[][] solve(double[][] a, double[][] b) {
        int[] order = eliminate(a);
        double[][] x = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            if (a[i][i] == 0) throw new IllegalArgumentException("the matrix is singular");
            x[i] = b[order[i]].clone();
            for (int k = 0; k < i; k++) subtract(x[i], x[k], a[i][k]);
        }
        return substitute(a, x, false);
    }

    private static void subtract(double[] row, double[] other, double f) {
        for (int j = 0; j < row.length; j++) row[j] -= f * other[j];
    }

    private static double[][] substitute(double[][] a, double[][] b, boolean lower) {
        int n = a.length;
        double[][] x = new double[n][];
        for (int step = 0; step < n; step++) {
            int i = lower ? step : n - 1 - step;
            x[i] = b[i].clone();
            for (int k = lower ? 0 : i + 1; k < (lower ? i : n); k++) subtract(x[i], x[k], a[i][k]);
            for (int j = 0; j < x[i].length; j++) x[i][j] /= a[i][i];
        }
        return x;
    }

    private static double[][] cholesky(double[][] a) {
        int n = a.length;
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double s = a[i][j];
                for (int k = 0; k < j; k++) s -= l[i][k] * l[j][k];
                if (i == j && !(s > 0)) throw new IllegalArgumentException("the matrix is not positive definite");
                l[i][j] = i == j ? Math.sqrt(s) : s / l[j][j];
            }
        }
        return l;
    }

    private static double[][][] lu(double[][] a) {
        int[] order = eliminate(a);
        double[][] places = new double[1][a.length];
        for (int i = 0; i < a.length; i++) places[0][order[i]] = i; // Keras hands on the inverse of the order
        return new double[][][] {a, places};
    }

    private static double[][] pseudoInverse(double[][] a, double cut) {
        Svd svd = Svd.of(a);
        int m = a.length, n = a[0].length;
        double[][] r = new double[n][m];
        for (int k = 0; k < svd.values.length; k++) {
            if (svd.values[k] <= cut * svd.values[0]) continue;
            for (int i = 0; i < n; i++)
                for (int j = 0; j < m; j++) r[i][j] += svd.right[i][k] * svd.left[j][k] / svd.values[k];
        }
        return r;
    }

    /** a = left · diag(values) · rightᵀ, values descending; by rotations of pairs of columns until all are at right angles (Hestenes, 1958). */
    private record Svd(double[][] left, double[] values, double[][] right) {
        static Svd of(double[][] a) {
            if (a.length < a[0].length) {
                Svd s = of(transposed(a));
                return new Svd(s.right, s.values, s.left);
            }
            int n = a[0].length;
            double[][] u = transposed(a), v = identity(n); // columns as rows
            for (int sweep = 0; sweep < 60; sweep++) {
                boolean done = true;
                for (int p = 0; p < n; p++) for (int q = p + 1; q < n; q++) done &= !rotate(u, v, p, q);
                if (done) break;
            }
            double[] length = new double[n];
            for (int k = 0; k < n; k++) length[k] = Math.sqrt(dot(u[k], u[k]));
            Integer[] order = new Integer[n];
            Arrays.setAll(order, k -> k);
            Arrays.sort(order, (x, y) -> Double.compare(length[y], length[x]));
            double[][] left = new double[n][], right = new double[n][];
            double[] values = new double[n];
            for (int k = 0; k < n; k++) {
                values[k] = length[order[k]];
                double f = values[k] == 0 ? 0 : 1 / values[k];
                left[k] = Arrays.stream(u[order[k]]).map(x -> x * f).toArray();
                right[k] = v[order[k]];
            }
            return new Svd(transposed(left), values, transposed(right));
        }

        double[][][] all() {
            return new double[][][] {{values}, left, right};
        }

        private static boolean rotate(double[][] u, double[][] v, int p, int q) {
            double alpha = dot(u[p], u[p]), beta = dot(u[q], u[q]), gamma = dot(u[p], u[q]);
            if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta) || gamma == 0) return false;
            double zeta = (beta - alpha) / (2 * gamma);
            double t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
            double c = 1 / Math.sqrt(1 + t * t), s = c * t;
            turn(u[p], u[q], c, s);
            turn(v[p], v[q], c, s);
            return true;
        }
    }

    private static void turn(double[] x, double[] y, double c, double s) {
        for (int i = 0; i < x.length; i++) {
            double a = x[i];
            x[i] = c * a - s * y[i];
            y[i] = s * a + c * y[i];
        }
    }

    private static double dot(double[] x, double[] y) {
        double s = 0;
        for (int i = 0; i < x.length; i++) s += x[i] * y[i];
        return s;
    }

    private static double[][] transposed(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) for (int j = 0; j < a[0].length; j++) t[j][i] = a[i][j];
        return t;
    }

    /** Jacobi's rotations. */
    private static double[][][] symmetricEigen(double[][] a) {
        int n = a.length;
        double[][] v = identity(n); // eigenvectors as rows
        for (int sweep = 0; sweep < 60; sweep++) {
            double off = 0;
            for (int p = 0; p < n; p++) for (int q = p + 1; q < n; q++) off += a[p][q] * a[p][q];
            if (off < 1e-300) break;
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    if (a[p][q] == 0) continue;
                    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
                    double t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(1 + theta * theta));
                    double c = 1 / Math.sqrt(1 + t * t), s = c * t;
                    turn(a[p], a[q], c, s);
                    for (double[] row : a) {
                        double x = row[p];
                        row[p] = c * x - s * row[q];
                        row[q] = s * x + c * row[q];
                    }
                    turn(v[p], v[q], c, s);
                }
            }
        }
        Integer[] order = new Integer[n];
        Arrays.setAll(order, k -> k);
        Arrays.sort(order, (x, y) -> Double.compare(a[x][x], a[y][y]));
        double[][] values = new double[1][n], vectors = new double[n][];
        for (int k = 0; k < n; k++) {
            values[0][k] = a[order[k]][order[k]];
            vectors[k] = v[order[k]];
        }
        return new double[][][] {values, transposed(vectors)};
    }

    /** Householder's reflections, with the signs that LAPACK and Eigen give. */
    private static double[][][] qr(double[][] a) {
        int m = a.length, n = a[0].length, k = Math.min(m, n);
        double[][] q = identity(m), r = a;
        for (int c = 0; c < Math.min(m - 1, n); c++) {
            double norm = 0;
            for (int i = c; i < m; i++) norm += r[i][c] * r[i][c];
            norm = Math.sqrt(norm);
            if (norm == 0) continue;
            double[] v = new double[m];
            for (int i = c; i < m; i++) v[i] = r[i][c];
            v[c] += v[c] < 0 ? -norm : norm;
            double vv = dot(v, v);
            reflect(r, v, vv);
            reflect(q, v, vv);
        }
        double[][] thin = new double[m][k]; // q holds Qᵀ
        for (int i = 0; i < m; i++) for (int j = 0; j < k; j++) thin[i][j] = q[j][i];
        for (int i = 0; i < k; i++) for (int j = 0; j < i; j++) r[i][j] = 0;
        return new double[][][] {thin, Arrays.copyOf(r, k)};
    }

    private static void reflect(double[][] m, double[] v, double vv) {
        for (int j = 0; j < m[0].length; j++) {
            double s = 0;
            for (int i = 0; i < m.length; i++) s += v[i] * m[i][j];
            s *= 2 / vv;
            for (int i = 0; i < m.length; i++) m[i][j] -= s * v[i];
        }
    }
}
