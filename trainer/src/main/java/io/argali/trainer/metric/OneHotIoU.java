package io.argali.trainer.metric;

import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Intersection over union, averaged over some classes; labels have a probability for each class. */
public record OneHotIoU(
        int numClasses,
        List<Integer> targetClassIds,
        @Nullable Integer ignoreClass,
        boolean sparseYPred,
        int axis,
        String name,
        DType dtype)
        implements Overlap {
    public static final OneHotIoU DEFAULTS =
            new OneHotIoU(2, List.of(0, 1), null, false, -1, "one_hot_io_u", DType.INT64);

    public OneHotIoU {
        Overlap.check(numClasses, targetClassIds);
    }
}
