package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Spatial;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import java.util.Objects;

/** Windows of images laid out side by side, and back. */
final class Patches {
    private Patches() {}

    /** {@code keras.ops.image.extract_patches}: (batch, spatial…, channels) → (batch, windows…, size… · channels). */
    static Value extract(OperationArguments a, Value images) {
        int[] size = Objects.requireNonNull(a.integers("size"));
        int rank = size.length == 3 ? 3 : 2;
        boolean single = images.rank() == rank + 1;
        Value x = NnOperations.format(a).toChannelsLast(single ? images.expandDims(0) : images);
        List<Integer> sizes = NnOperations.perAxis(a, "size", rank);
        List<Integer> strides = a.option("strides") == null ? sizes : NnOperations.perAxis(a, "strides", rank);
        Op.Window w = Spatial.window(
                x.shape(), sizes, strides, NnOperations.perAxis(a, "dilation_rate", rank), NnOperations.padding(a));
        Value y = x;
        for (int i = 0; i < rank; i++) {
            // Axis 1 + 2i becomes (windows, elements of a window).
            int axis = 1 + 2 * i, count = w.count(i, x.shape().dim(i + 1), sizes.get(i)), k = sizes.get(i);
            int[] at = new int[count * k];
            for (int n = 0; n < count; n++) {
                for (int e = 0; e < k; e++)
                    at[n * k + e] = n * w.strides().get(i) + e * w.dilations().get(i);
            }
            y = y.pad(axis, w.low().get(i), w.high().get(i)).gather(Value.constant(Tensor.of(at, count, k)), axis);
        }
        int[] order = new int[y.rank()];
        for (int i = 0; i < rank; i++) {
            order[1 + i] = 1 + 2 * i;
            order[1 + rank + i] = 2 + 2 * i;
        }
        order[2 * rank + 1] = 2 * rank + 1;
        y = y.transpose(order);
        Shape windows = y.shape().slice(0, rank + 1);
        Value r = NnOperations.format(a)
                .fromChannelsLast(y.reshape(windows.append(y.shape().size(rank + 1, y.rank()))));
        return single ? r.squeeze(0) : r;
    }

    /** How windows lie along an axis of torch's unfold and fold. */
    private record Axis(int kernel, int dilation, int padding, int stride) {
        static Axis of(OperationArguments a, int i) {
            return new Axis(
                    at(a, "kernel_size", i, 1), at(a, "dilation", i, 1), at(a, "padding", i, 0), at(a, "stride", i, 1));
        }

        private static int at(OperationArguments a, String name, int i, int otherwise) {
            int[] v = a.integers(name);
            return v == null ? otherwise : v[Math.min(i, v.length - 1)];
        }

        int windows(int length) {
            return (length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
        }

        /** The element of the padded axis that window n has at place k. */
        int place(int n, int k) {
            return n * stride + k * dilation;
        }
    }

    /** (batch, channels, h, w) → (batch, channels · kernel, windows) */
    static Value unfold(OperationArguments a, Value x) {
        Value y = x;
        Axis[] axes = {Axis.of(a, 0), Axis.of(a, 1)};
        for (int i = 0; i < 2; i++) {
            Axis axis = axes[i];
            int count = axis.windows(x.shape().dim(2 + i));
            int[] at = new int[axis.kernel * count];
            for (int k = 0; k < axis.kernel; k++) for (int n = 0; n < count; n++) at[k * count + n] = axis.place(n, k);
            int where = 2 + 2 * i;
            y = y.pad(where, axis.padding, axis.padding)
                    .gather(Value.constant(Tensor.of(at, axis.kernel, count)), where);
        }
        Shape s = y.shape(); // (batch, channels, kernel rows, rows, kernel columns, columns)
        return y.transpose(0, 1, 2, 4, 3, 5).reshape(s.dim(0), s.dim(1) * s.dim(2) * s.dim(4), s.dim(3) * s.dim(5));
    }

    /** The sums of overlapping windows: (batch, channels · kernel, windows) → (batch, channels, h, w) */
    static Value fold(OperationArguments a, Value x) {
        Axis[] axes = {Axis.of(a, 0), Axis.of(a, 1)};
        int[] size = Objects.requireNonNull(a.integers("output_size"));
        int[] lengths = {size[0], size[size.length - 1]};
        int rows = axes[0].windows(lengths[0]), columns = axes[1].windows(lengths[1]);
        int channels = x.shape().dim(1) / (axes[0].kernel * axes[1].kernel);
        Value y = x.reshape(x.shape().dim(0), channels, axes[0].kernel, axes[1].kernel, rows, columns)
                .transpose(0, 1, 3, 5, 2, 4)
                .reshape(x.shape().dim(0), channels, axes[1].kernel * columns, axes[0].kernel * rows);
        y = y.matMul(sums(axes[0], rows, lengths[0], x.dtype())).moveAxis(3, 2);
        return y.matMul(sums(axes[1], columns, lengths[1], x.dtype()));
    }

    /** Which element (kernel place, window) goes to which place of an axis. */
    private static Value sums(Axis axis, int windows, int length, DType type) {
        float[] m = new float[axis.kernel * windows * length];
        for (int k = 0; k < axis.kernel; k++) {
            for (int n = 0; n < windows; n++) {
                int at = axis.place(n, k) - axis.padding;
                if (at >= 0 && at < length) m[(k * windows + n) * length + at] = 1;
            }
        }
        return Value.constant(Tensor.of(m, axis.kernel * windows, length).cast(type));
    }
}
