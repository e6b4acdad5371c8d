package io.argali.runtime.plan;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.BitSet;
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

    /** Arrays that tensors outside have, which nobody may write any more. */
    private final BitSet shared = new BitSet();

    /** States that begin with copies of the given tensors. */
    public States(List<Tensor> initial) {
        for (Tensor t : initial) {
            types.add(t.type());
            arrays.add(copy(t));
            others.add(null);
        }
    }

    private static Object copy(Tensor t) {
        return t.isLazy() ? t.array() : copy(t.type(), t.array());
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
    private static Object copy(TensorType type, Object array) {
        int n = type.shape().size();
        Object a = Tensor.newArray(type.dtype(), n);
        System.arraycopy(array, 0, a, 0, n);
        return a;
    }

    public int size() {
        return arrays.size();
    }

    public TensorType type(int i) {
        return types.get(i);
    }

    /** A state as it is now; it is copied when the next run would change it. */
    public Tensor get(int i) {
        shared.set(i);
        return Tensor.wrap(types.get(i).dtype(), types.get(i).shape(), arrays.get(i));
    }

    /** Gives a state another value of its type. */
    public void set(int i, Tensor value) {
        if (!value.type().equals(types.get(i)))
            throw new IllegalArgumentException("state " + i + " is " + types.get(i) + ", not " + value.type());
        arrays.set(i, copy(value));
        shared.clear(i);
    }

    Object array(int i) {
        return arrays.get(i);
    }

    /** The array of a state that a run writes over. */
    Object ownArray(int i) {
        if (shared.get(i)) {
            arrays.set(i, copy(types.get(i), arrays.get(i)));
            shared.clear(i);
        }
        return arrays.get(i);
    }

    Object copy(int i) {
        return copy(types.get(i), arrays.get(i));
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
        Object old = arrays.set(i, other(i));
        others.set(i, shared.get(i) ? null : old);
        shared.clear(i);
    }
}
