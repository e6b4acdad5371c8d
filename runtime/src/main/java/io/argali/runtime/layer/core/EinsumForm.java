package io.argali.runtime.layer.core;

import io.argali.runtime.op.Einsum;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A quantized {@link EinsumDense}: where the scales of its input and its kernel stand beside the result (Keras' {@code _analyze_quantization_info}).
 *
 * @param in the labels of the input's axes, as of the kernel's and the result's
 */
record EinsumForm(String equation, String in, String kernelLabels, String out, Shape kernel)
        implements KernelProduct.Form {
    @Override
    public Value product(Value x, Value kernel) {
        return Einsum.of(equation, x, kernel);
    }

    @Override
    public int[] summed() {
        return IntStream.range(0, in.length())
                .filter(i -> out.indexOf(in.charAt(i)) < 0)
                .toArray();
    }

    @Override
    public Shape matrix() {
        int rows = 1;
        for (int i : Layout.summed(kernelLabels, out)) rows *= kernel.dim(i);
        return Shape.of(rows, kernel.size() / Math.max(1, rows));
    }

    @Override
    public Shape scale() {
        Shape perChannel = kernel;
        for (int i : Layout.summed(kernelLabels, out)) perChannel = perChannel.with(i, 1);
        return Layout.of(kernelLabels, out).beside(perChannel);
    }

    @Override
    public Value scaleOfKernel(Value scale) {
        return Layout.of(kernelLabels, out).back(scale);
    }

    @Override
    public Value scaleOfResult(Value scale) {
        return Layout.of(in, out).beside(scale);
    }

    @Override
    public boolean scalesFirst() {
        return true;
    }

    /** How the axes of a scale become those of the result: put in its order, then others of length 1 added, then some taken away. */
    private record Layout(List<Integer> order, List<Integer> added, List<Integer> removed) {
        static List<Integer> summed(String labels, String out) {
            return IntStream.range(0, labels.length())
                    .filter(i -> out.indexOf(labels.charAt(i)) < 0)
                    .boxed()
                    .toList();
        }

        /** What is summed over stands where the result has axes of its own; what is left of either is added or removed. */
        static Layout of(String labels, String out) {
            List<Integer> order = new ArrayList<>(), added = new ArrayList<>(), removed = new ArrayList<>();
            for (int i = 0; i < out.length(); i++) {
                int at = labels.indexOf(out.charAt(i));
                if (at >= 0) order.add(at);
                else added.add(i);
            }
            int place = 0;
            for (int axis : summed(labels, out)) {
                if (added.isEmpty()) removed.add(axis);
                else place = added.removeFirst();
                order.add(Math.min(place, order.size()), axis);
            }
            return new Layout(order, added, removed);
        }

        Value beside(Value scale) {
            Value y = scale.transpose(order);
            return y.reshape(changed(y.shape()));
        }

        Shape beside(Shape scale) {
            return changed(Shape.of(order.stream().map(scale::dim).toList()));
        }

        private Shape changed(Shape shape) {
            Shape s = shape;
            for (int axis : added) s = s.insert(axis, 1);
            for (int axis : removed.stream().sorted(Comparator.reverseOrder()).toList()) {
                if (s.dim(axis) != 1)
                    throw new ShapeException(
                            "its equation cannot be quantized: a scale " + shape + " loses axis " + axis);
                s = s.without(axis);
            }
            return s;
        }

        /** The reverse of {@link #beside}. */
        Value back(Value scale) {
            Shape s = scale.shape();
            for (int axis : removed.stream().sorted().toList()) s = s.insert(axis, 1);
            for (int axis : added.reversed()) s = s.without(axis);
            List<Integer> inverse = new ArrayList<>();
            for (int i = 0; i < order.size(); i++) inverse.add(order.indexOf(i));
            return scale.reshape(s).transpose(inverse);
        }
    }
}
