package io.argali.trainer.data;

import io.argali.runtime.model.Rows;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Arrays cut into batches; the last one may be smaller. Shuffled, every epoch has an order of its own, which depends on the seed and the epoch alone.
 *
 * @param samples all samples as one batch
 * @param seed null for the order of the arrays
 */
public record ArrayDataset(
        Batch samples, int batchSize, @Nullable Long seed) implements Dataset {
    public ArrayDataset {
        if (batchSize < 1)
            throw new IllegalArgumentException("the batch size must be 1 or more. Received: batchSize=" + batchSize);
        int n = samples.size();
        if (n == 0) throw new IllegalArgumentException("there is nothing to learn from: the dataset is empty");
        check("x", samples.x(), n);
        check("y", samples.y(), n);
        check("sample_weight", samples.sampleWeights(), n);
    }

    private static void check(String what, List<? extends @Nullable Tensor> tensors, int n) {
        for (int i = 0; i < tensors.size(); i++) {
            Tensor t = tensors.get(i);
            if (t != null && (t.shape().rank() == 0 || t.shape().dim(0) != n)) {
                throw new IllegalArgumentException("x has " + n + " samples, but " + what
                        + (tensors.size() > 1 ? "[" + i + "]" : "") + " has shape " + t.shape());
            }
        }
    }

    public static ArrayDataset of(Tensor x, Tensor y, int batchSize) {
        return new ArrayDataset(Batch.of(x, y), batchSize, null);
    }

    public ArrayDataset shuffled(long seed) {
        return new ArrayDataset(samples, batchSize, seed);
    }

    /** The samples before and after a cut, as Keras' {@code validation_split} makes it: the last fraction is for validation. */
    public List<ArrayDataset> split(double validationFraction) {
        int n = samples.size(), cut = (int) Math.floor(n * (1 - validationFraction));
        if (cut == 0 || cut == n) {
            throw new IllegalArgumentException(
                    "a validation split of " + validationFraction + " leaves no samples on one side of " + n);
        }
        return List.of(
                new ArrayDataset(slice(0, cut), batchSize, seed), new ArrayDataset(slice(cut, n), batchSize, null));
    }

    @Override
    public int batches() {
        return (samples.size() + batchSize - 1) / batchSize;
    }

    @Override
    public Iterator<Batch> epoch(int epoch) {
        int[] order = seed == null ? null : permutation(samples.size(), new SplittableRandom(seed * 31 + epoch));
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < samples.size();
            }

            @Override
            public Batch next() {
                if (!hasNext()) throw new NoSuchElementException();
                int end = Math.min(samples.size(), at + batchSize);
                Batch b = order == null ? slice(at, end) : pick(order, at, end);
                at = end;
                return b;
            }
        };
    }

    private static int[] permutation(int n, SplittableRandom r) {
        int[] p = new int[n];
        for (int i = 0; i < n; i++) {
            int j = r.nextInt(i + 1);
            p[i] = p[j];
            p[j] = i;
        }
        return p;
    }

    private Batch slice(int from, int to) {
        return map(t -> Rows.slice(t, from, to));
    }

    private Batch pick(int[] order, int from, int to) {
        return map(t -> {
            Shape s = t.shape().with(0, to - from);
            int row = s.size(1, s.rank());
            Object all = t.array(), part = Tensor.newArray(t.dtype(), s.size());
            for (int i = from; i < to; i++) copy(all, order[i] * row, part, (i - from) * row, row);
            return Tensor.wrap(t.dtype(), s, part);
        });
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
    private static void copy(Object from, int at, Object to, int into, int n) {
        System.arraycopy(from, at, to, into, n);
    }

    private Batch map(java.util.function.UnaryOperator<Tensor> f) {
        List<@Nullable Tensor> weights = new ArrayList<>();
        for (Tensor w : samples.sampleWeights()) weights.add(w == null ? null : f.apply(w));
        return new Batch(
                samples.x().stream().map(f).toList(),
                samples.y().stream().map(f).toList(),
                weights);
    }
}
