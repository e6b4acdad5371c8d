package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Op;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The parts of a loop that run at the same time. Rows of a batch that never meet need not wait for one another between two steps, so each
 * thread takes rows of its own through all of them; a loop that carries nothing on gives each thread steps of its own.
 *
 * @param cuts where parts begin and the last one ends
 * @param steps whether it is the steps that are parted, not the rows
 */
record LoopParts(Graph body, int varying, int[] cuts, boolean steps) {
    /** Rows that a part has at least: a matrix product of one row sums in another order, and results depend on no number of threads. */
    private static final int FEWEST_ROWS = 4;

    /** Elements that all steps together compute, below which threads do not pay. */
    private static final long SPLIT = 1 << 16;

    /** @param body the loop's, rewritten */
    static LoopParts of(Op.Scan scan, Graph body, int threads) {
        int varying = scan.carries() + scan.sequences();
        boolean steps = scan.carries() == 0;
        int batch = steps
                ? scan.length()
                : body.parameters().subList(0, scan.carries()).stream()
                        .filter(v -> v.rank() > 0)
                        .mapToInt(v -> v.shape().dim(0))
                        .findFirst()
                        .orElse(0);
        int unit = steps ? 1 : FEWEST_ROWS;
        int parts = Math.min(threads, batch / unit);
        long elements = body.nodes().stream()
                        .mapToLong(n -> n.types().get(0).shape().size())
                        .sum()
                * scan.length();
        // Fewer steps than threads leave more to the kernels' own.
        boolean apart = steps ? batch >= 2 * threads : BatchPart.of(body, varying, batch, FEWEST_ROWS) != null;
        if (parts < 2 || elements < SPLIT || !apart) return new LoopParts(body, varying, new int[] {0, batch}, steps);
        int units = batch / unit;
        int[] cuts = IntStream.rangeClosed(0, parts)
                .map(i -> i == parts ? batch : units * i / parts * unit)
                .toArray();
        return new LoopParts(body, varying, cuts, steps);
    }

    int count() {
        return cuts.length - 1;
    }

    int first(int part) {
        return cuts[part];
    }

    int end(int part) {
        return cuts[part + 1];
    }

    /** The body for a part. */
    Graph body(int part) {
        return count() == 1 || steps
                ? body
                : Objects.requireNonNull(BatchPart.of(body, varying, cuts[count()], end(part) - first(part)));
    }
}
