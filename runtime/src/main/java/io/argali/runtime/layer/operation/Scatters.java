package io.argali.runtime.layer.operation;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Elements put into a tensor by number: indices are (…, k), for the first k axes. */
public final class Scatters {
    private Scatters() {}

    /** The rows of a tensor seen as (rows, rest…), and the row that each index means. */
    private record Rows(int count, Shape rest, Value numbers) {
        static Rows of(Shape shape, Value indices) {
            int k = indices.shape().last();
            Value flat = indices.cast(DType.INT32).reshape(-1, k);
            int[] strides = shape.slice(0, k).strides();
            Value number = null;
            for (int i = 0; i < k; i++) {
                Value part = flat.at(1, i).multiply(strides[i]);
                number = number == null ? part : number.add(part);
            }
            return new Rows(shape.size(0, k), shape.slice(k, shape.rank()), Objects.requireNonNull(number));
        }

        Shape of(int n) {
            return rest.insert(0, n);
        }

        Value flat(Value x, int n) {
            return x.reshape(of(n));
        }
    }

    private static Value add(Rows rows, Value updates) {
        Value flat = rows.flat(updates, rows.numbers.shape().dim(0));
        return Node.of(new Op.ScatterAdd(rows.of(rows.count)), List.of(rows.numbers, flat))
                .output(0);
    }

    /** Zeros with values added. */
    public static Value scatter(Value indices, Value values, Shape shape) {
        return add(Rows.of(shape, indices), values).reshape(shape);
    }

    /** A tensor with values put in, added, multiplied … */
    public static Value update(Value x, Value indices, Value updates, String reduction) {
        Rows rows = Rows.of(x.shape(), indices);
        Value given = updates.cast(x.dtype());
        return switch (reduction) {
            case "add" -> x.add(add(rows, given).reshape(x.shape()));
            case "max" -> x.maximum(folded(rows, given, ReduceFunction.MAX).reshape(x.shape()));
            case "min" -> x.minimum(folded(rows, given, ReduceFunction.MIN).reshape(x.shape()));
            case "mul" -> x.multiply(folded(rows, given, ReduceFunction.PRODUCT).reshape(x.shape()));
            case "" -> {
                int n = rows.numbers.shape().dim(0);
                Value writer = new LastWriter(rows.count).on(rows.numbers).get(0);
                Value taken = rows.flat(given, n).gather(writer.maximum(0), 0);
                Value written = writer.greaterEqual(0).reshape(Shape.of(ones(rows.count, taken.rank())));
                yield written.select(taken, rows.flat(x, rows.count)).reshape(x.shape());
            }
            default -> throw new ShapeException("unknown reduction \"" + reduction + "\"");
        };
    }

    private static int[] ones(int first, int rank) {
        int[] d = new int[rank];
        Arrays.fill(d, 1);
        d[0] = first;
        return d;
    }

    private static Value folded(Rows rows, Value updates, ReduceFunction f) {
        return new SegmentFold(f, rows.count, false)
                .on(rows.flat(updates, rows.numbers.shape().dim(0)), rows.numbers)
                .get(0);
    }

    /** A tensor with a block put in; a block that would leave it is moved inside. */
    static Value updateSlice(Value x, Value starts, Value updates) {
        Shape block = updates.shape();
        Value number = null;
        int[] strides = x.shape().strides();
        for (int i = 0; i < x.rank(); i++) {
            Value start = starts.cast(DType.INT32)
                    .at(0, i)
                    .maximum(0)
                    .minimum(x.shape().dim(i) - block.dim(i));
            Value part = Value.iota(DType.INT32, block, i).add(start).multiply(strides[i]);
            number = number == null ? part : number.add(part);
        }
        Value flat = Objects.requireNonNull(number).reshape(-1, 1);
        return update(x.reshape(-1), flat, updates.reshape(-1), "").reshape(x.shape());
    }

    /** For each row, the last of the numbers that names it; −1 for none. */
    public record LastWriter(int rows) implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(TensorType.of(DType.INT32, rows));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            int[] writer = IntStream.generate(() -> -1).limit(rows).toArray(),
                    numbers = in.get(0).toIntArray();
            for (int i = 0; i < numbers.length; i++) {
                if (numbers[i] < 0 || numbers[i] >= rows)
                    throw new IllegalArgumentException("index " + numbers[i] + " is out of range for " + rows);
                writer[numbers[i]] = i;
            }
            return List.of(Tensor.of(writer, rows));
        }
    }
}
