package io.argali.trainer.metric;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.loss.LossFunctions;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code tp / (tp + fp + fn)} of some classes, averaged over those that occur. State: the confusion matrix, labels by outputs. In an integer type,
 * which is the default, weights lose their fraction, as in Keras.
 */
sealed interface Overlap extends Metric permits IoU, BinaryIoU, MeanIoU, OneHotIoU, OneHotMeanIoU {
    int numClasses();

    /** The classes of which the mean is taken. */
    List<Integer> targetClassIds();

    DType dtype();

    /** The label that does not count; null for none. */
    default @Nullable Integer ignoreClass() {
        return null;
    }

    /** Whether labels are numbers of classes. */
    default boolean sparseYTrue() {
        return false;
    }

    /** Whether outputs are numbers of classes. */
    default boolean sparseYPred() {
        return true;
    }

    /** The axis of the classes, where there is one. */
    default int axis() {
        return -1;
    }

    @Override
    default List<Tensor> initialState(TensorType yTrue, TensorType yPred) {
        return List.of(Tensor.zeros(dtype(), Shape.of(numClasses(), numClasses())));
    }

    @Override
    default int stateSize() {
        return 1;
    }

    @Override
    default List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        Value t = (sparseYTrue() ? yTrue : yTrue.argMax(axis())).cast(dtype()).reshape(-1);
        Value p = (sparseYPred() ? yPred : yPred.argMax(axis())).cast(dtype()).reshape(-1);
        Value weight = sampleWeight == null ? t.like(1) : sampleWeight.cast(dtype());
        Value w = (weight.rank() > 1 ? weight.reshape(-1) : weight).broadcastTo(t.shape());
        int n = numClasses();
        Value valid = t.greaterEqual(0).and(t.less(n)).and(p.greaterEqual(0)).and(p.less(n));
        Integer ignored = ignoreClass();
        if (ignored != null) valid = valid.and(t.notEqual(ignored));
        Value row = valid.select(t, 0).cast(DType.INT64),
                column = valid.select(p, 0).cast(DType.INT64);
        Value cell = row.multiply(n).add(column);
        Value counts = Node.of(new Op.ScatterAdd(Shape.of(n * n)), List.of(cell, valid.select(w, 0)))
                .output(0);
        return List.of(state.get(0).add(counts.reshape(n, n)));
    }

    @Override
    default Value result(List<Value> state) {
        Value matrix = state.get(0);
        int n = numClasses();
        Value hits = matrix.reshape(-1)
                .gather(indices(IntStream.range(0, n).map(i -> i * n + i).toArray()), 0);
        Value all = matrix.sum(false, 0).add(matrix.sum(false, 1)).subtract(hits);
        Value targets = indices(targetClassIds().stream().mapToInt(i -> i).toArray());
        Value union = all.gather(targets, 0).cast(DType.FLOAT32),
                common = hits.gather(targets, 0).cast(DType.FLOAT32);
        Value occurs = union.greater(1e-9);
        Value ratio = occurs.select(common.divide(union.add(LossFunctions.EPSILON)), 0);
        return ratio.sum(false).divide(occurs.cast(DType.FLOAT32).sum(false).add(LossFunctions.EPSILON));
    }

    private static Value indices(int[] i) {
        return Value.constant(Tensor.wrap(DType.INT32, Shape.of(i.length), i));
    }

    static void check(int numClasses, List<Integer> targets) {
        for (int t : targets) {
            if (t >= numClasses)
                throw new IllegalArgumentException("target class " + t + " is not among " + numClasses + " classes");
        }
    }

    static List<Integer> allOf(int numClasses) {
        return IntStream.range(0, numClasses).boxed().toList();
    }
}
