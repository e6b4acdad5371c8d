package io.argali.runtime.layer;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;

/** A penalty on a weight or an output, added to the loss. */
public interface Regularizer {
    /** A scalar. */
    Value penalty(Value x);

    /** {@code l1 · Σ|x|}. */
    record L1(double l1) implements Regularizer {
        public static final L1 DEFAULTS = new L1(0.01);

        @Override
        public Value penalty(Value x) {
            return x.abs().sum(false).multiply(l1);
        }
    }

    /** {@code l2 · Σx²}. */
    record L2(double l2) implements Regularizer {
        public static final L2 DEFAULTS = new L2(0.01);

        @Override
        public Value penalty(Value x) {
            return x.square().sum(false).multiply(l2);
        }
    }

    /** {@code l1 · Σ|x| + l2 · Σx²}. */
    record L1L2(double l1, double l2) implements Regularizer {
        public static final L1L2 DEFAULTS = new L1L2(0, 0);

        @Override
        public Value penalty(Value x) {
            return x.abs().sum(false).multiply(l1).add(x.square().sum(false).multiply(l2));
        }
    }

    /** {@code factor / 2 · Σ|cos|} over the pairs of rows (or columns) of a matrix; pulls them apart. */
    record OrthogonalRegularizer(double factor, String mode) implements Regularizer {
        public static final OrthogonalRegularizer DEFAULTS = new OrthogonalRegularizer(0.01, "rows");

        @Override
        public Value penalty(Value x) {
            boolean rows = mode.equals("rows");
            // Keras' l2_normalize: x · rsqrt(max(Σx², 1e-12)).
            Value unit =
                    x.multiply(x.square().sum(true, rows ? 1 : 0).maximum(1e-12).rsqrt());
            Value product = rows ? unit.matMul(unit, false, true) : unit.matMul(unit, true, false);
            int n = product.shape().dim(0);
            Value row = Value.iota(DType.INT32, Shape.of(n, n), 0), column = Value.iota(DType.INT32, Shape.of(n, n), 1);
            Value off = row.equal(column).select(0, product.abs());
            return off.sum(false).multiply(factor * 0.5 / (n * (n - 1) / 2.0));
        }
    }
}
