package io.argali.trainer.metric;

import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Intersection over union, averaged over all classes. */
public record MeanIoU(
        int numClasses,
        @Nullable Integer ignoreClass,
        boolean sparseYTrue,
        boolean sparseYPred,
        int axis,
        String name,
        DType dtype)
        implements Overlap {
    public static final MeanIoU DEFAULTS = new MeanIoU(2, null, true, true, -1, "mean_io_u", DType.INT64);

    @Override
    public List<Integer> targetClassIds() {
        return Overlap.allOf(numClasses);
    }
}
