package io.argali.runtime.plan;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.DType.Storage;
import io.argali.runtime.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The memory of one run of a plan at a time: an arena for each kind of storage, and the caller's arrays. */
final class Workspace {
    private final Object[] arenas = new Object[Storage.values().length];
    private final @Nullable Object[] parameters;

    Workspace(int[] arenaSizes, int parameters) {
        DType[] example = {DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64, DType.BOOL, DType.STRING};
        for (int i = 0; i < arenas.length; i++) arenas[i] = Tensor.newArray(example[i], arenaSizes[i]);
        this.parameters = new Object[parameters];
    }

    Object arena(Storage storage) {
        return arenas[storage.ordinal()];
    }

    Object parameter(int i) {
        return Objects.requireNonNull(parameters[i]);
    }

    void bind(int parameter, @Nullable Object array) {
        parameters[parameter] = array;
    }
}
