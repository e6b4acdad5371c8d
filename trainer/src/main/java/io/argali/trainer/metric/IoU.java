package io.argali.trainer.metric;

import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Intersection over union, {@code tp / (tp + fp + fn)}, averaged over some classes. */
public record IoU(
        int numClasses,
        List<Integer> targetClassIds,
        @Nullable Integer ignoreClass,
        boolean sparseYTrue,
        boolean sparseYPred,
        int axis,
        String name,
        DType dtype)
        implements Overlap {
    public static final IoU DEFAULTS = new IoU(2, List.of(0, 1), null, true, true, -1, "io_u", DType.INT64);

    public IoU {
        Overlap.check(numClasses, targetClassIds);
    }
}
