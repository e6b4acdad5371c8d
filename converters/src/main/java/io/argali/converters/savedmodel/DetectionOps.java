package io.argali.converters.savedmodel;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What stands at the end of detectors: boxes cut out of images and chosen, texts read from step to step. */
final class DetectionOps {
    private static final Value NO_LEAST = Value.scalar(DType.FLOAT32, Float.NEGATIVE_INFINITY);

    private DetectionOps() {}

    static void add(OpTable t) {
        t.one("CropAndResize", DetectionOps::crop);
        t.one(
                "NonMaxSuppression",
                c -> suppressed(c, Value.scalar(DType.FLOAT32, c.number("iou_threshold", 0.5f)), NO_LEAST)
                        .get(0));
        t.one("NonMaxSuppressionV2", c -> suppressed(c, c.value(3), NO_LEAST).get(0));
        t.one("NonMaxSuppressionV3", c -> suppressed(c, c.value(3), c.value(4)).get(0));
        t.many("NonMaxSuppressionV4", List.of("selected_indices", "valid_outputs"), c -> {
            List<Value> r = suppressed(c, c.value(3), c.value(4));
            return List.of(r.get(0), r.get(2));
        });
        t.many("NonMaxSuppressionV5", List.of("selected_indices", "selected_scores", "valid_outputs"), c -> {
            if (c.known(5).item() != 0) throw new ShapeException("with soft suppression is not supported");
            return suppressed(c, c.value(3), c.value(4));
        });
        t.many(
                "CombinedNonMaxSuppression",
                List.of("nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"),
                DetectionOps::combined);
        t.many(
                "CTCGreedyDecoder",
                List.of("decoded_indices", "decoded_values", "decoded_shape", "log_probability"),
                DetectionOps::decode);
    }

    // Images

    /** Inputs: images, boxes (n, 4) in parts of an image, the image of each box, the size of the results. */
    private static Value crop(Call c) {
        Value x = c.value(0), boxes = c.value(1).cast(DType.FLOAT32);
        int[] size = c.ints(3);
        int n = boxes.shape().dim(0), h = x.shape().dim(1), w = x.shape().dim(2);
        boolean nearest = c.text("method", "bilinear").equals("nearest");
        Value images = x.cast(DType.FLOAT32).gather(c.value(2), 0);
        if (n == 0)
            return Value.full(
                    DType.FLOAT32, Shape.of(0, size[0], size[1], x.shape().dim(3)), 0);
        Value rows = lines(boxes.at(1, 0), boxes.at(1, 2), h, size[0]);
        Value columns = lines(boxes.at(1, 1), boxes.at(1, 3), w, size[1]);
        Value r = weighted(images, rows, h, nearest, 1);
        r = weighted(r, columns, w, nearest, 2);
        Value inside =
                inside(rows, h).reshape(n, size[0], 1, 1).and(inside(columns, w).reshape(n, 1, size[1], 1));
        return inside.select(r, c.number("extrapolation_value", 0));
    }

    /** (n, size): where the lines of a result lie in the image. */
    private static Value lines(Value from, Value to, int length, int size) {
        int n = from.shape().dim(0);
        if (size == 1) return from.add(to).multiply(0.5 * (length - 1)).reshape(n, 1);
        Value step = to.subtract(from).multiply(length - 1).divide(size - 1).reshape(n, 1);
        Value k = Value.iota(DType.FLOAT32, Shape.of(n, size), 1);
        return from.multiply(length - 1).reshape(n, 1).add(k.multiply(step));
    }

    private static Value inside(Value lines, int length) {
        return lines.greaterEqual(0).and(lines.lessEqual(length - 1));
    }

    private static Value weighted(Value x, Value lines, int length, boolean nearest, int axis) {
        Value at = lines.maximum(0).minimum(length - 1);
        if (nearest) return picked(x, at.add(0.5).unary(io.argali.runtime.op.UnaryFunction.FLOOR), axis);
        Value low = at.unary(io.argali.runtime.op.UnaryFunction.FLOOR),
                high = at.unary(io.argali.runtime.op.UnaryFunction.CEIL);
        int n = lines.shape().dim(0), size = lines.shape().dim(1);
        Value part = at.subtract(low).reshape(axis == 1 ? Shape.of(n, size, 1, 1) : Shape.of(n, 1, size, 1));
        Value a = picked(x, low, axis), b = picked(x, high, axis);
        return b.subtract(a).multiply(part).add(a);
    }

    private static Value picked(Value x, Value lines, int axis) {
        Value i = lines.cast(DType.INT32);
        return axis == 1 ? x.gather(i, 1, 1) : x.moveAxis(2, 1).gather(i, 1, 1).moveAxis(1, 2);
    }

    // Boxes

    private static float overlap(float[] boxes, int i, int j) {
        float y0 = Math.min(boxes[4 * i], boxes[4 * i + 2]), x0 = Math.min(boxes[4 * i + 1], boxes[4 * i + 3]);
        float y1 = Math.max(boxes[4 * i], boxes[4 * i + 2]), x1 = Math.max(boxes[4 * i + 1], boxes[4 * i + 3]);
        float v0 = Math.min(boxes[4 * j], boxes[4 * j + 2]), u0 = Math.min(boxes[4 * j + 1], boxes[4 * j + 3]);
        float v1 = Math.max(boxes[4 * j], boxes[4 * j + 2]), u1 = Math.max(boxes[4 * j + 1], boxes[4 * j + 3]);
        float a = (y1 - y0) * (x1 - x0), b = (v1 - v0) * (u1 - u0);
        if (a <= 0 || b <= 0) return 0;
        float both =
                Math.max(0, Math.min(y1, v1) - Math.max(y0, v0)) * Math.max(0, Math.min(x1, u1) - Math.max(x0, u0));
        return both / (a + b - both);
    }

    /** The numbers of the boxes that stay, best first. */
    private static List<Integer> keep(float[] boxes, float[] scores, int most, float overlap, float least) {
        List<Integer> kept = new ArrayList<>();
        Iterable<Integer> order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .toList();
        for (int i : order) {
            if (kept.size() >= most) break;
            if (!(scores[i] > least)) continue;
            if (kept.stream().noneMatch(k -> overlap(boxes, i, k) > overlap)) kept.add(i);
        }
        return kept;
    }

    /** The chosen boxes, their scores, and how many they are. */
    private static List<Value> suppressed(Call c, Value overlap, Value least) {
        int most = c.scalar(2);
        boolean padded = c.flag("pad_to_max_output_size");
        DType type = c.value(1).dtype();
        int open = padded ? most : Shape.UNKNOWN;
        return HostFunction.measured(
                c,
                List.of(TensorType.of(DType.INT32, open), TensorType.of(type, open), TensorType.of(DType.INT32)),
                List.of(c.value(0), c.value(1), overlap, least),
                in -> {
                    float[] scores = in.get(1).toFloatArray();
                    List<Integer> kept = keep(
                            in.get(0).toFloatArray(),
                            scores,
                            most,
                            (float) in.get(2).item(),
                            (float) in.get(3).item());
                    int n = padded ? most : kept.size();
                    int[] at = new int[n];
                    float[] of = new float[n];
                    for (int i = 0; i < kept.size(); i++) {
                        at[i] = kept.get(i);
                        of[i] = scores[at[i]];
                    }
                    return List.of(
                            Tensor.of(at, n), Tensor.of(of, n).cast(type), Tensor.scalar(DType.INT32, kept.size()));
                });
    }

    /** Inputs: boxes (batch, n, 1 or classes, 4), scores (batch, n, classes), most of a class, most of all, overlap, least score. */
    private static List<Value> combined(Call c) {
        Shape s = c.value(0).shape();
        int batch = s.dim(0),
                n = s.dim(1),
                own = s.dim(2),
                classes = c.value(1).shape().dim(2);
        int each = c.scalar(2), total = c.scalar(3);
        float overlap = (float) c.known(4).item(), least = (float) c.known(5).item();
        boolean clip = c.flag("clip_boxes", true);
        int size = c.flag("pad_per_class") ? Math.min(total, each * classes) : total;
        List<TensorType> types = List.of(
                TensorType.of(DType.FLOAT32, batch, size, 4),
                TensorType.of(DType.FLOAT32, batch, size),
                TensorType.of(DType.FLOAT32, batch, size),
                TensorType.of(DType.INT32, batch));
        return HostFunction.of(c, types, c.values(0, 2), in -> {
            float[] boxes = in.get(0).toFloatArray(), scores = in.get(1).toFloatArray();
            float[] outBoxes = new float[batch * size * 4],
                    outScores = new float[batch * size],
                    outClasses = new float[batch * size];
            int[] valid = new int[batch];
            for (int b = 0; b < batch; b++) {
                record Found(float score, int type, float[] box) {}
                List<Found> found = new ArrayList<>();
                for (int k = 0; k < classes; k++) {
                    float[] mine = new float[4 * n], of = new float[n];
                    for (int i = 0; i < n; i++) {
                        System.arraycopy(boxes, ((b * n + i) * own + (own == 1 ? 0 : k)) * 4, mine, 4 * i, 4);
                        of[i] = scores[(b * n + i) * classes + k];
                    }
                    for (int i : keep(mine, of, each, overlap, least))
                        found.add(new Found(of[i], k, java.util.Arrays.copyOfRange(mine, 4 * i, 4 * i + 4)));
                }
                found.sort(Comparator.comparingDouble(f -> -f.score));
                valid[b] = Math.min(size, found.size());
                for (int i = 0; i < valid[b]; i++) {
                    Found f = found.get(i);
                    outScores[b * size + i] = f.score;
                    outClasses[b * size + i] = f.type;
                    for (int k = 0; k < 4; k++)
                        outBoxes[(b * size + i) * 4 + k] = clip ? Math.clamp(f.box[k], 0, 1) : f.box[k];
                }
            }
            return List.of(
                    Tensor.of(outBoxes, batch, size, 4),
                    Tensor.of(outScores, batch, size),
                    Tensor.of(outClasses, batch, size),
                    Tensor.of(valid, batch));
        });
    }

    // Texts

    /** Inputs: (steps, batch, classes), lengths. The likeliest class of each step; repetitions and blanks are left out. */
    private static List<Value> decode(Call c) {
        Shape s = c.value(0).shape();
        int batch = s.dim(1), classes = s.dim(2), blank = Math.floorMod(c.integer("blank_index", -1), classes);
        boolean merge = c.flag("merge_repeated");
        DType type = c.value(0).dtype();
        List<TensorType> types = List.of(
                TensorType.of(DType.INT64, Shape.UNKNOWN, 2),
                TensorType.of(DType.INT64, Shape.UNKNOWN),
                TensorType.of(DType.INT64, 2),
                TensorType.of(type, batch, 1));
        return HostFunction.measured(c, types, c.values(0, 2), in -> {
            double[] x = in.get(0).toDoubleArray();
            int[] lengths = in.get(1).toIntArray();
            double[] score = new double[batch];
            List<Long> at = new ArrayList<>(), found = new ArrayList<>();
            long longest = 0;
            for (int b = 0; b < batch; b++) {
                int before = -1, count = 0;
                for (int t = 0; t < lengths[b]; t++) {
                    int from = (t * batch + b) * classes, best = 0;
                    for (int k = 1; k < classes; k++) if (x[from + k] > x[from + best]) best = k;
                    score[b] -= x[from + best];
                    if (best != blank && !(merge && best == before)) {
                        at.add((long) b);
                        at.add((long) count++);
                        found.add((long) best);
                    }
                    before = best;
                }
                longest = Math.max(longest, count);
            }
            return List.of(
                    Tensor.of(at.stream().mapToLong(v -> v).toArray(), found.size(), 2),
                    Tensor.of(found.stream().mapToLong(v -> v).toArray(), found.size()),
                    Tensor.of(new long[] {batch, longest}, 2),
                    Tensor.of(score, batch, 1).cast(type));
        });
    }
}
