package io.argali.runtime.op;

import static io.argali.runtime.op.Inference.broadcast;
import static io.argali.runtime.op.Inference.check;
import static io.argali.runtime.op.Inference.same;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The primitive operations: the narrow waist between layers and file formats above, and kernels and backends below. Every consumer
 * (kernels, gradients, export) is an exhaustive {@code switch} over these records, so that the compiler lists what a new one needs.
 *
 * <p>Convolutions and poolings are channels last; layers transpose around them where the model says otherwise.
 */
public sealed interface Op {
    /**
     * The types of the results.
     *
     * @throws io.argali.runtime.tensor.ShapeException if the inputs do not fit
     */
    List<TensorType> infer(List<TensorType> inputs);

    /** One result for each element, from the elements at the same place. */
    sealed interface Elementwise extends Op {}

    record Unary(UnaryFunction function) implements Elementwise {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(
                    function.isPredicate()
                            ? new TensorType(DType.BOOL, in.get(0).shape())
                            : in.get(0));
        }
    }

    /** Both arguments have the same type; shapes broadcast. */
    record Binary(BinaryFunction function) implements Elementwise {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            TensorType a = in.get(0), b = in.get(1);
            check(
                    a.dtype() == b.dtype(),
                    () -> function + " of " + a.dtype().kerasName() + " and "
                            + b.dtype().kerasName());
            Shape shape = broadcast(a.shape(), b.shape());
            return List.of(new TensorType(function.isComparison() ? DType.BOOL : a.dtype(), shape));
        }
    }

    /** {@code condition ? a : b}; shapes broadcast. */
    record Select() implements Elementwise {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            check(in.get(0).dtype() == DType.BOOL, () -> "select by " + in.get(0) + ", expected bool");
            check(in.get(1).dtype() == in.get(2).dtype(), () -> "select between " + in.get(1) + " and " + in.get(2));
            Shape shape = broadcast(
                    broadcast(in.get(0).shape(), in.get(1).shape()), in.get(2).shape());
            return List.of(new TensorType(in.get(1).dtype(), shape));
        }
    }

    /** Floating to integer truncates; anything to bool is {@code != 0}. */
    record Cast(DType dtype) implements Elementwise {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(dtype, in.get(0).shape()));
        }
    }

    /** Elements move or repeat; none is computed. */
    sealed interface Movement extends Op {}

    record Reshape(Shape shape) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            check(
                    in.get(0).shape().size() == shape.size(),
                    () -> "cannot reshape " + in.get(0).shape() + " to " + shape);
            return List.of(new TensorType(in.get(0).dtype(), shape));
        }
    }

    /** Axis i of the result is axis {@code permutation[i]} of the input. */
    record Transpose(List<Integer> permutation) implements Movement {
        /** The permutation that undoes this one. */
        public List<Integer> inverse() {
            Integer[] r = new Integer[permutation.size()];
            for (int i = 0; i < r.length; i++) r[permutation.get(i)] = i;
            return List.of(r);
        }

        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            check(s.rank() == permutation.size(), () -> "cannot permute " + s + " by " + permutation);
            return List.of(new TensorType(
                    in.get(0).dtype(), Shape.of(permutation.stream().map(s::dim).toList())));
        }
    }

    /** NumPy's {@code broadcast_to}. */
    record Broadcast(Shape shape) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            check(
                    broadcast(in.get(0).shape(), shape).equals(shape),
                    () -> "cannot broadcast " + in.get(0).shape() + " to " + shape);
            return List.of(new TensorType(in.get(0).dtype(), shape));
        }
    }

    /** Element i of an axis is element {@code start + i * stride} of the input; strides are positive. */
    record Slice(List<Integer> starts, Shape sizes, List<Integer> strides) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            for (int i = 0; i < s.rank(); i++) {
                int n = sizes.dim(i);
                boolean fits = n == 0 || starts.get(i) >= 0 && starts.get(i) + (n - 1) * strides.get(i) < s.dim(i);
                check(fits, () -> "slice " + starts + " + " + sizes + " × " + strides + " leaves " + s);
            }
            return List.of(new TensorType(in.get(0).dtype(), sizes));
        }
    }

    /** Puts {@code low}, {@code high} and, between elements, {@code interior} copies of a value (0 for bool: false) around. */
    record Pad(List<Integer> low, List<Integer> high, List<Integer> interior, double value) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            int[] d = new int[s.rank()];
            for (int i = 0; i < d.length; i++) {
                int n = s.dim(i);
                d[i] = low.get(i) + n + high.get(i) + Math.max(0, n - 1) * interior.get(i);
            }
            return List.of(new TensorType(in.get(0).dtype(), Shape.of(d)));
        }
    }

    record Concat(int axis) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            TensorType first = in.get(0);
            int n = 0;
            for (TensorType t : in) {
                boolean fits = t.dtype() == first.dtype()
                        && t.shape().rank() == first.shape().rank()
                        && t.shape().with(axis, 1).equals(first.shape().with(axis, 1));
                check(fits, () -> "cannot concatenate " + first + " and " + t + " along axis " + axis);
                n += t.shape().dim(axis);
            }
            return List.of(new TensorType(first.dtype(), first.shape().with(axis, n)));
        }
    }

    record Reverse(List<Integer> axes) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return same(in);
        }
    }

    /** Elements along axes are folded, compared or put in order. */
    sealed interface Reduction extends Op {}

    record Reduce(ReduceFunction function, List<Integer> axes, boolean keepDims) implements Reduction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            List<Integer> d = new ArrayList<>();
            for (int i = 0; i < s.rank(); i++) {
                if (!axes.contains(i)) d.add(s.dim(i));
                else if (keepDims) d.add(1);
            }
            return List.of(new TensorType(in.get(0).dtype(), Shape.of(d)));
        }
    }

    /** The position, int32, of the first greatest or least element along an axis, which disappears. */
    record ArgReduce(boolean max, int axis) implements Reduction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(DType.INT32, in.get(0).shape().without(axis)));
        }
    }

    /** A running sum, product, maximum or minimum along an axis. */
    record Cumulative(ReduceFunction function, int axis, boolean exclusive, boolean reverse) implements Reduction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return same(in);
        }
    }

    /** The positions, int32, that put the elements along an axis in order; equal elements keep theirs. */
    record ArgSort(int axis, boolean descending) implements Reduction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(DType.INT32, in.get(0).shape()));
        }
    }

    /** Sums of products. */
    sealed interface Contraction extends Op {}

    /** Matrix product over the last two axes; leading axes broadcast. A transposed argument is stored with its last two axes swapped. */
    record MatMul(boolean transposeA, boolean transposeB) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            TensorType a = in.get(0), b = in.get(1);
            Shape s = a.shape(), t = b.shape();
            check(
                    a.dtype() == b.dtype() && s.rank() >= 2 && t.rank() >= 2,
                    () -> "cannot multiply matrices " + a + " and " + b);
            int m = s.dim(transposeA ? -1 : -2), k = s.dim(transposeA ? -2 : -1);
            int k2 = t.dim(transposeB ? -1 : -2), n = t.dim(transposeB ? -2 : -1);
            check(
                    k == k2,
                    () -> "cannot multiply matrices " + a + (transposeA ? "ᵀ" : "") + " and " + b
                            + (transposeB ? "ᵀ" : ""));
            Shape batch = broadcast(s.slice(0, s.rank() - 2), t.slice(0, t.rank() - 2));
            return List.of(new TensorType(a.dtype(), batch.append(m, n)));
        }
    }

    /** Where a convolution's or pooling's windows lie; one entry for each spatial axis. */
    record Window(List<Integer> strides, List<Integer> dilations, List<Integer> low, List<Integer> high) {
        /** The number of windows of {@code size} along spatial axis i of length n. */
        public int count(int i, int n, int size) {
            int span = (size - 1) * dilations.get(i) + 1;
            int padded = n + low.get(i) + high.get(i);
            return padded < span ? 0 : (padded - span) / strides.get(i) + 1;
        }
    }

    /** Inputs: x (batch, spatial…, in), kernel (spatial…, in / groups, out). Result: (batch, spatial…, out). Not flipped. */
    record Conv(Window window, int groups) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape x = in.get(0).shape(), k = in.get(1).shape();
            int rank = x.rank();
            check(
                    k.rank() == rank && window.strides().size() == rank - 2,
                    () -> "cannot convolve " + in.get(0) + " with " + in.get(1));
            check(
                    x.last() == k.dim(-2) * groups
                            && k.last() % groups == 0
                            && in.get(0).dtype() == in.get(1).dtype(),
                    () -> "cannot convolve " + in.get(0) + " with kernel " + in.get(1) + " in " + groups + " groups");
            int[] d = x.toArray();
            for (int i = 0; i < rank - 2; i++) {
                d[i + 1] = window.count(i, x.dim(i + 1), k.dim(i));
            }
            d[rank - 1] = k.last();
            return List.of(new TensorType(in.get(0).dtype(), Shape.of(d)));
        }
    }

    /** The transposed convolution. Inputs: dy of a {@link Conv}'s result, its kernel. Result: of the Conv's input shape. */
    record ConvInputGradient(Window window, int groups, Shape inputShape) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(in.get(0).dtype(), inputShape));
        }
    }

    /** Inputs: x and dy of a {@link Conv}. Result: of the kernel's shape. */
    record ConvKernelGradient(Window window, int groups, Shape kernelShape) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(in.get(0).dtype(), kernelShape));
        }
    }

    /** Maximum, or average over the elements inside the input, of windows over (batch, spatial…, channels). */
    record Pool(boolean max, List<Integer> size, Window window) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape x = in.get(0).shape();
            int[] d = x.toArray();
            for (int i = 0; i < size.size(); i++) d[i + 1] = window.count(i, x.dim(i + 1), size.get(i));
            return List.of(new TensorType(in.get(0).dtype(), Shape.of(d)));
        }
    }

    /** Inputs: x and dy of a {@link Pool}. Result: dx. */
    record PoolGradient(boolean max, List<Integer> size, Window window) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(in.get(0));
        }
    }

    /** Elements are picked or put by number. */
    sealed interface Indexing extends Op {}

    /**
     * Inputs: x and integer indices. The first {@code batchDims} axes of both agree; axis {@code axis} of x is replaced by the indices'
     * other axes. An index outside the axis is an error at run time.
     */
    record Gather(int axis, int batchDims) implements Indexing {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape x = in.get(0).shape(), i = in.get(1).shape();
            check(in.get(1).dtype().isInteger(), () -> "indices are " + in.get(1) + ", expected integers");
            check(
                    batchDims <= axis && x.slice(0, batchDims).equals(i.slice(0, batchDims)),
                    () -> "cannot gather from " + x + " by " + i + " with " + batchDims + " batch axes");
            List<Integer> d = new ArrayList<>(x.toList().subList(0, axis));
            d.addAll(i.toList().subList(batchDims, i.rank()));
            d.addAll(x.toList().subList(axis + 1, x.rank()));
            return List.of(new TensorType(in.get(0).dtype(), Shape.of(d)));
        }
    }

    /**
     * Inputs: integer indices (n…) and updates (n…, rest…). Result {@code shape} (m, rest…), zero but for the sums of the updates that
     * share an index. The gradient of a {@link Gather} along axis 0.
     */
    record ScatterAdd(Shape shape) implements Indexing {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(in.get(1).dtype(), shape));
        }
    }

    /** No inputs. */
    sealed interface Leaf extends Op {}

    /** What the caller passes in. */
    record Parameter(String name, TensorType type) implements Leaf {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(type);
        }
    }

    /** A weight of the model, by its path. */
    record Variable(String path, TensorType type) implements Leaf {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(type);
        }
    }

    record Constant(Tensor tensor) implements Leaf {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(tensor.type());
        }
    }

    /** Each element is its position along an axis. */
    record Iota(TensorType type, int axis) implements Leaf {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(type);
        }
    }

    /** Numbers that differ from run to run: input 0 is the seed (int64, 2 elements); uniform in [0, 1) or standard normal. */
    record Random(boolean normal, TensorType type) implements Leaf {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(type);
        }
    }

    /** Graphs inside graphs. */
    sealed interface Control extends Op {}

    /**
     * A loop over the steps of an axis. Inputs: {@code carries} initial values, then {@code sequences} tensors with a step axis, then
     * values that stay as they are. The body's parameters are the carries, one step of each sequence (without the axis) and the rest; its
     * results the new carries, then values to be stacked along the axis. Results: the last carries, then the stacks. In reverse, the last
     * step comes first, and stacks are filled from the end.
     */
    record Scan(Graph body, int carries, int sequences, int length, int axis, boolean reverse) implements Control {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            List<TensorType> out = new ArrayList<>();
            for (int i = 0; i < body.outputs().size(); i++) {
                TensorType t = body.outputs().get(i).type();
                if (i < carries) {
                    check(t.equals(in.get(i)), () -> "a loop starts with " + in + " but goes on with " + t);
                    out.add(t);
                } else {
                    out.add(new TensorType(t.dtype(), t.shape().insert(axis, length)));
                }
            }
            return out;
        }
    }

    /** Repeats the body while the condition, a scalar bool, holds. Inputs, parameters and results of the body: the carries. */
    record While(Graph condition, Graph body) implements Control {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            for (int i = 0; i < in.size(); i++) {
                int n = i;
                TensorType t = body.outputs().get(n).type();
                check(t.equals(in.get(n)), () -> "a loop starts with " + in.get(n) + " but goes on with " + t);
            }
            return List.copyOf(in);
        }
    }

    /** Input 0 is a scalar bool; the others are the parameters of both branches. */
    record If(Graph then, Graph otherwise) implements Control {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return then.outputs().stream().map(Value::type).toList();
        }
    }

    /** Text, and whatever else is no sum of the other operations. */
    record Custom(TensorFunction function) implements Op {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return function.infer(in);
        }
    }
}
