package io.argali.runtime.plan;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tensors that change from run to run: weights in training, optimizer slots, metrics. One {@code States} may serve several plans, of
 * different batch sizes say, but one run at a time.
 */
public final class States {
    private final List<TensorType> types = new ArrayList<>();
    private final List<Object> arrays = new ArrayList<>();
    /** Where the next values are written while the present ones are read. */
    private final List<@Nullable Object> others = new ArrayList<>();

    /** States that begin with copies of the given tensors. */
    public States(List<Tensor> initial) {
        for (Tensor t : initial) {
            types.add(t.type());
            arrays.add(copy(t));
            others.add(null);
        }
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
    private static Object copy(Tensor t) {
        Object a = Tensor.newArray(t.dtype(), t.size());
        System.arraycopy(t.array(), 0, a, 0, t.size());
        return a;
    }

    public int size() {
        return arrays.size();
    }

    public TensorType type(int i) {
        return types.get(i);
    }

    /** A copy of a state. */
    public Tensor get(int i) {
        return Tensor.wrap(
                types.get(i).dtype(),
                types.get(i).shape(),
                copy(Tensor.wrap(types.get(i).dtype(), types.get(i).shape(), arrays.get(i))));
    }

    /** Gives a state another value of its type. */
    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
    public void set(int i, Tensor value) {
        if (!value.type().equals(types.get(i)))
            throw new IllegalArgumentException("state " + i + " is " + types.get(i) + ", not " + value.type());
        System.arraycopy(value.array(), 0, arrays.get(i), 0, value.size());
    }

    Object array(int i) {
        return arrays.get(i);
    }

    Object other(int i) {
        Object known = others.get(i);
        if (known != null) return known;
        Object made = Tensor.newArray(types.get(i).dtype(), types.get(i).shape().size());
        others.set(i, made);
        return made;
    }

    /** The other array becomes the present one. */
    void swap(int i) {
        others.set(i, arrays.set(i, other(i)));
    }
}
