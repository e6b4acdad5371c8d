package io.argali.converters.savedmodel;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A lookup table that is filled when the model is loaded, and read only then on. */
final class Table {
    private final Map<Object, Integer> places = new HashMap<>();
    private final Tensor keys;
    private final Tensor values;

    /** A table of as many keys as values; of equal keys the last counts. */
    Table(Tensor keys, Tensor values) {
        if (keys.size() == 0 ? values.size() != 0 : values.size() % keys.size() != 0)
            throw new ShapeException("a table has keys " + keys.type() + " and values " + values.type());
        this.keys = keys;
        this.values = values;
        Object k = keys.array();
        for (int i = 0; i < keys.size(); i++) places.put(key(k, i), i);
    }

    int size() {
        return places.size();
    }

    Tensor keys() {
        return keys;
    }

    Tensor values() {
        return values;
    }

    private static Object key(Object array, int i) {
        return switch (array) {
            case String[] s -> s[i];
            case long[] n -> n[i];
            case int[] n -> (long) n[i];
            case float[] f -> f[i];
            case double[] d -> d[i];
            case byte[] b -> (long) b[i];
            default -> throw new IllegalStateException();
        };
    }

    @Nullable
    Integer find(Object array, int i) {
        return places.get(key(array, i));
    }

    /** Inputs: keys, and what stands for those that the table lacks. */
    record Lookup(Table table) implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            if (table.keys.size() > 0 && in.get(0).dtype() != table.keys.dtype())
                throw new ShapeException(
                        "a table with keys " + table.keys.dtype().kerasName() + " is asked for " + in.get(0));
            DType type = in.get(1).dtype();
            return List.of(new TensorType(type, in.get(0).shape()));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            Tensor asked = in.get(0), otherwise = in.get(1);
            Object keys = asked.array(), values = table.values.array();
            Object result = Tensor.newArray(otherwise.dtype(), asked.size());
            for (int i = 0; i < asked.size(); i++) {
                Integer at = table.find(keys, i);
                if (at != null) System.arraycopy(values, at, result, i, 1);
                else System.arraycopy(otherwise.array(), 0, result, i, 1);
            }
            return List.of(Tensor.wrap(otherwise.dtype(), asked.shape(), result));
        }
    }
}
