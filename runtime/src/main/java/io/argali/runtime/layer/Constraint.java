package io.argali.runtime.layer;

import io.argali.runtime.op.Value;

/** What a weight is brought back to after every training step. */
public interface Constraint {
    Value apply(Value w);

    /** The norm over the axes is at most {@code maxValue}. */
    record MaxNorm(double maxValue, @Key(value = "axis") int[] axis) implements Constraint {
        public static final MaxNorm DEFAULTS = new MaxNorm(2, new int[] {0});

        @Override
        public Value apply(Value w) {
            Value norm = norm(w, axis);
            return w.multiply(norm.maximum(0).minimum(maxValue).divide(norm.add(1e-7)));
        }
    }

    /** The norm over the axes lies between two bounds, approached at a rate. */
    record MinMaxNorm(double minValue, double maxValue, double rate, int[] axis) implements Constraint {
        public static final MinMaxNorm DEFAULTS = new MinMaxNorm(0, 1, 1, new int[] {0});

        @Override
        public Value apply(Value w) {
            Value norm = norm(w, axis);
            Value desired =
                    norm.maximum(minValue).minimum(maxValue).multiply(rate).add(norm.multiply(1 - rate));
            return w.multiply(desired.divide(norm.add(1e-7)));
        }
    }

    /** No negative weights. */
    record NonNeg() implements Constraint {
        @Override
        public Value apply(Value w) {
            return w.maximum(0);
        }
    }

    /** The norm over the axes is 1. */
    record UnitNorm(int[] axis) implements Constraint {
        public static final UnitNorm DEFAULTS = new UnitNorm(new int[] {0});

        @Override
        public Value apply(Value w) {
            return w.divide(norm(w, axis).add(1e-7));
        }
    }

    private static Value norm(Value w, int[] axes) {
        return w.square().sum(true, axes).sqrt();
    }
}
