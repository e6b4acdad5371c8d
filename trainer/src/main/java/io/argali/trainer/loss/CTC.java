package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/**
 * Connectionist temporal classification, after Graves et al., 2006. Labels (batch, length), 0 for padding; logits (batch, steps, classes),
 * 0 being the blank.
 */
public record CTC(Reduction reduction, String name, DType dtype) implements Loss {
    public static final CTC DEFAULTS = new CTC(Reduction.SUM_OVER_BATCH_SIZE, "ctc", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.ctc(yTrue, yPred);
    }
}
