package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Intersection over union of two classes; an output from the threshold on is the second. */
public record BinaryIoU(List<Integer> targetClassIds, double threshold, String name, DType dtype) implements Overlap {
    public static final BinaryIoU DEFAULTS = new BinaryIoU(List.of(0, 1), 0.5, "binary_io_u", DType.INT64);

    public BinaryIoU {
        Overlap.check(2, targetClassIds);
    }

    @Override
    public int numClasses() {
        return 2;
    }

    @Override
    public boolean sparseYTrue() {
        return true;
    }

    @Override
    public List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        Value classes = yPred.cast(DType.FLOAT32).greaterEqual(threshold).cast(dtype);
        return Overlap.super.update(state, yTrue, classes, sampleWeight, mask);
    }
}
