package io.argali.runtime.layer.operation;

import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.Arrays;

/** The operations of keras/src/ops/linalg.py whose results are real and of one sign. */
final class LinalgOperations {
    private LinalgOperations() {}

    static Table table() {
        Table t = new Table("linalg");
        t.value("Norm", LinalgOperations::norm);
        t.unary("Det", Table::floating, MatrixFunctions::determinant);
        t.unary("Inv", Table::floating, MatrixFunctions::inverse);
        t.value("Cholesky", a -> {
            Value l = MatrixFunctions.cholesky(a.value(0, "x"));
            return a.flag("upper", false) ? l.moveAxis(-1, -2) : l;
        });
        t.value("CholeskyInverse", a -> {
            Value x = a.value(0, "x");
            boolean upper = a.flag("upper", false);
            Value inverse = MatrixFunctions.solveTriangular(x, identity(x), !upper);
            return upper ? inverse.matMul(inverse, false, true) : inverse.matMul(inverse, true, false);
        });
        t.value("Solve", a -> columns(a, MatrixFunctions::solve));
        t.value(
                "SolveTriangular",
                a -> columns(a, (x, b) -> MatrixFunctions.solveTriangular(x, b, a.flag("lower", false))));
        t.results("LuFactor", a -> MatrixFunctions.lu(a.value(0, "x")));
        t.results("Qr", a -> {
            if (!a.text("mode", "reduced").equals("reduced"))
                throw new ShapeException("qr of mode \"complete\" is not supported");
            return MatrixFunctions.qr(a.value(0, "x"));
        });
        t.results("Eigh", a -> MatrixFunctions.symmetricEigen(a.value(0, "x")));
        t.value("SVD", a -> {
            if (a.flag("compute_uv", true))
                throw new ShapeException("svd with compute_uv=True is not supported; only singular values are");
            return MatrixFunctions.singularValues(a.value(0, "x"));
        });
        t.value("MatrixRank", a -> {
            Value x = a.value(0, "x"), s = MatrixFunctions.singularValues(x);
            int size = Math.max(x.shape().dim(-2), x.shape().last());
            Value tolerance = a.option("tol") instanceof Number n
                    ? s.like(n.doubleValue())
                    : s.max(true, -1).multiply(size * epsilon(x));
            return s.greater(tolerance).cast(DType.INT32).sum(false, -1);
        });
        t.value("Pinv", a -> {
            Value x = a.value(0, "x");
            int size = Math.max(x.shape().dim(-2), x.shape().last());
            return MatrixFunctions.pseudoInverse(x, a.number("rcond", 10 * size * epsilon(x)));
        });
        t.value("Lstsq", a -> {
            Value x = a.value(0, "a"), b = a.value(1, "b");
            double cut = a.number(
                    "rcond", epsilon(x) * Math.max(x.shape().dim(0), x.shape().dim(1)));
            Value inverse = MatrixFunctions.pseudoInverse(x, cut < 0 ? epsilon(x) : cut);
            return b.rank() == 1 ? inverse.matMul(b.expandDims(1)).squeeze(1) : inverse.matMul(b);
        });
        return t;
    }

    private static Value identity(Value x) {
        int n = x.shape().last();
        Shape square = Shape.of(n, n);
        return Value.iota(DType.INT32, square, 0)
                .equal(Value.iota(DType.INT32, square, 1))
                .cast(x.dtype());
    }

    private static double epsilon(Value x) {
        return x.dtype() == DType.FLOAT64 ? 0x1p-52 : 0x1p-23;
    }

    private static Value columns(OperationArguments a, java.util.function.BinaryOperator<Value> f) {
        Value x = a.value(0, "a"), b = a.value(1, "b");
        return b.rank() == x.rank() - 1 ? f.apply(x, b.expandDims(-1)).squeeze(-1) : f.apply(x, b);
    }

    private static Value norm(OperationArguments a) {
        Value given = a.value(0, "x");
        Value x = given.cast(Promotion.floating(given.dtype()));
        int[] axes = a.axes(x.rank());
        Object order = a.option("ord");
        if (order == null || "fro".equals(order))
            return x.square().sum(a.keepDims(), axes).sqrt();
        double p = order instanceof Number n ? n.doubleValue() : infinity(order);
        if (axes.length == 1) return vectorNorm(x, p, a.keepDims(), axes);
        if (axes.length != 2) throw new ShapeException("a norm is over one axis or two, not " + Arrays.toString(axes));
        return matrixNorm(x, order, p, a.keepDims(), axes);
    }

    /** Infinities come as text in some files. */
    private static double infinity(Object order) {
        return switch (String.valueOf(order)) {
            case "inf", "Infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> Double.NaN;
        };
    }

    private static Value vectorNorm(Value x, double p, boolean keepDims, int... axes) {
        if (p == 2) return x.square().sum(keepDims, axes).sqrt();
        if (p == Double.POSITIVE_INFINITY) return x.abs().max(keepDims, axes);
        if (p == Double.NEGATIVE_INFINITY) return x.abs().min(keepDims, axes);
        if (p == 0) return x.notEqual(0).cast(x.dtype()).sum(keepDims, axes);
        return x.abs().power(p).sum(keepDims, axes).power(1 / p);
    }

    private static Value matrixNorm(Value x, Object order, double p, boolean keepDims, int... axes) {
        int row = x.shape().axis(axes[0]), column = x.shape().axis(axes[1]);
        boolean singular = "nuc".equals(order) || Math.abs(p) == 2;
        if (singular) {
            Value s = MatrixFunctions.singularValues(
                    NumpyOperations.moveAxes(x, new int[] {row, column}, new int[] {-2, -1}));
            Value r = "nuc".equals(order) ? s.sum(false, -1) : p > 0 ? s.max(false, -1) : s.min(false, -1);
            if (!keepDims) return r;
            int[] d = x.shape().toArray();
            d[row] = d[column] = 1;
            return r.reshape(Shape.of(d));
        }
        int summed = Math.abs(p) == 1 ? row : column, compared = Math.abs(p) == 1 ? column : row;
        Value r = x.abs().sum(true, summed).reduce(p > 0 ? ReduceFunction.MAX : ReduceFunction.MIN, true, compared);
        if (keepDims) return r;
        return r.squeeze(Math.max(row, column)).squeeze(Math.min(row, column));
    }
}
