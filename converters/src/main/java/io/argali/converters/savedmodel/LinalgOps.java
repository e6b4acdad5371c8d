package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.layer.operation.MatrixFunctions;
import io.argali.runtime.op.Fourier;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;

/** Decompositions of matrices, and transforms to complex numbers and back. */
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
        t.items("RFFT", c -> complex(Fourier.ofReal(c.value(0), c.scalar(1))));
        t.one("IRFFT", c -> Fourier.toReal(complex(c), c.scalar(1)));
        t.items("FFT", c -> complex(Fourier.transform(complex(c))));
        t.items("FFT2D", c -> complex(Fourier.transform2(complex(c))));
        t.items("Complex", c -> complex(new Fourier.Complex(c.value(0), c.value(1))));
        t.one("Real", c -> complex(c).real());
        t.one("Imag", c -> complex(c).imaginary());
        t.one(
                "ComplexAbs",
                c -> complex(c)
                        .real()
                        .square()
                        .add(complex(c).imaginary().square())
                        .sqrt());
        t.items(
                "Conj",
                c -> complex(new Fourier.Complex(
                        complex(c).real(), complex(c).imaginary().negate())));
    }

    private static Value adjoint(Call c, Value a) {
        return c.flag("adjoint") ? a.moveAxis(-1, -2) : a;
    }

    private static List<Item> complex(Fourier.Complex x) {
        return List.of(new Item.Complex(x));
    }

    private static Fourier.Complex complex(Call c) {
        if (c.item(0) instanceof Item.Complex x) return x.value();
        throw new ModelFormatException("input 0 is not complex");
    }

    private static Value cross(Value a, Value b) {
        if (a.shape().last() != 3) throw new ShapeException("of " + a.type() + ", expected vectors of 3");
        return Value.stack(-1, List.of(part(a, b, 1, 2), part(a, b, 2, 0), part(a, b, 0, 1)));
    }

    private static Value part(Value a, Value b, int i, int j) {
        return a.at(-1, i).multiply(b.at(-1, j)).subtract(a.at(-1, j).multiply(b.at(-1, i)));
    }
}
