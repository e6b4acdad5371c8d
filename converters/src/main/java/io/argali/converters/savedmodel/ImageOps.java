package io.argali.converters.savedmodel;

import io.argali.runtime.layer.operation.Sampling;
import io.argali.runtime.layer.reshaping.Interpolation;
import io.argali.runtime.layer.reshaping.Resampling;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.List;

/** Images (batch, rows, columns, channels), and random numbers. */
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
        t.items(
                "StatelessRandomGetKeyCounter",
                List.of("key", "counter"),
                c -> OpTable.dense(List.of(
                        Value.zeros(io.argali.runtime.tensor.TensorType.of(DType.UINT64, 1)),
                        Value.zeros(io.argali.runtime.tensor.TensorType.of(DType.UINT64, 2)))));
        t.one("ImageProjectiveTransformV3", ImageOps::project);
        t.one("RandomUniformInt", c -> wholeNumber(c, 1, 2));
        t.one("StatelessRandomUniformInt", c -> wholeNumber(c, 2, 3));
        t.one("StatelessRandomUniformIntV2", c -> wholeNumber(c, 4, 5));
        t.one("StatelessRandomGetAlg", c -> Value.scalar(DType.INT32, 1));
        for (String name : List.of("RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2")) {
            t.one(name, c -> random(c, false));
        }
        for (String name : List.of("RandomStandardNormal", "StatelessRandomNormal", "StatelessRandomNormalV2")) {
            t.one(name, c -> random(c, true));
        }
    }

    private static Value project(Call c) {
        Value x = c.value(0);
        int[] size = c.ints(2);
        if (size[0] != x.shape().dim(1) || size[1] != x.shape().dim(2))
            throw new ShapeException("to another size is not supported");
        String fill = c.text("fill_mode", "CONSTANT").toLowerCase(java.util.Locale.ROOT);
        boolean linear = c.text("interpolation", "NEAREST").equals("BILINEAR");
        return Sampling.project(
                x, c.value(1), linear, fill, c.count() > 3 ? c.known(3).item() : 0);
    }

    private static Value wholeNumber(Call c, int low, int high) {
        Value from = c.value(low), to = c.value(high);
        Value u = c.tracer().state().random(false, ShapeOps.shape(c.ints(0)));
        Value span = to.subtract(from);
        return u.multiply(span.cast(DType.FLOAT32))
                .cast(from.dtype())
                .minimum(span.subtract(1))
                .add(from);
    }

    private static Value random(Call c, boolean normal) {
        return c.tracer().state().random(normal, ShapeOps.shape(c.ints(0))).cast(c.type("dtype", DType.FLOAT32));
    }

    private static Value resize(Call c, Interpolation interpolation) {
        int[] size = c.ints(1);
        Value x = c.value(0);
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
        if (interpolation == Interpolation.BICUBIC)
            throw new ShapeException("with TensorFlow 1's corners is not supported");
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
