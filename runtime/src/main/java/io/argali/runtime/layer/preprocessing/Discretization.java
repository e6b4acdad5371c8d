package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bin, int32, that each number falls into: how many boundaries are not above it. (…) → (…), or encoded. */
public record Discretization(
        @Nullable List<Double> binBoundaries,
        @Nullable Integer numBins,
        double epsilon,
        String outputMode,
        boolean sparse)
        implements UnaryLayer {
    public static final Discretization DEFAULTS = new Discretization(null, null, 0.01, "int", false);

    @Override
    public Value call(Scope scope, Value x) {
        if (binBoundaries == null) throw new ShapeException("has no bin_boundaries: the layer was never adapted");
        float[] bounds = new float[binBoundaries.size()];
        for (int i = 0; i < bounds.length; i++) bounds[i] = binBoundaries.get(i).floatValue();
        Value above = Value.constant(Tensor.of(bounds))
                .lessEqual(x.cast(DType.FLOAT32).expandDims(-1));
        Value bins = above.cast(DType.INT32).sum(false, -1);
        Categories.Mode mode = Categories.Mode.of(outputMode);
        return Categories.encode(
                bins, mode, bounds.length + 1, mode == Categories.Mode.INT ? DType.INT32 : scope.computeType(), null);
    }
}
