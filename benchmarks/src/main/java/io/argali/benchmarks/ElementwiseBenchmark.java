package io.argali.benchmarks;

import io.argali.runtime.kernel.ElementwiseKernel;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;
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

/** Elementwise functions over 2048 floats, which stay in L1: divide by 2048 for the time of one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ElementwiseBenchmark {
    private static final int N = 2048;

    @Param({"vector", "scalar"})
    String set;

    ElementwiseKernel kernel;
    float[] x;
    float[] y;

    @Setup
    public void setUp() {
        kernel = Inputs.kernels(set).elementwise();
        x = Inputs.random(N);
        y = new float[N];
    }

    @State(Scope.Thread)
    public static class Unary {
        @Param({"EXP", "LOG", "TANH", "SIGMOID", "SOFTPLUS", "ERF", "EXPM1", "RELU", "SQRT", "FLOOR", "SIN"})
        UnaryFunction function;
    }

    @State(Scope.Thread)
    public static class Binary {
        @Param({"ADD", "DIVIDE", "MAXIMUM", "LESS", "POWER"})
        BinaryFunction function;
    }

    @Benchmark
    public float[] unary(Unary unary) {
        kernel.unary(unary.function, x, 0, y, 0, N);
        return y;
    }

    @Benchmark
    public float[] binary(Binary binary) {
        kernel.binary(binary.function, x, 0, x, 0, y, 0, N);
        return y;
    }

    @Benchmark
    public float[] binaryScalar(Binary binary) {
        kernel.binaryScalar(binary.function, x, 0, 0.5f, y, 0, N);
        return y;
    }
}
