package io.argali.runtime.plan;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tensors that change from run to run: weights in training, optimizer slots, metrics. One {@code States} may serve several plans, of
 * different batch sizes say, but one run at a time. A backend with a memory of its own keeps them there between its runs ({@link #moveTo}); they come back
 * when they are asked for.
 */
public final class States {
    private final List<TensorType> types = new ArrayList<>();
    /** Null while a state is away. */
    private final List<@Nullable Object> arrays = new ArrayList<>();
    /** Where the next values are written while the present ones are read. */
    private final List<@Nullable Object> others = new ArrayList<>();

    /** Arrays that tensors outside have, which nobody may write any more. */
    private final BitSet shared = new BitSet();

    private @Nullable Residence residence;
    /** States that are here as they are, and not yet there. */
    private final BitSet newer = new BitSet();

    /** A backend's memory. */
    public interface Residence {
        /** States as they are there, in the order of their numbers. */
        List<Tensor> read(BitSet states);
    }

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
        return get(i, i + 1).getFirst();
    }

    /** States as they are now, those that are away all in one go. */
    public List<Tensor> get(int from, int to) {
        bringHome(from, to);
        shared.set(from, to);
        List<Tensor> r = new ArrayList<>();
        for (int i = from; i < to; i++)
            r.add(Tensor.wrap(types.get(i).dtype(), types.get(i).shape(), array(i)));
        return r;
    }

    private void bringHome(int from, int to) {
        BitSet away = new BitSet();
        for (int i = from; i < to; i++) if (arrays.get(i) == null) away.set(i);
        if (away.isEmpty()) return;
        Iterator<Tensor> values = Objects.requireNonNull(residence).read(away).iterator();
        for (int i = away.nextSetBit(0); i >= 0; i = away.nextSetBit(i + 1))
            arrays.set(i, values.next().array());
    }

    /** All states come back, and no backend has them any more. */
    public void comeHome() {
        bringHome(0, size());
        residence = null;
    }

    /**
     * A backend is about to run on these states.
     *
     * @return the states that it has to be given first
     */
    public BitSet moveTo(Residence to) {
        if (residence != to) {
            comeHome();
            residence = to;
            newer.set(0, size());
        }
        BitSet missing = (BitSet) newer.clone();
        newer.clear();
        return missing;
    }

    /** The residence has other values of these states now. */
    public void changedThere(BitSet states) {
        for (int i = states.nextSetBit(0); i >= 0; i = states.nextSetBit(i + 1)) {
            arrays.set(i, null);
            shared.clear(i);
        }
    }

    /** Gives a state another value of its type. */
    public void set(int i, Tensor value) {
        if (!value.type().equals(types.get(i)))
            throw new IllegalArgumentException("state " + i + " is " + types.get(i) + ", not " + value.type());
        arrays.set(i, copy(value));
        shared.clear(i);
        newer.set(i);
    }

    /** The array of a state that is at home. */
    Object array(int i) {
        return Objects.requireNonNull(arrays.get(i));
    }

    /** The array of a state that a run writes over. */
    Object ownArray(int i) {
        if (shared.get(i)) {
            arrays.set(i, copy(i));
            shared.clear(i);
        }
        return array(i);
    }

    Object copy(int i) {
        return copy(types.get(i), array(i));
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
