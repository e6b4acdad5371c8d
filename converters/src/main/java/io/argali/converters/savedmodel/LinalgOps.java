package io.argali.converters.savedmodel;

import io.argali.runtime.layer.operation.MatrixFunctions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;

/** Decompositions of matrices, and equations with them. */
final class LinalgOps {
    private LinalgOps() {}

    static void add(OpTable t) {
        t.one("MatrixInverse", c -> MatrixFunctions.inverse(adjoint(c, c.value(0))));
        t.unary("MatrixDeterminant", MatrixFunctions::determinant);
        t.many(
                "LogMatrixDeterminant",
                List.of("sign", "log_abs_determinant"),
                c -> MatrixFunctions.signAndLogDeterminant(c.value(0)));
        t.unary("Cholesky", MatrixFunctions::cholesky);
        t.one("MatrixSolve", c -> MatrixFunctions.solve(adjoint(c, c.value(0)), c.value(1)));
        t.one("MatrixTriangularSolve", c -> {
            boolean lower = c.flag("lower", true);
            return MatrixFunctions.solveTriangular(adjoint(c, c.value(0)), c.value(1), lower != c.flag("adjoint"));
        });
        t.many("SelfAdjointEigV2", List.of("e", "v"), c -> MatrixFunctions.symmetricEigen(c.value(0)));
        t.one("Cross", c -> cross(c.value(0), c.value(1)));
        t.many("Qr", List.of("q", "r"), LinalgOps::qr);
        t.many("Svd", List.of("s", "u", "v"), LinalgOps::svd);
        t.many("Lu", List.of("lu", "p"), c -> {
            List<Value> r = MatrixFunctions.lu(c.value(0));
            return List.of(r.get(0), r.get(1).argSort(-1, false).cast(c.type("output_idx_type", DType.INT32)));
        });
        t.unary("MatrixSquareRoot", LinalgOps::squareRoot);
        t.one("BandedTriangularSolve", LinalgOps::solveBanded);
        t.one("TridiagonalSolve", LinalgOps::solveTridiagonal);
    }

    private static List<Value> qr(Call c) {
        Value a = c.value(0);
        if (c.flag("full_matrices") && a.shape().dim(-2) > a.shape().dim(-1))
            throw new ShapeException("with full matrices of " + a.type() + " is not supported");
        return MatrixFunctions.qr(a);
    }

    private static List<Value> svd(Call c) {
        Value a = c.value(0);
        if (!c.flag("compute_uv", true)) {
            Value none = Value.zeros(io.argali.runtime.tensor.TensorType.of(a.dtype(), 0));
            return List.of(MatrixFunctions.singularValues(a), none, none);
        }
        if (c.flag("full_matrices") && a.shape().dim(-2) != a.shape().dim(-1))
            throw new ShapeException("with full matrices of " + a.type() + " is not supported");
        return MatrixFunctions.singularVectors(a);
    }

    /** By Denman and Beavers' iteration, which doubles the digits with each step. */
    private static Value squareRoot(Value a) {
        Value y = a.cast(DType.FLOAT64), identity = below(y).equal(0).cast(DType.FLOAT64);
        Value z = identity.broadcastTo(y.shape());
        for (int i = 0; i < 20; i++) {
            Value next = y.add(MatrixFunctions.inverse(z)).divide(2);
            z = z.add(MatrixFunctions.inverse(y)).divide(2);
            y = next;
        }
        return y.cast(a.dtype());
    }

    /** Row minus column. */
    private static Value below(Value x) {
        Shape s = x.shape().slice(x.rank() - 2, x.rank());
        return Value.iota(DType.INT32, s, 0).subtract(Value.iota(DType.INT32, s, 1));
    }

    /** Inputs: the diagonals of a triangle (…, bands, n), the main one first or last, and the right side. */
    private static Value solveBanded(Call c) {
        boolean lower = c.flag("lower", true);
        Value bands = c.value(0);
        int n = bands.shape().last(), k = bands.shape().dim(-2);
        Value matrix = null;
        for (int i = 0; i < k; i++) {
            int off = lower ? i : k - 1 - i;
            // Below the main diagonal a band's first elements lie outside, above it the last.
            Value band = bands.at(-2, i),
                    there =
                            below(band.expandDims(-1).broadcastTo(bands.shape().with(-2, n)))
                                    .equal(lower ? off : -off);
            Value spread = there.select(band.expandDims(-1), 0);
            matrix = matrix == null ? spread : matrix.add(spread);
        }
        Value a = java.util.Objects.requireNonNull(matrix);
        return MatrixFunctions.solveTriangular(adjoint(c, a), c.value(1), lower != c.flag("adjoint"));
    }

    /** Inputs: (…, 3, n), the diagonal above the main one, that, and the one below; and the right side. */
    private static Value solveTridiagonal(Call c) {
        Value d = c.value(0), sum = null;
        int n = d.shape().last();
        for (int i = 0; i < 3; i++) {
            Value band = d.at(-2, i).expandDims(-1);
            Value there = below(band.broadcastTo(band.shape().with(-1, n))).equal(i - 1);
            Value spread = there.select(band, 0);
            sum = sum == null ? spread : sum.add(spread);
        }
        return MatrixFunctions.solve(java.util.Objects.requireNonNull(sum), c.value(1));
    }

    private static Value adjoint(Call c, Value a) {
        return c.flag("adjoint") ? a.moveAxis(-1, -2) : a;
    }

    private static Value cross(Value a, Value b) {
        if (a.shape().last() != 3) throw new ShapeException("of " + a.type() + ", expected vectors of 3");
        return Value.stack(-1, List.of(part(a, b, 1, 2), part(a, b, 2, 0), part(a, b, 0, 1)));
    }

    private static Value part(Value a, Value b, int i, int j) {
        return a.at(-1, i).multiply(b.at(-1, j)).subtract(a.at(-1, j).multiply(b.at(-1, i)));
    }
}
