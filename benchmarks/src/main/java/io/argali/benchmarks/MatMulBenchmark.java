package io.argali.benchmarks;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
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

/** Matrix product, sizes m × n × k: square, transformer projection, attention, LSTM step, matrix times vector. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatMulBenchmark {
    @Param({"vector", "scalar"})
    String set;

    @Param({
        "768x768x768",
        "128x768x768",
        "128x128x64",
        "1024x10x128",
        "32x512x128",
        "1x512x128",
        "1x256x784",
        "1x1024x2048"
    })
    String size;

    @Param("1")
    int threads;

    Kernels kernels;
    Workers workers;
    int m;
    int n;
    int k;
    float[] a;
    float[] b;
    float[] packed;
    float[] c;

    @Setup
    public void setUp() {
        int[] sizes = Inputs.sizes(size);
        m = sizes[0];
        n = sizes[1];
        k = sizes[2];
        kernels = Inputs.kernels(set);
        workers = Inputs.workers(threads);
        a = Inputs.random(m * k);
        b = Inputs.random(k * n);
        packed = new float[kernels.matMul().packedSize(k, n)];
        kernels.matMul().pack(k, n, b, 0, n, 1, packed, 0);
        c = new float[m * n];
    }

    @Benchmark
    public float[] multiply() {
        kernels.matMul().multiply(m, n, k, a, 0, k, 1, packed, 0, c, 0, n, null, workers);
        return c;
    }

    /** Packs B as it lies. */
    @Benchmark
    public float[] pack() {
        kernels.matMul().pack(k, n, b, 0, n, 1, packed, 0);
        return packed;
    }

    /** Packs the transpose of an n × k matrix, as attention's q · kᵀ and back-propagation do. */
    @Benchmark
    public float[] packTransposed() {
        kernels.matMul().pack(k, n, b, 0, 1, k, packed, 0);
        return packed;
    }
}
