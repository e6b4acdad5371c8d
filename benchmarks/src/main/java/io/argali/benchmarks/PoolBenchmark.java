package io.argali.benchmarks;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.PoolGeometry;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.ReduceFunction;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Pooling: image side x channels x window x stride; and global average pooling as a column sum. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PoolBenchmark {
    @Param({"vector", "scalar"})
    String set;

    @Param({"112x64x3x2", "24x32x2x2", "56x128x2x2"})
    String layer;

    Kernels kernels;
    PoolGeometry g;
    float[] x;
    float[] y;
    float[] dx;

    @Setup
    public void setUp() {
        int[] sizes = Inputs.sizes(layer);
        int side = sizes[0];
        int channels = sizes[1];
        int out = (side - sizes[2]) / sizes[3] + 1;
        g = new PoolGeometry(
                1, 1, side, side, 1, out, out, channels, 1, sizes[2], sizes[2], 1, sizes[3], sizes[3], 0, 0, 0);
        kernels = Inputs.kernels(set);
        x = Inputs.random(side * side * channels);
        y = new float[out * out * channels];
        dx = new float[x.length];
    }

    @Benchmark
    public float[] max() {
        kernels.pool().max(g, x, 0, y, 0, Workers.single());
        return y;
    }

    @Benchmark
    public float[] average() {
        kernels.pool().average(g, x, 0, y, 0, Workers.single());
        return y;
    }

    @Benchmark
    public float[] maxGradient() {
        kernels.pool().maxGradient(g, x, 0, y, 0, dx, 0, Workers.single());
        return dx;
    }

    @Benchmark
    public float[] globalSum() {
        kernels.reduce().reduceColumns(ReduceFunction.SUM, x, 0, g.inH() * g.inW(), g.channels(), g.channels(), y, 0);
        return y;
    }
}
