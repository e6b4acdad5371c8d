package io.argali.converters.savedmodel;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Elements change places or repeat. */
final class MovementOps {
    private MovementOps() {}

    static void add(OpTable t) {
        t.one("Reshape", c -> c.value(0).reshape(c.ints(1)));
        t.one("Squeeze", MovementOps::squeeze);
        t.one("ExpandDims", c -> c.value(0).expandDims(c.scalar(1)));
        t.one("Transpose", c -> c.value(0).transpose(c.axes(1, c.value(0).rank())));
        t.one("ConcatV2", c -> concat(c.scalar(c.count() - 1), c.values(0, c.count() - 1)));
        t.one("Concat", c -> concat(c.scalar(0), c.values(1, c.count())));
        t.one("Pack", c -> Value.stack(c.integer("axis", 0), c.values(0, c.count())));
        t.many("Unpack", List.of(), c -> unpack(c.value(0), c.integer("axis", 0)));
        t.many("Split", List.of(), c -> split(c.value(1), c.scalar(0), c.integer("num_split", 1)));
        t.many("SplitV", List.of(), c -> splitBySizes(c.value(0), c.ints(1), c.scalar(2)));
        t.one("Slice", MovementOps::slice);
        t.one("StridedSlice", c -> stridedSlice(c, c.value(0)));
        t.one("Tile", c -> tile(c.value(0), c.ints(1)));
        t.one("BroadcastTo", c -> c.value(0).broadcastTo(ShapeOps.shape(c.ints(1))));
        t.one("Pad", c -> pad(c.value(0), c.ints(1), 0));
        t.one("PadV2", c -> padWith(c.value(0), c.ints(1), c));
        t.one(
                "MirrorPad",
                c -> mirror(c.value(0), c.ints(1), c.text("mode", "REFLECT").equals("SYMMETRIC")));
        t.one("ReverseV2", c -> reverse(c.value(0), c.axes(1, c.value(0).rank())));
        t.one("Roll", c -> roll(c.value(0), c.ints(1), c.axes(2, c.value(0).rank())));
        t.one("SpaceToBatchND", c -> spaceToBatch(c.value(0), c.ints(1), c.ints(2)));
        t.one("BatchToSpaceND", c -> batchToSpace(c.value(0), c.ints(1), c.ints(2)));
        t.one("DepthToSpace", c -> depthToSpace(c.value(0), c.integer("block_size", 1), nhwc(c)));
        t.one("SpaceToDepth", c -> spaceToDepth(c.value(0), c.integer("block_size", 1), nhwc(c)));
        t.one("MatrixBandPart", c -> band(c.value(0), c.scalar(1), c.scalar(2)));
        t.one(
                "MatrixDiag",
                c -> diagonal(
                        c.value(0),
                        0,
                        c.value(0).shape().last(),
                        c.value(0).shape().last(),
                        c.value(0).like(0)));
        t.one("Diag", c -> {
            Value x = c.value(0);
            int n = x.shape().size();
            Value flat = x.reshape(n);
            return diagonal(flat, 0, n, n, x.like(0))
                    .reshape(x.shape().append(x.shape().toArray()));
        });
        t.one("DiagPart", c -> {
            Value x = c.value(0);
            Shape half = x.shape().slice(0, x.rank() / 2);
            return diagonalOf(x.reshape(half.size(), half.size()), 0).reshape(half);
        });
        t.one("ParallelConcat", c -> Value.concat(0, c.values(0, c.count())));
        t.one("UnravelIndex", MovementOps::unravel);
        t.one("Empty", c -> Value.full(c.type("dtype"), ShapeOps.shape(c.ints(0)), 0));
        t.one("MatrixDiagPart", c -> diagonalOf(c.value(0), 0));
        t.one("MatrixDiagPartV2", MovementOps::diagonalPart);
        t.one("MatrixDiagPartV3", MovementOps::diagonalPart);
        t.one("MatrixDiagV2", MovementOps::diagonalMatrix);
        t.one("MatrixDiagV3", MovementOps::diagonalMatrix);
        t.one("MatrixSetDiag", c -> setDiagonal(c.value(0), c.value(1), 0));
        for (String name : List.of("MatrixSetDiagV2", "MatrixSetDiagV3")) {
            t.one(name, c -> setDiagonals(c.value(0), c.value(1), Band.of(c, 2)));
        }
        t.one(
                "ReverseSequence",
                c -> reverseSequence(c.value(0), c.value(1), c.integer("seq_dim", 0), c.integer("batch_dim", 0)));
    }

    private static boolean nhwc(Call c) {
        if (!c.text("data_format", "NHWC").equals("NHWC"))
            throw new ShapeException("the data format " + c.text("data_format", "") + " is not supported");
        return true;
    }

    private static Value squeeze(Call c) {
        Value x = c.value(0);
        List<Integer> axes = c.integers("squeeze_dims").isEmpty() ? c.integers("axis") : c.integers("squeeze_dims");
        List<Integer> kept = new ArrayList<>();
        List<Integer> gone = axes.stream().map(x.shape()::axis).toList();
        for (int i = 0; i < x.rank(); i++) {
            int n = x.shape().dim(i);
            boolean goes = axes.isEmpty() ? n == 1 : gone.contains(i);
            if (goes && n != 1) throw new ShapeException("cannot take axis " + i + " out of " + x.type());
            if (!goes) kept.add(n);
        }
        return x.reshape(Shape.of(kept));
    }

    /** Empty tensors of one axis count for nothing, whatever the others' rank. */
    private static Value concat(int axis, List<Value> values) {
        List<Value> some = values.stream()
                .filter(v -> !(v.rank() == 1
                        && v.shape().size() == 0
                        && values.getFirst().rank() > 1))
                .toList();
        return Value.concat(axis, some.isEmpty() ? values : some);
    }

    private static List<Value> unpack(Value x, int axis) {
        int n = x.shape().dim(axis);
        return IntStream.range(0, n).mapToObj(i -> x.at(axis, i)).toList();
    }

    private static List<Value> split(Value x, int axis, int parts) {
        if (parts < 1 || x.shape().dim(axis) % parts != 0)
            throw new ShapeException("cannot split axis " + axis + " of " + x.type() + " into " + parts + " parts");
        return x.split(axis, parts);
    }

    private static List<Value> splitBySizes(Value x, int[] sizes, int axis) {
        int
                rest =
                        x.shape().dim(axis)
                                - Arrays.stream(sizes).filter(n -> n >= 0).sum(),
                at = 0;
        List<Value> r = new ArrayList<>();
        for (int n : sizes) {
            int length = n < 0 ? rest : n;
            r.add(x.slice(axis, at, at + length));
            at += length;
        }
        return r;
    }

    private static Value slice(Call c) {
        Value x = c.value(0);
        int[] size = c.ints(2);
        if (c.constant(1) == null) return sliceFrom(x, c.value(1), size);
        int[] begin = c.ints(1);
        Value y = x;
        for (int i = 0; i < begin.length; i++) {
            int n = size[i] < 0 ? x.shape().dim(i) - begin[i] : size[i];
            y = y.slice(i, begin[i], begin[i] + n);
        }
        return y;
    }

    /** Where a slice begins is known when it runs only. */
    private static Value sliceFrom(Value x, Value begin, int[] size) {
        Value y = x;
        for (int i = 0; i < size.length; i++) {
            if (size[i] < 0 || size[i] == x.shape().dim(i)) continue;
            Value places = Value.iota(begin.dtype(), Shape.of(size[i]), 0).add(begin.at(0, i));
            y = y.gather(places, i);
        }
        return y;
    }

    // NumPy's indexing, as TensorFlow writes it: a spec for each entry, bit i of a mask for entry i.
    static Value stridedSlice(Call c, Value x) {
        int entries = c.value(1).shape().dim(0);
        int beginMask = c.integer("begin_mask", 0), endMask = c.integer("end_mask", 0);
        int ellipsisMask = c.integer("ellipsis_mask", 0), newAxis = c.integer("new_axis_mask", 0);
        int shrink = c.integer("shrink_axis_mask", 0);
        int[] strides = c.ints(3);
        boolean fixed = c.constant(1) != null && c.constant(2) != null;
        int consumed = 0;
        for (int i = 0; i < entries; i++) if (!bit(newAxis, i) && !bit(ellipsisMask, i)) consumed++;
        Value y = x;
        int axis = 0; // of y
        for (int i = 0; i < entries; i++) {
            if (bit(ellipsisMask, i)) {
                axis += x.rank() - consumed;
                continue;
            }
            if (bit(newAxis, i)) {
                y = y.expandDims(axis++);
                continue;
            }
            if (axis >= y.rank()) throw new ShapeException("has more indices than " + x.type() + " has axes");
            int n = y.shape().dim(axis);
            if (bit(shrink, i)) {
                y = fixed || c.tracer().constants().find(c.value(1).at(0, i)) != null
                        ? at(y, axis, entry(c, 1, i))
                        : y.gather(wrapped(c.value(1).at(0, i), n), axis);
                continue;
            }
            y = stepped(
                    y,
                    axis++,
                    bit(beginMask, i) ? null : entry(c, 1, i),
                    bit(endMask, i) ? null : entry(c, 2, i),
                    strides[i]);
        }
        return y;
    }

    private static boolean bit(int mask, int i) {
        return (mask >>> i & 1) != 0;
    }

    private static int entry(Call c, int input, int i) {
        Tensor known = c.constant(input);
        if (known != null) return (int) Math.clamp(known.toLongArray()[i], Integer.MIN_VALUE, Integer.MAX_VALUE);
        return c.tracer().ints(c.value(input).at(0, i))[0];
    }

    private static Value wrapped(Value index, int n) {
        return index.less(0).select(index.add(n), index);
    }

    private static Value at(Value x, int axis, int i) {
        int n = x.shape().dim(axis);
        if (i < -n || i >= n) throw new ShapeException("index " + i + " is outside axis " + axis + " of " + x.type());
        return x.at(axis, i);
    }

    private static Value stepped(
            Value x,
            int axis,
            @org.jspecify.annotations.Nullable Integer begin,
            @org.jspecify.annotations.Nullable Integer end,
            int stride) {
        int n = x.shape().dim(axis);
        if (stride > 0) {
            int from = begin == null ? 0 : Math.clamp(begin < 0 ? (long) begin + n : begin, 0, n);
            int to = end == null ? n : Math.clamp(end < 0 ? (long) end + n : end, 0, n);
            return x.slice(axis, from, Math.max(from, to), stride);
        }
        if (stride == 0) throw new ShapeException("a stride is 0");
        int from = begin == null ? n - 1 : Math.clamp(begin < 0 ? (long) begin + n : begin, -1, n - 1);
        int to = end == null ? -1 : Math.clamp(end < 0 ? (long) end + n : end, -1, n - 1);
        int count = Math.max(0, (from - to + -stride - 1) / -stride);
        if (count == 0) return x.slice(axis, 0, 0);
        int last = from + (count - 1) * stride;
        return x.slice(axis, last, from + 1, -stride).reverse(axis);
    }

    private static Value tile(Value x, int[] times) {
        List<Integer> wide = new ArrayList<>(), full = new ArrayList<>(), joined = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            int n = x.shape().dim(i);
            wide.addAll(List.of(1, n));
            full.addAll(List.of(times[i], n));
            joined.add(times[i] * n);
        }
        if (Arrays.stream(times).allMatch(n -> n == 1)) return x;
        ShapeOps.shape(full.stream().mapToInt(i -> i).toArray());
        return x.reshape(Shape.of(wide)).broadcastTo(Shape.of(full)).reshape(Shape.of(joined));
    }

    private static Value padWith(Value x, int[] pairs, Call c) {
        Tensor value = c.constant(2);
        if (value != null && x.dtype() != DType.STRING) return pad(x, pairs, value.item());
        Value inside = pad(Value.full(DType.BOOL, x.shape(), 1), pairs, 0);
        return inside.select(pad(x, pairs, 0), c.value(2).reshape(Shape.SCALAR));
    }

    static Value pad(Value x, int[] pairs, double value) {
        List<Integer> low = new ArrayList<>(), high = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i] < 0 || pairs[i + 1] < 0) throw new ShapeException("a padding is negative");
            low.add(pairs[i]);
            high.add(pairs[i + 1]);
        }
        return x.pad(low, high, value);
    }

    static Value mirror(Value x, int[] pairs, boolean symmetric) {
        Value y = x;
        int edge = symmetric ? 0 : 1;
        for (int axis = 0; axis < x.rank(); axis++) {
            int n = x.shape().dim(axis), low = pairs[2 * axis], high = pairs[2 * axis + 1];
            if (low == 0 && high == 0) continue;
            List<Value> parts = new ArrayList<>();
            if (low > 0) parts.add(y.slice(axis, edge, edge + low).reverse(axis));
            parts.add(y);
            if (high > 0) parts.add(y.slice(axis, n - edge - high, n - edge).reverse(axis));
            y = Value.concat(axis, parts);
        }
        return y;
    }

    private static Value reverse(Value x, int[] axes) {
        return axes.length == 0 ? x : x.reverse(axes);
    }

    private static Value roll(Value x, int[] shifts, int[] axes) {
        Value y = x;
        for (int i = 0; i < shifts.length; i++) {
            int n = x.shape().dim(axes[i]);
            int k = n == 0 ? 0 : Math.floorMod(shifts[i], n);
            if (k != 0) y = Value.concat(axes[i], List.of(y.slice(axes[i], n - k, n), y.slice(axes[i], 0, n - k)));
        }
        return y;
    }

    /** Blocks of space become batch: (batch, spatial…, rest…) → (block… · batch, spatial / block…, rest…). */
    private static Value spaceToBatch(Value x, int[] block, int[] paddings) {
        int m = block.length;
        int[] pairs = new int[2 * x.rank()];
        System.arraycopy(paddings, 0, pairs, 2, paddings.length);
        Value p = pad(x, pairs, 0);
        Shape s = p.shape();
        List<Integer> split = new ArrayList<>(List.of(s.dim(0))), order = new ArrayList<>(), joined = new ArrayList<>();
        int batch = s.dim(0);
        for (int i = 0; i < m; i++) {
            split.add(s.dim(i + 1) / block[i]);
            split.add(block[i]);
            order.add(2 + 2 * i);
            batch *= block[i];
        }
        order.add(0);
        joined.add(batch);
        for (int i = 0; i < m; i++) {
            order.add(1 + 2 * i);
            joined.add(s.dim(i + 1) / block[i]);
        }
        for (int i = m + 1; i < s.rank(); i++) {
            split.add(s.dim(i));
            order.add(m + i);
            joined.add(s.dim(i));
        }
        return p.reshape(Shape.of(split)).transpose(order).reshape(Shape.of(joined));
    }

    private static Value batchToSpace(Value x, int[] block, int[] crops) {
        int m = block.length;
        Shape s = x.shape();
        int all = Arrays.stream(block).reduce(1, (a, b) -> a * b);
        List<Integer> split = new ArrayList<>(), order = new ArrayList<>(List.of(m)), joined = new ArrayList<>();
        for (int b : block) split.add(b);
        split.add(s.dim(0) / all);
        joined.add(s.dim(0) / all);
        for (int i = 1; i < s.rank(); i++) {
            split.add(s.dim(i));
            order.add(m + i);
            if (i <= m) order.add(i - 1);
            joined.add(i <= m ? s.dim(i) * block[i - 1] : s.dim(i));
        }
        Value y = x.reshape(Shape.of(split)).transpose(order).reshape(Shape.of(joined));
        for (int i = 0; i < m; i++) y = y.slice(i + 1, crops[2 * i], joined.get(i + 1) - crops[2 * i + 1]);
        return y;
    }

    private static Value depthToSpace(Value x, int b, boolean supported) {
        Shape s = x.shape();
        int n = s.dim(0), h = s.dim(1), w = s.dim(2), d = s.dim(3) / (b * b);
        return x.reshape(n, h, w, b, b, d).transpose(0, 1, 3, 2, 4, 5).reshape(n, h * b, w * b, d);
    }

    private static Value spaceToDepth(Value x, int b, boolean supported) {
        Shape s = x.shape();
        int n = s.dim(0), h = s.dim(1) / b, w = s.dim(2) / b, d = s.dim(3);
        return x.reshape(n, h, b, w, b, d).transpose(0, 1, 3, 2, 4, 5).reshape(n, h, w, b * b * d);
    }

    // Matrices

    /** Row minus column of each element of (…, m, n), int32. */
    private static Value below(Value x) {
        Shape s = x.shape().slice(x.rank() - 2, x.rank());
        return Value.iota(DType.INT32, s, 0).subtract(Value.iota(DType.INT32, s, 1));
    }

    private static Value band(Value x, int lower, int upper) {
        Value d = below(x), kept = Value.full(DType.BOOL, d.shape(), 1);
        if (lower >= 0) kept = kept.and(d.lessEqual(lower));
        if (upper >= 0) kept = kept.and(d.greaterEqual(-upper));
        return kept.select(x, 0);
    }

    /** Diagonals, from the lowest, and on which side a short one is filled up: as many as one are a tensor without an axis for them. */
    private record Band(int low, int high, boolean aboveLeft, boolean belowLeft) {
        static Band of(Call c, int input) {
            int[] k = c.ints(input);
            // "LEFT_RIGHT": above the main diagonal to the left, below it to the right. The second version has
            // LEFT_LEFT only.
            String align = c.text("align", c.node().getOp().endsWith("V2") ? "LEFT_LEFT" : "RIGHT_LEFT");
            return new Band(k[0], k[k.length - 1], align.startsWith("LEFT"), align.endsWith("LEFT"));
        }

        boolean single() {
            return low == high;
        }

        /** How far diagonal k, of n elements, begins in a row of the longest one. */
        int start(int k, int n, int longest) {
            return (k >= 0 ? aboveLeft : belowLeft) ? 0 : longest - n;
        }
    }

    private static int lengthOf(int rows, int columns, int k) {
        return Math.min(rows - Math.max(0, -k), columns - Math.max(0, k));
    }

    private static Value diagonalPart(Call c) {
        Band band = Band.of(c, 1);
        Value x = c.value(0);
        if (band.single()) return diagonalOf(x, band.low);
        int rows = x.shape().dim(-2), columns = x.shape().dim(-1), longest = 0;
        for (int k = band.low; k <= band.high; k++) longest = Math.max(longest, lengthOf(rows, columns, k));
        List<Value> all = new ArrayList<>();
        for (int k = band.high; k >= band.low; k--) {
            Value d = diagonalOf(x, k);
            int n = d.shape().last(), start = band.start(k, n, longest);
            Value inside = Value.full(DType.BOOL, Shape.of(n), 1).pad(0, start, longest - n - start);
            all.add(inside.select(d.pad(d.rank() - 1, start, longest - n - start), c.value(2)));
        }
        return Value.stack(-2, all);
    }

    private static Value setDiagonals(Value matrix, Value given, Band band) {
        if (band.single()) return setDiagonal(matrix, given, band.low);
        Value r = matrix;
        for (int k = band.high; k >= band.low; k--) {
            int n = lengthOf(matrix.shape().dim(-2), matrix.shape().dim(-1), k);
            int start = band.start(k, n, given.shape().last());
            r = setDiagonal(r, given.at(-2, band.high - k).slice(-1, start, start + n), k);
        }
        return r;
    }

    private static Value unravel(Call c) {
        int[] shape = c.ints(1);
        int[] strides = ShapeOps.shape(shape).strides();
        List<Value> rows = new ArrayList<>();
        for (int i = 0; i < shape.length; i++) {
            rows.add(SegmentOps.quotient(c.value(0), strides[i])
                    .binary(io.argali.runtime.op.BinaryFunction.MODULO, shape[i]));
        }
        return Value.stack(0, rows);
    }

    private static Value diagonalOf(Value x, int k) {
        int rows = x.shape().dim(-2), columns = x.shape().dim(-1);
        int row = Math.max(0, -k), column = Math.max(0, k);
        int n = Math.min(rows - row, columns - column);
        if (n < 0) throw new ShapeException(x.type() + " has no diagonal " + k);
        Shape batch = x.shape().slice(0, x.rank() - 2);
        int[] at = new int[n];
        for (int i = 0; i < n; i++) at[i] = (row + i) * columns + column + i;
        return x.reshape(batch.append(rows * columns)).gather(Value.constant(Tensor.of(at, n)), -1);
    }

    private static Value diagonalMatrix(Call c) {
        Value x = c.value(0);
        Band band = Band.of(c, 1);
        int longest = x.shape().last(), rows = c.scalar(2), columns = c.scalar(3);
        int low = Math.max(0, -band.low), high = Math.max(0, band.high);
        // The longest diagonal is the one nearest to the main one.
        int leastRows = longest + (band.high < 0 ? -band.high : 0),
                leastColumns = longest + (band.low > 0 ? band.low : 0);
        if (rows < 0 && columns < 0) {
            rows = columns = band.single() ? longest + Math.max(low, high) : Math.max(leastRows, leastColumns);
        } else if (rows < 0) {
            rows = leastRows;
        } else if (columns < 0) {
            columns = leastColumns;
        }
        Shape batch = x.shape().slice(0, x.rank() - (band.single() ? 1 : 2));
        Value matrix = c.value(4).reshape(Shape.SCALAR).broadcastTo(batch.append(rows, columns));
        return setDiagonals(matrix, x, band);
    }

    private static Value diagonal(Value x, int k, int rows, int columns, Value fill) {
        Shape batch = x.shape().slice(0, x.rank() - 1);
        Value matrix = fill.reshape(Shape.SCALAR).broadcastTo(batch.append(rows, columns));
        return setDiagonal(matrix, x, k);
    }

    private static Value setDiagonal(Value matrix, Value diagonal, int k) {
        int rows = matrix.shape().dim(-2),
                columns = matrix.shape().dim(-1),
                n = diagonal.shape().last();
        // Each place takes the diagonal's element of its row, or column, and keeps it where it lies on the diagonal.
        int[] from = new int[rows];
        for (int i = 0; i < rows; i++) from[i] = Math.clamp(i - Math.max(0, -k), 0, Math.max(0, n - 1));
        if (n == 0 || rows == 0 || columns == 0) return matrix;
        Value spread =
                diagonal.gather(Value.constant(Tensor.of(from, rows)), -1).expandDims(-1);
        return below(matrix).equal(-k).select(spread, matrix);
    }

    private static Value reverseSequence(Value x, Value lengths, int sequence, int batch) {
        Shape s = x.shape();
        int steps = s.dim(sequence), n = s.dim(batch);
        Value length = lengths.cast(DType.INT32).reshape(n, 1);
        Value step = Value.iota(DType.INT32, Shape.of(n, steps), 1);
        Value from = step.less(length).select(length.subtract(1).subtract(step), step);
        Value front = x.moveAxis(batch, 0);
        int a = sequence < batch ? sequence + 1 : sequence;
        front = front.moveAxis(a, 1);
        return front.gather(from, 1, 1).moveAxis(1, a).moveAxis(0, batch);
    }

    static Value node(Op op, Value... inputs) {
        return Node.of(op, List.of(inputs)).output(0);
    }

    static List<Integer> ones(int n) {
        return Collections.nCopies(n, 1);
    }
}
