package io.argali.trainer.loss;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import org.jspecify.annotations.Nullable;

/**
 * The way from probabilities back to the logits they were computed from. Keras on TensorFlow takes a crossentropy of an output of softmax or
 * sigmoid from the logits (backend/tensorflow/nn.py); whoever wants the same numbers has to do so too.
 */
public final class Logits {
    private Logits() {}

    /** What softmax or sigmoid was computed from; null if the last thing that happened to the value is neither. */
    public static @Nullable Value of(Value probabilities) {
        Op op = probabilities.node().op();
        if (is(op, UnaryFunction.SIGMOID)) return probabilities.node().input(0);
        return op instanceof Op.Binary b && b.function() == BinaryFunction.DIVIDE ? ofSoftmax(probabilities) : null;
    }

    /** Of {@code e / Σe} with {@code e = exp(x - max x)}, both along one axis: Activations.softmax. */
    private static @Nullable Value ofSoftmax(Value y) {
        Value e = y.node().input(0), sum = y.node().input(1);
        if (!is(e.node().op(), UnaryFunction.EXP)) return null;
        Op.Reduce over = foldOf(sum, ReduceFunction.SUM, e);
        Value shifted = e.node().input(0);
        if (over == null || !(shifted.node().op() instanceof Op.Binary b && b.function() == BinaryFunction.SUBTRACT))
            return null;
        Value x = shifted.node().input(0);
        Op.Reduce max = foldOf(shifted.node().input(1), ReduceFunction.MAX, x);
        return max != null && max.axes().equals(over.axes()) ? x : null;
    }

    private static Op.@Nullable Reduce foldOf(Value fold, ReduceFunction function, Value of) {
        boolean fits = fold.node().op() instanceof Op.Reduce r
                && r.function() == function
                && r.keepDims()
                && r.axes().size() == 1
                && fold.node().input(0).equals(of);
        return fits ? (Op.Reduce) fold.node().op() : null;
    }

    private static boolean is(Op op, UnaryFunction function) {
        return op instanceof Op.Unary u && u.function() == function;
    }
}
