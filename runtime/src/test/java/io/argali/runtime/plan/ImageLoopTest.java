package io.argali.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageLoopTest {
    private static final int SIDE = 96;

    private static Tensor wave(int... shape) {
        float[] a = new float[Shape.of(shape).size()];
        for (int i = 0; i < a.length; i++) a[i] = (float) Math.sin(i);
        return Tensor.wrap(DType.FLOAT32, Shape.of(shape), a);
    }

    /** A pointwise convolution, the mean over each image, gates from it on the image, and a product behind it all. */
    private static Graph network(int batch, int side) {
        Value x = Value.parameter("x", new TensorType(DType.FLOAT32, Shape.of(batch, side, side, 4)));
        Value y = x.reshape(Shape.of(batch, side * side, 4)).matMul(Value.constant(wave(4, 16)));
        Value image = y.reshape(Shape.of(batch, side, side, 16)).multiply(x.slice(3, 0, 1));
        Value mean = image.reduce(ReduceFunction.MAX, false, 1, 2);
        Value gated = image.multiply(mean.reshape(Shape.of(batch, 1, 1, 16)));
        Value sum = gated.reduce(ReduceFunction.MAX, false, 1, 2);
        return new Graph(List.of(x), List.of(sum.matMul(Value.constant(wave(16, 3))), mean));
    }

    private static long loops(Graph g, int threads) {
        return ImageLoop.apply(g, threads).nodes().stream()
                .filter(n -> n.op() instanceof Op.Scan)
                .count();
    }

    @Test
    void largeImagesGoOneByOne() {
        assertEquals(1, loops(network(8, SIDE), 2));
    }

    @Test
    void whatFitsTheCacheStaysTogether() {
        assertEquals(0, loops(network(8, 8), 2));
    }

    @Test
    void fewImagesAreSharedByTheThreads() {
        assertEquals(0, loops(network(3, SIDE), 2));
    }

    @Test
    void resultsDependOnNoNumberOfThreads() {
        Graph g = network(9, SIDE);
        Tensor x = wave(9, SIDE, SIDE, 4);
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best())) {
            Tensor[] together = run(g, kernels, 16, x);
            for (int threads : new int[] {1, 2, 4}) {
                Tensor[] parts = run(g, kernels, threads, x);
                for (int i = 0; i < parts.length; i++) assertArrayEquals(together[i].floats(), parts[i].floats());
            }
        }
    }

    private static Tensor[] run(Graph g, Kernels kernels, int threads, Tensor x) {
        return new CpuBackend(kernels, Workers.of(threads))
                .compiler(path -> {
                    throw new IllegalStateException(path);
                })
                .compile(g)
                .run(List.of(x));
    }
}
