package io.argali.converters.savedmodel;

import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.layer.operation.Sampling;
import io.argali.runtime.layer.reshaping.Interpolation;
import io.argali.runtime.layer.reshaping.Resampling;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.List;

/** Images (batch, rows, columns, channels). */
final class ImageOps {
    private ImageOps() {}

    static void add(OpTable t) {
        t.one("ResizeBilinear", c -> resize(c, Interpolation.BILINEAR));
        t.one("ResizeBicubic", c -> resize(c, Interpolation.BICUBIC));
        t.one("ResizeNearestNeighbor", c -> resize(c, Interpolation.NEAREST));
        t.one("ResizeArea", c -> resize(c, Interpolation.AREA));
        t.one("ScaleAndTranslate", ImageOps::scale);
        t.unary("RGBToHSV", ImageOps::toHsv);
        t.unary("HSVToRGB", ImageOps::toRgb);
        t.one("AdjustContrastv2", c -> {
            Value x = c.value(0), mean = x.mean(true, x.rank() - 3, x.rank() - 2);
            return x.subtract(mean).multiply(c.value(1)).add(mean);
        });
        t.one("ImageProjectiveTransformV3", ImageOps::project);
        t.one("ImageProjectiveTransformV2", ImageOps::project);
        t.one("AdjustSaturation", c -> {
            Value hsv = toHsv(c.value(0)), s = ramp(hsv.at(-1, 1).multiply(c.value(1)));
            return toRgb(Value.stack(-1, List.of(hsv.at(-1, 0), s, hsv.at(-1, 2))));
        });
        t.one("AdjustHue", c -> {
            Value hsv = toHsv(c.value(0)), h = hsv.at(-1, 0).add(c.value(1));
            h = h.subtract(h.unary(UnaryFunction.FLOOR));
            return toRgb(Value.stack(-1, List.of(h, hsv.at(-1, 1), hsv.at(-1, 2))));
        });
        t.one("ExtractImagePatches", c -> patches(c, "ksizes", c.integers("rates")));
        t.one("ExtractVolumePatches", c -> patches(c, "ksizes", List.of()));
    }

    /** Windows (batch, rows…, columns…, channels) → (batch, windows…, size… · channels). */
    private static Value patches(Call c, String sizes, List<Integer> rates) {
        Value x = c.value(0);
        int rank = x.rank() - 2;
        List<Integer> size = c.integers(sizes).subList(1, rank + 1),
                strides = c.integers("strides").subList(1, rank + 1);
        List<Integer> dilations = rates.isEmpty() ? MovementOps.ones(rank) : rates.subList(1, rank + 1);
        Op.Window w = Spatial.window(x.shape(), size, strides, dilations, Padding.valueOf(c.text("padding", "VALID")));
        Value y = x;
        List<Integer> order = new java.util.ArrayList<>(List.of(0));
        int[] result = x.shape().toArray();
        for (int i = 0; i < rank; i++) {
            int n = x.shape().dim(i + 1), count = w.count(i, n, size.get(i));
            int[] at = new int[count * size.get(i)];
            for (int k = 0; k < at.length; k++)
                at[k] = k / size.get(i) * strides.get(i) + k % size.get(i) * dilations.get(i);
            int axis = 1 + 2 * i;
            y = y.pad(axis, w.low().get(i), w.high().get(i))
                    .gather(Value.constant(Tensor.of(at, count, size.get(i))), axis);
            order.add(axis);
            result[i + 1] = count;
            result[rank + 1] *= size.get(i);
        }
        for (int i = 0; i < rank; i++) order.add(2 + 2 * i);
        order.add(2 * rank + 1);
        return y.transpose(order).reshape(io.argali.runtime.tensor.Shape.of(result));
    }

    private static Value project(Call c) {
        Value x = c.value(0);
        int[] size = c.ints(2);
        String fill = c.text("fill_mode", "CONSTANT").toLowerCase(java.util.Locale.ROOT);
        boolean linear = c.text("interpolation", "NEAREST").equals("BILINEAR");
        return Sampling.project(
                x,
                c.value(1),
                size[0],
                size[1],
                linear,
                fill,
                c.count() > 3 ? c.known(3).item() : 0);
    }

    private static Value resize(Call c, Interpolation interpolation) {
        return resize(c, c.value(0), c.ints(1), interpolation);
    }

    /** An image in another's size, as the node's gradient wants it: of its own kind of resizing. */
    static Value resized(Call c, Value x, Value like) {
        Interpolation kind = c.node().getOp().contains("Nearest") ? Interpolation.NEAREST : Interpolation.BILINEAR;
        return resize(c, x, new int[] {like.shape().dim(1), like.shape().dim(2)}, kind);
    }

    private static Value resize(Call c, Value x, int[] size, Interpolation interpolation) {
        boolean same = size[0] == x.shape().dim(1) && size[1] == x.shape().dim(2);
        boolean halves = c.flag("half_pixel_centers");
        if (!same && (!halves || c.flag("align_corners")) && interpolation != Interpolation.AREA) {
            return older(x, size, interpolation, c.flag("align_corners"), halves);
        }
        Value y = interpolation == Interpolation.NEAREST ? x : x.cast(DType.FLOAT32);
        return Resampling.resize(y, size[0], size[1], interpolation, false);
    }

    /** TensorFlow 1's: pixels are points at whole numbers. */
    private static Value older(Value x, int[] size, Interpolation interpolation, boolean corners, boolean halves) {
        if (interpolation == Interpolation.BICUBIC) return olderBicubic(x.cast(DType.FLOAT32), size, corners, halves);
        Value y = interpolation == Interpolation.NEAREST ? x : x.cast(DType.FLOAT32);
        for (int i = 0; i < 2; i++) {
            int n = y.shape().dim(i + 1), m = size[i];
            float step = corners && m > 1 ? (n - 1) / (float) (m - 1) : n / (float) m;
            int[] low = new int[m], high = new int[m];
            float[] part = new float[m];
            for (int k = 0; k < m; k++) {
                float at = halves ? (k + 0.5f) * step - 0.5f : k * step;
                int floor = interpolation == Interpolation.NEAREST && corners ? Math.round(at) : (int) Math.floor(at);
                low[k] = Math.clamp(floor, 0, n - 1);
                high[k] = Math.clamp(floor + 1L, 0, n - 1);
                part[k] = at - floor;
            }
            Value from = y.gather(Value.constant(Tensor.of(low, m)), i + 1);
            if (interpolation == Interpolation.NEAREST) {
                y = from;
                continue;
            }
            Value to = y.gather(Value.constant(Tensor.of(high, m)), i + 1);
            int[] d = {1, 1, 1, 1};
            d[i + 1] = m;
            y = to.subtract(from).multiply(Value.constant(Tensor.of(part, d))).add(from);
        }
        return y;
    }

    /** TensorFlow 1's: Keys' kernel with a = -¾, the edges repeated, places between pixels rounded to 1/1024. */
    private static Value olderBicubic(Value x, int[] size, boolean corners, boolean halves) {
        if (halves) throw new ShapeException("with TensorFlow 1's corners and half pixels is not supported");
        Value y = x;
        for (int i = 0; i < 2; i++) {
            int n = y.shape().dim(i + 1), m = size[i];
            float step = corners && m > 1 ? (n - 1) / (float) (m - 1) : n / (float) m;
            Value sum = null;
            for (int tap = -1; tap <= 2; tap++) {
                int[] from = new int[m];
                float[] weight = new float[m];
                for (int k = 0; k < m; k++) {
                    int floor = (int) Math.floor(k * step);
                    double offset = Math.rint((k * step - floor) * 1024) / 1024;
                    from[k] = Math.clamp(floor + (long) tap, 0, n - 1);
                    weight[k] = (float) keys(Math.abs(tap - offset));
                }
                int[] d = {1, 1, 1, 1};
                d[i + 1] = m;
                Value part = y.gather(Value.constant(Tensor.of(from, m)), i + 1)
                        .multiply(Value.constant(Tensor.of(weight, d)));
                sum = sum == null ? part : sum.add(part);
            }
            y = java.util.Objects.requireNonNull(sum);
        }
        return y;
    }

    private static double keys(double x) {
        double a = -0.75;
        if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
    }

    /** Inputs: images, size, scale, translation. Without translation and by the sizes' ratio it is a plain resizing. */
    private static Value scale(Call c) {
        Value x = c.value(0);
        int[] size = c.ints(1);
        float[] scale = c.known(2).toFloatArray(), moved = c.known(3).toFloatArray();
        for (int i = 0; i < 2; i++) {
            float ratio = size[i] / (float) x.shape().dim(i + 1);
            if (moved[i] != 0 || Math.abs(scale[i] - ratio) > 1e-6f * ratio)
                throw new ShapeException("with a translation or another scale than the sizes' is not supported");
        }
        Interpolation interpolation = switch (c.text("kernel_type", "lanczos3")) {
            case "lanczos3" -> Interpolation.LANCZOS3;
            case "lanczos5" -> Interpolation.LANCZOS5;
            case "triangle" -> Interpolation.BILINEAR;
            case "keyscubic" -> Interpolation.BICUBIC;
            case "mitchellcubic" -> Interpolation.MITCHELLCUBIC;
            case "gaussian" -> Interpolation.GAUSSIAN;
            default -> throw new ShapeException("the kernel " + c.text("kernel_type", "") + " is not supported");
        };
        return Resampling.resize(x.cast(DType.FLOAT32), size[0], size[1], interpolation, c.flag("antialias", true));
    }

    private static Value toHsv(Value x) {
        Value r = x.at(-1, 0), g = x.at(-1, 1), b = x.at(-1, 2);
        Value value = r.maximum(g).maximum(b),
                range = value.subtract(r.minimum(g).minimum(b));
        Value saturation = value.greater(0).select(range.divide(value.greater(0).select(value, 1)), 0);
        Value norm = range.greater(0)
                .select(range, 1)
                .unary(UnaryFunction.RECIPROCAL)
                .divide(6);
        Value hue = r.equal(value)
                .select(
                        norm.multiply(g.subtract(b)),
                        g.equal(value)
                                .select(
                                        norm.multiply(b.subtract(r)).add(2.0 / 6),
                                        norm.multiply(r.subtract(g)).add(4.0 / 6)));
        hue = range.greater(0).select(hue, 0);
        hue = hue.less(0).select(hue.add(1), hue);
        return Value.stack(-1, List.of(hue, saturation, value));
    }

    private static Value toRgb(Value x) {
        Value h = x.at(-1, 0), s = x.at(-1, 1), v = x.at(-1, 2);
        Value six = h.multiply(6);
        Value r = ramp(six.subtract(3).abs().subtract(1));
        Value g = ramp(six.subtract(2).abs().subtractFrom(2));
        Value b = ramp(six.subtract(4).abs().subtractFrom(2));
        Value rest = s.subtractFrom(1);
        return Value.stack(
                -1,
                List.of(r, g, b).stream()
                        .map(c -> rest.add(s.multiply(c)).multiply(v))
                        .toList());
    }

    private static Value ramp(Value x) {
        return x.maximum(0).minimum(1);
    }
}
