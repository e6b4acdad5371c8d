package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.convolutional.Convolutions;
import io.argali.runtime.layer.preprocessing.Resizing;
import io.argali.runtime.layer.reshaping.Interpolation;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The operations of keras/src/ops/image.py; all take one image as well as a batch. */
final class ImageOperations {
    private ImageOperations() {}

    static Table table() {
        Table t = new Table("image");
        t.value("RGBToGrayscale", a -> {
            Value x = a.value(0, "images");
            int axis = NnOperations.format(a) == DataFormat.CHANNELS_LAST ? x.rank() - 1 : x.rank() - 3;
            if (x.shape().dim(axis) == 1) return x;
            Value y = x.cast(Promotion.floating(x.dtype()));
            Value grey = y.slice(axis, 0, 1)
                    .multiply(0.2989)
                    .add(y.slice(axis, 1, 2).multiply(0.587))
                    .add(y.slice(axis, 2, 3).multiply(0.114));
            return grey.cast(x.dtype());
        });
        t.value("RGBToHSV", a -> batched(a, ImageOperations::toHsv));
        t.value("HSVToRGB", a -> batched(a, ImageOperations::fromHsv));
        t.value("Resize", ImageOperations::resize);
        t.value("ExtractPatches", a -> Patches.extract(a, a.value(0, "images")));
        t.value("PadImages", ImageOperations::pad);
        t.value("CropImages", ImageOperations::crop);
        t.value("GaussianBlur", ImageOperations::blur);
        t.value("SobelEdges", a -> {
            DataFormat format = NnOperations.format(a);
            Value y = sobel(format.toChannelsLast(a.value(0, "images")));
            return format == DataFormat.CHANNELS_LAST ? y : y.transpose(0, 3, 1, 2, 4);
        });
        t.value("SSIM", ImageOperations::similarity);
        t.value(
                "MapCoordinates",
                a -> Sampling.map(
                        a.value(0, "inputs"),
                        a.value(1, "coordinates"),
                        a.integer("order", 1),
                        a.text("fill_mode", "constant"),
                        a.number("fill_value", 0)));
        t.value("AffineTransform", a -> {
            Value transform = a.value(1, "transform");
            return batched(
                    a,
                    x -> Sampling.project(
                            x, transform, linear(a), a.text("fill_mode", "constant"), a.number("fill_value", 0)));
        });
        t.value("PerspectiveTransform", a -> {
            Value transform = Sampling.homography(a.value(1, "start_points"), a.value(2, "end_points"));
            return batched(a, x -> Sampling.project(x, transform, linear(a), "constant", a.number("fill_value", 0)));
        });
        t.value("ScaleAndTranslate", ImageOperations::scaleAndTranslate);
        return t;
    }

    private static boolean linear(OperationArguments a) {
        return a.text("interpolation", "bilinear").equals("bilinear");
    }

    /** Applies to (batch, h, w, channels) what was given in any format, with or without batch axis. */
    private static Value batched(OperationArguments a, UnaryOperator<Value> f) {
        DataFormat format = NnOperations.format(a);
        Value images = a.value(0, "images");
        if (images.rank() != 3 && images.rank() != 4)
            throw new ShapeException("expected images of rank 3 or 4, got " + images.type());
        Value x = format.toChannelsLast(images.rank() == 3 ? images.expandDims(0) : images);
        Value y = format.fromChannelsLast(f.apply(x));
        return images.rank() == 3 ? y.squeeze(0) : y;
    }

    private static Value toHsv(Value x) {
        Value r = x.slice(-1, 0, 1), g = x.slice(-1, 1, 2), b = x.slice(-1, 2, 3);
        Value value = r.maximum(g).maximum(b),
                range = value.subtract(r.minimum(g).minimum(b));
        Value saturation = value.greater(0).select(range.divide(value), 0);
        Value step = range.multiply(6).unary(UnaryFunction.RECIPROCAL);
        Value hue = r.equal(value)
                .select(
                        step.multiply(g.subtract(b)),
                        g.equal(value)
                                .select(
                                        step.multiply(b.subtract(r)).add(2.0 / 6),
                                        step.multiply(r.subtract(g)).add(4.0 / 6)));
        hue = range.greater(0).select(hue, 0);
        return Value.concat(3, List.of(hue.less(0).select(hue.add(1), hue), saturation, value));
    }

    private static Value fromHsv(Value x) {
        Value h = x.slice(-1, 0, 1).multiply(6), s = x.slice(-1, 1, 2), v = x.slice(-1, 2, 3);
        Value r = h.subtract(3).abs().subtract(1),
                g = h.subtract(2).abs().subtractFrom(2),
                b = h.subtract(4).abs().subtractFrom(2);
        Value rest = s.subtractFrom(1);
        return Value.concat(
                3,
                List.of(r, g, b).stream()
                        .map(c -> c.maximum(0).minimum(1).multiply(s).add(rest).multiply(v))
                        .toList());
    }

    private static Value resize(OperationArguments a) {
        int[] size = Objects.requireNonNull(a.integers("size"));
        Interpolation interpolation =
                Interpolation.valueOf(a.text("interpolation", "bilinear").toUpperCase(Locale.ROOT));
        return new Resizing(
                        size[0],
                        size[1],
                        interpolation,
                        a.flag("crop_to_aspect_ratio", false),
                        a.flag("pad_to_aspect_ratio", false),
                        "constant",
                        a.number("fill_value", 0),
                        a.flag("antialias", false),
                        a.text("data_format", "channels_last"))
                .resize(a.value(0, "images"));
    }

    private static int rows(OperationArguments a, Value x) {
        return x.rank() - (NnOperations.format(a) == DataFormat.CHANNELS_LAST ? 3 : 2);
    }

    private static Value pad(OperationArguments a) {
        Value x = a.value(0, "images");
        int axis = rows(a, x);
        return padAxis(a, padAxis(a, x, axis, "top", "bottom", "height"), axis + 1, "left", "right", "width");
    }

    private static Value padAxis(OperationArguments a, Value x, int axis, String before, String after, String size) {
        Integer low = a.integer(before + "_padding"),
                high = a.integer(after + "_padding"),
                target = a.integer("target_" + size);
        int n = x.shape().dim(axis);
        int l = low != null ? low : rest(target, n, high), h = high != null ? high : rest(target, n, low);
        if (l < 0 || h < 0) throw new ShapeException("an axis of length " + n + " is longer than the target " + target);
        return x.pad(axis, l, h);
    }

    private static int rest(
            @org.jspecify.annotations.Nullable Integer target,
            int n,
            @org.jspecify.annotations.Nullable Integer other) {
        return Objects.requireNonNull(target) - n - Objects.requireNonNull(other);
    }

    private static Value crop(OperationArguments a) {
        Value x = a.value(0, "images");
        int axis = rows(a, x);
        return cropAxis(a, cropAxis(a, x, axis, "top", "bottom", "height"), axis + 1, "left", "right", "width");
    }

    private static Value cropAxis(OperationArguments a, Value x, int axis, String before, String after, String size) {
        Integer low = a.integer(before + "_cropping"),
                high = a.integer(after + "_cropping"),
                target = a.integer("target_" + size);
        int n = x.shape().dim(axis);
        int from = low != null ? low : n - Objects.requireNonNull(target) - Objects.requireNonNull(high);
        int length = target != null ? target : n - Objects.requireNonNull(high) - from;
        if (from < 0 || length < 0) throw new ShapeException("an axis of length " + n + " is too short to crop");
        return x.slice(axis, from, from + length);
    }

    private static float[] gauss(int size, double sigma) {
        float[] r = new float[size];
        double sum = 0;
        for (int i = 0; i < size; i++)
            sum += r[i] = (float) Math.exp(-0.5 * Math.pow((i - (size - 1) / 2.0) / sigma, 2));
        for (int i = 0; i < size; i++) r[i] /= (float) sum;
        return r;
    }

    private static float[] outer(float[] a, float[] b) {
        float[] r = new float[a.length * b.length];
        for (int i = 0; i < r.length; i++) r[i] = a[i / b.length] * b[i % b.length];
        return r;
    }

    private static Value blur(OperationArguments a) {
        int[] size = Objects.requireNonNullElse(a.integers("kernel_size"), new int[] {3, 3});
        Object sigma = a.option("sigma");
        List<?> sigmas = sigma instanceof List<?> l ? l : List.of(1.0, 1.0);
        double sx = ((Number) sigmas.get(0)).doubleValue(), sy = ((Number) sigmas.get(1)).doubleValue();
        int rows = size[0], columns = size[size.length - 1];
        // Keras takes the second size for the rows and then reshapes.
        float[] window = outer(gauss(columns, sy), gauss(rows, sx));
        return batched(a, x -> {
            Value kernel = Value.constant(Tensor.of(window, rows, columns, 1, 1).cast(x.dtype()));
            return Convolutions.depthwise(
                    x,
                    kernel.broadcastTo(Shape.of(rows, columns, x.shape().last(), 1)),
                    List.of(1, 1),
                    List.of(1, 1),
                    Padding.SAME);
        });
    }

    private static Value sobel(Value x) {
        Value padded = Borders.mirror(Borders.mirror(x, 1, 1, 1, 1), 2, 1, 1, 1);
        float[] down = {-1, -2, -1, 0, 0, 0, 1, 2, 1}, across = {-1, 0, 1, -2, 0, 2, -1, 0, 1};
        float[] both = new float[18];
        for (int i = 0; i < 9; i++) {
            both[2 * i] = down[i];
            both[2 * i + 1] = across[i];
        }
        int channels = x.shape().last();
        Value kernel =
                Value.constant(Tensor.of(both, 3, 3, 1, 2).cast(x.dtype())).broadcastTo(Shape.of(3, 3, channels, 2));
        Value y = Convolutions.depthwise(padded, kernel, List.of(1, 1), List.of(1, 1), Padding.VALID);
        return y.reshape(x.shape().append(2));
    }

    private static Value similarity(OperationArguments a) {
        DataFormat format = NnOperations.format(a);
        Value given = a.value(0, "image1"), other = a.value(1, "image2");
        DType type = Promotion.floating(given.dtype());
        int size = a.integer("filter_size", 11);
        float[] g = gauss(size, a.number("filter_sigma", 1.5));
        Value kernel = Value.constant(Tensor.of(outer(g, g), size, size, 1, 1).cast(type));
        UnaryOperator<Value> channels = v -> {
            Value x = format.toChannelsLast(v.rank() == 3 ? v.expandDims(0) : v).cast(type);
            Shape s = x.shape();
            return x.moveAxis(3, 1).reshape(s.dim(0) * s.dim(3), s.dim(1), s.dim(2), 1);
        };
        UnaryOperator<Value> mean = v -> Convolutions.plain(v, kernel, List.of(1, 1), List.of(1, 1), Padding.VALID);
        Value x = channels.apply(given), y = channels.apply(other), mx = mean.apply(x), my = mean.apply(y);
        BiFunction<Value, Value, Value> covariance = (u, v) -> mean.apply(u.multiply(v));
        Value xx = covariance.apply(x, x).subtract(mx.square()),
                yy = covariance.apply(y, y).subtract(my.square());
        Value xy = covariance.apply(x, y).subtract(mx.multiply(my));
        double c1 = Math.pow(a.number("k1", 0.01) * a.number("max_val", 1), 2),
                c2 = Math.pow(a.number("k2", 0.03) * a.number("max_val", 1), 2);
        Value map = mx.multiply(my)
                .multiply(2)
                .add(c1)
                .multiply(xy.multiply(2).add(c2))
                .divide(mx.square().add(my.square()).add(c1).multiply(xx.add(yy).add(c2)));
        int batch = given.rank() == 3 ? 1 : given.shape().dim(0);
        Value r = map.mean(false, 1, 2, 3).reshape(batch, -1).mean(false, 1).cast(given.dtype());
        return given.rank() == 3 ? r.squeeze(0) : r;
    }

    private static Value scaleAndTranslate(OperationArguments a) {
        Value images = a.value(0, "images");
        int[] shape = ((List<?>) Objects.requireNonNull(a.find(1, "output_shape")))
                .stream().mapToInt(d -> ((Number) d).intValue()).toArray();
        Value scale = a.value(2, "scale").cast(DType.FLOAT32),
                translation = a.value(3, "translation").cast(DType.FLOAT32);
        int[] dims = Objects.requireNonNull(a.integers("spatial_dims"));
        Value x = images.dtype().isFloating() ? images : images.cast(DType.FLOAT32);
        for (int i = 0; i < dims.length; i++) {
            int axis = x.shape().axis(dims[i]);
            Value w = weights(x.shape().dim(axis), shape[axis], scale.at(0, i), translation.at(0, i), a);
            x = x.moveAxis(axis, -1).matMul(w.cast(x.dtype())).moveAxis(-1, axis);
        }
        if (images.dtype().isFloating()) return x;
        int[] all = IntStream.range(0, images.rank()).toArray();
        Value low = images.min(false, all).cast(x.dtype()),
                high = images.max(false, all).cast(x.dtype());
        return x.unary(UnaryFunction.ROUND).maximum(low).minimum(high).cast(images.dtype());
    }

    private static Value weights(int n, int m, Value scale, Value translation, OperationArguments a) {
        Value inverse = scale.unary(UnaryFunction.RECIPROCAL);
        Value width = a.flag("antialias", true) ? inverse.maximum(1) : inverse.like(1);
        Value at = Value.iota(DType.FLOAT32, Shape.of(1, m), 1)
                .add(0.5)
                .multiply(inverse)
                .subtract(translation.multiply(inverse))
                .subtract(0.5);
        Value x =
                at.subtract(Value.iota(DType.FLOAT32, Shape.of(n, 1), 0)).abs().divide(width);
        Value w = switch (a.text("method", "linear")) {
            case "linear", "bilinear", "trilinear" -> x.subtractFrom(1).maximum(0);
            case "cubic", "bicubic", "tricubic" -> {
                Value near =
                        x.multiply(1.5).subtract(2.5).multiply(x).multiply(x).add(1);
                Value far = x.multiply(-0.5)
                        .add(2.5)
                        .multiply(x)
                        .subtract(4)
                        .multiply(x)
                        .add(2);
                yield x.greaterEqual(2).select(0, x.greaterEqual(1).select(far, near));
            }
            case "lanczos3" -> lanczos(x, 3);
            case "lanczos5" -> lanczos(x, 5);
            default -> throw new ShapeException("unknown method \"" + a.text("method") + "\"");
        };
        Value sum = w.sum(true, 0);
        Value scaled =
                sum.abs().greater(1000 * 0x1p-23).select(w.divide(sum.equal(0).select(1, sum)), 0);
        return at.greaterEqual(-0.5).and(at.lessEqual(n - 0.5)).select(scaled, 0);
    }

    private static Value lanczos(Value x, double radius) {
        Value y = x.multiply(Math.PI)
                .unary(UnaryFunction.SIN)
                .multiply(x.multiply(Math.PI / radius).unary(UnaryFunction.SIN))
                .multiply(radius);
        Value safe = x.equal(0).select(1, x.square().multiply(Math.PI * Math.PI));
        return x.greater(radius).select(0, x.greater(1e-3).select(y.divide(safe), 1));
    }
}
