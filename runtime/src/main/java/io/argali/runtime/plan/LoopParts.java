package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Op;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The parts of a batch that go through a loop at the same time. Rows that never meet need not wait for one another between two steps, so each
 * thread takes rows of its own through all of them.
 */
record LoopParts(Graph body, int varying, int[] cuts) {
    /** Rows that a part has at least: a matrix product of one row sums in another order, and results depend on no number of threads. */
    private static final int FEWEST_ROWS = 4;

    /** Elements that all steps together compute, below which threads do not pay. */
    private static final long SPLIT = 1 << 16;

    /** @param body the loop's, rewritten */
    static LoopParts of(Op.Scan scan, Graph body, int threads) {
        int varying = scan.carries() + scan.sequences();
        int batch = body.parameters().subList(0, scan.carries()).stream()
                .filter(v -> v.rank() > 0)
                .mapToInt(v -> v.shape().dim(0))
                .findFirst()
                .orElse(0);
        int parts = Math.min(threads, batch / FEWEST_ROWS);
        long elements = body.nodes().stream()
                        .mapToLong(n -> n.types().get(0).shape().size())
                        .sum()
                * scan.length();
        if (parts < 2 || elements < SPLIT || BatchPart.of(body, varying, batch, FEWEST_ROWS) == null)
            return new LoopParts(body, varying, new int[] {0, batch});
        int groups = batch / FEWEST_ROWS;
        int[] cuts = IntStream.rangeClosed(0, parts)
                .map(i -> i == parts ? batch : groups * i / parts * FEWEST_ROWS)
                .toArray();
        return new LoopParts(body, varying, cuts);
    }

    int count() {
        return cuts.length - 1;
    }

    int first(int part) {
        return cuts[part];
    }

    int rows(int part) {
        return cuts[part + 1] - cuts[part];
    }

    /** The body over a part's rows. */
    Graph body(int part) {
        return count() == 1 ? body : Objects.requireNonNull(BatchPart.of(body, varying, cuts[count()], rows(part)));
    }
}
