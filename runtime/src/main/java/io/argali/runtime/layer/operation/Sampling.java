package io.argali.runtime.layer.operation;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** Values between the elements of a grid. */
public final class Sampling {
    private Sampling() {}

    /** A place along an axis: an element, whether it is inside, and what it counts. */
    private record Node(Value index, Value inside, Value weight) {}

    /** {@code keras.ops.image.map_coordinates}: coordinates (rank, …) → (…). */
    static Value map(Value x, Value coordinates, int order, String fillMode, double fill) {
        if (coordinates.shape().dim(0) != x.rank())
            throw new ShapeException("coordinates " + coordinates.type() + " are not for " + x.type());
        List<List<Node>> axes = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            int n = x.shape().dim(i);
            Value at = coordinates.at(0, i);
            List<Node> nodes = new ArrayList<>();
            if (order == 0) {
                Value near = at.dtype().isFloating() ? at.unary(UnaryFunction.ROUND) : at;
                nodes.add(node(near.cast(DType.INT32), n, fillMode, Value.full(floating(at), at.shape(), 1)));
            } else {
                Value exact = at.cast(floating(at)),
                        floor = exact.unary(UnaryFunction.FLOOR),
                        part = exact.subtract(floor);
                nodes.add(node(floor.cast(DType.INT32), n, fillMode, part.subtractFrom(1)));
                nodes.add(node(floor.cast(DType.INT32).add(1), n, fillMode, part));
            }
            axes.add(nodes);
        }
        Value r = sum(x.reshape(-1), x.shape(), axes, 0, null, fillMode.equals("constant"), fill);
        return (x.dtype().isFloating() ? r : r.unary(UnaryFunction.ROUND)).cast(x.dtype());
    }

    private static DType floating(Value v) {
        return Promotion.floating(v.dtype());
    }

    private static Node node(Value index, int n, String fillMode, Value weight) {
        Value inside = Value.full(DType.BOOL, index.shape(), 1);
        Value safe = switch (fillMode) {
            case "constant" -> {
                inside = index.greaterEqual(0).and(index.less(n));
                yield index.maximum(0).minimum(n - 1);
            }
            case "nearest" -> index.maximum(0).minimum(n - 1);
            case "wrap" -> index.binary(BinaryFunction.MODULO, n);
            case "mirror", "reflect" -> {
                Value m = index.abs().binary(BinaryFunction.MODULO, 2 * n);
                Value folded = m.less(n).select(m, m.subtractFrom(2 * n));
                // An index that is n itself has no element; Keras would fail on it.
                yield (fillMode.equals("reflect") ? m.less(n).select(folded, folded.subtract(1)) : folded)
                        .minimum(n - 1);
            }
            default -> throw new ShapeException("unknown fill_mode \"" + fillMode + "\"");
        };
        return new Node(safe, inside, weight);
    }

    /** The weighted sum over all combinations of the axes' nodes. */
    private static Value sum(
            Value flat,
            Shape shape,
            List<List<Node>> axes,
            int axis,
            @org.jspecify.annotations.Nullable Node before,
            boolean constant,
            double fill) {
        if (axis == axes.size()) {
            Node n = java.util.Objects.requireNonNull(before);
            Value v = flat.gather(n.index, 0).cast(n.weight.dtype());
            return (constant ? n.inside.select(v, fill) : v).multiply(n.weight);
        }
        Value total = null;
        for (Node n : axes.get(axis)) {
            Node joint = before == null
                    ? n
                    : new Node(
                            before.index.multiply(shape.dim(axis)).add(n.index),
                            before.inside.and(n.inside),
                            before.weight.multiply(n.weight));
            Value part = sum(flat, shape, axes, axis + 1, joint, constant, fill);
            total = total == null ? part : total.add(part);
        }
        return java.util.Objects.requireNonNull(total);
    }

    /**
     * TensorFlow's ImageProjectiveTransformV3: each output pixel (x, y) is the input's at {@code ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) /
     * k)}, {@code k = c0 x + c1 y + 1}.
     *
     * @param transform (8) or (batch, 8)
     */
    static Value project(Value images, Value transform, boolean linear, String fillMode, double fill) {
        Shape s = images.shape();
        return project(images, transform, s.dim(1), s.dim(2), linear, fillMode, fill);
    }

    /** As {@link #project}, to an image of another size. */
    public static Value project(
            Value images, Value transform, int rows, int columns, boolean linear, String fillMode, double fill) {
        int n = images.shape().dim(0),
                h = images.shape().dim(1),
                w = images.shape().dim(2),
                channels = images.shape().dim(3);
        Value t = transform.cast(DType.FLOAT32);
        if (t.rank() == 1) t = t.expandDims(0);
        Value row = Value.iota(DType.FLOAT32, Shape.of(1, rows, 1), 1),
                column = Value.iota(DType.FLOAT32, Shape.of(1, 1, columns), 2);
        Value k = plane(t, 6, row, column).add(1);
        Value x = mapped(plane(t, 0, row, column).add(entry(t, 2)).divide(k), w, fillMode);
        Value y = mapped(plane(t, 3, row, column).add(entry(t, 5)).divide(k), h, fillMode);
        Shape places = Shape.of(n, rows, columns);
        x = x.broadcastTo(places);
        y = y.broadcastTo(places);
        Value flat = images.reshape(n, h * w, channels);
        DType type = images.dtype();
        if (!linear) return read(flat, nearest(y), nearest(x), h, w, fill);
        Value y0 = y.unary(UnaryFunction.FLOOR), x0 = x.unary(UnaryFunction.FLOOR), y1 = y0.add(1), x1 = x0.add(1);
        Value fx = x.subtract(x0).expandDims(-1), fy = y.subtract(y0).expandDims(-1);
        Value wide = flat.cast(DType.FLOAT32);
        Value top = read(wide, y0, x0, h, w, fill)
                .multiply(fx.subtractFrom(1))
                .add(read(wide, y0, x1, h, w, fill).multiply(fx));
        Value bottom = read(wide, y1, x0, h, w, fill)
                .multiply(fx.subtractFrom(1))
                .add(read(wide, y1, x1, h, w, fill).multiply(fx));
        return top.multiply(fy.subtractFrom(1)).add(bottom.multiply(fy)).cast(type);
    }

    /** The nearest whole number, halves away from zero. */
    private static Value nearest(Value c) {
        return c.abs().add(0.5).unary(UnaryFunction.FLOOR).multiply(c.unary(UnaryFunction.SIGN));
    }

    private static Value entry(Value transform, int i) {
        return transform.slice(1, i, i + 1).expandDims(-1);
    }

    private static Value plane(Value transform, int i, Value row, Value column) {
        return entry(transform, i).multiply(column).add(entry(transform, i + 1).multiply(row));
    }

    /** A coordinate brought back into the image. */
    private static Value mapped(Value c, int n, String fillMode) {
        return switch (fillMode) {
            case "constant" -> c;
            case "nearest" -> c.maximum(0).minimum(n - 1);
            case "wrap" -> {
                if (n == 1) yield c.multiply(0);
                // TensorFlow counts periods of n - 1 but goes back by n for each.
                Value below = c.add(c.negate()
                        .divide(n - 1)
                        .unary(UnaryFunction.TRUNCATE)
                        .add(1)
                        .multiply(n));
                Value above =
                        c.subtract(c.divide(n - 1).unary(UnaryFunction.TRUNCATE).multiply(n));
                Value y = c.less(0).select(below, c.greater(n - 1).select(above, c));
                yield y.maximum(0).minimum(n - 1);
            }
            case "reflect" -> {
                if (n == 1) yield c.multiply(0);
                int period = 2 * n;
                Value low = c.less(-period)
                        .select(
                                c.add(c.negate()
                                        .divide(period)
                                        .unary(UnaryFunction.TRUNCATE)
                                        .multiply(period)),
                                c);
                Value below = low.less(-n).select(low.add(period), low.negate().subtract(1));
                Value high = c.subtract(
                        c.divide(period).unary(UnaryFunction.TRUNCATE).multiply(period));
                Value above = high.greaterEqual(n).select(high.subtractFrom(period - 1), high);
                Value y = c.less(0).select(below, c.greater(n - 1).select(above, c));
                yield y.maximum(0).minimum(n - 1);
            }
            default -> throw new ShapeException("unknown fill_mode \"" + fillMode + "\"");
        };
    }

    /** Elements of (batch, h · w, channels) at whole coordinates; the fill value outside. */
    private static Value read(Value flat, Value y, Value x, int h, int w, double fill) {
        Value inside = y.greaterEqual(0).and(y.less(h)).and(x.greaterEqual(0)).and(x.less(w));
        Value index = y.maximum(0)
                .minimum(h - 1)
                .multiply(w)
                .add(x.maximum(0).minimum(w - 1))
                .cast(DType.INT32);
        return inside.expandDims(-1).select(flat.gather(index, 1, 1), fill);
    }

    /** The transform that takes end points (…, 4, 2) to start points: 8 numbers each. */
    static Value homography(Value start, Value end) {
        Value s = start.cast(DType.FLOAT32), e = end.cast(DType.FLOAT32);
        if (s.rank() == 2) s = s.expandDims(0);
        if (e.rank() == 2) e = e.expandDims(0);
        Value one = e.slice(2, 0, 1).multiply(0).add(1).squeeze(2), zero = one.multiply(0);
        Value ex = e.at(2, 0), ey = e.at(2, 1), sx = s.at(2, 0), sy = s.at(2, 1);
        Value forX = Value.stack(
                2,
                List.of(
                        ex,
                        ey,
                        one,
                        zero,
                        zero,
                        zero,
                        sx.multiply(ex).negate(),
                        sx.multiply(ey).negate()));
        Value forY = Value.stack(
                2,
                List.of(
                        zero,
                        zero,
                        zero,
                        ex,
                        ey,
                        one,
                        sy.multiply(ex).negate(),
                        sy.multiply(ey).negate()));
        int n = s.shape().dim(0);
        Value matrix = Value.stack(2, List.of(forX, forY)).reshape(n, 8, 8);
        Value target = Value.stack(2, List.of(sx, sy)).reshape(n, 8, 1);
        return MatrixFunctions.solve(matrix, target).reshape(n, 8);
    }
}
