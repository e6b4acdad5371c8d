package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;

/** The operations of keras/src/ops/math.py. */
final class MathOperations {
    private MathOperations() {}

    static Table table() {
        Table t = new Table("math");
        t.unary("Rsqrt", Table::same, UnaryFunction.RSQRT);
        t.unary("Erf", Table::same, UnaryFunction.ERF);
        t.unary("Erfc", Table::same, x -> x.unary(UnaryFunction.ERF).subtractFrom(1));
        t.unary("Erfinv", Table::same, UnaryFunction.ERF_INVERSE);
        t.value("Logsumexp", a -> Activations.logSumExp(a.value(0, "x"), a.keepDims(), a.axes(a.value(0, "x").rank())));
        t.results("TopK", a -> {
            Value x = a.value(0, "x");
            Value order = x.argSort(-1, true).slice(-1, 0, a.integer("k", 1));
            return List.of(Activations.takeAlong(x, order, -1), order);
        });
        t.value("InTopK", a -> {
            Value targets = a.value(0, "targets").expandDims(-1), predictions = a.value(1, "predictions");
            Value target = Activations.takeAlong(predictions, targets, -1);
            Value above = predictions.greater(target).cast(DType.INT32).sum(false, -1);
            return above.less(a.integer("k", 1)).and(target.squeeze(-1).unary(UnaryFunction.IS_FINITE));
        });
        return t;
    }
}
