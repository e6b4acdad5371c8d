package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Spreads the values of each tile of an image evenly, with limited contrast, and blends between tiles (Zuiderveld, 1994). (batch, h, w,
 * channels) → (batch, h, w, channels)
 *
 * @param clipLimit how many times its fair share a value may count
 */
public record ContrastLimitedAdaptiveHistogramEqualization(
        List<Double> valueRange, double clipLimit, List<Integer> tileGridSize, String dataFormat)
        implements UnaryLayer {
    private static final int LEVELS = 256;

    public static final ContrastLimitedAdaptiveHistogramEqualization DEFAULTS =
            new ContrastLimitedAdaptiveHistogramEqualization(List.of(0.0, 255.0), 4, List.of(8, 8), "channels_last");

    @Override
    public Value call(Scope scope, Value given) {
        boolean first = dataFormat.equals("channels_first");
        Value batch = given.rank() == 3 ? given.expandDims(0) : given;
        Value x = first ? batch.moveAxis(1, 3) : batch;
        Value y = ValueRange.fromBytes(equalized(ValueRange.toBytes(x.cast(DType.FLOAT32), valueRange)), valueRange);
        y = (first ? y.moveAxis(3, 1) : y).cast(scope.computeType());
        return given.rank() == 3 ? y.squeeze(0) : y;
    }

    private Value equalized(Value x) {
        int n = x.shape().dim(0),
                h = x.shape().dim(1),
                w = x.shape().dim(2),
                channels = x.shape().dim(3);
        int rows = tileGridSize.get(0), columns = tileGridSize.get(1);
        int tileHeight = (h + rows - 1) / rows, tileWidth = (w + columns - 1) / columns;
        Value padded = mirrored(mirrored(x, 1, tileHeight * rows - h), 2, tileWidth * columns - w);
        Value pixels = padded.maximum(0).minimum(LEVELS - 1).cast(DType.INT32);
        Value tiles = pixels.reshape(n, rows, tileHeight, columns, tileWidth, channels)
                .transpose(0, 1, 3, 5, 2, 4)
                .reshape(n, rows, columns, channels, tileHeight * tileWidth);
        Value tables = tables(tiles, tileHeight * tileWidth); // (batch, rows, columns, channels, levels)
        Value around = border(border(tables, 1), 2);
        Value flat = around.reshape(n * (rows + 2) * (columns + 2) * channels * LEVELS);

        Blend down = Blend.of(tileHeight, rows), across = Blend.of(tileWidth, columns);
        int perChannel = LEVELS,
                perColumn = perChannel * channels,
                perRow = perColumn * (columns + 2),
                perImage = perRow * (rows + 2);
        Shape whole = padded.shape();
        Value base = pixels.add(Value.iota(DType.INT32, whole, 0).multiply(perImage))
                .add(Value.iota(DType.INT32, whole, 3).multiply(perChannel));
        Value top = blended(flat, base.add(along(down.before, 1).multiply(perRow)), across, perColumn);
        Value bottom = blended(flat, base.add(along(down.after, 1).multiply(perRow)), across, perColumn);
        Value share = Value.constant(Tensor.of(down.share, 1, down.share.length, 1, 1));
        Value y = top.multiply(share.subtractFrom(1)).add(bottom.multiply(share));
        return y.slice(1, 0, h).slice(2, 0, w);
    }

    private static Value mirrored(Value x, int axis, int by) {
        int n = x.shape().dim(axis);
        return by == 0
                ? x
                : Value.concat(axis, List.of(x, x.slice(axis, n - by, n).reverse(axis)));
    }

    /** What each level becomes in each tile. */
    private Value tables(Value tiles, int pixels) {
        Value counts = tiles.expandDims(-1)
                .equal(Value.iota(DType.INT32, Shape.of(LEVELS), 0))
                .cast(DType.FLOAT32)
                .sum(false, -2);
        if (clipLimit > 0) {
            Value clipped = counts.maximum(0).minimum((float) (clipLimit * pixels / LEVELS));
            counts = clipped.add(counts.subtract(clipped).sum(true, -1).divide(LEVELS));
        }
        Value sums = counts.cumulative(ReduceFunction.SUM, -1, false, false);
        Value least = sums.min(true, -1);
        Value rest = least.subtractFrom(pixels);
        return sums.subtract(least)
                .multiply(255)
                .divide(rest.equal(0).select(1, rest))
                .maximum(0)
                .minimum(255);
    }

    /** The first and last element of an axis once more. */
    private static Value border(Value x, int axis) {
        int n = x.shape().dim(axis);
        return Value.concat(axis, List.of(x.slice(axis, 0, 1), x, x.slice(axis, n - 1, n)));
    }

    /** For each pixel of an axis, the tiles whose centres it lies between, and how near it is to the second. */
    private record Blend(int[] before, int[] after, float[] share) {
        static Blend of(int tile, int tiles) {
            int n = tile * tiles;
            float[] at = new float[n];
            for (int i = 0; i < n; i++) at[i] = (i - tile / 2f) / tile + 1;
            int[] before =
                    IntStream.range(0, n).map(i -> (int) Math.floor(at[i])).toArray();
            float[] share = new float[n];
            for (int i = 0; i < n; i++) share[i] = at[i] - before[i];
            return new Blend(
                    IntStream.of(before).map(b -> Math.clamp(b, 0, tiles + 1)).toArray(),
                    IntStream.of(before)
                            .map(b -> Math.clamp(b + 1, 0, tiles + 1))
                            .toArray(),
                    share);
        }
    }

    private static Value along(int[] numbers, int axis) {
        return Value.constant(Tensor.of(
                numbers, axis == 1 ? new int[] {1, numbers.length, 1, 1} : new int[] {1, 1, numbers.length, 1}));
    }

    private static Value blended(Value flat, Value index, Blend across, int perColumn) {
        Value left = flat.gather(index.add(along(across.before, 2).multiply(perColumn)), 0);
        Value right = flat.gather(index.add(along(across.after, 2).multiply(perColumn)), 0);
        Value share = Value.constant(Tensor.of(across.share, 1, 1, across.share.length, 1));
        return left.multiply(share.subtractFrom(1)).add(right.multiply(share));
    }
}
