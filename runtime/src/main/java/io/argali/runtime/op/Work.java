package io.argali.runtime.op;

import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** How much a graph has to compute, roughly: what a decision can rest on before anything runs. */
public final class Work {
    /** What an element that is computed, not summed up, counts as: a few functions cost far more, most less. */
    private static final long ELEMENT = 4;

    /** How often a loop is taken to run whose end nobody knows beforehand. */
    private static final long UNKNOWN_LOOP = 100;

    private Work() {}

    /** In multiplications with an addition; one run of the graph. */
    public static long of(Graph graph) {
        long sum = 0;
        for (Node n : graph.nodes()) sum += of(n);
        return sum;
    }

    private static long of(Node n) {
        long elements = 0;
        for (TensorType t : n.types()) elements += t.shape().size();
        return switch (n.op()) {
            case Op.MatMul m -> elements * shape(n, 0).dim(m.transposeA() ? -2 : -1);
            case Op.Conv _ -> elements * window(shape(n, 1));
            case Op.ConvInputGradient _ -> shape(n, 0).size() * window(shape(n, 1));
            case Op.ConvKernelGradient g -> shape(n, 1).size() * window(g.kernelShape());
            case Op.Pool p -> elements * product(p.size());
            case Op.PoolGradient p -> elements * product(p.size());
            case Op.Scan s -> s.length() * of(s.body());
            case Op.While w -> UNKNOWN_LOOP * (of(w.condition()) + of(w.body()));
            case Op.If i -> Math.max(of(i.then()), of(i.otherwise()));
            case Op.Leaf _, Op.Movement _ -> 0;
            case Op.Elementwise _, Op.Reduction _, Op.Indexing _, Op.Custom _ -> ELEMENT * elements;
        };
    }

    private static Shape shape(Node n, int input) {
        return n.input(input).type().shape();
    }

    /** The multiplications for one element of a convolution's result. */
    private static long window(Shape kernel) {
        return kernel.size() / Math.max(1, kernel.last());
    }

    private static long product(List<Integer> sizes) {
        return sizes.stream().mapToLong(i -> i).reduce(1, (a, b) -> a * b);
    }
}
