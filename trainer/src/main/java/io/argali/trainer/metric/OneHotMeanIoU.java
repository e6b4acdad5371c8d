package io.argali.trainer.metric;

import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Intersection over union, averaged over all classes; labels have a probability for each class. */
public record OneHotMeanIoU(
        int numClasses, @Nullable Integer ignoreClass, boolean sparseYPred, int axis, String name, DType dtype)
        implements Overlap {
    public static final OneHotMeanIoU DEFAULTS =
            new OneHotMeanIoU(2, null, false, -1, "one_hot_mean_io_u", DType.INT64);

    @Override
    public List<Integer> targetClassIds() {
        return Overlap.allOf(numClasses);
    }
}
